# ruff: noqa: F821 (names of the scripts that these stand in)
"""Faults in the initial weights, in update and in train_step: 2c."""
from planted import at, fault


@fault("task2.SoftmaxModel.initial_weights", {"2c": 3}, says="are they drawn from 0 to 1?")
def weights_from_0_to_1(self, rng, fan_in, units):
    return rng.uniform(0, 1, (fan_in, units))


@fault("task2.SoftmaxModel.initial_weights", {"2c": 3},
       says="are they drawn from a normal distribution?")
def weights_normal(self, rng, fan_in, units):
    return rng.normal(0, 0.577, (fan_in, units))


@fault("task2.SoftmaxModel.initial_weights", {"2c": 3}, says="are all 0, expected numbers")
def weights_of_zeros(self, rng, fan_in, units):
    return np.zeros((fan_in, units))


@fault("task2.SoftmaxModel.initial_weights", {"2c": 3}, says="with mean")
def weights_from_minus_half_to_half(self, rng, fan_in, units):
    return rng.uniform(-0.5, 0.5, (fan_in, units))


@fault("task2.SoftmaxModel.initial_weights", {"2c": 3},
       says="ws[0] has the shape (120, 300), the transpose")
def weights_transposed(self, rng, fan_in, units):
    return rng.uniform(-1, 1, (units, fan_in))


@fault("task2.SoftmaxModel.initial_weights", {"2c": 3},
       says="two networks with the same seed have different weights")
def weights_by_the_global_generator(self, rng, fan_in, units):
    return np.random.uniform(-1, 1, (fan_in, units))


@fault("task2.SoftmaxModel.initial_weights", {"2c": 3}, says="two seeds give the same weights")
def weights_by_a_seed_of_their_own(self, rng, fan_in, units):
    return np.random.default_rng(1).uniform(-1, 1, (fan_in, units))


@fault("task2.SoftmaxTrainer.update", {"2c": 3}, says="is the sign wrong?")
def up_the_gradient(self):
    for w, grad in zip(self.model.ws, self.model.grads):
        w += self.learning_rate * grad


@fault("task2.SoftmaxTrainer.update", {"2c": 3},
       says="is the learning rate left out, and the sign wrong?")
def up_the_gradient_without_a_rate(self):
    for w, grad in zip(self.model.ws, self.model.grads):
        w += grad


@fault("task2.SoftmaxTrainer.update", {"2c": 3},
       says="they do not move; a step changes the arrays in ws, or puts new ones there")
def moves_copies(self):
    for w, grad in zip(self.model.ws, self.model.grads):
        w = w - self.learning_rate * grad


@fault("task2.SoftmaxTrainer.update", {"2c": 3}, says="are they divided again?")
def divided_by_the_batch_again(self):
    for w, grad in zip(self.model.ws, self.model.grads):
        w -= self.learning_rate * grad / self.batch_size


@fault("task2.SoftmaxTrainer.update", {"2c": 3},
       says="in another direction than minus their gradient")
def a_step_by_the_sign_alone(self):
    for w, grad in zip(self.model.ws, self.model.grads):
        w -= self.learning_rate * np.sign(grad)


@fault("task2.SoftmaxTrainer.update", {"2c": 3}, says="the weights of layer 1")
def output_layer_alone(self):
    for w, grad in zip(self.model.ws[-1:], self.model.grads[-1:]):
        w -= self.learning_rate * grad


@fault("task2.SoftmaxTrainer.update", {"2c": 3}, says="in another direction")
def weight_decay(self):
    for w, grad in zip(self.model.ws, self.model.grads):
        w -= self.learning_rate * (grad + 0.01 * w)


@fault("task2.SoftmaxTrainer.train_step", {"2c": 3},
       says="train_step moves the weights by 2 times")
def update_twice(self, X_batch, Y_batch):
    outputs = self.model.forward(X_batch)
    loss = cross_entropy_loss(Y_batch, outputs)
    self.model.backward(X_batch, outputs, Y_batch)
    self.update()
    self.update()
    return loss


@fault("task2.SoftmaxTrainer.train_step", {"2c": 3},
       says="by the gradients of the previous step: call backward before update")
def update_before_backward(self, X_batch, Y_batch):
    outputs = self.model.forward(X_batch)
    loss = cross_entropy_loss(Y_batch, outputs)
    self.update()
    self.model.backward(X_batch, outputs, Y_batch)
    return loss


@fault("task2.SoftmaxTrainer.train_step", {"2c": 3}, says="but update moves them")
def no_update(self, X_batch, Y_batch):
    outputs = self.model.forward(X_batch)
    loss = cross_entropy_loss(Y_batch, outputs)
    self.model.backward(X_batch, outputs, Y_batch)
    return loss


@fault("task2.SoftmaxTrainer.train_step", {"2c": 3},
       says="train_step does not call the model's backward")
