"""`python -m staff marks`: take in what was marked by hand."""

import argparse
import sqlite3
import sys
from pathlib import Path

from kit.files import Refused, one_line, say
from staff.feedback import marking
from staff.feedback.report import open_record


def take_marks(out, path, force=False):
    """Take the marks in a table into the record; returns sentences on what has changed.

    Refused, and nothing is taken, if a row cannot be right, or an earlier mark would change
    unasked.
    """
    with open_record(out) as record:
        keys = {one.key for one in record.submissions()}
        new, changed = marking.changes_of(record, marking.read_marks(path, keys))
        lines = [marking.described(where, *both) for where, both in changed.items()]
        if changed and not force:
            for line in lines:
                say(line)
            raise Refused(f"{len(changed)} marks that are in the record would change, see above: "
                          "nothing was taken; give --force if they shall")
        marking.put_marks(record, new | {where: after for where, (_, after) in changed.items()})
    return [*lines, f"{len(new)} new marks, {len(changed)} changed"]


def main(arguments=None):
    """Return the exit status: 0 the marks are in the record, 2 nothing was taken."""
    parser = argparse.ArgumentParser(
        prog="python -m staff marks", description="Take the points and comments of a marking.csv "
        "that has been filled in, in Excel or elsewhere, into the record. All of them, or none.",
        epilog="A row without points and comment says nothing; points of - take a mark back. "
               "`python -m staff report OUT` makes the pages and tables anew. Exit status: 0 all "
               "are in, 2 nothing was taken.")
    parser.add_argument("out", metavar="OUT", type=Path, help="the folder of the grading")
    parser.add_argument("table", metavar="MARKING.csv", type=Path)
    parser.add_argument("--force", action="store_true",
                        help="change marks that are already in the record")
    options = parser.parse_args(arguments)
    try:
        for line in take_marks(options.out, options.table, options.force):
            say(line)
    except (Refused, OSError, sqlite3.Error) as problem:    # of the latter: locked, or damaged
        say(f"staff marks: {one_line(problem, 400)}", sys.stderr)
        return 2
    return 0
