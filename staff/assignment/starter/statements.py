"""Runs a script statement by statement: its definitions are kept even if its top level fails or
takes too long."""

import __future__
import ast
import contextlib
import importlib
import os
import signal
import time

from adapter.notes import note

SCRIPT_SECONDS = 4      # of processor time: other work of the machine must not matter
ALL_SECONDS = 12        # of all scripts together
WAITING = 2             # times as much by the clock, since a script may sleep
DEFINING = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
SETTING = (*DEFINING, ast.Assign, ast.AnnAssign)


class TooLong(BaseException):
    """A script's top level takes too long."""


class Clock:
    """The processor time, and the time by the clock, that top levels may take; their problems."""

    def __init__(self, seconds=SCRIPT_SECONDS, in_all=ALL_SECONDS):
        self.timers, self.running, self.problems = (), False, []
        if hasattr(signal, "setitimer"):
            self.timers = (
                Timer(signal.ITIMER_PROF, signal.SIGPROF, time.process_time, seconds, in_all),
                Timer(signal.ITIMER_REAL, signal.SIGALRM, time.monotonic,
                      WAITING * seconds, WAITING * in_all))

    @contextlib.contextmanager
    def limit(self):
        """Raise TooLong inside this context after the seconds of one script.

        A script that another one imports shares its time.
        """
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
    """One of the process's timers, and the seconds that it has left."""

    def __init__(self, which, signal_number, now, seconds, in_all):
        self.which, self.signal_number, self.now = which, signal_number, now
        self.seconds, self.left = seconds, in_all

    @contextlib.contextmanager
    def limit(self, end):
        """Call end inside this context after the timer's seconds."""
        before, start = signal.signal(self.signal_number, end), self.now()
        given = max(0.05, min(self.seconds, self.left))
        signal.setitimer(self.which, given, 1)      # and again: a script may catch it
        try:
            yield
        finally:
            signal.setitimer(self.which, 0)
            signal.signal(self.signal_number, before)
            self.left -= self.now() - start


def run_statements(tree, path, namespace, clock, final=(), skipping=()):
    """Run a script's statements in a namespace; SyntaxError if one is not Python.

    After a statement that fails, only definitions, imports and assignments run; after one that
    takes too long, no assignments either.

    final:    exceptions that end the script and are raised.
    skipping: exceptions that end a statement, which has not failed; they have a method resume.
    """
    flags = find_flags(tree)
    kinds = ast.stmt
    for statement in tree.body:
        if not isinstance(statement, kinds):
            continue
        code = compile(ast.Module([statement], []), str(path), "exec", flags, dont_inherit=True)
        try:
            with clock.limit():
                try:
                    exec(code, namespace)
                except ImportError:
                    import_others(statement, namespace)
                    raise
        except final:
            raise
        except skipping as ended:
            ended.resume()
        except BaseException as problem:    # SystemExit too
            clock.problems.append(problem)
            if kinds is ast.stmt or isinstance(problem, TooLong):
                note(describe_place(path, statement) + describe_problem(problem))
            kinds = DEFINING if isinstance(problem, TooLong) or kinds is DEFINING else SETTING


def import_others(statement, namespace):
    """Take the names that an import does find: one that is missing costs itself."""
    if isinstance(statement, ast.ImportFrom):
        for alias in statement.names:
            with contextlib.suppress(ImportError, AttributeError):
                module = importlib.import_module(statement.module)
                namespace[alias.asname or alias.name] = getattr(module, alias.name)


def find_flags(tree):
    """The compiler's flags for a script's imports from __future__.

    Annotations are never evaluated: one of them may name what could not be imported.
    """
    names = ["annotations"] + [alias.name for node in tree.body if isinstance(node, ast.ImportFrom)
             and node.module == "__future__" for alias in node.names]
    return sum({getattr(__future__, name).compiler_flag for name in names
                if name in __future__.all_feature_names})


def describe_place(path, statement):
    """The file and the line of a statement."""
    return f"{os.path.basename(str(path))}, line {statement.lineno}"


def describe_problem(problem):
    """The words on a statement that has raised a problem."""
    if isinstance(problem, TooLong):
        return (": it does not come to an end when it is imported; put it under if __name__ == "
                "\"__main__\"")
    try:
        words = str(problem)
    except BaseException:       # a __str__ of the student's
        words = ""
    said = f"{type(problem).__name__}: {words[:150]}" if words else type(problem).__name__
    return f" fails when it is imported, only definitions were used: {said}"
