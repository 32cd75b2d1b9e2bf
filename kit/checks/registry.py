"""The list of the checks. Each is a function of a Student that raises a Problem or returns. The
results show the words that it returns beside "passed"."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from kit.checks.student import Problem

CHECKS = []


@dataclass(frozen=True)
class Check:
    """One check.

    subtask: "2b"; part: the points that depend on it, as in kit/assignment.toml.
    title:   what is tested, in a few words.
    run:     the function.
    remark:  whether it costs no points.
    blanks:  subtasks; if one of their blanks is empty, this check is "not started".
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
    """Return a check that turns an unexpected error into a Problem, so the other checks still run.
    In another layout than the kit's, another function may run under its title."""
    @functools.wraps(function)
    def run(student):
        try:
            return student.instead.get(title, function)(student)
        except (Problem, OSError):      # OSError: no process can be started
            raise
        except Exception as surprise:
            raise Problem("the results of the code cannot be judged, they are so different from "
                          "the expected ones "
                          f"({type(surprise).__name__}: {surprise})") from surprise
    return run
