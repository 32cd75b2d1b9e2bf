"""Draws the inputs of the checks, and computes the right results with the reference's scripts."""

import numpy as np
from threadpoolctl import threadpool_limits

SEED = 785      # of the inputs that students get
# (inputs, outputs) of the networks; the starter code may have MNIST's numbers written in
SIZES = {"kit": (5, 3), "starter": (785, 10)}


@threadpool_limits.wrap(limits=1, user_api="blas")      # faster for matrices this small
def draw_cases(layout, seed=None):
    """{name: inputs and results} with arrays and lists of arrays, for code in a layout.

    seed: a whole number; None gives the published inputs.
    """
    num_inputs, K = SIZES.get(layout, SIZES["starter"])     # the bias's among the inputs
    rng = np.random.default_rng(SEED if seed is None else [seed, SEED])

    def draw(sizes, batches, **flags):
        return draw_network(rng, num_inputs, sizes, batches, **flags)

    return {
        "plain": draw([4, K], batches=[1, 5, 32]),
        "square": draw([K, K], batches=[1, 4]),
        "improved": draw([4, K], batches=[5], use_improved_sigmoid=True),
        "two hidden layers": draw([4, 6, K], batches=[1, 3], rows=5),
        "three hidden layers": draw([4, 6, 5, K], batches=[3], rows=5),
        "functions": draw_functions(rng),
        "loss": draw_losses(rng, max(4, K)),
        "momentum": draw_momentum(rng, K),
        "helpers": draw_helpers(rng, max(4, K)),
        "images": draw_images(rng),
        "training": draw_training(rng, K),
        "counting": draw_counting(rng),
        "whole": draw_wholes(rng, 0 if layout == "kit" else K),
        "three equal hidden layers": draw([5, 5, 5, K], batches=[3], rows=5),
    }


def draw_network(rng, num_inputs, sizes, batches, rows=0, **flags):
    """A small network, a batch, and the results of forward and backward for its first rows."""
    from task3 import ImprovedModel
    model = ImprovedModel(sizes, num_inputs=num_inputs, rng=rng, **flags)
    model.ws = [round_to_sixteenths(rng.normal(0, 0.8, w.shape)) for w in model.ws]
    if num_inputs > 5:      # so that the sums z are about as large
        model.ws[0] = round_to_sixteenths(16 * model.ws[0] * np.sqrt(5 / num_inputs)) / 16
    N = max(rows, *batches)
    X = np.hstack([round_to_sixteenths(rng.normal(0, 1, (N, num_inputs - 1))), np.ones((N, 1))])
    targets = np.eye(sizes[-1])[np.arange(N) * 17 % sizes[-1]]      # all classes of 3 or 10
    case = {"ws": model.ws, "X": X, "targets": targets, "grads": {}}
    for batch in batches:
        outputs = model.forward(X[:batch])
        model.backward(X[:batch], outputs, targets[:batch])
        case["grads"][str(batch)] = [grad.copy() for grad in model.grads]
    model.forward(X)
    return case | {"hidden": model.activations[1:-1], "outputs": model.activations[-1]}


def round_to_sixteenths(array):
    """An array rounded to sixteenths: no wrong answer gives such a number by chance."""
    return np.round(array * 16) / 16


def draw_functions(rng):
    """The sigmoids and their slopes at some sums z, 0 among them."""
    from task3 import ImprovedModel
    z = np.array([[-4, -1.5, -0.6, -0.1], [0, 0.3, 0.8, 2.5]])
    z *= 1 + rng.integers(-2, 3, z.shape) / 16
    found = {"z": z}
    for name, improved in (("sigmoid", False), ("improved", True)):
        model = ImprovedModel([4, 3], num_inputs=5, use_improved_sigmoid=improved)
        found[name] = model.activation(z)
        found[f"{name} slope"] = model.slope(found[name])
    plain = ImprovedModel([4, 3], num_inputs=5)
    found["sigmoid slope of improved"] = plain.slope(found["improved"])
    return found


