"""Jobs side by side, in processes of this machine: what each gives, as it comes.

A worker that ends is replaced, and its job tried once more. Workers end with their parent, however
that ends; no more jobs are taken than there are workers free.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections import deque
from dataclasses import dataclass
from multiprocessing import connection
from pathlib import Path

from kit.files import one_line

TRIES = 2           # of a job whose worker ends
FAREWELL = 5        # seconds a worker has to end what it runs


@dataclass(frozen=True)
class Failure:
    """Why a job gave nothing, in a few words: the fault of the grader or of the machine."""

    words: str


def run(jobs, function, workers, patience):
    """Yield (job, what function gives of it, or a Failure), in the order they are done.

    jobs:     any number, taken one at a time; they and what comes of them can be pickled.
    function: of a module that can be imported; close the generator to end what still runs.
    patience: (job) -> the seconds after which it is given up.
    """
    jobs, again, crew = iter(jobs), deque(), []
    try:
        while True:
            employ(jobs, again, crew, function, workers)
            busy = {worker.pipe: worker for worker in crew if worker.task}
            if not busy:
                return
            for pipe in connection.wait(list(busy), timeout=1):
                worker = busy[pipe]
                (job, tries), result = worker.task, worker.receive()
                if worker.gone:
                    crew.remove(worker)
                    if tries < TRIES:
                        again.append((job, tries + 1))
                        continue
                yield job, result
            for worker in [worker for worker in crew if worker.overdue(patience)]:
                crew.remove(worker)
                dismiss([worker])
                job, _ = worker.task
                yield job, Failure(f"it was not done within {patience(job)} s")
    finally:
        dismiss(crew)


def employ(jobs, again, crew, function, workers):
    """Give each worker a job while there are any."""
    idle = [worker for worker in crew if not worker.task]
    while idle or len(crew) < workers:
        task = again.popleft() if again else (next(jobs, None), 1)
        if task[0] is None:
            return
        if not idle:
            crew.append(Worker(function))
        (idle.pop() if idle else crew[-1]).send(task)


class Worker:
    """A process that does one job after another.

    task: the job that it has, and the how manieth try that is; None: it is idle.
    gone: whether it was found to have ended.
    """

    def __init__(self, function):
        context = multiprocessing.get_context("spawn")      # nothing of the parent's is open there
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=work, args=(function, other))
        with sigint_blocked():      # until the worker has said what it makes of it
            self.process.start()
        other.close()
        self.task, self.since, self.gone = None, 0.0, False

    def send(self, task):
        """Let it do a job."""
        self.task, self.since = task, time.monotonic()
        with contextlib.suppress(OSError):      # it has ended, and receive will see it
            self.pipe.send(task[0])

    def receive(self):
        """Return what it has made of its job; a Failure if it has ended instead."""
        self.task, task = None, self.task
        try:
            return self.pipe.recv()
        except (EOFError, OSError):
            self.task, self.gone = task, True
            self.process.join(FAREWELL)
            dismiss([self])
            return Failure("the process that was at it ended "
                           f"(exit status {self.process.exitcode}), {TRIES} times over")

    def overdue(self, patience):
        """Whether it has been at its job for too long."""
        return bool(self.task) and time.monotonic() - self.since > patience(self.task[0])


def dismiss(workers):
    """End workers and, by that, what they run."""
    for worker in workers:
        worker.process.terminate()
    for worker in workers:
        worker.process.join(FAREWELL)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        worker.pipe.close()


# --------------------------------------------------------------------------------- in a worker

def work(function, pipe):
    """Do the jobs that come through a pipe."""
    signal.signal(signal.SIGINT, lambda *_: None)       # the parent's business; not SIG_IGN, which
    signal.signal(signal.SIGTERM, leave)                # the programs started here would inherit
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=end_with_parent, daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send(attempt(function, pipe.recv()))


def attempt(function, job):
    """Return what a function gives of a job; what it raises, as a Failure."""
    try:
        return function(job)
    except Exception as problem:
        found = traceback.extract_tb(problem.__traceback__)
        where = f" in {Path(found[-1].filename).name}, line {found[-1].lineno}"
        return Failure(one_line(f"{type(problem).__name__}{where}: {problem}", 300))


def leave(*_):
    """End this worker: what it runs is ended on the way out."""
    sys.exit(1)


def end_with_parent():
    """End this worker when its parent has ended, even by kill -9."""
    multiprocessing.parent_process().join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(FAREWELL)
    os._exit(1)


@contextlib.contextmanager
def sigint_blocked():
    """Let Ctrl-C wait meanwhile, here and in what is started."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
