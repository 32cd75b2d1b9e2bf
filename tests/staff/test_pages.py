"""The pages of students and of the class, as text: what they show, and what they must not."""
import base64
import html
import re
import time
from dataclasses import replace

import pytest
from grading_helpers import picture, put, put_marks, put_text, record_of, results, submission

from staff.feedback.report_command import write_report
from staff.guide import read_guide
from staff.intake.alike import Pair
from staff.marks import Mark
from staff.feedback.class_page import choose_shade, count_progress, find_clusters, make_bars
from staff.feedback.mistakes import NOT_WRITTEN, find_mistakes, name_mistake
from staff.feedback.page_template import clean
from staff.notebooks.reading import Reading
from staff.record import FILE, NOT_DONE, Finding, Record, Result
from staff.standing import read_standings

HOSTILE = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "javascript:alert(1)",
           "</style><style>*{display:none}</style>", "</pre></section><h1>100 points</h1>",
           "{{ 'ab' * 4 }}{% raw %}", "\u202egnp.exe\u2066", "a\x00b\x1b[31mc", "&lt;b&gt;"]


def page(out, one):
    """The text of a submission's page."""
    return (out / "feedback" / f"{one.key}.html").read_text(encoding="utf-8")


def text_of(page):
    """What is read on a page, on one line."""
    body = page.partition("<body")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def test_a_student_sees_points_what_was_measured_and_marks(tmp_path):
    picture_of_one = picture()
    one = submission("adal", name="Ada Lovelace", notes=("all lies in a folder",))
    with record_of(tmp_path, (one, results(["judge_momentum"], "on hidden inputs 3 is 4",
                                           shown="step 3 is wrong: is it the raw gradient?"))) \
            as record:
        put_marks(record, one.key, 0.5, "mind the sign", leave_out=[("4e", "reading")])
        put(record, "answers", key=one.key, subtask="3c", text="It is\n  faster.")
        put(record, "figures", key=one.key, subtask="2c", notebook="task2.ipynb", cell=9,
            number=1, png=picture_of_one)
        put(record, "figures", key=one.key, subtask="2c", notebook="task2.ipynb", cell=10,
            number=1, png=b"<svg onload=alert(1)>")
        put(record, "numbers", key=one.key, subtask="2a", name="mean", reported="33.55",
            own="33.553", agrees=1)
        with record.transaction():
            record.put_findings(one, "notebooks", [
                Finding("notebooks", "error", "fails", "task3.ipynb", 4)] * 2
                + [Finding("notebooks", NOT_DONE, "no process could be started")], "")
    write_report(tmp_path)
    found = page(tmp_path, one)
    read = text_of(found)
    assert "step 3 is wrong: is it the raw gradient?" in read and "hidden inputs 3" not in read
    assert "74 points so far, of 100 56 of 60 by code 18 of 40 by hand; 1 part is" in read
    assert "3c momentum_gamma 1.5 of 7 By code: update 0 of 4. failed seven steps" in read
    assert "4e Ten hidden layers 1 of 6 so far" in read and "reading: not marked yet" in read
    assert re.search("derivation: 5 of 10 The points are for: 2: .* mind the sign 1b", read)
    assert "<p>It is faster.</p>" in found and found.count("data:image/png;base64,") == 1
    assert base64.b64encode(picture_of_one).decode() in found
    assert "mean 33.55 33.553 they agree" in read
    assert "task3.ipynb, cell 4: fails (2 times)" in read and "all lies in a folder" in read
    assert "process" not in read        # the teacher's flag, not the student's


def put_mark(record, one, subtask, part, points, **more):
    """Keep a mark, as the page to mark on gives it."""
    record.put_marks([Mark(one.key, subtask, part, "ann", points, **more)])


def test_what_was_lost_stands_at_the_top_the_most_first_and_in_its_place(tmp_path):
    one, elements = submission("adal"), read_guide()[0]["1a", "derivation"].elements
    earned = {words: 1 for _, words in elements[1:-1]} | {elements[-1][1]: 0.5}
    with record_of(tmp_path, (one, results(["judge_momentum", "judge_scaling"],
                                           "step 3 is wrong: is it late?"))) as record:
        put_marks(record, one.key)
        record.connection.execute("DELETE FROM marks WHERE subtask IN ('1a', '1b', '2c', '3b')")
        put_mark(record, one, "1a", "derivation", 7.5, elements=earned, comment="Mind\nthe sum.")
        put_mark(record, one, "1b", "rules", 2, comment="from a table")
        put_mark(record, one, "2c", "plot", 1, elements={"words of an older guide": 1})
        put_mark(record, one, "3b", "reading", 0, comment="all gone")
        record.put_element_comment("1a", "derivation", elements[0][1], "See the lecture.", "ann")
    write_report(tmp_path)
    read = text_of(page(tmp_path, one))
    lost = [f"−2 {elements[0][1]}", f"−0.5 {elements[-1][1]}"]
    top = read.partition("Each check ran")[0].partition("what to look at ")[2]
    assert top.startswith("−4 3c update seven steps with momentum: is it late? "
                          "−2.5 1a derivation the chain rule")
    assert "−1 1b rules from a table" in top and "−2 3b reading all gone" in top
    assert (f"By hand, derivation: 7.5 of 10 {' '.join(lost)} Mind the sum. See the lecture."
            in read)
    assert re.search(r"By hand, rules: 2 of 3 The points are for: 1: .* from a table 2a", read)
    assert "By hand, plot: 1 of 2 The points are for: 1: training and validation" in read


