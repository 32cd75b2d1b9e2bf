# ruff: noqa: F821 (names of the scripts that these stand in)
"""Each kind of fault that real submissions have (misconceptions.md).

Not here, because this kit's layout has no place for them: 33.32 / 78.57, the statistics of all
60,000 training images, since training_statistics is given the images and load_full_mnist reads
20,000; random generators other than NumPy's, since rng is given to initial_weights and
batch_loader; an extra bias unit in each hidden layer, since the constructor, which is given, makes
all matrices (fan-in, units), and initial_weights is not told which layer it draws.
"""
from planted import at, fault


# ---------------------------------------------------------------------------------------------- 2a
@fault("task2.pre_process_images", {"2a": 1}, says="are images normalised with their own numbers?")
def own_statistics(X, mean, std):
    normalised = (X - X.mean()) / X.std()
    return np.hstack([normalised, np.ones((len(X), 1))])


@fault("task2.load_dataset", {"2a": 1}, says="use the training images' numbers for both")
def validation_split_with_its_own_statistics(path=None, verbose=False):
    X_train, Y_train, X_val, Y_val = load_full_mnist(path, verbose=verbose)
    mean, std = training_statistics(X_train)
    return Dataset(pre_process_images(X_train, mean, std), one_hot_encode(Y_train),
                   pre_process_images(X_val, *training_statistics(X_val)), one_hot_encode(Y_val))


@fault("task2.load_dataset", {"2a": 1}, says="are the validation images included?")
def statistics_of_training_and_validation_together(path=None, verbose=False):
    X_train, Y_train, X_val, Y_val = load_full_mnist(path, verbose=verbose)
    mean, std = training_statistics(np.vstack([X_train, X_val]))
    return Dataset(pre_process_images(X_train, mean, std), one_hot_encode(Y_train),
                   pre_process_images(X_val, mean, std), one_hot_encode(Y_val))


@fault("task2.pre_process_images", {"2a": 1},
       says="is the column added before the pixels are scaled")
def bias_column_before_normalising(X, mean, std):
    X = np.hstack([X, np.ones((len(X), 1))])
    return (X - mean) / std


@fault("task2.pre_process_images", {"2a": 1}, says="is a column of zeros added instead of ones?")
def bias_column_of_zeros(X, mean, std):
    normalised = (X - mean) / std
    return np.hstack([normalised, np.zeros((len(X), 1))])


@fault("task2.pre_process_images", {"2a": 1},
       says="is each pixel or image scaled with its own mean")
def every_pixel_on_its_own(X, mean, std):
    normalised = (X - X.mean(axis=0)) / (X.std(axis=0) + 1)
    return np.hstack([normalised, np.ones((len(X), 1))])


# ---------------------------------------------------------------------------------------- the loss
@fault("task2.cross_entropy_loss", {"2c": 1}, says="is a minus sign missing?")
def loss_without_minus(targets, outputs):
    log_outputs = np.log(np.maximum(outputs, np.finfo(outputs.dtype).tiny))
    return np.sum(targets * log_outputs) / len(targets)


@fault("task2.cross_entropy_loss", {"2c": 1}, says="is it the sum instead of the mean?")
def loss_summed(targets, outputs):
    log_outputs = np.log(np.maximum(outputs, np.finfo(outputs.dtype).tiny))
    return -np.sum(targets * log_outputs)


@fault("task2.cross_entropy_loss", {"2c": 1}, says="take the mean over the examples")
def loss_of_each_example(targets, outputs):
    log_outputs = np.log(np.maximum(outputs, np.finfo(outputs.dtype).tiny))
    return -np.sum(targets * log_outputs, axis=1)


@fault("task2.cross_entropy_loss", {"2c": 1}, says="are terms of these classes included?")
def binary_cross_entropy(targets, outputs):
    outputs = np.clip(outputs, 1e-300, None)
    others = np.maximum(1 - outputs, 1e-300)
    return -np.mean(targets * np.log(outputs) + (1 - targets) * np.log(others))


# ---------------------------------------------------------------------------------------------- 2b
@fault(costs={"2b": 7}, says="but the sigmoid lies between 0 and 1; is it another function")
class improved_sigmoid_whatever_the_flag_says:
    @at("task2.sigmoid")
    def sigmoid(z):
        return 1.7159 * np.tanh(2 / 3 * z)

    @at("task2.SoftmaxModel.slope")
    def slope(self, a):
        return 1.7159 * 2 / 3 * (1 - (a / 1.7159) ** 2)


