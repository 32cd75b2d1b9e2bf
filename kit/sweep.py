"""Independent runs side by side: on all cores, with one progress bar, and none computed twice."""
import functools
import hashlib
import multiprocessing
import os
import signal
import threading
import traceback
import zipfile
from collections import Counter, deque
from multiprocessing import connection
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from kit import ROOT

MAX_WORKERS = 8  # each holds its own copy of the data, about 250 MB
TRIES = 3        # of a run whose process dies


class WorkerDied(RuntimeError):
    """A process died while it computed a run; the message names the run."""


def sweep(train, load, jobs, ticks_per_job, folder=None, compute=None):
    """[train(job, data, tick) for job in jobs]; each result is a dict of plain arrays.

    train, load:   functions of an importable module; load() gives the data, once a worker.
    jobs:          picklable; `repr(job)` says all that decides the result.
    ticks_per_job: how often `train` calls tick() at the most; it measures the progress.
    folder:        where finished runs are kept, named by what decides them; none: not kept.
    compute:       what computes the missing ones, if not `side_by_side`, as that does.

    Every run has one BLAS thread, so that its numbers do not depend on how many run at once.
    """
    paths = {job: None if folder is None else Path(folder) / f"{fingerprint(job)}.npz"
             for job in jobs}
    results = {job: recall(path) for job, path in paths.items()}
    missing = [job for job in results if results[job] is None]
    if missing:
        total = ticks_per_job * len(missing)
        with tqdm(total=total, desc=f"{len(missing)} runs", unit="validation",
                  bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed} gone, {remaining} left",
                  mininterval=0.5) as bar:
            done = (compute or side_by_side)(train, load, missing, ticks_per_job, bar)
            for job, result in done:
                results[job] = result
                remember(paths[job], result)
            bar.update(total - bar.n)
    return [results[job] for job in jobs]


def side_by_side(train, load, jobs, ticks_per_job, bar):
    """Yield (job, result) as they are done, in this process if there is but one to do.

    Once a script has been edited this process holds its old text, and new ones compute. A run
    whose process dies is computed again in a new one; WorkerDied is raised at its third death.
    """
    workers, text = min(len(jobs), available_cores(), MAX_WORKERS), fingerprint("")
    if workers == 1 and text == AS_IMPORTED:
        with threadpool_limits(1):
            data = load()
            for job in jobs:
                yield job, train(job, data, bar.update)
        return
    waiting, busy, idle = deque(jobs), {}, []  # jobs, {pipe: worker}, workers
    deaths, finished = Counter(), 0
    try:
        while waiting or busy:
            while waiting and len(busy) < workers:
                worker = idle.pop() if idle else Worker(train, load)
                busy[worker.pipe] = worker
                worker.begin(waiting.popleft())
            for pipe in connection.wait(list(busy), timeout=0.5):
                worker = busy.pop(pipe)
                try:
                    result = worker.result()
                except WorkerDied:
                    deaths[worker.job] += 1
                    if deaths[worker.job] == TRIES or fingerprint("") != text:
                        raise  # a new process would read what has been edited meanwhile
                    waiting.append(worker.job)
                else:
                    idle.append(worker)
                    finished += ticks_per_job
                    yield worker.job, result
            under_way = sum(worker.ticks.value for worker in busy.values())
            bar.update(finished + under_way - bar.n)  # less than 0 where a run was lost
    finally:
        for worker in busy.values():  # after an error or an interrupt here
            worker.process.kill()
        for worker in idle:
            worker.pipe.close()  # by which it ends
        for worker in [*busy.values(), *idle]:
            worker.process.join()


class Worker:
    """A process that computes one run after another.

    job:   what it was given last.
    ticks: how often that run has called tick(); without a lock, which could be lost with it.
    """

    def __init__(self, train, load):
        context = multiprocessing.get_context("spawn")  # the same on every system
        self.pipe, other = context.Pipe()
        self.ticks = context.RawValue("q")
        self.process = context.Process(target=work, args=(train, load, other, self.ticks),
                                       daemon=True)
        self.process.start()
        other.close()  # the process holds the only one, and its death is seen here

    def begin(self, job):
        """Let it compute a job."""
        self.job, self.ticks.value = job, 0
        try:
            self.pipe.send(job)
        except OSError:
            pass  # it has died, and `result` will say so

    def result(self):
        """What came of the job; raises what `train` has raised, or WorkerDied."""
        try:
            result, problem, where = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            raise WorkerDied(
                f"The process that computed {self.job!r} has died (exit status "
                f"{self.process.exitcode}), and is not replaced again: if memory is short, close "
                "other programs; then start anew.") from None
        if problem is not None:
            raise problem from RuntimeError(f"in a worker\n\n{where}")
        return result


def work(train, load, pipe, ticks):
    """Compute the jobs that come through the pipe, with one thread, until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # interrupts are the parent's business
    threading.Thread(target=exit_after_parent, daemon=True).start()
    threadpool_limits(1)
    load = functools.cache(load)

    def tick():
        ticks.value += 1

    while True:
        try:
            job = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            pipe.send((train(job, load(), tick), None, None))
        except BaseException as problem:  # also what ends a process, such as exit()
            pipe.send((None, problem, traceback.format_exc()))


def exit_after_parent():
    """End this worker when its parent has ended, however that came about."""
    multiprocessing.parent_process().join()
    os._exit(1)


def build_folder():
    """Where runs and figures are kept: build/, or what the environment's MNIST_BUILD names."""
    return Path(os.environ.get("MNIST_BUILD", ROOT / "build"))


def available_cores():
    """The cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def fingerprint(job):
    """A name for all that decides a run's digits: the job, the scripts' text, NumPy's version."""
    digest = hashlib.sha256(f"{job!r} {np.__version__}".encode())
    for script in ("utils.py", "task2.py", "task3.py", "kit/mnist.py"):
        digest.update((ROOT / script).read_bytes())
    return digest.hexdigest()[:32]


def recall(path):
    """A finished run from the folder; None where there is none or it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (TypeError, OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        return None  # computed again, and written over


def remember(path, result):
    """Keep a finished run, whole or not at all."""
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    with open(part, "wb") as file:
        np.savez(file, **result)
    part.replace(path)


AS_IMPORTED = fingerprint("")   # of the scripts' text when this process read it