def test_who_lost_nothing_reads_that(tmp_path):
    one = submission("adal")
    with record_of(tmp_path, (one, results())) as record:
        put_marks(record, one.key)
    write_report(tmp_path)
    assert "All points." in text_of(page(tmp_path, one))


def test_a_group_reads_no_file_name_of_one_member(tmp_path):
    one = submission("6001", name="Ada", source="Ada_6001_file", partners=(("6002", "Bo"),))
    old = submission("6001", source="Ada_6001_old", superseded=one.key)
    record_of(tmp_path, (one, results()), (old, [])).connection.close()
    write_report(tmp_path)
    read = text_of(page(tmp_path, one))
    assert read.startswith("> Ada, Bo 60 points") and "Ada_6001" not in read
    assert "Another attempt, which does not count" in read


def test_a_refused_hand_in_says_why_and_nothing_else(tmp_path):
    one = submission("adal", refused="the zip holds ../evil.py")
    record_of(tmp_path, (one, [])).connection.close()
    write_report(tmp_path)
    assert ("It has no points yet: a person decides. Reason: the zip holds ../evil.py What you "
            "can do: correct this and hand in again" in text_of(page(tmp_path, one)))
    assert "2b" not in text_of(page(tmp_path, one))


def test_nothing_that_a_student_wrote_becomes_part_of_a_page(tmp_path):
    everything = " ".join(HOSTILE)
    one = submission(everything, name=everything, source=everything, members=(everything, "Bo"),
                     notes=(everything,))
    old = submission(everything, source="old " + everything, superseded=one.key)
    bad = submission("bo", name=everything, refused=everything)
    failed = results(["judge_momentum", "judge_loss_of_zero", "judge_forward"], everything)
    with record_of(tmp_path, (one, failed), (bad, []), (old, [])) as record:
        put_marks(record, one.key, 1, everything)
        put(record, "answers", key=one.key, subtask="3a", text=everything)
        put(record, "figures", key=one.key, subtask=everything, notebook=everything, cell=1,
            number=1, png=picture())
        put_text(record, one.key, bad.key, everything)
        with record.transaction():
            record.put_findings(one, "notebooks", [
                Finding("notebooks", everything, everything, everything, 1)], "")
    write_report(tmp_path)
    for path in [tmp_path / "class.html", *tmp_path.glob("feedback/*.html")]:
        found = path.read_text(encoding="utf-8")
        assert not re.search(r"<(script|img src=x|h1>100)|</style>\s*<style|<b>gt", found)
        assert found.count("<h1>") == found.count("</style>") == found.count("<body") == 1
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]|abababab", found)
        assert re.findall(r'(?:href|src)="(?!#|data:image/png;|feedback/[a-z0-9-]+\.html"|'
                          r'marking-guide)', found) == []
        assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in found
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in found
    assert all(re.fullmatch(r"[a-z0-9-]+\.html", path.name)
               for path in tmp_path.glob("feedback/*"))


@pytest.mark.parametrize("text, expected", [
    ("a\u202eb\u200fc", "abc"), ("a\x07b\ud800", "a\ufffdb\ufffd"),
    ("a\u00a0b\r\n\tc", "a b\n\tc"),
    ("Z" + "\u0301" * 500, "Z\u0301\u0301"), ("Øystein Ærlig 王芳 αβ", "Øystein Ærlig 王芳 αβ"),
    (2.0, "2"), (2.5, "2.5"), (3, 3)])
def test_a_text_is_cleaned_of_what_steers_its_reading(text, expected):
    assert clean(text) == expected


def test_a_long_text_is_cut():
    assert len(clean("x" * 10**6)) < 21_000


def test_pages_of_hand_ins_that_are_gone_go_and_other_files_stay(tmp_path):
    one, other = submission("adal"), submission("boek")
    with record_of(tmp_path, (one, results()), (other, results())) as record:
        write_report(tmp_path)
        assert page(tmp_path, other)
        (tmp_path / "feedback" / "my notes.html").write_text("")
        record.put_submissions([one])
    write_report(tmp_path)
    assert sorted(path.name for path in tmp_path.glob("feedback/*")) == [
        f"{one.key}.html", "my notes.html"]


