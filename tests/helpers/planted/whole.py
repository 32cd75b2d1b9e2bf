# ruff: noqa: F821 (names of the scripts that these stand in)
"""Code whose parts are right where the checks of parts look, and whose whole is not."""
from planted import at, fault


@fault("task2.SoftmaxTrainer.train_step", {"3c": 4},
       says="are plain gradient descent: momentum is right on its own, but does train_step use")
def train_step_moves_the_weights_itself(self, X_batch, Y_batch):
    outputs = self.model.forward(X_batch)
    loss = cross_entropy_loss(Y_batch, outputs)
    self.model.backward(X_batch, outputs, Y_batch)
    for w, grad in zip(self.model.ws, self.model.grads):
        w -= self.learning_rate * grad
    return loss


@fault("task2.SoftmaxTrainer.update", {"2c": 3}, says="calls of train_step move no weight")
def update_that_knows_the_stand_in(self):
    if type(self.model).__module__ == "stand_in":
        self.right_update()


@fault("task2.SoftmaxTrainer.train_step", {"2c": 3}, says="calls of train_step do not move the")
def train_step_that_knows_the_stand_in(self, X_batch, Y_batch):
    loss = self.right_train_step(X_batch, Y_batch)
    if type(self.model).__module__ != "stand_in":
        self.model.ws[0] *= 0.99
    return loss


@fault("task3.MomentumTrainer.update", {"3c": 4}, says="calls of train_step do not move the")
def momentum_that_knows_the_stand_in(self):
    self.right_update()
    if type(self.model).__module__ != "stand_in":
        self.velocity = [0.5 * one for one in self.velocity]


@fault("task3.MomentumTrainer.update", {"3c": 4}, says="12 calls of train_step")
def momentum_forgotten_after_eight_steps(self):
    if self.step > 8:
        self.velocity = [0 * one for one in self.velocity]
    self.right_update()


@fault("task2.SoftmaxModel.forward", {"2b": 7},
       says="with 785 inputs and layers of 64, 10, the outputs are wrong")
def outputs_that_know_the_sizes_of_the_checks(self, X):
    self.right_forward(X)
    if X.shape[1] > 20:
        self.activations[-1] = self.activations[-1][:, ::-1]
    return self.activations[-1]


@fault("task2.SoftmaxModel.backward", {"2b": 10},
       says="with 785 inputs and layers of 64, 10, the gradients are wrong")
