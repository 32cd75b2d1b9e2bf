"""The function of a student's hidden layers, and its slope: measured from outside."""

import numpy as np

# MNIST's, and the assignment's hidden layer: a network may have them written in
NUM_INPUTS, NUM_OUTPUTS, WIDTH = 785, 10, 64
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
        """f(z) of a hidden layer, measured at the outputs.

        A factor that the outputs also have without the flag is divided out: 2b charges it.
        """
        found = self.measure_activation(z, self.use_improved_sigmoid)
        if self.use_improved_sigmoid:
            found = divide_factor(found, lambda: self.measure_activation(z, False),
                                  find_sigmoid(z))
        self._sums = [(found, np.array(z)), *self.__dict__.get("_sums", [])][:4]
        return found

    def measure_activation(self, z, improved):
        """f(z): the first unit's sum is z. Its weight to the first output is 1, and to the others
        0. So the logarithms of the first two outputs differ by f(z). If the outputs are no
        softmax, f(z) is read from the arrays that the model keeps.
        """
        model, ws = self.make_sibling(improved)
        ws[0][0, 0] = ws[1][0, 0] = 1
        model.ws = ws
        X = np.zeros((z.size, NUM_INPUTS))
        X[:, 0] = z.ravel()
        outputs = np.asarray(model.forward(X))
        if outputs.shape == (z.size, NUM_OUTPUTS) and \
                np.allclose(outputs.sum(axis=1), 1, atol=1e-6):
            found = np.log(outputs[:, 0] / outputs[:, 1])
        else:
            found = self.read_activation(model, outputs)
        return found.astype(float).reshape(z.shape)

    @staticmethod
    def read_activation(model, outputs):
        """f(z) if the outputs are no softmax."""
        kept = model.activations[1]
        if kept is not None:
            return kept[:, 0]
        if np.allclose(outputs[:, 1], 0.5):
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
        return divide_factor(found, lambda: self.measure_slope(z, usual, False),
                             usual * (1 - usual))

    def find_sum(self, a):
        """The sum z whose output is a: from activation's calls, or by the formula."""
        for outputs, z in self.__dict__.get("_sums", []):
            if outputs.shape == a.shape and np.array_equal(outputs, a):
                return z
        if self.use_improved_sigmoid:
            return 1.5 * np.arctanh(np.clip(a / 1.7159, -1 + 1e-12, 1 - 1e-12))
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


def divide_factor(found, measure, right):
    """Numbers without the factor that measure() has beside the right ones, if there is one."""
    try:
        factors = measure() / right
    except Exception:
        return found
    usual = float(np.median(factors))
    if usual and np.isfinite(usual) and np.allclose(factors, usual, rtol=1e-4):
        return found / usual
    return found
