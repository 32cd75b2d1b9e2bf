"""The list of the checks. Each is a function of a Student that raises a Problem, or returns."""

from collections.abc import Callable
from dataclasses import dataclass

CHECKS = []


@dataclass(frozen=True)
class Check:
    """One check.

    subtask: "2b"; part: which of its points hang on it, as in kit/assignment.toml.
    title:   what is tried, in a few words.
    run:     the function.
    remark:  whether it costs no points.
    blanks:  the subtasks whose blanks are this one's to fill.
    """

    subtask: str
    part: str
    title: str
    run: Callable
    remark: bool
    blanks: tuple


def check(subtask, part, title, remark=False, blanks=()):
    """Return a decorator that adds a function to the checks."""
    def add(function):
        CHECKS.append(Check(subtask, part, title, function, remark, (subtask, *blanks)))
        return function
    return add
