"""`python -m kit report`: makes one PDF from the notebooks."""

import argparse
import contextlib
import json
import os
import sys
from pathlib import Path

from kit.commands import accept_whole_numbers, stop_on_signals
from kit.definition import load_assignment
from kit.files import Refused, shorten, say, write_whole
from kit.report.launcher import MEMORY, SECONDS, make_pdf
from kit.report.preflight import list_problems
from kit.report_settings import SETTINGS, read_settings

COMPLETE, INCOMPLETE, NOTHING_WRITTEN = 0, 1, 2
STOPPED = "kit report: stopped, nothing was written"


def main(arguments=None):
    """The exit status: 0 complete, 1 written but not complete, 2 nothing written."""
    options = parse_arguments(arguments)
    stops = []
    try:
        with stop_on_signals(stops):
            problems, notes = write_report(options)
    except Refused as refusal:
        if stops:       # the interrupt may have caused this refusal
            say(STOPPED, sys.stderr)
            return 130
        say(f"kit report: {shorten(refusal, 400)}", sys.stderr)
        if options.json:
            say(json.dumps({"output": None, "complete": False, "refused": str(refusal),
                            "problems": [], "notes": []}, indent=2))
        return NOTHING_WRITTEN
    except KeyboardInterrupt:
        say(STOPPED, sys.stderr)
        return 130
    print_outcome(options, problems, notes)
    return INCOMPLETE if problems and not options.draft else COMPLETE


def parse_arguments(arguments):
    """The options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m kit report", description="Make the PDF report from the notebooks.",
        epilog="Write title, authors and date into report.toml beside the notebooks. Exit status: "
               "0 the report is complete; 1 it was written, but something is missing and listed; "
               "2 nothing was written. A PDF without the claim PDF/UA-1, the standard for screen "
               "readers, is complete: a note on stderr says why the claim is missing.")
    parser.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK",
                        help="default: those of the assignment")
    parser.add_argument("-o", "--output", type=Path, help="default: build/report.pdf")
    parser.add_argument("--execute", action="store_true",
                        help="first run copies of the notebooks; the notebooks do not change")
    parser.add_argument("--code", action="store_true", help="print the code cells as well")
    parser.add_argument("--author", action="append", metavar="NAME", dest="authors",
                        help="name of one author; may be given more than once")
    parser.add_argument("--title", help="title of the report")
    parser.add_argument("--date", help="date of the report, as 2026-03-01 or in words")
    parser.add_argument("--draft", action="store_true",
                        help="exit with status 0 even if something is missing")
    parser.add_argument("--json", action="store_true",
                        help="print the list of what is missing as JSON")
    parser.add_argument("--no-system-fonts", action="store_true",
                        help="use only the report's own fonts: the same PDF on every machine")
    limit = accept_whole_numbers(1, 10**6)
    parser.add_argument("--time-limit", type=limit, default=SECONDS, metavar="SECONDS",
                        help="limit for making the PDF, not for --execute; default: %(default)s")
    parser.add_argument("--memory-limit", type=limit, default=MEMORY // 2**20,
                        metavar="MB", help="limit for making the PDF; default: %(default)s")
    return parser.parse_args(arguments)


def write_report(options):
    """Write a report; return (its problems, its notes)."""
    notes = []
    options.notebooks = options.notebooks or load_assignment().notebook_paths
    options.output = options.output or load_assignment().folder / "build" / "report.pdf"
    check_paths(options.notebooks, options.output)
    settings = read_settings(options.notebooks[0].parent / SETTINGS)
    settings.update({name: value for name in ("title", "authors", "date")
                     if (value := getattr(options, name)) is not None})
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(write_whole(
            options.output, "name another place, such as -o ../report.pdf"))
        given = (execute_notebooks(options.notebooks, stack) if options.execute
                 else [{"path": str(path)} for path in options.notebooks])
        pdf, problems = make_pdf(
            given, settings=settings, code=options.code, seconds=options.time_limit,
            system_fonts=not options.no_system_fonts, memory=options.memory_limit * 2**20,
            notes=notes)
        file.write(pdf)
    return problems, notes


def check_paths(notebooks, output):
    """Refuse a notebook given twice, and an output that would replace another file."""
    given = [os.path.realpath(path) for path in notebooks]
    for path in notebooks:
        if given.count(os.path.realpath(path)) > 1:
            raise Refused(f"{path} is given more than once: give each notebook once")
    if not output.name or output.suffix.lower() == ".ipynb":
        raise Refused(f"-o {output} is not a name for a report: choose a name that ends in .pdf")
    with contextlib.suppress(OSError):
        if output.is_file() and output.stat().st_size and output.read_bytes()[:5] != b"%PDF-":
            raise Refused(f"{output} exists and is not a PDF: move it away, or give another name")


def execute_notebooks(paths, stack):
    """Execute notebooks in copies, which the stack removes; return them as make_pdf takes them."""
    from kit.notebook_execution import execute_copies    # slow to load, and only needed here
    from kit.notebook_files import nbformat, read_notebook
    notebooks = [read_notebook(path) for path in paths]
    execute_copies(notebooks, stack)
    return [{"text": nbformat.writes(notebook.node), "name": notebook.name, "numbers": [],
             "folder": str(notebook.folder)} for notebook in notebooks]


def print_outcome(options, problems, notes):
    """Print the path of the report, its problems and its notes."""
    if options.json:
        say(json.dumps({"output": str(options.output), "complete": not problems,
                        "problems": [problem.as_json() for problem in problems],
                        "notes": [note.as_json() for note in notes]}, indent=2))
    else:
        say(str(options.output))
    for note in notes:
        say(f"kit report: a note on {note}", sys.stderr)
    if problems:
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        lines = [f"kit report: the report is written but not complete, {count}:"]
        say("\n".join(lines + list_problems(problems)), sys.stderr)
