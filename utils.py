"""Data, batches and drawing, shared by all tasks."""
import argparse

import numpy as np

from kit import ROOT
from kit.mnist import check_sha256, read_mnist
from kit.sweep import WorkerDied, build_folder

EMBEDDED_MNIST = ROOT / "data" / "mnist.npz"
MNIST_SHA256 = "4f2483ea4a11290d619bab16ec8bf359438efdc71877c131cacdec9bf43ae5cc"


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
        raise ValueError(f"There are {len(X)} images and {len(Y)} labels: each image needs one.")
    if not 1 <= batch_size <= len(X):
        raise ValueError(f"The batch size is {batch_size}: choose one from 1 to {len(X)}, "
                         "the number of examples.")
    if shuffle and rng is None:
        raise ValueError("Shuffling needs a generator: pass rng=np.random.default_rng(seed).")
    # BEGIN SOLUTION task 0
    #: yield (X_batch, Y_batch), batch_size rows of each at a time and the rest at the end, in
    #: the order given or, with shuffle, in one that rng draws for images and labels together;
    #: see task 0 of the assignment
    order = rng.permutation(len(X)) if shuffle else np.arange(len(X))
    for start in range(0, len(X), batch_size):
        rows = order[start:start + batch_size]
        yield X.take(rows, axis=0), Y.take(rows, axis=0)
    # END SOLUTION


class Table:
    """Rows under column names; shown as text in a terminal and as a table in a notebook."""

    def __init__(self, columns, rows):
        self.columns = list(columns)
        self.rows = [[self.text(cell) for cell in row] for row in rows]

    @staticmethod
    def text(cell):
        """A cell as text; yes and no for a truth value."""
        return ("yes" if cell else "no") if isinstance(cell, (bool, np.bool_)) else str(cell)

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


def plot_images(axes, images, titles, cmap="gray_r", limit=None):
    """Draw a flat image (784,) on each of the axes; colours span -limit to limit, if given."""
    low = None if limit is None else -limit
    for ax, image, title in zip(np.ravel(axes), images, titles):
        ax.imshow(np.reshape(image, (28, 28)), cmap=cmap, vmin=low, vmax=limit)
        ax.set_title(title, fontsize=9)
        ax.set_axis_off()


def plot_confusion(ax, counts):
    """Draw how often each digit (row) was read as which (column); mistakes set the colour."""
    mistakes = counts * (1 - np.eye(len(counts), dtype=int))
    ax.imshow(mistakes, cmap="Oranges")
    for row, column in np.ndindex(counts.shape):
        ax.text(column, row, counts[row, column], ha="center", va="center", fontsize=9,
                color="white" if mistakes[row, column] > 0.6 * mistakes.max() else "black")
    ax.set(xlabel="read as", ylabel="digit", xticks=range(len(counts)), yticks=range(len(counts)))


def new_figure(columns=2, rows=1, height=3.6):
    """A figure as wide as a page and its axes."""
    import matplotlib.pyplot as plt  # loaded when something is drawn: it takes half a second
    return plt.subplots(rows, columns, figsize=(10, height * rows), dpi=130,
                        layout="constrained")


def save_figure(fig, name):
    """Write the figure to build/figures/ whole or not at all; returns its path."""
    path = build_folder() / "figures" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    fig.savefig(path.with_suffix(".part"), format="png", dpi=150)
    path.with_suffix(".part").replace(path)
    return path


def whole_number(lowest):
    """A converter for argparse: whole numbers from `lowest` up."""
    def convert(text):
        if not text.isdecimal() or int(text) < lowest:
            raise argparse.ArgumentTypeError(f"got {text!r}, expected a whole number from "
                                             f"{lowest} up")
        return int(text)
    return convert


def command_line(description, main):
    """Run main(args) with --epochs, --seed and --data; a mistake of the user ends in one line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--epochs", type=whole_number(1), default=50, metavar="N",
                        help="train at most N epochs (default: 50)")
    parser.add_argument("--seed", type=whole_number(0), default=0, metavar="S",
                        help="seed of the weights and of the order of the batches (default: 0)")
    parser.add_argument("--data", metavar="PATH",
                        help="an npz file or a folder of IDX files instead of the embedded MNIST")
    args = parser.parse_args()
    try:
        main(args)
    except (ArithmeticError, OSError, ValueError, WorkerDied) as error:  # DataError is among them
        parser.exit(2, f"error: {error}\n")
    except KeyboardInterrupt:
        parser.exit(130, "stopped; no figure was written\n")
