"""`python -m staff new FOLDER`: writes the smallest assignment that works, to be made your own."""

import argparse
import os
import re
import tempfile
from pathlib import Path

from kit import ENGINE
from kit.files import Refused, explain, say

TEMPLATE = Path(__file__).with_name("template")
FILES = ("solve.py", "notebooks/solve.ipynb", "notebooks/report.toml",
         "assignment/assignment.toml", "assignment/checks/__init__.py",
         "assignment/checks/cases.json", "staff/assignment/guide.md",
         "staff/assignment/inputs.py", "staff/assignment/student-readme.md",
         "staff/assignment/trial.py")
REQUIREMENTS = "requirements.txt"
STAFF_LINES = re.compile(r"# BEGIN STAFF\n.*?# END STAFF\n|^.*\n-e \.\n", re.DOTALL | re.MULTILINE)


def main(arguments=None):
    """Write the assignment; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m staff new",
        description="Write the smallest assignment that works into a new folder: one script, one "
                    "notebook, checks and a marking guide. docs/instructor.md says how to make "
                    "it your own.",
        epilog="Exit status: 0 it is written; 2 nothing was written, one line says why.")
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="a folder that does not exist")
    folder = parser.parse_args(arguments).folder
    write_assignment(folder)
    say(f"{folder}\nNow: cd {folder}, python -m kit check, python -m staff release")
    return 0


def write_assignment(folder):
    """Write the template's files into a new folder, all of them or none."""
    if os.path.lexists(folder):
        raise Refused(f"{folder} exists: give the name of a new folder")
    files = {name: (TEMPLATE / name).read_bytes() for name in FILES}
    files[REQUIREMENTS] = list_requirements().encode()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".unfinished-") as temporary:
            new = Path(temporary, folder.name)
            for name, content in files.items():
                (new / name).parent.mkdir(parents=True, exist_ok=True)
                (new / name).write_bytes(content)
            new.rename(folder)
    except OSError as problem:
        raise Refused(f"{folder} cannot be written ({explain(problem)}): give another place"
                      ) from None


def list_requirements():
    """The requirements of students: this repository's, without the staff's packages and the kit.
    Students get the kit as a folder."""
    return STAFF_LINES.sub("", (ENGINE / REQUIREMENTS).read_text(encoding="utf-8"))
