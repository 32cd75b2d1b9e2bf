"""Watches the scripts as they pre-process their images: the starter code leaves open where to
compute the mean and the deviation."""

import inspect
import os
import sys

import numpy as np

from adapter.calls import make_plain
from adapter.code import Code
from adapter.notes import silence
from adapter.reading import read_source
from adapter.statements import Clock, TooLong, run_statements

NAME = "pre_process_images"
UNITS = 1, 255, 256     # a loader may have divided the pixels by one of these
ALIKE = 0.9999          # correlation of images that a loader has scaled
NEAR = 1e-3             # pixels: float32 is as exact
COMPLETE = 60_000, 10_000       # of MNIST's images, for scripts that refuse other numbers
REFUSALS = (AssertionError, ValueError, IndexError, SystemExit)
MOST_AT_ONCE = 1000     # images
MANY = 200      # images: fewer may be a try of the student's
MOST_CALLS, SHOWN = 8, 20       # SHOWN: images whose result is kept, of all
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
    """Keeps the results of pre_process_images, and for which images it was called.

    stop:    whether to raise Enough when both splits have been seen, and Made if a model is made.
    name:    of the function in the scripts.
    network: the name of the model's class.
    """

    def __init__(self, folder, train, val, name, network):
        self.folder, self.stop = str(folder), False
        self.train, self.val, self.count = train, val, len(train)
        self.places = {row.tobytes(): at for at, row in enumerate(np.vstack([train, val]))}
        self.name, self.network = name, network
        self.seen = []      # (how, rows, unit, shown, result)
        self.given = {}     # of the calls that are going on, by frame
        self.others = False     # whether a script has pre-processed many other images
        self.called = False     # whether a script has called the function

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
        if code.co_name == self.name and what == "call":
            self.called = True
            self.given[id(frame)] = [*filter(None, map(self.find_images,
                                                       frame.f_locals.values()))]
        elif code.co_name == self.name and what == "return":
            self.keep(self.given.pop(id(frame), []), value)
        elif self.stop and what == "call" and code.co_name == "__init__" and \
                type(frame.f_locals.get("self")).__name__ == self.network:
            raise Made(self.event)

    def find_images(self, X):
        """(how, rows, unit) of an array: which images it holds, times 1 / unit; None for others.

        how: "seen", or "changed" if a loader has scaled them otherwise. These are in order.
        """
        if not isinstance(X, np.ndarray) or X.ndim != 2 or not X.size or X.dtype.kind not in "fiu":
            return None
        unit = next((one for one in UNITS if are_whole(X[0] * float(one))), None)
        rows = self.find_rows(X, unit) if unit else [None]
        if None not in rows:
            return "seen", np.array(rows), unit
        for start, split in ((0, self.train), (self.count, self.val)):
            if X.shape[1] == split.shape[1] and len(X) % len(split) == 0 and \
                    all(abs(np.corrcoef(X[at], split[at])[0, 1]) > ALIKE for at in (0, -1)):
                return "changed", start + np.arange(len(X)) % len(split), 1
        self.others |= len(X) >= MANY
        return None

    def find_rows(self, X, unit):
        """Which images X holds, times 1 / unit; None for others, and from the first other one on.
        """
        found = []
        for start in range(0, len(X), MOST_AT_ONCE):
            part = X[start:start + MOST_AT_ONCE]
            if part.dtype != np.uint8 or unit != 1:
                part = np.round(part * float(unit)).astype(np.uint8)
            found += [self.places.get(row.tobytes()) for row in part]
            if None in found:
                break
        return found

    def keep(self, given, result):
        """Keep the result for one of the arrays that were given, as find_images gives them."""
        if not given or not isinstance(result, np.ndarray) or len(self.seen) >= MOST_CALLS:
            return
        fitting = [one for one in given if len(one[1]) == len(result)]
        how, rows, unit = (fitting or given)[0]
        shown = np.unique(np.linspace(0, len(rows) - 1, SHOWN).round().astype(int))
        if fitting:
            result = np.array(result[shown])
        self.seen.append((how, rows, unit, shown, make_plain(result)))
        if self.stop and self.complete:
            raise Enough

    @property
    def complete(self):
        """Whether images of both splits have been seen."""
        return self.missing == []

    @property
    def missing(self):
        """The splits, "train" and "val", of which no image has been seen."""
        rows = np.concatenate([one[1] for one in self.seen]) if self.seen else np.array([])
        return ["train"] * (not (rows < self.count).any()) + \
            ["val"] * (not (rows >= self.count).any())


