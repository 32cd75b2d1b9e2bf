"""What a student's networks of one hidden layer make of a deep network: for 4c.

A fault that one hidden layer has costs points in 2b, and not again in 4c. But this has to be
shown: the deep network must be wrong exactly as the student's own pieces make it. It must also
depend on its inputs, and on all its weights.
"""

import contextlib

import numpy as np

from kit.checking.measuring import find_limit, find_ratio, is_close, is_numeric
from kit.checking.student import NotImported, Problem

from .helpers import replace_in_task2
from .network import PLAIN, make_network, read_activations, read_list

HALVINGS = 60       # of the bracket in which an output is searched


@contextlib.contextmanager
def lend_pieces(student):
    """Lend another function for a sigmoid, a softmax or a slope that raises: 2b charges it."""
    with contextlib.ExitStack() as stack:
        if student.layout == "kit":
            z = np.array([[-1.0, 0.5, 2.0]])
            for name in ("sigmoid", "softmax"):
                if raises(student, f"task2.{name}", z):
                    lent = student.get(f"stand_in.{name}", keep=True)
                    stack.enter_context(replace_in_task2(student, name, lent))
            model = make_network(student, student.cases["plain"]["ws"])
            if raises(student, (model, "slope"), z):
                stack.enter_context(lend_slope(student))
        yield


def raises(student, target, z):
    """Whether a function raises, or returns nothing, or is still a blank."""
    try:
        return student.call(target, z) is None
    except NotImported:
        raise
    except Problem:
        return True


@contextlib.contextmanager
def lend_slope(student):
    """Lend SoftmaxModel another slope for a while."""
    cls = student.get(PLAIN, keep=True)
    own = student.get((cls, "slope"), keep=True)
    student.set((cls, "slope"), student.get("stand_in.slope", keep=True))
    try:
        yield
    finally:
        student.set((cls, "slope"), own)


# -------------------------------------------------------------------------------------- forward

def are_outputs_of_pieces(student, case):
    """Whether a deep network's outputs are those that its pieces give, right or wrong."""
    X, ws = case["X"], case["ws"]
    try:
        outputs = read_outputs(student, ws, X)
        return (is_close(compute_after_first(student, ws, X), outputs)
                or is_close(compute_by_pairs(student, ws, X), outputs)) and \
            all(not is_close(read_outputs(student, *changed), outputs, 1e-6)
                for changed in vary(ws, X))
    except (Problem, IndexError):
        return False


def vary(ws, X):
    """(weights, X) with another X, then with each matrix changed."""
    yield ws, X[::-1] * 0.75
    for layer, w in enumerate(ws):
        yield [*ws[:layer], w * 1.25 + 0.25, *ws[layer + 1:]], X


def read_outputs(student, ws, X):
    """The outputs of a network: what forward returns, or else the last of its activations."""
    model = make_network(student, ws)
    return run_forward(student, model, X)


def run_forward(student, model, X):
    """The outputs of a network; the same random numbers are drawn each time."""
    student.call("numpy.random.seed", 0)
    found = student.call((model, "forward"), X)
    if not is_numeric(found):
        found = read_activations(student, model)[-1]
    if not is_numeric(found):
        raise Problem("forward gives no finite numbers")
    return found


def compute_by_pairs(student, ws, X):
    """The outputs of a deep network, by a network of one hidden layer for each hidden layer."""
    inputs, outputs = X, None
    student.call("numpy.random.seed", 0)
    for w in ws[:-1]:
        model = make_network(student, [w, np.resize(ws[-1], (w.shape[1], ws[-1].shape[1]))])
        found = student.call((model, "forward"), inputs)
        activations = read_activations(student, model)
        outputs = found if is_numeric(found) else activations[-1]
        inputs = (activations[1] if len(activations) == 3 else
                  student.call((model, "activation"), inputs @ w))
    return outputs


def compute_after_first(student, ws, X):
    """The outputs if all is right but the first layer, which is that of one hidden layer.

    Its outputs are read off a softmax, one unit after the other.
    """
    columns = []
    for unit in range(ws[0].shape[1]):
        last = np.zeros((ws[0].shape[1], ws[-1].shape[1]))
        last[unit, :2] = 1, -1
        found = run_forward(student, make_network(student, [ws[0], last]), X)
        columns.append(np.log(found[:, 0] / found[:, 1]) / 2)
    inputs = np.array(columns).T
    for w in ws[1:-1]:
        inputs = 1 / (1 + np.exp(-inputs @ w))
    outputs = np.exp(inputs @ ws[-1])
    return outputs / outputs.sum(axis=1, keepdims=True)


# ------------------------------------------------------------------------------------- backward

def are_gradients_of_pieces(student, case, N):
    """Whether each gradient of a deep network is right, or as its pieces give it."""
    try:
        first, other = DeepGradients(student, case, 0, N), DeepGradients(student, case, 2, N)
        return not any(is_close(one, two, 1e-6) for one, two in zip(first.found, other.found)) \
            and all(first.is_right(layer) or first.is_of_pieces(layer)
                    for layer in range(len(case["ws"])))
    except (Problem, IndexError, np.linalg.LinAlgError):
        return False


