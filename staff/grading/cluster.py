"""The jobs of kit/pool.py on the workers of dask.distributed.

The files travel inside the jobs, so no disk has to be shared. Each worker needs this very code: it
is asked before its first job. If a worker dies, another does its job. Dask pickles what it sends,
so the scheduler and the workers must be on a network that strangers cannot reach.
"""

import asyncio
import functools
import hashlib
import logging
import threading
from contextlib import contextmanager

import numpy as np

from kit import ENGINE
from kit.files import Refused, shorten, explain
from kit.pool import Failure, describe_failure

SECONDS = 10        # a scheduler has to answer, and to have a worker
AHEAD = 2           # jobs a thread of a worker: one that is done, and one that waits
CODE = ("*.py", "assignment/**/*", "kit/**/*", "staff/**/*")
TRIES = 3           # of a job whose result is lost with its worker
LOST = ("cancelled", "lost")
ONE_AT_A_TIME = threading.Lock()    # a worker may do several jobs at once, in threads


def run_jobs(compute, jobs, address, fit=()):
    """Yield (job, the result of compute(job), or a Failure) for each job, in the order they end.

    compute, jobs: as in kit.pool.run_jobs.
    fit:           (a function of a module, its arguments …), called in each worker before its
                   first job. It makes the worker ready, or raises Refused.
    """
    fit = hash_code(), *fit
    tasks, again = ((job, 1) for job in jobs), []       # (job, number of the try)
    with connect(address) as client:
        from distributed import as_completed
        threads = count_threads(client)
        running, done = {}, as_completed(loop=client.loop)
        while True:
            while len(running) < AHEAD * threads and (
                    task := again.pop() if again else next(tasks, None)):
                future = client.submit(attempt, compute, fit, task[0], pure=False)
                running[future.key] = task, future
                done.add(future)
            if not running:
                return
            future = next(done)
            (job, number), _ = running.pop(future.key)
            if future.status in LOST and number < TRIES and client.status == "running":
                again.append((job, number + 1))     # its result was lost with a worker
                continue
            yield job, read_outcome(future, address)


def read_outcome(future, address):
    """The result of a job, or a Failure. Refused if the scheduler or the workers are no use."""
    if future.status in LOST:
        raise Refused(f"the scheduler at {address} has gone: start it, and give the same command "
                      "again to go on")
    if future.status != "error":
        return future.result()
    problem = future.exception()
    if isinstance(problem, Refused):
        raise problem
    if isinstance(problem, ImportError) or "deserialization" in str(problem):
        raise Refused(f"the scheduler or a worker of {address} lacks this kit "
                      f"({shorten(problem, 80)}): install this repository where they run")
    return Failure(shorten(f"{type(problem).__name__}: {problem}", 300))


@contextmanager
def connect(address):
    """Yield a client of the scheduler at an address; Refused if it does not answer."""
    try:
        import dask
        from distributed import Client
    except ModuleNotFoundError:
        raise Refused("--scheduler needs dask.distributed: run `pip install distributed` here and "
                      "where the workers run, or leave --scheduler out") from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)     # what matters is said by us
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GB"})   # of files
    try:
        client = Client(address, timeout=SECONDS, set_as_default=False)
    except Exception as problem:    # of many kinds, even an AssertionError of dask's own
        raise Refused(f"no scheduler answers at {shorten(address, 80)} "
                      f"({shorten(explain(problem))}): start one with `dask scheduler`, and give "
                      "its address, such as tcp://127.0.0.1:8786") from None
    try:
        yield client
    finally:
        client.close(timeout=2)


def count_threads(client):
    """How many jobs the workers can do at once. Refused if there are none for a while."""
    try:
        client.wait_for_workers(1, timeout=SECONDS)
    except (TimeoutError, asyncio.TimeoutError):    # two things until Python 3.11
        address = client.scheduler.address
        raise Refused(f"the scheduler at {address} has no worker: start some with "
                      f"`dask worker {address}`") from None
    return sum(client.nthreads().values())


# --------------------------------------------------------------------------------- in a worker

def attempt(compute, fit, job):
    """The result of compute(job), or a Failure. Refused if this worker is not fit."""
    with ONE_AT_A_TIME:
        check_fit(*fit)
    try:
        return compute(job)
    except Exception as problem:
        return describe_failure(problem)


@functools.lru_cache(maxsize=8)
def check_fit(code, function=None, *arguments):
    """Refused if this worker has other code, or if the function says so."""
    if hash_code() != code:
        raise Refused("a worker has another version of this kit, or of NumPy, than this: install "
                      "the same there, and start it anew")
    if function is not None:
        function(*arguments)


@functools.lru_cache(maxsize=1)
def hash_code():
    """A hash of all code that can decide a result."""
    digest = hashlib.sha256(np.__version__.encode())
    for pattern in CODE:
        for path in sorted(ENGINE.glob(pattern)):
            if path.suffix in (".py", ".toml", ".json") and path.is_file():
                digest.update(path.relative_to(ENGINE).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()
