"""`python -m kit report` and `nbconvert --to typstpdf`: files, options, problems, statuses."""
import base64
import json
import os
import re
import shutil
import subprocess
import sys

import nbformat.v4 as nb4
import pypdf
import pytest
from here import ROOT
from pdf_helpers import (
    code, count_pictures, markdown, notebook, png, read_pdf, shown, stream, write)

from kit.report import command as report
from kit.__main__ import main as kit_main
from kit.report.exporter import TypstPDFExporter
from kit.report import launcher


@pytest.fixture
def folder(tmp_path):
    """A folder with a notebook answers.ipynb of one heading."""
    write(tmp_path, markdown("# Task 1  Å"))
    return tmp_path


def run_report(folder, *arguments):
    """Return (exit status, output path) of the report on answers.ipynb in a folder."""
    output = folder / "build" / "report.pdf"
    return report.main([str(folder / "answers.ipynb"), "-o", str(output), *arguments]), output


def read_stderr(capsys):
    """Return the one line on stderr."""
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and "Traceback" not in lines[0], lines
    return lines[0]


# The PDF ----------------------------------------------------------------------------------------

def test_title_authors_language_tags_and_page_numbers(folder):
    status, output = run_report(folder, "--author", "Åse", "--author", "Bo", "--title", "T & <1>",
                                "--date", "2026-03-01")
    reader, text = read_pdf(output.read_bytes())
    assert status == 0 and reader.metadata.title == "T & <1>"
    assert reader.metadata.author == "Åse, Bo"
    assert "Åse & Bo" in text and "1 March 2026" in text and "1 / 1" in text
    assert reader.trailer["/Root"]["/Lang"].startswith("en")
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    page = reader.pages[0].mediabox
    assert (round(page.width), round(page.height)) == (595, 842)         # A4


def test_notebooks_are_joined_in_order_with_their_own_pictures(tmp_path):
    for name, size in (("a", 3), ("b", 5)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "same.png").write_bytes(png(size, size))
        write(tmp_path / name, markdown(f"# Heading {name}\n\n![](same.png)"), name="n.ipynb")
    output = tmp_path / "out.pdf"
    assert report.main([str(tmp_path / "a/n.ipynb"), str(tmp_path / "b/n.ipynb"),
                        "-o", str(output)]) == 0
    reader, text = read_pdf(output.read_bytes())
    assert text.index("Heading a") < text.index("Heading b") and count_pictures(reader) == 2


def test_one_table_of_contents_for_all_notebooks(tmp_path):
    paths = [write(tmp_path, *(markdown(f"## {name}{n}\n\ntext") for n in range(3)),
                   name=f"{name}.ipynb") for name in ("One", "Two")]
    assert report.main([*paths, "-o", str(tmp_path / "out.pdf")]) == 0
    text = read_pdf((tmp_path / "out.pdf").read_bytes())[1]
    contents = text[:text.index("One0 text")]
    assert text.count("Contents") == 1
    assert all(f"{name}{n}" in contents for name in ("One", "Two") for n in range(3))


