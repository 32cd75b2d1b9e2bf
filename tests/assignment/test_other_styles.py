# ruff: noqa: E501 (what is planted is as long as it is)
"""Right code in another style than the reference's: it gets all points, and nothing fails."""
import pytest

from planted import (ACCURACY, APPENDED, BACK, BEST, COUNT, DELTA, DRAWN, FIRST, GRAD, HIDDEN, IMPROVED,
                     IMPROVED_INIT, IMPROVED_SLOPE, LAYERS, LOSS, MOMENTUM, MOMENTUM_LOOP, NORMAL,
                     NORMALISED, ORDER, SIGMOID, SLOPE, SOFTMAX, SOFTMAX_BODY, STEP, TRAIN_STEP,
                     WIDTH, fault, judge, join_words)


def style(name, *edits):
    """Right code: it costs nothing."""
    return fault(name, *edits, costs={})


STYLES = (
    style("the reference"),
    style("loops in forward",
          ("task2", HIDDEN, """        for w in self.ws[:-1]:
            a = np.zeros((len(X), w.shape[1]))
            for n in range(len(X)):
                for j in range(w.shape[1]):
                    z = sum(x * w_ij for x, w_ij in zip(self.activations[-1][n], w[:, j]))
                    a[n, j] = self.activation(z)
            self.activations.append(a)
        z = np.zeros((len(X), self.ws[-1].shape[1]))
        for n, row in enumerate(self.activations[-1]):
            for k in range(z.shape[1]):
                z[n, k] = np.dot(row, self.ws[-1][:, k])
""")),
    style("an example at a time in backward",
          ("task2", DELTA, "        delta = outputs - targets\n"
                           "        self.grads = [np.zeros(w.shape) for w in self.ws]\n"),
          ("task2", BACK, """        for n in range(len(X)):
            d = delta[n]
            for layer in range(len(self.ws) - 1, -1, -1):
                a = self.activations[layer][n]
                self.grads[layer] += np.outer(a, d) / len(X)
                if layer:
                    d = self.slope(a) * np.dot(self.ws[layer], d)
""")),
    style("einsum",
          ("task2", "            z = self.activations[-1] @ w                         # (N, J)\n",
           "            z = np.einsum('ni,ij->nj', self.activations[-1], w)\n"),
          ("task2", GRAD,
           "            self.grads[layer] = np.einsum('ni,nj->ij', a, delta)\n")),
    style("sums z kept by forward and used by backward",
          ("task2", FIRST, FIRST + "        self.zs = []\n"),
          ("task2", "            self.activations.append(self.activation(z))\n",
           "            self.zs.append(z)\n"
           "            self.activations.append(self.activation(z))\n"),
          ("task2", "self.slope(a) * (delta @ self.ws[layer].T)",
           "self.slope(self.activation(self.zs[layer - 1])) * (delta @ self.ws[layer].T)")),
    style("activations kept under another name too, and used by backward",
          ("task2", SOFTMAX, SOFTMAX + "        self.outputs_of_layers = self.activations[:]\n"),
          ("task2", "            a = self.activations[layer]                          # (N, fan-in)"
                    "\n", "            a = self.outputs_of_layers[layer]\n")),
    style("slopes computed in forward",
          ("task2", FIRST, FIRST + "        self.slopes = [None]\n"),
          ("task2", "            self.activations.append(self.activation(z))\n",
           "            self.activations.append(self.activation(z))\n"
           "            self.slopes.append(self.slope(self.activations[-1]))\n"),
          ("task2", "self.slope(a) * (delta", "self.slopes[layer] * (delta")),
    style("the mean taken at the end",
          ("task2", DELTA, "        delta = outputs - targets\n"),
          ("task2", BACK, BACK.replace("a.T @ delta                      #",
                                       "a.T @ delta / X.shape[0]  #"))),
    style("a single example multiplied as column by row",
          ("task2", GRAD, GRAD.replace("a.T @ delta", "a.T * delta if len(X) == 1 else a.T @ delta"))),
    style("grads a new list, weights a new list",
          ("task2", BACK, """        grads = []
        for layer in reversed(range(len(self.ws))):
            a = self.activations[layer]
            grads.insert(0, np.matmul(a.T, delta))
            if layer > 0:
                delta = np.multiply(self.slope(a), np.matmul(delta, self.ws[layer].T))
        self.grads = grads
"""),
          ("task2", LAYERS + "            w -= self.learning_rate * grad\n",
           "        self.model.ws = [w - self.learning_rate * grad\n"
           "                         for w, grad in zip(self.model.ws, self.model.grads)]\n")),
    style("weights replaced in the list",
          ("task2", LAYERS + STEP, "        for i in range(len(self.model.ws)):\n"
           "            self.model.ws[i] = self.model.ws[i] - self.learning_rate * "
           "self.model.grads[i]\n")),
    style("grads a tuple, activations a tuple",
          ("task2", SOFTMAX, SOFTMAX.replace("softmax(z))\n", "softmax(z))\n"
                                             "        self.activations = (*self.activations,)\n")),
          ("task2", BACK, BACK + "        self.grads = tuple(self.grads)\n"),
          ("task2", DELTA, DELTA + "        self.grads = list(self.grads)\n")),
    style("arithmetic in float32",
          ("task2", FIRST, FIRST.replace("[X]", "[X.astype(np.float32)]")),
          ("task2", "            z = self.activations[-1] @ w                         # (N, J)\n",
           "            z = self.activations[-1] @ w.astype(np.float32)\n"),
          ("task2", "        z = self.activations[-1] @ self.ws[-1]                   # (N, K)\n",
           "        z = self.activations[-1] @ self.ws[-1].astype(np.float32)\n")),
    style("gradients in float32",
          ("task2", BACK, BACK + "        self.grads = [g.astype('float32') for g in self.grads]"
                                 "\n")),
    style("1 / (1 + exp(-z))", ("task2", SIGMOID, "    with np.errstate(over='ignore'):\n"
                                                  "        return 1 / (1 + np.exp(-z))\n")),
    style("softmax by a loop over rows",
          ("task2", SOFTMAX_BODY, "    rows = [np.exp(row - np.max(row.real)) for row in z]\n"
                                  "    return np.array([row / np.sum(row) for row in rows])\n")),
    style("slope by z and tanh",
          ("task2", SLOPE, "        z = np.log(a / (1 - a))\n"
                           "        return (1 - np.tanh(z / 2) ** 2) / 4\n")),
    style("improved slope by the derivative of tanh",
          ("task3", IMPROVED_SLOPE, "        z = 1.5 * np.arctanh(a / 1.7159)\n"
                                    "        return 1.7159 * 2 / 3 / np.cosh(2 / 3 * z) ** 2\n")),
    style("improved slope multiplied out",
          ("task3", IMPROVED_SLOPE, "        return 1.1439 - 0.38853 * np.power(a, 2)\n")),
    style("2/3 rounded to four digits",
          ("task3", IMPROVED, "        return 1.7159 * np.tanh(0.6667 * z)\n"),
          ("task3", IMPROVED_SLOPE, IMPROVED_SLOPE.replace("2 / 3", "0.6667"))),
    style("one-hot of whole numbers",
          ("task2", "    return np.eye(num_classes)[labels.astype(int)]\n",
           "    rows = np.zeros((len(labels), num_classes), dtype=int)\n"
           "    for row, label in enumerate(labels):\n        rows[row, int(label)] = 1\n"
           "    return rows\n")),
    style("one-hot of truth values",
          ("task2", "    return np.eye(num_classes)[labels.astype(int)]\n",
           "    return labels[:, None] == np.arange(num_classes)\n"),
          ("task2", DELTA, DELTA.replace("targets - outputs", "1.0 * targets - outputs"))),
    style("bias column first", ("task2", APPENDED,
                                "    return np.c_[np.ones(len(X)), normalised]\n")),
    style("pre-processing by an array of ones",
          ("task2", NORMALISED, "    normalised = np.ones((X.shape[0], X.shape[1] + 1))\n"
                                "    normalised[:, :-1] = np.subtract(X, mean) / std\n"),
          ("task2", APPENDED, "    return normalised\n")),
    style("statistics as NumPy's scalars, deviation by the mean of squares",
          ("task2", "    return float(np.mean(X_train)), float(np.std(X_train))\n",
           "    mean = X_train.mean()\n"
           "    return mean, np.sqrt(np.mean((X_train - mean) ** 2))\n")),
    style("loss by a loop",
          ("task2", LOSS, "    total = 0\n    for target, row in zip(targets, log_outputs):\n"
                          "        total -= np.dot(target, row)\n    return total / len(targets)\n")),
    style("loss by its classes, clipped",
          ("task2", LOSS, "    picked = np.maximum(outputs[np.arange(len(targets)), "
                          "targets.argmax(axis=1)], 1e-12)\n    return -np.log(picked).mean()\n")),
    style("loss with a small number added", ("task2", LOSS, LOSS.replace(
        "log_outputs", "np.log(outputs + 1e-9)"))),
    style("accuracy as a NumPy scalar", ("task2", ACCURACY,
          "    return np.sum(np.argmax(outputs, 1) == np.argmax(targets, 1)) / "
          "targets.shape[0]\n")),
    style("accuracy by a loop",
          ("task2", "    return accuracy_of(predict(model, X), targets)\n",
           "    right = 0\n    for row, target in zip(model.forward(X), targets):\n"
           "        right += int(np.argmax(row) == np.argmax(target))\n"
           "    return right / len(targets)\n"),
          ("task2", ACCURACY,
           "    classes = np.array([[int(np.argmax(row)) for row in rows]\n"
           "                        for rows in (outputs, targets)], dtype=np.uint8)\n"
           "    return sum(classes[0] == classes[1]) / len(targets)\n")),
    style("weights by Generator.random",
          ("task2", DRAWN, "        return 2 * rng.random((fan_in, units)) - 1\n"),
          ("task3", NORMAL, "        return rng.standard_normal((fan_in, units)) / fan_in ** 0.5\n")),
    style("weights in float32",
          ("task2", DRAWN, "        return rng.uniform(-1, 1, (fan_in, units)).astype('float32')\n"),
          ("task3", NORMAL, "        return rng.normal(0, fan_in ** -0.5, size=(fan_in, units))"
                            ".astype(np.float32)\n")),
    style("shuffling in place of copies",
          ("utils", ORDER, "    order = np.arange(len(X))\n    if shuffle:\n"
                           "        rng.shuffle(order)\n    X, Y = X[order], Y[order]\n"
                           "    order = np.arange(len(X))\n")),
    style("batches as a list of lists",
          ("utils", ORDER + "    for start in range(0, len(X), batch_size):\n"
                            "        rows = order[start:start + batch_size]\n"
                            "        yield X.take(rows, axis=0), Y.take(rows, axis=0)\n",
           ORDER + "    parts = range(batch_size, len(X), batch_size)\n"
                   "    return [[X[rows], Y[rows]] for rows in np.split(order, parts)]\n")),
    style("the loss after backward, in other words",
          ("task2", TRAIN_STEP, """        model = self.model
        y_hat = model.forward(X_batch)
        model.backward(X_batch, y_hat, Y_batch)
        loss = float(cross_entropy_loss(Y_batch, y_hat))
        self.update()
        return loss
""")),
    style("velocity under another name, made when needed",
          ("task3", "        self.velocity = [np.zeros_like(w) for w in self.model.ws]\n",
           "        self.delta_w = None\n"),
          ("task3", MOMENTUM_LOOP + MOMENTUM, """        if self.delta_w is None:
            self.delta_w = [0 for _ in self.model.ws]
        for i, g in enumerate(self.model.grads):
            self.delta_w[i] = g + self.momentum_gamma * self.delta_w[i]
            self.model.ws[i] = self.model.ws[i] - self.learning_rate * self.delta_w[i]
""")),
    style("momentum with the learning rate in the velocity",
          ("task3", MOMENTUM, """            velocity[...] = self.momentum_gamma * velocity - self.learning_rate * grad
            w += velocity
""")),
    style("momentum with gamma 0 by the same lines",
          ("task3", "        if not self.momentum_gamma:\n            return super().update()\n", "")),
    style("prints everywhere",
          ("task2", "", "print('task 2', end='')\nimport sys\nsys.stderr.write('warning')"),
          ("task2", FIRST, "        print(X.shape, flush=True)\n" + FIRST),
          ("task2", DELTA, "        import sys\n        sys.stdout.buffer.write(bytes(500))\n"
                           + DELTA),
          ("task3", IMPROVED, "        print('improved')\n" + IMPROVED)),
    style("plt.show() and input() at import",
          ("task2", "", "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n"
                        "name = input('your name? ')\nassert name == ''"),
          ("task3", "", "input()")),
    style("an unused import that works",
          ("task2", "", "import math, random, itertools, logging"),
          ("task4", "", "from task3 import *\nfrom task2 import *")),
    style("helpers and constants of their own",
          ("task3", "\n\n# ------------------------------------------------------------------------"
                    "---------- the tricks\n",
           "\nAMPLITUDE, GAIN = 1.7159, 2 / 3\n\n\ndef scaled_tanh(z):\n"
           "    return AMPLITUDE * np.tanh(GAIN * z)\n"),
          ("task3", IMPROVED, "        return scaled_tanh(z)\n"),
          ("task3", IMPROVED_SLOPE, "        return AMPLITUDE * GAIN - GAIN / AMPLITUDE * a * a\n")),
    style("ImprovedModel with a forward of its own",
          ("task3", "    def slope(self, a):\n", """    def forward(self, X):
        if not self.use_improved_sigmoid:
            return super().forward(X)
        self.activations = [X]
        for w in self.ws[:-1]:
            self.activations.append(1.7159 * np.tanh(2 / 3 * (self.activations[-1] @ w)))
        z = self.activations[-1] @ self.ws[-1]
        e = np.exp(z - z.real.max(axis=1, keepdims=True))
        self.activations.append(e / e.sum(axis=1, keepdims=True))
        return self.activations[-1]

    def slope(self, a):
""")),
    style("ImprovedModel draws its weights in its constructor",
          ("task3", IMPROVED_INIT, """        rng = np.random.default_rng(rng)
        super().__init__(neurons_per_layer, num_inputs, rng)
        if use_improved_weight_init:
            self.ws = [rng.normal(0, 1 / np.sqrt(len(w)), w.shape) for w in self.ws]
"""),
          ("task3", NORMAL, "        return super().initial_weights(rng, fan_in, units)\n")),
    style("cached functions, type hints, lambdas",
          ("task2", "def count_parameters(neurons_per_layer, num_inputs=785):",
           "import functools\n\n\n@functools.cache\ndef product(one: int, other: int) -> int:\n"
           "    return one * other\n\n\n"
           "def count_parameters(neurons_per_layer: list, num_inputs: int = 785) -> int:"),
          ("task2", COUNT, "    return sum(map(product, layers, layers[1:]))\n"),
          ("task2", "\ndef sigmoid(z):\n", "\nsigmoid: object = lambda z: np.exp(-np.logaddexp(0, "
                                           "-z)) if np.isrealobj(z) else 1 / (1 + np.exp(-z))\n\n"
                                           "\ndef unused(z):\n")),
    style("parameters and width as NumPy's whole numbers",
          ("task2", COUNT, "    layers = np.array(layers)\n"
                           "    return np.sum(layers[1:] * layers[:-1])\n"),
          ("task4", WIDTH, "    counts = [parameters(width) for width in range(1, 200)]\n"
                           "    return np.argmin(np.abs(np.array(counts) - budget)) + 1\n")),
    style("the width by solving the square equation",
          ("task4", WIDTH, """    a, b = hidden_layers - 1, num_inputs + num_outputs
    root = (-b + (b ** 2 + 4 * a * budget) ** 0.5) / (2 * a) if a else budget / b
    low = max(int(root), 1)
    if abs(parameters(low) - budget) <= abs(parameters(low + 1) - budget):
        return low
    return low + 1
"""),
          ("task4", "BUDGET = count_parameters(MOMENTUM.neurons_per_layer)\n", "BUDGET = 50_880\n"),
          ("task4", "WIDTH  = equal_width(BUDGET, hidden_layers=2)\n", "WIDTH = 60\n")),
    style("early stopping by patience of its own",
          ("task2", BEST, BEST.replace("val_loss < self.best_loss",
                                       "val_loss <= min(self.history.val_loss)"))),
    style("another order of the definitions, a module of its own",
          ("task2", "    return exponentials / exponentials.sum(axis=1, keepdims=True)\n",
           "    from utils import normalised\n    return normalised(exponentials)\n"),
          ("utils", "\nclass Table:\n", "\ndef normalised(rows):\n"
           "    return rows / np.sum(rows, axis=-1)[:, np.newaxis]\n\n\nclass Table:\n")),
)