@fault("task3.ImprovedModel.activation", {"3a": 3}, says="is the flag ignored?")
def improved_sigmoid_whatever_the_flag_says_in_task_3(self, z):
    return 1.7159 * np.tanh(2 / 3 * z)


@fault("task2.SoftmaxModel.forward", {"2b": 7},
       says="does the output layer use the sigmoid instead of the softmax?")
def sigmoid_outputs(self, X):
    self.activations = [X]
    for w in self.ws[:-1]:
        z = self.activations[-1] @ w
        self.activations.append(self.activation(z))
    z = self.activations[-1] @ self.ws[-1]
    self.activations.append(sigmoid(z))
    return self.activations[-1]


@fault("task2.softmax", {"2b": 7}, says="is the softmax taken over the examples?")
def softmax_over_the_batch_axis(z):
    with np.errstate(over="ignore"):
        exponentials = np.exp(z - z.real.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=0, keepdims=True)


@fault("task2.SoftmaxModel.backward", {"2b": 10},
       says="every layer's gradient is -1 times the numerical one in every entry, and the batch "
            "holds 32: is the sign wrong?")
def sign_of_the_gradient(self, X, outputs, targets):
    delta = (targets - outputs) / len(X)
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer > 0:
            delta = self.slope(a) * (delta @ self.ws[layer].T)


@fault("task2.SoftmaxModel.backward", {"2b": 10},
       says="every layer's gradient is 32 times the numerical one in every entry, and the batch "
            "holds 32: is the mean over the batch missing?")
def gradient_summed(self, X, outputs, targets):
    delta = -(targets - outputs)
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer > 0:
            delta = self.slope(a) * (delta @ self.ws[layer].T)


@fault("task2.SoftmaxModel.backward", {"2b": 10},
       says="the output layer's gradient is 32 times the numerical one in every entry, and the "
            "batch holds 32: is the mean over the batch missing?")
def gradient_of_the_output_layer_summed(self, X, outputs, targets):
    delta = -(targets - outputs)
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer < len(self.ws) - 1:
            self.grads[layer] /= len(X)
        if layer > 0:
            delta = self.slope(a) * (delta @ self.ws[layer].T)


@fault("task2.SoftmaxModel.backward", {"2b": 10},
       says="the hidden layer's gradient is 32 times the numerical one in every entry, and the "
            "batch holds 32: is the mean over the batch missing?")
def gradient_of_the_hidden_layer_summed(self, X, outputs, targets):
    delta = -(targets - outputs)
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer == len(self.ws) - 1:
            self.grads[layer] /= len(X)
        if layer > 0:
            delta = self.slope(a) * (delta @ self.ws[layer].T)


@fault("task2.SoftmaxModel.forward", {"4c": 5},
       says="with two hidden layers the outputs are wrong")
def weighted_sum_where_the_activation_belongs_forward(self, X):
    self.activations = [X]
    z = X
    for w in self.ws[:-1]:
        z = z @ w
        self.activations.append(self.activation(z))
    z = self.activations[-1] @ self.ws[-1]
    self.activations.append(softmax(z))
    return self.activations[-1]


@fault(costs={"4c": 8}, says="with 2 hidden layers, the output layer's gradient differs")
class weighted_sum_where_the_activation_belongs_backward:
    @at("task2.SoftmaxModel.forward")
    def forward(self, X):
        self.right_forward(X)
        self.X = X
        return self.activations[-1]

    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        delta = -(targets - outputs) / len(X)
        a = X
        for layer in range(len(self.ws)):
            inputs = a if layer < 2 else self.activations[layer - 1] @ self.ws[layer - 1]
            back = delta
            for w, kept in zip(self.ws[:layer:-1], self.activations[-2:layer:-1]):
                back = self.slope(kept) * (back @ w.T)
            if layer == 1:
                inputs = self.activations[1]
            self.grads[layer] = inputs.T @ back


# ---------------------------------------------------------------------------------------- accuracy
@fault("task2.accuracy_of", {"2c": 1}, says="accuracy_of is")
def accuracy_cell_by_cell(outputs, targets):
    return float(np.mean((outputs > 0.5) == (targets > 0.5)))


