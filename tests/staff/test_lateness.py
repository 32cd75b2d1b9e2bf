"""Lateness: what counts as late, what it costs, and from where the times come."""
import json
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from grading_helpers import put_marks, record_of, results, submission
from late_helpers import DUE, UTC, set_deadline, utc

from kit.deadline import Deadline
from kit.files import Refused
from staff.csv_tables import read_table
from staff.feedback.report_command import write_report
from staff.standing import read_standings
from staff.grading.command import keep_times
from staff.lateness import (Extension, Lateness, count_begun, judge_all, judge_lateness,
                            match_extensions)
from staff.times import find_time, find_zone, read_time, read_times

OSLO = ZoneInfo("Europe/Oslo")


def judge(at, extension=None, **rules):
    """The Lateness of a submission that came at a time of Oslo's clocks."""
    rules = {"at": DUE, "zone": "Europe/Oslo", "penalty": 10} | rules
    return judge_lateness(submission("adal", handed_in=utc(at)), Deadline(**rules), extension)


# ------------------------------------------------------------------------ how late, and the cost

@pytest.mark.parametrize("at, begun", [
    ("02-11 23:58:59", 0), ("02-11 23:59:00", 0), ("02-11 23:59:01", 1), ("02-12 23:59:00", 1),
    ("02-12 23:59:01", 2), ("02-21 23:59:00", 10)])
def test_a_day_costs_as_soon_as_it_has_begun_and_the_deadline_itself_is_in_time(at, begun):
    assert judge(at).begun == begun and judge(at).is_late == bool(begun)


@pytest.mark.parametrize("at, begun", [
    ("02-12 00:14:00", 0), ("02-12 00:14:01", 1), ("02-12 23:59:00", 1), ("02-12 23:59:01", 2)])
def test_grace_forgives_and_does_not_move_the_deadline(at, begun):
    assert judge(at, grace_minutes=15).begun == begun


@pytest.mark.parametrize("at, begun", [
    ("02-11 23:59:01", 1), ("02-12 00:59:00", 1), ("02-12 00:59:01", 2), ("02-12 23:59:00", 24)])
def test_hours_cost_as_soon_as_they_have_begun(at, begun):
    assert judge(at, per="hour").begun == begun


@pytest.mark.parametrize("due, at, days, hours", [
    # the clocks go forward on 29 March 2026 at 2:00, and back on 25 October 2026 at 3:00
    ("2026-03-28T23:59:00", "2026-03-29T23:59:00", 1, 23),
    ("2026-10-24T23:59:00", "2026-10-25T23:59:00", 1, 25),
    ("2026-10-24T23:59:00", "2026-10-26T00:00:00", 2, 26),
    ("2026-03-28T02:30:00", "2026-03-29T03:30:00", 2, 24)])
def test_a_day_ends_when_the_clocks_show_the_same_time_and_an_hour_after_60_minutes(
        due, at, days, hours):
    due, at = (datetime.fromisoformat(one).replace(tzinfo=OSLO) for one in (due, at))
    assert (count_begun(due, at, "day"), count_begun(due, at, "hour")) == (days, hours)


def test_an_hour_that_comes_twice_is_late_once_it_has_passed():
    due = datetime(2026, 10, 25, 2, 30, tzinfo=OSLO)
    at = datetime(2026, 10, 25, 2, 20, tzinfo=OSLO, fold=1)     # 50 minutes later
    assert count_begun(due, at, "day") == count_begun(due, at, "hour") == 1
    one = submission("adal", handed_in=at.astimezone(UTC).isoformat())
    assert judge_lateness(one, Deadline(due.astimezone(UTC), "Europe/Oslo")).begun == 1


@pytest.mark.parametrize("points, begun, penalty, floor, taken", [
    (85.0, 0, 10, 0, 0), (85.0, 2, 10, 0, 20), (15.0, 2, 10, 0, 15), (0.0, 2, 10, 0, 0),
    (85.0, 9, 10, 40, 45), (40.0, 1, 10, 40, 0), (30.0, 1, 10, 40, 0), (45.5, 1, 10, 40, 5.5),
    (85.0, 3, 3.336, 0, 10.01), (0.3, 1, 0.1, 0, 0.1), (85.0, 1, 0, 0, 0)])
