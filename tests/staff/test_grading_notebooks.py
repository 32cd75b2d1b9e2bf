"""Handed-in notebooks: what is read from them, and what comes of executing them again."""
import contextlib
import base64
import io
import json
import os
import pickle
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import nbformat
import psutil
import pytest
from here import ASSIGNMENT, ROOT
from hostile import LIMITS, the_sandbox
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from kit.checking.student import Problem, Student
from staff.release.notebook_stripping import strip_notebook
from staff.notebooks import reported
from staff.notebooks.comparison import find_difference
from staff.notebooks.figures import NotShown, redraw
from staff.notebooks.reading import read_notebooks
from staff.notebooks.rerun import rerun_notebooks
from staff.sandbox.sandbox import Sandbox

NOTEBOOK = replace(LIMITS.notebook, cell_seconds=20, total_seconds=60)
KIT, STARTER = "kit", "starter"


def shown(text):
    """Return an output that shows text."""
    return new_output("execute_result", {"text/plain": text}, execution_count=1)


def printed(text):
    """Return an output that was printed."""
    return new_output("stream", name="stdout", text=text)


def figure(width=40, height=30, kind="PNG"):
    """Return an output that shows a picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(buffer, kind)
    return new_output("display_data", {f"image/{kind.lower()}":
                                       base64.b64encode(buffer.getvalue()).decode()})


def executed(*cells):
    """Return a notebook whose code cells, (source, outputs …) or text, were run in order."""
    made, count = [], 0
    for cell in cells:
        if isinstance(cell, str):
            made.append(new_markdown_cell(cell))
        else:
            count += 1
            made.append(new_code_cell(cell[0], outputs=list(cell[1:]), execution_count=count))
    return new_notebook(cells=made)


def student_notebook(number):
    """Return a notebook of the student edition, as if it had been executed."""
    name = f"task{number}.ipynb"
    node, _ = strip_notebook(nbformat.read(ROOT / "notebooks" / name, 4), name, ASSIGNMENT)
    for count, cell in enumerate([one for one in node.cells if one.cell_type == "code"], 1):
        cell.execution_count = count
    return node


@pytest.fixture
def hand_in(tmp_path):
    """Return a function that writes notebooks into a submission's folder, which it returns."""
    def write(**nodes):
        folder = tmp_path / "submission"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "notebooks").mkdir(parents=True)
        for name, node in nodes.items():
            path = folder / "notebooks" / f"{name}.ipynb"
            if isinstance(node, bytes):
                path.write_bytes(node)
            else:
                nbformat.write(node, path)
        return folder
    return write


def found(findings, *kinds):
    """Return (file, cell, words) of the findings of some kinds."""
    return [(one.notebook.rpartition("/")[2], one.cell, one.words) for one in findings
            if one.kind in kinds]


# ------------------------------------------------------------------------- cells, where they go

def places(node):
    """Return {id: index} of a notebook's cells."""
    return {cell.id: index for index, cell in enumerate(node.cells)}


def test_an_untouched_notebook_gets_no_note(hand_in):
    folder = hand_in(task2=student_notebook(2), task3=student_notebook(3))
    reading = read_notebooks(folder, KIT)
    assert found(reading.findings, "note", "order", "unexecuted", "saved-error") == [
        ("", 0, f"the {name} was not found in {subtask}")
        for subtask, name, *_ in reported.load_numbers().ASKED
        if subtask != "4d"]
    assert [name for name, _, _ in found(reading.findings, "missing")] == [
        "task1.ipynb", "task4.ipynb"]


@pytest.mark.parametrize("change, words", [
    (lambda cells, at: cells.pop(at["2b-table"]), "is missing in section 2b"),
    (lambda cells, at: cells.append(cells[at["2b-table"]].copy()),
     "is there 2 times (cells 21 and 33)"),
    (lambda cells, at: cells.insert(1, cells.pop(at["2c-figure"])), None),
    (lambda cells, at: cells[at["2a-table"]].update(cell_type="markdown"),
     "is now a Markdown cell"),
    (lambda cells, at: cells[at["2a-table"]].update(source="print(33.55)"),
     "was changed in section 2a"),
    (lambda cells, at: cells[at["2a-intro"]].update(source="## 2a  Less\n\nDo less."),
     "was changed in section 2a"),
])
def test_a_changed_cell_is_noted_and_nothing_else(hand_in, change, words):
    node = student_notebook(2)
    change(node.cells, places(node))
    for cell in node.cells:     # as Jupyter writes them
        if cell.cell_type == "markdown":
            cell.pop("outputs", None), cell.pop("execution_count", None)
    folder = hand_in(task2=json.dumps(node).encode())
    findings = read_notebooks(folder, KIT).findings
    told = [text for _, cell, text in found(findings, "note") if "not found" not in text]
    assert [one.endswith(words or "-") for one in told] == [True] * bool(words)


