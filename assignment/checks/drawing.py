"""Draws the networks and the batches of the checks of the whole, from the seed of a case.

They are too large to be stored. So are the weights that are right after a dozen steps: instead of
them, a few sums of their entries with drawn factors are stored.
"""

import numpy as np

STEPS = 2, 12   # a few, for slow code, and a dozen
GRADS = 32, 5, 1
SUMS = 4        # for each matrix
BATCHES = 3     # that come in turn


def draw_weights(case):
    """The weights at the start: the sums z are neither small nor large."""
    rng = np.random.default_rng([case["seed"], 0])
    sizes = [int(size) for size in case["sizes"]]
    return [(2 * rng.random(shape) - 1) * np.sqrt(3 / shape[0]) for shape in zip(sizes, sizes[1:])]


def draw_batches(case):
    """Pairs (X, targets); the last column of X is the bias's."""
    rng, (inputs, *_, K) = np.random.default_rng([case["seed"], 1]), case["sizes"]
    N = case["batch"]
    return [(np.hstack([3.4 * rng.random((N, inputs - 1)) - 1.7, np.ones((N, 1))]),
             np.eye(K)[rng.permutation(np.arange(N) % K)]) for _ in range(BATCHES)]


def summarise(case, matrix, layer):
    """Sums of a layer's entries with drawn factors between -1 and 1, and the matrix's length."""
    factors = np.random.default_rng([case["seed"], 2, layer]).random((SUMS, *matrix.shape))
    return np.append(np.tensordot(2 * factors - 1, matrix, 2), np.linalg.norm(matrix))
