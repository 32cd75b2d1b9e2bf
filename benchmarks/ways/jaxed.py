"""JAX on the CPU: the whole step, gathering and update included, compiled as one function."""

from functools import lru_cache, partial

import jax
import jax.numpy as jnp

from benchmarks.rows import images, labels

jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_enable_x64", True)       # float32 arrays stay what they are


@lru_cache(maxsize=4)
def arrays(dtype, split):
    """Return the images and the classes of a split as JAX holds them."""
    return jnp.asarray(images(dtype, split)[0]), jnp.asarray(labels(split))


def outputs(ws, X, task2):
    """Return the logits."""
    *hidden, last = ws
    for w in hidden:
        z = X @ w
        X = jax.nn.sigmoid(z) if task2 else 1.7159 * jnp.tanh(2 / 3 * z)
    return X @ last


def mean_loss(ws, X, classes, task2):
    """Return the mean cross-entropy."""
    log_outputs = jax.nn.log_softmax(outputs(ws, X, task2))
    return -jnp.mean(jnp.take_along_axis(log_outputs, classes[:, None], axis=1))


@partial(jax.jit, donate_argnums=(0, 1), static_argnums=(5, 6, 7))
def step(ws, velocity, X, classes, batch, rate, gamma, task2):
    """Return weights and velocity after a step, and the loss before it."""
    loss, grads = jax.value_and_grad(mean_loss)(ws, X[batch], classes[batch], task2)
    if gamma:
        grads = velocity = [gamma * v + grad for v, grad in zip(velocity, grads)]
    return [w - rate * grad for w, grad in zip(ws, grads)], velocity, loss


@partial(jax.jit, static_argnums=3)
def measured(ws, X, classes, task2):
    """Return loss and accuracy."""
    right = outputs(ws, X, task2).argmax(axis=1) == classes
    return mean_loss(ws, X, classes, task2), right.mean()


class Jax:
    """JAX, jit."""

    def __init__(self, row):
        self.row = row
        self.ws = [jnp.asarray(w) for w in row.weights()]
        self.velocity = [jnp.zeros_like(w) for w in self.ws]
        self.X, self.classes = arrays(row.dtype, "train")

    def steps(self, batches):
        for batch in batches:
            self.ws, self.velocity, loss = step(self.ws, self.velocity, self.X, self.classes,
                                                batch, self.row.rate, self.row.gamma,
                                                self.row.task2)
            float(loss)

    def validate(self, split):
        loss, accuracy = measured(self.ws, *arrays(self.row.dtype, split), self.row.task2)
        return float(loss), float(accuracy)

    def weights(self):
        return self.ws