def test_a_notebook_of_endless_code_is_not_compared(hand_in):
    node = student_notebook(2)
    node.cells += [new_code_cell("x = [1, 2]\n" * 1500, metadata={"tags": []})] * 20
    findings = read_notebooks(hand_in(task2=json.dumps(node).encode()), KIT).findings
    assert [words for _, _, words in found(findings, "note") if "compare" in words] == [
        "it is too long to compare its cells"]


def test_cells_without_ids_are_known_by_their_text(hand_in):
    node = student_notebook(2)
    node.nbformat_minor = 4
    for cell in node.cells:
        del cell["id"]
        cell.metadata.pop("nbgrader", None)
    folder = hand_in(task2=node)
    findings = read_notebooks(folder, KIT).findings
    assert [text for _, _, text in found(findings, "note") if "not found" not in text] == []


# ------------------------------------------------------------------------------ how it was run

def test_how_a_notebook_was_run(hand_in):
    node = executed(("a = 1",), ("b = 1",), ("c = 1",), ("d = 1", new_output(
        "error", ename="ValueError", evalue="no", traceback=[])))
    node.cells[1].execution_count = None
    node.cells[2].execution_count = 1
    findings = read_notebooks(hand_in(a=node), STARTER).findings
    assert found(findings, "unexecuted") == [("a.ipynb", 2, "cell 2 was never executed")]
    assert found(findings, "order") == [
        ("a.ipynb", 3, "was executed before cell 1, which stands above it")]
    assert found(findings, "saved-error") == [
        ("a.ipynb", 4, "was handed in with an error: “ValueError: no”")]


def test_a_notebook_that_was_never_run(hand_in):
    node = new_notebook(cells=[new_code_cell("a = 1"), new_code_cell("b = 1")])
    findings = read_notebooks(hand_in(a=node), STARTER).findings
    assert found(findings, "unexecuted") == [("a.ipynb", 0, "was never executed")]


# ------------------------------------------------------------------------------------- answers

def test_answers_are_found_wherever_they_stand(hand_in):
    node = student_notebook(3)
    at = places(node)
    node.cells[at["3a-reading"]].source = "Faster with <b>tanh</b>.\n\nSee the plot."
    node.cells[at["3b-intro"]].source += "\n\nBeneath the question."
    node.cells.insert(at["3c-reading"], new_markdown_cell("In a cell of its own."))
    node.cells.append(node.cells.pop(at["3a-reading"]))
    reading = read_notebooks(hand_in(task3=node), KIT)
    assert reading.answers["3a"] == "Faster with <b>tanh</b>.\n\nSee the plot."
    assert reading.answers["3b"] == "Beneath the question."
    assert reading.answers["3c"] == "In a cell of its own."
    assert not [one for one in found(reading.findings, "unanswered") if "3" in one[2]]


def test_answers_that_are_not_there(hand_in):
    node = student_notebook(4)
    at = places(node)
    node.cells[at["4b-reading"]].source = "TODO"
    node.cells.pop(at["4d-reading"])
    findings = read_notebooks(hand_in(task4=node), KIT).findings
    assert [(cell, words) for _, cell, words in found(findings, "unanswered")
            if words.split()[-1][:1] != "1" and "4" in words] == [
        (at["4a-reading"] + 1, "the answer to 4a is still the placeholder"),
        (at["4b-reading"] + 1, "the answer to 4b still says “TODO”"),
        (at["4d-intro"] + 1, "section 4d has no answer in words"),
        (at["4e-reading"], "the answer to 4e is still the placeholder")]


