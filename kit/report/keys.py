"""Keys stand for formulas and pieces in a text until their typst takes their place.

No notebook can forge a key: keys are new in every process and never printed. A formula has one key
in the Markdown and another where pandoc.lua sets it: only the second gives way to typst.
"""

import re
import secrets

FOUND, PLACED = secrets.token_hex(8), secrets.token_hex(8)      # pandoc.lua gets both
FOUND_KEY = f"\ue000{FOUND}.%d\ue001"       # of a formula in Markdown, with its number
PLACED_KEY = f"\ue000{PLACED}.%d\ue001"     # of a formula in the typst of pandoc.lua
PIECE_KEY = f"\ue002{PLACED}.%d\ue003"      # of a piece of that typst, such as a picture
ANY_PLACED = re.compile("\ue000%s\\.\\d+\ue001|\ue002%s\\.\\d+\ue003" % (PLACED, PLACED))
REFERENCE = "\ue004%s\ue005"     # in the typst of a formula, with a label
ANY_REFERENCE = re.compile("\ue004([^\ue004\ue005]*)\ue005")
FORBIDDEN = re.compile(  # signs of keys, and signs that turn the order of letters around
    "[\ue000-\ue005\u202a-\u202e\u2066-\u2069]")
