"""The formulas of a report: keys take their place in Markdown and HTML, and each becomes typst."""

import re
from dataclasses import dataclass, field

from kit.files import shorten
from kit.report import formula_finder
from kit.report.fragments import Place
from kit.report.keys import ANY_REFERENCE, FOUND_KEY
from kit.report.tex import convert_formula
from kit.report.tex_macros import CannotSet, Macros
from kit.report.typst_syntax import quote_text

LONGEST_REASON = 120
ON_ONE_LINE = 24        # typst of fewer letters stays together within a line of text
ALWAYS_FITS = 80        # typst of fewer letters is narrower than a line: its width is not measured
COMMAND = re.compile(r"\\(?:[A-Za-z]|\\)")
REFERENCE = re.compile(r"\\(?:eq)?ref\{[^{}]*\}")


@dataclass
class Formula:
    """One formula: its TeX, its place, and its typst or the reason why it has none."""

    tex: str
    display: bool
    place: Place
    source: str             # as written, with its dollars
    typst: str = ""
    tag: str = ""
    words: str = ""         # of a reference within a text
    reason: str = ""        # why it cannot be set

    def write_typst(self):
        """The typst that shows the formula; None if it cannot be set."""
        if self.reason:
            return None
        if not self.typst:
            return ""       # it only defines macros
        if self.words:
            return f"#{quote_text(self.words)};"
        alt, is_short = quote_text(" ".join(self.tex.split())), len(self.typst) < ON_ONE_LINE
        if not self.display:
            call = ("short-formula" if is_short else
                    "formula" if len(self.typst) < ALWAYS_FITS else "long-formula")
            return f"#{call}({alt}, ${self.typst}$);"
        if not self.tag and len(self.typst) < ALWAYS_FITS and "#h(" not in self.typst:
            return f"#formula({alt}, $ {self.typst} $);"
        tag = f"tag: {quote_text(self.tag)}, " if self.tag else ""
        return f"#displayed({alt}, {tag}$ {self.typst} $);"


@dataclass
class Formulas:
    """The formulas of one report, in order."""

    found: list = field(default_factory=list)
    macros: Macros = field(default_factory=Macros)

    def replace_in_markdown(self, text, place):
        """Markdown with a key in a code span in place of each formula."""
        return self.replace(text, formula_finder.find_in_markdown(text), place, "`%s`")

    def replace_in_html(self, text, place):
        """HTML with a key in a code element in place of each formula."""
        return self.replace(text, formula_finder.find_in_html(text), place, "<code>%s</code>")

    def replace(self, text, spans, place, form):
        """Text with a key in place of each span, whose formulas join those of the report."""
        def add_formula(span):
            self.found.append(self.convert(span.tex, span.display, place,
                                           text[span.start:span.end]))
            return form % FOUND_KEY % (len(self.found) - 1)
        return join_markdown(formula_finder.replace_spans(text, spans, add_formula))

    def convert(self, tex, display, place, source):
        """A formula with its typst, or with the reason why it has none."""
        formula = Formula(tex.strip(), display, place, source)
        try:
            formula.typst, formula.tag = convert_formula(tex, self.macros, display)
        except CannotSet as problem:
            formula.reason = shorten(problem, LONGEST_REASON)
        return formula

    def resolve_references(self):
        """Put the tags of the report in place of the references to them."""
        labels = self.macros.labels
        for formula in self.found:
            names = ANY_REFERENCE.findall(formula.typst)
            unknown = next((name for name in names if labels.get(name) is None), None)
            if unknown is not None:
                formula.reason = shorten(
                    f"no formula has both \\label{{{unknown}}} and a \\tag", LONGEST_REASON)
            formula.typst = ANY_REFERENCE.sub(
                lambda match: quote_text(labels.get(match[1]) or "")[1:-1], formula.typst)
            if names and REFERENCE.fullmatch(formula.tex):
                number = labels.get(names[0]) or ""
                formula.words = f"({number})" if formula.tex.startswith(r"\eqref") else number


def join_markdown(pieces):
    """Markdown side by side, with an empty comment where two code spans would touch."""
    text = ""
    for piece in filter(None, pieces):
        text += ("<!-- -->" if text[-1:] == piece[0] == "`" else "") + piece
    return text


def can_set(text):
    """Whether a text, with words around its formulas or not, can be set."""
    spans = formula_finder.find_in_markdown(text)
    words = formula_finder.replace_spans(text, spans, lambda span: "")
    try:
        for span in spans:
            convert_formula(span.tex, Macros(), span.display)
    except CannotSet:
        return False
    return bool(spans) and not COMMAND.search("".join(words))


def is_formula(text):
    """Whether a text is one formula and nothing else."""
    text = text.strip()
    first = next(iter(formula_finder.find_in_markdown(text)), None)
    return first is not None and (first.start, first.end) == (0, len(text))
