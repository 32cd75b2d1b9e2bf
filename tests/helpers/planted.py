# ruff: noqa: E501 (lines of the reference are as long as they are there)
"""Faults, and right code in another style, planted in a copy of the reference's scripts."""
import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from here import BY_ID, CHECKS, ROOT
from kit.check import FAILED, PASSED, run_checks

SCRIPTS = ("utils.py", "task2.py", "task3.py", "task4.py")
WORKERS = 2

# ------------------------------------------------------------- lines of the reference, to be changed

NORMALISED = "    normalised = (X - mean) / std\n"
APPENDED = "    return np.hstack([normalised, np.ones((len(X), 1))])\n"
LOSS = "    return -np.sum(targets * log_outputs) / len(targets)\n"
ACCURACY = "    return float(np.mean(outputs.argmax(axis=1) == targets.argmax(axis=1)))\n"
SIGMOID = "    return (1 + np.tanh(z / 2)) / 2\n"
SOFTMAX = "        self.activations.append(softmax(z))\n"
DELTA = "        delta = -(targets - outputs) / len(X)                    # (N, K)\n"
SLOPE = "        return a * (1 - a)\n"
HIDDEN = """        for w in self.ws[:-1]:
            z = self.activations[-1] @ w                         # (N, J)
            self.activations.append(self.activation(z))
        z = self.activations[-1] @ self.ws[-1]                   # (N, K)
"""
BACK = """        for layer in reversed(range(len(self.ws))):
            a = self.activations[layer]                          # (N, fan-in)
            self.grads[layer] = a.T @ delta                      # (fan-in, units)
            if layer > 0:
                delta = self.slope(a) * (delta @ self.ws[layer].T)  # (N, fan-in)
"""
ORDER = "    order = rng.permutation(len(X)) if shuffle else np.arange(len(X))\n"
DRAWN = "        return rng.uniform(-1, 1, (fan_in, units))\n"
LAYERS = "        for w, grad in zip(self.model.ws, self.model.grads):\n"
STEP = "            w -= self.learning_rate * grad\n"
BEST = """        if val_loss < self.best_loss:
            self.best_loss, self.best_step = val_loss, self.step
            self.best_ws = [w.copy() for w in self.model.ws]
"""
IMPROVED = "        return 1.7159 * np.tanh(2 / 3 * z)\n"
IMPROVED_SLOPE = "        return 1.7159 * 2 / 3 * (1 - (a / 1.7159) ** 2)\n"
SIGMOID_FLAG = """        if not self.use_improved_sigmoid:
            return super().activation(z)
"""
NORMAL = "        return rng.normal(0, 1 / np.sqrt(fan_in), (fan_in, units))\n"
MOMENTUM = """            velocity *= self.momentum_gamma
            velocity += grad
            w -= self.learning_rate * velocity
"""
MOMENTUM_LOOP = """        for w, grad, velocity in zip(self.model.ws, self.model.grads, self.velocity):
"""
PLAIN_IF_OFF = """        if not self.momentum_gamma:
            return super().update()
"""

FIRST = "        self.activations = [X]\n"
TRAIN_STEP = """        outputs = self.model.forward(X_batch)
        loss = cross_entropy_loss(Y_batch, outputs)
        self.model.backward(X_batch, outputs, Y_batch)
        self.update()
        return loss
"""
SOFTMAX_BODY = """    with np.errstate(over="ignore"):  # a difference beyond the floats is -inf, and exp of it 0
        exponentials = np.exp(z - z.real.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)
"""
WIDTH = """    width = 1
    while parameters(width + 1) <= budget:
        width += 1
    return min((width, width + 1), key=lambda candidate: abs(parameters(candidate) - budget))
"""
COUNT = "    return sum(fan_in * units for fan_in, units in zip(layers, layers[1:]))\n"
IMPROVED_INIT = "        super().__init__(neurons_per_layer, num_inputs, rng)\n"
STATISTICS = "    return float(np.mean(X_train)), float(np.std(X_train))\n"
ONE_HOT = "    return np.eye(num_classes)[labels.astype(int)]\n"
CALCULATE = "    return accuracy_of(predict(model, X), targets)\n"
BATCHES = """    for start in range(0, len(X), batch_size):
        rows = order[start:start + batch_size]
        yield X.take(rows, axis=0), Y.take(rows, axis=0)
"""
SUMS = "            z = self.activations[-1] @ w                         # (N, J)\n"
LAST_SUM = "        z = self.activations[-1] @ self.ws[-1]                   # (N, K)\n"
RETURN = SOFTMAX + "        return self.activations[-1]\n"
GRAD = "            self.grads[layer] = a.T @ delta                      # (fan-in, units)\n"
BACK_ONE = "delta = self.slope(a) * (delta @ self.ws[layer].T)"


