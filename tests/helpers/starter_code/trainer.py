"""The training loop, in the starter code's layout."""
import numpy as np
import utils


class BaseTrainer:
    """Stops after 50 validations in a row without a better loss."""

    def __init__(self, model, learning_rate, batch_size, shuffle_dataset,
                 X_train, Y_train, X_val, Y_val):
        self.X_train, self.Y_train, self.X_val, self.Y_val = X_train, Y_train, X_val, Y_val
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.model = model
        self.shuffle_dataset = shuffle_dataset

    def train(self, num_epochs):
        num_batches_per_epoch = self.X_train.shape[0] // self.batch_size
        num_steps_per_val = num_batches_per_epoch // 5
        train_history = dict(loss={}, accuracy={})
        val_history = dict(loss={}, accuracy={})
        global_step = 0
        best_loss, waited = np.inf, 0
        best_weights = [w.copy() for w in self.model.ws]
        for _ in range(num_epochs):
            loader = utils.batch_loader(self.X_train, self.Y_train, self.batch_size,
                                        shuffle=self.shuffle_dataset)
            for X_batch, Y_batch in loader:
                train_history["loss"][global_step] = self.train_step(X_batch, Y_batch)
                if global_step % num_steps_per_val == 0:
                    val_loss, accuracy_train, accuracy_val = self.validation_step()
                    train_history["accuracy"][global_step] = accuracy_train
                    val_history["loss"][global_step] = val_loss
                    val_history["accuracy"][global_step] = accuracy_val
                    waited += 1
                    if val_loss < best_loss:
                        best_loss, waited = val_loss, 0
                        best_weights = [w.copy() for w in self.model.ws]
                    if waited >= 50:
                        self.model.ws = best_weights
                        return train_history, val_history
                global_step += 1
        self.model.ws = best_weights
        return train_history, val_history