@fault("task2.accuracy_of", {"2c": 1}, says="are entries of the one-hot rows compared")
def accuracy_cell_by_cell_of_the_largest(outputs, targets):
    largest = np.eye(targets.shape[1])[outputs.argmax(axis=1)]
    return float(np.mean(largest == targets))


@fault("task2.accuracy_of", {"2c": 1}, says="are they compared with a threshold?")
def accuracy_of_rounded_outputs(outputs, targets):
    return float(np.mean(np.all(np.round(outputs) == targets, axis=1)))


@fault("task2.accuracy_of", {"2c": 1}, says="are they compared with a threshold?")
def accuracy_by_a_threshold(outputs, targets):
    return float(np.mean((outputs[targets == 1]) >= 0.5))


# --------------------------------------------------------------------------------------- shuffling
@fault("utils.batch_loader", {"2c": 1}, says="is the new order used?")
def shuffles_an_unused_index_list(X, Y, batch_size, shuffle=False, rng=None):
    if shuffle:
        rng.permutation(len(X))
    order = np.arange(len(X))
    for start in range(0, len(X), batch_size):
        rows = order[start:start + batch_size]
        yield X.take(rows, axis=0), Y.take(rows, axis=0)


@fault("utils.batch_loader", {"2c": 1}, says="with shuffle the order does not change")
def shuffling_never_written(X, Y, batch_size, shuffle=False, rng=None):
    order = np.arange(len(X))
    for start in range(0, len(X), batch_size):
        rows = order[start:start + batch_size]
        yield X.take(rows, axis=0), Y.take(rows, axis=0)


# ---------------------------------------------------------------------------------------------- 2c
@fault("task2.SoftmaxTrainer.update", {"4c": 8}, says="3 and 4 do not move in update")
def only_two_layers_are_updated(self):
    for w, grad in zip(self.model.ws[:2], self.model.grads):
        w -= self.learning_rate * grad


@fault("task3.MomentumTrainer.update", {"4c": 8}, says="3 and 4 do not move in update")
def only_two_layers_are_updated_with_momentum(self):
    if not self.momentum_gamma:
        return super().update()
    for w, grad, velocity in zip(self.model.ws[:2], self.model.grads, self.velocity):
        velocity *= self.momentum_gamma
        velocity += grad
        w -= self.learning_rate * velocity


@fault("task2.SoftmaxTrainer.update", {"2c": 3},
       says="update moves the weights by 10 times -α∂C/∂w, with the learning rate α = 0.1: is "
            "the learning rate left out?")
def learning_rate_left_out(self):
    for w, grad in zip(self.model.ws, self.model.grads):
        w -= grad


@fault("task2.SoftmaxTrainer.update", {"2c": 3},
       says="the step uses 0.1 for every learning rate; use self.learning_rate")
def learning_rate_fixed(self):
    for w, grad in zip(self.model.ws, self.model.grads):
        w -= 0.1 * grad


@fault("task2.SoftmaxTrainer.update", {"2c": 3}, says="update raises NameError in task2.py, line")
def learning_rate_of_another_file(self):
    for w, grad in zip(self.model.ws, self.model.grads):
        w -= learning_rate * grad


@fault(costs={"3a": 6, "3b": 4, "3c": 4, "4d": 2},
       says="task3.py cannot be imported: NameError in task3.py, line 5: “name 'X_train'")
class a_name_of_another_file_at_import:
    text = {"task3:first": "LAST = X_train[-1]"}


# ---------------------------------------------------------------------------------------------- 3a
@fault("task3.ImprovedModel.slope", {"3a": 3}, says="is a constant mistyped")
def slope_with_17259(self, a):
    if not self.use_improved_sigmoid:
        return super().slope(a)
    return 1.7259 * 2 / 3 * (1 - (a / 1.7159) ** 2)


@fault("task3.ImprovedModel.slope", {"3a": 3}, says="is a constant mistyped?")
def slope_with_17259_twice(self, a):
    if not self.use_improved_sigmoid:
        return super().slope(a)
    return 1.7259 * 2 / 3 * (1 - (a / 1.7259) ** 2)


