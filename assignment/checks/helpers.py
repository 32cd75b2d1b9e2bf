"""Checks of the helpers from the assignment before: subtask 0. Its point is one of 2c."""

import contextlib

import numpy as np

from kit.checking.measuring import (UNJUDGED, all_hold, is_close, is_near,
                                    require_array, require_number)
from kit.checking.registry import check
from kit.checking.student import Problem


@check("0", "helpers", "one-hot encoding")
def judge_one_hot(student):
    given = student.cases["helpers"]["labels"]
    for labels in (given, given.reshape(-1, 1).astype(np.uint8)):     # as MNIST's are
        found = require_array(student.call("task2.one_hot_encode", labels, 10, pure=True), (6, 10),
                              "one_hot_encode(Y, 10) of six labels", kinds="bif")
        ones = [np.flatnonzero(row == 1).tolist() for row in found]
        if np.any(found.sum(axis=1) != 1) or any(len(row) != 1 for row in ones):
            raise Problem(f"a row of one_hot_encode is {found[0]}, expected a single 1 and zeros")
        if [column for (column,) in ones] != given.tolist():
            raise Problem(f"one_hot_encode puts the 1 into the columns {np.ravel(ones)} for the "
                          f"labels {given}: put each 1 into the column of its label")
    K = student.cases["training"]["outputs"].shape[1]
    require_array(student.call("task2.one_hot_encode", np.array([1, 0]), K), (2, K),
                  f"one_hot_encode(Y, {K}) of two labels", kinds="bif")


@check("0", "helpers", "cross-entropy loss")
def judge_loss(student):
    case = student.cases["loss"]
    targets, N = case["targets"], len(case["targets"])
    value = student.call("task2.cross_entropy_loss", targets, case["outputs"][0], pure=True)
    if isinstance(value, np.ndarray) and value.size > 1:
        raise Problem(f"the loss of {N} examples is an array of shape {value.shape}: take the "
                      "mean over the examples")
    found, expected = require_number(value, f"the loss of {N} examples"), case["loss"]
    if not is_close(found, expected):
        raise Problem(f"the loss is {found:.4f}, expected {expected:.4f}"
                      + explain_loss(student, case, found, N))


def explain_loss(student, case, found, N):
    """The likeliest mistake behind a wrong loss."""
    factor = found / case["loss"]
    K = case["targets"].shape[1]
    if is_near(factor, -1):
        return ": is a minus sign missing?"
    if is_near(factor, N):
        return (f"; that is {factor:.4g} times the right loss, for {N} examples: is it the sum "
                "instead of the mean?")
    if is_near(factor, N / 32):
        return f", for {N} examples: is it divided by 32, whatever the number of examples is?"
    if is_near(factor, 1 / 32):
        return ", a 32nd of it: is it divided by 32 besides?"
    if is_near(factor, 1 / K):
        return (f"; that is {factor:.4g} times the right loss, for {K} classes: take the mean "
                "over the examples only")
    if is_near(factor, 1 / np.log(2), 1 / np.log(10)):
        return ": is it not the natural logarithm?"
    other = student.call("task2.cross_entropy_loss", case["targets"], case["outputs"][1])
    if not is_close(other, found):
        return (", and it depends on the outputs of wrong classes: are terms of these classes "
                "included?")
    return ""


@check("0", "helpers", "loss where an output is 0", remark=True)
def judge_loss_of_zero(student):
    if not all_hold(student, judge_loss):
        return UNJUDGED
    value = student.call("task2.cross_entropy_loss", np.eye(3), np.roll(np.eye(3), 1, axis=1))
    if not np.isfinite(value):
        raise Problem(f"the loss is {value} if the output of the right class is 0, and training "
                      "can fail: keep the argument of the logarithm above 0")
    return ""


@check("0", "helpers", "accuracy")
def judge_accuracy(student):
    outputs, best = (student.cases["helpers"][name] for name in ("outputs", "best"))
    K = outputs.shape[1]
    wrong = (best + 1) % K
    two_wrong = np.where(np.arange(5) < 3, best, wrong)
    names = ("accuracy_of",) if student.layout == "kit" else ()
    for name in (*names, "calculate_accuracy"):
        found = [require_number(call_accuracy(student, name, outputs, np.eye(K)[labels]), name)
                 for labels in (best, wrong, two_wrong)]
        require_accuracies(name, np.array(found), outputs, best)


def call_accuracy(student, name, outputs, targets):
    """The result of one of the two functions for outputs and targets."""
    if name == "accuracy_of":
        return student.call("task2.accuracy_of", outputs, targets)
    # a stand-in's outputs are the first columns of X
    ws = [np.zeros((outputs.shape[1], outputs.shape[1]))]
    model = student.call("stand_in.Model", ws, ws, keep=True)
    return student.call("task2.calculate_accuracy", outputs, targets, model)


