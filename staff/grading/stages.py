"""The stages of a grading: what is done with each submission, and when it has to be done again.

A stage is done for a submission if the record says so for its present files. The result is stale
if other code or other limits gave it. Only a recheck computes stale results again.
"""

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

import staff.notebooks
from kit.definition import load_assignment
from kit.pool import Failure
from staff.grading.judging import fingerprint_checks, judge_code, open_student, write_files
from staff.grading.rechecks import list_changes
from staff.intake.intake import read_copy
from staff.layouts import KIT
from staff.notebooks.reading import read_notebooks
from staff.notebooks.reported import compare_numbers
from staff.notebooks.rerun import rerun_notebooks
from staff.record import NOT_DONE, OPEN, Submission

NOTEBOOK = ".ipynb"
HOUR = 3600


class Stage:
    """One thing that is done with each submission. It can be sent to other processes."""

    name = ""       # in the record

    def perform(self, job):
        """The outcome of a job. Runs in any process, which has nothing but the job."""
        raise NotImplementedError

    def keep(self, record, job, outcome, recheck):
        """Put an outcome into the record. recheck: its number, or None."""
        raise NotImplementedError

    def fingerprint(self, sandbox):
        """A hash of everything that decides the outcome, apart from the submission's files."""
        raise NotImplementedError

    def list_changed_checks(self, record, submission):
        """The ids of the submission's checks that have changed since it was judged, or are open.
        """
        return ()

    def needs(self, submission, name):
        """Whether the stage needs a file of the submission."""
        return True

    def allow_seconds(self, job):
        """The seconds after which a job is given up. The sandbox's limits end it long before."""
        return HOUR


@dataclass(frozen=True)
class Job:
    """One stage of one submission, with everything it needs. It can be sent to any machine."""

    stage: Stage
    submission: Submission
    seed: int               # of the submission's hidden inputs
    sandbox: object
    checks: tuple = None    # the ids of the checks to run; None for all
    files: dict = field(default_factory=dict)       # {name: bytes}, with forward slashes

    @property
    def fingerprint(self):
        """A hash of everything that decides the outcome, apart from the files."""
        return self.stage.fingerprint(self.sandbox)

    def perform(self):
        """The outcome."""
        return self.stage.perform(self)

    def allow_seconds(self):
        """The seconds after which it is given up."""
        return self.stage.allow_seconds(self)


def find_jobs(record, stages, seed, sandbox):
    """The Jobs that are not done, and those that are done but stale. Both are without files."""
    missing, stale = [], []
    submissions = [submission for submission in record.list_submissions() if submission.counts]
    for stage in stages:
        done = record.list_done(stage.name)
        for submission in submissions:
            job = Job(stage, submission, find_seed(record, submission, seed), sandbox)
            sha256, fingerprint = done.get(submission.key, ("", ""))
            if sha256 != submission.sha256:
                missing.append(job)
            elif fingerprint != job.fingerprint:
                stale.append(job)
            elif changed := stage.list_changed_checks(record, submission):
                stale.append(replace(job, checks=tuple(changed)))
    return missing, stale


def find_seed(record, submission, seed):
    """The seed of a submission's inputs: that of its results, or one made of the grading's seed.

    Nobody can know it from other hand-ins, not even from the same file of another student.
    """
    for result in record.list_results(submission.key):
        return result.seed
    made = hash_values(seed, submission.key, submission.sha256, submission.attempt)
    return int(made, 16) >> 1       # SQLite's numbers have a sign


def add_files(job, out):
    """The Job with the files that it needs, from the clean copy in OUT."""
    files = read_copy(job.submission, out)
    return replace(job, files={name: content for name, content in files.items()
                               if job.stage.needs(job.submission, name)})


def keep_outcome(record, job, outcome, recheck=None):
    """Put the outcome of a job into the record, or the reason why there is none."""
    if isinstance(outcome, Failure):
        record.put_failure(job.submission, job.stage.name, outcome.words)
    else:
        job.stage.keep(record, job, outcome, recheck)


def list_failures(record):
    """[(student, stage, words)] of the stages that could not be done."""
    return [tuple(row) for row in record.query(
        "SELECT student, stage, words FROM findings JOIN submissions USING (key) "
        "WHERE kind = ? ORDER BY student, findings.rowid", NOT_DONE)]


# ------------------------------------------------------------------------------ the three stages

class CodeStage(Stage):
    """Runs the checks on the code; the outcome is a Verdict."""

    name = "code"

    def perform(self, job):
        return judge_code(job.files, job.submission.layout, job.sandbox, job.seed, job.checks)

    def keep(self, record, job, outcome, recheck):
        before = record.list_results(job.submission.key)
        results = outcome.results
        if job.checks:
            new = {result.check_id: result for result in results}
            results = [new.get(result.check_id, result) for result in before]
        changes = (list_changes(recheck, job.submission, before, results)
                   if recheck and before else ())
        record.put_results(job.submission, results, outcome.findings, job.fingerprint, changes)

    def fingerprint(self, sandbox):
        checks = fingerprint_checks(sandbox.assignment.folder)
        return hash_values(sandbox.name, sandbox.python, sandbox.limits.code, sorted(checks))

    def list_changed_checks(self, record, submission):
        now = fingerprint_checks(load_assignment().folder)
        return [result.check_id for result in record.list_results(submission.key)
                if result.state == OPEN or result.fingerprint != now.get(result.check_id)]

    def needs(self, submission, name):
        """Whether a file may hold code that is checked; in the kit's layout no notebook does."""
        return name.endswith(".py") or submission.layout != KIT and name.endswith(NOTEBOOK)


class ReadingStage(Stage):
    """Reads the notebooks; the outcome is (a Reading, rows of the numbers that it reports)."""

    name = "reading"

    def perform(self, job):
        layout = job.submission.layout
        with write_files(job.files) as folder:
            reading = read_notebooks(folder, layout)
            with open_student(folder, layout, job.sandbox) as student:
                return reading, compare_numbers(student, reading.numbers)

    def keep(self, record, job, outcome, recheck):
        record.put_reading(job.submission, *outcome, job.fingerprint)

    def fingerprint(self, sandbox):
        return hash_values(read_sources())


class RerunStage(Stage):
    """Executes the notebooks again; the outcome is a list of Findings."""

    name = "notebooks"

    def perform(self, job):
        with write_files(job.files) as folder:
            return rerun_notebooks(folder, job.submission.layout, job.sandbox)

    def keep(self, record, job, outcome, recheck):
        with record.transaction():
            record.put_findings(job.submission, self.name, outcome, job.fingerprint)

    def fingerprint(self, sandbox):
        return hash_values(sandbox.name, sandbox.python, sandbox.limits.notebook, read_sources())

    def allow_seconds(self, job):
        """The time of all notebooks together, and ten minutes."""
        count = sum(name.endswith(NOTEBOOK) for name in job.files)
        return count * job.sandbox.limits.notebook.total_seconds + 600


def hash_values(*values):
    """A short hash of values, as they are printed."""
    return hashlib.sha256(repr(values).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def read_sources():
    """The code that reads and executes notebooks."""
    return [path.read_bytes() for path in sorted(Path(staff.notebooks.__path__[0]).glob("*.py"))]