@pytest.mark.faults
def test_the_same_bytes_twice(folder, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    write(folder, markdown("# T\n\n$x^2$\n\n| a |\n|---|\n| 1 |"),
          code("p", shown(image_png=base64.b64encode(png()).decode()), stream("\x1b[31mx")))
    first = run_report(folder)[1].read_bytes()
    assert run_report(folder)[1].read_bytes() == first
    assert "14 November 2023" in read_pdf(first)[1]


@pytest.mark.faults
@pytest.mark.parametrize("epoch", ["soon", "-5", "9" * 30])
def test_a_senseless_epoch_costs_no_report(folder, monkeypatch, epoch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert run_report(folder)[0] == 0


def test_settings_are_used_and_flags_win(folder):
    (folder / "report.toml").write_text(
        'title = "From file"\nauthors = ["Group 7"]\ndate = 2026-02-03', encoding="utf-8")
    text = read_pdf(run_report(folder, "--title", "From flag")[1].read_bytes())[1]
    assert "From flag" in text and "Group 7" in text and "3 February 2026" in text


# What is missing --------------------------------------------------------------------------------

def test_a_complete_report_says_where_it_is_and_nothing_else(folder, capsys):
    status, output = run_report(folder)
    assert status == 0 and capsys.readouterr() == (f"{output}\n", "")


def test_an_incomplete_report_is_written_and_its_problems_listed(folder, capsys):
    write(folder, markdown("# T\n\nFILL IN ANSWER"), nb4.new_code_cell("1 + 1"),
          markdown(r"Here $\foo{x}$, $a^2$ and ![](none.png)"))
    status, output = run_report(folder)
    assert status == 1 and r"\foo{x}" in read_pdf(output.read_bytes())[1]
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "kit report: the report is written but not complete, 4 problems:"
    assert lines[1::2] == ["cells not run:", "answers not written:", "pictures not shown:",
                           "formulas that cannot be drawn:"]
    assert lines[-1].startswith(r"  answers.ipynb, cell 3: the formula \foo{x} cannot be drawn")


def test_a_draft_lists_the_problems_and_succeeds(folder, capsys):
    write(folder, markdown("FILL IN ANSWER"))
    assert run_report(folder, "--draft")[0] == 0
    assert "answers not written" in capsys.readouterr().err


def test_json_lists_every_problem_with_its_notebook_and_cell(folder, capsys):
    write(folder, markdown("# T"), *(markdown(f"![](none{n}.png)") for n in range(20)))
    status, output = run_report(folder, "--json")
    captured = capsys.readouterr()
    listed = json.loads(captured.out)
    assert status == 1 and listed["output"] == str(output) and listed["complete"] is False
    assert [(found["kind"], found["notebook"], found["cell"]) for found in listed["problems"]] \
        == [("picture", "answers.ipynb", cell) for cell in range(2, 22)]
    assert "… and 12 more" in captured.err and len(captured.err.splitlines()) == 11


def test_json_tells_of_a_refusal_too(tmp_path, capsys):
    assert run_report(tmp_path, "--json")[0] == 2
    listed = json.loads(capsys.readouterr().out)
    assert listed["output"] is None and "was not found" in listed["refused"]


def test_a_pdf_without_the_claim_is_complete_and_a_note_says_why(folder, capsys):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>\u0378</text></svg>'
    write(folder, code("svg", nb4.new_output("display_data", {"image/svg+xml": svg})))
    status, output = run_report(folder, "--json")
    captured = capsys.readouterr()
    listed = json.loads(captured.out)
    assert status == 0 and listed["complete"] and listed["problems"] == []
    note, = listed["notes"]
    assert note["kind"] == "note" and note["message"] in captured.err
    assert captured.err.startswith("kit report: a note on the report: it does not claim PDF/UA-1, "
                                   "the standard for screen readers: the text")


@pytest.mark.faults
def test_the_reference_report_is_complete(tmp_path, capsys):
    output = tmp_path / "report.pdf"
    assert report.main(["-o", str(output)]) == 0, capsys.readouterr().err
    assert len(read_pdf(output.read_bytes())[0].pages) >= 10


# Files and exit statuses ------------------------------------------------------------------------

def test_a_missing_notebook_is_one_line(tmp_path, capsys):
    status, output = run_report(tmp_path)
    assert status == 2 and not output.exists()
    assert re.search(r"answers\.ipynb was not found: expected a notebook", read_stderr(capsys))


@pytest.mark.faults
@pytest.mark.parametrize("content", [
    b"", b"not json", b"[]", b'{"cells": 3}', b"\x00", b"\xff\xfe", b"{" * 100_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000, b'{"nbformat": 9, "cells": []}', b"null"])
def test_a_file_that_is_no_notebook_is_one_line(tmp_path, capsys, content):
    (tmp_path / "answers.ipynb").write_bytes(content)
    status, output = run_report(tmp_path)
    line = read_stderr(capsys)
    assert status == 2 and not output.exists()
    assert "is not a notebook" in line or "cannot be read" in line


def test_an_old_notebook_is_read(tmp_path):
    cell = {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Old"]}
    (tmp_path / "answers.ipynb").write_text(json.dumps({
        "nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [
            {"cells": [cell], "metadata": {}}]}))
    status, output = run_report(tmp_path)
    assert status == 0 and "Old" in read_pdf(output.read_bytes())[1]


@pytest.mark.parametrize("content", ["title = ", "authors = 'me'", "author = ['me']", "title = 5"])
def test_settings_that_are_wrong_are_one_line(folder, capsys, content):
    (folder / "report.toml").write_text(content)
    assert run_report(folder)[0] == 2 and "report.toml" in read_stderr(capsys)


@pytest.mark.faults
@pytest.mark.parametrize("content, problem", [
    (b"\xef\xbb\xbftitle = 'A'", None), (b"title = 'A'\r\n", None),
    ("title = 'A'".encode("utf-16"), "save it as UTF-8"),
    (b"title = " + b"[" * 30_000, "cannot be read"),
    (b"date = " + b"1" * 5000, "cannot be read"), (b"a = 1\n" * 20_000, "larger than 64 kB"),
    (b"language = 'norwegian'", "expected a code of two or three"), (b"language = 'en-GB'", None)])
def test_settings_of_every_editor(folder, capsys, content, problem):
    (folder / "report.toml").write_bytes(content)
    assert run_report(folder)[0] == (2 if problem else 0)
    assert problem is None or problem in read_stderr(capsys)


def test_settings_elsewhere_are_not_read(folder, capsys):
    (folder / "inner").mkdir()
    write(folder / "inner", markdown("# T"))
    (folder / "secret.toml").write_text('password = "canary"')
    try:
        (folder / "inner" / "report.toml").symlink_to(folder / "secret.toml")
    except OSError:
        pytest.skip("no right to make links")
    assert run_report(folder / "inner")[0] == 2
    line = read_stderr(capsys)
    assert "is a link to a file outside its folder" in line
    assert "canary" not in line and "password" not in line


def test_a_group_that_is_not_named_is_a_problem(folder, capsys):
    (folder / "report.toml").write_text('authors = ["Group NN"]')
    assert run_report(folder)[0] == 1 and "still “Group NN”" in capsys.readouterr().err


@pytest.mark.parametrize("text, own, told", [
    ("", True, True), ("authors = [' ']", True, True), ("authors = ['Bo']", True, False),
    ("", False, False)])
def test_the_assignments_own_notebooks_need_names(folder, monkeypatch, capsys, text, own, told):
    (folder / "report.toml").write_text(text)
    if own:
        (folder / "assignment").mkdir()
        shutil.copy(ROOT / "assignment" / "assignment.toml", folder / "assignment")
        monkeypatch.chdir(folder)
    run_report(folder)
    assert ("report.toml: no author is named: name the members of the group, in a line such as "
            "authors = [" in capsys.readouterr().err) is told


def test_a_notebook_names_its_own_title_and_authors(folder):
    path = folder / "answers.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["metadata"] = {"title": "Own", "authors": [{"name": "Ada"}, "Bo", {"name": None}, 3]}
    path.write_text(json.dumps(content))
    reader, text = read_pdf(run_report(folder)[1].read_bytes())
    assert reader.metadata.title == "Own" and "Ada & Bo" in text and "None" not in text


@pytest.mark.parametrize("cells", [[], [code("x = 1")]])
def test_a_notebook_of_which_nothing_is_printed_is_a_problem(folder, capsys, cells):
    write(folder, *cells)
    assert run_report(folder)[0] == 1
    assert "the report shows nothing of it" in capsys.readouterr().err


@pytest.mark.parametrize("name, problem", [
    ("answers.ipynb", "is not a name for a report"),
    ("x/../answers.ipynb", "is not a name for a report"),
    ("task2.py", "exists and is not a PDF"), ("other.ipynb", "is not a name for a report")])
def test_the_output_replaces_nothing_but_a_report(folder, capsys, name, problem):
    (folder / "x").mkdir()
    (folder / "task2.py").write_text("work")
    before = (folder / "answers.ipynb").read_bytes()
    status = report.main([str(folder / "answers.ipynb"), "-o", str(folder / name)])
    assert status == 2 and problem in read_stderr(capsys)
    assert (folder / "answers.ipynb").read_bytes() == before
    assert (folder / "task2.py").read_text() == "work" and not (folder / "other.ipynb").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_the_output_replaces_a_link_and_no_pipe(folder, capsys):
    os.mkfifo(folder / "pipe.pdf")
    path = str(folder / "answers.ipynb")
    assert report.main([path, "-o", str(folder / "pipe.pdf")]) == 2
    assert "is not a file" in read_stderr(capsys)
    (folder / "link.pdf").symlink_to(folder / "target.pdf")
    assert report.main([path, "-o", str(folder / "link.pdf")]) == 0
    assert not (folder / "link.pdf").is_symlink() and not (folder / "target.pdf").exists()


def test_a_notebook_given_twice_is_one_line(folder, capsys):
    path = str(folder / "answers.ipynb")
    assert report.main([path, path, "-o", str(folder / "x.pdf")]) == 2
    assert "is given more than once" in read_stderr(capsys)


def test_notebooks_of_one_name_are_told_apart(tmp_path, capsys):
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, markdown("![](none.png)"), name="n.ipynb")
    report.main([str(tmp_path / "x/n.ipynb"), str(tmp_path / "y/n.ipynb"),
                 "-o", str(tmp_path / "o.pdf")])
    told = capsys.readouterr().err
    assert "x/n.ipynb, cell 1" in told and "y/n.ipynb, cell 1" in told


@pytest.mark.faults
@pytest.mark.parametrize("change", [
    lambda text: "\ufeff" + text,
    lambda text: text.replace('"nbformat_minor": 5', '"nbformat_minor": 4')])
def test_notebooks_of_every_editor(folder, change):
    path = folder / "answers.ipynb"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert run_report(folder)[0] == 0


@pytest.mark.faults
@pytest.mark.parametrize("redirected", ["| head -c 0", "> /dev/full", "2>&1 | head -c 0"])
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has /dev/full")
def test_a_reader_that_has_gone_away_is_no_failure(folder, redirected):
    write(folder, markdown("# T"))
    command = (f"set -o pipefail; {sys.executable} -m kit report {folder}/answers.ipynb "
               f"-o {folder}/bæ中.pdf --json {redirected}")
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True,
                          env={**os.environ, "PYTHONIOENCODING": "cp1252"})
    assert done.returncode == 0 and done.stderr == "" and (folder / "bæ中.pdf").is_file()


