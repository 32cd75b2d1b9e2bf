"""One submission's code, held against the checks: fresh inputs give the points, the published ones
the words that its student reads."""

import ast
import functools
import hashlib
import json
import platform
import tempfile
import time
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from kit import __version__
from kit.check import CHECKS, FAILED, PASSED, result_of
from kit.checks.cases import read_cases
from kit.checks.student import Problem, Student
from kit.files import one_line
from staff import cases as drawing
from staff.adapters import NOT_ASKED
from staff.grading.record import Finding, Result
from staff.grading.starter_checks import INSTEAD

ADAPTERS = Path(__file__).parents[1] / "adapters"
# inputs and outputs of the networks: MNIST's in the starter code, which may have them written in
SIZES = {"kit": (5, 3), "starter": (785, 10)}
ON_FRESH_INPUTS = "passes with the published inputs, and fails with others of the same form"
# what every result depends on, beside the module of its check and what that one imports
EVERYWHERE = ("kit.checks.worker", "kit.checks.stand_in", "staff.cases",
              "staff.grading.starter_checks",
              "task2", "task3", "task4")


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
    fingerprints()      # once, before there are threads: ast.parse fails in two at a time


def mark(job, slot=0):
    """Return the Marking of a job; OSError if no process could be started.

    slot: a number that no other job has at the same time on this machine.
    """
    with tempfile.TemporaryDirectory(prefix="marking-") as folder:
        written(Path(folder), job.files)
        fresh = fresh_cases(job.seed, job.layout)
        with student_of(job, folder, slot, fresh) as student:
            marking = Marking(job.key)
            for one in CHECKS:
                if asked(one, job):
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
    limits = job.sandbox.limits.code
    launch = functools.partial(job.sandbox.launch, slot=slot, adapter=adapter_of(job.layout))
    return Student(folder, limits.call_seconds, launch, cases, job.layout,
                   INSTEAD if job.layout == "starter" else None,
                   importing=limits.import_seconds, total=limits.total_seconds)


def adapter_of(layout):
    """Return the file of a layout's adapter."""
    return ADAPTERS / f"{layout}.py"


def check_id(one):
    """Return the name of a check in the record."""
    return f"{one.subtask} {one.title}"


def asked(one, job):
    """Return whether a job is to run a check, and its layout's code is asked for what it tries."""
    return one.title not in NOT_ASKED[job.layout] and \
        (job.checks is None or check_id(one) in job.checks)


@functools.lru_cache(maxsize=4)
def fresh_cases(seed, layout):
    """Return the cases of a seed that students do not know."""
    return drawing.cases([seed, drawing.SEED], *SIZES[layout])


@functools.lru_cache(maxsize=4)
def published_cases(layout):
    """Return the cases that students know; in a layout that has none of its own, fixed ones."""
    return read_cases() if layout == "kit" else drawing.cases(drawing.SEED, *SIZES[layout])


def judged(one, student, job, fresh):
    """Return the Result of a check, whose points hang on the fresh inputs."""
    start = time.perf_counter()
    student.cases = fresh
    found = result_of(one, student)
    shown = found.words
    if found.state == FAILED:
        student.cases = published_cases(job.layout)
        known = result_of(one, student)
        shown = ON_FRESH_INPUTS if known.state == PASSED else known.words
    return Result(check_id(one), found.subtask, found.part, found.title, found.remark, found.state,
                  found.words, shown, job.seed, fingerprints()[check_id(one)], job.sandbox.name,
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
def fingerprints():
    """Return {id of a check: a hash of the code that it is made of}."""
    return {check_id(one): fingerprint(one.run.__module__) for one in CHECKS}


@functools.cache
def fingerprint(module):
    """Return a hash of the sources of a module of checks and of all that it stands on."""
    digest = hashlib.sha256()
    for name in sorted(closure([module, *EVERYWHERE])):
        digest.update(name.encode() + source_of(name))
    for path in sorted(ADAPTERS.rglob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def closure(names):
    """Return the names of modules and of those of this project's that they import."""
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += imported(name)
    return found


@functools.cache
def imported(name):
    """Return the modules of kit.checks that a module imports."""
    names = []
    for node in ast.walk(ast.parse(source_of(name))):
        if isinstance(node, ast.ImportFrom) and node.module == "kit.checks":
            names += [f"kit.checks.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kit.checks."):
            names.append(node.module)
    return names


@functools.cache
def source_of(name):
    """Return the source of a module of this project."""
    return Path(find_spec(name).origin).read_bytes()


def as_plain(marking):
    """Return a marking as plain values, to compare two of them: without the time they took."""
    return {"key": marking.key, "findings": [asdict(one) for one in marking.findings],
            "results": [asdict(one) | {"seconds": 0} for one in marking.results]}
