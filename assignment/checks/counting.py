"""Checks of the number of parameters and of equal budgets: subtasks 2d and 4d."""

import contextlib

from kit.checking.measuring import describe_kind, holds, require_number
from kit.checking.registry import check
from kit.checking.student import NotWritten, Problem

from .helpers import replace_in
from .stand_in import Counts


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
    rows = [row.tolist() for row in student.cases["counting"]["counts"]]
    found = [require_whole(student.call("task2.count_parameters", layers, inputs),
                           f"count_parameters({layers}, {inputs})")
             for inputs, *layers, _ in rows]
    for one, (inputs, *layers, right) in zip(found, rows):
        if one != right:
            raise Problem(f"count_parameters({layers}, {inputs}) is {one:,}, expected {right:,}"
                          + explain_count(found, rows))
    if require_whole(student.call("task2.count_parameters", [1]), "count_parameters([1])") != 785:
        raise Problem("count_parameters([1]) is not 785: by default there are 785 inputs, one of "
                      "them for the bias")


def explain_count(found, rows):
    """The likeliest mistake, if it gives all numbers that were found with hidden layers."""
    mistakes = {
        ": is a bias counted for each unit, though it is one of the inputs already?":
            lambda right, inputs, layers: right + sum(layers),
        ": is a bias counted for each layer after the first, though only the inputs have one?":
            lambda right, inputs, layers: right + sum(layers[1:]),
        ": are units counted instead of weights?": lambda right, inputs, layers: sum(layers),
        ": are units counted, and the inputs, instead of weights?":
            lambda right, inputs, layers: sum(layers) + inputs,
        ": is the last matrix left out?":
            lambda right, inputs, layers: right - [inputs, *layers][-2] * layers[-1],
        ": is the first matrix left out?":
            lambda right, inputs, layers: right - inputs * layers[0]}
    for words, compute in mistakes.items():
        if all(one == compute(right, inputs, layers)
               for one, (inputs, *layers, right) in zip(found, rows) if len(layers) > 1):
            return words
    return ""


@contextlib.contextmanager
def lend_counts(student):
    """Lend a right count_parameters for a while, if the student's is wrong: 2d charges that.

    Yields a function: the right number for equal hidden layers, (width, layers, inputs, outputs).
    """
    rows = student.cases["counting"]["widths"].tolist()
    right = Counts(rows)
    with contextlib.ExitStack() as stack:
        if not holds(judge_count, student):
            lent = student.call("stand_in.Counts", rows, keep=True)
            stack.enter_context(replace_in(student, "task2", "count_parameters", lent))
            for known in (student.broken, student.endless):     # as it was with the wrong one
                known.pop("task4", None)
            student.get("task4.__name__")       # imports it now, so its numbers are right
            with contextlib.suppress(Problem):      # it may not use this name
                stack.enter_context(replace_in(student, "task4", "count_parameters", lent))
        yield lambda width, layers, inputs, outputs: right([width] * layers + [outputs], inputs)


def require_nearest(words, width, budget, count, network):
    """Raise Problem unless no other width has a number of parameters nearer to a budget."""
    if width < 1:
        raise Problem(f"{words}, expected a width of at least 1")
    counts = {one: count(one, *network) for one in (width - 1, width, width + 1) if one}
    nearest = min(counts, key=lambda one: abs(counts[one] - budget))
    if abs(counts[nearest] - budget) < abs(counts[width] - budget):
        raise Problem(f"{words}, which gives {counts[width]:,.0f} parameters: {nearest} gives "
                      f"{counts[nearest]:,.0f}, which is nearer")


@check("4d", "counts_and_width", "the width nearest to a budget")
def judge_equal_width(student):
    with lend_counts(student) as count:
        for budget, *network in student.cases["counting"]["budgets"].tolist():
            given = budget, *network
            width = require_whole(student.call("task4.equal_width", *given), f"equal_width{given}")
            require_nearest(f"equal_width{given} is {width}", width, budget, count, network)


@check("4d", "counts_and_width", "BUDGET, WIDTH and TWO")
def judge_budget(student):
    with lend_counts(student) as count:
        given = {name: student.get(f"task4.{name}") for name in ("BUDGET", "WIDTH", "TWO")}
        for name, value in given.items():
            if value is None:
                raise NotWritten("4d", f"{name} in task4.py is None")
        stated, width, two = given.values()
        stated, width = require_number(stated, "BUDGET"), require_whole(width, "WIDTH")
        topology = student.get((student.get("task3.MOMENTUM", keep=True), "neurons_per_layer"))
        layers = student.get((two, "neurons_per_layer"))
        nearest = student.call("task4.equal_width", int(stated), 2)
    own = count_parameters(student, list(topology))
    right = count(topology[0], 1, 785, 10) if list(topology[1:]) == [10] else own
    if stated not in (right, own):
        raise Problem(f"BUDGET is {stated:,.0f}, but the network of task 3 has {right:,.0f} "
                      "parameters")

    if stated != right:     # counted by the student's own function, which 2d charges
        def count(one, *_):
            return count_parameters(student, [one, one, 10])
    try:
        require_nearest(f"WIDTH is {width}", width, stated, count, (2, 785, 10))
    except Problem:
        if width != nearest:
            raise Problem(f"WIDTH is {width}, but equal_width(BUDGET, 2) gives another number"
                          ) from None
        raise
    if list(layers) != [width, width, 10]:
        raise Problem(f"TWO has the layers {tuple(layers)}, expected two hidden layers of WIDTH "
                      "units and 10 outputs")


def count_parameters(student, layers):
    """The number of parameters by the student's own function; None if it gives none."""
    try:
        return require_number(student.call("task2.count_parameters", layers), "count_parameters")
    except Problem:
        return None
