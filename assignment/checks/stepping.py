"""Steps of a student's trainer around a stand-in, whose gradients are given.

What counts is how the weights move. A trainer may move them in update, or in train_step itself.
"""

import contextlib

import numpy as np

from kit.checking.measuring import find_ratio, holds, is_near, require_matrices, tidy
from kit.checking.student import Problem

from .helpers import judge_loss, replace_in_task2
from .network import find_kinds, read_list

PLAIN = "task2.SoftmaxTrainer"


def list_ways(student):
    """The functions that may move the weights; in another layout there is only the first."""
    return ("update", "train_step") if student.layout == "kit" else ("update",)


def try_ways(student, judge):
    """The result of judge(way) for the first way that is right; the first one's Problem if none.

    If update is not there, the Problem is that of train_step.
    """
    problems = []
    for way in list_ways(student):
        try:
            return judge(way)
        except Problem as problem:
            problems.append(problem)
    raise problems[-1 if "is missing" in str(problems[0]) else 0]


def needs_own_network(problem):
    """Whether a trainer asks its network for a name that a stand-in lacks."""
    return "'Model' object has no attribute" in str((problem.error or {}).get("message"))


def make_weights(grads):
    """The weights of a stand-in before the first update, for gradients of these shapes."""
    return [np.full_like(grad, value) for grad, value in zip(grads, (0.5, -0.5))]


def make_batch(student, N):
    """N rows whose first columns are a stand-in's outputs, and targets."""
    outputs = student.cases["training"]["outputs"]
    # elsewhere a loader may have the assignment's size written in
    between = 1 if student.layout == "kit" else 784 - outputs.shape[1]
    X = np.hstack([outputs, np.zeros((4, between)), np.ones((4, 1))])
    rows = np.arange(N) % 4
    return X[rows], np.eye(outputs.shape[1])[np.array([1, 0, 2, 2])[rows]]


def make_trainer(student, cls, ws, rate, given=None, examples=None, **options):
    """Handles of a trainer and of the stand-in that it trains."""
    kinds = [find_kinds(student)] if student.layout == "kit" else []
    model = student.call("stand_in.Model", ws, given or [np.ones_like(w) for w in ws], *kinds,
                         keep=True)
    X, targets = examples or make_batch(student, 4)
    dataset = student.call("task2.Dataset", X, targets, X, targets, keep=True)
    trainer = student.call(cls, model, dataset, rate, 2, keep=True, **options)
    return trainer, model


def take_step(student, trainer, model, grads, way, number=0):
    """Let a trainer take a step with these gradients; number: of the steps before."""
    if student.layout == "kit":
        student.call("stand_in.hand", model, grads)
        student.set((trainer, "step"), number)
    else:
        student.set((model, "grads"), grads)
    if way == "update":
        student.call((trainer, "update"))
    else:
        with replace_wrong_loss(student):
            student.call((trainer, "train_step"), *make_batch(student, 4))


def update_once(student, cls, ws, rate, way="update", **options):
    """(weights before, weights after, gradients) of one step."""
    trainer, model = make_trainer(student, cls, ws, rate, **options)
    given = student.cases["training"]["grads"] if len(ws) == 2 else [np.ones_like(w) for w in ws]
    take_step(student, trainer, model, given, way)
    return ws, read_weights(student, model, ws), given


def read_weights(student, model, ws):
    """The weights of a stand-in."""
    return require_matrices(read_list(student, model, "ws"), ws, "ws")


def find_factors(before, after, grads, rate):
    """For each layer its step as a multiple of -α∂C/∂w: 1 is right, None is another direction."""
    return [find_ratio(new - old, -rate * grad) for old, new, grad in zip(before, after, grads)]


@contextlib.contextmanager
def replace_wrong_loss(student):
    """Replace a wrong loss by another function: another check judges the loss."""
    if holds(judge_loss, student):
        yield
        return
    other = student.get("stand_in.loss", keep=True)
    with replace_in_task2(student, "cross_entropy_loss", other):
        yield


def require_step(name, found):
    """Raise Problem unless every layer has moved by -α times its gradient, for both rates."""
    for rate, layers in found.items():
        for layer, factor in enumerate(layers):
            if factor is not None and abs(factor - 1) < 1e-3:
                continue
            which = "the weights" if None not in layers and np.ptp(layers) < 1e-3 \
                else f"the weights of layer {layer + 1}"
            if factor is None:
                raise Problem(f"{name} moves {which} in another direction than minus their "
                              "gradient")
            raise Problem(f"{name} moves {which} by {tidy(factor):.4g} times -α∂C/∂w, with the "
                          f"learning rate α = {rate}"
                          + explain_step({rate: one[layer] for rate, one in found.items()},
                                         not any(layers)))


def explain_step(given, still):
    """The likeliest mistake behind the factors {learning rate: factor} of a layer's step.

    still: whether no layer moves.
    """
    if any(factor is None for factor in given.values()):
        return ""
    if all(abs(factor) < 1e-9 for factor in given.values()):
        return (": they do not move; a step changes the arrays in ws, or puts new ones there"
                if still else ": they do not move, but other layers do")
    if all(is_near(factor, -1) for factor in given.values()):
        return ": is the sign wrong?"
    if all(is_near(factor, 1 / rate) for rate, factor in given.items()):
        return ": is the learning rate left out?"
    if all(is_near(factor, -1 / rate) for rate, factor in given.items()):
        return ": is the learning rate left out, and the sign wrong?"
    steps = [rate * factor for rate, factor in given.items()]
    if is_near(steps[0], steps[1]):
        return f": the step uses {steps[0]:.3g} for every learning rate; use self.learning_rate"
    if all(is_near(factor, 0.5, 0.25) for factor in given.values()):
        return ": the gradients are means over the batch already; are they divided again?"
    if all(is_near(factor, rate) for rate, factor in given.items()):
        return ": is the learning rate used twice?"
    if all(is_near(factor, 2) for factor in given.values()):
        return ": is the step done twice?"
    return ""


