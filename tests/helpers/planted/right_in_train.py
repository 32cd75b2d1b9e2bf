# ruff: noqa: F821 (names of the scripts that these stand in)
"""Right code that takes its steps, or their momentum, in `train` instead of train_step."""
from planted import at, style


@style()
class momentum_in_a_train_of_its_own:
    @at("+task3.MomentumTrainer.train")
    def train(self, num_epochs, on_validation=lambda: None):
        every = max(1, len(self.data.X_train) // self.batch_size // 5)
        losses, accuracies = [], []
        previous = [np.zeros(w.shape) for w in self.model.ws]
        for X_batch, Y_batch in self.batches(num_epochs):
            outputs = self.model.forward(X_batch)
            losses.append(task2.cross_entropy_loss(Y_batch, outputs))
            accuracies.append(task2.accuracy_of(outputs, Y_batch))
            self.model.backward(X_batch, outputs, Y_batch)
            for i, grad in enumerate(self.model.grads):
                previous[i] = grad + self.momentum_gamma * previous[i]
                self.model.ws[i] = self.model.ws[i] - self.learning_rate * previous[i]
            self.step += 1
            if self.step % every == 0:
                self.validate(np.mean(losses), np.mean(accuracies))
                on_validation()
                losses, accuracies = [], []
                if self.validations_without_gain >= self.patience:
                    break
        self.model.ws = self.best_ws or self.model.ws
        return self.history

    @at("task3.MomentumTrainer.update")
    def update(self):
        raise NotImplementedError("task 3c: write this")


@style()
class momentum_added_in_train_after_a_plain_step:
    @at("task3.MomentumTrainer.update")
    def update(self):
        super().update()

    @at("task2.SoftmaxTrainer.check_finite")
    def check_finite(self, loss):
        gamma = getattr(self, "momentum_gamma", 0)
        last = getattr(self, "last", [0 * w for w in self.model.ws])
        for i, w in enumerate(self.model.ws):
            w -= self.learning_rate * gamma * last[i]
        self.last = [grad + gamma * move for move, grad in zip(last, self.model.grads)]


@style()
class steps_taken_in_train:
    @at("task2.SoftmaxTrainer.train_step")
    def train_step(self, X_batch, Y_batch):
        outputs = self.model.forward(X_batch)
        self.model.backward(X_batch, outputs, Y_batch)
        return cross_entropy_loss(Y_batch, outputs)

    @at("task2.SoftmaxTrainer.check_finite")
    def check_finite(self, loss):
        self.update()


@style()
class gradients_added_up_and_set_to_0_by_train_step:
    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        before = [grad.copy() for grad in self.grads]
        self.right_backward(X, outputs, targets)
        self.grads = [old + new for old, new in zip(before, self.grads)]

    @at("task2.SoftmaxTrainer.train_step")
    def train_step(self, X_batch, Y_batch):
        self.model.grads = [0 * w for w in self.model.ws]
        return self.right_train_step(X_batch, Y_batch)


@style()
class a_name_of_the_network_that_only_train_uses:
    @at("+task2.SoftmaxModel.count_layers")
    def count_layers(self):
        return len(self.ws)

    @at("task2.SoftmaxTrainer.batches")
    def batches(self, num_epochs):
        self.layers = self.model.count_layers()
        for _ in range(num_epochs):
            yield from batch_loader(self.data.X_train, self.data.Y_train, self.batch_size,
                                    shuffle=True, rng=self.rng)
