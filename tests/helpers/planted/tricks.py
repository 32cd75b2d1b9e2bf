# ruff: noqa: F821 (names of the scripts that these stand in)
"""Faults in the improved sigmoid, 3a, the improved weights, 3b, and momentum, 3c."""
from planted import at, fault


@fault("task3.ImprovedModel.activation", {"3a": 3}, says="by the factor 0.58278 everywhere")
def tanh_without_its_factor(self, z):
    if not self.use_improved_sigmoid:
        return super().activation(z)
    return np.tanh(2 / 3 * z)


@fault("task3.ImprovedModel.activation", {"3a": 3}, says="look at both constants")
def two_thirds_left_out(self, z):
    if not self.use_improved_sigmoid:
        return super().activation(z)
    return 1.7159 * np.tanh(z)


@fault("task3.ImprovedModel.activation", {"3a": 3}, says="look at both constants")
def two_thirds_mistyped(self, z):
    if not self.use_improved_sigmoid:
        return super().activation(z)
    return 1.7159 * np.tanh(0.66 * z)


@fault("task3.ImprovedModel.activation", {"3a": 3}, says="look at both constants")
def three_halves_for_two_thirds(self, z):
    if not self.use_improved_sigmoid:
        return super().activation(z)
    return 1.7159 * np.tanh(3 / 2 * z)


@fault("task3.ImprovedModel.activation", {"3a": 3}, says="0.1 at z = 0, expected 0")
def moved_up(self, z):
    if not self.use_improved_sigmoid:
        return super().activation(z)
    return 1.7159 * np.tanh(2 / 3 * z) + 0.1


@fault("task3.ImprovedModel.activation", {"3a": 3}, says="activation changes its input array")
def activation_changes_z(self, z):
    if not self.use_improved_sigmoid:
        return super().activation(z)
    z *= 2 / 3
    return 1.7159 * np.tanh(z)


@fault("task3.ImprovedModel.slope", {"3a": 3}, says="0.5828 times the measured slope")
def slope_over_its_factor_twice(self, a):
    if not self.use_improved_sigmoid:
        return super().slope(a)
    return 2 / 3 * (1 - (a / 1.7159) ** 2)


@fault("task3.ImprovedModel.slope", {"3a": 3}, says="is it squared, and is a divided by 1.7159?")
def a_not_over_its_factor(self, a):
    if not self.use_improved_sigmoid:
        return super().slope(a)
    return 1.7159 * 2 / 3 * (1 - a ** 2)


@fault("task3.ImprovedModel.slope", {"3a": 3}, says="the part that decreases with |z| is wrong")
def slope_plus(self, a):
    if not self.use_improved_sigmoid:
        return super().slope(a)
    return 1.7159 * 2 / 3 * (1 + (a / 1.7159) ** 2)


@fault("task3.ImprovedModel.slope", {"3a": 3}, says="for every a")
def slope_of_the_mean_of_a_layer(self, a):
    if not self.use_improved_sigmoid:
        return super().slope(a)
    return 1.7159 * 2 / 3 * (1 - (a / 1.7159) ** 2).mean() + 0 * a


@fault(costs={"3a": 6}, says="activation raises AttributeError in task3.py")
class activation_raises_slope_wrong:
    @at("task3.ImprovedModel.activation")
    def activation(self, z):
        if not self.use_improved_sigmoid:
            return super().activation(z)
        return z.tanhs()

    @at("task3.ImprovedModel.slope")
    def slope(self, a):
        if not self.use_improved_sigmoid:
            return super().slope(a)
        return 1.7159 * 2 / 3 * (1 + (a / 1.7159) ** 2)


@fault("task3.ImprovedModel.slope", {"3a": 3}, says="slope(a) is None")
def slope_returns_nothing(self, a):
    if not self.use_improved_sigmoid:
        return super().slope(a)


@fault("task2.SoftmaxModel.forward", {"3a": 3},
       says="call self.activation for each hidden layer, and for no other?")
def forward_of_task_2_calls_sigmoid(self, X):
    self.activations = [X]
    for w in self.ws[:-1]:
        z = self.activations[-1] @ w
        self.activations.append(sigmoid(z))
    z = self.activations[-1] @ self.ws[-1]
    self.activations.append(softmax(z))
    return self.activations[-1]


