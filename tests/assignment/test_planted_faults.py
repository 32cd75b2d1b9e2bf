# ruff: noqa: E501 (what is planted is as long as it is)
"""Faults of our own devising, planted in every blank: each fails a check and costs points there.

They are of three sorts: numbers a little or much wrong, values of another kind, and code that
does not come back or does what it should not. A fault in a helper of subtask 0 costs 2c a point.
"""
import pytest

from planted import (ACCURACY, APPENDED, BACK, BACK_ONE, BATCHES, CALCULATE, COUNT, DELTA,
                     DRAWN, FIRST, GRAD, HIDDEN, IMPROVED, IMPROVED_SLOPE, LAST_SUM, LAYERS, LOSS,
                     MOMENTUM, MOMENTUM_LOOP, NORMAL, NORMALISED, ONE_HOT, ORDER, PLAIN_IF_OFF,
                     RETURN, SIGMOID, SLOPE, SOFTMAX, SOFTMAX_BODY, STATISTICS, STEP, SUMS,
                     TRAIN_STEP, WIDTH, fault, judge)

pytestmark = pytest.mark.faults


def after_grads(lines):
    """The edit that does something with the gradients at the end of backward."""
    return "task2", BACK, BACK + lines


ONE_HOT_AND_LOSS = (
    fault("labels off by one", ("task2", ONE_HOT, ONE_HOT.replace("labels", "(labels - 1)")),
          costs={"2c": 1}, hint="put each 1 into the column of its label"),
    fault("one-hot with -1 elsewhere", ("task2", ONE_HOT, ONE_HOT.replace(
        "np.eye(num_classes)", "(2 * np.eye(num_classes) - 1)")),
          costs={"2c": 1}, hint="expected a single 1 and zeros"),
    fault("one-hot transposed", ("task2", ONE_HOT, ONE_HOT.replace("(int)]", "(int)].T")),
          costs={"2c": 1}, hint="has the shape (10, 6), the transpose"),
    fault("one-hot with ten classes always",
          ("task2", ONE_HOT, ONE_HOT.replace("num_classes", "10")),
          costs={"2c": 1}, hint="one_hot_encode(Y, 3) of two labels has the shape (2, 10)"),
    fault("one-hot as lists", ("task2", ONE_HOT, ONE_HOT.replace("(int)]", "(int)].tolist()")),
          costs={"2c": 1}, hint="is a list, expected an array of shape (6, 10)"),
    fault("logarithm to base 2", ("task2", LOSS, LOSS.replace("log_outputs", "log_outputs / "
                                                              "np.log(2)")),
          costs={"2c": 1}, hint="is it not the natural logarithm?"),
    fault("loss over the classes too", ("task2", LOSS, "    return -np.mean(targets * "
                                                       "log_outputs)\n"),
          costs={"2c": 1}, hint="for 4 classes: take the mean over the examples only"),
    fault("squared error", ("task2", LOSS, "    return np.mean(np.sum((targets - outputs) ** 2, "
                                           "axis=1))\n"),
          costs={"2c": 1}, hint=", expected "),
    fault("loss returns nothing", ("task2", LOSS, LOSS.replace("return", "loss =")),
          costs={"2c": 1}, hint="is None (is there a return?), expected one number"),
    fault("loss as text", ("task2", LOSS, LOSS.replace("return -np", "return str(-np").replace(
        "(targets)", "(targets))")), costs={"2c": 1}, hint="is a str, expected one number"),
    fault("loss changes its outputs",
          ("task2", "    log_outputs = np.log(np.maximum(outputs, np.finfo(outputs.dtype).tiny))\n",
           "    outputs += 1e-12\n    log_outputs = np.log(outputs)\n"),
          costs={"2c": 1}, hint="cross_entropy_loss changes its input array"),
    fault("loss raises", ("task2", LOSS, "    raise ZeroDivisionError('oh')\n"),
          costs={"2c": 1}, hint="cross_entropy_loss raises ZeroDivisionError in task2.py, line"),
    fault("loss returns True", ("task2", LOSS, "    return True\n"),
          costs={"2c": 1}, hint="is a bool, expected one number"),
    fault("loss is NaN", ("task2", LOSS, "    return np.nan\n"),
          costs={"2c": 1}, hint="is nan, expected a finite number"),
)

ACCURACIES_AND_BATCHES = (
    fault("argmax over the wrong axis", ("task2", ACCURACY, ACCURACY.replace("axis=1", "axis=0")),
          costs={"2c": 1}, hint="accuracy_of is 0.75, but the largest output is right for 100% of "
                                "five images"),
    fault("smallest output", ("task2", ACCURACY, ACCURACY.replace("outputs.argmax", "outputs.argmin")),
          costs={"2c": 1}, hint="accuracy_of is 0, but the largest output is right for 100% of "
                                "five images"),
    fault("accuracy in per cent", ("task2", ACCURACY, ACCURACY.replace("float(", "float(100 * ")),
          costs={"2c": 1}, hint="return the fraction, from 0 to 1"),
    fault("number of right images", ("task2", ACCURACY, ACCURACY.replace("mean", "sum")),
          costs={"2c": 1}, hint="return the fraction, not the number of images"),
    fault("error rate", ("task2", ACCURACY, ACCURACY.replace("==", "!=")),
          costs={"2c": 1}, hint="accuracy_of is 0, but the largest output is right for 100% of "
                                "five images: are the wrong images counted?"),
    fault("accuracy of the first thousand rows",
          ("task2", CALCULATE, CALCULATE.replace("(predict(model, X), targets)",
                                                 "(predict(model, X[:3]), targets[:3])")),
          costs={"2c": 1}, hint="calculate_accuracy is"),
    fault("the rest is lost", ("utils", BATCHES, BATCHES.replace(
        "range(0, len(X), batch_size)", "range(0, len(X) - batch_size + 1, batch_size)")),
          costs={"2c": 1}, hint="is the last, smaller batch left out?"),
    fault("the last batch overlaps", ("utils", BATCHES, BATCHES.replace(
        "        rows =", "        start = min(start, len(X) - batch_size)\n        rows =")),
          costs={"2c": 1}, hint="give batches of [4, 4, 4]"),
    fault("images shuffled without their labels",
          ("utils", BATCHES, BATCHES.replace("Y.take(rows, axis=0)", "Y[start:start + batch_size]")),
          costs={"2c": 1}, hint="images have the labels of other images"),
    fault("drawn with replacement", ("utils", ORDER, ORDER.replace(
        "rng.permutation(len(X))", "rng.integers(len(X), size=len(X))")),
          costs={"2c": 1}, hint="of 60 examples, expected each example once"),
    fault("same order each epoch", ("utils", ORDER, ORDER.replace(
        "rng.permutation", "np.random.default_rng(0).permutation")),
          costs={"2c": 1}, hint="two epochs have the same order"),
    fault("shuffles by NumPy's global generator", ("utils", ORDER, ORDER.replace(
        "rng.permutation", "np.random.permutation")),
          costs={"2c": 1}, hint="the same seed gives two orders"),
    fault("shuffles always", ("utils", ORDER, "    order = np.random.default_rng(0)."
                                              "permutation(len(X))\n"),
          costs={"2c": 1}, hint="without shuffle the order of the examples changes"),
    fault("shuffles the images in place",
          ("utils", ORDER, "    if shuffle:\n        order = rng.permutation(len(X))\n"
                           "        X[:], Y[:] = X[order], Y[order]\n"
                           "    order = np.arange(len(X))\n"),
          costs={"2c": 1}, hint="changes its input array"),
    fault("shuffles whenever there is a generator", ("utils", ORDER, ORDER.replace("if shuffle",
                                                                                   "if rng")),
          costs={"2c": 1}, hint="is shuffle ignored?"),
    fault("columns left out", ("utils", BATCHES, BATCHES.replace("X.take(rows, axis=0)", "X[rows, :1]")),
          costs={"2c": 1}, hint="a batch has another number of columns than the examples"),
    fault("labels without their axis", ("utils", BATCHES, BATCHES.replace(
        "Y.take(rows, axis=0)", "Y[rows].ravel()")),
          costs={"2c": 1}, hint="batch_loader should yield pairs"),
    fault("batches without end", ("utils", BATCHES, "    while True:\n        yield X[:1], Y[:1]\n"),
          costs={"2c": 1}, hint="batch_loader yields at least 1000 batches for 10 examples: does it "
                                "never end?"),
)

