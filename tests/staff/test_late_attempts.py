"""Which attempt counts, and hand-ins that came after the last time."""
from datetime import datetime

import pytest
from grading_helpers import put, put_marks, record_of, results
from late_helpers import UTC, put_zips, set_deadline

from kit.files import Refused
from staff.csv_tables import read_table
from staff.feedback.report_command import write_report
from staff.standing import read_standings
from staff.intake.intake import take_in
from staff.record import open_record

EARLY, IN_TIME, LATE, LATER = ("2026-02-10-10-00-00", "2026-02-11-23-59-00",
                               "2026-02-11-23-59-01", "2026-02-14-10-00-00")
CLOSES = datetime(2026, 2, 13, tzinfo=UTC)


@pytest.fixture
def course(tmp_path):
    """A folder for hand-ins."""
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def take_attempts(course, *days, **more):
    """{attempt: Submission} of a student's attempts in Blackboard's names."""
    put_zips(course, {f"A_adal_attempt_{day}_a.zip": day for day in days})
    return {one.attempt: one for one in take_in(course, course.parent / "out", "kit", **more)}


@pytest.mark.parametrize("rules, days, counted", [
    ({}, (EARLY, IN_TIME, LATE, LATER), LATER),
    ({"counts": "last in time"}, (EARLY, IN_TIME, LATE, LATER), IN_TIME),
    ({"counts": "last in time"}, (LATE, LATER), LATER),
    ({"counts": "last in time", "grace_minutes": 1}, (EARLY, IN_TIME, LATE, LATER), LATE),
    ({"closes": CLOSES}, (EARLY, LATE, LATER), LATE), ({"closes": CLOSES}, (LATER,), LATER)])
def test_the_attempt_that_counts_is_a_choice(course, monkeypatch, rules, days, counted):
    set_deadline(monkeypatch, **rules)
    found = take_attempts(course, *days)
    assert [day for day, one in found.items() if not one.superseded] == [counted]


def test_blackboards_times_are_those_of_the_zone(course, monkeypatch):
    set_deadline(monkeypatch)
    found = take_attempts(course, IN_TIME, LATE)
    assert [one.handed_in for one in found.values()] == [
        "2026-02-11T22:59:00+00:00", "2026-02-11T22:59:01+00:00"]


def test_times_without_a_zone_are_refused(course, monkeypatch):
    set_deadline(monkeypatch, zone="")
    with pytest.raises(Refused, match="so its time zone must be known"):
        take_attempts(course, LATE)


def test_what_came_after_the_last_time_waits_for_a_person_and_is_no_silent_0(course, monkeypatch):
    set_deadline(monkeypatch, closes=CLOSES)
    (one,) = take_attempts(course, LATER).values()
    assert one.sha256 and not one.counts and one.refused == (
        "it came on 14 February 2026, 10:00 (UTC+01:00), 3 days late, and nothing is accepted "
        "after 13 February 2026, 01:00 (UTC+01:00)")
    out = course.parent / "out"
    with record_of(out, (one, [])) as record:
        record.put_results(one, results(), [], "")      # of a grading before the rule
        put_marks(record, one.key)
    write_report(out)
    table = read_table(out / "gradebook.csv")
    row = dict(zip(table.header, table.rows[0][1]))
    assert {row[name] for name in ("by code", "points", "penalty", "total")} == {""}
    assert row["flags"].startswith(
        "refused: it came on 14 February 2026, 10:00 (UTC+01:00), 3 days late")
    assert "3 days late: to accept it, give an extension and grade again" in row["flags"]
    with open_record(out) as record:
        record.connection.execute("DELETE FROM marks")
        put(record, "marks", key=one.key, subtask="all", part="code", points=0, comment="too late")
        (standing,) = read_standings(record)
    assert standing.is_complete and standing.total == 0     # a person has said so


def test_what_is_closed_after_it_was_graded_is_to_be_graded_again(course, monkeypatch):
    set_deadline(monkeypatch)
    (one,) = take_attempts(course, LATER).values()
    set_deadline(monkeypatch, closes=CLOSES)
    with record_of(course.parent / "out", (one, results())) as record:
        (standing,) = read_standings(record)
    assert standing.late_words == "3 days late: nothing was accepted any more: grade again"


def test_an_extension_accepts_it_after_all(course, monkeypatch):
    set_deadline(monkeypatch, course.parent, closes=CLOSES, extensions="e.csv")
    (course.parent / "e.csv").write_text("student,until\nadal,2026-02-15 12:00\n")
    (one,) = take_attempts(course, LATER).values()
    assert one.counts


def test_moodles_worksheet_gives_times_and_a_group_has_one(course, monkeypatch):
    set_deadline(monkeypatch, course.parent, closes=CLOSES, extensions="e.csv")
    (course.parent / "e.csv").write_text("student,until\n6002,2026-02-15 12:00\n")
    put_zips(course, {f"{folder}_assignsubmission_file/a.zip": content for folder, content in (
        ("Ada_6001", "same"), ("Bo_6002", "same"), ("Cleo_6003", "another"))})
    times = {f"student {number}": "2026-02-14T09:00:00+00:00" for number in ("6001", "6002")}
    group, alone = take_in(course, course.parent / "out", "kit", times=times)
    assert group.handed_in == "2026-02-14T09:00:00+00:00" and group.counts
    assert group.partners == (("6002", "Bo"),) and alone.handed_in == ""


def test_an_exports_time_is_that_of_canvass_last_try(course, monkeypatch):
    set_deadline(monkeypatch)
    put_zips(course, {"adal_1000_900000_a.zip": "1", "adal_LATE_1000_900777_a-1.zip": "2"})
    found = take_in(course, course.parent / "out", "kit",
                    times={"student 1000": "2026-02-14T09:00:00+00:00"})
    assert [(one.handed_in[:10], one.late, one.file) for one in found] == [
        ("", False, "900000_a.zip"), ("2026-02-14", True, "900777_a-1.zip")]
