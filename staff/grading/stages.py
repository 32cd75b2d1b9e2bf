"""The stages of a grading: what each does with a submission, and how the record keeps it."""

import contextlib
import hashlib
import tempfile
import threading
from pathlib import Path

from kit.definition import load_assignment
from staff.grading import mark
from staff.layouts import KIT
from staff.notebooks import notebooks
from staff.grading.changes import changes
from staff.grading.tasks import Stage

NOTEBOOK = ".ipynb"


def mark_code(task):
    """Return the Marking of a submission's code, or of those of its checks that are asked for."""
    return mark.mark(job_of(task), slot())


def job_of(task):
    """Return a task as mark.py wants it."""
    return mark.Job(task.submission.key, task.submission.layout, task.files, task.settings.seed,
                    task.settings.sandbox, task.checks)


def slot():
    """Return a number that no other thread of this machine has."""
    return threading.get_native_id()


def keep_code(record, task, marking, number):
    """Put a marking into the record; of a recheck, with what it changes."""
    before = record.results(task.submission.key)
    results = merged(before, marking.results) if task.checks else marking.results
    rows = changes(number, task.submission, before, results) if number and before else ()
    record.put_marking(task.submission, results, marking.findings, task.fingerprint, rows)


def merged(before, results):
    """Return results with some replaced by new ones, in their order."""
    new = {one.check_id: one for one in results}
    return [new.get(one.check_id, one) for one in before]


def code_fingerprint(settings, layout):
    """Return a hash of what decides all results of the code, beside the checks themselves."""
    sandbox = settings.sandbox
    checks = mark.fingerprint_checks(sandbox.assignment.folder)
    return digest(sandbox.name, sandbox.python, sandbox.limits.code, sorted(checks))


def changed_checks(record, key, layout):
    """Return the ids of the checks that are not what they were when a submission was marked."""
    now = mark.fingerprint_checks(load_assignment().folder)
    return [one.check_id for one in record.results(key)
            if one.fingerprint != now.get(one.check_id)]


def holds_code(submission, name):
    """Return whether a file may hold code that is marked; in the kit's layout notebooks do not."""
    return name.endswith(".py") or submission.layout != KIT and name.endswith(NOTEBOOK)


def digest(*parts):
    """Return a hash of what can be printed."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


CODE = Stage("code", mark_code, keep_code, code_fingerprint, changed_checks, holds_code)


# ------------------------------------------------------------------------------------- notebooks

def read_notebooks(task):
    """Return (the Reading of a submission's notebooks, rows of numbers that it reports)."""
    with folder_of(task) as folder:
        reading = notebooks.read(task.submission, folder)
        with mark.student_of(job_of(task), folder, slot(), None) as student:
            return reading, notebooks.compare_numbers(student, reading)


def keep_reading(record, task, outcome, number):
    """Put a reading into the record."""
    record.put_reading(task.submission, *outcome, task.fingerprint)


def reading_fingerprint(settings, layout):
    """Return a hash of the code that reads notebooks."""
    return digest(sources())


def sources():
    """Return the code that reads and executes notebooks."""
    return [path.read_bytes() for path in sorted(Path(notebooks.__file__).parent.glob("*.py"))]


def execute_notebooks(task):
    """Return the Findings of executing a submission's notebooks."""
    with folder_of(task) as folder:
        return notebooks.execute(task.submission, folder, task.settings.sandbox)


def keep_execution(record, task, findings, number):
    """Put what came of executing notebooks into the record."""
    with record.transaction():
        record.put_findings(task.submission, NOTEBOOKS.name, findings, task.fingerprint)


def execution_fingerprint(settings, layout):
    """Return a hash of what decides what comes of executing notebooks."""
    sandbox = settings.sandbox
    return digest(sandbox.name, sandbox.python, sandbox.limits.notebook,
                  sources())


def as_many_notebooks(task):
    """Return the seconds that all notebooks of a task may take, and ten minutes."""
    number = sum(name.endswith(NOTEBOOK) for name in task.files)
    return number * task.settings.sandbox.limits.notebook.total_seconds + 600


@contextlib.contextmanager
def folder_of(task):
    """Yield a folder with a task's files, for as long as it lasts."""
    with tempfile.TemporaryDirectory(prefix="notebooks-") as folder:
        mark.written(Path(folder), task.files)
        yield Path(folder)


READING = Stage("reading", read_notebooks, keep_reading, reading_fingerprint)
NOTEBOOKS = Stage("notebooks", execute_notebooks, keep_execution, execution_fingerprint,
                  patience=as_many_notebooks)