def no_backward(self, X_batch, Y_batch):
    outputs = self.model.forward(X_batch)
    loss = cross_entropy_loss(Y_batch, outputs)
    self.update()
    return loss


@fault("task2.SoftmaxTrainer.train_step", {"2c": 3},
       says="train_step does not pass the outputs to backward in the right place")
def arguments_of_backward_the_wrong_way_round(self, X_batch, Y_batch):
    outputs = self.model.forward(X_batch)
    loss = cross_entropy_loss(Y_batch, outputs)
    self.model.backward(X_batch, Y_batch, outputs)
    self.update()
    return loss


@fault("task2.SoftmaxTrainer.train_step", {"2c": 3},
       says="train_step does not call the model's forward")
def no_forward(self, X_batch, Y_batch):
    outputs = Y_batch * 0.5 + 0.1
    loss = cross_entropy_loss(Y_batch, outputs)
    self.model.backward(X_batch, outputs, Y_batch)
    self.update()
    return loss


@fault("task2.SoftmaxTrainer.train_step", {"2c": 3}, says="is it the loss after the step?")
def loss_after_the_step(self, X_batch, Y_batch):
    self.right_train_step(X_batch, Y_batch)
    return cross_entropy_loss(Y_batch, self.model.forward(X_batch))


@fault("task2.SoftmaxTrainer.train_step", {"2c": 3}, says="train_step returns")
def returns_the_accuracy(self, X_batch, Y_batch):
    outputs = self.model.forward(X_batch)
    self.model.backward(X_batch, outputs, Y_batch)
    self.update()
    return accuracy_of(outputs, Y_batch)


@fault("task2.SoftmaxTrainer.train_step", {"2c": 3}, says="train_step returns None")
def train_step_returns_nothing(self, X_batch, Y_batch):
    self.right_train_step(X_batch, Y_batch)


@fault("task2.SoftmaxTrainer.train_step", {"2c": 3},
       says="what train_step returns is an array of shape (4,)")
def train_step_returns_the_loss_of_each_example(self, X_batch, Y_batch):
    outputs = self.model.forward(X_batch)
    self.model.backward(X_batch, outputs, Y_batch)
    self.update()
    return -np.sum(Y_batch * np.log(outputs), axis=1)


@fault("task2.SoftmaxTrainer.train_step", {"2c": 3},
       says="what train_step returns is a tuple, expected one number")
def train_step_returns_the_outputs_too(self, X_batch, Y_batch):
    outputs = self.model.forward(X_batch)
    loss = cross_entropy_loss(Y_batch, outputs)
    self.model.backward(X_batch, outputs, Y_batch)
    self.update()
    return loss, outputs


@fault("task2.SoftmaxTrainer.train_step", {"2c": 3}, says="train_step changes its input array")
def train_step_changes_its_batch(self, X_batch, Y_batch):
    X_batch *= 1.5
    return self.right_train_step(X_batch, Y_batch)


@fault("task2.SoftmaxTrainer.update", {"2c": 3}, says="update calls sys.exit")
def update_calls_exit(self):
    for w, grad in zip(self.model.ws, self.model.grads):
        w -= self.learning_rate * grad
    exit()


@fault("task2.SoftmaxTrainer.batches", {"2c": 3},
       says="train takes 29 steps in 3 epochs of 10 batches")
def train_forgets_the_rest_of_an_epoch(self, num_epochs):
    return list(self.right_batches(num_epochs))[:-1]


@fault(costs={"2c": 3}, says="train validates 3 times in 3 epochs")
class train_validates_once_an_epoch:
    text = {"task2.SoftmaxTrainer.validations_per_epoch": "validations_per_epoch = 1"}


@fault(costs={"2c": 3}, says="train_step moves the weights of layer 1 in another direction")
class a_step_of_its_own_without_update:
    @at("task2.SoftmaxTrainer.train_step")
    def train_step(self, X_batch, Y_batch):
        outputs = self.model.forward(X_batch)
        loss = cross_entropy_loss(Y_batch, outputs)
        self.model.backward(X_batch, outputs, Y_batch)
        self.model.ws[0] -= 0.5
        return loss

    @at("task2.SoftmaxTrainer.update")
    def update(self):
        raise ValueError("unused")


@fault("task2.SoftmaxTrainer.update", {"4c": 8},
       says="layer 1 moves in a wrong direction in update")
def deep_layers_move_unequally(self):
    for w, grad in zip(self.model.ws, self.model.grads):
        w -= self.learning_rate * grad
        if len(self.model.ws) > 2:
            w[0] = 0


@fault("task2.SoftmaxTrainer.update", {"4c": 8},
       says="layer 3 moves 0.5 times as far as it should")
def deep_layers_move_half_as_far(self):
    for i, (w, grad) in enumerate(zip(self.model.ws, self.model.grads)):
        w -= self.learning_rate * grad * (1 if i < 2 else 0.5)
