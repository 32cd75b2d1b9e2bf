"""Finds the formulas of Markdown and HTML, as Jupyter finds them.

Each search starts where the last one ended. If a mark is not closed once, no later search looks
for its end again. So a cell full of `$` or `\\begin` takes no longer than others of its length.
"""

import html
import re
from dataclasses import dataclass

OPENINGS = r"""
    (?P<fence> ^(?:[ \t>]|[-*+][ ]|\d+[.)][ ])*(?P<marks>`{3,}|~{3,}) )
  | (?P<ticks> `+ )
  | (?P<comment> <!-- )
  | (?P<tag> <[A-Za-z][^<>\n]*> )
  | (?P<past> https?://[^\s<>()\[\]`]* | \]\([^()\s]*\) )
  | (?P<formula> \$\$ | \$ | \\\\?[\[(] | \\begin\{(?P<name>[A-Za-z]+\*?)\} )
  | (?P<reference> \\(?:eq)?ref\{[^{}\n]+\} )
  | (?P<escape> \\[\\$`] )
"""
INDENTED = r"| (?P<code> (?:\A|(?<=\n\n))(?:(?:[ ]{4}|\t)[^\n]*\n?)+ )"
OPENING = re.compile(OPENINGS + INDENTED, re.VERBOSE | re.MULTILINE)
OPENING_IN_LISTS = re.compile(OPENINGS, re.VERBOSE | re.MULTILINE)
ENVIRONMENT = re.compile(r"\\\\|\\(?P<kind>begin|end)\{(?P<name>[A-Za-z]+\*?)\}")
LIST = re.compile(r"^[ \t>]*(?:[-*+]|\d+[.)])[ \t]", re.MULTILINE)
QUOTE = re.compile(r"[ \t]*(?:>[ \t]?)+")
PARAGRAPH_END = r"\n[ \t>]*\n"
CLOSING = {opening: re.compile(rf"(?P<closing>{closing})|(?P<stop>{stop})|\\[\s\S]|[{{}}]")
           for opening, closing, stop in (
               ("$$", r"\$\$", "(?!)"), ("$", r"\$", "`|" + PARAGRAPH_END),
               (r"\(", r"\\\)", PARAGRAPH_END), (r"\[", r"\\\]", PARAGRAPH_END),
               (r"\\(", r"\\\\\)", PARAGRAPH_END), (r"\\[", r"\\\\\]", PARAGRAPH_END))}
BLANK_LINE = re.compile(PARAGRAPH_END)
MONEY = re.compile(r"\d[\d.,]*\s+(?:to|and|or|per|for|each|in|is|was|are|dollars?|million|billion"
                   r"|more|less|than|but|the|vs|at|on|by|of|with)\b")
PROSE = re.compile(  # a paragraph that no formula holds: words without a sign of TeX
    r"(?=\s*[^\W\d_]{3}|[^\n]*[^\W\d_]{3,}\s+[^\W\d_]{2})[^\\=&^_{}]*\Z")
LIKE_TEX = re.compile(r"\\[A-Za-z]|[\^=]|(?<!\\)_")
IN_HTML = re.compile(r"<(?P<end>/?)(?P<tag>[A-Za-z]*)[^<>]*>"
                     r"|(?P<dollars>\${1,2})(?P<tex>(?:[^$<>\n]|\n(?!\s*\n))+)(?P=dollars)(?!\d)")
LITERAL_TAGS = {"code", "pre", "script", "style"}


@dataclass(frozen=True)
class Span:
    """Start and end of a formula in a text, its TeX, and whether it is displayed."""

    start: int
    end: int
    tex: str
    display: bool


def find_in_markdown(text):
    """The spans of the formulas of Markdown, in order."""
    return list(Finder(text).find_all())


def replace_spans(text, spans, replace, keep=str):
    """The pieces of a text: replace(span) for each span, keep(words) for the words between."""
    out, position = [], 0
    for span in spans:
        out += [keep(text[position:span.start]), replace(span)]
        position = span.end
    return [*out, keep(text[position:])]


def find_in_html(text):
    """The spans of the formulas of HTML, in order; tags, code and scripts hold none."""
    spans, literal = [], None
    for match in IN_HTML.finditer(text):
        if match["dollars"] is None:
            tag = match["tag"].lower()
            if literal is None and tag in LITERAL_TAGS and not match["end"]:
                literal = tag
            elif tag == literal and match["end"]:
                literal = None
        elif literal is None and is_plausible(
                match["tex"], text[match.start() - 1:match.start()],
                text[match.end():match.end() + 1]):
            spans.append(Span(match.start(), match.end(), html.unescape(match["tex"]),
                              match["dollars"] == "$$"))
    return spans


