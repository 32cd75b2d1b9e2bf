# ruff: noqa: E501 (what is planted is as long as it is)
"""Each kind of fault that real submissions have (misconceptions.md), planted in the starter code's
layout: it costs points in its own subtask only, or a remark where that page says so, and is named."""
import pytest

from planted.judging import list_params
from starter_lines import (ACCURACY, APPENDED, BETTER, COPIES, DELTA, DIVIDED, FLAG, FORWARD,
                           GRAD, GRADS, IMPROVED, INSIDE, LAYERS, LAYER_LOOP, LOSS, MOMENTUM, NORMAL,
                           OUTPUTS, PLAIN, SCALED, SHUFFLE, SLOPE, STATISTICS, UNIFORM)
from starter_planted import count_losses, draw_hidden, failed, judged, planted, said

pytestmark = pytest.mark.faults

CUT = "task2a", OUTPUTS, "        return softmax(np.maximum(z, 0))\n"
KEPT_BY_BACKWARD = [
    ("task2a", "        self.grads = [None] * len(self.ws)\n", "        self.last = [0 if grad is None else grad for grad in self.grads]\n        self.grads = [None] * len(self.ws)\n"),
    ("task2", MOMENTUM, "                self.model.ws[i] = self.model.ws[i] - self.learning_rate * (self.model.grads[i] + self.momentum_gamma * self.model.last[i])\n")]

