"""Calls a student's code, whatever its parameters are called, and recognises blanks."""

import ast
import contextlib
import inspect
import random
import re

import numpy as np

from adapter.notes import note

CONSTRUCTOR = re.compile(r"__init__\(\) (takes|got|missing) ")      # called in another way
# words in the names of parameters
MEANINGS = {"model": "model|net", "outputs": "out|pred|prob|logit|hat", "X": "^x|image|input",
            "targets": "target|truth|true|label|^y|one_?hot"}
PLACED = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def construct(cls, values, calls=(), make=None):
    """(an object of a class whose constructor takes some of these values, the names of those).

    values: {name: value} in the order of the starter code's constructor. They are passed by name
            if the names agree, otherwise by place.
    calls:  the nodes of the student's own calls: a parameter that has another name, and no
            default, gets the constant that it has there, or False.
    make:   called in place of the class.
    """
    parameters = list(inspect.signature(cls).parameters.values())
    values = order_values(cls, values, calls)
    kinds = {one.kind for one in parameters}
    placed = [one for one in parameters if one.kind in PLACED]
    named = {one.name: values[one.name] for one in parameters
             if one.kind == one.KEYWORD_ONLY and one.name in values}
    rest = {name: value for name, value in values.items() if name not in named}
    given = choose_by_place(placed, rest, inspect.Parameter.VAR_POSITIONAL in kinds)
    if given is None:
        given = [choose_value(one, at, values, calls) for at, one in enumerate(placed)]
        taken = [one.name for one in placed]
    else:
        given += [choose_value(one, at, {}, calls) for at, one in enumerate(placed)
                  if at >= len(given)]
        taken = list(rest)[:len(placed)]
    rest = {name: value for name, value in rest.items() if name not in taken}
    for more, others in list_ways(rest, kinds):
        try:
            made = (make or cls)(*given, *more.values(), **named, **others)
            return made, {*taken, *named, *more, *others}
        except TypeError as problem:
            last = problem
    if CONSTRUCTOR.search(str(last)):
        raise TypeError(f"no way to make a {cls.__name__} is known: {last}") from None
    raise last


def order_values(cls, values, calls):
    """The values in the order of the first constructor that names all of its parameters.

    A class that hands *args on does not name them; its base class does, and may take others too.
    """
    for base in cls.__mro__:
        named = [*inspect.signature(base.__init__).parameters.values()][1:]
        if all(one.kind in PLACED for one in named):
            break
    momentum = {name: value for name, value in values.items() if "momentum" in name}
    if not values.keys() - momentum.keys() <= {one.name for one in named}:
        return values
    return momentum | {one.name: choose_value(one, at, values, calls)
                       for at, one in enumerate(named, len(momentum))}


def list_ways(values, kinds):
    """[(values by place, values by name)]: ways to give a constructor the values it does not name.

    These are all values, or those from the model on and some of momentum's.
    """
    momentum = {name: value for name, value in values.items() if "momentum" in name}
    later = {name: value for name, value in values.items() if name not in momentum}
    some = [dict(list(momentum.items())[:count]) for count in range(len(momentum), -1, -1)]
    is_open = inspect.Parameter.VAR_KEYWORD in kinds
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        return [(values, {}), *((later, one) for one in some if is_open or not one)]
    return [({}, {**later, **one}) for one in some] if is_open else [({}, {})]


def choose_by_place(placed, values, is_open):
    """The values for parameters by their place; None if their names stand for other places."""
    order = list(values)
    known = [one.name in values for one in placed]
    right = [one.name == name for one, name in zip(placed, order)]
    if any(one and not (at < len(right) and right[at]) for at, one in enumerate(known)) or \
            is_open and any(known) and not all(known[2:]):
        return None
    return list(values.values())[:len(placed)]


def choose_value(parameter, at, values, calls):
    """The value of a parameter: by its name, its default, or from the student's own calls."""
    if parameter.name in values:
        return values[parameter.name]
    if parameter.default is not parameter.empty:
        return parameter.default
    for call in calls:
        found = [one.value for one in call.keywords if one.arg == parameter.name]
        for node in (*found, *call.args[at:at + 1]):
            with contextlib.suppress(ValueError):
                return ast.literal_eval(node)
    return False


def call_by_names(function, values):
    """The result of a function that takes values {name: value}, by place if it has other names."""
    meanings = find_meanings(function, values)
    if meanings:
        return function(**{name: values[meaning] for name, meaning in meanings.items()})
    return function(*values.values())


def find_meanings(function, names):
    """{a parameter: the one of these names that it stands for}; {} if this is not clear."""
    placed = [one.name for one in inspect.signature(function).parameters.values()
              if one.kind in PLACED][:len(names)]
    found = {one: one if one in names else
             next((name for name, words in MEANINGS.items()
                   if name in names and re.search(words, one, re.IGNORECASE)), None)
             for one in placed}
    return found if len({*found.values()} - {None}) == len(placed) else {}


def call_with_number(function, X, Y, number):
    """The result of a train_step, which may require a number beside the batch."""
    required = [one.name for one in inspect.signature(function).parameters.values()
                if one.default is one.empty and one.kind in PLACED]
    batch = {"X_batch": X, "Y_batch": Y}
    if set(batch) <= set(required):
        return function(*[batch.get(name, number) for name in required])
    return function(X, Y, *[number] * (len(required) - 2))


def make_plain(value):
    """A value; numbers of more than 64 bits, which cannot be sent, are rounded to 64."""
    if isinstance(value, (list, tuple)):
        return [make_plain(one) for one in value]
    if isinstance(value, np.matrix):
        value = np.asarray(value)
    kind = getattr(value, "dtype", None)
    if kind is None or kind.kind != "f" or kind.itemsize <= 8:
        return value
    note(f"numbers of {kind} were rounded to float64")
    return value.astype(float)


def seed_all(rng):
    """Seed the global generators by a seed, or by the next number of a generator."""
    seed = int(rng.integers(2**31)) if hasattr(rng, "integers") else rng
    if isinstance(seed, (int, np.integer)):
        np.random.seed(int(seed) % 2**32)
        random.seed(int(seed))


@contextlib.contextmanager
def name_blank(subtask):
    """Add the subtask to a NotImplementedError."""
    try:
        yield
    except NotImplementedError as problem:
        if not str(problem).startswith("task "):
            problem.args = (f"task {subtask}: it is still to be written",)
        raise


def describe_blank(subtask, words):
    """The error that says that a function is still as the starter code has it."""
    return NotImplementedError(f"task {subtask}: {words}")