def straighten(values, ws):
    """(how they stood, matrices in the shapes of the weights) of gradients, however they stand."""
    values = [np.array(value, float) for value in values]
    for how, found in (("", values), ("reversed", values[::-1]),
                       ("transposed", [one.T for one in values]),
                       ("both", [one.T for one in values[::-1]])):
        if [one.shape for one in found] == [w.shape for w in ws] and \
                all(np.isfinite(one).all() for one in found):
            return how, found
    raise Problem("the gradients are not in the shapes of the weights")


class DeepGradients:
    """The gradients that a student's deep network gives for N examples of a case.

    It is handed the right outputs of all layers. If it needs its own, it runs forward first.
    """

    def __init__(self, student, case, start, N):
        rows = slice(start, start + N)
        self.student, self.ws, self.targets = student, case["ws"], case["targets"][rows]
        self.right = case["grads"].get(str(N)) if start == 0 else None
        layers = [case["X"][rows], *(one[rows] for one in case["hidden"]), case["outputs"][rows]]
        self.alone = True
        try:
            self.how, self.found = self.pass_back(self.ws, layers, self.targets)
        except Problem:
            self.alone = False
            self.how, self.found = self.pass_back(self.ws, layers, self.targets)
        self.layers = layers

    def pass_back(self, ws, layers, targets):
        """(how they stand, gradients) of a network with these outputs of all its layers."""
        model = make_network(self.student, ws)
        if not self.alone:
            run_forward(self.student, model, layers[0])
        self.student.set((model, "activations"), list(layers))
        self.student.call((model, "backward"), layers[0], layers[-1], targets)
        return straighten(read_list(self.student, model, "grads"), ws)

    def is_right(self, layer):
        """Whether a layer's gradient is right."""
        return self.right is not None and is_close(self.found[layer], self.right[layer])

    def is_of_pieces(self, layer):
        """Whether a layer's gradient is the one that one hidden layer gives."""
        if not self.found[layer].any():
            return False
        lower = min(layer, len(self.ws) - 2)       # of the two matrices of the piece
        ws, inputs, hidden = self.ws[lower:lower + 2], self.layers[lower], self.layers[lower + 1]
        if lower == len(self.ws) - 2:
            how, pair = self.pass_back(ws, self.layers[lower:], self.targets)
            return how == self.how and (is_close(pair[layer - lower], self.found[layer])
                                        or self.is_common_multiple(pair))
        if self.is_same_multiple(layer, len(self.ws) - 2):
            return True
        delta = find_delta(hidden, self.found[layer + 1])
        pair = self.pass_delta(ws, inputs, hidden, delta)
        return pair is not None and is_close(pair, self.found[layer])

    def is_same_multiple(self, layer, other):
        """Whether the gradients of two layers are changed alike, after they are right.

        They are the same multiple of the right ones, or have one length, or one limit.
        """
        if not self.right:
            return False
        pairs = [(self.found[one], self.right[one]) for one in (layer, other)]
        factors, limits = [find_ratio(*one) for one in pairs], [find_limit(*one) for one in pairs]
        lengths = [np.linalg.norm(found) for found, _ in pairs]
        return None not in factors and (is_close(*factors) or is_close(*lengths)) or \
            None not in limits and is_close(*limits)

    def is_common_multiple(self, pair):
        """Whether all layers are one multiple of the right ones, and those of the piece too."""
        if not self.right:
            return False
        deep = [find_ratio(*one) for one in zip(self.found, self.right)]
        piece = [find_ratio(*one) for one in zip(pair, self.right[-2:])]
        return all(None not in one and is_close(min(one), max(one)) for one in (deep, piece))

    def pass_delta(self, ws, inputs, hidden, delta):
        """The first gradient of one hidden layer whose output layer has this delta, or None.

        Which outputs give it, is searched for each entry between two bounds.
        """
        targets = np.zeros_like(delta)

        def measure(outputs):
            _, (first, last) = self.pass_back(ws, [inputs, hidden, outputs], targets)
            return first, find_delta(hidden, last) - delta

        bound = 1e4 * len(delta) * np.abs(delta).max()
        low, high = np.full_like(delta, -bound), np.full_like(delta, bound)
        at_low, at_high = np.sign(measure(low)[1]), np.sign(measure(high)[1])
        if np.any(at_low * at_high >= 0):
            return None
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            first, rest = measure(middle)
            below = np.sign(rest) == at_low
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return first if np.abs(rest).max() < 1e-6 * np.abs(delta).max() else None


def find_delta(inputs, grad):
    """The delta of a layer, from its inputs, of which there are at least as many as examples."""
    return np.linalg.lstsq(inputs.T, grad, rcond=None)[0]
