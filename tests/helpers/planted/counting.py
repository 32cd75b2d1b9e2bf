# ruff: noqa: F821 (names of the scripts that these stand in)
"""Faults in the number of parameters, 2d, and in the width of as many, 4d."""
from planted import fault


@fault("task2.count_parameters", {"2d": 5}, says="is a bias counted for each unit, though")
def a_bias_for_each_unit(neurons_per_layer, num_inputs=785):
    layers = [num_inputs, *neurons_per_layer]
    return sum((fan_in + 1) * units for fan_in, units in zip(layers, layers[1:]))


@fault("task2.count_parameters", {"2d": 5},
       says="count_parameters([7, 3], 6) is 5,516, expected 63")
def always_785_inputs(neurons_per_layer, num_inputs=785):
    layers = [num_inputs, *neurons_per_layer]
    layers[0] = 785
    return sum(fan_in * units for fan_in, units in zip(layers, layers[1:]))


@fault("task2.count_parameters", {"2d": 5}, says="count_parameters([1]) is not 785")
def by_default_784_inputs(neurons_per_layer, num_inputs=784):
    layers = [num_inputs, *neurons_per_layer]
    return sum(fan_in * units for fan_in, units in zip(layers, layers[1:]))


@fault("task2.count_parameters", {"2d": 5}, says="are units counted instead of weights?")
def units_counted(neurons_per_layer, num_inputs=785):
    layers = [num_inputs, *neurons_per_layer]
    return sum(layers[1:])


@fault("task2.count_parameters", {"2d": 5}, says="is the last matrix left out?")
def last_matrix_left_out(neurons_per_layer, num_inputs=785):
    layers = [num_inputs, *neurons_per_layer]
    return sum(fan_in * units for fan_in, units in zip(layers, layers[1:-1])) or 12


@fault("task2.count_parameters", {"2d": 5}, says="is the first matrix left out?")
def first_matrix_left_out(neurons_per_layer, num_inputs=785):
    layers = [num_inputs, *neurons_per_layer]
    return sum(fan_in * units for fan_in, units in zip(layers[1:], layers[2:])) or 12


@fault("task2.count_parameters", {"2d": 5},
       says="is a bias counted for each layer after the first, though only the inputs have one?")
def a_bias_for_each_layer_after_the_first(neurons_per_layer, num_inputs=785):
    first, *others = neurons_per_layer
    sizes = [first, *others]
    return num_inputs * first + sum((n + 1) * m for n, m in zip(sizes, others))


@fault("task2.count_parameters", {"2d": 5}, says="expected 95")
def the_first_hidden_layers_size_for_all(neurons_per_layer, num_inputs=785):
    first, *_ = layers = [*neurons_per_layer]
    if len(layers) == 1:
        return num_inputs * first
    return num_inputs * first + first * first * (len(layers) - 2) + first * layers[-1]


@fault("task2.count_parameters", {"2d": 5}, says="is 63.0, a float: expected a whole number")
def count_as_a_float(neurons_per_layer, num_inputs=785):
    layers = [num_inputs, *neurons_per_layer]
    return 1.0 * sum(fan_in * units for fan_in, units in zip(layers, layers[1:]))


@fault("task2.count_parameters", {"2d": 5}, says="is a str, expected a whole number")
def count_as_text(neurons_per_layer, num_inputs=785):
    return str([num_inputs, *neurons_per_layer])


@fault("task4.equal_width", {"4d": 2}, says="which is nearer")
def rounds_down_always(budget, hidden_layers, num_inputs=785, num_outputs=10):
    def parameters(width):
        return count_parameters([width] * hidden_layers + [num_outputs], num_inputs)

    width = 1
    while parameters(width + 1) <= budget:
        width += 1
    return width


@fault("task4.equal_width", {"4d": 2}, says="which is nearer")
def rounds_up_always(budget, hidden_layers, num_inputs=785, num_outputs=10):
    def parameters(width):
        return count_parameters([width] * hidden_layers + [num_outputs], num_inputs)

    width = 1
    while parameters(width + 1) <= budget:
        width += 1
    return width + 1


@fault("task4.equal_width", {"4d": 2}, says="which is nearer")
def two_hidden_layers_always(budget, hidden_layers, num_inputs=785, num_outputs=10):
    def parameters(width):
        return count_parameters([width] * 2 + [num_outputs], num_inputs)

    width = 1
    while parameters(width + 1) <= budget:
        width += 1
    return min((width, width + 1), key=lambda candidate: abs(parameters(candidate) - budget))


@fault("task4.equal_width", {"4d": 2}, says="which is nearer")
def every_second_width(budget, hidden_layers, num_inputs=785, num_outputs=10):
    def parameters(width):
        return count_parameters([width] * hidden_layers + [num_outputs], num_inputs)

    width = 1
    while parameters(width + 1) <= budget:
        width += 2
    return min((width, width + 1), key=lambda candidate: abs(parameters(candidate) - budget))


@fault("task4.equal_width", {"4d": 2}, says="equal_width raises ValueError")
def width_from_0_up(budget, hidden_layers, num_inputs=785, num_outputs=10):
    def parameters(width):
        return count_parameters([width] * hidden_layers + [num_outputs], num_inputs)

    width = 0
    while parameters(width + 1) <= budget:
        width += 1
    return min((width, width + 1), key=lambda candidate: abs(parameters(candidate) - budget))


@fault("task4.equal_width", {"4d": 2}, says="is 0, expected a width of at least 1")
def width_0(budget, hidden_layers, num_inputs=785, num_outputs=10):
    return 0


@fault("task4.equal_width", {"4d": 2}, says="a float: expected a whole number")
def width_as_a_float(budget, hidden_layers, num_inputs=785, num_outputs=10):
    def parameters(width):
        return count_parameters([width] * hidden_layers + [num_outputs], num_inputs)

    width = 1.0
    while parameters(width + 1) <= budget:
        width += 1
    return min((width, width + 1), key=lambda candidate: abs(parameters(candidate) - budget))


@fault(costs={"4d": 2}, says="BUDGET is 25,440, but the network of task 3 has 50,880 parameters")
class BUDGET_of_another_network:
    text = {"task4.BUDGET": "BUDGET = count_parameters((32, 10))"}


@fault(costs={"4d": 2}, says="WIDTH is 64, but equal_width(BUDGET, 2) gives another number")
class WIDTH_of_one_layer:
    text = {"task4.WIDTH": "WIDTH = equal_width(BUDGET, hidden_layers=1)"}


@fault(costs={"4d": 2}, says="TWO has the layers (60, 60, 60, 10)")
class TWO_with_three_layers:
    text = {"task4.TWO": "TWO = replace(MOMENTUM, neurons_per_layer=(WIDTH, WIDTH, WIDTH, 10))"}


@fault(costs={"4d": 2}, says="task4.py cannot be imported: ModuleNotFoundError")
class task4_cannot_be_imported:
    text = {"task4:first": "import torch_that_is_not_there"}


@fault(costs={"4d": 2}, says="importing task4.py did not end within 20 s")
class task4_never_ends:
    text = {"task4:first": "while True:\n    pass"}
