"""Parts of a notebook to one PDF: pandoc reads Markdown, typst sets the pages."""

import json
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pypandoc
import typst

from kit.files import Refused, one_line
from kit.report.characters import LETTERS_IN_SVG, Coverage, name_of
from kit.report.floats import choose_floats
from kit.report.formulas import Formulas
from kit.report.markdown import shown_html, tables_apart
from kit.report.parts import NOTE, Place, Problem
from kit.report.pictures import NoPicture, kind_of, points, read_picture
from kit.report.writing import FOUND, PLACED, quoted

HERE = Path(__file__).parent
TEMPLATE = HERE / "report.typ"
PANDOC_SECONDS = 100
FORBIDDEN = re.compile(  # what looks like our tokens, and what turns the order of letters around
    "[\ue000-\ue003\u202a-\u202e\u2066-\u2069]")
TOKEN = re.compile("\ue000%s\\.\\d+\ue001|\ue002%s\\.\\d+\ue003" % (PLACED, PLACED))
COLAB_BADGE = "colab.research.google.com/assets/colab-badge"
NO_CAPTION = re.compile(r".+\.(png|jpe?g|gif|svg|webp|pdf|bmp|tiff?)"
                        r"|image|picture|figure|plot|alt(ernative)? text", re.IGNORECASE)


@dataclass
class Piece:
    """Typst that may fail, what is printed if it does, and the problem that this is."""

    typst: str
    instead: str
    problem: Problem


