"""Checks of forward and backward with one hidden layer: subtask 2b.

Each is judged on its own. backward may follow forward's lead (its gradients are those of the
student's own network), or be right for the outputs of the layers that it is handed.
"""

from functools import cached_property

import numpy as np

from kit.checks.measure import (UNJUDGED, Unmeasurable, all_hold, array, close, holds, kind_of,
                                matrices, near, numerical_gradient, ratio, read_cases, times)
from kit.checks.registry import check
from kit.checks.student import NotWritten, Problem

PLAIN = "task2.SoftmaxModel"


def network(student, ws, cls=PLAIN, **flags):
    """Return a Handle of a network with these weights."""
    sizes = [w.shape[1] for w in ws]
    try:
        model = student.call(cls, sizes, num_inputs=len(ws[0]), keep=True, **flags)
    except Problem:     # initial_weights is judged elsewhere, and not needed here
        model = student.call(f"{cls}.__new__", student.get(cls, keep=True), keep=True)
        for name, value in {**flags, "neurons_per_layer": tuple(sizes), "activations": [],
                            "grads": [np.zeros_like(w) for w in ws]}.items():
            student.set((model, name), value)
    student.set((model, "ws"), ws)
    return model


def kept(student, model):
    """Return the outputs of the hidden layers that forward has kept in activations."""
    activations = student.get((model, "activations"))
    if not isinstance(activations, (list, tuple)):
        raise Problem(f"activations is {kind_of(activations)}, expected the list [X, a¹, …, ŷ]")
    return activations


# -------------------------------------------------------------------------------------- forward

@check("2b", "forward", "outputs of one hidden layer")
def forward(student):
    for name in ("plain", "square"):
        case = read_cases()[name]
        model = network(student, case["ws"])
        for N in (len(case["X"]), 1, 3):
            X = case["X"][:N]
            outputs = array(student.call((model, "forward"), X, pure=True), (N, 3),
                            f"what forward returns for {N} examples and 3 classes")
            if not close(outputs, case["outputs"][:N]):
                raise Problem(forward_hint(student, model, outputs, case, N))
        judge_new_weights(student, model, case)


def judge_new_weights(student, model, case):
    """Raise Problem unless forward takes the weights as they are now: where the first matrix is 0,
    the examples cannot be told apart."""
    student.set((model, "ws"), [0 * case["ws"][0], case["ws"][1]])
    outputs = student.call((model, "forward"), case["X"])
    if not isinstance(outputs, np.ndarray) or not close(outputs, 0 * outputs + outputs[:1], 1e-6):
        raise Problem("forward gives other outputs than it should once the weights have changed: "
                      "take self.ws anew in each call")


def forward_hint(student, model, outputs, case, N):
    """Return what is wrong with outputs."""
    expected = case["outputs"][:N]
    worst = np.abs(outputs - expected).max()
    words = f"the outputs are off by up to {worst:.3g}"
    rows, columns = outputs.sum(axis=1), outputs.sum(axis=0)
    if not np.allclose(rows, 1, atol=1e-6):
        if np.allclose(columns, 1, atol=1e-6):
            return (f"{words}: the columns sum to 1 where the rows should: is the softmax taken "
                    "over the examples?")
        if (outputs > 0).all() and (outputs < 1).all():
            return (f"{words}: all lie between 0 and 1 and a row sums to {rows[0]:.3g}, not 1: "
                    "does the output layer use the sigmoid, and not the softmax?")
        return f"{words}: a row sums to {rows[0]:.3g}, not 1: is there a softmax over each row?"
    return words + (hidden_hint(kept(student, model), case["hidden"][0][:N]) or
                    "; each row sums to 1, so look at the sums z of the output layer")


