# ruff: noqa: F821 (names of the scripts that these stand in)
"""Faults in forward, sigmoid and softmax: 2b, and 4c where only deeper networks suffer."""
from planted import at, fault


@fault("task2.SoftmaxModel.forward", {"2b": 7}, says="is it another function, or none?")
def no_activation(self, X):
    self.activations = [X]
    for w in self.ws[:-1]:
        z = self.activations[-1] @ w
        self.activations.append(z)
    z = self.activations[-1] @ self.ws[-1]
    self.activations.append(softmax(z))
    return self.activations[-1]


@fault("task2.sigmoid", {"2b": 7}, says="the hidden outputs are already wrong")
def sigmoid_of_minus_z(z):
    return (1 + np.tanh(-z / 2)) / 2


@fault("task2.sigmoid", {"2b": 7}, says="is it another function, or none?")
def tanh_for_the_sigmoid(z):
    return np.tanh(z)


@fault("task2.SoftmaxModel.forward", {"2b": 7}, says="is there a softmax over each row?")
def no_softmax(self, X):
    self.activations = [X]
    for w in self.ws[:-1]:
        z = self.activations[-1] @ w
        self.activations.append(self.activation(z))
    z = self.activations[-1] @ self.ws[-1]
    self.activations.append(z)
    return self.activations[-1]


