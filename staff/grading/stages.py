"""The stages of a grading: what each does with a submission, and how the record keeps it."""

import hashlib
import threading

from staff.grading import mark
from staff.grading.changes import changes
from staff.grading.tasks import Stage

NOTEBOOK = ".ipynb"


def mark_code(task):
    """Return the Marking of a submission's code, or of those of its checks that are asked for."""
    job = mark.Job(task.submission.key, task.submission.layout, task.files, task.settings.seed,
                   task.settings.sandbox, task.checks)
    return mark.mark(job, slot=threading.get_native_id())   # no two threads of a machine share it


def keep_code(record, task, marking, number):
    """Put a marking into the record; of a recheck, with what it changes."""
    before = record.results(task.submission.key)
    results = merged(before, marking.results) if task.checks else marking.results
    rows = changes(number, task.submission.key, before, results) if number and before else ()
    record.put_marking(task.submission, results, marking.findings, task.fingerprint, rows)


def merged(before, results):
    """Return results with some replaced by new ones, in their order."""
    new = {one.check_id: one for one in results}
    return [new.get(one.check_id, one) for one in before]


def code_fingerprint(settings, layout):
    """Return a hash of what decides all results of the code, beside the checks themselves."""
    sandbox = settings.sandbox
    return digest(sandbox.name, sandbox.python, sandbox.limits.code, sorted(mark.fingerprints()))


def changed_checks(record, key, layout):
    """Return the ids of the checks that are not what they were when a submission was marked."""
    now = mark.fingerprints()
    return [one.check_id for one in record.results(key)
            if one.fingerprint != now.get(one.check_id)]


def holds_code(submission, name):
    """Return whether a file may hold code that is marked; in the kit's layout notebooks do not."""
    return name.endswith(".py") or submission.layout != "kit" and name.endswith(NOTEBOOK)


def digest(*parts):
    """Return a hash of what can be printed."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


CODE = Stage("code", "code", mark_code, keep_code, code_fingerprint, changed_checks, holds_code)
