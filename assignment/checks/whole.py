"""Checks of the whole: the student's own network and trainer take a dozen steps.

The networks have the assignment's own sizes, and others. The weights must be those that the parts
give: the right ones where the parts have passed, and otherwise what the student's own forward and
backward make of them. If all parts pass and the whole does not, one part is left out there, and
loses its points.
"""

import numpy as np

from kit.checking.measuring import UNJUDGED, all_hold, holds
from kit.checking.registry import check
from kit.checking.student import NotImported, NotWritten, Problem

from .depth import judge_deep_backward, judge_deep_forward, judge_deep_update
from .drawing import STEPS
from .experiments import require_built_momentum, require_built_sigmoid, require_built_weights
from .forward import judge_activations, judge_forward
from .gradients import judge_backward
from .momentum import judge_momentum
from .own_network import OwnNetwork, trains_right
from .training import (SIZES, draw_initial_weights, judge_train_step, judge_update,
                       require_initial_weights, require_uniform)
from .tricks import judge_activation, judge_improved_weights, judge_slope, require_deviation

# the cases; those of task 2 come first, and what they charge is not charged again
ONE_LAYER, TRICKS = ("task 2",), ("sigmoid", "momentum", "task 3")
OTHERS = ("task 2, small", "task 3, small", "deep", "deep, task 3", "deep, small", "32 units",
          "128 units", "ten layers")

MODEL = judge_forward, judge_activations, judge_backward
STEP = judge_update, judge_train_step
IMPROVED, MOMENTUM = (judge_activation, judge_slope), (judge_momentum,)
DEEP = judge_deep_forward, judge_deep_backward


def list_parts(own, name):
    """The checks of the parts of a whole: of its network, and of its trainer."""
    improved = own.cls == "task3.ImprovedModel"
    return (MODEL + IMPROVED * improved + DEEP * (name in OTHERS), STEP + MOMENTUM * improved)


@np.errstate(over="ignore", invalid="ignore")       # wrong steps may lead far away
def look_for_culprit(student, name):
    """(what the whole leaves out, what is wrong, the Problem that was raised), or None.

    It leaves out "forward", "backward" or "step".

    A part that is charged already is none. Nor is code that is too slow for these sizes.
    """
    own, problem, steps, after = OwnNetwork(student, name), None, STEPS[0], None
    model_parts, step_parts = list_parts(own, name)
    try:
        steps, after = own.train()
        if own.is_right(steps, after):
            return None
    except (NotWritten, NotImported):
        return None
    except Problem as raised:
        if "did not return" in str(raised):
            return None
        problem = raised
    passed = all(holds(check, student) for check in model_parts)
    # in another layout inputs are added that are 0, and a wrong forward may change them
    if not passed and (problem or student.layout != "kit" and own.inputs < SIZES[0]):
        return None
    try:
        by_hand = own.step_by_hand(steps)
        if passed and not own.is_right(steps, by_hand):
            return (("backward", "the gradients are wrong", None)
                    if own.has_right_outputs() else ("forward", "the outputs are wrong", None))
    except Problem as raised:
        part = "backward" if own.has_right_outputs() else "forward"
        return (part, str(raised), raised) if passed else None
    if not all(holds(check, student) for check in step_parts) or \
            not own.is_stable(steps, by_hand) or not passed and not own.uses_weights():
        return None
    if not problem and (own.agree(after, by_hand) or is_momentum_always_on(own, steps, after)) or \
            trains_right(student, name):
        return None
    if problem:
        return "step", str(problem).replace("take_steps", "train_step"), problem
    return "step", explain_steps(own, steps, after), None


def is_momentum_always_on(own, steps, after):
    """Whether plain steps have the momentum that 3c judges, and charges."""
    return not own.case["gamma"] and not holds(judge_momentum, own.student) and \
        own.agree(after, own.step_by_hand(steps, 0.9))


