"""A network of given weights, and the checks of forward with one hidden layer: 2b."""

import numpy as np

from kit.checking.measuring import UNJUDGED, all_hold, describe_kind, is_close, require_array
from kit.checking.messages import Handle
from kit.checking.registry import check
from kit.checking.student import Problem

PLAIN = "task2.SoftmaxModel"


def make_network(student, ws, cls=PLAIN, **flags):
    """A Handle of a network with these weights."""
    sizes = [w.shape[1] for w in ws]
    try:
        model = student.call(cls, sizes, num_inputs=len(ws[0]), keep=True, **flags)
    except Problem:     # initial_weights is judged elsewhere and not needed here
        model = student.call(f"{cls}.__new__", student.get(cls, keep=True), keep=True)
        for name, value in {**flags, "neurons_per_layer": tuple(sizes), "activations": [],
                            "grads": [np.zeros_like(w) for w in ws]}.items():
            student.set((model, name), value)
    put_weights(student, model, ws)
    return model


def put_weights(student, model, ws):
    """Set the weights, in a container of the kind that the student's networks have."""
    if student.layout == "kit" and find_kinds(student)[0] == "objects":
        student.call("stand_in.put_weights", model, ws)
    else:
        student.set((model, "ws"), ws)


def find_kinds(student):
    """The kinds of containers in which the student's networks hold ws and grads.

    "objects" is an array of objects; any other kind may as well be a list.
    """
    known = vars(student)
    if "known_kinds" not in known:
        known["known_kinds"] = ["list", "list"]
        try:
            model = student.call(PLAIN, [4, 3], num_inputs=5, keep=True)
            known["known_kinds"] = student.call("stand_in.name_kinds", model)
            outputs = student.call((model, "forward"), np.ones((2, 5)))
            student.call((model, "backward"), np.ones((2, 5)), outputs, np.eye(2, 3))
            known["known_kinds"] = student.call("stand_in.name_kinds", model)
        except Problem:     # judged elsewhere
            pass
    return known["known_kinds"]


def read_list(student, owner, name):
    """An attribute's value; an array of objects, which holds matrices, as a list."""
    value = student.get((owner, name))
    if isinstance(value, Handle) and value.type.startswith("ndarray of object"):
        return student.call("stand_in.list_matrices", value)
    return value


def read_activations(student, model):
    """The list activations, in which forward keeps the outputs of all layers."""
    activations = read_list(student, model, "activations")
    if not isinstance(activations, (list, tuple)):
        raise Problem(f"activations is {describe_kind(activations)}, expected the list [X, a¹, …, "
                      "ŷ]")
    return activations


@check("2b", "forward", "outputs of one hidden layer")
def judge_forward(student):
    for name in ("plain", "square"):
        case = student.cases[name]
        model, K = make_network(student, case["ws"]), case["ws"][-1].shape[1]
        for N in (len(case["X"]), 1, 3):
            X = case["X"][:N]
            outputs = require_array(student.call((model, "forward"), X, pure=True), (N, K),
                                    f"what forward returns for {N} examples and {K} classes")
            if not is_close(outputs, case["outputs"][:N]):
                raise Problem(explain_outputs(student, model, outputs, case, N))
        require_new_weights(student, model, case)


def require_new_weights(student, model, case):
    """Raise Problem unless forward uses the weights as they are now.

    If the first matrix is 0, all examples have the same outputs.
    """
    student.set((model, "ws"), [0 * case["ws"][0], case["ws"][1]])
    outputs = student.call((model, "forward"), case["X"])
    if not isinstance(outputs, np.ndarray) or \
            not is_close(outputs, 0 * outputs + outputs[:1], 1e-6):
        raise Problem("forward gives wrong outputs after the weights have changed: read self.ws "
                      "in each call")


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
        if (outputs > 0).all() and (outputs < 1).all():
            return (f"{words}: all lie between 0 and 1, but a row sums to {rows[0]:.3g}, not 1; "
                    "does the output layer use the sigmoid instead of the softmax?")
        return f"{words}: a row sums to {rows[0]:.3g}, not 1; is there a softmax over each row?"
    return words + (explain_hidden(read_activations(student, model), case["hidden"][0][:N]) or
                    "; each row sums to 1, so look at the sums z of the output layer")


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
    case = student.cases["plain"]
    model, X = make_network(student, case["ws"]), case["X"][:5]
    for rows in (case["X"][5:9], X):        # the second call must not add to the first
        try:
            outputs = student.call((model, "forward"), rows)
        except Problem:
            if all_hold(student, judge_forward):
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
    return ""


@check("2b", "forward", "very large sums", remark=True)
def judge_large_sums(student):
    if not all_hold(student, judge_forward):
        return UNJUDGED
    case = student.cases["plain"]
    model = make_network(student, [w * 1e4 for w in case["ws"]])
    outputs = student.call((model, "forward"), case["X"][:4])
    if isinstance(outputs, np.ndarray) and not np.isfinite(outputs).all():
        raise Problem("with very large sums z the outputs are NaN, because exp overflows: first "
                      "subtract the largest z of each row")
    return ""
