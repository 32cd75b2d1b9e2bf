"""An assignment whose parts do not fit together is refused, with file, line and what to do."""

import json
import re

import pytest

from here import ASSIGNMENT
from kit.definition import load_assignment
from kit.files import Refused
from staff.__main__ import main
from staff.new import write_assignment
from staff.release import ids
from staff.release.consistency import check_assignment

TOML, CHECKS = "assignment/assignment.toml", "assignment/checks/__init__.py"
GUIDE, NOTEBOOK = "staff/assignment/guide.md", "notebooks/solve.ipynb"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of a small assignment, which is the current one."""
    place = tmp_path / "line"
    write_assignment(place)
    monkeypatch.chdir(place)
    return place


def change(folder, name, old, new):
    """Replace the first occurrence of a text in a file."""
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def refuse(folder):
    """The lines of the refusal."""
    with pytest.raises(Refused) as refusal:
        check_assignment(load_assignment(folder))
    return str(refusal.value).splitlines()


def test_this_assignment_fits_together():
    check_assignment(ASSIGNMENT)


@pytest.mark.parametrize("name, old, new, line, words", [
    (TOML, "points = 20", "points = 21", f"{TOML}:3",
     "points = 21, but the subtasks have 20 together: correct one of them"),
    (TOML, 'slope = 4, intercept = 3', 'slope = 3, intercept = 3, form = 1', rf"{TOML}:\d+",
     "the part form of a has points by code and no check: write one in assignment/checks"),
    (TOML, "slope = 4, intercept = 3", "intercept = 7", rf"{CHECKS}:\d+",
     "this check decides the part slope of a, which has no points by code"),
    (TOML, "{ reading = 8 }", "{ reading = 7, table = 1 }", f"{GUIDE}:1",
     "c table: the part is missing: expected a heading with its points, 1"),
    (GUIDE, "## c reading:", "## c raeding:", rf"{GUIDE}:\d+",
     f"c raeding: the part has no points by hand in {TOML}"),
    (GUIDE, "(8 points)\n\n### Model", "(7 points)\n\n### Model", f"{GUIDE}:5",
     f"c reading: its heading gives 7 points, expected 8 as in {TOML}"),
    (GUIDE, "| 4 | the size", "| 3 | the size", f"{GUIDE}:5",
     "c reading: its elements have 7 points together, expected 8"),
    (NOTEBOOK, "## a  The line (7", "## a  The line (8", f"{NOTEBOOK}, cell 3",
     "its heading is “a  The line (8 points)”, expected “a  The line (7 points)”"),
    (NOTEBOOK, '"b_1-run"', '"3f2a9c1e"', f"{NOTEBOOK}, cell 8",
     "its id 3f2a9c1e does not begin with b_1-, as in the rest of its section: `python -m staff "
     "ids` gives it such an id"),
    (TOML, '["a", "b.1", "c"]', '["a", "c"]', rf"{TOML}:\d+", "no notebook has the subtask b.1"),
    (TOML, '["a", "b.1", "c"]', '["a", "b.1", "c", "d"]', rf"{TOML}:\d+",
     "it lists d, and there is no such subtask"),
    (TOML, '"assignment/assignment.toml", ', '"assignment/other.toml", ', rf"{TOML}:\d+",
     "assignment/other.toml is not there: add the file, or correct it"),
    (TOML, "[data]  ", '[data]\n"solve.py" = "0123456789abcdef"', rf"{TOML}:\d+",
     "is damaged: its sha256 is"),
    (TOML, 'title = "The line"', 'title = "The line"\ncounts_in = "c helpers"', rf"{TOML}:\d+",
     "counts_in = 'c helpers' is no part with points by code"),
])
def test_a_slip_is_named_with_its_place(folder, name, old, new, line, words):
    change(folder, name, old, new)
    found = refuse(folder)
    assert any(re.match(f"{line}: ", one) and words in one for one in found), found


def test_the_release_and_the_grader_refuse_it_before_they_begin(folder, capsys):
    change(folder, TOML, "points = 20", "points = 21")
    (folder / "hand-ins").mkdir()
    assert main(["release"]) == 2 and main(["grade", "hand-ins"]) == 2
    told = capsys.readouterr().err
    assert told.count("points = 21, but the subtasks have 20 together") == 2
    assert not (folder / "build").exists()


def test_new_cells_get_ids_of_their_sections(folder, capsys):
    path = folder / NOTEBOOK
    notebook = json.loads(path.read_text())
    new = {"cell_type": "markdown", "metadata": {"tags": ["given"]}, "source": "More."}
    notebook["cells"][4:4] = [new | {"id": "0123abcd"}, new | {"id": "4567abcd-12"}]
    notebook["cells"].append(new | {"id": "89ababcd", "source": "## After all\n"})
    path.write_text(json.dumps(notebook))
    assert len(refuse(folder)) == 3
    assert ids.main([]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{NOTEBOOK}, cell 5: a-new-1", f"{NOTEBOOK}, cell 6: a-new-2",
        f"{NOTEBOOK}, cell 14: after_all-new-1"]
    check_assignment(load_assignment(folder))
    before = path.read_bytes()
    assert ids.main([]) == 0 and path.read_bytes() == before


@pytest.mark.parametrize("old, new, words", [
    ("points = 20", "", "has no points in its top"),
    ("points = 20", "points = 20\nmarks = 20", "has marks in its top, expected data"),
    ("by_code = { residuals = 5 }", "by_code = { residuals = 5 }\ntask = 2",
     "has task in [subtasks.b.1], expected by_code, by_hand, counts_in, question, title"),
    ("points = 20", "points = = 20", "cannot be read"),
])
def test_a_definition_that_cannot_be_read_is_refused_in_one_sentence(folder, old, new, words):
    change(folder, TOML, old, new)
    with pytest.raises(Refused) as refusal:
        load_assignment(folder)
    assert words in str(refusal.value) and str(refusal.value).startswith(str(folder / TOML))


@pytest.mark.parametrize("name, value, words", [
    ("zone", "Europe/Nowhere", "this machine knows no such time zone"),
    ("extensions", "none.csv", "none.csv is not a file"),
    ("extensions", "e.csv", "e.csv:2: soon is no time")])
def test_a_deadline_that_cannot_be_kept_is_named_by_its_own_line(folder, name, value, words):
    (folder / "e.csv").write_text("student,until\nada,soon\n", encoding="utf-8")
    text = (folder / TOML).read_text(encoding="utf-8")
    number = text.count("\n") + 3
    (folder / TOML).write_text("# [deadline]\n# zone = 1\n" + text + (
        f'[deadline]\nat = 2026-02-11T23:59:00+01:00\n{name} = "{value}"\n'), encoding="utf-8")
    (line,) = refuse(folder)
    assert line.startswith(f"{TOML}:{number + 2}: ") and words in line