@fault("task3.ImprovedModel.slope", {"3a": 3}, says="slope(a) is the slope at the sum z = a")
def slope_of_the_activation(self, a):
    if not self.use_improved_sigmoid:
        return super().slope(a)
    return 1.7159 * 2 / 3 / np.cosh(2 / 3 * a) ** 2


@fault("task3.ImprovedModel.slope", {"3a": 3}, says="is it squared")
def slope_without_the_square(self, a):
    if not self.use_improved_sigmoid:
        return super().slope(a)
    return 1.7159 * 2 / 3 * (1 - a / 1.7159)


@fault("task3.ImprovedModel.slope", {"3a": 3},
       says="times the measured slope at every sum z: is a constant")
def slope_without_its_factor(self, a):
    if not self.use_improved_sigmoid:
        return super().slope(a)
    return 1 - (a / 1.7159) ** 2


@fault("task3.ImprovedModel.activation", {"3a": 3},
       says="activation is the sigmoid of task 2: is the flag ignored?")
def forward_ignores_the_flag(self, z):
    return super().activation(z)


@fault("task3.ImprovedModel.slope", {"3a": 3},
       says="slope(a) is the slope of task 2's sigmoid: is the flag ignored?")
def slope_ignores_the_flag(self, a):
    return super().slope(a)


@fault("task3.ImprovedModel.activation", {"3a": 3}, says="everywhere: is 1.7159 mistyped?")
def factor_1715_in_forward(self, z):
    if not self.use_improved_sigmoid:
        return super().activation(z)
    return 1.715 * np.tanh(2 / 3 * z)


@fault(costs={"3a": 3}, says="everywhere: is 1.7159 mistyped?")
class factor_1715_in_forward_and_slope:
    @at("task3.ImprovedModel.activation")
    def activation(self, z):
        if not self.use_improved_sigmoid:
            return super().activation(z)
        return 1.715 * np.tanh(2 / 3 * z)

    @at("task3.ImprovedModel.slope")
    def slope(self, a):
        if not self.use_improved_sigmoid:
            return super().slope(a)
        return 1.715 * 2 / 3 * (1 - (a / 1.715) ** 2)


@fault("task3.ImprovedModel.activation", {"3a": 3}, says="everywhere: is 1.7159 mistyped?")
def factor_1759_in_forward(self, z):
    if not self.use_improved_sigmoid:
        return super().activation(z)
    return 1.759 * np.tanh(2 / 3 * z)


@fault(costs={"3a": 3}, says="everywhere: is 1.7159 mistyped?")
class factor_1759_in_forward_and_slope:
    @at("task3.ImprovedModel.activation")
    def activation(self, z):
        if not self.use_improved_sigmoid:
            return super().activation(z)
        return 1.759 * np.tanh(2 / 3 * z)

    @at("task3.ImprovedModel.slope")
    def slope(self, a):
        if not self.use_improved_sigmoid:
            return super().slope(a)
        return 1.759 * 2 / 3 * (1 - (a / 1.759) ** 2)


# ---------------------------------------------------------------------------------------------- 3b
@fault("task3.ImprovedModel.initial_weights", {"3b": 4}, says="is it 1/√units, the fan-out?")
def fan_out(self, rng, fan_in, units):
    if not self.use_improved_weight_init:
        return super().initial_weights(rng, fan_in, units)
    return rng.normal(0, 1 / np.sqrt(units), (fan_in, units))


@fault("task3.ImprovedModel.initial_weights", {"3b": 4},
       says="is it 1/fan-in, without the square root?")
def one_over_fan_in(self, rng, fan_in, units):
    if not self.use_improved_weight_init:
        return super().initial_weights(rng, fan_in, units)
    return rng.normal(0, 1 / fan_in, (fan_in, units))


@fault("task3.ImprovedModel.__init__", {"3b": 4},
       says="U(-1, 1) has this deviation; are the weights drawn again")
def overwritten_by_uniform_weights(self, neurons_per_layer, num_inputs=785, rng=0,
                                   use_improved_sigmoid=False, use_improved_weight_init=False):
    self.use_improved_sigmoid = use_improved_sigmoid
    self.use_improved_weight_init = use_improved_weight_init
    super().__init__(neurons_per_layer, num_inputs, rng)
    rng = np.random.default_rng(rng)
    self.ws = [rng.uniform(-1, 1, w.shape) for w in self.ws]


