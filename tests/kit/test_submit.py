"""`python -m kit submit`: what goes in, what is asked and said, and which zips are whole."""
import hashlib
import io
import json
import os
import shutil
import signal
import stat
import struct
import subprocess
import sys
import time
import unicodedata
import zipfile
from dataclasses import replace

import nbformat
import nbformat.v4 as nb4
import pytest
from here import ASSIGNMENT, ROOT, SUBTASKS
from pdf_helpers import code, markdown, png, read_pdf, write
from PIL import Image

from kit import __version__
from kit.submit import hand_in as submit, manifest as manifests, zip_check
from kit.__main__ import main as kit_main
from kit.check import CheckReport, Result
from kit.definition import load_assignment
from kit.files import Refused
from kit.report.fragments import Place, Problem

TOML = "notebooks/report.toml"
SCRIPTS = ["utils.py", "task2.py", "task3.py", "task4.py"]
NOTEBOOKS = [f"notebooks/task{number}.ipynb" for number in (1, 2, 3, 4)]


def make_result(subtask, part, state="passed", words="", remark=False):
    """The result of one check."""
    return Result(subtask, part, "", state, words, remark)


def make_checks(*results):
    """The report of some checks."""
    return CheckReport(list(results), sorted({one.subtask for one in results}), ASSIGNMENT)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An assignment's folder in which nothing is missing; checks and PDF are made up."""
    place = tmp_path / "min øving å" / "æ"
    (place / "notebooks").mkdir(parents=True)
    for name in SCRIPTS:
        (place / name).write_text(f'"""{name}"""\n', encoding="utf-8")
    for name in NOTEBOOKS:
        write(place, markdown(f"# {name}"), code("6 * 7"), name=name)
    (place / TOML).write_text('title = "T"\nauthors = ["Åse", "Bo"]\n', encoding="utf-8")
    (place / "assignment").mkdir()
    shutil.copy(ROOT / "assignment" / "assignment.toml", place / "assignment")
    monkeypatch.chdir(place)
    monkeypatch.setattr(submit, "run_checks",
                        lambda assignment: make_checks(make_result("2b", "forward")))
    monkeypatch.setattr(submit, "make_pdf", lambda given, settings: (b"%PDF-", []))
    monkeypatch.setattr(sys, "stdin", io.StringIO())        # nobody to ask
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    return place


def set_limit(monkeypatch, **limits):
    """Set limits of the hand-ins of the current folder's assignment."""
    assignment = replace(load_assignment(), hand_in=replace(load_assignment().hand_in, **limits))
    for module in (submit, zip_check):
        for name in ("load_assignment", "find_assignment"):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, lambda: assignment)


def hand_in_saved(folder, *arguments):
    """(exit status, the zip's path) of a hand-in of the notebooks as they are."""
    return submit.main(["--as-is", *map(str, arguments)]), folder / "build" / "hand-in.zip"


def list_build(folder):
    """Return what stands in build/."""
    return sorted(path.name for path in (folder / "build").glob("*"))


def type_answer(monkeypatch, text):
    """Let a person at a terminal answer."""
    terminal = io.StringIO(text)
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", terminal)


def read_contents(path):
    """({name: bytes} without the folder, manifest) of a hand-in."""
    with zipfile.ZipFile(path) as zipped:
        files = {name.removeprefix("hand-in/"): zipped.read(name) for name in zipped.namelist()}
    return files, json.loads(files.pop("manifest.json"))


def read_last_line(capsys):
    """The last line on stderr; no traceback stands there."""
    text = capsys.readouterr().err
    assert "Traceback" not in text
    return text.splitlines()[-1]


# What goes in -----------------------------------------------------------------------------------

def test_a_complete_hand_in_holds_every_file_and_a_manifest(folder, capsys):
    status, path = hand_in_saved(folder)
    files, manifest = read_contents(path)
    assert status == 0 and list_build(folder) == ["hand-in.zip"]
    assert sorted(files) == sorted([*SCRIPTS, *NOTEBOOKS, TOML, "report.pdf"])
    assert all(files[name] == (folder / name).read_bytes() for name in files if name[0] != "r")
    assert manifest["files"] == {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for name, content in files.items()}
    assert manifest["group"] == ["Åse", "Bo"] and manifest["kit"] == __version__
    assert manifest["made"] == "2023-11-14T22:13:20Z" and manifest["executed"] is False
    assert manifest["missing"] == manifest["report"] == []
    assert manifest["checks"] == {"passed": 1, "of": 1,
                                  "report": make_checks(make_result("2b", "forward")).as_json()}
    out, err = capsys.readouterr()
    assert out == f"{path}\n" and "written: 10 files, handed in by Åse; Bo, made 2023" in err


def test_the_same_contents_and_date_give_the_same_bytes(folder):
    first = hand_in_saved(folder)[1].read_bytes()
    assert hand_in_saved(folder, "-o", folder / "b.zip")[0] == 0
    assert (folder / "b.zip").read_bytes() == first


