"""Draws the networks and the batches of the checks of the whole, from the seed of a case.

They are too large to be stored. So are the weights that are right after a dozen steps: instead of
them, a few sums of their entries with drawn factors are stored.
"""

import functools

import numpy as np

STEPS = 2, 12   # a few, for slow code, and a dozen
GRADS = 32, 5, 1
SUMS = 3        # for each matrix
BATCHES = 2     # that come in turn


def draw_weights(case):
    """The weights at the start: the sums z are neither small nor large."""
    sizes = [int(size) for size in case["sizes"]]
    return [(2 * draw(case["seed"], 0, layer, shape) - 1) * np.sqrt(3 / shape[0])
            for layer, shape in enumerate(zip(sizes, sizes[1:]))]


def draw_batches(case):
    """Pairs (X, targets); the last column of X is the bias's."""
    inputs, *_, K = [int(size) for size in case["sizes"]]
    N, batches = int(case["batch"]), []
    for number in range(BATCHES):
        pixels = 3.4 * draw(case["seed"], 1, number, (N, inputs - 1)) - 1.7
        classes = np.argsort(draw(case["seed"], 2, number, (N,))) % K
        batches.append((np.hstack([pixels, np.ones((N, 1))]), np.eye(K)[classes]))
    return batches


def summarise(case, matrix, layer):
    """Sums of a layer's entries with drawn factors between -1 and 1, and the matrix's length."""
    factors, entries = draw(case["seed"], 3, layer, (SUMS, matrix.size)), matrix.ravel()
    # no matrix product: for these few sums its threads cost more than they save
    return np.append(((2 * factors - 1) * entries).sum(axis=1), np.sqrt((entries ** 2).sum()))


@functools.lru_cache(maxsize=32)
def draw(seed, kind, number, shape):
    """Numbers from 0 to 1, not to be changed: several cases use them."""
    return np.random.default_rng([seed, kind, number]).random(shape)