class Typesetter:
    """Sets parts as one PDF; `problems` holds what the reader of the PDF would miss."""

    def __init__(self, system_fonts=True):
        self.system_fonts = system_fonts
        self.formulas, self.pieces, self.problems = Formulas(), {}, []
        self.outline = []   # (place, heading), heading None for anything else
        self.files = {}     # name in typst's root: bytes

    def pdf(self, parts, front):
        """Return the PDF of parts; front is the typst arguments of the title block."""
        body = self.body(parts)
        own_text = show_report(front)
        coverage = self.coverage(own_text, body, parts)
        start = TEMPLATE.read_text(encoding="utf-8") + mark_missing(coverage.missing) + own_text
        with tempfile.TemporaryDirectory() as root:
            for name, data in self.files.items():
                Path(root, name).write_bytes(data)
            place = {"root": root, "ignore_system_fonts": not coverage.system}
            try:
                return self.accessible_pdf(start + self.filled(body), place)
            except typst.TypstError:
                self.replace_broken(typst.Compiler(**place), start,
                                    [*self.pieces.values(), *body])
            try:
                return self.accessible_pdf(start + self.filled(body), place)
            except typst.TypstError as problem:
                raise Refused(f"typst could not make the report: {problem.message}") from None

    def accessible_pdf(self, source, place):
        """Return the PDF of a typst source; it claims PDF/UA-1 unless typst refuses the claim."""
        def set_pages(floats):
            return typst.Compiler(source.encode("utf-8", "replace"), **place,
                                  sys_inputs={"floats": " ".join(floats)})
        compiler = set_pages(choose_floats(set_pages))
        try:
            return compile_pdf(compiler, source, ["ua-1"])
        except typst.TypstError as refusal:
            pdf = compile_pdf(compiler, source)     # fails too where the source itself is broken
            why = one_line(refusal.message.removeprefix("PDF/UA-1 error: "), 160)
            self.problems.append(Problem(NOTE, Place("the report"), (
                f"it does not claim PDF/UA-1, the standard for screen readers: {why}")))
            return pdf

    def body(self, parts):
        """Return a piece for each part, with tokens where the pieces within it go."""
        questions = [{"format": part.kind, "text": self.text_of(part), "label": part.label,
                      "caption": self.formulas.take_from_markdown(part.caption, part.place)}
                     for part in parts]
        answer = run_pandoc({"found": FOUND, "placed": PLACED, "parts": questions,
                             "formulas": [formula.source for formula in self.formulas.found]})
        printed = [part["typst"] + part["caption"] for part in answer["parts"]]
        printed += [piece.get("caption", "") for piece in answer["pieces"]]
        self.add_formulas(set(TOKEN.findall(" ".join(printed))))
        for number, piece in enumerate(answer["pieces"]):
            add = {"picture": self.add_named_picture, "raw": self.add_raw,
                   "unprintable": self.add_unprintable}[piece["kind"]]
            self.pieces[f"\ue002{PLACED}.{number}\ue003"] = add(piece, parts[piece["place"]])
        return [self.piece_of(part, said) for part, said in zip(parts, answer["parts"])]

    def text_of(self, part):
        """Return a part's text for pandoc, its formulas replaced by tokens, "" if it has none."""
        if part.kind not in ("markdown", "html"):
            return ""
        content = part.content.replace("\r\n", "\n")
        if part.kind == "html":
            return self.formulas.take_from_html(shown_html(content), part.place)
        return self.formulas.take_from_markdown(tables_apart(content), part.place)

    def piece_of(self, part, answer):
        """Return a part as a piece: pandoc's typst if there is some, its own if not."""
        is_text = part.kind in ("markdown", "html")
        headings = answer["outline"] if is_text else [None]
        self.outline += [(part.place, heading or None) for heading in headings]
        if part.kind == "picture":
            return self.add_picture(part.content, part, "figure", width=part.width, alone=True,
                                    alt=part.alt or part.caption, caption=answer["caption"],
                                    label=part.label)
        if part.kind == "html" and part.plain and not answer["typst"].strip():
            return self.add_unprintable({"source": part.plain}, part)
        words = "typst cannot draw this cell, so the report shows it as you wrote it"
        return Piece(answer["typst"] if is_text else part.content,
                     f"#code({quoted(part.plain or part.content)});",
                     Problem("unprintable", part.place, words))

    def add_formulas(self, used):
        """Make each formula a piece; what cannot be set is printed as its TeX.

        Tokens that are not used stood in code and are `$` and text again.
        """
        for number, formula in enumerate(self.formulas.found):
            mark, source = f"\ue000{PLACED}.{number}\ue001", self.formulas.set(formula)
            display = "true" if formula.display else "false"
            words = (f"the formula {one_line(formula.tex, 80)} cannot be drawn, so the report "
                     f"shows its TeX ({formula.reason or 'typst refused it'})")
            piece = Piece(source, f"#unset({quoted(formula.tex)}, display: {display});",
                          Problem("formula", formula.place, words))
            if source is None and mark in used:
                self.give_up(piece)
            self.pieces[mark] = piece

    def add_raw(self, piece, part):
        """Return raw typst, TeX or the like as code: what a stranger wrote is never run."""
        shown = quoted(piece["source"])
        given = f"#code({shown});" if piece.get("block") else f"#raw({shown});"
        words = (f"raw {piece['format']} is not run: the report shows it as you wrote it: "
                 f"{one_line(piece['source'], 60)}")
        self.problems.append(Problem("unprintable", part.place, words))
        return Piece(given, given, None)

    def add_unprintable(self, piece, part):
        """Return the note for what needs a browser or a player, and name the problem."""
        words = f"{one_line(piece['source'], 60)} cannot be printed"
        self.problems.append(Problem("unprintable", part.place, words))
        return Piece(missing(words), missing(words), None)

    def add_named_picture(self, piece, part):
        """Return the piece of a picture that Markdown names; a note if it cannot be read."""
        name, alt = one_line(piece["source"], 60), piece.get("alt") or ""
        alone = piece.get("alone", False)
        if COLAB_BADGE in piece["source"]:
            return Piece("", "", None)      # a button of the page, not a picture of the report
        caption = piece["caption"] if alone and not NO_CAPTION.fullmatch(piece["caption"]) else ""
        try:
            data = read_picture(piece["source"], part.folder, part.attachments)
            return self.add_picture(data, part, name, alone=alone, alt=alt, caption=caption,
                                    width=points(piece.get("width")))
        except NoPicture as problem:
            return self.no_picture(part, name, problem)

    def add_picture(self, data, part, name, *, width, alone, alt="", caption="", label=""):
        """Return the piece of a picture whose bytes are known; its caption is typst."""
        try:
            kind = kind_of(data)
        except NoPicture as problem:
            return self.no_picture(part, name, problem)
        file = f"picture-{len(self.files) + 1}.{kind}"
        self.files[file] = data
        words = f"picture {name} is not shown: it is damaged, or refers to another file"
        options = {"width": width, "alt": quoted(alt or f"Figure made by {part.place}"),
                   "alone": "true" if alone else "false",
                   "caption": f"[{caption}]" if caption else "none",
                   "name": quoted(label) if label else "none"}
        listed = ", ".join(f"{option}: {value}" for option, value in options.items())
        return Piece(f'#picture("{file}", {listed});', missing(words),
                     Problem("picture", part.place, words))

    def no_picture(self, part, name, problem):
        """Return the note that stands for a picture, and name the problem."""
        words = f"picture {name} is not shown: {problem}"
        self.problems.append(Problem("picture", part.place, words))
        return Piece(missing(words), missing(words), None)

    def coverage(self, front, body, parts):
        """Return which characters need a system font; name those that no font has."""
        texts = [self.filled([piece]) for piece in body]
        drawn = [letters for data in self.files.values() if data.lstrip().startswith(b"<")
                 for letters in LETTERS_IN_SVG.findall(data.decode("utf-8", "replace"))]
        coverage = Coverage([front, *texts, *drawn], self.system_fonts)
        told = set()
        for part, text in zip(parts, texts):
            absent = [letter for letter in coverage.missing
                      if letter in text and (part.place, letter) not in told]
            told.update((part.place, letter) for letter in absent)
            if absent:
                more = f" and {len(absent) - 3} more" if len(absent) > 3 else ""
                words = (f"no font has {', '.join(map(name_of, absent[:3]))}{more}, so "
                         "the report shows its number: install a font such as Noto, or write "
                         "it in words")
                self.problems.append(Problem("character", part.place, words))
        return coverage

    def give_up(self, piece):
        """Print what stands for a piece instead of it, and name the problem."""
        if piece.problem and piece.typst != piece.instead:
            self.problems.append(piece.problem)
        piece.typst = piece.instead

    def replace_broken(self, compiler, start, pieces):
        """Give up every piece that typst cannot set by itself."""
        for piece in pieces:
            try:
                compile_pdf(compiler, start + self.filled([piece]))
            except typst.TypstError:
                self.give_up(piece)

    def filled(self, body):
        """Return the typst of pieces, with the pieces within them in place of their tokens."""
        def fill(match):
            return TOKEN.sub(fill, self.pieces[match[0]].typst)
        whole = TOKEN.sub(fill, "\n\n".join(piece.typst for piece in body))
        return FORBIDDEN.sub("\ufffd", whole)


