# ruff: noqa: E501 (what is planted is as long as it is)
"""Right code in the starter code's layout, in many styles: all points, and no check fails."""
import json
from functools import cache

import pytest
from planted.judging import list_params

from starter_lines import (ACCURACY, APPENDED, BETTER, COPIES, DELTA, DIVIDED, FORWARD, GRAD, GRADS,
                           LAYER_LOOP, LAYERS, LOSS, MOMENTUM, NORMAL, OUTPUTS, SCALED, SHUFFLE,
                           SLOPE, STATISTICS, UNIFORM)
from starter_planted import base, count_losses, draw_hidden, failed, judged, planted, said

pytestmark = pytest.mark.faults

TASK2A, TASK2 = base()["task2a.py"], base()["task2.py"]
SIGNATURE = "def pre_process_images(X, mean=33.55, std=78.88):\n"
MAIN_2 = TASK2[TASK2.index('if __name__ == "__main__"'):]
MAIN_2A = TASK2A[TASK2A.index('if __name__ == "__main__"'):]
WITHOUT_ARGUMENTS = (("task2", STATISTICS, ""),
                     ("task2", "    X_train = pre_process_images(X_train, mean, std)\n    X_val = pre_process_images(X_val, mean, std)\n",
                      "    X_train = pre_process_images(X_train)\n    X_val = pre_process_images(X_val)\n"),
                     ("task2a", "    mean, std = X_train.mean(), X_train.std()\n    X_train = pre_process_images(X_train, mean, std)\n",
                      "    X_train = pre_process_images(X_train)\n"))
STEP_LOOP = TASK2[TASK2.index("        for i in range(len(self.model.ws)):"):TASK2.index("        return loss\n\n")]
BACKWARD = TASK2A[TASK2A.index("        self.grads = [None] * len(self.ws)\n"):TASK2A.index("        for grad, w in zip(self.grads, self.ws):")]
CONSTRUCTOR_TRAINER = TASK2[TASK2.index("    def __init__(self, momentum_gamma"):TASK2.index("    def train_step")]


def unguarded(main):
    """The lines of a main block, at the top level."""
    return "\n".join(line[4:] for line in main.split("\n")[1:])


