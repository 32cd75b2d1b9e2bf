"""Training, in the starter code's layout."""
import numpy as np
import utils
import matplotlib.pyplot as plt
from task2a import SoftmaxModel, cross_entropy_loss, one_hot_encode, pre_process_images
from trainer import BaseTrainer

np.random.seed(0)


def calculate_accuracy(X, targets, model):
    """Share of the images whose largest output is the right class."""
    outputs = model.forward(X)
    return np.mean(np.argmax(outputs, axis=1) == np.argmax(targets, axis=1))


class SoftmaxTrainer(BaseTrainer):
    """Gradient descent, with momentum if it is asked for."""

    def __init__(self, momentum_gamma, use_momentum, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.momentum_gamma = momentum_gamma
        self.use_momentum = use_momentum
        self.previous_grads = [np.zeros_like(w) for w in self.model.ws]

    def train_step(self, X_batch, Y_batch):
        outputs = self.model.forward(X_batch)
        self.model.backward(X_batch, outputs, Y_batch)
        loss = cross_entropy_loss(Y_batch, outputs)
        for i in range(len(self.model.ws)):
            if self.use_momentum:
                step = self.model.grads[i] + self.momentum_gamma * self.previous_grads[i]
                self.previous_grads[i] = step
                self.model.ws[i] = self.model.ws[i] - self.learning_rate * step
            else:
                self.model.ws[i] = self.model.ws[i] - self.learning_rate * self.model.grads[i]
        return loss

    def validation_step(self):
        outputs = self.model.forward(self.X_val)
        loss = cross_entropy_loss(Y_val, outputs)
        accuracy_train = calculate_accuracy(X_train, Y_train, self.model)
        accuracy_val = calculate_accuracy(X_val, Y_val, self.model)
        return loss, accuracy_train, accuracy_val


if __name__ == "__main__":
    num_epochs = 50
    learning_rate = .1
    batch_size = 32
    neurons_per_layer = [64, 10]
    momentum_gamma = .9
    shuffle_data = True
    X_train, Y_train, X_val, Y_val = utils.load_full_mnist()
    mean, std = np.mean(X_train), np.std(X_train)
    X_train = pre_process_images(X_train, mean, std)
    X_val = pre_process_images(X_val, mean, std)
    Y_train = one_hot_encode(Y_train, 10)
    Y_val = one_hot_encode(Y_val, 10)
    model = SoftmaxModel(neurons_per_layer, False, False)
    trainer = SoftmaxTrainer(momentum_gamma, False, model, learning_rate, batch_size,
                             shuffle_data, X_train, Y_train, X_val, Y_val)
    train_history, val_history = trainer.train(num_epochs)
    utils.plot_loss(train_history["loss"], "training loss")
    utils.plot_loss(val_history["loss"], "validation loss")
    plt.legend()
    plt.savefig("task2c.png")