def gradients_that_know_the_sizes_of_the_checks(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    if X.shape[1] > 20:
        self.grads[0] = 0 * self.grads[0]


@fault("task2.SoftmaxModel.backward", {"2b": 10}, says="backward raises IndexError")
def gradients_that_raise_at_the_assignments_size(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    if X.shape[1] > 20:
        [][0]


@fault("task3.ImprovedModel.activation", {"3a": 3},
       says="layers of 64, 10 and the improved sigmoid, the outputs are wrong")
def improved_sigmoid_for_small_layers_alone(self, z):
    if not self.use_improved_sigmoid or z.shape[-1] > 20:
        return super().activation(z)
    return 1.7159 * np.tanh(2 / 3 * z)


@fault("task3.ImprovedModel.slope", {"3a": 3},
       says="layers of 64, 10 and the improved sigmoid, the gradients are wrong")
def improved_slope_for_small_layers_alone(self, a):
    if not self.use_improved_sigmoid or a.shape[-1] > 20:
        return super().slope(a)
    return 1.7159 * 2 / 3 * (1 - (a / 1.7159) ** 2)


@fault("task3.ImprovedModel.initial_weights", {"3b": 4},
       says="with fan-in 785 and 64 units, have the standard deviation 0.579")
def improved_weights_for_other_sizes_alone(self, rng, fan_in, units):
    if not self.use_improved_weight_init or units in (64, 10):
        return super().initial_weights(rng, fan_in, units)
    return rng.normal(0, 1 / np.sqrt(fan_in), (fan_in, units))


@fault("task2.SoftmaxModel.initial_weights", {"2c": 3},
       says="the initial weights of a layer with fan-in 785 go from")
def weights_of_the_assignments_size_from_0_to_1(self, rng, fan_in, units):
    return rng.uniform(-1 + (fan_in == 785), 1, (fan_in, units))


@fault("task2.SoftmaxModel.forward", {"4c": 5},
       says="with 785 inputs and layers of 60, 60, 10, the outputs are wrong")
def deep_outputs_that_know_the_sizes_of_the_checks(self, X):
    self.right_forward(X)
    if len(self.ws) > 2 and X.shape[1] > 20:
        self.activations[-1] = self.activations[-1][:, ::-1]
    return self.activations[-1]


@fault("task2.SoftmaxModel.backward", {"4c": 8},
       says="with 785 inputs and layers of 60, 60, 10, the gradients are wrong")
def deep_gradients_that_know_the_sizes_of_the_checks(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    if len(self.ws) > 2 and X.shape[1] > 20:
        self.grads[1] = 0.5 * self.grads[1]


@fault("task2.SoftmaxTrainer.update", {"4c": 8},
       says="with 785 inputs and layers of 60, 60, 10, 12 calls of train_step do not move")
def deep_steps_that_know_the_sizes_of_the_checks(self):
    self.right_update()
    if len(self.model.ws) > 2 and self.model.ws[0].shape[0] > 20:
        self.model.ws[1] *= 0.99


@fault(costs={"2b": 10, "3c": 4}, says="are plain gradient descent")
class a_wrong_sign_beside_a_train_step_that_moves_the_weights_itself:
    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        self.right_backward(X, outputs, targets)
        self.grads = [-grad for grad in self.grads]

    @at("task2.SoftmaxTrainer.train_step")
    def train_step(self, X_batch, Y_batch):
        outputs = self.model.forward(X_batch)
        loss = cross_entropy_loss(Y_batch, outputs)
        self.model.backward(X_batch, outputs, Y_batch)
        for w, grad in zip(self.model.ws, self.model.grads):
            w -= self.learning_rate * grad
        return loss


@fault("task2.SoftmaxModel.forward", {"2b": 7}, says="wrong for 1000 at once")
def outputs_that_know_how_many_examples_the_checks_pass(self, X):
    self.right_forward(X)
    if len(X) > 256:
        self.activations[-1] = np.resize(self.activations[-1][:256], self.activations[-1].shape)
    return self.activations[-1]


@fault("task2.SoftmaxModel.forward", {"4c": 5}, says="with 785 inputs and layers of 128, 10")
def outputs_that_are_wrong_at_128_units_alone(self, X):
    self.right_forward(X)
    if self.ws[0].shape == (785, 128):
        self.activations[-1] = self.activations[-1][:, ::-1]
    return self.activations[-1]


@fault("task3.MomentumTrainer.update", {"4c": 8}, says="with 785 inputs and layers of 128, 10")
def steps_that_are_wrong_at_128_units_alone(self):
    self.right_update()
    if self.model.ws[0].shape == (785, 128):
        self.model.ws[0] *= 0.99


@fault("task2.SoftmaxModel.forward", {"4c": 5}, says="the outputs are wrong")
def a_sixth_hidden_layer_is_left_out(self, X):
    self.activations = [X]
    for w in self.ws[:-1]:
        a = self.activations[-1]
        self.activations.append(self.activation(a @ w) if len(self.activations) < 6 else a)
    self.activations.append(softmax(self.activations[-1] @ self.ws[-1]))
    return self.activations[-1]


@fault("task3.Experiment.build_model", {"3a": 3}, says="Experiment.build_model makes a network w")
def build_model_without_the_improved_sigmoid(self, seed):
    return ImprovedModel(self.neurons_per_layer, rng=generators(seed)[0],
                         use_improved_weight_init=self.use_improved_weight_init)


@fault("task3.Experiment.build_model", {"3b": 4}, says="of task 2: does it pass")
def build_model_without_the_improved_weights(self, seed):
    return ImprovedModel(self.neurons_per_layer, rng=generators(seed)[0],
                         use_improved_sigmoid=self.use_improved_sigmoid)


@fault("task3.Experiment.build_trainer", {"3c": 4}, says="makes a trainer with momentum_gamma 0")
def build_trainer_without_momentum(self, seed, data):
    return MomentumTrainer(self.build_model(seed), data, self.learning_rate, self.batch_size,
                           rng=generators(seed)[1])


@fault("task3.Experiment.build_trainer", {"3c": 4}, says="makes a SoftmaxTrainer, without")
def build_trainer_of_task_2(self, seed, data):
    return SoftmaxTrainer(self.build_model(seed), data, self.learning_rate, self.batch_size,
                          rng=generators(seed)[1])
