"""Runs the checks on one submission's code.

The results on hidden inputs give the points. The student reads those on the published inputs.
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
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kit import ENGINE, __version__
from kit.check import PASSED, try_check
from kit.checking.case_file import read_cases
from kit.checking.launching import STUDENT_PROCESS
from kit.checking.registry import load_checks
from kit.checking.student import Problem, Student
from kit.definition import CHECKS, STAND_IN, load_assignment
from kit.files import Refused, explain, quote
from kit.modules import list_files
from staff.cases import INPUTS, draw_cases
from staff.layouts import FILE as LAYOUTS
from staff.layouts import KIT, load_layouts
from staff.grading.sources import Sources
from staff.grading.unreached import DEPENDS, PERSON, explain_unreached
from staff.record import DOUBT, OPEN, Finding, Result

ON_HIDDEN_INPUTS = "passes with the published inputs, but fails with other inputs of the same form"
WITH_OTHERS = "it passes with the published inputs, but not with others: "
OTHER_SEEDS = 1, 2, 3       # of inputs that are neither published nor any hand-in's
UNREACHED = [Path(__file__).with_name(name) for name in ("sources.py", "unreached.py")]
MOST_NOTES = 50
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

    The hidden inputs decide the points. A student reads only what a process says that has never
    had them: otherwise code could keep them, and tell them.

    files:  {name: bytes} of its scripts and notebooks.
    seed:   of the hidden inputs.
    chosen: the ids of the checks to run; None for all.
    """
    assignment = sandbox.assignment
    described = load_layouts(assignment)[layout]
    checks = [check for check in load_checks(assignment)
              if described.judges(check) and (chosen is None or check.id in chosen)]
    with write_files(files) as folder:
        cases, known = draw_cases(assignment, layout, seed), {}
        with open_student(folder, layout, sandbox, cases) as student:
            findings = list_code_findings(student)      # now: later it has the hidden inputs
            hidden = run_checks(checks, student)
        starved = student.starved
        sources = Sources(files)
        explain = functools.partial(explain_unreached, sources=sources, layout=described,
                                    sandbox=sandbox)
        reached = {check: explain(hidden[check].problem) for check in checks}
        for check in checks:
            if any(explain(problem)[0] for problem in hidden[check].passed_by):
                reached[check] = DEPENDS, ""
        unclear = [check for check in checks
                   if hidden[check].result.words and not reached[check][0]]
        if unclear and not starved:
            cases = load_published_cases(assignment, layout)
            with open_student(folder, layout, sandbox, cases) as second:
                second.left = student.left
                known = run_checks(unclear, second)
                known |= find_others(known, hidden, second, layout)
                findings = list_code_findings(second) or findings
                starved = second.starved
    doubts = [Finding("code", DOUBT, f"{check.id}: {doubt}")
              for check, (_, doubt) in reached.items() if doubt]
    results = [make_result(check, hidden[check], known.get(check), reached[check][0],
                           described.translate, sandbox, seed) for check in checks]
    return Verdict(results, doubts + findings, starved)


@dataclass(frozen=True)
class Trial:
    """A check's result on some inputs, the Problem that it met, and its seconds."""

    result: object
    problem: Problem
    seconds: float
    met: tuple = ()     # the Problems of other checks that it asked for

    @property
    def passed_by(self):
        """The Problems because of which it passed: it says so, since other checks charge them."""
        one = self.result
        return self.met if one.state == PASSED and one.words and not one.remark else ()


def run_checks(checks, student):
    """{check: its Trial}."""
    trials = {}
    for check in checks:
        start, student.met = time.perf_counter(), []
        result, problem = try_check(check, student)
        trials[check] = Trial(result, problem, time.perf_counter() - start, tuple(student.met))
    return trials


def find_others(known, hidden, student, layout):
    """{check: its Trial on other inputs}, where it fails there and on hidden inputs alone.

    So a student reads what is wrong, though not of the hidden inputs.
    """
    passed, others = [check for check in known if known[check].result.state == PASSED
                     and hidden[check].result.state != PASSED], {}
    for seed in OTHER_SEEDS:
        if not (left := [check for check in passed if check not in others]):
            break
        student.cases = draw_cases(student.assignment, layout, seed)
        for check, trial in run_checks(left, student).items():
            if trial.result.state != PASSED:
                words = WITH_OTHERS + trial.result.words
                others[check] = replace(trial, result=replace(trial.result, words=words))
    return others


