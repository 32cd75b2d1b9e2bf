"""Typst written sign by sign, so that nothing a student wrote is read as typst code."""

import re
import secrets

from kit.report.macros import CannotSet
from kit.report.tex_commands import COLOURS, FENCES

# In tokens, so that no notebook can forge one: new in every process, and never printed. A formula
# is FOUND in Markdown, and PLACED where pandoc.lua sets it as typst of its own: only there its
# token gives way to typst.
FOUND, PLACED = secrets.token_hex(8), secrets.token_hex(8)
OWN_SIGNS = {*FENCES.values(), "√"} - {""}     # typst matches fences and draws roots by itself


def joined(pieces):
    """Return typst side by side, two quotes for nothing.

    A comment stands where a space would: before a text, typst would show the space.
    """
    out = []
    for piece in filter(None, pieces):
        if out and letter(out[-1][-1]) and letter(piece[0]) \
                and not (out[-1][-1].isdecimal() and piece[0].isdecimal()):
            out.append(" " if len(piece) == 1 or not letter(piece[1]) else "/**/")
        out.append(piece)
    return "".join(out) or '""'


def letter(sign):
    """Return whether a character may be part of a name in typst."""
    return sign.isalnum() or sign.isidentifier()


def escaped(sign):
    """Return a character that typst takes for nothing but itself."""
    own = sign in OWN_SIGNS or sign.isascii() and not sign.isalnum()
    return "\\" + sign if sign and own else sign


def quoted(text):
    """Return text as a typst string."""
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return '"%s"' % re.sub(r"[\x00-\x08\x0b-\x1f\x7f]",
                           lambda match: "\\u{%x}" % ord(match[0]), text)


def fenced(opening, inner, closing):
    """Return typst within delimiters that grow with it; the open side keeps an empty text."""
    if not opening and not closing:
        return inner
    return "lr(%s%s%s)" % (opening or '""', inner, closing or '""')


def hexadecimal(model, value):
    """Return a colour as #rrggbb."""
    value = value.strip()
    if not model and re.fullmatch("#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})", value):
        return value.lower()
    if not model and "\\" + value in COLOURS:
        return COLOURS["\\" + value]
    if model == "HTML" and re.fullmatch("#?[0-9A-Fa-f]{6}", value):
        return "#" + value.lstrip("#").lower()
    parts = re.fullmatch(",".join([r"\s*(\d*\.?\d+)\s*"] * 3), value)
    scale = {"RGB": 1, "rgb": 255}.get(model)
    if parts and scale:
        numbers = [round(float(part) * scale) for part in parts.groups()]
        if max(numbers) <= 255:
            return "#%02x%02x%02x" % tuple(numbers)
    raise CannotSet(f"the colour {value} is not known here")