def missing(words):
    """Return the typst of a note that stands for what is not there."""
    return f"#missing({quoted(words[0].upper() + words[1:] + '.')});"


def show_report(front):
    """Return the typst that sets what follows as a report; front maps names to typst."""
    return "\n#show: report.with(%s)\n\n" % ", ".join(
        f"{name}: {value}" for name, value in front.items())


def mark_missing(letters):
    """Return the typst that prints the numbers of characters that no font has."""
    if not letters:
        return ""
    return '\n#show regex("[%s]"): it => missing-letter(it.text)\n' % "".join(
        f"\\u{{{ord(letter):x}}}" for letter in letters)


def compile_pdf(compiler, source, standards=()):
    """Return the PDF of a typst source; it keeps to these standards."""
    return compiler.compile(source.encode("utf-8", "replace"), format="pdf",
                            pdf_standards=list(standards))


def run_pandoc(question):
    """Return the answer of pandoc.lua to a question; see there for both."""
    try:
        program = pypandoc.get_pandoc_path()
        done = subprocess.run([program, "lua", str(HERE / "pandoc.lua")],
                              input=json.dumps(question).encode(), capture_output=True,
                              timeout=PANDOC_SECONDS, check=False)
    except OSError:
        raise Refused("pandoc was not found: run `pip install --force-reinstall "
                      "pypandoc_binary`") from None
    except subprocess.TimeoutExpired:
        raise Refused(f"pandoc did not finish in {PANDOC_SECONDS} s: look for a Markdown "
                      "cell that is very long or deeply nested") from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Refused(f"pandoc could not read the Markdown: {one_line(' '.join(said[:2]))}")
    return json.loads(done.stdout)
