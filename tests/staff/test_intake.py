"""Hand-ins as platforms name them, and what becomes of them in the output folder."""
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from here import ASSIGNMENT, ROOT
from kit.submit.manifest import make_manifest
from kit.submit.packing import pack_files
from kit.files import Refused
from staff.intake import intake
from staff.intake.intake import read_copy, read_files, take_in
from staff.layouts import find_layout

KIT = b"def training_statistics(X):\n    pass\nclass SoftmaxModel: pass\n"
STARTER = b"class SoftmaxModel:\n    pass\n"
DAY = "2026-02-11-23-59-59"


def archive(*members, name="task2.py", content=KIT):
    """Return the bytes of a zip: of a script, if nothing else is given."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        for one in members or [(name, content)]:
            zipped.writestr(*one)
    return file.getvalue()


def put(folder, **files):
    """Write files, whose names may lead into folders."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture
def course(tmp_path):
    """A folder for hand-ins."""
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def taken(course, **more):
    """Return {student: Submission} of a folder, each of which has one hand-in."""
    found = take_in(course, course.parent / "out", **more)
    assert len({one.key for one in found}) == len(found)
    assert len({one.student for one in found}) == len(found)
    return {one.student: one for one in found}


def names_of(course, submission):
    """Return the names of a submission's files."""
    return sorted(read_copy(submission, course.parent / "out"))


@pytest.mark.parametrize("packed", [False, True])
def test_a_hand_in_whose_name_begins_with_a_dot_gets_its_row(packed, course):
    """Leftovers of systems get none."""
    names = [".zip", "..zip", ".adal.zip", "..bo.tar.gz"]
    put(course, **dict.fromkeys(("adal.zip", *names, "._adal.zip", ".DS_Store"), archive()))
    if packed:
        members = [(path.name, path.read_bytes()) for path in sorted(course.iterdir())]
        course = course.with_name("in.zip")
        course.write_bytes(archive(*members))
    found = taken(course)
    assert sorted(found) == ["..bo", "..zip", ".adal", ".zip", "adal"]
    assert all(one.counts for name, one in found.items() if name != "..bo")     # it is no tar


# ------------------------------------------------------------------------------ what platforms do

def test_blackboard(course):
    put(course, **{
        f"Assignment 2_adal_attempt_{DAY}.txt":
            "Name: Ada Lovelace (adal)\nAssignment: Assignment 2\n",
        f"Assignment 2_adal_attempt_{DAY}_my_code.zip": archive(),
        f"Assignment 2_adal_attempt_{DAY}_report.pdf": b"%PDF",
        f"Assignment 2_Group 7_attempt_{DAY}_code.zip": archive(),
        f"Assignment 2_bob_by_attempt_{DAY}.txt":
            "\ufeffNavn: Bob By (bob_by)\nComments: Name: Ada Lovelace (by)\n",
        f"Assignment 2_none_attempt_{DAY}.txt": "Name: No One (none)\n"})
    found = taken(course)
    assert found.keys() == {"adal", "Group 7", "bob_by", "none"}
    assert found["adal"].name == "Ada Lovelace" and found["adal"].attempt == DAY
    assert names_of(course, found["adal"]) == ["report.pdf", "task2.py"]
    assert found["adal"].source == f"Assignment 2_adal_attempt_{DAY}"
    assert found["none"].refused == "no file was handed in" and found["none"].name == "No One"
    assert found["bob_by"].name == "Bob By"


def test_a_receipt_names_nobody_else(course):
    put(course, **{f"Assignment 2_mal_attempt_{DAY}.txt": "Name: Ada Lovelace (adal)\n",
                   f"Assignment 2_mal_attempt_{DAY}_a.zip": archive()})
    assert taken(course)["mal"].name == ""


def test_loose_files_of_an_attempt_are_one_hand_in(course):
    put(course, **{f"A_adal_attempt_{DAY}_{name}": content for name, content in (
        ("task2.py", KIT), ("task3.py", b""), ("utils.py", b""), ("task1.ipynb", b"{}"))})
    assert names_of(course, taken(course)["adal"]) == ["task1.ipynb", "task2.py", "task3.py",
                                                       "utils.py"]


