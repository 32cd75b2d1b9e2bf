"""Checks of forward with one hidden layer: 2b."""

import numpy as np

from kit.checking.measuring import (UNJUDGED, all_hold, holds, is_close, is_near, is_numeric,
                                    require_array, require_matrices)
from kit.checking.registry import check
from kit.checking.student import Problem

from .network import make_network, read_activations, read_list, require_new_weights
from .own_network import excuse_width

SMALL = "plain", "square"       # networks; the second has as many hidden units as outputs
MANY = 1000     # examples: `predict` passes so many at once


@check("2b", "forward", "outputs of one hidden layer")
def judge_forward(student):
    excuse_width(student, require_outputs, lambda own: own.require_outputs())
    if holds(require_outputs, student):
        require_many_outputs(student)


def require_many_outputs(student):
    """Raise Problem unless the outputs are right for as many examples as `predict` passes."""
    case = student.cases["plain"]
    X, right = (np.resize(case[name][1:], (MANY, case[name].shape[1]))      # 31 of them in turn
                for name in ("X", "outputs"))
    outputs = student.call((make_network(student, case["ws"]), "forward"), X)
    if not is_numeric(outputs) or not is_close(outputs, right):
        raise Problem(f"the outputs are right for {len(case['X'])} examples, and wrong for {MANY} "
                      "at once")


def require_outputs(student, names=SMALL):
    """Raise Problem unless small networks of one hidden layer have the right outputs."""
    for name in names:
        case = student.cases[name]
        model, K = make_network(student, case["ws"]), case["ws"][-1].shape[1]
        for N in (len(case["X"]), 1, 3):
            X = case["X"][:N]
            outputs = require_array(student.call((model, "forward"), X, pure=True), (N, K),
                                    f"what forward returns for {N} examples and {K} classes")
            if not is_close(outputs, case["outputs"][:N]):
                raise Problem(explain_outputs(student, model, outputs, case, N))
        require_new_weights(student, model, case["ws"], case["X"])


def explain_outputs(student, model, outputs, case, N):
    """Say how outputs are wrong."""
    expected = case["outputs"][:N]
    worst = np.abs(outputs - expected).max()
    words = f"the outputs are wrong by up to {worst:.3g}"
    rows, columns = outputs.sum(axis=1), outputs.sum(axis=0)
    if not np.allclose(rows, 1, atol=1e-6):
        if np.allclose(columns, 1, atol=1e-6):
            return (f"{words}: the columns sum to 1 instead of the rows; is the softmax taken "
                    "over the examples?")
        if N > 1 and is_near(outputs.sum(), 1):
            return (f"{words}: a row sums to {rows[0]:.3g}, but all outputs together sum to 1: is "
                    "the softmax taken over everything?")
        if are_sigmoids(outputs, expected):
            return (f"{words}: all lie between 0 and 1, but a row sums to {rows[0]:.3g}, not 1; "
                    "does the output layer use the sigmoid instead of the softmax?")
        return f"{words}: a row sums to {rows[0]:.3g}, not 1; is there a softmax over each row?"
    return words + (explain_hidden(read_activations(student, model), case["hidden"][0][:N]) or
                    "; each row sums to 1, so look at the sums z of the output layer")


def are_sigmoids(outputs, softmax):
    """Whether outputs are the sigmoids of the sums whose softmax is given."""
    if not ((outputs > 0) & (outputs < 1)).all():
        return False
    rest = np.log(outputs / (1 - outputs)) - np.log(softmax)
    return bool(np.ptp(rest, axis=1).max() < 1e-3)


def explain_hidden(activations, expected):
    """Say how the hidden outputs are wrong; nothing if forward does not keep them."""
    if len(activations) != 3 or not isinstance(activations[1], np.ndarray) or \
            activations[1].shape != expected.shape:
        return ""
    hidden = activations[1]
    if is_close(hidden, expected):
        return "; the hidden outputs are right, so look at the output layer"
    low, high = hidden.min(), hidden.max()
    if low < 0 or high > 1:
        return (f": the hidden outputs go from {low:.3g} to {high:.3g}, but the sigmoid lies "
                "between 0 and 1; is it another function, or none?")
    worst = np.abs(hidden - expected).max()
    return (f"; the hidden outputs are already wrong, by up to {worst:.3g}: look at the hidden "
            "layer first")


@check("2b", "forward", "outputs of all layers kept")
def judge_activations(student):
    if student.layout != "kit":
        return ""       # elsewhere a network keeps what it likes
    case = student.cases["plain"]
    model, X = make_network(student, case["ws"]), case["X"][:5]
    for rows in (case["X"][5:9], X):        # the second call must not add to the first
        try:
            outputs = student.call((model, "forward"), rows)
        except Problem:
            if all_hold(student, require_outputs):
                raise
            return UNJUDGED
    activations = read_activations(student, model)
    if len(activations) != 3:
        raise Problem(f"activations holds {len(activations)} entries after forward with one "
                      "hidden layer, expected [X, a¹, ŷ]")
    for found, expected, units, what in zip(activations, (X, None, outputs),
                                            (X.shape[1], 4, case["ws"][-1].shape[1]),
                                            ("X", "a¹", "ŷ")):
        found = require_array(found, (5, units), f"{what} in activations")
        if isinstance(expected, np.ndarray) and not is_close(found, expected, 1e-6):
            source = "was given" if what == "X" else "has returned"
            raise Problem(f"{what} in activations is not the array that forward {source}")
    if holds(require_outputs, student):
        require_kept(student, case)
    return ""


def require_kept(student, case, words=""):
    """Raise Problem if forward keeps hidden outputs with which a right backward fails."""
    N = int(max(case["grads"], key=int))
    right = [case["X"][:N], *(one[:N] for one in case["hidden"]), case["outputs"][:N]]
    model = make_network(student, case["ws"])
    student.call((model, "forward"), right[0])
    kept = read_activations(student, model)
    wrong = [layer for layer, (one, other) in enumerate(zip(kept[1:-1], right[1:-1]), 1)
             if not isinstance(one, np.ndarray) or not is_close(one, other)]
    if wrong and not has_right_gradients(student, case, N) and \
            has_right_gradients(student, case, N, right):
        raise Problem(f"{words}the outputs of hidden layer {wrong[0]} in activations are not "
                      "those that forward has used, and backward needs them")


def has_right_gradients(student, case, N, activations=None):
    """Whether backward gives the right gradients after forward, or with these activations."""
    model, X = make_network(student, case["ws"]), case["X"][:N]
    try:
        outputs = student.call((model, "forward"), X)
        if activations:
            student.set((model, "activations"), activations)
            outputs = activations[-1]
        student.call((model, "backward"), X, outputs, case["targets"][:N])
        grads = require_matrices(read_list(student, model, "grads"), case["ws"], "grads")
    except Problem:
        return False
    return all(map(is_close, grads, case["grads"][str(N)]))


@check("2b", "forward", "very large sums", remark=True)
def judge_large_sums(student):
    if not all_hold(student, require_outputs):
        return UNJUDGED
    case = student.cases["plain"]
    model = make_network(student, [w * 1e4 for w in case["ws"]])
    outputs = student.call((model, "forward"), case["X"][:4])
    if isinstance(outputs, np.ndarray) and not np.isfinite(outputs).all():
        raise Problem("with very large sums z the outputs are NaN, because exp overflows: first "
                      "subtract the largest z of each row")
    return ""
