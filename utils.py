"""Data, batches, tables and drawing, shared by all tasks."""
import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from assignment.mnist import check_sha256, hash_arrays, read_mnist
from kit.commands import accept_whole_numbers
from kit.definition import load_assignment
from kit.files import Refused, write_whole
from kit.pool import WorkerDied
from kit.runs import build_folder

HERE = Path(__file__).resolve().parent
EMBEDDED_MNIST = HERE / "data" / "mnist.npz"
COLOURS = {}    # {name of an experiment: its colour}, in the order in which they are first drawn


def is_among(value, numbers):
    """Whether each value is one of a range of whole numbers."""
    return (np.floor(value) == value) & (value >= numbers[0]) & (value <= numbers[-1])


LIMITS = {"above": np.greater, "at_least": np.greater_equal, "at_most": np.less_equal,
          "below": np.less, "among": is_among}


def expect(value, name, shape=(), hint="", **limits):
    """Raise ValueError unless the value has the shape and is within the limits. NaN never is.

    shape:  None stands for any length from 1 up; () is a single number.
    hint:   it ends the message and says what to do.
    limits: above, at_least, at_most or below a number, or among a range of whole numbers.
    """
    value, hint = np.asarray(value), hint and f": {hint}"
    if value.ndim != len(shape) or any(have == 0 or want not in (None, have)
                                       for want, have in zip(shape, value.shape)):
        wanted = str(tuple(shape)).replace("None", "N")
        raise ValueError(f"{name} has the shape {value.shape}, expected {wanted}{hint}")
    for limit, bound in limits.items():
        wrong = value[~LIMITS[limit](value, bound)]
        if wrong.size:
            wanted = (f"a whole number from {bound[0]} to {bound[-1]}" if limit == "among" else
                      f"a number {limit.replace('_', ' ')} {bound}")
            raise ValueError(f"{name} {'holds' if shape else 'is'} {wrong.flat[0]}, expected "
                             f"{wanted}{hint}")


# --------------------------------------------------------------------------- data and batches

def load_full_mnist(path=None, verbose=True):
    """MNIST as X_train (20000, 784), Y_train (20000, 1), X_val (10000, 784), Y_val (10000, 1).

    Pixels are 0-255 and labels 0-9, both uint8. path names another npz file with the same keys, or
    a folder of IDX files: of these, the first 20,000 training images and all test images.
    Raises assignment.mnist.DataError, which names the file, what is wrong and what to do.
    """
    if path is None:
        check_sha256(EMBEDDED_MNIST, hash_data())
    X_train, Y_train, X_val, Y_val = read_mnist(EMBEDDED_MNIST if path is None else path)
    if verbose:
        print(f"Training data    X: {X_train.shape}, Y: {Y_train.shape}")
        print(f"Validation data  X: {X_val.shape}, Y: {Y_val.shape}")
    return X_train, Y_train, X_val, Y_val


def hash_data(path=None):
    """The sha256 that names the data of `load_full_mnist(path)`."""
    if path is None:
        return load_assignment(HERE).data["data/mnist.npz"]
    return hash_arrays(*load_full_mnist(path, verbose=False))


def generators(seed):
    """Two numpy.random.Generators of one seed: for a run's weights, and for its batches.

    Compared runs thus see the same batches, however many weights each of them draws.
    """
    return [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(2)]


def batch_loader(X, Y, batch_size, shuffle=False, rng=None):
    """Yield (X_batch, Y_batch) of batch_size rows until every example was seen once.

    The last batch may be smaller. The order is the given one; with shuffle, the generator rng
    draws a new one, the same for images and labels.
    """
    expect(Y, "Y", (len(X), *np.shape(Y)[1:]), "each image needs one label")
    expect(batch_size, "batch_size", hint="at most all examples", among=range(1, len(X) + 1))
    if shuffle and rng is None:
        raise ValueError("Shuffling needs a generator: pass rng=np.random.default_rng(seed).")
    # SOLUTION 0
    order = rng.permutation(len(X)) if shuffle else np.arange(len(X))
    for start in range(0, len(X), batch_size):
        rows = order[start:start + batch_size]
        yield X.take(rows, axis=0), Y.take(rows, axis=0)


# ---------------------------------------------------------------------- numbers over the seeds

def values(runs, quantity):
    """One number per run: 'early_loss', 'val_loss', 'train_accuracy' …"""
    return np.array([getattr(run, quantity) for run in runs])


def all_below(runs, others, quantity):
    """Whether the quantity is lower in every one of the runs than in any of the others."""
    return bool(values(runs, quantity).max() < values(others, quantity).min())


def mean_and_spread(values, digits=3):
    """'mean ± half the range' of one number per seed."""
    half_range = (max(values) - min(values)) / 2
    return f"{np.mean(values):.{digits}f} ± {half_range:.{digits}f}"


def as_formula(number):
    """A small number as TeX: 5e-16 as $5 \\cdot 10^{-16}$."""
    digit, exponent = f"{number:.0e}".split("e")
    return rf"${digit} \cdot 10^{{{int(exponent)}}}$"


class Table:
    """Rows under column names; shown as text in a terminal and as a table in a notebook."""

    def __init__(self, columns, rows):
        self.columns = list(columns)
        self.rows = [[str(cell) for cell in row] for row in rows]

    def __repr__(self):
        widths = [max(map(len, column)) for column in zip(self.columns, *self.rows)]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
                         for row in [self.columns, *self.rows])

    def _repr_markdown_(self):
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def results_table(runs):
    """One row per experiment: the mean over its seeds ± half their range, at the best weights."""
    rows = []
    for experiment, seeds in runs.items():
        steps = values(seeds, "best_step")
        rows.append([experiment.name, mean_and_spread(values(seeds, "early_loss")),
                     f"{steps.min():,} to {steps.max():,}",
                     mean_and_spread(values(seeds, "train_loss")),
                     mean_and_spread(values(seeds, "val_loss")),
                     mean_and_spread(values(seeds, "val_accuracy"), digits=4)])
    return Table(["experiment", "val. loss after 1 epoch", "best at step", "train. loss",
                  "val. loss", "val. accuracy"], rows)


