"""Whether the student's experiments use the tricks: the lines that build them are given.

Only what is seen to be left out costs points: students may build experiments of their own.
"""

import numpy as np

from kit.checking.measuring import is_numeric, require_number
from kit.checking.student import Problem

from .momentum import MOMENTUM
from .network import read_list
from .stepping import make_trainer, make_weights
from .training import SIZES
from .tricks import make_improved

GIVEN = "is right, but Experiment.{} makes a {}: does it pass {}?"


def build_with_trick(student, **flags):
    """Handles of the trainer and the network that an experiment with a trick builds; or None.

    Another layout has no experiments.
    """
    if student.layout != "kit":
        return None
    X, targets = np.ones((2, SIZES[0])), np.eye(2, SIZES[-1])
    try:
        experiment = student.call("task3.Experiment", "a trick", keep=True, batch_size=2, **flags)
        data = student.call("task2.Dataset", X, targets, X, targets, keep=True)
        trainer = student.call((experiment, "build_trainer"), 1, data, keep=True)
        return trainer, student.get((trainer, "model"), keep=True)
    except Problem:
        return None


def require_built_sigmoid(student):
    """Raise Problem if the network of an experiment has the sigmoid of task 2 all the same."""
    built = build_with_trick(student, use_improved_sigmoid=True)
    if not built:
        return
    z = student.cases["functions"]["z"]
    models = built[1], make_improved(student, False), make_improved(student)
    try:
        found, plain, improved = (student.call((model, "activation"), z) for model in models)
    except Problem:
        return      # 2b's
    if is_numeric(found) and np.array_equal(found, plain) and not np.array_equal(found, improved):
        raise Problem("ImprovedModel " + GIVEN.format(
            "build_model", "network without the improved sigmoid", "use_improved_sigmoid"))


def require_built_weights(student):
    """Raise Problem if the network of an experiment has the initial weights of task 2."""
    built = build_with_trick(student, use_improved_weight_init=True)
    ws = read_list(student, built[1], "ws") if built else None
    if isinstance(ws, (list, tuple)) and ws and is_numeric(ws[0]) and ws[0].std() > 0.5:
        raise Problem("ImprovedModel " + GIVEN.format(
            "build_model", f"network whose weights have the deviation {ws[0].std():.3g} of task 2",
            "use_improved_weight_init"))


def require_built_momentum(student):
    """Raise Problem if the trainer of an experiment has another momentum_gamma, or none."""
    built = build_with_trick(student, momentum_gamma=0.9)
    if not built:
        return
    own, _ = make_trainer(student, MOMENTUM, make_weights(student.cases["training"]["grads"]), 0.1)
    if (built[0].type, own.type) == ("SoftmaxTrainer", "MomentumTrainer"):
        raise Problem("MomentumTrainer is right, but Experiment.build_trainer makes a "
                      "SoftmaxTrainer, without momentum")
    try:
        gamma = require_number(student.get((built[0], "momentum_gamma")), "it")
    except Problem:
        return      # it may stand elsewhere
    if gamma != 0.9:
        raise Problem("MomentumTrainer " + GIVEN.format(
            "build_trainer", f"trainer with momentum_gamma {gamma:g}", "momentum_gamma"))
