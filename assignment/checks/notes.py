"""Notes for the person who marks: they cost nothing, whatever the points are."""

import numpy as np

from kit.checking.measuring import UNJUDGED, all_hold, is_close, is_numeric
from kit.checking.registry import check
from kit.checking.student import Problem

from .gradients import require_gradients
from .network import make_network
from .own_network import EPOCHS, Alike
from .training import HELPERS, judge_train_step

NAMES = "train_loss", "train_accuracy", "val_loss", "val_accuracy"    # of a history


@check("2b", "backward", "gradients by the chain rule", remark=True)
def judge_chain_rule(student):
    if not all_hold(student, require_gradients):
        return UNJUDGED
    case = student.cases["plain"]
    model, X, targets = make_network(student, case["ws"]), case["X"][:2], case["targets"][:2]
    outputs = student.call((model, "forward"), X)
    calls = student.call("stand_in.count_calls", model, X, outputs, targets)
    weights = sum(w.size for w in case["ws"])
    if isinstance(calls, int) and calls >= weights:
        raise Problem(f"backward calls functions of the scripts {calls} times for {weights} "
                      "weights: are the gradients finite differences?")
    return ""


@check("2c", "train_step", "a history that comes from training", remark=True)
def judge_history(student):
    if not all_hold(student, judge_train_step, *HELPERS):
        return UNJUDGED
    own = Alike(student, "task 2, small")
    X, targets = own.batches[0]
    outputs = student.call((own.make_model(), "forward"), X)
    if not is_numeric(outputs) or outputs.shape != targets.shape:
        return UNJUDGED
    least_likely = outputs[:1].argmin(axis=1)       # so the accuracy is 0 all the time
    own.batches = [(X, np.eye(targets.shape[1])[least_likely].repeat(len(X), 0))]
    trainer = own.make_trainer(own.make_model(), EPOCHS[1])
    start = measure_outputs(student, own, trainer)
    history = student.call((trainer, "train"), EPOCHS[0], keep=True)
    require_history({name: keep_numbers(student.get((history, name))) for name in NAMES}, start,
                    measure_outputs(student, own, trainer))
    return ""


def keep_numbers(values):
    """The numbers in a list; [] if it is none."""
    return [float(value) for value in values if isinstance(value, (int, float)) or
            isinstance(value, np.ndarray) and not value.ndim and value.dtype.kind in "iuf"
            ] if isinstance(values, list) else []


def measure_outputs(student, own, trainer):
    """Loss and accuracy of a trainer's network, for the examples, which are all alike."""
    X, targets = own.batches[0]
    outputs = student.call((student.get((trainer, "model"), keep=True), "forward"), X)
    return (float(student.call("task2.cross_entropy_loss", targets, outputs)),
            float(student.call("task2.accuracy_of", outputs, targets)))


def require_history(found, start, end):
    """Raise Problem unless the numbers in a history may be those of the network.

    Training losses lie between the first loss and those of the validations. These may rise, since
    wrong gradients cost points elsewhere.
    """
    losses = found["val_loss"]
    if not any(is_close(one, end[0], 1e-6) for one in losses):
        raise Problem("none of the validation losses in the history is that of the trained "
                      "network: are these numbers those of a training?")
    known = {"loss": [start[0], *losses], "accuracy": [start[1], end[1]]}
    for name, values in found.items():
        low, high = min(known[name.split("_")[1]]), max(known[name.split("_")[1]])
        for value in values:
            if not low - 1e-6 <= value <= high + 1e-6:
                raise Problem(f"with equal examples {name} in the history is {value:.3g}, but the "
                              f"network's goes from {low:.3g} to {high:.3g}: are these numbers "
                              "those of a training?")
