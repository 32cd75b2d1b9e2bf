"""Whole runs of [64, 10] with their validations, and a validation alone."""

import time

import numpy as np

from benchmarks.rows import Row, data
from benchmarks.timing import interleaved
from benchmarks.training import prepared, settled
from benchmarks.ways.bare import Bare
from benchmarks.ways.ours import Ours

ACCURACIES = 0.95, 0.96
EPOCHS, VALIDATIONS = 10, 5      # of a run; an epoch
RATE = 0.2                      # that of task 3's control, with which every seed comes to 96 %
DTYPES = "float64", "float32"


def ways_of(row, peers):
    """Return {name: way}, each begun."""
    first = row.batches(0, 8)
    ways = {"floor": Bare(row), "kit": Ours(row)}
    ways |= {name: settled(way(row), first) for name, way in peers.items()}
    for name in "floor", "kit":
        ways[name].steps(first)
    return ways


def measure_validation(peers, rounds):
    """Return a result for each dtype: one pass over the 30,000 images of both splits."""
    results = []
    for dtype in DTYPES:
        row = Row(dtype=dtype)
        ways = ways_of(row, peers)
        functions = {name: lambda _, way=way: lambda: [way.validate("train"), way.validate("val")]
                     for name, way in ways.items()}
        results.append({"dtype": dtype, "seconds": interleaved(functions, rounds)})
    return results


def measure_runs(peers, rounds):
    """Return a result for each dtype: seconds of a run, and until each of ACCURACIES."""
    results = []
    for dtype in DTYPES:
        seconds, reached, row = {}, {}, Row(dtype=dtype, rate=RATE)
        for number in range(rounds):
            for name, way in ways_of(row, peers).items():   # new ones, begun before the clock is
                times, accuracies = run(way, row, number)
                seconds.setdefault(name, []).append(times[-1])
                for accuracy in ACCURACIES:
                    first = int(np.argmax(np.array(accuracies) >= accuracy))
                    reached.setdefault(f"{name}, {accuracy:.0%}", []).append(
                        times[first] if accuracies[first] >= accuracy else None)
        results.append({"dtype": dtype, "epochs": EPOCHS, "validations": VALIDATIONS,
                        "seconds": seconds, "until": reached})
    return results


def run(way, row, seed):
    """Train a way; return the seconds and the accuracies at each validation."""
    times, accuracies, spent = [], [], 0.0
    for epoch in range(EPOCHS):
        batches = row.batches([seed, epoch], len(data(row.dtype).X_train) // row.batch)
        for part in np.array_split(batches, VALIDATIONS):
            steps = prepared(way, [part], 0)
            start = time.perf_counter()
            steps()
            accuracies.append(way.validate("val")[1])
            spent += time.perf_counter() - start
            times.append(spent)
    return times, accuracies
