"""The student's own network and trainer, which take a dozen steps together."""

import numpy as np

from kit.checking.measuring import find_problem, is_close, require_matrices
from kit.checking.student import NotImported, NotWritten, Problem

from .drawing import GRADS, STEPS, draw_batches, draw_weights, summarise
from .network import make_network, put_weights, read_list, require_new_weights
from .stepping import replace_wrong_loss

CLOSE = 2e-3        # of the length of a layer's way: errors of the parts add up
SLOW = 0.5          # seconds for a few steps
FAR = 1e6           # weights that are larger have run away


class OwnNetwork:
    """The student's own network of a case, and its trainer."""

    def __init__(self, student, name):
        self.student, self.case = student, student.cases["whole"][name]
        self.inputs, *self.layers = self.case["sizes"].tolist()
        self.cls, self.trainer, self.flags = "task2.SoftmaxModel", "task2.SoftmaxTrainer", {}
        if self.case["improved"] or self.case["gamma"]:
            self.cls, self.trainer = "task3.ImprovedModel", "task3.MomentumTrainer"
            self.flags = {"use_improved_sigmoid": self.case["improved"]}
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
        dataset = student.call("stand_in.make_dataset",
                               student.get("task2.Dataset", keep=True), batches, keep=True)
        gamma = {"momentum_gamma": self.case["gamma"]} if self.flags else {}
        trainer = student.call(self.trainer, model, dataset, self.case["rate"],
                               self.case["batch"], keep=True, **gamma)
        if self.inputs < 100:       # it may have been too slow for larger ones
            student.endless.pop("take_steps", None)
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
            put_weights(student, model, ws)
            outputs = student.call((model, "forward"), X)
            student.call((model, "backward"), X, outputs, targets)
            grads = require_matrices(read_list(student, model, "grads"), ws, "grads")
            moves = [gamma * move + grad for move, grad in zip(moves, grads)]
            ws = require_matrices(read_list(student, model, "ws"), ws, "ws")   # if it moves them
            ws = [w - self.case["rate"] * move for w, move in zip(ws, moves)]
        return ws

    def is_right(self, steps, ws):
        """Whether the weights have moved as the reference's."""
        return all(np.abs(summarise(self.case, w - start, layer) - right).max()
                   <= CLOSE * right[-1] for layer, (w, start, right) in
                   enumerate(zip(ws, self.ws, self.case[f"after {steps}"])))

    def agree(self, ws, others):
        """Whether the weights have moved in the same way twice."""
        return all(is_close(one - start, other - start, CLOSE)
                   for one, other, start in zip(ws, others, self.ws))

    def is_stable(self, steps, ws):
        """Whether a second run gives these weights: not if they are drawn, or run away."""
        return all(np.abs(w).max() < FAR for w in ws) and \
            self.agree(ws, self.step_by_hand(steps))

    def require_outputs(self):
        """Raise Problem unless the outputs for the first batch, and parts of it, are right."""
        model, X = self.make_model(), self.batches[0][0]
        for N in (len(X), 1, 3):
            outputs = self.student.call((model, "forward"), X[:N], pure=True)
            if not isinstance(outputs, np.ndarray) or \
                    not is_close(outputs, self.case["outputs"][:N]):
                raise Problem("the outputs are wrong")
        if len(self.ws) == 2:
            require_new_weights(self.student, model, self.ws, X)

    def require_gradients(self):
        """Raise Problem unless the gradients for the first batch, and parts of it, are right."""
        student, model, (X, targets) = self.student, self.make_model(), self.batches[0]
        for N in GRADS:
            outputs = student.call((model, "forward"), X[:N])
            student.call((model, "backward"), X[:N], outputs, targets[:N], pure=True)
            grads = require_matrices(read_list(student, model, "grads"), self.ws, "grads")
            for layer, (grad, right) in enumerate(zip(grads, self.case[f"grads of {N}"])):
                if np.abs(summarise(self.case, grad, layer) - right).max() > 2e-4 * right[-1]:
                    raise Problem("the gradients are wrong")

    def has_right_outputs(self):
        """Whether the outputs for the first batch are right."""
        try:
            self.require_outputs()
        except Problem:
            return False
        return True


def moves_right(student, *names):
    """Whether the weights of own networks move as their gradients say, and move at all."""
    try:
        for name in names:
            own = OwnNetwork(student, name)
            steps, after = own.train()
            by_hand = own.step_by_hand(steps)
            if not own.agree(after, by_hand) or \
                    any(np.array_equal(w, start) for w, start in zip(by_hand, own.ws)):
                return False
        return True
    except Problem:
        return False


def excuse_width(student, judge, judge_at_size):
    """Raise the Problem of a check unless only other widths than the assignment's show it.

    4c charges it then.

    judge: a check of small networks; judge_at_size: one of an OwnNetwork.
    """
    problem = find_problem(judge, student)
    if problem is None:
        return
    if isinstance(problem, (NotWritten, NotImported)) or student.layout != "kit":
        raise problem
    slow = dict(student.endless)
    try:
        judge_at_size(OwnNetwork(student, "task 2"))
    except Problem:
        student.endless = slow      # what is too slow there may be fast enough elsewhere
        raise problem from None
