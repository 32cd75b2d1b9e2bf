"""The three tricks of Efficient BackProp, and the experiments that compare them (task 3)."""
import hashlib
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

import numpy as np

from kit.sweep import build_folder, sweep
from task2 import History, SoftmaxModel, SoftmaxTrainer, evaluate, load_dataset
from utils import (MNIST_SHA256, Table, command_line, generators, label_axes, load_full_mnist,
                   mean_and_spread, new_figure, plot_loss, save_figure)

SEEDS = (0, 1, 2)
RESULTS = ("best_step", "train_loss", "train_accuracy", "val_loss", "val_accuracy")


# ---------------------------------------------------------------------------------- the tricks

class ImprovedModel(SoftmaxModel):
    """A SoftmaxModel with the improved sigmoid (3a) and the improved initial weights (3b)."""

    def __init__(self, neurons_per_layer, num_inputs=785, rng=0,
                 use_improved_sigmoid=False, use_improved_weight_init=False):
        self.use_improved_sigmoid = use_improved_sigmoid
        self.use_improved_weight_init = use_improved_weight_init
        super().__init__(neurons_per_layer, num_inputs, rng)

    def activation(self, z):
        """f(z) = 1.7159 tanh(2z/3) in the hidden layers (Efficient BackProp, section 4.4)."""
        if not self.use_improved_sigmoid:
            return super().activation(z)
        # BEGIN SOLUTION task 3a
        #: return the improved sigmoid f(z) of every entry of z, in z's shape (N, J); see task 3a
        #: of the assignment
        return 1.7159 * np.tanh(2 / 3 * z)
        # END SOLUTION

    def slope(self, a):
        """f'(z) in terms of a = f(z), for the f that `activation` computes."""
        if not self.use_improved_sigmoid:
            return super().slope(a)
        # BEGIN SOLUTION task 3a
        #: return the improved sigmoid's slope f'(z) for its outputs a = f(z), in a's shape (N, J);
        #: see task 3a of the assignment
        # f'(z) = 1.7159 · 2/3 · (1 - tanh²(2z/3))
        return 1.7159 * 2 / 3 * (1 - (a / 1.7159) ** 2)
        # END SOLUTION

    def initial_weights(self, rng, fan_in, units):
        """Normal with mean 0 and standard deviation 1/√fan-in (section 4.6)."""
        if not self.use_improved_weight_init:
            return super().initial_weights(rng, fan_in, units)
        # BEGIN SOLUTION task 3b
        #: return the weights of one layer (fan_in, units), drawn with the generator rng from the
        #: normal distribution with mean 0 and standard deviation 1/√fan-in; see task 3b of the
        #: assignment
        return rng.normal(0, 1 / np.sqrt(fan_in), (fan_in, units))
        # END SOLUTION


class MomentumTrainer(SoftmaxTrainer):
    """A SoftmaxTrainer with momentum (3c); momentum_gamma = 0 is plain gradient descent."""

    def __init__(self, *args, momentum_gamma=0.0, **kwargs):
        super().__init__(*args, **kwargs)
        if not 0 <= momentum_gamma < 1:
            raise ValueError(f"momentum_gamma is {momentum_gamma}: it must be at least 0 and "
                             "less than 1, or old gradients never fade.")
        self.momentum_gamma = momentum_gamma
        self.velocity = [np.zeros_like(w) for w in self.model.ws]

    def update(self):
        """Δw(t) = ∂C/∂w + γ Δw(t-1), Δw(0) = 0, then w := w - α Δw(t) (section 4.7)."""
        if not self.momentum_gamma:
            return super().update()
        # BEGIN SOLUTION task 3c
        #: take one step with momentum: self.velocity holds Δw(t-1), an array in the shape of each
        #: matrix in self.model.ws; set it to Δw(t), and change the weights by it; see task 3c of
        #: the assignment
        for w, grad, velocity in zip(self.model.ws, self.model.grads, self.velocity):
            velocity *= self.momentum_gamma
            velocity += grad
            w -= self.learning_rate * velocity
        # END SOLUTION


# ----------------------------------------------------------------------------- the experiments

@dataclass(frozen=True)
class Experiment:
    """All that decides a run, but its seed."""
    name: str
    neurons_per_layer: tuple = (64, 10)
    use_improved_sigmoid: bool = False
    use_improved_weight_init: bool = False
    momentum_gamma: float = 0.0
    learning_rate: float = 0.1
    batch_size: int = 32
    num_epochs: int = 50


