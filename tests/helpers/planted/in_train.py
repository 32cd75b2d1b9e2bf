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
