"""Runs a script, statement by statement, that may fail or take long at its top level: what it
defines is kept."""

import __future__
import ast
import contextlib
import os
import signal
import time

from adapter.notes import note
from adapter.old_numpy import renewed

SCRIPT_SECONDS = 4      # of the processor's: what else the machine does must not decide
ALL_SECONDS = 12        # of all scripts together
WAITING = 2             # times these by the clock, since a script may sleep; an import may take 30
DEFINING = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
SETTING = (*DEFINING, ast.Assign, ast.AnnAssign)


class TooLong(BaseException):
    """The time of a script's top level is used up."""


class Clock:
    """The processor time that all top levels may take together, and the time."""

    def __init__(self, seconds=SCRIPT_SECONDS, in_all=ALL_SECONDS):
        self.timers, self.running = (), False
        if hasattr(signal, "setitimer"):
            self.timers = (
                Timer(signal.ITIMER_PROF, signal.SIGPROF, time.process_time, seconds, in_all),
                Timer(signal.ITIMER_REAL, signal.SIGALRM, time.monotonic,
                      WAITING * seconds, WAITING * in_all))

    @contextlib.contextmanager
    def limit(self):
        """Raise TooLong in what runs inside once the seconds of one script are used up; a script
        that another one imports shares its time."""
        if self.running:
            yield
            return
        self.running = True
        try:
            with contextlib.ExitStack() as stack:
                for timer in self.timers:
                    stack.enter_context(timer.limit(self.end))
                yield
        finally:
            self.running = False

    @staticmethod
    def end(*_):
        """Raise TooLong, as a signal's handler."""
        raise TooLong


class Timer:
    """One of the process's timers, and the seconds that are left by it."""

    def __init__(self, which, signal_number, now, seconds, in_all):
        self.which, self.signal_number, self.now = which, signal_number, now
        self.seconds, self.left = seconds, in_all

    @contextlib.contextmanager
    def limit(self, end):
        """Call end in what runs inside once its seconds are used up."""
        before, start = signal.signal(self.signal_number, end), self.now()
        given = max(0.05, min(self.seconds, self.left))
        signal.setitimer(self.which, given, 1)      # and again: a script may catch it
        try:
            yield
        finally:
            signal.setitimer(self.which, 0)
            signal.signal(self.signal_number, before)
            self.left -= self.now() - start


def run(source, path, namespace, gone, clock, final=(), skipping=()):
    """Run a script's statements in a namespace; after one that fails only definitions, imports and
    assignments, after one that takes too long no assignments either.

    final:    exceptions that end the script and are raised; skipping: those that end a statement,
              which has not failed, and have a method resume. SyntaxError if it is no Python.
    """
    tree = renewed(source, path, gone)
    flags = future_flags(tree)
    kinds = ast.stmt
    for statement in tree.body:
        if not isinstance(statement, kinds):
            continue
        code = compile(ast.Module([statement], []), str(path), "exec", flags, dont_inherit=True)
        try:
            with clock.limit():
                exec(code, namespace)
        except final:
            raise
        except skipping as ended:
            ended.resume()
        except BaseException as problem:    # SystemExit too
            if kinds is ast.stmt or isinstance(problem, TooLong):
                note(place(path, statement) + in_words(problem))
            kinds = DEFINING if isinstance(problem, TooLong) or kinds is DEFINING else SETTING


def future_flags(tree):
    """Return the compiler's flags for a script's imports from __future__."""
    names = [alias.name for node in tree.body if isinstance(node, ast.ImportFrom)
             and node.module == "__future__" for alias in node.names]
    return sum({getattr(__future__, name).compiler_flag for name in names
                if name in __future__.all_feature_names})


def place(path, statement):
    """Return where a statement stands."""
    return "{}, line {}".format(os.path.basename(str(path)), statement.lineno)


def in_words(problem):
    """Return what is said of a statement that has ended in a problem."""
    if isinstance(problem, TooLong):
        return (": what it does when it is imported does not come to an end; it belongs under "
                "if __name__ == \"__main__\"")
    try:
        words = str(problem)
    except BaseException:       # a __str__ of the student's
        words = ""
    return " fails when it is imported, what is defined was taken: {}{}".format(
        type(problem).__name__, ": " + words[:150] if words else "")
