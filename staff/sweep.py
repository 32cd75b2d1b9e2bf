"""`python -m staff sweep`: topologies and seeds, on this machine's cores or on dask's workers."""

import argparse
import csv
import functools
import io
import sys
import tempfile
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from kit.files import Refused, one_line, reason, say, whole_file
from kit.sweep import WorkerDied, build_folder
from staff import cluster
from staff.grading.running import Failure
from task2 import NUM_CLASSES, layer_sizes, load_dataset
from task3 import MOMENTUM, RESULTS, SEEDS, results_table, run_all
from task4 import TOPOLOGIES
from utils import load_full_mnist, whole_number

COLUMNS = ("topology", "neurons_per_layer", "seed", "learning_rate", "num_epochs", "early_loss",
           *RESULTS)
ONE_AT_A_TIME = threading.Lock()    # the data are large


def main(arguments=None):
    """Return the exit status: 0, 2 or 130, as --help says."""
    options = parsed(arguments)
    try:
        check_output(options)
        experiments = [replace(one, num_epochs=options.epochs)
                       for one in options.layers or TOPOLOGIES]
        compute = options.scheduler and functools.partial(on_dask, options.scheduler, options.data)
        runs = run_all(experiments, options.seeds, options.data, compute)
        say(str(results_table(runs)))
        write_csv(options.out, runs)
        say(str(options.out))
        return 0
    except (Refused, WorkerDied, ArithmeticError, MemoryError, OSError, ValueError) as problem:
        say(f"staff sweep: {one_line(reason(problem), 400)}", sys.stderr)
        return 2
    except KeyboardInterrupt:
        say("staff sweep: stopped; the same command goes on, finished runs are kept", sys.stderr)
        return 130


def parsed(arguments):
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m staff sweep", description="Train every topology with every seed, with all "
        "three tricks as task 4 does; print a table, and write a CSV with a row a run. Finished "
        "runs are kept in build/runs, and none is computed twice.",
        epilog="Exit status: 0 all is done; 2 it could not be, and one line says why; 130 it was "
               "stopped.")
    add = parser.add_argument
    add("--layers", type=layers, action="append", metavar="N,…,10",
        help="units of each layer, the outputs last; may be given several times; default: the "
             "topologies of task 4")
    add("--seeds", type=seeds, default=SEEDS, metavar="N", help="how many, from 0 up; or which, "
        "such as 3,7 (and 3, for one alone); default: 3")
    add("--epochs", type=whole_number(1), default=MOMENTUM.num_epochs, metavar="N",
        help="train at most N epochs; default: %(default)s")
    add("--data", type=Path, metavar="PATH", help="an npz file or a folder of IDX files instead "
        "of the embedded MNIST")
    add("--scheduler", metavar="ADDRESS", help="use the workers of this dask scheduler")
    add("-o", "--out", type=Path, default=build_folder() / "sweep.csv", metavar="FILE.csv",
        help="default: build/sweep.csv")
    add("--force", action="store_true", help="write over a file that is there")
    return parser.parse_args(arguments)


def layers(text):
    """Return the experiment with the layers that an option gives."""
    try:
        sizes = layer_sizes([int(part) for part in text.split(",")])[1:]
        if sizes[-1] == NUM_CLASSES:
            return replace(MOMENTUM, name=",".join(map(str, sizes)),
                           neurons_per_layer=tuple(sizes))
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"got {one_line(text, 40)!r}, expected whole numbers from 1 "
                                     f"up, {NUM_CLASSES} the last, such as 64,{NUM_CLASSES}")


def seeds(text):
    """Return the seeds that an option gives: how many, or a list."""
    numbers = text.removesuffix(",").split(",")
    if not all(number.isascii() and number.isdigit() for number in numbers) or text == "0":
        raise argparse.ArgumentTypeError(f"got {one_line(text, 40)!r}, expected how many, such as "
                                         "5, or a list of whole numbers from 0 up, such as 3,7")
    if "," not in text:
        return tuple(range(int(text)))
    return tuple(dict.fromkeys(map(int, numbers)))


def check_output(options):
    """Raise Refused if the file would be written over unasked, or cannot be written."""
    if options.out.is_dir():
        raise Refused(f"{options.out} is a folder: give the name of a file for -o")
    if options.out.exists() and not options.force:
        raise Refused(f"{options.out} is there already: give another name for -o, or --force to "
                      "write over it")


def write_csv(path, runs):
    """Write a row for each run, whole or not at all; numbers with all their digits."""
    with whole_file(path) as file, io.TextIOWrapper(file, "utf-8", newline="") as text:
        table = csv.writer(text)
        table.writerow(COLUMNS)
        for experiment, results in runs.items():
            sizes = ",".join(map(str, experiment.neurons_per_layer))
            for run in results:
                table.writerow([experiment.name, sizes, run.seed, experiment.learning_rate,
                                experiment.num_epochs, run.early_loss,
                                *(getattr(run, name) for name in RESULTS)])


# ------------------------------------------------------------------------------- on dask's workers

def on_dask(address, path, train, load, jobs, ticks_per_job, bar):
    """Yield (job, result) as the workers of a scheduler are done; as kit.sweep.side_by_side.

    path: of the data, whose bytes travel with each job; None: each worker reads its own MNIST.
    """
    data = None if path is None else as_npz(path)
    tasks = ((train, data, job) for job in jobs)
    with closing(cluster.run(tasks, compute, address, (threadpool_limits, 1))) as outcomes:
        for (_, _, job), outcome in outcomes:
            if isinstance(outcome, Failure):
                raise Refused(f"{outcome.words}; that was {job!r}")
            bar.update(ticks_per_job)
            yield job, outcome


def as_npz(path):
    """Return the data that a path names as the bytes of one npz file."""
    file, arrays = io.BytesIO(), load_full_mnist(path, verbose=False)
    images, labels = arrays[::2], arrays[1::2]
    np.savez_compressed(file, x_train=images[0].reshape(-1, 28, 28), y_train=labels[0].ravel(),
                        x_test=images[1].reshape(-1, 28, 28), y_test=labels[1].ravel())
    return file.getvalue()


def compute(task):
    """Return what `train` gives of a job; called in a worker."""
    train, data, job = task
    with ONE_AT_A_TIME:
        data = dataset(data)
    return train(job, data, lambda: None)


@functools.lru_cache(maxsize=1)
def dataset(npz):
    """Return the Dataset in the bytes of an npz file; of the embedded MNIST, if they are None."""
    if npz is None:
        return load_dataset()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "data.npz")
        path.write_bytes(npz)
        return load_dataset(path)
