"""How fast the kit is, beside its peers: prints one Markdown table, in about five minutes.

    python -m benchmarks

The ways of a group take turns, round after round; the first round is not counted.
"""
import argparse
import gc
import importlib.metadata
import os
import platform
import statistics
import subprocess
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from timeit import timeit

from benchmarks import commands, training

PACKAGES = "numpy", "torch", "scikit-learn", "jax", "nbconvert"


def main(arguments=None):
    """Prints the table, a group when it is measured, and then the machine."""
    argparse.ArgumentParser(prog="python -m benchmarks",
                            description=__doc__.split("\n")[0]).parse_args(arguments)
    print("| what | way | seconds | ratio |\n|---|---|--:|--:|")
    with TemporaryDirectory() as folder:
        for what, rounds, ways in chain(training.build_groups(),
                                        commands.build_groups(Path(folder))):
            print("\n".join(format_rows(what, *measure_rounds(ways, rounds))), flush=True)
    print(f"\n{describe_machine()}")


def measure_rounds(ways, rounds):
    """{way: its seconds in each round}, and {way: why it is absent}. In ways, a function of the
    round's number, or why it is absent, has the way's name; the kit's comes first."""
    absent = {name: run for name, run in ways.items() if isinstance(run, str)}
    seconds = {name: [] for name in ways if name not in absent}
    for number in range(rounds + 1):
        turn = number % len(seconds)    # no way always follows the same other one
        for name in [*seconds][turn:] + [*seconds][:turn]:
            gc.collect()    # not while the clock runs: timeit sees to that
            try:
                seconds[name].append(timeit(partial(ways[name], number), number=1))
            except subprocess.CalledProcessError as problem:
                absent[name] = commands.find_reason(problem)
                del seconds[name]
        if next(iter(ways)) in absent:
            raise SystemExit(f"benchmarks: the kit's own command fails: {absent}")
        seconds = keep_faster(seconds, 2)   # on a busy machine many threads may take minutes
    return keep_faster({name: own[1:] for name, own in seconds.items()}), absent


def keep_faster(seconds, factor=1):
    """The seconds without those of a number of threads at which a peer takes over `factor` times
    as long as at another, by the median."""
    medians = {name: (name.split(" (threads")[0], statistics.median(seconds[name]))
               for name in seconds}
    return {name: seconds[name] for name, (peer, own) in medians.items()
            if all(own <= factor * other for same, other in medians.values() if same == peer)}


def format_rows(what, seconds, absent):
    """The lines of the table for one group; a ratio is to the first way, in the same round."""
    first = next(iter(seconds.values()))
    rows = [[name, format_spread(own), format_spread([a / b for a, b in zip(own, first)])]
            for name, own in seconds.items()]
    rows += [[name, f"absent: {reason}", ""] for name, reason in absent.items()]
    return [f"| {' | '.join([what * (row is rows[0]), *row])} |" for row in rows]


def format_spread(values):
    """The median, then the lowest and the highest where they differ from it."""
    low, middle, high = (f"{pick(values):.2f}" for pick in (min, statistics.median, max))
    return middle if low == high else f"{middle} ({low} to {high})"


def describe_machine():
    """The machine and the versions, as one line."""
    found = {package.name: package.version for package in importlib.metadata.distributions()}
    return ", ".join([platform.machine(), f"{os.cpu_count()} cores",
                      f"Python {platform.python_version()}",
                      *(f"{name} {found[name]}" for name in PACKAGES if name in found)])


if __name__ == "__main__":
    main()