def test_the_latest_attempt_counts(course):
    days = ["2026-02-11-23-59-59", "2026-02-12-00-00-01", "2026-01-31-10-00-00"]
    put(course, **{f"A_adal_attempt_{day}_a.zip": archive(content=KIT + day.encode())
                   for day in days})
    found = {one.attempt: one for one in take_in(course, course.parent / "out")}
    latest = found[days[1]]
    assert latest.counts and not latest.notes
    assert [found[day].superseded for day in (days[0], days[2])] == [latest.key] * 2


def test_a_latest_attempt_that_is_refused_still_counts_and_says_so(course):
    put(course, **{f"A_adal_attempt_{DAY}_a.zip": archive(),
                   "A_adal_attempt_2026-02-12-00-00-00_a.zip": b"broken"})
    earlier, latest = take_in(course, course.parent / "out")
    assert earlier.superseded == latest.key and latest.refused
    assert f"the attempt of {DAY} could be read" in latest.notes


def test_canvas(course):
    put(course, **{"lovelaceada_LATE_12345_67890_code-1.zip": archive(),
                   "lovelaceada_LATE_12345_67891_report.pdf": b"%PDF",
                   "byroneve_12346_67892_task2-1.py": KIT,
                   "byroneve_12346_67893_task3-1.py": b"",
                   "empty_12347_text.html": b"<p>late, sorry",
                   "anon_LATE_Xy12Z_67894_code.zip": archive()})
    found = taken(course)
    assert found.keys() == {"12345", "12346", "12347", "Xy12Z"}
    assert found["12345"].name == "lovelaceada"
    assert found["12345"].notes == ("handed in late, as Canvas says",
                                    "code-1.zip was unpacked")
    assert names_of(course, found["12346"]) == ["task2.py", "task3.py"]
    assert found["12347"].refused == "it holds no Python file of the assignment"


def test_moodle(course):
    put(course, **{"Ada Lovelace_123_assignsubmission_file_/code.zip": archive(),
                   "Ada Lovelace_123_assignsubmission_onlinetext_/onlinetext.html": b"",
                   "Bo Åse_124_assignsubmission_file_code.zip": archive(),
                   "Participant_125_assignsubmission_file/HW/task2.py": KIT})
    found = taken(course)
    assert [found[one].name for one in ("123", "124", "125")] == ["Ada Lovelace", "Bo Åse",
                                                                  "Participant"]
    assert all(one.counts for one in found.values())


def test_what_canvas_does_not_tell_apart(course):
    """A file's name that comes again, or lateness that changes, begins a new try."""
    put(course, **{"lovelaceada_1000_900000_hand-in.zip": archive(),
                   "lovelaceada_LATE_1000_900777_hand-in-1.zip": archive(content=KIT + b"#"),
                   "byroneve_1001_900001_task2.py": KIT, "byroneve_1001_900002_task3.py": b"",
                   "byroneve_1001_900009_task2-1.py": KIT + b"#",
                   "LATE_anon_Ab12x_800003_hand-in.zip": archive()})
    found = take_in(course, course.parent / "out")
    latest = {one.student: one for one in found if one.counts}
    assert latest.keys() == {"1000", "1001", "Ab12x"} and len(found) == 5
    assert [latest[one].late for one in latest] == [True, False, True]
    assert "handed in late, as Canvas says" in latest["1000"].notes
    assert latest["1000"].source == "lovelaceada_1000"
    assert {one.superseded for one in found} - {""} == {latest["1000"].key, latest["1001"].key}
    assert names_of(course, latest["1001"]) == ["task2.py"]
    assert read_copy(latest["1000"], course.parent / "out")["task2.py"] == KIT + b"#"


