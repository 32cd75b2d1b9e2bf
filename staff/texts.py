"""Makes a text of a student safe to show."""

import re
import unicodedata

from markupsafe import Markup

from staff.csv_tables import format_points

LONGEST = 20_000            # letters of one text
PILED_UP = re.compile(r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
                      r"\ufe20-\ufe2f]{2})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff"
                      r"\u20d0-\u20ff\ufe20-\ufe2f]+")


def clean(value):
    """A value as a page shows it.

    A text loses the signs that change how it is read, such as those that turn its direction. A
    number loses the zeros at its end.
    """
    if isinstance(value, float):
        return format_points(value)
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    text = value if len(value) <= LONGEST else value[:LONGEST] + " … (cut off)"
    return PILED_UP.sub(r"\1", "".join(map(clean_letter, text)))


def clean_letter(letter):
    """A letter that is safe to show: "" for a sign of formatting, a mark for a control sign."""
    if letter.isprintable() or letter in "\n\t":
        return letter
    kind = unicodedata.category(letter)
    return "" if kind == "Cf" or letter == "\r" else " " if kind == "Zs" else "\ufffd"