@pytest.mark.parametrize("epoch", ["soon", "9" * 30])
def test_a_senseless_epoch_costs_no_hand_in(folder, monkeypatch, epoch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert read_contents(hand_in_saved(folder)[1])[1]["made"].startswith("20")


def test_helper_modules_and_pictures_go_in_and_nothing_else(folder):
    inside = folder / "notebooks"
    (inside / "bilder").mkdir()
    (inside / ".ipynb_checkpoints").mkdir()
    added = ["hjelp å.py", "notebooks/own.py", "notebooks/a.png", "notebooks/bilder/b.JPG",
             "notebooks/c.jpeg", "notebooks/d.svg", "notebooks/e.gif"]
    for name in [*added, "secrets.txt", ".hidden.py", "notebooks/notes.txt", "notebooks/.f.png",
                 "notebooks/.ipynb_checkpoints/g.png", "notebooks/other.ipynb"]:
        (folder / name).write_bytes(name.encode())
    files, _ = read_contents(hand_in_saved(folder)[1])
    assert files.keys() - {*SCRIPTS, *NOTEBOOKS, TOML, "report.pdf"} == set(added)
    assert all(files[name] == name.encode() for name in added)


def test_copies_of_photographs_lose_their_exif_and_the_zip_is_whole(folder, capsys):
    exif = Image.Exif()
    exif[0x110], exif[0x112] = "PHONE-MODEL", 6
    path = folder / "notebooks" / "answer.jpg"
    Image.new("RGB", (60, 30)).save(path, exif=exif)
    (folder / "notebooks" / "other.jpg").write_bytes(b"no picture")
    before = path.read_bytes()
    status, zipped = hand_in_saved(folder)
    assert status == 0 and path.read_bytes() == before
    assert "a remark: notebooks/other.jpg goes in with its EXIF" in capsys.readouterr().err
    assert submit.main(["--check", str(zipped)]) == 0
    copy = read_contents(zipped)[0]["notebooks/answer.jpg"]
    assert b"PHONE" not in copy and Image.open(io.BytesIO(copy)).size == (30, 60)


def test_names_as_macos_gives_them_are_stored_composed(folder):
    (folder / "notebooks" / unicodedata.normalize("NFD", "blåbær.png")).write_bytes(png())
    status, path = hand_in_saved(folder)
    assert status == 0 and "notebooks/blåbær.png" in read_contents(path)[0]
    with zipfile.ZipFile(path) as zipped:
        entry = zipped.getinfo("hand-in/notebooks/blåbær.png")
        assert entry.flag_bits & 0x800 and entry.create_system == 3
        assert stat.S_IFMT(entry.external_attr >> 16) == stat.S_IFREG


def test_links_out_of_the_folder_are_left_out_and_those_within_it_followed(folder, capsys):
    outside = folder.parent / "secret.png"
    outside.write_bytes(b"canary")
    (folder / "notebooks" / "real.png").write_bytes(b"real")
    try:
        (folder / "notebooks" / "link.png").symlink_to(outside)
        (folder / "notebooks" / "linked").symlink_to(folder.parent)
        (folder / "notebooks" / "inner.png").symlink_to(folder / "notebooks" / "real.png")
    except OSError:
        pytest.skip("no right to make links")
    status, path = hand_in_saved(folder, "--yes")
    files, manifest = read_contents(path)
    assert status == 1 and b"canary" not in files.values()
    assert files["notebooks/inner.png"] == b"real"
    words = ("notebooks/link.png is a link to a file outside the folder: replace the link by the "
             "file")
    assert manifest["missing"] == [words] and words in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_named_pipe_is_never_opened(folder, capsys):
    os.mkfifo(folder / "notebooks" / "pipe.png")
    (folder / "task3.py").unlink()
    os.mkfifo(folder / "task3.py")
    assert hand_in_saved(folder, "--yes")[0] == 1
    told = capsys.readouterr().err
    assert "notebooks/pipe.png is not a file" in told and "task3.py is not a file" in told
    os.mkfifo(folder / "pipe.zip")
    assert hand_in_saved(folder, "--yes", "-o", folder / "pipe.zip")[0] == 2
    assert "pipe.zip is not a file" in read_last_line(capsys)
    assert submit.main(["--check", str(folder / "pipe.zip")]) == 2
    assert "it is not a file: give the path of a zip" in read_last_line(capsys)


def test_the_report_is_made_of_what_is_handed_in(folder, monkeypatch):
    seen = []
    monkeypatch.setattr(submit, "make_pdf", lambda given, settings:
                        (seen.append((given, settings)), (b"%PDF-", []))[1])
    files, _ = read_contents(hand_in_saved(folder)[1])
    (given, settings), = seen
    assert [one["text"].encode() for one in given] == [files[name] for name in NOTEBOOKS]
    assert {one["folder"] for one in given} == {str(folder / "notebooks")}
    assert settings["title"] == "T" and settings["authors"] == ["Åse", "Bo"]


def test_a_very_regular_file_is_packed_so_that_the_check_takes_it(folder, capsys):
    (folder / "notebooks" / "white.svg").write_bytes(b" " * 3_000_000)
    status, path = hand_in_saved(folder)
    assert status == 0 and submit.main(["--check", str(path)]) == 0, capsys.readouterr()


# What is missing or failing ---------------------------------------------------------------------

@pytest.mark.parametrize("name", [*SCRIPTS, *NOTEBOOKS])
def test_a_missing_file_is_named_and_the_rest_handed_in(folder, capsys, name):
    (folder / name).unlink()
    status, path = hand_in_saved(folder, "--yes")
    files, manifest = read_contents(path)
    assert status == 1 and name not in files and "report.pdf" in files
    assert manifest["missing"] == [f"{name} is missing"]
    assert f"missing:\n  {name} is missing\n" in capsys.readouterr().err


@pytest.mark.parametrize("toml, group, words", [
    (None, [], "the names of the group: write them into notebooks/report.toml"),
    ("", [], "the names of the group"), ("authors = []", [], "the names of the group"),
    ("authors = ['Group NN']", [], "is still “Group NN” or empty"),
    ("authors = ['Åse', 'group nn']", ["Åse"], "is still “Group NN” or empty"),
    ("authors = ['Åse', ' ']", ["Åse"], "is still “Group NN” or empty")])
def test_names_that_are_missing_are_asked_for(folder, capsys, toml, group, words):
    (folder / TOML).unlink()
    if toml is not None:
        (folder / TOML).write_text(toml, encoding="utf-8")
    status, path = hand_in_saved(folder, "--yes")
    assert status == 1 and words in capsys.readouterr().err
    assert read_contents(path)[1]["group"] == group


def test_the_placeholder_for_the_names_is_told_once(folder, monkeypatch, capsys):
    (folder / TOML).write_text("authors = ['Group NN']", encoding="utf-8")
    problem = Problem("placeholder", Place("report.toml"), "the author is still “Group NN”: name")
    monkeypatch.setattr(submit, "make_pdf", lambda given, settings: (b"%PDF-", [problem]))
    assert hand_in_saved(folder, "--yes")[0] == 1
    assert capsys.readouterr().err.split("problems in the report")[0].count("Group NN") == 1


def test_checks_that_are_not_passed_are_listed_by_subtask(folder, monkeypatch, capsys):
    monkeypatch.setattr(submit, "run_checks", lambda assignment: make_checks(
        make_result("2a", "mean"), make_result("2b", "backward", "failed", "off by\na factor 2"),
        make_result("2c", "a", "not started"), make_result("2c", "b", "not started"),
        make_result("3a", "a", "not started"), make_result("3b", "a", "needs 3a first")))
    status, path = hand_in_saved(folder, "--yes")
    lines = capsys.readouterr().err.splitlines()
    at = lines.index("checks not passed, 5 of 6:")
    assert lines[at + 1:at + 4] == ["  2b backward: failed: off by a factor 2",
                                    "  not started: 2c (2), 3a", "  needs 3a first: 3b"]
    assert status == 1 and read_contents(path)[1]["checks"]["passed"] == 1


@pytest.mark.parametrize("reason", [
    "importing {}.py did not end within 20 s: line 3 of task2.py is a loop at the top level",
    "{}.py cannot be imported: SyntaxError in task2.py, line 3: “invalid syntax”",
    "{} does not parse: SyntaxError in task2.py, line 3: “invalid syntax”"])
def test_one_reason_for_many_failures_is_told_once(folder, monkeypatch, capsys, reason):
    monkeypatch.setattr(submit, "run_checks", lambda assignment: make_checks(
        *(make_result(subtask, part, "failed", reason.format(script)) for subtask, part, script in
          [("2a", "mean", "task2"), ("2b", "a", "task2"), ("2b", "b", "task2"),
           ("3a", "a", "task3")]), make_result("3b", "a", "failed", "off by 2")))
    assert hand_in_saved(folder, "--yes")[0] == 1
    lines = capsys.readouterr().err.splitlines()
    at = lines.index("checks not passed, 5 of 5:")
    assert lines[at + 1:at + 4] == [
        f"  2a mean: failed: {reason.format('task2')}", "  3b a: failed: off by 2",
        "  failed for a reason above: 2b (2), 3a"]


def test_remarks_cost_nothing(folder, monkeypatch, capsys):
    monkeypatch.setattr(submit, "run_checks", lambda assignment: make_checks(
        make_result("2a", "mean"), make_result("2a", "", "failed", "slow", remark=True)))
    status, path = hand_in_saved(folder)
    assert status == 0 and read_contents(path)[1]["checks"]["of"] == 1
    assert "checks passed: 1 of 1" in capsys.readouterr().err


def test_the_checks_are_of_this_folder(folder, monkeypatch):
    seen = []
    monkeypatch.setattr(submit, "run_checks",
                        lambda assignment: seen.append(folder) or make_checks())
    assert hand_in_saved(folder)[0] == 0 and seen == [folder]


def test_checks_that_cannot_run_are_told(folder, monkeypatch, capsys):
    def refuse(assignment):
        raise Refused("NumPy is too old")
    monkeypatch.setattr(submit, "run_checks", refuse)
    status, path = hand_in_saved(folder, "--yes")
    assert status == 1 and read_contents(path)[1]["checks"] is None
    assert "the checks could not run (NumPy is too old)" in capsys.readouterr().err
    assert check_zip(path, capsys)[0] == 1
    assert "the checks could not run" in check_zip(path, capsys)[1]


def test_problems_of_the_report_are_listed_and_stored(folder, monkeypatch, capsys):
    problems = [Problem("placeholder", Place("task1.ipynb", n), "write it") for n in range(1, 12)]
    monkeypatch.setattr(submit, "make_pdf", lambda given, settings: (b"%PDF-", problems))
    status, path = hand_in_saved(folder, "--yes")
    lines = capsys.readouterr().err.splitlines()
    at = lines.index("answers not written:")
    assert lines[at + 1] == "  task1.ipynb, cell 1: write it"
    assert "… and 3 more (python -m kit report --json lists all)" in lines[at + 9]
    assert status == 1 and read_contents(path)[1]["report"][10] == {
        "kind": "placeholder", "notebook": "task1.ipynb", "cell": 11, "message": "write it"}


# Asking -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("answer, status", [("y\n", 1), ("YES\n", 1), ("n\n", 2), ("\n", 2),
                                            ("", 2), ("yeah\n", 2)])
