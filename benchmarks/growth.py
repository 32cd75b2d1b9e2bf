"""How the time of a step grows with width, depth, data and threads."""

from functools import partial

from benchmarks.rows import Row, images
from benchmarks.timing import blas_threads, interleaved
from benchmarks.training import prepared
from benchmarks.ways.bare import Bare
from benchmarks.ways.ours import Ours
from kit.pool import count_cores
from task2 import evaluate

WIDTHS, DEPTHS = (8, 32, 128, 512, 1024), (0, 1, 2, 5, 10, 20)
EXAMPLES = (1000, 5000, 10_000, 20_000)
THREADED = ((64, 10), 32), ((64, 10), 256), ((512, 10), 32), ((512, 10), 256)
STEPS = 40


def measure(peers, rounds):
    """Return lists of results by what grows: {way: [milliseconds a step or a validation]}."""
    wide = [(width, Row((width, 10))) for width in WIDTHS]
    deep = [(depth, Row((64,) * depth + (10,))) for depth in DEPTHS]
    return {"width": [steps_of(peers, rounds, *one) for one in wide],
            "depth": [steps_of(peers, rounds, *one) for one in deep],
            "examples": [examples_of(rounds, count) for count in EXAMPLES],
            "threads": [threads_of(rounds, Row(*one)) for one in THREADED]}


def steps_of(peers, rounds, size, row):
    """Return the time of a step in every way."""
    batches = [row.batches(seed, STEPS) for seed in range(rounds + 1)]
    ways = {"floor": Bare(row), "kit": Ours(row)}
    ways |= {name: way(row) for name, way in peers.items() if name != "torch.compile"}
    return {"size": size, "milliseconds": milliseconds(
        {name: partial(prepared, way, batches) for name, way in ways.items()}, rounds)}


def milliseconds(functions, rounds, scale=1000 / STEPS):
    """Return {name: [milliseconds a step]}."""
    return {name: [scale * one for one in times]
            for name, times in interleaved(functions, rounds).items()}


def examples_of(rounds, count):
    """Return the time of a step that gathers from so many examples, and of their validation."""
    row, (X, Y) = Row(), images("float64", "train")
    way = Ours(row)
    batches = [row.batches(seed, STEPS) % count for seed in range(rounds + 1)]
    found = milliseconds({"a step": partial(prepared, way, batches)}, rounds)
    with blas_threads(1):
        found |= milliseconds({"a validation": lambda _: partial(
            evaluate, way.model, X[:count], Y[:count])}, rounds, 1000)
    return {"size": count, "milliseconds": found}


def threads_of(rounds, row):
    """Return the time of a step and of a validation by the number of BLAS threads."""
    way = Ours(row)
    batches = [row.batches(seed, STEPS) for seed in range(rounds + 1)]
    counts = sorted({1, 2, count_cores()})

    def step(count, number):
        return lambda: way.trainer.take(batches[number], count)

    def validation(count, _):
        return partial(way.validate, "val", count)

    found = milliseconds({f"a step, {count}": partial(step, count) for count in counts}, rounds)
    found |= milliseconds({f"10,000 images, {count}": partial(validation, count)
                           for count in counts}, rounds, 1000)
    return {"size": f"{row.name}, batch {row.batch}", "milliseconds": found}
