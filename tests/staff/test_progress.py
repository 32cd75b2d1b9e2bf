"""How a grading tells how far it has come."""

import io

from staff.grading import progress
from staff.grading.progress import Progress, format_time


def said(monkeypatch, terminal):
    """What two steps of two say on standard error."""
    stream = io.StringIO()
    stream.isatty = lambda: terminal
    monkeypatch.setattr("sys.stderr", stream)
    with Progress("grading", 2) as shown:
        shown.step()
        shown.step()
    return stream.getvalue()


def test_a_terminal_gets_a_bar(monkeypatch):
    text = said(monkeypatch, terminal=True)
    assert "grading: 2 of 2 |" in text and "left" in text


def test_a_file_gets_a_line_now_and_then(monkeypatch):
    assert said(monkeypatch, terminal=False) == ""
    monkeypatch.setattr(progress, "EVERY", 0)
    lines = said(monkeypatch, terminal=False).splitlines()
    assert [line.split(",")[0] for line in lines] == ["grading: 1 of 2", "grading: 2 of 2"]


def test_times_are_read_by_people():
    assert [format_time(one) for one in (0.4, 59, 135)] == ["0 s", "59 s", "2 min 15 s"]
