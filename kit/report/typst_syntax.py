"""Writes typst sign by sign, so that typst reads no student's text as code."""

import re

from PIL.ImageColor import colormap, getrgb

from kit.report.tex_commands import FENCES
from kit.report.tex_macros import CannotSet

# those of CSS; Pillow replaces some of its own by tuples, as they are used
COLOURS = {name: "#%02x%02x%02x" % getrgb(name)[:3] for name in list(colormap)}
OWN_SIGNS = {*FENCES.values(), "√"} - {""}     # typst matches fences and draws roots by itself


def join_typst(pieces):
    """Typst side by side, two quotes for nothing.

    A comment stands where a space would: before a text, typst would show the space.
    """
    out = []
    for piece in filter(None, pieces):
        if out and is_name_letter(out[-1][-1]) and is_name_letter(piece[0]) \
                and not (out[-1][-1].isdecimal() and piece[0].isdecimal()):
            out.append(" " if len(piece) == 1 or not is_name_letter(piece[1]) else "/**/")
        out.append(piece)
    return "".join(out) or '""'


def is_name_letter(sign):
    """Whether a character may be part of a name in typst."""
    return sign.isalnum() or sign.isidentifier()


def escape_sign(sign):
    """A character as typst that shows this character."""
    own = sign in OWN_SIGNS or sign.isascii() and not sign.isalnum()
    return "\\" + sign if sign and own else sign


def quote_text(text):
    """Text as a typst string."""
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return '"%s"' % re.sub(r"[\x00-\x08\x0b-\x1f\x7f]",
                           lambda match: "\\u{%x}" % ord(match[0]), text)


def enclose(opening, inner, closing):
    """Typst within delimiters that grow with it; an empty text stands on an open side."""
    if not opening and not closing:
        return inner
    return "lr(%s%s%s)" % (opening or '""', inner, closing or '""')


def parse_colour(model, value):
    """A colour as #rrggbb."""
    value = value.strip()
    if not model and re.fullmatch("#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})", value):
        return value.lower()
    if not model and value.lower() in COLOURS:      # as browsers know them
        return COLOURS[value.lower()]
    if model == "HTML" and re.fullmatch("#?[0-9A-Fa-f]{6}", value):
        return "#" + value.lstrip("#").lower()
    numbers = re.fullmatch(",".join([r"\s*(\d*\.?\d+)\s*"] * 3), value)
    scale = {"RGB": 1, "rgb": 255}.get(model)
    if numbers and scale:
        rounded = [round(float(number) * scale) for number in numbers.groups()]
        if max(rounded) <= 255:
            return "#%02x%02x%02x" % tuple(rounded)
    raise CannotSet(f"the colour {value} is not known here")
