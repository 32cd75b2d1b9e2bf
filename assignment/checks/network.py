"""A network of given weights, and what it holds."""

import contextlib

import numpy as np

from kit.checking.measuring import describe_kind, is_close
from kit.checking.messages import Handle
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
    if student.layout == "kit" and (kind := find_kinds(student)[0]) != "list":
        student.call("stand_in.put_weights", model, ws, kind)
    else:
        student.set((model, "ws"), ws)


def find_kinds(student):
    """The kinds of containers in which the student's networks hold ws and grads.

    "objects" is an array of objects, a list holds the keys of a dict, and any other kind may as
    well be a list.
    """
    known = vars(student)
    if "known_kinds" not in known:
        known["known_kinds"] = ["list", "list"]
        try:
            model = student.call(PLAIN, [3, 2], num_inputs=4, keep=True)
            known["known_kinds"] = student.call("stand_in.name_kinds", model)
            outputs = student.call((model, "forward"), np.ones((2, 4)))
            student.call((model, "backward"), np.ones((2, 4)), outputs, np.eye(2))
            known["known_kinds"] = student.call("stand_in.name_kinds", model)
        except Problem:     # judged elsewhere
            pass
    return known["known_kinds"]


def read_list(student, owner, name):
    """An attribute's value; a container of matrices as a list."""
    value = student.get((owner, name))
    if isinstance(value, Handle):
        with contextlib.suppress(Problem):      # it is no container
            return student.call("stand_in.list_matrices", value)
    return value


def read_activations(student, model):
    """The list activations, in which forward keeps the outputs of all layers."""
    activations = student.get((model, "activations"))
    if isinstance(activations, Handle) and activations.type != "dict":  # train reads their [-1]
        activations = read_list(student, model, "activations")
    if not isinstance(activations, (list, tuple)):
        raise Problem(f"activations is {describe_kind(activations)}, expected the list [X, a¹, …, "
                      "ŷ]")
    return activations


def require_new_weights(student, model, ws, X):
    """Raise Problem unless forward uses the weights as they are now.

    If the first matrix is 0, all examples have the same outputs.
    """
    put_weights(student, model, [0 * ws[0], ws[1]])
    outputs = student.call((model, "forward"), X)
    if not isinstance(outputs, np.ndarray) or \
            not is_close(outputs, 0 * outputs + outputs[:1], 1e-6):
        raise Problem("forward gives wrong outputs after the weights have changed: read self.ws "
                      "in each call")