class Finder:
    """Finds the formulas of one cell."""

    def __init__(self, text):
        self.text = text
        self.unclosed = {}      # opening: nothing closes it before this position
        self.unbalanced = 0     # braces do not match before this position
        self.ends = find_environment_ends(text)

    def find_all(self):
        """Yield the spans of the formulas in order."""
        opening = OPENING_IN_LISTS if LIST.search(self.text) else OPENING
        position = 0
        while match := opening.search(self.text, position):
            position = match.end()
            if match["formula"]:
                if span := self.read_formula(match):
                    position = span.end
                    yield span
            elif match["reference"]:
                yield Span(match.start(), position, match["reference"], False)
            elif end := self.find_verbatim_end(match):
                position = end

    def find_verbatim_end(self, match):
        """The end of code or of a comment; None if the mark opens neither."""
        if match["fence"]:
            closing = rf"^[ \t>]*{match['marks'][0]}{{{len(match['marks'])},}}[ \t]*$"
            end = re.compile(closing, re.MULTILINE).search(self.text, match.end())
            return end.end() if end else len(self.text)
        if match["ticks"]:
            ticks = match["ticks"]
            return self.find_end(ticks, rf"(?<!`){ticks}(?!`)", match.end(), BLANK_LINE)
        if match["comment"]:
            return self.find_end("<!--", "-->", match.end())
        if match["tag"] and not re.search(r"=\s*[\"']", match["tag"]):
            return match.start() + 1    # nothing in it that could be an attribute's value
        return None

    def find_end(self, opening, closing, start, stop=None):
        """The end of the closing mark; None if there is none before a stop."""
        if start < self.unclosed.get(opening, 0):
            return None
        match = re.compile(closing).search(self.text, start)
        stopped = stop and stop.search(self.text, start, match.end() if match else len(self.text))
        if match and not stopped:
            return match.end()
        self.unclosed[opening] = stopped.end() if stopped else len(self.text)
        return None

    def read_formula(self, match):
        """The span of the formula that a match opens; None if it is no formula."""
        opening, start = match["formula"], match.end()
        if match["name"]:
            end = self.ends.get(match.start())
            return end and self.cut_out(match.start(), end, self.text[match.start():end], True)
        if start < self.unclosed.get(opening, 0):
            return None
        closing = self.find_closing(opening, start)
        if closing is None:
            return None
        tex = self.text[start:closing.start()]
        if not self.is_tex(opening, tex, match.start(), closing.end()):
            self.unclosed[opening] = closing.end()
            return None
        display = opening not in ("$", r"\(", r"\\(")
        return self.cut_out(match.start(), closing.end(), tex, display)

    def cut_out(self, start, end, tex, display):
        """The span of a formula; its TeX is without the > of the block quote around it."""
        quote = QUOTE.match(self.text, self.text.rfind("\n", 0, start) + 1, start)
        if quote:
            depth = quote[0].count(">")
            tex = re.sub(r"\n[ \t]*(?:>[ \t]?){1,%d}" % depth, "\n", tex)
        return Span(start, end, tex, display)

    def find_closing(self, opening, start):
        """The match that closes a formula; None if there is none.

        Dollars within braces, as in \\text{if $x$}, close nothing if all braces are closed.
        """
        depth, first = 0, None
        for match in CLOSING[opening].finditer(self.text, start):
            depth += {"{": 1, "}": -1}.get(match[0], 0)
            if match["stop"]:
                break
            if match["closing"] and (depth <= 0 or start < self.unbalanced):
                return match
            first = first or match["closing"] and match
        else:
            match = None
        end = match.end() if match else len(self.text)
        if first:
            self.unbalanced = end
        else:
            self.unclosed[opening] = end
        return first or None

    def is_tex(self, opening, tex, start, end):
        """Whether the text between two marks is TeX."""
        if not tex.strip():
            return False
        if opening == "$":
            return is_plausible(tex, self.text[start - 1:start], self.text[end:end + 1])
        if opening in (r"\(", r"\["):       # in Markdown also an escaped ( or [
            letter = opening == r"\(" and re.fullmatch(r"\s*[A-Za-z]\s*", tex)
            return bool(letter or LIKE_TEX.search(tex))
        return not any(map(PROSE.match, BLANK_LINE.split(tex)[1:]))


def find_environment_ends(text):
    """{start of an environment: its end} for all environments."""
    ends, open_ones = {}, {}
    for match in ENVIRONMENT.finditer(text):
        if match["kind"] == "begin":
            open_ones.setdefault(match["name"], []).append(match.start())
        elif match["kind"] and open_ones.get(match["name"]):
            ends[open_ones[match["name"]].pop()] = match.end()
    return ends


def is_plausible(tex, before, after):
    """Whether the text between two dollars is a formula, and the dollars are not money."""
    if not tex.strip() or after.isdigit() or MONEY.match(tex):
        return False
    if tex[0].isspace():
        return not before.isalnum()
    return not (tex[-1].isspace() and after.isalnum())
