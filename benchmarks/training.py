"""One epoch of training: the kit beside the floor and the peers.

A way of training is built from an experiment and a Dataset. Its train_epoch(seed) takes a step for
each batch, in the order that the seed draws, and validates five times. It returns five pairs of
validation loss and accuracy. All ways start from the same weights, ws, and compute in float64.
"""
import os
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from task2 import accuracy_of, cross_entropy_loss, load_dataset
from task3 import MOMENTUM, Experiment
from task4 import TEN

NETWORKS = {"an epoch of task 2: [64, 10]": Experiment("task 2"),
            "an epoch of task 3: all tricks": MOMENTUM,
            "an epoch of task 4: ten layers": TEN}
ROUNDS = 5
VALIDATIONS = 5     # an epoch, as in SoftmaxTrainer


class Kit:
    """The kit's trainer. It also finds the accuracy of each batch, and keeps the best weights."""

    def __init__(self, experiment, data):
        self.trainer = experiment.build_trainer(0, data)
        self.trainer.patience, self.ws = np.inf, self.trainer.model.ws

    def train_epoch(self, seed):
        self.trainer.rng = np.random.default_rng(seed)
        history = self.trainer.train(1)
        self.ws = self.trainer.model.ws
        return list(zip(history.val_loss, history.val_accuracy))[-VALIDATIONS:]


class Loop:
    """An epoch as a loop over the batches. A way adds validate() and step(rows), which reads the
    loss of each batch, as the kit does."""

    def __init__(self, experiment, data):
        self.experiment, self.data, self.ws = experiment, data, experiment.build_model(0).ws

    def train_epoch(self, seed):
        order = np.random.default_rng(seed).permutation(len(self.data.X_train))
        batches = order.reshape(-1, self.experiment.batch_size)
        measured = []
        for part in np.split(batches, VALIDATIONS):
            for rows in part:
                self.step(rows)
            measured.append(self.validate())
        return measured


class Floor(Loop):
    """Only the work that every step needs: gathering the batch, products of matrices, the update.
    Fixed numbers stand for hidden outputs and deltas. It has kept arrays, and one thread."""

    def __init__(self, experiment, data):
        super().__init__(experiment, data)
        rng, size = np.random.default_rng(0), experiment.batch_size
        self.X, self.Y = np.empty((size, 785)), np.empty((size, 10))
        self.products = [np.empty((size, w.shape[1])) for w in self.ws]
        self.outputs = [rng.normal(0, 0.1, z.shape) for z in self.products[:-1]]
        self.deltas = [rng.normal(0, 0.001, z.shape) for z in self.products]
        self.grads, self.velocity = ([np.zeros_like(w) for w in self.ws] for _ in range(2))

    @threadpool_limits.wrap(limits=1, user_api="blas")
    def train_epoch(self, seed):
        return super().train_epoch(seed)

    def step(self, rows):
        self.data.X_train.take(rows, axis=0, out=self.X, mode="clip")   # unbuffered
        self.data.Y_train.take(rows, axis=0, out=self.Y, mode="clip")
        inputs = [self.X, *self.outputs]
        for a, w, z in zip(inputs, self.ws, self.products):
            np.matmul(a, w, out=z)
        for layer in reversed(range(len(self.ws))):
            np.matmul(inputs[layer].T, self.deltas[layer], out=self.grads[layer])
            if layer > 0:
                np.matmul(self.deltas[layer], self.ws[layer].T, out=self.products[layer - 1])
        for w, grad, velocity in zip(self.ws, self.grads, self.velocity):
            if self.experiment.momentum_gamma:
                velocity *= self.experiment.momentum_gamma
                grad += velocity
                np.copyto(velocity, grad)
            grad *= self.experiment.learning_rate
            w -= grad

    def validate(self):
        for start in range(0, len(self.data.X_val), 1000):
            a = self.data.X_val[start:start + 1000]
            for w in self.ws:
                a = a @ w
        return np.nan, np.nan


def forward(experiment, ws, X, sigmoid, tanh):
    """The sums before softmax, by the functions of PyTorch or of JAX."""
    for w in ws[:-1]:
        z = X @ w
        X = 1.7159 * tanh(2 / 3 * z) if experiment.use_improved_sigmoid else sigmoid(z)
    return X @ ws[-1]