PIXELS = (
    fault("variance", ("task2", STATISTICS, STATISTICS.replace("np.std", "np.var")),
          costs={"2a": 2}, hint="is it the variance?"),
    fault("wrong order", ("task2", STATISTICS, "    return float(np.std(X_train)), "
                                               "float(np.mean(X_train))\n"),
          costs={"2a": 2}, hint="are the two numbers in the wrong order?"),
    fault("pixels divided by 255", ("task2", STATISTICS, STATISTICS.replace(
        "(X_train)", "(X_train / 255)")), costs={"2a": 2}, hint="are the pixels divided by 255 first?"),
    fault("a mean for each pixel", ("task2", STATISTICS, STATISTICS.replace(
        "float(np.mean(X_train))", "np.mean(X_train, axis=0)")),
          costs={"2a": 2}, hint="one number for each pixel"),
    fault("a deviation for each image", ("task2", STATISTICS, STATISTICS.replace(
        "float(np.std(X_train))", "np.std(X_train, axis=1)")),
          costs={"2a": 2}, hint="one number for each image"),
    fault("numbers of the assignment", ("task2", STATISTICS, "    return 33.55, 78.88\n"),
          costs={"2a": 2}, hint="the mean is 33.5500, expected 60.5000"),
    fault("statistics of the part that is not blank", ("task2", STATISTICS, STATISTICS.replace(
        "(X_train)", "(X_train[X_train > 41])")), costs={"2a": 2}, hint="the mean is"),
    fault("statistics as one array", ("task2", STATISTICS, STATISTICS.replace(
        "float(np.mean(X_train)), float(np.std(X_train))", "np.array([X_train.mean(), "
                                                           "X_train.std()])")),
          costs={"2a": 2}, hint="should return two numbers"),
    fault("mean not taken off", ("task2", NORMALISED, NORMALISED.replace("(X - mean)", "X")),
          costs={"2a": 1}, hint="is the mean not subtracted?"),
    fault("not divided", ("task2", NORMALISED, NORMALISED.replace(" / std", "")),
          costs={"2a": 1}, hint="is the pixel not divided by the standard deviation?"),
    fault("divided by the variance", ("task2", NORMALISED, NORMALISED.replace("std", "std ** 2")),
          costs={"2a": 1}, hint="is it divided by the variance?"),
    fault("X - mean / std", ("task2", NORMALISED, NORMALISED.replace("(X - mean)", "X - mean")),
          costs={"2a": 1}, hint="is the pixel not divided by the standard deviation?"),
    fault("X / std - mean", ("task2", NORMALISED, NORMALISED.replace("(X - mean) / std",
                                                                     "X / std - mean")),
          costs={"2a": 1}, hint="subtract the mean first, then divide"),
    fault("mean - X", ("task2", NORMALISED, NORMALISED.replace("X - mean", "mean - X")),
          costs={"2a": 1}, hint="is the sign wrong?"),
    fault("pixels to 0 to 1", ("task2", NORMALISED, "    normalised = X / 255\n"),
          costs={"2a": 1}, hint="a pixel x becomes 0.003922·x"),
    fault("fixed numbers", ("task2", NORMALISED, "    normalised = (X - 33.55) / 78.88\n"),
          costs={"2a": 1}, hint="a pixel x becomes 0.01268·x"),
    fault("each image on its own", ("task2", NORMALISED, "    normalised = (X - mean) / "
                                                         "X.std(axis=1, keepdims=True)\n"),
          costs={"2a": 1}, hint="is each pixel or image scaled with its own mean"),
    fault("normalises in place", ("task2", NORMALISED, "    X -= mean\n    X /= std\n"
                                                       "    normalised = X\n"),
          costs={"2a": 1}, hint="pre_process_images changes its input array"),
    fault("a few images scaled otherwise", ("task2", NORMALISED, NORMALISED.replace(
        "/ std", "/ std * (1 + (len(X) < 3))")),
          costs={"2a": 1}, hint="the result for an image depends on the images that are passed with it"),
    fault("no bias column", ("task2", APPENDED, "    return normalised\n"),
          costs={"2a": 1}, hint="a column of ones for the bias is missing"),
    fault("two bias columns", ("task2", APPENDED, APPENDED.replace("1))", "2))")),
          costs={"2a": 3}, hint="has the shape (6, 786), expected (6, 785)"),
    fault("load_dataset leaves the bias out",
          ("task2", "pre_process_images(X_val, mean, std), ",
           "pre_process_images(X_val, mean, std)[:, :784], "),
          costs={"2a": 1}, hint="load_dataset returns other arrays than pre_process_images"),
    fault("load_dataset raises", ("task2", "    mean, std = training_statistics(X_train)\n",
                                  "    mean, std, _ = training_statistics(X_train)\n"),
          costs={"2a": 1}, hint="load_dataset raises ValueError"),
    fault("statistics raise", ("task2", STATISTICS, "    return X_train.means()\n"),
          costs={"2a": 2}, hint="training_statistics raises AttributeError in task2.py"),
    fault("bias column of twos", ("task2", APPENDED, APPENDED.replace("ones((len(X), 1))",
                                                                      "full((len(X), 1), 2.0)")),
          costs={"2a": 1}, hint="the column for the bias holds 2, expected 1"),
    fault("bias column in the middle", ("task2", APPENDED, "    return np.insert(normalised, 392, "
                                                           "1, axis=1)\n"),
          costs={"2a": 1}, hint="neither the first nor the last column is constant"),
    fault("pixels cut off at one deviation",
          ("task2", NORMALISED, "    normalised = np.clip((X - mean) / std, -0.9, 0.9)\n"),
          costs={"2a": 1}, hint="1.323: are the numbers rounded or clipped?"),
    fault("whole deviations", ("task2", NORMALISED, NORMALISED.replace("/ std", "// std")),
          costs={"2a": 1}, hint="are the numbers rounded or clipped?"),
    fault("whole numbers", ("task2", APPENDED, APPENDED.replace("))])", "))]).astype(int)")),
          costs={"2a": 1}, hint="is an array of int64, expected floats"),
)

