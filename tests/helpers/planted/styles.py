# ruff: noqa: F821 (names of the scripts that these stand in)
"""Right code in another style than the reference's: it gets all points, and nothing fails."""
from planted import at, style


@style()
class the_reference:
    text = {}


@style("task2.SoftmaxModel.forward")
def loops_in_forward(self, X):
    self.activations = [X]
    for w in self.ws[:-1]:
        a = np.zeros((len(X), w.shape[1]))
        for n in range(len(X)):
            for j in range(w.shape[1]):
                z = sum(x * w_ij for x, w_ij in zip(self.activations[-1][n], w[:, j]))
                a[n, j] = self.activation(z)
        self.activations.append(a)
    z = np.zeros((len(X), self.ws[-1].shape[1]))
    for n, row in enumerate(self.activations[-1]):
        for k in range(z.shape[1]):
            z[n, k] = np.dot(row, self.ws[-1][:, k])
    self.activations.append(softmax(z))
    return self.activations[-1]


@style("task2.SoftmaxModel.backward")
def an_example_at_a_time_in_backward(self, X, outputs, targets):
    delta = outputs - targets
    self.grads = [np.zeros(w.shape) for w in self.ws]
    for n in range(len(X)):
        d = delta[n]
        for layer in range(len(self.ws) - 1, -1, -1):
            a = self.activations[layer][n]
            self.grads[layer] += np.outer(a, d) / len(X)
            if layer:
                d = self.slope(a) * np.dot(self.ws[layer], d)


@style()
class einsum:
    @at("task2.SoftmaxModel.forward")
    def forward(self, X):
        self.activations = [X]
        for w in self.ws[:-1]:
            z = np.einsum("ni,ij->nj", self.activations[-1], w)
            self.activations.append(self.activation(z))
        z = self.activations[-1] @ self.ws[-1]
        self.activations.append(softmax(z))
        return self.activations[-1]

    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        delta = -(targets - outputs) / len(X)
        for layer in reversed(range(len(self.ws))):
            a = self.activations[layer]
            self.grads[layer] = np.einsum("ni,nj->ij", a, delta)
            if layer > 0:
                delta = self.slope(a) * (delta @ self.ws[layer].T)


@style()
class sums_z_kept_by_forward_and_used_by_backward:
    @at("task2.SoftmaxModel.forward")
    def forward(self, X):
        self.activations = [X]
        self.zs = []
        for w in self.ws[:-1]:
            z = self.activations[-1] @ w
            self.zs.append(z)
            self.activations.append(self.activation(z))
        z = self.activations[-1] @ self.ws[-1]
        self.activations.append(softmax(z))
        return self.activations[-1]

    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        delta = -(targets - outputs) / len(X)
        for layer in reversed(range(len(self.ws))):
            a = self.activations[layer]
            self.grads[layer] = a.T @ delta
            if layer > 0:
                a = self.activation(self.zs[layer - 1])
                delta = self.slope(a) * (delta @ self.ws[layer].T)


@style()
class activations_kept_under_another_name_too_and_used_by_backward:
    @at("task2.SoftmaxModel.forward")
    def forward(self, X):
        self.right_forward(X)
        self.outputs_of_layers = self.activations[:]
        return self.activations[-1]

    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        delta = -(targets - outputs) / len(X)
        for layer in reversed(range(len(self.ws))):
            a = self.outputs_of_layers[layer]
            self.grads[layer] = a.T @ delta
            if layer > 0:
                delta = self.slope(a) * (delta @ self.ws[layer].T)


@style()
class slopes_computed_in_forward:
    @at("task2.SoftmaxModel.forward")
    def forward(self, X):
        self.activations = [X]
        self.slopes = [None]
        for w in self.ws[:-1]:
            z = self.activations[-1] @ w
            self.activations.append(self.activation(z))
            self.slopes.append(self.slope(self.activations[-1]))
        z = self.activations[-1] @ self.ws[-1]
        self.activations.append(softmax(z))
        return self.activations[-1]

    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        delta = -(targets - outputs) / len(X)
        for layer in reversed(range(len(self.ws))):
            a = self.activations[layer]
            self.grads[layer] = a.T @ delta
            if layer > 0:
                delta = self.slopes[layer] * (delta @ self.ws[layer].T)


