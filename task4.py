"""Other topologies, and the experiments that compare them (task 4)."""
from dataclasses import replace

import numpy as np

from task2 import count_parameters
from task3 import MOMENTUM, compare_on_command_line
from utils import command_line


def equal_width(budget, hidden_layers, num_inputs=785, num_outputs=10):
    """Width of equal hidden layers that gives the number of parameters nearest to the budget."""
    def parameters(width):
        return count_parameters([width] * hidden_layers + [num_outputs], num_inputs)

    # BEGIN SOLUTION task 4d
    #: return the width, a whole number from 1 up, at which parameters(width) comes nearest to
    #: the budget; see task 4d of the assignment
    width = 1
    while parameters(width + 1) <= budget:
        width += 1
    return min((width, width + 1), key=lambda candidate: abs(parameters(candidate) - budget))
    # END SOLUTION


# BEGIN SOLUTION task 4d
#= BUDGET = None    # task 4d: the number of parameters of task 3's network
#= WIDTH  = None    # task 4d: the width of two equal hidden layers with about as many
BUDGET = count_parameters(MOMENTUM.neurons_per_layer)
WIDTH  = equal_width(BUDGET, hidden_layers=2)
# END SOLUTION
TASK3  = replace(MOMENTUM, name="64 units")
FEW    = replace(TASK3, name="32 units",                 neurons_per_layer=(32, 10))
MANY   = replace(TASK3, name="128 units",                neurons_per_layer=(128, 10))
# BEGIN SOLUTION task 4d
#= TWO    = replace(TASK3, name="two equal layers",         neurons_per_layer=())  # task 4d
TWO    = replace(TASK3, name=f"{WIDTH} + {WIDTH} units", neurons_per_layer=(WIDTH, WIDTH, 10))
# END SOLUTION
TEN    = replace(TASK3, name="ten layers of 64",         neurons_per_layer=(64,) * 10 + (10,))
# BEGIN SOLUTION task 4e
SLOW_TEN = replace(TEN, name="ten layers, α = 0.002",    learning_rate=0.002)
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
        ax.plot(range(1, len(sizes) + 1), sizes, "o-", markersize=3, label=label)


def main(args):
    """Run the topologies of task 4."""
    compare_on_command_line(TOPOLOGIES, args, "task4.png")


if __name__ == "__main__":
    command_line(__doc__, main)