def test_answers_beneath_headings_of_the_starter_layout(hand_in):
    node = executed("# Assignment 2", "# Task 3", "## Task 3a)\nIt converges sooner.", ("x = 1",),
                    "## b)\n", "Normal weights help.", "**Task 4 (a)**\n\nToo few.", "## Bonus",
                    "no answer to anything")
    answers = read_notebooks(hand_in(report=node), STARTER).answers
    assert answers["3a"] == "## Task 3a)\nIt converges sooner."
    assert answers["3b"] == "Normal weights help."
    assert answers["4a"].startswith("**Task 4 (a)**\n\nToo few.")
    assert set(answers) == {"3a", "3b", "4a"}


def test_answers_in_one_cell_are_told_apart(hand_in):
    node = executed("# Task 3\n\n## 3a\nSooner.\n\n## 3b\nNormal.\n# Task 4\n## a)\nToo few.")
    assert read_notebooks(hand_in(a=node), STARTER).answers == {
        "3a": "## 3a\nSooner.", "3b": "## 3b\nNormal.", "4a": "## a)\nToo few."}


def test_answers_are_plain_and_bounded(hand_in):
    image = "![](data:image/png;base64," + "A" * 5000 + ")"
    node = executed("## 4a\n" + image + "\u202e\x1b[31m" + "x" * 30_000)
    text = read_notebooks(hand_in(a=node), STARTER).answers["4a"]
    assert len(text) == 20_000 and "AAAA" not in text
    assert "\u202e" not in text and "\x1b" not in text


# ------------------------------------------------------------------------------------- figures

def test_figures_are_drawn_anew(hand_in):
    node = executed("## 2c", ("plot()", figure(2000, 500), figure(30, 20, "JPEG")), "## 3a",
                    ("plot()", new_output("display_data", {"image/svg+xml": "<svg/>"})))
    reading = read_notebooks(hand_in(a=node), STARTER)
    assert [(one.subtask, one.cell, one.number) for one in reading.figures] == [
        ("2c", 2, 1), ("2c", 2, 2)]
    pictures = [Image.open(io.BytesIO(one.png)) for one in reading.figures]
    assert [(one.format, one.size) for one in pictures] == [("PNG", (1000, 250)),
                                                            ("PNG", (30, 20))]
    assert ("a.ipynb", 4, "a figure is not shown here: it is an SVG") in found(
        reading.findings, "note")


def png_bytes(*size):
    """Return a white picture as the bytes of a PNG."""
    buffer = io.BytesIO()
    Image.new("1", size, 1).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("data, words", [
    (png_bytes(6000, 5000), "it has more than 25 million pixels"),
    (png_bytes(30_000, 2), "it is more than 20,000 pixels long"),
    (png_bytes(50, 50)[:-30], "it is damaged, or not a PNG or JPEG"),
    (b"GIF89a" + b"0" * 50, "it is damaged, or not a PNG or JPEG"),
    (b"", "it is damaged, or not a PNG or JPEG")])
def test_pictures_that_are_not_shown(data, words):
    with pytest.raises(NotShown) as problem:
        redraw(data)
    assert str(problem.value) == words


def test_a_photograph_of_a_telephone_is_shown_upright():
    exif, buffer = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6        # to be turned to the right
    Image.new("L", (4032, 3024)).save(buffer, "JPEG", exif=exif)
    for data, size in ((buffer.getvalue(), (1000, 1333)),
                       (buffer.getvalue().replace(b"Exif\0\0MM", b"Exif\0\0XX"), (1000, 750))):
        assert Image.open(io.BytesIO(redraw(data)[1])).size == size


def test_figures_from_files_stay_in_the_folder(hand_in, tmp_path):
    Image.new("RGB", (9, 9)).save(tmp_path / "secret.png")
    folder = hand_in(a=executed("## 2c\n![a](plot.png) ![b](../../secret.png) ![c](/etc/passwd)"
                                "![d](http://example.org/x.png)"))
    Image.new("RGB", (8, 8)).save(folder / "notebooks" / "plot.png")
    reading = read_notebooks(folder, STARTER)
    assert [Image.open(io.BytesIO(one.png)).size for one in reading.figures] == [(8, 8)]
    assert [words for _, _, words in found(reading.findings, "note") if "figure" in words] == [
        "a figure is not shown here: its file was not handed in"] * 2


# ------------------------------------------------------------------------------------- numbers