@style("task2.SoftmaxModel.backward")
def the_mean_taken_at_the_end(self, X, outputs, targets):
    delta = outputs - targets
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta / X.shape[0]
        if layer > 0:
            delta = self.slope(a) * (delta @ self.ws[layer].T)


@style("task2.SoftmaxModel.backward")
def a_single_example_multiplied_as_column_by_row(self, X, outputs, targets):
    delta = -(targets - outputs) / len(X)
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T * delta if len(X) == 1 else a.T @ delta
        if layer > 0:
            delta = self.slope(a) * (delta @ self.ws[layer].T)


@style()
class grads_a_new_list_weights_a_new_list:
    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        delta = -(targets - outputs) / len(X)
        grads = []
        for layer in reversed(range(len(self.ws))):
            a = self.activations[layer]
            grads.insert(0, np.matmul(a.T, delta))
            if layer > 0:
                delta = np.multiply(self.slope(a), np.matmul(delta, self.ws[layer].T))
        self.grads = grads

    @at("task2.SoftmaxTrainer.update")
    def update(self):
        self.model.ws = [w - self.learning_rate * grad
                         for w, grad in zip(self.model.ws, self.model.grads)]


@style("task2.SoftmaxTrainer.update")
def weights_replaced_in_the_list(self):
    for i in range(len(self.model.ws)):
        self.model.ws[i] = self.model.ws[i] - self.learning_rate * self.model.grads[i]


@style()
class grads_a_tuple_activations_a_tuple:
    @at("task2.SoftmaxModel.forward")
    def forward(self, X):
        self.right_forward(X)
        self.activations = (*self.activations,)
        return self.activations[-1]

    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        delta = -(targets - outputs) / len(X)
        self.grads = list(self.grads)
        for layer in reversed(range(len(self.ws))):
            a = self.activations[layer]
            self.grads[layer] = a.T @ delta
            if layer > 0:
                delta = self.slope(a) * (delta @ self.ws[layer].T)
        self.grads = tuple(self.grads)