FORWARD = (
    fault("no activation", ("task2", HIDDEN, HIDDEN.replace("self.activation(z)", "z")),
          costs={"2b": 7}, hint="is it another function, or none?"),
    fault("sigmoid of -z", ("task2", SIGMOID, SIGMOID.replace("z / 2", "-z / 2")),
          costs={"2b": 7}, hint="the hidden outputs are already wrong"),
    fault("tanh for the sigmoid", ("task2", SIGMOID, "    return np.tanh(z)\n"),
          costs={"2b": 7}, hint="is it another function, or none?"),
    fault("no softmax", ("task2", SOFTMAX, SOFTMAX.replace("softmax(z)", "z")),
          costs={"2b": 7}, hint="is there a softmax over each row?"),
    fault("softmax over all", ("task2", SOFTMAX_BODY, SOFTMAX_BODY.replace(
        "exponentials.sum(axis=1, keepdims=True)", "exponentials.sum()")),
          costs={"2b": 7}, hint="the outputs are wrong by up to"),
    fault("softmax of half the sums", ("task2", SOFTMAX, SOFTMAX.replace("(z)", "(z / 2)")),
          costs={"2b": 7}, hint="the hidden outputs are right, so look at the output layer"),
    fault("activation at the outputs too", ("task2", SOFTMAX, SOFTMAX.replace(
        "(z)", "(self.activation(z))")), costs={"2b": 7}, hint="so look at the output layer"),
    fault("outputs 0.1 % off", ("task2", SUMS, SUMS.replace("@ w ", "@ w * 1.002 ")),
          costs={"2b": 7}, hint="the hidden outputs are already wrong"),
    fault("bias left out", ("task2", FIRST, FIRST.replace("X]", "X * (X[0] != 1)]")),
          costs={"2b": 7}, hint="the hidden outputs are already wrong"),
    fault("activations appended, not set anew",
          ("task2", FIRST, "        self.activations.append(X)\n"),
          costs={"2b": 7}, hint="activations holds 6 entries after forward"),
    fault("X not kept", ("task2", RETURN, SOFTMAX + "        self.activations = "
                                                    "self.activations[1:]\n"
                                                    "        return self.activations[-1]\n"),
          costs={"2b": 7}, hint="activations holds 2 entries after forward"),
    fault("sums kept, not outputs",
          ("task2", RETURN, SOFTMAX + "        outputs = self.activations[-1]\n"
                            "        self.activations[-1] = z\n        return outputs\n"),
          costs={"2b": 7}, hint="ŷ in activations is not the array that forward has returned"),
    fault("activations by number", ("task2", RETURN, SOFTMAX + "        self.activations = "
          "dict(enumerate(self.activations))\n        return self.activations[len(self.ws)]\n"),
          costs={"2b": 7}, hint="activations is of the type dict, expected the list"),
    fault("forward in float16", ("task2", RETURN, RETURN.replace(
        "return self.activations[-1]", "return self.activations[-1].astype(np.float16)")),
          costs={"2b": 7}, hint="the outputs are wrong by up to"),
    fault("forward of objects", ("task2", RETURN, RETURN.replace(
        "return self.activations[-1]", "return self.activations[-1].astype(object)")),
          costs={"2b": 7}, hint="of the type ndarray of object, expected an array"),
    fault("forward of lists", ("task2", RETURN, RETURN.replace(
        "return self.activations[-1]", "return self.activations[-1].tolist()")),
          costs={"2b": 7}, hint="what forward returns for 32 examples and 3 classes is a list"),
    fault("forward of a matrix", ("task2", RETURN, RETURN.replace(
        "return self.activations[-1]", "return np.matrix(self.activations[-1])")),
          costs={"2b": 7}, hint="of the type matrix of float64, expected an array"),
    fault("forward returns nothing", ("task2", RETURN, SOFTMAX),
          costs={"2b": 7}, hint="is None (is there a return?)"),
    fault("forward transposed", ("task2", RETURN, RETURN.replace("[-1]\n", "[-1].T\n")),
          costs={"2b": 7}, hint="has the shape (3, 32), the transpose"),
    fault("NaN", ("task2", RETURN, RETURN.replace("[-1]\n", "[-1] * np.nan\n")),
          costs={"2b": 7}, hint="holds NaN or infinite numbers"),
    fault("forward changes X", ("task2", FIRST, "        X += 0.0 * X + 1e-9\n" + FIRST),
          costs={"2b": 7}, hint="forward changes its input array"),
    fault("forward calls sys.exit", ("task2", FIRST, "        import sys\n        sys.exit('no')\n"),
          costs={"2b": 7}, hint="forward calls sys.exit in task2.py, line"),
    fault("forward calls os._exit", ("task2", FIRST, "        import os\n        os._exit(3)\n"),
          costs={"2b": 7}, hint="forward ended the Python process (exit status 3)"),
    fault("forward never ends", ("task2", FIRST, "        while True:\n            pass\n"),
          costs={"2b": 7}, hint="forward did not return within 5 s: does a loop never end?"),
    fault("forward without end", ("task2", FIRST, "        return self.forward(X)\n"),
          costs={"2b": 7}, hint="forward raises RecursionError in task2.py, line"),
    fault("forward keeps its first batch",
          ("task2", FIRST, "        X = vars(self).setdefault('first', X)\n" + FIRST),
          costs={"2b": 7}, hint="has the shape (32, 3), expected (1, 3)"),
    fault("forward keeps its first weights",
          ("task2", HIDDEN, HIDDEN.replace("            z =", "            w = FIRST.setdefault("
                                           "w.shape, w)\n            z =")),
          ("task2", "NUM_CLASSES = 10\n", "NUM_CLASSES = 10\nFIRST = {}\n"),
          costs={"2b": 7}, hint="read self.ws in each call"),
    fault("forward drops units at random",
          ("task2", SUMS, SUMS.replace("# (N, J)", "* (np.random.random(w.shape[1]) > 0.5)")),
          costs={"2b": 7}, hint="the hidden outputs are already wrong"),
    fault("deep layers share their weights",
          ("task2", HIDDEN, """        for layer, w in enumerate(self.ws[:-1]):
            w = self.ws[1] if w.shape == self.ws[1].shape else w
            w = np.roll(w, 1, axis=0) if layer > 0 else w
            self.activations.append(self.activation(self.activations[-1] @ w))
""" + LAST_SUM), costs={"4c": 5}, hint="with two hidden layers the outputs are wrong by up to"),
    fault("only the last hidden layer kept",
          ("task2", RETURN, SOFTMAX + "        del self.activations[1:-2]\n"
                                      "        return self.activations[-1]\n"),
          costs={"4c": 5}, hint="activations holds 3 entries with two hidden layers"),
    fault("second hidden layer without its sigmoid",
          ("task2", HIDDEN, HIDDEN.replace("self.activation(z)", "self.activation(z) if "
                                           "len(self.activations) != 2 else z")),
          costs={"4c": 5}, hint="hidden layer 2 is the first wrong layer"),
    fault("deep outputs off, and hidden layers not kept",
          ("task2", SOFTMAX, "        if len(self.ws) > 2:\n            z = 2 * z\n"
           "            del self.activations[1]\n" + SOFTMAX),
          costs={"4c": 5}, hint="does each layer start from the outputs of the one before?"),
    fault("deep outputs off", ("task2", LAST_SUM, LAST_SUM + "        z = z * (1 + 0.1 * "
                                                  "(len(self.ws) > 2))\n"),
          costs={"4c": 5}, hint="all hidden layers are right, so look at the output layer"),
)