def test_something_missing_is_handed_in_only_with_a_yes(folder, monkeypatch, capsys, answer,
                                                        status):
    (folder / "task4.py").unlink()
    type_answer(monkeypatch, answer)
    assert hand_in_saved(folder)[0] == status
    told = capsys.readouterr().err
    assert "Hand in anyway? [y/N] " in told and "task4.py is missing" in told
    assert list_build(folder) == (["hand-in.zip"] if status == 1 else [])
    assert ("nothing was written" in told) == (status == 2)


@pytest.mark.parametrize("stdin", [io.StringIO("y\n"), None])
def test_without_a_terminal_nothing_is_asked(folder, monkeypatch, capsys, stdin):
    (folder / "task4.py").unlink()
    monkeypatch.setattr(sys, "stdin", stdin)
    assert hand_in_saved(folder)[0] == 2 and list_build(folder) == []
    line = read_last_line(capsys)
    assert "cannot ask without a terminal: correct the listed parts, or add --yes" in line
    assert "[y/N]" not in line


def test_a_complete_hand_in_asks_nothing(folder, monkeypatch, capsys):
    type_answer(monkeypatch, "")
    assert hand_in_saved(folder)[0] == 0 and "[y/N]" not in capsys.readouterr().err


@pytest.mark.parametrize("answer, status", [("y\n", 0), ("n\n", 2), ("", 2)])
def test_a_zip_is_replaced_only_with_a_yes(folder, monkeypatch, capsys, answer, status):
    path = hand_in_saved(folder)[1]
    before = path.read_bytes()
    (folder / "task2.py").write_text("new = 1\n")
    type_answer(monkeypatch, answer)
    assert hand_in_saved(folder)[0] == status
    told = capsys.readouterr().err
    assert "exists." in told and "Replace it? [y/N] " in told
    assert (path.read_bytes() == before) == (status == 2) and list_build(folder) == ["hand-in.zip"]


