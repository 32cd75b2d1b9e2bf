"""Chooses the content of each cell that the report prints, and its form."""

import json
import re

from kit.report.formulas import can_set, is_formula
from kit.report.markdown import escape_words, has_table, shows_something
from kit.report.fragments import Fragment, Place
from kit.report.picture_data import has_print_size
from kit.report.pictures import NoPicture, decode_picture, parse_length
from kit.report.text_outputs import ESCAPES, remove_progress, shorten_text, write_coloured
from kit.report.typst_syntax import quote_text
from kit.sections import REMOVED

PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp",
            "image/tiff", "application/pdf")
INTERACTIVE = re.compile("vega|plotly|bokeh|leaflet|geo\\+json|javascript|holoviews")
NEEDS_BROWSER = re.compile("<(iframe|video|audio|canvas|embed|object)\\b")
FOLDS_OUT = re.compile("<(input|details)\\b")       # as scikit-learn shows an estimator
MEANINGLESS = re.compile(  # the names of matplotlib's objects, printed beside the figure
    r"(\s*[\[(]*(<(matplotlib\.|Figure size|Axes|AxesSubplot)[^<>]*>|Text\([^()]*\))[\])]*,?)*\s*")
OBJECT = re.compile(r"\s*<[^\n]*>\s*|\s*")      # <IPython.core.display.HTML object>
OPTION_LINES = re.compile(r"(?:[ \t]*\n|#\|[^\n]*(?:\n|\Z))*")
OPTION = re.compile(r"^#\|\s*(label|fig-cap|fig-alt|tbl-cap):\s*(.+?)\s*$", re.MULTILINE)
LABEL = re.compile(r"(?:fig|tbl)-[A-Za-z0-9_-]+")
CELL_MAGIC = re.compile(r"%%(bash|sh|javascript|js|html|latex|sql|[rR]|ruby|perl|svg|css)\b")
TYPST_LANGUAGES = {"ipython": "python", "c++": "cpp", "c#": "cs", "octave": "matlab", "sh": "bash"}


def make_fragments(notebook, include_code=False, most_lines=60):
    """The fragments of a notebook's cells, in order."""
    printer = Printer(notebook, include_code, most_lines)
    return [fragment for number, cell in notebook.cells
            for fragment in printer.print_cell(number, cell)]


