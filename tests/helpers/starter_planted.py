"""Faults, and right code in another style, planted in code in the starter code's layout."""
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from here import ASSIGNMENT, BY_ID, CHECKS
from kit.check import FAILED, CheckReport, run_check
from kit.checking.launching import STUDENT_PROCESS
from kit.checking.student import Student
from kit.definition import STAND_IN
from staff.cases import draw_cases
from staff.grading.judging import load_published_cases
from staff.layouts import load_layouts
from staff.sandbox.limits import read_limits

BASE = Path(__file__).with_name("starter_code")
SCRIPTS = ("task2a", "task2", "trainer", "utils")
# by code, without the counts of 2d and 4d
OF = {"2a": 5, "2b": 17, "2c": 4, "3a": 6, "3b": 4, "3c": 4, "4c": 13}


def launcher(layout):
    """A launch function for Student: a process with a layout's adapter, without a sandbox."""
    layout = load_layouts()[layout]

    def launch(folder):
        environment = {**os.environ, "MPLBACKEND": "Agg", "OPENBLAS_NUM_THREADS": "1"}
        return subprocess.Popen(
            [sys.executable, "-I", "-B", "-X", "utf8", str(STUDENT_PROCESS), str(folder),
             ",".join(ASSIGNMENT.script_names), str(ASSIGNMENT.folder / STAND_IN),
             str(layout.adapter_files[0]), str(layout.shared_files[0])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=environment, start_new_session=True)
    return launch


def base():
    """{file: text} of the right solution."""
    return {f"{name}.py": (BASE / f"{name}.py").read_text(encoding="utf-8") for name in SCRIPTS}


def planted(*edits):
    """{file: text} with edits (script, old, new); each old text must occur exactly once."""
    files = base()
    for script, old, new in edits:
        name = f"{script}.py"
        if not old:
            files[name] = f"{new}\n{files.get(name, '')}"
            continue
        if files[name].count(old) != 1:
            raise ValueError(f"{name} holds {files[name].count(old)} times, not once: {old!r}")
        files[name] = files[name].replace(old, new)
    return files


def judged(files, layout="starter", subtasks=None, cases=None):
    """(the CheckReport, the findings) of files; on the published inputs without cases."""
    limits = read_limits().code
    with TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        judges, instead = load_layouts()[layout].judges, load_layouts()[layout].instead
        with Student(Path(folder).resolve(), launch=launcher(layout), layout=layout,
                     cases=cases or load_published_cases(ASSIGNMENT, layout), instead=instead,
                     seconds=limits.call_seconds, importing=limits.import_seconds) as student:
            results = [run_check(one, student) for one in CHECKS
                       if judges(one)
                       and (subtasks is None or one.subtask in subtasks)]
            findings = student.get("adapter.noted")
    return CheckReport(results, list(BY_ID), ASSIGNMENT), findings


@cache
def draw_hidden(seed):
    """The hidden inputs of a seed, in the starter code's layout."""
    return draw_cases(ASSIGNMENT, "starter", seed)


def count_losses(report, of=None):
    """{subtask: points lost}."""
    of = of or OF
    lost = {name: points - (report.count_points(BY_ID[name]) or 0) for name, points in of.items()}
    return {name: points for name, points in lost.items() if points}


def said(report):
    """What the failed checks say, a line each."""
    return "\n".join(f"{one.subtask}  {one.title}: [{one.state}] {one.words}"
                     for one in report.results if one.state != "passed")


def failed(report):
    """The checks that failed, remarks among them."""
    return [one for one in report.results if one.state == FAILED]
