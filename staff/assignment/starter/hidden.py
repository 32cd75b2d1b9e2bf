"""The function of a student's hidden layers, and its slope: measured from outside."""

import numpy as np

# MNIST's, and the assignment's hidden layer: a network may have them written in
NUM_INPUTS, NUM_OUTPUTS, WIDTH = 785, 10, 64
IMPROVED = 1.7159   # the bound of the improved sigmoid
# the first delta is small, and the others are too: a backward that also moves the weights of the
# output layer hardly changes them
DELTA = 1e-4
OUTPUTS = np.array([[DELTA, 1 - 1.008 * DELTA, *[DELTA / 1000] * 8]])
TARGETS = np.eye(NUM_OUTPUTS)[[1]]


class HiddenFunctions:
    """Measures a network's hidden layers, at siblings of it that have the assignment's sizes."""

    def make_sibling(self, improved):
        """Another network of the student's, and weights of 0 in its shapes."""
        sizes = [WIDTH, NUM_OUTPUTS]
        try:
            model = type(self)(sizes, NUM_INPUTS, 0, improved, False)
        except NotImplementedError:
            raise
        except Exception:       # what draws the weights is judged elsewhere
            model = type(self).__new__(type(self))
            model.neurons_per_layer, model.num_inputs = tuple(sizes), NUM_INPUTS
            model.use_improved_sigmoid = improved
        return model, [np.zeros((NUM_INPUTS, WIDTH)), np.zeros((WIDTH, NUM_OUTPUTS))]

    def activation(self, z):
        """f(z) of a hidden layer, measured at the outputs."""
        found = self.measure_in_spite(z) if self.use_improved_sigmoid else \
            self.measure_activation(z, False)
        self._sums = [(found, np.array(z)), *self.__dict__.get("_sums", [])][:4]
        return found

    def measure_in_spite(self, z):
        """f(z) with the flag, in spite of faults that the network has without it too: 2b charges
        them. Raises ValueError if f cannot be told from them: then a person looks.
        """
        found = self.measure_activation(z, True)
        if np.allclose(found, improve(z)):
            return found
        try:
            plain = self.measure_activation(z, False)
        except Exception:       # of task 2
            return found
        undone = self.undo_faults(z, False)
        if undone is None:
            try:
                undone = self.undo_faults(z, True)
            except ValueError:
                if not np.allclose(found, plain):       # otherwise the flag is ignored
                    raise
        return found if undone is None else undone

    def undo_faults(self, z, kept):
        """f(z) with the flag, without the factor that the outputs or the sums z have without it.

        So, too, if it is right of other sums, which show without it. None if nothing shows.
        """
        plain, usual = self.measure_activation(z, False, kept), find_sigmoid(z)
        if factor := find_factor(plain, usual):
            return self.measure_activation(z, True, kept) / factor
        inside = np.clip(plain, 1e-12, 1 - 1e-12)
        sums = np.log(inside / (1 - inside))        # that the sigmoid was taken of
        if factor := find_factor(sums, z):
            return self.measure_activation(z / factor, True, kept)
        if np.allclose(self.measure_activation(z, True, kept), improve(sums)):
            return improve(z)
        return None

    def measure_activation(self, z, improved, kept=False):
        """f(z): the first unit's sum is z. Its weights to the first two outputs are 1 and -1, and
        0 to the others. So the logarithms of these outputs differ by 2 f(z). If the outputs are
        no softmax, or are not to be used, f(z) is read from the arrays that the model keeps.
        """
        model, ws = self.make_sibling(improved)
        ws[0][0, 0] = 1
        ws[1][0, :2] = 1, -1
        model.ws = ws
        X = np.zeros((z.size, NUM_INPUTS))
        X[:, 0] = z.ravel()
        outputs = np.asarray(model.forward(X))
        if not kept and outputs.shape == (z.size, NUM_OUTPUTS) and \
                np.allclose(outputs.sum(axis=1), 1, atol=1e-6):
            found = np.log(outputs[:, 0] / outputs[:, 1]) / 2
        else:
            found = self.read_activation(model, outputs)
        return found.astype(float).reshape(z.shape)

    @staticmethod
    def read_activation(model, outputs):
        """f(z) if the outputs are no softmax."""
        kept = model.activations[1]
        if kept is not None:
            return kept[:, 0]
        if np.allclose(outputs[:, 2], 0.5):
            return np.log(outputs[:, 0] / (1 - outputs[:, 0]))
        raise ValueError("the hidden layers' function cannot be measured, since the outputs are "
                         "no softmax")

    def slope(self, a):
        """f'(z) where f(z) = a, measured by backward: the gradient of the first matrix.

        The model is handed the outputs a. A factor that the gradient also has without the flag is
        divided out: another check charges it.
        """
        z = self.find_sum(a)
        found, usual = self.measure_slope(z, a, self.use_improved_sigmoid), find_sigmoid(z)
        if self.use_improved_sigmoid and np.allclose(found, 2 / 3 * (IMPROVED - a**2 / IMPROVED)):
            return found        # the other slope may have a sign that fits its own function
        return divide_factor(found, lambda: self.measure_slope(z, usual, False),
                             usual * (1 - usual))

    def find_sum(self, a):
        """The sum z whose output is a: from activation's calls, or by the formula."""
        for outputs, z in self.__dict__.get("_sums", []):
            if outputs.shape == a.shape and np.array_equal(outputs, a):
                return z
        if self.use_improved_sigmoid:
            return 1.5 * np.arctanh(np.clip(a / IMPROVED, -1 + 1e-12, 1 - 1e-12))
        inside = np.clip(a, 1e-12, 1 - 1e-12)
        return np.log(inside / (1 - inside))

    def measure_slope(self, z, a, improved):
        """The slopes in backward, with one example, and one hidden unit for each sum z."""
        model, ws = self.make_sibling(improved)
        ws[0][0, :z.size] = z.ravel()
        ws[1][:, 0] = 0.5
        model.ws = ws
        X = np.zeros((1, NUM_INPUTS))
        X[0, 0] = 1
        hidden = np.zeros((1, WIDTH))
        hidden[0, :a.size] = a.ravel()
        model.activations = [X, hidden, OUTPUTS]
        model.backward(X, OUTPUTS.copy(), TARGETS.copy())
        found = np.asarray(model.grads[0], float)[0, :z.size].reshape(z.shape)
        return found / (0.5 * OUTPUTS[0, 0])


def find_sigmoid(z):
    """The sigmoid of sums."""
    return 1 / (1 + np.exp(-z))


def improve(z):
    """The improved sigmoid of sums."""
    return IMPROVED * np.tanh(2 / 3 * z)


def find_factor(found, right):
    """The factor of numbers beside the right ones if it is the same for all of them; or 0."""
    factors = found[right != 0] / right[right != 0]
    usual = float(np.median(factors))
    return usual if np.isfinite(usual) and np.allclose(factors, usual, rtol=1e-4) else 0


def divide_factor(found, measure, right):
    """Numbers without the factor that measure() has beside the right ones, if there is one."""
    try:
        return found / (find_factor(measure(), right) or 1)
    except Exception:
        return found
