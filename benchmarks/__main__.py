"""How fast the kit is, against the floor and its peers, side by side in one run.

    python -m benchmarks [--rounds 5] [--full]

Medians of interleaved rounds, as ratios. Prints the tables of benchmarks/README.md, and writes
build/bench.json, with all rounds, the machine and the versions, and build/bench.png.
"""

import argparse
import json
import sys
import time

from benchmarks import figure, growth, parts, reach, runs, tables, timing, training, whole
from benchmarks.timing import markdown
from benchmarks.ways import installed
from kit.commands import accept_whole_numbers
from kit.files import Refused, say, whole_file
from kit.runs import build_folder


def main(arguments=None):
    """Return the exit status: 0 all is written, 2 it is not, 130 it was stopped."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks",
                                     description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=accept_whole_numbers(1), default=5, metavar="N",
                        help="of each row, side by side; default: 5")
    parser.add_argument("--full", action="store_true", help="whole epochs instead of a number of "
                        "steps, torch.compile in every row, the whole report and the whole test "
                        "run: hours instead of minutes")
    options = parser.parse_args(arguments)
    try:
        bench(options)
    except Refused as refusal:
        say(f"benchmarks: {refusal}", sys.stderr)
        return 2
    except KeyboardInterrupt:
        say("benchmarks: stopped; nothing was written", sys.stderr)
        return 130
    return 0


def bench(options):
    """Measure, print and write everything."""
    start, rounds, (here, absent) = time.monotonic(), options.rounds, installed()
    folder = build_folder()
    with whole_file(folder / "bench.png") as picture, whole_file(folder / "bench.json") as numbers:
        document = measured(here, absent, rounds, options.full)
        document["seconds"] = time.monotonic() - start
        numbers.write(json.dumps(document, indent=1).encode())
        figure.draw(document["training"], picture)
    say(f"\n{document['seconds'] / 60:.0f} minutes; {folder / 'bench.json'}, "
        f"{folder / 'bench.png'}")


def measured(here, absent, rounds, full):
    """Return all that is measured; each table is printed when its numbers are there."""
    document = {"machine": timing.machine(), "rounds": rounds, "full": full, "absent": absent}
    say(tables.about(document) + "\n")
    document["training"] = say_training(here, rounds, full)
    document["parts"] = parts.measure(rounds)
    tables.say_table(*tables.parts(document["parts"]))
    document["validation"] = runs.measure_validation(here, rounds)
    tables.say_table(*tables.validation(document["validation"], here))
    document["runs"] = runs.measure_runs(here, rounds)
    tables.say_table(*tables.runs(document["runs"]))
    document["growth"] = growth.measure(here, rounds)
    for what, results in document["growth"].items():
        tables.say_table(*tables.growth(what, results))
    document["whole"] = whole.measure(min(rounds, 5))
    tables.say_table(*tables.whole(document["whole"]))
    if full:
        document["once"] = whole.measure_once()
        tables.say_table(*tables.once(document["once"]))
    tables.say_table(*reach.table([document]))
    return document


def say_training(peers, rounds, full):
    """Measure, print the table row by row, for it takes most of the time; return the results."""
    results = []
    for result in training.measure(peers, rounds, full):
        lines = markdown(*tables.training([result], peers)).splitlines()
        say("\n".join(lines[2 * bool(results):]))
        results.append(result)
    return results


if __name__ == "__main__":
    sys.exit(main())
