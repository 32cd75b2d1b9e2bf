"""Data, batches and drawing, shared by all tasks."""
import argparse
import sys
from pathlib import Path

import numpy as np

from kit.mnist import DataError, check_sha256, read_mnist

ROOT = Path(__file__).resolve().parent
EMBEDDED_MNIST = ROOT / "data" / "mnist.npz"
MNIST_SHA256 = "4f2483ea4a11290d619bab16ec8bf359438efdc71877c131cacdec9bf43ae5cc"
FIGURES = ROOT / "build" / "figures"


def load_full_mnist(path=None, verbose=True):
    """MNIST as X_train (20000, 784), Y_train (20000, 1), X_val (10000, 784), Y_val (10000, 1).

    Pixels are 0-255 and labels 0-9, both uint8. Without a path the embedded copy is read, once its
    sha256 has been checked. A path names another npz file with the same keys, or a folder of IDX
    files, gzipped or not; its first 20,000 training and all its test images are taken.
    Raises kit.mnist.DataError, which names the file, what is wrong and what to do.
    """
    if path is None:
        check_sha256(EMBEDDED_MNIST, MNIST_SHA256)
    X_train, Y_train, X_val, Y_val = read_mnist(EMBEDDED_MNIST if path is None else path)
    if verbose:
        print(f"Training data    X: {X_train.shape}, Y: {Y_train.shape}")
        print(f"Validation data  X: {X_val.shape}, Y: {Y_val.shape}")
    return X_train, Y_train, X_val, Y_val


def generators(seed):
    """Two numpy.random.Generators of one seed: for a run's weights, and for its batches.

    Runs that are compared thus see the same batches, however many weights each one draws.
    """
    return [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(2)]


def batch_loader(X, Y, batch_size, shuffle=False, rng=None):
    """Yield (X_batch, Y_batch) until every example has been seen once; the last may be smaller.

    With shuffle, `rng` (a numpy.random.Generator) draws one order for images and labels together.
    """
    if len(X) != len(Y):
        raise ValueError(f"There are {len(X)} images and {len(Y)} labels: give one label an image.")
    if not 1 <= batch_size <= len(X):
        raise ValueError(f"The batch size is {batch_size}: choose one from 1 to {len(X)}, "
                         "the number of examples.")
    if shuffle and rng is None:
        raise ValueError("Shuffling needs a generator: pass rng=np.random.default_rng(seed).")
    order = rng.permutation(len(X)) if shuffle else np.arange(len(X))
    for start in range(0, len(X), batch_size):
        rows = order[start:start + batch_size]
        yield X[rows], Y[rows]


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


def mean_and_spread(values, digits=3):
    """'mean ± half the range' of one number a seed."""
    half_range = (max(values) - min(values)) / 2
    return f"{np.mean(values):.{digits}f} ± {half_range:.{digits}f}"


def plot_loss(ax, steps, values, label, **style):
    """Draw one curve against gradient steps; several runs (seeds, steps) give mean and range.

    Runs of different length are drawn up to the end of the shortest.
    """
    runs = [values] if np.ndim(values[0]) == 0 else values
    length = min(len(run) for run in runs)
    runs = np.array([run[:length] for run in runs])  # (seeds, length)
    steps = np.asarray(steps)[:length]
    line, = ax.plot(steps, runs.mean(axis=0), label=label, **style)
    if len(runs) > 1:
        ax.fill_between(steps, runs.min(axis=0), runs.max(axis=0),
                        color=line.get_color(), alpha=0.2, linewidth=0)
    return line


def label_axes(ax, title, ylabel, xlabel="gradient steps"):
    """Title, axis labels, legend and a light grid."""
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    ax.grid(alpha=0.3)
    ax.legend()


def new_figure(columns=2, rows=1, height=3.6):
    """A figure as wide as a page and its axes."""
    import matplotlib.pyplot as plt  # loaded when something is drawn: it takes half a second
    return plt.subplots(rows, columns, figsize=(10, height * rows), layout="constrained")


def save_figure(fig, name):
    """Write the figure to build/figures/ whole or not at all; returns its path."""
    FIGURES.mkdir(parents=True, exist_ok=True)
    path = FIGURES / name
    fig.savefig(path.with_suffix(".part"), format="png", dpi=150)
    path.with_suffix(".part").replace(path)
    return path


def command_line(description, main):
    """Run main(args) with --epochs, --seed and --data; what the user got wrong ends in one line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--epochs", type=positive, default=50, metavar="N",
                        help="train at most N epochs (default: 50)")
    parser.add_argument("--seed", type=natural, default=0, metavar="S",
                        help="seed of the weights and of the order of the batches (default: 0)")
    parser.add_argument("--data", metavar="PATH",
                        help="an npz file or a folder of IDX files instead of the embedded MNIST")
    args = parser.parse_args()
    try:
        main(args)
    except (DataError, OSError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped; nothing was written")
