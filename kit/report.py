"""`python -m kit report`: joins the notebooks and prints them as one PDF."""

import argparse
import contextlib
import shutil
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbconvert.utils.exceptions import ConversionException

from kit import ROOT
from kit.exporter import Source, TypstPDFExporter
from kit.notebooks import NOTEBOOKS, Refused, execute, read_notebook, reason, whole_file

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

DONE, WITH_WARNINGS, NOTHING_WRITTEN = 0, 1, 2
SETTINGS = {"title": "Assignment report", "subtitle": "", "authors": ["Group NN"], "date": "",
            "language": "en"}
LARGEST_FOLDER = 500 * 2**20


def main(arguments=None):
    """Return the exit status: 0 done, 1 written but with warnings, 2 nothing written."""
    options = parse(arguments)
    try:
        warnings = report(options)
    except (Refused, ConversionException) as problem:
        print(f"kit report: {problem}", file=sys.stderr)
        return NOTHING_WRITTEN
    except KeyboardInterrupt:
        print("kit report: stopped, nothing was written", file=sys.stderr)
        return 130
    for warning in warnings:
        print(f"kit report: warning: {warning}", file=sys.stderr)
    print(options.output)
    return WITH_WARNINGS if warnings else DONE


def parse(arguments):
    """Return the command line's options."""
    parser = argparse.ArgumentParser(
        prog="python -m kit report", description="Make the PDF report from the notebooks.",
        epilog="Title, authors and date stand in report.toml beside the notebooks. "
               "Exit status: 0 done, 1 written but with warnings, 2 nothing written.")
    parser.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK", default=NOTEBOOKS,
                        help="default: notebooks/task1.ipynb … task4.ipynb")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "build" / "report.pdf",
                        help="default: build/report.pdf")
    parser.add_argument("--execute", action="store_true",
                        help="run a copy of the notebooks first; they themselves stay as they are")
    parser.add_argument("--code", action="store_true", help="print the code cells as well")
    parser.add_argument("--author", action="append", metavar="NAME", dest="authors",
                        help="may be given more than once")
    parser.add_argument("--title")
    parser.add_argument("--date", help="as 2026-03-01, or in words")
    return parser.parse_args(arguments)


def report(options):
    """Return the warnings of a report that has been written."""
    notebooks = [read_notebook(path) for path in options.notebooks]
    settings = read_settings(options.notebooks[0].parent / "report.toml")
    settings.update({name: value for name in ("title", "authors", "date")
                     if (value := getattr(options, name)) is not None})
    exporter = TypstPDFExporter(include_code=options.code, **settings)
    with contextlib.ExitStack() as stack, whole_file(options.output) as file:
        if options.execute:
            execute_all(notebooks, stack)
        node, sources = join(notebooks)
        pdf, resources = exporter.from_notebook_node(node, {"sources": sources})
        file.write(pdf)
    return unfinished(notebooks) + resources["warnings"]


# Reading ----------------------------------------------------------------------------------------

def read_settings(path):
    """Return title, subtitle, authors, date and language, from report.toml if it is there."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return dict(SETTINGS)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise Refused(f"{path} cannot be read: {reason(problem)}") from None
    if "date" in given:
        given["date"] = str(given["date"])  # TOML has dates of its own
    for name, value in given.items():
        if name not in SETTINGS:
            raise Refused(f"{path} has {name!r}: expected {', '.join(SETTINGS)}")
        is_right = (isinstance(value, list) and all(isinstance(one, str) for one in value)
                    if name == "authors" else isinstance(value, str))
        if not is_right:
            expected = '["Name", "Name"]' if name == "authors" else '"text" in quotes'
            raise Refused(f"{path} has {name} = {value!r}: expected {expected}")
    return {**SETTINGS, **given}


def join(notebooks):
    """Return one notebook of all cells, and the source of each cell."""
    node = nbformat.v4.new_notebook()
    sources = []
    for notebook in notebooks:
        for number, cell in enumerate(notebook.node.cells, start=1):
            node.cells.append(cell)
            sources.append(Source(notebook.path.name, number, notebook.folder))
    return node, sources


def unfinished(notebooks):
    """Return a warning for each notebook that was not run, or not to its end."""
    warnings = []
    for notebook in notebooks:
        code = [(number, cell) for number, cell in enumerate(notebook.node.cells, start=1)
                if cell.cell_type == "code" and cell.source.strip()]
        if code and not any(cell.outputs or cell.execution_count for _, cell in code):
            warnings.append(f"{notebook.path.name} has not been run, so its figures and numbers "
                            "are missing: run and save it, or add --execute")
        for number, cell in code:
            for output in cell.outputs:
                if output.output_type == "error":
                    warnings.append(f"{notebook.path.name}, cell {number} ended in an error: "
                                    f"{output.ename}: {output.evalue}"[:200])
    return warnings


# Executing --------------------------------------------------------------------------------------

def execute_all(notebooks, stack):
    """Execute all notebooks in copies of their folders, which live as long as the stack."""
    copies = {}
    for notebook in notebooks:
        folder = notebook.path.parent.resolve()
        if folder not in copies:
            copies[folder] = copy_of(folder, stack)
        notebook.folder = copies[folder]
        started = time.monotonic()
        print(f"{notebook.path.name}: running …", file=sys.stderr, flush=True)
        execute(notebook)
        seconds = time.monotonic() - started
        print(f"{notebook.path.name}: {seconds:.1f} s", file=sys.stderr, flush=True)


def copy_of(folder, stack):
    """Return a temporary copy of a folder."""
    try:
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        if size > LARGEST_FOLDER:
            raise Refused(f"{folder} holds {size // 2**20} MB, and --execute copies it: "
                          "put the notebooks into a folder of their own")
        temporary = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        target = Path(temporary, folder.name or "notebooks")
        ignored = shutil.ignore_patterns(".*", "__pycache__")
        shutil.copytree(folder, target, symlinks=True, ignore=ignored)
    except OSError as problem:  # shutil.Error too, of one file or many
        raise Refused(f"{folder} cannot be copied ({reason(problem)}), which --execute "
                      "does: put the notebooks into a folder of their own") from None
    return target