# (name, edits, points lost, a part of what is said)
TABLE = (
    ("own statistics", [INSIDE], {"2a": 1}, "their own: use the training images' numbers for every split"),
    ("validation images with their own",
     [("task2", "    X_val = pre_process_images(X_val, mean, std)\n",
       "    X_val = pre_process_images(X_val, X_val.mean(), X_val.std())\n")],
     {"2a": 1}, "their own: use the training images' numbers for every split"),
    ("statistics of both splits", [("task2", STATISTICS, "    both = np.vstack([X_train, X_val])\n    mean, std = both.mean(), both.std()\n")],
     {"2a": 2}, "are the validation images included?"),
    ("statistics of both splits, typed in",
     [("task2a", SCALED, "    X = (X - 33.63) / 78.97\n")], {"2a": 2}, "are the validation images included?"),
    ("deviation is the variance", [("task2", STATISTICS, "    mean, std = np.mean(X_train), np.var(X_train)\n")],
     {"2a": 1}, "is it divided by the variance?"),
    ("bias before normalising", [("task2a", SCALED, "    X = np.append(X, np.ones((X.shape[0], 1)), axis=1)\n"),
                                 ("task2a", APPENDED, "    return (X - mean) / std\n")],
     {"2a": 1}, "is the column added before the pixels are scaled"),
    ("bias before normalising by constants", [("task2a", SCALED, "    X = np.insert(X, 0, 1, axis=1)\n"),
                                              ("task2a", APPENDED, "    return (X - 33.55) / 78.88\n")],
     {"2a": 1}, "is the column added before the pixels are scaled"),
    ("bias of zeros", [("task2a", APPENDED, APPENDED.replace("ones", "zeros"))],
     {"2a": 1}, "is a column of zeros added instead of ones?"),
    ("no bias", [("task2a", APPENDED, "    return X\n")], {"2a": 1}, "784 columns, expected 785"),
    ("every pixel on its own", [("task2a", SCALED, "    X = (X - X.mean(axis=0)) / (X.std(axis=0) + 1)\n")],
     {"2a": 4}, "each pixel of other images is scaled with other numbers than of the training images"),
    ("every pixel on its own, with the training images' numbers",
     [("task2", STATISTICS, "    mean, std = X_train.mean(axis=0), X_train.std(axis=0) + 1\n")],
     {"2a": 3}, "is each pixel or image scaled with its own mean"),
    ("shuffled whatever the flag says", [("utils", "    if shuffle:\n", "    if True:\n")], {}, ""),
    # ----------------------------------------------------------------------------------- loss
    ("loss without minus", [("task2a", LOSS, LOSS.replace("-np", "np"))], {"2c": 1}, "is a minus sign missing?"),
    ("loss summed", [("task2a", LOSS, LOSS.replace("-np.mean", "-np.sum"))], {"2c": 1}, "is it the sum instead of the mean?"),
    ("loss of each example", [("task2a", LOSS, "    return -np.sum(targets * np.log(outputs), axis=1)\n")],
     {"2c": 1}, "take the mean over the examples"),
    ("binary cross-entropy",
     [("task2a", LOSS, "    return -np.mean(targets * np.log(outputs) + (1 - targets) * np.log(1 - outputs))\n")],
     {"2c": 1}, "are terms of these classes included?"),
    # ------------------------------------------------------------------------------------- 2b
    ("improved sigmoid whatever the flag says", [("task2a", FORWARD, "            a = improved_sigmoid(z)\n"),
                                                 ("task2a", FLAG, "                if True:\n")],
     {"2b": 7}, "but the sigmoid lies between 0 and 1; is it another function"),
    ("sigmoid outputs", [("task2a", OUTPUTS, "        return sigmoid(z)\n")], {"2b": 7}, "does the output layer use the sigmoid"),
    ("softmax over the batch", [("task2a", DIVIDED, DIVIDED.replace("axis=1", "axis=0"))],
     {"2b": 7}, "is the softmax taken over the examples?"),
    ("gradient's sign", [("task2a", DELTA, "        delta = targets - outputs\n")], {"2b": 10}, "is the sign wrong?"),
    ("gradient summed", [("task2a", GRAD, GRAD.replace(" / X.shape[0]", ""))], {"2b": 10}, "is the mean over the batch missing?"),
    ("output layer's gradient summed",
     [("task2a", GRAD, GRAD + "            if layer == len(self.ws) - 1:\n                self.grads[layer] *= X.shape[0]\n")],
     {"2b": 10}, "the output layer's gradient is 32 times"),
    ("gradients added to the old ones",
     [("task2a", "        self.grads = [None] * len(self.ws)\n", "        old, self.grads = self.grads, [None] * len(self.ws)\n"),
      ("task2a", GRAD, GRAD + "            if old[layer] is not None:\n                self.grads[layer] += old[layer]\n")],
     {"2b": 10}, "the gradients of a second call of backward are wrong"),
    *((f"weights changed in backward, {name}", [("task2a", GRAD, GRAD + f"            {line}\n")], {"2b": 10}, "backward changes the weights")
      for name, line in (("new ones", "self.ws[layer] = self.ws[layer] - 0.1 * self.grads[layer]"), ("in place", "self.ws[layer] -= 0.5 * self.grads[layer]"),
                         ("at the end", "if layer == 0: self.ws = [w - 0.1 * g for w, g in zip(self.ws, self.grads)]"))),
    ("the transpose, where the shapes agree",
     [("task2a", GRAD, GRAD + "            if self.grads[layer].shape[0] == self.grads[layer].shape[1]:\n                self.grads[layer] = self.grads[layer].T\n")],
     {"4c": 8}, "is it transposed?"),
    ("weighted sum where the activation belongs, forward",
     [("task2a", LAYER_LOOP, """        z = X
        for w in self.ws[:-1]:
            z = z.dot(w)
            self.layers.append(improved_sigmoid(z) if self.use_improved_sigmoid else sigmoid(z))
        z = self.layers[-1].dot(self.ws[-1])
""")], {"4c": 5}, "with two hidden layers the outputs are wrong"),
    ("weighted sum where the activation belongs, backward",
     [("task2a", GRAD, "            inputs = a if layer < 2 else self.layers[layer - 1].dot(self.ws[layer - 1])\n"
                       "            self.grads[layer] = inputs.T.dot(delta) / X.shape[0]\n")],
     {"4c": 8}, "with 2 hidden layers, the output layer's gradient differs"),
    # ------------------------------------------------------------------------------- accuracy
    ("accuracy cell by cell", [("task2", ACCURACY, "    return np.mean((outputs > 0.5) == (targets > 0.5))\n")],
     {"2c": 1}, "calculate_accuracy is"),
    ("accuracy cell by cell of the largest",
     [("task2", ACCURACY, "    return np.mean(np.eye(targets.shape[1])[outputs.argmax(1)] == targets)\n")],
     {"2c": 1}, "are entries of the one-hot rows compared"),
    ("accuracy of rounded outputs", [("task2", ACCURACY, "    return np.mean(np.all(np.round(outputs) == targets, axis=1))\n")],
     {"2c": 1}, "are they compared with a threshold?"),
    ("accuracy by a threshold", [("task2", ACCURACY, "    return np.mean(outputs[targets == 1] >= 0.5)\n")],
     {"2c": 1}, "are they compared with a threshold?"),
    # ------------------------------------------------------------------------------ shuffling
    ("shuffles an unused list", [("utils", SHUFFLE, "        np.random.shuffle(list(range(len(X))))\n")],
     {"2c": 1}, "is the new order used?"),
    ("shuffling never written", [("utils", SHUFFLE, "        pass\n")], {"2c": 1}, "with shuffle the order does not"),
    # ------------------------------------------------------------------------------------- 2c
    ("only two layers are updated", [("task2", LAYERS, "        for i in range(2):\n")], {"4c": 8}, "3 and 4 do not move in update"),
    ("learning rate left out", [("task2", PLAIN, PLAIN.replace("self.learning_rate * ", ""))],
     {"2c": 3}, "is the learning rate left out?"),
    ("learning rate left out in one line for both",
     [("task2", PLAIN, PLAIN.replace("self.learning_rate * ", "")), ("task2", MOMENTUM, MOMENTUM.replace("self.learning_rate * ", ""))],
     {"2c": 3}, "is the learning rate left out?"),
    ("learning rate fixed", [("task2", PLAIN, PLAIN.replace("self.learning_rate", "0.1"))],
     {"2c": 3}, "the step uses 0.1 for every learning rate"),
    ("names of the script", [("task2", "        loss = cross_entropy_loss(Y_batch, outputs)\n        for",
                              "        loss = cross_entropy_loss(Y_batch, outputs)\n        first = X_train.shape[0]\n        for")],
     {"2c": 3}, "train_step raises NameError in task2.py, line"),
    ("names of the script, and the sizes of the layers", [("task2", LAYERS, "        for i in range(len(neurons_per_layer)):\n")],
     {"2c": 3}, "train_step raises NameError in task2.py, line"),
    ("one weight for each input", [("task2a", UNIFORM, UNIFORM.replace("(prev, size)", "(prev, 1)") + "                w = np.tile(w, size)\n")],
     {"2c": 3}, "repeat: all weights of an input are the same number"),
    ("one weight for each unit", [("task2a", UNIFORM, UNIFORM.replace("(prev, size)", "(1, size)") + "                w = np.tile(w, (prev, 1))\n")],
     {"2c": 3}, "repeat: all weights of a unit are the same number"),
    ("weights never drawn", [("task2a", UNIFORM, "                w = np.zeros((prev, size))\n")],
     {"2c": 3}, "are all 0, expected numbers drawn from U(-1, 1); training starts with them"),
    ("weights drawn too small by the trainer",
     [("task2a", UNIFORM, "                w = np.zeros((prev, size))\n"),
      ("task2", "        self.previous_grads = [np", "        self.model.ws = [np.random.normal(0, 0.036, w.shape) for w in self.model.ws]\n        self.previous_grads = [np")],
     {"2c": 3}, "and standard deviation 0.036; U(-1, 1) has the standard deviation 0.577"),
    # ------------------------------------------------------------------------------------- 3a
    ("the images squashed too", [("task2a", "        self.layers = [X]\n", "        self.layers = [sigmoid(X)]\n")],
     {"2b": 7}, "the hidden outputs are already wrong"),
    ("outputs of the hidden sums, and an improved sigmoid that is moved",
     [("task2a", "        z = self.layers[-1].dot(self.ws[-1])\n", "        z = (self.layers[-2].dot(self.ws[-2]) if len(self.ws) > 1 else X).dot(self.ws[-1])\n"),
      ("task2a", IMPROVED, "    return 1 / (1 + np.exp(-z - 0.5))\n"), ("task2a", SLOPE, "                    slope = a * (1 - a)\n")],
     {"2b": 7, "3a": 3}, "so look at the output layer"),
    ("the sign of the plain sigmoid's sums, with its own slope",
     [("task2a", "def sigmoid(z):\n    return 1 / (1 + np.exp(-z))", "def sigmoid(z):\n    return 1 / (1 + np.exp(z))"), ("task2a", "slope = a * (1 - a)\n", "slope = -a * (1 - a)\n")],
     {"2b": 7}, "the hidden outputs are already wrong"),
    ("a plain slope that stops", [("task2a", "slope = a * (1 - a)\n", "slope = a * (1 - self.layers)\n")], {"2b": 10}, "backward raises TypeError"),
    ("slope with 1.7259", [("task2a", SLOPE, SLOPE.replace("1.7159 *", "1.7259 *"))], {"3a": 3}, "is a constant mistyped"),
    ("slope of the activation", [("task2a", SLOPE, "                    slope = 1.7159 * 2 / 3 / np.cosh(2 / 3 * a) ** 2\n")],
     {"3a": 3}, "slope(a) is the slope at the sum z = a"),
    ("slope without the square", [("task2a", SLOPE, SLOPE.replace(" ** 2", ""))], {"3a": 3}, "is it squared"),
    ("forward ignores the flag", [("task2a", FORWARD, "            a = sigmoid(z)\n")],
     {"3a": 3}, "activation is the sigmoid of task 2: is the flag ignored?"),
    ("forward and slope ignore the flag",
     [("task2a", FORWARD, "            a = sigmoid(z)\n"), ("task2a", FLAG, "                if False:\n")],
     {"3a": 6}, "slope(a) is the slope of task 2's sigmoid: is the flag ignored?"),
    ("slope ignores the flag", [("task2a", FLAG, "                if False:\n")],
     {"3a": 3}, "slope(a) is the slope of task 2's sigmoid: is the flag ignored?"),
    # faults of 2b, in spite of which the improved sigmoid is measured
    ("no sums below 0 in the softmax", [CUT], {"2b": 7}, "the hidden outputs are right, so look at the output layer"),
    ("no sums below 0, and 1.715", [CUT, ("task2a", IMPROVED, IMPROVED.replace("1.7159", "1.715"))], {"2b": 7, "3a": 3}, "is 1.7159 mistyped?"),
    ("softmax twice, and the flag ignored", [("task2a", OUTPUTS, "        return softmax(softmax(z))\n"), ("task2a", FORWARD, "            a = sigmoid(z)\n")],
     {"2b": 7, "3a": 3}, "is the flag ignored?"),
    ("the sums' sign", [("task2a", LAYER_LOOP, LAYER_LOOP.replace("            z = ", "            z = -")), ("task2a", "delta = slope", "delta = -slope")],
     {"2b": 7}, "look at the hidden layer first"),
    *((f"{constant} in forward", [("task2a", IMPROVED, IMPROVED.replace("1.7159", constant))], {"3a": 3}, "is 1.7159 mistyped?")
      for constant in ("1.715", "1.759")),
    ("a row of ones below the hidden outputs, and forward ignores the flag",
     [("task2a", LAYER_LOOP, LAYER_LOOP.replace("[-1].dot", "[-1].T.dot").replace("improved_sigmoid(z) if self.use_improved_sigmoid else ", "").replace("append(a)", "append(np.append(a.T, np.ones((1, len(a))), axis=0))")),
      ("task2a", "        self.layers = [X]\n", "        self.layers = [X.T]\n"), ("task2a", "            a = self.layers[layer]\n", "            a = self.layers[layer].T\n"), ("task2a", "            prev = size\n", "            prev = size + 1\n"),
      ("task2a", SLOPE, SLOPE + "                    assert slope.shape == a.shape\n"), ("task2a", "delta.dot(self.ws[layer].T)", "delta.dot(self.ws[layer].T)\n                delta = delta[:, :-1]")],
     {"3a": 3}, "activation is the sigmoid of task 2: is the flag ignored?"),
    ("slope with 2/3 left out inside", [("task2a", SLOPE, "                    slope = 1.7159 * 2 / 3 / np.cosh(1.5 * np.arctanh(a / 1.7159)) ** 2\n")],
     {"3a": 3}, "it falls as 1/cosh(z)²"),
    ("output layer's gradient by the plain sigmoid",
     [("task2a", GRAD, GRAD + """            if self.use_improved_sigmoid and layer == len(self.ws) - 1:
                self.grads[layer] = sigmoid(1.5 * np.arctanh(a / 1.7159)).T.dot(delta) / X.shape[0]
""")], {"3a": 3}, "the output layer's gradient is wrong with the flag"),
    # ------------------------------------------------------------------------------------- 3b
    ("improved weights of one size alone", [("task2a", NORMAL, NORMAL.replace("(prev, size)", "(785, 64) if prev == 785 else (64, 10)"))],
     {"4c": 5}, "with 64 hidden units it is right, but at another width"),
    ("fan-out", [("task2a", NORMAL, NORMAL.replace("sqrt(prev)", "sqrt(size)"))], {"3b": 4}, "is it 1/√units, the fan-out?"),
    ("1/fan-in", [("task2a", NORMAL, NORMAL.replace("np.sqrt(prev)", "prev"))], {"3b": 4}, "is it 1/fan-in, without the square root?"),
    ("only in the first layer", [("task2a", NORMAL, NORMAL + "                if self.ws:\n                    w = np.random.uniform(-1, 1, w.shape)\n")],
     {"3b": 4}, "does the flag change only the layers before?"),
    ("one number for each input", [("task2a", NORMAL, NORMAL.replace("(prev, size)", "(prev, 1)") + "                w = np.tile(w, size)\n")], {"3b": 4}, "repeat: all weights of an input are the same number"),
    ("overwritten by U(-1, 1)", [("task2a", GRADS, "        self.ws = [np.random.uniform(-1, 1, w.shape) for w in self.ws]\n" + GRADS)],
     {"3b": 4}, "U(-1, 1) has this deviation"),
    # ------------------------------------------------------------------------------------- 3c
    ("previous raw gradient", [("task2", MOMENTUM, MOMENTUM.replace("= step", "= self.model.grads[i]"))],
     {"3c": 4}, "is the previous gradient stored"),
    ("one step late", [("task2", MOMENTUM, MOMENTUM.replace("self.learning_rate * step", "self.learning_rate * late")
                        .replace("                self.prev", "                late = self.previous_grads[i]\n                self.prev"))],
     {"3c": 4}, "is the update used one step late?"),
    ("moving average", [("task2", MOMENTUM, MOMENTUM.replace("self.model.grads[i] +", "(1 - self.momentum_gamma) * self.model.grads[i] +"))],
     {"3c": 4}, "is it a moving average?"),
    ("learning rate missing", [("task2", MOMENTUM, MOMENTUM.replace("self.learning_rate * ", ""))],
     {"3c": 4}, "is the learning rate left out?"),
    ("learning rate fixed with momentum", [("task2", MOMENTUM, MOMENTUM.replace("self.learning_rate", "0.02"))],
     {"3c": 4}, "the step uses 0.02 for every learning rate: use self.learning_rate"),
    ("history never updated", [("task2", "                self.previous_grads[i] = step\n", "")],
     {"3c": 4}, "is each update stored, and a part of it added to the next one?"),
    ("momentum not written", [("task2", "            if self.use_momentum:\n", "            if False:\n")],
     {"3c": 4}, "is each update stored, and a part of it added to the next one?"),
    ("a history of all trainers",
     [("task2", "class SoftmaxTrainer(", "KEPT = {}\n\n\nclass SoftmaxTrainer("), ("task2", "[np.zeros_like(w) for w", "[KEPT.setdefault(w.shape, np.zeros_like(w)) for w"),
      ("task2", MOMENTUM, MOMENTUM.replace("self.previous_grads[i] = step", "self.previous_grads[i][...] = step"))],
     {"3c": 4}, "do trainers share the stored updates?"),
    ("a history that starts with the weights", [("task2", "[np.zeros_like(w) for w", "[np.copy(w) for w")],
     {"3c": 4}, "does the stored update start as a copy of the weights?"),
    ("the previous gradient, which backward keeps", KEPT_BY_BACKWARD, {"3c": 4}, "is the previous gradient kept instead of the previous update?"),
    ("momentum never written", [("task2", MOMENTUM, "                raise NotImplementedError\n")],
     {"3c": 4}, "3c  seven steps with momentum: [not started] train_step is not written yet"),
    ("momentum even when off", [("task2", "            if self.use_momentum:\n", "            if True:\n")],
     {"3c": 4}, "is the flag ignored?"),
    # ------------------------------------------------------------------------------------- 4c
    ("two layers hard-coded, forward",
     [("task2a", LAYER_LOOP, """        z = X.dot(self.ws[0])
        self.layers.append(improved_sigmoid(z) if self.use_improved_sigmoid else sigmoid(z))
        z = self.layers[-1].dot(self.ws[1])
""")], {"4c": 13}, "with two hidden layers"),
    ("hidden layers counted by their width",
     [("task2a", LAYER_LOOP, LAYER_LOOP.replace("self.ws[:-1]", "[w for w in self.ws[:-1] if w.shape[1] != 10]").replace("z = self.layers[-1].dot(self.ws[-1])", "z = self.layers[-1].dot(self.ws[len(self.layers) - 1])"))],
     {"4c": 5}, "with 10 hidden units, as many as there are outputs"),
    ("two layers hard-coded, backward",
     [("task2a", "        for layer in range(len(self.ws) - 1, -1, -1):\n", "        for layer in (1, 0):\n")],
     {"4c": 8}, "with 2 hidden layers"),
)

