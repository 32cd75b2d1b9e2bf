"""An nbconvert exporter that makes a PDF by pandoc and typst, without TeX or a browser.

    jupyter nbconvert --to typstpdf notebook.ipynb
"""

import contextlib
import copy
import datetime
import os
import re
from dataclasses import dataclass
from pathlib import Path

from nbconvert.exporters import Exporter
from nbconvert.utils.exceptions import ConversionException
from traitlets import Bool, Int, List, Unicode
from traitlets.config import Config

from kit.pdf.formulas import quoted
from kit.pdf.pictures import NoPicture, decode, points
from kit.pdf.typesetting import CannotTypeset, Part, Typesetter

PICTURES = ("image/svg+xml", "image/png", "image/jpeg")
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
MEANINGLESS = re.compile(r"\s*\[?<(matplotlib\.|Figure size|Axes|AxesSubplot)[^>]*>.*\s*",
                         re.DOTALL)
LONGEST_LINE = 2000
TAGS = {"remove_cell_tags": {"remove-cell", "remove_cell"},
        "remove_input_tags": {"remove-input", "remove_input", "hide-input"},
        "remove_all_outputs_tags": {"remove-output", "remove_output"}}


@dataclass(frozen=True)
class Source:
    """Where a cell comes from: its notebook, its number there, and the notebook's folder."""

    notebook: str
    cell: int
    folder: Path = None

    def __str__(self):
        return f"{self.notebook}, cell {self.cell}"


class TypstPDFExporter(Exporter):
    """Notebook to PDF: nbconvert does the cells, pandoc the Markdown and TeX, typst the pages."""

    export_from_notebook = "PDF via typst"
    output_mimetype = "application/pdf"

    include_code = Bool(False, help="Whether code cells are printed.").tag(config=True)
    title = Unicode("", help="Title; the notebook's own or its name if empty.").tag(config=True)
    subtitle = Unicode("", help="Line beneath the title.").tag(config=True)
    authors = List(Unicode(), help="Authors; the notebook's own if empty.").tag(config=True)
    date = Unicode("", help="Date, as 2026-03-01 or in words; today if empty.").tag(config=True)
    language = Unicode("en", help="Language code, for hyphenation.").tag(config=True)
    max_output_lines = Int(60, help="Longer text outputs are shortened.").tag(config=True)

    def _file_extension_default(self):
        return ".pdf"

    @property
    def default_config(self):
        """Return nbconvert's configuration with the kit's cell tags."""
        tags = {"enabled": True, **{name: set(tags) for name, tags in TAGS.items()}}
        return Config({"TagRemovePreprocessor": tags})

    def from_notebook_node(self, nb, resources=None, **kw):
        """Return (PDF bytes, resources); resources["warnings"] says what went wrong in it."""
        nb, sources = with_sources(nb, resources)
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        parts = [part for cell in nb.cells for part in self.parts_of(cell, sources[cell.id])]
        typesetter = Typesetter()
        try:
            pdf = typesetter.pdf(parts, self.front(nb, resources))
        except CannotTypeset as problem:
            raise ConversionException(str(problem)) from None
        for warning in typesetter.warnings:
            self.log.warning(warning)
        resources["output_extension"], resources["warnings"] = ".pdf", typesetter.warnings
        return pdf, resources

    def front(self, nb, resources):
        """Return the arguments of the title block as typst, by name."""
        name = resources.get("metadata", {}).get("name") or "Notebook"
        listed = nb.metadata.get("authors") or []
        own = [author.get("name", "") for author in listed if isinstance(author, dict)]
        words, day = date_of(self.date, self.language)
        return {"title": quoted(self.title or str(nb.metadata.get("title") or name)),
                "subtitle": quoted(self.subtitle),
                "authors": "(%s)" % "".join(quoted(author) + ", "
                                            for author in (self.authors or own) if author),
                "date": quoted(words), "language": quoted(self.language),
                "made": f"datetime(year: {day.year}, month: {day.month}, day: {day.day})"}

    def parts_of(self, cell, source):
        """Return the parts of one cell."""
        if cell.cell_type == "markdown":
            return [Part("markdown", cell.source, str(source), source.folder,
                         cell.get("attachments", {}))]
        if cell.cell_type != "code":
            return []
        parts = []
        hidden = cell.metadata.get("transient", {}).get("remove_source")
        if self.include_code and not hidden and cell.source.strip():
            parts.append(Part("typst", f'#code({quoted(cell.source)}, lang: "python")',
                              str(source)))
        for output in cell.get("outputs", []):
            parts += self.parts_of_output(output, source)
        return parts

    def parts_of_output(self, output, source):
        """Return the parts of one output; none for stderr, where progress bars are."""
        if output.output_type == "stream":
            return [] if output.name == "stderr" else self.text("output", output.text, source)
        if output.output_type == "error":
            traceback = "\n".join(output.get("traceback") or [output.ename + ": " + output.evalue])
            return self.text("failure", traceback, source)
        return self.parts_of_bundle(output.get("data", {}), output.get("metadata", {}), source)

    def parts_of_bundle(self, data, metadata, source):
        """Return the parts of the one kind of an output that prints best."""
        for kind in PICTURES:
            if kind in data:
                return [picture_part(as_text(data[kind]), metadata.get(kind, {}), source)]
        if any("widget" in kind for kind in data):
            return []
        if "text/markdown" in data:
            return [Part("markdown", as_text(data["text/markdown"]), str(source), source.folder)]
        if "<table" in as_text(data.get("text/html", "")):
            return [Part("html", as_text(data["text/html"]), str(source), source.folder)]
        if "text/latex" in data:
            return [Part("markdown", as_text(data["text/latex"]), str(source), source.folder)]
        plain = as_text(data.get("text/plain", ""))
        return [] if MEANINGLESS.fullmatch(plain) else self.text("output", plain, source)

    def text(self, function, text, source):
        """Return plain text as a part: without colours, shortened if it is very long."""
        lines = ESCAPES.sub("", text).rstrip().split("\n")
        lines = [line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + " …"
                 for line in lines]
        left_out = len(lines) - self.max_output_lines
        if not any(lines):
            return []
        if left_out <= 0:
            return [Part("typst", f"#{function}({listing(lines)})", str(source))]
        head = self.max_output_lines * 3 // 4
        tail = lines[-(self.max_output_lines - head):]
        return [Part("typst", f"#{function}({listing(lines[:head])})\n"
                              f'#note("… {left_out} lines left out …")\n'
                              f"#{function}({listing(tail)})", str(source))]


