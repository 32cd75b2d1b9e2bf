"""Checks of code in the starter code's layout that differ from the kit's: the images, the initial
weights, which may be drawn anywhere, and early stopping."""

import numpy as np

from assignment.checks.training import (HELPERS, PLAIN, Undrawn, find_wrong_weights, judge_update,
                                        make_batch, make_trainer, make_weights, require_uniform)
from assignment.checks.tricks import require_improved_weights
from kit.checking.measuring import UNJUDGED, all_hold, require_array
from kit.checking.student import Problem
from staff.assignment.starter.image_checks import (judge_bias_column, judge_scaling, judge_splits,
                                                   judge_statistics)

EPOCHS, PER_EPOCH = 16, 5
FALLING = [2 - 0.001 * number for number in range(EPOCHS * PER_EPOCH)]
WAITING = [1.5, 1.2, 4.0, 1.2, 1.3, 0.9, *[1.0] * (EPOCHS * PER_EPOCH - 6)]


# ------------------------------------------------------------------------------ initial weights

class Unstarted(Problem):
    """Training was not seen to begin: a person looks, if the files draw such numbers."""

    def __init__(self, message, *signs):
        super().__init__(message)
        self.signs = signs


def judge_initial_weights(student):
    if problem := find_wrong_weights(student):
        require_start(student, problem)


def require_start(student, problem):
    """Raise Problem unless training begins with weights from U(-1, 1), in spite of a Problem."""
    ws = student.call("adapter.watch_weights")
    if not ws:
        if isinstance(problem, Undrawn):
            raise Unstarted(str(problem), "uniform") from problem
        raise problem
    try:
        for w in ws:
            require_uniform(require_array(w, w.shape, "a matrix of weights"), len(w))
    except Problem as other:
        if not isinstance(problem, Undrawn):
            raise problem from None
        if isinstance(other, Undrawn):
            raise Undrawn(f"{problem}; training starts with them") from None
        raise


def judge_improved(student):
    try:
        require_improved_weights(student)
    except Undrawn as problem:
        raise Unstarted(str(problem), "normal|randn|standard_normal") from problem


# --------------------------------------------------------------------------------- early stopping

def judge_early_stopping(student):
    if not all_hold(student, *HELPERS, judge_update):
        return UNJUDGED
    stops, _ = measure_stop(student, FALLING)
    if stops < len(FALLING):
        raise Problem(f"training stops after validation {stops}, though each had a better loss "
                      "than the one before: which losses does it compare?")
    stops, kept = measure_stop(student, WAITING)
    if stops == len(WAITING):
        return "not written: training goes on to the last epoch"
    waited = stops - 6
    if not 49 <= waited <= 52:      # of the two losses of 0.9 either counts; so does a tie
        raise Problem(f"training stops {waited} validations after the one with the best loss, "
                      "expected 50")
    if "live" in kept:
        raise Problem("the best weights are the model's own list, which training changes later: "
                      "keep copies of them")
    return ""


def measure_stop(student, losses):
    """After how many validations training stops, with these losses, and how it keeps the best
    weights."""
    ws = make_weights(student.cases["training"]["grads"])
    trainer, _ = make_trainer(student, PLAIN, ws, 0.1, [np.full_like(w, -1.0) for w in ws],
                              make_batch(student, 20))
    student.set((trainer, "losses"), student.call("builtins.iter", list(losses), keep=True))
    history = student.call((trainer, "train"), EPOCHS, keep=True)
    return len(student.get((history, "step"))), student.get((trainer, "kept"))


INSTEAD = {
    "mean and standard deviation": judge_statistics,
    "pixels scaled": judge_scaling,
    "the same two numbers for every split": judge_splits,
    "a column of ones": judge_bias_column,
    "initial weights from U(-1, 1)": judge_initial_weights,
    "normal with standard deviation 1/√fan-in": judge_improved,
    "early stopping (optional)": judge_early_stopping,
}