BASELINE = Experiment("task 2")
SIGMOID  = replace(BASELINE, name="+ improved sigmoid",     use_improved_sigmoid=True)
INIT     = replace(SIGMOID,  name="+ improved weight init", use_improved_weight_init=True)
MOMENTUM = replace(INIT,     name="+ momentum",             momentum_gamma=0.9, learning_rate=0.02)
LADDER   = (BASELINE, SIGMOID, INIT, MOMENTUM)
# BEGIN SOLUTION task 3c
# γ = 0.9 and α = 0.02 move the weights in the long run like α = 0.02 / (1 - 0.9) = 0.2 without.
# END SOLUTION
CONTROL  = replace(INIT,     name="α = 0.2, no momentum",   learning_rate=0.2)


def combination(sigmoid, init, momentum):
    """The experiment with these of the three tricks; momentum comes with its own α."""
    tricks = {"sigmoid": sigmoid, "init": init, "momentum": momentum}
    return replace(BASELINE, name=" + ".join(t for t, used in tricks.items() if used) or "none",
                   use_improved_sigmoid=sigmoid, use_improved_weight_init=init,
                   momentum_gamma=0.9 if momentum else 0.0,
                   learning_rate=0.02 if momentum else 0.1)


COMBINATIONS = tuple(combination(*tricks) for tricks in product((False, True), repeat=3))


# -------------------------------------------------------------------------------------- running

@dataclass(frozen=True)
class Run:
    """What one experiment gave with one seed.

    history: the curves, a task2.History.
    best_step, and train_loss, train_accuracy, val_loss, val_accuracy over both whole splits,
    belong to ws, the weights with the lowest validation loss.
    """
    experiment: Experiment
    seed: int
    history: History
    best_step: int
    train_loss: float
    train_accuracy: float
    val_loss: float
    val_accuracy: float
    ws: list

    @property
    def early_loss(self):
        """Validation loss after the first epoch: how fast the run gets going."""
        return float(self.history.val_loss[SoftmaxTrainer.validations_per_epoch - 1])

    @property
    def model(self):
        """The trained model."""
        model = build_model(self.experiment, self.seed)
        model.ws = [w.copy() for w in self.ws]
        return model


def build_model(experiment, seed):
    """The experiment's network with its initial weights."""
    return ImprovedModel(experiment.neurons_per_layer, rng=generators(seed)[0],
                         use_improved_sigmoid=experiment.use_improved_sigmoid,
                         use_improved_weight_init=experiment.use_improved_weight_init)


def build_trainer(experiment, seed, data):
    """The experiment's trainer around its network."""
    return MomentumTrainer(build_model(experiment, seed), data, experiment.learning_rate,
                           experiment.batch_size, rng=generators(seed)[1],
                           momentum_gamma=experiment.momentum_gamma)


def run(experiment, seed, data, on_validation=None):
    """The Run of one experiment with one seed, computed here and now."""
    trainer = build_trainer(experiment, seed, data)
    history = trainer.train(experiment.num_epochs, on_validation)
    final = {}
    for split, X, Y in (("train", data.X_train, data.Y_train), ("val", data.X_val, data.Y_val)):
        final[f"{split}_loss"], final[f"{split}_accuracy"] = evaluate(trainer.model, X, Y)
    return Run(experiment, seed, history, trainer.best_step, **final, ws=trainer.model.ws)


def run_all(experiments, seeds=SEEDS, path=None, compute=None):
    """{experiment: [its Run for each seed]}, on all cores; no run is computed twice.

    path: as for utils.load_full_mnist; compute: as for kit.sweep.sweep, which keeps finished runs
    in build/runs.
    """
    data_id = MNIST_SHA256 if path is None else arrays_sha256(*load_full_mnist(path, False))
    jobs = [(replace(experiment, name=""), seed, data_id)  # a run does not depend on its name
            for experiment in experiments for seed in seeds]
    ticks = max(experiment.num_epochs for experiment in experiments) * \
        SoftmaxTrainer.validations_per_epoch
    results = iter(sweep(run_as_arrays, partial(load_dataset, path), jobs, ticks,
                         build_folder() / "runs", compute))
    return {experiment: [arrays_as_run(experiment, seed, next(results)) for seed in seeds]
            for experiment in experiments}


