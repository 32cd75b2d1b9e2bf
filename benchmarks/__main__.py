"""How fast the kit is, against the floor and its peers, side by side in one run.

    python -m benchmarks [--rounds 5] [--full]

Medians of interleaved rounds, as ratios. Prints the tables of benchmarks/README.md, and writes
build/bench.json, with all rounds, the machine and the versions, and build/bench.png.
"""

import argparse
import json
import sys
import time

from benchmarks import figure, growth, parts, runs, timing, training, whole
from benchmarks.timing import markdown, middle, ratio
from benchmarks.ways import installed
from kit.files import Refused, say, whole_file
from kit.sweep import build_folder
from utils import whole_number


def main(arguments=None):
    """Return the exit status: 0 all is written, 2 it is not, 130 it was stopped."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks",
                                     description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=whole_number(1), default=5, metavar="N",
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
    """Return all that is measured, when it is printed."""
    document = {"machine": timing.machine(), "rounds": rounds, "full": full,
                "absent": absent}
    say(about(document))
    document["training"] = say_training(here, rounds, full)
    document["parts"] = say_parts(rounds)
    document["validation"] = say_validation(here, rounds)
    document["runs"] = say_runs(here, rounds)
    document["growth"] = say_growth(here, rounds)
    document["whole"] = say_whole(min(rounds, 5))
    if full:
        document["once"] = whole.measure_once()
        say(markdown(["once", "seconds"], [[name, f"{seconds:.0f}"] for name, seconds
                                           in document["once"].items()]))
    return document


def about(document):
    """Return a line about the machine."""
    found = document["machine"]
    versions = [f"{name} {version}" for name, version in found["versions"].items() if version]
    absent = [f"{name} is not installed" for name in document["absent"]]
    return (f"{found['processor']}, {found['cores']} cores, {found['vectors']}, "
            f"{found['system']}, Python {found['python']}, "
            f"{', '.join([*found['blas'], *versions, *absent])}; {found['time']}; "
            f"{document['rounds']} rounds\n")


def say_training(peers, rounds, full):
    """Measure, print the table, and return the results."""
    columns = training.COLUMNS + [f"{name} : kit" for name in peers]
    say(markdown(columns, []))
    results = []
    for result in training.measure(peers, rounds, full):
        results.append(result)
        say(markdown(columns, [training.as_cells(result, peers)]).splitlines()[-1])
    short = training.short(results, peers)
    say(f"\n{len(results) - len({one.split(':')[0] for one in short})} of {len(results)} rows "
        "reach what they should" + "".join(f"\n- {one}" for one in short) + "\n")
    return results


def say_parts(rounds):
    """Measure the parts of a step, print the table, and return the results."""
    results, rows = parts.measure(rounds), []
    names = [name for name in results[0]["microseconds"] if name != "kit"]
    for one in results:
        known = {name: middle(times) for name, times in one["microseconds"].items()}
        rows.append([f"{one['layers']}, batch {one['batch']}, {one['dtype']}",
                     f"{known['kit']:.0f}", *(f"{known[name]:.0f}" for name in names),
                     f"{known['kit'] - sum(known[name] for name in names):.0f}"])
    say(markdown(["a step; µs", "kit", *names, "rest"], rows) + "\n")
    return results


def say_validation(peers, rounds):
    """Measure a validation, print the table, and return the results."""
    results = runs.measure_validation(peers, rounds)
    say(markdown(["30,000 images", "floor, ms", "kit : floor", *(f"{n} : kit" for n in peers)], [
        [one["dtype"], f"{1000 * middle(one['seconds']['floor']):.0f}",
         f"{ratio(one['seconds'], 'kit', 'floor'):.2f}",
         *(f"{ratio(one['seconds'], name, 'kit'):.1f}" for name in peers)] for one in results]))
    return results


def say_runs(peers, rounds):
    """Measure whole runs, print the table, and return the results."""
    results, rows = runs.measure_runs(peers, rounds), []
    for one in results:
        for name, seconds in one["seconds"].items():
            until = [middle(one["until"][f"{name}, {accuracy:.0%}"])
                     for accuracy in runs.ACCURACIES]
            rows.append([f"{name}, {one['dtype']}", f"{middle(seconds):.2f}",
                         f"{ratio(one['seconds'], name, 'kit'):.1f}",
                         *("not reached" if s is None else f"{s:.2f}" for s in until)])
    say("\n" + markdown([f"{runs.EPOCHS} epochs with {runs.VALIDATIONS} validations each",
                         "seconds", ": kit", *(f"until {accuracy:.0%}, s"
                                               for accuracy in runs.ACCURACIES)], rows))
    return results


def say_growth(peers, rounds):
    """Measure growth, print a table for each thing that grows, and return the results."""
    found = growth.measure(peers, rounds)
    for what, results in found.items():
        columns = list(results[0]["milliseconds"])
        say("\n" + markdown([f"{what}; ms", *columns], [
            [one["size"], *(f"{middle(one['milliseconds'][name]):.3f}" for name in columns)]
            for one in results]))
    return found


def say_whole(rounds):
    """Measure what takes processes, print the table, and return the results."""
    found = whole.measure(rounds)
    say("\n" + markdown(["in a process of its own", "median", "lowest", "highest"], [
        [name, *(f"{value:.{0 if 'MB' in name else 2}f}"
                 for value in (middle(values), min(values), max(values)))]
        for name, values in found.items()]))
    return found


if __name__ == "__main__":
    sys.exit(main())
