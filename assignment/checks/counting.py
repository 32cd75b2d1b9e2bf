"""Checks of the number of parameters and of equal budgets: subtasks 2d and 4d."""

from kit.checking.measuring import describe_kind, require_number
from kit.checking.registry import check
from kit.checking.student import NotWritten, Problem


def require_whole(value, what):
    """The value, if it is a whole number; otherwise Problem."""
    if getattr(value, "shape", None) == () and value.dtype.kind in "iu":
        value = value.item()
    if isinstance(value, float) and value.is_integer():
        raise Problem(f"{what} is {value}, a float: expected a whole number")
    if isinstance(value, bool) or not isinstance(value, int):
        found = value if isinstance(value, float) else describe_kind(value)
        raise Problem(f"{what} is {found}, expected a whole number")
    return value


@check("2d", "count", "number of parameters")
def judge_count(student):
    for row in student.cases["counting"]["counts"]:
        inputs, *layers, right = row.tolist()
        found = require_whole(student.call("task2.count_parameters", layers, inputs),
                              f"count_parameters({layers}, {inputs})")
        if found != right:
            raise Problem(f"count_parameters({layers}, {inputs}) is {found:,}, expected "
                          f"{right:,}" + explain_count(found, right, layers, inputs))
    if require_whole(student.call("task2.count_parameters", [1]), "count_parameters([1])") != 785:
        raise Problem("count_parameters([1]) is not 785: by default there are 785 inputs, one of "
                      "them for the bias")


def explain_count(found, right, layers, inputs):
    """The likeliest mistake behind a wrong number."""
    if found == right + sum(layers):
        return ": is a bias counted for each unit, though it is one of the inputs already?"
    if found == sum(layers) or found == sum(layers) + inputs:
        return ": are units counted instead of weights?"
    if len(layers) > 1 and found == right - layers[-1] * layers[-2]:
        return ": is the last matrix left out?"
    if found == right - inputs * layers[0]:
        return ": is the first matrix left out?"
    return ""


@check("4d", "counts_and_width", "the width nearest to a budget")
def judge_equal_width(student):
    for budget, layers, inputs, outputs in student.cases["counting"]["budgets"].tolist():
        given = budget, layers, inputs, outputs
        width = require_whole(student.call("task4.equal_width", *given), f"equal_width{given}")
        if width < 1:
            raise Problem(f"equal_width{given} is {width}, expected a width of at least 1")
        counts = {one: count_parameters(student, one, layers, inputs, outputs)
                  for one in (width - 1, width, width + 1) if one}
        nearest = min(counts, key=lambda one: abs(counts[one] - budget))
        if abs(counts[nearest] - budget) < abs(counts[width] - budget):
            raise Problem(f"equal_width{given} is {width}, which gives {counts[width]:,.0f} "
                          f"parameters: {nearest} gives {counts[nearest]:,.0f}, which is nearer")


def count_parameters(student, width, layers, inputs, outputs):
    """The number of parameters by the student's own function, which 2d judges."""
    found = student.call("task2.count_parameters", [width] * layers + [outputs], inputs)
    return require_number(found, "count_parameters")


@check("4d", "counts_and_width", "BUDGET, WIDTH and TWO")
def judge_budget(student):
    given = {name: student.get(f"task4.{name}") for name in ("BUDGET", "WIDTH", "TWO")}
    for name, value in given.items():
        if value is None:
            raise NotWritten("4d", f"{name} in task4.py is None")
    stated, width, two = given.values()
    stated, width = require_number(stated, "BUDGET"), require_whole(width, "WIDTH")
    topology = student.get((student.get("task3.MOMENTUM", keep=True), "neurons_per_layer"))
    right = require_number(student.call("task2.count_parameters", list(topology)),
                           "count_parameters")
    if stated != right:
        raise Problem(f"BUDGET is {stated:,.0f}, but the network of task 3 has {right:,.0f} "
                      "parameters by count_parameters")
    if student.call("task4.equal_width", int(stated), 2) != width:
        raise Problem(f"WIDTH is {width}, but equal_width(BUDGET, 2) gives another number")
    two = student.get((two, "neurons_per_layer"))
    if list(two) != [width, width, 10]:
        raise Problem(f"TWO has the layers {tuple(two)}, expected two hidden layers of WIDTH "
                      "units and 10 outputs")
