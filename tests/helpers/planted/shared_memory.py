# ruff: noqa: F821 (names of the scripts that these stand in)
"""Arrays that layers share, and outputs that forward keeps wrong."""
from planted import fault


@fault("task2.SoftmaxModel.forward", {"4c": 5},
       says="with three equal hidden layers, the outputs of hidden layer 1 in activations are not")
def hidden_layers_of_one_width_share_an_array(self, X):
    memory, a, self.activations = {}, X, [X]
    for w in self.ws[:-1]:
        key = w.shape[1], np.result_type(a, w)
        if key not in memory:
            memory[key] = np.empty((len(X), w.shape[1]), dtype=key[1])
        z = memory[key]
        np.matmul(a, w, out=z)
        z[...] = self.activation(z)
        self.activations.append(z)
        a = z
    self.activations.append(softmax(a @ self.ws[-1]))
    return self.activations[-1]


@fault("task2.SoftmaxModel.forward", {"2b": 7},
       says="the outputs of hidden layer 1 in activations are not those that forward has used")
def sums_kept_in_place_of_outputs(self, X):
    self.activations, a = [X], X
    for w in self.ws[:-1]:
        self.activations.append(a @ w)
        a = self.activation(a @ w)
    self.activations.append(softmax(a @ self.ws[-1]))
    return self.activations[-1]


@fault("task2.SoftmaxModel.forward", {"4c": 5},
       says="with two hidden layers, the outputs of hidden layer 2 in activations are not")
def sums_kept_in_place_of_outputs_after_the_first_layer(self, X):
    self.activations, a = [X], X
    for layer, w in enumerate(self.ws[:-1]):
        z = a @ w
        a = self.activation(z)
        self.activations.append(z if layer else a)
    self.activations.append(softmax(a @ self.ws[-1]))
    return self.activations[-1]


@fault("task2.SoftmaxModel.forward", {"4c": 5},
       says="with three equal hidden layers, the outputs of hidden layer 1 in activations are not")
def hidden_outputs_kept_by_their_shape(self, X):
    kept, a = {}, X
    for w in self.ws[:-1]:
        a = kept[a.shape[0], w.shape[1]] = self.activation(a @ w)
    hidden = [kept[len(X), w.shape[1]] for w in self.ws[:-1]]
    self.activations = [X, *hidden, softmax(a @ self.ws[-1])]
    return self.activations[-1]


@fault("task2.SoftmaxModel.backward", {"4c": 8}, says="layer 3 has the same one; does one")
def gradients_kept_by_their_shape(self, X, outputs, targets):
    self.right_backward(X, outputs, targets)
    kept = {grad.shape: grad for grad in self.grads}
    self.grads = [kept[w.shape] for w in self.ws]


@fault("task3.MomentumTrainer.update", {"4c": 8},
       says="12 calls of train_step do not move the weights as the gradients and update do")
def velocities_kept_by_their_shape(self):
    kept = vars(self).setdefault("kept", {})
    for w, grad in zip(self.model.ws, self.model.grads):
        kept[w.shape] = grad + self.momentum_gamma * kept.get(w.shape, 0)
        w -= self.learning_rate * kept[w.shape]
