# ruff: noqa: F821 (names of the scripts that these stand in)
"""Faults that reach every subtask, and two or more faults at once."""
from planted import at, fault


@fault(costs={"2a": 5, "2b": 17, "2c": 4, "2d": 5, "3a": 6, "3b": 4, "3c": 4, "4c": 13, "4d": 2},
       says="task2.py cannot be imported: SystemExit in task2.py, line 7")
class task2_calls_sys_exit_at_import:
    text = {"task2:first": "import sys\nsys.exit(0)"}


@fault(costs={"2a": 5, "2b": 17, "2c": 4, "2d": 5, "3a": 6, "3b": 4, "3c": 4, "4c": 13, "4d": 2},
       says="ended the Python process (exit status 0)")
class utils_ends_the_process_at_import:
    text = {"utils:first": "import os\nos._exit(0)"}


@fault(costs={"3a": 6}, says="the slope of task 2's sigmoid: is the flag ignored?")
class the_sigmoid_of_task_2_whatever_the_flag:
    @at("task3.ImprovedModel.activation")
    def activation(self, z):
        return super().activation(z)

    @at("task3.ImprovedModel.slope")
    def slope(self, a):
        return super().slope(a)


@fault(costs={"2b": 17}, says="every layer's gradient is 32 times the numerical one")
class sigmoid_outputs_and_gradients_summed:
    @at("task2.SoftmaxModel.forward")
    def forward(self, X):
        self.activations = [X]
        for w in self.ws[:-1]:
            z = self.activations[-1] @ w
            self.activations.append(self.activation(z))
        z = self.activations[-1] @ self.ws[-1]
        self.activations.append(sigmoid(z))
        return self.activations[-1]

    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        delta = -(targets - outputs)
        for layer in reversed(range(len(self.ws))):
            a = self.activations[layer]
            self.grads[layer] = a.T @ delta
            if layer > 0:
                delta = self.slope(a) * (delta @ self.ws[layer].T)


@fault(costs={"2b": 17}, says="every layer's gradient is 32 times the numerical one")
class outputs_in_float32_and_gradients_summed:
    @at("task2.SoftmaxModel.forward")
    def forward(self, X):
        return self.right_forward(X).astype("float32") - 1e-3

    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        delta = -(targets - outputs)
        for layer in reversed(range(len(self.ws))):
            a = self.activations[layer]
            self.grads[layer] = a.T @ delta
            if layer > 0:
                delta = self.slope(a) * (delta @ self.ws[layer].T)


@fault("task2.SoftmaxModel.backward", {"2b": 10, "4c": 8}, says="with 2 hidden layers: ")
def sign_turned_and_two_layers_hard_coded(self, X, outputs, targets):
    delta = (targets - outputs) / len(X)
    hidden = self.activations[1]
    self.grads[1] = hidden.T @ delta
    self.grads[0] = X.T @ (self.slope(hidden) * (delta @ self.ws[1].T))


@fault("task2.SoftmaxModel.backward", {"2b": 10, "4c": 8},
       says="gradient is 0 times the numerical one")
def gradient_twice_and_the_second_of_three_layers_left_out(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    self.grads = [g * (2 * (len(g) != 6)) for g in self.grads]


@fault("task2.SoftmaxModel.forward", {"2b": 7, "4c": 5},
       says="with two hidden layers the outputs are wrong")
def no_activation_and_another_deep_network(self, X):
    self.activations = [X]
    for w in self.ws[:-1]:
        z = self.activations[-1] @ w
        self.activations.append(z * len(self.activations))
    z = self.activations[-1] @ self.ws[-1]
    self.activations.append(softmax(z))
    return self.activations[-1]


@fault("task2.pre_process_images", {"2a": 2}, says="is a column of zeros added instead of ones?")
def own_statistics_and_a_bias_column_of_zeros(X, mean, std):
    normalised = (X - X.mean()) / X.std()
    return np.hstack([normalised, np.zeros((len(X), 1))])


@fault("task2.SoftmaxTrainer.update", {"2c": 3, "4c": 8}, says="3 and 4 do not move in update")
def learning_rate_fixed_and_only_two_layers_updated(self):
    for w, grad in zip(self.model.ws[:2], self.model.grads):
        w -= 0.1 * grad


@fault(costs={"2c": 1}, says="is it the sum instead of the mean?")
class loss_and_accuracy:
    @at("task2.cross_entropy_loss")
    def cross_entropy_loss(targets, outputs):
        log_outputs = np.log(np.maximum(outputs, np.finfo(outputs.dtype).tiny))
        return -np.sum(targets * log_outputs)

    @at("task2.accuracy_of")
    def accuracy_of(outputs, targets):
        return float(np.mean(outputs.argmax(axis=1) != targets.argmax(axis=1)))


@fault(costs={"2b": 17, "2c": 3, "4c": 13}, says="is None (is there a return?)")
class forward_backward_and_update_do_nothing:
    @at("task2.SoftmaxModel.forward")
    def forward(self, X):
        return None

    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        return None

    @at("task2.SoftmaxTrainer.update")
    def update(self):
        return None
