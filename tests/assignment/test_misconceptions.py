# ruff: noqa: E501 (what is planted is as long as it is)
"""Each kind of fault that real submissions have (misconceptions.md), planted in the reference.

Each fails the right check with the right hint; every other subtask keeps its points. Not here,
because this kit's layout has no place for them: 33.32 / 78.57, the statistics of all 60,000
training images, since training_statistics is given the images and load_full_mnist reads 20,000;
random generators other than NumPy's, since rng is given to initial_weights and batch_loader; an
extra bias unit in each hidden layer, since the constructor, which is given, makes all matrices
(fan-in, units), and initial_weights is not told which layer it draws.
"""
import pytest

from planted import (ACCURACY, APPENDED, BACK, BEST, DELTA, GRAD, HIDDEN, IMPROVED, IMPROVED_SLOPE,
                     LAYERS, LOSS, MOMENTUM, MOMENTUM_LOOP, NORMAL, NORMALISED, ORDER,
                     PLAIN_IF_OFF, SIGMOID, SIGMOID_FLAG, SLOPE, SOFTMAX, STEP, fault,
                     judge, join_words)

pytestmark = pytest.mark.faults

TABLE = (
    # ------------------------------------------------------------------------------------- 2a
    fault("own statistics",
          ("task2", NORMALISED, "    normalised = (X - X.mean()) / X.std()\n"),
          costs={"2a": 1}, hint="are images normalised with their own numbers?"),
    fault("validation split with its own statistics",
          ("task2", "                   pre_process_images(X_val, mean, std), ",
           "                   pre_process_images(X_val, *training_statistics(X_val)), "),
          costs={"2a": 1}, hint="use the training images' numbers for both"),
    fault("statistics of training and validation together",
          ("task2", "    mean, std = training_statistics(X_train)\n",
           "    mean, std = training_statistics(np.vstack([X_train, X_val]))\n"),
          costs={"2a": 1}, hint="are the validation images included?"),
    fault("bias column before normalising",
          ("task2", NORMALISED, "    X = np.hstack([X, np.ones((len(X), 1))])\n"),
          ("task2", APPENDED, "    return (X - mean) / std\n"),
          costs={"2a": 1}, hint="is the column added before the pixels are scaled"),
    fault("bias column of zeros", ("task2", APPENDED, APPENDED.replace("ones", "zeros")),
          costs={"2a": 1}, hint="is a column of zeros added instead of ones?"),
    fault("every pixel on its own",
          ("task2", NORMALISED, "    normalised = (X - X.mean(axis=0)) / (X.std(axis=0) + 1)\n"),
          costs={"2a": 1}, hint="is each pixel or image scaled with its own mean"),
    # ----------------------------------------------------------------------------------- loss
    fault("loss without minus", ("task2", LOSS, LOSS.replace("-np", "np")),
          costs={"2c": 1}, hint="is a minus sign missing?"),
    fault("loss summed", ("task2", LOSS, LOSS.replace(" / len(targets)", "")),
          costs={"2c": 1}, hint="is it the sum instead of the mean?"),
    fault("loss of each example",
          ("task2", LOSS, "    return -np.sum(targets * log_outputs, axis=1)\n"),
          costs={"2c": 1}, hint="take the mean over the examples"),
    fault("binary cross-entropy",
          ("task2", LOSS, "    return -np.mean(targets * log_outputs + (1 - targets) * "
                          "np.log(np.maximum(1 - outputs, 1e-300)))\n"),
          costs={"2c": 1}, hint="are terms of these classes included?"),
    # ------------------------------------------------------------------------------------- 2b
    fault("improved sigmoid whatever the flag says",
          ("task2", SIGMOID, "    return 1.7159 * np.tanh(2 / 3 * z)\n"),
          ("task2", SLOPE, "        return 1.7159 * 2 / 3 * (1 - (a / 1.7159) ** 2)\n"),
          costs={"2b": 7}, hint="but the sigmoid lies between 0 and 1; is it another function"),
    fault("improved sigmoid whatever the flag says, in task 3",
          ("task3", SIGMOID_FLAG, ""),
          costs={"3a": 3}, hint="is the flag ignored?"),
    fault("sigmoid outputs", ("task2", SOFTMAX, SOFTMAX.replace("softmax", "sigmoid")),
          costs={"2b": 7}, hint="does the output layer use the sigmoid instead of the softmax?"),
    fault("softmax over the batch axis",
          ("task2", "    return exponentials / exponentials.sum(axis=1, keepdims=True)\n",
           "    return exponentials / exponentials.sum(axis=0, keepdims=True)\n"),
          costs={"2b": 7}, hint="is the softmax taken over the examples?"),
    fault("gradient's sign", ("task2", DELTA, DELTA.replace("-(targets", "(targets")),
          costs={"2b": 10}, hint="every layer's gradient is -1 times the numerical one in every "
                                 "entry, and the batch holds 32: is the sign wrong?"),
    fault("gradient summed", ("task2", DELTA, DELTA.replace(" / len(X)", "")),
          costs={"2b": 10}, hint="every layer's gradient is 32 times the numerical one in every "
                                 "entry, and the batch holds 32: is the mean over the batch "
                                 "missing?"),
    fault("output layer's gradient summed",
          ("task2", DELTA, DELTA.replace(" / len(X)", "")),
          ("task2", GRAD, GRAD + "            if layer "
                                "< len(self.ws) - 1:\n                self.grads[layer] /= len(X)\n"),
          costs={"2b": 10}, hint="the output layer's gradient is 32 times the numerical one in "
                                 "every entry, and the batch holds 32: is the mean over the batch "
                                 "missing?"),
    fault("hidden layer's gradient summed",
          ("task2", DELTA, DELTA.replace(" / len(X)", "")),
          ("task2", GRAD, GRAD + "            if layer "
                                "== len(self.ws) - 1:\n                self.grads[layer] /= len(X)\n"),
          costs={"2b": 10}, hint="the hidden layer's gradient is 32 times the numerical one in "
                                 "every entry, and the batch holds 32: is the mean over the batch "
                                 "missing?"),
    fault("weighted sum where the activation belongs, forward",
          ("task2", HIDDEN, """        z = X
        for w in self.ws[:-1]:
            z = z @ w
            self.activations.append(self.activation(z))
        z = self.activations[-1] @ self.ws[-1]
"""), costs={"4c": 5}, hint="with two hidden layers the outputs are wrong"),
    fault("weighted sum where the activation belongs, backward",
          ("task2", SOFTMAX, SOFTMAX + "        self.X = X\n"),
          ("task2", BACK, """        a = X
        for layer in range(len(self.ws)):
            inputs = a if layer < 2 else self.activations[layer - 1] @ self.ws[layer - 1]
            back = delta
            for w, kept in zip(self.ws[:layer:-1], self.activations[-2:layer:-1]):
                back = self.slope(kept) * (back @ w.T)
            if layer == 1:
                inputs = self.activations[1]
            self.grads[layer] = inputs.T @ back
"""), costs={"4c": 8}, hint="with 2 hidden layers, the output layer's gradient differs"),
    # ------------------------------------------------------------------------------- accuracy
    fault("accuracy cell by cell",
          ("task2", ACCURACY, "    return float(np.mean((outputs > 0.5) == (targets > 0.5)))\n"),
          costs={"2c": 1}, hint="accuracy_of is"),
    fault("accuracy cell by cell of the largest",
          ("task2", ACCURACY, "    largest = np.eye(targets.shape[1])[outputs.argmax(axis=1)]\n"
                              "    return float(np.mean(largest == targets))\n"),
          costs={"2c": 1}, hint="are entries of the one-hot rows compared"),
    fault("accuracy of rounded outputs",
          ("task2", ACCURACY, "    return float(np.mean(np.all(np.round(outputs) == targets, "
                              "axis=1)))\n"),
          costs={"2c": 1}, hint="are they compared with a threshold?"),
    fault("accuracy by a threshold",
          ("task2", ACCURACY, "    return float(np.mean((outputs[targets == 1]) >= 0.5))\n"),
          costs={"2c": 1}, hint="are they compared with a threshold?"),
    # ------------------------------------------------------------------------------ shuffling
    fault("shuffles an unused index list",
          ("utils", ORDER, "    if shuffle:\n        rng.permutation(len(X))\n"
                           "    order = np.arange(len(X))\n"),
          costs={"2c": 1}, hint="is the new order used?"),
    fault("shuffling never written", ("utils", ORDER, "    order = np.arange(len(X))\n"),
          costs={"2c": 1}, hint="with shuffle the order does not change"),
    # ------------------------------------------------------------------------------------- 2c
    fault("only two layers are updated",
          ("task2", LAYERS, LAYERS.replace("self.model.ws,", "self.model.ws[:2],")),
          costs={"4c": 8}, hint="3 and 4 do not move in update"),
    fault("only two layers are updated, with momentum",
          ("task3", MOMENTUM_LOOP, MOMENTUM_LOOP.replace("self.model.ws,", "self.model.ws[:2],")),
          costs={"4c": 8}, hint="3 and 4 do not move in update"),
    fault("learning rate left out", ("task2", STEP, "            w -= grad\n"),
          costs={"2c": 3}, hint="update moves the weights by 10 times -α∂C/∂w, with the "
                                "learning rate α = 0.1: is the "
                                "learning rate left out?"),
    fault("learning rate fixed", ("task2", STEP, "            w -= 0.1 * grad\n"),
          costs={"2c": 3}, hint="the step uses 0.1 for every learning rate; use self.learning_rate"),
    fault("learning rate of another file",
          ("task2", STEP, "            w -= learning_rate * grad\n"),
          costs={"2c": 3}, hint="update raises NameError in task2.py, line"),
    fault("a name of another file, at import",
          ("task3", "", "LAST = X_train[-1]"),
          costs={"3a": 6, "3b": 4, "3c": 4, "4d": 2},
          hint="task3.py cannot be imported: NameError in task3.py, line 5: name 'X_train'"),
    # ------------------------------------------------------------------------------------- 3a
    fault("slope with 1.7259",
          ("task3", IMPROVED_SLOPE, IMPROVED_SLOPE.replace("1.7159 *", "1.7259 *")),
          costs={"3a": 3}, hint="is a constant mistyped"),
    fault("slope with 1.7259 twice",
          ("task3", IMPROVED_SLOPE, IMPROVED_SLOPE.replace("1.7159", "1.7259")),
          costs={"3a": 3}, hint="is a constant mistyped?"),
    fault("slope of the activation",
          ("task3", IMPROVED_SLOPE, "        return 1.7159 * 2 / 3 / np.cosh(2 / 3 * a) ** 2\n"),
          costs={"3a": 3}, hint="slope(a) is the slope at the sum z = a"),
    fault("slope without the square",
          ("task3", IMPROVED_SLOPE, IMPROVED_SLOPE.replace(" ** 2", "")),
          costs={"3a": 3}, hint="is it squared"),
    fault("slope without its factor",
          ("task3", IMPROVED_SLOPE, IMPROVED_SLOPE.replace("1.7159 * 2 / 3 * ", "")),
          costs={"3a": 3}, hint="times the measured slope at every sum z: is a constant"),
    fault("forward ignores the flag",
          ("task3", IMPROVED, "        return super().activation(z)\n"),
          costs={"3a": 3}, hint="activation is the sigmoid of task 2: is the flag ignored?"),
    fault("slope ignores the flag",
          ("task3", IMPROVED_SLOPE, "        return super().slope(a)\n"),
          costs={"3a": 3}, hint="slope(a) is the slope of task 2's sigmoid: is the flag ignored?"),
    *(fault(f"{constant} in forward{and_slope}",
            ("task3", IMPROVED, IMPROVED.replace("1.7159", constant)),
            *([("task3", IMPROVED_SLOPE, IMPROVED_SLOPE.replace("1.7159", constant))]
              if and_slope else []),
            costs={"3a": 3}, hint="everywhere: is 1.7159 mistyped?")
      for constant in ("1.715", "1.759") for and_slope in ("", " and slope")),
    # ------------------------------------------------------------------------------------- 3b
    fault("fan-out", ("task3", NORMAL, NORMAL.replace("sqrt(fan_in)", "sqrt(units)")),
          costs={"3b": 4}, hint="is it 1/√units, the fan-out?"),
    fault("1/fan-in", ("task3", NORMAL, NORMAL.replace("np.sqrt(fan_in)", "fan_in")),
          costs={"3b": 4}, hint="is it 1/fan-in, without the square root?"),
    fault("overwritten by U(-1, 1)",
          ("task3", "        super().__init__(neurons_per_layer, num_inputs, rng)\n",
           "        super().__init__(neurons_per_layer, num_inputs, rng)\n"
           "        rng = np.random.default_rng(rng)\n"
           "        self.ws = [rng.uniform(-1, 1, w.shape) for w in self.ws]\n"),
          costs={"3b": 4}, hint="U(-1, 1) has this deviation; are the weights drawn again"),
    # ------------------------------------------------------------------------------------- 3c
    fault("previous raw gradient",
          ("task3", MOMENTUM, """            w -= self.learning_rate * (grad + self.momentum_gamma * velocity)
            velocity[...] = grad
"""), costs={"3c": 4}, hint="step 3 is the first wrong step, the two steps before are right: is the "
                            "previous gradient stored"),
    fault("one step late",
          ("task3", MOMENTUM, """            w -= self.learning_rate * velocity
            velocity *= self.momentum_gamma
            velocity += grad
"""), costs={"3c": 4}, hint="it changes no weight; is the update used one step late?"),
    fault("moving average",
          ("task3", MOMENTUM, MOMENTUM.replace("+= grad", "+= (1 - self.momentum_gamma) * grad")),
          costs={"3c": 4}, hint="0.1 times -α∂C/∂w, a factor of 1 - γ: is it a moving average?"),
    fault("learning rate missing with momentum",
          ("task3", MOMENTUM, MOMENTUM.replace("self.learning_rate * ", "")),
          costs={"3c": 4}, hint="50 times -α∂C/∂w: is the learning rate left out?"),
    fault("history never updated",
          ("task3", MOMENTUM, "            w -= self.learning_rate * (grad + "
                              "self.momentum_gamma * velocity)\n"),
          costs={"3c": 4}, hint="every step is plain gradient descent; is the previous update never stored?"),
    fault("momentum flag ignored",
          ("task3", PLAIN_IF_OFF, ""),
          ("task3", MOMENTUM, MOMENTUM.replace("self.momentum_gamma", "0.9")),
          costs={"3c": 4}, hint="use self.momentum_gamma"),
    fault("momentum never on",
          ("task3", PLAIN_IF_OFF, "        if True:\n            return super().update()\n"),
          costs={"3c": 4}, hint="every step is plain gradient descent"),
    # ------------------------------------------------------------------------------------- 4c
    fault("two layers hard-coded",
          ("task2", HIDDEN, "        self.activations.append(self.activation(X @ self.ws[0]))\n"
                            "        z = self.activations[-1] @ self.ws[1]\n"),
          ("task2", BACK, """        hidden = self.activations[1]
        self.grads[1] = hidden.T @ delta
        self.grads[0] = X.T @ (self.slope(hidden) * (delta @ self.ws[1].T))
"""), costs={"4c": 13}, hint="with two hidden layers: what forward returns for 5 examples and 3 "
                                   "classes has the shape (5, 6)"),
    fault("two layers hard-coded in forward",
          ("task2", HIDDEN, "        self.activations.append(self.activation(X @ self.ws[0]))\n"
                            "        z = self.activations[-1] @ self.ws[1]\n"),
          costs={"4c": 5}, hint="with two hidden layers: what forward returns for 5 examples and 3 "
                                   "classes has the shape (5, 6)"),
    fault("two layers hard-coded in backward",
          ("task2", BACK, """        hidden = self.activations[1]
        self.grads[1] = hidden.T @ delta
        self.grads[0] = X.T @ (self.slope(hidden) * (delta @ self.ws[1].T))
"""), costs={"4c": 8}, hint="4c  gradients of two and three hidden layers: "),
)

