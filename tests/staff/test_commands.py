"""What all commands of the staff share: the folder of the grades, and how they refuse."""

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from kit.files import Refused
from staff.__main__ import main
from staff.grading.judging import write_files
from staff.new import write_assignment
from staff.record import FILE, Record, find_grades


@pytest.fixture
def grades(tmp_path, monkeypatch):
    """An empty grading of a small assignment; the current folder is one below it."""
    folder = tmp_path / "line"
    write_assignment(folder)
    monkeypatch.chdir(folder / "notebooks")
    out = folder / "build" / "grades"
    out.mkdir(parents=True)
    Record(out / FILE).connection.close()
    return out


@pytest.mark.parametrize("command", [["report"], ["mark", "--merge", "OUT"],
                                     ["feedback", "--for", "folders"]])
def test_the_grades_of_the_assignment_are_found_from_a_folder_below(grades, command, capsys):
    main([{"OUT": str(grades)}.get(word, word) for word in command])
    assert "holds no" not in capsys.readouterr().err    # the only refusal is: nobody handed in


def test_a_folder_that_is_given_is_taken(grades, tmp_path):
    assert find_grades() == grades and find_grades(tmp_path) == tmp_path
    assert main(["report", str(tmp_path)]) == 2


@pytest.mark.parametrize("problem, status, words", [
    (Refused("two faults:\n  a\x1b[2J\nb"), 2, "two faults:\n  a\ufffd[2J\nb"),
    (PermissionError(13, "Permission denied", "x"), 2, "x cannot be read or written (Permission "
     "denied): look whether it is there, who may use it, and whether the disk is full"),
    (OSError("no thread can be started"), 2, "no thread can be started"),
    (sqlite3.OperationalError("database is locked"), 2, "database is locked"),
    (KeyboardInterrupt(), 130, "stopped")])
def test_a_command_that_stops_says_why_and_keeps_the_lines(capsys, monkeypatch, problem, status,
                                                           words):
    def stop(*_, **__):
        raise problem

    monkeypatch.setattr("staff.release.command.release", stop)
    assert main(["release"]) == status
    assert capsys.readouterr().err == f"staff release: {words}\n"


def test_an_empty_record_is_refused_where_there_are_grades(grades, tmp_path, capsys):
    """A full disk may leave it: a new seed and empty tables would take the place of grades."""
    (grades / FILE).write_bytes(b"")
    (grades / "gradebook.csv").write_text("kept")
    (tmp_path / "in" / "adal").mkdir(parents=True)
    for command in (["report"], ["mark"], ["grade", str(tmp_path / "in"), "-o", str(grades)]):
        assert main(command) == 2
        assert "holds no record.sqlite" in (said := capsys.readouterr().err), said
    assert (grades / FILE).read_bytes() == b"" and (grades / "gradebook.csv").read_text() == "kept"


def test_a_full_disk_is_said_with_its_path(tmp_path):
    words = r"record.sqlite cannot be read or written \(database or disk is full\): look whether"
    with pytest.raises(Refused, match=words):
        with Record(tmp_path / FILE) as record:
            record.connection.execute("PRAGMA max_page_count = 1")
            with record.transaction():
                record.write_setting("large", "x" * 2**20)
    with Record(tmp_path / FILE) as record:
        assert record.read_setting("large") is None


def test_so_is_one_without_room_for_temporary_files(monkeypatch):
    def fail(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(Refused, match=r"submission-\w+ cannot be written \(No space left on device"
                       r"\): free some space"):
        with write_files({"a.py": b""}):
            pass