REPORT = executed(
    "## 2a\nThe mean is 33.55 and the standard deviation 78.9.",
    "## 2d\nIn all $50{,}880$ weights.",
    "## 4d\nTwo layers of 60 + 60 have 51,300 parameters, about as many as 50,880.")


def test_reported_numbers_agree_with_the_code(hand_in):
    reading = read_notebooks(hand_in(a=REPORT), STARTER)
    with Student(ROOT) as student:
        rows = reported.compare_numbers(student, reading.numbers)
    assert rows == [("2a", "mean", "33.55", "33.5527", True),
                    ("2a", "standard deviation", "78.9", "78.8755", True),
                    ("2d", "number of parameters", "50,880", "50,880", True),
                    ("4d", "width", "60", "60", True),
                    ("4d", "parameters of one layer", "50,880", "50,880", True),
                    ("4d", "parameters of two layers", "51,300", "51,300", True)]


def test_reported_numbers_that_the_code_does_not_give(hand_in):
    node = executed("## 2a\nMean: 33.79, deviation: 79.17.", "## 2d\nThere are 50,816.")
    reading = read_notebooks(hand_in(a=node), STARTER)
    with Student(ROOT) as student:
        rows = reported.compare_numbers(student, reading.numbers)
    assert [row[2:] for row in rows] == [("33.79", "33.5527", False), ("79.17", "78.8755", False),
                                         ("50,816", "50,880", False)]


def test_reported_numbers_without_code(hand_in):
    class Silent:
        def call(self, *_, **__):
            raise Problem("nothing is written")
        get = call
    reading = read_notebooks(hand_in(a=REPORT), STARTER)
    assert len(reading.numbers) == 6
    assert reported.compare_numbers(Silent(), reading.numbers) == []


@pytest.mark.parametrize("said, value, right", [
    ("33.55", 33.5527, True), ("33.6", 33.5527, True), ("33,55", 33.5527, True),
    ("33.79", 33.5527, False), ("34", 33.5527, True), ("1", 1.0038, False),
    ("50{,}880", 50880, True), ("50.880", 50880, True), ("50\\,880", 50880, True),
    ("50,816", 50880, False)])
def test_agreeing_up_to_rounding(said, value, right):
    assert reported.agrees(said, value) == right


# ------------------------------------------------------------------------------------- outputs

@pytest.mark.parametrize("old, new", [
    ("loss 0.29713", "loss 0.29720"), ("0.9155", "0.9156"), ("[1.0e-12]", "[3.1e-13]"),
    ("at 0x7f00aa11", "at 0x7f00bb22"), ("took 3.2 s", "took 11 s"), ("a  1\nbb 2", "a 1\nbb  2"),
    ("\r 10%|#| 1/10\r100%|#| 10/10\ndone", "done"), ("1,024", "1,024")])
def test_outputs_that_are_the_same(old, new):
    assert find_difference([printed(old)], [printed(new)]) == ""


@pytest.mark.parametrize("old, new, words", [
    ("accuracy 0.9605", "accuracy 0.9541",
     "gives 0.9541 where 0.9605 was handed in, in “accuracy 0.9605”"),
    ("50,880", "50,881", "gives 50,881 where 50,880 was handed in, in “50,880”"),
    ("yes", "no", "gives “no” where “yes” was handed in"),
    ("a\nb", "a", "gives nothing where “b” was handed in"),
    ("1\n2\n3", "1\n4\n5", "gives 4 where 2 was handed in, in “2”; 1 more lines differ")])
def test_outputs_that_differ(old, new, words):
    assert find_difference([printed(old)], [printed(new)]) == words


def test_figures_are_counted_and_not_compared():
    assert find_difference([figure()], [figure(50, 50)]) == ""
    assert find_difference([figure()], []) == "draws no figures where 1 was handed in"


# ------------------------------------------------------------------------------ executing again

@pytest.fixture
def sandbox(request):
    """A sandbox with short limits, or none if that is asked for."""
    limits = replace(LIMITS, notebook=NOTEBOOK)
    if getattr(request, "param", "") == "UNSANDBOXED":
        return Sandbox(limits, isolated=False)
    return replace(the_sandbox(), limits=limits)


