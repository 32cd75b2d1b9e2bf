"""Finds the outputs in what a student's forward returns."""

import numpy as np


def find_outputs(returned, units):
    """The outputs (N, units): the last such array, preferably one whose rows sum to 1.

    If no softmax is right, positive ones are preferred: the sums z are not.
    """
    found = [one for one in list_leaves(returned) if np.ndim(one) == 2 and one.shape[1] == units]
    return max(reversed(found), default=returned, key=lambda one: (
        np.allclose(one.sum(axis=1), 1), np.all(one > 0)))


def list_leaves(value):
    """The parts of nested lists, tuples, dicts and arrays of objects."""
    if isinstance(value, dict):
        value = value.values()
    elif not is_list(value):
        return [value]
    return [leaf for one in value for leaf in list_leaves(one)]


def swap(value, old, new):
    """A nested value with a new leaf in the place of an old one."""
    if value is old:
        return new
    if isinstance(value, dict):
        return {key: swap(one, old, new) for key, one in value.items()}
    return [swap(one, old, new) for one in value] if is_list(value) else value


def is_list(value):
    """Whether a value is a list, a tuple or an array of objects."""
    return isinstance(value, (list, tuple)) or getattr(value, "dtype", None) == np.dtype(object)