def result(words, state="failed", check_id="x", **more):
    """A result of a check of 3c."""
    return Result(check_id, "3c", "update", "seven steps", more.pop("remark", False), state, words,
                  **more)


@pytest.mark.parametrize("words, mistake", [
    ("with γ = 0.9, step 3 is the first that is wrong, the two before are right: is the previous "
     "gradient kept?", "is the previous gradient kept?"),
    ("the mean is 784.0000 where 28 is right: is it the variance?", "is it the variance?"),
    ("W1 is 3 times too large; is the sum over the batch divided by N?",
     "is the sum over the batch divided by N?"),
    ("a pixel of 0.5 comes as -1.25e-3, expected 2", "a pixel of … comes as …, expected …"),
    ("", "failed")])
def test_a_mistake_is_named_by_the_checks_question_or_without_its_numbers(words, mistake):
    assert name_mistake(result(words)) == mistake


def test_mistakes_of_a_class_are_counted_and_those_that_cost_most_come_first(tmp_path):
    hint = ": is it applied one step late?"
    ones = [submission(name) for name in ("ada", "bo", "cleo", "di")]
    found = [results(["judge_momentum"], f"step {n} is wrong{hint}") for n in (1, 2)]
    found += [results(["judge_bias_column"], "it holds 0: is it of zeros?"),
              [result("", "not started", f"check {n}") for n in range(3)]]
    with record_of(tmp_path, *zip(ones, found)) as record:
        listed = find_mistakes(read_standings(record))
    assert [(one.name, one.count, one.points) for one in listed] == [
        ("is it applied one step late?", 2, 8), (NOT_WRITTEN, 1, 4), ("is it of zeros?", 1, 1)]
    assert listed[0].example == "step 1 is wrong: is it applied one step late?"
    assert list(listed[0].keys) == [ones[0].key, ones[1].key]


def test_the_class_page_has_everyone_and_what_was_not_understood(tmp_path):
    ones = [submission(name, name=name.title()) for name in ("ada", "bo")]
    bad = submission("cleo", refused="the zip is broken")
    failed = results(["judge_momentum", "judge_no_hidden_layer"], "step 3 is wrong: is it late?")
    with record_of(tmp_path, (ones[0], results()), (ones[1], failed), (bad, [])) as record:
        put_marks(record, ones[0].key)
        put(record, "alike", key=ones[0].key, other=ones[1].key, what="all of task2.py")
        record.write_setting("seed", 42)
    write_report(tmp_path)
    read = text_of((tmp_path / "class.html").read_text(encoding="utf-8"))
    assert ("3 students, 3 hand-ins, 1 of them refused. 1 hand-in waits for a person, and has no "
            "grade until then. Marks by hand are missing for 1 of 3 students." in read)
    assert "To be looked at 1" in read and "cleo refused: the zip is broken cleo.zip" in read
    assert "seed 42; sandbox: bubblewrap; kit 1, numpy 2" in read
    assert "3c 1 4.0 is it late? seven steps with momentum step 3 is wrong: is it late? Bo" in read
    assert "Ada 10 3 5 17 6 5 9 6 7 4 4 13 5 6 60 40 100" in read
    assert "Cleo – – – – – – – – – – – – – – – – –" in read.replace("cleo", "Cleo")
    assert "Bo – – 5 17 4 5 6 4 0 – – 13 2 – 56 0… 56 …" in read
    assert "Ada and Bo : all of task2.py" in read


def test_the_class_page_lists_what_a_person_is_to_look_at(tmp_path):
    ones = [submission(name) for name in ("ada", "bo", "cleo", "dan")]
    ones[3] = replace(ones[3], notes=("to be looked at: two folders", "all is well"))
    last = submission("zoe", refused="the zip is broken")
    with record_of(tmp_path, *((one, results()) for one in ones), (last, [])) as record:
        for one, kind in zip(ones, ("unreadable", "doubt", "note")):
            record.put_reading(one, Reading({}, (), (Finding("reading", kind, kind.upper()),),
                                            ()), [], "")
    write_report(tmp_path)
    read = text_of((tmp_path / "class.html").read_text(encoding="utf-8"))
    assert "To be looked at 4 " in read and "Flags" not in read
    for words in ("file itself. zoe refused: the zip is broken", "bo not believed: DOUBT bo.zip",
                  "ada could not be read: : UNREADABLE ada.zip",
                  "dan to be looked at: two folders dan.zip"):
        assert words in read
    assert "ada 0 – 0" not in read and "ada – – 5 17" in read


