"""One submission's code, held against the checks: fresh inputs give the points, the published ones
the words that its student reads."""

import functools
import hashlib
import json
import platform
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from kit import ENGINE, __version__
from kit.check import FAILED, PASSED, run_check
from kit.checking.case_file import read_cases
from kit.checking.registry import load_checks
from kit.checking.student import Problem, Student
from kit.definition import STAND_IN, load_assignment
from kit.files import one_line
from kit.modules import list_files
from staff.cases import INPUTS, draw_cases
from staff.layouts import KIT, load_layouts
from staff.layouts import FILE as LAYOUTS
from staff.record import Finding, Result

ON_FRESH_INPUTS = "passes with the published inputs, and fails with others of the same form"
WORKER = ENGINE / "kit" / "checking" / "student_process.py"


@dataclass(frozen=True)
class Job:
    """All that is needed to mark one submission, wherever that is done.

    key, layout: the submission's; files: {name: bytes} of its scripts and notebooks.
    seed:        of the fresh inputs.
    sandbox:     a staff.sandbox.sandbox.Sandbox.
    checks:      the ids of the checks to run; all of them if it is None.
    """

    key: str
    layout: str
    files: dict
    seed: int
    sandbox: object
    checks: tuple | None = None


@dataclass
class Marking:
    """What came of a job: a Result for each check, and Findings about the code as a whole."""

    key: str
    results: list = field(default_factory=list)
    findings: list = field(default_factory=list)


def ready(sandbox):
    """Make this process ready to mark; Refused if it has no sandbox that holds."""
    sandbox.probe()
    # once, before there are threads: ast.parse fails in two at a time
    fingerprint_checks(sandbox.assignment.folder)


def mark(job, slot=0):
    """Return the Marking of a job; OSError if no process could be started.

    slot: a number that no other job has at the same time on this machine.
    """
    with tempfile.TemporaryDirectory(prefix="marking-") as folder:
        written(Path(folder), job.files)
        assignment = job.sandbox.assignment
        fresh = draw_cases(assignment, job.layout, job.seed)
        with student_of(job, folder, slot, fresh) as student:
            marking = Marking(job.key)
            for one in load_checks(assignment):
                if is_asked(one, job):
                    marking.results.append(judged(one, student, job, fresh))
            marking.findings = findings_of(student)
    return marking


def written(folder, files):
    """Write a submission's files into a folder that any user of this machine may read."""
    folder.chmod(0o755)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        path.write_bytes(content)
        path.chmod(0o644)


def student_of(job, folder, slot, cases):
    """Return the Student whose code is in the folder, run in the job's sandbox."""
    limits, assignment = job.sandbox.limits.code, job.sandbox.assignment
    layout = load_layouts(assignment)[job.layout]
    launch = functools.partial(job.sandbox.launch, slot=slot, layout=layout)
    return Student(folder, limits.call_seconds, launch, cases, job.layout, layout.instead,
                   importing=limits.import_seconds, total=limits.total_seconds,
                   assignment=assignment)


def is_asked(one, job):
    """Return whether a job is to run a check, and the check applies to the layout of its code."""
    return load_layouts(job.sandbox.assignment)[job.layout].judges(one) and \
        (job.checks is None or one.id in job.checks)


def published_cases(assignment, layout):
    """Return the cases that students know; in a layout that has none of its own, fixed ones."""
    return read_cases(assignment) if layout == KIT else draw_cases(assignment, layout)


def judged(one, student, job, fresh):
    """Return the Result of a check, whose points hang on the fresh inputs."""
    start = time.perf_counter()
    student.cases = fresh
    found = run_check(one, student)
    shown = found.words
    if found.state == FAILED:
        student.cases = published_cases(job.sandbox.assignment, job.layout)
        known = run_check(one, student)
        shown = ON_FRESH_INPUTS if known.state == PASSED else known.words
    fingerprint = fingerprint_checks(job.sandbox.assignment.folder)[one.id]
    return Result(one.id, found.subtask, found.part, found.title, found.remark, found.state,
                  found.words, shown, job.seed, fingerprint, job.sandbox.name,
                  versions(), round(time.perf_counter() - start, 3))


def findings_of(student):
    """Return what the adapter has noticed about the code."""
    try:
        sentences = student.get("adapter.findings")
    except Problem as problem:
        sentences = [str(problem)]
    if not isinstance(sentences, (list, tuple)):
        return []
    return [Finding("code", "note", one_line(words, 300)) for words in sentences[:50]]


# ------------------------------------------------------------------------ what a result depends on

@functools.cache
def versions():
    """Return the versions that marks were computed with, as JSON."""
    return json.dumps({"kit": __version__, "numpy": np.__version__,
                       "python": platform.python_version()})


@functools.cache
def fingerprint_checks(folder):
    """Return {id of a check: a hash of the code that decides it}, of the assignment in a folder.

    That is the module of the check, the module that draws its inputs, the reference's scripts, the
    layouts, the adapters, the worker, and all local modules that these import.
    """
    assignment = load_assignment(folder)
    layouts = load_layouts(assignment).values()
    always = [WORKER, *(file for one in layouts for file in one.adapter_files + one.shared_files),
              *(folder / "staff" / "assignment" / one.checks for one in layouts if one.checks),
              *(file for file in (folder / INPUTS, folder / STAND_IN) if file.is_file())]
    texts = [file.read_bytes() for file in [folder / LAYOUTS] if file.is_file()]
    places, found = [folder, ENGINE], {}
    always = list_files(always, places)
    for one in load_checks(assignment):
        file = sys.modules[one.run.__module__].__file__
        if file not in found:
            found[file] = hash_files({*always, *list_files([file], places)}, texts)
    return {one.id: found[sys.modules[one.run.__module__].__file__]
            for one in load_checks(assignment)}


def hash_files(files, texts):
    """Return a hash of texts, and of the files that belong to an assignment or judge its code."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text)
    for file in sorted(files):
        if not file.is_relative_to(ENGINE / "kit") or file.is_relative_to(WORKER.parent):
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def as_plain(marking):
    """Return a marking as plain values, to compare two of them: without the time they took."""
    return {"key": marking.key, "findings": [asdict(one) for one in marking.findings],
            "results": [asdict(one) | {"seconds": 0} for one in marking.results]}