@style("task2.SoftmaxModel.backward")
def gradients_as_one_array_of_objects(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    self.grads = np.array([*self.grads, None], dtype=object)[:-1]


@style("task2.SoftmaxModel.forward")
def activations_as_one_array_of_objects(self, X):
    self.right_forward(X)
    self.activations = np.array([*self.activations, None], dtype=object)[:-1]
    return self.activations[-1]


@style()
class numbers_of_4d_written_by_hand:
    text = {"task4.BUDGET": "BUDGET = 50880", "task4.WIDTH": "WIDTH = 60.0 .__int__()",
            "task4.TWO": "TWO = replace(MOMENTUM, neurons_per_layer=(60, 60, 10))"}


@style("task2.SoftmaxModel.forward")
def arithmetic_in_float32(self, X):
    self.activations = [X.astype(np.float32)]
    for w in self.ws[:-1]:
        z = self.activations[-1] @ w.astype(np.float32)
        self.activations.append(self.activation(z))
    z = self.activations[-1] @ self.ws[-1].astype(np.float32)
    self.activations.append(softmax(z))
    return self.activations[-1]


@style("task2.SoftmaxModel.backward")
def gradients_in_float32(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    self.grads = [g.astype("float32") for g in self.grads]


@style("task2.sigmoid")
def sigmoid_by_exp(z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


@style("task2.softmax")
def softmax_by_a_loop_over_rows(z):
    rows = [np.exp(row - np.max(row.real)) for row in z]
    return np.array([row / np.sum(row) for row in rows])


@style("task2.SoftmaxModel.slope")
def slope_by_z_and_tanh(self, a):
    z = np.log(a / (1 - a))
    return (1 - np.tanh(z / 2) ** 2) / 4


@style("task3.ImprovedModel.slope")
def improved_slope_by_the_derivative_of_tanh(self, a):
    if not self.use_improved_sigmoid:
        return super().slope(a)
    z = 1.5 * np.arctanh(a / 1.7159)
    return 1.7159 * 2 / 3 / np.cosh(2 / 3 * z) ** 2


@style("task3.ImprovedModel.slope")
def improved_slope_multiplied_out(self, a):
    if not self.use_improved_sigmoid:
        return super().slope(a)
    return 1.1439 - 0.38853 * np.power(a, 2)


@style()
class two_thirds_rounded_to_four_digits:
    @at("task3.ImprovedModel.activation")
    def activation(self, z):
        if not self.use_improved_sigmoid:
            return super().activation(z)
        return 1.7159 * np.tanh(0.6667 * z)

    @at("task3.ImprovedModel.slope")
    def slope(self, a):
        if not self.use_improved_sigmoid:
            return super().slope(a)
        return 1.7159 * 0.6667 * (1 - (a / 1.7159) ** 2)


@style("task2.one_hot_encode")
def one_hot_of_whole_numbers(Y, num_classes=10):
    labels = np.ravel(Y)
    rows = np.zeros((len(labels), num_classes), dtype=int)
    for row, label in enumerate(labels):
        rows[row, int(label)] = 1
    return rows


@style()
class one_hot_of_truth_values:
    @at("task2.one_hot_encode")
    def one_hot_encode(Y, num_classes=10):
        labels = np.ravel(Y)
        return labels[:, None] == np.arange(num_classes)

    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        delta = -(1.0 * targets - outputs) / len(X)
        for layer in reversed(range(len(self.ws))):
            a = self.activations[layer]
            self.grads[layer] = a.T @ delta
            if layer > 0:
                delta = self.slope(a) * (delta @ self.ws[layer].T)


@style("task2.pre_process_images")
def bias_column_first(X, mean, std):
    normalised = (X - mean) / std
    return np.c_[np.ones(len(X)), normalised]


@style("task2.pre_process_images")
def pre_processing_by_an_array_of_ones(X, mean, std):
    normalised = np.ones((X.shape[0], X.shape[1] + 1))
    normalised[:, :-1] = np.subtract(X, mean) / std
    return normalised


@style("task2.training_statistics")
def statistics_as_numpy_scalars_deviation_by_the_mean_of_squares(X_train):
    mean = X_train.mean()
    return mean, np.sqrt(np.mean((X_train - mean) ** 2))


@style("task2.training_statistics")
def published_statistics(X_train):
    return 0.1307 * 255, 0.3081 * 255


@style("task2.training_statistics")
def published_statistics_of_the_first_20000(X_train):
    return 33.55, 78.87


@style("task2.training_statistics")
def published_statistics_rounded_and_a_deviation_of_its_own(X_train):
    return 33.3, X_train.std()


@style("task2.cross_entropy_loss")
def loss_by_a_loop(targets, outputs):
    log_outputs = np.log(np.maximum(outputs, np.finfo(outputs.dtype).tiny))
    total = 0
    for target, row in zip(targets, log_outputs):
        total -= np.dot(target, row)
    return total / len(targets)


@style("task2.cross_entropy_loss")
def loss_by_its_classes_clipped(targets, outputs):
    picked = np.maximum(outputs[np.arange(len(targets)), targets.argmax(axis=1)], 1e-12)
    return -np.log(picked).mean()


@style("task2.cross_entropy_loss")
def loss_with_a_small_number_added(targets, outputs):
    return -np.sum(targets * np.log(outputs + 1e-9)) / len(targets)


@style("task2.accuracy_of")
def accuracy_as_a_NumPy_scalar(outputs, targets):
    return np.sum(np.argmax(outputs, 1) == np.argmax(targets, 1)) / targets.shape[0]


@style()
class accuracy_by_a_loop:
    @at("task2.accuracy_of")
    def accuracy_of(outputs, targets):
        classes = np.array([[int(np.argmax(row)) for row in rows]
                            for rows in (outputs, targets)], dtype=np.uint8)
        return sum(classes[0] == classes[1]) / len(targets)

    @at("task2.calculate_accuracy")
    def calculate_accuracy(X, targets, model):
        right = 0
        for row, target in zip(model.forward(X), targets):
            right += int(np.argmax(row) == np.argmax(target))
        return right / len(targets)


@style()
class weights_by_Generator_random:
    @at("task2.SoftmaxModel.initial_weights")
    def initial_weights(self, rng, fan_in, units):
        return 2 * rng.random((fan_in, units)) - 1

    @at("task3.ImprovedModel.initial_weights")
    def improved_initial_weights(self, rng, fan_in, units):
        if not self.use_improved_weight_init:
            return super().initial_weights(rng, fan_in, units)
        return rng.standard_normal((fan_in, units)) / fan_in ** 0.5


@style()
class weights_in_float32:
    @at("task2.SoftmaxModel.initial_weights")
    def initial_weights(self, rng, fan_in, units):
        return rng.uniform(-1, 1, (fan_in, units)).astype("float32")

    @at("task3.ImprovedModel.initial_weights")
    def improved_initial_weights(self, rng, fan_in, units):
        if not self.use_improved_weight_init:
            return super().initial_weights(rng, fan_in, units)
        return rng.normal(0, fan_in ** -0.5, size=(fan_in, units)).astype(np.float32)


@style("utils.batch_loader")
def shuffling_in_place_of_copies(X, Y, batch_size, shuffle=False, rng=None):
    order = np.arange(len(X))
    if shuffle:
        rng.shuffle(order)
    X, Y = X[order], Y[order]
    order = np.arange(len(X))
    for start in range(0, len(X), batch_size):
        rows = order[start:start + batch_size]
        yield X.take(rows, axis=0), Y.take(rows, axis=0)


@style("utils.batch_loader")
def batches_as_a_list_of_lists(X, Y, batch_size, shuffle=False, rng=None):
    order = rng.permutation(len(X)) if shuffle else np.arange(len(X))
    parts = range(batch_size, len(X), batch_size)
    return [[X[rows], Y[rows]] for rows in np.split(order, parts)]


@style("task2.SoftmaxTrainer.train_step")
def the_loss_after_backward_in_other_words(self, X_batch, Y_batch):
    model = self.model
    y_hat = model.forward(X_batch)
    model.backward(X_batch, y_hat, Y_batch)
    loss = float(cross_entropy_loss(Y_batch, y_hat))
    self.update()
    return loss


@style()
class velocity_under_another_name_made_when_needed:
    @at("task3.MomentumTrainer.__init__")
    def __init__(self, *args, momentum_gamma=0.0, **kwargs):
        super().__init__(*args, **kwargs)
        self.momentum_gamma = momentum_gamma
        self.delta_w = None

    @at("task3.MomentumTrainer.update")
    def update(self):
        if not self.momentum_gamma:
            return super().update()
        if self.delta_w is None:
            self.delta_w = [0 for _ in self.model.ws]
        for i, g in enumerate(self.model.grads):
            self.delta_w[i] = g + self.momentum_gamma * self.delta_w[i]
            self.model.ws[i] = self.model.ws[i] - self.learning_rate * self.delta_w[i]


@style("task3.MomentumTrainer.update")
def momentum_with_the_learning_rate_in_the_velocity(self):
    if not self.momentum_gamma:
        return super().update()
    for w, grad, velocity in zip(self.model.ws, self.model.grads, self.velocity):
        velocity[...] = self.momentum_gamma * velocity - self.learning_rate * grad
        w += velocity


@style("task3.MomentumTrainer.update")
def momentum_with_gamma_0_by_the_same_lines(self):
    for w, grad, velocity in zip(self.model.ws, self.model.grads, self.velocity):
        velocity *= self.momentum_gamma
        velocity += grad
        w -= self.learning_rate * velocity


@style()
class prints_everywhere:
    text = {"task2:first": "print('task 2', end='')\nimport sys\nsys.stderr.write('warning')"}

    @at("task2.SoftmaxModel.forward")
    def forward(self, X):
        print(X.shape, flush=True)
        return self.right_forward(X)

    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        import sys
        sys.stdout.buffer.write(bytes(500))
        self.right_backward(X, outputs, targets)

    @at("task3.ImprovedModel.activation")
    def activation(self, z):
        if not self.use_improved_sigmoid:
            return super().activation(z)
        print("improved")
        return 1.7159 * np.tanh(2 / 3 * z)


@style()
class plt_show_and_input_at_import:
    text = {"task2:first": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n"
                           "name = input('your name? ')\nassert name == ''",
            "task3:first": "input()"}


@style()
class an_unused_import_that_works:
    text = {"task2:first": "import math, random, itertools, logging",
            "task4:first": "from task3 import *\nfrom task2 import *"}


@style()
class helpers_and_constants_of_their_own:
    text = {"+task3.AMPLITUDE": "AMPLITUDE, GAIN = 1.7159, 2 / 3"}

    @at("+task3.scaled_tanh")
    def scaled_tanh(z):
        return AMPLITUDE * np.tanh(GAIN * z)

    @at("task3.ImprovedModel.activation")
    def activation(self, z):
        if not self.use_improved_sigmoid:
            return super().activation(z)
        return scaled_tanh(z)

    @at("task3.ImprovedModel.slope")
    def slope(self, a):
        if not self.use_improved_sigmoid:
            return super().slope(a)
        return AMPLITUDE * GAIN - GAIN / AMPLITUDE * a * a


@style("+task3.ImprovedModel.forward")
def ImprovedModel_with_a_forward_of_its_own(self, X):
    if not self.use_improved_sigmoid:
        return super().forward(X)
    self.activations = [X]
    for w in self.ws[:-1]:
        self.activations.append(1.7159 * np.tanh(2 / 3 * (self.activations[-1] @ w)))
    z = self.activations[-1] @ self.ws[-1]
    e = np.exp(z - z.real.max(axis=1, keepdims=True))
    self.activations.append(e / e.sum(axis=1, keepdims=True))
    return self.activations[-1]


@style()
class ImprovedModel_draws_its_weights_in_its_constructor:
    @at("task3.ImprovedModel.__init__")
    def __init__(self, neurons_per_layer, num_inputs=785, rng=0, use_improved_sigmoid=False,
                 use_improved_weight_init=False):
        self.use_improved_sigmoid = use_improved_sigmoid
        self.use_improved_weight_init = use_improved_weight_init
        rng = np.random.default_rng(rng)
        super().__init__(neurons_per_layer, num_inputs, rng)
        if use_improved_weight_init:
            self.ws = [rng.normal(0, 1 / np.sqrt(len(w)), w.shape) for w in self.ws]

    @at("task3.ImprovedModel.initial_weights")
    def initial_weights(self, rng, fan_in, units):
        return super().initial_weights(rng, fan_in, units)


@style()
class cached_functions_type_hints_lambdas:
    text = {"task2.sigmoid": "sigmoid: object = lambda z: np.exp(-np.logaddexp(0, -z)) "
                             "if np.isrealobj(z) else 1 / (1 + np.exp(-z))",
            "+task2.product": "import functools\n\n\n@functools.cache\n"
                              "def product(one: int, other: int) -> int:\n"
                              "    return one * other"}

    @at("task2.count_parameters")
    def count_parameters(neurons_per_layer: list, num_inputs: int = 785) -> int:
        layers = layer_sizes(neurons_per_layer, num_inputs=num_inputs)
        return sum(map(product, layers, layers[1:]))


@style()
class parameters_and_width_as_numpy_integers:
    @at("task2.count_parameters")
    def count_parameters(neurons_per_layer, num_inputs=785):
        layers = np.array([num_inputs, *neurons_per_layer])
        return np.sum(layers[1:] * layers[:-1])

    @at("task4.equal_width")
    def equal_width(budget, hidden_layers, num_inputs=785, num_outputs=10):
        def parameters(width):
            return count_parameters([width] * hidden_layers + [num_outputs], num_inputs)

        counts = [parameters(width) for width in range(1, 200)]
        return np.argmin(np.abs(np.array(counts) - budget)) + 1


@style()
class the_width_by_solving_the_square_equation:
    text = {"task4.BUDGET": "BUDGET = 50_880",
            "task4.WIDTH": "WIDTH = 60"}

    @at("task4.equal_width")
    def equal_width(budget, hidden_layers, num_inputs=785, num_outputs=10):
        def parameters(width):
            return count_parameters([width] * hidden_layers + [num_outputs], num_inputs)

        a, b = hidden_layers - 1, num_inputs + num_outputs
        root = (-b + (b ** 2 + 4 * a * budget) ** 0.5) / (2 * a) if a else budget / b
        low = max(int(root), 1)
        if abs(parameters(low) - budget) <= abs(parameters(low + 1) - budget):
            return low
        return low + 1


@style("task2.SoftmaxTrainer.stop_early")
def early_stopping_by_patience_of_its_own(self, val_loss):
    if val_loss <= min(self.history.val_loss):
        self.best_loss, self.best_step = val_loss, self.step
        self.best_ws = [w.copy() for w in self.model.ws]
        self.validations_without_gain = 0
    else:
        self.validations_without_gain += 1


@style()
class another_order_of_the_definitions_a_module_of_its_own:
    @at("+utils.normalised")
    def normalised(rows):
        return rows / np.sum(rows, axis=-1)[:, np.newaxis]

    @at("task2.softmax")
    def softmax(z):
        with np.errstate(over="ignore"):
            exponentials = np.exp(z - z.real.max(axis=1, keepdims=True))
        from utils import normalised
        return normalised(exponentials)


# ------------------------------------------------------------ where the weights are moved and held

@style()
class momentum_taken_in_train_step_beside_a_blank_update:
    @at("task2.SoftmaxTrainer.train_step")
    def train_step(self, X_batch, Y_batch):
        outputs = self.model.forward(X_batch)
        loss = cross_entropy_loss(Y_batch, outputs)
        self.model.backward(X_batch, outputs, Y_batch)
        gamma = getattr(self, "momentum_gamma", 0)
        if self.step == 0:
            self.moves = [0 * w for w in self.model.ws]
        self.moves = [gamma * move + grad for move, grad in zip(self.moves, self.model.grads)]
        for w, move in zip(self.model.ws, self.moves):
            w -= self.learning_rate * move
        return loss

    @at("task2.SoftmaxTrainer.update")
    def update(self):
        raise NotImplementedError("task 2c: write this")

    @at("task3.MomentumTrainer.update")
    def momentum_update(self):
        raise NotImplementedError("task 3c: write this")


@style()
class a_train_step_of_its_own_in_each_trainer:
    text = {"task2:last": "del SoftmaxTrainer.update",
            "task3:last": "del MomentumTrainer.update",
            "task2.SoftmaxTrainer.update": "def update(self):\n    pass",
            "task3.MomentumTrainer.update": "def update(self):\n    pass"}

    @at("task2.SoftmaxTrainer.train_step")
    def train_step(self, X_batch, Y_batch):
        outputs = self.model.forward(X_batch)
        self.model.backward(X_batch, outputs, Y_batch)
        for i in range(len(self.model.ws)):
            self.model.ws[i] = self.model.ws[i] - self.learning_rate * self.model.grads[i]
        return cross_entropy_loss(Y_batch, outputs)

    @at("+task3.MomentumTrainer.train_step")
    def momentum_train_step(self, X_batch, Y_batch):
        outputs = self.model.forward(X_batch)
        self.model.backward(X_batch, outputs, Y_batch)
        for i in range(len(self.model.ws)):
            self.velocity[i] = self.momentum_gamma * self.velocity[i] + self.model.grads[i]
            self.model.ws[i] = self.model.ws[i] - self.learning_rate * self.velocity[i]
        return task2.cross_entropy_loss(Y_batch, outputs)


@style()
class update_under_another_name:
    text = {"task2:last": "del SoftmaxTrainer.update",
            "task3:last": "del MomentumTrainer.update",
            "task2.SoftmaxTrainer.update": "def update(self):\n    pass",
            "task3.MomentumTrainer.update": "def update(self):\n    pass"}

    @at("+task2.SoftmaxTrainer.move_weights")
    def move_weights(self):
        for w, grad in zip(self.model.ws, self.model.grads):
            w -= self.learning_rate * grad

    @at("task2.SoftmaxTrainer.train_step")
    def train_step(self, X_batch, Y_batch):
        outputs = self.model.forward(X_batch)
        loss = cross_entropy_loss(Y_batch, outputs)
        self.model.backward(X_batch, outputs, Y_batch)
        self.move_weights()
        return loss

    @at("+task3.MomentumTrainer.move_weights")
    def move_weights_with_momentum(self):
        for w, grad, velocity in zip(self.model.ws, self.model.grads, self.velocity):
            velocity *= self.momentum_gamma
            velocity += grad
            w -= self.learning_rate * velocity


@style()
class weights_and_gradients_in_arrays_of_objects:
    @at("+task2.gather")
    def gather(matrices):
        found = np.empty(len(matrices), dtype=object)
        for i, matrix in enumerate(matrices):
            found[i] = matrix
        return found

    @at("task2.SoftmaxModel.__init__")
    def __init__(self, neurons_per_layer, num_inputs=785, rng=0):
        sizes = layer_sizes(neurons_per_layer, num_inputs)
        rng = np.random.default_rng(rng)
        self.neurons_per_layer = tuple(neurons_per_layer)
        self.ws = gather([self.initial_weights(rng, *shape) for shape in zip(sizes, sizes[1:])])
        self.grads = self.ws * 0
        self.activations = []

    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        self.right_backward(X, outputs, targets)
        self.grads = gather([1 * grad for grad in self.grads])

    @at("task2.SoftmaxTrainer.update")
    def update(self):
        self.model.ws = self.model.ws - self.learning_rate * self.model.grads

    @at("task3.MomentumTrainer.__init__")
    def momentum_init(self, *args, momentum_gamma=0.0, **kwargs):
        super().__init__(*args, **kwargs)
        self.momentum_gamma, self.velocity = momentum_gamma, self.model.ws * 0

    @at("task3.MomentumTrainer.update")
    def momentum_update(self):
        self.velocity = self.momentum_gamma * self.velocity + self.model.grads
        self.model.ws = self.model.ws - self.learning_rate * self.velocity


@style()
class the_network_moves_its_own_weights:
    @at("+task2.SoftmaxModel.move")
    def move(self, how_far):
        for w, grad in zip(self.ws, self.grads):
            w -= how_far * grad

    @at("task2.SoftmaxTrainer.update")
    def update(self):
        self.model.move(self.learning_rate)


@style()
class the_network_keeps_the_moves_of_momentum:
    @at("+task2.SoftmaxModel.add_moves")
    def add_moves(self, gamma):
        self.moves = [gamma * move + grad for move, grad in
                      zip(getattr(self, "moves", [0] * len(self.ws)), self.grads)]
        return self.moves

    @at("task3.MomentumTrainer.update")
    def momentum_update(self):
        for w, move in zip(self.model.ws, self.model.add_moves(self.momentum_gamma)):
            w -= self.learning_rate * move


@style()
class numbers_of_more_than_64_bits:
    @at("task2.SoftmaxModel.initial_weights")
    def initial_weights(self, rng, fan_in, units):
        return rng.uniform(-1, 1, (fan_in, units)).astype(np.longdouble)

    @at("task2.pre_process_images")
    def pre_process_images(X, mean, std):
        X = (X.astype(np.longdouble) - mean) / std
        return np.hstack([X, np.ones((len(X), 1))])

    @at("task2.training_statistics")
    def training_statistics(X_train):
        return X_train.mean(dtype=np.longdouble), X_train.std(dtype=np.longdouble)

    @at("task2.SoftmaxModel.slope")
    def slope(self, a):
        return np.longdouble(1) * a * (1 - a)


@style()
class weights_and_gradients_in_dicts:
    @at("task2.SoftmaxModel.__init__")
    def __init__(self, neurons_per_layer, num_inputs=785, rng=0):
        sizes = layer_sizes(neurons_per_layer, num_inputs)
        rng = np.random.default_rng(rng)
        self.neurons_per_layer = tuple(neurons_per_layer)
        self.ws = {f"W{layer}": self.initial_weights(rng, *shape)
                   for layer, shape in enumerate(zip(sizes, sizes[1:]), 1)}
        self.grads, self.activations = {}, []

    @at("task2.SoftmaxModel.forward")
    def forward(self, X):
        self.activations = [X]
        for layer in range(1, len(self.ws)):
            self.activations.append(self.activation(self.activations[-1] @ self.ws[f"W{layer}"]))
        outputs = softmax(self.activations[-1] @ self.ws[f"W{len(self.ws)}"])
        self.activations.append(outputs)
        return outputs

    @at("task2.SoftmaxModel.backward")
    def backward(self, X, outputs, targets):
        self.grads, delta = {}, (outputs - targets) / len(X)
        for layer in range(len(self.ws), 0, -1):
            a = self.activations[layer - 1]
            self.grads[layer] = a.T @ delta
            delta = self.slope(a) * (delta @ self.ws[f"W{layer}"].T)

    @at("task2.SoftmaxTrainer.update")
    def update(self):
        for layer, grad in self.model.grads.items():
            self.model.ws[f"W{layer}"] -= self.learning_rate * grad

    @at("task2.SoftmaxTrainer.stop_early")
    def stop_early(self, val_loss):
        self.validations_without_gain += 1
        if val_loss < self.best_loss:
            self.best_loss, self.best_step = val_loss, self.step
            self.validations_without_gain = 0
            self.best_ws = {key: w.copy() for key, w in self.model.ws.items()}

    @at("task3.MomentumTrainer.__init__")
    def momentum_init(self, *args, momentum_gamma=0.0, **kwargs):
        super().__init__(*args, **kwargs)
        self.momentum_gamma, self.velocity = momentum_gamma, {}

    @at("task3.MomentumTrainer.update")
    def momentum_update(self):
        for layer, grad in self.model.grads.items():
            self.velocity[layer] = grad + self.momentum_gamma * self.velocity.get(layer, 0)
            self.model.ws[f"W{layer}"] -= self.learning_rate * self.velocity[layer]
