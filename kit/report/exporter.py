"""An nbconvert exporter that makes a PDF with pandoc and typst. It needs no TeX, no browser.

    jupyter nbconvert --to typstpdf notebook.ipynb
"""

import copy
import sys

import nbformat
from nbconvert.exporters import Exporter
from nbconvert.utils.exceptions import ConversionException
from traitlets import Bool, Int, List, Unicode
from traitlets.config import Application

from kit.files import Refused
from kit.report.launcher import MEMORY, SECONDS, make_pdf


class TypstPDFExporter(Exporter):
    """Notebook to PDF: nbconvert's preprocessors, then the PDF process."""

    export_from_notebook = "PDF via typst"
    output_mimetype = "application/pdf"

    include_code = Bool(False, help="Print the code cells.").tag(config=True)
    title = Unicode("", help="Title; if empty, the notebook's title or name.").tag(config=True)
    subtitle = Unicode("", help="Line below the title.").tag(config=True)
    authors = List(Unicode(), help="Authors; if empty, the notebook's.").tag(config=True)
    date = Unicode("", help="Date, as 2026-03-01 or in words; if empty, today.").tag(config=True)
    language = Unicode("en", help="Language code, for hyphenation.").tag(config=True)
    max_output_lines = Int(60, help="Most lines of a text output.").tag(config=True)
    system_fonts = Bool(True, help="Use fonts of this machine for characters that the "
                                   "report's own fonts lack.").tag(config=True)
    seconds = Int(SECONDS, help="Time limit for making the PDF.").tag(config=True)
    memory = Int(MEMORY, help="Memory limit for it, in bytes.").tag(config=True)

    def _file_extension_default(self):
        return ".pdf"

    def from_notebook_node(self, nb, resources=None, **kw):
        """(PDF bytes, resources); resources["problems"] lists the problems."""
        metadata = (resources or {}).get("metadata", {})
        name = (metadata.get("name") or "notebook") + ".ipynb"
        nb = number_cells(nb)
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        numbers = [cell.metadata.pop("kit_number") for cell in nb.cells]
        given = {"text": nbformat.writes(nb), "name": name, "numbers": numbers,
                 "folder": (metadata["path"] or ".") if "path" in metadata else None}
        settings = {trait: getattr(self, trait)
                    for trait in ("title", "subtitle", "authors", "date", "language")}
        notes = []
        try:
            pdf, problems = make_pdf(
                [given], settings=settings, code=self.include_code,
                most_lines=self.max_output_lines, system_fonts=self.system_fonts,
                seconds=self.seconds, memory=self.memory, notes=notes)
        except Refused as refusal:
            if Application.initialized() and Application.instance().name == "jupyter-nbconvert":
                self.log.critical(str(refusal))     # the command would print a traceback
                sys.exit(2)
            raise ConversionException(str(refusal)) from None
        for problem in [*problems, *notes]:
            self.log.warning(str(problem))
        resources["output_extension"], resources["problems"] = ".pdf", problems
        return pdf, resources


def number_cells(nb):
    """A copy of a notebook that stores the numbers of its cells: preprocessors remove cells."""
    nb = copy.deepcopy(nb)
    for number, cell in enumerate(nb.cells, start=1):
        cell.metadata["kit_number"] = number
    return nb
