"""Where the time of a step goes: its parts one by one, each in a loop of its own."""

from functools import partial

import numpy as np

from benchmarks.rows import Row
from benchmarks.timing import blas_threads, interleaved
from benchmarks.ways.bare import Bare
from benchmarks.ways.ours import Ours
from task2 import cross_entropy_loss, softmax

ROWS = tuple(Row(layers, batch, dtype) for layers in ((10,), (64, 10), (64,) * 10 + (10,))
             for batch in (1, 32, 256) for dtype in ("float64", "float32"))
REPEATS = 50


def measure(rounds):
    """Return a result a row: {part: [microseconds a step]}; the rest is what no part holds."""
    return [parts_of(row, rounds) for row in ROWS]


def parts_of(row, rounds):
    """Return the parts of one row's step."""
    bare, ours = Bare(row), Ours(row)
    batches = [row.batches(seed, REPEATS) for seed in range(rounds + 1)]
    bare.steps(batches[0][:2])
    model, X, Y = ours.model, bare.X.copy(), bare.Y.copy()
    outputs = model.forward(X)
    model.backward(X, outputs, Y)
    sums, hidden = [np.zeros_like(a) + 0.3 for a in model.activations[1:-1]], \
        model.activations[1:-1]
    logits = np.random.default_rng(0).normal(size=outputs.shape).astype(row.dtype)
    parts = {
        "activation": lambda: [model.activation(z) for z in sums],
        "slope": lambda: [model.slope(a) for a in hidden],
        "softmax": lambda: softmax(logits),
        "loss": lambda: cross_entropy_loss(Y, outputs),
    }
    functions = {name: partial(repeated, part) for name, part in parts.items()}
    functions["floor"] = lambda number: partial(bare.steps, batches[number])
    functions["kit"] = lambda number: partial(ours.steps, batches[number])
    with blas_threads(1):
        measured = interleaved(functions, rounds)
    return {"layers": row.name, "batch": row.batch, "dtype": row.dtype,
            "microseconds": {name: [1e6 * one / REPEATS for one in times]
                             for name, times in measured.items()}}


def repeated(function, _):
    """Return a function that calls another one as often as there are steps."""
    def go():
        for _ in range(REPEATS):
            function()
    return go
