"""Check of momentum: subtask 3c."""

import numpy as np

from kit.checking.measuring import find_ratio, is_close, is_near, tidy
from kit.checking.registry import check
from kit.checking.student import NotImported, NotWritten, Problem

from .own_network import Alike, OwnNetwork, moves_right, trains_plainly, trains_right
from .stepping import (PLAIN, find_factors, make_trainer, make_weights, read_weights, take_step,
                       try_ways, update_once)

MOMENTUM = "task3.MomentumTrainer"
PLAINLY = ("every step is plain gradient descent; is each update stored, and a part of it added "
           "to the next one?")
SHARED = "do trainers share the stored updates?"
TRIED = {"gamma": 0.9}, {"gamma": 0.5, "rate": 0.1}, {"gamma": 0}      # with own networks


class InTrain(Problem):
    """Momentum in `train`, which is not seen to be right: a person looks if it stands there."""

    signs = ("train:momentum_gamma",)


@check("3c", "update", "seven steps with momentum")
def judge_momentum(student):
    try:
        try_ways(student, lambda way: require_momentum(student, way))
    except NotImported:
        raise
    except Problem as problem:
        own = student, "momentum", "task 3"
        if (problem.error or student.layout != "kit") and moves_right(*own, changes=TRIED) or \
                trains_right(*own, changes=TRIED):
            return
        if not isinstance(problem, NotWritten) and Alike(student, "momentum").moves_otherwise():
            raise InTrain(str(problem)) from problem
        if student.layout != "kit" and (words := explain_own_steps(student, str(problem))):
            raise Problem(words) from problem
        raise
    if trains_plainly(student):
        raise Problem("train_step is right, but train takes every step without momentum, though "
                      "momentum_gamma is 0.9: does train call train_step?")


def require_momentum(student, way):
    """Raise Problem unless the weights move with momentum; way: as for take_step."""
    case, rate = student.cases["momentum"], 0.02
    found = take_steps(student, case["grads"], rate, 0.9, way)
    right = find_right_steps(found, case, rate)
    if all(right):
        require_gamma(student, case["grads"], way)
        require_off(student, case["grads"], way)
    elif not all(find_right_steps(found, case, rate * find_known_factor(student, rate))):
        raise Problem(explain_momentum(found, right, case, rate)
                      + ("" if right[0] else explain_start(student, case["grads"][0], way)))


def find_right_steps(found, case, rate):
    """For each step whether all weights are right for this learning rate."""
    starts = make_weights(case["grads"][0])
    return [all(is_close(w - start, rate * far, 1e-6 + 2e-4) for w, start, far in
                zip(ws, starts, far)) for ws, far in zip(found, case["moved"])]


def find_known_factor(student, rate):
    """The factor of a wrong plain step, which 2c judges, if one function does both steps."""
    if student.layout == "kit":
        return 1
    ws = make_weights(student.cases["momentum"]["grads"][0])
    try:
        found = find_factors(*update_once(student, PLAIN, ws, rate), rate)
    except Problem:
        return 1
    return found[0] if None not in found and found[0] and np.ptp(found) < 1e-3 else 1


def take_steps(student, grads, rate, gamma, way):
    """The weights after each step."""
    found, ws = [], make_weights(grads[0])
    trainer, model = make_trainer(student, MOMENTUM, ws, rate, momentum_gamma=gamma)
    for number, step in enumerate(grads):
        take_step(student, trainer, model, step, way, number)
        found.append(read_weights(student, model, ws))
    return found


def explain_momentum(found, right, case, rate):
    """Name the first step with wrong weights, and the likeliest mistake."""
    first = right.index(False)
    befores = [make_weights(case["grads"][0]), *found]
    jumps = [[new - old for new, old in zip(after, before)]
             for before, after in zip(befores, found)]      # of each step, per layer
    plain = [all(is_close(jump, -rate * grad, 1e-3) for jump, grad in zip(*pair))
             for pair in zip(jumps, case["grads"])]
    factor = find_ratio(np.concatenate([jump.ravel() for jump in jumps[0]]),
                        -rate * np.concatenate([grad.ravel() for grad in case["grads"][0]]))
    words = f"with γ = 0.9 and α = {rate}, step {first + 1} is the first wrong step"
    if all(plain):
        return f"{words}: {PLAINLY}"
    if not any(jump.any() for step in jumps for jump in step):
        return f"with γ = 0.9 and α = {rate}, no step changes a weight"
    before_last = [is_close(jump, -rate * (grad + 0.9 * last), 1e-3) for jump, grad, last in
                   zip(jumps[first], case["grads"][first], case["grads"][first - 1])]
    if first >= 2 and all(before_last):
        return (f"{words}, the {'two' if first == 2 else first} steps before are right: is the "
                "previous gradient stored instead of the previous update?")
    if first == 0 and factor == 0:
        late = all(is_close(jump, -rate * grad, 1e-3)
                   for jump, grad in zip(jumps[1], case["grads"][0]))
        return words + (": it changes no weight; is the update used one step late?" if late else
                        ": it changes no weight")
    if first == 0 and factor is not None:
        return (f"{words}: the weights move by {factor:.4g} times -α∂C/∂w"
                + explain_first_step(factor, rate, [
                    find_ratio(-jump / rate - factor * grad, before) for jump, grad, before in
                    zip(jumps[1], case["grads"][1], case["grads"][0])]))
    if first == 1:
        kept = [find_ratio(-jump / rate - grad, before) for jump, grad, before in
                zip(jumps[1], case["grads"][1], case["grads"][0])]
        if None not in kept:
            return words + f": {tidy(kept[0]):.3g} of the first update is kept, expected γ = 0.9"
    still = [layer + 1 for layer, jump in enumerate(jumps[first]) if not jump.any()]
    return words + (f": layer {still[0]} does not move" if still else "")


