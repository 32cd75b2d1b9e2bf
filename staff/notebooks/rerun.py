"""Executes one handed-in notebook with nbval, in a process of its own.

    python -m staff.notebooks.rerun FOLDER

FOLDER holds job.pickle, a Job that the grader has written, and notebook.ipynb; what comes of each
cell is added to cells.jsonl there, at once, so that a process that is ended has said what it knew.
It ends with the process that holds the other end of its standard input.
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

from kit.files import one_line
from staff.notebooks.handed_in import output_of
from staff.notebooks.kernel import Ended, SandboxKernel
from staff.sandbox.limits import MIB
from staff.notebooks.outputs import difference, lines_of
from staff.notebooks.rerun_files import CELLS, JOB, NOTEBOOK

LONGEST = 20_000        # letters of a cell's output that are kept
ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
IN_CELL = re.compile(r"(?:Cell In\s?\[\d+\]|<ipython-input-[^>]{1,60}>|Input In \[\d+\])"
                     r"(?:, line |:)(\d{1,6})")
ARROW = re.compile(r"^-{2,}> (\d{1,6}) ", re.MULTILINE)     # older ones name no line
IN_SCRIPT = re.compile(r"File [^\n]{0,200}?/sub/([\w./-]{1,100}\.py):(\d+)")


class Cells:
    """What becomes of each cell, written down as pytest reports it."""

    def __init__(self, file):
        self.file = file

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        """Write down what came of a cell, or that the kernel did not start."""
        report = yield
        problem = call.excinfo.value if call.excinfo else None
        if call.when == "call" or call.when == "setup" and problem is not None:
            state, words = outcome(item, problem)
            printed = "\n".join(lines_of(plain(item.test_outputs)))[:LONGEST]
            self.file.write(json.dumps({"cell": item.cell_num, "state": state, "words": words,
                                        "printed": printed}) + "\n")
            self.file.flush()
            if state == "stopped":
                item.session.shouldstop = "the notebook has ended"
        return report


def outcome(item, problem):
    """Return the state and the words for a cell: ran, differs, error or stopped."""
    if problem is None:
        return "ran", ""
    if isinstance(problem, Ended):
        return "stopped", str(problem)
    if not isinstance(problem, nbval.NbCellError):
        return "stopped", f"the kernel answered wrongly ({type(problem).__name__})"
    if item.parent.timed_out:
        return "stopped", f"it did not end within {item.config.option.nbval_cell_timeout:g} s"
    errors = [output for output in item.test_outputs if output.output_type == "error"]
    if errors:
        return "error", described(errors[-1], item.cell.source)
    return "differs", getattr(item, "found_difference", "")


def described(error, source):
    """Return what a cell raised, and the line of the student's it came from."""
    words = f"raises {one_line(error.ename, 60)}"
    if str(error.evalue).strip():
        words += f": {one_line(error.evalue, 200)}"
    trace = ESCAPES.sub("", "\n".join(map(str, error.traceback)))[-LONGEST:]
    places, line = [], IN_CELL.search(trace) or ARROW.search(trace)
    lines = source.split("\n")
    if line and 0 < int(line[1]) <= len(lines):
        places.append(f"line {line[1]}: “{one_line(lines[int(line[1]) - 1], 80)}”")
    scripts = IN_SCRIPT.findall(trace)
    if scripts:
        places.append(f"{scripts[-1][0]}, line {scripts[-1][1]}")
    return f"{words} ({'; '.join(places)})" if places else words


def plain(outputs):
    """Return outputs with what is plain in them: a kernel may send anything."""
    return [output_of(output) for output in outputs or []]


def compare_outputs(item, test, ref, skip_compare=None):
    """Stand for nbval's comparison, which knows no rounding."""
    item.found_difference = difference(ref, plain(test))
    item.comparison_traceback = []
    return not item.found_difference


def end_with_parent(parent, folder):
    """End this process, what it has started and its folder, once the parent's end of a pipe is
    closed."""
    os.read(parent, 1)
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process().children(recursive=True):
            child.kill()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(4)


def main(folder):
    """Execute the notebook in a folder; return pytest's exit status."""
    folder = Path(folder)
    parent = os.dup(0)      # pytest puts another file in its place
    threading.Thread(target=end_with_parent, args=[parent, folder], daemon=True).start()
    job = pickle.loads((folder / JOB).read_bytes())     # written by the grader, for this process
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = 2048 * MIB + 8 * job.limits.outputs_mib * MIB
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    nbval.RunningKernel = lambda *_, **__: SandboxKernel(job, folder / "k")
    nbval.IPyNbCell.compare_outputs = compare_outputs
    nbval.coalesce_streams = list       # it takes long over some outputs, and nothing needs it
    os.chdir(folder)
    with open(CELLS, "a", encoding="utf-8") as file:
        return pytest.main(
            ["--nbval", f"--nbval-cell-timeout={job.limits.cell_seconds}", "--color=no", "-q",
             "-p", "nbval.plugin", "-p", "no:cacheprovider", "-p", "no:faulthandler",
             "--noconftest", "-c", os.devnull, "--rootdir", ".", "--tb=no", NOTEBOOK],
            plugins=[Cells(file)])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except MemoryError:
        traceback.print_exc(limit=1)
        sys.exit(3)
