"""Task 3: three tricks of Efficient BackProp, and the experiments that compare them.

The tricks and their sections: LeCun, Bottou, Orr and Müller, Efficient BackProp (2012).
"""
from dataclasses import dataclass, replace

import numpy as np

import task2
from task2 import BASELINE, SoftmaxModel, SoftmaxTrainer, run, run_all  # noqa: F401
from utils import command_line, expect, generators


# ---------------------------------------------------------------------------------- the tricks
class ImprovedModel(SoftmaxModel):
    """A SoftmaxModel with the improved sigmoid (3a) and the improved initial weights (3b)."""

    def __init__(self, neurons_per_layer, num_inputs=785, rng=0,
                 use_improved_sigmoid=False, use_improved_weight_init=False):
        self.use_improved_sigmoid = use_improved_sigmoid
        self.use_improved_weight_init = use_improved_weight_init
        super().__init__(neurons_per_layer, num_inputs, rng)

    def activation(self, z):
        """The improved sigmoid f(z) = 1.7159 tanh(2z/3) of every entry of z (section 4.4)."""
        if not self.use_improved_sigmoid:
            return super().activation(z)
        # SOLUTION 3a
        return 1.7159 * np.tanh(2 / 3 * z)

    def slope(self, a):
        """The slope f'(z) of the improved sigmoid, in terms of its output a = f(z)."""
        if not self.use_improved_sigmoid:
            return super().slope(a)
        # SOLUTION 3a
        # f'(z) = 1.7159 · 2/3 · (1 - tanh²(2z/3))
        return 1.7159 * 2 / 3 * (1 - (a / 1.7159) ** 2)

    def initial_weights(self, rng, fan_in, units):
        """The weights of one layer (fan_in, units), drawn by the generator rng from the normal
        distribution with mean 0 and standard deviation 1/√fan-in (section 4.6)."""
        if not self.use_improved_weight_init:
            return super().initial_weights(rng, fan_in, units)
        # SOLUTION 3b
        return rng.normal(0, 1 / np.sqrt(fan_in), (fan_in, units))


class MomentumTrainer(SoftmaxTrainer):
    """A SoftmaxTrainer with momentum (3c); momentum_gamma = 0 is plain gradient descent."""

    def __init__(self, *args, momentum_gamma=0.0, **kwargs):
        super().__init__(*args, **kwargs)
        expect(momentum_gamma, "momentum_gamma", hint="try 0.9", at_least=0, below=1)
        self.momentum_gamma = momentum_gamma
        self.velocity = [np.zeros_like(w) for w in self.model.ws]

    def update(self):
        """Δw(t) = ∂C/∂w + γ Δw(t-1), then w := w - α Δw(t), for every matrix w of self.model.ws
        (section 4.7). self.velocity holds Δw(t-1) in w's shape, at first 0, and keeps Δw(t)."""
        if not self.momentum_gamma:
            return super().update()
        # SOLUTION 3c
        for w, grad, velocity in zip(self.model.ws, self.model.grads, self.velocity):
            velocity *= self.momentum_gamma
            velocity += grad
            w -= self.learning_rate * velocity


# ----------------------------------------------------------------------------- the experiments
@dataclass(frozen=True)
class Experiment(task2.Experiment):
    """An experiment of task 2 with any of the tricks; without one it trains as task 2 does."""
    use_improved_sigmoid: bool = False
    use_improved_weight_init: bool = False
    momentum_gamma: float = 0.0

    def build_model(self, seed):
        """The network with its initial weights."""
        return ImprovedModel(self.neurons_per_layer, rng=generators(seed)[0],
                             use_improved_sigmoid=self.use_improved_sigmoid,
                             use_improved_weight_init=self.use_improved_weight_init)

    def build_trainer(self, seed, data):
        """The trainer around the network."""
        return MomentumTrainer(self.build_model(seed), data, self.learning_rate, self.batch_size,
                               rng=generators(seed)[1], momentum_gamma=self.momentum_gamma)


SIGMOID  = Experiment("+ improved sigmoid", use_improved_sigmoid=True)   # all else as in BASELINE
INIT     = replace(SIGMOID, name="+ improved weight init", use_improved_weight_init=True)
MOMENTUM = replace(INIT,    name="+ momentum",             momentum_gamma=0.9, learning_rate=0.02)
LADDER   = (BASELINE, SIGMOID, INIT, MOMENTUM)
# BEGIN STAFF
# γ = 0.9 and α = 0.02 move the weights in the long run like α = 0.02 / (1 - 0.9) = 0.2 without.
# END STAFF
CONTROL  = replace(INIT,    name="α = 0.2, no momentum",   learning_rate=0.2)


def vary_momentum(experiment):
    """The experiment at α = 0.1, with momentum at α = 0.02, and without momentum at α = 0.2."""
    return (experiment,
            replace(experiment, name=experiment.name + ", momentum", momentum_gamma=0.9,
                    learning_rate=0.02),
            replace(experiment, name=experiment.name + ", α = 0.2", learning_rate=0.2))


COMBINATIONS = (replace(BASELINE, name="neither"), *vary_momentum(Experiment("neither"))[1:],
                *vary_momentum(Experiment("sigmoid", use_improved_sigmoid=True)),
                *vary_momentum(Experiment("init", use_improved_weight_init=True)),
                *vary_momentum(replace(INIT, name="sigmoid + init")))


def saturated_share(model, X):
    """Share of the hidden outputs over X where the slope is below a tenth of its maximum."""
    model.forward(X)
    steepest = model.slope(model.activation(np.zeros(1)))
    outputs = np.concatenate([a.ravel() for a in model.activations[1:-1]])
    return float(np.mean(model.slope(outputs) < 0.1 * steepest))


if __name__ == "__main__":
    command_line(__doc__, run_all, LADDER, "task3.png")
