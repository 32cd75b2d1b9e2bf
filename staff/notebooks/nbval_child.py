"""Executes one handed-in notebook with nbval, in a process of its own.

    python -m staff.notebooks.nbval_child FOLDER

nbval_run.py has written notebook.ipynb and a Request into FOLDER. The result of each cell is added
to cells.jsonl there at once, so that it is kept if this process is ended. This process ends when
the other end of its standard input is closed.
"""

import contextlib
import json
import os
import pickle
import re
import resource
import shutil
import sys
import threading
import traceback
from pathlib import Path

import psutil
import pytest
from nbval import plugin as nbval

from kit.checking.student import keep_name
from kit.files import quote
from kit.report.text_outputs import ESCAPES
from staff.notebooks.comparison import find_difference, list_lines
from staff.notebooks.loading import clean_output
from staff.notebooks.kernel import Ended, SandboxKernel
from staff.notebooks.nbval_run import CELLS, NOTEBOOK, REQUEST
from staff.sandbox.limits import MIB

LONGEST = 20_000        # letters of a cell's output that are kept
IN_CELL = re.compile(r"(?:Cell In\s?\[\d+\]|<ipython-input-[^>]{1,60}>|Input In \[\d+\])"
                     r"(?:, line |:)(\d{1,6})")
ARROW = re.compile(r"^-{2,}> (\d{1,6}) ", re.MULTILINE)     # older IPython names no line
IN_SCRIPT = re.compile(r"File [^\n]{0,200}?/sub/([\w./-]{1,100}\.py):(\d+)")


class CellWriter:
    """Writes the result of each cell to a file when pytest reports it."""

    def __init__(self, file):
        self.file = file

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        """Write the result of a cell, or that the kernel did not start."""
        report = yield
        problem = call.excinfo.value if call.excinfo else None
        if call.when == "call" or call.when == "setup" and problem is not None:
            state, words = describe_outcome(item, problem)
            printed = "\n".join(list_lines(clean_outputs(item.test_outputs)))[:LONGEST]
            self.file.write(json.dumps({"cell": item.cell_num, "state": state, "words": words,
                                        "printed": printed}) + "\n")
            self.file.flush()
            if state == "stopped":
                item.session.shouldstop = "the notebook has ended"
        return report


def describe_outcome(item, problem):
    """(ran, differs, error or stopped; the words for it) of a cell."""
    if problem is None:
        return "ran", ""
    if isinstance(problem, Ended):
        return "stopped", str(problem)
    if not isinstance(problem, nbval.NbCellError):
        return "stopped", f"the kernel gave a wrong answer ({type(problem).__name__})"
    if item.parent.timed_out:
        return "stopped", f"it did not end within {item.config.option.nbval_cell_timeout:g} s"
    errors = [output for output in item.test_outputs if output.output_type == "error"]
    if errors:
        return "error", describe_error(errors[-1], item.cell.source)
    return "differs", getattr(item, "found_difference", "")


def describe_error(error, source):
    """The error of a cell, and the student's line that raised it."""
    words = f"raises {keep_name(error.ename, 'an error')}"
    if str(error.evalue).strip():
        words += f": {quote(error.evalue, 200)}"
    trace = ESCAPES.sub("", "\n".join(map(str, error.traceback)))[-LONGEST:]
    places, line = [], IN_CELL.search(trace) or ARROW.search(trace)
    lines = source.split("\n")
    if line and 0 < int(line[1]) <= len(lines):
        places.append(f"line {line[1]}: {quote(lines[int(line[1]) - 1], 80)}")
    scripts = IN_SCRIPT.findall(trace)
    if scripts:
        places.append(f"{scripts[-1][0]}, line {scripts[-1][1]}")
    return f"{words} ({'; '.join(places)})" if places else words


def clean_outputs(outputs):
    """Outputs with only their text, since a kernel may send anything."""
    return [clean_output(output) for output in outputs or []]


def compare_outputs(item, test, ref, skip_compare=None):
    """Whether outputs are the same up to rounding; replaces nbval's own comparison."""
    item.found_difference = find_difference(ref, clean_outputs(test))
    item.comparison_traceback = []
    return not item.found_difference


def end_with_parent(parent, folder):
    """Wait until the parent's end of a pipe is closed; end all processes and delete the folder."""
    os.read(parent, 1)
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process().children(recursive=True):
            child.kill()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(4)


def main(folder):
    """Execute the notebook in a folder; pytest's exit status."""
    folder = Path(folder)
    parent = os.dup(0)      # pytest replaces descriptor 0
    threading.Thread(target=end_with_parent, args=[parent, folder], daemon=True).start()
    request = pickle.loads((folder / REQUEST).read_bytes())     # the grader wrote it
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = 2048 * MIB + 8 * request.limits.outputs_mib * MIB
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    nbval.RunningKernel = lambda *_, **__: SandboxKernel(request, Path("k"))
    nbval.IPyNbCell.compare_outputs = compare_outputs
    nbval.coalesce_streams = list       # slow for some outputs, and not needed
    os.chdir(folder)
    with open(CELLS, "a", encoding="utf-8") as file:
        return pytest.main(
            ["--nbval", f"--nbval-cell-timeout={request.limits.cell_seconds}", "--color=no", "-q",
             "-p", "nbval.plugin", "-p", "no:cacheprovider", "-p", "no:faulthandler",
             "--noconftest", "-c", os.devnull, "--rootdir", ".", "--tb=no", NOTEBOOK],
            plugins=[CellWriter(file)])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except MemoryError:
        traceback.print_exc(limit=1)
        sys.exit(3)
