"""The checks of an assignment.

A check is a function of a Student. It raises a Problem, or it passes and may return a sentence.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from kit.checking.student import Problem
from kit.definition import CHECKS
from kit.files import quote


class Surprised(Problem):
    """A check that has failed itself, on results in a form that it does not know."""


@dataclass(frozen=True)
class Check:
    """One check."""

    subtask: str        # "2b"
    part: str           # the points that depend on it, as in assignment.toml
    title: str          # what is tested, in a few words
    run: Callable
    remark: bool        # it costs no points
    blanks: tuple       # subtasks: if one of their blanks is empty, this check is "not started"

    @property
    def id(self):
        """Its name in a record."""
        return f"{self.subtask} {self.title}"


def check(subtask, part, title, remark=False, blanks=()):
    """A decorator that makes a Check of a function."""
    def decorate(function):
        run = guard(function, title)
        run.check = Check(subtask, part, title, run, remark, (subtask, *blanks))
        return run
    return decorate


def load_checks(assignment):
    """The checks in an assignment's package of checks and in the MODULES that it names."""
    package = assignment.load_module(CHECKS)
    return tuple(one.check for module in (package, *getattr(package, "MODULES", ()))
                 for one in vars(module).values()
                 if isinstance(getattr(one, "check", None), Check)
                 and one.__module__ == module.__name__)


def guard(function, title):
    """A check that turns an unexpected error into a Problem, so the other checks still run.

    In another layout than the kit's, another function may run under its title.
    """
    @functools.wraps(function)
    def run(student):
        try:
            return student.instead.get(title, function)(student)
        except (Problem, OSError):      # OSError: no process can be started
            raise
        except Exception as surprise:
            raise Surprised("the results cannot be judged, they are so different from the "
                            f"expected ones ({type(surprise).__name__}: {quote(surprise)})"
                            ) from surprise
    return run
