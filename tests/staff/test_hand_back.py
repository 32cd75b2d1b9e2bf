"""Feedback in the names that platforms take back, and what their pages do not tell."""
import csv
import io
import zipfile
from collections import defaultdict

import pytest
from grading_helpers import picture, put, put_marks, record_of, results, submission
from marking_helpers import HOSTILE
from pypdf import PdfReader

from staff.__main__ import main
from staff.feedback.gradebook import Person
from staff.feedback.handing_back import list_entries
from staff.csv_tables import read_table
from staff.feedback.report_command import write_report
from staff.intake.repeats import note_repeats
from staff.intake.intake import take_in
from staff.standing import Standing


def read_as_moodle(name):
    """(number, plugin, file) as Moodle reads them: the first part of the path with four pieces."""
    parts = name.split("/")
    for at, part in enumerate(parts):
        pieces = part.split("_", 4)
        if len(pieces) >= 4 and pieces[1].isdecimal():
            rest = [*pieces[4:], *parts[at + 1:]]
            return pieces[1], f"{pieces[2]}_{pieces[3]}", "/".join(filter(None, rest))
    return None


def read_as_canvas(name):
    """(student, file's number) as Canvas reads them: of all pieces, the first two numbers."""
    pieces = [piece for piece in name.split("_") if piece != "LATE"]
    if pieces[0] == "anon":
        return tuple(pieces[1:3])
    return tuple([piece for piece in pieces if piece.isdecimal()][:2])


def give_back(folder, platform, *ones, marked=True, options=()):
    """({name: content} of the zip or {}, exit status) for submissions without mistakes."""
    with record_of(folder, *((one, results()) for one in ones)) as record:
        for one in ones:
            if marked:
                put_marks(record, one.key)
    status = main(["feedback", str(folder), "--for", platform, *options])
    path = folder / f"feedback-{platform}.zip"
    if not path.exists():
        return {}, status
    with zipfile.ZipFile(path) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}, status


def of_moodle(number, name, **more):
    """A submission from Moodle."""
    return submission(number, name=name, platform="Moodle", **more)


def of_canvas(number, name, file, **more):
    """A submission from Canvas."""
    return submission(number, name=name, platform="Canvas", file=file, **more)


def test_moodle_finds_each_member_of_a_group(tmp_path, capsys):
    pair = of_moodle("6001", "Ada_Lovelace 2", partners=(("6002", "../../Bo"),))
    found, status = give_back(tmp_path, "moodle", pair, of_moodle("6003", ""))
    assert status == 0 and {read_as_moodle(name) for name in found} == {
        (number, "assignsubmission_file", "feedback.html") for number in ("6001", "6002", "6003")}
    assert not [name for name in found if ".." in name or name.count("/") != 1]
    page = (tmp_path / "feedback" / f"{pair.key}.html").read_bytes()
    assert [content for name, content in found.items() if "_6002_" in name] == [page]
    assert "3 pages" in capsys.readouterr().out


def test_canvas_finds_the_file_and_gets_one_of_its_kind(tmp_path, capsys):
    found, status = give_back(
        tmp_path, "canvas",
        of_canvas("901", "group 7 9", "5001_hand-in-1.zip", members=("Ada", "Bo")),
        of_canvas("902", "lovelaceada", "5002_page.HTML"),
        of_canvas("Xy12Z", "anon_Xy12Z", "5003_a.zip"), of_canvas("904", "12", "5004_a_1_2.zip"),
        of_canvas("905", "byroneve", "5005_task2.py"), of_canvas("906", "textonly", ""))
    assert status == 0
    assert {read_as_canvas(name) for name in found} == {
        ("901", "5001"), ("902", "5002"), ("Xy12Z", "5003"), ("904", "5004")}
    for name, content in found.items():
        if name.endswith(".zip"):
            assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["feedback.html"]
        else:
            assert content.startswith(b"<!DOCTYPE html>")
    said = capsys.readouterr().out
    assert "not in the zip: byroneve, textonly: Canvas knows no zip of theirs" in said
    assert "as members: Ada, Bo are named in the hand-ins" in said