def explain_steps(own, steps, after):
    """How steps of the trainer are wrong."""
    still = [str(layer + 1) for layer, (w, start) in enumerate(zip(after, own.ws))
             if np.array_equal(w, start)]
    words = f"{steps} calls of train_step"
    if len(still) == len(own.ws):
        return f"{words} move no weight"
    if still:
        return f"{words} do not move the weights of layer {' and '.join(still)}"
    if own.case["gamma"] and own.agree(after, own.step_by_hand(steps, 0)):
        return (f"{words} are plain gradient descent: momentum is right on its own, but does "
                "train_step use it?")
    return f"{words} do not move the weights as the gradients and update do"


def require_whole(student, part, own, names, before=()):
    """Raise Problem if the whole of a case leaves a part out.

    own:    the checks of this part; if they fail, it is charged already.
    before: cases that charge the part elsewhere.
    """
    if not all_hold(student, *own) or any(find_part(student, name) == part for name in before):
        return UNJUDGED
    for name in names:
        if find_part(student, name) == part:
            _, words, problem = find_culprit(student, name)
            raise Problem("the parts are right, but not the whole: with "
                          f"{OwnNetwork(student, name)}, {words}") from problem
    return ""


def find_part(student, name):
    """The part that the whole of a case leaves out, or None."""
    culprit = find_culprit(student, name)
    return culprit and culprit[0]


def find_culprit(student, name):
    """As look_for_culprit, only once for each set of inputs."""
    known = vars(student).setdefault("known_culprits", {})
    key = name, id(student.cases)
    if key not in known:
        known[key] = look_for_culprit(student, name), student.cases
    return known[key][0]


@check("2b", "forward", "outputs in the whole")
def judge_forward_in_whole(student):
    return require_whole(student, "forward", MODEL[:2], ONE_LAYER)


@check("2b", "backward", "gradients in the whole")
def judge_backward_in_whole(student):
    return require_whole(student, "backward", [judge_backward], ONE_LAYER)


@check("2c", "train_step", "weights and a dozen steps in the whole")
def judge_step_in_whole(student):
    if holds(require_initial_weights, student):
        drawn = draw_initial_weights(student, "task2.SoftmaxModel", 3, SIZES)
        for w, fan_in in zip(drawn, SIZES):
            require_uniform(w, fan_in)
    return require_whole(student, "step", STEP, ONE_LAYER)


@check("3a", "forward", "outputs with the improved sigmoid in the whole")
def judge_activation_in_whole(student):
    if holds(judge_activation, student):
        require_built_sigmoid(student)
    return require_whole(student, "forward", [judge_activation], TRICKS, ONE_LAYER)


@check("3a", "slope", "gradients with the improved sigmoid in the whole")
def judge_slope_in_whole(student):
    return require_whole(student, "backward", [judge_slope], TRICKS, ONE_LAYER)


@check("3b", "weights", "weights of the assignment's network")
def judge_weights_in_whole(student):
    if not all_hold(student, judge_improved_weights):
        return UNJUDGED
    drawn = draw_initial_weights(student, "task3.ImprovedModel", 3, SIZES,
                                 use_improved_weight_init=True)
    for layer, (w, fan_in) in enumerate(zip(drawn, SIZES), 1):
        require_deviation(w, fan_in, layer)
    require_built_weights(student)
    return ""


@check("3c", "update", "a dozen steps with momentum in the whole")
def judge_momentum_in_whole(student):
    if holds(judge_momentum, student):
        require_built_momentum(student)
    return require_whole(student, "step", MOMENTUM, TRICKS, ONE_LAYER)


@check("4c", "forward", "outputs in a deep whole", blanks=["2b"])
def judge_deep_forward_in_whole(student):
    return require_whole(student, "forward", DEEP[:1], OTHERS, ONE_LAYER + TRICKS)


@check("4c", "backward_and_update", "a dozen steps in a deep whole", blanks=["2b", "2c"])
def judge_deep_steps_in_whole(student):
    own = judge_deep_backward, judge_deep_update
    words = require_whole(student, "backward", own, OTHERS, ONE_LAYER + TRICKS)
    return words or require_whole(student, "step", own, OTHERS, ONE_LAYER + TRICKS)