def test_a_penalty_takes_no_points_below_the_floor(points, begun, penalty, floor, taken):
    lateness = Lateness(Deadline(DUE, penalty=penalty, floor=floor), DUE, begun=begun)
    assert lateness.count_penalty(points) == taken


def test_points_penalty_and_total_add_up_to_the_last_digit(tmp_path, monkeypatch):
    set_deadline(monkeypatch, penalty=0.1)
    one = submission("adal", handed_in=utc("02-14 10:00:00"))
    with record_of(tmp_path, (one, results())) as record:
        put_marks(record, one.key, 0.0025)
        (standing,) = read_standings(record)
    assert (standing.earned, standing.penalty, standing.total) == (
        pytest.approx(60.1), 0.3, 59.8)


# ------------------------------------------------------------------------------- what is unknown

def test_late_without_a_time_has_no_total_and_no_penalty(tmp_path, monkeypatch):
    set_deadline(monkeypatch)
    late, fine = submission("1", late=True, platform="Canvas"), submission("2", platform="Canvas")
    with record_of(tmp_path, (late, results()), (fine, results())) as record:
        for one in (late, fine):
            put_marks(record, one.key)
        first, second = read_standings(record)
    assert not first.is_complete and first.lacks_time and first.penalty == 0
    assert first.late_words == ("late, as the platform says; it does not tell by how much: it has "
                                "no total; give its time to `staff grade` with --times")
    assert second.is_complete and second.total == 100 and second.late_words == ""


def test_late_without_a_time_is_complete_if_lateness_costs_nothing():
    lateness = judge_lateness(submission("1", late=True), Deadline(DUE))
    assert lateness.is_late and not lateness.leaves_open


def test_the_platforms_time_decides_and_neither_its_word_nor_the_manifest():
    one = submission("1", late=True, made="2026-01-01T00:00:00Z", handed_in=utc("02-11 23:00:00"))
    assert not judge_lateness(one, Deadline(DUE)).is_late
    honest = replace(one, late=False, made="2026-01-01T00:00:00Z", handed_in="")
    assert judge_lateness(honest, Deadline(DUE)).at is None


@pytest.mark.parametrize("at, closed", [
    ("02-13 12:00:00", False), ("02-13 12:00:01", True)])
def test_the_last_time_is_still_accepted(at, closed):
    closes = datetime(2026, 2, 13, 11, tzinfo=UTC)
    assert judge(at, closes=closes).is_closed == closed


def test_an_extension_opens_again_what_was_closed():
    closes = datetime(2026, 2, 13, 11, tzinfo=UTC)
    until = Extension("adal", datetime(2026, 2, 20, 11, tzinfo=UTC), "e.csv:2")
    for at, late, closed in (("02-20 12:10:00", False, False), ("02-20 12:10:01", True, True)):
        found = judge(at, until, closes=closes, grace_minutes=10)
        assert (found.is_late, found.is_closed) == (late, closed)
    assert judge("02-20 12:00:00", until).words == (
        "in time; the deadline was extended to 20 February 2026, 12:00 (UTC+01:00)")


# ------------------------------------------------------------------------------------ extensions

def extend(folder, text):
    """Write the CSV of extensions."""
    (folder / "e.csv").write_text(text, encoding="utf-8")


def test_the_latest_extension_of_a_pair_holds_for_both(tmp_path, monkeypatch):
    set_deadline(monkeypatch, tmp_path, extensions="e.csv")
    extend(tmp_path, "student,until\n6002,2026-02-13T23:59:00+01:00\nadal,2026-02-12 23:59\n")
    pair = submission("adal", partners=(("6002", "Bo Ek"),), handed_in=utc("02-13 10:00:00"))
    alone = submission("cleo", handed_in=utc("02-13 10:00:00"))
    found, said = judge_all([pair, alone])
    assert not found[pair.key].is_late and found[alone.key].begun == 2 and said == []


def test_an_extension_finds_a_student_by_number_name_or_a_name_in_the_hand_in():
    until = datetime(2026, 2, 13, tzinfo=UTC)
    one = submission("6001", name="Ada Lovelace", members=("Ada Lovelace", "Bo Ek"))
    for student in ("6001", "Lovelace, Ada", "bo ek"):
        extension = Extension(student, until, "e.csv:2")
        assert match_extensions([extension], [one]) == ({one.key: extension}, [])