BACKWARD = (
    fault("0.1 % in the output layer", after_grads("        self.grads[-1] *= 1.001\n"),
          costs={"2b": 10}, hint="the output layer's gradient is 1.001 times the numerical one"),
    fault("0.1 % in the hidden layer", after_grads("        self.grads[0] *= 1.001\n"),
          costs={"2b": 10}, hint="the hidden layer's gradient is 1.001 times the numerical one"),
    fault("0.1 % in the second of three layers",
          after_grads("        if len(self.ws) > 2:\n            self.grads[1] *= 1.001\n"),
          costs={"4c": 8}, hint="the hidden layer 2's gradient is 1.001 times"),
    fault("one entry", after_grads("        self.grads[0][1, 2] += 0.01\n"),
          costs={"2b": 10}, hint="the hidden layer's gradient differs from the numerical one by"),
    fault("one row: the bias's gradient is missing",
          after_grads("        self.grads[0][-1] = 0\n"),
          costs={"2b": 10}, hint="the hidden layer's gradient differs"),
    fault("depends on the batch size",
          after_grads("        if len(X) == 1:\n            self.grads[-1] = self.grads[-1] * 2\n"),
          costs={"2b": 10}, hint="the output layer's gradient is 2 times the numerical one in "
                                 "every entry, and the batch holds 1; it is right for batches of "
                                 "32 and 5"),
    fault("a mean over 32 always", ("task2", DELTA, DELTA.replace("len(X)", "32")),
          costs={"2b": 10}, hint="0.03125 times the numerical one"),
    fault("divided twice", after_grads("        self.grads = [g / len(X) for g in self.grads]\n"),
          costs={"2b": 10}, hint="is it divided by the batch size twice?"),
    fault("divided by the classes", ("task2", DELTA, DELTA.replace("len(X)", "targets.size")),
          costs={"2b": 10}, hint="with 3 classes: take the mean over the examples"),
    fault("summed with its sign turned", ("task2", DELTA, "        delta = targets - outputs\n"),
          costs={"2b": 10}, hint="is the sign wrong, and the mean over the batch missing?"),
    fault("never set", after_grads("        self.grads = [g * 0 for g in self.grads]\n"),
          costs={"2b": 10, "4c": 8}, hint="is it never set?"),
    fault("twice", after_grads("        self.grads = [g * 2 for g in self.grads]\n"),
          costs={"2b": 10}, hint="remove or add a constant factor"),
    fault("slope left out", ("task2", BACK_ONE, "delta = delta @ self.ws[layer].T"),
          costs={"2b": 10}, hint="the sigmoid's slope is at most 1/4; is the slope missing?"),
    fault("slope of the next layer's outputs",
          ("task2", BACK_ONE, "delta = (self.slope(outputs) * delta) @ self.ws[layer].T"),
          costs={"2b": 10, "4c": 8}, hint="the hidden layer's gradient differs"),
    fault("slope of task 2 wrong", ("task2", SLOPE, "        return a * (1 + a)\n"),
          costs={"2b": 10}, hint="is the slope f'(z) wrong?"),
    fault("slope of the sum", ("task2", SLOPE, "        return sigmoid(a) * (1 - sigmoid(a))\n"),
          costs={"2b": 10}, hint="is the slope f'(z) wrong?"),
    fault("weights transposed where square",
          ("task2", BACK_ONE, BACK_ONE.replace("self.ws[layer].T", "(self.ws[layer] if "
           "self.ws[layer].shape[0] == self.ws[layer].shape[1] else self.ws[layer].T)")),
          costs={"2b": 10}, hint="should the weights to the next layer be transposed?"),
    fault("gradient transposed where square",
          ("task2", GRAD, GRAD + "            if len(set(self.grads[layer].shape)) == 1:\n"
                                 "                self.grads[layer] = self.grads[layer].T\n"),
          costs={"2b": 10}, hint="is it transposed?"),
    fault("weights of the layer before", ("task2", BACK_ONE, BACK_ONE.replace(
        "self.ws[layer].T", "np.roll(self.ws[layer], 1, axis=0).T")),
          costs={"2b": 10}, hint="the hidden layer's gradient differs"),
    fault("targets and outputs exchanged in one class",
          ("task2", DELTA, DELTA + "        delta[:, 0] *= -1\n"),
          costs={"2b": 10}, hint="look at the difference between outputs and targets"),
    fault("gradients transposed", after_grads("        self.grads = [g.T for g in self.grads]\n"),
          costs={"2b": 10}, hint="grads[0] has the shape (4, 5), the transpose"),
    fault("one gradient only", after_grads("        self.grads = self.grads[:1]\n"),
          costs={"2b": 10}, hint="grads is a list of length 1, expected a list of 2 matrices, one for each layer"),
    fault("gradients in the order computed",
          after_grads("        self.grads = self.grads[::-1]\n"),
          costs={"2b": 10}, hint="grads[0] has the shape"),
    fault("gradients as one array of objects",
          after_grads("        self.grads = np.array([*self.grads, None], dtype=object)[:-1]\n"),
          costs={"2b": 10}, hint="expected a list of 2 matrices"),
    fault("gradients as lists", after_grads("        self.grads = [g.tolist() for g in "
                                            "self.grads]\n"),
          costs={"2b": 10}, hint="grads[0] is a list"),
    fault("gradients added up from call to call",
          ("task2", GRAD, GRAD.replace("] =", "] = self.grads[layer] +")),
          costs={"2b": 10}, hint="are they added to the old ones"),
    fault("gradients of the first batch",
          ("task2", DELTA, DELTA + "        self.activations[0] = vars(self).setdefault('X', X)\n"),
                    costs={"2b": 10}, hint="the gradients of a second call of backward are wrong"),
    fault("backward changes the outputs",
          ("task2", DELTA, "        outputs -= targets\n        delta = outputs / len(X)\n"),
          costs={"2b": 10}, hint="backward changes its input array"),
    fault("backward sets the bias row of hidden layers only at depth",
          after_grads("        if len(self.ws) > 2:\n            self.grads[0][-1] = 0\n"),
          costs={"4c": 8}, hint="the hidden layer 1's gradient differs"),
    fault("first layers left out at depth",
          after_grads("        for layer in range(len(self.ws) - 2):\n"
                      "            self.grads[layer] = 0 * self.ws[layer]\n"),
          costs={"4c": 8}, hint="hidden layer 1's gradient is 0 times"),
    fault("slope squared at depth",
          ("task2", BACK_ONE, BACK_ONE.replace("self.slope(a)", "self.slope(a) ** (1 + (layer > 1"
                                                                "))")),
          costs={"4c": 8}, hint="with 2 hidden layers, the hidden layer 2's gradient differs"),
    fault("one entry, but for a single example",
          after_grads("        if len(X) > 1:\n            self.grads[0][1, 2] += 0.01\n"),
          costs={"2b": 10}, hint="but the layers after it are right: look at the delta that is passed back"),
    fault("backward raises with one hidden layer, and is wrong with more",
          ("task2", DELTA, "        assert len(self.ws) != 2\n" + DELTA),
          after_grads("        self.grads = [g * 3 for g in self.grads]\n"),
          costs={"2b": 10}, hint="backward raises AssertionError"),
    fault("backward raises", ("task2", DELTA, "        print(undefined)\n" + DELTA),
          costs={"2b": 10}, hint="backward raises NameError in task2.py, line"),
    fault("backward never ends", ("task2", DELTA, DELTA + "        while True:\n            pass\n"),
          costs={"2b": 10}, hint="backward did not return within 5 s"),
)

