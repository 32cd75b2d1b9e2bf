"""`python -m staff feedback --for PLATFORM`: one zip of feedback that a platform takes back."""

import argparse
from pathlib import Path

from kit.files import say
from staff.feedback.gradebook import list_people
from staff.feedback.handing_back import PLATFORMS, hand_back
from staff.standing import read_standings
from staff.feedback.student_pages import FOLDER, write_student_pages
from staff.record import find_grades, open_record


def write_zip(options):
    """Write the pages again, and the zip of them; sentences for the grader."""
    out, platform = options.out, options.platform
    with open_record(out) as record:
        standings = read_standings(record)
        write_student_pages(out, record, standings)
    keys = [one.submission.key for one in standings]
    pages = {key: (out / FOLDER / f"{key}.html").read_bytes() for key in keys}
    return hand_back(out / f"feedback-{platform}.zip", list_people(standings), platform, pages,
                     options.incomplete)


def main(arguments=None):
    """Write the zip; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m staff feedback", description="Write one zip with the page of each "
        "student, in the names that the platform takes back. A page whose total is not known yet "
        "stays here.",
        epilog="Moodle: Assignment, Submissions, Upload multiple feedback files in a zip. Canvas: "
               "Gradebook, the assignment's menu, Upload submissions. Blackboard takes back no "
               "zip: the names are those of its download. folders: one for each student. Exit "
               "status: 0 the zip is written, 2 it is not.")
    parser.add_argument("out", metavar="OUT", type=Path, nargs="?",
                        help="the output folder of the grading; default: build/grades")
    parser.add_argument("--for", dest="platform", choices=PLATFORMS, required=True,
                        help="where the students get their feedback")
    parser.add_argument("--incomplete", action="store_true",
                        help="also give back pages whose total is not known yet")
    options = parser.parse_args(arguments)
    options.out = find_grades(options.out)
    for line in write_zip(options):
        say(line)
    return 0
