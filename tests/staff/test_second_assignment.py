"""Another assignment, made by `staff new`, goes the whole way by the same commands. It shares
nothing with this one: no MNIST, no utils.py, one script, one notebook, other subtasks."""

import csv
import os
import re
import shutil
import subprocess
import sys

import pytest

from here import ASSIGNMENT, ROOT
from kit.definition import load_assignment
from staff.__main__ import main
from staff.release.consistency import check_assignment
from staff.release.stripping import restore_text, strip


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The folder of the new assignment."""
    folder = tmp_path_factory.mktemp("second") / "line"
    assert main(["new", str(folder)]) == 0
    return folder


def run(folder, *arguments, status=0):
    """What a command prints in a folder, as text."""
    done = subprocess.run([sys.executable, "-m", *map(str, arguments)], cwd=folder, text=True,
                          capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def student(reference):
    """The folder of its student edition, as it is handed out."""
    assert "2 blanks" in run(reference, "staff", "release")
    return reference / "build" / "student"


def test_its_parts_fit_together(reference):
    assignment = load_assignment(reference)
    check_assignment(assignment)
    assert [subtask.id for subtask in assignment.subtasks] == ["a", "b.1", "c"]
    assert assignment.points == 20 and assignment.scripts == ("solve.py",)


def test_the_stored_inputs_are_those_that_it_draws(reference):
    path = reference / "assignment" / "checks" / "cases.json"
    before = path.read_bytes()
    run(reference, "staff", "cases")
    assert path.read_bytes() == before


def test_its_student_edition_holds_blanks_and_no_answer(student):
    assert sorted(path.name for path in student.iterdir()) == [
        ".edition.json", "README.md", "assignment", "kit", "notebooks", "requirements.txt",
        "solve.py"]
    told = run(student, "kit", "check", status=1)
    assert told.count("not started") == 3 and "0 of 12 points by code" in told
    assert "FILL IN ANSWER" in (student / "notebooks" / "solve.ipynb").read_text()
    assert "change their sign" not in (student / "notebooks" / "solve.ipynb").read_text()


@pytest.mark.faults
def test_it_is_solved_submitted_graded_and_reported(reference, student, tmp_path):
    solved, courses = tmp_path / "solved", tmp_path / "hand-ins"
    courses.mkdir()
    shutil.copytree(student, solved)
    text = (reference / "solve.py").read_text()
    _, cuts = strip(text, "solve.py", load_assignment(reference).by_id)
    blank = (solved / "solve.py").read_text()
    (solved / "solve.py").write_text(restore_text(blank, cuts, "solve.py"))
    for name in ("notebooks/solve.ipynb", "notebooks/report.toml"):
        path = solved / name
        path.write_text(path.read_text().replace("FILL IN ANSWER", "They change their sign.")
                        .replace("Group NN", "Ada Lovelace"))
    assert "12 of 12 points" in run(solved / "notebooks", "kit", "check")   # from a folder below
    told = run(solved, "kit", "submit")
    assert "checks passed: 3 of 3" in told
    shutil.copy(solved / "build" / "hand-in.zip", courses / "ada.zip")
    wrong = (solved / "solve.py").read_text().replace("y - (slope", "(slope")
    (solved / "solve.py").write_text(wrong)
    run(solved, "kit", "submit", "--as-is", "--yes", status=1)
    shutil.copy(solved / "build" / "hand-in.zip", courses / "bo.zip")
    out = tmp_path / "grades"
    run(reference, "staff", "grade", courses, "-o", out, "--seed", "1")
    with open(out / "gradebook.csv", encoding="utf-8-sig", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert [rows["ada"][name] for name in ("a", "b.1", "by code")] == ["7", "5", "12"]
    assert [rows["bo"][name] for name in ("a", "b.1", "by code")] == ["7", "0", "7"]
    page = next((out / "feedback").glob("ada-*.html")).read_text(encoding="utf-8")
    assert "They change their sign." in page
    assert "c reading" in (out / "marking-guide.html").read_text(encoding="utf-8")
    run(reference, "staff", "report", out)


def test_no_folder_is_overwritten(reference, capsys):
    assert main(["new", str(reference)]) == 2
    assert "exists: give the name of a new folder" in capsys.readouterr().err


# Words that belong to this assignment alone: its files, its subtasks in quotation marks, its data.
OWN = re.compile("|".join([
    *(rf"\b{re.escape(name)}\b" for name in ASSIGNMENT.script_names),
    *(re.escape(name) for name in ASSIGNMENT.notebooks),
    "mnist", *(rf"(?<=[\"']){name}(?=[\"'])" for name in ASSIGNMENT.by_id if len(name) > 1)]),
                 re.IGNORECASE)
# Other things of these names: a library's own module, an example of a subtask in a docstring
ALLOWED = ("nbconvert.utils", "pandoc.utils", '"2b"')


def test_the_engine_names_nothing_of_this_assignment():
    found = []
    for path in (*(ROOT / "kit").rglob("*"), *(ROOT / "staff").rglob("*")):
        if path.suffix in (".pyc", "") or path.is_relative_to(ROOT / "staff" / "assignment"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for words in ALLOWED:
                line = line.replace(words, "")
            if OWN.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert found == []
