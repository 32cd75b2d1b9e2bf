"""`python -m staff release`: makes the student edition from the files of the reference edition."""

import argparse
import shutil
from pathlib import Path

from kit.definition import load_assignment
from kit.files import Refused, shorten, say
from kit.handed_out import CLEAN
from kit.notebook_files import nbformat, read_notebook
from staff.guide import GUIDE
from staff.release import inspection, leaks
from staff.release.consistency import check_assignment
from staff.release.notebook_stripping import strip_notebook
from staff.release.folders import fill_folder
from staff.release.stripping import strip

README = "staff/assignment/student-readme.md"


def main(arguments=None):
    """Make the edition; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m staff release",
        description="Make the student edition from the files of the reference edition: a folder, "
                    "and a zip of it beside it.",
        epilog="Solutions, answers and outputs are left out, and the edition is inspected before "
               "it appears. Exit status: 0 it is made; 2 nothing was written, one line says why.")
    parser.add_argument("-o", "--output", type=Path, metavar="FOLDER",
                        help="default: build/student")
    parser.add_argument("--force", action="store_true",
                        help="replace a folder that is no earlier release, or was changed")
    options = parser.parse_args(arguments)
    output = (options.output or load_assignment().folder / "build" / "student").resolve()
    blanks = release(output, force=options.force)
    say(f"{output}\n{output}.zip\n{blanks} blanks")
    return 0


def release(output, force=False):
    """Make the folder and the zip; return how many blanks there are.

    Refused says what is wrong, with file and line, and nothing is written then.
    """
    assignment = load_assignment()
    output, source = Path(output).resolve(), assignment.folder.resolve()
    inside = output.is_relative_to(source) and not output.is_relative_to(source / "build")
    if inside or output in (*source.parents, source / "build"):
        raise Refused(f"{output} holds the reference edition: give a place outside it, or in "
                      "build/")
    check_assignment(assignment)
    edition = Edition(assignment)
    with fill_folder(output, force) as folder:
        edition.write(folder)
        edition.inspect(folder)
    return edition.blanks


class Edition:
    """The student edition of an assignment's reference edition.

    texts:     {name: (reference text, student's text, cuts)} of scripts and settings.
    notebooks: {name: (reference, student's notebook, changes)}.
    """

    def __init__(self, assignment):
        self.assignment, self.source = assignment, assignment.folder
        self.texts = {name: self.strip_file(name)
                      for name in (*assignment.scripts, *assignment.settings)}
        self.notebooks = {}
        for name in assignment.notebooks:
            reference = read_notebook(self.source / name).node
            ids = [cell.get("id") for cell in reference.cells]
            if None in ids or len(set(ids)) < len(ids):
                raise Refused(f"{name}: its cells need ids of their own: save it in JupyterLab")
            self.notebooks[name] = (reference, *strip_notebook(reference, name, assignment))

    def strip_file(self, name):
        """A text of the reference, the student's text and the cuts."""
        try:
            text = (self.source / name).read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise Refused(f"{name} cannot be read: {shorten(problem)}") from None
        return (text, *strip(text, name, self.assignment.by_id))

    @property
    def blanks(self):
        """How many solutions the edition leaves out."""
        cuts = [cut for _, _, cuts in self.texts.values() for cut in cuts]
        cuts += [cut for _, _, changes in self.notebooks.values()
                 for change in changes for cut in change.cuts]
        return sum(cut.task is not None for cut in cuts)

    def write(self, folder):
        """Write all files of the edition."""
        texts = {name: student for name, (_, student, _) in self.texts.items()}
        for name, (_, student, _) in self.notebooks.items():
            texts[name] = texts[f"{CLEAN}/{Path(name).name}"] = nbformat.writes(student) + "\n"
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text.encode("utf-8"))
        copies = self.assignment.list_given()
        if (self.source / README).is_file():
            copies["README.md"] = self.source / README
        for name, file in copies.items():
            if not file.is_file():
                raise Refused(f"{name} is missing in the reference")
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, folder / name)

    @property
    def secrets(self):
        """The secrets: they must not stand in the edition."""
        found = []
        for name, (reference, _, cuts) in self.texts.items():
            found += leaks.find_script_secrets(name, reference, cuts)
        for name, (_, _, changes) in self.notebooks.items():
            found += leaks.find_notebook_secrets(name, changes)
        if (self.source / GUIDE).is_file():
            text = (self.source / GUIDE).read_text(encoding="utf-8")
            found += leaks.find_guide_secrets(GUIDE, text)
        return found

    def inspect(self, folder):
        """Raise Refused, which says why, if the edition cannot be handed out."""
        for name, (reference, _, cuts) in self.texts.items():
            inspection.check_script_goes_back(folder / name, name, reference, cuts)
        for name, (reference, _, changes) in self.notebooks.items():
            student = inspection.check_notebook(folder / name)
            inspection.check_notebook_goes_back(student, reference, changes, name)
            for change in changes:
                if change.cuts:
                    inspection.check_cell_stubs(f"{name}, cell {change.cell.id}",
                                                change.student.source, change.cuts)
        leaks.check_leaks(folder, self.secrets)
        inspection.check_lint(folder)
        raised, stubs = inspection.check_imports(folder, self.assignment), set()
        for name, (_, student, cuts) in self.texts.items():
            stubs |= inspection.check_stubs(name, student, cuts, raised)
        inspection.check_no_stub_is_lost(raised, stubs)
        inspection.check_not_started(folder)