def test_an_output_that_cannot_be_written_is_one_line(folder, capsys):
    (folder / "build").write_text("a file where a folder is wanted")
    assert run_report(folder)[0] == 2 and "such as -o ../report.pdf" in read_stderr(capsys)


def test_the_output_appears_whole_or_not_at_all(folder, monkeypatch, capsys):
    _, output = run_report(folder)
    before = output.read_bytes()
    capsys.readouterr()
    monkeypatch.setattr(launcher, "START", "import os; os._exit(3)")
    assert run_report(folder)[0] == 2 and "exit status 3" in read_stderr(capsys)
    assert output.read_bytes() == before and list(output.parent.iterdir()) == [output]


def test_a_package_that_is_not_installed_is_named(folder, monkeypatch, capsys):
    absent = "raise ModuleNotFoundError(\"No module named 'typst'\")"
    monkeypatch.setattr(launcher, "START", absent)
    assert run_report(folder)[0] == 2
    assert "typst is not installed: run `pip install -r requirements.txt`" in read_stderr(capsys)


@pytest.mark.parametrize("arguments, problem", [
    (["--time-limit", "0"], "got '0', expected a whole number"),
    (["--memory-limit", "much"], "got 'much'"), (["--foo"], "unrecognized arguments: --foo")])
def test_wrong_options_are_one_line(folder, arguments, problem, capsys):
    with pytest.raises(SystemExit) as stop:
        run_report(folder, *arguments)
    assert stop.value.code == 2 and problem in capsys.readouterr().err


