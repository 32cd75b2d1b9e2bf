"""Checks of plain gradient descent: subtask 2c.

A stand-in replaces the network: its outputs and gradients are given, so only the trainer is
judged.
"""

import numpy as np

from kit.checking.measuring import (UNJUDGED, describe_kind, find_limit, find_problem, holds,
                                    is_close, is_near, require_number)
from kit.checking.registry import check
from kit.checking.student import NotImported, NotWritten, Problem

from .helpers import judge_accuracy, judge_batches, judge_loss, judge_shuffling
from .own_network import excuse_width, moves_right, trains_downhill, trains_right
from .stepping import (PLAIN, find_factors, make_batch, make_trainer, make_weights,
                       needs_own_network, read_weights, replace_wrong_loss, require_step, try_ways,
                       update_once)

SIZES = 785, 64, 10
FILLED = "right, but they are drawn only after the network is made: initial_weights is the place"
HELPERS = judge_loss, judge_accuracy, judge_batches, judge_shuffling


class Undrawn(Problem):
    """Initial weights that are one number: they may be drawn only after the network is made."""


@check("2c", "train_step", "initial weights from U(-1, 1)")
def judge_initial_weights(student):
    problem = find_wrong_weights(student)
    if isinstance(problem, Undrawn) and student.layout == "kit" and are_filled_later(student):
        return FILLED
    if problem:
        raise problem
    return ""


def find_wrong_weights(student):
    """The Problem of the weights that a network draws, or None. 4c charges that of other widths.

    Raises NotWritten and NotImported.
    """
    try:
        excuse_width(student, require_initial_weights, lambda _: require_weights_of_64(student))
    except (NotWritten, NotImported):
        raise
    except Problem as problem:
        return problem
    return None


def are_filled_later(student):
    """Whether a trainer, or the experiment, draws the weights from U(-1, 1)."""
    inputs, units, outputs = SIZES
    shapes = [np.zeros((inputs, units)), np.zeros((units, outputs))]
    X, targets = np.zeros((2, inputs)), np.eye(2, outputs)
    try:
        experiment = student.call("task2.Experiment", "weights", keep=True)
        model = student.call((experiment, "build_model"), 1, keep=True)
        dataset = student.call("task2.Dataset", X, targets, X, targets, keep=True)
        for make in (lambda: None,
                     lambda: student.call(PLAIN, model, dataset, 0.1, 2, keep=True)):
            make()
            try:
                for fan_in, w in zip(SIZES, read_weights(student, model, shapes)):
                    require_uniform(w, fan_in)
                return True
            except Problem:
                pass
    except Problem:
        pass
    return False


def require_initial_weights(student, sizes=None):
    """Raise Problem unless a network's weights look as if drawn from U(-1, 1)."""
    first, again, other = (draw_initial_weights(student, "task2.SoftmaxModel", seed, sizes)
                           for seed in (1, 1, 2))
    for fan_in, w in zip(sizes or choose_sizes(student), first):
        require_uniform(w, fan_in)
    require_seeds(student, first, again, other)


def require_weights_of_64(student):
    """Raise Problem unless weights of the assignment's network are drawn from U(-1, 1)."""
    require_initial_weights(student, SIZES)


def require_uniform(w, fan_in):
    """Raise Problem unless a layer's weights look as if drawn from U(-1, 1)."""
    low, high, std = w.min(), w.max(), w.std()
    words = f"the initial weights of a layer with fan-in {fan_in}"
    if low == high:
        raise Undrawn(f"{words} are all {low:.3g}, expected numbers drawn from U(-1, 1)")
    require_no_repeats(w, words)
    sure = 0.35 / np.sqrt(w.size)       # a standard error; the mean's is 0.577 / √size
    if abs(std - 1 / np.sqrt(3)) < max(0.02, 5 * sure) and \
            abs(w.mean()) < max(0.03, 8 * sure) and high - low > 1.95 and max(high, -low) <= 1:
        return
    words += (f" go from {low:.3g} to {high:.3g}, with mean {w.mean():.3g} and standard deviation "
              f"{std:.3g}; U(-1, 1) has the standard deviation 0.577")
    if low >= 0:
        words += ": are they drawn from 0 to 1?"
    elif max(high, -low) > 1.05:
        words += ": some lie outside; are they drawn from a normal distribution?"
    raise Problem(words)


