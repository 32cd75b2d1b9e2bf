"""`python -m staff release`: makes the student edition from the files of the reference edition."""

import argparse
import shutil
import sys
from pathlib import Path

from kit import ROOT
from kit.assignment import SUBTASKS
from kit.files import Refused, one_line, say
from kit.notebooks import nbformat, read_notebook
from staff import inspection, leaks
from staff.editions import student_edition
from staff.folders import whole_folder
from staff.stripping import strip

SCRIPTS = ("utils.py", "task2.py", "task3.py", "task4.py")
# The staff's lines are cut out of these.
SETTINGS = ("requirements.txt", "pyproject.toml", "notebooks/report.toml")
NOTEBOOKS = tuple(f"notebooks/task{number}.ipynb" for number in (1, 2, 3, 4))
COPIED = {"LICENSE": "LICENSE", "staff/student-readme.md": "README.md"}
# these of their files
FOLDERS = {"kit": (".py", ".toml", ".json", ".typ", ".lua"), "data": (".md", ".npz")}


def main(arguments=None):
    """Return the exit status: 0 the edition is made, 2 nothing was written."""
    parser = argparse.ArgumentParser(
        prog="python -m staff release",
        description="Make the student edition from the files of the reference edition: a folder, "
                    "and a zip of it beside it.",
        epilog="Solutions, answers and outputs are left out, and the edition is inspected before "
               "it appears. Exit status: 0 it is made; 2 nothing was written, one line says why.")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "build" / "student",
                        metavar="FOLDER", help="default: build/student")
    parser.add_argument("--force", action="store_true",
                        help="replace a folder that is no earlier release, or was changed")
    options = parser.parse_args(arguments)
    try:
        blanks = release(options.output, force=options.force)
    except Refused as refusal:
        say(f"staff release: {one_line(refusal, 400)}", sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("staff release: stopped, nothing was written", file=sys.stderr)
        return 130
    output = options.output.resolve()
    say(f"{output}\n{output}.zip\n{blanks} blanks")
    return 0


def release(output, source=None, force=False):
    """Make the folder and the zip; return how many blanks there are.

    source: the folder of the reference edition; this one, if none is given.
    Refused says what is wrong, with file and line, and nothing is written then.
    """
    output, source = Path(output).resolve(), Path(source or ROOT).resolve()
    inside = output.is_relative_to(source) and not output.is_relative_to(source / "build")
    if inside or output in (*source.parents, source / "build"):
        raise Refused(f"{output} holds the reference edition: give a place outside it, or in "
                      "build/")
    edition = Edition(source)
    with whole_folder(output, force) as folder:
        edition.write(folder)
        edition.inspect(folder)
    return edition.blanks


class Edition:
    """The student edition of the reference edition in a folder.

    scripts:   {name: (reference text, student's text, cuts)}, settings alike.
    notebooks: {name: (reference, student's notebook, changes)}.
    """

    def __init__(self, source):
        self.source = source
        self.scripts = {name: self.stripped(name) for name in SCRIPTS}
        self.settings = {name: self.stripped(name) for name in SETTINGS}
        self.notebooks = {}
        for name in NOTEBOOKS:
            reference = read_notebook(source / name).node
            ids = [cell.get("id") for cell in reference.cells]
            if None in ids or len(set(ids)) < len(ids):
                raise Refused(f"{name}: its cells need ids of their own: save it in JupyterLab")
            self.notebooks[name] = (reference, *student_edition(reference, name))

    def stripped(self, name):
        """Return a text of the reference, the student's text and the cuts."""
        try:
            text = (self.source / name).read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise Refused(f"{name} cannot be read: {one_line(problem)}") from None
        return (text, *strip(text, name, [subtask.id for subtask in SUBTASKS]))

    @property
    def blanks(self):
        """How many solutions the edition leaves out."""
        cuts = [cut for _, _, cuts in self.scripts.values() for cut in cuts]
        cuts += [cut for _, _, changes in self.notebooks.values()
                 for change in changes for cut in change.cuts]
        return sum(cut.task is not None for cut in cuts)

    def write(self, folder):
        """Write all files of the edition."""
        (folder / "notebooks").mkdir()
        for name, (_, student, _) in {**self.scripts, **self.settings}.items():
            (folder / name).write_bytes(student.encode("utf-8"))
        for name, (_, student, _) in self.notebooks.items():
            (folder / name).write_bytes((nbformat.writes(student) + "\n").encode("utf-8"))
        copies = {self.source / here: folder / there for here, there in COPIED.items()}
        for name, suffixes in FOLDERS.items():
            copies |= {path: folder / path.relative_to(self.source)
                       for path in (self.source / name).rglob("*")
                       if path.suffix in suffixes and not path.name.startswith(".")}
        for here, there in copies.items():
            if not here.is_file():
                raise Refused(f"{here.relative_to(self.source)} is missing in the reference")
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(here, there)

    @property
    def secrets(self):
        """What must not stand in the edition."""
        found = []
        for name, (reference, _, cuts) in {**self.scripts, **self.settings}.items():
            found += leaks.secrets_of_script(name, reference, cuts)
        for name, (_, _, changes) in self.notebooks.items():
            found += leaks.secrets_of_notebook(name, changes)
        return found

    def inspect(self, folder):
        """Raise Refused, which says why, if the edition cannot be handed out."""
        for name, (reference, _, cuts) in {**self.scripts, **self.settings}.items():
            inspection.check_script_goes_back(folder / name, name, reference, cuts)
        for name, (reference, _, changes) in self.notebooks.items():
            student = inspection.check_notebook(folder / name)
            inspection.check_notebook_goes_back(student, reference, changes, name)
            for change in changes:
                if change.cuts:
                    inspection.check_cell_stubs(f"{name}, cell {change.cell.id}",
                                                change.student.source, change.cuts)
        leaks.check(folder, self.secrets)
        inspection.check_lint(folder)
        raised, stubs = inspection.check_imports(folder), set()
        for name, (_, student, cuts) in self.scripts.items():
            stubs |= inspection.check_stubs(name, student, cuts, raised)
        inspection.check_no_stub_is_lost(raised, stubs)
        inspection.check_not_started(folder)
