"""A student's code in another process: the checks can call, get and set."""

import contextlib
import functools
import re
import subprocess
import time
from pathlib import Path

import numpy as np

from kit.checking import messages
from kit.checking.case_file import read_cases
from kit.checking.launching import launch_process
from kit.checking.pipes import Pipe, Replies, limit_time
from kit.checking.top_level import asks_for_input, explain_top_level
from kit.definition import AGAIN, load_assignment
from kit.files import shorten, quote

CALL_SECONDS = 5
IMPORT_SECONDS = 20     # for the first call into a script: a cold disk is slow
PLACE = re.compile(r"(.{1,60}), line (\d{1,7})")
SCRIPT_OR_CELL = re.compile(r"[\w.-]+(?: cell \d+)?")
NO_PYTHON = "SyntaxError", "IndentationError", "TabError"
FUNCTION = re.compile(r"[\w.]{1,60}|<\w{1,60}>")


class Problem(Exception):
    """One sentence about a fault in a student's code."""

    error = None    # what the student's process said of it, if it did: a dict that may be forged


class NotWritten(Problem):
    """A blank was reached; its message names its `subtask`."""

    def __init__(self, subtask, words):
        super().__init__(words)
        self.subtask = subtask


class NotImported(Problem):
    """A script cannot be imported: nothing in it can be tested."""


class Student:
    """A student's scripts in a folder; they run in a process that starts when it is needed.

    Plain values are returned: numbers, text, lists, NumPy arrays. Other values come as a Handle,
    for later calls. All errors are Problems.

    assignment: Whose scripts they are. Default: that of the current folder.
    cases:      Inputs for the checks, with the right results. Default: the published ones.
    layout:     Of the code: "kit", or another one that has fewer functions.
    instead:    The checks of this layout, by the title that they replace.
    launch:     Starts the process for a folder and returns it. The process is like a Popen. It may
                have a `reason`, why it has ended, its own clock, `read_clock`, and `is_starved`:
                whether it is late only since this machine has too much to do.
    seconds:    The limit of one call.
    importing:  The limit of the first call into a script, in seconds.
    total:      The limit of all calls together, in seconds.
    """

    def __init__(self, folder, seconds=CALL_SECONDS, launch=None, cases=None, layout="kit",
                 instead=None, importing=IMPORT_SECONDS, total=float("inf"), assignment=None):
        self.assignment = assignment or load_assignment()
        self.folder, self.seconds, self.importing = Path(folder), seconds, importing
        self.cases = read_cases(self.assignment) if cases is None else cases
        self.layout, self.instead = layout, instead or {}
        self.total, self.left = total, total
        self.launch = launch or functools.partial(launch_process, self.assignment)
        self.process, self.replies, self.sent = None, None, 0
        self.starved = False    # whether a call was stopped only since others used the machine
        self.imported, self.broken = set(), {}      # broken: {script: why it cannot be imported}
        self.endless = {}       # {function or script that did not return: its Problem}
        self.met = []           # the Problems of other checks that a check has asked for

    def call(self, target, *arguments, keep=False, pure=False, **named):
        """Call a function; return its result.

        target: "script.function", or (handle, "method").
        keep:   return a Handle for every result.
        pure:   Problem if the function changes one of its arguments.
        """
        values = [*arguments, *named.values()]
        value, after = self.ask("call", target, values, names=list(named), keep=keep)
        if pure:
            refuse_changes(find_name(target), values, after)
        return value

    def get(self, target, keep=False):
        """The value of a name ("script.NAME"), or of an attribute (handle, "name")."""
        return self.ask("get", target, [], keep=keep)[0]

    def set(self, target, value):
        """Set the value of an attribute, (handle, "name")."""
        self.ask("set", target, [value])

    def ask(self, what, target, values, names=(), keep=False):
        """The values of the reply to one request."""
        name = find_name(target)
        path = target.split(".") if isinstance(target, str) else [name]
        script = path[0] if len(path) > 1 else ""
        self.refuse_hopeless(script, name if what == "call" else "")
        if self.process is None:
            self.start()
        if script and script not in self.imported and what != "import":
            self.ask("import", f"{script}.__name__", [])
        self.sent += 1
        header = {"id": self.sent, "do": what, "target": path, "names": [*names], "keep": keep}
        # after an endless import, others get less time: they import that script too
        seconds = self.importing if what == "import" and not self.endless else self.seconds
        clock = getattr(self.process, "read_clock", time.monotonic)
        started = clock()
        try:
            found = self.exchange(header, values if script else [target[0], *values],
                                  limit_time(min(seconds, self.left), clock))
        except TimeoutError:
            problem = self.explain_timeout(script if what == "import" else "", name, seconds)
            self.note_starving()
            self.stop()
            raise problem from None
        except NotImported as problem:
            self.broken[script] = problem       # it would fail each time
            raise
        finally:
            self.left -= clock() - started
        self.imported.add(script)
        return found

    def refuse_hopeless(self, script, function):
        """Raise the Problem that is known already of a script or function, "" for none."""
        if self.left <= 0:
            raise Problem(f"it took more than {self.total:g} s in all")
        for known in (self.broken, self.endless):
            if script in known:
                raise known[script]
        if function in self.endless:
            raise self.endless[function]

    def explain_timeout(self, script, function, seconds):
        """The Problem of a call that was stopped: the import of a script, or of a function."""
        what, kind, words = ((f"{script}.py", NotImported, f"importing {script}.py did not end")
                             if script else
                             (function, Problem, f"{function} did not return"))
        if self.left < seconds:
            return Problem(f"{what} was stopped: it took more than {self.total:g} s in all")
        why = script and explain_top_level(self.folder, script) or "does a loop never end?"
        found = self.endless[script or function] = kind(f"{words} within {seconds} s: {why}")
        return found

    def exchange(self, header, values, goes_on):
        """Send a request and return the values of its reply; TimeoutError if that takes long."""
        path = header["target"]
        importing = header["do"] == "import"
        name, kind = (f"{path[0]}.py", NotImported) if importing else (path[-1], Problem)
        try:
            messages.write_message(Pipe(self.process.stdin, goes_on), header, values)
        except TimeoutError:
            raise
        except OSError:     # the process has ended: no reply comes
            pass
        found = self.replies.take(goes_on)
        if found is None:
            why = getattr(self.process, "reason", "")
            self.note_starving()
            status = self.stop()
            words = (f"{name} was stopped: {why}" if why else
                     f"{name} ended the Python process (exit status {status}): remove "
                     "os._exit and similar calls, and return a value")
            raise kind(words)
        if isinstance(found, messages.ProtocolError):
            self.stop()
            raise kind(f"the result of {name} is refused: {found}")
        answer, values = found
        if not is_complete(answer, values, header):
            self.stop()
            raise kind(f"{name} interfered with the checks: it should only compute")
        if "error" in answer:
            problem = make_problem(path, answer["error"], self.folder)
            problem.error = answer["error"]
            raise problem
        return values

    def note_starving(self):
        """Note whether the process is late by no fault of its own; no call is judged then."""
        if getattr(self.process, "is_starved", bool)():
            self.starved, self.left = True, 0

    def start(self):
        """Start the process."""
        self.imported = set()
        self.process = self.launch(self.folder)
        self.replies = Replies(self.process.stdout)

    def stop(self, patience=0.2):
        """End the process, after some seconds; return its exit status."""
        if self.process is None:
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(patience)
        self.process.kill()     # and what it has started
        status = self.process.wait()
        with contextlib.suppress(OSError):      # the rest of the input is lost
            self.process.stdin.close()
        self.replies.stop()
        self.process = None
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop(0)


