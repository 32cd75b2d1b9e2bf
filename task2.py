"""The softmax network, its trainer and its gradient check (task 2)."""
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from utils import (Table, batch_loader, command_line, generators, label_axes, load_full_mnist,
                   new_figure, plot_loss, save_figure)

NUM_CLASSES = 10


# ------------------------------------------------------------------- data, subtasks 0 and 2a

def training_statistics(X_train):
    """Mean and standard deviation of every pixel of every training image, as two floats."""
    check_pixels(X_train)
    # BEGIN SOLUTION task 2a
    #: return the mean and the standard deviation over every pixel of X_train (N, 784), as two
    #: floats; see task 2a of the assignment
    return float(np.mean(X_train)), float(np.std(X_train))
    # END SOLUTION


def pre_process_images(X, mean, std):
    """X (N, 784) normalised with the training set's mean and std, and a 1 for the bias: (N, 785).

    Raises ValueError on another number of columns, on NaN, and on a std that is not positive.
    """
    check_pixels(X)
    if not std > 0:
        raise ValueError(f"The standard deviation is {std}: it must be positive; pass what "
                         "training_statistics returned.")
    # BEGIN SOLUTION task 2a
    #: return X (N, 784) normalised with the given mean and std, with a last column of ones for
    #: the bias, as floats (N, 785), and leave X as it is; see task 2a of the assignment
    normalised = (X - mean) / std
    return np.hstack([normalised, np.ones((len(X), 1))])
    # END SOLUTION


def check_pixels(X):
    """Raise ValueError unless X is a batch of flat images without NaN."""
    if np.ndim(X) != 2 or X.shape[1] != 784:
        raise ValueError(f"The images have the shape {np.shape(X)}, expected (N, 784): "
                         "one flat image of 28 x 28 pixels a row.")
    if not np.isfinite(X).all():
        raise ValueError("Some pixels are NaN or infinite, expected numbers from 0 to 255: "
                         "check how the images were read.")


def one_hot_encode(Y, num_classes=NUM_CLASSES):
    """Labels (N, 1) or (N,) as rows with a single 1: (N, num_classes)."""
    labels = np.asarray(Y).reshape(-1)
    if not np.isin(labels, np.arange(num_classes)).all():
        raise ValueError(f"The labels go from {labels.min()} to {labels.max()}, expected whole "
                         f"numbers from 0 to {num_classes - 1}.")
    # BEGIN SOLUTION task 0
    #: return a row (num_classes,) for each of the labels (N,): a 1 in the label's column and 0
    #: elsewhere, together (N, num_classes); see task 0 of the assignment
    return np.eye(num_classes)[labels.astype(int)]
    # END SOLUTION


class Dataset(NamedTuple):
    """Pre-processed images (N, 785) and one-hot targets (N, 10) of both splits."""
    X_train: np.ndarray
    Y_train: np.ndarray
    X_val: np.ndarray
    Y_val: np.ndarray


def load_dataset(path=None, verbose=False):
    """The Dataset, both splits normalised with the statistics of the training set."""
    X_train, Y_train, X_val, Y_val = load_full_mnist(path, verbose=verbose)
    mean, std = training_statistics(X_train)
    return Dataset(pre_process_images(X_train, mean, std), one_hot_encode(Y_train),
                   pre_process_images(X_val, mean, std), one_hot_encode(Y_val))


# ---------------------------------------------------------------- loss and accuracy, subtask 0

def cross_entropy_loss(targets, outputs):
    """Mean of the examples' cross-entropy C, for targets and outputs (N, K).

    The loss is finite, even where an output is 0.
    """
    check_same_shape(targets, outputs)
    # BEGIN SOLUTION task 0
    #: return the cross-entropy C of targets and outputs (N, K), the mean over the N examples, as
    #: one number, finite where an output is 0; outputs are complex in gradient_check, so do not
    #: turn the mean into a float; see task 0 of the assignment
    # C = -sum_k y_k ln ŷ_k; an output below the smallest normal float counts as that.
    log_outputs = np.log(np.maximum(outputs, np.finfo(outputs.dtype).tiny))
    return -np.sum(targets * log_outputs) / len(targets)
    # END SOLUTION


