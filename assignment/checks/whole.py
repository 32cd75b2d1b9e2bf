"""Checks of the whole: the student's own network and trainer take a dozen steps.

The networks have the assignment's own sizes, and others. The weights must be those that the parts
give: the right ones where the parts have passed, and otherwise what the student's own forward and
backward make of them. If all parts pass and the whole does not, one part is left out there, and
loses its points.
"""

import numpy as np

from kit.checking.measuring import UNJUDGED, all_hold, holds, is_close, require_matrices
from kit.checking.registry import check
from kit.checking.student import NotImported, NotWritten, Problem

from .depth import judge_deep_backward, judge_deep_forward, judge_deep_update
from .drawing import STEPS, draw_batches, draw_weights, project
from .gradients import judge_backward
from .momentum import judge_momentum
from .network import judge_activations, judge_forward, make_network, read_list
from .training import (draw_initial_weights, judge_initial_weights, judge_train_step,
                       judge_update, replace_wrong_loss, require_uniform)
from .tricks import judge_activation, judge_improved_weights, judge_slope, require_deviation

CLOSE = 2e-3        # of the length of a layer's way: errors of the parts add up
SLOW = 0.5          # seconds for a few steps
FAR = 1e6           # weights that are larger have run away
SIZES = 785, 64, 10
# the cases; those of task 2 come first, and what they charge is not charged again
ONE_LAYER, TRICKS = ("task 2",), ("sigmoid", "momentum", "task 3")
OTHERS = "task 2, small", "task 3, small", "deep", "deep, task 3", "deep, small"

MODEL = judge_forward, judge_activations, judge_backward
STEP = judge_update, judge_train_step
IMPROVED, MOMENTUM = (judge_activation, judge_slope), (judge_momentum,)
DEEP = judge_deep_forward, judge_deep_backward


class Whole:
    """The student's own network of a case, and its trainer."""

    def __init__(self, student, name):
        self.student, self.case = student, student.cases["whole"][name]
        self.inputs, *self.layers = self.case["sizes"].tolist()
        self.model_parts, self.step_parts = MODEL, STEP
        self.cls, self.trainer, self.flags = "task2.SoftmaxModel", "task2.SoftmaxTrainer", {}
        if self.case["improved"] or self.case["gamma"]:
            self.cls, self.trainer = "task3.ImprovedModel", "task3.MomentumTrainer"
            self.flags = {"use_improved_sigmoid": self.case["improved"]}
            self.model_parts, self.step_parts = MODEL + IMPROVED, STEP + MOMENTUM
        if name in OTHERS:
            self.model_parts += DEEP
        self.ws, self.batches = draw_weights(self.case), draw_batches(self.case)

    def __str__(self):
        return f"{self.inputs} inputs and layers of {', '.join(map(str, self.layers))}"

    def make_model(self):
        """A Handle of the network."""
        return make_network(self.student, self.ws, self.cls, **self.flags)

    def train(self):
        """(how many steps the student's trainer takes, the weights after them)."""
        student, model = self.student, self.make_model()
        batches = student.call("builtins.list", self.batches, keep=True)
        dataset = student.call("task2.Dataset", *self.batches[0], *self.batches[0], keep=True)
        gamma = {"momentum_gamma": self.case["gamma"]} if self.flags else {}
        trainer = student.call(self.trainer, model, dataset, self.case["rate"],
                               self.case["batch"], keep=True, **gamma)
        with replace_wrong_loss(student):
            steps = student.call("stand_in.take_steps", trainer, batches, *STEPS, SLOW)
        if steps not in STEPS:
            raise Problem("train_step interfered with the checks")
        return steps, require_matrices(read_list(student, model, "ws"), self.ws, "ws")

    def step_by_hand(self, steps, gamma=None):
        """The weights after right steps with the gradients of the student's own network."""
        student, model = self.student, self.make_model()
        gamma = self.case["gamma"] if gamma is None else gamma
        ws, moves = [w.copy() for w in self.ws], [0 * w for w in self.ws]
        for step in range(steps):
            X, targets = self.batches[step % len(self.batches)]
            student.set((model, "ws"), ws)
            outputs = student.call((model, "forward"), X)
            student.call((model, "backward"), X, outputs, targets)
            grads = require_matrices(read_list(student, model, "grads"), ws, "grads")
            moves = [gamma * move + grad for move, grad in zip(moves, grads)]
            ws = [w - self.case["rate"] * move for w, move in zip(ws, moves)]
        return ws

    def is_right(self, steps, ws):
        """Whether the weights have moved as the reference's."""
        return all(np.abs(project(self.case, w - start, layer) - right).max() <= CLOSE * length
                   for layer, (w, start, (*right, length)) in
                   enumerate(zip(ws, self.ws, self.case[f"after {steps}"])))

    def agree(self, ws, others):
        """Whether the weights have moved in the same way twice."""
        return all(is_close(one - start, other - start, CLOSE)
                   for one, other, start in zip(ws, others, self.ws))

    def is_stable(self, steps, ws):
        """Whether a second run gives these weights: not if they are drawn, or run away."""
        return all(np.abs(w).max() < FAR for w in ws) and \
            self.agree(ws, self.step_by_hand(steps))

    def has_right_outputs(self):
        """Whether the outputs for the first batch are right."""
        outputs = self.student.call((self.make_model(), "forward"), self.batches[0][0])
        return isinstance(outputs, np.ndarray) and is_close(outputs, self.case["outputs"])

    def find_culprit(self):
        """("forward", "backward" or "step": what the whole leaves out, what is wrong), or None.

        A part that is charged already is none. Nor is code that is too slow for these sizes.
        """
        student, problem, steps, after = self.student, None, STEPS[0], None
        try:
            steps, after = self.train()
            if self.is_right(steps, after):
                return None
        except (NotWritten, NotImported):
            return None
        except Problem as raised:
            if "did not return" in str(raised):
                return None
            problem = raised
        passed = all(holds(one, student) for one in self.model_parts)
        if problem and not passed:
            return None
        try:
            by_hand = self.step_by_hand(steps)
            if passed and not self.is_right(steps, by_hand):
                return (("backward", "the gradients are wrong") if self.has_right_outputs() else
                        ("forward", "the outputs are wrong"))
        except Problem as raised:
            return ("backward", str(raised)) if passed else None
        if not all(holds(one, student) for one in self.step_parts) or \
                not self.is_stable(steps, by_hand):
            return None
        if problem:
            return "step", str(problem).replace("take_steps", "train_step")
        return None if self.agree(after, by_hand) else ("step", self.explain_steps(steps, after))

    def explain_steps(self, steps, after):
        """How steps of the trainer are wrong."""
        still = [str(layer + 1) for layer, (w, start) in enumerate(zip(after, self.ws))
                 if np.array_equal(w, start)]
        words = f"{steps} calls of train_step"
        if len(still) == len(self.ws):
            return f"{words} move no weight"
        if still:
            return f"{words} do not move the weights of layer {' and '.join(still)}"
        if self.case["gamma"] and self.agree(after, self.step_by_hand(steps, 0)):
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
            raise Problem(f"the parts are right, but not the whole: with {Whole(student, name)}, "
                          f"{find_culprit(student, name)[1]}")
    return ""


