"""Jobs side by side in processes: training runs and marking. A process that dies loses no job."""
import contextlib
import functools
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from dataclasses import dataclass, field
from multiprocessing import connection
from pathlib import Path
from types import SimpleNamespace

from threadpoolctl import threadpool_limits

from kit.files import shorten

MAX_WORKERS = 8     # each holds its own copy of the data, about 250 MB
FAREWELL = 5        # seconds that a worker has to clean up
TICKS = SimpleNamespace(value=0)    # in a worker: how often its job has called tick()


class WorkerDied(RuntimeError):
    """A process died while it computed a job; the message names the job."""


@dataclass(frozen=True)
class Failure:
    """Why a job gave no result: the words, for a person.

    problem, trace: the exception of the job and its traceback. None if its process died.
    """

    words: str
    problem: BaseException = field(default=None, compare=False)
    trace: str = field(default="", compare=False)


def run_jobs(compute, jobs, workers=None, patience=None, tries=2, show=None):
    """Yield (job, the result of compute(job), or a Failure) for each job, in the order they end.

    compute:  a function of a module.
    jobs:     any iterable; one is taken when a worker is free.
    workers:  how many; by default one a core, MAX_WORKERS at most.

    patience: (job) -> seconds until it is ended; default: no end.
    tries:    of a job whose process dies.
    show:     called twice a second with the running jobs' ticks.

    Jobs and results are pickled. Each call starts new processes, so they import the scripts as
    these are now. Each uses one BLAS thread: the results do not depend on the number of workers.
    Each has a pipe of its own, so one that dies disturbs no other. Close the generator to end
    the jobs that run.
    """
    workers = workers or min(count_cores(), MAX_WORKERS)
    tasks, again, crew = ((job, 1) for job in jobs), [], []     # (job, number of the try)
    try:
        while True:
            hand_out(tasks, again, crew, compute, workers)
            busy = {worker.pipe: worker for worker in crew if worker.task}
            if not busy:
                return
            for pipe in connection.wait(list(busy), timeout=0.5):
                worker = busy[pipe]
                job, number = worker.task
                try:
                    outcome = worker.read_outcome()
                except (EOFError, OSError):
                    crew.remove(worker)
                    status = worker.read_status()
                    if number < tries:
                        again.append((job, number + 1))
                        continue
                    outcome = Failure(f"its process died {tries} times (exit status {status})")
                yield job, outcome
            for worker in [worker for worker in crew if worker.is_overdue(patience)]:
                crew.remove(worker)
                end_workers([worker])
                job, _ = worker.task
                yield job, Failure(f"it was not done within {patience(job)} s")
            if show:
                show(sum(worker.ticks.value for worker in crew if worker.task))
    finally:
        end_workers(crew)


def hand_out(tasks, again, crew, compute, workers):
    """Give each worker a task while there are any. Those to be tried again come first."""
    idle = [worker for worker in crew if not worker.task]
    while idle or len(crew) < workers:
        task = again.pop() if again else next(tasks, None)
        if not task:
            return
        if not idle:
            crew.append(Worker(compute))
        (idle.pop() if idle else crew[-1]).begin(task)


def raise_failure(job, failure):
    """Raise the exception of a job that failed; WorkerDied if its process died."""
    if failure.problem is not None:
        raise failure.problem from RuntimeError(f"in a worker\n\n{failure.trace}")
    raise WorkerDied(f"{job!r} was not computed: {failure.words}. Close other programs if memory "
                     "is short, and start again.")


class Worker:
    """A process that computes one job after another.

    task:  its job and the number of the try; None if it is idle.
    ticks: how often this job has called tick(). There is no lock: a dead worker could hold it.
    """

    def __init__(self, compute):
        context = multiprocessing.get_context("spawn")  # the same on every system
        self.pipe, other = context.Pipe()
        self.ticks, self.task = context.RawValue("q"), None
        self.process = context.Process(target=work, args=(compute, other, self.ticks), daemon=True)
        with block_sigint():    # until the worker handles it
            self.process.start()
        other.close()   # only the process holds it now, so its death is seen here

    def begin(self, task):
        """Send a job."""
        self.task, self.since, self.ticks.value = task, time.monotonic(), 0
        with contextlib.suppress(OSError):  # the process has died; read_outcome says so
            self.pipe.send(task[0])

    def read_outcome(self):
        """The result of the job, or a Failure. Raises EOFError or OSError if the process died."""
        outcome = self.pipe.recv()
        self.task = None
        return outcome

    def read_status(self):
        """The exit status of a process that died."""
        self.process.join(FAREWELL)     # it may still clean up
        end_workers([self])
        return self.process.exitcode

    def is_overdue(self, patience):
        """Whether the job takes longer than it may."""
        return bool(patience and self.task
                    and time.monotonic() - self.since > patience(self.task[0]))


def end_workers(workers):
    """End workers; one with a job has FAREWELL seconds to end what it has started."""
    for worker in workers:
        worker.pipe.close()     # this ends an idle worker
        if worker.task:
            worker.process.terminate()
    for worker in workers:
        worker.process.join(FAREWELL)
        worker.process.kill()
        worker.process.join()


def count_cores():
    """The number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextlib.contextmanager
def block_sigint():
    """Delay Ctrl-C meanwhile, here and in the processes that are started."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# --------------------------------------------------------------------------------- in a worker

def work(compute, pipe, ticks):
    """Compute the jobs that come through the pipe until it is closed."""
    global TICKS
    TICKS = ticks
    # The parent handles Ctrl-C. The programs that a job starts would inherit SIG_IGN.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, functools.partial(leave, pipe))
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=end_with_parent, daemon=True).start()
    threadpool_limits(1)
    with contextlib.suppress(EOFError, OSError):
        while True:
            job = pipe.recv()
            try:
                pipe.send(compute(job))
            except BaseException as problem:    # also one that ends a process, such as exit()
                if pipe.closed:     # this worker leaves
                    raise
                pipe.send(describe_failure(problem))


def tick():
    """Count one step of the job that this worker computes."""
    TICKS.value += 1


def describe_failure(problem):
    """A Failure that says which exception was raised, and where."""
    found, trace = traceback.extract_tb(problem.__traceback__)[-1], traceback.format_exc()
    words = shorten(f"{type(problem).__name__} in {Path(found.filename).name}, "
                     f"line {found.lineno}: {problem}", 300)
    try:
        pickle.loads(pickle.dumps(problem))
    except Exception:       # it cannot be sent
        problem = RuntimeError(words)
    return Failure(words, problem, trace)


def leave(pipe, *_):
    """End this worker. The job ends what it has started, on the way out."""
    signal.signal(signal.SIGTERM, lambda *_: None)      # a second one would disturb that
    pipe.close()
    sys.exit(1)


def end_with_parent():
    """End this worker when its parent has ended, even by kill -9."""
    multiprocessing.parent_process().join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(FAREWELL)
    os._exit(1)