def hidden_hint(activations, expected):
    """Return what is wrong with the hidden outputs; nothing if they are right or not kept."""
    if len(activations) != 3 or not isinstance(activations[1], np.ndarray) or \
            activations[1].shape != expected.shape:
        return ""
    hidden = activations[1]
    if close(hidden, expected):
        return "; the hidden outputs are right, so look at the output layer"
    low, high = hidden.min(), hidden.max()
    if low < 0 or high > 1:
        return (f": the hidden outputs go from {low:.3g} to {high:.3g}, and the sigmoid lies "
                "between 0 and 1: is it another function, or none?")
    return f": the hidden outputs are off already, by up to {np.abs(hidden - expected).max():.3g}"


@check("2b", "forward", "outputs of all layers kept")
def forward_keeps(student):
    case = read_cases()["plain"]
    model, X = network(student, case["ws"]), case["X"][:5]
    for rows in (case["X"][5:9], X):        # the second call must not add to the first
        try:
            outputs = student.call((model, "forward"), rows)
        except Problem:
            if all_hold(student, forward):
                raise
            return UNJUDGED
    activations = kept(student, model)
    if len(activations) != 3:
        raise Problem(f"activations holds {len(activations)} entries after forward with one "
                      "hidden layer, expected [X, a¹, ŷ]")
    for found, expected, units, what in zip(activations, (X, None, outputs), (5, 4, 3),
                                            ("X", "a¹", "ŷ")):
        found = array(found, (5, units), f"{what} in activations")
        if isinstance(expected, np.ndarray) and not close(found, expected, 1e-6):
            raise Problem(f"{what} in activations is not what forward was given, or has returned")
    return ""


@check("2b", "forward", "very large sums", remark=True)
def large_sums(student):
    if not all_hold(student, forward):
        return UNJUDGED
    case = read_cases()["plain"]
    model = network(student, [w * 1e4 for w in case["ws"]])
    outputs = student.call((model, "forward"), case["X"][:4])
    if isinstance(outputs, np.ndarray) and not np.isfinite(outputs).all():
        raise Problem("with very large sums z the outputs are NaN: exp overflows; take each row's "
                      "largest z off first")
    return ""


# ------------------------------------------------------------------------------------- backward

@check("2b", "backward", "gradients of one hidden layer")
def backward(student):
    tried = []
    for name, batches in (("plain", (32, 1, 5)), ("square", (4, 1))):
        case = read_cases()[name]
        tried += [Gradients(student, case, N) for N in batches]
    if all(one.right for one in tried):
        if holds(forward, student) and holds(forward_keeps, student):
            judge_second_call(student, read_cases()["plain"], tried[2])
        return
    for one in tried:
        if one.what_was_raised:
            raise one.what_was_raised
    raise Problem(gradient_hint([one for one in tried if one.ws is tried[0].ws])
                  if not all(one.right for one in tried[:3]) else gradient_hint(tried[3:]))


def judge_second_call(student, case, one):
    """Raise Problem if gradients depend on what has been computed before."""
    model = one.make()
    for rows in (slice(5, 10), slice(0, 5)):
        outputs = student.call((model, "forward"), case["X"][rows])
        student.call((model, "backward"), case["X"][rows], outputs, case["targets"][rows])
    if not all(map(close, matrices(student.get((model, "grads")), one.ws, "grads"), one.own)):
        raise Problem("the gradients are others once backward has been called before: are they "
                      "added to the old ones, or is something else kept?")