# -------------------------------------------------------------------------------------- drawing

def plot_loss(ax, steps, values, label, **style):
    """Draw one curve against gradient steps; several runs (seeds, steps) give mean and range, up
    to the end of the shortest run."""
    runs = [values] if np.ndim(values[0]) == 0 else values
    length = min(len(run) for run in runs)
    runs = np.array([run[:length] for run in runs])  # (seeds, length)
    steps = np.asarray(steps)[:length]
    line, = ax.plot(steps, runs.mean(axis=0), label=label, **style)
    if len(runs) > 1:
        ax.fill_between(steps, runs.min(axis=0), runs.max(axis=0),
                        color=line.get_color(), alpha=0.2, linewidth=0)
    return line


def pick_colour(name):
    """The colour of an experiment, the same in every figure of a notebook."""
    return COLOURS.setdefault(name, f"C{len(COLOURS)}")


def plot_runs(ax, runs, quantity, splits=("train", "val")):
    """Draw 'loss' or 'accuracy' of each experiment: a line for the mean over its seeds, a band for
    their range; solid for validation, dashed for training."""
    for experiment, seeds in runs.items():
        for split in splits:
            name = "training" if split == "train" else "validation"
            plot_loss(ax, seeds[0].history.step,
                      [getattr(run.history, f"{split}_{quantity}") for run in seeds],
                      f"{experiment.name}, {name}", color=pick_colour(experiment.name),
                      linestyle="--" if split == "train" else "-")
    label_axes(ax, quantity)


def label_axes(ax, ylabel, xlabel="gradient steps"):
    """Axis labels, legend and a light grid."""
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.locator_params(axis="x", nbins=6)     # more labels would overlap
    ax.grid(alpha=0.3)
    ax.legend()


def plot_images(axes, images, titles, cmap="gray_r", limit=None):
    """Draw a flat image (784,) on each of the axes; colours span -limit to limit, if given."""
    low = None if limit is None else -limit
    for ax, image, title in zip(np.ravel(axes), images, titles):
        ax.imshow(np.reshape(image, (28, 28)), cmap=cmap, vmin=low, vmax=limit)
        ax.set_title(title)
        ax.set_axis_off()


def plot_confusion(ax, counts):
    """Draw how often each digit (row) was read as which (column); darker are more mistakes."""
    mistakes = counts * (1 - np.eye(len(counts), dtype=int))
    ax.imshow(mistakes, cmap="Oranges")
    for row, column in np.ndindex(counts.shape):
        ax.text(column, row, f"{counts[row, column]:,}", ha="center", va="center",
                color="white" if mistakes[row, column] > 0.6 * mistakes.max() else "black")
    ax.set(xlabel="read as", ylabel="digit", xticks=range(len(counts)), yticks=range(len(counts)))


def new_figure(columns=2, rows=1, height=2.5):
    """A figure as wide as the report's text, in inches, and its axes; lettering of 8 points."""
    import matplotlib.pyplot as plt  # loaded when something is drawn: it takes half a second
    plt.rcParams.update({"font.size": 8, "axes.titlesize": 8, "lines.linewidth": 1.2})
    return plt.subplots(rows, columns, figsize=(6.46, height * rows), dpi=220,
                        layout="constrained")


def save_figure(fig, name):
    """Write the figure to build/figures/ whole or not at all; returns its path."""
    path = build_folder(HERE) / "figures" / name
    with write_whole(path) as file:
        fig.savefig(file, format="png")
    return path


# --------------------------------------------------------------------------------- command line

def command_line(description, run_all, experiments, figure):
    """Run experiments, print results, save curves; a mistake of the user ends in one line."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("--epochs", type=accept_whole_numbers(1), default=50, metavar="N",
                        help="train at most N epochs (default: 50)")
    parser.add_argument("--seed", type=accept_whole_numbers(0), default=0, metavar="S",
                        help="seed of the weights and of the order of the batches (default: 0)")
    parser.add_argument("--data", metavar="PATH",
                        help="an npz file or a folder of IDX files instead of the embedded MNIST")
    args = parser.parse_args()
    try:
        load_full_mnist(args.data)
        runs = run_all([one and replace(one, num_epochs=args.epochs) for one in experiments],
                       [args.seed], args.data)
        quantities = "train_loss", "train_accuracy", "val_loss", "val_accuracy"
        print(Table(["experiment", "best at step", "train. loss", "train. accuracy", "val. loss",
                     "val. accuracy"],
                    [[run.experiment.name, f"{run.best_step:,}",
                      *(f"{getattr(run, quantity):.4f}" for quantity in quantities)]
                     for (run,) in runs.values()]))
        fig, (left, right) = new_figure()
        plot_runs(left, runs, "loss")
        plot_runs(right, runs, "accuracy", splits=("val",))
        print(f"Figure: {save_figure(fig, figure)}")
    except (ArithmeticError, NotImplementedError, OSError, ValueError, Refused,
            WorkerDied) as error:
        parser.exit(2, f"error: {error}\n")
    except KeyboardInterrupt:
        parser.exit(130, "stopped; no figure was written\n")