def are_whole(pixels):
    """Whether pixels are whole numbers from 0 to 255, but for rounding."""
    return 0 <= pixels.min() and pixels.max() < 256 and \
        np.abs(pixels - pixels.round()).max() < NEAR


def watch_scripts(folder, gone, train, val, name=NAME, network="SoftmaxModel"):
    """([how, rows, unit, shown, result] for each time that the scripts pre-process these images,
    whether a script failed and none got as far as that).

    how:    "seen", "changed" (see find_images), or "handed" if the function was given the right
            mean and deviation.
    rows:   of the images, the validation ones after the training ones; they were divided by unit.
    shown:  places among the rows; result: that for the images there.

    train, val: (N, 784) whole numbers; mnist.load() gives them to the scripts. If these refuse
                them, it gives each so often that there are as many as MNIST has.
    name, network: the names of the function and of the model's class in the scripts.
    """
    watch = Watch(folder, train, val, name, network)
    code = watch_once(Code(folder, gone, make_sets(train, val), Clock(*SECONDS)), watch)
    if not watch.complete and refuses_images(code):
        repeated = [np.tile(one, (count // len(one), 1)) for one, count in zip((train, val),
                                                                              COMPLETE)]
        again = Watch(folder, train, val, name, network)
        watch_once(Code(folder, gone, make_sets(*repeated), Clock(*SECONDS)), again)
        watch.seen += again.seen
    return [[*one] for one in watch.seen], has_stopped(code, watch)


def make_sets(train, val):
    """Images and labels, as mnist.load() gives them."""
    return [part for X in (train, val) for part in
            (X.astype(np.uint8), (np.arange(len(X)) % 10).astype(np.uint8))]


def watch_once(code, watch):
    """Load the scripts, then run them; the code.

    If that does not show both splits, the function is called, unless it was used on others.
    """
    with silence(), code.forget_scripts():
        with watch:
            code.load(watch.name.encode())
        for script in sorted(code.own, key=lambda name: name == "task2a"):
            if not watch.complete and script not in code.broken:
                run_as_main(code, script, watch)    # task2a.py, which tries parts, comes last
        for path in code.notebooks if code.own else ():
            if not watch.seen:
                run_watched(watch, code.load_notebook, path)
        if not watch.others:
            call_directly(code, watch)
    return code


def run_as_main(code, script, watch):
    """Run a script as on a command line, up to the point where it makes a model."""
    path = code.files[script]
    if watch.name.encode() not in read_source(path) or b"__main__" not in read_source(path):
        return
    namespace = {"__name__": "__main__", "__file__": str(path)}
    run_watched(watch, run_statements, code.trees[script], path, namespace, code.clock)


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

    If it needs a mean and a deviation too, and no script gives them, call it with the right ones.
    A default of None stands for a number that scripts give.
    """
    try:
        function = code.find(NAME)
        parameters = inspect.signature(function).parameters.values()
        required = [one for one in parameters if one.default is one.empty or one.default is None]
    except (NotImplementedError, TypeError, ValueError):
        return
    splits = {"train": watch.train.astype(float), "val": watch.val.astype(float)}
    if len(required) == 3 and not watch.seen:
        train = splits["train"]
        with code.clock.limit():
            watch.keep([("handed", np.arange(len(train)), 1)],
                       function(train.copy(), train.mean(), train.std()))
    if len(required) != 1 or watch.seen and len(parameters) > 1:    # scripts give the numbers
        return
    for name in watch.missing:
        try:
            with code.clock.limit():
                watch.keep([watch.find_images(splits[name])], function(splits[name].copy()))
        except TooLong:
            return
        except Exception:       # of what the scripts would have set before, or of few images
            if not has_stopped(code, watch) and not refuses_images(code):
                raise


def refuses_images(code):
    """Whether a script may have failed since it got fewer images than MNIST has."""
    return any(isinstance(one, REFUSALS) for one in code.clock.problems)


def has_stopped(code, watch):
    """Whether a script failed, and none got as far as calling the function."""
    return bool(code.clock.problems) and not watch.called