class Gradients:
    """The gradients that a student's network gives for the first N examples of a case.

    derivatives: numerical ones of the student's own network; stored ones where its outputs allow
                 none to be measured.
    own:         what backward gives after the student's forward, or the Problem that was raised.
    handed:      what backward gives when it is handed the right outputs of all layers, likewise.
    """

    def __init__(self, student, case, N, cls=PLAIN, **flags):
        self.N, self.ws = N, case["ws"]
        self.stored = case["grads"][str(N)]
        self.X, self.targets = case["X"][:N], case["targets"][:N]
        self.layers = [hidden[:N] for hidden in case["hidden"]], case["outputs"][:N]
        self.make = lambda: network(student, case["ws"], cls, **flags)
        self.student = student

    @cached_property
    def own(self):
        return attempt(self.after_forward)

    @cached_property
    def handed(self):
        return attempt(self.by_itself)

    @cached_property
    def measured(self):
        """The numerical derivatives, or a Problem."""
        return attempt(self.measure)

    @property
    def derivatives(self):
        if isinstance(self.measured, Problem):
            return [(np.arange(w.size), grad.ravel()) for w, grad in zip(self.ws, self.stored)]
        return self.measured

    def after_forward(self):
        """Return the gradients after the student's own forward."""
        model = self.make()
        outputs = self.student.call((model, "forward"), self.X)
        return self.gradients(model, outputs)

    def by_itself(self):
        """Return the gradients when the right outputs of all layers are handed over."""
        model = self.make()
        hidden, outputs = self.layers
        self.student.set((model, "activations"), [self.X, *hidden, outputs])
        return self.gradients(model, outputs)

    def gradients(self, model, outputs):
        """Return grads after a call of backward."""
        self.student.call((model, "backward"), self.X, outputs, self.targets, pure=True)
        return matrices(self.student.get((model, "grads")), self.ws, "grads")

    def measure(self):
        """Return numerical derivatives of the student's network."""
        return numerical_gradient(self.student, self.make(), self.ws, self.X, self.targets)

    @property
    def follows_forward(self):
        """Whether the gradients are those of the student's own network."""
        return not isinstance(self.own, Problem) and all(
            close(grad.ravel()[chosen], derivatives)
            for grad, (chosen, derivatives) in zip(self.own, self.derivatives))

    @property
    def right_by_itself(self):
        """Whether the gradients are right for the outputs that were handed over."""
        return not isinstance(self.handed, Problem) and all(map(close, self.handed, self.stored))

    @property
    def found(self):
        """[(measured, expected)] for each layer, by whichever way there are numbers; by itself, if
        that explains more."""
        if not isinstance(self.handed, Problem):
            by_itself = list(zip(self.handed, self.stored))
            if isinstance(self.own, Problem) or isinstance(self.measured, Problem) or \
                    all(ratio(*pair) is not None for pair in by_itself):
                return by_itself
        return [(grad.ravel()[chosen], derivatives)
                for grad, (chosen, derivatives) in zip(self.own, self.derivatives)]

    @property
    def right(self):
        """Whether the gradients are right one way or the other."""
        return self.right_by_itself or self.follows_forward

    @property
    def what_was_raised(self):
        """The Problem of a blank, or of a backward that gives no gradients either way, or None."""
        # what backward itself says of right inputs comes before what it says of a wrong forward's
        if isinstance(self.handed, NotWritten) or isinstance(self.handed, Problem) and \
                isinstance(self.own, Problem):
            return self.handed
        return None


def attempt(ask):
    """Return what a question gives, or the Problem that it raises."""
    try:
        return ask()
    except Problem as problem:
        return problem
    except Unmeasurable:
        return Problem("forward gives no outputs that a gradient can be measured of")


def layer_name(layer, layers):
    """Return a layer's name in a sentence."""
    if layer == layers - 1:
        return "output layer's"
    return "hidden layer's" if layers == 2 else f"hidden layer {layer + 1}'s"


def verdicts(tried):
    """Return for each layer whether its gradient is "right", a "multiple" of the right one, "zero"
    or "wrong", for batches of several sizes."""
    found = []
    for layer in range(len(tried[0].ws)):
        pairs = [one.found[layer] for one in tried]
        if all(close(*pair) for pair in pairs):
            found.append("right")
        elif not any(measured.any() for measured, _ in pairs):
            found.append("zero")
        else:
            found.append("wrong" if None in [ratio(*pair) for pair in pairs] else "multiple")
    return found


