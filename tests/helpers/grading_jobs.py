"""Jobs that stand in for marking: (what, for how long or where), for processes of their own."""

import os
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
    if what == "die":               # as often as the file is short
        path = Path(value)
        path.write_text(path.read_text() + "x" if path.exists() else "x")
        if len(path.read_text()) <= 1:
            os._exit(9)
        return "survived"
    if what == "die always":
        os._exit(9)
    raise AssertionError(what)
