"""`python -m staff report`: everything that comes out of the record, made anew from it alone."""

import argparse
import sqlite3
import sys
from pathlib import Path

from kit.files import Refused, one_line, say
from staff.feedback import class_page, gradebook, marking, pages
from staff.record import FILE, Record
from staff.feedback.roster import Roster
from staff.feedback.standing import standings


def open_record(out):
    """Return the Record of a grading's folder; Refused if it holds none."""
    path = Path(out) / FILE
    if not path.is_file():
        raise Refused(f"{out} holds no {FILE}: give the output folder of `python -m staff grade`")
    return Record(path)


def write(out, roster=None, column=None):
    """Write tables and pages of OUT; returns sentences on what should be known of them.

    roster: a gradebook exported from Blackboard or Canvas, which is filled; column: of it.
    """
    out, said = Path(out), []
    with open_record(out) as record:
        known = Roster(roster) if roster else None
        found = standings(record)
        students = gradebook.people(found, known)
        gradebook.write_gradebook(out / "gradebook.csv", students)
        table, keys = out / marking.FILE, {one.key for one in record.submissions()}
        if marking.holds_more(table, record, keys):
            said.append(f"{table} is left as it is, for it holds marks that are not in the record "
                        f"or cannot be read: `python -m staff marks {out} {table}` takes them in")
        else:
            marking.write_marking(table, record, found)
        pages.write_pages(out, record, found)
        class_page.write_class_page(out / "class.html", record, found, students)
        pages.write_guide(out / "marking-guide.html")
        said += gradebook.write_imports(out, students, known, column)
    return said


def main(arguments=None):
    """Return the exit status: 0 all is written, 2 it is not."""
    parser = argparse.ArgumentParser(
        prog="python -m staff report", description="Make the tables and pages of a grading anew "
        "from its record: gradebook.csv, marking.csv, what Blackboard and Canvas import, "
        "class.html, and a page for each submission in feedback/.",
        epilog="Exit status: 0 all is written, 2 it is not.")
    parser.add_argument("out", metavar="OUT", type=Path, nargs="?", default=Path("build/grades"),
                        help="the folder of the grading; default: build/grades")
    parser.add_argument("--roster", metavar="EXPORT", type=Path,
                        help="the gradebook exported from Blackboard or Canvas, to be filled")
    parser.add_argument("--column", metavar="NAME", help="the column of it to be filled")
    options = parser.parse_args(arguments)
    try:
        for line in write(options.out, options.roster, options.column):
            say(line)
    except (Refused, OSError, sqlite3.Error) as problem:    # of the latter: locked, or damaged
        say(f"staff report: {one_line(problem, 400)}", sys.stderr)
        return 2
    say(f"{options.out}: gradebook.csv, marking.csv, class.html, feedback/")
    return 0
