"""The list of the checks. Each is a function of a Student that raises a Problem, or returns; what
it returns, if anything, is said beside "passed"."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from kit.checks.student import Problem

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
        run = guarded(function, title)
        CHECKS.append(Check(subtask, part, title, run, remark, (subtask, *blanks)))
        return run
    return add


def guarded(function, title):
    """Return a check that turns what it has not foreseen into a Problem: the others go on. In
    another layout than the kit's, another function may be tried under its title."""
    @functools.wraps(function)
    def run(student):
        try:
            return student.instead.get(title, function)(student)
        except (Problem, OSError):      # the latter: no process can be started
            raise
        except Exception as surprise:
            raise Problem("what the code gives cannot be judged, it is so unlike what was "
                          f"expected ({type(surprise).__name__}: {surprise})") from surprise
    return run