def require_no_repeats(w, words):
    """Raise Problem if all weights of a unit, or of an input, are the same number."""
    for axis, one in enumerate(("a unit", "an input")):
        if w.shape[axis] > 1 and not np.ptp(w, axis=axis).all():
            raise Problem(f"{words} repeat: all weights of {one} are the same number; draw one "
                          "for each weight")


def choose_sizes(student):
    """(inputs, hidden units, outputs) of the network whose weights are drawn.

    In another layout there are 10 outputs, so the hidden layer is larger.
    """
    return (300, 120, 40) if student.layout == "kit" else (785, 480, 10)


def draw_initial_weights(student, cls, seed, sizes=None, **flags):
    """The initial weights of a network of two layers, as its constructor draws them."""
    inputs, units, outputs = sizes or choose_sizes(student)
    model = student.call(cls, [units, outputs], num_inputs=inputs, rng=seed, keep=True, **flags)
    shapes = (inputs, units), (units, outputs)
    return read_weights(student, model, [np.zeros(shape) for shape in shapes])


def require_seeds(student, first, again, other):
    """Raise Problem unless only the seed decides the weights."""
    if student.layout != "kit":
        return      # no generator is given
    if not all(map(np.array_equal, first, again)):
        raise Problem("two networks with the same seed have different weights: draw them with the "
                      "given generator rng")
    if any(map(np.array_equal, first, other)):
        raise Problem("two seeds give the same weights: draw them with the given generator rng")


def measure_steps(student, way):
    """{learning rate: the factor of each layer's step}."""
    ws = make_weights(student.cases["training"]["grads"])
    return {rate: find_factors(*update_once(student, PLAIN, ws, rate, way), rate)
            for rate in (0.1, 0.02)}


def require_own_step(student, way):
    """Raise Problem unless the weights move by -α times their gradients."""
    try:
        require_step(way, measure_steps(student, way))
    except Problem as problem:
        if "another direction" not in str(problem):
            raise
        before, after, grads = update_once(
            student, PLAIN, make_weights(student.cases["training"]["grads"]), 0.1, way)
        limits = [find_limit((old - new) / 0.1, grad)
                  for old, new, grad in zip(before, after, grads)]
        hint = (f": are the gradients clipped at {limits[0]:.3g}?"
                if None not in limits and is_near(*limits) else "")
        raise Problem(f"{problem}{hint}") from None


def is_right_elsewhere(student, problem):
    """Whether the weights move as they should though a stand-in shows a Problem.

    The code may need its own network, or the assignment's sizes, which 4c charges. Or it takes its
    steps in `train`.
    """
    return bool(problem.error) and moves_right(student, "task 2") or \
        trains_right(student, "task 2", "task 2, small")


@check("2c", "train_step", "update: a step down the gradient")
def judge_update(student):
    try:
        try_ways(student, lambda way: require_own_step(student, way))
    except NotImported:
        raise
    except Problem as problem:
        if not is_right_elsewhere(student, problem):
            raise


@check("2c", "train_step", "train_step: forward, loss, backward, update")
def judge_train_step(student):
    try:
        with replace_wrong_loss(student):
            require_train_step(student, *make_batch(student, 4))
    except NotImported:
        raise
    except Problem as problem:
        if not is_right_elsewhere(student, problem):
            raise