def calculate_accuracy(X, targets, model):
    """Share of the images in X whose largest output is the right class."""
    # BEGIN SOLUTION task 0
    #: return the share of the images X (N, 785) whose largest output is the class of the one-hot
    #: targets (N, K); predict gives the outputs; see task 0 of the assignment
    return accuracy_of(predict(model, X), targets)
    # END SOLUTION


def accuracy_of(outputs, targets):
    """Share of the rows of outputs (N, K) that are largest where the one-hot targets are."""
    check_same_shape(targets, outputs)
    # BEGIN SOLUTION task 0
    #: return the share of the rows of outputs (N, K) that are largest where the one-hot targets
    #: (N, K) are, as a float; see task 0 of the assignment
    return float(np.mean(classes_of(outputs) == classes_of(targets)))
    # END SOLUTION


def classes_of(rows):
    """The column of each row's largest entry: (N,) for rows (N, K)."""
    # BEGIN SOLUTION task 0
    #: return the column of the largest entry of each of the rows (N, K), as whole numbers (N,);
    #: see task 0 of the assignment
    return rows.argmax(axis=1)
    # END SOLUTION


def confusion_counts(outputs, targets):
    """How many examples of each class (row) have their largest output at which class (column)."""
    check_same_shape(targets, outputs)
    counts = np.zeros((targets.shape[1],) * 2, dtype=int)
    np.add.at(counts, (classes_of(targets), classes_of(outputs)), 1)
    return counts


def predict(model, X, rows=1000):
    """The model's outputs for all of X, a thousand rows at a time: they stay in the cache."""
    return np.concatenate([model.forward(X[start:start + rows])
                           for start in range(0, len(X), rows)])


def evaluate(model, X, targets):
    """Loss and accuracy over all of X, from one forward pass."""
    outputs = predict(model, X)
    return float(cross_entropy_loss(targets, outputs)), accuracy_of(outputs, targets)


def check_same_shape(targets, outputs):
    """Raise ValueError unless there is one output for each target."""
    if np.shape(targets) != np.shape(outputs):
        raise ValueError(f"The targets have the shape {np.shape(targets)} and the outputs "
                         f"{np.shape(outputs)}: both must be (N, K); one-hot encode the labels.")


# ------------------------------------------------------------------------- the network, 2b and 4c

def sigmoid(z):
    """The logistic function of each entry of z, of any shape; no z overflows."""
    # BEGIN SOLUTION task 2b
    #: return the sigmoid of every entry of z, in z's shape, without overflow for any z; z is
    #: complex in gradient_check, so use functions that take complex numbers; see task 2b of the
    #: assignment
    # 1 / (1 + exp(-z)), written with tanh
    return (1 + np.tanh(z / 2)) / 2
    # END SOLUTION


def softmax(z):
    """The softmax of each row of z (N, K), real or complex; no z overflows."""
    # BEGIN SOLUTION task 2b
    #: return the softmax of every row of z (N, K), in z's shape, without overflow for any z; z
    #: is complex in gradient_check; see task 2b of the assignment
    # exp(z_k) / sum_k' exp(z_k'); the largest z of a row is taken off first.
    with np.errstate(over="ignore"):  # a difference beyond the floats is -inf, and exp of it 0
        exponentials = np.exp(z - z.real.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)
    # END SOLUTION


# BEGIN SOLUTION task 2b
def sum_of_outer_products(a, delta):
    """a.T @ delta: (fan-in, units) for (N, fan-in) and (N, units), summed over the examples.

    For a single one NumPy multiplies column by row several times faster than as matrices.
    """
    return a.T * delta if len(a) == 1 else a.T @ delta
# END SOLUTION