@pytest.mark.faults
def test_an_honest_notebook_is_silent(hand_in, sandbox):
    node = executed(
        ("import numpy as np, helper\nx = np.arange(3) / 7; x",
         shown("array([0.        , 0.14285714, 0.28571429])")),
        ("%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot(x); plt.show()", figure()),
        ("print('accuracy', helper.accuracy)", printed("accuracy 0.96049\n")))
    node.metadata.kernelspec = {"name": "no-such-kernel", "display_name": "?"}
    folder = hand_in(a=node)
    (folder / "helper.py").write_text("accuracy = 0.96049\n")
    assert rerun_notebooks(folder, STARTER, sandbox) == []


def test_another_language_is_not_executed(hand_in):
    node = executed(("x <- 1",))
    node.metadata.kernelspec = {"name": "ir", "display_name": "R", "language": "R"}
    findings = rerun_notebooks(hand_in(a=node), STARTER, Sandbox(LIMITS, isolated=False))
    assert found(findings, "stopped") == [
        ("a.ipynb", 0, "is written in “R”: only Python is executed")]


@pytest.mark.faults
@pytest.mark.parametrize("sandbox", ["bubblewrap", "UNSANDBOXED"], indirect=True)
def test_what_does_not_run_and_what_differs(hand_in, sandbox):
    folder = hand_in(a=executed(
        ("# NBVAL_SKIP\nprint(0.9541)", printed("0.9605\n")),
        ("a = 1\nb = a + missing",), ("import helper\nhelper.fail(1)",), ("print(b)",)))
    (folder / "helper.py").write_text("def fail(x):\n    return x / 0\n")
    assert found(rerun_notebooks(folder, STARTER, sandbox), "differs", "error", "stopped") == [
        ("a.ipynb", 1, "gives 0.9541 where 0.9605 was handed in, in “0.9605”"),
        ("a.ipynb", 2, "raises NameError: “name 'missing' is not defined” (line 2: “b = a + "
         "missing”)"),
        ("a.ipynb", 3, "raises ZeroDivisionError: “division by zero” (line 2: “helper.fail(1)”; "
         "helper.py, line 2)"),
        ("a.ipynb", 4, "raises NameError: “name 'b' is not defined” (line 1: “print(b)”), perhaps "
         "because cells 2 to 3 failed")]


@pytest.mark.faults
def test_a_forged_accuracy_is_found(hand_in, sandbox):
    folder = hand_in(a=executed("## 3a\nThe accuracy is 0.9605, and 95.4 % before.",
                                ("print('accuracy', 0.9541)", printed("accuracy 0.9605"))))
    findings = rerun_notebooks(folder, STARTER, sandbox)
    assert [words for _, _, words in found(findings, "differs", "number")] == [
        "gives 0.9541 where 0.9605 was handed in, in “accuracy 0.9605”",
        "the answer to 3a gives an accuracy of 0.9605; no output gives it when the notebooks are "
        "executed"]


@pytest.mark.faults
def test_deep_networks_may_differ(hand_in, sandbox):
    folder = hand_in(a=executed("## 4e", ("print('loss', 0.349)", printed("loss 0.362"))))
    assert [words for _, _, words in found(rerun_notebooks(folder, STARTER, sandbox), "differs")
            ] == ["gives 0.349 where 0.362 was handed in, in “loss 0.362” (such runs give other "
                  "numbers on another machine)"]


@pytest.mark.faults
def test_the_kit_and_the_data_are_there(hand_in, sandbox):
    node = executed(("import task3, utils\nfrom kit.check import check\n"
                     "X, *_ = utils.load_full_mnist(verbose=False)\nprint(X.shape)",
                     printed("(20000, 784)\n")), ("print(check('2d').points)", printed("5\n")))
    folder = hand_in(task2=node)
    for name in ("utils.py", "task2.py", "task3.py", "task4.py"):
        shutil.copy(ROOT / name, folder)
    assert rerun_notebooks(folder, KIT, sandbox) == []


@pytest.mark.faults
@pytest.mark.parametrize("sandbox", ["bubblewrap", "UNSANDBOXED"], indirect=True)
def test_a_starter_notebook_is_given_what_it_lacks(hand_in, sandbox):
    folder = hand_in(a=executed(("import mnist\nX, Y, *_ = mnist.load()\nprint(X.shape, Y.shape)",
                                 printed("(20000, 784) (20000,)"))))
    (folder / "notebooks" / "mnist.py").write_text("def load():\n    raise OSError\n")
    assert rerun_notebooks(folder, STARTER, sandbox) == []


