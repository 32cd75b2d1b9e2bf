"""Checks of any number of hidden layers: subtask 4c, charged only for what depth adds.

A network of several hidden layers is held against the right numbers first. Where it misses them,
it is held against what the student's own network of one hidden layer gives, layer after layer: a
fault that is there already has been charged in 2b, and is not charged again.
"""

import numpy as np

from kit.checks.measure import array, close, number, ratio, read_cases, times
from kit.checks.network import Gradients, gradient_hint, kept, network
from kit.checks.registry import check
from kit.checks.student import NotWritten, Problem
from kit.checks.training import factors, moved, trainer_of

DEEP = ("two hidden layers", "three hidden layers")


@check("4c", "forward", "outputs of two and three hidden layers", blanks=["2b"])
def forward(student):
    for name in DEEP:
        case = read_cases()[name]
        model, X = network(student, case["ws"]), case["X"]
        outputs = array(student.call((model, "forward"), X, pure=True), (len(X), 3),
                        f"what forward returns with {name}, {len(X)} examples and 3 classes")
        if not close(outputs, case["outputs"]) and \
                not close(outputs, by_own_pairs(student, case["ws"], X)[1]):
            worst = np.abs(outputs - case["outputs"]).max()
            raise Problem(f"with {name} the outputs are off by up to {worst:.3g}"
                          + depth_hint(kept(student, model), case["hidden"]))
        found = len(kept(student, model))
        if found != len(case["ws"]) + 1:
            raise Problem(f"activations holds {found} entries with {name}, expected X, the "
                          "outputs of each hidden layer, and ŷ")


def depth_hint(activations, expected):
    """Return at which hidden layer the outputs first go wrong."""
    for layer, hidden in enumerate(expected, 1):
        found = activations[layer] if len(activations) == len(expected) + 2 else None
        if not isinstance(found, np.ndarray):
            return ": does each layer start from the outputs of the one before?"
        if not close(found, hidden):
            return (f": hidden layer {layer} is the first that is wrong; does it start from the "
                    f"outputs a of {'X' if layer == 1 else f'layer {layer - 1}'}?")
    return ": all hidden layers are right, so look at the output layer"


def by_own_pairs(student, ws, X):
    """Return (hidden outputs, outputs) of a deep network, computed by the student's network of one
    hidden layer from each pair of matrices."""
    hidden = [X]
    try:
        for layer in range(len(ws) - 1):
            model = network(student, ws[layer:layer + 2])
            outputs = student.call((model, "forward"), hidden[-1])
            hidden.append(kept(student, model)[1])
    except (Problem, IndexError):
        return None, np.nan
    return hidden, outputs


@check("4c", "backward_and_update", "gradients of two and three hidden layers", blanks=["2b"])
def backward(student):
    tried = [Gradients(student, read_cases()[name], N) for name, N in
             ((DEEP[0], 5), (DEEP[0], 1), (DEEP[1], 5))]
    if all(one.right_by_itself for one in tried) or all(one.follows_forward for one in tried):
        return
    try:
        if all(is_carried_over(student, one) for one in tried):
            return
    except (Problem, IndexError):
        pass
    for one in tried:
        one.raise_what_was_raised()
    of_each_depth = [[one for one in tried if len(one.ws) == layers] for layers in (3, 4)]
    wrong = next(group for group in of_each_depth if not all(
        one.right_by_itself or one.follows_forward for one in group))
    raise Problem(f"with {len(wrong[0].ws) - 1} hidden layers, {gradient_hint(wrong)}")


def is_carried_over(student, deep):
    """Return whether wrong gradients are those that the network of one hidden layer implies."""
    if isinstance(deep.own, Problem):
        return False
    singles = [implied(student, deep.ws, deep.X[n:n + 1], deep.targets[n:n + 1])
               for n in range(deep.N)]
    mean = [np.mean(grads, axis=0) for grads in zip(*singles)]
    batch = batch_factors(student, deep.N)
    expected = [batch[0] * grad for grad in mean[:-1]] + [batch[1] * mean[-1]]
    return all(map(close, deep.own, expected))


def implied(student, ws, x, target):
    """Return the gradients of a deep network for one example, by networks of one hidden layer.

    Their backward hands a difference at the outputs back through one layer. What comes out there,
    put in as the difference at the outputs of the pair of layers before, goes back one more.
    """
    hidden, outputs = by_own_pairs(student, ws, x)
    sign = output_factor(student)
    grads, difference = [None] * len(ws), (outputs, target)
    for layer in reversed(range(len(ws) - 1)):
        pair = grads_of(student, ws[layer:layer + 2], hidden[layer], *difference)
        if layer == len(ws) - 2:
            grads[layer + 1] = pair[1]
        grads[layer] = pair[0]
        sums = hidden[layer] @ ws[layer]
        back = grads_of(student, [sums, ws[layer + 1]], np.ones((1, 1)), *difference)[0]
        difference = back / sign, np.zeros_like(back)
    return grads


