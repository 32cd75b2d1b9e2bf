"""Parts of a notebook to one PDF: pandoc reads Markdown, typst sets the pages."""

import json
import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pypandoc
import typst

from kit.pdf.formulas import Formulas, quoted
from kit.pdf.pictures import NoPicture, kind_of, pixel_width, points, read_picture

HERE = Path(__file__).parent
TEMPLATE = HERE / "report.typ"
PANDOC_SECONDS = 120
OUR_TOKENS = re.compile("[\ue000-\ue005]")
TOKEN = re.compile("(\ue000\\d+\ue001|\ue002\\d+\ue003)")


class CannotTypeset(Exception):
    """A report that cannot be made, in one sentence."""


@dataclass
class Part:
    """A piece of a cell: Markdown, HTML, typst or a picture, and where it stands."""

    kind: str               # "markdown", "html", "typst" or "picture"
    content: object         # text, or a picture's bytes
    place: str              # "task1.ipynb, cell 3"
    folder: Path = None     # where its pictures lie
    attachments: dict = field(default_factory=dict)
    width: str = "auto"     # of a picture, as a typst length


@dataclass
class Piece:
    """Typst that may fail, what is printed if it does, and the warning that goes with it."""

    typst: str
    instead: str
    warning: str


class Typesetter:
    """Sets parts as one PDF; `warnings` holds what the reader of the PDF would miss."""

    def __init__(self):
        self.formulas, self.pieces, self.warnings = Formulas(), {}, []
        self.files = {}     # name in typst's root: bytes

    def pdf(self, parts, front):
        """Return the PDF of parts; front is the typst arguments of the title block."""
        body = self.body([clean(part) for part in parts])
        start = TEMPLATE.read_text(encoding="utf-8") + show_report(front)
        with tempfile.TemporaryDirectory() as root:
            for name, data in self.files.items():
                Path(root, name).write_bytes(data)
            compiler = typst.Compiler(root=root, ignore_system_fonts=True)
            try:
                return compile_pdf(compiler, start + self.filled(body))
            except typst.TypstError:
                self.replace_broken(compiler, start, [*self.pieces.values(), *body])
            try:
                return compile_pdf(compiler, start + self.filled(body))
            except typst.TypstError as problem:
                raise CannotTypeset(f"typst could not set the report: {problem.message}") from None

    def body(self, parts):
        """Return a piece for each part, with tokens where the pieces within it go."""
        given = [(number, part) for number, part in enumerate(parts)
                 if part.kind in ("markdown", "html")]
        questions = [{"format": part.kind, "place": number, "text": self.text_of(part)}
                     for number, part in given]
        answer = run_pandoc({"parts": questions,
                             "formulas": [formula.source for formula in self.formulas.found]})
        self.add_formulas(set(TOKEN.findall(" ".join(answer["parts"]))))
        for number, piece in enumerate(answer["pieces"]):
            token, part = f"\ue002{number}\ue003", parts[piece["place"]]
            add = self.add_raw if piece["kind"] == "typst" else self.add_named_picture
            self.pieces[token] = add(piece, part)
        texts = dict(zip((number for number, _ in given), answer["parts"]))
        return [self.piece_of(part, texts.get(number)) for number, part in enumerate(parts)]

    def text_of(self, part):
        """Return a part's text for pandoc, its formulas replaced by tokens."""
        take = {"markdown": self.formulas.take_from_markdown,
                "html": self.formulas.take_from_html}[part.kind]
        return take(part.content, part.place)

    def piece_of(self, part, text):
        """Return a part as a piece: pandoc's typst if there is some, its own if not."""
        if part.kind == "picture":
            return self.add_picture(part.content, part, "figure", part.width, True)
        return Piece(part.content if text is None else text, f"#code({quoted(part.content)});",
                     f"{part.place} could not be set and is printed as it was written")

    def add_formulas(self, used):
        """Make each formula a piece; what cannot be set is printed as its TeX.

        Tokens that are not used stood in code and are `$` and text again.
        """
        for number, formula in enumerate(self.formulas.found):
            token, source = f"\ue000{number}\ue001", self.formulas.set(formula)
            display = "true" if formula.display else "false"
            piece = Piece(
                source, f"#unset({quoted(formula.tex)}, display: {display});",
                f"{formula.place}: the formula {one_line(formula.tex)} could not be set "
                f"and is printed as its TeX ({formula.reason or 'typst refused it'})")
            if source is None and token in used:
                self.give_up(piece)
            self.pieces[token] = piece

    def add_raw(self, piece, part):
        """Return a student's raw typst as a piece of its own, which cannot harm the rest."""
        source = piece["source"]
        given = Piece(f'#eval({quoted(source)}, mode: "markup");', f"#code({quoted(source)});",
                      f"{part.place}: the raw typst {one_line(source)} could not be set "
                      "and is printed as code")
        if re.search(r"\b(import|include)\b", source):  # could fetch packages from the network
            self.give_up(given)
        return given

    def add_named_picture(self, piece, part):
        """Return the piece of a picture that Markdown names; a note if it cannot be read."""
        name, alt = one_line(piece["source"], 60), piece.get("alt") or ""
        try:
            data = read_picture(piece["source"], part.folder, part.attachments)
            width = points(piece.get("width"))
            return self.add_picture(data, part, name, width, piece.get("alone", False), alt)
        except NoPicture as problem:
            return self.no_picture(part, name, problem)

    def add_picture(self, data, part, name, width, alone, alt=""):
        """Return the piece of a picture whose bytes are known."""
        try:
            file = f"picture-{len(self.files) + 1}.{kind_of(data)}"
        except NoPicture as problem:
            return self.no_picture(part, name, problem)
        self.files[file] = data
        pixels = pixel_width(data)
        alt = alt or f"Figure made by {part.place}"
        words = f"Picture {name} is not shown: it is damaged."
        return Piece(
            f'#picture("{file}", width: {width}, pixels: {"none" if pixels is None else pixels}, '
            f'alt: {quoted(alt)}, alone: {"true" if alone else "false"});',
            f"#missing-picture({quoted(words)});", f"{part.place}: {words}")

    def no_picture(self, part, name, problem):
        """Return the note that stands for a picture, and warn of it."""
        words = f"Picture {name} is not shown: {problem}."
        piece = Piece("", f"#missing-picture({quoted(words)});", f"{part.place}: {words}")
        self.give_up(piece)
        return piece

    def give_up(self, piece):
        """Print what stands for a piece instead of it, and warn."""
        piece.typst = piece.instead
        self.warnings.append(piece.warning)

    def replace_broken(self, compiler, start, pieces):
        """Give up every piece that typst cannot set by itself."""
        for piece in pieces:
            try:
                compile_pdf(compiler, start + self.filled([piece]))
            except typst.TypstError:
                self.give_up(piece)

    def filled(self, body):
        """Return the typst of pieces, with the pieces within them in place of their tokens."""
        text = "\n\n".join(piece.typst for piece in body)
        return TOKEN.sub(lambda match: self.pieces[match[0]].typst, text)


