"""Check of the backward pass with one hidden layer: 2b; and measurements of gradients.

backward is judged on its own. It passes if its gradients are right for the student's own network,
even if forward is wrong. It also passes if they are right for the right outputs of all layers.
"""

from functools import cached_property, wraps

import numpy as np

from kit.checking.measuring import (Unmeasurable, find_ratio, holds, is_close, measure_gradient,
                                    require_matrices)
from kit.checking.registry import check
from kit.checking.student import NotWritten, Problem

from .forward import SMALL, judge_activations, require_outputs
from .gradient_hints import explain_gradients
from .network import PLAIN, make_network, read_list
from .own_network import excuse_width, is_right_in_whole

BATCHES = {"plain": (32, 1, 5), "square": (4, 1)}


@check("2b", "backward", "gradients of one hidden layer")
def judge_backward(student):
    excuse_width(student, require_gradients, lambda own: own.require_gradients())


def require_gradients(student, names=SMALL):
    """Raise Problem unless small networks of one hidden layer have the right gradients."""
    tried = [Gradients(student, student.cases[name], N) for name in names for N in BATCHES[name]]
    if all(one.is_right for one in tried):
        if not all(one.is_right_by_itself for one in tried):
            require_curve(student)
        if holds(require_outputs, student) and holds(judge_activations, student):
            require_second_call(student, student.cases["plain"], tried[2])
        return
    for one in tried:
        if one.problem:
            raise one.problem
    raise Problem(explain_gradients([one for one in tried if one.ws is tried[0].ws])
                  if not all(one.is_right for one in tried[:3]) else explain_gradients(tried[3:]))


def require_curve(student):
    """Raise Problem if the slope of the hidden layer is the same everywhere."""
    model = make_network(student, student.cases["plain"]["ws"])
    try:
        slopes = student.call((model, "slope"), student.cases["functions"]["sigmoid"])
    except Problem:
        return      # backward does not need it
    if isinstance(slopes, np.ndarray) and np.ptp(slopes) < 1e-9:
        raise Problem(f"the gradients fit the outputs, but the slope is {slopes.flat[0]:.3g} for "
                      "every output of a hidden layer: then the layer adds nothing")


def require_second_call(student, case, one):
    """Raise Problem if gradients depend on an earlier call, unless train_step sets them to 0."""
    model = one.make_model()
    for rows in (slice(5, 10), slice(0, 5)):
        outputs = student.call((model, "forward"), case["X"][rows])
        student.call((model, "backward"), case["X"][rows], outputs, case["targets"][rows])
    found = require_matrices(read_list(student, model, "grads"), one.ws, "grads")
    if not all(map(is_close, found, one.by_forward)) and not is_right_in_whole(student, "task 2"):
        raise Problem("the gradients of a second call of backward are wrong: are they added to "
                      "the old ones, or is another value kept?")


def catch_problem(method):
    """A method that returns the Problem that it would raise."""
    @wraps(method)
    def attempt(self):
        try:
            return method(self)
        except Problem as problem:
            return problem
        except Unmeasurable:
            return Problem("the outputs of forward do not allow a numerical gradient")
    return attempt


class Gradients:
    """The gradients that a student's network gives for the first N examples of a case."""

    def __init__(self, student, case, N, cls=PLAIN, **flags):
        self.N, self.ws = N, case["ws"]
        self.stored = case["grads"][str(N)]
        self.X, self.targets = case["X"][:N], case["targets"][:N]
        self.layers = [hidden[:N] for hidden in case["hidden"]], case["outputs"][:N]
        self.make_model = lambda: make_network(student, case["ws"], cls, **flags)
        self.student = student

    @cached_property
    @catch_problem
    def by_forward(self):
        """The gradients after the student's own forward, or the Problem that was raised."""
        model = self.make_model()
        outputs = self.student.call((model, "forward"), self.X)
        return self.call_backward(model, outputs)

    @cached_property
    @catch_problem
    def by_right_outputs(self):
        """The gradients for the right outputs of all layers, or the Problem that was raised."""
        model = self.make_model()
        hidden, outputs = self.layers
        self.student.set((model, "activations"), [self.X, *hidden, outputs])
        return self.call_backward(model, outputs)

    @cached_property
    @catch_problem
    def numerical(self):
        """The numerical derivatives of the student's own network, or a Problem."""
        return measure_gradient(self.student, self.make_model(), self.ws, self.X, self.targets)

    @property
    def derivatives(self):
        """The numerical derivatives; stored ones if the outputs do not allow a measurement."""
        if isinstance(self.numerical, Problem):
            return [(np.arange(w.size), grad.ravel()) for w, grad in zip(self.ws, self.stored)]
        return self.numerical

    def call_backward(self, model, outputs):
        """The gradients after a call of backward."""
        self.student.call((model, "backward"), self.X, outputs, self.targets, pure=True)
        after = read_list(self.student, model, "ws")
        if isinstance(after, (list, tuple)) and not all(
                is_close(one, w, 1e-9) for one, w in zip(after, self.ws)):
            raise Problem("backward changes the weights: it should only set grads")
        return require_matrices(read_list(self.student, model, "grads"), self.ws, "grads")

    @property
    def follows_forward(self):
        """Whether the gradients are those of the student's own network.

        Derivatives that are all 0 show nothing: the network does not use these weights.
        """
        return not isinstance(self.by_forward, Problem) and all(
            derivatives.any() and is_close(grad.ravel()[chosen], derivatives)
            for grad, (chosen, derivatives) in zip(self.by_forward, self.derivatives))

    @property
    def is_right_by_itself(self):
        """Whether the gradients are right for the right outputs of all layers."""
        return not isinstance(self.by_right_outputs, Problem) and \
            all(map(is_close, self.by_right_outputs, self.stored))

    @property
    def pairs(self):
        """[(measured, expected)] for each layer.

        For the right outputs if that explains the fault, otherwise after the student's forward.
        """
        if not isinstance(self.by_right_outputs, Problem):
            by_itself = list(zip(self.by_right_outputs, self.stored))
            if isinstance(self.by_forward, Problem) or isinstance(self.numerical, Problem) or \
                    all(find_ratio(*pair) is not None for pair in by_itself):
                return by_itself
        return [(grad.ravel()[chosen], derivatives)
                for grad, (chosen, derivatives) in zip(self.by_forward, self.derivatives)]

    def is_transposed(self, layer):
        """Whether a layer's gradient is the transpose of the right one."""
        if isinstance(self.by_forward, Problem):
            return False
        turned, (chosen, derivatives) = self.by_forward[layer].T, self.derivatives[layer]
        return turned.shape == self.ws[layer].shape and \
            is_close(turned.ravel()[chosen], derivatives)

    def find_twin(self, layer):
        """The last other layer that has exactly the same gradient, or None."""
        if isinstance(self.by_forward, Problem):
            return None
        return max((other for other, grad in enumerate(self.by_forward) if other != layer
                    and np.array_equal(grad, self.by_forward[layer])), default=None)

    @property
    def is_right(self):
        """Whether the gradients are right in one of the two cases."""
        return self.is_right_by_itself or self.follows_forward

    @property
    def problem(self):
        """The Problem of a blank, or of a backward without gradients in both cases, or None."""
        one = self.by_right_outputs     # it comes before a Problem after a wrong forward
        in_both = isinstance(one, Problem) and isinstance(self.by_forward, Problem)
        return one if in_both or isinstance(one, NotWritten) else None
