"""The cells of a notebook as parts: what of each is printed, and in which form."""

import json
import re

from kit.report.formulas import is_formula
from kit.report.markdown import has_table
from kit.report.outputs import ESCAPES, coloured, shortened, without_progress
from kit.report.parts import Part, Place
from kit.report.pictures import NoPicture, decode, points, states_size
from kit.report.writing import quoted

PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp",
            "application/pdf")
INTERACTIVE = re.compile("vega|plotly|bokeh|leaflet|geo\\+json|javascript|holoviews")
NEEDS_BROWSER = re.compile("<(iframe|video|audio|canvas|embed|object)\\b")
REMOVED = {  # what a tag leaves out, by nbconvert's names and by Jupyter Book's
    "cell": {"remove-cell", "remove_cell", "hide-cell"},
    "input": {"remove-input", "remove_input", "hide-input"},
    "output": {"remove-output", "remove_output", "remove_all_output", "hide-output"}}
MEANINGLESS = re.compile(  # what matplotlib's objects call themselves, beside the figure
    r"(\s*[\[(]*(<(matplotlib\.|Figure size|Axes|AxesSubplot)[^<>]*>|Text\([^()]*\))[\])]*,?)*\s*")
OBJECT = re.compile(r"\s*<[^\n]*>\s*|\s*")      # <IPython.core.display.HTML object>
OPTION_LINES = re.compile(r"(?:[ \t]*\n|#\|[^\n]*(?:\n|\Z))*")
OPTION = re.compile(r"^#\|\s*(label|fig-cap|fig-alt|tbl-cap):\s*(.+?)\s*$", re.MULTILINE)
LABEL = re.compile(r"(?:fig|tbl)-[A-Za-z0-9_-]+")


def parts_of(notebook, include_code=False, most_lines=60):
    """Return the parts of a notebook's cells, in order."""
    printer = Printer(notebook, include_code, most_lines)
    return [part for number, cell in notebook.cells for part in printer.cell(number, cell)]