def test_pdfs_have_the_names_that_each_platform_takes(tmp_path):
    people = {"moodle": of_moodle("6001", "Ada"), "folders": submission("ada"),
              "canvas": of_canvas("901", "ada", "5001_a.zip"),
              "blackboard": submission("ada", source="A_ada_attempt_1", platform="Blackboard")}
    people = {platform: Person(one.student, one.name, Standing(one, [], [], {}), True)
              for platform, one in people.items()}
    names = {platform: [*list_entries([one], platform, {one.standing.submission.key: b"%PDF"},
                                      "pdf")[0]] for platform, one in people.items()}
    assert names == {"moodle": ["Ada_6001_assignsubmission_file/feedback.pdf"],
                     "canvas": ["ada_901_5001_feedback.zip"], "folders": ["ada/feedback.pdf"],
                     "blackboard": ["A_ada_attempt_1_feedback.pdf"]}
    own, page = of_canvas("901", "ada", "5001_a.PDF"), of_canvas("902", "bo", "5002_a.html")
    own, page = (Person(one.student, "", Standing(one, [], [], {}), True) for one in (own, page))
    found, left_out = list_entries([own, page], "canvas", defaultdict(bytes), "pdf")
    assert [*found] == ["student_901_5001_feedback.pdf"] and left_out == [page]


def test_a_pdf_shows_what_the_page_shows(tmp_path):
    one, other = of_moodle("6001", "Ada"), of_moodle("6002", "Bo")
    hostile = "\n\n".join(["```\n# code\n```", "# Mine", "![](attachment:a.png)", *HOSTILE])
    with record_of(tmp_path, (one, results(["judge_momentum"], "step 3: is it late?")),
                   (other, results())) as record:
        put_marks(record, one.key, 0.5, "Mind the sum.")
        put(record, "answers", key=one.key, subtask="1a", text=hostile)
        put(record, "figures", key=one.key, subtask="2c", notebook="n", cell=1, number=1,
            png=picture())
    assert main(["feedback", str(tmp_path), "--for", "moodle", "--pdf"]) == 0
    with zipfile.ZipFile(tmp_path / "feedback-moodle.zip") as zipped:
        assert zipped.namelist() == ["Ada_6001_assignsubmission_file/feedback.pdf"]
        pdf = PdfReader(io.BytesIO(zipped.read(zipped.namelist()[0])))
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    assert "76 of 100 points" in text
    assert "−4 3c update seven steps with momentum: is it late?" in text
    assert "By hand, derivation: 5 of 10 The points are for" in text and "# code" in text
    assert "[picture]" in text and "is not shown" not in text
    assert "alert(1)" in text and sum(len(page.images) for page in pdf.pages) == 1
    links = [note.get_object().get("/A", {}) for page in pdf.pages
             for note in page.get("/Annots", ())]
    assert {link["/URI"] for link in links if "/URI" in link} == {"http://evil.example"}


def test_canvas_gets_the_file_of_the_last_attempt_whichever_counts(tmp_path):
    counts = of_canvas("901", "ada", "5001_a.zip", attempt="000000005001", source="1")
    last = of_canvas("901", "ada", "5009_a-1.zip", attempt="000000005009", source="2",
                     superseded=counts.key)
    found, _ = give_back(tmp_path, "canvas", counts, last)
    assert [read_as_canvas(name) for name in found] == [("901", "5009")]


def test_blackboards_names_and_folders(tmp_path):
    one = submission("adal", source="x.zip/A 2_adal_attempt_2026-02-11-23-59-59",
                     platform="Blackboard")
    found, _ = give_back(tmp_path / "b", "blackboard", one)
    assert [*found] == ["A 2_adal_attempt_2026-02-11-23-59-59_feedback.html"]
    found, _ = give_back(tmp_path / "f", "folders", submission("a:b"), submission("A?B"),
                         submission("../up"), submission("..", name="Bo"))
    assert len(found) == 4 and "a b/feedback.html" in {name.lower() for name in found}
    assert not [name for name in found if name.startswith((".", "/")) or "/../" in name]
    assert len({name.lower() for name in found}) == 4


def test_a_page_without_a_total_stays_here(tmp_path, capsys):
    one = of_moodle("6001", "Ada")
    assert give_back(tmp_path, "moodle", one, marked=False) == ({}, 2)
    assert "no hand-in has its total yet; --incomplete gives back all" in capsys.readouterr().err
    found, status = give_back(tmp_path, "moodle", one, marked=False, options=["--incomplete"])
    assert len(found) == 1 and status == 0


