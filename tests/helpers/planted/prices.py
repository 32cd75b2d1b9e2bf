# ruff: noqa: F821 (names of the scripts that these stand in)
"""What a fault costs: once, where it is made, and what a blank in its place would cost."""
from planted import at, fault


@fault(costs={"2a": 2}, says="are the pixels divided by 255 first?")
class divided_by_255_in_statistics_and_scaling:
    @at("task2.training_statistics")
    def training_statistics(X_train):
        return float(np.mean(X_train / 255)), float(np.std(X_train / 255))

    @at("task2.pre_process_images")
    def pre_process_images(X, mean, std):
        return np.hstack([(X / 255 - mean) / std, np.ones((len(X), 1))])


@fault("task2.pre_process_images", {"2a": 1}, says="expected (x - mean) / standard deviation")
def divided_by_255_in_scaling_alone(X, mean, std):
    return np.hstack([(X / 255 - mean) / std, np.ones((len(X), 1))])


@fault("utils.batch_loader", {"2c": 1}, says="batch_loader raises ValueError")
def batches_that_raise(X, Y, batch_size, shuffle=False, rng=None):
    raise ValueError("no")
    yield


@fault("task2.cross_entropy_loss", {"2c": 1}, says="cross_entropy_loss raises ValueError")
def a_loss_that_raises(targets, outputs):
    raise ValueError("no")


@fault("task2.accuracy_of", {"2c": 1}, says="accuracy_of raises ValueError")
def an_accuracy_that_raises(outputs, targets):
    raise ValueError("no")


@fault("task2.sigmoid", {"2b": 7}, says="forward raises ValueError in task2.py")
def a_sigmoid_that_raises(z):
    raise ValueError("no")


@fault("task2.softmax", {"2b": 7}, says="forward raises ValueError in task2.py")
def a_softmax_that_raises(z):
    raise ValueError("no")


@fault("task2.SoftmaxModel.slope", {"2b": 10}, says="backward raises ValueError in task2.py")
def a_slope_that_raises(self, a):
    raise ValueError("no")


@fault("task2.SoftmaxTrainer.update", {"2c": 3}, says="update raises ValueError in task2.py")
def an_update_that_raises(self):
    raise ValueError("no")


@fault("task2.SoftmaxModel.initial_weights", {"2c": 3}, says="raises ValueError in task2.py")
def weights_that_raise(self, rng, fan_in, units):
    raise ValueError("no")


@fault("task2.training_statistics", {"2a": 2}, says="training_statistics raises ValueError")
def statistics_that_raise(X_train):
    raise ValueError("no")


@fault("task2.one_hot_encode", {"2c": 1}, says="one_hot_encode raises ValueError")
def a_one_hot_that_raises(Y, num_classes=10):
    raise ValueError("no")


@fault("task2.SoftmaxModel.forward", {"4c": 5},
       says="at other widths it is right, but with 3 hidden units, as many as there are")
def outputs_wrong_where_hidden_units_are_as_many_as_outputs(self, X):
    self.right_forward(X)
    if self.ws[0].shape[1] == self.ws[-1].shape[1]:
        self.activations[-1] = self.activations[-1][:, ::-1]
    return self.activations[-1]


@fault("task2.SoftmaxModel.forward", {"4c": 5},
       says="with 64 hidden units it is right, but with 4 forward raises ValueError")
def outputs_for_64_hidden_units_alone(self, X):
    if len(self.ws) == 2:
        self.activations = [X, np.zeros((len(X), 64)), None]
        self.activations[1][:] = self.activation(X @ self.ws[0])
        self.activations[2] = softmax(self.activations[1] @ self.ws[1])
        return self.activations[-1]
    return self.right_forward(X)


@fault("task2.SoftmaxModel.backward", {"4c": 8},
       says="with 64 hidden units it is right, but with 4 the output layer's gradient")
def gradients_divided_by_10_outputs_at_other_widths(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    self.grads[-1] = self.grads[-1] * (10 / outputs.shape[1])


@fault("task2.SoftmaxModel.initial_weights", {"4c": 5},
       says="with 64 hidden units it is right, but at another width")
def weights_for_64_hidden_units_alone(self, rng, fan_in, units):
    return rng.uniform(-1, 1, (fan_in, units)) * (fan_in in (785, 64))


@fault("task3.ImprovedModel.initial_weights", {"4c": 5},
       says="with 64 hidden units it is right, but at another width the weights of layer 2")
def improved_weights_for_64_hidden_units_alone(self, rng, fan_in, units):
    if self.use_improved_weight_init:
        return rng.normal(0, 1 / np.sqrt(fan_in) if fan_in > 200 else 1 / 8, (fan_in, units))
    return super().initial_weights(rng, fan_in, units)


@fault("task2.softmax", {"2b": 7}, says="the outputs are wrong")
def softmax_of_twice_the_sums(z):
    e = np.exp(2 * (z - z.real.max(axis=1, keepdims=True)))
    return e / e.sum(axis=1, keepdims=True)
