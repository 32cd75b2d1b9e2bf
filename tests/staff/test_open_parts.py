"""Open parts: what the grader could not reach has no points until a person decides."""
import csv
import io
import re
from dataclasses import replace

import pytest
from grading_helpers import put_marks, record_of, results, submission
from here import CHECKS

from kit.files import Refused
from staff.marking.take import take_marks
from staff.marking.marks_table import FILE as MARKS_TABLE
from staff.feedback.mistakes import find_mistakes
from staff.feedback.report_command import write_report
from staff.standing import read_standings
from staff.grading.rechecks import describe_recheck, list_changes
from staff.points import WHOLE, count_parts
from staff.record import FILE, NOT_DONE, OPEN, Finding, Record

WHY = "scipy is not installed here"


def make_open(found, *subtasks):
    """Results in which the checks of these subtasks are open."""
    return [replace(one, state=OPEN, words=WHY, shown=WHY) if one.subtask in subtasks else one
            for one in found]


def graded(out, *pairs):
    """Keep submissions, with all marks by hand but those of refused ones; write the report."""
    with record_of(out, *pairs) as record:
        for one, _ in pairs:
            if one.counts:
                put_marks(record, one.key)
    return write_report(out)


def read_rows(path):
    """The rows of a CSV file as dicts."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def decide(out, where, points, comment="seen by Kim", *, key=None):
    """Take a mark for a part, as a person fills it in; write the report again."""
    rows = read_rows(out / MARKS_TABLE)
    row = {"key": key or rows[0]["key"], "subtask": where[0], "part": where[1],
           "points": points, "comment": comment}
    path = out / "filled.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    take_marks(out, path)
    return write_report(out)


def page(out, name):
    """What is read on a page, on one line."""
    body = (out / name).read_text(encoding="utf-8").partition("<body")[2]
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def test_a_part_is_open_only_if_none_of_its_checks_failed():
    passed = results()
    assert None not in count_parts(passed, "kit").values()
    assert count_parts(make_open(passed, "3b"), "kit")["3b", "weights"] is None
    helpers = make_open(passed, "0")
    assert count_parts(helpers, "kit")["2c", "helpers"] is None
    mixed = [replace(one, state="failed") if one.title == "cross-entropy loss" else one
             for one in helpers]
    assert count_parts(mixed, "kit")["2c", "helpers"] == 0
    assert set(count_parts([], "kit").values()) == {None}


def test_while_a_part_is_open_nothing_is_exported_and_a_mark_with_a_reason_ends_that(tmp_path):
    one = submission("adal", name="Ada Lovelace")
    said = graded(tmp_path, (one, make_open(results(), "3b")))
    assert said[0].startswith("1 of 1 hand-ins wait for a person")
    assert said[1] == ("1 of 1 students have no grade in the files for Blackboard and Canvas, "
                       "because parts are open")
    (row,) = read_rows(tmp_path / "gradebook.csv")
    assert {value for name, value in row.items()
            if name not in ("student", "name", "flags", "submission")} == {""}
    assert row["flags"] == f"96 so far, 1 open: 3b weights ({WHY})"
    assert read_rows(tmp_path / "blackboard.csv") == []
    first = read_rows(tmp_path / MARKS_TABLE)[0]
    assert (first["subtask"], first["part"], first["possible"], first["points"],
            first["answer"]) == ("3b", "weights", "4", "", WHY)
    file, _, anchor = first["page"].partition("#")
    assert f'id="{anchor}"' in (tmp_path / file).read_text(encoding="utf-8")
    read = page(tmp_path, file)
    assert "96 points so far, of 100" in read and "1 open up to 4 points: a person decides" in read
    assert WHY in read
    assert "To be looked at 1" in page(tmp_path, "class.html")

    with pytest.raises(Refused, match="3b weights is a part by code: give the reason"):
        decide(tmp_path, ("3b", "weights"), 3, "")
    assert decide(tmp_path, ("3b", "weights"), 3) == []
    (row,) = read_rows(tmp_path / "gradebook.csv")
    assert (row["3b"], row["by code"], row["total"]) == ("5", "59", "99")
    assert row["flags"] == "decided by a person: 3b weights"
    assert read_rows(tmp_path / "blackboard.csv")[0]["Username"] == "adal"
    assert "weights: 3 of 4, decided by a person in place of the code seen by Kim" in page(
        tmp_path, file)
    assert "To be looked at" not in page(tmp_path, "class.html")
    assert read_rows(tmp_path / MARKS_TABLE)[0]["points"] == "3"


def test_an_appeal_changes_any_part_by_code_and_is_taken_back(tmp_path):
    one = submission("adal")
    graded(tmp_path, (one, results(["judge_momentum"], "step 3 is wrong: is it late?")))
    assert "is it late?" in page(tmp_path, "class.html")
    assert read_rows(tmp_path / "gradebook.csv")[0]["total"] == "96"
    decide(tmp_path, ("3c", "update"), "2,5", "the sign is a matter of taste", key=one.key)
    (row,) = read_rows(tmp_path / "gradebook.csv")
    assert (row["3c"], row["total"]) == ("5.5", "98.5")
    assert "the sign is a matter of taste" in page(tmp_path, f"feedback/{one.key}.html")
    assert "is it late?" not in page(tmp_path, "class.html")    # the check was wrong
    rows = read_rows(tmp_path / MARKS_TABLE)
    assert [row["part"] for row in rows if row["comment"]] == ["update"]
    take_marks(tmp_path, tmp_path / MARKS_TABLE)        # says nothing new
    with pytest.raises(Refused, match="would change"):
        decide(tmp_path, ("3c", "update"), 4, key=one.key)
    rows[0]["points"] = "-"
    with (tmp_path / "back.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerow(rows[0])
    take_marks(tmp_path, tmp_path / "back.csv", force=True)
    write_report(tmp_path)
    assert read_rows(tmp_path / "gradebook.csv")[0]["total"] == "96"


def test_a_hand_in_of_which_much_is_open_is_one_row_to_look_at(tmp_path):
    one = submission("adal")
    found = make_open(results(), *"2a 2b 2c 0 3a 3b 3c 4c".split())
    graded(tmp_path, (one, found))
    with Record(tmp_path / FILE) as record:
        (standing,) = read_standings(record)
    assert len(standing.open) > len(standing.parts_by_code) / 3
    rows = [row for row in read_rows(tmp_path / MARKS_TABLE) if not row["points"]]
    assert [(row["subtask"], row["part"], row["possible"]) for row in rows] == [(*WHOLE, "60")]
    assert "please look at the code as a whole" in rows[0]["answer"]
    assert "A person looks at it as a whole" in page(tmp_path, f"feedback/{one.key}.html")
    with pytest.raises(Refused, match="all code is a part by code: give the reason"):
        decide(tmp_path, WHOLE, 31, "")
    assert decide(tmp_path, WHOLE, 31) == []
    (row,) = read_rows(tmp_path / "gradebook.csv")
    assert (row["by code"], row["by hand"], row["total"]) == ("31", "40", "71")
    assert row["flags"] == "decided by a person: all code"
    read = page(tmp_path, f"feedback/{one.key}.html")
    assert "looked at the code as a whole: 31 of 60 points. seen by Kim" in read


@pytest.mark.parametrize("points", [0, 20])
def test_what_was_refused_or_could_not_be_checked_is_never_exported_as_0_by_itself(tmp_path,
                                                                                  points):
    refused, lost = submission("adal", refused="the zip is broken"), submission("boek")
    with record_of(tmp_path, (refused, []), (lost, [])) as record:
        put_marks(record, lost.key)
        with record.transaction():
            record.put_findings(lost, "code", [Finding("code", NOT_DONE, "it ended")], "")
    write_report(tmp_path)
    for row in read_rows(tmp_path / "gradebook.csv"):
        assert row["total"] == row["by code"] == row["2b"] == "" and row["flags"]
    assert read_rows(tmp_path / "blackboard.csv") == []
    assert [(row["student"], row["part"]) for row in read_rows(tmp_path / MARKS_TABLE)
            if not row["points"]] == [("adal", "code"), ("boek", "code")]
    read = page(tmp_path, "class.html")
    assert "To be looked at 2" in read and read.index("the zip is broken") < read.index("Points")
    decide(tmp_path, WHOLE, points, key=refused.key)
    decide(tmp_path, WHOLE, points, key=lost.key)
    assert [row["total"] for row in read_rows(tmp_path / "gradebook.csv")] == [
        str(points), str(points + 40)]
    assert f"It has {points} points" in page(tmp_path, f"feedback/{refused.key}.html")
    assert len(read_rows(tmp_path / "blackboard.csv")) == 2


def test_an_open_part_is_no_mistake_of_the_class(tmp_path):
    found = make_open(results(["judge_momentum"]), "2b", "3b")
    with record_of(tmp_path, (submission("adal"), found)) as record:
        mistakes = find_mistakes(read_standings(record))
    assert [[*one.subtasks] for one in mistakes] == [["3c"]]


def test_the_distributions_leave_out_what_is_open(tmp_path):
    graded(tmp_path, (submission("adal"), results()),
           (submission("boek"), make_open(results(), "4c")))
    text = (tmp_path / "class.html").read_text(encoding="utf-8")
    assert text.count(">1</text>") == 2     # one bar by code, one of the totals
    assert "4c 100 %" in page(tmp_path, "class.html")
    assert "87 …" in page(tmp_path, "class.html")


def test_a_recheck_says_that_a_part_is_no_longer_open(tmp_path):
    one = submission("adal")
    before, after = make_open(results(), "3b"), results(["judge_momentum"])
    with record_of(tmp_path, (one, before)) as record:
        record.put_results(one, after, [], "", list_changes(1, one, before, after))
        assert describe_recheck(record, 1) == [
            "recheck 1 changes the points by code of 1 submission",
            "  adal: 3b open -> 4, 3c 4 -> 0; the same in all"]
        assert list_changes(2, one, make_open(after, "3b"), after)[-1]["after"] == 56


def test_every_check_without_a_result_leaves_its_part_open():
    without = [one for one in results() if one.subtask != "2d"]
    assert count_parts(without, "kit")["2d", "count"] is None
    assert {one.part for one in CHECKS if one.subtask == "2d" and not one.remark} == {"count"}
