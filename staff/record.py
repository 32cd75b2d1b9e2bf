"""`python -m staff record`: stores what the reference computes, for the checks that students get.

The checks hold numbers, no code that computes them: inputs and results of small networks. They are
drawn anew only when this is run; a test holds the file against the reference.
"""

import argparse
import json

import numpy as np

from kit import ROOT
from kit.files import say, whole_file

CASES = ROOT / "kit" / "checks" / "cases.json"
SEED = 785


def main(arguments=None):
    """Return the exit status, 0."""
    parser = argparse.ArgumentParser(
        prog="python -m staff record",
        description="Compute the numbers in kit/checks/cases.json with the reference's scripts.")
    parser.parse_args(arguments)
    with whole_file(CASES) as file:
        file.write(f"{as_text(plain(cases()))}\n".encode())
    say(str(CASES))
    return 0


def cases():
    """Return {name: inputs and results} with arrays and lists of arrays."""
    rng = np.random.default_rng(SEED)
    return {
        "plain": network(rng, [4, 3], batches=[1, 5, 32]),
        "square": network(rng, [3, 3], batches=[1, 4]),
        "improved": network(rng, [4, 3], batches=[5], use_improved_sigmoid=True),
        "two hidden layers": network(rng, [4, 6, 3], batches=[1, 5]),
        "three hidden layers": network(rng, [4, 6, 5, 3], batches=[5]),
        "functions": functions(),
        "loss": losses(rng),
        "momentum": momentum(rng),
    }


def network(rng, sizes, batches, **flags):
    """Return a small network, a batch, and what forward and backward make of its first rows."""
    from task3 import ImprovedModel
    model = ImprovedModel(sizes, num_inputs=5, rng=rng, **flags)
    model.ws = [sixteenths(rng.normal(0, 0.8, w.shape)) for w in model.ws]
    N = max(batches)
    X = np.hstack([sixteenths(rng.normal(0, 1, (N, 4))), np.ones((N, 1))])
    targets = np.eye(sizes[-1])[np.arange(N) * 2 % sizes[-1]]
    case = {"ws": model.ws, "X": X, "targets": targets, "grads": {}}
    for batch in batches:
        outputs = model.forward(X[:batch])
        model.backward(X[:batch], outputs, targets[:batch])
        case["grads"][str(batch)] = [grad.copy() for grad in model.grads]
    model.forward(X)
    return case | {"hidden": model.activations[1:-1], "outputs": model.activations[-1]}


def sixteenths(array):
    """Return an array rounded to sixteenths, which no result in an answer is by chance."""
    return np.round(array * 16) / 16


def functions():
    """Return the sigmoids and their slopes at some sums z."""
    from task3 import ImprovedModel
    z = np.array([[-4, -1.5, -0.6, -0.1], [0, 0.3, 0.8, 2.5]])
    found = {"z": z}
    for name, improved in (("sigmoid", False), ("improved", True)):
        model = ImprovedModel([4, 3], num_inputs=5, use_improved_sigmoid=improved)
        found[name] = model.activation(z)
        found[f"{name} slope"] = model.slope(found[name])
    plain = ImprovedModel([4, 3], num_inputs=5)
    found["sigmoid slope of improved"] = plain.slope(found["improved"])
    return found


def losses(rng):
    """Return outputs that agree for the right classes alone, and their loss."""
    from task2 import cross_entropy_loss
    targets = np.eye(4)[[2, 0, 3, 1, 1]]
    right = sixteenths(rng.uniform(0.2, 0.6, (5, 1)))
    shares = rng.dirichlet([2, 2, 2], (2, 5))
    outputs = []
    for share in shares:
        rows = targets * right
        rows[targets == 0] = (share / share.sum(axis=1, keepdims=True) * (1 - right)).ravel()
        outputs.append(rows)
    loss = cross_entropy_loss(targets, outputs[0])
    return {"targets": targets, "outputs": outputs, "loss": loss}


def momentum(rng):
    """Return gradients of seven steps, and how far the weights have moved after each, α = 1."""
    from task2 import Dataset
    from task3 import ImprovedModel, MomentumTrainer
    model = ImprovedModel([4, 3], num_inputs=5)
    before = [w.copy() for w in model.ws]
    grads = [[sixteenths(rng.normal(0, 1, w.shape)) for w in model.ws] for _ in range(7)]
    X, Y = np.zeros((4, 5)), np.eye(4, 3)
    trainer = MomentumTrainer(model, Dataset(X, Y, X, Y), 1, batch_size=2, momentum_gamma=0.9)
    moved = []
    for step in grads:
        model.grads = [grad.copy() for grad in step]
        trainer.update()
        moved.append([w - start for w, start in zip(model.ws, before)])
    return {"grads": grads, "moved": moved}


def as_text(value, indent=""):
    """Return plain values as JSON, an array a line."""
    if not isinstance(value, dict):
        return json.dumps(value)
    lines = [f'{indent} "{name}": {as_text(one, indent + " ")}' for name, one in value.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def plain(value):
    """Return a value with its arrays as lists; a list of arrays as {"list": …}."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return {"list": [plain(one) for one in value]}
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
