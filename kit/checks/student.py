"""A student's code as the checks see it: call, get and set, in another process."""

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np

from kit.checks import codec
from kit.checks.cases import read_cases
from kit.files import one_line

WORKER = Path(__file__).with_name("worker.py")
CALL_SECONDS = 5
IMPORT_SECONDS = 20     # of the first call into a script: a cold disk is slow


class Problem(Exception):
    """What is wrong with a student's code, in one sentence."""


class NotWritten(Problem):
    """A blank was reached; `subtask` is the one that its message names."""

    def __init__(self, subtask, words):
        super().__init__(words)
        self.subtask = subtask


class NotImported(Problem):
    """A script cannot be imported: nothing in it can be tried."""


class Student:
    """A student's scripts in a folder, run in a process that is started when it is needed.

    Values that are asked for are plain: numbers, text, lists, NumPy arrays. Everything else comes
    as a Handle, which can be called, asked and given back. Whatever goes wrong is a Problem.

    launch: starts the process for a folder and returns it, with what subprocess.Popen has: stdin,
            stdout, poll, wait, kill; and, if it knows, `reason`: why the process has ended.
    cases:  inputs for the checks and what is right for them; the published ones without it.
    layout: "kit", or another in which not all is asked that the kit's scripts ask.
    instead: {title of a check: the function that is tried in its place in this layout}.
    importing, total: seconds for the first call into a script, and for all calls together.
    """

    def __init__(self, folder, seconds=CALL_SECONDS, launch=None, cases=None, layout="kit",
                 instead=None, importing=IMPORT_SECONDS, total=float("inf")):
        self.folder, self.seconds, self.importing = Path(folder), seconds, importing
        self.cases, self.layout, self.instead = cases or read_cases(), layout, instead or {}
        self.total, self.left = total, total
        self.launch = launch or launch_worker
        self.process, self.replies, self.sent = None, None, 0
        self.imported, self.broken = set(), {}      # broken: {script: why it cannot be imported}
        self.endless = {}       # {function or script: the Problem of what did not come back}

    def call(self, target, *arguments, keep=False, pure=False, **named):
        """Return what a function returns.

        target: "task2.sigmoid", or (handle, "forward").
        keep:   return a Handle, whatever it is.
        pure:   Problem, if the function changes one of its arguments.
        """
        values = [*arguments, *named.values()]
        value, after = self.ask("call", target, values, names=list(named), keep=keep)
        if pure:
            check_unchanged(name_of(target), values, after)
        return value

    def get(self, target, keep=False):
        """Return a name of a module ("task4.BUDGET"), or an attribute (handle, "ws")."""
        return self.ask("get", target, [], keep=keep)[0]

    def set(self, target, value):
        """Give an attribute, (handle, "ws"), a value."""
        self.ask("set", target, [value])

    def ask(self, what, target, values, names=(), keep=False):
        """Return the values of the reply to one request."""
        name = name_of(target)
        path = target.split(".") if isinstance(target, str) else [name]
        script = path[0] if len(path) > 1 else ""
        if self.left <= 0:
            raise Problem(f"it took more than {self.total:g} s in all")
        if script in self.broken:
            raise self.broken[script]
        for known in (script, name if what == "call" else ""):
            if known in self.endless:
                raise self.endless[known]
        if self.process is None:
            self.start()
        importing = bool(script) and script not in self.imported
        if importing and what != "import":
            self.ask("import", f"{script}.__name__", [])
        self.sent += 1
        header = {"id": self.sent, "do": what, "target": path, "names": [*names], "keep": keep}
        # once a script has not come back, no cold disk is what others wait for: they import it too
        seconds = self.importing if what == "import" and not self.endless else self.seconds
        started = time.monotonic()
        try:
            found = self.reply(header, values if script else [target[0], *values],
                               min(seconds, self.left))
        except queue.Empty:
            self.stop()
            if self.left < seconds:
                raise Problem(f"{name} was stopped: it took more than {self.total:g} s in all"
                              ) from None
            what, culprit = ((f"importing {script}.py did not end", script) if what == "import"
                             else (f"{name} did not come back", name))
            kind = NotImported if culprit == script else Problem
            self.endless[culprit] = kind(f"{what} within {seconds} s: does a loop never end?")
            raise self.endless[culprit] from None
        except NotImported as problem:
            self.broken[script] = problem       # it would be so each time
            raise
        finally:
            self.left -= time.monotonic() - started
        self.imported.add(script)
        return found

    def reply(self, header, values, seconds):
        """Send a request and return the values of its reply; queue.Empty after the seconds."""
        path = header["target"]
        name = f"{path[0]}.py" if header["do"] == "import" else path[-1]
        with contextlib.suppress(OSError):      # the process may have ended: it has left a None
            codec.write(self.process.stdin, header, values)
        found = self.replies.get(timeout=seconds)
        if found is None:
            self.replies.put(None)      # for stop
            why = getattr(self.process, "reason", "")
            status = self.stop()
            words = (f"{name} was stopped: {why}" if why else
                     f"{name} ended the Python process (exit status {status}): take out "
                     "os._exit and the like, and return a value")
            raise (NotImported if header["do"] == "import" else Problem)(words)
        answer, values = found
        if answer.get("id") != header["id"] or not is_whole(answer, values, header["do"]):
            self.stop()
            if "unreadable" in answer:
                raise Problem(f"the answer of {name} is refused: "
                              f"{one_line(answer['unreadable'], 100)}")
            raise Problem(f"{name} interfered with the checks: let it only compute")
        if "error" in answer:
            raise problem_of(path, answer["error"])
        return values

    def start(self):
        """Start the process."""
        self.replies, self.imported = queue.Queue(maxsize=1), set()     # it may send without end
        self.process = self.launch(self.folder)
        threading.Thread(target=read_all, args=(self.process.stdout, self.replies),
                         daemon=True).start()

    def stop(self):
        """End the process; return its exit status."""
        if self.process is None:
            return None
        try:
            status = self.process.wait(0.2 if self.process.poll() is None else 0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        with contextlib.suppress(OSError):      # what it has not read, nobody will
            self.process.stdin.close()
        with contextlib.suppress(queue.Empty):      # what it has sent besides, up to the end
            while self.replies.get(timeout=1) is not None:
                pass
        self.process = None
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process is not None:
            self.process.kill()
        self.stop()


def launch_worker(folder):
    """Start a worker on this machine as it is, without a sandbox."""
    environment = {**os.environ, "MPLBACKEND": "Agg", "OPENBLAS_NUM_THREADS": "1",
                   "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-I", "-B", "-X", "utf8", str(WORKER), str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=environment, start_new_session=os.name == "posix")


def read_all(stream, replies):
    """Put the messages of a stream into a queue; None after the last one."""
    with stream:
        try:
            while True:
                replies.put(codec.read(stream))
        except codec.ProtocolError as problem:
            replies.put(({"unreadable": str(problem)}, []))
        except (EOFError, OSError, ValueError):
            pass
    replies.put(None)


def is_whole(answer, values, what):
    """Return whether a reply has what it must have; a student's code may have sent it."""
    if "error" in answer:
        return isinstance(answer["error"], dict)
    if what == "call":
        return len(values) == 2 and isinstance(values[1], list)
    return len(values) == 1


def name_of(target):
    """Return the last part of a target's name."""
    return target.rsplit(".", 1)[-1] if isinstance(target, str) else target[1]


def check_unchanged(name, before, after):
    """Raise Problem if a function has changed an array that it was given."""
    for one, other in zip(before, after):
        if isinstance(one, np.ndarray) and not (
                isinstance(other, np.ndarray) and np.array_equal(one, other, equal_nan=True)):
            raise Problem(f"{name} changes the array that it is given: work on a copy")


def problem_of(target, error):
    """Return the Problem for what a student's code has raised."""
    kind, message = one_line(error.get("type"), 60), str(error.get("message"))
    name, script = target[-1], one_line(error.get("importing") or "", 60)
    where = f" in {one_line(error['where'], 60)}" if error.get("where") else ""
    words = f": {one_line(message, 200)}" if message else ""
    if error.get("not_written") and message.startswith("task "):
        subtask, _, told = message[5:].partition(":")
        function = one_line(error.get("function") or "", 60)
        return NotWritten(subtask, f"{function} is still to be written{where}" if function
                          else one_line(told, 200))
    if script and error.get("missing") == script:
        return NotImported(f"{script}.py is missing: take it from the assignment's zip again")
    if script:
        return NotImported(f"{script}.py cannot be imported: {kind}{where}{words}")
    if kind == "SystemExit":
        return Problem(f"{name} calls sys.exit{where}: return a value instead")
    if kind == "AttributeError" and not where:
        return Problem(f"{'.'.join(target)} is missing: give it back its name")
    return Problem(f"{name} raises {kind}{where}{words}")
