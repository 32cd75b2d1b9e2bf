"""Notebooks made for a test, and what the PDF made of them holds."""
import io
import os
import re
import sys
import zlib
from unittest import mock

import nbformat
import nbformat.v4 as nb4
import pypdf
import pytest
from PIL import Image, ImageOps

from kit.notebook_files import Notebook
from kit.report import pdf_process, typesetting
from kit.report.body import Body
from kit.report.cells import make_fragments
from kit.report.characters import find_foreign_letters

SETTINGS = {"title": "", "subtitle": "", "authors": [], "date": "", "language": "en"}
RUN = 10**6     # stands for the number of a cell that has been run


def markdown(text, **more):
    """Return a Markdown cell."""
    return nb4.new_markdown_cell(text, **more)


def code(source, *outputs):
    """Return a code cell that has been run."""
    return nb4.new_code_cell(source, outputs=list(outputs), execution_count=RUN)


def shown(**data):
    """Return an output with MIME types as keywords: text_plain is text/plain."""
    return nb4.new_output("display_data", {kind.replace("_", "/"): value
                                           for kind, value in data.items()})


def stream(text, name="stdout"):
    """Return a stream output."""
    return nb4.new_output("stream", name=name, text=text)


def png(width=4, height=3, dpi=None):
    """Return the bytes of a small grey PNG; dpi tells its size in print."""
    def chunk(kind, data):
        return (len(data).to_bytes(4, "big") + kind + data
                + zlib.crc32(kind + data).to_bytes(4, "big"))
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    density = round((dpi or 0) / 0.0254).to_bytes(4, "big")
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + bytes([8, 0, 0, 0, 0]))
            + (chunk(b"pHYs", density * 2 + b"\1") if dpi else b"")
            + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


def notebook(*cells):
    """Return a notebook of cells; those that code() made count as run one after the other."""
    run = [cell for cell in cells if cell.get("execution_count") == RUN]
    for count, cell in enumerate(run, start=1):
        cell.execution_count = count
    return nb4.new_notebook(cells=list(cells))


def need_font(text, package):
    """Skip the test where no font of this machine has a letter of text; in Linux's CI, fail."""
    if find_foreign_letters([text])[1]:
        assert "CI" not in os.environ or sys.platform != "linux", f"install {package}"
        pytest.skip(f"no font of this machine has {text}")


def export(*cells, **options):
    """Return (reader, text, problems) of the PDF made of cells, without a process of its own.

    Sections of the assignment are not asked for.
    """
    pdf, problems = make(*cells, **options)
    return (*read_pdf(pdf), [problem for problem in problems if problem.kind != "section"])


def draw(*cells):
    """Return a grey picture of each page of the report made of cells."""
    return draw_pages(lambda: make(*cells))[0]


def draw_pages(make_pages):
    """Return (a grey picture of each page, the problems) of what make_pages makes."""
    def compile_png(compiler, source, standards=()):
        pages = compiler.compile(source.encode(), format="png", ppi=30)
        return pages if isinstance(pages, list) else [pages]
    with mock.patch.object(typesetting, "compile_pdf", compile_png):
        pages, problems = make_pages()
    return [Image.open(io.BytesIO(page)).convert("L") for page in pages], problems


def find_right_edge(page):
    """Return how far to the right a page has ink, as a share of its width."""
    return ImageOps.invert(page).getbbox()[2] / page.width


def measure_fullness(*cells):
    """Return how full each page is of the report made of cells: 1 where its last line is used."""
    found = []
    for picture in draw(*cells):
        top, bottom = (round(picture.height * share / 29.7) for share in (2.4, 27.3))
        ink = ImageOps.invert(picture.crop((0, top, picture.width, bottom))).getbbox()
        found.append(ink[3] / (bottom - top) if ink else 0)
    return found


def make(*cells, folder=None, name="task1.ipynb", include_code=False, system_fonts=True):
    """Return (PDF bytes, problems) of cells."""
    given = {"text": nbformat.writes(notebook(*cells)), "name": name, "numbers": [],
             "folder": None if folder is None else str(folder)}
    return pdf_process.make_report({
        "notebooks": [given], "settings": SETTINGS, "code": include_code, "most_lines": 60,
        "system_fonts": system_fonts})


def read_pdf(pdf):
    """Return a PDF's reader and its text on one line."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def count_pictures(reader):
    """Return how many pictures a PDF shows."""
    return sum(len(page.images) for page in reader.pages)


def write(folder, *cells, name="answers.ipynb"):
    """Write a notebook of cells, which owes no section; return its path as a user gives it."""
    nbformat.write(notebook(*cells), folder / name)
    return str(folder / name)


def write_typst(*cells, folder=None, include_code=False, metadata=None):
    """Return (the typst of cells, their problems), without making pages of it."""
    node = notebook(*cells)
    node.metadata.update(metadata or {})
    body = Body()
    body.add(make_fragments(Notebook(node, "task1.ipynb", folder), include_code))
    return body.fill_in(body.attempts), body.problems


def list_fills(reader):
    """Return the colours in which the pages of a PDF are filled, as their streams have them."""
    return {colour.decode() for page in reader.pages for colour in re.findall(
        rb"((?:[\d.]+ ){1,3})(?:rg|g|scn|sc)\b", page.get_contents().get_data())}
