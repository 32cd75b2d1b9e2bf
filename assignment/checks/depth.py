"""Checks of any number of hidden layers: subtask 4c.

4c costs points only for faults that depth adds. A fault that one hidden layer has in the same way
costs points in 2b, 2c or 3c, and not again here.
"""

import re

import numpy as np

from kit.checking.measuring import (UNJUDGED, all_hold, holds, is_close,
                                    require_array, require_matrices)
from kit.checking.registry import check
from kit.checking.student import NotImported, NotWritten, Problem

from .gradients import Gradients, explain_gradients, judge_backward, judge_layers
from .momentum import judge_momentum
from .network import judge_forward, make_network, read_activations
from .training import find_factors, judge_update, make_trainer, update_once

DEEP = ("two hidden layers", "three hidden layers")
KNOWN = "one hidden layer has this fault too: it costs points there, and no points here"


def are_alike(one, other):
    """Whether two Problems differ only in numbers."""
    return re.sub(r"[\d., ()]+", " ", str(one)) == re.sub(r"[\d., ()]+", " ", str(other))


# -------------------------------------------------------------------------------------- forward

@check("4c", "forward", "outputs of two and three hidden layers", blanks=["2b"])
def judge_deep_forward(student):
    words = ""
    for name in DEEP:
        case = student.cases[name]
        model = make_network(student, case["ws"])
        try:
            outputs = compute_outputs(student, model, case)
        except (NotWritten, NotImported):
            raise
        except Problem as problem:
            if is_there_with_one_layer(student, problem, model):
                return KNOWN
            raise Problem(f"with {name}: {problem}") from None
        if not is_close(outputs, case["outputs"]):
            words = KNOWN
            if not is_carried_over(student, case, outputs):
                worst = np.abs(outputs - case["outputs"]).max()
                raise Problem(f"with {name} the outputs are wrong by up to {worst:.3g}"
                              + explain_depth(student, model, case["hidden"]))
        require_activations(student, model, name, len(case["ws"]))
    return words


def compute_outputs(student, model, case):
    """The outputs of a network."""
    X, K = case["X"], case["ws"][-1].shape[1]
    return require_array(student.call((model, "forward"), X, pure=True), (len(X), K),
                         f"what forward returns for {len(X)} examples and {K} classes")


def is_there_with_one_layer(student, problem, model):
    """Whether one hidden layer has the same Problem, and forward does something."""
    if "is None" in str(problem) and not read_activations(student, model):
        return False
    case = student.cases["plain"]
    try:
        compute_outputs(student, make_network(student, case["ws"]), case)
    except Problem as known:
        return are_alike(known, problem)
    return False


def is_carried_over(student, case, outputs):
    """Whether networks of one hidden layer, one for each matrix, give these outputs.

    True too if they give other outputs each time.
    """
    first, again = (compute_by_pairs(student, case["ws"], case["X"]) for _ in range(2))
    return is_close(outputs, first) or not is_close(again, first)


def compute_by_pairs(student, ws, X):
    """The outputs of a deep network, by a network of one hidden layer for each hidden layer."""
    inputs, outputs = X, np.nan
    try:
        for w in ws[:-1]:
            model = make_network(student, [w, np.resize(ws[-1], (w.shape[1], ws[-1].shape[1]))])
            outputs = student.call((model, "forward"), inputs)
            inputs = read_activations(student, model)[1]
    except (Problem, IndexError):
        return np.nan
    return outputs if isinstance(outputs, np.ndarray) else np.nan


def require_activations(student, model, name, layers):
    """Raise Problem unless as many activations are kept per layer as with one hidden layer."""
    shallow = make_network(student, student.cases["plain"]["ws"])
    student.call((shallow, "forward"), student.cases["plain"]["X"])
    try:
        missing = 3 - len(read_activations(student, shallow))
    except Problem:
        return      # costs points in 2b
    found = len(read_activations(student, model))
    if found != layers + 1 - missing and found != layers + 1:
        raise Problem(f"activations holds {found} entries with {name}, expected X, the outputs of "
                      "each hidden layer, and ŷ")


def explain_depth(student, model, expected):
    """Name the first hidden layer with wrong outputs, if one hidden layer is right."""
    activations = read_activations(student, model)
    if not holds(judge_forward, student):
        return ""
    for layer, hidden in enumerate(expected, 1):
        found = activations[layer] if len(activations) == len(expected) + 2 else None
        if not isinstance(found, np.ndarray):
            return ": does each layer start from the outputs of the one before?"
        if not is_close(found, hidden):
            return (f": hidden layer {layer} is the first wrong layer; are its inputs the "
                    f"{'images X' if layer == 1 else f'outputs a of layer {layer - 1}'}?")
    return ": all hidden layers are right, so look at the output layer"


# ------------------------------------------------------------------------------------- backward