def gradient_hint(tried):
    """Return what is measured of wrong gradients, and the likeliest mistake."""
    layers = len(tried[0].ws)
    wrong = [layer for layer, verdict in enumerate(verdicts(tried)) if verdict != "right"]
    layer = wrong[-1]       # nearest to the loss, where a mistake shows first
    one = next(one for one in tried if not close(*one.found[layer]))
    factors = {one.N: ratio(*one.found[layer]) for one in tried}
    factor = factors[one.N]
    if factor is None:
        return f"the {layer_name(layer, layers)} gradient" + unequal_hint(one, tried, layer)
    alike = all(close(ratio(*one.found[other]) or 0, factor) for other in range(layers))
    return (("every layer's" if alike and layers > 1 else f"the {layer_name(layer, layers)}")
            + f" gradient is {times(factor)} the numerical one in every entry, and the batch "
            f"holds {one.N}" + factor_hint(factors, one.targets.shape[1]))


def factor_hint(factors, classes):
    """Return the likeliest mistake behind a layer's factors {batch size: factor}."""
    given = {N: factor for N, factor in factors.items() if factor is not None}
    right = [str(N) for N, factor in given.items() if N > 1 and close(factor, 1)]
    if right:
        return f"; it is right for batches of {' and '.join(right)}"
    if all(near(factor, N) for N, factor in given.items()):
        return ": is the mean over the batch missing?"
    if all(near(factor, 1 / N) for N, factor in given.items()):
        return ": is it divided by the batch size twice?"
    if all(near(factor, -1) for factor in given.values()):
        return ": is its sign turned?"
    if all(near(factor, -N) for N, factor in given.items()):
        return ": is its sign turned, and the mean over the batch missing?"
    if all(near(factor, 1 / classes) for factor in given.values()):
        return f", of {classes} classes: take the mean over the examples, not over the classes"
    if all(abs(factor) < 1e-6 for factor in given.values()):
        return ": it is never set"
    if len(given) > 1 and max(given.values()) - min(given.values()) < 0.01 * max(given.values()):
        return ", and so it is for others: a constant factor is missing or one too many"
    return ""


def unequal_hint(one, tried, layer):
    """Return what is measured where the entries of a layer's gradient differ unequally."""
    measured, expected = one.found[layer]
    error = np.linalg.norm(measured - expected) / max(np.linalg.norm(expected), 1e-300)
    words = f" differs from the numerical one by {100 * error:.3g} %"
    if layer < len(one.ws) - 1:
        return words + slope_hint(tried, layer)
    w = one.ws[layer]
    if w.shape[0] == w.shape[1] and close(np.reshape(measured, w.shape).T.ravel(), expected):
        return words + ": it is the transpose"
    return words + (", unequally: look at the difference between outputs and targets, and at what "
                    "it is multiplied with")


def slope_hint(tried, layer):
    """Return what one example tells of a hidden layer's slope: the factor of each unit."""
    single = next((one for one in tried if one.N == 1), None)
    if single is None or isinstance(single.own, Problem) or \
            isinstance(single.measured, Problem) or close(*single.found[layer]):
        return (", while the layers after it are right: look at what is passed back, and at the "
                "slope")
    grad, (chosen, derivatives) = single.own[layer], single.derivatives[layer]
    true = np.full(grad.size, np.nan)
    true[chosen] = derivatives
    with np.errstate(all="ignore"):
        factors = grad / true.reshape(grad.shape)
        unit = np.nanmedian(factors, axis=0)
        uneven = np.nanmax(np.abs(factors / unit - 1)) > 1e-3
    if uneven or not np.isfinite(unit).all():
        return (", while the layers after it are right: look at which weights and inputs it is "
                "multiplied with")
    words = (f"; for one example by a factor of each unit, from {unit.min():.3g} to "
             f"{unit.max():.3g}")
    if unit.min() > 3.99:
        return words + ": the sigmoid's slope is at most 1/4; is it missing?"
    if (unit < 0).any():
        return words + ": are the weights to the next layer used the right way round?"
    return words + ": the slope f'(z) is wrong"