def test_a_zip_is_not_replaced_where_nobody_can_be_asked(folder, capsys):
    path = hand_in_saved(folder)[1]
    before = path.stat().st_mtime_ns
    assert hand_in_saved(folder)[0] == 2 and path.stat().st_mtime_ns == before
    assert "exists. Nothing was written" in read_last_line(capsys)


def test_yes_replaces_a_hand_in_and_no_other_zip(folder, capsys):
    path = hand_in_saved(folder)[1]
    (folder / "task2.py").write_text("new = 1\n")
    assert hand_in_saved(folder, "--yes")[0] == 0
    assert read_contents(path)[0]["task2.py"] == b"new = 1\n"
    for content in (b"my thesis", path.read_bytes()[:-5]):
        path.write_bytes(content)
        assert hand_in_saved(folder, "--yes")[0] == 2 and path.read_bytes() == content
        assert "exists and is not an earlier hand-in" in read_last_line(capsys)


def test_a_zip_that_appears_meanwhile_stays(folder, monkeypatch, capsys):
    def appear(assignment):
        (folder / "build" / "hand-in.zip").write_bytes(b"other")
        return make_checks()
    monkeypatch.setattr(submit, "run_checks", appear)
    status, path = hand_in_saved(folder)
    assert status == 2 and path.read_bytes() == b"other" and list_build(folder) == ["hand-in.zip"]
    assert "was made by another program meanwhile and is kept" in read_last_line(capsys)


# Refusals: nothing is written -------------------------------------------------------------------

def remove_notebooks(folder):
    for name in NOTEBOOKS:
        (folder / name).unlink()


def add_twins(folder):
    (folder / "notebooks" / "A.png").write_bytes(b"1")
    (folder / "notebooks" / "a.PNG").write_bytes(b"2")
    if len(list((folder / "notebooks").glob("[aA].*"))) < 2:
        pytest.skip("names do not differ in case here")


def add_picture(name):
    def make(folder):
        try:
            (folder / "notebooks" / name).write_bytes(b"1")
        except OSError:
            pytest.skip("no such name here")
    return make


@pytest.mark.parametrize("spoil, words", [
    (lambda folder: (folder / NOTEBOOKS[1]).write_text("{"), "task2.ipynb is not a notebook"),
    (lambda folder: (folder / NOTEBOOKS[1]).write_bytes(b"\xff\xfe"), "it is not UTF-8 text"),
    (remove_notebooks, "holds none of notebooks/task1.ipynb, notebooks/task2.ipynb"),
    (lambda folder: (folder / TOML).write_text("authors = 'me'"), "expected a line such as auth"),
    (add_twins, "has the same name as another file except for upper and lower case"),
    (add_picture("hva?.png"), "its name holds ?, which Windows does not allow): rename it"),
    (add_picture("a\\b.png"), "its name holds \\, which"),
    (add_picture("nul.png"), "its name holds 'nul.png', which Windows does not allow"),
    (add_picture("a\nb.png"), "its name holds characters that cannot be printed"),
    (lambda folder: (folder / "big.py").write_bytes(bytes(50 * 2**20 + 1)), "larger than 50 MB"),
    (lambda folder: [(folder / f"notebooks/{n}.png").touch() for n in range(500)],
     "holds more than 490 pictures and scripts"),
    (lambda folder: (folder / "build").write_text("a file"), "-o ../hand-in.zip"),
])
def test_what_cannot_be_handed_in_is_refused_in_one_line(folder, capsys, spoil, words):
    spoil(folder)
    assert hand_in_saved(folder, "--yes")[0] == 2 and list_build(folder) == []
    told = capsys.readouterr()
    assert told.out == "" and "Traceback" not in told.err
    line = told.err.splitlines()[-1]
    assert line.startswith("kit submit: ") and words in line, line


def test_without_a_report_the_rest_is_handed_in(folder, monkeypatch, capsys):
    def refuse(given, settings):
        raise Refused("the report needs more than 1 MB of memory")
    monkeypatch.setattr(submit, "make_pdf", refuse)
    status, output = hand_in_saved(folder, "--yes")
    files, manifest = read_contents(output)
    assert status == 1 and "report.pdf" not in files and "task2.py" in files
    assert manifest["missing"] == ["report.pdf (the report needs more than 1 MB of memory)"]
    assert "needs more than 1 MB" in capsys.readouterr().err
    assert check_zip(output, capsys)[0] == 1


def test_what_is_known_at_once_is_asked_before_anything_runs(folder, monkeypatch, capsys):
    def run(*_):
        raise AssertionError("a notebook was run")
    monkeypatch.setattr(submit, "execute_notebooks", run)
    (folder / "notebooks" / "report.toml").write_text('authors = ["Group NN"]')
    type_answer(monkeypatch, "n\n")
    assert submit.main([]) == 2 and list_build(folder) == []
    told = capsys.readouterr().err
    assert "still “Group NN”" in told and "Go on, and run the notebooks? [y/N]" in told


