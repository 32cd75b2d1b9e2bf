"""The starter code's SoftmaxModel, behind the names and in the shapes of the kit's networks."""

import contextlib
import operator

import numpy as np

from adapter.calls import (call_by_names, construct, describe_blank, make_plain, name_blank,
                           seed_all)
from adapter.hidden import NUM_INPUTS, HiddenFunctions
from adapter.matrices import Matrices, list_own
from adapter.memory import Pass
from adapter.returned import find_outputs


class Model(HiddenFunctions, Matrices):
    """A network of the student's.

    Its first matrix always has 785 rows. If the checks use fewer inputs, the others are 0; the
    last one is the bias. If the student's hidden layers have bias units, their weights are 0.
    """

    code = None     # the code.Code that holds the student's class
    use_improved_sigmoid = use_improved_weight_init = False
    aliases = {}    # {a name of the student's: "ws" or "grads", if the student has only this one}
    # what forward returned, the outputs in it, and whether backward returns the gradients
    returned, outputs, returns_grads = None, None, False

    def __init__(self, neurons_per_layer, num_inputs=NUM_INPUTS, rng=0,
                 use_improved_sigmoid=False, use_improved_weight_init=False):
        self.neurons_per_layer, self.num_inputs = tuple(neurons_per_layer), num_inputs
        self.use_improved_sigmoid = use_improved_sigmoid
        self.use_improved_weight_init = use_improved_weight_init
        seed_all(rng)
        sizes = list(neurons_per_layer)
        with name_blank("2b"):
            self._own = self.construct_own(sizes)
            if getattr(self._own, "ws", None) is sizes:     # it takes the weights
                self._own = self.construct_own(self.make_zeros())
        self.name_matrices("ws")

    def construct_own(self, sizes, make=None):
        """The student's model, made with the sizes of its layers."""
        cls = self.find_class()
        made, _ = construct(cls, {"neurons_per_layer": sizes,
                                  "use_improved_sigmoid": self.use_improved_sigmoid,
                                  "use_improved_weight_init": self.use_improved_weight_init},
                            self.code.list_calls(cls.__name__), make)
        return made

    def make_zeros(self):
        """Matrices of 0, in the sizes of the student's."""
        sizes = [NUM_INPUTS, *self.neurons_per_layer]
        return [np.zeros(shape) for shape in zip(sizes, sizes[1:])]

    def name_matrices(self, name):
        """Give the student's class this name for its matrices, if it has only another one."""
        own = self._own
        if hasattr(own, name):
            return
        columns = [(units,) for units in self.neurons_per_layer]
        other = next((other for other, value in vars(own).items() if other not in self.aliases
                      and isinstance(value, (list, tuple))
                      and [np.shape(one)[1:] for one in value] == columns), None)
        if other:
            self.aliases[other] = name
            setattr(type(own), name, property(operator.attrgetter(other),
                                              lambda one, new: setattr(one, other, new)))

    def find_class(self):
        """The student's class; for more layers or the additions of task 3, that of these tasks."""
        improved = self.use_improved_sigmoid or self.use_improved_weight_init
        return self.code.find("SoftmaxModel", *["task4"] * (len(self.neurons_per_layer) > 2),
                              *["task3"] * improved)

    @property
    def own(self):
        """The student's model; with what its constructor did before it failed, if it has."""
        if "_own" not in self.__dict__:
            cls = self.find_class()
            self._own = cls.__new__(cls)
            with contextlib.suppress(Exception):
                self.construct_own(list(self.neurons_per_layer), self._own.__init__)
            for name in ("neurons_per_layer", "use_improved_sigmoid", "use_improved_weight_init"):
                setattr(self._own, name, getattr(self, name))
            self._own.use_relu, self._own.I = False, NUM_INPUTS
            self._own.ws = self.make_zeros()
            self._own.grads = [None for _ in self._own.ws]
        return self._own

    # ----------------------------------------------------------------------- forward, backward

    def pad(self, X):
        """X with as many columns as the student's first matrix has rows."""
        first, *_ = list_own(self.own.ws)
        wanted = len(first) if np.ndim(first) == 2 else NUM_INPUTS
        if X.shape[1] >= wanted:
            return X
        return np.hstack([X[:, :-1], np.zeros((len(X), wanted - X.shape[1])), X[:, -1:]])

    @staticmethod
    def give_back(X, padded):
        """Copy changes of the padded inputs back to X."""
        if padded is not X:
            X[:, :-1], X[:, -1] = padded[:, :X.shape[1] - 1], padded[:, -1]

    def forward(self, X):
        """The student's outputs."""
        padded = self.pad(X)
        with name_blank("2b"):
            self.returned = make_plain(self.own.forward(padded))
        outputs = self.outputs = find_outputs(self.returned, self.neurons_per_layer[-1])
        self.give_back(X, padded)
        if outputs is None:
            raise describe_blank("2b", "forward returns None: is it still to be written, or is a "
                                       "return missing?")
        self._seen = X, outputs
        return outputs

    def backward(self, X, outputs, targets):
        """Set the gradients by the student's backward."""
        padded = self.pad(X)
        with name_blank("2b"):
            returned = call_by_names(self.own.backward, {"X": padded, "outputs": outputs,
                                                         "targets": targets})
        self.returns_grads = isinstance(returned, (list, tuple)) and \
            len(returned) == len(self.neurons_per_layer)
        if self.returns_grads:
            self.own.grads = returned
        self.name_matrices("grads")
        self.give_back(X, padded)
        grads = None if self.own.grads is None else list_own(self.own.grads)
        if grads is None or len(grads) == 0 or all(one is None for one in grads):
            raise describe_blank("2b", "backward sets no gradients: it is still to be written")

    @property
    def activations(self):
        """[X, a¹, …, ŷ], with None for outputs that are not kept; [] before forward."""
        if "_seen" not in self.__dict__:
            return []
        X, outputs = self._seen
        hidden = [None] * (len(self.neurons_per_layer) - 1)
        if isinstance(outputs, np.ndarray) and outputs.ndim == 2:
            hidden = Pass(self.own, X, self.ws, outputs).hidden_outputs
        return [X, *hidden, outputs]

    @activations.setter
    def activations(self, activations):
        if not activations:
            return
        X, *hidden, outputs = activations
        own = self.forward(X)
        if isinstance(own, np.ndarray) and own.ndim == 2:
            Pass(self.own, X, self.ws, own).hand(X, self.ws, hidden, outputs)
