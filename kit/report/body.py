"""Writes the body of the report: the typst of all fragments, and the problems on the way."""

import re
from dataclasses import dataclass

from kit.files import shorten
from kit.report.formulas import Formulas
from kit.report.fragments import NOTE, Problem
from kit.report.keys import ANY_PLACED, FORBIDDEN, FOUND, PIECE_KEY, PLACED, PLACED_KEY
from kit.report.markdown import apply_stylesheet, remove_unseen, separate_tables
from kit.report.pandoc import run_pandoc
from kit.report.picture_data import PRINTED, prepare_picture
from kit.report.pictures import NoPicture, measure_inches, parse_length, read_picture
from kit.report.typst_syntax import COLOURS, quote_text

COLAB_BADGE = "colab.research.google.com/assets/colab-badge"
NO_CAPTION = re.compile(r".+\.(png|jpe?g|gif|svg|webp|pdf|bmp|tiff?)"
                        r"|image|picture|figure|plot|alt(ernative)? text", re.IGNORECASE)


@dataclass
class Attempt:
    """Typst that may fail, the typst to print if it does, and the problem that this is."""

    typst: str
    fallback: str
    problem: Problem = None


class Body:
    """The typst of fragments; `problems` lists what a reader of the PDF would miss."""

    def __init__(self):
        self.fragments, self.attempts = [], []      # one attempt for each fragment
        self.by_key = {}        # key: the attempt that takes its place
        self.formulas, self.problems = Formulas(), []
        self.outline = []       # (place, heading), heading None for anything else
        self.files = {}         # name of a picture: its bytes

    def add(self, fragments):
        """Make an attempt for each fragment, with keys for the formulas and pieces in it."""
        questions = [{"format": fragment.kind, "text": self.prepare_text(fragment),
                      "label": fragment.label, "caption": self.formulas.replace_in_markdown(
                          fragment.caption, fragment.place)} for fragment in fragments]
        answer = run_pandoc({"found": FOUND, "placed": PLACED, "fragments": questions,
                             "colours": COLOURS,
                             "formulas": [formula.source for formula in self.formulas.found]})
        printed = [one["typst"] + one["caption"] for one in answer["fragments"]]
        printed += [piece.get("caption", "") for piece in answer["pieces"]]
        self.add_formulas(set(ANY_PLACED.findall(" ".join(printed))))
        for number, piece in enumerate(answer["pieces"]):
            add = {"picture": self.add_named_picture, "raw": self.add_raw,
                   "unprintable": self.add_unprintable}[piece["kind"]]
            self.by_key[PIECE_KEY % number] = add(piece, fragments[piece["fragment"]])
        self.fragments = fragments
        self.attempts = [self.add_fragment(fragment, one)
                         for fragment, one in zip(fragments, answer["fragments"])]

    def prepare_text(self, fragment):
        """A fragment's text for pandoc, with keys in place of formulas; "" if it has none."""
        if fragment.kind not in ("markdown", "html"):
            return ""
        text = fragment.content.replace("\r\n", "\n")
        if fragment.kind == "html":
            text = remove_unseen(apply_stylesheet(text))
            return self.formulas.replace_in_html(text, fragment.place)
        return self.formulas.replace_in_markdown(separate_tables(text), fragment.place)

    def add_fragment(self, fragment, answer):
        """An attempt at a fragment: with pandoc's typst for Markdown and HTML, else its own."""
        is_text = fragment.kind in ("markdown", "html")
        headings = answer["outline"] if is_text else [None]
        self.outline += [(fragment.place, heading or None) for heading in headings]
        if fragment.kind == "picture":
            return self.add_picture(fragment.content, fragment, "figure", width=fragment.width,
                                    alone=True, alt=fragment.alt or fragment.caption,
                                    caption=answer["caption"], label=fragment.label)
        if fragment.kind == "html" and fragment.plain and not answer["typst"].strip():
            return self.add_unprintable({"source": fragment.plain}, fragment)
        words = "typst cannot draw this cell, so the report shows it as you wrote it"
        return Attempt(answer["typst"] if is_text else fragment.content,
                       f"#code({quote_text(fragment.plain or fragment.content)});",
                       Problem("unprintable", fragment.place, words))

    def add_formulas(self, used):
        """Make an attempt at each formula; print the TeX of those that cannot be set.

        A key that is not used stood in code, where pandoc.lua wrote `$` and text again.
        """
        self.formulas.resolve_references()
        for number, formula in enumerate(self.formulas.found):
            key, typst = PLACED_KEY % number, formula.write_typst()
            display = "true" if formula.display else "false"
            words = (f"the formula {shorten(formula.tex, 80)} cannot be drawn, so the report "
                     f"shows its TeX ({formula.reason or 'typst refused it'})")
            attempt = Attempt(typst, f"#unset({quote_text(formula.tex)}, display: {display});",
                              Problem("formula", formula.place, words))
            if typst is None and key in used:
                self.give_up(attempt)
            self.by_key[key] = attempt

    def add_raw(self, piece, fragment):
        """Print raw typst, TeX or the like as code: strangers wrote it, so it never runs."""
        source = quote_text(piece["source"])
        code = f"#code({source});" if piece.get("block") else f"#raw({source});"
        words = (f"raw {piece['format']} is not run: the report shows it as you wrote it: "
                 f"{shorten(piece['source'], 60)}")
        self.problems.append(Problem("unprintable", fragment.place, words))
        return Attempt(code, code)

    def add_unprintable(self, piece, fragment):
        """Print a note instead of content that needs a browser or a player."""
        words = f"{shorten(piece['source'], 60)} cannot be printed"
        return self.add_note("unprintable", fragment, words)

    def add_note(self, kind, fragment, words):
        """Print a note instead of missing content, and list the problem."""
        self.problems.append(Problem(kind, fragment.place, words))
        note = write_note(words)
        return Attempt(note, note)

    def add_named_picture(self, piece, fragment):
        """An attempt at a picture that Markdown names; a note if it cannot be read."""
        name, alt = shorten(piece["source"], 60), piece.get("alt") or ""
        alone = piece.get("alone", False)
        if COLAB_BADGE in piece["source"]:
            return Attempt("", "")      # a button of the page, not a picture of the report
        numbered = alone and piece.get("line") != "captioned"
        caption = "" if NO_CAPTION.fullmatch(piece["caption"]) else piece["caption"]
        caption = caption if numbered else ""
        try:
            data, remark = read_picture(piece["source"], fragment.folder, fragment.attachments)
        except NoPicture as problem:
            return self.add_note("picture", fragment, f"picture {name} is not shown: {problem}")
        if remark:
            self.problems.append(Problem(NOTE, fragment.place, shorten(remark, 200)))
        sizes = {side: parse_length(piece.get(side)) for side in ("width", "height")}
        zoom = parse_length(piece.get("zoom"))
        return self.add_picture(
            data, fragment, name, alone=alone, alt=alt, caption=caption, **sizes,
            zoom=zoom if zoom.endswith("%") else "100%", line=piece.get("line") or "")

    def add_picture(self, data, fragment, name, *, width, alone, alt="", caption="", label="",
                    height="auto", zoom="100%", line=""):
        """An attempt at a picture whose bytes are known; its caption is typst.

        line: where it stands in its paragraph, as paragraphs.lua says
        """
        try:
            kind, data, is_photograph = prepare_picture(data, measure_inches(width, PRINTED[0]))
        except NoPicture as problem:
            return self.add_note("picture", fragment, f"picture {name} is not shown: {problem}")
        file = f"picture-{len(self.files) + 1}.{kind}"
        self.files[file] = data
        words = f"picture {name} is not shown: it is damaged, or refers to another file"
        options = {"width": width, "alt": quote_text(alt or f"Figure made by {fragment.place}"),
                   "alone": "true" if alone else "false",
                   "caption": f"[{caption}]" if caption else "none",
                   "name": quote_text(label) if label else "none",
                   "height": "auto" if height.endswith("%") else height, "zoom": zoom,
                   "line": quote_text(line), "tall": "true" if is_photograph else "false"}
        listed = ", ".join(f"{option}: {value}" for option, value in options.items())
        return Attempt(f'#picture("{file}", {listed});', write_note(words),
                       Problem("picture", fragment.place, words))

    def give_up(self, attempt):
        """Print the fallback of an attempt, and list its problem."""
        if attempt.problem and attempt.typst != attempt.fallback:
            self.problems.append(attempt.problem)
        attempt.typst = attempt.fallback

    def fill_in(self, attempts):
        """The typst of attempts, with other attempts in place of their keys."""
        def fill(match):
            return ANY_PLACED.sub(fill, self.by_key[match[0]].typst)
        whole = ANY_PLACED.sub(fill, "\n\n".join(attempt.typst for attempt in attempts))
        return FORBIDDEN.sub("\ufffd", whole)


def write_note(words):
    """The typst of a note about missing content."""
    return f"#missing({quote_text(words[0].upper() + words[1:] + '.')});"
