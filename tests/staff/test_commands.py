"""What all commands of the staff share: the folder of the grades, and how they refuse."""

import sqlite3

import pytest

from kit.files import Refused
from staff.__main__ import main
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
    (PermissionError(13, "Permission denied", "x"), 2, "[Errno 13] Permission denied: 'x'"),
    (sqlite3.OperationalError("database is locked"), 2, "database is locked"),
    (KeyboardInterrupt(), 130, "stopped")])
def test_a_command_that_stops_says_why_and_keeps_the_lines(capsys, monkeypatch, problem, status,
                                                           words):
    def stop(*_, **__):
        raise problem

    monkeypatch.setattr("staff.release.command.release", stop)
    assert main(["release"]) == status
    assert capsys.readouterr().err == f"staff release: {words}\n"
