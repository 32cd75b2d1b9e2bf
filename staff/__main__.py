"""`python -m staff COMMAND`: what instructors and graders run."""

import sys

from kit.commands import run_command

COMMANDS = {
    "new": ("staff.new", "write the smallest assignment that works, to begin another one"),
    "release": ("staff.release.command", "make the student edition: a folder, and a zip of it"),
    "ids": ("staff.release.ids", "give new cells of the notebooks ids of their sections"),
    "grade": ("staff.grading.grade", "mark a folder of hand-ins, and report on them"),
    "cases": ("staff.cases", "store the numbers that the checks compare with"),
    "report": ("staff.feedback.report", "make tables and pages of a grading anew"),
    "marks": ("staff.feedback.marks", "take in what was marked by hand"),
}


def main(arguments=None):
    """Return the exit status of the command named first in arguments."""
    return run_command("staff", COMMANDS, arguments)


if __name__ == "__main__":
    sys.exit(main())
