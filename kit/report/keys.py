"""Keys stand for formulas and pieces in a text until their typst takes their place.

No notebook can forge a key: keys are new in every process and never printed. A formula has one key
in the Markdown and another where pandoc.lua sets it: only the second gives way to typst.
"""

import re
import secrets

FOUND, PLACED = secrets.token_hex(8), secrets.token_hex(8)      # pandoc.lua gets both
PLACED_KEY = re.compile("\ue000%s\\.\\d+\ue001|\ue002%s\\.\\d+\ue003" % (PLACED, PLACED))
FORBIDDEN = re.compile(  # signs of keys, and signs that turn the order of letters around
    "[\ue000-\ue003\u202a-\u202e\u2066-\u2069]")


def make_found_key(number):
    """The key of a formula in Markdown."""
    return f"\ue000{FOUND}.{number}\ue001"


def make_placed_key(number):
    """The key of a formula in the typst of pandoc.lua."""
    return f"\ue000{PLACED}.{number}\ue001"


def make_piece_key(number):
    """The key of a piece of pandoc.lua's, such as a picture."""
    return f"\ue002{PLACED}.{number}\ue003"