def is_complete(answer, values, header):
    """Whether a reply is complete and answers a request; a student's code may have sent it."""
    if type(answer.get("id")) is not int or answer["id"] != header["id"]:
        return False
    if "error" in answer:
        return isinstance(answer["error"], dict)
    if header["do"] == "call":
        return len(values) == 2 and isinstance(values[1], list)
    return len(values) == 1


def find_name(target):
    """The last part of a target's name."""
    return target.rsplit(".", 1)[-1] if isinstance(target, str) else target[1]


def refuse_changes(name, before, after):
    """Raise Problem if a function has changed one of its arrays."""
    for one, other in zip(before, after):
        if isinstance(one, np.ndarray) and not (
                isinstance(other, np.ndarray) and np.array_equal(one, other, equal_nan=True)):
            raise Problem(f"{name} changes its input array: work on a copy")


def make_problem(target, error, folder=""):
    """The Problem for an error in a student's code.

    That code may have written all of it. So only names and lines stand in the sentence as they
    are; other text stands in quotation marks.
    """
    kind, message = keep_name(error.get("type"), "an error"), str(error.get("message"))
    name, script = target[-1], error.get("importing") and keep_name(error["importing"], target[0])
    where = describe_place(error.get("where"))
    words = f": {quote(message, 200)}" if message else ""
    if asks_for_input(folder, error.get("where")):
        words += ": remove input(), which gets no answer here"
    if error.get("not_written") and message.startswith("task "):
        subtask, _, told = message[5:].partition(":")
        function = str(error.get("function"))
        return NotWritten(subtask, f"{function} is not written yet{where}"
                          if FUNCTION.fullmatch(function) else f"not written: {quote(told, 200)}")
    if script and error.get("missing") == script:
        return NotImported(f"{script}.py is missing: {AGAIN}")
    if kind == "BdbQuit":
        return (NotImported if script else Problem)(
            f"{f'{script}.py' if script else name} stops in a debugger{where}: remove "
            "breakpoint(), pdb.set_trace() and similar calls")
    if script and kind == "SystemExit" and (why := explain_top_level(folder, script)):
        return NotImported(f"{script}.py cannot be imported: it ends Python{where}: {why}")
    if script:
        return NotImported(f"{script}.py cannot be imported: {kind}{where}{words}")
    if kind in NO_PYTHON and where:
        file = where.removeprefix(" in ").rpartition(", line ")[0]
        return Problem(f"{file} does not parse: {kind}{where}{words}")
    if kind == "SystemExit":
        return Problem(f"{name} calls sys.exit{where}: return a value instead")
    if kind == "AttributeError" and not where:
        return Problem(f"{'.'.join(target)} is missing: restore this name")
    return Problem(f"{name} raises {kind}{where}{words}")


def keep_name(text, otherwise):
    """A text if it is a name in Python; otherwise another text."""
    text = shorten(text, 60)
    return text if text.isidentifier() else otherwise


def describe_place(where):
    """The file and the line of an error, for a sentence; "" if they are not known."""
    place = PLACE.fullmatch(shorten(where))
    if not place:
        return ""
    file, line = place.groups()
    return f" in {file if SCRIPT_OR_CELL.fullmatch(file) else quote(file)}, line {line}"
