"""The checks against a gradient check as starter code has it: every weight, by differences.

    python -m benchmarks.checks [--rounds 5]

The checks run as a student runs them, process and imports included. The gradient check takes the
network of task 2, 50,880 weights, 20 images, and two forward passes a weight; it is run in place,
without a start of its own.
Rounds are interleaved; the table shows medians, with the lowest and highest beside them.
"""

import argparse
import platform
import statistics
import subprocess
import sys
import time

import numpy as np

from benchmarks.timing import markdown
from kit import ROOT
from task2 import SoftmaxModel, cross_entropy_loss

KIT = [sys.executable, "-m", "kit", "check"]
COMMANDS = {"python -m kit check 2b": [*KIT, "2b"], "python -m kit check": KIT}
EVERY_WEIGHT = "central differences over every weight of [64, 10]"
STEP = 1e-4


def main(arguments=None):
    """Print the table; return 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checks",
                                     description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args(arguments).rounds
    measured = {name: [] for name in [*COMMANDS, EVERY_WEIGHT]}
    for _ in range(rounds):
        for name, command in COMMANDS.items():
            started = time.perf_counter()
            subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            measured[name].append(time.perf_counter() - started)
        started = time.perf_counter()
        error = every_weight()
        measured[EVERY_WEIGHT].append(time.perf_counter() - started)
    print(f"{platform.machine()}, Python {platform.python_version()}, {rounds} rounds; the "
          f"gradient over every weight is within {error:.0e}\n")
    print(table(measured))
    return 0


def every_weight():
    """Return the relative error of the gradient, held against central differences."""
    rng = np.random.default_rng(0)
    model = SoftmaxModel([64, 10], rng=0)
    X, targets = rng.normal(size=(20, 785)), np.eye(10)[rng.integers(10, size=20)]
    model.backward(X, model.forward(X), targets)
    worst = 0.0
    for w, grad in zip(model.ws, model.grads):
        for index in np.ndindex(w.shape):
            before, losses = w[index], []
            for step in (STEP, -STEP):
                w[index] = before + step
                losses.append(cross_entropy_loss(targets, model.forward(X)))
            w[index] = before
            worst = max(worst, abs((losses[0] - losses[1]) / (2 * STEP) - grad[index]))
    return worst / max(np.abs(grad).max() for grad in model.grads)


def table(measured):
    """Return the results as a Markdown table, with ratios to the check of 2b."""
    base = statistics.median(measured["python -m kit check 2b"])
    rows = []
    for name, seconds in measured.items():
        middle = statistics.median(seconds)
        rows.append([name, f"{middle:.2f} ({min(seconds):.2f} to {max(seconds):.2f})",
                     f"{middle / base:.1f}"])
    return markdown(["way", "seconds", "ratio"], rows)


if __name__ == "__main__":
    sys.exit(main())
