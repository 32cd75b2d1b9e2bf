"""The formulas of a notebook: taken out of its Markdown and HTML, set as typst."""

from dataclasses import dataclass, field

from kit.report import finding
from kit.report.tex import CannotSet, Mender
from kit.report.writing import FOUND, quoted

LONGEST_REASON = 120
ON_ONE_LINE = 24        # typst of fewer letters stays together within a line of text
ALWAYS_FITS = 80        # typst of fewer letters is narrower than a line: its width is not measured


@dataclass
class Formula:
    """One formula: its TeX as written, where it stands, and what has become of it."""

    tex: str
    display: bool
    place: str
    source: str             # with its dollars
    typst: str = ""
    tag: str = ""
    reason: str = ""        # why it cannot be set


@dataclass
class Formulas:
    """The formulas of one report, in order."""

    found: list = field(default_factory=list)
    mender: Mender = field(default_factory=Mender)

    def take_from_markdown(self, text, place):
        """Return Markdown in which each formula is a code span that holds its token."""
        return self.take(text, finding.in_markdown(text), place, "`%s`")

    def take_from_html(self, text, place):
        """Return HTML in which each formula is a code element that holds its token."""
        return self.take(text, finding.in_html(text), place, "<code>%s</code>")

    def take(self, text, found, place, form):
        """Return text with a token in place of each formula that was found in it."""
        out, position = [], 0
        for formula in found:
            source = text[formula.start:formula.end]
            token = form % self.add(formula.tex, formula.display, place, source)
            out += [text[position:formula.start], token]
            position = formula.end
        return apart([*out, text[position:]])

    def add(self, tex, display, place, source):
        """Return the token that stands for a formula which is now one of ours."""
        formula = Formula(tex.strip(), display, place, source)
        try:
            formula.typst, formula.tag = self.mender.prepare(tex, display)
        except CannotSet as problem:
            formula.reason = shortened(str(problem))
        self.found.append(formula)
        return token(len(self.found) - 1)

    def set(self, formula):
        """Return a formula's typst, None if it cannot be set: the reason says why."""
        if formula.reason:
            return None
        if not formula.typst:
            return ""       # a formula of macro definitions only
        alt, is_short = quoted(" ".join(formula.tex.split())), len(formula.typst) < ON_ONE_LINE
        if not formula.display:
            return f"#{'short-formula' if is_short else 'formula'}({alt}, ${formula.typst}$);"
        if not formula.tag and len(formula.typst) < ALWAYS_FITS and "#h(" not in formula.typst:
            return f"#formula({alt}, $ {formula.typst} $);"
        tag = f"tag: {quoted(formula.tag)}, " if formula.tag else ""
        return f"#displayed({alt}, {tag}$ {formula.typst} $);"


def apart(pieces):
    """Return pieces of Markdown in a row, an empty comment where two code spans would touch."""
    text = ""
    for piece in filter(None, pieces):
        text += ("<!-- -->" if text[-1:] == piece[0] == "`" else "") + piece
    return text


def shortened(words):
    """Return words that are short enough for a warning."""
    return words if len(words) <= LONGEST_REASON else words[:LONGEST_REASON] + "…"


def token(number):
    """Return what stands for a formula of this number in Markdown."""
    return f"\ue000{FOUND}.{number}\ue001"


def is_formula(text):
    """Return whether a text is one formula and nothing else."""
    text = text.strip()
    first = next(iter(finding.in_markdown(text)), None)
    return first is not None and (first.start, first.end) == (0, len(text))