@fault("task2.softmax", {"2b": 7}, says="the outputs are wrong by up to")
def softmax_over_all(z):
    with np.errstate(over="ignore"):
        exponentials = np.exp(z - z.real.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum()


@fault("task2.SoftmaxModel.forward", {"2b": 7},
       says="the hidden outputs are right, so look at the output layer")
def softmax_of_half_the_sums(self, X):
    self.activations = [X]
    for w in self.ws[:-1]:
        z = self.activations[-1] @ w
        self.activations.append(self.activation(z))
    z = self.activations[-1] @ self.ws[-1]
    self.activations.append(softmax(z / 2))
    return self.activations[-1]


@fault("task2.SoftmaxModel.forward", {"2b": 7}, says="so look at the output layer")
def activation_at_the_outputs_too(self, X):
    self.activations = [X]
    for w in self.ws[:-1]:
        z = self.activations[-1] @ w
        self.activations.append(self.activation(z))
    z = self.activations[-1] @ self.ws[-1]
    self.activations.append(softmax(self.activation(z)))
    return self.activations[-1]


@fault("task2.SoftmaxModel.forward", {"2b": 7}, says="the hidden outputs are already wrong")
def outputs_a_thousandth_off(self, X):
    self.activations = [X]
    for w in self.ws[:-1]:
        z = self.activations[-1] @ w * 1.002
        self.activations.append(self.activation(z))
    z = self.activations[-1] @ self.ws[-1]
    self.activations.append(softmax(z))
    return self.activations[-1]


@fault("task2.SoftmaxModel.forward", {"2b": 7}, says="the hidden outputs are already wrong")
def bias_left_out(self, X):
    self.activations = [X * (X[0] != 1)]
    for w in self.ws[:-1]:
        z = self.activations[-1] @ w
        self.activations.append(self.activation(z))
    z = self.activations[-1] @ self.ws[-1]
    self.activations.append(softmax(z))
    return self.activations[-1]


@fault("task2.SoftmaxModel.forward", {"2b": 7}, says="activations holds 6 entries after forward")
def activations_appended_not_set_anew(self, X):
    self.activations.append(X)
    for w in self.ws[:-1]:
        z = self.activations[-1] @ w
        self.activations.append(self.activation(z))
    z = self.activations[-1] @ self.ws[-1]
    self.activations.append(softmax(z))
    return self.activations[-1]


@fault("task2.SoftmaxModel.forward", {"2b": 7}, says="activations holds 2 entries after forward")
def X_not_kept(self, X):
    self.right_forward(X)
    self.activations = self.activations[1:]
    return self.activations[-1]


@fault("task2.SoftmaxModel.forward", {"2b": 7},
       says="ŷ in activations is not the array that forward has returned")
def sums_kept_not_outputs(self, X):
    self.activations = [X]
    for w in self.ws[:-1]:
        z = self.activations[-1] @ w
        self.activations.append(self.activation(z))
    z = self.activations[-1] @ self.ws[-1]
    self.activations.append(softmax(z))
    outputs = self.activations[-1]
    self.activations[-1] = z
    return outputs


@fault("task2.SoftmaxModel.forward", {"2b": 7},
       says="activations is of the type “dict”, expected the list")
def activations_by_number(self, X):
    self.right_forward(X)
    self.activations = dict(enumerate(self.activations))
    return self.activations[len(self.ws)]


@fault("task2.SoftmaxModel.forward", {"2b": 7}, says="the outputs are wrong by up to")
def forward_in_float16(self, X):
    return self.right_forward(X).astype(np.float16)


@fault("task2.SoftmaxModel.forward", {"2b": 7},
       says="of the type “ndarray of object”, expected an array")
def forward_of_objects(self, X):
    return self.right_forward(X).astype(object)


@fault("task2.SoftmaxModel.forward", {"2b": 7},
       says="what forward returns for 32 examples and 3 classes is a list")
def forward_of_lists(self, X):
    return self.right_forward(X).tolist()


@fault("task2.SoftmaxModel.forward", {"2b": 7},
       says="of the type “matrix of float64”, expected an array")
def forward_of_a_matrix(self, X):
    return np.matrix(self.right_forward(X))


@fault("task2.SoftmaxModel.forward", {"2b": 7}, says="is None (is there a return?)")
def forward_returns_nothing(self, X):
    self.right_forward(X)


@fault("task2.SoftmaxModel.forward", {"2b": 7}, says="has the shape (3, 32), the transpose")
def forward_transposed(self, X):
    return self.right_forward(X).T


@fault("task2.SoftmaxModel.forward", {"2b": 7}, says="holds NaN or infinite numbers")
def outputs_of_nan(self, X):
    return self.right_forward(X) * np.nan


@fault("task2.SoftmaxModel.forward", {"2b": 7}, says="forward changes its input array")
def forward_changes_X(self, X):
    X += 0.0 * X + 1e-9
    return self.right_forward(X)


@fault("task2.SoftmaxModel.forward", {"2b": 7, "4c": 5},
       says="forward calls sys.exit in task2.py, line")
def forward_calls_sys_exit(self, X):
    import sys
    sys.exit("no")


@fault("task2.SoftmaxModel.forward", {"2b": 7, "4c": 5},
       says="forward ended the Python process (exit status 3)")
def forward_calls_os_exit(self, X):
    import os
    os._exit(3)


@fault("task2.SoftmaxModel.forward", {"2b": 7, "4c": 5},
       says="forward did not return within 5 s: does a loop never end?")
def forward_never_ends(self, X):
    while True:
        pass


@fault("task2.SoftmaxModel.forward", {"2b": 7, "4c": 5},
       says="forward raises RecursionError in task2.py, line")
def forward_without_end(self, X):
    return self.forward(X)


@fault("task2.SoftmaxModel.forward", {"2b": 7}, says="has the shape (32, 3), expected (1, 3)")
def forward_keeps_its_first_batch(self, X):
    X = vars(self).setdefault("first", X)
    return self.right_forward(X)


@fault(costs={"2b": 7, "4c": 5}, says="read self.ws in each call")
class forward_keeps_its_first_weights:
    text = {"+task2.FIRST": "FIRST = {}"}

    @at("task2.SoftmaxModel.forward")
    def forward(self, X):
        self.activations = [X]
        for w in self.ws[:-1]:
            w = FIRST.setdefault(w.shape, w)
            z = self.activations[-1] @ w
            self.activations.append(self.activation(z))
        z = self.activations[-1] @ self.ws[-1]
        self.activations.append(softmax(z))
        return self.activations[-1]


@fault("task2.SoftmaxModel.forward", {"2b": 7}, says="the hidden outputs are already wrong")
def forward_drops_units_at_random(self, X):
    self.activations = [X]
    for w in self.ws[:-1]:
        z = self.activations[-1] @ w * (np.random.random(w.shape[1]) > 0.5)
        self.activations.append(self.activation(z))
    z = self.activations[-1] @ self.ws[-1]
    self.activations.append(softmax(z))
    return self.activations[-1]


@fault("task2.SoftmaxModel.forward", {"4c": 5},
       says="with two hidden layers the outputs are wrong by up to")
def deep_layers_share_their_weights(self, X):
    self.activations = [X]
    for layer, w in enumerate(self.ws[:-1]):
        w = self.ws[1] if w.shape == self.ws[1].shape else w
        w = np.roll(w, 1, axis=0) if layer > 0 else w
        self.activations.append(self.activation(self.activations[-1] @ w))
    z = self.activations[-1] @ self.ws[-1]
    self.activations.append(softmax(z))
    return self.activations[-1]


@fault("task2.SoftmaxModel.forward", {"4c": 5},
       says="activations holds 3 entries with two hidden layers")
def only_the_last_hidden_layer_kept(self, X):
    self.right_forward(X)
    del self.activations[1:-2]
    return self.activations[-1]


@fault("task2.SoftmaxModel.forward", {"4c": 5}, says="hidden layer 2 is the first wrong layer")
def second_hidden_layer_without_its_sigmoid(self, X):
    self.activations = [X]
    for w in self.ws[:-1]:
        z = self.activations[-1] @ w
        self.activations.append(self.activation(z) if len(self.activations) != 2 else z)
    z = self.activations[-1] @ self.ws[-1]
    self.activations.append(softmax(z))
    return self.activations[-1]


@fault("task2.SoftmaxModel.forward", {"4c": 5},
       says="does each layer start from the outputs of the one before?")
def deep_outputs_off_and_hidden_layers_not_kept(self, X):
    self.activations = [X]
    for w in self.ws[:-1]:
        z = self.activations[-1] @ w
        self.activations.append(self.activation(z))
    z = self.activations[-1] @ self.ws[-1]
    if len(self.ws) > 2:
        z = 2 * z
        del self.activations[1]
    self.activations.append(softmax(z))
    return self.activations[-1]


@fault("task2.SoftmaxModel.forward", {"4c": 5},
       says="all hidden layers are right, so look at the output layer")
def deep_outputs_off(self, X):
    self.activations = [X]
    for w in self.ws[:-1]:
        z = self.activations[-1] @ w
        self.activations.append(self.activation(z))
    z = self.activations[-1] @ self.ws[-1]
    z = z * (1 + 0.1 * (len(self.ws) > 2))
    self.activations.append(softmax(z))
    return self.activations[-1]