def clean(part):
    """Return a part with plain line ends and without the characters that mark our tokens."""
    if isinstance(part.content, str):
        text = part.content.replace("\r\n", "\n")
        part.content = OUR_TOKENS.sub("\ufffd", text)
    return part


def show_report(front):
    """Return the typst that sets what follows as a report; front maps names to typst."""
    return "\n#show: report.with(%s)\n\n" % ", ".join(
        f"{name}: {value}" for name, value in front.items())


def compile_pdf(compiler, source):
    """Return the PDF of a typst source."""
    return compiler.compile(source.encode("utf-8"), format="pdf")


def one_line(text, longest=80):
    """Return text on one line, shortened."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[:longest - 1] + "…"


def run_pandoc(question):
    """Return the answer of pandoc.lua to a question; see there for both."""
    try:
        program = pypandoc.get_pandoc_path()
        done = subprocess.run([program, "lua", str(HERE / "pandoc.lua")],
                              input=json.dumps(question).encode(), capture_output=True,
                              timeout=PANDOC_SECONDS, check=False)
    except OSError:
        raise CannotTypeset("pandoc was not found: run `pip install --force-reinstall "
                            "pypandoc_binary`") from None
    except subprocess.TimeoutExpired:
        raise CannotTypeset(f"pandoc did not finish in {PANDOC_SECONDS} s: look for a Markdown "
                            "cell that is very long or deeply nested") from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise CannotTypeset(f"pandoc could not read the Markdown: {' '.join(said[:2])}")
    return json.loads(done.stdout)