class Printer:
    """Makes parts of one notebook's cells."""

    def __init__(self, notebook, include_code, most_lines):
        self.notebook, self.place = notebook, None
        self.include_code, self.most_lines = include_code, most_lines

    def part(self, kind, content, **more):
        """Return a part of the current cell."""
        return Part(kind, content, self.place, self.notebook.folder, **more)

    def cell(self, number, cell):
        """Return the parts of one cell."""
        self.place = Place(self.notebook.name, number)
        tags = set(cell.metadata.get("tags", []))
        if tags & REMOVED["cell"]:
            return []
        if cell.cell_type == "markdown":
            return [self.part("markdown", cell.source, attachments=cell.get("attachments", {}))]
        if cell.cell_type == "raw":
            return self.raw_cell(cell)
        parts, source = [], cell.source[OPTION_LINES.match(cell.source).end():]
        if self.include_code and source.strip() and not tags & REMOVED["input"]:
            parts.append(self.part("typst", f'#code({quoted(source)}, lang: "python")'))
        if not tags & REMOVED["output"]:
            parts += self.outputs(cell)
        return parts

    def raw_cell(self, cell):
        """Return the parts of a raw cell, which says itself what it holds."""
        kind = cell.metadata.get("raw_mimetype") or cell.metadata.get("format") or ""
        if kind in ("text/markdown", "text/html"):
            return [self.part(kind.removeprefix("text/"), cell.source)]
        if is_formula(cell.source):
            return [self.part("markdown", cell.source)]
        return self.text("code", cell.source)

    def outputs(self, cell):
        """Return the parts of a code cell's outputs; the first picture and table are captioned."""
        parts = []
        for output in merged(cell.outputs):
            if output.output_type == "stream":
                text = output.text if output.name == "stdout" else without_progress(output.text)
                parts += self.text("output", text)
            elif output.output_type == "error":
                parts += self.text("failure", "\n".join(output.get("traceback", []))
                                   or f"{output.ename}: {output.evalue}")
            else:
                parts += self.bundle(output.get("data", {}), output.get("metadata", {}))
        options, given = read_options(cell.source), cell.metadata.get("caption")
        if given and isinstance(given, str):
            options["fig-cap"] = given
        for part in [part for part in parts if part.kind == "picture"][:1]:
            part.caption = options.get("fig-cap", "")
            part.label, part.alt = options.get("fig", ""), options.get("fig-alt", "")
        for part in [part for part in parts if holds_table(part)][:1]:
            part.caption, part.label = options.get("tbl-cap", ""), options.get("tbl", "")
        return parts

    def bundle(self, data, metadata):
        """Return the parts of the one kind of an output that prints best."""
        data = {kind: content if "json" in kind else as_text(content)
                for kind, content in data.items()}
        for kind in PICTURES:
            if kind in data:
                return [self.picture(data[kind], metadata.get(kind, {}))]
        plain, html = data.get("text/plain", ""), data.get("text/html", "")
        if any("widget" in kind for kind in data):
            return self.text("output", without_progress(plain or "A widget without a text form."))
        if "text/markdown" in data:
            return [self.part("markdown", data["text/markdown"])]
        if "<table" in html:
            return [self.part("html", html)]
        if "text/latex" in data:
            return self.latex(data["text/latex"])
        if NEEDS_BROWSER.search(html) or any(map(INTERACTIVE.search, data)):
            return [self.part("html", "", plain="an interactive output")]
        if OBJECT.fullmatch(plain) and "<script" in html:
            return [self.part("html", "", plain="an interactive output")]
        if OBJECT.fullmatch(plain):
            return self.without_plain(data, plain)
        return [] if MEANINGLESS.fullmatch(plain) else self.text("output", plain)

    def without_plain(self, data, plain):
        """Return the parts of an output whose plain text only names its class."""
        if not data or MEANINGLESS.fullmatch(plain) and set(data) == {"text/plain"}:
            return []
        if "application/json" in data:
            return self.text("output", json.dumps(data["application/json"], indent=2))
        if "text/html" in data:
            return [self.part("html", data["text/html"], plain=plain.strip() or "HTML")]
        if set(data) == {"text/plain"}:
            return self.text("output", plain)
        kind = next(kind for kind in data if kind != "text/plain")
        return [self.part("html", "", plain=kind)]

    def picture(self, content, metadata):
        """Return a picture output as a part; its width on screen counts if it states no size."""
        try:
            data = decode(content)
        except NoPicture:
            data = b""          # typesetting says that it is no picture
        width = metadata.get("width") if isinstance(metadata, dict) else None
        return self.part("picture", data, width="auto" if states_size(data) else points(width))

    def latex(self, text):
        """Return TeX output as parts: a formula if it is one, the TeX as written if not."""
        if is_formula(text):
            return [self.part("markdown", text)]
        return self.text("code", text)

    def text(self, function, text):
        """Return plain text as a part, with its colours, shortened if it is very long."""
        parts = []
        for lines in shortened(text, self.most_lines):
            if isinstance(lines, str):
                parts.append(self.part("typst", f"#note({quoted(lines)})"))
            elif any(ESCAPES.sub("", line).strip() for line in lines):
                whole = "\n".join(lines)
                content = coloured(whole) if ESCAPES.search(whole) else quoted(whole)
                parts.append(self.part("typst", f"#{function}({content})", plain=whole))
        return parts


def read_options(source):
    """Return the options in a cell's first lines by name; fig and tbl are the labels."""
    options = {}
    for name, value in OPTION.findall(OPTION_LINES.match(source)[0]):
        value = value.strip("\"'")
        if name != "label":
            options.setdefault(name, value)
        elif LABEL.fullmatch(value):
            options.setdefault(value[:3], value)
    return options


def holds_table(part):
    """Return whether an output is a table, or Markdown with one in it."""
    return (part.kind == "html" and "<table" in part.content
            or part.kind == "markdown" and has_table(part.content))


def as_text(content):
    """Return what a notebook holds as text or as a list of its lines."""
    return content if isinstance(content, str) else "".join(map(str, content))


def merged(outputs):
    """Return outputs in which neighbouring pieces of one stream are one output."""
    result = []
    for output in outputs:
        before = result[-1] if result else None
        if (before is not None and output.output_type == "stream" == before.output_type
                and output.name == before.name):
            before.text += output.text
        else:
            result.append(output.copy())
    return result