def test_a_group_of_moodles_is_one_submission(course):
    for name, student in (("Ada Lovelace", 6001), ("Bo Åse", 6002), ("Ada Lovelace", 6003)):
        put(course, **{f"{name}_{student}_assignsubmission_file_/code.zip": archive()})
    put(course, **{"Cy_6004_assignsubmission_file_/task2.py": KIT,
                   "Di_6005_assignsubmission_file_/code.zip": b"broken",
                   "Ed_6006_assignsubmission_file_/code.zip": b"broken"})
    found = taken(course)
    assert found.keys() == {"6001", "6004", "6005", "6006"} and found["6005"].refused
    group = found["6001"]
    assert group.partners == (("6002", "Bo Åse"), ("6003", "Ada Lovelace"))
    assert group.members == ("Ada Lovelace", "Bo Åse", "Ada Lovelace")
    assert group.notes[-1] == ("Moodle has the same files for Ada Lovelace (6001), Bo Åse (6002), "
                               "Ada Lovelace (6003): taken as one group's")
    assert not found["6004"].partners       # the same script, but not handed in as the others


def test_equal_files_are_a_groups_in_moodle_alone(course):
    put(course, **{f"A_{name}_attempt_{DAY}_code.zip": archive() for name in ("ada", "bo")})
    assert all(one.counts and not one.partners for one in taken(course).values())


def test_a_name_that_does_not_tell_whose_it_is(course):
    put(course, **{"lovelaceada_51234_4812345_20261234_hw.zip": archive()})
    one, = taken(course).values()
    assert one.student == "lovelaceada_51234_4812345_20261234_hw.zip"
    assert one.refused.startswith("its name is Canvas's in two ways")
    put(course, **{"byroneve_51235_4812346_hw.zip": archive()})
    assert {one.student for one in taken(course).values() if one.counts} == {"51234", "51235"}


def test_a_name_that_the_platform_did_not_give(course):
    put(course, **{"lovelaceada_1000_900000_hw.zip": archive(), "byroneve_1_2_hw.zip": archive(),
                   f"A_1000_attempt_{DAY}_hw.zip": archive()})
    one = taken(course)[f"A_1000_attempt_{DAY}_hw"]
    assert one.counts and "its name is none of Canvas's, as the others are" in one.notes


def test_names_of_no_platform(course):
    put(course, **{"ada.zip": archive(), "Bo Bø/HW/task2.py": KIT, "cy.tar.gz": b"",
                   "dee.py": STARTER, "roster.csv": b"", "README.txt": b"", ".hidden/a.py": KIT,
                   "eve.pdf": b"%PDF", "earlier/record.sqlite": b"",
                   "earlier/submissions/a/task2.py": KIT, "fay/record.sqlite": b"",
                   "fay/task2.py": KIT})
    found = taken(course)
    assert found.keys() == {"ada", "Bo Bø", "cy", "dee", "eve", "fay"}
    assert {name for name, one in found.items() if one.refused} == {"cy", "eve"}
    assert found["dee"].layout == "starter" and found["Bo Bø"].layout == "kit"


# ----------------------------------------------------------------- zips of hand-ins, single ones

@pytest.mark.parametrize("wrap", ["", "submissions/"])
def test_a_zip_of_hand_ins(tmp_path, wrap):
    (tmp_path / "all.zip").write_bytes(archive(
        (f"{wrap}Ada_123_assignsubmission_file_/code.zip", archive()),
        (f"{wrap}Bo_124_assignsubmission_file_/code/task2.py", KIT),
        (f"{wrap}../eve.zip", archive()), ("__MACOSX/x", b"")))
    found = take_in(tmp_path / "all.zip", tmp_path / "out")
    assert [(one.student, one.counts) for one in found][:2] == [("123", True), ("124", True)]
    assert (tmp_path / "out" / "submissions" / found[1].key / "task2.py").read_bytes() == KIT


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_of_one_name_in_a_zip_are_refused_not_lost(tmp_path):
    (tmp_path / "all.zip").write_bytes(archive(("ada.zip", archive()), ("bo.zip", archive()),
                                               ("ada.zip", archive(content=STARTER))))
    found = take_in(tmp_path / "all.zip", tmp_path / "out")
    assert [(one.student, one.refused) for one in found] == [
        ("ada", "ada.zip is there more than once"), ("bo", "")]


def test_downloads_in_a_folder(course):
    for group, day in (("a", DAY), ("b", "2026-02-12-00-00-00")):
        put(course, **{f"gradebook_{group}.zip": archive(
            (f"A_{group}_attempt_{day}_code.zip", archive()))})
    assert {one.source for one in taken(course).values()} == {
        f"gradebook_a.zip/A_a_attempt_{DAY}",
        "gradebook_b.zip/A_b_attempt_2026-02-12-00-00-00"}


