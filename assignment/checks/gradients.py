"""Check of the backward pass with one hidden layer: 2b; and measurements of gradients.

backward is judged on its own. It passes in two cases: its gradients are right for the student's
own network, even if forward is wrong; or they are right for the right outputs of all layers.
"""

from functools import cached_property

import numpy as np

from kit.checking.measuring import (Unmeasurable, close, holds, matrices, near,
                                    numerical_gradient, ratio, times)
from .network import PLAIN, forward, forward_keeps, network
from kit.checking.registry import check
from kit.checking.student import NotWritten, Problem


@check("2b", "backward", "gradients of one hidden layer")
def backward(student):
    tried = []
    for name, batches in (("plain", (32, 1, 5)), ("square", (4, 1))):
        case = student.cases[name]
        tried += [Gradients(student, case, N) for N in batches]
    if all(one.right for one in tried):
        if holds(forward, student) and holds(forward_keeps, student):
            judge_second_call(student, student.cases["plain"], tried[2])
        return
    for one in tried:
        if one.what_was_raised:
            raise one.what_was_raised
    raise Problem(gradient_hint([one for one in tried if one.ws is tried[0].ws])
                  if not all(one.right for one in tried[:3]) else gradient_hint(tried[3:]))


def judge_second_call(student, case, one):
    """Raise Problem if gradients depend on an earlier call."""
    model = one.make()
    for rows in (slice(5, 10), slice(0, 5)):
        outputs = student.call((model, "forward"), case["X"][rows])
        student.call((model, "backward"), case["X"][rows], outputs, case["targets"][rows])
    if not all(map(close, matrices(student.get((model, "grads")), one.ws, "grads"), one.own)):
        raise Problem("the gradients of a second call of backward are wrong: are they added to "
                      "the old ones, or is another value kept?")


class Gradients:
    """The gradients that a student's network gives for the first N examples of a case.

    derivatives: numerical ones of the student's own network, or stored ones if its outputs do
                 not allow a measurement.
    own:         the gradients after the student's forward, or the Problem that was raised.
    handed:      the gradients for the right outputs of all layers, or the Problem.
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
        """Return the gradients for the right outputs of all layers."""
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
        """Whether the gradients are right for the right outputs of all layers."""
        return not isinstance(self.handed, Problem) and all(map(close, self.handed, self.stored))

    @property
    def found(self):
        """[(measured, expected)] for each layer: for the right outputs if that explains the fault,
        otherwise after the student's forward."""
        if not isinstance(self.handed, Problem):
            by_itself = list(zip(self.handed, self.stored))
            if isinstance(self.own, Problem) or isinstance(self.measured, Problem) or \
                    all(ratio(*pair) is not None for pair in by_itself):
                return by_itself
        return [(grad.ravel()[chosen], derivatives)
                for grad, (chosen, derivatives) in zip(self.own, self.derivatives)]

    def is_transposed(self, layer):
        """Return whether a layer's gradient is the transpose of the right one."""
        if isinstance(self.own, Problem):
            return False
        turned, (chosen, derivatives) = self.own[layer].T, self.derivatives[layer]
        return turned.shape == self.ws[layer].shape and close(turned.ravel()[chosen], derivatives)

    @property
    def right(self):
        """Whether the gradients are right in one of the two cases."""
        return self.right_by_itself or self.follows_forward

    @property
    def what_was_raised(self):
        """The Problem of a blank, or of a backward without gradients in both cases, or None."""
        # a Problem with right inputs comes before one after a wrong forward
        if isinstance(self.handed, NotWritten) or isinstance(self.handed, Problem) and \
                isinstance(self.own, Problem):
            return self.handed
        return None


def attempt(ask):
    """Return the result of a call, or the Problem that it raises."""
    try:
        return ask()
    except Problem as problem:
        return problem
    except Unmeasurable:
        return Problem("the outputs of forward do not allow a numerical gradient")


def layer_name(layer, layers):
    """A layer's name in a sentence."""
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
    """The measured error of wrong gradients, and the likeliest mistake."""
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
    """The likeliest mistake behind a layer's factors {batch size: factor}."""
    given = {N: factor for N, factor in factors.items() if factor is not None}
    right = [str(N) for N, factor in given.items() if N > 1 and close(factor, 1)]
    if right:
        return f"; it is right for batches of {' and '.join(right)}"
    if all(near(factor, N) for N, factor in given.items()):
        return ": is the mean over the batch missing?"
    if all(near(factor, 1 / N) for N, factor in given.items()):
        return ": is it divided by the batch size twice?"
    if all(near(factor, -1) for factor in given.values()):
        return ": is the sign wrong?"
    if all(near(factor, -N) for N, factor in given.items()):
        return ": is the sign wrong, and the mean over the batch missing?"
    if all(near(factor, 1 / classes) for factor in given.values()):
        return f", with {classes} classes: take the mean over the examples, not over the classes"
    if all(abs(factor) < 1e-6 for factor in given.values()):
        return ": it is never set"
    if len(given) > 1 and max(given.values()) - min(given.values()) < 0.01 * max(given.values()):
        return ", and the factor is the same for other batches: remove or add a constant factor"
    return ""


def unequal_hint(one, tried, layer):
    """The measured error if the entries of a layer's gradient have different factors."""
    measured, expected = one.found[layer]
    error = np.linalg.norm(measured - expected) / max(np.linalg.norm(expected), 1e-300)
    words = f" differs from the numerical one by {100 * error:.3g} %"
    if layer < len(one.ws) - 1:
        return words + slope_hint(tried, layer)
    if one.is_transposed(layer):
        return words + ": it is the transpose"
    return words + (": look at the difference between outputs and targets, and at the factors "
                    "that multiply it")


def slope_hint(tried, layer):
    """The error of a hidden layer's gradient; for one example, if possible, of each unit."""
    single = next((one for one in tried if one.N == 1), None)
    if single is None or isinstance(single.own, Problem) or \
            isinstance(single.measured, Problem) or close(*single.found[layer]):
        return (", but the layers after it are right: look at the delta that is passed back, "
                "and at the slope")
    grad, (chosen, derivatives) = single.own[layer], single.derivatives[layer]
    true = np.full(grad.size, np.nan)
    true[chosen] = derivatives
    with np.errstate(all="ignore"):
        factors = grad / true.reshape(grad.shape)
        unit = np.nanmedian(factors, axis=0)
        uneven = np.nanmax(np.abs(factors / unit - 1)) > 1e-3
    if uneven or not np.isfinite(unit).all():
        return (", but the layers after it are right: look at the weights and the inputs that "
                "multiply the delta")
    words = (f"; for one example each unit has its own factor, from {unit.min():.3g} to "
             f"{unit.max():.3g}")
    if unit.min() > 3.99:
        return words + ": the sigmoid's slope is at most 1/4; is the slope missing?"
    if (unit < 0).any():
        return words + ": should the weights to the next layer be transposed?"
    return words + ": the slope f'(z) is wrong"
