"""Shows whether sandboxes hold on this machine: a program tries to break out of one."""

import contextlib
import json
import os
import secrets
import socket
import tempfile
import threading
from pathlib import Path

from kit.files import Refused, shorten
from staff.sandbox import bubblewrap
from staff.sandbox.limits import MIB, SCRATCH
from staff.sandbox.measuring import list_children
from staff.sandbox.program import Program

CANARY = Path(__file__).with_name("canary.py")
SECONDS = 30
ADVICE = """error: cannot isolate student code on this machine: {reason}
  Debian/Ubuntu:   sudo apt install bubblewrap
  Ubuntu 24.04:    sudo apt install apparmor-profiles && sudo install -m 0644 \
/usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && sudo \
apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict
  macOS, Windows:  use a Linux VM or WSL2
  Only for code you trust: --no-sandbox. Student code could then read your files and other \
submissions and change grades."""


class NotIsolated(Refused):
    """Why sandboxes do not hold (`reason`), and what to do, on several lines."""

    def __init__(self, reason):
        super().__init__(ADVICE.format(reason=reason))
        self.reason = reason


def check_isolation(sandbox):
    """Raise NotIsolated unless it can be shown that a sandbox holds."""
    try:
        found = find_escapes(sandbox)
    except (Refused, OSError) as problem:
        raise NotIsolated(shorten(problem, 400)) from None
    if found:
        raise NotIsolated("; ".join(shorten(words, 160) for words in found))


def find_escapes(sandbox):
    """All that the canary could do, as sentences; Refused if it could not be run."""
    if not hasattr(os, "pidfd_open") or list_children(os.getpid()) is None:
        raise Refused("this is not Linux, or its kernel does not list the children of a process")
    secret = secrets.token_hex(16)
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(open_listener(socket.AF_INET, ("127.0.0.1", 0)))
        stack.enter_context(open_listener(socket.AF_UNIX, f"\0{secret}"))
        file = stack.enter_context(tempfile.NamedTemporaryFile())
        stack.enter_context(set_variable("STAFF_GRADE_SECRET", secret))
        limits, assignment = sandbox.limits.code, sandbox.assignment
        scripts = [str(assignment.folder / name) for name in assignment.scripts]
        sizes = {place: getattr(limits, name) * MIB for place, name in SCRATCH.items()}
        targets = {"files": [file.name, *scripts], "port": listener.getsockname()[1],
                   "given": [*sandbox.given], "solutions": [*assignment.script_names, "staff"],
                   "abstract": secret, "secret": secret, "processes": limits.processes,
                   "sizes": sizes if bubblewrap.read_version() >= (0, 7) else {}}
        return ask_canary(sandbox, targets)


def ask_canary(sandbox, targets):
    """The list that the canary prints; Refused if it prints none."""
    process = sandbox.run(Program([sandbox.interpreter.program, "-I", "-B", "/canary.py",
                                   json.dumps(targets)], show={"/canary.py": CANARY}))
    timer = threading.Timer(SECONDS, process.kill)
    timer.start()
    try:
        said = process.stdout.read(2**16)
        status = process.wait(SECONDS)
    finally:
        timer.cancel()
        process.kill()
        process.stdin.close()
        process.stdout.close()
    with contextlib.suppress(ValueError):
        found = json.loads(said)
        if status == 0 and isinstance(found, list):
            return found
    raise Refused(process.read_last_line())


def open_listener(family, address):
    """A socket that listens at an address."""
    one = socket.socket(family)
    one.bind(address)
    one.listen()
    return one


@contextlib.contextmanager
def set_variable(name, value):
    """Set a variable of the environment, and take it away afterwards."""
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name, None)