def require_accuracies(name, found, outputs, best):
    """Raise Problem, with the likeliest mistake, unless the accuracies are 1, 0 and 0.6.

    best: the columns of the largest of the five outputs.
    """
    right, rows, K = np.array([1, 0, 0.6]), np.arange(5), outputs.shape[1]
    if np.allclose(found, right, rtol=0, atol=1e-6):
        return
    wrong = int(np.argmax(np.abs(found - right) > 1e-6))
    words = (f"{name} is {found[wrong]:.4g}, but the largest output is right for "
             f"{right[wrong]:.0%} of five images")
    above = outputs[rows, best] > 0.5
    hints = {
        ": are the wrong images counted?": 1 - right,
        ", and some of these outputs are below 0.5: are they compared with a threshold?":
            np.array([above.mean(), 0, above[:3].sum() / 5]),
        ": return the fraction, from 0 to 1": 100 * right,
        ": return the fraction, not the number of images": 5 * right,
        ": are entries of the one-hot rows compared instead of classes?":
            right + (1 - right) * (K - 2) / K}
    fitting = [hint for hint, values in hints.items() if np.allclose(found, values, atol=1e-6)]
    raise Problem(words + "".join(fitting[:1]))


@check("0", "helpers", "batches in the order given")
def judge_batches(student):
    # elsewhere a loader may leave out the last, smaller batch: the given one does by default
    X, Y = make_examples(10 if student.layout == "kit" else 8)
    found, right = load_batches(student, X, Y, 4), [4, 4, 2][:-(-len(X) // 4)]
    sizes = [len(labels) for _, labels in found]
    if sizes != right:
        raise Problem(f"{len(X)} examples with batch size 4 give batches of {sizes}, expected "
                      f"{right}" + (": is the last, smaller batch left out?"
                                    if sizes == right[:-1] else ""))
    require_pairs(found, X, Y)
    if student.layout != "kit":
        return      # elsewhere each training asks for another order
    order = np.concatenate([labels.ravel() for _, labels in found])
    if not np.array_equal(order, Y.ravel()):
        raise Problem("without shuffle the order of the examples changes: keep the given order")
    rng = student.call("numpy.random.default_rng", 5, keep=True)
    if not np.array_equal(load_batches(student, X, Y, len(X), rng=rng)[0][1], Y):
        raise Problem("without shuffle, but with a generator rng, the order of the examples "
                      "changes: is shuffle ignored?")


@check("0", "helpers", "shuffling")
def judge_shuffling(student):
    X, Y = make_examples(60 if student.layout == "kit" else 64)
    rng = student.call("numpy.random.default_rng", 5, keep=True)
    epochs = [load_batches(student, X, Y, 16, shuffle=True, rng=rng) for _ in range(2)]
    require_pairs([batch for epoch in epochs for batch in epoch], X, Y)
    orders = [np.concatenate([labels.ravel() for _, labels in epoch]) for epoch in epochs]
    for order in orders:
        if sorted(order.tolist()) != Y.ravel().tolist():
            raise Problem(f"an epoch with shuffle holds only {len(set(order.tolist()))} of "
                          f"{len(X)} examples, expected each example once")
    if np.array_equal(orders[0], Y.ravel()):
        raise Problem("with shuffle the order does not change: is the new order used?")
    if np.array_equal(*orders):
        raise Problem("two epochs have the same order: draw a new order in each epoch")
    if student.layout != "kit":
        return      # no generator is given
    again = load_batches(student, X, Y, 16, shuffle=True,
                         rng=student.call("numpy.random.default_rng", 5, keep=True))
    if not np.array_equal(np.concatenate([labels.ravel() for _, labels in again]), orders[0]):
        raise Problem("the same seed gives two orders: draw them with the given generator rng")


@contextlib.contextmanager
def replace_in(student, script, name, value):
    """Replace a name of a script for a while."""
    student.get(f"{script}.__name__")       # says so if it cannot be imported
    module = student.call("importlib.import_module", script, keep=True)
    own = student.get((module, name), keep=True)
    student.set((module, name), value)
    try:
        yield
    finally:
        student.set((module, name), own)


def replace_in_task2(student, name, value):
    """Replace a function of task2.py for a while."""
    return replace_in(student, "task2", name, value)


def make_examples(N):
    """N images and labels: each image holds the number of its label."""
    Y = np.arange(N).reshape(-1, 1)
    return np.hstack([Y + 0.25, Y + 0.5]), Y


def load_batches(student, X, Y, size, **options):
    """The batches that batch_loader yields."""
    given = [student.call("numpy.array", one, keep=True) for one in (X, Y)]
    batches = student.call("utils.batch_loader", *given, size, keep=True, **options)
    try:
        found = student.call("stand_in.list_batches", batches)
    except Problem as problem:
        problem.args = (str(problem).replace("list_batches", "batch_loader"),)
        raise
    if len(found) > len(X):
        raise Problem(f"batch_loader yields at least {len(found)} batches for {len(X)} examples: "
                      "does it never end?")
    after = [student.call("numpy.array", one) for one in given]
    if not all(map(np.array_equal, after, (X, Y))):
        raise Problem("batch_loader changes its input array: work on a copy")
    for batch in found:
        if not isinstance(batch, (tuple, list)) or len(batch) != 2 or \
                not all(isinstance(part, np.ndarray) and part.ndim == 2 for part in batch) or \
                len(batch[0]) != len(batch[1]):
            raise Problem("batch_loader should yield pairs (X_batch, Y_batch) of matrices with "
                          "the same number of rows")
    return found


def require_pairs(found, X, Y):
    """Raise Problem unless each image is with its own label."""
    for images, labels in found:
        if not np.array_equal(np.floor(images[:, 0]), labels.ravel()):
            raise Problem("images have the labels of other images: put both into the same new "
                          "order")
        if images.shape[1:] != X.shape[1:] or labels.shape[1:] != Y.shape[1:]:
            raise Problem("a batch has another number of columns than the examples")
