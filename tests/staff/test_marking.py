"""Marks by hand: the marking guide, the table that goes out, and the table that comes in."""
import pytest
from here import SUBTASKS
from grading_helpers import put, put_marks, record_of, results, submission
from marking_helpers import list_marks, save, table

from kit.files import Refused
from staff.__main__ import main
from staff.marking.take import take_marks
from staff.feedback.report_command import write_report
from staff.guide import read_guide
from staff.points import list_parts_by_hand
from staff.record import FILE, Record
from staff.csv_tables import read_table

PARTS = [(subtask.id, part) for subtask in SUBTASKS for part in subtask.by_hand]


@pytest.fixture
def out(tmp_path):
    """The output of a grading with two hand-ins and a refused one."""
    both = submission("adal", name="Ada Lovelace"), submission("boek", members=("Bo Ek", "Di Au"))
    with record_of(tmp_path / "out", *((one, results()) for one in both),
                   (submission("cleo", refused="the zip is broken"), [])) as record:
        put(record, "answers", key=both[0].key, subtask="3a", text="=1+1 is\nwhat I read")
    write_report(tmp_path / "out")
    return tmp_path / "out"


def test_the_guide_has_every_part_and_its_points_add_up():
    parts, before = read_guide()
    assert {where: part.points for where, part in parts.items()} == list_parts_by_hand(
        "kit", "starter")
    assert sum(list_parts_by_hand("kit").values()) == 40
    assert set(parts) - set(PARTS) == {("2d", "count"), ("4d", "counts_and_width")}
    for part in parts.values():
        assert sum(points for points, _ in part.elements) == part.points
        assert all(f"### {title}" in part.text
                   for title in ("Model answer", "Points", "Common errors"))
    assert before.startswith("# Marking guide")


def test_each_hand_in_has_a_row_a_part_with_answer_link_and_guide(out):
    rows = table(out)
    assert [(row["student"], row["subtask"], row["part"]) for row in rows] == [
        (student, *part) for student in ("adal", "boek") for part in PARTS]
    row = rows[PARTS.index(("3a", "reading"))]
    assert (row["possible"], row["points"], row["answer"]) == ("3", "", "'=1+1 is what I read")
    page, _, anchor = row["page"].partition("#")
    assert f'id="{anchor}"' in (out / page).read_text(encoding="utf-8")
    assert row["guide"].startswith("1: speed of convergence")
    assert rows[-1]["name"] == "Bo Ek, Di Au"
    guide = (out / "marking-guide.html").read_text(encoding="utf-8")
    assert all(f'id="{subtask}-{part}"' in guide for subtask, part in PARTS)


@pytest.mark.parametrize("encoding, delimiter, comma", [
    ("utf-8-sig", ",", "."), ("utf-8", ";", ","), ("utf-16", "\t", ","), ("cp1252", ";", ",")])
def test_a_table_comes_back_as_a_spreadsheet_has_left_it(out, encoding, delimiter, comma):
    rows = table(out)
    rows[0] |= {"points": f"7{comma}5", "comment": "- Σ fehlt; = so" if "utf" in encoding
                else "größer; = so"}
    rows[5]["points"] = "0"
    names = ["comment", "Points", "part", "subtask", "key", "of mine"]
    shuffled = [{**row, "Points": row["points"]} for row in reversed(rows)]
    path = save(out / "back.csv", shuffled, encoding, delimiter, names)
    if delimiter == ";" and encoding == "utf-8":
        path.write_bytes(b"sep=;\r\n" + path.read_bytes())
    assert take_marks(out, path) == ["2 new marks, 0 changed"]
    assert list_marks(out, rows[0]["key"]) == {("1a", "derivation"): (7.5, rows[0]["comment"]),
                                      PARTS[5]: (0, "")}
    write_report(out)
    assert [row["points"] for row in table(out)[:6]] == ["7.5", "", "", "", "", "0"]
    assert read_table(out / "gradebook.csv").rows[0][1][2] == "7.5"
    assert take_marks(out, out / "marking.csv") == ["0 new marks, 0 changed"]