def test_a_hand_in_that_holds_what_looks_like_anothers(course):
    put(course, **{"ada.zip": archive(), "mal.zip": archive(
        ("A_ada_attempt_2029-01-01-00-00-00_a.zip", b""), ("task2.py", KIT))})
    found = taken(course)
    assert found.keys() == {"ada", "mal"} and found["ada"].counts


def test_one_hand_in_alone(course):
    put(course, **{"task2.py": KIT, "notebooks/task1.ipynb": b"{}", "old/task2.py": b""})
    assert taken(course).keys() == {"in"}
    put(course.parent, **{"eve.zip": archive(("hand-in/task2.py", KIT))})
    one, = take_in(course.parent / "eve.zip", course.parent / "out")
    assert one.student == "eve" and one.counts


# ------------------------------------------------------------------------------- what is refused

def test_every_student_has_a_row(course):
    put(course, **{"a.zip": archive(), "b.zip": b"PK", "c.zip": archive(("../x.py", b"")),
                   "d.rar": b"Rar!\x1a\x07", "f/readme.md": b""})
    (course / "g").symlink_to("/etc")
    (course / "h").mkdir()
    os.mkfifo(course / "i.zip")
    found = taken(course)
    assert found.keys() == set("abcdfghi") and [one for one in found if found[one].counts] == ["a"]
    assert found["c"].refused == "../x.py: its name leads to another folder"
    assert "link" in found["g"].refused and not found["g"].layout
    assert os.listdir(course.parent / "out" / "submissions") == [found["a"].key]


@pytest.mark.parametrize("path, out, words", [
    ("missing", "out", "was not found; give the folder or zip"),
    ("empty", "out", "holds no hand-ins: expected one zip or folder a student"),
    ("fifo", "out", "is neither folder nor zip"),
    ("text.zip", "out", "cannot be read as a zip"),
    ("full", "full", "lies in the output folder"),
    ("full", ".", "lies in the output folder"),
    ("full", "full/ada/out", "lies inside a hand-in"),
])
def test_when_nothing_can_be_taken_in(tmp_path, path, out, words):
    put(tmp_path, **{"empty/roster.csv": b"", "text.zip": b"text", "full/ada/task2.py": KIT})
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(Refused, match=words):
        take_in(tmp_path / path, tmp_path / out)


def test_the_output_folder_may_lie_beside_the_hand_ins(course):
    put(course, **{"ada.zip": archive()})
    for _ in range(2):
        assert [one.student for one in take_in(course, course / "grades")] == ["ada"]


# ---------------------------------------------------------------------------------------- copies

def test_copies_are_files_anybody_may_read(course):
    put(course, **{"ada/task2.py": KIT, "ada/notebooks/task1.ipynb": b"{}"})
    (course / "ada" / "task2.py").chmod(0o4755)
    one = taken(course)["ada"]
    copy = course.parent / "out" / "submissions" / one.key
    assert read_files(copy) == {"task2.py": KIT, "notebooks/task1.ipynb": b"{}"}
    assert (copy / "task2.py").stat().st_mode & 0o7777 == 0o644


def test_a_copy_is_written_once_and_mended(course):
    put(course, **{"ada.zip": archive(), "bo.zip": archive()})
    before = taken(course)
    copies = course.parent / "out" / "submissions"
    stamp = (copies / before["ada"].key / "task2.py").stat().st_mtime_ns
    put(copies, **{f"{before['bo'].key}/task2.py": b"changed"})
    with pytest.raises(Refused, match="was changed: grade again"):
        read_copy(before["bo"], course.parent / "out")
    assert taken(course) == before
    assert (copies / before["ada"].key / "task2.py").stat().st_mtime_ns == stamp
    assert read_copy(before["bo"], course.parent / "out") == {"task2.py": KIT}


