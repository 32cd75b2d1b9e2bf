"""The formulas of a notebook: found as Jupyter finds them, handed to pandoc, set as typst."""

import html
import re
from dataclasses import dataclass, field

from kit.pdf.tex import HOLES, CannotSet, Mender

TOKEN_START, TOKEN_END = "\ue000", "\ue001"  # private-use characters: no notebook writes these
PARAGRAPH = r"(?:(?!\n[ \t]*\n)%s)+"         # a run that no blank line interrupts

FORMULA = re.compile(r"""
    (?P<verbatim> ^[ \t>]*(?P<fence>`{3,}|~{3,})[^\n]*\n
                  .*? (?:^[ \t>]*(?P=fence)[`~]*[ \t]*$|\Z)
                | (?<!`)(?P<ticks>`+)(?!`) %(any)s? (?<!`)(?P=ticks)(?!`)
                | \\\$ )
  | \$\$ (?P<dollars> .+?) (?<!\\)\$\$
  | (?P<environment> \\begin\{(?P<name>(?:%(displays)s)\*?)\} .*? \\end\{(?P=name)\})
  | \\\\?\[ (?P<brackets> %(any)s?) \\\\?\]
  | \\\\?\( (?P<round> %(any)s?) \\\\?\)
  | \$ (?P<inline> %(inline)s) \$ (?!\d)
""" % {"any": PARAGRAPH % ".", "inline": PARAGRAPH % r"(?:\\.|[^$\\`])",
       "displays": "align|alignat|equation|gather|multline|eqnarray|flalign|displaymath|math"},
    re.VERBOSE | re.DOTALL | re.MULTILINE)
HTML_FORMULA = re.compile(r"\$(?P<inline>[^$<>\n]+)\$(?!\d)")


@dataclass
class Formula:
    """One formula: its TeX as written, where it stands, and what has become of it."""

    tex: str
    display: bool
    place: str
    mended: str = ""
    tag: str = ""
    reason: str = ""        # why it cannot be set


@dataclass
class Formulas:
    """The formulas of one report, in order."""

    found: list = field(default_factory=list)
    mender: Mender = field(default_factory=Mender)

    def take_from_markdown(self, text, place):
        """Return Markdown in which each formula is a code span that holds its token."""
        def token(match):
            if match["verbatim"] is not None:
                return match[0]
            display = match["inline"] is None and match["round"] is None
            tex = match["environment"] or match["dollars"] or match["brackets"] \
                or match["round"] or match["inline"]
            return f"`{self.add(tex, display, place)}`" if tex.strip() else match[0]
        return FORMULA.sub(token, text)

    def take_from_html(self, text, place):
        """Return HTML in which each formula is a code element that holds its token."""
        def token(match):
            return f"<code>{self.add(html.unescape(match['inline']), False, place)}</code>"
        return HTML_FORMULA.sub(token, text)

    def add(self, tex, display, place):
        """Return the token that stands for a formula which is now one of ours."""
        formula = Formula(tex.strip(), display, place)
        try:
            formula.mended, formula.tag = self.mender.prepare(formula.tex)
        except CannotSet as problem:
            formula.reason = str(problem)
        self.found.append(formula)
        return f"{TOKEN_START}{len(self.found) - 1}{TOKEN_END}"

    def questions(self):
        """Return what pandoc must answer: each TeX once."""
        texts = {}
        for formula in self.found:
            for text in self.mender.texts_within(formula.mended):
                texts.setdefault(text, None)
        return [text for text in texts if text.strip()]

    def set(self, formula, answers):
        """Return a formula's typst, None if pandoc could not read it: the reason says why."""
        if formula.reason:
            return None
        texts = [text for text in self.mender.texts_within(formula.mended) if text.strip()]
        unread = [answers[text] for text in texts if "typst" not in answers[text]]
        if unread:
            formula.reason = unread[0]["reason"]
            return None
        typst = {text: answers[text]["typst"] for text in texts}
        body = self.mender.fill(typst.get(formula.mended, ""), typst)
        if HOLES.search(body):
            formula.reason = "not understood"
            return None
        if not body.strip():
            return ""       # a formula of macro definitions only
        if formula.tag:
            return f"#tagged({quoted(formula.tag)}, $ {body} $)"
        return f"$ {body} $" if formula.display else f"${body}$"


def quoted(text):
    """Return text as a typst string."""
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return '"%s"' % re.sub(r"[\x00-\x08\x0b-\x1f\x7f]",
                           lambda match: "\\u{%x}" % ord(match[0]), text)


def is_formula(text):
    """Return whether a text is one formula and nothing else."""
    match = FORMULA.fullmatch(text.strip())
    return match is not None and match["verbatim"] is None