class Printer:
    """Makes fragments of the cells of one notebook."""

    def __init__(self, notebook, include_code, most_lines):
        self.notebook, self.place = notebook, None
        self.include_code, self.most_lines = include_code, most_lines
        self.language = find_language(notebook.node.metadata)

    def make_fragment(self, kind, content, **more):
        """A fragment of the current cell."""
        return Fragment(kind, content, self.place, self.notebook.folder, **more)

    def print_cell(self, number, cell):
        """The fragments of one cell."""
        self.place = Place(self.notebook.name, number)
        tags = set(cell.metadata.get("tags", []))
        if tags & REMOVED["cell"]:
            return []
        if cell.cell_type == "markdown":
            return [self.make_fragment("markdown", cell.source,
                                       attachments=cell.get("attachments", {}))]
        if cell.cell_type == "raw":
            return self.print_raw_cell(cell)
        fragments, source = [], cell.source[OPTION_LINES.match(cell.source).end():]
        if self.include_code and source.strip() and not tags & REMOVED["input"]:
            magic = CELL_MAGIC.match(source)
            language = name_language(magic[1]) if magic else self.language
            fragments.append(self.make_fragment(
                "typst", f"#code({quote_text(source)}, lang: {quote_text(language)})"))
        if not tags & REMOVED["output"]:
            fragments += self.print_outputs(cell)
        return fragments

    def print_raw_cell(self, cell):
        """The fragments of a raw cell; its metadata name its format."""
        kind = cell.metadata.get("raw_mimetype") or cell.metadata.get("format") or ""
        if kind in ("text/markdown", "text/html"):
            return [self.make_fragment(kind.removeprefix("text/"), cell.source)]
        if kind == "text/latex" or is_formula(cell.source):
            return self.print_latex(cell.source)
        return self.print_text("code", cell.source)

    def print_outputs(self, cell):
        """The fragments of a code cell's outputs; the first picture and table get captions."""
        fragments = []
        for output in merge_streams(cell.outputs):
            if output.output_type == "stream":
                text = output.text if output.name == "stdout" else remove_progress(output.text)
                fragments += self.print_text("output", text)
            elif output.output_type == "error":
                fragments += self.print_text("failure", "\n".join(output.get("traceback", []))
                                             or f"{output.ename}: {output.evalue}")
            else:
                fragments += self.print_bundle(output.get("data", {}), output.get("metadata", {}))
        options, given = read_options(cell.source), cell.metadata.get("caption")
        if given and isinstance(given, str):
            options["fig-cap"] = given
        for picture in [one for one in fragments if one.kind == "picture"][:1]:
            picture.caption = options.get("fig-cap", "")
            picture.label, picture.alt = options.get("fig", ""), options.get("fig-alt", "")
        for table in [one for one in fragments if holds_table(one)][:1]:
            table.caption, table.label = options.get("tbl-cap", ""), options.get("tbl", "")
        return fragments

    def print_bundle(self, data, metadata):
        """The fragments of one output, in the one of its formats that prints best."""
        data = {kind: content if "json" in kind else join_text(content)
                for kind, content in data.items()}
        plain, html = data.get("text/plain", ""), data.get("text/html", "")
        latex = data.get("text/latex", "")
        if can_set(latex):      # JupyterLab too prefers it to a picture of it
            return self.print_latex(latex)
        for kind in PICTURES:
            if kind in data:
                return [self.print_picture(data[kind], metadata.get(kind, {}))]
        if any("_load." in kind for kind in data):      # a library that gets ready for later cells
            return []
        if any("widget" in kind for kind in data):
            plain = plain or "A widget without a text form."
            return self.print_text("output", remove_progress(plain))
        if "text/markdown" in data:
            return [self.make_fragment("markdown", data["text/markdown"])]
        if "<table" in html and (OBJECT.fullmatch(plain) or not FOLDS_OUT.search(html)):
            return [self.make_fragment("html", html)]
        if latex:
            return self.print_latex(latex)
        empty = not shows_something(html)
        if (NEEDS_BROWSER.search(html) or any(map(INTERACTIVE.search, data))
                or "<script" in html and (empty or OBJECT.fullmatch(plain))):
            return [self.make_fragment("html", "", plain="an interactive output")]
        if html and empty:
            return []
        if OBJECT.fullmatch(plain):
            return self.print_other_formats(data, plain)
        return [] if MEANINGLESS.fullmatch(plain) else self.print_text("output", plain)

    def print_other_formats(self, data, plain):
        """The fragments of an output whose plain text only names its class."""
        if not data or MEANINGLESS.fullmatch(plain) and set(data) == {"text/plain"}:
            return []
        if "application/json" in data:
            return self.print_text("output", json.dumps(data["application/json"], indent=2))
        if "text/html" in data:
            return [self.make_fragment("html", data["text/html"], plain=plain.strip() or "HTML")]
        if set(data) == {"text/plain"}:
            return self.print_text("output", plain)
        kind = next(kind for kind in data if kind != "text/plain")
        return [self.make_fragment("html", "", plain=kind)]

    def print_picture(self, content, metadata):
        """The fragment of a picture; its width on screen counts if it states no size."""
        try:
            data = decode_picture(content)
        except NoPicture:
            data = b""          # the body will list it as no picture
        width = metadata.get("width") if isinstance(metadata, dict) else None
        width = "auto" if has_print_size(data) else parse_length(width)
        return self.make_fragment("picture", data, width=width)

    def print_latex(self, text):
        """The fragments of TeX: formulas with words between them, else the text as written."""
        if is_formula(text):
            return [self.make_fragment("markdown", text)]
        if can_set(text):
            return [self.make_fragment("markdown", escape_words(text))]
        return self.print_text("code", text)

    def print_text(self, function, text):
        """The fragments of plain text, with its colours; very long text is shortened."""
        fragments = []
        for lines in shorten_text(text, self.most_lines):
            if isinstance(lines, str):
                fragments.append(self.make_fragment("typst", f"#note({quote_text(lines)})"))
            elif any(ESCAPES.sub("", line).strip() for line in lines):
                whole = "\n".join(lines)
                content = write_coloured(whole) if ESCAPES.search(whole) else quote_text(whole)
                fragments.append(self.make_fragment("typst", f"#{function}({content})",
                                                    plain=whole))
        return fragments


def find_language(metadata):
    """The language of a notebook's code, as typst names it."""
    for where, key in (("language_info", "name"), ("kernelspec", "language")):
        given = metadata.get(where)
        if isinstance(given, dict) and isinstance(given.get(key), str):
            return name_language(given[key])
    return "python"


def name_language(name):
    """The name that typst knows a language by."""
    name = re.sub(r"[\d.]+$", "", name.strip().lower())     # Python 3, C++17
    return TYPST_LANGUAGES.get(name.strip(), name.strip())


def read_options(source):
    """The options in a cell's first lines, by name; fig and tbl are the labels."""
    options = {}
    for name, value in OPTION.findall(OPTION_LINES.match(source)[0]):
        value = value.strip("\"'")
        if name != "label":
            options.setdefault(name, value)
        elif LABEL.fullmatch(value):
            options.setdefault(value[:3], value)
    return options


def holds_table(fragment):
    """Whether a fragment is a table, or Markdown with a table in it."""
    return (fragment.kind == "html" and "<table" in fragment.content
            or fragment.kind == "markdown" and has_table(fragment.content))


def join_text(content):
    """Text that a notebook stores as text or as a list of lines."""
    return content if isinstance(content, str) else "".join(map(str, content))


def merge_streams(outputs):
    """Outputs, with neighbouring outputs of one stream joined."""
    result = []
    for output in outputs:
        before = result[-1] if result else None
        if (before is not None and output.output_type == "stream" == before.output_type
                and output.name == before.name):
            before.text += output.text
        else:
            result.append(output.copy())
    return result