def test_what_was_told_is_not_told_again(folder, monkeypatch, capsys):
    monkeypatch.setattr(submit, "execute_notebooks", lambda *_: {})
    (folder / "notebooks" / "report.toml").write_text('authors = ["Group NN"]')
    type_answer(monkeypatch, "y\n")
    assert submit.main([]) == 1
    told = capsys.readouterr().err
    assert told.count("\nmissing:\n") == 1 and told.count("[y/N]") == 1


def test_a_name_with_a_comma_is_one_person(folder, capsys):
    (folder / "notebooks" / "report.toml").write_text("""authors = ["O'Brien, Pat", "Bo"]""")
    _, output = hand_in_saved(folder, "--yes")
    assert read_contents(output)[1]["group"] == ["O'Brien, Pat", "Bo"]
    assert "handed in by O'Brien, Pat; Bo," in capsys.readouterr().err


def test_a_full_disk_is_one_line(folder, monkeypatch, capsys):
    def fill(files, manifest, limits):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(submit, "pack_files", fill)
    assert hand_in_saved(folder)[0] == 2 and list_build(folder) == []
    assert "No space left on device" in read_last_line(capsys)


def test_a_place_that_cannot_be_written_is_known_before_anything_runs(folder, monkeypatch):
    (folder / "build").write_text("a file where a folder is wanted")
    monkeypatch.setattr(submit, "run_checks", lambda assignment: pytest.fail("too late"))
    assert hand_in_saved(folder)[0] == 2


@pytest.mark.parametrize("name", ["task2.py", "hand-in", "notebooks/task1.ipynb"])
def test_the_output_is_a_zip(folder, capsys, name):
    before = [(folder / name).read_bytes() for name in SCRIPTS]
    assert hand_in_saved(folder, "--yes", "-o", folder / name)[0] == 2
    assert "choose a name that ends in .zip" in read_last_line(capsys)
    assert [(folder / name).read_bytes() for name in SCRIPTS] == before


def test_a_file_that_changes_meanwhile_is_refused(folder, monkeypatch, capsys):
    def change(given, settings):
        (folder / "task2.py").write_text("saved meanwhile")
        return b"%PDF-", []
    monkeypatch.setattr(submit, "make_pdf", change)
    assert hand_in_saved(folder)[0] == 2 and list_build(folder) == []
    assert "task2.py was changed while this ran" in read_last_line(capsys)


@pytest.mark.parametrize("where", ["run_checks", "make_pdf", "pack_files", "ask"])
def test_an_interrupt_leaves_nothing(folder, monkeypatch, capsys, where):
    def interrupt(*_, **__):
        raise KeyboardInterrupt
    (folder / "task4.py").unlink()
    type_answer(monkeypatch, "y\n")
    monkeypatch.setattr(submit, where, interrupt)
    assert hand_in_saved(folder)[0] == 130 and list_build(folder) == []
    assert read_last_line(capsys).endswith("kit submit: stopped, nothing was written")


# Executing --------------------------------------------------------------------------------------

def write_sections(task):
    """A Markdown cell with all sections that a task's notebook owes."""
    return markdown("\n\n".join(f"## {subtask.id}  {subtask.title}\n\ntext"
                                for subtask in SUBTASKS if subtask.id[0] == str(task)))


@pytest.fixture
def real(folder, monkeypatch):
    """The folder with short notebooks that are executed and printed in earnest."""
    from kit.report.launcher import make_pdf
    monkeypatch.setattr(submit, "make_pdf", make_pdf)
    for task, name in enumerate(NOTEBOOKS, start=1):
        write(folder, write_sections(task), name=name)
    return folder


@pytest.mark.faults
def test_copies_are_executed_and_the_originals_stay(real, capsys):
    write(real, write_sections(2), nb4.new_code_cell(
        "import sys, task2\nprint('50%', file=sys.stderr)\nopen('new.txt', 'w').close()\n"
        f"print(task2.__file__ == {str(real / 'task2.py')!r}, task2.__file__)"), name=NOTEBOOKS[1])
    before = {name: (real / name).read_bytes() for name in NOTEBOOKS}
    assert submit.main([]) == 0, capsys.readouterr().err
    files, manifest = read_contents(real / "build" / "hand-in.zip")
    assert manifest["executed"] is True and "50%" in capsys.readouterr().err
    assert before == {name: (real / name).read_bytes() for name in NOTEBOOKS}
    assert not (real / "notebooks" / "new.txt").exists()
    cell = nbformat.reads(files[NOTEBOOKS[1]].decode(), as_version=4).cells[1]
    assert cell.execution_count == 1 and "execution" not in cell.metadata
    # the scripts that are handed in are those that are run, and no progress bar is stored
    assert [output.text for output in cell.outputs] == ["True ./task2.py\n"]
    assert "task2.py" in read_pdf(files["report.pdf"])[1]
    assert submit.main(["--check", str(real / "build" / "hand-in.zip")]) == 0


@pytest.mark.faults
def test_a_cell_that_fails_is_listed_and_those_beneath_are_not_run(real, capsys):
    write(real, write_sections(2), nb4.new_code_cell("1 / 0"), code("'stale'"), name=NOTEBOOKS[1])
    assert submit.main(["--yes"]) == 1
    told = capsys.readouterr().err
    assert "task2.ipynb, cell 2: raised ZeroDivisionError: division by zero" in told
    assert "task2.ipynb, cell 3: was not run\n" in told
    files, manifest = read_contents(real / "build" / "hand-in.zip")
    assert [problem["kind"] for problem in manifest["report"]] == ["not-run", "raised"]
    cells = nbformat.reads(files[NOTEBOOKS[1]].decode(), as_version=4).cells
    assert cells[1].outputs[0].ename == "ZeroDivisionError" and not cells[2].outputs