class SoftmaxModel:
    """Layers of sigmoid units and a softmax output layer, without biases: X holds a column of 1.

    neurons_per_layer: the size of each layer, the outputs last; [10] has no hidden layer.
    num_inputs:        I, the columns of X.
    rng:               a seed or a numpy.random.Generator for the initial weights.

    ws:          one matrix (fan-in, units) for each layer.
    grads:       the same shapes, set by `backward`.
    activations: [X, a¹, …, ŷ], set by `forward`.
    """

    def __init__(self, neurons_per_layer, num_inputs=785, rng=0):
        sizes = layer_sizes(neurons_per_layer, num_inputs)
        rng = np.random.default_rng(rng)
        self.neurons_per_layer = tuple(neurons_per_layer)
        self.ws = [self.initial_weights(rng, fan_in, units)
                   for fan_in, units in zip(sizes, sizes[1:])]
        self.grads = [np.zeros_like(w) for w in self.ws]
        self.activations = []

    def initial_weights(self, rng, fan_in, units):
        """Weights of one layer, from U(-1, 1)."""
        # BEGIN SOLUTION task 2c
        #: return the weights of one layer (fan_in, units), drawn with the generator rng from
        #: U(-1, 1); no model can be made before, so write this one first; see task 2c of the
        #: assignment
        return rng.uniform(-1, 1, (fan_in, units))
        # END SOLUTION

    def activation(self, z):
        """a = f(z) of a hidden layer."""
        return sigmoid(z)

    def slope(self, a):
        """f'(z) in terms of a = f(z)."""
        # BEGIN SOLUTION task 2b
        #: return the sigmoid's slope f'(z) for its outputs a = f(z), in a's shape (N, J); see
        #: task 2b of the assignment
        return a * (1 - a)
        # END SOLUTION

    def forward(self, X):
        """Softmax outputs (N, K) for X (N, I); keeps every layer's outputs in `activations`."""
        if np.ndim(X) != 2 or X.shape[1] != len(self.ws[0]):
            raise ValueError(f"X has the shape {np.shape(X)}, expected (N, {len(self.ws[0])}): "
                             "are the images pre-processed?")
        # BEGIN SOLUTION task 2b
        #: return the softmax outputs ŷ (N, K) for X (N, I), and keep [X, a¹ (N, J), …, ŷ] in
        #: self.activations; one hidden layer first, any number from task 4c on; see task 2b of
        #: the assignment
        self.activations = [X]
        for w in self.ws[:-1]:
            z = self.activations[-1] @ w                         # (N, J)
            self.activations.append(self.activation(z))
        z = self.activations[-1] @ self.ws[-1]                   # (N, K)
        self.activations.append(softmax(z))
        return self.activations[-1]
        # END SOLUTION

    def backward(self, X, outputs, targets):
        """Set `grads` to ∂C/∂w, averaged over the batch, for what `forward(X)` has kept."""
        check_same_shape(targets, outputs)
        # BEGIN SOLUTION task 2b
        #: set self.grads to ∂C/∂w, the mean over the batch, one array in the shape of each matrix
        #: in self.ws: (I, J), (J, K); X (N, I), outputs and targets (N, K), and self.activations
        #: as forward left it; any number of layers from task 4c on; see task 2b of the assignment
        delta = -(targets - outputs) / len(X)                    # (N, K)
        for layer in reversed(range(len(self.ws))):
            a = self.activations[layer]                          # (N, fan-in)
            self.grads[layer] = sum_of_outer_products(a, delta)  # (fan-in, units)
            if layer > 0:
                delta = self.slope(a) * (delta @ self.ws[layer].T)  # (N, fan-in)
        # END SOLUTION


def layer_sizes(neurons_per_layer, num_inputs=785):
    """[inputs, hidden units …, outputs]; raises ValueError on anything but whole numbers >= 1."""
    sizes = [num_inputs, *neurons_per_layer]
    if len(sizes) < 2 or any(size != int(size) or size < 1 for size in sizes):
        raise ValueError(f"neurons_per_layer is {neurons_per_layer}, expected whole numbers "
                         "from 1 up, the outputs last, such as [64, 10].")
    return [int(size) for size in sizes]


def count_parameters(neurons_per_layer, num_inputs=785):
    """How many weights a network with these layers has."""
    # BEGIN SOLUTION task 2d
    #: return the number of weights, a whole number, for layers of these sizes, the outputs last;
    #: layer_sizes checks them and puts the inputs before them; see task 2d of the assignment
    layers = layer_sizes(neurons_per_layer, num_inputs=num_inputs)
    return sum(fan_in * units for fan_in, units in zip(layers, layers[1:]))
    # END SOLUTION


