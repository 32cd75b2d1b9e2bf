"""`python tests/helpers/fake_grading.py LOG SECONDS VERSION …`: staff grade; judging only sleeps.

Everything else is the grader's own. Each job adds a line to LOG: the student, and which checks.
VERSION is that of the check of 3b: in version 2 it passes everyone.
"""

import os
import sys
import time
from dataclasses import dataclass

from kit.check import FAILED, PASSED
from staff.__main__ import main
from staff.grading import command
from staff.grading.rechecks import list_changes
from staff.grading.stages import Stage
from staff.record import Finding, Result

CHECKS = {"2d": "count", "3b": "weights", "3c": "update"}


@dataclass(frozen=True)
class FakeStage(Stage):
    """A stage that sleeps instead of judging."""

    log: str
    seconds: float
    version: str
    name = "code"

    def perform(self, job):
        """A result for each check: 3b fails those whose name ends with an odd digit."""
        time.sleep(self.seconds)
        with open(self.log, "a") as file:
            file.write(f"{job.submission.student} {','.join(job.checks or CHECKS)}\n")
        if job.submission.student.endswith("die"):
            os._exit(3)
        odd = job.submission.student[-1] in "13579"
        return [Result(name, name, part, part, False,
                       FAILED if name == "3b" and odd and self.version == "1" else PASSED,
                       seed=job.seed, fingerprint=self.of_check(name),
                       sandbox=job.sandbox.name, words=f"{len(job.files)} files")
                for name, part in CHECKS.items() if job.checks is None or name in job.checks]

    def keep(self, record, job, outcome, recheck):
        """Put the results into the record."""
        before = record.list_results(job.submission.key)
        merged = list(({one.check_id: one for one in before}
                       | {one.check_id: one for one in outcome}).values())
        changes = (list_changes(recheck, job.submission, before, merged)
                   if recheck and before else ())
        record.put_results(job.submission, merged, [Finding("code", "note", "seen")],
                           job.fingerprint, changes)

    def of_check(self, name):
        """The fingerprint of a check."""
        return f"{name} {self.version if name == '3b' else 1}"

    def list_changed_checks(self, record, submission):
        """The checks that are not of this version."""
        return [one.check_id for one in record.list_results(submission.key)
                if one.fingerprint != self.of_check(one.check_id)]

    def fingerprint(self, sandbox):
        """All that decides the results."""
        return sandbox.name


if __name__ == "__main__":
    log, seconds, version, *rest = sys.argv[1:]
    command.list_stages = lambda _: [FakeStage(log, float(seconds), version)]
    sys.exit(main(["grade", *rest]))