@fault("task2.SoftmaxModel.backward", {"3a": 3},
       says="call self.slope with the outputs a of each hidden layer?")
def backward_of_task_2_has_the_slope_of_the_sigmoid(self, X, outputs, targets):
    delta = -(targets - outputs) / len(X)
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer > 0:
            delta = a * (1 - a) * (delta @ self.ws[layer].T)


@fault(costs={"3a": 6, "3b": 4, "3c": 4, "4d": 2},
       says="task3.py cannot be imported: SyntaxError in task3.py, line 5")
class task3_cannot_be_imported:
    text = {"task3:first": "def broken(:\n    pass"}


@fault("task3.ImprovedModel.initial_weights", {"3b": 4}, says="is it √(2/fan-in)?")
def root_of_2_over_fan_in(self, rng, fan_in, units):
    if not self.use_improved_weight_init:
        return super().initial_weights(rng, fan_in, units)
    return rng.normal(0, np.sqrt(2 / fan_in), (fan_in, units))


@fault("task3.ImprovedModel.initial_weights", {"3b": 4}, says="is the fan-out included?")
def Glorot(self, rng, fan_in, units):
    if not self.use_improved_weight_init:
        return super().initial_weights(rng, fan_in, units)
    return rng.normal(0, np.sqrt(2 / (fan_in + units)), (fan_in, units))


@fault("task3.ImprovedModel.initial_weights", {"3b": 4}, says="is the scaling missing?")
def never_scaled(self, rng, fan_in, units):
    if not self.use_improved_weight_init:
        return super().initial_weights(rng, fan_in, units)
    return rng.normal(0, 1, (fan_in, units))


@fault("task3.ImprovedModel.initial_weights", {"3b": 4},
       says="from 0, expected 0.046: are they drawn from a normal distribution?")
def uniform_with_that_deviation(self, rng, fan_in, units):
    if not self.use_improved_weight_init:
        return super().initial_weights(rng, fan_in, units)
    side = np.sqrt(3 / fan_in)
    return rng.uniform(-side, side, (fan_in, units))


@fault("task3.ImprovedModel.initial_weights", {"3b": 4}, says="expected 0")
def mean_not_0(self, rng, fan_in, units):
    if not self.use_improved_weight_init:
        return super().initial_weights(rng, fan_in, units)
    return rng.normal(0.1 / np.sqrt(fan_in), 1 / np.sqrt(fan_in), (fan_in, units))


@fault("task3.ImprovedModel.initial_weights", {"3b": 4},
       says="the weights of layer 2, with fan-in 120 and 40 units")
def first_layer_alone(self, rng, fan_in, units):
    if not self.use_improved_weight_init:
        return super().initial_weights(rng, fan_in, units)
    return rng.normal(0, 1 / np.sqrt(fan_in) if fan_in > 200 else 0.5, (fan_in, units))


@fault("task3.ImprovedModel.initial_weights", {"3b": 4}, says="two seeds give the same weights")
def improved_weights_by_a_seed_of_their_own(self, rng, fan_in, units):
    if not self.use_improved_weight_init:
        return super().initial_weights(rng, fan_in, units)
    return np.random.default_rng(0).normal(0, 1 / np.sqrt(fan_in), (fan_in, units))


@fault("task3.ImprovedModel.initial_weights", {"3b": 4},
       says="with use_improved_weight_init turned off")
def improved_weights_always(self, rng, fan_in, units):
    return rng.normal(0, 1 / np.sqrt(fan_in), (fan_in, units))


@fault("task3.MomentumTrainer.update", {"3c": 4}, says="is the new update used at once (Nesterov")
def momentum_of_nesterov(self):
    if not self.momentum_gamma:
        return super().update()
    for w, grad, velocity in zip(self.model.ws, self.model.grads, self.velocity):
        velocity *= self.momentum_gamma
        velocity += grad
        w -= self.learning_rate * (grad + self.momentum_gamma * velocity)