# --------------------------------------------------------------------------------- hostile ones

@pytest.mark.parametrize("content, words", [
    (b"\xff\xfe\x00", "is not a notebook that can be read (it is not UTF-8 text)"),
    (b"<html>", "is not a notebook that can be read (line 1 is not JSON)"),
    (b"[1, 2]", "is not a notebook that can be read (it does not hold an object)"),
    (b"{}", "is not a notebook that can be read (it holds no cells)"),
    (b"[" * 10**5, "is not a notebook that can be read (its lists are nested too deeply)"),
    (b'{"cells": [' + b"[]," * 2 * 10**6 + b"[]]}", "holds more than 3,000,000 values"),
    (b'{"nbformat": 3, "worksheets": 7}', "is not a notebook that can be read"),
    (json.dumps({"cells": [{}] * 2001}).encode(), "has more than 2,000 cells"),
])
def test_a_file_that_is_no_notebook_is_one_sentence(hand_in, content, words):
    reading = read_notebooks(hand_in(task2=content), KIT)
    (told,) = found(reading.findings, "unreadable")
    assert told[0] == "task2.ipynb" and told[2].startswith(words) and len(told[2]) < 200


def test_a_huge_file_is_not_read(hand_in):
    folder = hand_in()
    with open(folder / "notebooks" / "task2.ipynb", "wb") as file:
        file.truncate(2**30)
    (told,) = found(read_notebooks(folder, KIT).findings, "unreadable")
    assert told[2] == "is larger than 50 MB, and was not read: clear its largest output"


def test_an_old_notebook_is_read(hand_in):
    cells = [{"cell_type": "heading", "level": 2, "source": ["4a"], "metadata": {}},
             {"cell_type": "markdown", "source": "Too few.", "metadata": {}},
             {"cell_type": "code", "input": "print(1)", "language": "python", "outputs": [
                 {"output_type": "stream", "stream": "stdout", "text": "1"}]}]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}
    reading = read_notebooks(hand_in(a=json.dumps(old).encode()), STARTER)
    assert reading.answers == {"4a": "Too few."}


def test_odd_values_are_left_out(hand_in):
    odd = {"nbformat": 4, "nbformat_minor": "x", "metadata": [], "cells": [
        7, {"cell_type": "code", "source": 5, "outputs": {"a": 1}, "execution_count": "2"},
        {"cell_type": "evil", "source": ["## 4a\n", 3, "Too \ud800 few."], "metadata": None,
         "attachments": {"a": 5}, "id": ["x"]},
        {"cell_type": "code", "source": "1", "outputs": [
            5, {"output_type": "stream", "text": [1, 2]}, {"data": {"image/png": 5}},
            {"data": {"image/png": "%%%"}}, {"output_type": "error", "ename": {}}]}]}
    reading = read_notebooks(hand_in(a=json.dumps(odd).encode()), STARTER)
    assert reading.answers["4a"] == "## 4a\nToo \ufffd few."
    assert reading.figures == ()


@pytest.mark.attack
@pytest.mark.parametrize("source, words", [
    ("import os; os._exit(0)", "was stopped: it ended the Python process (exit status 0)"),
    ("import os; os.kill(-1, 9)", "raises ProcessLookupError"),
    ("while True:\n    pass", "was stopped: it did not end within 4 s"),
    ("while True:\n    try:\n        while True: pass\n    except BaseException: pass",
     "was stopped: it did not end within 4 s"),
    ("print('x' * 50_000_000)", "was stopped: "),
    ("while True: print('x' * 1000, flush=True)", "was stopped: "),
    ("x = []\nwhile True: x.append(bytearray(2**24))", "was stopped: it used more than"),
    ("ip = get_ipython().kernel\n"
     "ip.session.send(ip.iopub_socket, 'stream', {'name': 5, 'text': {}}, parent=ip.get_parent())",
     ""),
    ("ip = get_ipython().kernel; s = ip.session\n"
     "s.pack = lambda x: b'[' * 50000 + b']' * 50000\n"
     "s.send(ip.iopub_socket, 'stream', {}, parent=ip.get_parent())", "was stopped: "),
])
def test_a_hostile_cell_ends_in_a_sentence(hand_in, monkeypatch, source, words):
    limits = replace(NOTEBOOK, cell_seconds=4, total_seconds=30, outputs_mib=2, memory_mib=600,
                     output_kib=1024)
    sandbox = replace(the_sandbox(), limits=replace(LIMITS, notebook=limits))
    folder = hand_in(a=executed(("a = 1",), (source,), ("print(a)", printed("1"))))
    with tempfile.TemporaryDirectory(prefix="hostile-") as place:
        monkeypatch.setattr(tempfile, "tempdir", place)
        findings = rerun_notebooks(folder, STARTER, sandbox)
        assert not processes_of(place) and not list(Path(place).iterdir())
    stopped = [one for one in findings if one.cell == 2]
    assert stopped and all(one.words.startswith(words) and len(one.words) < 400
                           for one in stopped), findings
    if words.startswith("was stopped"):
        assert found(findings, "stopped")[-1][1:] == (3, "cell 3 was not executed again")


