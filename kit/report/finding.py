"""Where the formulas of Markdown and HTML stand: found as Jupyter finds them.

Each search goes on from where the last one ended, and what was not closed once is not looked for
again: a cell full of `$` or `\\begin` takes no longer than another of its length.
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
LIKE_TEX = re.compile(r"\\[A-Za-z]|[\^=]|(?<!\\)_")
IN_HTML = re.compile(r"<(?P<end>/?)(?P<tag>[A-Za-z]*)[^<>]*>"
                     r"|(?P<dollars>\${1,2})(?P<tex>(?:[^$<>\n]|\n(?!\s*\n))+)(?P=dollars)(?!\d)")
LITERAL_TAGS = {"code", "pre", "script", "style"}


@dataclass(frozen=True)
class Found:
    """A formula's place in a text, its TeX and whether it is displayed."""

    start: int
    end: int
    tex: str
    display: bool


def in_markdown(text):
    """Return the formulas of Markdown in order."""
    return list(Finder(text).formulas())


def in_html(text):
    """Return the formulas of HTML in order: none within tags, code and scripts."""
    found, literal = [], None
    for match in IN_HTML.finditer(text):
        if match["dollars"] is None:
            tag = match["tag"].lower()
            if literal is None and tag in LITERAL_TAGS and not match["end"]:
                literal = tag
            elif tag == literal and match["end"]:
                literal = None
        elif literal is None and plausible(
                match["tex"], text[match.start() - 1:match.start()],
                text[match.end():match.end() + 1]):
            found.append(Found(match.start(), match.end(), html.unescape(match["tex"]),
                               match["dollars"] == "$$"))
    return found


class Finder:
    """Finds the formulas of one cell."""

    def __init__(self, text):
        self.text = text
        self.unclosed = {}      # opening: up to where nothing closes it
        self.unbalanced = 0     # up to where braces say nothing
        self.ends = ends_of_environments(text)

    def formulas(self):
        """Yield the formulas in order."""
        opening = OPENING_IN_LISTS if LIST.search(self.text) else OPENING
        position = 0
        while match := opening.search(self.text, position):
            position = match.end()
            if match["formula"]:
                if found := self.formula(match):
                    position = found.end
                    yield found
            elif end := self.end_of_verbatim(match):
                position = end

    def end_of_verbatim(self, match):
        """Return where code or a comment ends, None for a mark that opens nothing."""
        if match["fence"]:
            closing = rf"^[ \t>]*{match['marks'][0]}{{{len(match['marks'])},}}[ \t]*$"
            end = re.compile(closing, re.MULTILINE).search(self.text, match.end())
            return end.end() if end else len(self.text)
        if match["ticks"]:
            ticks = match["ticks"]
            return self.closed(ticks, rf"(?<!`){ticks}(?!`)", match.end(), BLANK_LINE)
        if match["comment"]:
            return self.closed("<!--", "-->", match.end())
        if match["tag"] and not re.search(r"=\s*[\"']", match["tag"]):
            return match.start() + 1    # nothing in it that could be an attribute's value
        return None

    def closed(self, opening, closing, start, before=None):
        """Return where what was opened is closed, None if it is not, or only after a stop."""
        if start < self.unclosed.get(opening, 0):
            return None
        match = re.compile(closing).search(self.text, start)
        stop = before and before.search(self.text, start, match.end() if match else len(self.text))
        if match and not stop:
            return match.end()
        self.unclosed[opening] = stop.end() if stop else len(self.text)
        return None

    def formula(self, match):
        """Return the formula that opens here, None if what stands here is none."""
        opening, start = match["formula"], match.end()
        if match["name"]:
            end = self.ends.get(match.start())
            return end and self.found(match.start(), end, self.text[match.start():end], True)
        if start < self.unclosed.get(opening, 0):
            return None
        closing = self.closing(opening, start)
        if closing is None:
            return None
        tex = self.text[start:closing.start()]
        if not self.is_formula(opening, tex, match.start(), closing.end()):
            self.unclosed[opening] = closing.end()
            return None
        display = opening not in ("$", r"\(", r"\\(")
        return self.found(match.start(), closing.end(), tex, display)

    def found(self, start, end, tex, display):
        """Return a formula without the > of the block quote that it stands in."""
        quote = QUOTE.match(self.text, self.text.rfind("\n", 0, start) + 1, start)
        if quote:
            depth = quote[0].count(">")
            tex = re.sub(r"\n[ \t]*(?:>[ \t]?){1,%d}" % depth, "\n", tex)
        return Found(start, end, tex, display)

    def closing(self, opening, start):
        """Return the match that closes a formula, None if there is none.

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

    def is_formula(self, opening, tex, start, end):
        """Return whether what stands between is TeX, not text between two dollars."""
        if not tex.strip():
            return False
        if opening == "$":
            return plausible(tex, self.text[start - 1:start], self.text[end:end + 1])
        if opening in (r"\(", r"\["):       # in Markdown also an escaped ( or [
            letter = opening == r"\(" and re.fullmatch(r"\s*[A-Za-z]\s*", tex)
            return bool(letter or LIKE_TEX.search(tex))
        paragraphs = [part for part in BLANK_LINE.split(tex) if part.strip()]
        return all(re.search(r"[\\=&^_{}]", part) for part in paragraphs[1:])


def ends_of_environments(text):
    """Return where the environment that begins at a position ends: begin -> end."""
    ends, open_ones = {}, {}
    for match in ENVIRONMENT.finditer(text):
        if match["kind"] == "begin":
            open_ones.setdefault(match["name"], []).append(match.start())
        elif match["kind"] and open_ones.get(match["name"]):
            ends[open_ones[match["name"]].pop()] = match.end()
    return ends


def plausible(tex, before, after):
    """Return whether the text between two dollars is a formula, not two sums of money."""
    if not tex.strip() or after.isdigit() or MONEY.match(tex):
        return False
    if tex[0].isspace():
        return not before.isalnum()
    return not (tex[-1].isspace() and after.isalnum())
