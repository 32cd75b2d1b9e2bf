"""`python -m kit report`: joins the notebooks and prints them as one PDF."""

import argparse
import contextlib
import json
import sys
from pathlib import Path

from kit import NOTEBOOKS, ROOT
from kit.assignment import tomllib
from kit.files import Refused, one_line, reason, whole_file
from kit.pdf.child import MEMORY, SECONDS, make_pdf
from kit.pdf.preflight import listing

COMPLETE, INCOMPLETE, NOTHING_WRITTEN = 0, 1, 2
SETTINGS = {"title": "Assignment report", "subtitle": "", "authors": ["Group NN"], "date": "",
            "language": "en"}


def main(arguments=None):
    """Return the exit status: 0 complete, 1 written but not complete, 2 nothing written."""
    options = parse(arguments)
    try:
        problems = report(options)
    except Refused as refusal:
        print(f"kit report: {one_line(refusal, 400)}", file=sys.stderr)
        if options.json:
            print(json.dumps({"output": None, "complete": False, "refused": str(refusal),
                              "problems": []}, indent=2))
        return NOTHING_WRITTEN
    except KeyboardInterrupt:
        print("kit report: stopped, nothing was written", file=sys.stderr)
        return 130
    tell(options, problems)
    return INCOMPLETE if problems and not options.draft else COMPLETE


def parse(arguments):
    """Return the command line's options."""
    parser = argparse.ArgumentParser(
        prog="python -m kit report", description="Make the PDF report from the notebooks.",
        epilog="Title, authors and date stand in report.toml beside the notebooks. Exit status: "
               "0 the report is complete; 1 it was written, and what is missing in it is listed; "
               "2 nothing was written.")
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
    parser.add_argument("--draft", action="store_true",
                        help="exit with status 0 although something is missing")
    parser.add_argument("--json", action="store_true",
                        help="print the list of what is missing as JSON")
    parser.add_argument("--no-system-fonts", action="store_true",
                        help="draw nothing in a font of this machine: the same bytes everywhere")
    parser.add_argument("--time-limit", type=positive, default=SECONDS, metavar="SECONDS",
                        help="for making the PDF, not for --execute; default: %(default)s")
    parser.add_argument("--memory-limit", type=positive, default=MEMORY // 2**20, metavar="MB",
                        help="likewise; default: %(default)s")
    return parser.parse_args(arguments)


def positive(text):
    """Return a whole number from 1 up."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"got {text!r}, expected a whole number from 1 up")
    return int(text)


def report(options):
    """Return the problems of a report that has been written."""
    settings = read_settings(options.notebooks[0].parent / "report.toml")
    settings.update({name: value for name in ("title", "authors", "date")
                     if (value := getattr(options, name)) is not None})
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(whole_file(options.output))
        if options.execute:
            given = executed(options.notebooks, stack)
        else:
            given = [{"path": str(path)} for path in options.notebooks]
        pdf, problems = make_pdf(
            given, settings=settings, code=options.code, seconds=options.time_limit,
            system_fonts=not options.no_system_fonts, memory=options.memory_limit * 2**20)
        file.write(pdf)
    return problems


def executed(paths, stack):
    """Return notebooks for the child, executed in copies that live as long as the stack."""
    from kit.execution import execute_copies    # slow to load, and only needed here
    from kit.notebooks import nbformat, read_notebook
    notebooks = [read_notebook(path) for path in paths]
    execute_copies(notebooks, stack)
    return [{"text": nbformat.writes(notebook.node), "name": notebook.name, "numbers": [],
             "folder": str(notebook.folder)} for notebook in notebooks]


def read_settings(path):
    """Return title, subtitle, authors, date and language, from report.toml if it is there."""
    if not path.is_file():      # it may also be a named pipe, which would never end
        return dict(SETTINGS)
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
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


def tell(options, problems):
    """Print where the report is, and what is missing in it."""
    if options.json:
        print(json.dumps({"output": str(options.output), "complete": not problems, "problems": [
            {"kind": problem.kind, "notebook": problem.place.notebook,
             "cell": problem.place.cell, "message": problem.words} for problem in problems]},
            indent=2))
    else:
        print(options.output)
    if problems:
        print(f"kit report: the report is written but not complete, {len(problems)} "
              f"problem{'s' if len(problems) > 1 else ''}:", file=sys.stderr)
        print("\n".join(listing(problems)), file=sys.stderr)
