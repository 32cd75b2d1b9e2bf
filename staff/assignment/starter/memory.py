"""Finds the arrays that a student's model keeps of a forward pass, by their content."""

import numpy as np

DEEPEST = 3
MOST = 500


def find_arrays(model):
    """The arrays in a model's attributes, also inside lists, dicts and objects."""
    found, waiting, seen = [], [(vars(model), 0)], set()
    while waiting and len(seen) < MOST:
        value, depth = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            found.append(value)
        elif depth < DEEPEST:
            waiting += [(one, depth + 1) for one in list_parts(value)]
    return found


def list_parts(value):
    """The parts of a list, a dict, an array of objects, or an object."""
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, (list, tuple)) or isinstance(value, np.ndarray) and value.dtype == object:
        return list(value)
    return list(getattr(value, "__dict__", {}).values()) if not callable(value) else []


def find_views(arrays, shape):
    """Views of this shape into arrays, also of transposes, or without a bias column of ones."""
    found = []
    for one in arrays:
        for view in (one, one.T):
            if len(shape) == 2 and view.shape == (shape[0], shape[1] + 1):
                view = view[:, 1:] if np.all(view[:, 0] == 1) else \
                    view[:, :-1] if np.all(view[:, -1] == 1) else view
            if view.shape == shape:
                found.append(view)
                break
    return found


def is_same(one, other):
    """Whether two arrays agree to rounding, of float32 too."""
    return one.shape == other.shape and np.allclose(one, other, rtol=1e-5, atol=1e-6)


def grows_with(values, z):
    """Whether values are a growing function of z, and not z itself."""
    order = np.argsort(z, axis=None)
    rising = np.diff(values.ravel()[order])
    return bool((rising >= -1e-12).all() and (rising > 0).any() and not is_same(values, z))


class Pass:
    """A forward pass of a model: the sums z of each hidden layer, and writable views of its
    outputs a."""

    def __init__(self, model, X, ws, outputs):
        known = [id(one) for name in ("ws", "grads")
                 for one in list_parts(getattr(model, name, None))]
        self.arrays = [one for one in find_arrays(model) if id(one) not in known]
        self.outputs = [one for one in find_views(self.arrays, outputs.shape)
                        if is_same(one, outputs)]
        self.sums, self.hidden = [], []
        inputs = X
        for w in ws[:-1]:
            z = None if inputs is None else inputs @ w
            held = [] if z is None else [one for one in find_views(self.arrays, z.shape)
                                         if grows_with(one, z) and not is_same(one, outputs)]
            if z is not None and not held:      # a function of other sums than z
                others = [one for one in find_views(self.arrays, z.shape)
                          if not is_same(one, z) and not is_same(one, outputs)]
                held = others if len(others) == 1 else []
            self.sums.append(z)
            self.hidden.append(held)
            inputs = held[0].astype(float) if held else None

    @property
    def hidden_outputs(self):
        """The outputs of each hidden layer; None where they are not kept."""
        return [np.array(held[0]) if held else None for held in self.hidden]

    def hand(self, X, ws, hidden, outputs):
        """Make the model remember these outputs of its layers instead."""
        inputs = X
        for w, z, held, right in zip(ws, self.sums, self.hidden, hidden):
            if z is not None:
                for one in find_views(self.arrays, z.shape):
                    if is_same(one, z):
                        write(one, inputs @ w)
            for one in held:
                write(one, right)
            inputs = right
        for one in self.outputs:
            write(one, outputs)


def write(view, values):
    """Write values to a view, if that is possible."""
    if view.flags.writeable and view.shape == values.shape:
        view[...] = values
