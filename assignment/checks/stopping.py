"""Check of early stopping, which is optional: subtask 0."""

import numpy as np

from kit.checking.measuring import UNJUDGED, all_hold
from kit.checking.registry import check
from kit.checking.student import Problem
from kit.files import shorten

from .network import read_list
from .stepping import PLAIN, make_trainer, make_weights, needs_own_network, read_weights
from .training import HELPERS, judge_update

LOSSES = [1.5, 1.2, 4.0, 1.2, 1.3, 0.9, 0.9, 1.0]       # starts above 1; a spike; ties
ZEROS = [np.zeros((5, 4)), np.zeros((4, 3))]
WITHOUT_GAIN = [0, 0, 1, 2, 3, 0, 1, 2]                 # a tie may count either way


@check("0", "helpers", "early stopping (optional)", remark=True)
def judge_early_stopping(student):
    if not all_hold(student, *HELPERS, judge_update):
        return UNJUDGED
    trainer, model = make_trainer(student, PLAIN, ZEROS, 0.1)
    counts = []
    for step, loss in enumerate(LOSSES, 1):
        student.call("stand_in.add_1", model)       # the weights are now 1, 2, 3 …
        student.set((trainer, "step"), step)
        validate(student, trainer, loss)
        counts.append(student.get((trainer, "validations_without_gain")))
    if not any(counts):
        raise Problem("not written: every validation counts as the best, and training goes on to "
                      "the last epoch")
    with_ties = [0, 0, 1, 0, 1, 0, 0, 1]
    if counts not in (WITHOUT_GAIN, with_ties):
        raise Problem(f"validation losses of {LOSSES} in a row give {counts} validations without "
                      f"a better loss, expected {WITHOUT_GAIN}")
    require_best(read_list(student, trainer, "best_ws"), read_weights(student, model, ZEROS))
    step = student.get((trainer, "best_step"))
    if step not in (6, 7):
        raise Problem(f"best_step is {shorten(repr(step), 40)}, but step 6 has the best loss")
    try:
        require_patience(student)
    except Problem as problem:
        if not needs_own_network(problem):
            raise
        return UNJUDGED
    return ""


def validate(student, trainer, loss):
    """Make a trainer validate with this loss."""
    right = np.exp(-loss)
    rows = np.array([[right, (1 - right) / 2, (1 - right) / 2, 0, 0]] * 20)
    targets = np.eye(3)[np.zeros(20, int)]
    student.set((trainer, "data"), student.call("task2.Dataset", rows, targets, rows, targets,
                                                keep=True))
    student.call((trainer, "validate"), loss, 0.5)


def require_best(best, last):
    """Raise Problem unless the weights of validation 6, or 7, are kept."""
    steps = [{round(float(w.flat[0])) for w in ws} for ws in (best, last)]
    if steps[1] == {len(LOSSES)} and steps[0] not in ({6}, {7}):      # otherwise update is wrong
        raise Problem("the best weights are those of validation "
                      f"{min(steps[0])}, expected those of validation 6"
                      + (": keep copies of them" if steps[0] == steps[1] else ""))


def require_patience(student):
    """Raise Problem unless training stops after 49 to 51 validations without a better loss."""
    ws = make_weights(student.cases["training"]["grads"])
    trainer, _ = make_trainer(student, PLAIN, ws, 0.1)
    validate(student, trainer, 0.1)
    validate(student, trainer, 3)      # the loss of all later validations
    before = len(student.get((student.get((trainer, "history"), keep=True), "step")))
    history = student.call((trainer, "train"), 12, keep=True)
    waited = len(student.get((history, "step"))) - before + 1
    if waited > 51:
        raise Problem(f"training goes on after {waited} validations in a row without a better "
                      "loss, expected a stop after 50: is the counter reset?")
    if waited < 49:
        raise Problem(f"training stops after {waited} validations in a row without a better "
                      "loss, expected a stop after 50")
