"""What is to be done with each submission, stage by stage: doing it anywhere, and keeping it.

A stage is done with a submission once the record says so, for the files that it has now. What was
done by other code, or under other limits, is stale: it is done anew when a recheck is asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from kit.pool import Failure
from staff.intake.intake import copy_of
from staff.record import NOT_DONE, Submission


def nothing(record, key, layout):
    """Return (): no check has changed."""
    return ()


def everything(submission, name):
    """Return True: every file is needed."""
    return True


def an_hour(task):
    """Return 3600."""
    return 3600


@dataclass(frozen=True)
class Stage:
    """One thing that is done with a submission; its functions are of modules.

    name:        in the record.
    perform:     (task) -> what came of it; run in any process, where nothing of the parent's is.
    keep:        (record, task, what came of it, number of the recheck or None): puts it into the
                 record, in one transaction.
    fingerprint: (settings, layout) -> what decides all that comes of it, apart from the files.
    changed:     (record, key, layout) -> those of its checks that have changed since.
    wanted:      (submission, name of a file) -> whether the file is needed.
    patience:    (task) -> seconds; the sandbox's limits end it long before.
    """

    name: str
    perform: Callable
    keep: Callable
    fingerprint: Callable
    changed: Callable = nothing
    wanted: Callable = everything
    patience: Callable = an_hour


@dataclass(frozen=True)
class Settings:
    """What holds for a whole grading."""

    seed: int
    sandbox: object


@dataclass(frozen=True)
class Task:
    """One stage of one submission, with all that it takes: it can be sent anywhere.

    files:  {name: bytes}, with forward slashes.
    checks: the ids of those that are to be run; None: all.
    """

    stage: Stage
    submission: Submission
    settings: Settings
    checks: tuple = None
    files: dict = field(default_factory=dict)

    @property
    def fingerprint(self):
        """What decides what comes of it, apart from the files."""
        return self.stage.fingerprint(self.settings, self.submission.layout)


def perform(task):
    """Return what comes of a task."""
    return task.stage.perform(task)


def patience(task):
    """Return the seconds after which a task is given up."""
    return task.stage.patience(task)


def sort_out(record, stages, settings):
    """Return the tasks that are to be done, and those that are done but stale; without files."""
    missing, stale = [], []
    submissions = [one for one in record.submissions() if one.counts]
    for stage in stages:
        done = record.done(stage.name)
        for one in submissions:
            task = Task(stage, one, settings)
            sha256, fingerprint = done.get(one.key, ("", ""))
            if sha256 != one.sha256:
                missing.append(task)
            elif fingerprint != task.fingerprint:
                stale.append(task)
            elif changed := stage.changed(record, one.key, one.layout):
                stale.append(replace(task, checks=tuple(changed)))
    return missing, stale


def with_files(task, out):
    """Return a task with the files that it needs, out of the clean copies in OUT."""
    files = copy_of(task.submission, out)
    return replace(task, files={name: content for name, content in files.items()
                                if task.stage.wanted(task.submission, name)})


def keep(record, task, outcome, number=None):
    """Put what came of a task into the record, or why nothing did."""
    if isinstance(outcome, Failure):
        record.put_failure(task.submission, task.stage.name, outcome.words)
    else:
        task.stage.keep(record, task, outcome, number)


def failures(record):
    """Return [(student, stage, words)] of what could not be done."""
    return [tuple(row) for row in record.rows(
        "SELECT student, stage, words FROM findings JOIN submissions USING (key) "
        "WHERE kind = ? ORDER BY student, findings.rowid", NOT_DONE)]
