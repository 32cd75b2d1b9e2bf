"""scikit-learn's MLPClassifier: its nearest equivalent.

It has biases of its own, so the column of ones is left out; its tanh is not scaled, its weights
are its own; it gathers from the examples of the timing alone, 400 to 10,000 of them, which it
checks and shuffles once; its layers are coefs_.
"""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

from benchmarks.rows import images, labels
from benchmarks.timing import blas_threads

warnings.filterwarnings("ignore", category=ConvergenceWarning)


class ScikitLearn:
    """One pass of partial_fit over the timing's examples."""

    def __init__(self, row):
        self.threads = None     # all
        self.dtype = row.dtype
        self.X, self.labels = images(row.dtype, "train")[0][:, :-1], labels("train")
        self.model = MLPClassifier(
            row.layers[:-1], activation="logistic" if row.task2 else "tanh", solver="sgd",
            alpha=0, batch_size=row.batch, learning_rate_init=row.rate, momentum=row.gamma,
            nesterovs_momentum=False, random_state=0)

    def prepare(self, batches):
        """Gather what the steps are to take; not timed, since the model gathers each batch."""
        self.given = self.X[batches.ravel()], self.labels[batches.ravel()]

    def steps(self, batches):
        with blas_threads(self.threads):
            self.model.partial_fit(*self.given, classes=range(10))

    def validate(self, split):
        X, classes = images(self.dtype, split)[0][:, :-1], labels(split)
        with blas_threads(self.threads):
            outputs = self.model.predict_proba(X)
        return log_loss(classes, outputs), np.mean(outputs.argmax(axis=1) == classes)

    def weights(self):
        return self.model.coefs_
