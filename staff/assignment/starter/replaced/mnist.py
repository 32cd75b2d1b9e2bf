"""The starter code's mnist.py, but with the kit's data: the hand-in's own downloads them."""

from pathlib import Path

import assignment.mnist


def load():
    """The assignment's training images and labels, test images and labels."""
    X_train, Y_train, X_test, Y_test = assignment.mnist.read_mnist(
        Path(assignment.mnist.__file__).parents[1] / "data/mnist.npz")
    return X_train, Y_train.ravel(), X_test, Y_test.ravel()


def init():
    """Download nothing: the images are here."""