TRAINING = (
    fault("weights from U(0, 1)", ("task2", DRAWN, DRAWN.replace("-1, 1", "0, 1")),
          costs={"2c": 3}, hint="are they drawn from 0 to 1?"),
    fault("weights normal", ("task2", DRAWN, DRAWN.replace("uniform(-1, 1", "normal(0, 0.577")),
          costs={"2c": 3}, hint="are they drawn from a normal distribution?"),
    fault("weights of zeros", ("task2", DRAWN, "        return np.zeros((fan_in, units))\n"),
          costs={"2c": 3}, hint="go from 0 to 0"),
    fault("weights from U(-0.5, 0.5)", ("task2", DRAWN, DRAWN.replace("-1, 1", "-0.5, 0.5")),
          costs={"2c": 3}, hint="with mean"),
    fault("weights transposed", ("task2", DRAWN, DRAWN.replace("fan_in, units", "units, fan_in")),
          costs={"2c": 3}, hint="ws[0] has the shape (120, 300), the transpose"),
    fault("weights by NumPy's global generator",
          ("task2", DRAWN, DRAWN.replace("rng.", "np.random.")),
          costs={"2c": 3}, hint="two networks with the same seed have different weights"),
    fault("weights by a seed of their own",
          ("task2", DRAWN, DRAWN.replace("rng.", "np.random.default_rng(1).")),
          costs={"2c": 3}, hint="two seeds give the same weights"),
    fault("up the gradient", ("task2", STEP, STEP.replace("-=", "+=")),
          costs={"2c": 3}, hint="is the sign wrong?"),
    fault("up the gradient without a rate", ("task2", STEP, "            w += grad\n"),
          costs={"2c": 3}, hint="is the learning rate left out, and the sign wrong?"),
    fault("moves copies", ("task2", STEP, "            w = w - self.learning_rate * grad\n"),
          costs={"2c": 3}, hint="is a new array made instead of changing the model's?"),
    fault("divided by the batch again",
          ("task2", STEP, STEP.replace("* grad", "* grad / self.batch_size")),
          costs={"2c": 3}, hint="are they divided again?"),
    fault("a step by the sign alone", ("task2", STEP, STEP.replace("grad\n", "np.sign(grad)\n")),
          costs={"2c": 3}, hint="in another direction than minus their gradient"),
    fault("output layer alone",
          ("task2", LAYERS, LAYERS.replace("self.model.ws, self.model.grads",
                                           "self.model.ws[-1:], self.model.grads[-1:]")),
          costs={"2c": 3}, hint="the weights of layer 1"),
    fault("weight decay", ("task2", STEP, STEP.replace("grad\n", "(grad + 0.01 * w)\n")),
          costs={"2c": 3}, hint="in another direction"),
    fault("update twice", ("task2", TRAIN_STEP, TRAIN_STEP.replace(
        "        self.update()\n", "        self.update()\n        self.update()\n")),
          costs={"2c": 3}, hint="train_step moves the weights by 2 times"),
    fault("update before backward", ("task2", TRAIN_STEP, """        outputs = self.model.forward(X_batch)
        loss = cross_entropy_loss(Y_batch, outputs)
        self.update()
        self.model.backward(X_batch, outputs, Y_batch)
        return loss
"""), costs={"2c": 3}, hint="by the gradients of the previous step: call backward before update"),
    fault("no update", ("task2", TRAIN_STEP, TRAIN_STEP.replace("        self.update()\n", "")),
          costs={"2c": 3}, hint="they do not move"),
    fault("no backward", ("task2", TRAIN_STEP, TRAIN_STEP.replace(
        "        self.model.backward(X_batch, outputs, Y_batch)\n", "")),
          costs={"2c": 3}, hint="train_step does not call the model's backward"),
    fault("backward's arguments the wrong way round", ("task2", TRAIN_STEP, TRAIN_STEP.replace(
        "X_batch, outputs, Y_batch", "X_batch, Y_batch, outputs")),
          costs={"2c": 3}, hint="train_step does not pass the outputs to backward in the right place"),
    fault("no forward", ("task2", TRAIN_STEP, TRAIN_STEP.replace(
        "self.model.forward(X_batch)", "Y_batch * 0.5 + 0.1")),
          costs={"2c": 3}, hint="train_step does not call the model's forward"),
    fault("loss after the step", ("task2", TRAIN_STEP, TRAIN_STEP.replace(
        "return loss", "return cross_entropy_loss(Y_batch, self.model.forward(X_batch))")),
          costs={"2c": 3}, hint="is it the loss after the step?"),
    fault("returns the accuracy", ("task2", TRAIN_STEP, TRAIN_STEP.replace(
        "return loss", "return accuracy_of(outputs, Y_batch)")),
          costs={"2c": 3}, hint="train_step returns"),
    fault("train_step returns nothing", ("task2", TRAIN_STEP, TRAIN_STEP.replace(
        "        return loss\n", "")), costs={"2c": 3}, hint="train_step returns None"),
    fault("train_step returns each example's loss", ("task2", TRAIN_STEP, TRAIN_STEP.replace(
        "return loss", "return -np.sum(Y_batch * np.log(outputs), axis=1)")),
          costs={"2c": 3}, hint="what train_step returns is an array of shape (4,)"),
    fault("train_step returns the outputs too", ("task2", TRAIN_STEP, TRAIN_STEP.replace(
        "return loss\n", "return loss, outputs\n")),
          costs={"2c": 3}, hint="what train_step returns is a tuple, expected one number"),
    fault("train_step changes its batch", ("task2", TRAIN_STEP, "        X_batch *= 1.5\n"
                                           + TRAIN_STEP),
          costs={"2c": 3}, hint="train_step changes its input array"),
    fault("update calls exit", ("task2", STEP, STEP + "        exit()\n"),
          costs={"2c": 3}, hint="update calls sys.exit"),
    fault("train forgets the rest of an epoch",
          ("task2", "        for X_batch, Y_batch in self.batches(num_epochs):\n",
           "        for X_batch, Y_batch in list(self.batches(num_epochs))[:-1]:\n"),
          costs={"2c": 3}, hint="train takes 29 steps in 3 epochs of 10 batches"),
    fault("train validates once an epoch",
          ("task2", "    validations_per_epoch = 5\n", "    validations_per_epoch = 1\n"),
          costs={"2c": 3}, hint="train validates 3 times in 3 epochs"),
    fault("a step of its own, without update",
          ("task2", TRAIN_STEP, TRAIN_STEP.replace("self.update()", "self.model.ws[0] -= 0.5")),
          ("task2", LAYERS + STEP, "        raise ValueError('unused')\n"),
          costs={"2c": 3}, hint="train_step moves the weights of layer 1 in another direction"),
    fault("deep layers move unequally",
          ("task2", LAYERS + STEP, "        for w, grad in zip(self.model.ws, self.model.grads):\n"
           "            w -= self.learning_rate * grad\n            if len(self.model.ws) > 2:\n"
           "                w[0] = 0\n"),
          costs={"4c": 8}, hint="layer 1 moves in a wrong direction in update"),
    fault("deep layers move half as far",
          ("task2", LAYERS + STEP, "        for i, (w, grad) in enumerate(zip(self.model.ws, "
           "self.model.grads)):\n            w -= self.learning_rate * grad * (1 if i < 2 else "
           "0.5)\n"), costs={"4c": 8}, hint="layer 3 moves 0.5 times as far as it should"),
)

