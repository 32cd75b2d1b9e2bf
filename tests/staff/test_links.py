"""Links that stand where the staff's outputs go: none is followed."""
import os
import sqlite3

import pytest

from grading_helpers import record_of, results, submission
from kit.files import Refused, write_whole
from staff.feedback.report_command import write_report
from staff.grading.command import lock_folder
from staff.intake.intake import read_copy, take_in
from staff.record import FILE, Record
from staff.release.folders import fill_folder

OUTPUTS = ("gradebook.csv", "class.html", "marking-guide.html", "blackboard.csv", "canvas.csv")


@pytest.fixture
def victim(tmp_path):
    """A file that nothing may change."""
    (tmp_path / "victim").write_text("precious")
    yield tmp_path / "victim"
    assert (tmp_path / "victim").read_text() == "precious"


@pytest.fixture
def outside(tmp_path):
    """A folder in which nothing may be written."""
    (tmp_path / "outside").mkdir()
    yield tmp_path / "outside"
    assert not os.listdir(tmp_path / "outside")


def test_a_link_is_replaced_by_a_file(tmp_path, victim):
    for number, target in enumerate((victim, "nowhere", "link2", tmp_path, "victim")):
        place = tmp_path / f"link{number}"
        place.symlink_to(target)
        with write_whole(place) as file:
            file.write(b"new")
        assert not place.is_symlink() and place.read_bytes() == b"new"
    assert not (tmp_path / "nowhere").exists()


def test_the_tables_and_pages_of_a_grading_replace_links(tmp_path, victim):
    out, one = tmp_path / "out", submission("ada")
    record_of(out, (one, results())).connection.close()
    (out / "feedback").mkdir()
    places = [*(out / name for name in OUTPUTS), out / "feedback" / f"{one.key}.html"]
    for place in places:
        place.symlink_to(victim)
    (out / "marking.csv").symlink_to(tmp_path / "nowhere")
    write_report(out)
    assert not (out / "marking.csv").is_symlink() and not (tmp_path / "nowhere").exists()
    assert [place.name for place in places if place.is_symlink()] == []


def test_a_folder_of_outputs_that_leads_elsewhere_is_refused(tmp_path, outside):
    out = tmp_path / "out"
    record_of(out, (submission("ada"), results())).connection.close()
    (tmp_path / "in" / "ada").mkdir(parents=True)
    (tmp_path / "in" / "ada" / "task2.py").write_text("class SoftmaxModel: pass")
    for name, write in (("feedback", lambda: write_report(out)),
                        ("submissions", lambda: take_in(tmp_path / "in", out))):
        (out / name).symlink_to(outside)
        with pytest.raises(Refused, match=f"{name} is a link that leads out of .*out: delete"):
            write()


def test_a_copy_that_is_a_link_is_written_anew(tmp_path):
    (tmp_path / "in" / "ada").mkdir(parents=True)
    (tmp_path / "in" / "ada" / "task2.py").write_text("class SoftmaxModel: pass")
    one, = take_in(tmp_path / "in", tmp_path / "out")
    copy = tmp_path / "out" / "submissions" / one.key
    copy.rename(tmp_path / "elsewhere")
    copy.symlink_to(tmp_path / "elsewhere")
    withdrawn = copy.with_name("bo-0123456789")
    withdrawn.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused, match="was changed"):
        read_copy(one, tmp_path / "out")
    take_in(tmp_path / "in", tmp_path / "out")
    assert not copy.is_symlink() and read_copy(one, tmp_path / "out")
    assert not withdrawn.is_symlink() and (tmp_path / "elsewhere" / "task2.py").is_file()


def test_the_lock_empties_no_file(tmp_path, victim):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".lock").symlink_to(victim)
    with lock_folder(tmp_path / "out"):
        assert not (tmp_path / "out" / ".lock").is_symlink()


def test_a_record_is_written_through_no_link(tmp_path, victim):
    record = tmp_path / FILE
    for target in (victim, tmp_path / "nowhere.sqlite"):
        record.symlink_to(target)
        with pytest.raises(Refused, match="is a link"):
            Record(record)
        record.unlink()
    assert not (tmp_path / "nowhere.sqlite").exists()
    Record(record).connection.close()
    record.with_name(f"{FILE}-journal").symlink_to(victim)
    with pytest.raises((Refused, sqlite3.Error)):
        Record(record).write_setting("seed", 1)


@pytest.mark.parametrize("dangling", [False, True])
def test_a_release_replaces_links(tmp_path, victim, outside, dangling):
    folder = tmp_path / "student"
    folder.symlink_to("nowhere" if dangling else outside)
    folder.with_name("student.zip").symlink_to(victim)
    with fill_folder(folder, force=True) as filling:
        (filling / "task2.py").write_text("new")
    assert not folder.is_symlink() and (folder / "task2.py").read_text() == "new"
    assert not folder.with_name("student.zip").is_symlink()
    assert not (tmp_path / "nowhere").exists()