STYLES = {
    "as it is": [],
    "a loss below those of a list": [("trainer", BETTER, "                    if np.all(val_loss < [best_loss]):\n")],
    "a constructor that prints the second matrix's shape, and what forward needs above it":
        [("task2a", GRADS, GRADS.replace("\n\n", "\n        self.depth = len(self.ws)\n        print(self.ws[1].shape)\n\n")), ("task2a", "        self.layers = [X]\n", "        self.layers = [X][:self.depth]\n")],
    "gradients added up, and forgotten by zero_grad in train_step":
        [("task2a", "        self.grads = [None] * len(self.ws)\n", "        old, self.grads = self.grads, [None] * len(self.ws)\n"),
         ("task2a", GRAD, GRAD + "            if old[layer] is not None:\n                self.grads[layer] += old[layer]\n"),
         ("task2", "        outputs = self.model.forward(X_batch)\n        self.model.back", "        self.model.zero_grad()\n        outputs = self.model.forward(X_batch)\n        self.model.back")],
    "numbers typed in": [("task2a", SIGNATURE, "def pre_process_images(X):\n    mean, std = 33.5528, 78.8755\n"), *WITHOUT_ARGUMENTS],
    "numbers of all training images": [("task2a", SIGNATURE, "def pre_process_images(X):\n    mean, std = 33.318, 78.567\n"), *WITHOUT_ARGUMENTS],
    "numbers of the training set read inside":
        [("task2a", SIGNATURE, "def pre_process_images(X):\n    images = utils.load_full_mnist()[0]\n    mean, std = images.mean(), images.std()\n"),
         *WITHOUT_ARGUMENTS],
    "numbers as globals of the module":
        [("task2a", SIGNATURE, "TRAIN = utils.load_full_mnist()[0]\nMEAN, STD = np.mean(TRAIN), np.std(TRAIN)\n\n\ndef pre_process_images(X):\n    mean, std = MEAN, STD\n"),
         *WITHOUT_ARGUMENTS],
    "numbers by a function of its own":
        [("task2", STATISTICS, "    mean, std = mean_and_std(X_train)\n"),
         ("task2", "class SoftmaxTrainer(", "def mean_and_std(X):\n    m = X.sum() / X.size\n    return m, np.sqrt(((X - m) ** 2).mean())\n\n\nclass SoftmaxTrainer(")],
    "bias first": [("task2a", APPENDED, "    return np.hstack((np.ones((len(X), 1)), X))\n")],
    "bias by insert, images in place in float32":
        [("task2a", SCALED, "    X = X.astype(np.float32)\n    X -= mean\n    X /= std\n"), ("task2a", APPENDED, "    return np.insert(X, 0, 1.0, axis=1)\n")],
    "einsum": [("task2a", "            z = self.layers[-1].dot(w)\n", "            z = np.einsum('ni,ij->nj', self.layers[-1], w)\n"),
               ("task2a", GRAD, "            self.grads[layer] = np.einsum('ni,nj->ij', a, delta) / len(X)\n")],
    "loops over examples":
        [("task2a", BACKWARD, """        self.grads = [np.zeros(w.shape) for w in self.ws]
        for n in range(len(X)):
            d = outputs[n] - targets[n]
            for layer in reversed(range(len(self.ws))):
                a = self.layers[layer][n]
                self.grads[layer] += np.outer(a, d) / len(X)
                s = 1.7159 * 2 / 3 * (1 - (a / 1.7159) ** 2) if self.use_improved_sigmoid else a * (1 - a)
                d = s * self.ws[layer].dot(d)
""")],
    "other names, sums kept, slopes by the sums":
        [("task2a", LAYER_LOOP, """        self.zs, self.hidden_outputs = [], [X]
        for w in self.ws[:-1]:
            self.zs.append(self.hidden_outputs[-1] @ w)
            f = improved_sigmoid if self.use_improved_sigmoid else sigmoid
            self.hidden_outputs.append(f(self.zs[-1]))
        z = self.hidden_outputs[-1] @ self.ws[-1]
"""), ("task2a", "            a = self.layers[layer]\n", "            a = self.hidden_outputs[layer]\n            z = self.zs[layer - 1] if layer else None\n"),
         ("task2a", SLOPE, "                    slope = 1.7159 * 2 / 3 / np.cosh(2 * z / 3) ** 2\n"),
         ("task2a", "                    slope = a * (1 - a)\n", "                    slope = sigmoid(z) * (1 - sigmoid(z))\n")],
    "nothing kept, computed again in backward":
        [("task2a", "        self.layers = [X]\n        for w", "        layers = [X]\n        for w"),
         ("task2a", "            z = self.layers[-1].dot(w)\n", "            z = layers[-1].dot(w)\n"),
         ("task2a", "            self.layers.append(a)\n", "            layers.append(a)\n"),
         ("task2a", "        z = self.layers[-1].dot(self.ws[-1])\n", "        z = layers[-1].dot(self.ws[-1])\n"),
         ("task2a", "        self.grads = [None] * len(self.ws)\n", """        self.grads = [None] * len(self.ws)
        layers = [X]
        for w in self.ws[:-1]:
            z = layers[-1].dot(w)
            layers.append(improved_sigmoid(z) if self.use_improved_sigmoid else sigmoid(z))
"""), ("task2a", "            a = self.layers[layer]\n", "            a = layers[layer]\n")],
    "slopes computed in forward":
        [("task2a", "        self.layers = [X]\n", "        self.layers = [X]\n        self.slopes = [None]\n"),
         ("task2a", "            self.layers.append(a)\n", "            self.layers.append(a)\n            self.slopes.append(1.1439 - 0.38853 * a ** 2 if self.use_improved_sigmoid else a - a * a)\n"),
         ("task2a", "delta = slope * ", "delta = self.slopes[layer] * ")],
    "columns as examples":
        [("task2a", LAYER_LOOP, """        self.layers = [X.T]
        for w in self.ws[:-1]:
            z = w.T @ self.layers[-1]
            self.layers.append(improved_sigmoid(z) if self.use_improved_sigmoid else sigmoid(z))
        z = (self.ws[-1].T @ self.layers[-1]).T
"""), ("task2a", "            a = self.layers[layer]\n", "            a = self.layers[layer].T\n")],
    "everything in float32":
        [("task2a", UNIFORM, UNIFORM.replace("size))", "size)).astype(np.float32)")),
         ("task2a", NORMAL, NORMAL.replace("size))", "size)).astype(np.float32)")),
         ("task2a", "        self.layers = [X]\n", "        self.layers = [X.astype(np.float32)]\n")],
    "gradients in float32": [("task2a", GRAD, "            self.grads[layer] = (a.T.dot(delta) / X.shape[0]).astype('float32')\n")],
    "classes per layer":
        [("task2a", "class SoftmaxModel:\n", """class Layer:
    def __init__(self, w):
        self.w = w

    def forward(self, X, f):
        self.X, self.out = X, f(X @ self.w)
        return self.out

    def backward(self, delta):
        self.grad = self.X.T @ delta / len(delta)
        return delta @ self.w.T


class SoftmaxModel:
"""), ("task2a", GRADS, "        self.stack = [Layer(w) for w in self.ws]\n" + GRADS),
         ("task2a", "        self.layers = [X]\n" + LAYER_LOOP + OUTPUTS, """        for layer in self.stack[:-1]:
            X = layer.forward(X, improved_sigmoid if self.use_improved_sigmoid else sigmoid)
        return self.stack[-1].forward(X, softmax)
"""), ("task2a", BACKWARD, """        delta = outputs - targets
        for at in reversed(range(len(self.stack))):
            delta = self.stack[at].backward(delta)
            if at:
                a = self.stack[at - 1].out
                delta *= 1.7159 * 2 / 3 * (1 - (a / 1.7159) ** 2) if self.use_improved_sigmoid else a * (1 - a)
        self.grads = [layer.grad for layer in self.stack]
"""), ("task2", STEP_LOOP, """        for w, grad, kept in zip(self.model.ws, self.model.grads, self.previous_grads):
            kept *= self.momentum_gamma if self.use_momentum else 0
            kept += grad
            w -= self.learning_rate * kept
""")],
    "a trainer that changes the layers' own weights":
        [("task2a", "class SoftmaxModel:\n", "class Layer:\n    pass\n\n\nclass SoftmaxModel:\n"),
         ("task2a", GRADS, """        self.stack = [Layer() for _ in self.ws]
        for layer, w in zip(self.stack, self.ws):
            layer.w = w
""" + GRADS),
         ("task2a", "        for grad, w in zip(self.grads, self.ws):\n", "        for layer, grad in zip(self.stack, self.grads):\n            layer.dw = grad\n        for grad, w in zip(self.grads, self.ws):\n"),
         ("task2", STEP_LOOP, """        for i, layer in enumerate(self.model.stack):
            kept = self.momentum_gamma * self.previous_grads[i] if self.use_momentum else 0
            self.previous_grads[i] = layer.dw + kept
            layer.w -= self.learning_rate * self.previous_grads[i]
"""), ("task2", "        self.previous_grads = [np.zeros_like(w) for w in self.model.ws]\n",
       "        self.previous_grads = [np.zeros_like(layer.w) for layer in self.model.stack]\n")],
    "in place, another name of the history":
        [("task2", CONSTRUCTOR_TRAINER, """    def __init__(self, momentum_gamma, use_momentum, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.gamma = momentum_gamma if use_momentum else 0

"""), ("task2", STEP_LOOP, """        if not hasattr(self, "v"):
            self.v = {}
        for i, g in enumerate(self.model.grads):
            self.v[i] = self.gamma * self.v.get(i, 0) + self.learning_rate * g
            self.model.ws[i] -= self.v[i]
""")],
    "weights as a new list": [("task2", STEP_LOOP, """        grads = self.model.grads
        if self.use_momentum:
            grads = [g + self.momentum_gamma * p for g, p in zip(grads, self.previous_grads)]
            self.previous_grads = grads
        self.model.ws = [w - self.learning_rate * g for w, g in zip(self.model.ws, grads)]
""")],
    "arrays of unequal matrices, as older NumPy makes them":
        [("task2", "        self.previous_grads = [np.zeros_like(w) for w in self.model.ws]\n",
          "        self.previous_grads = np.array([np.zeros_like(w) for w in self.model.ws])\n"),
         ("task2", STEP_LOOP, """        step = np.array(self.model.grads)
        if self.use_momentum:
            step = step + self.momentum_gamma * self.previous_grads
            self.previous_grads = step
        self.model.ws = np.array(self.model.ws) - self.learning_rate * step
""")],
    "arrays of objects, made as such":
        [("task2a", GRADS, "        self.ws = np.array(self.ws, dtype=object)\n" + GRADS),
         ("task2a", "        for grad, w in zip(self.grads, self.ws):\n", "        self.grads = np.array(self.grads, dtype=object)\n        for grad, w in zip(self.grads, self.ws):\n"),
         ("task2", STEP_LOOP, """        if self.use_momentum:
            for i, w in enumerate(self.model.ws):
                self.previous_grads[i] = self.model.grads[i] + self.momentum_gamma * self.previous_grads[i]
                w -= self.learning_rate * self.previous_grads[i]
        else:
            self.model.ws = self.model.ws - self.learning_rate * self.model.grads
""")],
    "bias units in the hidden layers, first": [
        ("task2a", "            prev = size\n", "            prev = size + 1\n"),
        ("task2a", "            self.layers.append(a)\n", "            self.layers.append(np.insert(a, 0, 1, axis=1))\n"),
        ("task2a", "delta.dot(self.ws[layer].T)", "delta.dot(self.ws[layer].T)\n                delta = delta[:, 1:]")],
    "constructor of all names": [("task2", CONSTRUCTOR_TRAINER, """    def __init__(self, momentum_gamma: float, use_momentum: bool, model, learning_rate, batch_size,
                 shuffle_dataset, X_train, Y_train, X_val, Y_val):
        super().__init__(model, learning_rate, batch_size, shuffle_dataset, X_train, Y_train, X_val, Y_val)
        self.momentum_gamma, self.use_momentum = momentum_gamma, use_momentum
        self.previous_grads = [0] * len(model.ws)

""")],
    "own generators": [("task2a", UNIFORM, "                w = np.random.default_rng().uniform(-1, 1, (prev, size))\n"),
                       ("task2a", NORMAL, "                w = np.random.default_rng().standard_normal((prev, size)) / prev ** 0.5\n"),
                       ("utils", SHUFFLE, "        indices = np.random.default_rng().permutation(len(X))\n")],
    "Python's random": [("utils", SHUFFLE, "        import random\n        random.shuffle(indices)\n"),
                        ("task2a", UNIFORM, "                import random\n                w = np.array([[random.uniform(-1, 1) for _ in range(size)] for _ in range(prev)])\n")],
    "no early stopping": [("trainer", "                    waited += 1\n", ""), ("trainer", COPIES, "")],
    "no early stopping, starter files left out": [],
    "softmax and sigmoid without overflow":
        [("task2a", "    e = np.exp(z)\n", "    e = np.exp(z - z.max(axis=1, keepdims=True))\n"),
         ("task2a", "    return 1 / (1 + np.exp(-z))\n", "    return (1 + np.tanh(z / 2)) / 2\n")],
    "softmax a row at a time": [("task2a", DIVIDED, "    return np.array([row / np.sum(row) for row in e])\n")],
    "loss by a sum": [("task2a", LOSS, "    return -(targets * np.log(outputs + 1e-12)).sum() / len(outputs)\n")],
    "accuracy by a loop": [("task2", ACCURACY, """    right = 0
    for output, target in zip(model.forward(X), targets):
        right += int(output.argmax() == target.argmax())
    return right / len(X)
""")],
    "one-hot of whole numbers, by a loop":
        [("task2a", "    encoded[np.arange(Y.shape[0]), Y[:, 0]] = 1\n", "    for row, label in zip(encoded, Y):\n        row[int(label)] = 1\n")],
    "old names of NumPy": [("task2a", "    encoded = np.zeros((Y.shape[0], num_classes))\n", "    encoded = np.zeros((Y.shape[0], num_classes), dtype=np.int)\n"),
                           ("trainer", "best_loss, waited = np.inf, 0", "best_loss, waited = np.Inf, 0"),
                           ("task2a", SCALED, "    X = (X.astype(np.float) - mean) / std\n")],
    "imports of what is not there": [("task2a", "import utils\n", "import utils\nimport torch_not_there\nimport seaborn_not_there as sns\nfrom torch_not_there import nn\n"),
                                     ("task2", "import utils\n", "import utils\nfrom tqdm_not_there import tqdm\n")],
    "no print, no seed": [("task2a", "        np.random.seed(1)\n        self.I", "        self.I"),
                          ("task2a", "            print(\"Initializing weight to shape:\", (prev, size))\n", "")],
    "2/3 rounded, constants multiplied out":
        [("task2a", "    return 1.7159 * np.tanh(2 * z / 3)\n", "    return 1.7159 * np.tanh(0.6667 * z)\n"),
         ("task2a", SLOPE, "                    slope = 1.14395 - 0.38853 * a ** 2\n")],
    "delta by the number of rows first": [("task2a", DELTA, "        delta = (outputs - targets) / targets.shape[0]\n"),
                                          ("task2a", GRAD, "            self.grads[layer] = np.matmul(a.T, delta)\n")],
    "activation chosen in the constructor": [("task2a", GRADS, "        self.f = improved_sigmoid if use_improved_sigmoid else sigmoid\n" + GRADS),
                                             ("task2a", FORWARD, "            a = self.f(z)\n")],
    "ten outputs in forward": [("task2a", DIVIDED, """    outputs = np.zeros((z.shape[0], 10))
    for k in range(10):
        outputs[:, k] = e[:, k] / e.sum(axis=1)
    return outputs
""")],
    "ten outputs in backward":
        [("task2a", "        self.I = 785\n", "        self.I = 785\n        self.num_outputs = 10\n"),
         ("task2a", DELTA, """        delta = np.empty((X.shape[0], self.num_outputs))
        for k in range(self.num_outputs):
            delta[:, k] = outputs[:, k] - targets[:, k]
"""), ("task2a", GRAD, GRAD + "            assert layer < len(self.ws) - 1 or self.grads[layer].shape[1] == 10\n")],
    "ten outputs in asserts":
        [("task2a", "        self.I = 785\n", "        self.I = 785\n        self.num_outputs = 10\n        assert neurons_per_layer[-1] == self.num_outputs\n"),
         ("task2a", OUTPUTS, "        assert z.shape == (X.shape[0], self.num_outputs)\n" + OUTPUTS),
         ("task2a", DELTA, DELTA + "        assert X.shape[1] == 785 and targets.shape[1] == self.num_outputs\n"),
         ("task2a", LOSS, "    assert outputs.shape[1] == 10\n" + LOSS),
         ("task2", ACCURACY, "    assert outputs.shape == (X.shape[0], 10)\n" + ACCURACY),
         ("task2", "        loss = cross_entropy_loss(Y_batch, outputs)\n        for",
          "        assert outputs.shape[1] == Y_batch.shape[1] == self.model.num_outputs == 10\n        loss = cross_entropy_loss(Y_batch, outputs)\n        for")],
    "ten classes in one-hot":
        [("task2a", "    encoded = np.zeros((Y.shape[0], num_classes))\n", "    assert num_classes == 10\n    encoded = np.zeros((Y.shape[0], 10))\n"),
         ("task2", "    Y_train = one_hot_encode(Y_train, 10)\n", "    Y_train = one_hot_encode(Y_train, neurons_per_layer[-1])\n")],
    "one loop for momentum and none": [("task2", LAYERS + STEP_LOOP[len(LAYERS):], """        gamma = self.momentum_gamma if self.use_momentum else 0
        for i, grad in enumerate(self.model.grads):
            self.previous_grads[i] = grad + gamma * self.previous_grads[i]
            self.model.ws[i] = self.model.ws[i] - self.learning_rate * self.previous_grads[i]
""")],
}


