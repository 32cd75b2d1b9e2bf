"""Side by side in one run: rounds that take turns, and what is made of them."""

import functools
import gc
import importlib.metadata
import math
import os
import platform
import statistics
import time

import numpy as np
from threadpoolctl import ThreadpoolController, threadpool_info

PACKAGES = ("numpy", "torch", "scikit-learn", "jax", "distributed")


@functools.lru_cache(maxsize=1)
def controller():
    """Return what controls the threads of the libraries that are loaded by now."""
    return ThreadpoolController()


def blas_threads(number):
    """Return a context in which NumPy multiplies with so many threads; None leaves them."""
    return controller().limit(limits=number, user_api="blas")


def interleaved(functions, rounds):
    """Return {name: [seconds of each round]}; functions: {name: of the round's number, which
    returns the function that is timed}.

    The order turns from round to round, so that none always follows the same other one. A round
    before the first warms up and does not count.
    """
    names = list(functions)
    measured = {name: [] for name in names}
    enabled = gc.isenabled()
    gc.disable()        # or one way's rubbish is swept in another one's time
    gc.freeze()         # what torch has imported takes half a second to look through, each time
    try:
        for number in range(rounds + 1):
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                timed = functions[name](number)
                start = time.perf_counter()
                timed()
                if number:
                    measured[name].append(time.perf_counter() - start)
            gc.collect()
    finally:
        gc.unfreeze()
        gc.collect()
        if enabled:
            gc.enable()
    return measured


def or_never(seconds):
    """Return a number, or infinity for None: what was not reached is later than all that was."""
    return math.inf if seconds is None else seconds


def middle(values):
    """Return the median of numbers and Nones, which are larger than any number."""
    median = statistics.median(map(or_never, values))
    return None if median == math.inf else median


def ratio(measured, name, other):
    """Return the median over the rounds of one way's seconds in another one's."""
    return statistics.median(a / b for a, b in zip(measured[name], measured[other]))


def machine():
    """Return what the numbers hang on."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = None
    pools = sorted((pool for pool in threadpool_info() if pool["user_api"] == "blas"),
                   key=lambda pool: "numpy" not in pool["filepath"])   # SciPy has its own
    blas = [f"{pool['internal_api']} {pool['version']} {pool.get('architecture', '')}".strip()
            for pool in pools[:1]]
    return {"processor": processor(), "cores": os.cpu_count(), "system": platform.system(),
            "python": platform.python_version(), "blas": blas, "versions": versions,
            "time": time.strftime("%Y-%m-%d %H:%M", time.gmtime()), "vectors": vectors()}


def processor():
    """Return the processor's name."""
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":")[1].strip() for line in file if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def vectors():
    """Return the widest vector instructions that NumPy uses here, by its own name for them."""
    known = np.show_config(mode="dicts").get("SIMD Extensions", {})
    return (known.get("found") or known.get("baseline") or ["no vectors"])[-1]


def markdown(columns, rows):
    """Return a Markdown table; the first column is aligned left."""
    lines = [f"| {' | '.join(columns)} |", "|---|" + "--:|" * (len(columns) - 1)]
    return "\n".join(lines + [f"| {' | '.join(map(str, row))} |" for row in rows])
