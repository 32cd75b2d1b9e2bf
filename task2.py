"""Task 2: a softmax network, its gradient check and its trainer.

Examples are rows: N examples, I = 785 inputs (784 pixels and a 1 for the bias), J hidden units,
K = 10 outputs. A weight matrix is (fan-in, units). Loss and gradients are means over the batch.
"""
from collections import namedtuple
from dataclasses import dataclass
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from kit.runs import Run, compute_runs
from utils import batch_loader, command_line, expect, generators, hash_data, load_full_mnist

NUM_CLASSES = 10
SEEDS = (0, 1, 2)


# --------------------------------------------------------------------- images and labels: 2a, 0
def training_statistics(X_train):
    """The mean and the standard deviation over every pixel of X_train (N, 784), as two floats."""
    expect(X_train, "X_train", (None, 784), "one flat image per row", at_least=0, at_most=255)
    # SOLUTION 2a
    return float(np.mean(X_train)), float(np.std(X_train))


def pre_process_images(X, mean, std):
    """X (N, 784) normalised with mean and std, and a last column of ones for the bias: (N, 785).
    X itself does not change."""
    expect(X, "X", (None, 784), "one flat image per row", at_least=0, at_most=255)
    expect(std, "std", hint="pass the results of training_statistics", above=0)
    # SOLUTION 2a
    normalised = (X - mean) / std
    return np.hstack([normalised, np.ones((len(X), 1))])


def one_hot_encode(Y, num_classes=NUM_CLASSES):
    """A row with a 1 in the label's column and 0 elsewhere, for each label of Y, (N,) or (N, 1):
    (N, num_classes)."""
    labels = np.ravel(Y)
    expect(labels, "Y", (None,), among=range(num_classes))
    # SOLUTION 0
    return np.eye(num_classes)[labels.astype(int)]


# -------------------------------------------------------------------------- loss and accuracy: 0
def cross_entropy_loss(targets, outputs):
    """The cross-entropy C of targets and outputs (N, K), as the mean over the N examples. It is
    finite even where an output is 0. In gradient_check the outputs are complex, and so is C."""
    expect(targets, "targets", np.shape(outputs), "are the labels one-hot encoded?")
    # SOLUTION 0
    # C = -sum_k y_k ln ŷ_k; an output below the smallest normal float counts as that.
    log_outputs = np.log(np.maximum(outputs, np.finfo(outputs.dtype).tiny))
    return -np.sum(targets * log_outputs) / len(targets)


def accuracy_of(outputs, targets):
    """The share of the N examples whose largest output is the right class, as a float; outputs and
    one-hot targets are (N, K)."""
    expect(targets, "targets", np.shape(outputs), "are the labels one-hot encoded?")
    # SOLUTION 0
    return float(np.mean(outputs.argmax(axis=1) == targets.argmax(axis=1)))


# ---------------------------------------------------------------------- the network: 2b and 4c
def sigmoid(z):
    """The sigmoid of every entry of z, in z's shape. No z overflows. In gradient_check z is
    complex: use functions that take complex numbers."""
    # SOLUTION 2b
    # 1 / (1 + exp(-z)), written with tanh
    return (1 + np.tanh(z / 2)) / 2