def test_help_names_the_commands(capsys):
    with pytest.raises(SystemExit) as stop:
        kit_main(["--help"])
    assert stop.value.code == 0 and "report" in capsys.readouterr().out


@pytest.mark.parametrize("arguments, problem", [
    ([], "no command was given: choose one of check, run, report, restore, submit"),
    (["foo"], "invalid choice: 'foo'")])
def test_a_missing_or_unknown_command_is_named(arguments, problem, capsys):
    with pytest.raises(SystemExit) as stop:
        kit_main(arguments)
    assert stop.value.code == 2 and problem in capsys.readouterr().err


# nbconvert --------------------------------------------------------------------------------------

@pytest.mark.faults
def test_nbconvert_knows_the_exporter(tmp_path):
    write(tmp_path, markdown("# Heading\n\n![](own.png)"), nb4.new_code_cell("1"), name="n.ipynb")
    (tmp_path / "own.png").write_bytes(png())
    done = subprocess.run([sys.executable, "-m", "jupyter", "nbconvert", "--to", "typstpdf",
                           str(tmp_path / "n.ipynb")], capture_output=True, text=True, cwd=ROOT)
    reader = pypdf.PdfReader(tmp_path / "n.pdf")
    assert done.returncode == 0 and count_pictures(reader) == 1
    assert "n.ipynb has not been run" in done.stderr.replace(": has", " has")


def test_nbconvert_removes_cells_by_its_own_settings_and_numbers_stay():
    from traitlets.config import Config
    cells = [markdown("gone"), markdown("here ![](none.png)")]
    cells[0].metadata["tags"] = ["mine"]
    settings = Config({"TagRemovePreprocessor": {"enabled": True, "remove_cell_tags": ["mine"]}})
    pdf, resources = TypstPDFExporter(config=settings).from_notebook_node(notebook(*cells))
    assert "gone" not in read_pdf(pdf)[1]
    problem, = resources["problems"]
    assert str(problem) == ("notebook.ipynb, cell 2: picture none.png is not shown: "
                            "the notebook's folder is not known")


@pytest.mark.faults
def test_nbconvert_says_in_one_line_why_it_cannot(folder):
    done = subprocess.run([sys.executable, "-m", "jupyter", "nbconvert", "--to", "typstpdf",
                           "--TypstPDFExporter.memory=1048576", str(folder / "answers.ipynb")],
                          capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "needs more than 1 MB of memory" in done.stderr.splitlines()[-1]
    assert not (folder / "answers.pdf").exists()


def test_the_exporter_refuses_in_one_sentence():
    from nbconvert.utils.exceptions import ConversionException
    with pytest.raises(ConversionException, match="needs more than 1 MB of memory"):
        TypstPDFExporter(memory=2**20).from_notebook_node(notebook(markdown("a")))
