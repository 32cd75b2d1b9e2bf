"""One epoch of training: the kit, the floor and the peers."""

import time
from functools import partial

from benchmarks.rows import ROWS, data
from benchmarks.timing import interleaved
from benchmarks.ways.bare import Bare
from benchmarks.ways.ours import Ours


def measure(peers, rounds, full=False, rows=ROWS):
    """Yield a result a row: its fields and {way: [seconds an epoch]}.

    peers: {name: class}; full: time whole epochs, not a number of steps that is scaled to one.
    """
    for row in rows:
        yield measure_row(row, peers, rounds, full)


def measure_row(row, peers, rounds, full=False):
    """Return one row's result."""
    examples = len(data(row.dtype).X_train)
    steps = -(-examples // row.batch) if full else None
    batches = [row.batches(seed, steps) for seed in range(rounds + 1)]
    ways = {"floor": Bare(row), "kit": Ours(row)}
    ways |= {name: settled(way(row), batches[0]) for name, way in peers.items()
             if full or row.batch in getattr(way, "BATCHES", [row.batch])}
    functions = {name: partial(prepared, way, batches) for name, way in ways.items()}
    scale = examples / batches[0].size
    return {"layers": row.name, "batch": row.batch, "dtype": row.dtype, "momentum": row.gamma,
            "steps": len(batches[0]), "threads": {name: way.threads for name, way in ways.items()
                                                  if hasattr(way, "threads")},
            "seconds": {name: [scale * seconds for seconds in rounds]
                        for name, rounds in interleaved(functions, rounds).items()}}


def prepared(way, batches, number):
    """Return what a way does in a round."""
    if hasattr(way, "prepare"):
        way.prepare(batches[number])
    return partial(way.steps, batches[number])


def settled(way, batches):
    """Return a way that has begun (compiled), with the number of threads at which it is faster."""
    few = batches[:max(2, len(batches) // 4)]
    prepared(way, [few], 0)()
    if hasattr(way, "threads"):
        seconds = {}
        for threads in {way.threads, 1}:
            way.threads, timed = threads, prepared(way, [few], 0)
            start = time.perf_counter()
            timed()
            seconds[way.threads] = time.perf_counter() - start
        way.threads = min(seconds, key=seconds.get)
    return way