def test_what_is_withdrawn_or_refused_leaves_no_copy(course):
    put(course, **{"ada.zip": archive(), "bo.zip": archive(), "cy.zip": archive()})
    before = taken(course)
    put(course.parent / "out" / "submissions", **{"mine/notes.txt": b"", ".unfinished-x/a": b""})
    (course / "ada.zip").unlink()
    put(course, **{"bo.zip": b"broken", "cy.zip": archive(content=KIT + b"#")})
    after = taken(course)
    assert after["cy"].key == before["cy"].key and after["cy"].sha256 != before["cy"].sha256
    assert sorted(os.listdir(course.parent / "out" / "submissions")) == [after["cy"].key, "mine"]


def test_a_copy_that_cannot_be_finished_leaves_the_old_one(course, monkeypatch):
    put(course, **{"ada/task2.py": KIT, "ada/task3.py": b"old"})
    one = taken(course)["ada"]
    put(course, **{"ada/task3.py": b"new"})

    def full(self, *_):
        raise OSError(28, "No space left on device")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "chmod", full)
        with pytest.raises(Refused, match="No space left on device.*another output folder"):
            taken(course)
    assert os.listdir(course.parent / "out" / "submissions") == [one.key]
    assert read_copy(one, course.parent / "out")["task3.py"] == b"old"


@pytest.mark.faults
def test_an_intake_that_is_killed_leaves_no_half_copy(course):
    for number in range(40):
        put(course, **{f"s{number}.zip": archive(*((f"f{file}.txt", os.urandom(20_000))
                                                   for file in range(20)), ("task2.py", KIT))})
    out = course.parent / "out"
    command = [sys.executable, "-c", "import sys; from staff.intake.intake import take_in; "
                                     f"take_in({str(course)!r}, {str(out)!r})"]
    whole = {one.key: one for one in take_in(course, out)}
    copies = out / "submissions"
    for round_ in range(4):
        shutil.rmtree(copies)
        process = subprocess.Popen(command, cwd=ROOT)
        while not copies.is_dir() or len(os.listdir(copies)) < 5 * (round_ + 1):
            assert process.poll() is None
            time.sleep(0.001)
        process.kill()
        process.wait()
        for one in copies.iterdir():
            if not one.name.startswith(".unfinished-"):
                assert intake.is_copied(one, whole[one.name].sha256)
    assert {one.key: one for one in take_in(course, out)} == whole
    assert sorted(os.listdir(copies)) == sorted(whole)


# ------------------------------------------------------------------------------- groups and notes

def test_a_hand_in_of_the_kit(course):
    files = {"task2.py": KIT, "task3.py": b"3", "notebooks/report.toml": b""}
    manifest = make_manifest(files, group=["Ada ", "Bo\x1b[1m", "Ada "], executed=True,
                             missing=[], report=[], checks=None)
    put(course, **{"a.zip": pack_files(files, manifest, ASSIGNMENT.hand_in)})
    one = taken(course)["a"]
    assert one.members == ("Ada", "Bo\ufffd[1m") and one.notes == ()
    changed = {**files, "task3.py": b"4", "more.py": b"", "manifest.json":
               json.dumps(manifest).encode()}
    put(course, **{"a.zip": archive(*changed.items())})
    assert taken(course)["a"].notes == ("more.py is not listed in manifest.json",
                                        "task3.py differs from manifest.json")


@pytest.mark.parametrize("content, words", [
    (b"{}", "the manifest was not used: manifest.json has no 'format'"),
    (b"[" * 100_000, "the manifest was not used: manifest.json is nested too deeply"),
    (b"\xff", "the manifest was not used: manifest.json cannot be read"),
    (b" " * (4 * 2**20 + 1), "the manifest was not used: manifest.json is too large"),
])
def test_a_manifest_that_is_none(course, content, words):
    put(course, **{"a/task2.py": KIT, "a/manifest.json": content})
    one = taken(course)["a"]
    assert one.counts and any(words in said for said in one.notes)


