"""Data and drawing, in the starter code's layout."""
import numpy as np
import mnist
import matplotlib.pyplot as plt


def batch_loader(X, Y, batch_size, shuffle=False, drop_last=True):
    """Yield batches."""
    assert len(X) == len(Y)
    num_batches = len(X) // batch_size
    if not drop_last:
        num_batches = int(np.ceil(len(X) / batch_size))
    indices = list(range(len(X)))
    if shuffle:
        np.random.shuffle(indices)
    for i in range(num_batches):
        rows = indices[i * batch_size:(i + 1) * batch_size]
        yield X[rows], Y[rows]


def load_full_mnist():
    """Training and validation images and labels."""
    X_train, Y_train, X_val, Y_val = mnist.load()
    X_train, Y_train = X_train[:20000], Y_train[:20000].reshape(-1, 1)
    print(f"Train shape: X: {X_train.shape}, Y: {Y_train.shape}")
    return X_train, Y_train, X_val[-10000:], Y_val[-10000:].reshape(-1, 1)


def plot_loss(loss_dict, label=None):
    """Draw a loss against gradient steps."""
    plt.plot(list(loss_dict), list(loss_dict.values()), label=label)
