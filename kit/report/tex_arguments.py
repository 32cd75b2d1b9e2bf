"""Reads TeX commands with arguments of their own kinds: fences, roots, lengths, labels."""

import re
import unicodedata

from kit.report import tex_commands as known
from kit.report.keys import REFERENCE
from kit.report.tex_macros import CannotSet
from kit.report.typst_syntax import enclose, escape_sign, quote_text

BIG_FENCE = re.compile(r"\\([bB]igg?)([lrm]?)")
STRETCH = r"(?:(?:plus|minus)\s*[\d.]+\s*[a-z]+\s*)*"       # as in 1em plus 2em


def read_delimiter(reader, command):
    """The next token as a delimiter, escaped; "" for the open side of a fence."""
    token = reader.take()
    if token not in known.FENCES:
        raise CannotSet(f"{command} before {token or 'nothing'} is not known here")
    return escape_sign(known.FENCES[token])


def read_left(reader):
    """\\left … \\right with all between them."""
    opening = read_delimiter(reader, r"\left")
    reader.fences += 1
    inner = reader.read_sequence(r"\right")
    reader.fences -= 1
    reader.expect(r"\right", r"\left")
    return enclose(opening, inner, read_delimiter(reader, r"\right"))


def read_middle(reader):
    """A delimiter that grows with the \\left … \\right around it."""
    if not reader.fences:
        raise CannotSet(r"\middle without its \left")
    return f"mid({read_delimiter(reader, 'middle')})"


def read_big_fence(reader, token):
    """A delimiter of a given size."""
    size, side = BIG_FENCE.fullmatch(token).groups()
    return known.SIDES[side] % f"lr(size: #{known.SIZES[size]}, {read_delimiter(reader, token)})"


def read_root(reader):
    """A root with its degree."""
    degree = reader.read_optional()
    body = reader.read_argument("a root")
    return f"root({degree}, {body})" if degree else f"sqrt({body})"


def read_root_of(reader):
    """\\root degree \\of {body}."""
    degree = reader.read_sequence(r"\of")
    reader.expect(r"\of", r"\root")
    return f"root({degree}, {reader.read_argument('a root')})"


def read_general_fraction(reader):
    """\\genfrac{opening}{closing}{thickness of the line}{style}{upper}{lower}."""
    opening, closing = (known.FENCES.get(reader.read_raw().strip() or ".") for _ in range(2))
    width, style = reader.read_raw().strip(), reader.read_raw().strip()
    if opening is None or closing is None or style not in ("", "0", "1", "2", "3"):
        raise CannotSet(r"\genfrac with these fences or this style is not known here")
    upper, lower = reader.read_argument(r"\genfrac"), reader.read_argument(r"\genfrac")
    without = re.fullmatch(r"0*\.?0*(pt|em|ex|mm|cm)", width)
    body = (known.STACKED if without else "frac({0}, {1})").format(upper, lower)
    size = ("display", "inline", "script", "sscript")[int(style)] if style else ""
    body = f"{size}({body})" if size else body
    return enclose(escape_sign(opening), body, escape_sign(closing))


def read_side_scripts(reader):
    """\\sideset{_a^b}{_c^d}\\sum."""
    before, after = ({}, {})
    for found in (before, after):
        reader.expect("{", r"\sideset")
        while (token := reader.take()) != "}":
            if token not in ("^", "_"):
                raise CannotSet(r"\sideset with more than scripts is not known here")
            reader.read_script(token, found)
    base = reader.read_symbol()
    sides = {"tl": before.get("t"), "bl": before.get("b"), "tr": after.get("t"),
             "br": after.get("b")}
    return "op(attach(%s), limits: #true)" % ", ".join(
        [base, *(f"{side}: {script}" for side, script in sides.items() if script)])


def read_built_relation(reader):
    """\\buildrel above \\over relation."""
    above = reader.read_sequence(r"\over")
    reader.expect(r"\over", r"\buildrel")
    relation = reader.read_argument(r"\buildrel")
    return f'attach(limits(class("relation", whole({relation}))), t: {above})'


def read_rule(reader):
    """\\rule[raised]{width}{height}."""
    if reader.peek() == "[":
        raise CannotSet(r"\rule with a height above the line is not known here")
    width, height = (measure_length(reader.read_raw()) for _ in range(2))
    return f"#box(width: {width}, height: {height}, fill: black)"


def read_long_arrow(reader, token):
    """An arrow as long as the words above and below it."""
    below = reader.read_optional()
    below = below and f", b: #h(0.4em){below}#h(0.4em)"
    above = reader.read_argument(token)
    return f"attach(stretch({known.LONG_ARROWS[token]}), t: #h(0.4em){above}#h(0.4em){below})"


def read_negated(reader):
    """\\not and the sign that it strikes out, as one character."""
    token = reader.take()
    sign = known.SYMBOLS.get(token, token)
    both = unicodedata.normalize("NFC", sign + "\u0338")
    if len(both) != 1 or sign.isalnum():
        raise CannotSet(rf"\not{token} is not known here")
    return escape_sign(both)


def read_space(reader):
    """A space of a given width, with braces or without them."""
    words = reader.read_raw() if reader.peek() == "{" else read_length(reader)
    return f"#h({measure_length(words)})"


def measure_length(words):
    """A length of TeX as typst."""
    width = re.fullmatch(known.LENGTH, words)
    if not width:
        raise CannotSet(f"the width {words} is not known here")
    unit, factor = known.IN_TYPST.get(width[2], (width[2], 1))
    return f"{float(width[1]) * factor:.4g}{unit}"


def read_length(reader):
    """The text of a length without braces; what it may stretch and shrink is left out."""
    following = "".join(reader.tokens[reader.position:reader.position + 40])
    length = re.match(known.LENGTH + STRETCH, following)
    end = length.end() if length else 1
    while end > 0:
        end -= len("".join(reader.tokens[reader.position:reader.position + 1])) or end
        reader.position += 1
    return re.sub(STRETCH, "", length[0]) if length else following[:8]


def read_tag(reader, form="({})"):
    """Take the tag of a line."""
    words = reader.read_raw()
    if reader.tag is not None or re.search(r"[\\${}]", words):
        raise CannotSet(r"a \tag that is more than plain text, or a second one")
    reader.tag = form.format(words.strip())
    return ""


def read_label(reader):
    """Take a label of the line: it is not shown."""
    reader.new_labels.append(reader.read_raw().strip())
    return ""


def read_reference(reader):
    """\\ref{label}: a mark that resolve_references replaces by the tag."""
    return quote_text(REFERENCE % reader.read_raw().strip())