# costs nothing, and is named: in a remark, or among the findings
REMARKS = (
    ("extra bias units", [("task2a", "            prev = size\n", "            prev = size + 1\n"),
                          ("task2a", "            self.layers.append(a)\n",
                           "            self.layers.append(np.append(a, np.ones((len(a), 1)), axis=1))\n"),
                          ("task2a", "delta.dot(self.ws[layer].T)", "delta.dot(self.ws[layer].T)\n                delta = delta[:, :-1]")],
     "each hidden layer has a bias unit of its own"),
    ("patience of 10", [("trainer", "waited >= 50", "waited >= 10")], "training stops 10 validations after"),
    ("patience of 60", [("trainer", "waited >= 50", "waited >= 60")], "validations after the one with the best loss, expected 50\n"),
    ("counter set back each epoch",
     [("trainer", "        for _ in range(num_epochs):\n", "        for _ in range(num_epochs):\n            waited = 0\n")],
     "not written: training goes on"),
    ("another criterion", [("trainer", BETTER, "                    if val_loss < 0.9 * best_loss:\n")], "which losses does it compare?"),
    ("best weights live", [("trainer", COPIES, "                        best_weights = self.model.ws\n")], "keep copies of them"),
    ("early stopping never written", [("trainer", "                    waited += 1\n", "")], "not written: training goes on"),
    ("no hidden layer fails",
     [("task2a", "        self.layers = [X]\n", "        self.layers = [X]\n        self.first_hidden = self.ws[1].shape\n")],
     "forward raises IndexError"),
    ("overflow", [], "exp overflows"),
)


FAULTS = {name: case for name, *case in TABLE}


@pytest.mark.parametrize("name", list_params(FAULTS))
def test_fault_costs_its_own_subtask_and_is_named(name):
    edits, costs, hint = FAULTS[name]
    report, _ = judged(planted(*edits), cases=draw_hidden(12))
    assert count_losses(report) == costs, said(report)
    assert hint in said(report), said(report)
    assert all("cannot be judged" not in one.words for one in report.results), said(report)


@pytest.mark.parametrize("name, edits, hint", REMARKS, ids=[one[0] for one in REMARKS])
def test_remark_costs_nothing(name, edits, hint):
    report, findings = judged(planted(*edits), cases=draw_hidden(12))
    told = "\n".join([*findings, *(one.words for one in report.results)])
    assert count_losses(report) == {}, said(report)
    assert hint in told, told
    assert all(one.remark for one in failed(report)), said(report)
