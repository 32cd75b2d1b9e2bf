# ruff: noqa: F821 (names of the scripts that these stand in)
"""Faults that were once given the name of another mistake, or none."""
from planted import at, fault


@fault("task2.softmax", {"2b": 7}, says="all outputs together sum to 1: is the softmax taken over")
def softmax_summed_over_everything(z):
    e = np.exp(z - z.real.max(axis=1, keepdims=True))
    return e / e.sum()


@fault("task2.softmax", {"2b": 7}, says="a row sums to")
def a_tenth_of_the_outputs(z):
    e = np.exp(z - z.real.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True) / 10


@fault("task2.SoftmaxTrainer.train_step", {"2c": 3},
       says="train_step leaves the weights as they are, but update moves them: is it called?")
def update_forgotten_in_train_step(self, X_batch, Y_batch):
    outputs = self.model.forward(X_batch)
    loss = cross_entropy_loss(Y_batch, outputs)
    self.model.backward(X_batch, outputs, Y_batch)
    return loss


@fault("task2.SoftmaxModel.backward", {"2b": 10}, says="backward changes the weights")
def weights_changed_inside_backward(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    for w, grad in zip(self.ws, self.grads):
        w -= 0.1 * grad


@fault("task2.SoftmaxTrainer.update", {"2c": 3}, says="the weights of layer 1 by 0 times")
def layer_1_stands_still(self):
    for w, grad in zip(self.model.ws[1:], self.model.grads[1:]):
        w -= self.learning_rate * grad


@fault("task2.SoftmaxTrainer.update", {"2c": 3}, says="is the learning rate used twice?")
def learning_rate_used_twice(self):
    for w, grad in zip(self.model.ws, self.model.grads):
        w -= self.learning_rate ** 2 * grad


@fault("task2.SoftmaxTrainer.update", {"2c": 3}, says="are the gradients clipped at 0.5?")
def gradients_clipped_in_update(self):
    for w, grad in zip(self.model.ws, self.model.grads):
        w -= self.learning_rate * np.clip(grad, -0.5, 0.5)


@fault("task2.SoftmaxModel.backward", {"2b": 10}, says="are the gradients clipped at 0.02?")
def gradients_clipped_in_backward(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    self.grads = [np.clip(grad, -0.02, 0.02) for grad in self.grads]


@fault("task2.SoftmaxModel.backward", {"2b": 10}, says="has the right direction but another size")
def gradients_of_length_1(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    self.grads = [grad / np.linalg.norm(grad) for grad in self.grads]


@fault("task2.SoftmaxModel.slope", {"2b": 10},
       says="It fits the sum z = a, but a is the output already")
def slope_of_the_activation(self, a):
    return sigmoid(a) * (1 - sigmoid(a))


@fault("task2.accuracy_of", {"2c": 1},
       says="accuracy_of is 0, but the largest output is right for 100% of five images")
def accuracy_of_0(outputs, targets):
    return 0.0


@fault("task2.accuracy_of", {"2c": 1}, says="not the number of images")
def accuracy_not_divided(outputs, targets):
    return int(np.sum(outputs.argmax(axis=1) == targets.argmax(axis=1)))


@fault("task2.cross_entropy_loss", {"2c": 1}, says="is it divided by 32, whatever")
def loss_divided_by_32(targets, outputs):
    return -np.sum(targets * np.log(outputs + 1e-300)) / 32


@fault("task2.cross_entropy_loss", {"2c": 1}, says="is it divided by 32 besides?")
def loss_divided_by_32_besides(targets, outputs):
    return -np.sum(targets * np.log(outputs + 1e-300)) / len(targets) / 32


@fault("task3.ImprovedModel.activation", {"3a": 3}, says="activation(z) is 0 for every z")
def improved_sigmoid_of_0(self, z):
    if not self.use_improved_sigmoid:
        return super().activation(z)
    return 0 * z


@fault("task3.ImprovedModel.slope", {"3a": 3}, says="slope(a) is 0 for every a")
def improved_slope_of_0(self, a):
    if not self.use_improved_sigmoid:
        return super().slope(a)
    return 0 * a


@fault("task3.ImprovedModel.initial_weights", {"3b": 4},
       says="units, are all 0.0577, expected numbers drawn from a normal distribution")
def all_weights_are_the_deviation(self, rng, fan_in, units):
    if not self.use_improved_weight_init:
        return super().initial_weights(rng, fan_in, units)
    return np.full((fan_in, units), fan_in ** -0.5)


@fault("task3.ImprovedModel.initial_weights", {"3b": 4}, says="units, are all 0, expected")
def improved_weights_of_0(self, rng, fan_in, units):
    if not self.use_improved_weight_init:
        return super().initial_weights(rng, fan_in, units)
    return np.zeros((fan_in, units))


@fault("task3.MomentumTrainer.update", {"3c": 4}, says="no step changes a weight")
def momentum_that_moves_nothing(self):
    if not self.momentum_gamma:
        return super().update()


@fault("task3.MomentumTrainer.update", {"3c": 4}, says="no step changes a weight")
def momentum_that_swallows_its_exception(self):
    if not self.momentum_gamma:
        return super().update()
    try:
        self.moves = 0.9 * self.moves
    except AttributeError:
        pass


@fault("task3.MomentumTrainer.update", {"3c": 4}, says="is the learning rate used twice?")
def learning_rate_used_twice_with_momentum(self):
    if not self.momentum_gamma:
        return super().update()
    for w, grad, velocity in zip(self.model.ws, self.model.grads, self.velocity):
        velocity *= self.momentum_gamma
        velocity += self.learning_rate * grad
        w -= self.learning_rate * velocity


@fault("task3.ImprovedModel.activation", {"3a": 3}, says="and 0.2 at z = 0, expected 0")
def improved_sigmoid_moved_up(self, z):
    if not self.use_improved_sigmoid:
        return super().activation(z)
    return 1.7159 * np.tanh(2 / 3 * z) + 0.2


@fault("task2.training_statistics", {"2a": 2}, says="the mean is")
def statistics_of_the_first_half(X_train):
    half = X_train[:len(X_train) // 2]
    return float(half.mean()) + 1, float(half.std())


@fault(costs={"4d": 2}, says="WIDTH is 59, which gives 50,386 parameters: 60 gives 51,300")
class a_width_rounded_down:
    @at("task4.equal_width")
    def equal_width(budget, hidden_layers, num_inputs=785, num_outputs=10):
        width = 1
        while count_parameters([width + 1] * hidden_layers + [num_outputs],
                               num_inputs) <= budget:
            width += 1
        return width


@fault("task3.ImprovedModel.slope", {"3a": 3}, says="slope(a) is 1.144 for every a")
def a_slope_that_is_one_number(self, a):
    if not self.use_improved_sigmoid:
        return super().slope(a)
    return np.full(a.shape, 1.7159 * 2 / 3)


@fault("task3.ImprovedModel.activation", {"3a": 3}, says="activation(z) is 1.716 for every z")
def an_activation_that_is_one_number(self, z):
    if not self.use_improved_sigmoid:
        return super().activation(z)
    return np.full(z.shape, 1.7159)


@fault("task2.SoftmaxModel.initial_weights", {"2c": 3}, says="are all 0.1, expected")
def initial_weights_that_are_one_number(self, rng, fan_in, units):
    return np.full((fan_in, units), 0.1)


@fault("task2.SoftmaxTrainer.update", {"2c": 3}, says="they do not move; a step changes")
def an_update_that_swallows_its_error(self):
    try:
        for w, grad in zip(self.model.ws, self.model.gradients):
            w -= self.learning_rate * grad
    except AttributeError:
        pass