@check("4c", "backward_and_update", "gradients of two and three hidden layers", blanks=["2b"])
def judge_deep_backward(student):
    cases = student.cases
    tried = [Gradients(student, cases[name], N) for name, N in
             ((DEEP[0], 5), (DEEP[0], 1), (DEEP[1], 5))]
    if all(one.is_right for one in tried):
        return
    shallow = [Gradients(student, cases["plain"], N) for N in (5, 1)]
    for one in tried:
        problem = one.problem
        if isinstance(problem, (NotWritten, NotImported)):
            raise problem
        if problem and any(are_alike(known.problem, problem) for known in shallow):
            return KNOWN
        if problem:
            raise Problem(f"with {len(one.ws) - 1} hidden layers: {problem}") from problem
    of_each_depth = [[one for one in tried if len(one.ws) == layers] for layers in (3, 4)]
    for group in of_each_depth:
        if not all(one.is_right for one in group) and depth_adds(shallow, group):
            raise Problem(f"with {len(group[0].ws) - 1} hidden layers, {explain_gradients(group)}")
    return KNOWN


def depth_adds(shallow, deep):
    """Whether a layer's gradient is zero, or worse than with one hidden layer."""
    if any(one.problem for one in shallow):
        return False
    hidden, output = judge_layers(shallow)
    worse = {"right": ("multiple", "wrong", "zero"), "multiple": ("wrong", "zero"),
             "wrong": ("zero",), "zero": ("zero",)}      # a gradient of zero is not written yet
    *others, last = judge_layers(deep)
    return last in worse[output] or any(one in worse[hidden] for one in others)


# --------------------------------------------------------------------------------------- update

@check("4c", "backward_and_update", "a step in every layer", blanks=["2c"])
def judge_deep_update(student):
    words = ""
    (inputs, _), (_, K) = (grad.shape for grad in student.cases["training"]["grads"])
    shallow, deep = ([np.ones(shape) for shape in zip([inputs, *sizes], sizes)]
                     for sizes in ([4, K], [4, 6, 5, K]))
    for cls in ("task2.SoftmaxTrainer", "task3.MomentumTrainer"):
        try:
            words = require_update(student, cls, shallow, deep) or words
        except NotWritten as blank:
            if cls == "task2.SoftmaxTrainer" or blank.subtask == "2c":
                raise
    return words


def require_update(student, cls, shallow, deep):
    """Raise Problem unless the layers of a deep network move as those of a shallow one."""
    plain = cls == "task2.SoftmaxTrainer"
    options = {} if plain else {"momentum_gamma": 0.9}
    try:
        usual = find_factors(*update_once(student, cls, shallow, 0.1, **options), 0.1)
    except NotWritten:
        raise
    except Problem as problem:
        if plain and isinstance(problem, NotImported):
            raise
        return KNOWN        # costs points in 2c or 3c
    trainer, model = make_trainer(student, cls, deep, 0.1, **options)
    given = [np.full_like(w, layer + 1.0) for layer, w in enumerate(deep)]
    student.set((model, "grads"), given)
    student.call((trainer, "update"))
    after = require_matrices(student.get((model, "ws")), deep, "after update, ws")
    found = find_factors(deep, after, given, 0.1)
    still = [str(layer + 1) for layer, factor in enumerate(found) if factor == 0]
    if still and 0 not in usual:
        raise Problem(f"with four layers of weights, {'layer' if len(still) == 1 else 'layers'} "
                      f"{' and '.join(still)} {'does' if len(still) == 1 else 'do'} not move in "
                      "update: is the number of layers fixed in the code?")
    wrong = [layer for layer, factor in enumerate(found)
             if factor is None or abs(factor - 1) > 1e-3]
    if wrong:
        if None not in [*usual, *found] and np.ptp([*usual, *found]) < 1e-3:
            return KNOWN        # all layers move too far by the same factor
        if not holds(judge_update if plain else judge_momentum, student):
            return KNOWN
        factor = found[wrong[0]]
        moves = ("in a wrong direction" if factor is None
                 else f"{factor:.4g} times as far as it should")
        raise Problem(f"with four layers of weights, layer {wrong[0] + 1} moves {moves} in update")
    return ""


@check("4c", "forward", "no hidden layer, [10]", remark=True, blanks=["2b"])
def judge_no_hidden_layer(student):
    if not all_hold(student, judge_forward, judge_backward):
        return UNJUDGED
    case, w = student.cases["plain"], student.cases["square"]["ws"][0]
    model = make_network(student, [w])
    outputs = require_array(student.call((model, "forward"), case["X"]),
                            (len(case["X"]), w.shape[1]),
                            "what forward returns without a hidden layer")
    student.call((model, "backward"), case["X"], outputs, case["targets"])
    require_matrices(student.get((model, "grads")), [w], "grads")
    return ""