@fault("task3.MomentumTrainer.update", {"3c": 4}, says="is the new gradient counted twice?")
def gradient_twice(self):
    if not self.momentum_gamma:
        return super().update()
    for w, grad, velocity in zip(self.model.ws, self.model.grads, self.velocity):
        velocity += grad
        velocity *= self.momentum_gamma
        velocity += grad
        w -= self.learning_rate * velocity


@fault("task3.MomentumTrainer.update", {"3c": 4}, says="by 1.9 times -α∂C/∂w")
def gradient_and_most_of_it_again_without_memory(self):
    if not self.momentum_gamma:
        return super().update()
    for w, grad in zip(self.model.ws, self.model.grads):
        w -= self.learning_rate * (1 + self.momentum_gamma) * grad


@fault("task3.MomentumTrainer.update", {"3c": 4}, says="is the sign wrong?")
def momentum_up_the_gradient(self):
    if not self.momentum_gamma:
        return super().update()
    for w, grad, velocity in zip(self.model.ws, self.model.grads, self.velocity):
        velocity *= self.momentum_gamma
        velocity += grad
        w += self.learning_rate * velocity


@fault("task3.MomentumTrainer.update", {"3c": 4},
       says="0.8 of the first update is kept, expected γ = 0.9")
def gamma_four_fifths(self):
    if not self.momentum_gamma:
        return super().update()
    for w, grad, velocity in zip(self.model.ws, self.model.grads, self.velocity):
        velocity *= 0.8
        velocity += grad
        w -= self.learning_rate * velocity


@fault(costs={"3c": 4}, says="do trainers share the stored updates?")
class velocity_of_other_trainers:
    text = {"+task3.VELOCITY": "VELOCITY = {}"}

    @at("task3.MomentumTrainer.__init__")
    def __init__(self, *args, momentum_gamma=0.0, **kwargs):
        super().__init__(*args, **kwargs)
        self.momentum_gamma = momentum_gamma
        self.velocity = [VELOCITY.setdefault(w.shape, np.zeros_like(w))
                         for w in self.model.ws]


@fault("task3.MomentumTrainer.update", {"3c": 4}, says="is the first wrong step")
def one_velocity_for_all_layers(self):
    if not self.momentum_gamma:
        return super().update()
    for w, grad in zip(self.model.ws, self.model.grads):
        if not hasattr(self, "mean"):
            self.mean = 0
        self.mean = self.momentum_gamma * self.mean + grad.mean()
        w -= self.learning_rate * (grad + self.mean - grad.mean())


@fault("task3.MomentumTrainer.update", {"3c": 4}, says="layer 1 does not move")
def first_layer_without_momentum(self):
    if not self.momentum_gamma:
        return super().update()
    for w, grad, velocity in zip(self.model.ws[1:], self.model.grads[1:], self.velocity[1:]):
        velocity *= self.momentum_gamma
        velocity += grad
        w -= self.learning_rate * velocity


@fault("task3.MomentumTrainer.update", {"3c": 4}, says="step 5 is the first wrong step")
def velocity_forgotten_after_three_steps(self):
    if not self.momentum_gamma:
        return super().update()
    for w, grad, velocity in zip(self.model.ws, self.model.grads, self.velocity):
        self.n = getattr(self, "n", 0) + 1
        velocity *= 0 if self.n > 8 else self.momentum_gamma
        velocity += grad
        w -= self.learning_rate * velocity


@fault("task3.MomentumTrainer.update", {"3c": 4},
       says="with γ = 0 the step differs from that of SoftmaxTrainer")
def gamma_0_is_another_step(self):
    if self.momentum_gamma:
        self.right_update()


@fault("task3.MomentumTrainer.update", {"3c": 4}, says="update raises IndexError in task3.py")
def momentum_raises(self):
    if self.momentum_gamma:
        self.velocity[7]
    self.right_update()


@fault(costs={"3c": 4}, says="task3.MomentumTrainer is missing: restore this name")
class a_name_is_gone:
    text = {"task3:last": "Momentum = MomentumTrainer\ndel MomentumTrainer"}

    @at("task3.Experiment.build_trainer")
    def build_trainer(self, seed, data):
        return Momentum(self.build_model(seed), data, self.learning_rate, self.batch_size,
                        rng=generators(seed)[1], momentum_gamma=self.momentum_gamma)
