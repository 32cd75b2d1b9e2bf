"""The starter code's trainer, for a hand-in without it; early stopping is not written there."""

import utils


class BaseTrainer:
    """The training loop; train_step and validation_step are the student's."""

    def __init__(self, model, learning_rate, batch_size, shuffle_dataset,
                 X_train, Y_train, X_val, Y_val):
        self.model = model
        self.learning_rate, self.batch_size = learning_rate, batch_size
        self.shuffle_dataset = shuffle_dataset
        self.X_train, self.Y_train, self.X_val, self.Y_val = X_train, Y_train, X_val, Y_val

    def train(self, num_epochs):
        """The histories of training and validation: {"loss": {step: …}, "accuracy": …}."""
        every = max(1, len(self.X_train) // self.batch_size // 5)
        train, val = ({"loss": {}, "accuracy": {}} for _ in range(2))
        step = 0
        for _ in range(num_epochs):
            for X_batch, Y_batch in utils.batch_loader(self.X_train, self.Y_train,
                                                       self.batch_size, self.shuffle_dataset):
                train["loss"][step] = self.train_step(X_batch, Y_batch)
                if step % every == 0:
                    val["loss"][step], train["accuracy"][step], val["accuracy"][step] = \
                        self.validation_step()
                step += 1
        return train, val