def files_of(name):
    """The files of a style."""
    files = planted(*STYLES[name])
    if name == "no early stopping, starter files left out":
        files.pop("trainer.py")
    return files


def notebook(*cells):
    """The text of a notebook with these code cells."""
    return json.dumps({"cells": [{"cell_type": "code", "source": cell.splitlines(True), "metadata": {}, "outputs": [],
                                  "execution_count": None} for cell in cells],
                       "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def joined(*names):
    """The texts of scripts, without their imports of each other."""
    text = "\n".join(base()[f"{name}.py"] for name in names)
    return "\n".join(line for line in text.split("\n") if not line.startswith(
        ("from task2a import", "from trainer import", "import utils")))


HAND_INS = {
    "all in one other file":
        {"assignment.py": "import utils\n" + joined("trainer", "task2a", "task2"), "utils.py": base()["utils.py"]},
    "functions in other files":
        {**base(), "task2a.py": TASK2A.replace(TASK2A[TASK2A.index("def sigmoid"):TASK2A.index("class SoftmaxModel")], "")
         .replace("import utils\n", "import utils\nfrom functions import *\n"),
         "functions.py": "import numpy as np\n\n\n" + TASK2A[TASK2A.index("def sigmoid"):TASK2A.index("class SoftmaxModel")]},
    "without guards":
        {**base(), "task2a.py": TASK2A.replace(MAIN_2A, unguarded(MAIN_2A)), "task2.py": TASK2.replace(MAIN_2, unguarded(MAIN_2))},
    "a last script that fails, and one that never ends":
        {**base(), "task3.py": "from task2 import *\nundefined_name\n", "task4.py": "from task2 import *\nwhile True:\n    pass\n"},
    "a network that sleeps, and a last script too":
        {**base(), "task2a.py": TASK2A.replace("np.random.seed(1)\n\n\n", "import time\ntime.sleep(60)\n\n\n", 1),
         "task4.py": "import time\ntime.sleep(60)\n"},
    "task 3 in a file of its own":
        {**base(), "task2.py": TASK2.replace(MOMENTUM, "                raise NotImplementedError\n"),
         "task2a.py": TASK2A.replace("improved_sigmoid(z) if self.use_improved_sigmoid else sigmoid(z)", "sigmoid(z)"),
         "task3.py": TASK2A.replace(MAIN_2A, "") + "\n\nfrom trainer import BaseTrainer\n" + TASK2[TASK2.index("class SoftmaxTrainer"):].replace(MAIN_2, "")},
    "a failing line before a setting":
        {**base(), "task2a.py": TASK2A.replace("np.random.seed(1)\n\n\n", "import torch_not_there\ntorch_not_there.manual_seed(0)\nAMPLITUDE = 1.7159\n\n\n", 1)
         .replace("return 1.7159 * np.tanh", "return AMPLITUDE * np.tanh")},
    "notebook only":
        {"hand-in.ipynb": notebook("%matplotlib inline\nimport numpy as np\n!pip install numpy", base()["utils.py"] + "\nimport sys\nutils = sys.modules[__name__] if __name__ in sys.modules else None\n",
                                   "raise ValueError('a cell that fails')", "import utils\n" + joined("trainer"), joined("task2a").replace(MAIN_2A, ""),
                                   joined("task2").replace(MAIN_2, unguarded(MAIN_2)).replace("num_epochs = 50", "num_epochs = 2"))},
    "the network in a script, its trainer in a notebook":
        {name: text for name, text in base().items() if name != "task2.py"} | {
            "task2.ipynb": notebook("from task2a import *\nfrom trainer import BaseTrainer\nimport utils", TASK2[TASK2.index("def calculate"):].replace(MAIN_2, ""),
                                    unguarded(MAIN_2).replace("num_epochs = 50", "num_epochs = 1"))},
    "scripts, and a notebook that runs them":
        {**base(), "task2.py": TASK2.replace(MAIN_2, ""), "task2a.py": TASK2A.replace(MAIN_2A, "").replace("mean=33.55, std=78.88", "mean, std"),
         "report.ipynb": notebook("from task2a import *\nfrom task2 import *\n%time\nimport utils",
                                  "X_train, Y_train, X_val, Y_val = utils.load_full_mnist()\nmean, std = X_train.mean(), X_train.std()",
                                  "X_train, X_val = (pre_process_images(X, mean, std) for X in (X_train, X_val))")},
    "mnist.py handed in, which would load from a server":
        {**base(), "mnist.py": "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9/mnist')\n"},
}


@cache
def judge_style(name):
    """(the CheckReport, the findings) of one of the above."""
    return judged(HAND_INS.get(name) or files_of(name), cases=draw_hidden(11))


@pytest.mark.parametrize("name", list_params([*STYLES, *HAND_INS]))
def test_right_code_gets_all_points(name):
    report, findings = judge_style(name)
    assert count_losses(report) == {}, said(report) + str(findings)
    assert not [one for one in failed(report) if one.title != "very large sums"], said(report)


def test_findings_name_what_was_let_pass():
    def words(name):
        return "\n".join(judge_style(name)[1])

    assert "np.int, which newer NumPy no longer has" in words("old names of NumPy")
    assert "np.Inf" in words("old names of NumPy") and "trainer.py, line" in words("old names of NumPy")
    assert "torch_not_there is imported and not installed here" in words("imports of what is not there")
    assert "arrays of unequal" not in words("as it is") and words("as it is") == ""
    assert "np.array of parts of unequal shapes" in words("arrays of unequal matrices, as older NumPy makes them")
    assert "int() of an array with one element" in words("one-hot of whole numbers, by a loop")
    assert "trainer.py is not there" in words("no early stopping, starter files left out")
    assert "task3.py, line 2 fails when it is imported" in words("a last script that fails, and one that never ends")
    assert "task4.py, line 2: it does not come to an end when it is imported" in \
        words("a last script that fails, and one that never ends")
    assert "hand-in.ipynb cell 3, line 1 fails" in words("notebook only")
