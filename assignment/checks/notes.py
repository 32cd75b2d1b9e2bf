"""Notes for the person who marks: they cost nothing, whatever the points are."""

import numpy as np

from kit.checking.measuring import UNJUDGED, all_hold, is_close
from kit.checking.registry import check
from kit.checking.student import Problem

from .gradients import require_gradients
from .network import make_network
from .own_network import OwnNetwork
from .training import HELPERS, judge_train_step

EPOCHS = 2


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
    own = OwnNetwork(student, "task 2, small")
    X, targets = (np.vstack(parts) for parts in zip(*own.batches))
    dataset = student.call("task2.Dataset", X, targets, X[:9], targets[:9], keep=True)
    trainer = student.call(own.trainer, own.make_model(), dataset, 0.1, 3, keep=True)
    history = student.call((trainer, "train"), EPOCHS, keep=True)
    losses = student.get((history, "val_loss"))
    outputs = student.call((student.get((trainer, "model"), keep=True), "forward"), X[:9])
    after = student.call("task2.cross_entropy_loss", targets[:9], outputs)
    if not isinstance(losses, list) or not any(is_close(one, after, 1e-6) for one in losses):
        raise Problem("none of the validation losses in the history is that of the trained "
                      "network: are these numbers those of a training?")
    return ""
