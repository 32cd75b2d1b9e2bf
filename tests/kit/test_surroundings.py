"""Where a student's folder is not as it should be: one sentence says what is wrong."""
import re
import shutil
import subprocess
import sys

import nbformat
import nbformat.v4 as nb4
import pytest
from here import ROOT

from kit import runs
from kit.check import COLOURS, FAILED, PASSED, Result, make_row, run_checks
from kit.files import Refused, find_conflict
from kit.notebook_files import parse_notebook, read_notebook
from kit.report_settings import read_settings


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    """A folder with the scripts, the first cells of notebooks, and kit/."""
    folder = tmp_path_factory.mktemp("edition")
    shutil.copytree(ROOT / "kit", folder / "kit", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "assignment", folder / "assignment")
    for name in ("utils.py", "task2.py", "task3.py", "task4.py"):
        shutil.copy(ROOT / name, folder)
    return folder


def run_in(folder, *command):
    """(exit status, what a command says last on stderr)"""
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.strip().splitlines()[-1:]


@pytest.mark.parametrize("name", ["random.py", "numpy.py", "statistics.py", "notebooks/random.py",
                                  "notebooks/numpy.py", "notebooks/queue.py"])
def test_a_file_that_hides_a_module_is_named(edition, name):
    (edition / name).parent.mkdir(exist_ok=True)
    (edition / name).write_text("x = 1\n")
    try:
        told = [run_in(edition, "-m", "kit", "check", "2a"),
                run_in(edition, "-c", "from kit.check import check")]
    finally:
        (edition / name).unlink()
    assert [(status, words[0].partition(" in place")[0]) for status, words in told] == [
        (2, f"{name}: Python finds this file")] * 2


@pytest.mark.parametrize("name", ["helpers.py", "test.py", "time.py", "notebooks/plots.py"])
def test_a_file_that_hides_nothing_is_no_matter(edition, name):
    (edition / name).parent.mkdir(exist_ok=True)
    (edition / name).write_text("x = 1\n")
    try:
        assert run_in(edition, "-c", "import kit") == (0, [])
    finally:
        (edition / name).unlink()


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_without_the_kit_the_first_cell_says_so(tmp_path, number):
    (tmp_path / "notebooks").mkdir()
    for name in ("utils.py", "task2.py", "task3.py", "task4.py"):
        shutil.copy(ROOT / name, tmp_path)
    node = nbformat.read(ROOT / "notebooks" / f"task{number}.ipynb", 4)
    first = next(cell.source for cell in node.cells if cell.cell_type == "code")
    elsewhere = f"import sys; sys.path = [one for one in sys.path if one != {str(ROOT)!r}]\n"
    told = run_in(tmp_path / "notebooks", "-c", elsewhere + first)
    missing = "assignment" if number == 1 else "kit"
    assert told == (1, [f"{missing} is missing: take the whole folder, and install as README.md "
                        "says"])


@pytest.mark.parametrize("mark", ["<<<<<<< HEAD\n", ">>>>>>> a1b2c3 (mine)\n"])
def test_marks_of_a_conflict_are_named_with_their_line(tmp_path, mark):
    text = nbformat.writes(nb4.new_notebook(cells=[nb4.new_markdown_cell("a")]))
    lines = text.splitlines(keepends=True)
    path = tmp_path / "task2.ipynb"
    path.write_text("".join([*lines[:4], mark, *lines[4:]]))
    with pytest.raises(Refused, match=r"of a Git conflict \(line 5\): take one of the"):
        read_notebook(path)


CONFLICTS = {   # the text around a mark in the third line
    "between functions": "x = 1\n\n{}\ny = 2\n", "within one": "def f():\n    x = 1\n{}\n",
    "in a docstring": '"""Words.\n\n{}\n"""\n', "in another encoding": "x = '\xe6'\n\n{}\n"}


@pytest.mark.parametrize("mark", ["<<<<<<< HEAD", ">>>>>>> 1a2b3c4 (ours)", "||||||| 1a2b3c4"])
@pytest.mark.parametrize("where", CONFLICTS)
def test_marks_of_a_conflict_in_a_script_are_named_before_anything_runs(edition, where, mark):
    path = edition / "task2.py"
    before = path.read_bytes()
    told = ("task2.py holds the marks of a Git conflict (line 3): take one of the two versions, "
            "with `git checkout --ours task2.py` or --theirs, or keep what you want of both and "
            "delete the marks")
    try:
        path.write_text(CONFLICTS[where].format(mark), encoding="latin-1")
        for command in (["-m", "kit", "check", "2a"], ["-m", "kit", "submit"],
                        ["-c", "from kit.check import check"]):
            assert run_in(edition, *command) == (2, [told])
        with pytest.raises(Refused, match=re.escape(told)):     # while a notebook is open
            run_checks(folder=edition)
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize("text", ["=======\nTitle\n=======", ">>> 1 << 7", " <<<<<<< HEAD",
                                  "<<<<<<<", "# <<<<<<< HEAD"])
