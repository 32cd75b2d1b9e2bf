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
EPOCHS = 3, 5       # of `train`, and the batches of each
GENTLE = 0.002      # a learning rate with which each step has a lower loss: `train` keeps the last


class OwnNetwork:
    """The student's own network of a case, and its trainer; changes: of its rate and gamma."""

    def __init__(self, student, name, **changes):
        self.student, self.case = student, student.cases["whole"][name]
        self.inputs, *self.layers = self.case["sizes"].tolist()
        self.cls, self.trainer, self.flags = "task2.SoftmaxModel", "task2.SoftmaxTrainer", {}
        if self.case["improved"] or self.case["gamma"]:
            self.cls, self.trainer = "task3.ImprovedModel", "task3.MomentumTrainer"
            self.flags = {"use_improved_sigmoid": self.case["improved"]}
        self.case = {**self.case, **changes}
        self.ws, self.batches = draw_weights(self.case), draw_batches(self.case)

    def __str__(self):
        words = f"{self.inputs} inputs and layers of {', '.join(map(str, self.layers))}"
        return words + " and the improved sigmoid" * bool(self.case["improved"])

    def make_model(self):
        """A Handle of the network."""
        return make_network(self.student, self.ws, self.cls, **self.flags)

    def make_trainer(self, model, copies=1):
        """A Handle of the network's trainer, with some copies of the first batch."""
        student, (X, targets) = self.student, self.batches[0]
        data = (np.tile(one, (copies, 1)) for one in (X, targets))
        dataset = student.call("task2.Dataset", *data, X, targets, keep=True)
        gamma = {"momentum_gamma": self.case["gamma"]} if self.flags else {}
        return student.call(self.trainer, model, dataset, self.case["rate"], self.case["batch"],
                            keep=True, **gamma)

    def train(self, few_or_all=STEPS):
        """(how many steps the student's trainer takes, the weights after them)."""
        student, model = self.student, self.make_model()
        batches = student.call("builtins.list", self.batches, keep=True)
        trainer = self.make_trainer(model)
        slow = dict(student.endless)
        if self.inputs < 100:       # it may be too slow for larger ones only
            student.endless.pop("take_steps", None)
        with replace_wrong_loss(student):
            steps = student.call("stand_in.take_steps", trainer, batches, *few_or_all, SLOW)
        student.endless = slow
        if steps not in few_or_all:
            raise Problem("train_step interfered with the checks")
        return steps, require_matrices(read_list(student, model, "ws"), self.ws, "ws")

    def step_by_hand(self, steps, gamma=None, keeps_gradients=False):
        """The weights after right steps with the gradients of the student's own network.

        keeps_gradients: the previous gradient counts, not the previous update.
        """
        student, model = self.student, self.make_model()
        gamma = self.case["gamma"] if gamma is None else gamma
        ws, kept = [w.copy() for w in self.ws], [0 * w for w in self.ws]
        for step in range(steps):
            X, targets = self.batches[step % len(self.batches)]
            put_weights(student, model, ws)
            outputs = student.call((model, "forward"), X)
            student.call((model, "backward"), X, outputs, targets)
            grads = require_matrices(read_list(student, model, "grads"), ws, "grads")
            moves = [gamma * last + grad for last, grad in zip(kept, grads)]
            kept = grads if keeps_gradients else moves
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

    def uses_weights(self):
        """Whether the outputs change with each matrix: then they are those of these weights."""
        X, factors = self.batches[0][0], [np.ones(len(self.ws)), *1 + np.eye(len(self.ws))]
        outputs, *others = [self.student.call((make_network(
            self.student, [factor * w for factor, w in zip(row, self.ws)], self.cls,
            **self.flags), "forward"), X) for row in factors]
        return not any(np.array_equal(one, outputs) for one in others)

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


def is_right_in_whole(student, name):
    """Whether the steps of a student's trainer with an own network are right."""
    own = OwnNetwork(student, name)
    try:
        return own.is_right(*own.train())
    except Problem:
        return False


class Alike(OwnNetwork):
    """An own network whose examples are all alike: their order does not matter to `train`.

    Nor does it matter which weights `train` keeps, since each step makes the loss lower.
    """

    def __init__(self, student, name, **changes):
        super().__init__(student, name, **{**changes, "rate": GENTLE})
        X, targets = self.batches[0]
        self.batches = [(X[:1].repeat(len(X), 0), targets[:1].repeat(len(X), 0))]

    def run(self):
        """(how many steps the student's `train` takes, the weights after them)."""
        model, (epochs, batches) = self.make_model(), EPOCHS
        trainer = self.make_trainer(model, batches)
        with replace_wrong_loss(self.student):
            self.student.call((trainer, "train"), epochs, keep=True)
        found = read_list(self.student, model, "ws")
        return epochs * batches, require_matrices(found, self.ws, "ws")

    def moves_otherwise(self):
        """Whether `train` moves the weights otherwise than as many calls of train_step."""
        try:
            steps, after = self.run()
            return not self.agree(after, self.train((STEPS[0], steps))[1])
        except Problem:
            return True


def trains_downhill(student):
    """Whether `train` moves all weights in about the direction of right steps, if these do.

    It counts as right if it raises, which other checks report.
    """
    own = Alike(student, "task 2, small")
    try:
        steps, after = own.run()
        ways = zip(after, own.step_by_hand(steps), own.ws)
        return all(((w - start) * (right - start)).sum() > 0 or np.array_equal(right, start)
                   for w, right, start in ways)
    except Problem:
        return True


def trains_plainly(student):
    """Whether `train` takes plain steps, though train_step takes others, with momentum."""
    for name in ("task 3, small", "momentum"):      # code may refuse small sizes
        own, slow = Alike(student, name), dict(student.endless)
        try:
            steps, after = own.run()
            return own.agree(after, own.step_by_hand(steps, 0)) and \
                not own.agree(after, own.step_by_hand(steps)) and \
                not own.agree(after, own.train((STEPS[0], steps))[1])
        except Problem:
            student.endless = slow      # it may be too slow for these sizes only
    return False


def moves_right(student, *names, changes=({},)):
    """Whether the weights of own networks move as their gradients say, and move at all."""
    return all(is_moved_right(own, own.train) for own in
               (OwnNetwork(student, name, **change) for name in names for change in changes))


def trains_right(student, *names, changes=({},)):
    """Whether `train` moves the weights as the gradients say, and train_step does not.

    So a trainer may take its steps, or its momentum, in `train`.
    """
    found = [Alike(student, name, **change) for name in names for change in changes]
    return found[0].moves_otherwise() and all(is_moved_right(own, own.run) for own in found)


def is_moved_right(own, train):
    """Whether all weights move, and as the gradients of the student's own network say."""
    try:
        steps, after = train()
        by_hand = own.step_by_hand(steps)
    except Problem:
        return False
    return own.agree(after, by_hand) and \
        not any(np.array_equal(w, start) for w, start in zip(by_hand, own.ws))


def excuse_width(student, judge, judge_at_size):
    """Raise the Problem of a check unless only other widths than the assignment's show it.

    4c charges it then.

    judge: a check of small networks; judge_at_size: one of an OwnNetwork.
    """
    problem = find_problem(judge, student)
    if problem is None:
        return
    if isinstance(problem, (NotWritten, NotImported)):
        raise problem
    slow = dict(student.endless)
    try:
        judge_at_size(OwnNetwork(student, "task 2"))
    except Problem:
        student.endless = slow      # what is too slow there may be fast enough elsewhere
        raise problem from None
