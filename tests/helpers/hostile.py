"""Submissions that attack the grader: what they are run in, and what comes of them."""

import contextlib
import functools
import os
import socket
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kit.checking.student import Problem, Student
from kit.files import Refused
from staff.sandbox.limits import read_limits
from staff.sandbox.measuring import list_descendants
from staff.sandbox.sandbox import Sandbox

QUESTION = np.arange(4.0)
LIMITS = read_limits()
# small, so that what runs into them does so soon
CODE = replace(LIMITS.code, call_seconds=3, import_seconds=4, total_seconds=25, memory_mib=300)


@functools.cache
def sandbox_or_reason():
    """Return a Sandbox that holds on this machine, and why there is none."""
    try:
        sandbox = Sandbox(replace(LIMITS, code=CODE))
        sandbox.probe()
        return sandbox, ""
    except Refused as refusal:
        return None, getattr(refusal, "reason", str(refusal))


def the_sandbox():
    """Return a Sandbox; skip the test where there is none, fail it in CI."""
    sandbox, why = sandbox_or_reason()
    if sandbox is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no sandbox: {why}")
    return sandbox


class Watched:
    """A sandbox's launch that remembers the namespaces of what it started.

    They are held open: the sandbox of another test cannot get the same number.
    """

    def __init__(self, sandbox):
        self.sandbox, self.started = sandbox, []

    def __call__(self, folder):
        process = self.sandbox.launch(folder)
        for child in list_descendants(process.pid)[:1]:
            self.started.append(open(f"/proc/{child}/ns/pid"))
        return process

    def left(self):
        """Return the processes that are left in those namespaces."""
        found = []
        for file in self.started:
            with file:
                found += inhabitants(os.readlink(f"/proc/self/fd/{file.fileno()}"))
        return found


def inhabitants(namespace):
    """Return the numbers of the processes in a namespace, such as "pid:[4026531836]".

    Those are left out that have ended, and wait for the machine's first process to notice.
    """
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            ended = ") Z " in Path(f"/proc/{process}/stat").read_text()
            if os.readlink(f"/proc/{process}/ns/pid") == namespace and not ended:
                found.append(int(process))
    return found


def until_gone(namespace, seconds=5):
    """Return what is left in a namespace when it is empty, or after some seconds."""
    end = time.monotonic() + seconds
    while inhabitants(namespace) and time.monotonic() < end:
        time.sleep(0.02)
    return inhabitants(namespace)


def written(folder, code, **others):
    """Write a task2.py, and other files, into a folder; return the folder."""
    folder.mkdir(exist_ok=True)
    for name, text in {"task2.py": code, **others}.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")
    return folder


def outcome(folder, launch, seconds=CODE.call_seconds):
    """Return what comes of asking a task2.py for twice an array.

    "right", "said …" if it returns text, "wrong" for any other value; a Problem's sentence.
    """
    with Student(folder, seconds, launch, cases={"none": 0},
                 importing=CODE.import_seconds) as student:
        try:
            value = student.call("task2.answer", QUESTION)
        except Problem as problem:
            return str(problem)
    if isinstance(value, str):
        return f"said {value}"
    return "right" if is_right(value) else "wrong"


def is_right(value):
    """Return whether a value is the right answer, and a plain array."""
    return (type(value) is np.ndarray and value.dtype == float and
            value.shape == QUESTION.shape and np.allclose(value, 2 * QUESTION))


class Neighbour:
    """A folder with somebody else's submission, results and a socket that listens."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir()
        for name in ("task2.py", "results.csv", "junit.xml", "results.json", "record.sqlite"):
            (self.folder / name).write_text("the neighbour's\n")
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(self.folder / "socket"))
        self.socket.listen()
        self.before = self.state()

    def state(self):
        """Return names, contents, dates and modes of all files."""
        return [(str(path), path.stat().st_mode, path.stat().st_mtime_ns,
                 path.read_text() if path.is_file() else "")
                for path in sorted(self.folder.rglob("*"))]

    def unchanged(self):
        """Return whether it is as it was."""
        return self.state() == self.before