def run_as_arrays(job, data, tick):
    """A run as a dict of arrays, as it is kept and sent; job is (experiment, seed, …)."""
    result = run(*job[:2], data, tick)
    arrays = {name: np.array(getattr(result, name)) for name in RESULTS}
    arrays |= {f"history_{name}": np.array(values)
               for name, values in vars(result.history).items()}
    return arrays | {f"w{layer}": w for layer, w in enumerate(result.ws)}


def arrays_as_run(experiment, seed, arrays):
    """The Run that `run_as_arrays` has taken apart."""
    history = History()
    for name in vars(history):
        setattr(history, name, arrays[f"history_{name}"])
    ws = [arrays[f"w{layer}"] for layer in range(len(experiment.neurons_per_layer))]
    return Run(experiment, seed, history, **{name: arrays[name].item() for name in RESULTS}, ws=ws)


def arrays_sha256(*arrays):
    """One sha256 over the shapes and contents of the arrays."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(repr(array.shape).encode() + array.tobytes())
    return digest.hexdigest()


# ------------------------------------------------------------------------------------ comparing

def values(runs, quantity):
    """One number a seed: 'early_loss', 'val_loss', 'train_accuracy' …"""
    return np.array([getattr(run, quantity) for run in runs])


def all_below(runs, others, quantity):
    """Whether the quantity is lower in every one of the runs than in any of the others."""
    return values(runs, quantity).max() < values(others, quantity).min()


def results_table(runs):
    """A row an experiment: mean over its seeds ± half their range, at the best weights."""
    columns = ["experiment", "val. loss after 1 epoch", "best at step", "train. loss", "val. loss",
               "val. accuracy"]
    rows = []
    for experiment, seeds in runs.items():
        steps = values(seeds, "best_step")
        rows.append([experiment.name, mean_and_spread(values(seeds, "early_loss")),
                     f"{steps.min()} to {steps.max()}",
                     *(mean_and_spread(values(seeds, quantity))
                       for quantity in ("train_loss", "val_loss")),
                     mean_and_spread(values(seeds, "val_accuracy"), digits=4)])
    return Table(columns, rows)


def plot_runs(ax, runs, quantity, splits=("train", "val")):
    """Draw 'loss' or 'accuracy' of each experiment: a line for the mean over its seeds, a band for
    their range; solid for validation, dashed for training."""
    for i, (experiment, seeds) in enumerate(runs.items()):
        for split in splits:
            name = "training" if split == "train" else "validation"
            plot_loss(ax, seeds[0].history.step,
                      [getattr(run.history, f"{split}_{quantity}") for run in seeds],
                      f"{experiment.name}, {name}", color=f"C{i}",
                      linestyle="--" if split == "train" else "-")
    label_axes(ax, quantity.capitalize(), quantity)


def saturated_share(model, X):
    """Share of the hidden units' outputs over X where the slope is below a tenth of its most."""
    model.forward(X)
    steepest = model.slope(model.activation(np.zeros(1)))
    outputs = np.concatenate([a.ravel() for a in model.activations[1:-1]])
    return float(np.mean(model.slope(outputs) < 0.1 * steepest))


# ------------------------------------------------------------------------------- python task3.py

def compare_on_command_line(experiments, args, figure):
    """Run the experiments with one seed, print their results, save loss and accuracy curves."""
    load_full_mnist(args.data)
    shorter = [replace(experiment, num_epochs=args.epochs) for experiment in experiments]
    runs = run_all(shorter, [args.seed], args.data)
    quantities = ("train_loss", "train_accuracy", "val_loss", "val_accuracy")
    rows = [[run.experiment.name, run.best_step,
             *(f"{getattr(run, quantity):.4f}" for quantity in quantities)]
            for (run,) in runs.values()]
    print(Table(["experiment", "best at step", "train. loss", "train. accuracy",
                 "val. loss", "val. accuracy"], rows))
    fig, (left, right) = new_figure()
    plot_runs(left, runs, "loss")
    plot_runs(right, runs, "accuracy", splits=("val",))
    print(f"Figure: {save_figure(fig, figure)}")


def main(args):
    """Run the ladder: each trick on top of those before."""
    compare_on_command_line(LADDER, args, "task3.png")


if __name__ == "__main__":
    command_line(__doc__, main)
