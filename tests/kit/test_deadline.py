"""The deadline in assignment.toml: what is refused, and what students are told."""
from datetime import datetime, timedelta, timezone

import pytest
from here import ROOT

from kit.deadline import Deadline, describe_time_left, format_span
from kit.definition import TOML, read_assignment
from kit.files import Refused

DUE = datetime(2026, 2, 11, 23, 59, tzinfo=timezone(timedelta(hours=1)))


def read_with(folder, section):
    """The Assignment whose assignment.toml ends with a section."""
    (folder / "assignment").mkdir()
    text = (ROOT / TOML).read_text(encoding="utf-8")
    (folder / TOML).write_text(f"{text}\n{section}\n", encoding="utf-8")
    return read_assignment(folder)


def test_a_deadline_is_read_with_all_its_rules(tmp_path):
    section = """[deadline]
        at = 2026-02-11T23:59:00+01:00
        zone = "Europe/Oslo"
        grace_minutes = 15
        penalty = 2.5
        per = "hour"
        floor = 40
        closes = 2026-02-18T23:59:00+01:00
        counts = "last in time"
        extensions = "staff/assignment/extensions.csv" """
    assert read_with(tmp_path, section).deadline == Deadline(
        DUE, "Europe/Oslo", 15, 2.5, "hour", 40, DUE + timedelta(days=7), "last in time",
        "staff/assignment/extensions.csv")


def test_an_assignment_needs_no_deadline(tmp_path):
    assert read_with(tmp_path, "").deadline is None


@pytest.mark.parametrize("line, words", [
    ("at = 2026-02-11T23:59:00", "at = 2026-02-11 23:59:00, expected a time with its offset"),
    ("at = 2026-02-11", "expected a time with its offset"),
    ("at = 23:59:00", "expected a time with its offset"),
    ('at = "2026-02-11T23:59:00+01:00"', "expected a time with its offset"),
    ("at = 0001-01-01T00:00:00+01:00", "expected a time with its offset"),
    ("closes = 2026-02-18T23:59:00", "closes = .*, expected a time with its offset"),
    ("closes = 2026-02-11T23:58:59+01:00", "expected a time after the deadline"),
    ("grace_minutes = 1.5", "grace_minutes = 1.5, expected whole minutes"),
    ("grace_minutes = true", "grace_minutes = True, expected whole minutes"),
    ("penalty = -1", "penalty = -1, expected points"), ("penalty = nan", "expected points"),
    ('penalty = "10 %"', "penalty = 10 %, expected points"),
    ("floor = inf", "floor = inf, expected points"),
    ('per = "week"', 'per = week, expected "day" or "hour"'),
    ('counts = "best"', 'counts = best, expected "last" or "last in time"'),
    ('zone = "../etc/passwd"', "expected the name of a time zone"), ("zone = 1", "zone = 1,"),
    ('extensions = "../all.csv"', "expected a CSV in the assignment's folder"),
    ('extensions = "/all.csv"', "expected a CSV in"), ("extensions = 3", "expected a CSV in")])
def test_a_wrong_value_is_refused_with_its_line(tmp_path, line, words):
    first = "" if line.startswith("at =") else "at = 2026-02-11T23:59:00+01:00\n"
    text = f"[deadline]\n{first}{line}"
    number = (ROOT / TOML).read_text(encoding="utf-8").count("\n") + 1 + len(text.split("\n"))
    with pytest.raises(Refused, match=words) as refusal:
        read_with(tmp_path, text)
    assert str(refusal.value).startswith(f"{TOML}:{number}: ")


@pytest.mark.parametrize("section, words", [
    ("[deadline]\nzone = 'UTC'", r"has no at in \[deadline\]"),
    ("[deadline]\nat = 2026-02-11T23:59:00+01:00\ngrace = 5", r"has grace in \[deadline\]")])
def test_a_missing_or_unknown_name_is_refused(tmp_path, section, words):
    with pytest.raises(Refused, match=words):
        read_with(tmp_path, section)


@pytest.mark.parametrize("span, words", [
    ({"days": 3, "hours": 4, "minutes": 9}, "3 days 4 hours"), ({"days": 1}, "1 day"),
    ({"days": 1, "minutes": 5}, "1 day"), ({"hours": 1, "minutes": 1}, "1 hour 1 minute"),
    ({"seconds": 59}, "0 minutes"), ({"minutes": 59, "seconds": 59}, "59 minutes")])
def test_a_span_is_told_in_its_largest_units(span, words):
    assert format_span(timedelta(**span)) == words


def test_students_read_how_long_is_left():
    deadline = Deadline(DUE, penalty=10, closes=DUE + timedelta(days=2))
    day_before = datetime(2026, 2, 10, 22, 59, tzinfo=timezone.utc)
    assert describe_time_left(deadline, day_before) == (
        "due 11 February 2026, 23:59 (UTC+01:00): 1 day left by this computer's clock")
    assert describe_time_left(deadline, DUE).endswith("0 minutes left by this computer's clock")
    assert describe_time_left(deadline, DUE + timedelta(hours=2)) == (
        "was due 11 February 2026, 23:59 (UTC+01:00), 2 hours ago by this computer's clock; each "
        "day that has begun costs 10 points; nothing is accepted after 13 February 2026, 23:59 "
        "(UTC+01:00). An extension counts, and the platform's clock decides")