def softmax(z):
    """The softmax of every row of z (N, K), in z's shape. No z overflows, and rows may differ much
    in size. In gradient_check z is complex: use z.real in comparisons and in max."""
    # SOLUTION 2b
    # exp(z_k) / sum_k' exp(z_k'); the largest z of a row is taken off first.
    with np.errstate(over="ignore"):  # a difference beyond the floats is -inf, and exp of it 0
        exponentials = np.exp(z - z.real.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


class SoftmaxModel:
    """Layers of sigmoid units, then softmax outputs. neurons_per_layer are their sizes, the
    outputs last; rng is a seed or a numpy.random.Generator for the initial weights.

    ws:          a matrix (fan-in, units) for each layer
    grads:       ∂C/∂w in the same shapes, set by backward
    activations: [X, a¹, …, ŷ], set by forward
    """

    def __init__(self, neurons_per_layer, num_inputs=785, rng=0):
        sizes = layer_sizes(neurons_per_layer, num_inputs)
        rng = np.random.default_rng(rng)
        self.neurons_per_layer = tuple(neurons_per_layer)
        self.ws = [self.initial_weights(rng, *shape) for shape in zip(sizes, sizes[1:])]
        self.grads = [np.zeros_like(w) for w in self.ws]
        self.activations = []

    def initial_weights(self, rng, fan_in, units):
        """The weights of one layer (fan_in, units), drawn by the generator rng from U(-1, 1).
        Write this first: every model needs it."""
        # SOLUTION 2c
        return rng.uniform(-1, 1, (fan_in, units))

    def activation(self, z):
        """a = f(z) of a hidden layer."""
        return sigmoid(z)

    def slope(self, a):
        """The slope f'(z) of the sigmoid, in terms of its output a = f(z), in a's shape."""
        # SOLUTION 2b
        return a * (1 - a)

    def forward(self, X):
        """The outputs ŷ (N, K) for X (N, I). Keeps [X, a¹ (N, J), …, ŷ] in self.activations.
        One hidden layer is enough for 2b; 4c asks for any number."""
        expect(X, "X", (None, len(self.ws[0])), "are the images pre-processed?")
        # SOLUTION 2b
        self.activations = [X]
        for w in self.ws[:-1]:
            z = self.activations[-1] @ w                         # (N, J)
            self.activations.append(self.activation(z))
        z = self.activations[-1] @ self.ws[-1]                   # (N, K)
        self.activations.append(softmax(z))
        return self.activations[-1]

    def backward(self, X, outputs, targets):
        """Sets self.grads: ∂C/∂w for every matrix of self.ws, in its shape, as the mean over N.
        outputs and targets are (N, K); forward(X) has just set self.activations, and all that
        you keep there.
        One hidden layer is enough for 2b; 4c asks for any number."""
        expect(targets, "targets", np.shape(outputs), "are the labels one-hot encoded?")
        # SOLUTION 2b
        delta = -(targets - outputs) / len(X)                    # (N, K)
        for layer in reversed(range(len(self.ws))):
            a = self.activations[layer]                          # (N, fan-in)
            self.grads[layer] = a.T @ delta                      # (fan-in, units)
            if layer > 0:
                delta = self.slope(a) * (delta @ self.ws[layer].T)  # (N, fan-in)


def layer_sizes(neurons_per_layer, num_inputs=785):
    """[inputs, hidden units …, outputs], as whole numbers."""
    expect([*neurons_per_layer], "neurons_per_layer", (None,),
           "give the size of each layer, such as [64, 10]", among=range(1, 10 ** 6))
    return [int(size) for size in (num_inputs, *neurons_per_layer)]


def count_parameters(neurons_per_layer, num_inputs=785):
    """The number of weights, a whole number, of a network with these layers, the outputs last.
    layer_sizes checks the layers and puts the inputs before them."""
    # SOLUTION 2d
    layers = layer_sizes(neurons_per_layer, num_inputs=num_inputs)
    return sum(fan_in * units for fan_in, units in zip(layers, layers[1:]))


def gradient_check(model, X, targets, samples=40, rng=0):
    """The relative error of each layer's gradient, |grad - derivative| / |derivative|, in the
    2-norm over `samples` weights. The derivative is a complex step, f'(w) = Im f(w + ih) / h: it
    subtracts nothing, so no digits are lost, even with h = 1e-20 (Squire and Trapp, 1998).

    A loss with ln(ŷ + ε), for a small number ε, is another loss: its derivative differs by about
    ε/ŷ from that of ln ŷ, so errors near 1e-9 come from there. Take ln max(ŷ, ε) instead."""
    h, rng, errors = 1e-20, np.random.default_rng(rng), []
    model.backward(X, model.forward(X), targets)
    grads = [grad.copy() for grad in model.grads]
    for layer, w in enumerate(model.ws):
        chosen = rng.choice(w.size, size=min(samples, w.size), replace=False)
        derivatives = np.empty(len(chosen))
        for i, index in enumerate(chosen):
            model.ws[layer] = w.astype(complex)
            model.ws[layer].flat[index] += 1j * h
            derivatives[i] = cross_entropy_loss(targets, model.forward(X)).imag / h
        model.ws[layer] = w
        if not np.any(derivatives):
            raise ValueError(
                f"The loss does not change with the weights of layer {layer + 1} in the complex "
                "step. Does forward use them? Does sigmoid, softmax or the loss drop the "
                "imaginary part, as np.abs and comparisons do? Take z.real where you compare.")
        difference = grads[layer].flat[chosen] - derivatives
        errors.append(float(np.linalg.norm(difference) / np.linalg.norm(derivatives)))
    model.forward(X)        # its activations are real again
    return errors


# --------------------------------------------------------------------------- the trainer: 2c
# pre-processed images (N, 785) and one-hot targets (N, 10) of both splits
Dataset = namedtuple("Dataset", "X_train Y_train X_val Y_val")
# lists with one entry per validation; train_… are means over the mini-batches since the last one
History = namedtuple("History", "step train_loss train_accuracy val_loss val_accuracy")


def load_dataset(path=None, verbose=False):
    """The Dataset, both splits normalised with the statistics of the training set."""
    X_train, Y_train, X_val, Y_val = load_full_mnist(path, verbose=verbose)
    mean, std = training_statistics(X_train)
    return Dataset(pre_process_images(X_train, mean, std), one_hot_encode(Y_train),
                   pre_process_images(X_val, mean, std), one_hot_encode(Y_val))


class SoftmaxTrainer:
    """Mini-batch gradient descent on a Dataset. rng, a seed or a Generator, orders the batches.
    Training stops after `patience` validations in a row without a lower loss."""
    validations_per_epoch = 5

    def __init__(self, model, data, learning_rate=0.1, batch_size=32, rng=0, patience=50):
        expect(learning_rate, "learning_rate", hint="try 0.1", above=0, below=np.inf)
        expect(batch_size, "batch_size", among=range(1, len(data.X_train) + 1))
        self.model, self.data, self.patience = model, data, patience
        self.learning_rate, self.batch_size = learning_rate, batch_size
        self.rng = np.random.default_rng(rng)
        self.history, self.step, self.validations_without_gain = History([], [], [], [], []), 0, 0
        self.best_loss, self.best_step, self.best_ws = np.inf, 0, None

    def train_step(self, X_batch, Y_batch):
        """One gradient step on X_batch (N, I) and Y_batch (N, K): the model runs forward and
        backward, then self.update() changes its weights. Returns the loss before the update."""
        # SOLUTION 2c
        outputs = self.model.forward(X_batch)
        loss = cross_entropy_loss(Y_batch, outputs)
        self.model.backward(X_batch, outputs, Y_batch)
        self.update()
        return loss

    def update(self):
        """Changes every matrix of self.model.ws by one step of gradient descent, with its gradient
        in self.model.grads, of the same shape, and with self.learning_rate."""
        # SOLUTION 2c
        # w := w - α ∂C/∂w
        for w, grad in zip(self.model.ws, self.model.grads):
            w -= self.learning_rate * grad

    @threadpool_limits.wrap(limits=1, user_api="blas")      # faster for matrices this small
    @np.errstate(over="ignore", invalid="ignore")           # check_finite reports an overflow
    def train(self, num_epochs, on_validation=lambda: None):
        """Train until the epochs or the patience are used up; returns the History."""
        every = max(1, len(self.data.X_train) // self.batch_size // self.validations_per_epoch)
        losses, accuracies = [], []                         # since the last validation
        for X_batch, Y_batch in self.batches(num_epochs):
            losses.append(self.train_step(X_batch, Y_batch))
            accuracies.append(accuracy_of(self.model.activations[-1], Y_batch))
            self.step += 1
            self.check_finite(losses[-1])
            if self.step % every == 0:
                self.validate(np.mean(losses), np.mean(accuracies))
                on_validation()
                losses, accuracies = [], []
                if self.validations_without_gain >= self.patience:
                    break
        self.model.ws = self.best_ws or self.model.ws
        return self.history

    def batches(self, num_epochs):
        """The batches of all epochs, in a new order each epoch."""
        for _ in range(num_epochs):
            yield from batch_loader(self.data.X_train, self.data.Y_train, self.batch_size,
                                    shuffle=True, rng=self.rng)

    def check_finite(self, loss):
        """Raise FloatingPointError unless the loss is a finite number."""
        if not np.isfinite(loss):
            raise FloatingPointError(f"The loss became {loss} at gradient step {self.step}, with "
                                     f"learning rate {self.learning_rate}: try a tenth of it.")

    def validate(self, train_loss, train_accuracy):
        """Add one entry to the history, and see whether to stop early."""
        val_loss, val_accuracy = self.validation_step()
        entry = self.step, train_loss, train_accuracy, val_loss, val_accuracy
        for values, value in zip(self.history, entry):
            values.append(value)
        self.stop_early(val_loss)

    def validation_step(self):
        """Loss and accuracy over the validation set."""
        return evaluate(self.model, self.data.X_val, self.data.Y_val)

    def stop_early(self, val_loss):
        """Early stopping, optional: keeps the lowest loss as best_loss, its step as best_step and
        a copy of its weights as best_ws. validations_without_gain counts validations since."""
        # SOLUTION 0 optional
        if val_loss < self.best_loss:
            self.best_loss, self.best_step = val_loss, self.step
            self.best_ws = [w.copy() for w in self.model.ws]
            self.validations_without_gain = 0
        else:
            self.validations_without_gain += 1


def predict(model, X, rows=1000):
    """The model's outputs for all of X, a thousand rows at a time, which fit into the cache."""
    return np.concatenate([model.forward(X[start:start + rows])
                           for start in range(0, len(X), rows)])


def evaluate(model, X, targets):
    """Loss and accuracy over all of X."""
    outputs = predict(model, X)
    return float(cross_entropy_loss(targets, outputs)), accuracy_of(outputs, targets)


def calculate_accuracy(X, targets, model):
    """The share of the images X (N, 785) whose largest output is the right class."""
    return accuracy_of(predict(model, X), targets)


# ------------------------------------------------------------------------------- experiments
@dataclass(frozen=True)
class Experiment:
    """Everything that decides a run, except the seed."""
    name: str
    neurons_per_layer: tuple = (64, NUM_CLASSES)
    learning_rate: float = 0.1
    batch_size: int = 32
    num_epochs: int = 50

    def build_model(self, seed):
        """The network with its initial weights."""
        return SoftmaxModel(self.neurons_per_layer, rng=generators(seed)[0])

    def build_trainer(self, seed, data):
        """The trainer around the network."""
        return SoftmaxTrainer(self.build_model(seed), data, self.learning_rate, self.batch_size,
                              rng=generators(seed)[1])


BASELINE = Experiment("task 2")


def run(experiment, seed, data, on_validation=lambda: None):
    """The Run of an experiment with a seed. early_loss is the validation loss after one epoch; the
    other numbers belong to ws, the weights with the lowest validation loss."""
    trainer = experiment.build_trainer(seed, data)
    history = trainer.train(experiment.num_epochs, on_validation)
    train_loss, train_accuracy = evaluate(trainer.model, data.X_train, data.Y_train)
    val_loss, val_accuracy = evaluate(trainer.model, data.X_val, data.Y_val)
    return Run(experiment, seed, history=history._asdict(), ws=trainer.model.ws,
               early_loss=history.val_loss[trainer.validations_per_epoch - 1],
               best_step=trainer.best_step or trainer.step, train_loss=train_loss,
               train_accuracy=train_accuracy, val_loss=val_loss, val_accuracy=val_accuracy)


def run_all(experiments, seeds=SEEDS, path=None):
    """{experiment: [its Run for each seed]}, on all cores; a finished run is not computed again.
    path names the data, as for load_full_mnist."""
    return compute_runs(run, partial(load_dataset, path), experiments, seeds, hash_data(path),
                        SoftmaxTrainer.validations_per_epoch)


if __name__ == "__main__":
    command_line(__doc__, run_all, [BASELINE], "task2.png")
