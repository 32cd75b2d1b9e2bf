"""`python -m kit report`: makes one PDF from the notebooks."""

import argparse
import contextlib
import json
import os
import re
import signal
import sys
import threading
from pathlib import Path

from kit.definition import load_assignment, tomllib
from kit.files import Refused, one_line, reason, say, whole_file
from kit.report.launcher import MEMORY, SECONDS, make_pdf
from kit.report.preflight import list_problems

COMPLETE, INCOMPLETE, NOTHING_WRITTEN = 0, 1, 2
SETTINGS = {"title": "", "subtitle": "", "authors": [], "date": "", "language": "en"}
LARGEST_SETTINGS = 64 * 2**10
STOPPED = "kit report: stopped, nothing was written"


def main(arguments=None):
    """The exit status: 0 complete, 1 written but not complete, 2 nothing written."""
    options = parse_arguments(arguments)
    stops = []
    try:
        with interrupt_on_signals(stops):
            problems, notes = write_report(options)
    except Refused as refusal:
        if stops:       # the interrupt may have caused this refusal
            say(STOPPED, sys.stderr)
            return 130
        say(f"kit report: {one_line(refusal, 400)}", sys.stderr)
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
    parser.add_argument("--time-limit", type=parse_positive, default=SECONDS, metavar="SECONDS",
                        help="limit for making the PDF, not for --execute; default: %(default)s")
    parser.add_argument("--memory-limit", type=parse_positive, default=MEMORY // 2**20,
                        metavar="MB", help="limit for making the PDF; default: %(default)s")
    return parser.parse_args(arguments)


def parse_positive(text):
    """A whole number from 1 to a million."""
    if not re.fullmatch("0*[1-9][0-9]{0,6}", text) or int(text) > 10**6:
        raise argparse.ArgumentTypeError(f"got {text!r}, expected a whole number from 1 to 10**6")
    return int(text)


@contextlib.contextmanager
def interrupt_on_signals(stops):
    """Raise KeyboardInterrupt on Ctrl-C, and when another process ends this one.

    Unfinished files are then removed. The number of the signal joins `stops`.
    """
    def stop(number, _):
        stops.append(number)
        raise KeyboardInterrupt
    numbers = (signal.SIGINT, signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread():
        numbers = ()        # only the main thread may set handlers
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def write_report(options):
    """Write a report; return (its problems, its notes)."""
    notes = []
    options.notebooks = options.notebooks or load_assignment().notebook_paths
    options.output = options.output or load_assignment().folder / "build" / "report.pdf"
    check_paths(options.notebooks, options.output)
    settings = read_settings(options.notebooks[0].parent / "report.toml")
    settings.update({name: value for name in ("title", "authors", "date")
                     if (value := getattr(options, name)) is not None})
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(whole_file(options.output))
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


def read_settings(path):
    """Title, subtitle, authors, date and language, from report.toml if it exists."""
    if not path.is_file():      # reading a named pipe would never end
        return dict(SETTINGS)
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(path.parent)):
        raise Refused(f"{path} is a link to a file outside its folder: replace the link by the "
                      "file")
    try:
        if path.stat().st_size > LARGEST_SETTINGS:
            raise Refused(f"{path} is larger than {LARGEST_SETTINGS // 2**10} kB: keep only "
                          f"{', '.join(SETTINGS)}")
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused(f"{path} cannot be read: save it as UTF-8 text") from None
    except (OSError, ValueError, RecursionError) as problem:
        raise Refused(f"{path} cannot be read: {reason(problem)}") from None
    if "date" in given:
        given["date"] = str(given["date"])  # TOML has dates of its own
    for name, value in given.items():
        if name not in SETTINGS:
            raise Refused(f"{path} has {name!r}, expected only {', '.join(SETTINGS)}")
        is_right = (isinstance(value, list) and all(isinstance(one, str) for one in value)
                    if name == "authors" else isinstance(value, str))
        if not is_right:
            expected = '["Name", "Name"]' if name == "authors" else '"text" in quotes'
            raise Refused(f"{path} has {name} = {one_line(repr(value), 60)}: expected {expected}")
    return {**SETTINGS, **given}


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
