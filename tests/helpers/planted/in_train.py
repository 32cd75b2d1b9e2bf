# ruff: noqa: F821 (names of the scripts that these stand in)
"""Faults of steps, or of their momentum, that are taken in `train` instead of train_step."""
from planted import at, fault


@fault(costs={"3c": 4}, says="every step is plain gradient descent")
class momentum_of_the_gradient_alone_in_train:
    @at("task3.MomentumTrainer.update")
    def update(self):
        super().update()

    @at("task2.SoftmaxTrainer.check_finite")
    def check_finite(self, loss):
        gamma = getattr(self, "momentum_gamma", 0)
        last = getattr(self, "last", [0 * w for w in self.model.ws])
        for i, w in enumerate(self.model.ws):
            w -= self.learning_rate * gamma * last[i]
        self.last = [0 * move + grad for move, grad in zip(last, self.model.grads)]


@fault(costs={"3c": 4}, says="every step is plain gradient descent")
class momentum_in_train_with_a_gamma_of_its_own:
    @at("task3.MomentumTrainer.update")
    def update(self):
        super().update()

    @at("task2.SoftmaxTrainer.check_finite")
    def check_finite(self, loss):
        gamma = 0.9 * hasattr(self, "momentum_gamma")
        last = getattr(self, "last", [0 * w for w in self.model.ws])
        for i, w in enumerate(self.model.ws):
            w -= self.learning_rate * gamma * last[i]
        self.last = [grad + gamma * move for move, grad in zip(last, self.model.grads)]


@fault("task2.SoftmaxTrainer.train", {"3c": 4}, says="does train call train_step?")
def plain_steps_of_train_itself(self, num_epochs, on_validation=lambda: None):
    every = max(1, len(self.data.X_train) // self.batch_size // self.validations_per_epoch)
    losses, accuracies = [], []
    for X_batch, Y_batch in self.batches(num_epochs):
        outputs = self.model.forward(X_batch)
        losses.append(cross_entropy_loss(Y_batch, outputs))
        accuracies.append(accuracy_of(outputs, Y_batch))
        self.model.backward(X_batch, outputs, Y_batch)
        for w, grad in zip(self.model.ws, self.model.grads):
            w -= self.learning_rate * grad
        self.step += 1
        self.check_finite(losses[-1])
        if self.step % every == 0:
            self.validate(np.mean(losses), np.mean(accuracies))
            on_validation()
            losses, accuracies = [], []
            if self.validations_without_gain >= self.patience:
                break
    self.model.ws = self.best_ws or self.model.ws
    return self.history


@fault(costs={"3c": 4}, says="does train call train_step?")
class plain_steps_of_an_overridden_train:
    @at("+task3.MomentumTrainer.train")
    def train(self, num_epochs, on_validation=lambda: None):
        plain = task2.SoftmaxTrainer(self.model, self.data, self.learning_rate, self.batch_size)
        return plain.train(num_epochs, on_validation)


@fault(costs={"2c": 3}, says="train_step leaves the weights as they are")
class steps_up_the_gradient_in_train:
    @at("task2.SoftmaxTrainer.train_step")
    def train_step(self, X_batch, Y_batch):
        outputs = self.model.forward(X_batch)
        self.model.backward(X_batch, outputs, Y_batch)
        return cross_entropy_loss(Y_batch, outputs)

    @at("task2.SoftmaxTrainer.check_finite")
    def check_finite(self, loss):
        for w, grad in zip(self.model.ws, self.model.grads):
            w += self.learning_rate * grad


@fault("task2.SoftmaxTrainer.train", {"2c": 3}, says="train_step is right, but train moves")
def train_forgets_the_step(self, num_epochs, on_validation=lambda: None):
    every = max(1, len(self.data.X_train) // self.batch_size // self.validations_per_epoch)
    for X_batch, Y_batch in self.batches(num_epochs):
        outputs = self.model.forward(X_batch)
        self.model.backward(X_batch, outputs, Y_batch)
        self.step += 1
        if self.step % every == 0:
            self.validate(cross_entropy_loss(Y_batch, outputs), accuracy_of(outputs, Y_batch))
            on_validation()
    return self.history


@fault(costs={"2c": 3}, says="train_step is right, but train moves")
class train_undoes_its_steps:
    @at("task2.SoftmaxTrainer.check_finite")
    def check_finite(self, loss):
        for w, grad in zip(self.model.ws, self.model.grads):
            w += 2 * self.learning_rate * grad
