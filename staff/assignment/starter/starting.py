"""Watches the scripts as they begin to train: the starter code leaves open where to draw the
weights."""

import os
import sys

import numpy as np

from adapter.calls import make_plain
from adapter.code import Code
from adapter.notes import silence
from adapter.reading import read_source
from adapter.statements import Clock, run_statements
from adapter.watching import SECONDS

STEP = "train_step"


class Started(BaseException):
    """A script takes its first step."""


class Start:
    """Ends a script at its first step, and keeps the weights before it."""

    def __init__(self, folder):
        self.folder, self.ws = str(folder), []

    def event(self, frame, what, _):
        """Look at a call: the function for sys.setprofile."""
        code = frame.f_code
        if what == "call" and code.co_name == STEP and \
                os.path.dirname(code.co_filename) == self.folder:
            model = getattr(frame.f_locals.get("self"), "model", None)
            self.ws = [np.array(make_plain(w)) for w in getattr(model, "ws", ())]
            raise Started

    def run(self, function, *given):
        """Call a function that runs a script or a notebook, up to its first step."""
        sys.setprofile(self.event)
        try:
            function(*given, final=(Started,))
        except Started:
            pass
        finally:
            sys.setprofile(None)


def watch_start(folder, gone):
    """The weights with which the first script that trains begins; [] if none is seen to."""
    code, start = Code(folder, gone, clock=Clock(*SECONDS)), Start(folder)
    with silence(), code.forget_scripts():
        code.load()
        for script in sorted(code.own, key=lambda name: name == "task2a"):
            path = code.files.get(script)
            if not start.ws and path and b"__main__" in read_source(path):
                namespace = {"__name__": "__main__", "__file__": str(path)}
                start.run(run_statements, code.trees[script], path, namespace, code.clock)
        for path in code.notebooks:
            if not start.ws:
                start.run(code.load_notebook, path)
    return start.ws