def draw_losses(rng, K):
    """Two outputs that agree for the right classes only, and their loss."""
    from task2 import cross_entropy_loss
    targets = np.eye(K)[np.array([2, 0, 3, 1, 1]) * (K - 1) // 3]
    right = round_to_sixteenths(rng.uniform(0.2, 0.6, (5, 1)))
    shares = rng.dirichlet([2] * (K - 1), (2, 5))
    outputs = []
    for share in shares:
        rows = targets * right
        rows[targets == 0] = (share / share.sum(axis=1, keepdims=True) * (1 - right)).ravel()
        outputs.append(rows)
    loss = cross_entropy_loss(targets, outputs[0])
    return {"targets": targets, "outputs": outputs, "loss": loss}


def draw_momentum(rng, K):
    """Gradients of seven steps, and how far the weights have moved after each, α = 1."""
    from task2 import Dataset
    from task3 import ImprovedModel, MomentumTrainer
    model = ImprovedModel([4, K], num_inputs=K + 2)
    before = [w.copy() for w in model.ws]
    grads = [[round_to_sixteenths(rng.normal(0, 1, w.shape)) for w in model.ws] for _ in range(7)]
    X, Y = np.zeros((4, K + 2)), np.eye(4, K)
    trainer = MomentumTrainer(model, Dataset(X, Y, X, Y), 1, batch_size=2, momentum_gamma=0.9)
    moved = []
    for step in grads:
        model.grads = [grad.copy() for grad in step]
        trainer.update()
        moved.append([w - start for w, start in zip(model.ws, before)])
    return {"grads": grads, "moved": moved}


def draw_helpers(rng, K):
    """Labels, and outputs of which few are above 0.5, with the column of the largest."""
    largest = [[0.4, 0.3, 0.2], [0.4, 0.3, 0.2], [0.6, 0.2, 0.1], [0.35, 0.3, 0.25],
               [0.7, 0.1, 0.1]]
    rows = np.hstack([largest, np.full((5, K - 3), 0.1 / (K - 3))])
    while True:
        outputs = rng.permuted(rows, axis=1)
        best = outputs.argmax(axis=1)
        if 0 < np.sum(best == K - 1) < 5:   # then the next class (0 after the last) is sometimes
            break                           # larger, sometimes smaller: the order must not count
    labels = rng.permutation([0, 9, 3, 3, *rng.choice([1, 2, 4, 5, 6, 7, 8], 2, replace=False)])
    return {"labels": labels, "outputs": outputs, "best": best}


def draw_images(rng):
    """The mean and the standard deviation of images, and a seed for the order of their pixels."""
    mean, std = 60 + rng.integers(-8, 9) / 2, 20 + rng.integers(-4, 5) / 4
    return {"mean": float(mean), "std": float(std), "seed": int(rng.integers(10 ** 6))}


def draw_training(rng, K):
    """Outputs of a stand-in, which have another loss in reverse order, and its gradients."""
    from task2 import cross_entropy_loss
    targets = np.eye(K)[[1, 0, 2, 2]]
    three = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.25, 0.35, 0.4], [0.6, 0.3, 0.1]])
    others = np.tile(np.linspace(0.61, 1.39, K - 3), (4, 1))    # no two of a row are equal
    rows = np.hstack([three * (3 / K), others / K])
    while True:
        outputs = rng.permuted(rows, axis=1)
        loss, reverse = (cross_entropy_loss(targets, one) for one in (outputs, outputs[:, ::-1]))
        if abs(loss - reverse) > 0.1:
            break
    grads = [round_to_sixteenths(rng.uniform(-2, 2, shape)) for shape in ((K + 2, 4), (4, K))]
    return {"outputs": outputs, "grads": grads}