STARTED = """
import os
import sys
from kit.check import CheckReport
from kit.submit import hand_in
os.chdir(sys.argv.pop(1))
hand_in.run_checks = lambda assignment: CheckReport([], [], assignment)
sys.exit(hand_in.main(sys.argv[1:]))
"""


NOT_IGNORED = "import signal\nsignal.signal(signal.SIGHUP, signal.SIG_DFL)\n"    # as nohup does


@pytest.mark.faults
@pytest.mark.skipif(os.name == "nt", reason="signals are sent in another way there")
@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP"])      # the second: its window was closed
def test_an_interrupt_while_a_cell_runs_leaves_nothing(name, real, tmp_path):
    write(real, nb4.new_code_cell(f"open({str(real / 'began')!r}, 'w').close()\n"
                                  "import time; time.sleep(60)"), name=NOTEBOOKS[0])
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", NOT_IGNORED + STARTED, str(real)], cwd=ROOT, text=True,
        stderr=subprocess.PIPE, env={**os.environ, "TMPDIR": str(temporary)},
        start_new_session=True)
    deadline = time.monotonic() + 60
    while not (real / "began").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(getattr(signal, name))
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130, told
    assert told.splitlines()[-1] == "kit submit: stopped, nothing was written"
    assert list_build(real) == [] and list(temporary.glob("tmp*")) == []