def output_factor(student):
    """Return the factor of outputs - targets in the student's output layer, for one example."""
    outputs, targets = np.array([[0.5, 0.3, 0.2]]), np.array([[0.0, 1.0, 0.0]])
    found = grads_of(student, [np.zeros((1, 1)), np.ones((1, 3))], np.ones((1, 1)), outputs,
                     targets, hidden=np.ones((1, 1)))[1]
    factor = ratio(found, outputs - targets)
    if not factor:
        raise Problem("the output layer's gradient is no multiple of outputs - targets")
    return factor


def grads_of(student, ws, X, outputs, targets, hidden=None):
    """Return grads of a network of one hidden layer after forward and backward."""
    model = network(student, ws)
    student.call((model, "forward"), X)
    if hidden is not None:
        student.set((model, "activations"), [X, hidden, outputs])
    student.call((model, "backward"), X, outputs, targets)
    return student.get((model, "grads"))


def batch_factors(student, N):
    """Return what batches of N do to the gradients of one hidden layer, in each layer: 1 where
    they are averaged."""
    case = read_cases()["plain"]
    X, targets = case["X"][:N], case["targets"][:N]

    def own(rows):
        model = network(student, case["ws"])
        outputs = student.call((model, "forward"), X[rows])
        student.call((model, "backward"), X[rows], outputs, targets[rows])
        return student.get((model, "grads"))

    together, singles = own(slice(None)), [own(slice(n, n + 1)) for n in range(N)]
    found = [ratio(together[layer], np.mean([grads[layer] for grads in singles], axis=0))
             for layer in (0, 1)]
    if None in found:
        raise Problem("the gradients of a batch are no multiple of those of its examples")
    return found


@check("4c", "backward_and_update", "a step in every layer", blanks=["2c"])
def update(student):
    shallow, deep = ([np.ones(shape) for shape in shapes] for shapes in
                     (((5, 4), (4, 3)), ((5, 4), (4, 6), (6, 5), (5, 3))))
    for cls in ("task2.SoftmaxTrainer", "task3.MomentumTrainer"):
        try:
            judge_update(student, cls, shallow, deep)
        except NotWritten as blank:
            if cls == "task2.SoftmaxTrainer" or blank.subtask == "2c":
                raise


def judge_update(student, cls, shallow, deep):
    """Raise Problem unless a deep network's layers all move as those of a shallow one."""
    options = {} if cls == "task2.SoftmaxTrainer" else {"momentum_gamma": 0.9}
    try:
        usual = factors(*moved(student, cls, shallow, 0.1, **options), 0.1)
    except NotWritten:
        raise
    except Problem:
        return      # of 2c or 3c
    trainer, model = trainer_of(student, cls, deep, 0.1, **options)
    given = [np.full_like(w, layer + 1.0) for layer, w in enumerate(deep)]
    student.set((model, "grads"), given)
    student.call((trainer, "update"))
    after = student.get((model, "ws"))
    if len(after) != len(deep):
        raise Problem(f"after update {len(after)} of {len(deep)} matrices are left")
    found = factors(deep, after, given, 0.1)
    still = [str(layer + 1) for layer, factor in enumerate(found) if factor == 0]
    if still and 0 not in usual:
        raise Problem(f"of four layers of weights, {' and '.join(still)} "
                      f"{'does' if len(still) == 1 else 'do'} not move in update: is the number "
                      "of layers written into the code?")
    for layer, factor in enumerate(found):
        known = None in usual or any(abs((factor or 0) - one) < 1e-3 for one in usual)
        if factor is None or not known:
            moves = "unequally" if factor is None else f"{times(factor)} as far as it should"
            raise Problem(f"of four layers of weights, number {layer + 1} moves {moves} in update")


@check("4c", "forward", "no hidden layer, [10]", remark=True, blanks=["2b"])
def no_hidden_layer(student):
    case = read_cases()["plain"]
    model = network(student, [case["ws"][0][:, :3]])
    outputs = array(student.call((model, "forward"), case["X"]), (len(case["X"]), 3),
                    "what forward returns without a hidden layer")
    student.call((model, "backward"), case["X"], outputs, case["targets"])
    number(student.get((model, "grads"))[0].sum(), "the sum of the gradient")