def make_result(check, hidden, known, unreached, translate, sandbox, seed):
    """The Result of a check.

    hidden, known: its Trials on hidden and on published inputs; known is None if there is none.
    unreached:    why the grader could not reach the code; "" if it could.
    translate:    gives a sentence the names of the code's layout.
    """
    result, seconds = hidden.result, hidden.seconds + (known.seconds if known else 0)
    state, words, shown = result.state, *map(translate, (
        result.words, choose_words(result, (known or hidden).result)))
    if unreached:
        state, words, shown = OPEN, unreached, PERSON + unreached
    fingerprint = fingerprint_checks(sandbox.assignment.folder)[check.id]
    return Result(check.id, result.subtask, result.part, result.title, result.remark, state, words,
                  shown, seed, fingerprint, sandbox.name, VERSIONS, round(seconds, 3))


def choose_words(hidden, known):
    """What the student reads, from a check's results on hidden and on published inputs."""
    if (hidden.state == PASSED) == (known.state == PASSED):
        return known.words
    return "" if hidden.state == PASSED else ON_HIDDEN_INPUTS


@contextlib.contextmanager
def write_files(files):
    """Yield a temporary folder with these files, which any user of this machine may read."""
    with tempfile.TemporaryDirectory(prefix="submission-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        try:
            for name, content in files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
                path.write_bytes(content)
                path.chmod(0o644)
        except OSError as problem:
            raise Refused(f"{folder} cannot be written ({explain(problem)}): free some space, or "
                          "name another place in the variable TMPDIR") from None
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


def load_published_cases(assignment, layout):
    """The inputs and results that students know; fixed ones for another layout than the kit's."""
    return read_cases(assignment) if layout == KIT else draw_published_cases(assignment.folder,
                                                                             layout)


@functools.cache
def draw_published_cases(folder, layout):
    """The fixed inputs and results for a layout, of the assignment in a folder."""
    return draw_cases(load_assignment(folder), layout)


def list_code_findings(student):
    """The Findings of the layout's adapter; a student's code may have written them, or none."""
    with contextlib.suppress(Problem):
        for script in student.assignment.script_names:
            with contextlib.suppress(Problem):      # the checks report it
                student.get(f"{script}.__name__")
        notes = student.get("adapter.noted")
        if isinstance(notes, list):
            return [Finding("code", "note", f"the code's own process says: {quote(note, 300)}")
                    for note in notes[:MOST_NOTES] if isinstance(note, str)]
    return []


# -------------------------------------------------------------------------------- fingerprints

@functools.cache
def fingerprint_checks(folder):
    """{id of a check: a hash of the code that decides its result}, for the assignment in a folder.

    The hash covers the check's module, inputs.py, the stand-in, the layouts, the adapters, the
    student's process, and what decides whether a check could reach the code. It also covers all
    local modules that these import, such as the reference's scripts.
    The package of checks does not count as such: it imports every check.
    """
    assignment = load_assignment(folder)
    layouts = load_layouts(assignment).values()
    always = [STUDENT_PROCESS,
              *(file for one in layouts for file in one.adapter_files + one.shared_files),
              *(folder / "staff" / "assignment" / one.checks for one in layouts if one.checks),
              *(file for file in (folder / INPUTS, folder / STAND_IN) if file.is_file())]
    texts = [file.read_bytes() for file in [folder / LAYOUTS] if file.is_file()]
    places, hashes = [folder, ENGINE], {}
    package = (folder / CHECKS / "__init__.py").resolve()
    always = list_files(always, places, [package]) + UNREACHED
    for check in load_checks(assignment):
        file = find_file(check)
        if file not in hashes:
            own = list_files([file], places, {package} - {file})
            hashes[file] = hash_files({*always, *own}, texts)
    return {check.id: hashes[find_file(check)] for check in load_checks(assignment)}


def find_file(check):
    """The file that defines a check."""
    return Path(sys.modules[check.run.__module__].__file__).resolve()


def hash_files(files, texts):
    """A hash of texts and files. Files in kit/ count only if they lie in kit/checking."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text)
    for file in sorted(files):
        if not file.is_relative_to(ENGINE / "kit") or file.is_relative_to(STUDENT_PROCESS.parent):
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]
