"""`python -m staff COMMAND`: the commands of instructors and graders."""

import sqlite3
import sys

from kit.commands import run_command

COMMANDS = {
    "new": ("staff.new", "write the smallest assignment that works, to begin another one"),
    "release": ("staff.release.command", "make the student edition: a folder, and a zip of it"),
    "ids": ("staff.release.ids", "give new cells of the notebooks ids of their sections"),
    "grade": ("staff.grading.command", "grade a folder of hand-ins: points, tables and pages"),
    "mark": ("staff.marking.command", "a page to give points by hand; a filled table of them"),
    "report": ("staff.feedback.report_command", "write the tables and pages of a grading again"),
    "feedback": ("staff.feedback.hand_back_command", "write one zip that the platform takes back"),
    "cases": ("staff.cases", "store the numbers that the checks compare with"),
}


def main(arguments=None):
    """The exit status of the command that the first argument names."""
    return run_command("staff", COMMANDS, arguments,
                       [sqlite3.Error])     # the record may be locked or damaged


if __name__ == "__main__":
    sys.exit(main())