# ------------------------------------------------------------------------------------- planting

@dataclass(frozen=True)
class Planted:
    """What is planted, and what it should cost.

    name:  what it is, in a few words.
    edits: (script without .py, old text, new text), one or several; without an old text the new
           one goes before the script's imports.
    costs: {subtask: points lost}; every other subtask keeps its points.
    hint:  a part of what the checks say.
    """
    name: str
    edits: tuple
    costs: dict
    hint: str = ""

    def __str__(self):
        return self.name


def fault(name, *edits, costs, hint=""):
    """A Planted, for tables."""
    return Planted(name, edits, costs, hint)


def plant(folder, edits):
    """Write the scripts with the edits into a folder; each old text must occur exactly once."""
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in SCRIPTS}
    for script, old, new in edits:
        name = f"{script}.py"
        if not old:
            docstring, imports = re.split(r"^(?=import |from )", texts[name],
                                          maxsplit=1, flags=re.MULTILINE)
            texts[name] = f"{docstring}{new}\n{imports}"
            continue
        if texts[name].count(old) != 1:
            raise ValueError(f"{name} holds {texts[name].count(old)} times, not once: {old!r}")
        texts[name] = texts[name].replace(old, new)
    for name, text in texts.items():
        (Path(folder) / name).write_text(text, encoding="utf-8")


def check_edits(edits, subtasks=None):
    """The CheckReport of the scripts with the edits."""
    with TemporaryDirectory() as folder:
        plant(folder, edits)
        return run_checks(subtasks, folder)


class Reports:
    """The reports of a module's Planted: computed ahead, two at a time, since most of it is
    waiting; or each when it is asked for, where pytest runs in several processes already."""

    def __init__(self, request):
        items = [] if "PYTEST_XDIST_WORKER" in os.environ else request.session.items
        self.pool = ThreadPoolExecutor(WORKERS)
        self.futures = {}
        for item in items:
            planted = getattr(item, "callspec", None) and item.callspec.params.get("planted")
            if planted and item.module is request.module:
                self.submit(planted)

    def submit(self, planted):
        """The future report."""
        return self.futures.setdefault(planted.name, self.pool.submit(check_edits, planted.edits))

    def of(self, planted):
        """The CheckReport."""
        return (self.futures.get(planted.name) or self.submit(planted)).result()


def count_losses(report):
    """{subtask: points lost}; 2c's point for the helpers counts for 2c."""
    lost = {name: sum(BY_ID[name].by_code.values()) - (report.count_points(BY_ID[name]) or 0)
            for name in report.subtasks}
    return {name: points for name, points in lost.items() if points}


def join_words(report, state=FAILED):
    """What the report says of its failed checks, a line each."""
    return "\n".join(f"{result.subtask}  {result.title}: {result.words}"
                     for result in report.results if result.state == state)


def judge(report, planted):
    """Assert that a report charges a fault where it was planted, and names it."""
    said = join_words(report) or "nothing failed"
    assert count_losses(report) == planted.costs, f"costs {count_losses(report)}:\n{said}"
    # each check has come to an end, and says what is wrong in one sentence
    assert len(report.results) == len(CHECKS)
    for result in report.results:
        assert result.state == PASSED or 10 < len(result.words) <= 500, result
        assert "\n" not in result.words and "cannot be judged" not in result.words
    assert planted.hint in said, f"{planted.hint!r} is not in:\n{said}"
