# ruff: noqa: F821 (names of the scripts that these stand in)
"""Code that computes nothing, or nothing of the kind: it earns no points."""
from planted import at, fault


@fault(costs={"2b": 17, "3a": 6, "4c": 13}, says="do not depend on the images")
class outputs_the_same_for_all_and_gradients_of_0:
    @at("task2.SoftmaxModel.forward")
    def forward(self, X):
        K = self.ws[-1].shape[1]
        self.activations = [X, *(np.ones((len(X), w.shape[1])) / K for w in self.ws)]
        return self.activations[-1]

    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        self.grads = [0 * w for w in self.ws]


@fault(costs={"2b": 7, "3a": 3, "4c": 5}, says="do not depend on the images")
class outputs_of_the_last_bias_alone:
    @at("task2.SoftmaxModel.forward")
    def forward(self, X):
        self.right_forward(0 * X)
        return self.activations[-1]


@fault(costs={"2b": 17, "2c": 3, "4c": 13}, says="forward raises ValueError")
class forward_backward_and_update_only_raise:
    @at("task2.SoftmaxModel.forward")
    def forward(self, X):
        raise ValueError("later")

    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        raise ValueError("later")

    @at("task2.SoftmaxTrainer.update")
    def update(self):
        raise ValueError("later")


@fault(costs={"3a": 6}, says="slope(a) is 0")
class activation_0_and_slope_0:
    @at("task3.ImprovedModel.activation")
    def activation(self, z):
        if not self.use_improved_sigmoid:
            return super().activation(z)
        return 0 * z

    @at("task3.ImprovedModel.slope")
    def slope(self, a):
        if not self.use_improved_sigmoid:
            return super().slope(a)
        return 0 * a


@fault(costs={"3a": 6}, says="slope(a) is")
class activation_z_and_slope_1:
    @at("task3.ImprovedModel.activation")
    def activation(self, z):
        if not self.use_improved_sigmoid:
            return super().activation(z)
        return 1 * z

    @at("task3.ImprovedModel.slope")
    def slope(self, a):
        if not self.use_improved_sigmoid:
            return super().slope(a)
        return 0 * a + 1


@fault(costs={"2b": 17}, says="but the slope is 1 for every output of a hidden layer")
class no_activation_and_slope_1:
    @at("task2.SoftmaxModel.activation")
    def activation(self, z):
        return z

    @at("task2.SoftmaxModel.slope")
    def slope(self, a):
        return 0 * a + 1


@fault(costs={"2d": 5, "4d": 2}, says="equal_width(102, 1, 5, 5) is 1, which gives 10 parameters")
class counts_of_7_and_widths_of_1:
    @at("task2.count_parameters")
    def count_parameters(neurons_per_layer, num_inputs=785):
        return 7

    @at("task4.equal_width")
    def equal_width(budget, hidden_layers, num_inputs=785, num_outputs=10):
        return 1


@fault(costs={"2d": 5, "4d": 2}, says="which is nearer")
class counts_of_50880_and_widths_of_40:
    @at("task2.count_parameters")
    def count_parameters(neurons_per_layer, num_inputs=785):
        return 50880

    @at("task4.equal_width")
    def equal_width(budget, hidden_layers, num_inputs=785, num_outputs=10):
        return 40


@fault("task2.count_parameters", {"2d": 5}, says="is 50,880, expected 63")
def counts_of_50880_and_right_widths(neurons_per_layer, num_inputs=785):
    return 50880


@fault(costs={"2d": 5}, says="count_parameters([7, 3], 6) is 7, expected 63")
class counts_of_7_beside_numbers_by_hand:
    text = {"task4.BUDGET": "BUDGET = 50880", "task4.WIDTH": "WIDTH = 60"}

    @at("task2.count_parameters")
    def count_parameters(neurons_per_layer, num_inputs=785):
        return 7


@fault("task2.count_parameters", {"2d": 5}, says="count_parameters raises KeyError")
def a_count_that_raises(neurons_per_layer, num_inputs=785):
    return {}[num_inputs]


@fault(costs={"4d": 2}, says="WIDTH is 61, but equal_width(BUDGET, 2) gives another number")
class WIDTH_by_hand_and_wrong:
    text = {"task4.WIDTH": "WIDTH = 61"}


@fault(costs={"2b": 17, "4c": 13}, says="with two hidden layers")
class no_hidden_layer_is_used_and_gradients_of_ones:
    @at("task2.SoftmaxModel.forward")
    def forward(self, X):
        self.right_forward(X)
        self.activations[-1] = softmax(X[:, :self.ws[-1].shape[1]] @ np.eye(self.ws[-1].shape[1]))
        return self.activations[-1]

    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        self.grads = [np.ones(w.shape) for w in self.ws]


@fault("task2.SoftmaxModel.backward", {"2b": 10, "4c": 8}, says="the output layer's gradient")
def gradients_of_ones(self, X, outputs, targets):
    self.grads = [np.ones(w.shape) for w in self.ws]


@fault("task2.SoftmaxModel.backward", {"2b": 10, "4c": 8}, says="the output layer's gradient")
def gradients_of_the_images_alone(self, X, outputs, targets):
    for layer, w in enumerate(self.ws):
        self.grads[layer] = self.activations[layer].T @ np.ones((len(X), w.shape[1]))


@fault("task2.SoftmaxModel.backward", {"2b": 10, "4c": 8}, says="with 2 hidden layers")
def slope_left_out_and_otherwise_wrong_at_depth(self, X, outputs, targets):
    delta = -(targets - outputs) / len(X)
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer > 0:
            delta = (delta @ self.ws[layer].T) * (1 + (len(self.ws) > 2))


@fault("task2.SoftmaxModel.forward", {"2b": 7, "4c": 5}, says="with two hidden layers")
def outputs_at_random(self, X):
    self.right_forward(X)
    self.activations[-1] = softmax(np.random.default_rng().random((len(X), self.ws[-1].shape[1])))
    return self.activations[-1]


@fault("task2.SoftmaxModel.backward", {"2b": 10}, says="the output layer's gradient differs")
def slope_of_the_sigmoid_at_the_outputs_too(self, X, outputs, targets):
    delta = -(targets - outputs) * outputs * (1 - outputs) / len(X)
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer > 0:
            delta = self.slope(a) * (delta @ self.ws[layer].T)


@fault("task2.SoftmaxModel.backward", {"2b": 10}, says="the output layer's gradient differs")
def targets_forgotten(self, X, outputs, targets):
    delta = outputs / len(X)
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer > 0:
            delta = self.slope(a) * (delta @ self.ws[layer].T)


@fault(costs={"2b": 10}, says="is the slope f'(z) wrong?")
class slope_wrong_beside_sums_that_forward_keeps:
    @at("task2.SoftmaxModel.forward")
    def forward(self, X):
        self.activations, self.zs = [X], []
        for w in self.ws[:-1]:
            self.zs.append(self.activations[-1] @ w)
            self.activations.append(self.activation(self.zs[-1]))
        self.activations.append(softmax(self.activations[-1] @ self.ws[-1]))
        return self.activations[-1]

    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        delta = -(targets - outputs) / len(X)
        for layer in reversed(range(len(self.ws))):
            a = self.activations[layer]
            self.grads[layer] = a.T @ delta
            if layer > 0:
                z = self.zs[layer - 1]
                delta = sigmoid(z) * (1 + z / 5) * (delta @ self.ws[layer].T)
