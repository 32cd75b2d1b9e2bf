"""The numbers that the subtasks ask for: how answers write them, and those of the code."""

import contextlib
import re
from functools import lru_cache
from pathlib import Path

import numpy as np

from assignment.mnist import read_mnist
from kit.checking.student import Problem
from staff.notebooks.reported import COUNT, is_number

CHAOTIC = ("4d", "4e")      # deep networks train differently on another machine
DECIMAL = re.compile(r"(?<![\w.,])[-−]?\d{1,6}(?:[.,]|\{,\})\d{1,15}(?![\w%])")
SMALL = re.compile(r"(?<![\w.,+\-−])\d{2,3}(?![\w,.]\d|\d)")
WIDTH = re.compile(r"(\d{2,3})\s*(?:\+|and|,|&|×)\s*\1\b|\bwidths?\b\D{0,40}?(\d{2,3})\b"
                   r"|\b(\d{2,3})\s+(?:hidden\s+)?(?:units|nodes|neurons)", re.IGNORECASE)
MEAN = re.compile(r"(?:\bmean\b|\baverage\b|[µμ]|\\mu\b)[^\d\n]{0,80}?"
                  r"([-−]?\d+(?:(?:[.,]|\{,\})\d+)?)", re.IGNORECASE)
DEVIATION = re.compile(r"(?:\bdeviation\b|\bstd\b|σ|\\sigma\b)[^\d\n]{0,80}?"
                       r"([-−]?\d+(?:(?:[.,]|\{,\})\d+)?)", re.IGNORECASE)
# subtask, name, the pattern before the number, the pattern of the number
ASKED = (("2a", "mean", MEAN, DECIMAL), ("2a", "standard deviation", DEVIATION, DECIMAL),
         ("2d", "number of parameters", None, COUNT), ("4d", "width", WIDTH, SMALL),
         ("4d", "parameters of one layer", None, COUNT),
         ("4d", "parameters of two layers", None, COUNT))


def compute_numbers(student):
    """{(subtask, name): value} from the student's code."""
    found = {}
    for add in (add_statistics, add_one_layer, add_two_layers):
        # the checks report the faults of the code; here its numbers are just missing
        with contextlib.suppress(Problem, TypeError, ValueError, IndexError):
            add(student, found)
    return found


def add_statistics(student, found):
    """Add the mean and the standard deviation of the training images."""
    mean, std = student.call("task2.training_statistics", load_training_images())
    found["2a", "mean"], found["2a", "standard deviation"] = mean, std


def add_one_layer(student, found):
    """Add the number of parameters of task 2's network."""
    count = count_parameters(student, [64, 10])
    found["2d", "number of parameters"] = found["4d", "parameters of one layer"] = count


def add_two_layers(student, found):
    """Add the width of two hidden layers, and their parameters."""
    width = student.get("task4.WIDTH")
    if is_number(width) and 0 < width < 10_000:
        found["4d", "width"] = width
        sizes = [int(width), int(width), 10]
        found["4d", "parameters of two layers"] = count_parameters(student, sizes)


def count_parameters(student, sizes):
    """The number of a network's parameters by count_parameters, or by its weights."""
    try:
        return student.call("task2.count_parameters", sizes)
    except Problem:
        model = student.call("task2.SoftmaxModel", sizes, keep=True)
        return sum(np.size(w) for w in student.get((model, "ws")))


@lru_cache(maxsize=1)
def load_training_images():
    """The assignment's training images (20000, 784)."""
    return read_mnist(Path(__file__).parents[2] / "data" / "mnist.npz")[0]
