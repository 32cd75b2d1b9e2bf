"""A whole repository as a hand-in: the assignment's folder is found by what its scripts define."""
import io
import zipfile

import pytest
from starter_kinds import BASE
from starter_repositories import REPOSITORIES, FIRST
from starter_years import OLD

from staff.intake.intake import read_copy, take_in
from staff.record import LOOK


def taken(tmp_path, files):
    """(the Submission of files in a zip, {name: text} of its clean copy)."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as zipped:
        for name, text in files.items():
            zipped.writestr(name, text)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ada.zip").write_bytes(content.getvalue())
    one, = take_in(tmp_path / "in", tmp_path / "out")
    return one, {name: text.decode() for name, text in read_copy(one, tmp_path / "out").items()}


@pytest.mark.parametrize("name", REPOSITORIES)
def test_the_folder_of_the_assignment_is_found(name, tmp_path):
    files, folder, doubtful = REPOSITORIES[name]
    one, found = taken(tmp_path, files)
    prefix = f"{folder}/" if folder else ""
    expected = {file.removeprefix(prefix): text for file, text in files.items()
                if file.startswith(prefix)}
    assert {file: found.get(file) for file in expected} == expected
    assert any(note.startswith(LOOK) for note in one.notes) == doubtful, one.notes
    assert one.layout == ("kit" if "clone" in name else "starter")
    if "assignment 1" in name or "clone" in name:       # nothing comes from another assignment
        assert {file for file in found if "/" not in file} == \
            {file for file in expected if "/" not in file}


@pytest.mark.parametrize("name", OLD)
def test_code_of_2020_is_recognised(name, tmp_path):
    one, _ = taken(tmp_path, OLD[name])
    assert one.layout == "starter-2020"
    assert any(note.startswith(LOOK) and "2020" in note for note in one.notes)


@pytest.mark.parametrize("change", [
    {"train.py": "def train(model, datasets):\n    ...\n"},             # beside a trainer
    {"task3.py": "class T(object):\n    def train(self): ...\n"}])
def test_other_code_is_not_of_2020(change, tmp_path):
    assert taken(tmp_path, {**BASE, **change})[0].layout == "starter"


def test_assignment_1_alone_is_taken_as_it_was(tmp_path):
    assert "task3a.py" in taken(tmp_path, FIRST)[1]