def test_the_class_page_says_what_was_found_of_whom(tmp_path):
    ones = [submission(name, name=name.title()) for name in ("ada", "bo")]
    with record_of(tmp_path, *((one, results()) for one in ones)) as record:
        for one, cell in zip(ones, (4, 0)):
            record.put_reading(one, Reading({}, (), (Finding(
                "reading", "note", f"{one.name}'s answer is gone", "task1.ipynb", cell),) * 2,
                ()), [], "")
    write_report(tmp_path)
    read = text_of((tmp_path / "class.html").read_text(encoding="utf-8"))
    assert ("notes: 2 Ada task1.ipynb, cell 4: Ada's answer is gone (2 times) Bo task1.ipynb: "
            "Bo's answer is gone (2 times)") in read
    assert "No check failed." in read and "points lost mistake" not in read


def test_no_subtask_is_said_to_be_full_before_all_of_it_is_known(tmp_path):
    one = submission("ada")
    with record_of(tmp_path, (one, results())) as record:
        put_mark(record, one, "1a", "derivation", 10)
    write_report(tmp_path)
    kinds = {subtask: kind for kind, subtask in
             re.findall(r'<a class="(\w*)" href="#(\w+)"><b>', page(tmp_path, one))}
    assert (kinds["1a"], kinds["2a"], kinds["2c"], kinds["1b"]) == ("all", "all", "", "")


def test_progress_is_counted_for_each_part_and_marker(tmp_path):
    ones = [submission(name) for name in ("ada", "bo", "cleo")]
    bad = submission("dan", refused="the zip is broken")
    with record_of(tmp_path, *((one, results()) for one in ones), (bad, [])) as record:
        for one, marker, points in ((ones[0], "ann", 4), (ones[0], "bob", 5), (ones[1], "bob", 1)):
            record.put_marks([Mark(one.key, "1a", "derivation", marker, points)])
        record.put_marks([Mark(ones[2].key, "1a", "derivation", "eve", 1, done=False)])
        markers, parts = count_progress(record, read_standings(record))
        assert markers == ["ann", "bob"]
        assert parts[:2] == [("1a derivation", 3, 1, 1, [1, 2]), ("1b rules", 3, 0, 0, [0, 0])]
    write_report(tmp_path)
    assert "Marking by hand 1 of 36" in text_of(
        (tmp_path / "class.html").read_text(encoding="utf-8"))


def test_hand_ins_are_clustered_if_others_connect_them(tmp_path):
    with record_of(tmp_path) as record:
        for key, other in ("ab", "cd", "ef", "be", "fa"):
            put(record, "alike", key=key, other=other, what="all")
        record.put_alike([Pair(row["key"], row["other"], "x", ([("a.py", 3, True, "<b>")],) * 2)
                          for row in record.query("SELECT * FROM alike")])
        found = find_clusters(record)
    assert [sorted(keys) for keys, _ in found] == [["a", "b", "e", "f"], ["c", "d"]]
    assert [len(pairs) for _, pairs in found] == [4, 1]
    write_report(tmp_path)
    assert "<mark>&lt;b&gt;</mark>" in (tmp_path / "class.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("points, possible, expected", [
    (0, 5, 0), (0.5, 5, 1), (2, 5, 2), (3, 5, 3), (4.5, 5, 4), (5, 5, 5), (17, 17, 5)])
def test_shades_tell_none_and_all_from_the_rest(points, possible, expected):
    assert choose_shade(points, possible) == expected


def test_bars_hold_every_value_once():
    found = make_bars([0, 5.5, 6, 59, 60, 60], 60)
    assert [count for _, count, _ in found] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 3]
    assert [low for low, _, _ in found] == list(range(0, 60, 6)) and found[9][2] == 1


def test_an_empty_grading_has_pages_too(tmp_path):
    record_of(tmp_path).connection.close()
    write_report(tmp_path)
    assert "0 students" in text_of((tmp_path / "class.html").read_text(encoding="utf-8"))


@pytest.mark.faults
def test_three_hundred_take_seconds(tmp_path):
    failed = ["judge_momentum", "judge_forward", "judge_scaling"]
    one = results(failed, "step 3 is wrong: is it late?")
    with record_of(tmp_path, *((submission(f"s{n}"), one) for n in range(300))) as record:
        for row in record.query("SELECT key FROM submissions"):
            put(record, "figures", key=row["key"], subtask="2c", notebook="t", cell=1, number=1,
                png=picture())
    start = time.perf_counter()
    write_report(tmp_path)
    assert time.perf_counter() - start < 20
    with Record(tmp_path / FILE) as record:
        assert len(list(tmp_path.glob("feedback/*.html"))) == len(record.list_submissions()) == 300