# What costs nothing: accepted, debatable or optional. Their hints stand at remarks.
FREE = (
    fault("patience of 10", ("task2", "rng=0, patience=50)", "rng=0, patience=10)"),
          costs={}, hint="after 10 validations"),
    fault("patience of 49", ("task2", "rng=0, patience=50)", "rng=0, patience=49)"), costs={}),
    fault("patience of 51", ("task2", "rng=0, patience=50)", "rng=0, patience=51)"), costs={}),
    fault("ties count as better",
          ("task2", "        if val_loss < self.best_loss:", "        if val_loss <= self.best_loss:"),
          costs={}),
    fault("another criterion: accuracy",
          ("task2", BEST, BEST.replace("val_loss", "-self.history.val_accuracy[-1]")),
          costs={}, hint="without a better loss, expected"),
    fault("another criterion: the loss of the validation before",
          ("task2", BEST, "        last, self.last = getattr(self, 'last', np.inf), val_loss\n"
                          + BEST.replace("self.best_loss:", "last:")),
          costs={}, hint="without a better loss, expected"),
    fault("counter reset each epoch",
          ("task2", "        for _ in range(num_epochs):\n",
           "        for _ in range(num_epochs):\n            self.validations_without_gain = 0\n"),
          costs={}, hint="is the counter reset"),
    fault("best weights are the live list",
          ("task2", "            self.best_ws = [w.copy() for w in self.model.ws]\n",
           "            self.best_ws = self.model.ws\n"),
          costs={}, hint="keep copies of them"),
    fault("another best step",
          ("task2", BEST, BEST.replace("= val_loss, self.step", "= val_loss, 0")),
          costs={}, hint="best_step is 0, but step 6 has the best loss"),
    fault("early stopping not written",
          ("task2", BEST, "        return\n" + BEST),
          costs={}, hint="not written: every validation counts as the best"),
    fault("overflow", ("task2", SIGMOID, "    with np.errstate(over='ignore'):\n"
                                         "        return np.exp(z) / (1 + np.exp(z))\n"),
          costs={}, hint="exp overflows"),
    fault("softmax overflow",
          ("task2", "np.exp(z - z.real.max(axis=1, keepdims=True))", "np.exp(z)"),
          costs={}, hint="exp overflows"),
    fault("loss of 0", ("task2", "np.log(np.maximum(outputs, np.finfo(outputs.dtype).tiny))",
                        "np.log(outputs)"),
          costs={}, hint="keep the argument of the logarithm above 0"),
    fault("no hidden layer fails",
          ("task2", HIDDEN, "        assert len(self.ws) > 1\n" + HIDDEN),
          costs={}, hint="4c  no hidden layer, [10]: forward raises AssertionError"),
)


@pytest.mark.parametrize("planted", TABLE, ids=str)
def test_misconception(planted, reports):
    judge(reports.of(planted), planted)


@pytest.mark.parametrize("planted", FREE, ids=str)
def test_costs_nothing(planted, reports):
    report = reports.of(planted)
    judge(report, planted)
    assert report.all_passed and bool(join_words(report)) == bool(planted.hint)
