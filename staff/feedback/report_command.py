"""`python -m staff report`: writes all tables and pages of a grading, from its record alone."""

import argparse
from pathlib import Path

from kit.files import say
from staff.feedback.class_page import write_class_page
from staff.feedback.gradebook import list_people, write_gradebook, write_imports
from staff.feedback.guide_page import write_guide_page
from staff.marking.marks_table import FILE as MARKS_TABLE
from staff.marking.marks_table import holds_new_marks, write_marks_table
from staff.feedback.roster import Roster
from staff.standing import read_standings
from staff.feedback.student_pages import write_student_pages
from staff.lateness import judge_all
from staff.record import find_grades, open_record


def write_report(out, roster=None, column=None):
    """Write the tables and pages into OUT; sentences that the grader should read.

    roster: a gradebook that Blackboard or Canvas has exported.
    column: the name of its column to fill.
    """
    out, said = Path(out), []
    with open_record(out) as record:
        roster = Roster(roster) if roster else None
        standings = read_standings(record)
        people = list_people(standings, roster)
        write_gradebook(out / "gradebook.csv", people)
        table = out / MARKS_TABLE
        if holds_new_marks(table, record):
            said.append(f"{table} was not written again, because it holds marks that are not in "
                        "the record, or cannot be read. To put them into the record: "
                        f"`python -m staff mark {out} --take {table}`")
        else:
            write_marks_table(table, record, standings)
        write_student_pages(out, record, standings)
        write_class_page(out / "class.html", record, standings, people)
        write_guide_page(out / "marking-guide.html")
        if waiting := sum(bool(one.open) for one in standings):
            said.append(f"{waiting} of {len(standings)} hand-ins wait for a person, since the "
                        "grader could not reach all of their code: class.html lists them first")
        said += describe_times(record, standings) + write_imports(out, people, roster, column)
    return said


def describe_times(record, standings):
    """Sentences on lateness: extensions without a hand-in, and times that nobody has told."""
    said = judge_all(record.list_submissions())[1]
    late = [one for one in standings if one.lateness and one.lateness.is_late]
    unknown = sum(one.lateness is not None and one.lateness.at is None for one in standings)
    if late:
        said.append(f"{len(late)} of {len(standings)} hand-ins are late: class.html lists them")
    if unknown:
        said.append(f"the time of {unknown} of {len(standings)} hand-ins is not known, so they "
                    "have no penalty: give the platform's export to `staff grade` with --times")
    return said


def main(arguments=None):
    """Write everything; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m staff report", description="Write the tables and pages of a grading "
        "again, from its record. The tables are gradebook.csv, marking.csv, and the files for "
        "Blackboard and Canvas. The pages are class.html, and one for each submission in "
        "feedback/.",
        epilog="Exit status: 0 everything is written, 2 it is not.")
    parser.add_argument("out", metavar="OUT", type=Path, nargs="?",
                        help="the output folder of the grading; default: build/grades")
    parser.add_argument("--roster", metavar="EXPORT", type=Path, help="the gradebook that "
                        "Blackboard or Canvas has exported; a filled copy is written to OUT")
    parser.add_argument("--column", metavar="NAME", help="the column of EXPORT to fill")
    options = parser.parse_args(arguments)
    options.out = find_grades(options.out)
    for line in write_report(options.out, options.roster, options.column):
        say(line)
    say(f"{options.out}: gradebook.csv, marking.csv, class.html, feedback/")
    return 0