# those that do not touch the same lines run together, for speed
TOGETHER = (
    ("one-hot of whole numbers", "loss by a loop", "accuracy as a NumPy scalar",
     "bias column first", "statistics as NumPy's scalars, deviation by the mean of squares"),
    ("one-hot of truth values", "loss by its classes, clipped", "accuracy by a loop",
     "pre-processing by an array of ones"),
    ("weights by Generator.random", "shuffling in place of copies",
     "loss with a small number added", "velocity under another name, made when needed"),
    ("weights in float32", "batches as a list of lists", "2/3 rounded to four digits",
     "momentum with the learning rate in the velocity", "softmax by a loop over rows"),
    ("1 / (1 + exp(-z))", "slope by z and tanh", "improved slope by the derivative of tanh",
     "momentum with gamma 0 by the same lines", "early stopping by patience of its own",
     "parameters and width as NumPy's whole numbers"),
    ("einsum", "weights replaced in the list", "improved slope multiplied out",
     "the width by solving the square equation"),
)


def group_styles():
    """The styles, of which some run together."""
    by_name = {one.name: one for one in STYLES}
    groups = [[by_name.pop(name) for name in names] for names in TOGETHER]
    return [*by_name.values(),
            *(style("; ".join(one.name for one in group), *(edit for one in group
                                                            for edit in one.edits))
              for group in groups)]


@pytest.mark.parametrize("planted", group_styles(), ids=str)
def test_all_points(planted, reports):
    report = reports.of(planted)
    judge(report, planted)
    assert report.points == 60 and report.all_passed, join_words(report)
    assert not join_words(report)