def test_a_name_that_a_hand_in_claims_takes_no_extension_from_the_student_of_that_name():
    extension = Extension("Bo Ek", datetime(2026, 2, 13, tzinfo=UTC), "e.csv:2")
    thief = submission("6001", name="Ada", members=("Ada", "Bo Ek"))
    owner = submission("6002", name="Bo Ek")
    assert match_extensions([extension], [thief, owner])[0] == {owner.key: extension}


def test_an_extension_for_a_name_of_two_students_is_refused():
    extension = Extension("Kim Lee", datetime(2026, 2, 13, tzinfo=UTC), "e.csv:2")
    both = [submission(number, name="Kim Lee") for number in ("1013", "1028")]
    with pytest.raises(Refused, match=r"e.csv:2: Kim Lee is the name of several students "
                                      r"\(1013, 1028\)"):
        match_extensions([extension], both)
    # several attempts of one student are one student's
    twice = [submission("1013", name="Kim Lee", source=f"{day}.zip") for day in "12"]
    assert len(match_extensions([extension], twice)[0]) == 2


def test_an_extension_of_nobody_is_told(tmp_path, monkeypatch):
    set_deadline(monkeypatch, tmp_path, extensions="e.csv")
    extend(tmp_path, "student,until,reason\nnobody,2026-02-13T23:59:00+01:00,illness\n")
    assert judge_all([submission("adal")])[1] == ["e.csv:2: nobody called nobody has handed in"]


@pytest.mark.parametrize("text, words", [
    ("who,until\na,b\n", "e.csv has the columns who, until, expected student and until"),
    ("student,until\nadal,13.02.2026\n", "e.csv:2: 13.02.2026 is no time, expected one such as"),
    ("student,until\nadal,\n", "e.csv:2: an empty cell is no time"),
    ("student,until\nadal,2026-02-30 10:00\n", "e.csv:2: 2026-02-30 10:00 is no time"),
    ("student,until\n,2026-02-13 10:00\n", "e.csv:2: it names no student"),
    ("student,until\nadal,2026-02-11 23:58\n", "e.csv:2: .* is before the deadline"),
    ("student,until\nadal,2026-02-13 10:00\nAdal,2026-02-14 10:00\n",
     "e.csv:3: Adal stands in e.csv:2 too")])
def test_a_wrong_extension_is_refused_with_its_line(tmp_path, monkeypatch, text, words):
    set_deadline(monkeypatch, tmp_path, extensions="e.csv")
    extend(tmp_path, text)
    with pytest.raises(Refused, match=words):
        judge_all([submission("adal")])


def test_a_missing_table_of_extensions_is_refused(tmp_path, monkeypatch):
    set_deadline(monkeypatch, tmp_path, extensions="e.csv")
    with pytest.raises(Refused, match="e.csv is not a file"):
        judge_all([])


# ----------------------------------------------------------------------------------------- times

@pytest.mark.parametrize("text, expected", [
    ("2026-02-11T22:59:00Z", "22:59:00"), ("2026-02-11 23:59:00+01:00", "22:59:00"),
    ("2026-02-11T23:59:00.123+0100", "22:59:00"), ("2026-02-11 23:59", "22:59:00"),
    ("2026-02-11-23-59-59", "22:59:59"), ("Wednesday, 11 February 2026, 11:59 PM", "22:59:00"),
    ("Wednesday, February 11, 2026, 11:59 PM", "22:59:00"),
    ("Wednesday, 11 February 2026, 23:59", "22:59:00"),
    ("Wednesday, 11 February 2026, 11:59\u202fPM", "22:59:00"),
    ("Wednesday, 11 February 2026, 12:30 PM", "11:30:00"),
    ("Wednesday, 11 February 2026, 1:05 AM", "00:05:00")])
def test_a_time_is_read_as_platforms_write_it(text, expected):
    assert read_time(text, OSLO).isoformat() == f"2026-02-11T{expected}+00:00"


def test_midnight_is_12_am():
    assert read_time("Thursday, 12 February 2026, 12:30 AM", OSLO) == datetime(
        2026, 2, 11, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", [
    "11/02/2026 23:59", "2026-02-11", "11 Februar 2026, 23:59", "onsdag, 11. februar 2026, 23:59",
    "Wednesday, 11 February 2026, 13:59 PM", "2026-02-11 24:00", "now", "",
    "2026-02-11 23:59+25:00", "x" * 10_000, "0001-01-01T00:00:00+14:00"])
