"""Starts the process that executes a notebook, ends it in time, and reads what it wrote."""

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
from kit.files import one_line
from kit.sections import name_cells
from staff.record import Finding
from staff.notebooks.rerun_files import CELLS, JOB, NOTEBOOK, Job

SPARE_SECONDS = 60      # beyond a notebook's own limit: starting, ending, comparing
LARGEST = 100 * 2**20   # bytes of what the process writes
MARKER = re.compile(r"^(\s*#+\s*)(NBVAL_|PYTEST_VALIDATE_)", re.MULTILINE)


@dataclass(frozen=True)
class Rerun:
    """What came of executing a notebook: Findings, and {number of a cell: what it printed}."""

    findings: list
    printed: dict


def rerun(notebook, submission, folder, ignored, sandbox, limits):
    """Return the Rerun of a notebook.

    folder:  the submission's clean copy; ignored: numbers of cells whose outputs may differ.
    """
    code = [(number, cell) for number, cell in notebook.cells if cell.cell_type == "code"]
    if not any(cell.source.strip() for _, cell in code):
        return Rerun([], {})
    language = notebook.node.metadata.language
    if language.lower() not in ("python", "ipython", "python3"):
        return Rerun([Finding("notebooks", "stopped", f"is written in {language}: only Python is "
                              "executed", notebook.name)], {})
    with tempfile.TemporaryDirectory(prefix="rerun-", dir=short_folder(),
                                     ignore_cleanup_errors=True) as temporary:
        place = Path(temporary)
        (place / NOTEBOOK).write_text(json.dumps(prepared(code, ignored)), encoding="utf-8")
        job = Job(Path(folder).resolve(), notebook.name, submission.layout, sandbox, limits)
        (place / JOB).write_bytes(pickle.dumps(job))
        ended = run(place, limits.total_seconds + SPARE_SECONDS)
        rows = written(place / CELLS)
    return Rerun(findings_of(notebook.name, code, rows, ended),
                 {code[row["cell"]][0]: row["printed"] for row in rows})


def short_folder():
    """Return a folder for temporary ones in which the name of a socket is not too long."""
    folder = tempfile.gettempdir()
    return folder if len(folder) < 60 else "/tmp"


def prepared(code, ignored):
    """Return the notebook that nbval is given: the code cells alone, and no orders to nbval.

    A student's comment or tag could tell nbval to skip a cell.
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


def run(place, seconds):
    """Run the process; return why it said nothing more, "" if it came to its end."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("PYTEST", "JPY_", "COV_"))}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    with open(place / "log.txt", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "staff.notebooks.rerun", str(place)], cwd=ENGINE,
            env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True)
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        return f"executing the notebook took more than {seconds} s"
    finally:
        end(process)
    if status in (0, 1, 2, 5):      # of pytest: all passed, some failed, stopped, no cells
        return ""
    last = (place / "log.txt").read_bytes()[-500:].decode("utf-8", "replace").strip().split("\n")
    return (f"executing the notebook ended before its last cell (exit status {status}, "
            f"{one_line(last[-1], 100) or 'nothing was said'})")


def end(process):
    """End the process and whatever it has started, if it still runs."""
    if process.poll() is None:
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(process.pid).children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    child.kill()
        process.kill()
        process.wait()
    process.stdin.close()


def written(path):
    """Return the rows that the process has written, as far as they are whole."""
    rows = []
    with contextlib.suppress(OSError, ValueError), open(path, encoding="utf-8") as file:
        for line in file.read(LARGEST).splitlines():
            rows.append(json.loads(line))
    return rows


def findings_of(name, code, rows, ended):
    """Return Findings of what came of each code cell."""
    found, done, failed = [], {row["cell"] for row in rows}, []
    for row in rows:
        number = code[row["cell"]][0]
        words = one_line(row["words"], 400)
        if row["state"] == "error":
            if failed and "NameError" in words:
                words += f", perhaps because {name_cells(failed)} failed"
            failed.append(number)
            found.append(Finding("notebooks", "error", words, name, number))
        elif row["state"] == "stopped":
            found.append(Finding("notebooks", "stopped", f"was stopped: {words}", name, number))
        elif row["state"] == "differs":
            found.append(Finding("notebooks", "differs", words, name, number))
    if ended:
        found.append(Finding("notebooks", "stopped", ended, name))
    left = [number for at, (number, cell) in enumerate(code)
            if at not in done and cell.source.strip()]
    if left:
        found.append(Finding("notebooks", "stopped", f"{name_cells(left)} "
                             f"{'were' if len(left) > 1 else 'was'} not executed again", name,
                             left[0]))
    return found
