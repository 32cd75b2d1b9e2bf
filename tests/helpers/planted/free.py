# ruff: noqa: F821 (names of the scripts that these stand in)
"""What costs nothing: accepted, debatable or optional. What is said stands at remarks."""
from planted import at, fault


@fault("task2.SoftmaxTrainer.__init__", {}, says="after 10 validations")
def patience_of_10(self, *args, patience=10, **kwargs):
    self.right_init(*args, patience=patience, **kwargs)


@fault("task2.SoftmaxTrainer.__init__", {})
def patience_of_49(self, *args, patience=49, **kwargs):
    self.right_init(*args, patience=patience, **kwargs)


@fault("task2.SoftmaxTrainer.__init__", {})
def patience_of_51(self, *args, patience=51, **kwargs):
    self.right_init(*args, patience=patience, **kwargs)


@fault("task2.SoftmaxTrainer.stop_early", {})
def ties_count_as_better(self, val_loss):
    if val_loss <= self.best_loss:
        self.best_loss, self.best_step = val_loss, self.step
        self.best_ws = [w.copy() for w in self.model.ws]
        self.validations_without_gain = 0
    else:
        self.validations_without_gain += 1


@fault("task2.SoftmaxTrainer.stop_early", {}, says="without a better loss, expected")
def another_criterion_accuracy(self, val_loss):
    if -self.history.val_accuracy[-1] < self.best_loss:
        self.best_loss, self.best_step = -self.history.val_accuracy[-1], self.step
        self.best_ws = [w.copy() for w in self.model.ws]
        self.validations_without_gain = 0
    else:
        self.validations_without_gain += 1


@fault("task2.SoftmaxTrainer.stop_early", {}, says="without a better loss, expected")
def another_criterion_the_loss_of_the_validation_before(self, val_loss):
    last, self.last = getattr(self, "last", np.inf), val_loss
    if val_loss < last:
        self.best_loss, self.best_step = val_loss, self.step
        self.best_ws = [w.copy() for w in self.model.ws]
        self.validations_without_gain = 0
    else:
        self.validations_without_gain += 1


@fault("task2.SoftmaxTrainer.batches", {}, says="is the counter reset")
def counter_reset_each_epoch(self, num_epochs):
    for _ in range(num_epochs):
        self.validations_without_gain = 0
        yield from self.right_batches(1)


@fault("task2.SoftmaxTrainer.stop_early", {}, says="keep copies of them")
def best_weights_are_the_live_list(self, val_loss):
    if val_loss < self.best_loss:
        self.best_loss, self.best_step = val_loss, self.step
        self.best_ws = self.model.ws
        self.validations_without_gain = 0
    else:
        self.validations_without_gain += 1


@fault("task2.SoftmaxTrainer.stop_early", {}, says="best_step is 0, but step 6 has the best loss")
def another_best_step(self, val_loss):
    if val_loss < self.best_loss:
        self.best_loss, self.best_step = val_loss, 0
        self.best_ws = [w.copy() for w in self.model.ws]
        self.validations_without_gain = 0
    else:
        self.validations_without_gain += 1


@fault("task2.SoftmaxTrainer.stop_early", {},
       says="not written: every validation counts as the best")
def early_stopping_not_written(self, val_loss):
    return


@fault("task2.sigmoid", {}, says="exp overflows")
def overflow(z):
    with np.errstate(over="ignore"):
        return np.exp(z) / (1 + np.exp(z))


@fault("task2.softmax", {}, says="exp overflows")
def softmax_overflow(z):
    with np.errstate(over="ignore"):
        exponentials = np.exp(z)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


@fault("task2.cross_entropy_loss", {}, says="keep the argument of the logarithm above 0")
def loss_of_0(targets, outputs):
    log_outputs = np.log(outputs)
    return -np.sum(targets * log_outputs) / len(targets)


@fault("task2.SoftmaxModel.forward", {},
       says="4c  no hidden layer, [10]: forward raises AssertionError")
def no_hidden_layer_fails(self, X):
    assert len(self.ws) > 1
    return self.right_forward(X)


@fault(costs={})
class weights_drawn_by_the_trainer:
    @at("task2.SoftmaxModel.initial_weights")
    def initial_weights(self, rng, fan_in, units):
        return np.zeros((fan_in, units))

    @at("task2.SoftmaxTrainer.__init__")
    def trainer_init(self, model, *args, **kwargs):
        self.right_init(model, *args, **kwargs)
        rng = np.random.default_rng(1)
        if not any(w.any() for w in model.ws):
            model.ws = [rng.uniform(-1, 1, w.shape) for w in model.ws]


@fault(costs={})
class weights_drawn_by_the_experiment:
    @at("task2.SoftmaxModel.initial_weights")
    def initial_weights(self, rng, fan_in, units):
        return np.zeros((fan_in, units))

    @at("task2.Experiment.build_model")
    def build_model(self, seed):
        model, rng = self.right_build_model(seed), generators(seed)[0]
        model.ws = [rng.uniform(-1, 1, w.shape) for w in model.ws]
        return model


@fault("task2.SoftmaxModel.backward", {}, says="are the gradients finite differences?")
def gradients_by_finite_differences(self, X, outputs, targets):
    kept = self.activations
    for w, grad in zip(self.ws, self.grads):
        for index in np.ndindex(w.shape):
            losses = []
            for step in (1e-6, -1e-6):
                w[index] += step
                losses.append(cross_entropy_loss(targets, self.forward(X)))
                w[index] -= step
            grad[index] = (losses[0] - losses[1]) / 2e-6
    self.activations = kept


@fault("task2.SoftmaxTrainer.validate", {}, says="are these numbers those of a training?")
def an_invented_history(self, train_loss, train_accuracy):
    number = len(self.history.step)
    for values, value in zip(self.history, (self.step, 2.3 * 0.9 ** number, 0.1 + number / 200,
                                            2.4 * 0.9 ** number, 0.1 + number / 210)):
        values.append(value)
    self.stop_early(2.4 * 0.9 ** number)


@fault("task2.SoftmaxTrainer.validate", {}, says="in the history is 0.3, but the network's")
def invented_accuracies(self, train_loss, train_accuracy):
    val_loss, _ = self.validation_step()
    better = len(self.history.step) / 200
    for values, value in zip(self.history, (self.step, train_loss, 0.3 + better, val_loss,
                                            0.28 + better)):
        values.append(value)
    self.stop_early(val_loss)


@fault("task2.SoftmaxTrainer.validate", {}, says="train_loss in the history is")
def invented_training_losses(self, train_loss, train_accuracy):
    val_loss, val_accuracy = self.validation_step()
    for values, value in zip(self.history, (self.step, val_loss * 0.8, train_accuracy, val_loss,
                                            val_accuracy)):
        values.append(value)
    self.stop_early(val_loss)


@fault("task2.SoftmaxTrainer.validation_step", {})
def validation_over_half_the_set(self):
    half = len(self.data.X_val) // 2
    return evaluate(self.model, self.data.X_val[:half], self.data.Y_val[:half])


@fault("task2.SoftmaxTrainer.validate", {})
def training_values_over_the_whole_set(self, train_loss, train_accuracy):
    self.right_validate(*evaluate(self.model, self.data.X_train, self.data.Y_train))
