"""The tables of a bench; and of several together, with their spread.

    python -m benchmarks.tables FILE [FILE ...]

FILE is a bench.json. Of several, a cell holds the median of their numbers, and the lowest and the
highest in brackets.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import NamedTuple

from benchmarks import reach
from benchmarks.timing import markdown, middle, or_never, ratio
from kit.files import Refused, reason, say


class Number(NamedTuple):
    """A measured number of one bench, or of several, with its digits; None is never reached."""
    values: tuple
    digits: int

    def __str__(self):
        low, text, high = ("not reached" if one is None else f"{one:.{self.digits}f}" for one in
                           (min(self.values, key=or_never), middle(self.values),
                            max(self.values, key=or_never)))
        return text if low == text == high else f"{text} ({low} to {high})"


def number(value, digits):
    """Return the Number of one bench."""
    return Number((value,), digits)


def about(document):
    """Return a line about the machine."""
    found = document["machine"]
    versions = [f"{name} {version}" for name, version in found["versions"].items() if version]
    absent = [f"{name} is not installed" for name in document["absent"]]
    return (f"{found['processor']}, {found['cores']} cores, {found['vectors']}, "
            f"{found['system']}, Python {found['python']}, "
            f"{', '.join([*found['blas'], *versions, *absent])}; {found['time']}; "
            f"{document['rounds']} rounds")


# Each of the following returns the columns and the rows of a table.

def training(results, peers):
    """One epoch, the peers as multiples of the kit's time."""
    rows = []
    for one in results:
        seconds = one["seconds"]
        rows.append([one["layers"], str(one["batch"]), one["dtype"], str(one["momentum"] or ""),
                     number(middle(seconds["floor"]), 3),
                     number(ratio(seconds, "kit", "floor"), 2),
                     *(number(ratio(seconds, name, "kit"), 1) if name in seconds else ""
                       for name in peers)])
    return ["layers", "batch", "dtype", "momentum", "floor, s an epoch", "kit : floor",
            *(f"{name} : kit" for name in peers)], rows


def parts(results):
    """Where the time of a step goes."""
    names, rows = [name for name in results[0]["microseconds"] if name != "kit"], []
    for one in results:
        known = {name: middle(times) for name, times in one["microseconds"].items()}
        rest = known["kit"] - sum(known[name] for name in names)
        rows.append([f"{one['layers']}, batch {one['batch']}, {one['dtype']}",
                     *(number(known[name], 0) for name in ["kit", *names]), number(rest, 0)])
    return ["a step; µs", "kit", *names, "rest"], rows


def validation(results, peers):
    """One pass over all images."""
    return ["30,000 images", "floor, ms", "kit : floor", *(f"{name} : kit" for name in peers)], [
        [one["dtype"], number(1000 * middle(one["seconds"]["floor"]), 0),
         number(ratio(one["seconds"], "kit", "floor"), 2),
         *(number(ratio(one["seconds"], name, "kit"), 1) for name in peers)] for one in results]


def runs(results):
    """Whole runs, and the time until an accuracy is reached; the floor learns nothing."""
    rows, accuracies = [], list(dict.fromkeys(
        key.split(", ")[1] for one in results for key in one["until"]))
    for one in results:
        for name, seconds in one["seconds"].items():
            rows.append([f"{name}, {one['dtype']}", number(middle(seconds), 2),
                         number(ratio(one["seconds"], name, "kit"), 2),
                         *("" if name == "floor" else
                           number(middle(one["until"][f"{name}, {accuracy}"]), 2)
                           for accuracy in accuracies)])
    return [f"{results[0]['epochs']} epochs with {results[0]['validations']} validations each",
            "seconds", ": kit", *(f"until {accuracy}, s" for accuracy in accuracies)], rows


def growth(what, results):
    """How milliseconds grow with one thing."""
    columns = list(results[0]["milliseconds"])
    return [f"{what}; ms", *columns], [
        [str(one["size"]), *(number(middle(one["milliseconds"][name]), 3) for name in columns)]
        for one in results]


def whole(found):
    """What takes a process of its own."""
    return ["in a process of its own", "median"], [
        [name, number(middle(values), 0 if "MB" in name else 2)]
        for name, values in found.items()]


def once(found):
    """What is timed once, with --full."""
    return ["once", "seconds"], [[name, number(seconds, 0)] for name, seconds in found.items()]


def tables(document):
    """Return all tables of a bench."""
    peers = reach.peers_of(document)
    return [training(document["training"], peers), parts(document["parts"]),
            validation(document["validation"], peers), runs(document["runs"]),
            *(growth(*one) for one in document["growth"].items()), whole(document["whole"]),
            *([once(document["once"])] if "once" in document else [])]


def joined(documents):
    """Return all tables of several benches together; raises Refused unless their rows agree."""
    together = [tables(document) for document in documents]
    if len({shape(all_tables) for all_tables in together}) > 1:
        raise Refused("the files hold different rows, expected benches of one version with the "
                      "same peers; give those that belong together")
    return [(same[0][0], [list(map(cell, zip(*rows))) for rows in zip(*(one[1] for one in same))])
            for same in zip(*together)]


def cell(cells):
    """Return the cells of several benches as one."""
    return cells[0] if isinstance(cells[0], str) else Number(
        tuple(value for one in cells for value in one.values), cells[0].digits)


def shape(all_tables):
    """Return what must be the same in benches that are put together."""
    return repr([(columns, [[one if isinstance(one, str) else None for one in row]
                            for row in rows]) for columns, rows in all_tables])


def say_table(columns, rows):
    """Print an empty line and a table."""
    say("\n" + markdown(columns, rows))


def main(arguments=None):
    """Return the exit status: 0 all is printed, 2 it is not."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tables",
                                     description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="+", metavar="FILE", type=Path, help="a bench.json")
    try:
        documents = [read(path) for path in parser.parse_args(arguments).files]
        for document in documents:
            say(about(document))
        for table in joined(documents):
            say_table(*table)
        say_table(*reach.table(documents))
    except Refused as refusal:
        say(f"benchmarks: {refusal}", sys.stderr)
        return 2
    return 0


def read(path):
    """Return the bench in a file; raises Refused."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        tables(document), reach.goals(document), about(document)
    except OSError as problem:
        raise Refused(f"{path} cannot be read ({reason(problem)}): give a bench.json") from None
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
        raise Refused(f"{path} is not a bench of this version: give a bench.json that "
                      "python -m benchmarks has written") from None
    return document


if __name__ == "__main__":
    sys.exit(main())