def with_sources(nb, resources):
    """Return a copy of the notebook whose cells have ids of their own, and sources by id."""
    nb, resources = copy.deepcopy(nb), resources or {}
    nb.nbformat_minor = max(nb.get("nbformat_minor", 5), 5)
    metadata = resources.get("metadata", {})
    name = (metadata.get("name") or "notebook") + ".ipynb"
    folder = Path(metadata["path"] or ".") if "path" in metadata else None
    sources = resources.get("sources") or [Source(name, number, folder)
                                           for number in range(1, len(nb.cells) + 1)]
    for number, cell in enumerate(nb.cells):
        cell.id = f"cell-{number}"
    return nb, {cell.id: source for cell, source in zip(nb.cells, sources)}


def picture_part(content, metadata, source):
    """Return a picture output as a part; typst is told its width on screen if it is known."""
    try:
        data = decode(content)
    except NoPicture:
        data = b""          # typesetting says that it is no picture
    return Part("picture", data, str(source), width=points(metadata.get("width")))


def as_text(content):
    """Return a MIME bundle's entry as text: files may hold it as a list of lines."""
    return content if isinstance(content, str) else "".join(map(str, content))


def listing(lines):
    """Return lines as a typst string."""
    return quoted("\n".join(lines))


def date_of(given, language):
    """Return a date in words and as a date; SOURCE_DATE_EPOCH stands for today if it is set."""
    today = datetime.date.today()
    with contextlib.suppress(KeyError, ValueError, OverflowError, OSError):  # no sensible number
        epoch = int(os.environ["SOURCE_DATE_EPOCH"])
        today = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc).date()
    try:
        day = datetime.date.fromisoformat(given) if given else today
    except ValueError:
        return given, today
    months = ("January February March April May June July August September October November "
              "December").split()
    words = f"{day.day} {months[day.month - 1]} {day.year}"
    return words if language == "en" else day.isoformat(), day
