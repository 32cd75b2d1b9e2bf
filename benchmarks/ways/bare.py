"""The floor: what a gradient step cannot do without, and nothing else."""

import numpy as np

from benchmarks.rows import data, images
from benchmarks.timing import blas_threads

ROWS = 1000     # of a validation, at a time


class Bare:
    """Gathers the shuffled batch, multiplies the matrices and updates the weights, all in place.

    What stands between the products is left out: hidden outputs and deltas are fixed numbers of
    the right shape, so it learns nothing. One thread, as the kit.
    """

    def __init__(self, row):
        rng = np.random.default_rng(0)
        self.data, self.ws = data(row.dtype), row.weights()
        self.gamma, self.rate = row.gamma, row.rate
        self.X = np.empty((row.batch, 785), row.dtype)
        self.Y = np.empty((row.batch, 10), row.dtype)
        self.sums = [np.empty((row.batch, units), row.dtype) for units in row.layers]
        self.fixed = [rng.normal(0, 0.1, z.shape).astype(row.dtype) for z in self.sums]
        self.grads = [np.empty_like(w) for w in self.ws]
        self.velocity = [np.zeros_like(w) for w in self.ws]

    def steps(self, batches):
        with blas_threads(1):
            for rows in batches:
                self.data.X_train.take(rows, axis=0, out=self.X, mode="clip")   # unbuffered
                self.data.Y_train.take(rows, axis=0, out=self.Y, mode="clip")
                self.forward()
                self.backward()
                self.update()

    def forward(self):
        """Multiply each layer's inputs by its weights."""
        for a, w, z in zip([self.X, *self.fixed], self.ws, self.sums):
            np.matmul(a, w, out=z)

    def backward(self):
        """Multiply to each matrix's gradient, and to the deltas of all layers but the first."""
        inputs = [self.X, *self.fixed]
        for layer in reversed(range(len(self.ws))):
            delta = self.fixed[layer]
            product = np.multiply if len(delta) == 1 else np.matmul     # the same, and faster
            product(inputs[layer].T, delta, out=self.grads[layer])
            if layer:
                np.matmul(delta, self.ws[layer].T, out=self.sums[layer - 1])

    def update(self):
        """w := w - α g, or with momentum v := γ v + g and w := w - α v."""
        for w, grad, velocity in zip(self.ws, self.grads, self.velocity):
            if self.gamma:
                velocity *= self.gamma
                velocity += grad
                np.multiply(velocity, self.rate, out=grad)
            else:
                grad *= self.rate
            w -= grad

    def validate(self, split):
        """Multiply the matrices for all images; a loss and an accuracy there are none."""
        X, _ = images(self.X.dtype.name, split)
        sums = [np.empty((ROWS, w.shape[1]), w.dtype) for w in self.ws]
        with blas_threads(1):
            for start in range(0, len(X), ROWS):
                a = X[start:start + ROWS]
                for w, z in zip(self.ws, sums):
                    a = np.matmul(a, w, out=z[:len(a)])
        return np.nan, np.nan

    def weights(self):
        return self.ws
