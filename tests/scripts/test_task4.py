"""The topologies, and what is measured of them."""
import numpy as np
import pytest

from task2 import count_parameters, one_hot_encode
from task3 import MOMENTUM, ImprovedModel
from task4 import (BUDGET, FEW, MANY, SLOW_TEN, TASK3, TEN, TWO, WIDTH, equal_width, plot_sizes,
                   sizes_per_layer)
from experiments import changed


def test_width_nearest_to_the_budget():
    assert (BUDGET, WIDTH) == (50_880, 60)
    assert count_parameters([60, 60, 10]) == 51_300 and count_parameters([59, 59, 10]) == 50_386


@pytest.mark.parametrize("budget, hidden_layers", [(50_880, 1), (50_880, 3), (10_000, 2), (1, 2)])
def test_no_other_width_is_nearer(budget, hidden_layers):
    width = equal_width(budget, hidden_layers)
    distance = {w: abs(count_parameters([w] * hidden_layers + [10]) - budget)
                for w in range(1, 100)}
    assert distance[width] == min(distance.values())


def test_topologies_change_the_layers_only():
    for experiment in (FEW, MANY, TWO, TEN):
        assert changed(MOMENTUM, experiment) == {"neurons_per_layer"}
    assert changed(MOMENTUM, TASK3) == set() and changed(TEN, SLOW_TEN) == {"learning_rate"}
    assert [count_parameters(e.neurons_per_layer) for e in (FEW, MANY, TWO, TEN)] == [
        25_440, 101_760, 51_300, 87_744]


def test_sizes_per_layer_are_root_mean_squares():
    from matplotlib.figure import Figure
    model = ImprovedModel([4, 3, 10], num_inputs=5)
    X, Y = np.random.default_rng(0).normal(size=(6, 5)), one_hot_encode(range(6))
    outputs, grads = sizes_per_layer(model, X, Y)
    assert outputs == [pytest.approx(np.linalg.norm(a) / np.sqrt(a.size))
                       for a in model.activations[1:3]]
    assert grads == [pytest.approx(np.linalg.norm(g) / np.sqrt(g.size)) for g in model.grads]
    left, right = Figure().subplots(1, 2)
    plot_sizes(left, right, model, X, Y, "here")
    np.testing.assert_allclose(right.lines[0].get_ydata(), grads)