REPLACED_SOCKETS = """\
import os, stat
for folder, folders, names in os.walk('/'):
    folders[:] = [name for name in folders if name not in ('proc', 'sys', 'usr')]
    for path in [os.path.join(folder, name) for name in names]:
        if os.path.lexists(path) and stat.S_ISSOCK(os.lstat(path).st_mode):
            os.unlink(path)
            os.symlink(%r, path)
os.execv('/bin/sleep', ['sleep', '3'])   # the grader connects again and again meanwhile
"""


@pytest.mark.attack
def test_no_socket_of_the_hosts_is_reached_through_the_kernels(hand_in, sandbox, tmp_path):
    """Once its sockets were files that it could replace, and the grader followed the links."""
    with socket.socket(socket.AF_UNIX) as host:
        host.bind(str(tmp_path / "host"))
        host.listen()
        host.setblocking(False)
        source = REPLACED_SOCKETS % str(tmp_path / "host")
        findings = rerun_notebooks(hand_in(a=executed((source,))), STARTER, sandbox)
        assert "ended the Python process" in found(findings, "stopped")[0][2]
        with pytest.raises(BlockingIOError):
            host.accept()


@pytest.mark.attack
def test_the_kernels_sockets_tell_nothing_of_the_host(hand_in, sandbox, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    source = """\
import os, socket, stat
for name in map(int, os.listdir('/proc/self/fd')):
    try:
        if stat.S_ISSOCK(os.fstat(name).st_mode):
            named = socket.socket(fileno=os.dup(name))
            print(*{named.getsockname(), named.getpeername()} - {''})
    except OSError:
        pass
"""
    findings = rerun_notebooks(hand_in(a=executed((source, printed("?")))), STARTER, sandbox)
    words = " ".join(text for *_, text in found(findings, "differs"))
    assert "k/k-1" in words and str(tmp_path) not in words and "rerun" not in words


@pytest.mark.attack
def test_nothing_is_left_when_the_grader_is_killed(hand_in):
    job = (hand_in(a=executed(("import time; time.sleep(300)",))), KIT, the_sandbox())
    with tempfile.TemporaryDirectory() as place:
        Path(place, "job").write_bytes(pickle.dumps(job))
        grader = subprocess.Popen(
            [sys.executable, "-c", "import pickle, sys\n"
             "from staff.notebooks.rerun import rerun_notebooks\n"
             "rerun_notebooks(*pickle.load(open(sys.argv[1], 'rb')))", f"{place}/job"],
            cwd=ROOT, env={**os.environ, "TMPDIR": place})
        started, ready = [], False
        while not ready and grader.poll() is None:
            with contextlib.suppress(psutil.NoSuchProcess):     # one that has just ended
                started = psutil.Process(grader.pid).children(recursive=True)
                ready = any(process.name() == "bwrap" for process in started)
            time.sleep(0.2)
        assert list(Path(place).glob("rerun-*"))
        grader.kill()
        grader.wait()
        _, left = psutil.wait_procs(started, timeout=20)
        assert not left and not list(Path(place).glob("rerun-*"))


def processes_of(place):
    """Return the processes that were started with files in a folder."""
    return [one.info["pid"] for one in psutil.process_iter(["pid", "cmdline"])
            if place in " ".join(one.info["cmdline"] or ())]