@pytest.mark.parametrize("content, members, words", [
    (b'authors = ["Ada", "Bo", "Group NN", " "]', ("Ada", "Bo"), ""),
    (b'title = "x"', (), ""),
    (b'authors = "Ada"', (), "its authors are not a list of names"),
    (b"authors = " + b"[" * 50_000, (), "it cannot be read"),
    (b"authors = [", (), "it cannot be read"),
    (b"#" * 2**17, (), "it is larger than 64 kB"),
    (f"authors = {[f'N{one}' for one in range(12)]}".encode(),
     tuple(f"N{one}" for one in range(10)), "12 names of the group were given, 10 were taken"),
])
def test_the_authors_of_a_report(course, content, members, words):
    put(course, **{"a/task2.py": KIT, "a/notebooks/report.toml": content})
    one = taken(course)["a"]
    assert one.members == members
    assert words in "\n".join(one.notes) and bool(words) == bool(one.notes)


def test_names_of_libraries_and_stored_objects(course):
    put(course, **{"a/task2.py": KIT, "a/numpy.py": b"", "a/random/__init__.py": b"",
                   "a/b/numpy.py": b"", "a/w.pkl": b"", "a/x.npy": b""})
    assert taken(course)["a"].notes == (
        "numpy.py has the name of a library: the library is used instead",
        "random/__init__.py has the name of a library: the library is used instead",
        "w.pkl and 1 more: such files are never loaded in the grader")


def test_a_student_who_hands_in_twice_outside_a_platform(course):
    put(course, **{"ada.zip": archive(), "Ada (1).zip": archive(content=KIT + b"#"),
                   "bo/task2.py": KIT, "bo.zip": archive()})
    found = {one.source: one for one in take_in(course, course.parent / "out")}
    assert "the same student is named in ada.zip as well" in found["Ada (1).zip"].notes
    assert "the same student is named in Ada (1).zip as well" in found["ada.zip"].notes
    assert found["bo.zip"].superseded == found["bo"].key and not found["bo"].notes


def test_a_student_in_two_groups(course):
    for group, names in (("a", '["Ada", "Bo"]'), ("b", '["ada"]')):
        put(course, **{f"{group}/task2.py": KIT,
                       f"{group}/notebooks/report.toml": f"authors = {names}"})
    assert taken(course)["a"].notes == ("Ada is named in b as well",)


# ---------------------------------------------------------------------------------------- layouts

@pytest.mark.parametrize("files, layout", [
    ({"task2.py": KIT}, "kit"),
    ({"task3.py": b"class MomentumTrainer(SoftmaxTrainer):"}, "kit"),
    ({"task2a.py": STARTER, "task2.py": b"class SoftmaxTrainer(BaseTrainer):"}, "starter"),
    ({"task2.py": STARTER}, "starter"),
    ({"task2.py": STARTER + b"def count_parameters(): pass"}, "starter"),
    ({"task2a.py": KIT, "task2.py": KIT}, "starter"),
    ({"solution.py": b"def  one_hot_encode(Y):def one_hot_encode(Y):"}, "starter"),
    ({"a.ipynb": b'"source": ["class SoftmaxModel:\\n"'}, "starter"),
    ({"a.txt": KIT, "b.py": b"print(1)", "c.ipynb": b"{}"}, ""),
    ({"task2.py": b""}, ""),
])
def test_layouts(files, layout):
    if layout:
        assert find_layout(files) == layout
    else:
        with pytest.raises(Refused, match="holds no Python file of the assignment"):
            find_layout(files)


def test_a_layout_that_is_asked_for(course):
    put(course, **{"a/task2.py": STARTER, "b/task2a.py": STARTER})
    found = taken(course, layout="kit")
    assert found["a"].layout == "kit" and "it holds none of utils.py" in found["b"].refused


@pytest.mark.attack
def test_searching_hostile_text_takes_no_time():
    for text in (b"def " * 10**6, b"class  " * 10**6, b"\n" * 10**7, b"def" + b" " * 10**7):
        started = time.process_time()
        with pytest.raises(Refused):
            find_layout({"task2.py": text})
        assert time.process_time() - started < 5


def test_every_word_can_be_printed(course):
    put(course, **{"a\x1b[2J\u202e.zip": archive(), "b\nc/\x1b.py": b"", "d/" + "e" * 99: KIT})
    for one in take_in(course, course.parent / "out"):
        for words in (one.student, one.source, one.name, one.refused, *one.notes):
            assert words.isprintable()
        assert re.fullmatch(r"[a-z0-9-]+", one.key)
