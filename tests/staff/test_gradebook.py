"""The gradebook, and what Blackboard and Canvas export and import."""
import csv
import io

import pytest
from grading_helpers import put, put_marks, record_of, results, submission

from kit.files import Refused
from staff.__main__ import main
from staff.feedback.report_command import write_report
from staff.layouts import load_layouts
from staff.feedback.gradebook import list_people
from staff.record import NOT_DONE, Finding
from staff.feedback.roster import Roster
from staff.standing import read_standings, share_losses
from staff.csv_tables import make_harmless, restore_cell, read_table, write_table

BLACKBOARD = [
    ["Last Name", "First Name", "Username", "Student ID", "Last Access", "Availability",
     "Quiz 1 [Total Pts: 10 Score] |664617", "Assignment 2 [Total Pts: 100 Score] |664618"],
    ["Lovelace", "Ada", "adal", "480001", "2026-02-11 10:00:00", "Yes", "7", ""],
    ["Ek", "Bo", "boek", "480002", "", "Yes", "", "12"],
    ["Østby", "Cleo", "cleo", "480003", "", "Yes", "", ""]]
CANVAS = [
    ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Quiz (11)", "Assignment 2 (12)",
     "Final Score"],
    ["", "", "", "", "", "", "Manual Posting", ""],
    ["    Points Possible", "", "", "", "", "10", "100", "(read only)"],
    ["Lovelace, Ada", "901", "s1", "adal@uni.example", "One, Two", "7", "-", "7"],
    ["Ek, Bo", "902", "s2", "boek@uni.example", "One", "", "12", ""]]


def rows(path, **more):
    """The rows of a CSV file as dicts."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")), **more))


def export(path, table, encoding="utf-8", delimiter=","):
    """Write a gradebook as it is exported."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(table)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def test_each_student_has_a_row_with_all_subtasks(tmp_path):
    ada, bo = submission("adal", name="Ada Lovelace"), submission("boek")
    failed = results(["judge_momentum", "judge_scaling"])
    with record_of(tmp_path, (ada, results()), (bo, failed)) as record:
        put_marks(record, ada.key, 0.5)
        put_marks(record, bo.key, 1, leave_out=[("4d", "plot")])
    write_report(tmp_path)
    first, second = rows(tmp_path / "gradebook.csv")
    assert list(first)[:3] == ["student", "name", "1a"] and "0" not in first
    assert (first["by code"], first["by hand"], first["total"]) == ("60", "20", "80")
    assert (first["1a"], first["2c"], first["4c"], first["flags"]) == ("5", "5", "13", "")
    assert (second["by code"], second["by hand"], second["total"]) == ("55", "39", "94")
    assert (second["2a"], second["3c"]) == ("4", "3")
    assert second["flags"] == "by hand missing: 4d plot"


def test_each_member_of_a_moodle_group_has_a_row(tmp_path):
    one = submission("6001", name="Ada Lovelace", members=("Ada Lovelace", "Ada Lovelace"),
                     partners=(("6002", "Ada Lovelace"), ("6003", "Bo Ek")), late=True)
    with record_of(tmp_path, (one, results())) as record:
        put_marks(record, one.key)
    write_report(tmp_path)
    assert [(row["student"], row["total"], row["flags"]) for row in
            rows(tmp_path / "gradebook.csv")] == [
        ("6001", "100", "handed in late"),
        ("6002", "100", "handed in late; member of a group, handed in by Ada Lovelace"),
        ("6003", "100", "handed in late; member of a group, handed in by Ada Lovelace")]


def test_a_refused_hand_in_is_an_empty_row_with_its_reason(tmp_path):
    one = submission("adal", refused="the zip is broken")
    record_of(tmp_path, (one, [])).connection.close()
    write_report(tmp_path)
    (row,) = rows(tmp_path / "gradebook.csv")
    assert {row[name] for name in ("1a", "2b", "by code", "by hand", "total")} == {""}
    assert row["flags"] == "refused: the zip is broken"


def test_flags_name_what_the_teacher_should_know(tmp_path):
    late = submission("adal", source="2.zip")
    early = submission("adal", source="1.zip", superseded=late.key)
    unsafe, lost = submission("boek"), submission("cleo")
    with record_of(tmp_path, (late, results()), (early, []),
                   (unsafe, results(sandbox="UNSANDBOXED")), (lost, [])) as record:
        with record.transaction():
            record.put_findings(lost, "code", [Finding("code", NOT_DONE, "it ended")], "")
        for one in (late, unsafe, lost):
            put_marks(record, one.key)
    write_report(tmp_path)
    flags = {row["student"]: row["flags"] for row in rows(tmp_path / "gradebook.csv")}
    assert flags == {"adal": "other attempts do not count: 1.zip", "boek": "UNSANDBOXED",
                     "cleo": "the code has not been checked: please look at the code as a whole; "
                             "could not be done (code): it ended"}