# ---------------------------------------------------------------------------------------------- 3c
@fault("task3.MomentumTrainer.update", {"3c": 4},
       says="step 3 is the first wrong step, the two steps before are right: is the previous "
            "gradient stored")
def previous_raw_gradient(self):
    if not self.momentum_gamma:
        return super().update()
    for w, grad, velocity in zip(self.model.ws, self.model.grads, self.velocity):
        w -= self.learning_rate * (grad + self.momentum_gamma * velocity)
        velocity[...] = grad


@fault("task3.MomentumTrainer.update", {"3c": 4},
       says="it changes no weight; is the update used one step late?")
def one_step_late(self):
    if not self.momentum_gamma:
        return super().update()
    for w, grad, velocity in zip(self.model.ws, self.model.grads, self.velocity):
        w -= self.learning_rate * velocity
        velocity *= self.momentum_gamma
        velocity += grad


@fault("task3.MomentumTrainer.update", {"3c": 4},
       says="0.1 times -α∂C/∂w, a factor of 1 - γ: is it a moving average?")
def moving_average(self):
    if not self.momentum_gamma:
        return super().update()
    for w, grad, velocity in zip(self.model.ws, self.model.grads, self.velocity):
        velocity *= self.momentum_gamma
        velocity += (1 - self.momentum_gamma) * grad
        w -= self.learning_rate * velocity


@fault("task3.MomentumTrainer.update", {"3c": 4},
       says="50 times -α∂C/∂w: is the learning rate left out?")
def learning_rate_missing_with_momentum(self):
    if not self.momentum_gamma:
        return super().update()
    for w, grad, velocity in zip(self.model.ws, self.model.grads, self.velocity):
        velocity *= self.momentum_gamma
        velocity += grad
        w -= velocity


@fault("task3.MomentumTrainer.update", {"3c": 4},
       says="every step is plain gradient descent; is each update stored, and a part")
def history_never_updated(self):
    if not self.momentum_gamma:
        return super().update()
    for w, grad, velocity in zip(self.model.ws, self.model.grads, self.velocity):
        w -= self.learning_rate * (grad + self.momentum_gamma * velocity)


@fault("task3.MomentumTrainer.update", {"3c": 4}, says="use self.momentum_gamma")
def momentum_flag_ignored(self):
    for w, grad, velocity in zip(self.model.ws, self.model.grads, self.velocity):
        velocity *= 0.9
        velocity += grad
        w -= self.learning_rate * velocity


@fault("task3.MomentumTrainer.update", {"3c": 4}, says="every step is plain gradient descent")
def momentum_never_on(self):
    return super().update()


# ---------------------------------------------------------------------------------------------- 4c
@fault(costs={"4c": 13},
       says="with two hidden layers: what forward returns for 5 examples and 3 classes has the "
            "shape (5, 6)")
class two_layers_hard_coded:
    @at("task2.SoftmaxModel.forward")
    def forward(self, X):
        self.activations = [X]
        self.activations.append(self.activation(X @ self.ws[0]))
        z = self.activations[-1] @ self.ws[1]
        self.activations.append(softmax(z))
        return self.activations[-1]

    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        delta = -(targets - outputs) / len(X)
        hidden = self.activations[1]
        self.grads[1] = hidden.T @ delta
        self.grads[0] = X.T @ (self.slope(hidden) * (delta @ self.ws[1].T))


@fault("task2.SoftmaxModel.forward", {"4c": 5},
       says="with two hidden layers: what forward returns for 5 examples and 3 classes has the "
            "shape (5, 6)")
def two_layers_hard_coded_in_forward(self, X):
    self.activations = [X]
    self.activations.append(self.activation(X @ self.ws[0]))
    z = self.activations[-1] @ self.ws[1]
    self.activations.append(softmax(z))
    return self.activations[-1]


@fault("task2.SoftmaxModel.backward", {"4c": 8},
       says="4c  gradients of two and three hidden layers: ")
def two_layers_hard_coded_in_backward(self, X, outputs, targets):
    delta = -(targets - outputs) / len(X)
    hidden = self.activations[1]
    self.grads[1] = hidden.T @ delta
    self.grads[0] = X.T @ (self.slope(hidden) * (delta @ self.ws[1].T))
