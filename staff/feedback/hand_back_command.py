"""`python -m staff feedback --for PLATFORM`: one zip of feedback that a platform takes back."""

import argparse
from pathlib import Path

from kit.files import say
from staff.feedback.gradebook import list_people
from staff.feedback.handing_back import PLATFORMS, hand_back
from staff.feedback.pdf_pages import make_pdfs
from staff.standing import read_standings
from staff.feedback.student_pages import FOLDER, write_student_pages
from staff.record import find_grades, open_record


def write_zip(options):
    """Write the pages again, and the zip of them; sentences for the grader."""
    out, platform = options.out, options.platform
    with open_record(out) as record:
        standings = read_standings(record)
        ready = [one for one in standings if options.incomplete or one.is_complete]
        write_student_pages(out, record, standings)
        if options.pdf:
            say(f"making {len(ready)} PDFs: this takes some seconds for each")
            pages = make_pdfs(record, ready)
        else:
            keys = [one.submission.key for one in ready]
            pages = {key: (out / FOLDER / f"{key}.html").read_bytes() for key in keys}
    return hand_back(out / f"feedback-{platform}.zip", list_people(standings), platform, pages,
                     "pdf" if options.pdf else "html")


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
    parser.add_argument("--pdf", action="store_true", help="PDFs instead of HTML")
    options = parser.parse_args(arguments)
    options.out = find_grades(options.out)
    for line in write_zip(options):
        say(line)
    return 0
