"""A student's matrices, in the kit's shapes."""

import numpy as np

from adapter.calls import make_plain
from adapter.hidden import NUM_INPUTS
from adapter.notes import note
from adapter.returned import find_outputs
from assignment.checks import stand_in


class Matrices:
    """The weights and the gradients of `own`, a student's network."""

    def choose_rows(self, layer, count):
        """The rows of a student's matrix that the kit's matrix has too."""
        wanted = self.__dict__.get("num_inputs", count) if layer == 0 else \
            self.neurons_per_layer[layer - 1]
        if layer == 0 and count > wanted:
            return np.r_[0:wanted - 1, count - 1]
        if layer > 0 and count == wanted + 1:
            return slice(1, None) if self.is_bias_unit_first() else slice(0, -1)
        return slice(None)

    def crop(self, values):
        """The student's matrices in the kit's shapes; other values as they are."""
        if isinstance(values, dict):
            values = list_own(values)
        if not isinstance(values, (list, tuple)) and \
                getattr(getattr(values, "dtype", None), "kind", "") != "O":
            return values
        return [make_plain(convert_objects(value))[self.choose_rows(layer, len(value))]
                if isinstance(value, np.ndarray) and value.ndim == 2
                and layer < len(self.neurons_per_layer) else value
                for layer, value in enumerate(values)]

    @property
    def ws(self):
        """The weights, one matrix (fan-in, units) a layer."""
        return self.crop(self.own.ws)

    @ws.setter
    def ws(self, ws):
        self.__dict__.setdefault("num_inputs", len(ws[0]))
        self.put("ws", self.fill_rows("ws", ws))

    def fill_rows(self, name, matrices):
        """Matrices with as many rows as the student's own of this name.

        Those may have more inputs, and hidden layers with bias units. Other sizes are written in
        by a student, and do not fit.
        """
        held, new = self.list_held(name), []
        for layer, w in enumerate(matrices):
            count = len(held[layer]) if len(held) == len(matrices) and \
                np.ndim(held[layer]) == 2 else NUM_INPUTS if layer == 0 else len(w)
            if count < len(w) or layer > 0 and count > len(w) + 1:
                count = len(w)
            matrix = np.zeros((count, w.shape[1]))
            matrix[self.choose_rows(layer, count)] = w
            new.append(matrix)
        return new

    def list_held(self, name):
        """The student's own matrices of this name, as a list; [] if there are none."""
        try:
            return list_own(getattr(self.own, name))
        except (AttributeError, TypeError):
            return []

    def put(self, name, new):
        """Write to the student's own matrices, which layers may share; or replace them."""
        held = self.list_held(name)
        if len(held) == len(new) and all(
                isinstance(one, np.ndarray) and one.shape == matrix.shape
                and one.dtype.kind == "f" and one.flags.writeable
                for one, matrix in zip(held, new)):
            for one, matrix in zip(held, new):
                one[...] = matrix
        else:
            own = vars(self.own).get(name)
            setattr(self.own, name,
                    dict(zip(stand_in.sort_keys(own), new)) if isinstance(own, dict) else new)

    def is_bias_unit_first(self):
        """Whether the first row belongs to a hidden layer's bias unit, and not the last."""
        if "_first" not in self.__dict__:
            note("each hidden layer has a bias unit of its own, which the task does not ask for: "
                 "it costs no points, and its weights were set to 0")
            held = [np.array(w) for w in list_own(self.own.ws)]
            probe = [np.zeros_like(w) for w in held]
            probe[-1][0, 0] = 2
            self.put("ws", probe)
            try:
                outputs = find_outputs(self.own.forward(np.zeros((1, NUM_INPUTS))),
                                       self.neurons_per_layer[-1])
                self._first = bool(np.log(outputs[0, 0] / outputs[0, 1]) > 1.9)
            except Exception:       # forward is judged elsewhere
                self._first = False
            self.put("ws", held)
        return self._first

    def hold_bias_units(self):
        """Set the weights of the hidden layers' bias units to 0 again, if there are some."""
        if "_first" in self.__dict__:
            self.ws = self.ws

    @property
    def grads(self):
        """The gradients, in the shapes of the weights; no trainer reads what stands behind."""
        found = self.crop(self.own.grads)
        return found[:len(self.neurons_per_layer)] if isinstance(found, list) else found

    @grads.setter
    def grads(self, grads):
        pass        # backward sets them


def list_own(values):
    """The student's own arrays, as a list."""
    keys = stand_in.sort_keys(values) if isinstance(values, dict) else range(len(values))
    return [values[key] for key in keys]


def convert_objects(matrix):
    """A matrix; if it holds numbers as objects, as a matrix of numbers."""
    try:
        return matrix.astype(float) if matrix.dtype.kind == "O" else matrix
    except (TypeError, ValueError):
        return matrix
