"""Jobs that stand in for marking: (what, for how long or where), for processes of their own."""

import contextlib
import importlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def do(job):
    """Return what a job asks for, or do what it asks for instead."""
    what, value = job
    if what == "double":
        return 2 * value
    if what == "sleep":
        time.sleep(value)
        return os.getpid()
    if what == "raise":
        raise ValueError(value)
    if what == "exit":
        sys.exit(value)
    if what == "die":               # as often as the file is short
        path = Path(value)
        path.write_text(path.read_text() + "x" if path.exists() else "x")
        if len(path.read_text()) <= 1:
            os._exit(9)
        return "survived"
    if what == "die always":
        os._exit(9)
    if what == "die in the end":    # while the result is sent, as when memory ends there
        return Deadly()
    if what == "no result":
        return lambda: None
    if what == "raise what cannot be sent":
        raise Unsendable(value, "and more")
    if what == "import":
        return importlib.import_module(value).VALUE
    if what == "log":               # (a file, another job)
        file, other = value
        with open(file, "a") as log:
            log.write(f"{other}\n")
        return do(other)
    if what == "sandbox":           # a folder, which is empty again in the end
        with start_program(Path(value)):
            time.sleep(60)
    raise AssertionError(what)


class Deadly:
    """A result that ends its process when it is pickled."""

    def __reduce__(self):
        """End this process."""
        os.kill(os.getpid(), signal.SIGKILL)


class Unsendable(Exception):
    """An exception that is pickled, but cannot be unpickled."""

    def __init__(self, one, other):
        super().__init__(f"{one} {other}")


@contextlib.contextmanager
def start_program(folder):
    """Let a program run meanwhile. A file in the folder is named by its process."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as program:
        try:
            (folder / str(program.pid)).write_text("")
            yield
        finally:
            program.kill()
            (folder / str(program.pid)).unlink()
