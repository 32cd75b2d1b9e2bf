"""Checks of any number of hidden layers: subtask 4c.

4c costs points only for faults that depth adds. A fault that one hidden layer has in the same way
costs points in 2b, 2c or 3c, and not again here, if the deep network shows it (see pieces.py).
"""

import numpy as np

from kit.checking.measuring import (UNJUDGED, all_hold, find_problem, holds, is_close,
                                    require_array, require_matrices)
from kit.checking.registry import check
from kit.checking.student import NotImported, NotWritten, Problem

from .forward import SMALL, judge_activations, judge_forward, require_kept, require_outputs
from .gradient_hints import explain_gradients
from .gradients import Gradients, judge_backward, require_gradients
from .momentum import MOMENTUM, judge_momentum
from .network import make_network, read_activations, read_list
from .pieces import are_gradients_of_pieces, are_outputs_of_pieces, lend_pieces
from .stepping import (PLAIN, find_factors, list_ways, make_trainer, read_weights, take_step,
                       update_once)
from .training import (judge_initial_weights, judge_update, require_initial_weights,
                       require_weights_of_64)
from .tricks import IMPROVED, judge_improved_weights, require_normal_weights

DEEP = ("two hidden layers", "three hidden layers", "three equal hidden layers")
KNOWN = "one hidden layer has this fault too: it costs points there, and no points here"


# -------------------------------------------------------------------------------------- forward

@check("4c", "forward", "outputs of two and three hidden layers", blanks=["2b"])
def judge_deep_forward(student):
    with lend_pieces(student):
        return "".join(judge_outputs(student, name) for name in DEEP)[:len(KNOWN)]


class Wrong(Problem):
    """Outputs that have the right form, and are wrong."""


def judge_outputs(student, name):
    """KNOWN or nothing; Problem if the outputs of a network are wrong as its pieces are not."""
    case, words = student.cases[name], ""
    model = make_network(student, case["ws"])
    try:
        outputs = compute_outputs(student, model, case)
        if not is_close(outputs, case["outputs"]):
            worst = np.abs(outputs - case["outputs"]).max()
            raise Wrong(f" the outputs are wrong by up to {worst:.3g}"
                        + explain_depth(student, model, case["hidden"]))
    except (NotWritten, NotImported):
        raise
    except Problem as problem:
        if not are_outputs_of_pieces(student, case):
            colon = "" if isinstance(problem, Wrong) else ": "
            raise Problem(f"with {name}{colon}{problem}") from None
        words = KNOWN
    require_activations(student, model, name, len(case["ws"]))
    if not words and holds(judge_activations, student):
        require_kept(student, case, f"with {name}, ")
    return words


def compute_outputs(student, model, case):
    """The outputs of a network."""
    X, K = case["X"], case["ws"][-1].shape[1]
    return require_array(student.call((model, "forward"), X, pure=True), (len(X), K),
                         f"what forward returns for {len(X)} examples and {K} classes")


def require_activations(student, model, name, layers):
    """Raise Problem unless as many activations are kept per layer as with one hidden layer."""
    shallow = make_network(student, student.cases["plain"]["ws"])
    try:
        student.call((shallow, "forward"), student.cases["plain"]["X"])
        missing = 3 - len(read_activations(student, shallow))
    except Problem:
        return      # costs points in 2b
    found = len(read_activations(student, model))
    if found != layers + 1 - missing and found != layers + 1:
        raise Problem(f"activations holds {found} entries with {name}, expected X, the outputs of "
                      "each hidden layer, and ŷ")


def explain_depth(student, model, expected):
    """Name the first hidden layer with wrong outputs, if one hidden layer is right."""
    activations = read_activations(student, model)
    if not holds(require_outputs, student):
        return ""
    for layer, hidden in enumerate(expected, 1):
        found = activations[layer] if len(activations) == len(expected) + 2 else None
        if not isinstance(found, np.ndarray):
            return ": does each layer start from the outputs of the one before?"
        if not is_close(found, hidden):
            return (f": hidden layer {layer} is the first wrong layer; are its inputs the "
                    f"{'images X' if layer == 1 else f'outputs a of layer {layer - 1}'}?")
    return ": all hidden layers are right, so look at the output layer"