def test_what_could_be_another_time_is_refused(text):
    with pytest.raises(Refused, match="is no time, expected one such as"):
        read_time(text, OSLO)


def test_a_time_without_an_offset_needs_a_zone():
    assert read_time("2026-02-11T22:59:00Z", None) == datetime(2026, 2, 11, 22, 59, tzinfo=UTC)
    with pytest.raises(Refused, match="so its time zone must be known: write zone ="):
        read_time("2026-02-11 23:59", None)


def test_local_times_that_come_twice_or_never_are_read_in_favour_of_the_student():
    assert read_time("2026-10-25 02:30", OSLO) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert read_time("2026-03-29 02:30", OSLO) == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


def test_a_zone_that_nobody_knows_is_refused():
    assert find_zone(Deadline(DUE)) is None
    with pytest.raises(Refused, match="zone = Europe/Oslow, and this machine knows no such"):
        find_zone(Deadline(DUE, "Europe/Oslow"))


WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    'Participant 6001,Ada Lovelace,ada@uni.example,Submitted for grading,,100.00,Yes,'
    '"Wednesday, 11 February 2026, 11:59 PM",-,\n'
    'Participant 6002,Kim Lee,kim@uni.example,Submitted for grading,,100.00,Yes,'
    '"Friday, 13 February 2026, 8:05 AM",-,\n'
    "Participant 6003,Kim Lee,lee@uni.example,No submission,,100.00,Yes,-,-,\n")


def test_times_are_found_in_moodles_worksheet_by_the_participants_number(tmp_path):
    path = tmp_path / "Grades.csv"
    path.write_text(WORKSHEET, encoding="utf-8-sig")
    times = read_times(path, OSLO)
    of_moodle = {"platform": "Moodle", "name": "Kim Lee"}
    assert find_time(submission("6002", **of_moodle), times) == "2026-02-13T07:05:00+00:00"
    assert find_time(submission("6003", **of_moodle), times) == ""     # not that of 6002
    assert find_time(submission("6009", partners=(("6001", "Ada"),), platform="Moodle"),
                     times) == "2026-02-11T22:59:00+00:00"
    assert find_time(submission("Ada Lovelace"), times) == "2026-02-11T22:59:00+00:00"


def test_a_table_of_your_own_tells_times_too(tmp_path):
    (tmp_path / "t.csv").write_text("Student;Time\nadal;2026-02-12 10:00\n", encoding="utf-8")
    times = read_times(tmp_path / "t.csv", OSLO)
    assert find_time(submission("ADAL"), times) == "2026-02-12T09:00:00+00:00"


@pytest.mark.parametrize("text, words", [
    ("a,b\n1,2\n", "tells no times: expected Moodle's grading worksheet"),
    ("student,time\nadal,soon\n", "t.csv, line 2: soon is no time"),
    ("student,time\nadal,2026-02-12 10:00\nadal,2026-02-12 11:00\n", "has two times for student "
                                                                     "adal")])
def test_a_table_without_clear_times_is_refused(tmp_path, text, words):
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match=words):
        read_times(tmp_path / "t.csv", OSLO)


def test_times_are_found_in_what_canvass_interface_gives(tmp_path):
    (tmp_path / "s.json").write_text(json.dumps([
        {"user_id": 901, "submitted_at": "2026-02-11T22:59:01Z", "late": True, "attempt": 2},
        {"user_id": 902, "submitted_at": None, "late": False}]))
    times = read_times(tmp_path / "s.json", None)
    assert find_time(submission("901", platform="Canvas"), times) == "2026-02-11T22:59:01+00:00"
    assert find_time(submission("902", platform="Canvas"), times) == ""


@pytest.mark.parametrize("text", ["{}x", '{"errors": []}', "[1]", "[{}]", "[" * 100_000, "null"])
def test_other_json_is_refused(tmp_path, text):
    (tmp_path / "s.json").write_text(text)
    with pytest.raises(Refused, match="is no list of Canvas's submissions"):
        read_times(tmp_path / "s.json", None)


