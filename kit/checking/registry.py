"""The checks of an assignment. Each is a function of a Student that raises a Problem or returns.
The results show the words that it returns beside "passed"."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from kit.checking.student import Problem
from kit.definition import CHECKS


@dataclass(frozen=True)
class Check:
    """One check.

    subtask: "2b"; part: the points that depend on it, as in assignment.toml.
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

    @property
    def id(self):
        """Its name in a record."""
        return f"{self.subtask} {self.title}"


def check(subtask, part, title, remark=False, blanks=()):
    """Return a decorator that makes a check of a function."""
    def decorate(function):
        run = guard(function, title)
        run.check = Check(subtask, part, title, run, remark, (subtask, *blanks))
        return run
    return decorate


def load_checks(assignment):
    """The checks of an assignment, in order: those of its package of checks, and those of the
    MODULES that the package names."""
    package = assignment.load_module(CHECKS)
    return tuple(one.check for module in (package, *getattr(package, "MODULES", ()))
                 for one in vars(module).values()
                 if isinstance(getattr(one, "check", None), Check)
                 and one.__module__ == module.__name__)


def guard(function, title):
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
