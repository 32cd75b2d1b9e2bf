"""The stand-in for a network of the student's, whose trainer is judged."""

import contextlib
import functools
import operator

import numpy as np

from adapter.calls import find_meanings
from adapter.hidden import NUM_OUTPUTS
from adapter.model import Model
from adapter.returned import swap
from assignment.checks import stand_in

HANDED = "X", "outputs", "targets"      # to backward


class StandIn(stand_in.Model):
    """A stand-in for a network, with all attributes that the starter code's trainers may use.

    The matrices are in a container of the student's kind while a trainer works with them. The
    checks see lists.
    """

    def __init__(self, ws, given_grads):
        super().__init__(ws, given_grads)
        self.I, self.use_relu = len(self.ws[0]), False
        self.use_improved_sigmoid = self.use_improved_weight_init = False

    def __setattr__(self, name, value):
        """Set an attribute, by the usual name."""
        super().__setattr__(Model.aliases.get(name, name), value)

    @contextlib.contextmanager
    def hold_like(self, model):
        """Hold the matrices in containers of the kinds of a Model's inside this context."""
        self.kinds = stand_in.name_kinds(getattr(model, "own", None))
        self.contain()
        try:
            yield
        finally:
            if "list" != self.kinds[0]:
                self.ws = stand_in.list_matrices(self.ws)
            self.kinds = ["list", "list"]

    def contain(self):
        """Put the matrices into containers of their kinds."""
        for name, kind in zip(("ws", "grads"), self.kinds):
            if kind != "list":
                matrices = stand_in.list_matrices(getattr(self, name))
                setattr(self, name, stand_in.contain(matrices, kind))

    def forward(self, X):
        """The outputs; with as much beside them as the student's network returns."""
        outputs, like = super().forward(X), make_own_model()
        return swap(like.returned, like.outputs, outputs) if like else outputs

    def __call__(self, X):
        """The result of forward."""
        return self.forward(X)

    def backward(self, *given, **named):
        """Set the gradients that were given, and return them if the student's network does."""
        like = make_own_model()
        meanings = find_meanings(like.own.backward, HANDED) if like else {}
        values = {**dict(zip(meanings.values(), given)),
                  **{meanings.get(name, name): value for name, value in named.items()}}
        usual = [values[name] for name in HANDED if name in values]
        super().backward(*(usual if len(usual) == 3 else given))
        return self.grads if like and like.returns_grads else None

    def __getattr__(self, name):
        """An attribute of the student's own model, such as its layers."""
        if name in Model.aliases:
            return getattr(self, Model.aliases[name])
        if name.startswith("_") or name in ("ws", "grads", "dtype"):     # asked by the process
            raise AttributeError(name)
        try:
            double = self.double()
        except Exception:       # the constructor is judged elsewhere
            raise AttributeError(f"'Model' object has no attribute {name!r}") from None
        value = getattr(double, name)
        if isinstance(value, (list, tuple)) and len(value) == len(double.ws) and \
                all(map(operator.is_, value, double.ws)):       # the weights, by another name
            return self.ws
        if self.is_like_weights(value, double):     # a history that the network keeps
            value = self.__dict__[name] = [np.array(one) for one in self._double.crop(value)]
        return value

    @staticmethod
    def is_like_weights(value, model):
        """Whether a value holds a matrix for each of a model's, but is not its weights."""
        return isinstance(value, (list, tuple, np.ndarray)) and len(value) == len(model.ws) and \
            all(isinstance(one, np.ndarray) and one.ndim == 2 and one.shape == w.shape
                and one is not w for one, w in zip(value, model.ws))

    def double(self):
        """The student's own model, with the weights and the gradients of this one."""
        if "_double" not in self.__dict__:
            self._double = make_model([w.shape[1] for w in self.ws], len(self.ws[0]))
        self._double.ws = self.ws
        self._put = [np.array(w) for w in self.ws]
        self._double.put("grads", self._double.fill_rows("grads", self.grads))
        return self._double.own

    def settle(self):
        """Take over the weights of the student's own model, if those were changed."""
        if "_double" in self.__dict__ and not all(map(np.array_equal, self._double.ws,
                                                      self._put)):
            self.ws = [np.array(w) for w in self._double.ws]

    def zero_grad(self):
        """Forget the gradients."""
        self.grads = [None for _ in self.ws]


@functools.lru_cache(maxsize=1)
def make_own_model():
    """A small Model of the student's after a backward pass; None if it cannot be made."""
    try:
        return make_model([3, NUM_OUTPUTS], 5)
    except Exception:
        return None


def make_model(sizes, num_inputs):
    """A model of the student's after a forward and a backward pass, if these do not fail."""
    model = Model(sizes, num_inputs)
    X = np.ones((2, num_inputs))
    with contextlib.suppress(Exception):        # they are judged elsewhere
        model.backward(X, model.forward(X), np.eye(2, sizes[-1]))
    return model