def gradient_check(model, X, targets, samples=40, rng=0):
    """Relative error of each layer's gradient, held against complex-step derivatives.

    For f analytic, f'(w) = Im f(w + ih) / h up to h²: no difference is taken, nothing cancels, and
    with h = 1e-20 it is exact to rounding (Squire and Trapp, 1998). In each layer `samples`
    weights are drawn (all, where there are fewer); the error is |grad - derivative| / |derivative|
    in the 2-norm over them. The model is left as it was but for `grads` and `activations`.
    """
    h = 1e-20
    rng = np.random.default_rng(rng)
    model.backward(X, model.forward(X), targets)
    grads = [grad.copy() for grad in model.grads]
    errors = []
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
                "step: forward does not use them, or sigmoid, softmax or the loss drops the "
                "imaginary part, as np.abs, float() and comparisons do. Write them "
                "with np.exp, np.tanh, np.log and sums, or take z.real where you compare.")
        difference = grads[layer].flat[chosen] - derivatives
        errors.append(float(np.linalg.norm(difference) / np.linalg.norm(derivatives)))
    model.forward(X)
    return errors


# ------------------------------------------------------------------------------ the trainer, 2c

class TrainingDiverged(ArithmeticError):
    """The loss stopped being a finite number; the message says at which step and what to try."""


class History:
    """What a run measured: five lists with one entry a validation.

    step counts gradient steps. val_loss and val_accuracy are over the whole validation set.
    train_loss and train_accuracy are means over the mini-batches since the validation before,
    each taken before its own update: they come out of training and cost nothing.
    """

    def __init__(self):
        self.step = []
        self.train_loss, self.train_accuracy = [], []
        self.val_loss, self.val_accuracy = [], []


