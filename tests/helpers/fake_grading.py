"""`python tests/fake_grading.py LOG SECONDS VERSION …`: staff grade, whose marking only sleeps.

All else is the grader's own. Each marking adds a line to LOG: the student, and which checks.
VERSION is that of the check of 3b: in version 2 it passes everyone.
"""

import os
import sys
import time
from functools import partial

from kit.check import FAILED, PASSED
from staff.grading import grade, tasks
from staff.grading.changes import changes
from staff.record import Finding, Result

CHECKS = {"2d": "count", "3b": "weights", "3c": "update"}


def perform(log, seconds, version, task):
    """Return a result for each check: 3b fails those whose name ends with an odd digit."""
    time.sleep(seconds)
    with open(log, "a") as file:
        file.write(f"{task.submission.student} {','.join(task.checks or CHECKS)}\n")
    if task.submission.student.endswith("die") and task.settings.seed != 1:
        os._exit(3)
    odd = task.submission.student[-1] in "13579"
    return [Result(name, name, part, part, False,
                   FAILED if name == "3b" and odd and version == "1" else PASSED,
                   seed=task.settings.seed, fingerprint=of_check(version, name),
                   sandbox=task.settings.sandbox.name, words=f"{len(task.files)} files")
            for name, part in CHECKS.items() if task.checks is None or name in task.checks]


def keep(record, task, results, number):
    """Put the results into the record."""
    before = record.results(task.submission.key)
    merged = list(({one.check_id: one for one in before} | {one.check_id: one for one in results})
                  .values())
    rows = changes(number, task.submission, before, merged) if number and before else ()
    record.put_marking(task.submission, merged, [Finding("code", "note", "seen")],
                       task.fingerprint, rows)


def of_check(version, name):
    """Return the fingerprint of a check."""
    return f"{name} {version if name == '3b' else 1}"


def changed(version, record, key, layout):
    """Return the checks that are not of this version."""
    return [one.check_id for one in record.results(key)
            if one.fingerprint != of_check(version, one.check_id)]


def fingerprint(settings, layout):
    """Return what decides all results."""
    return settings.sandbox.name


if __name__ == "__main__":
    log, seconds, version, *rest = sys.argv[1:]
    stage = tasks.Stage("code", partial(perform, log, float(seconds), version), keep,
                        fingerprint, partial(changed, version))
    sys.exit(grade.main(rest, stages=[stage]))