def test_times_are_kept_for_later_calls_and_are_of_no_use_without_a_deadline(tmp_path,
                                                                             monkeypatch):
    path = tmp_path / "t.csv"
    path.write_text("student,time\nadal,2026-02-12 10:00\n", encoding="utf-8")
    with record_of(tmp_path) as record:
        assert keep_times(record, None) == {}
        with pytest.raises(Refused, match="--times is of no use without a deadline"):
            keep_times(record, path)
        set_deadline(monkeypatch)
        kept = dict.fromkeys(("student adal", "name adal"), "2026-02-12T09:00:00+00:00")
        assert keep_times(record, path) == keep_times(record, None) == kept


# ------------------------------------------------------------------------------ pages and tables

def test_gradebook_pages_and_exports_show_points_penalty_and_total(tmp_path, monkeypatch):
    set_deadline(monkeypatch)
    late = submission("adal", name="Ada", handed_in=utc("02-13 10:00:00"), made="my own <b>time")
    unknown = submission("cleo", name="Cleo", late=True)
    with record_of(tmp_path, (late, results()), (unknown, results())) as record:
        for one in (late, unknown):
            put_marks(record, one.key, 0.5)
    said = write_report(tmp_path)
    assert "2 of 2 hand-ins are late: class.html lists them" in said
    assert ("1 of 2 students have no grade in the files for Blackboard and Canvas, because it is "
            "not known how late they are") in said
    table = read_table(tmp_path / "gradebook.csv")
    first, second = (dict(zip(table.header, cells)) for _, cells in table.rows)
    columns = ("by code", "by hand", "points", "penalty", "total", "handed in", "flags")
    assert [first[name] for name in columns] == [
        "60", "20", "80", "20", "60", "2026-02-13 10:00+01:00", "2 days late: 20 points less"]
    assert [second[name] for name in columns[:6]] == ["60", "20", "80", "", "", ""]
    blackboard = read_table(tmp_path / "blackboard.csv")
    assert [cells for _, cells in blackboard.rows] == [["adal", "60"]]
    page = (tmp_path / "feedback" / f"{late.key}.html").read_text(encoding="utf-8")
    assert "80 points, 20 points less for lateness: 60 points." in page and "my own" not in page
    page = (tmp_path / "feedback" / f"{unknown.key}.html").read_text(encoding="utf-8")
    assert "There is no total before the time is known." in page
    page = (tmp_path / "class.html").read_text(encoding="utf-8")
    assert "my own &lt;b&gt;time" in page and "2 days late" in page


def test_a_penalty_that_the_floor_cuts_is_no_final_one_before_all_is_marked(tmp_path, monkeypatch):
    set_deadline(monkeypatch, floor=50)
    ones = [submission(name, handed_in=utc("02-14 10:00:00")) for name in ("adal", "boek")]
    with record_of(tmp_path, *((one, results()) for one in ones)) as record:
        put_marks(record, ones[1].key)
        standings = read_standings(record)
    assert [(one.penalty, one.largest_penalty, one.total) for one in standings] == [
        (10, 30, 50), (30, 0, 70)]
    assert standings[0].late_words == "3 days late: 10 points less so far, and 30 at most"
    write_report(tmp_path)
    pages = [(tmp_path / "feedback" / f"{one.key}.html").read_text("utf-8") for one in ones]
    assert ("60 points so far, 10 points less for lateness (it takes 30 at most, when more points "
            "come): 50 points so far." in pages[0])
    assert "100 points, 30 points less for lateness: 70 points." in pages[1]
    read = (tmp_path / "class.html").read_text("utf-8")
    assert '<td class="number">10…</td>' in read and '<td class="number">30</td>' in read
    assert "3 days late: " not in read and "Flags" not in read      # the table of the late says it


def test_without_a_deadline_nothing_is_shown_or_taken(tmp_path):
    one = submission("adal", handed_in=utc("02-13 10:00:00"), late=True)
    with record_of(tmp_path, (one, results())) as record:
        put_marks(record, one.key)
    write_report(tmp_path)
    table = read_table(tmp_path / "gradebook.csv")
    row = dict(zip(table.header, table.rows[0][1]))
    assert "penalty" not in row and (row["total"], row["flags"]) == ("100", "handed in late")
    page = (tmp_path / "feedback" / f"{one.key}.html").read_text(encoding="utf-8")
    assert 'id="lateness"' not in page