def test_the_command_line_in_a_process_of_its_own(real):
    done = subprocess.run([sys.executable, "-c", STARTED, str(real), "--as-is", "-o",
                           "min øving.zip"], cwd=real, capture_output=True, text=True,
                          encoding="utf-8", stdin=subprocess.DEVNULL,
                          env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"})
    assert (done.returncode, done.stdout) == (0, "min øving.zip\n"), done.stderr
    assert read_contents(real / "min øving.zip")[1]["group"] == ["Åse", "Bo"]


def test_help_and_the_list_of_commands_name_it(capsys):
    for arguments in (["--help"], ["submit", "--help"]):
        with pytest.raises(SystemExit) as stop:
            kit_main(arguments)
        assert stop.value.code == 0
    out = capsys.readouterr().out
    assert "submit" in out and all(f"{status} " in out for status in (0, 1, 2, 130))


# Checking a zip ---------------------------------------------------------------------------------

@pytest.fixture
def whole(folder, capsys):
    """The path of a whole hand-in."""
    path = hand_in_saved(folder)[1]
    capsys.readouterr()
    return path


def check_zip(path, capsys):
    """(exit status, all that is said) of --check; nothing in it steers a terminal."""
    status = submit.main(["--check", str(path)])
    told = "".join(capsys.readouterr())
    assert "Traceback" not in told and told.replace("\n", "").isprintable()
    return status, told


def write_zip(path, files, entries=(), **options):
    """Write a zip of {name: content} and of (ZipInfo, content)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(f"hand-in/{name}", content, **options)
        for entry, content in entries:
            zipped.writestr(entry, content, **options)


def rewrite_zip(path, change=lambda files, manifest: None, entries=(), **options):
    """Write the zip anew after a change to its files or its manifest."""
    files, manifest = read_contents(path)
    replaced = change(files, manifest)
    text = replaced if isinstance(replaced, (str, bytes)) else json.dumps(manifest)
    write_zip(path, {**files, "manifest.json": text}, entries, **options)


def test_a_whole_zip_says_what_it_holds(whole, capsys):
    assert check_zip(whole, capsys) == (0, (
        "whole: 10 files, handed in by Åse; Bo, made 2023-11-14T22:13:20Z, notebooks as they were "
        "saved, checks passed: 1 of 1\n"))
    rewrite_zip(whole)           # as another program packs it
    assert check_zip(whole, capsys)[0] == 0


def test_a_zip_that_a_mac_has_packed_again_is_whole(whole, capsys):
    folders = [make_entry(name, stat.S_IFDIR) for name in ("hand-in/", "hand-in/notebooks/")]
    own = [make_entry(name) for name in ("__MACOSX/._hand-in", "__MACOSX/hand-in/._task2.py",
                                         "hand-in/.DS_Store", "hand-in/notebooks/._task1.ipynb")]
    rewrite_zip(whole, entries=[*((one, b"") for one in folders), *((one, b"x") for one in own)])
    status, told = check_zip(whole, capsys)
    assert status == 0 and told.splitlines()[1].startswith("a remark: a Mac has packed it again")


def test_a_zip_that_was_handed_in_incomplete_says_so(folder, monkeypatch, capsys):
    lost = Problem("lost", Place("task1.ipynb", None), "the answer of 1a is missing: restore it")
    monkeypatch.setattr(submit, "make_pdf", lambda given, settings: (b"%PDF-", [lost]))
    monkeypatch.setattr(submit, "run_checks", lambda assignment: make_checks(
        make_result("2a", "mean"), make_result("2b", "a", "failed", "wrong")))
    (folder / "task4.py").unlink()
    path = hand_in_saved(folder, "--yes")[1]
    capsys.readouterr()
    status, told = check_zip(path, capsys)
    first, *lines = told.splitlines()
    assert status == 1 and first.startswith("whole, but not complete: 9 files, handed in by Åse;")
    assert lines == ["  task4.py is missing", "  checks not passed: 1 of 2",
                     "  task1.ipynb: the answer of 1a is missing: restore it"]


def change_field(name, value):
    """A change of one field of the manifest."""
    return lambda files, manifest: manifest.update({name: value})


def drop(files, manifest):
    del files["task3.py"]


def spoil(files, manifest):
    files["task3.py"] = files["task3.py"][::-1]


def lengthen(files, manifest):
    files["task3.py"] += b" "


def add(files, manifest):
    files["virus.exe"] = b"MZ"


def forget_field(files, manifest):
    del manifest["group"]


def list_escape(files, manifest):
    manifest["files"]["\x1b[2J../x"] = manifest["files"]["task2.py"]


@pytest.mark.parametrize("change, words", [
    (drop, "task3.py is missing"), (spoil, "task3.py differs from manifest.json"),
    (lengthen, "task3.py has 16 bytes, but manifest.json lists 15"),
    (add, "virus.exe is not listed in manifest.json"),
    (forget_field, "manifest.json has no 'group': expected a list of names"),
    (list_escape, "../x is missing"),
    (change_field("group", "Åse"), "manifest.json has group = 'Åse': expected a list of names"),
    (change_field("group", [1]), "expected a list of names"),
    (change_field("format", 2), "manifest.json has format = 2: expected 1"),
    (change_field("format", True), "manifest.json has format = True: expected 1"),
    (change_field("executed", "yes"), "expected true or false"),
    (change_field("checks", {"passed": -1, "of": 2, "report": {}}), "expected null, or passed"),
    (change_field("files", ["task2.py"]), "expected {name: {sha256, size}}"),
    (change_field("files", {"task2.py": {"sha256": "0" * 63, "size": 1}}), "expected {name:"),
    (change_field("extra", 1), "manifest.json has extra, which is unknown"),
    (lambda *_: "[" * 200_000, "manifest.json is nested too deeply"),
    (lambda *_: '{"a":' * 200_000, "manifest.json is nested too deeply"),
    (lambda *_: "{", "manifest.json cannot be read (line 1 is not JSON)"),
    (lambda *_: b"\xff", "manifest.json cannot be read"),
    (lambda *_: "[]", "manifest.json is not a JSON object"),
    (lambda *_: '{"format": NaN}', "it holds the number NaN"),
    (lambda *_: '{"format": %s}' % ("9" * 100_000), "it holds the number 999"),
    (lambda *_: '{"format": 1, "format": 1}', "an object has the same name twice"),
])
def test_a_zip_that_is_not_as_its_manifest_says(whole, capsys, change, words):
    rewrite_zip(whole, change, compress_type=zipfile.ZIP_STORED)
    status, told = check_zip(whole, capsys)
    assert status == 1 and told.startswith("not whole: ") and words in told, told


def test_a_zip_without_a_manifest_is_no_hand_in(whole, capsys):
    write_zip(whole, read_contents(whole)[0])
    assert check_zip(whole, capsys) == (
        1, f"not whole: {whole}\n  manifest.json is missing: the zip is not a hand-in\n")


def make_entry(name, kind=stat.S_IFREG):
    """The entry of a zip whose name is taken as it is."""
    info = zipfile.ZipInfo("x")
    info.filename, info.create_system, info.external_attr = name, 3, (kind | 0o644) << 16
    return info


@pytest.mark.parametrize("info, words", [
    (make_entry("/etc/passwd"), "its name starts with /, so it leads outside the folder"),
    (make_entry("hand-in/../../x"), "its name leads to another folder"),
    (make_entry("hand-in/./x"), "its name leads to another folder"),
    (make_entry("__MACOSX/../../x"), "its name leads to another folder"),
    (make_entry("elsewhere/", stat.S_IFDIR), "it is outside the folder hand-in"),
    (make_entry("hand-in/a\\..\\x"), "its name holds \\"),
    (make_entry("C:/x"), "its name holds :"), (make_entry("hand-in/x/"), "it is not a file"),
    (make_entry("other/x"), "is outside the folder hand-in"),
    (make_entry("hand-in/x\0.py"), "its name holds characters that cannot be printed"),
    (make_entry("hand-in/\x1b]0;title\x07"), "its name holds characters that cannot be printed"),
    (make_entry("hand-in/aux.py"), "'aux.py', which Windows does not allow"),
    (make_entry("hand-in/x./y.py"), "'x.', which Windows does not allow"),
    (make_entry("hand-in/link", stat.S_IFLNK), "it is a link"),
    (make_entry("hand-in/pipe", stat.S_IFIFO), "it is not a file"),
    (make_entry("hand-in/task2.py"), "hand-in/task2.py is there more than once"),
    (make_entry("hand-in/TASK2.py"), "hand-in/task2.py is there more than once"),
])
def test_an_entry_that_could_do_harm_is_refused(whole, capsys, info, words):
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")         # zipfile warns of two equal names
        rewrite_zip(whole, entries=[(info, b"x")])
    status, told = check_zip(whole, capsys)
    assert status == 1 and words in told, told


def test_a_file_that_swells_is_not_unpacked(whole, capsys, monkeypatch):
    rewrite_zip(whole, entries=[(make_entry("hand-in/bomb.py"), bytes(110 * 2**20))],
                compress_type=zipfile.ZIP_DEFLATED)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("it was unpacked"))
    status, told = check_zip(whole, capsys)
    assert status == 1 and "unpacked it takes 110 MB, expected at most 100 MB" in told


@pytest.mark.parametrize("limit, value, words", [
    ("files", 10, "it holds 11 files, expected at most 10"),
    ("total_mib", 0, "expected at most 0 MB")])
def test_limits_hold(whole, capsys, monkeypatch, limit, value, words):
    set_limit(monkeypatch, **{limit: value})
    status, told = check_zip(whole, capsys)
    assert status == 1 and words in told


def test_a_large_manifest_is_not_read(whole, capsys, monkeypatch):
    monkeypatch.setattr(zip_check, "LARGEST_MANIFEST", 100)
    status, told = check_zip(whole, capsys)
    assert status == 1 and "manifest.json is larger than 0 MB" in told


def test_an_encrypted_entry_is_refused(whole, capsys):
    content = bytearray(whole.read_bytes())
    content[content.index(b"PK\1\2") + 8] |= 1
    whole.write_bytes(content)
    status, told = check_zip(whole, capsys)
    assert status == 1 and "it is encrypted" in told


def test_a_packing_that_may_swell_more_is_refused(whole, capsys):
    rewrite_zip(whole, compress_type=zipfile.ZIP_LZMA)
    status, told = check_zip(whole, capsys)
    assert status == 1 and "it is packed by a method that kit submit does not use" in told


def test_a_name_that_python_reads_in_another_way_is_refused():
    info = make_entry("hand-in/a.py")        # as Python 3.13 does for a second name in Unicode
    assert info.orig_filename == "x"
    info.orig_filename = "hand-in/b.py"
    assert zip_check.find_fault_of_entry(info) == "it has two names"


def test_two_names_of_one_entry_are_refused(whole, capsys):
    content = whole.read_bytes()
    at = content.index(b"hand-in/task2.py")         # in front of the file, not in the list
    whole.write_bytes(content[:at] + b"hand-in/taskX.py" + content[at + 16:])
    status, told = check_zip(whole, capsys)
    assert status == 1 and "task2.py is damaged" in told


@pytest.mark.parametrize("name", ["task2.py", "report.pdf", "manifest.json"])
def test_a_flipped_bit_is_found(whole, capsys, name):
    content = bytearray(whole.read_bytes())
    with zipfile.ZipFile(whole) as zipped:
        info = zipped.getinfo(f"hand-in/{name}")
    content[info.header_offset + 30 + len(info.filename.encode()) + 2] ^= 4
    whole.write_bytes(content)
    status, told = check_zip(whole, capsys)
    assert status == 1 and name in told


def make_long_zip(content):
    """A zip whose end could point to that of a zip of more than 4 GB."""
    *start, length, offset, comment = zip_check.END.unpack(content[-22:])
    return (content[:-22] + b"PK\6\7" + bytes(16)
            + zip_check.END.pack(*start, length + 20, offset, comment))


@pytest.mark.parametrize("change, words", [
    (lambda content: b"", "its end is missing"), (lambda content: b"PK", "its end is missing"),
    (lambda content: content[:-1], "its end is missing"),
    (lambda content: content[:len(content) // 2], "it was cut short or is not a zip"),
    (lambda content: b"%PDF-1.7", "its end is missing"),
    (lambda content: content + b"\0" * 30, "its end is missing"),
    (lambda content: b"#!/bin/sh\n" + content, "its end does not fit the rest"),
    (lambda content: content[:-2] + b"\1\0", "its end does not fit the rest"),
    (make_long_zip, "its end does not fit the rest"),
    (lambda content: content.replace(b"PK\1\2", b"PK\1\3", 1), "cannot be read as a zip ("),
    (lambda content: bytes(10**6) + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, 10**6, 0, 0),
     "its list of files is too long: a hand-in has at most 500 files"),
])
def test_what_cannot_be_read_as_a_zip_has_a_status_of_its_own(whole, capsys, change, words):
    whole.write_bytes(change(whole.read_bytes()))
    status, told = check_zip(whole, capsys)
    assert status == 2 and words in told and told.count("\n") == 1, told


def test_a_zip_larger_than_any_hand_in_is_not_read(whole, capsys, monkeypatch):
    set_limit(monkeypatch, total_mib=-10)
    assert check_zip(whole, capsys)[0] == 2


@pytest.mark.parametrize("name, words", [("none.zip", "was not found"), ("", "is not a file"),
                                         ("x" * 300, "none.zip")])
def test_what_is_no_file_has_that_status_too(folder, capsys, name, words):
    status, told = check_zip(folder / name, capsys)
    assert status == 2 and told.count("\n") == 1
    assert words in told or len(name) == 300


def test_what_is_wrong_is_told_in_lines_of_which_there_are_few(whole, capsys):
    rewrite_zip(whole, lambda files, manifest: files.update(
        {f"x{number}\u202e": b"" for number in range(30)}) or files.update(
        {f"y{number}": b"" for number in range(30)}))
    status, told = check_zip(whole, capsys)
    assert status == 1 and len(told.splitlines()) == 22 and "… and 10 more" in told


def test_a_zip_is_checked_from_one_open_file(whole, monkeypatch):
    monkeypatch.setattr(zipfile.ZipFile, "extract", lambda *_: pytest.fail("unpacked to disk"))
    with open(whole, "rb") as file:
        os.replace(whole, whole.with_name("away.zip"))
        manifest, wrong = zip_check.inspect_zip(file)
    assert wrong == [] and manifest["group"] == ["Åse", "Bo"]


def test_a_hand_in_that_would_not_be_whole_is_not_written(folder, monkeypatch, capsys):
    set_limit(monkeypatch, total_mib=0)
    assert hand_in_saved(folder)[0] == 2 and list_build(folder) == []
    assert "the zip would be faulty: unpacked it takes" in read_last_line(capsys)


def test_what_is_written_is_what_is_expected():
    manifest = manifests.make_manifest({}, group=[], missing=[], report=[], checks=None,
                                       executed=True)
    assert manifest.keys() == manifests.FIELDS.keys()


def test_the_deadline_is_told_at_the_end(folder, capsys):
    toml = folder / "assignment" / "assignment.toml"
    toml.write_text(toml.read_text(encoding="utf-8")
                    + "\n[deadline]\nat = 2026-02-11T23:59:00+01:00\n", encoding="utf-8")
    submit.main(["--yes", "--as-is"])
    assert "due 11 February 2026, 23:59 (UTC+01:00)" in capsys.readouterr().err.splitlines()[-1]
