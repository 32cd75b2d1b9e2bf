"""The options of `python -m staff grade`: read, and checked before anything is done."""

import argparse
from pathlib import Path

from kit.commands import accept_whole_numbers
from kit.files import Refused, shorten
from staff.feedback.roster import Roster
from staff.layouts import load_layouts
from staff.record import FILE, holds_record

LOCK = ".lock"      # a file in the output folder


def read_options(arguments):
    """The options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m staff grade",
        description="Grade a folder, or a zip, of hand-ins. Write the record, the gradebook, a "
        "page for each student and a page for the class. If you stop it, give the same command "
        "again: it goes on where it was, and grades nothing twice.",
        epilog="Exit status 0: every hand-in has its row, refused ones too. Status 1: some "
               "could not be graded, for a reason that is not the student's; their rows name it. "
               "Status 2: grading could not run. Status 130: it was stopped.")
    add = parser.add_argument
    add("submissions", type=Path, metavar="SUBMISSIONS", help="a folder or a zip of hand-ins")
    add("-o", "--out", type=Path, metavar="OUT", help="default: build/grades")
    add("--layout", metavar="NAME", default="auto", help="how the code is laid out: kit, or "
        "another layout in staff/assignment/layouts.toml; default: decided for each hand-in")
    add("--notebooks", action="store_true", help="also execute the notebooks again")
    add("--recheck", action="store_true", help="run again what other checks or other limits have "
        "graded, and print whose points change")
    add("--seed", type=accept_whole_numbers(0), metavar="N",
        help="of the hidden inputs; default: drawn once, and kept in OUT")
    add("--jobs", type=accept_whole_numbers(1, 256), metavar="N",
        help="how many processes at the same time; default: one for each core")
    add("--scheduler", metavar="ADDRESS", help="use the workers of this dask scheduler")
    add("--roster", type=Path, metavar="EXPORT", help="the gradebook that Blackboard or Canvas "
        "has exported; a filled copy is written to OUT")
    add("--column", metavar="NAME", help="the column of EXPORT to fill")
    add("--times", type=Path, metavar="EXPORT", help="when hand-ins came: Moodle's grading "
        "worksheet, Canvas's submissions as .json, or a CSV with the columns student and time; "
        "kept for later calls")
    add("--starter", type=Path, metavar="FOLDER", help="the code that students were given; it is "
        "left out when hand-ins are compared; default: the kit's")
    add("--earlier", type=Path, metavar="FOLDER", help="hand-ins of earlier years, to be compared "
        "with these; kept for later calls")
    add("--limits", type=Path, metavar="FILE", help="default: staff/sandbox/limits.toml")
    add("--python", metavar="PYTHON", help="the Python that runs the students' code; default: "
        "this one")
    add("--no-sandbox", action="store_true", help="run the students' code as you. Only for code "
        "that you trust: every result gets the stamp UNSANDBOXED")
    return parser.parse_args(arguments)


def check_options(options):
    """Raise Refused if a path or a name among the options cannot be right."""
    submissions, out = options.submissions, options.out
    if not submissions.exists():
        raise Refused(f"{submissions} does not exist: give the folder or the zip of hand-ins")
    if out.exists() and not out.is_dir():
        raise Refused(f"{out} is not a folder: give another one with -o")
    inside = submissions.resolve()
    if out.resolve() in (inside, *inside.parents):
        raise Refused(f"the output folder {out} holds the hand-ins: give another one with -o")
    if out.is_dir() and not holds_record(out) and any(
            not path.name.startswith((FILE, LOCK)) for path in out.iterdir()):
        raise Refused(f"{out} holds no {FILE}, or an empty one, but other files: give a new "
                      "folder with -o")
    layouts = ("auto", *load_layouts())
    if options.layout not in layouts:
        raise Refused(f"there is no layout {shorten(options.layout, 40)}: give one of "
                      f"{', '.join(layouts)} with --layout")
    for option in ("roster", "limits", "starter", "times", "earlier"):
        path = getattr(options, option)
        if path is not None and not path.exists():
            raise Refused(f"{path} does not exist: give another path with --{option}")
    if options.roster:
        Roster(options.roster)      # refused now, not after an hour of grading