def explain_own_steps(student, words):
    """How the own network moves, if these words of a stand-in's steps may not hold for it."""
    if PLAINLY not in words and SHARED not in words:
        return ""
    own = OwnNetwork(student, "momentum")
    try:
        steps, after = own.train()
        moved = f"with γ = 0.9 and α = 0.02, {steps} steps of the network are "
        if own.agree(after, own.step_by_hand(steps)):
            return moved + "right, but not with others, or not with the improved sigmoid"
        if own.agree(after, own.step_by_hand(steps, keeps_gradients=True)):
            return moved + ("not those of momentum: is the previous gradient kept instead of the "
                            "previous update?")
        if SHARED in words or own.agree(after, own.step_by_hand(steps, 0)):
            return ""
    except Problem:
        return ""
    return moved + "not those of momentum"


def explain_start(student, grads, way):
    """Say so if a new trainer moves the weights by gradients of 0."""
    still = make_weights(grads)
    found, = take_steps(student, [[0 * grad for grad in grads]], 0.02, 0.9, way)
    if all(map(np.array_equal, found, still)):
        return ""
    factors = [find_ratio(w - start, start) for w, start in zip(found, still)]
    like_weights = None not in factors and is_close(factors, factors[0] + np.zeros(len(factors)))
    return "; a new trainer moves the weights by gradients of 0: " + (
        "does the stored update start as a copy of the weights?" if like_weights else SHARED)


def explain_first_step(factor, rate, kept):
    """The likeliest mistake if the first step has a wrong factor.

    kept: the share of the first gradient in the second step, for each layer.
    """
    if is_near(factor, 1 / rate):
        return ": is the learning rate left out?"
    if is_near(factor, rate):
        return ": is the learning rate used twice?"
    if is_near(factor, 0.1):
        return ", a factor of 1 - γ: is it a moving average?"
    if is_near(factor, -1):
        return ": is the sign wrong?"
    if is_near(factor, 1.9) and all(is_near(one, 0.81) for one in kept):
        return ": is the new update used at once (Nesterov's momentum)?"
    if is_near(factor, 1.9) and all(is_near(one, 1.71) for one in kept):
        return ": is the new gradient counted twice?"
    return ""


def require_gamma(student, grads, way):
    """Raise Problem unless momentum_gamma decides how much is kept, and 0 keeps nothing."""
    ws = make_weights(grads[0])
    first, second = take_steps(student, grads[:2], 0.1, 0.5, way)
    if not all(is_close(w - start, -0.1 * grad) for w, start, grad in zip(first, ws, grads[0])):
        is_fixed = all(is_near(factor, 0.2) for factor in find_factors(ws, first, grads[0], 0.1))
        raise Problem("the step uses 0.02 for every learning rate: use self.learning_rate"
                      if is_fixed else
                      f"the first step of a second trainer is not -α∂C/∂w: {SHARED}")
    kept = find_ratio(-(second[0] - first[0]) / 0.1 - grads[1][0], grads[0][0])
    if kept is None or abs(kept - 0.5) > 1e-3:
        part = "another part" if kept is None else f"{tidy(kept):.3g}"
        raise Problem(f"with γ = 0.5, {part} of the first update is kept, expected 0.5: use "
                      "self.momentum_gamma")
    try:
        _, after, _ = update_once(student, MOMENTUM, ws, 0.1, way, momentum_gamma=0)
        _, usual, _ = update_once(student, PLAIN, ws, 0.1, way)
    except Problem:
        return      # 2c judges the plain step
    if not all(map(is_close, after, usual)):
        raise Problem("with γ = 0 the step differs from that of SoftmaxTrainer: it should be "
                      "plain gradient descent")


def require_off(student, grads, way):
    """Raise Problem if the second step without momentum still contains a part of the first."""
    try:
        first, second = take_steps(student, grads[:2], 0.1, 0, way)
    except Problem:
        return      # 2c judges the plain step
    start = make_weights(grads[0])
    one, two = (find_ratio(after[0] - before[0], -0.1 * grad[0])
                for before, after, grad in zip((start, first), (first, second), grads))
    if one is not None and (two is None or abs(two - one) > 1e-3):
        raise Problem("with momentum turned off, the second step contains a part of the first: "
                      "is the flag ignored?")
