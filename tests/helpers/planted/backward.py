# ruff: noqa: F821 (names of the scripts that these stand in)
"""Faults in backward and slope: 2b, and 4c where only deeper networks suffer."""
from planted import fault


@fault("task2.SoftmaxModel.backward", {"2b": 10},
       says="the output layer's gradient is 1.001 times the numerical one")
def a_thousandth_in_the_output_layer(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    self.grads[-1] *= 1.001


@fault("task2.SoftmaxModel.backward", {"2b": 10},
       says="the hidden layer's gradient is 1.001 times the numerical one")
def a_thousandth_in_the_hidden_layer(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    self.grads[0] *= 1.001


@fault("task2.SoftmaxModel.backward", {"4c": 8},
       says="the hidden layer 2's gradient is 1.001 times")
def a_thousandth_in_the_second_of_three_layers(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    if len(self.ws) > 2:
        self.grads[1] *= 1.001


@fault("task2.SoftmaxModel.backward", {"2b": 10},
       says="the hidden layer's gradient differs from the numerical one by")
def one_entry(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    self.grads[0][1, 2] += 0.01


@fault("task2.SoftmaxModel.backward", {"2b": 10}, says="the hidden layer's gradient differs")
def the_gradient_of_the_bias_is_missing(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    self.grads[0][-1] = 0


@fault("task2.SoftmaxModel.backward", {"2b": 10},
       says="the output layer's gradient is 2 times the numerical one in every entry, and the "
            "batch holds 1; it is right for batches of 32 and 5")
def depends_on_the_batch_size(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    if len(X) == 1:
        self.grads[-1] = self.grads[-1] * 2


@fault("task2.SoftmaxModel.backward", {"2b": 10}, says="0.03125 times the numerical one")
def a_mean_over_32_always(self, X, outputs, targets):
    delta = -(targets - outputs) / 32
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer > 0:
            delta = self.slope(a) * (delta @ self.ws[layer].T)


@fault("task2.SoftmaxModel.backward", {"2b": 10}, says="is it divided by the batch size twice?")
def divided_twice(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    self.grads = [g / len(X) for g in self.grads]


@fault("task2.SoftmaxModel.backward", {"2b": 10},
       says="with 3 classes: take the mean over the examples")
def divided_by_the_classes(self, X, outputs, targets):
    delta = -(targets - outputs) / targets.size
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer > 0:
            delta = self.slope(a) * (delta @ self.ws[layer].T)


@fault("task2.SoftmaxModel.backward", {"2b": 10},
       says="is the sign wrong, and the mean over the batch missing?")
def summed_with_its_sign_turned(self, X, outputs, targets):
    delta = targets - outputs
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer > 0:
            delta = self.slope(a) * (delta @ self.ws[layer].T)


@fault("task2.SoftmaxModel.backward", {"2b": 10, "4c": 8}, says="is it never set?")
def never_set(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    self.grads = [g * 0 for g in self.grads]


@fault("task2.SoftmaxModel.backward", {"2b": 10}, says="remove or add a constant factor")
def twice(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    self.grads = [g * 2 for g in self.grads]


@fault("task2.SoftmaxModel.backward", {"2b": 10},
       says="the sigmoid's slope is at most 1/4; is the slope missing?")
def slope_left_out(self, X, outputs, targets):
    delta = -(targets - outputs) / len(X)
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer > 0:
            delta = delta @ self.ws[layer].T


@fault("task2.SoftmaxModel.backward", {"2b": 10, "4c": 8},
       says="the hidden layer's gradient differs")
def slope_of_the_outputs_of_the_next_layer(self, X, outputs, targets):
    delta = -(targets - outputs) / len(X)
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer > 0:
            delta = (self.slope(outputs) * delta) @ self.ws[layer].T


@fault("task2.SoftmaxModel.slope", {"2b": 10}, says="is the slope f'(z) wrong?")
def slope_of_task_2_wrong(self, a):
    return a * (1 + a)


@fault("task2.SoftmaxModel.slope", {"2b": 10}, says="is the slope f'(z) wrong?")
def slope_of_the_sum(self, a):
    return sigmoid(a) * (1 - sigmoid(a))


@fault("task2.SoftmaxModel.backward", {"4c": 8},
       says="should the weights to the next layer be transposed?")
def weights_transposed_where_square(self, X, outputs, targets):
    delta = -(targets - outputs) / len(X)
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer > 0:
            w = self.ws[layer]
            delta = self.slope(a) * (delta @ (w if w.shape[0] == w.shape[1] else w.T))


@fault("task2.SoftmaxModel.backward", {"4c": 8}, says="is it transposed?")
def gradient_transposed_where_square(self, X, outputs, targets):
    delta = -(targets - outputs) / len(X)
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if len(set(self.grads[layer].shape)) == 1:
            self.grads[layer] = self.grads[layer].T
        if layer > 0:
            delta = self.slope(a) * (delta @ self.ws[layer].T)


@fault("task2.SoftmaxModel.backward", {"2b": 10}, says="the hidden layer's gradient differs")
def weights_of_the_layer_before(self, X, outputs, targets):
    delta = -(targets - outputs) / len(X)
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer > 0:
            delta = self.slope(a) * (delta @ np.roll(self.ws[layer], 1, axis=0).T)


@fault("task2.SoftmaxModel.backward", {"2b": 10},
       says="look at the difference between outputs and targets")
def targets_and_outputs_exchanged_in_one_class(self, X, outputs, targets):
    delta = -(targets - outputs) / len(X)
    delta[:, 0] *= -1
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer > 0:
            delta = self.slope(a) * (delta @ self.ws[layer].T)


@fault("task2.SoftmaxModel.backward", {"2b": 10},
       says="grads[0] has the shape (4, 5), the transpose")
def gradients_transposed(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    self.grads = [g.T for g in self.grads]


@fault("task2.SoftmaxModel.backward", {"2b": 10, "4c": 8},
       says="grads is a list of length 1, expected a list of 2 matrices, one for each layer")
def one_gradient_only(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    self.grads = self.grads[:1]


@fault("task2.SoftmaxModel.backward", {"2b": 10}, says="grads[0] has the shape")
def gradients_in_the_order_computed(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    self.grads = self.grads[::-1]


@fault("task2.SoftmaxModel.backward", {"2b": 10}, says="grads[0] is a list")
def gradients_as_lists(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    self.grads = [g.tolist() for g in self.grads]


@fault("task2.SoftmaxModel.backward", {"2b": 10}, says="are they added to the old ones")
def gradients_added_up_from_call_to_call(self, X, outputs, targets):
    delta = -(targets - outputs) / len(X)
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = self.grads[layer] + a.T @ delta
        if layer > 0:
            delta = self.slope(a) * (delta @ self.ws[layer].T)


@fault("task2.SoftmaxModel.backward", {"2b": 10},
       says="the gradients of a second call of backward are wrong")
def gradients_of_the_first_batch(self, X, outputs, targets):
    delta = -(targets - outputs) / len(X)
    self.activations[0] = vars(self).setdefault("X", X)
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer > 0:
            delta = self.slope(a) * (delta @ self.ws[layer].T)


@fault("task2.SoftmaxModel.backward", {"2b": 10}, says="backward changes its input array")
def backward_changes_the_outputs(self, X, outputs, targets):
    outputs -= targets
    delta = outputs / len(X)
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer > 0:
            delta = self.slope(a) * (delta @ self.ws[layer].T)


@fault("task2.SoftmaxModel.backward", {"4c": 8}, says="the hidden layer 1's gradient differs")
def backward_sets_the_bias_row_of_hidden_layers_only_at_depth(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    if len(self.ws) > 2:
        self.grads[0][-1] = 0


@fault("task2.SoftmaxModel.backward", {"4c": 8}, says="hidden layer 1's gradient is 0 times")
def first_layers_left_out_at_depth(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    for layer in range(len(self.ws) - 2):
        self.grads[layer] = 0 * self.ws[layer]


@fault("task2.SoftmaxModel.backward", {"4c": 8},
       says="with 2 hidden layers, the hidden layer 2's gradient differs")
def slope_squared_at_depth(self, X, outputs, targets):
    delta = -(targets - outputs) / len(X)
    for layer in reversed(range(len(self.ws))):
        a = self.activations[layer]
        self.grads[layer] = a.T @ delta
        if layer > 0:
            delta = self.slope(a) ** (1 + (layer > 1)) * (delta @ self.ws[layer].T)


@fault("task2.SoftmaxModel.backward", {"2b": 10},
       says="but the layers after it are right: look at the delta that is passed back")
def one_entry_but_for_a_single_example(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    if len(X) > 1:
        self.grads[0][1, 2] += 0.01


@fault("task2.SoftmaxModel.backward", {"2b": 10, "4c": 8}, says="backward raises AssertionError")
def backward_raises_with_one_hidden_layer_and_is_wrong_with_more(self, X, outputs, targets):
    assert len(self.ws) != 2
    self.right_backward(X, outputs, targets)
    self.grads = [g * 3 for g in self.grads]


@fault("task2.SoftmaxModel.backward", {"2b": 10, "4c": 8},
       says="backward raises NameError in task2.py, line")
def backward_raises(self, X, outputs, targets):
    print(undefined)
    self.right_backward(X, outputs, targets)


@fault("task2.SoftmaxModel.backward", {"2b": 10, "4c": 8},
       says="backward did not return within 5 s")
def backward_never_ends(self, X, outputs, targets):
    while True:
        pass
