"""Runs the checks on one submission's code.

The results on fresh inputs give the points. The student reads the results on the published inputs.
"""

import contextlib
import functools
import hashlib
import json
import platform
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kit import ENGINE, __version__
from kit.check import FAILED, PASSED, run_check
from kit.checking.case_file import read_cases
from kit.checking.registry import load_checks
from kit.checking.student import Problem, Student
from kit.definition import CHECKS, STAND_IN, load_assignment
from kit.files import one_line
from kit.modules import list_files
from staff.cases import INPUTS, draw_cases
from staff.layouts import FILE as LAYOUTS
from staff.layouts import KIT, load_layouts
from staff.record import Finding, Result

ON_FRESH_INPUTS = "passes with the published inputs, but fails with other inputs of the same form"
WORKER = ENGINE / "kit" / "checking" / "student_process.py"
VERSIONS = json.dumps({"kit": __version__, "numpy": np.__version__,
                       "python": platform.python_version()})


@dataclass(frozen=True)
class Verdict:
    """A Result for each check, and Findings about the code as a whole.

    starved: whether code was stopped only since this machine had too much to do.
    """

    results: list
    findings: list
    starved: bool = False


def prepare(sandbox):
    """Prepare this process for judging; Refused if the sandbox does not hold."""
    sandbox.probe()
    # once, before there are threads: ast.parse fails in two at a time
    fingerprint_checks(sandbox.assignment.folder)


def judge_code(files, layout, sandbox, seed, chosen=None):
    """The Verdict on a submission's files; OSError if no process could be started.

    files:  {name: bytes} of its scripts and notebooks.
    seed:   of the fresh inputs.
    chosen: the ids of the checks to run; None for all.
    """
    fresh = draw_cases(sandbox.assignment, layout, seed)
    judges = load_layouts(sandbox.assignment)[layout].judges
    with write_files(files) as folder, open_student(folder, layout, sandbox, fresh) as student:
        results = [judge(one, student, fresh, sandbox, seed)
                   for one in load_checks(sandbox.assignment)
                   if judges(one) and (chosen is None or one.id in chosen)]
        return Verdict(results, list_code_findings(student), student.starved)


@contextlib.contextmanager
def write_files(files):
    """Yield a temporary folder with these files, which any user of this machine may read."""
    with tempfile.TemporaryDirectory(prefix="submission-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
            path.write_bytes(content)
            path.chmod(0o644)
        yield folder


def open_student(folder, layout, sandbox, cases=None):
    """The Student whose code is in a folder. The code runs in the sandbox."""
    limits, assignment = sandbox.limits.code, sandbox.assignment
    described = load_layouts(assignment)[layout]
    # the slot: a number that no other thread of this machine has
    launch = functools.partial(sandbox.launch, slot=threading.get_native_id(), layout=described)
    return Student(folder, limits.call_seconds, launch, cases, layout, described.instead,
                   importing=limits.import_seconds, total=limits.total_seconds,
                   assignment=assignment)


def judge(check, student, fresh, sandbox, seed):
    """The Result of one check."""
    start, assignment = time.perf_counter(), sandbox.assignment
    student.cases = fresh
    found = run_check(check, student)
    shown = found.words
    if found.state == FAILED:
        student.cases = load_published_cases(assignment, student.layout)
        known = run_check(check, student)
        shown = ON_FRESH_INPUTS if known.state == PASSED else known.words
    fingerprint = fingerprint_checks(assignment.folder)[check.id]
    return Result(check.id, found.subtask, found.part, found.title, found.remark, found.state,
                  found.words, shown, seed, fingerprint, sandbox.name, VERSIONS,
                  round(time.perf_counter() - start, 3))


def load_published_cases(assignment, layout):
    """The inputs and results that students know; fixed ones for another layout than the kit's."""
    return read_cases(assignment) if layout == KIT else draw_cases(assignment, layout)


def list_code_findings(student):
    """The Findings of the layout's adapter about the code."""
    try:
        sentences = student.get("adapter.findings")
    except Problem as problem:
        sentences = [str(problem)]
    if not isinstance(sentences, (list, tuple)):
        return []
    return [Finding("code", "note", one_line(words, 300)) for words in sentences[:50]]


# -------------------------------------------------------------------------------- fingerprints

@functools.cache
def fingerprint_checks(folder):
    """{id of a check: a hash of the code that decides its result}, for the assignment in a folder.

    The hash covers the check's module, inputs.py, the stand-in, the layouts, the adapters and the
    worker. It also covers all local modules that these import, such as the reference's scripts.
    The package of checks does not count as such: it imports every check.
    """
    assignment = load_assignment(folder)
    layouts = load_layouts(assignment).values()
    always = [WORKER, *(file for one in layouts for file in one.adapter_files + one.shared_files),
              *(folder / "staff" / "assignment" / one.checks for one in layouts if one.checks),
              *(file for file in (folder / INPUTS, folder / STAND_IN) if file.is_file())]
    texts = [file.read_bytes() for file in [folder / LAYOUTS] if file.is_file()]
    places, found = [folder, ENGINE], {}
    package = (folder / CHECKS / "__init__.py").resolve()
    always = list_files(always, places, [package])
    for one in load_checks(assignment):
        file = find_file(one)
        if file not in found:
            own = list_files([file], places, {package} - {file})
            found[file] = hash_files({*always, *own}, texts)
    return {one.id: found[find_file(one)] for one in load_checks(assignment)}


def find_file(check):
    """The file that defines a check."""
    return Path(sys.modules[check.run.__module__].__file__).resolve()


def hash_files(files, texts):
    """A hash of texts and files. Files in kit/ count only if they lie in kit/checking."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text)
    for file in sorted(files):
        if not file.is_relative_to(ENGINE / "kit") or file.is_relative_to(WORKER.parent):
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]
