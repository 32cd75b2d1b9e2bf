"""Task 4: other topologies, and the experiments that compare them."""
from dataclasses import replace

import numpy as np

from task2 import count_parameters, run_all
from task3 import MOMENTUM
from utils import command_line, pick_colour


def equal_width(budget, hidden_layers, num_inputs=785, num_outputs=10):
    """The width of equal hidden layers, a whole number from 1 up, at which the number of
    parameters is nearest to the budget."""
    def parameters(width):
        return count_parameters([width] * hidden_layers + [num_outputs], num_inputs)

    # SOLUTION 4d
    width = 1
    while parameters(width + 1) <= budget:
        width += 1
    return min((width, width + 1), key=lambda candidate: abs(parameters(candidate) - budget))


TASK3  = replace(MOMENTUM, name="64 units")
FEW    = replace(TASK3, name="32 units",         neurons_per_layer=(32, 10))
MANY   = replace(TASK3, name="128 units",        neurons_per_layer=(128, 10))
TEN    = replace(TASK3, name="ten layers of 64", neurons_per_layer=(64,) * 10 + (10,))
# BEGIN STAFF
SLOW_TEN = replace(TEN, name="ten layers, α = 0.002", learning_rate=0.002)
# END STAFF
# 4d: the number of parameters of task 3's network, the width of two equal hidden layers with about
# as many, and the experiment that trains them
# SOLUTION 4d
BUDGET = count_parameters(TASK3.neurons_per_layer)
WIDTH  = equal_width(BUDGET, hidden_layers=2)
TWO    = replace(TASK3, name=f"{WIDTH} + {WIDTH} units", neurons_per_layer=(WIDTH, WIDTH, 10))
# END SOLUTION
TOPOLOGIES = (FEW, TASK3, MANY, TWO, TEN)


def sizes_per_layer(model, X, targets):
    """Root mean square of each hidden layer's outputs, and of each weight matrix's gradient."""
    def rms(array):
        return float(np.sqrt(np.mean(array ** 2)))

    model.backward(X, model.forward(X), targets)
    return [rms(a) for a in model.activations[1:-1]], [rms(grad) for grad in model.grads]


def plot_sizes(outputs_axes, gradient_axes, model, X, targets, label):
    """Draw the two lists of `sizes_per_layer` against the layer."""
    for ax, sizes in zip((outputs_axes, gradient_axes), sizes_per_layer(model, X, targets)):
        ax.plot(range(1, len(sizes) + 1), sizes, "o-", markersize=3, label=label,
                color=pick_colour(label))


if __name__ == "__main__":
    command_line(__doc__, run_all, TOPOLOGIES, "task4.png")