class PyTorch(Loop):
    """Autograd and torch.optim.SGD, whose momentum is the assignment's."""

    def __init__(self, experiment, data):
        import torch
        super().__init__(experiment, data)
        self.torch = torch
        self.X, self.Y, self.X_val, self.Y_val = map(torch.from_numpy, data)
        self.Y, self.Y_val = self.Y.argmax(dim=1), self.Y_val.argmax(dim=1)
        self.ws = [torch.tensor(w, requires_grad=True) for w in self.ws]
        self.forward = partial(forward, experiment, sigmoid=torch.sigmoid, tanh=torch.tanh)
        self.loss = torch.nn.functional.cross_entropy
        self.optimizer = torch.optim.SGD(self.ws, experiment.learning_rate,
                                         experiment.momentum_gamma)

    def train_epoch(self, seed, threads=1):
        self.torch.set_num_threads(threads)
        return super().train_epoch(seed)

    def step(self, rows):
        rows = self.torch.from_numpy(rows)
        self.optimizer.zero_grad()
        loss = self.loss(self.forward(self.ws, self.X[rows]), self.Y[rows])
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def validate(self):
        with self.torch.no_grad():
            outputs = self.forward(self.ws, self.X_val)
            right = outputs.argmax(dim=1) == self.Y_val
            return self.loss(outputs, self.Y_val).item(), right.double().mean().item()


class Jax(Loop):
    """One compiled function a step, with gathering and update. JAX chooses its threads."""

    def __init__(self, experiment, data):
        import jax
        import jax.numpy as jnp
        jax.config.update("jax_platforms", "cpu")
        jax.config.update("jax_enable_x64", True)
        super().__init__(experiment, data)
        rate, gamma = experiment.learning_rate, experiment.momentum_gamma
        run = partial(forward, experiment, sigmoid=jax.nn.sigmoid, tanh=jnp.tanh)

        def mean_loss(ws, X, Y):
            return -jnp.mean(jnp.sum(Y * jax.nn.log_softmax(run(ws, X)), axis=1))

        def step(ws, velocity, X, Y, rows):
            loss, grads = jax.value_and_grad(mean_loss)(ws, X[rows], Y[rows])
            if gamma:
                grads = velocity = [gamma * v + grad for v, grad in zip(velocity, grads)]
            return [w - rate * grad for w, grad in zip(ws, grads)], velocity, loss

        def measure(ws, X, Y):
            right = run(ws, X).argmax(axis=1) == Y.argmax(axis=1)
            return mean_loss(ws, X, Y), right.mean()

        self.data = type(data)(*map(jnp.asarray, data))
        self.ws = [jnp.asarray(w) for w in self.ws]
        self.velocity = [jnp.zeros_like(w) for w in self.ws]
        self.compiled_step = jax.jit(step, donate_argnums=(0, 1))
        self.compiled_measure = jax.jit(measure)

    def step(self, rows):
        self.ws, self.velocity, loss = self.compiled_step(
            self.ws, self.velocity, self.data.X_train, self.data.Y_train, rows)
        return float(loss)

    def validate(self):
        return tuple(map(float, self.compiled_measure(self.ws, self.data.X_val, self.data.Y_val)))


class ScikitLearn:
    """MLPClassifier. It draws its own weights and batches, has biases and does not scale tanh. It
    validates five times after the epoch, not during it."""

    def __init__(self, experiment, data):
        from sklearn.neural_network import MLPClassifier
        self.X, self.X_val = data.X_train[:, :-1].copy(), data.X_val[:, :-1].copy()
        self.labels, self.Y_val = data.Y_train.argmax(axis=1), data.Y_val
        self.model = MLPClassifier(
            experiment.neurons_per_layer[:-1], solver="sgd", alpha=0, nesterovs_momentum=False,
            activation="tanh" if experiment.use_improved_sigmoid else "logistic", random_state=0,
            batch_size=experiment.batch_size, learning_rate_init=experiment.learning_rate,
            momentum=experiment.momentum_gamma)

    def train_epoch(self, seed, threads=1):
        with threadpool_limits(threads, user_api="blas"):
            self.model.partial_fit(self.X, self.labels, classes=range(10))
            validations = [self.model.predict_proba(self.X_val) for _ in range(VALIDATIONS)]
        return [(cross_entropy_loss(self.Y_val, outputs), accuracy_of(outputs, self.Y_val))
                for outputs in validations]


PEERS = {"PyTorch": PyTorch, "scikit-learn": ScikitLearn, "JAX": Jax}


def build_groups():
    """For each network: its title, the rounds, {way: train_epoch, or why the way is absent}."""
    data = load_dataset()
    for title, experiment in NETWORKS.items():
        ways = {"the kit": Kit(experiment, data).train_epoch,
                "the floor: bare products": Floor(experiment, data).train_epoch}
        for name, cls in PEERS.items():
            try:
                run = cls(experiment, data).train_epoch
                ways |= {name: run} if cls is Jax else {
                    f"{name} (threads: {threads})": partial(run, threads=threads)
                    for threads in (1, os.cpu_count())}
            except ImportError as problem:
                ways[name] = str(problem)
        yield title, ROUNDS, ways