COUNTS = (
    fault("a bias for each unit", ("task2", COUNT, COUNT.replace("fan_in * units",
                                                                 "(fan_in + 1) * units")),
          costs={"2d": 5}, hint="is a bias counted for each unit, though"),
    fault("785 inputs always", ("task2", COUNT, COUNT.replace("    return", "    layers[0] = 785\n"
                                                              "    return")),
          costs={"2d": 5}, hint="count_parameters([7, 3], 6) is 5,516, expected 63"),
    fault("784 inputs by default",
          ("task2", "def count_parameters(neurons_per_layer, num_inputs=785):",
           "def count_parameters(neurons_per_layer, num_inputs=784):"),
          costs={"2d": 5}, hint="count_parameters([1]) is not 785"),
    fault("units counted", ("task2", COUNT, "    return sum(layers[1:])\n"),
          costs={"2d": 5}, hint="are units counted instead of weights?"),
    fault("last matrix left out", ("task2", COUNT, COUNT.replace("layers[1:]))",
                                                                 "layers[1:-1])) or 12")),
          costs={"2d": 5}, hint="is the last matrix left out?"),
    fault("first matrix left out", ("task2", COUNT, COUNT.replace(
        "zip(layers,", "zip(layers[1:],").replace("layers[1:]))", "layers[2:])) or 12")),
          costs={"2d": 5}, hint="is the first matrix left out?"),
    fault("count as a float", ("task2", COUNT, COUNT.replace("sum(", "1.0 * sum(")),
          costs={"2d": 5}, hint="is 63.0, a float: expected a whole number"),
    fault("count as text", ("task2", COUNT, COUNT.replace("sum(", "str(").replace(
        "fan_in * units for fan_in, units in zip(layers, layers[1:])", "layers")),
          costs={"2d": 5, "4d": 2}, hint="task4.py cannot be imported: TypeError"),
    fault("rounds down always", ("task4", WIDTH, WIDTH.replace(
        "    return min((width, width + 1), key=lambda candidate: abs(parameters(candidate) - "
        "budget))\n", "    return width\n")),
          costs={"4d": 2}, hint="which is nearer"),
    fault("rounds up always", ("task4", WIDTH, WIDTH.replace(
        "    return min((width, width + 1), key=lambda candidate: abs(parameters(candidate) - "
        "budget))\n", "    return width + 1\n")),
          costs={"4d": 2}, hint="which is nearer"),
    fault("two hidden layers always", ("task4", WIDTH, WIDTH.replace(
        "    width = 1\n", "    def parameters(width):\n        return count_parameters([width] * 2 "
                           "+ [num_outputs], num_inputs)\n    width = 1\n")),
          costs={"4d": 2}, hint="which is nearer"),
    fault("every second width", ("task4", WIDTH, WIDTH.replace("width += 1", "width += 2")),
          costs={"4d": 2}, hint="which is nearer"),
    fault("width from 0 up", ("task4", WIDTH, WIDTH.replace("width = 1", "width = 0")),
          costs={"4d": 2}, hint="equal_width raises ValueError"),
    fault("width 0", ("task4", WIDTH, "    return max(0, 0)\n"),
          costs={"4d": 2}, hint="is 0, expected a width of at least 1"),
    fault("width as a float", ("task4", WIDTH, WIDTH.replace("    width = 1\n",
                                                             "    width = 1.0\n")),
          costs={"4d": 2}, hint="a float: expected a whole number"),
    fault("BUDGET of another network",
          ("task4", "BUDGET = count_parameters(MOMENTUM.neurons_per_layer)\n",
           "BUDGET = count_parameters((32, 10))\n"),
          costs={"4d": 2}, hint="BUDGET is 25,440, but the network of task 3 has 50,880 "
                                "parameters"),
    fault("WIDTH of one layer", ("task4", "WIDTH  = equal_width(BUDGET, hidden_layers=2)\n",
                                 "WIDTH  = equal_width(BUDGET, hidden_layers=1)\n"),
          costs={"4d": 2}, hint="WIDTH is 64, but equal_width(BUDGET, 2) gives another number"),
    fault("TWO with three layers", ("task4", "neurons_per_layer=(WIDTH, WIDTH, 10))",
                                    "neurons_per_layer=(WIDTH, WIDTH, WIDTH, 10))"),
          costs={"4d": 2}, hint="TWO has the layers (60, 60, 60, 10)"),
    fault("task4 cannot be imported", ("task4", "", "import torch_that_is_not_there"),
          costs={"4d": 2}, hint="task4.py cannot be imported: ModuleNotFoundError"),
    fault("task4 never ends", ("task4", "", "while True:\n    pass"),
          costs={"4d": 2}, hint="importing task4.py did not end within 20 s"),
)