@pytest.mark.parametrize("change, words", [
    ({"key": "nobody"}, "line 3: there is no submission nobody: leave the column key"),
    ({"part": "derivation"}, "line 3: 1b derivation is not a part of the assignment"),
    ({"subtask": ""}, "line 3: rules is not a part of the assignment"),
    ({"points": "3.5"}, "line 3: the points are 3.5, expected a number from 0 to 3"),
    ({"points": "-1"}, "the points are -1"), ({"points": "nan"}, "the points are nan"),
    ({"points": "1e0"}, "the points are 1e0"), ({"points": "7. Mai"}, "the points are 7. Mai"),
    ({"points": "1.125"}, "with at most two decimals")])
def test_a_row_that_cannot_be_right_is_refused_with_its_line_and_nothing_is_taken(
        out, capsys, change, words):
    rows = table(out)
    rows[0]["points"] = "5"
    rows[1] |= {"points": "2", **change}
    path = save(out / "back.csv", rows)
    assert main(["mark", str(out), "--take", str(path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("staff mark: ") and words in error and error.count("\n") == 1
    assert list_marks(out, rows[0]["key"]) == {}


def test_two_marks_for_one_part_are_refused(out):
    rows = table(out)[:1] * 2
    path = save(out / "back.csv", [{**row, "points": n} for n, row in enumerate(rows)])
    with pytest.raises(Refused, match="line 3: .* has another mark in line 2"):
        take_marks(out, path)


def test_a_table_without_its_columns_is_refused(out):
    path = save(out / "back.csv", table(out), names=["key", "part", "points", "comment"])
    with pytest.raises(Refused, match="has no column subtask"):
        take_marks(out, path)
    with pytest.raises(Refused, match="is not a file"):
        take_marks(out, out)
    with pytest.raises(Refused, match="holds no record.sqlite"):
        take_marks(out / "feedback", path)


def test_a_mark_is_changed_only_with_force(out, capsys):
    row = table(out)[0]
    def take(points, comment="", *more):
        path = save(out / "back.csv", [row | {"points": points, "comment": comment}])
        return main(["mark", str(out), "--take", str(path), *more])
    assert take("5", "good") == 0
    assert take("", "") == take("5") == take("", "good") == 0       # nothing is said anew
    capsys.readouterr()
    assert take("6", "good") == 2
    printed = capsys.readouterr()
    assert f'{row["key"]} 1a derivation: 5, "good" -> 6, "good"' in printed.out
    assert "give --force" in printed.err
    assert list_marks(out, row["key"])["1a", "derivation"][0] == 5
    assert take("6", "better", "--force") == 0
    assert list_marks(out, row["key"]) == {("1a", "derivation"): (6, "better")}
    assert take("-") == 2 and take("-", "", "--force") == 0
    assert list_marks(out, row["key"]) == {("1a", "derivation"): (None, "")}


def test_marks_that_were_typed_into_marking_csv_are_not_written_over(out):
    rows = table(out)
    rows[3]["points"] = "2"
    path = save(out / "marking.csv", rows)
    before = path.read_bytes()
    said = write_report(out)
    assert said[0].startswith(f"{path} was not written again") and path.read_bytes() == before
    take_marks(out, path)
    assert not any("not written again" in line for line in write_report(out))
    assert table(out)[3]["points"] == "2"


def test_marks_stay_when_the_submission_is_marked_anew(out):
    row = table(out)[0]
    with Record(out / FILE) as record:
        put_marks(record, row["key"])
        (one,) = [one for one in record.list_submissions() if one.key == row["key"]]
        record.put_results(one, results(["judge_momentum"]), [], "other")
    write_report(out)
    assert table(out)[0]["points"] == "10"
