"""Executes one notebook again with nbval, in a process of its own: nbval_child.py.

This module starts the process, ends it in time and reads its results. The two share one folder.
"""

import contextlib
import json
import os
import pickle
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

from kit import ENGINE
from kit.files import shorten, quote
from kit.sections import name_cells
from staff.record import Finding

REQUEST, NOTEBOOK, CELLS = "request.pickle", "notebook.ipynb", "cells.jsonl"
SPARE_SECONDS = 60      # beyond a notebook's own limit: starting, ending, comparing
LARGEST = 100 * 2**20   # bytes that are read of what the process wrote
MARKER = re.compile(r"^(\s*#+\s*)(NBVAL_|PYTEST_VALIDATE_)", re.MULTILINE)


@dataclass(frozen=True)
class Request:
    """A notebook that a process has to execute, and how."""

    folder: Path            # of the submission
    name: str               # of the notebook, in the folder
    layout: str
    sandbox: object
    limits: object


@dataclass(frozen=True)
class Outcome:
    """The results of executing one notebook."""

    findings: list
    printed: dict           # {number of a cell: the text that it printed}


def run_nbval(notebook, folder, layout, ignored, sandbox):
    """The Outcome of executing a notebook.

    folder:  of the submission.
    ignored: the numbers of the cells whose outputs may differ.
    """
    code = [(number, cell) for number, cell in notebook.cells if cell.cell_type == "code"]
    if not any(cell.source.strip() for _, cell in code):
        return Outcome([], {})
    language = notebook.node.metadata.language
    if language.lower() not in ("python", "ipython", "python3"):
        words = f"is written in {quote(language, 40)}: only Python is executed"
        return Outcome([Finding("notebooks", "stopped", words, notebook.name)], {})
    with tempfile.TemporaryDirectory(prefix="rerun-", ignore_cleanup_errors=True) as temporary:
        place = Path(temporary)
        content = json.dumps(prepare_notebook(code, ignored))
        (place / NOTEBOOK).write_text(content, encoding="utf-8")
        limits = sandbox.limits.notebook
        request = Request(Path(folder).resolve(), notebook.name, layout, sandbox, limits)
        (place / REQUEST).write_bytes(pickle.dumps(request))
        ended = run_process(place, limits.total_seconds + SPARE_SECONDS)
        rows = read_rows(place / CELLS)
    return Outcome(make_findings(notebook.name, code, rows, ended),
                   {code[row["cell"]][0]: row["printed"] for row in rows})


def prepare_notebook(code, ignored):
    """The notebook for nbval: only the code cells, without the student's orders to nbval.

    Such a comment or tag could tell nbval to skip a cell.
    """
    cells = []
    for number, cell in code:
        tags = ["nbval-ignore-output"] if number in ignored else []
        tags += ["raises-exception"] if "raises-exception" in cell.metadata.tags else []
        cells.append({
            "cell_type": "code", "id": f"cell-{number}", "metadata": {"tags": tags},
            "source": MARKER.sub(lambda match: match[1] + match[2].lower(), cell.source),
            "execution_count": cell.execution_count or (1 if cell.outputs else None),
            "outputs": cell.outputs})
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}


def run_process(place, seconds):
    """Run the process; why it ended too early, or "" if it came to its end."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("PYTEST", "JPY_", "COV_"))}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    with open(place / "log.txt", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "staff.notebooks.nbval_child", str(place)], cwd=ENGINE,
            env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True)
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        return f"executing the notebook took more than {seconds} s"
    finally:
        end_process(process)
    if status in (0, 1, 2, 5):      # of pytest: all passed, some failed, stopped, no cells
        return ""
    last = (place / "log.txt").read_bytes()[-500:].decode("utf-8", "replace").strip().split("\n")
    return (f"executing the notebook ended before its last cell (exit status {status}, "
            f"{quote(last[-1], 100) if last[-1] else 'it printed nothing'})")


def end_process(process):
    """End the process, if it still runs, and everything that it has started."""
    if process.poll() is None:
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(process.pid).children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    child.kill()
        process.kill()
        process.wait()
    process.stdin.close()


def read_rows(path):
    """The complete rows that the process has written."""
    rows = []
    with contextlib.suppress(OSError, ValueError), open(path, encoding="utf-8") as file:
        for line in file.read(LARGEST).splitlines():
            rows.append(json.loads(line))
    return rows


def make_findings(name, code, rows, ended):
    """The Findings about the code cells."""
    found, done, failed = [], {row["cell"] for row in rows}, []
    for row in rows:
        number, state, words = code[row["cell"]][0], row["state"], shorten(row["words"], 400)
        if state == "error":
            if failed and "NameError" in words:
                words += f", perhaps because {name_cells(failed)} failed"
            failed.append(number)
        elif state == "stopped":
            words = f"was stopped: {words}"
        if state != "ran":
            found.append(Finding("notebooks", state, words, name, number))
    if ended:
        found.append(Finding("notebooks", "stopped", ended, name))
    left = [number for at, (number, cell) in enumerate(code)
            if at not in done and cell.source.strip()]
    if left:
        found.append(Finding("notebooks", "stopped", f"{name_cells(left)} "
                             f"{'were' if len(left) > 1 else 'was'} not executed again", name,
                             left[0]))
    return found