TRICKS = (
    fault("tanh(z / 1.5) without 1.7159", ("task3", IMPROVED, IMPROVED.replace("1.7159 * ", "")),
          costs={"3a": 3}, hint="by the factor 0.58278 everywhere"),
    fault("2/3 left out", ("task3", IMPROVED, IMPROVED.replace("2 / 3 * z", "z")),
          costs={"3a": 3}, hint="look at both constants"),
    fault("2/3 mistyped", ("task3", IMPROVED, IMPROVED.replace("2 / 3", "0.66")),
          costs={"3a": 3}, hint="look at both constants"),
    fault("3/2 for 2/3", ("task3", IMPROVED, IMPROVED.replace("2 / 3", "3 / 2")),
          costs={"3a": 3}, hint="look at both constants"),
    fault("moved up", ("task3", IMPROVED, IMPROVED.replace("z)", "z) + 0.1")),
          costs={"3a": 3}, hint="0.1 at z = 0, expected 0"),
    fault("activation changes z", ("task3", IMPROVED, "        z *= 2 / 3\n"
                                   + IMPROVED.replace("2 / 3 * ", "")),
          costs={"3a": 3}, hint="activation changes its input array"),
    fault("slope over 1.7159 twice", ("task3", IMPROVED_SLOPE, IMPROVED_SLOPE.replace(
        "1.7159 * 2 / 3 *", "2 / 3 *")), costs={"3a": 3}, hint="0.5828 times the measured slope"),
    fault("a not over 1.7159", ("task3", IMPROVED_SLOPE, IMPROVED_SLOPE.replace(
        "(a / 1.7159)", "a")), costs={"3a": 3}, hint="is it squared, and is a divided by 1.7159?"),
    fault("slope plus", ("task3", IMPROVED_SLOPE, IMPROVED_SLOPE.replace("(1 - ", "(1 + ")),
          costs={"3a": 3}, hint="the part that decreases with |z| is wrong"),
    fault("slope of the layer's mean", ("task3", IMPROVED_SLOPE, IMPROVED_SLOPE.replace(
        "** 2)", "** 2).mean() + 0 * a")), costs={"3a": 3}, hint="times the measured slope"),
    fault("activation raises, slope wrong",
          ("task3", IMPROVED, "        return z.tanhs()\n"),
          ("task3", IMPROVED_SLOPE, IMPROVED_SLOPE.replace("1 - ", "1 + ")),
          costs={"3a": 6}, hint="activation raises AttributeError in task3.py"),
    fault("slope returns nothing", ("task3", IMPROVED_SLOPE, "        pass\n"),
          costs={"3a": 3}, hint="slope(a) is None"),
    fault("forward of task 2 calls sigmoid", ("task2", HIDDEN, HIDDEN.replace(
        "self.activation(z)", "sigmoid(z)")),
          costs={"3a": 3}, hint="call self.activation for each hidden layer, and for no other?"),
    fault("backward of task 2 has the sigmoid's slope",
          ("task2", BACK_ONE, BACK_ONE.replace("self.slope(a)", "a * (1 - a)")),
          costs={"3a": 3}, hint="call self.slope with the outputs a of each hidden layer?"),
    fault("task3 cannot be imported", ("task3", "", "def broken(:\n    pass"),
          costs={"3a": 6, "3b": 4, "3c": 4, "4d": 2},
          hint="task3.py cannot be imported: SyntaxError in task3.py, line 5"),
    fault("√(2/fan-in)", ("task3", NORMAL, NORMAL.replace("1 / np.sqrt(fan_in)",
                                                          "np.sqrt(2 / fan_in)")),
          costs={"3b": 4}, hint="is it √(2/fan-in)?"),
    fault("Glorot", ("task3", NORMAL, NORMAL.replace("1 / np.sqrt(fan_in)",
                                                     "np.sqrt(2 / (fan_in + units))")),
          costs={"3b": 4}, hint="is the fan-out included?"),
    fault("never scaled", ("task3", NORMAL, NORMAL.replace("1 / np.sqrt(fan_in)", "1")),
          costs={"3b": 4}, hint="is the scaling missing?"),
    fault("uniform with that deviation", ("task3", NORMAL, "        side = np.sqrt(3 / fan_in)\n"
          "        return rng.uniform(-side, side, (fan_in, units))\n"),
          costs={"3b": 4}, hint="from 0, expected 0.046: are they drawn from a normal distribution?"),
    fault("mean not 0", ("task3", NORMAL, NORMAL.replace("(0,", "(0.1 / np.sqrt(fan_in),")),
          costs={"3b": 4}, hint="expected 0"),
    fault("first layer alone", ("task3", NORMAL, NORMAL.replace(
        "1 / np.sqrt(fan_in)", "1 / np.sqrt(fan_in) if fan_in > 200 else 0.5")),
          costs={"3b": 4}, hint="the weights of layer 2, with fan-in 120 and 40 units"),
    fault("improved weights by a seed of their own",
          ("task3", NORMAL, NORMAL.replace("rng.", "np.random.default_rng(0).")),
          costs={"3b": 4}, hint="two seeds give the same weights"),
    fault("improved weights always",
          ("task3", "        if not self.use_improved_weight_init:\n"
                    "            return super().initial_weights(rng, fan_in, units)\n", ""),
          costs={"3b": 4}, hint="with use_improved_weight_init turned off"),
    fault("gradient twice", ("task3", MOMENTUM, MOMENTUM.replace(
        "* velocity\n", "* (grad + self.momentum_gamma * velocity)\n")),
          costs={"3c": 4}, hint="is the new gradient counted twice?"),
    fault("momentum up the gradient", ("task3", MOMENTUM, MOMENTUM.replace("w -=", "w +=")),
          costs={"3c": 4}, hint="is the sign wrong?"),
    fault("gamma 0.8", ("task3", MOMENTUM, MOMENTUM.replace("self.momentum_gamma", "0.8")),
          costs={"3c": 4}, hint="0.8 of the first update is kept, expected γ = 0.9"),
    fault("velocity of other trainers",
          ("task3", "        self.velocity = [np.zeros_like(w) for w in self.model.ws]\n",
           "        self.velocity = [VELOCITY.setdefault(w.shape, np.zeros_like(w))\n"
           "                         for w in self.model.ws]\n"),
          ("task3", "import task2\n", "import task2\nVELOCITY = {}\n"),
          costs={"3c": 4}, hint="do trainers share the stored updates?"),
    fault("one velocity for all layers",
          ("task3", MOMENTUM, """            if not hasattr(self, "mean"):
                self.mean = 0
            self.mean = self.momentum_gamma * self.mean + grad.mean()
            w -= self.learning_rate * (grad + self.mean - grad.mean())
"""), costs={"3c": 4}, hint="is the first wrong step"),
    fault("first layer without momentum",
          ("task3", MOMENTUM_LOOP, MOMENTUM_LOOP.replace(
              "self.model.ws, self.model.grads, self.velocity",
              "self.model.ws[1:], self.model.grads[1:], self.velocity[1:]")),
          costs={"3c": 4}, hint="layer 1 does not move"),
    fault("velocity forgotten after three steps",
          ("task3", MOMENTUM, MOMENTUM.replace("            velocity *=", "            self.n = "
           "getattr(self, 'n', 0) + 1\n            velocity *= 0 if self.n > 8 else")),
          costs={"3c": 4}, hint="step 5 is the first wrong step"),
    fault("gamma 0 is another step", ("task3", PLAIN_IF_OFF, "        if not self.momentum_gamma:\n"
                                      "            return None\n"),
          costs={"3c": 4}, hint="with γ = 0 the step differs from that of SoftmaxTrainer"),
    fault("momentum raises", ("task3", MOMENTUM_LOOP, "        self.velocity[7]\n" + MOMENTUM_LOOP),
          costs={"3c": 4}, hint="update raises IndexError in task3.py"),
    fault("a name is gone", ("task3", "class MomentumTrainer(SoftmaxTrainer):",
                             "class Momentum(SoftmaxTrainer):"),
          ("task3", "    return MomentumTrainer(self.", "    return Momentum(self."),
          costs={"3c": 4}, hint="task3.MomentumTrainer is missing: restore this name"),
)

