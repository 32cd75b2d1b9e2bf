"""Attacks on the grader, each with what must come of it; no process left, no neighbour touched."""

import contextlib
import os
import pickle
import re
import resource
import signal
import socket
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest
from attacks import ATTACKS, HELPERS, HONEST, OTHERS, PATIENT
from hostile import (CODE, LIMITS, Neighbour, Watched, outcome, the_sandbox, until_gone, written)

from kit import ROOT
from kit.checks.student import Problem, Student
from staff.grading.sandbox import Sandbox

SECRET = "SECRET-of-the-host"


@pytest.fixture
def sandbox():
    """A Sandbox; the test is skipped where none holds, and fails in CI."""
    return the_sandbox()


@pytest.fixture
def neighbour(tmp_path):
    """Somebody else's submission; it must not have changed."""
    one = Neighbour(tmp_path / "neighbour")
    with one.socket:
        yield one
    assert one.unchanged(), "another submission was changed"


@contextlib.contextmanager
def listeners():
    """Yield the port and the abstract name at which this process listens."""
    with socket.socket() as loopback, socket.socket(socket.AF_UNIX) as abstract:
        loopback.bind(("127.0.0.1", 0))
        loopback.listen()
        name = f"hostile-{os.getpid()}"
        abstract.bind(f"\0{name}")
        abstract.listen()
        yield str(loopback.getsockname()[1]), name


def planted(name, neighbour, folder, port="1", abstract="none"):
    """Write the submission of an attack; return its folder."""
    code = HELPERS + ATTACKS[name][1]
    for word, value in {"HOST": str(neighbour.folder), "REPOSITORY": str(ROOT), "PORT": port,
                        "ABSTRACT": abstract}.items():
        code = code.replace(word, value)
    return written(folder, code, **OTHERS.get(name, {}))


@pytest.mark.attack
@pytest.mark.parametrize("name", ATTACKS)
def test_attack(name, sandbox, neighbour, tmp_path, monkeypatch):
    monkeypatch.setenv("STAFF_SECRET", SECRET)
    launch = Watched(sandbox)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with listeners() as (port, abstract):
        folder = planted(name, neighbour, tmp_path / "sub", port, abstract)
        files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        found = outcome(folder, launch, 20 if name in PATIENT else CODE.call_seconds)
    assert re.search(ATTACKS[name][0], found), found
    assert launch.started and launch.left() == []
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == files
    assert found.isprintable() and len(found) < 500
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 150 * 1024, f"the grader grew by {grown // 1024} MiB"