def draw_counting(rng):
    """Numbers of parameters, and budgets between two widths, exact, and below the least.

    Rows (inputs, layers …, number of parameters); (budget, hidden layers, inputs, outputs);
    (hidden layers, inputs, outputs, the numbers for the widths 1, 2 and 3).
    """
    from task2 import count_parameters
    counts = []
    for depth in (2, 1, 3):
        inputs, *layers = rng.permutation(np.arange(3, 10))[:depth + 1].tolist()
        counts.append(np.array([inputs, *layers, count_parameters(layers, inputs)]))
    size = int(rng.integers(3, 7))
    counts.append(np.array([size, *[size] * 4, count_parameters([size] * 4, size)]))
    budgets = []
    for hidden, share in ((1, 0.2), (2, 0.75), (2, 0.25), (2, 0), (3, 0.7), (1, -0.5), (1, -1)):
        width = int(rng.integers(5, 12)) if share >= 0 else 1
        inputs, outputs = (int(rng.integers(*ends)) for ends in ((5, 10), (3, 6)))
        low, high = (count_parameters([one] * hidden + [outputs], inputs)
                     for one in (width, width + 1))
        budgets.append([max(1, round(low + share * (high - low))), hidden, inputs, outputs])
    widths = [[hidden, inputs, outputs, *(count_parameters([width] * hidden + [outputs], inputs)
                                          for width in (1, 2, 3))]
              for hidden, inputs, outputs in [*(row[1:] for row in budgets), (1, 785, 10),
                                              (2, 785, 10)]]
    return {"counts": counts, "budgets": np.array(budgets), "widths": np.array(widths)}


def draw_wholes(rng, K=0):
    """The networks of the checks of the whole: the assignment's sizes, and others.

    K: the outputs of all of them; 0: any number.
    """
    def draw_sizes(layers):
        sizes = [size for size in range(4, 12) if size != K]    # "square" has K hidden units
        *sizes, last = rng.permutation(sizes)[:layers + 1].tolist()
        return [*sizes, K or last]

    def draw_equal_sizes(layers=3):
        inputs, width, last = draw_sizes(2)
        return [inputs, *[width] * layers, last]

    seeds = {}      # networks of the same sizes have the same weights and batches
    task_2, task_3 = {"rate": 0.1, "gamma": 0.0}, {"rate": 0.02, "gamma": 0.9}
    return {name: compute_whole({"seed": seeds.setdefault(str(sizes), int(rng.integers(10 ** 6))),
                                 "sizes": np.array(sizes),
                                 "batch": batch, **options, "improved": improved})
            for name, sizes, batch, options, improved in (
                ("task 2", [785, 64, 10], 32, task_2, False),
                ("sigmoid", [785, 64, 10], 32, task_2, True),
                ("momentum", [785, 64, 10], 32, task_3, False),
                ("task 3", [785, 64, 10], 32, task_3, True),
                ("task 2, small", draw_sizes(2), 7, task_2, False),
                ("task 3, small", draw_sizes(2), 9, task_3, True),
                ("deep", [785, 60, 60, 10], 32, task_2, False),
                ("deep, task 3", [785, 60, 60, 10], 32, task_3, True),
                ("deep, small", draw_equal_sizes(), 8, task_3, False),
                ("32 units", [785, 32, 10], 5, task_3, True),
                ("128 units", [785, 128, 10], 5, task_3, True),
                ("ten layers", draw_equal_sizes(10), 8, task_3, True))}


def compute_whole(case):
    """A case with its outputs, and with how its weights move in some steps."""
    from assignment.checks.drawing import GRADS, STEPS, draw_batches, draw_weights, summarise
    from task2 import Dataset
    from task3 import ImprovedModel, MomentumTrainer
    inputs, *layers = case["sizes"]
    model = ImprovedModel(layers, num_inputs=inputs, use_improved_sigmoid=case["improved"])
    before, batches = draw_weights(case), draw_batches(case)
    model.ws = [w.copy() for w in before]
    X, targets = batches[0]
    for N in GRADS:
        model.backward(X[:N], model.forward(X[:N]), targets[:N])
        case[f"grads of {N}"] = [summarise(case, grad, layer)
                                 for layer, grad in enumerate(model.grads)]
    case["outputs"] = model.forward(X)
    trainer = MomentumTrainer(model, Dataset(*batches[0], *batches[0]), case["rate"],
                              case["batch"], momentum_gamma=case["gamma"])
    for step in range(max(STEPS)):
        trainer.train_step(*batches[step % len(batches)])
        if step + 1 in STEPS:
            case[f"after {step + 1}"] = [summarise(case, w - start, layer) for layer, (w, start)
                                         in enumerate(zip(model.ws, before))]
    return case
