"""Jobs side by side in processes: on all cores, with one progress bar, none lost."""
import functools
import multiprocessing
import os
import signal
import threading
import traceback
from collections import Counter, deque
from multiprocessing import connection

from threadpoolctl import threadpool_limits

MAX_WORKERS = 8  # each holds its own copy of the data, about 250 MB
TRIES = 3        # of a job whose process dies


class WorkerDied(RuntimeError):
    """A process died while it computed a job; the message names the job."""


def run_jobs(compute, load, jobs, ticks_per_job, bar):
    """Yield (job, compute(job, data, tick)) for each of the jobs, in the order they end.

    compute, load: functions of an importable module. load() gives the data, once a worker.
    jobs:          picklable and hashable.
    ticks_per_job: how often compute calls tick() at most. The bar shows them.

    Each worker is a new process and uses one BLAS thread: the results do not depend on the number
    of workers. If a worker dies, a new one repeats its job. Raises WorkerDied after TRIES deaths.
    """
    workers = min(len(jobs), count_cores(), MAX_WORKERS)
    waiting, busy, idle = deque(jobs), {}, []  # jobs, {pipe: worker}, workers
    deaths, finished = Counter(), 0
    try:
        while waiting or busy:
            while waiting and len(busy) < workers:
                worker = idle.pop() if idle else Worker(compute, load)
                busy[worker.pipe] = worker
                worker.begin(waiting.popleft())
            for pipe in connection.wait(list(busy), timeout=0.5):
                worker = busy.pop(pipe)
                try:
                    result = worker.read_result()
                except WorkerDied:
                    deaths[worker.job] += 1
                    if deaths[worker.job] == TRIES:
                        raise
                    waiting.append(worker.job)
                else:
                    idle.append(worker)
                    finished += ticks_per_job
                    yield worker.job, result
            under_way = sum(worker.ticks.value for worker in busy.values())
            bar.update(finished + under_way - bar.n)  # less than 0 if a job was lost
    finally:
        for worker in busy.values():  # after an error or an interrupt
            worker.process.kill()
        for worker in idle:
            worker.pipe.close()  # this ends the worker
        for worker in [*busy.values(), *idle]:
            worker.process.join()


class Worker:
    """A process that computes one job after another.

    job:   its current job.
    ticks: how often this job has called tick(). There is no lock: a dead worker could hold it.
    """

    def __init__(self, compute, load):
        context = multiprocessing.get_context("spawn")  # the same on every system
        self.pipe, other = context.Pipe()
        self.ticks = context.RawValue("q")
        self.process = context.Process(target=work, args=(compute, load, other, self.ticks),
                                       daemon=True)
        self.process.start()
        other.close()  # only the process holds it now, so its death is seen here

    def begin(self, job):
        """Send a job."""
        self.job, self.ticks.value = job, 0
        try:
            self.pipe.send(job)
        except OSError:
            pass  # the process has died; read_result says so

    def read_result(self):
        """The result of the job. Raises the exception of `compute`, or WorkerDied."""
        try:
            result, problem, where = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            raise WorkerDied(
                f"The process that computed {self.job!r} died {TRIES} times (exit status "
                f"{self.process.exitcode}): close other programs if memory is short, and start "
                "again.") from None
        if problem is not None:
            raise problem from RuntimeError(f"in a worker\n\n{where}")
        return result


def work(compute, load, pipe, ticks):
    """Compute the jobs that come through the pipe until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles interrupts
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
            pipe.send((compute(job, load(), tick), None, None))
        except BaseException as problem:  # also one that ends a process, such as exit()
            pipe.send((None, problem, traceback.format_exc()))


def exit_after_parent():
    """End this worker when its parent has ended, for whatever reason."""
    multiprocessing.parent_process().join()
    os._exit(1)


def count_cores():
    """The number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
