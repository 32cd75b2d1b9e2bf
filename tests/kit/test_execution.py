"""Executing notebooks: `python -m kit run`, and the report's --execute."""
import json
import sys
from pathlib import Path

import nbformat
import nbformat.v4 as nb4
import pytest
from pdf_helpers import markdown, read_pdf, write

from kit.__main__ import main as kit_main
from kit.notebook_execution import execute as execute_notebook
from kit.notebook_files import read_notebook
from kit.report import command as report


@pytest.fixture
def output(tmp_path):
    """Where the report goes."""
    return tmp_path / "build" / "report.pdf"


def execute(path, output):
    """Return the exit status of a report on an executed copy of a notebook."""
    return report.main([path, "--execute", "-o", str(output)])


@pytest.mark.faults
def test_execute_runs_a_copy_and_relays_progress(tmp_path, output, capsys):
    path = write(tmp_path, nb4.new_code_cell(
        "import sys; print('50%', file=sys.stderr)\nopen('new.txt', 'w').close()\nprint(6 * 7)"))
    before = open(path, "rb").read()
    assert execute(path, output) == 0 and "42" in read_pdf(output.read_bytes())[1]
    assert open(path, "rb").read() == before and not (tmp_path / "new.txt").exists()
    assert "50%" in capsys.readouterr().err


@pytest.mark.faults
def test_a_copy_imports_the_scripts_beside_the_original(tmp_path, output, capsys):
    (tmp_path / "task2.py").write_text("NAME = 'the one beside'")
    (tmp_path / "notebooks").mkdir()
    path = write(tmp_path / "notebooks", nb4.new_code_cell("from task2 import NAME\nprint(NAME)"))
    assert execute(path, output) == 0 and "the one beside" in read_pdf(output.read_bytes())[1]


@pytest.mark.faults
def test_a_cell_that_fails_is_in_the_report_and_those_beneath_it_are_not_run(
        tmp_path, output, capsys):
    stale = nb4.new_code_cell("3", execution_count=3, outputs=[
        nb4.new_output("stream", name="stdout", text="stale")])
    path = write(tmp_path, markdown("# T"), nb4.new_code_cell("1 / 0"), stale)
    assert execute(path, output) == 1
    text, told = read_pdf(output.read_bytes())[1], capsys.readouterr().err
    assert "ZeroDivisionError" in text and "stale" not in text
    assert "answers.ipynb, cell 2 failed: ZeroDivisionError: division by zero" in told
    assert "answers.ipynb, cell 2: raised ZeroDivisionError" in told
    assert "answers.ipynb, cell 3: was not run" in told


@pytest.mark.faults
def test_a_cell_that_ends_python_is_named(tmp_path, output, capsys):
    path = write(tmp_path, nb4.new_code_cell("import os; os._exit(1)"), markdown("after"))
    assert execute(path, output) == 1
    assert "after" in read_pdf(output.read_bytes())[1]
    assert "cell 1: raised DeadKernelError: the cell ended the Python" in capsys.readouterr().err


def test_run_stores_outputs_in_place_without_progress_bars(tmp_path, capsys):
    path = write(tmp_path, nb4.new_code_cell("import sys; print('50%', file=sys.stderr); 6 * 7"))
    assert kit_main(["run", path]) == 0
    cell, = nbformat.read(path, as_version=4).cells
    assert cell.execution_count == 1 and [o.data["text/plain"] for o in cell.outputs] == ["42"]
    assert "50%" in capsys.readouterr().err


def test_no_output_names_a_folder_of_this_machine(tmp_path):
    (tmp_path / "scripts.py").write_text("def fail():\n    raise ValueError('no')\n")
    (tmp_path / "notebooks").mkdir()
    path = write(tmp_path / "notebooks", nb4.new_code_cell(
        "import os, numpy, scripts, warnings\n"
        "print(os.getcwd(), numpy.__file__, os.path.expanduser('~/x'), sep='\\n')\n"
        "{'here': scripts.__file__}"), nb4.new_code_cell("scripts.fail()"))
    notebook = read_notebook(path)
    execute_notebook(notebook)
    text = json.dumps([cell.outputs for cell in notebook.node.cells])
    for folder in {str(tmp_path), sys.prefix, sys.base_prefix, str(Path.home())}:
        assert folder not in text, text
    assert "scripts.py" in text and "ValueError" in text and "site-packages" in text


@pytest.mark.faults
def test_run_leaves_a_notebook_that_fails_as_it_was(tmp_path, capsys):
    path = write(tmp_path, nb4.new_code_cell("1 + 1"), nb4.new_code_cell("1 / 0"))
    before = open(path, "rb").read()
    assert kit_main(["run", path]) == 2
    assert open(path, "rb").read() == before
    assert "answers.ipynb, cell 2 failed: ZeroDivisionError" in capsys.readouterr().err