def test_other_signs_are_no_conflict(text):
    assert find_conflict(f"a\n{text}\n", "a.py") == ""


def test_marks_of_a_conflict_in_the_names_are_named(tmp_path):
    (tmp_path / "report.toml").write_text("<<<<<<< HEAD\nauthors = ['A']\n")
    with pytest.raises(Refused, match=r"report.toml holds the marks .* \(line 1\)"):
        read_settings(tmp_path / "report.toml")


@pytest.mark.parametrize("text, line", [
    ('{"cells": [\n=======\n]}', 2), ('{"cells": [\n1,\n', 3), ("{\n'a': 1}", 2)])
def test_the_line_that_is_no_json_is_named(text, line):
    with pytest.raises(Refused, match=rf"task2.ipynb .* \(line {line} is not JSON\): open it in"):
        parse_notebook(text, "task2.ipynb")


def test_marks_of_a_conflict_in_the_text_of_a_notebook_are_named():
    with pytest.raises(Refused, match=r"task2.ipynb holds the marks .* \(line 2\)"):
        parse_notebook('{"cells": [\n<<<<<<< HEAD\n]}', "task2.ipynb")


@pytest.mark.parametrize("line", ["autors = ['A']", "names = ['A']", "authors = 'A'",
                                  "authors = A, B", "authors: ['A']"])
def test_what_report_toml_has_in_place_of_the_names_is_told_with_an_example(tmp_path, line):
    (tmp_path / "report.toml").write_text(line)
    with pytest.raises(Refused, match=r"report.toml .*authors = \["):
        read_settings(tmp_path / "report.toml")


def test_a_notebook_about_conflicts_is_read(tmp_path):
    nbformat.write(nb4.new_notebook(cells=[nb4.new_markdown_cell("<<<<<<< HEAD\n=======")]),
                   tmp_path / "a.ipynb")
    assert read_notebook(tmp_path / "a.ipynb").node.cells[0].source.startswith("<<<<<<< ")


def test_a_changed_script_counts_without_a_restart(edition):
    path = edition / "task2.py"
    before = path.read_bytes()
    assert run_checks(["2a"], edition).all_passed
    try:
        path.write_bytes(before + b"\ndef pre_process_images(X, mean, std): return X\n")
        assert not run_checks(["2a"], edition).all_passed
    finally:
        path.write_bytes(before)


def test_a_run_that_cannot_be_kept_is_not_lost(tmp_path, capsys):
    results = {"loss": 0.1, "history": {"step": [1]}, "ws": []}
    (tmp_path / "runs").write_text("a file where the folder should be")
    found = runs.keep_results(tmp_path / "runs" / "name.npz", results)
    assert found == runs.keep_results(tmp_path / "other" / "name.npz", results)
    told = capsys.readouterr().err
    assert told.count("The run is not kept, and will be computed again:") == 1


def test_false_warnings_of_apples_matrix_library_are_not_shown(edition):
    script = ("import sys; sys.platform = 'darwin'\nimport kit, warnings\n"
              "for words in ('divide by zero encountered in matmul', 'overflow in exp'):\n"
              "    warnings.warn(words, RuntimeWarning)\n")
    done = subprocess.run([sys.executable, "-c", script], cwd=edition, capture_output=True,
                          text=True)
    assert "in matmul" not in done.stderr and "overflow in exp" in done.stderr


def measure_luminance(colour):
    """The relative luminance of a colour, #rrggbb (WCAG 2.2)."""
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
              for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear))


@pytest.mark.parametrize("state", COLOURS)
def test_a_state_is_readable_on_any_page_and_said_in_words(state):
    row = make_row(Result("2b", "forward", "title", state), "")
    assert f"background:{COLOURS[state]};color:#fff" in row and f">{state}</span>" in row
    assert 1.05 / (measure_luminance(COLOURS[state]) + 0.05) >= 4.5
    assert len({*COLOURS.values()}) == len(COLOURS) and {PASSED, FAILED} < {*COLOURS}