def test_every_member_of_a_group_gets_a_row_and_the_one_who_handed_in_only_one(tmp_path):
    group = submission("adal", name="Lovelace, Ada", members=("Ada Lovelace", "Bo Ek"))
    alone = submission("cleo", members=("Cleo Østby",))
    with record_of(tmp_path, (group, results()), (alone, results(["judge_momentum"]))) as record:
        found = list_people(read_standings(record))
    assert [(one.student, one.name, one.own) for one in found] == [
        ("", "Bo Ek", False), ("cleo", "Cleo Østby", True), ("adal", "Lovelace, Ada", True)]
    assert "member of a group, handed in by Lovelace, Ada" in found[0].flags
    assert [one.standing.sum_by_code for one in found] == [60, 56, 60]


def test_a_user_name_alone_does_not_tell_which_of_a_group_it_is(tmp_path):
    group = submission("adal", members=("Ada Lovelace", "Bo Ek"))
    with record_of(tmp_path, (group, results())) as record:
        found = list_people(read_standings(record))
    assert [(one.student, one.name) for one in found] == [
        ("", "Ada Lovelace"), ("adal", ""), ("", "Bo Ek")]
    assert "one of the group: give --roster to find out which one" in found[1].flags


def test_ones_own_hand_in_counts_before_a_groups_and_two_students_may_share_a_name(tmp_path):
    group = submission("adal", name="Ada Lovelace", members=("Ada Lovelace", "Bo Ek"))
    own = submission("boek", name="Bo Ek")
    same = [submission("anna1", name="Anna Berg"), submission("anna2", name="Anna Berg")]
    with record_of(tmp_path, (group, results()), (own, results(["judge_momentum"])),
                   *((one, results()) for one in same)) as record:
        found = list_people(read_standings(record))
    assert [one.student for one in found] == ["adal", "anna1", "anna2", "boek"]
    assert found[3].standing.submission.key == own.key and found[3].others == [group.key]


def test_what_a_part_costs_is_shared_by_the_checks_that_failed_in_it(tmp_path):
    one = submission("adal")
    failed = results(["judge_one_hot", "judge_loss", "judge_shuffling", "judge_momentum"])
    with record_of(tmp_path, (one, failed)) as record:
        (standing,) = read_standings(record)
    lost = share_losses(standing)
    assert sum(points for _, points in lost) == pytest.approx(5) == 60 - standing.sum_by_code
    assert {round(points, 3) for result, points in lost if result.subtask == "0"} == {
        round(1 / sum(result.subtask == "0" for result, _ in lost), 3)}


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1",
                                  " =1", "a;=1+1", "a; -x", "＝1+1", "=HYPERLINK(\"x\")"])
def test_no_text_is_taken_for_a_formula(tmp_path, text):
    write_table(tmp_path / "t.csv", [["name"], [text]])
    cell = rows(tmp_path / "t.csv")[0]["name"]
    for piece in cell.split(";"):
        assert piece.strip()[0] not in "=+-@＝"
    assert restore_cell(cell) == " ".join(text.split())


@pytest.mark.parametrize("text", ["-3.5", "7", "1,5", "a - b", "O'Hara", "", "-", "x = 1; y"])
def test_numbers_and_plain_text_stay_as_they_are(text):
    assert make_harmless(text) == text == restore_cell(text)


@pytest.mark.parametrize("encoding, delimiter, suffix", [
    ("utf-16", "\t", ".xls"), ("utf-16-le", "\t", ".xls"), ("utf-8-sig", ",", ".csv"),
    ("cp1252", ";", ".csv")])
def test_a_gradebook_from_blackboard_is_filled_as_it_was_exported(tmp_path, encoding, delimiter,
                                                                  suffix):
    path = export(tmp_path / f"gc{suffix}", BLACKBOARD, encoding, delimiter)
    ada = submission("adal", source="Assignment 2_adal_attempt_2026-02-11_x.zip",
                     members=("Ada Lovelace", "Cleo Østby"))
    other = submission("nobody", source="Assignment 2_nobody_attempt_2026-02-11_x.zip")
    failed = results(["judge_momentum"])
    with record_of(tmp_path / "out", (ada, failed), (other, results())) as record:
        put_marks(record, ada.key, 0.9)
        put_marks(record, other.key)
    said = write_report(tmp_path / "out", path)
    filled = read_table(tmp_path / "out" / f"blackboard-filled{suffix}")
    expected = [[*row] for row in BLACKBOARD]
    expected[1][7] = expected[3][7] = "92"
    assert [filled.header, *(row for _, row in filled.rows)] == expected
    assert filled.encoding == encoding and filled.delimiter == delimiter
    assert "not found in gc" + suffix + ": nobody" in said
    assert f"1 of 3 students in gc{suffix} have handed in nothing: their cells were not changed" \
        in said
    names = {row["student"]: row["name"] for row in rows(tmp_path / "out" / "gradebook.csv")}
    assert names == {"adal": "Ada Lovelace", "cleo": "Cleo Østby", "nobody": ""}