def require_train_step(student, X, targets):
    """Raise Problem unless train_step uses the new gradients and returns the loss."""
    found, given, K = {}, student.cases["training"]["grads"], targets.shape[1]
    ws = make_weights(given)
    for rate in (0.1, 0.02):
        trainer, model = make_trainer(student, PLAIN, ws, rate, given)
        returned = student.call((trainer, "train_step"), X, targets, pure=True)
        calls = student.get((model, "calls"))
        after = read_weights(student, model, ws)
        for name in ("forward", "backward"):
            if name not in calls:
                raise Problem(f"train_step does not call the model's {name}")
        handed = student.get((model, "handed"))
        for one, right, what in zip(handed, (X, X[:, :K], targets), ("X_batch", "the outputs",
                                                                     "Y_batch")):
            if not isinstance(one, np.ndarray) or not np.array_equal(one, right):
                raise Problem(f"train_step does not pass {what} to backward in the right place: "
                              "pass X_batch, the outputs and Y_batch, in this order")
        stale = find_factors(ws, after, [np.full_like(w, 9.0) for w in ws], rate)
        if all(factor and abs(factor - 1) < 1e-6 for factor in stale):
            raise Problem("train_step moves the weights by the gradients of the previous step: "
                          "call backward before update")
        found[rate] = find_factors(ws, after, given, rate)
    try:
        own = measure_steps(student, "update")      # judge_update charges it
        blank = None
    except Problem as problem:
        own, blank = None, problem
    if own and any(map(any, own.values())) and not any(map(any, found.values())):
        raise Problem("train_step leaves the weights as they are, but update moves them: is it "
                      "called?")
    if own is None or any(not are_equal(found[rate], own[rate]) for rate in found):
        try:
            require_step("train_step", found)
        except Problem:
            if isinstance(blank, NotWritten):
                raise blank from None
            raise
    require_loss(student, returned, X, targets)


def are_equal(found, own):
    """Whether two lists of factors agree."""
    return all(one is not None and other is not None and abs(one - other) < 1e-3
               for one, other in zip(found, own))


def require_loss(student, found, X, targets):
    """Raise Problem unless train_step returned the loss of the batch before the step."""
    if found is None:
        raise Problem("train_step returns None, expected the loss of the batch")
    outputs = X[:, :targets.shape[1]]
    expected, later = (student.call("task2.cross_entropy_loss", targets, one.copy())
                       for one in (outputs, outputs[:, ::-1]))
    found = require_number(found, "what train_step returns")
    if not is_close(found, expected):
        raise Problem(f"train_step returns {found:.4g}, but the loss of the batch is "
                      f"{expected:.4g}"
                      + (": is it the loss after the step?" if is_close(found, later) else ""))


@check("2c", "train_step", "train: all batches and five validations in each epoch")
def judge_train(student):
    given = student.cases["training"]["grads"]
    batch = make_batch(student, 20)
    trainer, _ = make_trainer(student, PLAIN, make_weights(given), 0.1, given, batch)
    try:
        with replace_wrong_loss(student):
            wrong = filter(None, (find_problem(one, student) for one in HELPERS))
            if not takes_stand_in(student, trainer, batch) or \
                    not all(is_loader_missing(problem) for problem in wrong):
                return UNJUDGED     # another part charges them
            require_train(student, given, batch)
    except Problem as problem:
        if not needs_own_network(problem):
            raise
        return UNJUDGED         # a stand-in is not enough for it
    return ""


def takes_stand_in(student, trainer, batch):
    """Whether train_step takes a stand-in; its Problem if it does not take its own network."""
    try:
        student.call((trainer, "train_step"), *(one[:2] for one in batch))  # is it written?
    except Problem as problem:
        if not problem.error or not moves_right(student, "task 2"):
            raise
        return False
    return True


def is_loader_missing(problem):
    """Whether the hand-in has no batch_loader: then `train` uses the grader's."""
    return (problem.error or {}).get("missing") == "batch_loader"


def require_train(student, given, batch):
    """Raise Problem unless train takes all batches, and validates five times an epoch."""
    trainer, model = make_trainer(student, PLAIN, make_weights(given), 0.1, given, batch)
    student.set((trainer, "stop_early"), student.get("stand_in.ignore", keep=True))
    history = student.call((trainer, "train"), 3, keep=True)
    steps = student.get((history, "step"))
    calls = student.get((model, "calls"))
    if calls.count("backward") != 30:
        raise Problem(f"train takes {calls.count('backward')} steps in 3 epochs of 10 batches, "
                      "expected 30")
    if not isinstance(steps, list) or len(steps) != 15:
        found = len(steps) if isinstance(steps, list) else describe_kind(steps)
        raise Problem(f"train validates {found} times in 3 epochs, expected five times an epoch")
    # in another layout a wrong early stopping, which costs nothing, may take back all steps
    if student.layout == "kit" and holds(judge_update, student) and \
            holds(judge_train_step, student) and not trains_downhill(student):
        raise Problem("train_step is right, but train moves the weights otherwise than down the "
                      "gradient, or not at all: does train call train_step?")
