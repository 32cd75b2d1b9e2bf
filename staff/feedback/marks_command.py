"""`python -m staff marks`: reads the marks by hand from a filled marking.csv into the record."""

import argparse
import sqlite3
import sys
from pathlib import Path

from kit.files import Refused, one_line, say
from staff.feedback.marks_table import (compare_marks, describe_changed_mark, list_layouts,
                                        read_marks)
from staff.record import open_record


def take_marks(out, path, force=False):
    """Put the marks in a table into the record; sentences about what has changed.

    Refused, and nothing is changed, if a row cannot be right. Also if an earlier mark would change
    without force.
    """
    with open_record(out) as record:
        new, changed = compare_marks(record, read_marks(path, list_layouts(record)))
        lines = [describe_changed_mark(where, *both) for where, both in changed.items()]
        if changed and not force:
            for line in lines:
                say(line)
            raise Refused(f"marks in the record would change ({len(changed)}, see above). Nothing "
                          "was changed: correct the table, or give --force to change them")
        record.put_marks(new | {where: after for where, (_, after) in changed.items()})
    return [*lines, f"{len(new)} new marks, {len(changed)} changed"]


def main(arguments=None):
    """The exit status: 0 if the marks are in the record, 2 if nothing was changed."""
    parser = argparse.ArgumentParser(
        prog="python -m staff marks", description="Read the points and comments in a marking.csv "
        "that was filled in Excel or elsewhere. All of them go into the record, or none.",
        epilog="Points for a part by code, also in a row of your own, replace the result of the "
               "code. They need a comment: the reason, which the student reads. A row without "
               "points and comment changes nothing. A - instead of points takes a mark back. "
               "Afterwards `python -m staff report OUT` writes the pages and tables "
               "again. Exit status: 0 all marks are in the record, 2 nothing was changed.")
    parser.add_argument("out", metavar="OUT", type=Path, help="the output folder of the grading")
    parser.add_argument("table", metavar="MARKING.csv", type=Path, help="the filled table")
    parser.add_argument("--force", action="store_true",
                        help="change marks that are already in the record")
    options = parser.parse_args(arguments)
    try:
        for line in take_marks(options.out, options.table, options.force):
            say(line)
    except (Refused, OSError, sqlite3.Error) as problem:    # the record may be locked or damaged
        say(f"staff marks: {one_line(problem, 400)}", sys.stderr)
        return 2
    return 0