def find_part(student, name):
    """The part that the whole of a case leaves out, or None."""
    culprit = find_culprit(student, name)
    return culprit and culprit[0]


def find_culprit(student, name):
    """Whole.find_culprit, only once for each set of inputs."""
    known = vars(student).setdefault("known_culprits", {})
    key = name, id(student.cases)
    if key not in known:
        known[key] = Whole(student, name).find_culprit(), student.cases
    return known[key][0]


@check("2b", "forward", "outputs in the whole")
def judge_forward_in_whole(student):
    return require_whole(student, "forward", MODEL[:2], ONE_LAYER)


@check("2b", "backward", "gradients in the whole")
def judge_backward_in_whole(student):
    return require_whole(student, "backward", [judge_backward], ONE_LAYER)


@check("2c", "train_step", "weights and a dozen steps in the whole")
def judge_step_in_whole(student):
    if holds(judge_initial_weights, student):
        drawn = draw_initial_weights(student, "task2.SoftmaxModel", 3, SIZES)
        for w, fan_in in zip(drawn, SIZES):
            require_uniform(w, fan_in)
    return require_whole(student, "step", STEP, ONE_LAYER)


@check("3a", "forward", "outputs with the improved sigmoid in the whole")
def judge_activation_in_whole(student):
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
    return ""


@check("3c", "update", "a dozen steps with momentum in the whole")
def judge_momentum_in_whole(student):
    return require_whole(student, "step", MOMENTUM, TRICKS, ONE_LAYER)


@check("4c", "forward", "outputs in a deep whole", blanks=["2b"])
def judge_deep_forward_in_whole(student):
    return require_whole(student, "forward", DEEP[:1], OTHERS, ONE_LAYER + TRICKS)


@check("4c", "backward_and_update", "a dozen steps in a deep whole", blanks=["2b", "2c"])
def judge_deep_steps_in_whole(student):
    own = judge_deep_backward, judge_deep_update
    words = require_whole(student, "backward", own, OTHERS, ONE_LAYER + TRICKS)
    return words or require_whole(student, "step", own, OTHERS, ONE_LAYER + TRICKS)
