"""What the kit is to reach, and in how many rows it does."""

import statistics
from typing import NamedTuple

from benchmarks.timing import middle, ratio

FLOOR = {1: 2.0, 32: 1.25, 256: 1.25}   # times the floor at most, by the size of a batch
FASTER = 1, 32                          # sizes of a batch at which every peer is slower
VALIDATION, RUN = 1.3, 3.0              # times its floor at most; times as fast as PyTorch
MEGABYTES, IMPORT = 400, 0.6            # of a run; seconds, of task4


class Goal(NamedTuple):
    """Numbers of the rows that one goal is for, and the limit that they keep."""
    words: str
    numbers: list
    limit: float
    at_most: bool = True

    def missed(self):
        """Return the numbers that do not keep the limit."""
        return [one for one in self.numbers
                if (one > self.limit if self.at_most else one <= self.limit)]


def peers_of(document):
    """Return the names of the peers that a bench has timed."""
    return [name for name in document["validation"][0]["seconds"] if name not in ("floor", "kit")]


def goals(document):
    """Return the goals with one bench's numbers."""
    rows, peers = document["training"], peers_of(document)
    floor = {batch: [ratio(one["seconds"], "kit", "floor") for one in rows
                     if one["batch"] == batch] for batch in FLOOR}
    found = [Goal(f"batch {batch}: at most {limit} times the floor", floor[batch], limit)
             for batch, limit in FLOOR.items()]
    for name in peers:
        found.append(Goal(f"batch {' or '.join(map(str, FASTER))}: faster than {name}, whose time "
                          "in the kit's is", [ratio(one["seconds"], name, "kit") for one in rows
                                              if one["batch"] in FASTER
                                              and name in one["seconds"]], 1, at_most=False))
    found.append(Goal(f"a validation: at most {VALIDATION} times its floor",
                      [ratio(one["seconds"], "kit", "floor") for one in document["validation"]],
                      VALIDATION))
    if "PyTorch" in peers:
        found.append(Goal("a run of [64, 10]: under a third of PyTorch's time, which in the kit's "
                          "is", [ratio(one["seconds"], "PyTorch", "kit")
                                 for one in document["runs"]], RUN, at_most=False))
    whole = document["whole"]
    return found + [
        Goal(f"memory of a run: at most {MEGABYTES} MB",
             [middle(whole["python task2.py --epochs 1, MB"])], MEGABYTES),
        Goal(f"import of task4: at most {IMPORT} s", [middle(whole["import task4, s"])], IMPORT)]


def table(documents):
    """Return columns and rows: how many reach each goal, by the medians over the benches."""
    rows = []
    for same in zip(*map(goals, documents)):
        goal = same[0]._replace(numbers=[statistics.median(numbers) for numbers
                                         in zip(*(one.numbers for one in same))])
        missed = goal.missed()
        rows.append([goal.words, f"{len(goal.numbers) - len(missed)} of {len(goal.numbers)}",
                     f"{min(missed):.2f} to {max(missed):.2f}" if len(missed) > 1 else
                     f"{missed[0]:.2f}" if missed else ""])
    return ["what should be reached", "rows that reach it", "the others"], rows
