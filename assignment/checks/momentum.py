"""Check of momentum: subtask 3c."""

import numpy as np

from kit.checking.measuring import close, near, ratio, times
from kit.checking.registry import check
from kit.checking.student import Problem
from .training import PLAIN, factors, initial, moved, trainer_of, weights


@check("3c", "update", "seven steps with momentum")
def momentum(student):
    case, rate = student.cases["momentum"], 0.02
    found = steps_of(student, case["grads"], rate, 0.9)
    right = as_expected(found, case, rate)
    if all(right):
        judge_gamma(student, case["grads"])
        judge_off(student, case["grads"])
    elif not all(as_expected(found, case, rate * charged_already(student, rate))):
        raise Problem(momentum_hint(found, right, case, rate))


def as_expected(found, case, rate):
    """Return for each step whether all weights are right for this learning rate."""
    starts = initial(case["grads"][0])
    return [all(close(w - start, rate * far, 1e-6 + 2e-4) for w, start, far in
                zip(ws, starts, far)) for ws, far in zip(found, case["moved"])]


def charged_already(student, rate):
    """The factor of a wrong plain step, which 2c judges, if one function does both steps."""
    if student.layout == "kit":
        return 1
    ws = initial(student.cases["momentum"]["grads"][0])
    try:
        found = factors(*moved(student, PLAIN, ws, rate), rate)
    except Problem:
        return 1
    return found[0] if None not in found and found[0] and np.ptp(found) < 1e-3 else 1


def steps_of(student, grads, rate, gamma):
    """The weights after each step."""
    found, ws = [], initial(grads[0])
    trainer, model = trainer_of(student, "task3.MomentumTrainer", ws, rate, momentum_gamma=gamma)
    for step in grads:
        student.set((model, "grads"), step)
        student.call((trainer, "update"))
        found.append(weights(student, model, ws))
    return found


def momentum_hint(found, right, case, rate):
    """Name the first step with wrong weights, and the likeliest mistake."""
    first = right.index(False)
    befores = [initial(case["grads"][0]), *found]
    jumps = [[new - old for new, old in zip(after, before)]
             for before, after in zip(befores, found)]      # of each step, per layer
    plain = [all(close(jump, -rate * grad, 1e-3) for jump, grad in zip(*pair))
             for pair in zip(jumps, case["grads"])]
    factor = ratio(np.concatenate([jump.ravel() for jump in jumps[0]]),
                   -rate * np.concatenate([grad.ravel() for grad in case["grads"][0]]))
    words = f"with γ = 0.9 and α = {rate}, step {first + 1} is the first wrong step"
    if all(plain):
        return (words + ": every step is plain gradient descent; is the previous update never "
                "stored?")
    if first >= 2:
        return (f"{words}, the {'two' if first == 2 else first} before are right: is the previous "
                "gradient stored instead of the previous update?")
    if first == 0 and factor == 0:
        return words + ": it changes no weight; is the update used one step late?"
    if first == 0 and factor is not None:
        return (f"{words}: the weights move by {times(factor)} -α∂C/∂w"
                + first_step_hint(factor, rate))
    if first == 1:
        kept = [ratio(-jump / rate - grad, before) for jump, grad, before in
                zip(jumps[1], case["grads"][1], case["grads"][0])]
        if None not in kept:
            return words + f": {kept[0]:.3g} of the first update is kept, expected γ = 0.9"
    still = [layer + 1 for layer, jump in enumerate(jumps[first]) if not jump.any()]
    return words + (f": layer {still[0]} does not move" if still else "")


def first_step_hint(factor, rate):
    """The likeliest mistake if the first step has a wrong factor."""
    if near(factor, 1 / rate):
        return ": is the learning rate left out?"
    if near(factor, 0.1):
        return ", a factor of 1 - γ: is it a moving average?"
    if near(factor, -1):
        return ": that goes up the gradient"
    if near(factor, 1.9):
        return ": is the new gradient counted twice?"
    return ""


def judge_gamma(student, grads):
    """Raise Problem unless momentum_gamma decides how much is kept, and 0 keeps nothing."""
    ws = initial(grads[0])
    first, second = steps_of(student, grads[:2], 0.1, 0.5)
    if not all(close(w - start, -0.1 * grad) for w, start, grad in zip(first, ws, grads[0])):
        raise Problem("the first step of a second trainer is not -α∂C/∂w: do trainers share the "
                      "stored updates?")
    kept = ratio(-(second[0] - first[0]) / 0.1 - grads[1][0], grads[0][0])
    if kept is None or abs(kept - 0.5) > 1e-3:
        share = "another part" if kept is None else f"{kept:.3g}"
        raise Problem(f"with γ = 0.5, {share} of the first update is kept: use "
                      "self.momentum_gamma")
    try:
        before, after, given = moved(student, "task3.MomentumTrainer", ws, 0.1, momentum_gamma=0)
        usual = moved(student, PLAIN, ws, 0.1)[1]
    except Problem:
        return      # 2c judges the plain step
    if not all(map(close, after, usual)):
        raise Problem("with γ = 0 the step differs from that of SoftmaxTrainer: it should be "
                      "plain gradient descent")


def judge_off(student, grads):
    """Raise Problem if the second step without momentum still contains a part of the first."""
    try:
        first, second = steps_of(student, grads[:2], 0.1, 0)
    except Problem:
        return      # 2c judges the plain step
    lengths = [ratio(after[0] - before[0], -0.1 * grad[0])
               for before, after, grad in zip((initial(grads[0]), first), (first, second), grads)]
    if lengths[0] is not None and (lengths[1] is None or abs(lengths[1] - lengths[0]) > 1e-3):
        raise Problem("with momentum turned off, the second step contains a part of the first: "
                      "is the flag ignored?")