def test_a_gradebook_from_canvas_is_filled_with_decimal_commas_if_it_has_them(tmp_path):
    table = [[*row] for row in CANVAS]
    table[3][5] = "7,5"
    path = export(tmp_path / "c.csv", table, delimiter=";")
    ada = submission("lovelaceada", name="lovelaceada")
    with record_of(tmp_path / "out", (ada, results(["judge_momentum"]))) as record:
        put_marks(record, ada.key, 0.5)
        put_marks(record, ada.key, 0.25, leave_out=[("1a", "derivation")])
    write_report(tmp_path / "out", path, "assignment 2")
    filled = read_table(tmp_path / "out" / "canvas-filled.csv")
    assert filled.rows[2][1][6] == "68,5"
    assert [row for _, row in filled.rows][:2] == CANVAS[1:3] and filled.rows[3][1] == CANVAS[4]


def test_no_grade_goes_out_while_marks_by_hand_are_missing(tmp_path):
    ada, bo = submission("adal"), submission("12345", name="Bo Ek")
    with record_of(tmp_path, (ada, results()), (bo, results())) as record:
        put_marks(record, bo.key)
    said = write_report(tmp_path)
    assert said == ["1 of 2 students have no grade in the files for Blackboard and Canvas, "
                    "because marks by hand are missing"]
    assert rows(tmp_path / "blackboard.csv") == [
        {"Username": "12345", "MNIST assignment [Total Pts: 100 Score]": "100"}]
    assert list(csv.reader((tmp_path / "canvas.csv").open(encoding="utf-8"))) == [
        ["Student", "ID", "SIS Login ID", "Section", "MNIST assignment"],
        ["    Points Possible", "", "", "", "100"], ["Bo Ek", "12345", "", "", "100"]]


def test_the_column_is_asked_for_when_it_cannot_be_told(tmp_path):
    roster = Roster(export(tmp_path / "gc.csv", BLACKBOARD))
    assert roster.find_column("assignment 2", []) == 7
    assert roster.find_column(None, ["in/Assignment 2_adal_attempt_x.zip"]) == 7
    with pytest.raises(Refused, match='several columns .*"Quiz 1", "Assignment 2"'):
        roster.find_column(None, ["adal.zip"])
    with pytest.raises(Refused, match="no column that could be filled"):
        roster.find_column("Exam", [])


@pytest.mark.parametrize("content, words", [
    (b"", "it is empty"), (b"PK\3\4" + b"\0" * 99, "is an Excel workbook: save it as CSV"),
    (b"name,points\nAda,3\n", "was not exported by Blackboard"),
    (b"\xff\xfe" + b"\0" * 9, "was not exported|is empty|cannot be read"),
    (b'"' + b"x" * 200_000, "cannot be read as a table")])
def test_what_is_no_gradebook_is_refused_in_a_sentence(tmp_path, content, words):
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    with pytest.raises(Refused, match=words):
        Roster(path)


def test_the_command_needs_a_record(tmp_path, capsys):
    assert main(["report", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"staff report: {tmp_path} holds no record.sqlite, or an empty one: give the output "
        "folder of `python -m staff grade`\n")
    record_of(tmp_path, (submission("adal"), results())).connection.close()
    assert main(["report", str(tmp_path), "--roster", str(tmp_path / "missing.csv")]) == 2
    assert "missing.csv is not a file" in capsys.readouterr().err
    assert main(["report", str(tmp_path)]) == 0
    (tmp_path / "record.sqlite").write_bytes(b"no database" * 100)
    assert main(["report", str(tmp_path)]) == 2
    assert "cannot be read as a record of grades" in capsys.readouterr().err


def test_what_the_starter_code_is_not_asked_for_is_given_by_hand(tmp_path):
    one = submission("adal", layout="starter")
    found = [result for result in results() if load_layouts()["starter"].judges(result)]
    with record_of(tmp_path, (one, found)) as record:
        (standing,) = read_standings(record)
        assert standing.sum_by_code == 53 and sum(standing.parts_by_hand.values()) == 47
        assert standing.points("2d") is None and "2d count" in standing.missing
        put(record, "marks", key=one.key, subtask="2d", part="count", points=4)
        (standing,) = read_standings(record)
        assert standing.points("2d") == 4 and standing.total == 57
    write_report(tmp_path)
    marked = {(row["subtask"], row["part"]) for row in rows(tmp_path / "marking.csv")}
    assert {("2d", "count"), ("4d", "counts_and_width")} <= marked


def test_students_of_one_name_are_told_apart_on_the_class_page(tmp_path):
    pairs = [(submission(name, name="Kim Lee"), results()) for name in ("1013", "1028")]
    record_of(tmp_path, *pairs).connection.close()
    write_report(tmp_path)
    page = (tmp_path / "class.html").read_text(encoding="utf-8")
    assert "Kim Lee (1013)" in page and "Kim Lee (1028)" in page
