"""What stands for MNIST: a few images, which mnist.load() gives to the scripts."""

import types

import numpy as np


def small():
    """Return training images and labels, test images and labels; enough for ten batches of 32."""
    rng = np.random.RandomState(0)
    found = []
    for count in (320, 100):
        labels = np.arange(count) % 10
        images = rng.randint(60, size=(count, 28, 28))
        images[np.arange(count), labels] += 150
        found += [images.reshape(count, 784).astype(np.uint8), labels.astype(np.uint8)]
    return found


def module(images):
    """Return a module mnist that loads these arrays."""
    found = types.ModuleType("mnist")
    found.load = lambda *_, **__: tuple(one.copy() for one in images)
    found.init = found.download_mnist = found.save_mnist = lambda *_, **__: None
    return found