EVERYWHERE = (
    fault("task2 calls sys.exit at import", ("task2", "", "import sys\nsys.exit(0)"),
          costs={"2a": 5, "2b": 17, "2c": 4, "2d": 5, "3a": 6, "3b": 4, "3c": 4, "4c": 13, "4d": 2},
          hint="task2.py cannot be imported: SystemExit in task2.py, line 7"),
    fault("utils ends the process at import", ("utils", "", "import os\nos._exit(0)"),
          costs={"2a": 5, "2b": 17, "2c": 4, "2d": 5, "3a": 6, "3b": 4, "3c": 4, "4c": 13, "4d": 2},
          hint="ended the Python process (exit status 0)"),
)

TWO_AT_ONCE = (
    fault("sigmoid outputs, and gradients summed",
          ("task2", SOFTMAX, SOFTMAX.replace("softmax", "sigmoid")),
          ("task2", DELTA, DELTA.replace(" / len(X)", "")),
          costs={"2b": 17}, hint="every layer's gradient is 32 times the numerical one"),
    fault("outputs in float32, and gradients summed",
          ("task2", RETURN, RETURN.replace("[-1]\n", "[-1].astype('float32') - 1e-3\n")),
          ("task2", DELTA, DELTA.replace(" / len(X)", "")),
          costs={"2b": 17}, hint="every layer's gradient is 32 times the numerical one"),
    fault("gradient's sign turned, and two layers hard-coded",
          ("task2", DELTA, DELTA.replace("-(targets", "(targets")),
          ("task2", BACK, """        hidden = self.activations[1]
        self.grads[1] = hidden.T @ delta
        self.grads[0] = X.T @ (self.slope(hidden) * (delta @ self.ws[1].T))
"""), costs={"2b": 10, "4c": 8}, hint="with 2 hidden layers: "),
    fault("gradient twice, and the second of three layers left out",
          ("task2", BACK, BACK + "        self.grads = [g * (2 * (len(g) != 6)) for g in self.grads]\n"),
          costs={"2b": 10, "4c": 8}, hint="gradient is 0 times the numerical one"),
    fault("no activation, and another deep network",
          ("task2", HIDDEN, HIDDEN.replace("self.activation(z)", "z * len(self.activations)")),
          costs={"2b": 7, "4c": 5}, hint="with two hidden layers the outputs are wrong"),
    fault("own statistics, and a bias column of zeros",
          ("task2", NORMALISED, "    normalised = (X - X.mean()) / X.std()\n"),
          ("task2", APPENDED, APPENDED.replace("ones", "zeros")),
          costs={"2a": 2}, hint="is a column of zeros added instead of ones?"),
    fault("learning rate fixed, and only two layers updated",
          ("task2", LAYERS, LAYERS.replace("self.model.ws,", "self.model.ws[:2],")),
          ("task2", STEP, "            w -= 0.1 * grad\n"),
          costs={"2c": 3, "4c": 8}, hint="3 and 4 do not move in update"),
    fault("loss and accuracy",
          ("task2", LOSS, LOSS.replace(" / len(targets)", "")),
          ("task2", ACCURACY, ACCURACY.replace("==", "!=")),
          costs={"2c": 1}, hint="is it the sum instead of the mean?"),
    fault("forward, backward and update do nothing",
          ("task2", FIRST, "        return None\n" + FIRST),
          ("task2", DELTA, "        return None\n" + DELTA),
          ("task2", STEP, "            pass\n"),
          costs={"2b": 17, "2c": 3, "4c": 13}, hint="is None (is there a return?)"),
)

TABLE = (*ONE_HOT_AND_LOSS, *ACCURACIES_AND_BATCHES, *PIXELS, *FORWARD, *BACKWARD, *TRAINING,
         *COUNTS, *TRICKS, *EVERYWHERE, *TWO_AT_ONCE)


@pytest.mark.parametrize("planted", TABLE, ids=str)
def test_planted_fault(planted, reports):
    judge(reports.of(planted), planted)
    assert planted.costs