# ------------------------------------------------------------------------------------- backward

@check("4c", "backward_and_update", "gradients of two and three hidden layers", blanks=["2b"])
def judge_deep_backward(student):
    # in another layout, layers of one width cannot be told apart if their outputs are wrong
    sure = student.layout == "kit" or holds(judge_deep_forward, student)
    with lend_pieces(student):
        return "".join(judge_gradients(student, name)
                       for name in (DEEP if sure else DEEP[:2]))[:len(KNOWN)]


def judge_gradients(student, name):
    """KNOWN or nothing; Problem if gradients of a network are wrong as its pieces' are not."""
    case = student.cases[name]
    tried = [Gradients(student, case, int(N)) for N in case["grads"]]
    if all(one.is_right for one in tried):
        return ""
    for one in tried:
        if isinstance(one.problem, (NotWritten, NotImported)):
            raise one.problem
    if all(are_gradients_of_pieces(student, case, one.N) for one in tried):
        return KNOWN
    if raises_at_any_depth(student, tried) and all(
            Gradients(student, case, one.N, IMPROVED, use_improved_sigmoid=True).follows_forward
            for one in tried):
        return KNOWN
    layers = f"with {len(case['ws']) - 1} hidden layers"
    for one in tried:
        if one.problem:
            raise Problem(f"{layers}: {one.problem}") from one.problem
    raise Problem(f"{layers}, {explain_gradients(tried)}")


def raises_at_any_depth(student, tried):
    """Whether backward stops as with one hidden layer: only the improved sigmoid shows depth."""
    known = find_problem(require_gradients, student)
    return known is not None and bool(known.error) and all(
        one.problem and one.problem.error and str(one.problem) == str(known) for one in tried)


# --------------------------------------------------------------------------------------- update

@check("4c", "backward_and_update", "a step in every layer", blanks=["2b", "2c"])
def judge_deep_update(student):
    (inputs, _), (_, K) = (grad.shape for grad in student.cases["training"]["grads"])
    shallow, deep = ([np.ones(shape) for shape in zip([inputs, *sizes], sizes)]
                     for sizes in ([4, K], [4, 6, 5, K]))
    return "".join(require_update(student, cls, shallow, deep)
                   for cls in (PLAIN, MOMENTUM))[:len(KNOWN)]


def find_way(student, cls, shallow, options):
    """(how a trainer moves one hidden layer: see take_step, each layer's factor).

    A way that is right comes first. The Problem of the first way if there is none at all.
    """
    found, problems = [], []
    for way in list_ways(student):
        try:
            factors = find_factors(*update_once(student, cls, shallow, 0.1, way, **options), 0.1)
            found.append((way, factors))
        except Problem as problem:
            problems.append(problem)
    if not found:
        raise problems[0]
    return min(found, key=lambda one: None in one[1] or np.ptp([1, *one[1]]) > 1e-3)


