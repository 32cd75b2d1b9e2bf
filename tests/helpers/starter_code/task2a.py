"""The network, in the starter code's layout."""
import numpy as np
import utils

np.random.seed(1)


def pre_process_images(X, mean=33.55, std=78.88):
    """Images (N, 784) normalised, with a column for the bias: (N, 785)."""
    assert X.shape[1] == 784, X.shape
    X = (X - mean) / std
    return np.append(X, np.ones((X.shape[0], 1)), axis=1)


def cross_entropy_loss(targets, outputs):
    """Mean loss of a batch."""
    assert targets.shape == outputs.shape
    return -np.mean(np.sum(targets * np.log(outputs), axis=1))


def one_hot_encode(Y, num_classes):
    """Labels (N, 1) as rows (N, num_classes)."""
    encoded = np.zeros((Y.shape[0], num_classes))
    encoded[np.arange(Y.shape[0]), Y[:, 0]] = 1
    return encoded


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def improved_sigmoid(z):
    return 1.7159 * np.tanh(2 * z / 3)


def softmax(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


class SoftmaxModel:
    """Any number of layers."""

    def __init__(self, neurons_per_layer, use_improved_sigmoid, use_improved_weight_init,
                 use_relu=False):
        np.random.seed(1)
        self.I = 785
        self.use_improved_sigmoid = use_improved_sigmoid
        self.use_relu = use_relu
        self.neurons_per_layer = neurons_per_layer
        self.ws = []
        prev = self.I
        for size in neurons_per_layer:
            print("Initializing weight to shape:", (prev, size))
            if use_improved_weight_init:
                w = np.random.normal(0, 1 / np.sqrt(prev), (prev, size))
            else:
                w = np.random.uniform(-1, 1, (prev, size))
            self.ws.append(w)
            prev = size
        self.grads = [None for _ in range(len(self.ws))]

    def forward(self, X):
        self.layers = [X]
        for w in self.ws[:-1]:
            z = self.layers[-1].dot(w)
            a = improved_sigmoid(z) if self.use_improved_sigmoid else sigmoid(z)
            self.layers.append(a)
        z = self.layers[-1].dot(self.ws[-1])
        return softmax(z)

    def backward(self, X, outputs, targets):
        assert targets.shape == outputs.shape
        self.grads = [None] * len(self.ws)
        delta = -(targets - outputs)
        for layer in range(len(self.ws) - 1, -1, -1):
            a = self.layers[layer]
            self.grads[layer] = a.T.dot(delta) / X.shape[0]
            if layer > 0:
                if self.use_improved_sigmoid:
                    slope = 1.7159 * 2 / 3 * (1 - (a / 1.7159) ** 2)
                else:
                    slope = a * (1 - a)
                delta = slope * delta.dot(self.ws[layer].T)
        for grad, w in zip(self.grads, self.ws):
            assert grad.shape == w.shape

    def zero_grad(self):
        self.grads = [None for _ in range(len(self.ws))]


def gradient_approximation_test(model, X, Y):
    """Compare some gradients with numerical ones."""
    epsilon = 1e-3
    for layer, w in enumerate(model.ws):
        for index in [(0, 0), (w.shape[0] - 1, w.shape[1] - 1)]:
            before = w[index]
            w[index] = before + epsilon
            up = cross_entropy_loss(Y, model.forward(X))
            w[index] = before - epsilon
            down = cross_entropy_loss(Y, model.forward(X))
            w[index] = before
            model.backward(X, model.forward(X), Y)
            assert abs(model.grads[layer][index] - (up - down) / (2 * epsilon)) < epsilon ** 2


if __name__ == "__main__":
    X_train, Y_train, *_ = utils.load_full_mnist()
    mean, std = X_train.mean(), X_train.std()
    X_train = pre_process_images(X_train, mean, std)
    Y_train = one_hot_encode(Y_train, 10)
    model = SoftmaxModel([64, 10], False, False)
    gradient_approximation_test(model, X_train[:100], Y_train[:100])
