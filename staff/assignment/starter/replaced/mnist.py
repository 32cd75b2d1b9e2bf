"""MNIST in the starter's layout from the kit's data; a hand-in's own mnist.py downloads it."""

from pathlib import Path

import assignment.mnist


def load():
    """Return the assignment's training images and labels, test images and labels."""
    X_train, Y_train, X_test, Y_test = assignment.mnist.read_mnist(
        Path(assignment.mnist.__file__).parents[1] / "data/mnist.npz")
    return X_train, Y_train.ravel(), X_test, Y_test.ravel()


def init():
    """Download nothing: the images are here."""