def require_update(student, cls, shallow, deep):
    """Raise Problem unless the layers of a deep network move as those of a shallow one."""
    options = {} if cls == PLAIN else {"momentum_gamma": 0.9}
    try:
        way, usual = find_way(student, cls, shallow, options)
    except Problem as problem:      # costs points in 2c or 3c
        shown = cls != PLAIN or holds(judge_deep_backward, student)
        if isinstance(problem, NotImported) and cls == PLAIN or \
                isinstance(problem, NotWritten) and not shown:
            raise
        find_problem(judge_update if cls == PLAIN else judge_momentum, student)
        return KNOWN
    trainer, model = make_trainer(student, cls, deep, 0.1, **options)
    given = [np.full_like(w, layer + 1.0) for layer, w in enumerate(deep)]
    take_step(student, trainer, model, given, way)
    after = read_weights(student, model, deep)
    found = find_factors(deep, after, given, 0.1)
    still = [str(layer + 1) for layer, factor in enumerate(found) if factor == 0]
    if still and 0 not in usual:
        raise Problem(f"with four layers of weights, {'layer' if len(still) == 1 else 'layers'} "
                      f"{' and '.join(still)} {'does' if len(still) == 1 else 'do'} not move in "
                      f"{way}: is the number of layers fixed in the code?")
    wrong = [layer for layer, factor in enumerate(found)
             if factor is None or abs(factor - 1) > 1e-3]
    if wrong:
        if None not in [*usual, *found] and np.ptp([*usual, *found]) < 1e-3:
            return KNOWN        # all layers move too far by the same factor
        if not holds(judge_update if cls == PLAIN else judge_momentum, student):
            return KNOWN
        if any(factor is None or abs(factor - 1) > 1e-3 for factor in usual):
            return ""       # a stand-in does not show its steps: the whole is judged
        factor = found[wrong[0]]
        moves = ("in a wrong direction" if factor is None
                 else f"{factor:.4g} times as far as it should")
        raise Problem(f"with four layers of weights, layer {wrong[0] + 1} moves {moves} in {way}")
    return ""


@check("4c", "forward", "outputs at other widths than 64", blanks=["2b"])
def judge_other_outputs(student):
    if not all_hold(student, judge_deep_forward):
        return UNJUDGED
    require_other_widths(student, judge_forward, require_outputs)
    if holds(require_weights_of_64, student):
        require_other_draws(student, judge_initial_weights, require_initial_weights)
    require_other_draws(student, judge_improved_weights, require_normal_weights)
    return ""


@check("4c", "backward_and_update", "gradients at other widths than 64", blanks=["2b"])
def judge_other_gradients(student):
    if not all_hold(student, judge_deep_backward):
        return UNJUDGED
    if all(fails_at_one_width(student, one) for one in (require_outputs, require_gradients)):
        return UNJUDGED     # charged with the outputs
    require_other_widths(student, judge_backward, require_gradients)
    return ""


def require_other_widths(student, judge, required):
    """Raise Problem if a check passes in spite of what it requires at other widths than 64."""
    problem = find_problem(required, student)
    if problem is None or not holds(judge, student):
        return
    few, as_outputs = (student.cases[name]["ws"][0].shape[1] for name in SMALL)
    if fails_at_one_width(student, required):
        words = (f"at other widths it is right, but with {as_outputs} hidden units, as many as "
                 "there are outputs,")
    else:
        words = f"with 64 hidden units it is right, but with {few}"
    raise Problem(f"{words} {problem}") from problem


def fails_at_one_width(student, required):
    """Whether small networks are wrong only where hidden units are as many as outputs."""
    try:
        required(student, SMALL[:1])
    except Problem:
        return False
    return not holds(required, student)


def require_other_draws(student, judge, required):
    """Raise Problem if only weights of other widths than 64 are drawn wrongly."""
    problem = find_problem(required, student)
    if problem and holds(judge, student):
        raise Problem("with 64 hidden units it is right, but at another width "
                      f"{problem}") from problem


@check("4c", "forward", "no hidden layer, [10]", remark=True, blanks=["2b"])
def judge_no_hidden_layer(student):
    if not all_hold(student, require_outputs, require_gradients):
        return UNJUDGED
    case, w = student.cases["plain"], student.cases["square"]["ws"][0]
    model = make_network(student, [w])
    outputs = require_array(student.call((model, "forward"), case["X"]),
                            (len(case["X"]), w.shape[1]),
                            "what forward returns without a hidden layer")
    student.call((model, "backward"), case["X"], outputs, case["targets"])
    require_matrices(read_list(student, model, "grads"), [w], "grads")
    return ""
