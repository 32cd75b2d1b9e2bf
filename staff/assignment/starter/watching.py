"""Watches the scripts as they pre-process their images: the starter code leaves open where to
compute the mean and the deviation."""

import inspect
import os
import sys

import numpy as np

from adapter.code import Code, read_source
from adapter.notes import silence
from adapter.statements import Clock, TooLong, run_statements

NAME = "pre_process_images"
MOST_CALLS = 8
SECONDS = 1.5, 3.5      # of one script, and of all; a check's call may take 10 by the clock


class Enough(BaseException):
    """Both splits have been seen."""


class Made(BaseException):
    """A script makes a model: it has pre-processed its images before that."""

    def __init__(self, event):
        super().__init__()
        self.event = event

    def resume(self):
        """Watch again: Python stops watching after an exception."""
        sys.setprofile(self.event)


class Watch:
    """Keeps the arguments and the result of each call of pre_process_images.

    stop: whether to raise Enough when both splits have been seen, and Made if a model is made.
    """

    def __init__(self, folder, splits):
        self.folder, self.splits, self.stop = str(folder), splits, False
        self.seen = []      # (split, images, result)
        self.given = {}     # of the calls that are going on, by frame

    def __enter__(self):
        sys.setprofile(self.event)
        return self

    def __exit__(self, *_):
        sys.setprofile(None)

    def event(self, frame, what, value):
        """Look at a call or a return: the function for sys.setprofile."""
        code = frame.f_code
        if os.path.dirname(code.co_filename) != self.folder:
            return
        if code.co_name == NAME and what == "call":
            self.given[id(frame)] = find_array(frame.f_locals.values())
        elif code.co_name == NAME and what == "return":
            self.keep(self.given.pop(id(frame), None), value)
        elif self.stop and what == "call" and code.co_name == "__init__" and \
                type(frame.f_locals.get("self")).__name__ == "SoftmaxModel":
            raise Made(self.event)

    def keep(self, X, result):
        """Keep a result, if its images are from one of the splits."""
        if X is None or not isinstance(result, np.ndarray) or len(self.seen) >= MOST_CALLS:
            return
        for name, split in self.splits.items():
            if X.ndim == 2 and len(X) and X.shape[1] == split.shape[1] and \
                    (split == X[0]).all(axis=1).any():
                self.seen.append((name, X, np.array(result)))
        if self.stop and self.complete:
            raise Enough

    @property
    def complete(self):
        """Whether both splits have been seen."""
        return {name for name, _, _ in self.seen} == set(self.splits)


def find_array(values):
    """A copy of the first array among values, or None."""
    return next((np.array(one, float) for one in values if isinstance(one, np.ndarray)), None)


def watch_scripts(folder, gone, train, val):
    """[split, images, result] for each time that the scripts pre-process these images.

    The scripts are loaded, then run. If that does not show both splits, the function is called.

    train, val: (N, 784) whole numbers; mnist.load() gives them to the scripts.
    """
    labels = [np.arange(len(one)) % 10 for one in (train, val)]
    code = Code(folder, gone, [train.astype(np.uint8), labels[0].astype(np.uint8),
                               val.astype(np.uint8), labels[1].astype(np.uint8)],
                Clock(*SECONDS))
    watch = Watch(folder, {"train": train.astype(float), "val": val.astype(float)})
    with silence(), code.forget_scripts():
        with watch:
            code.load(NAME.encode())
        for script in sorted(code.own, key=lambda name: name == "task2a"):
            if not watch.complete and script not in code.broken:
                run_as_main(code, script, watch)    # task2a.py, which tries parts, comes last
        for path in code.notebooks if code.own else ():
            if not watch.seen:
                run_watched(watch, code.load_notebook, path)
        call_directly(code, watch)
    return [[*one] for one in watch.seen]


def run_as_main(code, script, watch):
    """Run a script as on a command line, up to the point where it makes a model."""
    path = code.files[script]
    if NAME.encode() not in read_source(path) or b"__main__" not in read_source(path):
        return
    namespace = {"__name__": "__main__", "__file__": str(path)}
    run_watched(watch, run_statements, read_source(path), path, namespace, code.gone, code.clock)


def run_watched(watch, function, *given):
    """Call a function that runs a script or a notebook, until both splits have been seen."""
    watch.stop = True
    try:
        with watch:
            function(*given, final=(Enough,), skipping=(Made,))
    except Enough:
        pass
    finally:
        watch.stop = False


def call_directly(code, watch):
    """Call pre_process_images with the images of splits that have not been seen.

    If it needs a mean and a deviation too, and no script gives them, call it with the right ones;
    this split is called "handed".
    """
    try:
        function = code.find(NAME)
        required = [one for one in inspect.signature(function).parameters.values()
                    if one.default is one.empty]
    except (NotImplementedError, TypeError, ValueError):
        return
    if len(required) == 3 and not watch.seen:
        train = watch.splits["train"]
        with code.clock.limit():
            watch.seen.append(("handed", train, function(train.copy(), train.mean(),
                                                         train.std())))
    if len(inspect.signature(function).parameters) != 1:
        return
    missing = [name for name in watch.splits if name not in {seen[0] for seen in watch.seen}]
    for name in missing:
        images = watch.splits[name]
        try:
            with code.clock.limit():
                watch.keep(images.copy(), function(images.copy()))
        except TooLong:
            return