class SoftmaxTrainer:
    """Mini-batch gradient descent with early stopping.

    data:     a Dataset.
    rng:      a seed or a numpy.random.Generator for the order of the batches.
    patience: validations in a row without a better validation loss before training stops.

    After `train`, model.ws are copies of the weights with the lowest validation loss; they were
    reached at `best_step`.
    """
    validations_per_epoch = 5

    def __init__(self, model, data, learning_rate=0.1, batch_size=32, rng=0, patience=50):
        if not 0 < learning_rate < np.inf:
            raise ValueError(f"The learning rate is {learning_rate}: it must be a positive "
                             "number.")
        if not 1 <= batch_size <= len(data.X_train):
            raise ValueError(f"The batch size is {batch_size}: choose one from 1 to "
                             f"{len(data.X_train)}, the number of training images.")
        self.model, self.data = model, data
        self.learning_rate, self.batch_size = learning_rate, batch_size
        self.rng = np.random.default_rng(rng)
        self.patience = patience
        self.history = History()
        self.step, self.validations_without_gain, self.best_step = 0, 0, 0
        self.best_loss, self.best_ws = np.inf, model.ws

    def train_step(self, X_batch, Y_batch):
        """One gradient step on a batch; returns the batch's loss before the step."""
        # BEGIN SOLUTION task 2c
        #: run the model forward and backward on X_batch (N, I) and Y_batch (N, K), call
        #: self.update(), and return the batch's loss before it; see task 2c of the assignment
        outputs = self.model.forward(X_batch)
        loss = cross_entropy_loss(Y_batch, outputs)
        self.model.backward(X_batch, outputs, Y_batch)
        self.update()
        return loss
        # END SOLUTION

    def update(self):
        """One step of gradient descent in every layer, by the gradients in model.grads."""
        # BEGIN SOLUTION task 2c
        #: take one step of gradient descent: change every matrix in self.model.ws by its array in
        #: self.model.grads, of the same shape, and self.learning_rate; see task 2c of the
        #: assignment
        # w := w - α ∂C/∂w
        for w, grad in zip(self.model.ws, self.model.grads):
            w -= self.learning_rate * grad
        # END SOLUTION

    def validation_step(self):
        """Loss and accuracy over the validation set."""
        return evaluate(self.model, self.data.X_val, self.data.Y_val)

    @threadpool_limits.wrap(limits=1, user_api="blas")  # for matrices this small more are slower
    @np.errstate(over="ignore", invalid="ignore")  # check_finite says it better than a warning
    def train(self, num_epochs, on_validation=None):
        """Train until the epochs or the patience are used up; returns the History.

        on_validation, if given, is called without arguments after each validation.
        """
        steps_between_validations = self.steps_between_validations()
        losses, outputs, targets = [], [], []  # of the mini-batches since the last validation
        for X_batch, Y_batch in self.batches(num_epochs):
            loss = self.train_step(X_batch, Y_batch)
            self.step += 1
            self.check_finite(loss)
            losses.append(loss)
            outputs.append(self.model.activations[-1].copy())   # a network may write into it again
            targets.append(Y_batch.copy())
            if self.step % steps_between_validations == 0:
                self.validate(np.mean(losses), accuracy_of(np.concatenate(outputs),
                                                           np.concatenate(targets)))
                losses, outputs, targets = [], [], []
                if on_validation is not None:
                    on_validation()
                if self.validations_without_gain >= self.patience:
                    break
        self.model.ws = [w.copy() for w in self.best_ws]
        return self.history

    def batches(self, num_epochs):
        """The batches of all epochs, in a new order each epoch."""
        for _ in range(num_epochs):
            yield from batch_loader(self.data.X_train, self.data.Y_train, self.batch_size,
                                    shuffle=True, rng=self.rng)

    def steps_between_validations(self):
        """Gradient steps from one validation to the next."""
        batches_per_epoch = -(-len(self.data.X_train) // self.batch_size)
        return max(1, batches_per_epoch // self.validations_per_epoch)

    def validate(self, train_loss, train_accuracy):
        """Add one entry to the history, and keep a copy of the weights if they are the best."""
        val_loss, val_accuracy = self.validation_step()
        self.history.step.append(self.step)
        self.history.train_loss.append(train_loss)
        self.history.train_accuracy.append(train_accuracy)
        self.history.val_loss.append(val_loss)
        self.history.val_accuracy.append(val_accuracy)
        # BEGIN SOLUTION task 0
        #= # Task 0, optional: early stopping. As it stands, every validation is taken for the best
        #= # and none is counted as one without gain.
        #= self.best_step, self.best_ws = self.step, self.model.ws
        if val_loss < self.best_loss:
            self.best_loss, self.best_step = val_loss, self.step
            self.best_ws = [w.copy() for w in self.model.ws]
            self.validations_without_gain = 0
        else:
            self.validations_without_gain += 1
        # END SOLUTION

    def check_finite(self, loss):
        """Raise TrainingDiverged unless the loss is a finite number."""
        if not np.isfinite(loss):
            raise TrainingDiverged(
                f"The loss became {loss} at gradient step {self.step}, with learning rate "
                f"{self.learning_rate}: try a learning rate ten times smaller, and check that the "
                "images are normalised.")


# -------------------------------------------------------------------- python task2.py --epochs 5

def plot_history(loss_axes, accuracy_axes, history):
    """Draw the training and validation curves of one run."""
    for split, label in (("train", "training"), ("val", "validation")):
        for ax, quantity in ((loss_axes, "loss"), (accuracy_axes, "accuracy")):
            plot_loss(ax, history.step, getattr(history, f"{split}_{quantity}"), label)
    label_axes(loss_axes, "Task 2: loss", "cross-entropy loss")
    label_axes(accuracy_axes, "Task 2: accuracy", "accuracy")


def main(args):
    """Train the network of task 2, print its results and save its figure."""
    from tqdm import tqdm
    data = load_dataset(args.data, verbose=True)
    for_weights, for_batches = generators(args.seed)
    model = SoftmaxModel([64, NUM_CLASSES], rng=for_weights)
    trainer = SoftmaxTrainer(model, data, rng=for_batches)
    with tqdm(total=args.epochs * trainer.validations_per_epoch, unit="validation") as bar:
        history = trainer.train(args.epochs, on_validation=bar.update)
    rows = []
    for split, X, Y in (("training", data.X_train, data.Y_train),
                        ("validation", data.X_val, data.Y_val)):
        rows.append((split, *(f"{value:.4f}" for value in evaluate(trainer.model, X, Y))))
    print(f"Weights of step {trainer.best_step}, where the validation loss is lowest:")
    print(Table(["split", "loss", "accuracy"], rows))
    fig, axes = new_figure()
    plot_history(*axes, history)
    print(f"Figure: {save_figure(fig, 'task2.png')}")


if __name__ == "__main__":
    command_line(__doc__, main)