def test_another_platforms_hand_ins_are_refused(tmp_path, capsys):
    assert give_back(tmp_path, "canvas", of_moodle("6001", "Ada")) == ({}, 2)
    assert "these hand-ins came from Moodle, not from Canvas" in capsys.readouterr().err


def test_the_zip_is_the_same_each_time(tmp_path):
    give_back(tmp_path, "moodle", of_moodle("6001", "Ada"), of_moodle("6002", "Bo"))
    path = tmp_path / "feedback-moodle.zip"
    first = path.read_bytes()
    main(["feedback", str(tmp_path), "--for", "moodle"])
    assert path.read_bytes() == first


def test_no_page_names_another_student(tmp_path):
    both = [submission("adal", source=source, sha256=digit * 64, members=("Ada", "Bo Ek"))
            for source, digit in (("secret-name-1.zip", "1"), ("secret-name-2.zip", "2"))]
    same = submission("adal", source="secret-name-3.zip", sha256="1" * 64)
    noted = note_repeats([*both, same])
    assert all("secret-name" in " ".join(one.notes) for one in noted)
    record_of(tmp_path, *((one, results()) for one in noted)).connection.close()
    write_report(tmp_path)
    page = (tmp_path / "feedback" / f"{noted[0].key}.html").read_text(encoding="utf-8")
    assert "secret-name-2" not in page


def test_a_group_of_moodles_reads_no_note_about_its_names(tmp_path):
    for folder in ("Ada_6001", "Bo_6002"):
        path = tmp_path / "in" / f"{folder}_assignsubmission_file" / "task2.py"
        path.parent.mkdir(parents=True)
        path.write_text("class SoftmaxModel: pass\n")
    (one,) = take_in(tmp_path / "in", tmp_path / "out", "kit")
    assert "Moodle has the same files for" in one.notes[-1]
    record_of(tmp_path / "out", (one, results())).connection.close()
    write_report(tmp_path / "out")
    page = (tmp_path / "out" / "feedback" / f"{one.key}.html").read_text(encoding="utf-8")
    assert "Moodle has the same files" not in page


WORKSHEET = [
    ["Identifier", "Full name", "ID number", "Email address", "Status", "Grade", "Maximum Grade",
     "Grade can be changed", "Last modified (submission)", "Last modified (grade)",
     "Feedback comments"],
    ["Participant 6001", "Kim Lee", "6002", "k@uni.example", "Submitted", "", "100.00", "Yes",
     "Wednesday, 11 February 2026, 11:59 PM", "-", ""],
    ["Participant 6002", "Kim Lee", "6001", "l@uni.example", "Submitted", "", "100.00", "Yes",
     "Wednesday, 11 February 2026, 11:58 PM", "-", ""],
    ["Participant 6003", "Bo Ek", "7", "b@uni.example", "No submission", "", "100.00", "Yes", "-",
     "-", ""]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_moodles_worksheet_is_filled_by_the_participants_number(tmp_path, encoding):
    text = io.StringIO(newline="")
    csv.writer(text).writerows(WORKSHEET)
    path = tmp_path / "Grades.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    first, second = of_moodle("6001", "Kim Lee"), of_moodle("6002", "Kim Lee")
    with record_of(tmp_path / "out", (first, results(["judge_momentum"])),
                   (second, results())) as record:
        for one in (first, second):
            put_marks(record, one.key)
    said = write_report(tmp_path / "out", path)
    filled = read_table(tmp_path / "out" / "moodle-filled.csv")
    expected = [[*row] for row in WORKSHEET]
    expected[1][5], expected[2][5] = "96", "100"
    assert [filled.header, *(row for _, row in filled.rows)] == expected
    assert filled.delimiter == "," and filled.encoding == encoding
    assert "1 of 3 students in Grades.csv have handed in nothing: their cells were not changed" \
        in said


def test_a_worksheet_with_another_maximum_is_refused(tmp_path, capsys):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([row[:6] + ["10.00"] * (at > 0) + row[6 + (at > 0):]
                                for at, row in enumerate(WORKSHEET)])
    (tmp_path / "Grades.csv").write_text(text.getvalue(), encoding="utf-8")
    record_of(tmp_path / "out", (of_moodle("6001", "Ada"), results())).connection.close()
    path = str(tmp_path / "Grades.csv")
    assert main(["report", str(tmp_path / "out"), "--roster", path]) == 2
    assert "Grades.csv has a maximum grade of 10.00, and the assignment has 100 points" in \
        capsys.readouterr().err
