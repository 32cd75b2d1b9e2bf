"""What is timed: the rows of the table of training, and the data that they share."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from task2 import load_dataset
from task3 import ImprovedModel

TOPOLOGIES = ((10,), (32, 10), (64, 10), (128, 10), (60, 60, 10), (64,) * 10 + (10,))
STEPS = {1: 400, 32: 160, 256: 40}      # a timing, by the size of a batch


@dataclass(frozen=True)
class Row:
    """A network and how it is trained: improved sigmoid and improved weights, as in task 4."""
    layers: tuple = (64, 10)
    batch: int = 32
    dtype: str = "float64"
    gamma: float = 0.0      # of momentum; 0 is none
    rate: float = 0.002     # at which no row diverges: the time does not depend on it
    task2: bool = False     # the sigmoid and weights from U(-1, 1) instead

    @property
    def name(self):
        """The row's topology in words."""
        count = len(self.layers) - 1
        words = f"{count} of {self.layers[0]}" if count > 2 else str(list(self.layers))
        return words + (", U(−1, 1)" if self.task2 else "")

    def weights(self):
        """Return the initial weights (fan-in, units), the same for every way of training."""
        model = ImprovedModel(self.layers, rng=0, use_improved_sigmoid=not self.task2,
                              use_improved_weight_init=not self.task2)
        return [w.astype(self.dtype) for w in model.ws]

    def batches(self, seed, steps=None):
        """Return the rows of each step's batch (steps, batch), drawn without repetition."""
        examples = len(data(self.dtype).X_train)
        steps = min(steps or STEPS[self.batch], examples // self.batch)
        order = np.random.default_rng(seed).permutation(examples)
        return order[:steps * self.batch].reshape(steps, self.batch)


ROWS = [Row(layers, batch, dtype, gamma)
        for layers, batch, dtype, gamma in product(TOPOLOGIES, STEPS, ("float64", "float32"),
                                                   (0.0, 0.9))]
ROWS += [Row(dtype=dtype, task2=True) for dtype in ("float64", "float32")]


@lru_cache(maxsize=2)
def data(dtype):
    """Return the Dataset of MNIST in float64 or float32."""
    loaded = load_dataset()
    return loaded._replace(**{name: value.astype(dtype, copy=False)
                              for name, value in loaded._asdict().items()})


def images(dtype, split):
    """Return the images (N, 785) and targets (N, 10) of the split "train" or "val"."""
    return getattr(data(dtype), f"X_{split}"), getattr(data(dtype), f"Y_{split}")


@lru_cache(maxsize=2)
def labels(split):
    """Return the classes of a split (N,)."""
    return images("float64", split)[1].argmax(axis=1)
