"""Checks of the images and of the helpers: subtasks 0 and 2a."""

import tempfile
from pathlib import Path

import numpy as np

from kit.checks.measure import (UNJUDGED, all_hold, array, close, holds, near, number,
                                read_cases, times)
from kit.checks.registry import check
from kit.checks.student import NotWritten, Problem

LABELS = np.array([3, 0, 2, 9, 3, 7])
STAND_IN = "kit.checks.stand_in.Model"


# ------------------------------------------------------------------------------------- subtask 0

@check("0", "helpers", "one-hot encoding")
def one_hot(student):
    for labels in (LABELS, LABELS.reshape(-1, 1)):
        found = array(student.call("task2.one_hot_encode", labels, 10, pure=True), (6, 10),
                      "one_hot_encode(Y, 10) of six labels", kinds="bif")
        ones = [np.flatnonzero(row == 1).tolist() for row in found]
        if np.any(found.sum(axis=1) != 1) or any(len(row) != 1 for row in ones):
            raise Problem(f"a row of one_hot_encode is {found[0]}, expected a single 1 and zeros")
        if [column for (column,) in ones] != LABELS.tolist():
            raise Problem(f"one_hot_encode puts the 1 of the labels {LABELS} into the columns "
                          f"{np.ravel(ones)}: each belongs in the column of its label")
    array(student.call("task2.one_hot_encode", np.array([1, 0]), 3), (2, 3),
          "one_hot_encode(Y, 3) of two labels", kinds="bif")


@check("0", "helpers", "cross-entropy loss")
def loss(student):
    case = read_cases()["loss"]
    targets, N = case["targets"], len(case["targets"])
    value = student.call("task2.cross_entropy_loss", targets, case["outputs"][0], pure=True)
    if isinstance(value, np.ndarray) and value.size > 1:
        raise Problem(f"the loss of {N} examples is an array of shape {value.shape}: take the "
                      "mean over the examples")
    found, expected = number(value, f"the loss of {N} examples"), case["loss"]
    if not close(found, expected):
        raise Problem(f"the loss is {found:.4f} where {expected:.4f} is right"
                      + loss_hint(student, case, found, N))


def loss_hint(student, case, found, N):
    """Return the likeliest mistake of a wrong loss."""
    factor = found / case["loss"]
    K = case["targets"].shape[1]
    if near(factor, -1):
        return ": is a minus sign missing?"
    if near(factor, N):
        return f", {times(factor)} too much, for {N} examples: is it the sum, and not the mean?"
    if near(factor, 1 / K):
        return f", {times(factor)} that, with {K} classes: take the mean over the examples alone"
    if near(factor, 1 / np.log(2), 1 / np.log(10)):
        return ": is the logarithm to another base than e?"
    other = student.call("task2.cross_entropy_loss", case["targets"], case["outputs"][1])
    if not close(other, found):
        return (", and it changes with the outputs of wrong classes: do terms of these classes "
                "count too?")
    return ""


@check("0", "helpers", "loss where an output is 0", remark=True)
def loss_of_zero(student):
    if not all_hold(student, loss):
        return UNJUDGED
    value = student.call("task2.cross_entropy_loss", np.eye(3), np.roll(np.eye(3), 1, axis=1))
    if not np.isfinite(value):
        raise Problem(f"the loss is {value} where the output of the right class is 0: training "
                      "can stop there; take the logarithm of something above 0")
    return ""


@check("0", "helpers", "accuracy")
def accuracy(student):
    outputs = np.array([[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4], [0.1, 0.6, 0.2, 0.1],
                        [0.3, 0.1, 0.35, 0.25], [0.7, 0.1, 0.1, 0.1]])
    best = np.array([0, 3, 1, 2, 0])
    missing = None
    for name in ("classes_of", "accuracy_of", "calculate_accuracy"):
        try:
            if name == "classes_of":
                found = student.call("task2.classes_of", outputs, pure=True)
                classes = array(found, (5,), "classes_of of five rows", kinds="i")
                if classes.tolist() != best.tolist():
                    raise Problem(f"classes_of gives {classes.astype(int)} for rows whose largest "
                                  f"outputs are in the columns {best}")
                continue
            for right, labels in ((1, best), (0, (best + 1) % 4), (0.6, [0, 3, 1, 3, 1])):
                judge_accuracy(name, share(student, name, outputs, np.eye(4)[labels]), right)
        except NotWritten as blank:
            missing = blank
    if missing:
        raise missing


def share(student, name, outputs, targets):
    """Return what one of the two functions gives for outputs and targets."""
    if name == "accuracy_of":
        return student.call("task2.accuracy_of", outputs, targets)
    # a stand-in's outputs are the first columns of X
    model = student.call(STAND_IN, [np.zeros((4, 4))], [np.zeros((4, 4))], keep=True)
    return student.call("task2.calculate_accuracy", outputs, targets, model)


def judge_accuracy(name, value, right):
    """Raise Problem, with the likeliest mistake, unless the share is right."""
    found = number(value, name)
    if abs(found - right) < 1e-6:
        return
    words = (f"{name} is {found:.4g} where {right:.0%} of five images are right, by their "
             "largest output")
    if abs(found + right - 1) < 1e-6:
        words += ": are the wrong ones counted?"
    elif right == 1 and found < 1:
        words += ", which is under 0.5 for some: does an output count only above a threshold?"
    elif near(found, 100 * right, 5 * right) and right:
        words += ": give the share, from 0 to 1"
    elif right == 0 and found >= 0.4:
        words += ": are single cells of the one-hot rows compared, and not the classes?"
    raise Problem(words)


@check("0", "helpers", "batches in the order given")
def batches(student):
    X, Y = numbered(10)
    found = loaded(student, X, Y, 4)
    sizes = [len(labels) for _, labels in found]
    if sizes != [4, 4, 2]:
        raise Problem(f"ten examples by four come in batches of {sizes}, expected [4, 4, 2]"
                      + (": the rest is lost" if sizes == [4, 4] else ""))
    judge_pairs(found, X, Y)
    order = np.concatenate([labels.ravel() for _, labels in found])
    if not np.array_equal(order, Y.ravel()):
        raise Problem("without shuffle the examples come in another order than they were given")
    rng = student.call("numpy.random.default_rng", 5, keep=True)
    if not np.array_equal(loaded(student, X, Y, 10, rng=rng)[0][1], Y):
        raise Problem("without shuffle, but with a generator rng, the examples come in another "
                      "order than they were given: is shuffle looked at?")


@check("0", "helpers", "shuffling")
def shuffling(student):
    X, Y = numbered(60)
    rng = student.call("numpy.random.default_rng", 5, keep=True)
    epochs = [loaded(student, X, Y, 16, shuffle=True, rng=rng) for _ in range(2)]
    judge_pairs([batch for epoch in epochs for batch in epoch], X, Y)
    orders = [np.concatenate([labels.ravel() for _, labels in epoch]) for epoch in epochs]
    for order in orders:
        if sorted(order.tolist()) != Y.ravel().tolist():
            raise Problem("an epoch with shuffle should hold each example once: of 60, "
                          f"{len(set(order.tolist()))} are there")
    if np.array_equal(orders[0], Y.ravel()):
        raise Problem("with shuffle the order stays as it was given: is the new order used?")
    if np.array_equal(*orders):
        raise Problem("two epochs have the same order: draw a new one each time")
    again = loaded(student, X, Y, 16, shuffle=True,
                   rng=student.call("numpy.random.default_rng", 5, keep=True))
    if not np.array_equal(np.concatenate([labels.ravel() for _, labels in again]), orders[0]):
        raise Problem("the same seed gives two orders: draw with the generator rng that is given")


def numbered(N):
    """Return N images and labels that bear the same number."""
    Y = np.arange(N).reshape(-1, 1)
    return np.hstack([Y + 0.25, Y + 0.5]), Y


def loaded(student, X, Y, size, **options):
    """Return the batches that batch_loader yields."""
    given = [student.call("numpy.array", one, keep=True) for one in (X, Y)]
    batches = student.call("utils.batch_loader", *given, size, keep=True, **options)
    found = student.call("kit.checks.stand_in.batch_loader", batches)
    if len(found) > len(X):
        raise Problem(f"batch_loader yields {len(found)} batches or more of {len(X)} examples: "
                      "does it never end?")
    after = [student.call("numpy.array", one) for one in given]
    if not all(map(np.array_equal, after, (X, Y))):
        raise Problem("batch_loader changes the array that it is given: work on a copy")
    for batch in found:
        if not isinstance(batch, (tuple, list)) or len(batch) != 2 or \
                not all(isinstance(part, np.ndarray) and part.ndim == 2 for part in batch) or \
                len(batch[0]) != len(batch[1]):
            raise Problem("batch_loader should yield pairs (X_batch, Y_batch) of arrays with as "
                          "many rows each")
    return found


def judge_pairs(found, X, Y):
    """Raise Problem unless each image is with its own label."""
    for images, labels in found:
        if not np.array_equal(np.floor(images[:, 0]), labels.ravel()):
            raise Problem("images come with the labels of others: put both into the same new "
                          "order")
        if images.shape[1:] != X.shape[1:] or labels.shape[1:] != Y.shape[1:]:
            raise Problem("a batch has other columns than the examples")


# ------------------------------------------------------------------------------------ subtask 2a

MEAN, STD = 60.0, 20.0


def images(seed, rows=6):
    """Return images, and how many STD each pixel is from MEAN; these two are exact, and no outer
    column looks like the bias's."""
    values = np.resize([0.5, -0.5, np.sqrt(1.75), -np.sqrt(1.75)], 782 * rows)
    np.random.default_rng(seed).shuffle(values)
    outer = np.where(np.arange(rows) % 2, 1.0, -1.0)
    scaled = np.column_stack([outer, values.reshape(rows, 782), outer])
    return MEAN + STD * scaled, scaled


@check("2a", "statistics", "mean and standard deviation")
def statistics(student):
    for scale, shift in ((1, 0), (0.5, 7)):
        X = images(1)[0] * scale + shift
        value = student.call("task2.training_statistics", X, pure=True)
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise Problem("training_statistics should return two numbers, mean and standard "
                          "deviation")
        for what, found, right in zip(("mean", "standard deviation"), value,
                                      (MEAN * scale + shift, STD * scale)):
            if isinstance(found, np.ndarray) and found.size > 1:
                each = {784: " for each pixel", 6: " for each image"}.get(found.size, "")
                raise Problem(f"the {what} is an array of shape {found.shape}: one number{each}, "
                              "and one over all pixels of all images was asked for")
            found = number(found, f"the {what}")
            if not close(found, right):
                raise Problem(f"the {what} is {found:.4f} where {right:.4f} is right"
                              + statistics_hint(found, right, X))


def statistics_hint(found, right, X):
    """Return the likeliest mistake of a wrong mean or deviation."""
    if near(found, right ** 2):
        return ": is it the variance?"
    if near(found, X.mean(), X.std()):
        return ": are the two numbers in the wrong order?"
    if near(found, right / 255):
        return ", 1/255 of that: are the pixels divided first?"
    return ""


def processed(student, X, mean, std, kinds="fi", **options):
    """Return the pixels' columns and the column added, which may stand first or last."""
    value = student.call("task2.pre_process_images", X, mean, std, **options)
    what = f"what pre_process_images returns for {len(X)} images"
    if isinstance(value, np.ndarray) and value.shape == X.shape:
        return array(value, X.shape, what, kinds), None
    found = array(value, (len(X), 785), what, kinds)
    first = np.ptp(found[:, 0]) < 1e-9 and not np.ptp(found[:, -1]) < 1e-9
    return (found[:, 1:], found[:, 0]) if first else (found[:, :-1], found[:, -1])


@check("2a", "scaling", "pixels scaled")
def scaling(student):
    X, scaled = images(2)
    found, column = processed(student, X, MEAN, STD, kinds="f", pure=True)
    if close(found, scaled) or column is not None and np.ptp(column) > 1e-9:
        return      # bias_column says of the latter that none can be found
    slope, shift = np.polyfit(X.ravel(), found.ravel(), 1)
    if not close(found, slope * X + shift, 1e-6):
        if all(np.ptp(found[X == pixel]) < 1e-9 for pixel in np.unique(X)):
            worst = np.unravel_index(np.argmax(np.abs(found - scaled)), X.shape)
            raise Problem(f"a pixel of {X[worst]:.4g} comes out as {found[worst]:.4g}, expected "
                          f"{scaled[worst]:.4g}: are the numbers rounded or cut off?")
        raise Problem("the scaled pixels depend on more than the pixel and the two numbers: equal "
                      "pixels come out different; is each pixel or image scaled on its own?")
    raise Problem(f"a pixel x comes out as {slope:.4g}·x {shift:+.4g}, with mean {MEAN} and "
                  f"deviation {STD}" + scaling_hint(slope, shift))


def scaling_hint(slope, shift):
    """Return the likeliest mistake of a wrong scaling."""
    if near(slope * STD, 1) and abs(shift) < 1e-9:
        return ": the mean is not taken off"
    if near(slope, 1):
        return ": it is not divided by the deviation"
    if near(slope * STD ** 2, 1):
        return ": is it divided by the variance?"
    if near(slope * STD, 1):
        return ": the mean is taken off in another unit; subtract first, then divide"
    if near(slope * STD, -1):
        return ": the sign is turned"
    return ", expected the pixel less the mean, in deviations"


@check("2a", "same_for_every_split", "the same two numbers for every split")
def same_for_every_split(student):
    X, scaled = images(3)
    found, _ = processed(student, X, MEAN - 10, STD / 2)
    if close(found, scaled) and not close(found, 2 * scaled + 1):
        raise Problem(f"images with mean {MEAN} and deviation {STD} come out with mean "
                      f"{found.mean():.2f} and deviation {found.std():.2f} whatever two numbers "
                      "are passed: are they normalised with their own?")
    judge_dataset(student)
    if not holds(scaling, student):
        return
    one, _ = processed(student, X[:2], MEAN - 10, STD / 2)
    if not close(one, found[:2], 1e-9):
        raise Problem("an image comes out different when fewer images are passed with it: use "
                      "only the two numbers that are passed")


def judge_dataset(student):
    """Raise Problem unless load_dataset scales both splits with the training set's numbers."""
    train, val = images(4, 8)[0].astype(np.uint8), (images(5, 4)[0] * 0.5 + 20).astype(np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.npz"
        np.savez(path, x_train=train, y_train=np.arange(8), x_test=val, y_test=np.arange(4))
        try:
            data = student.call("task2.load_dataset", str(path), keep=True)
            found = [student.get((data, name)) for name in ("X_train", "X_val")]
        except NotWritten as blank:
            if blank.subtask == "2a":
                raise
            return      # the labels' encoding is another subtask's
        except Problem:
            if all(holds(one, student) for one in (one_hot, statistics, scaling)):
                raise
            return
    numbers = student.call("task2.training_statistics", train)
    if not isinstance(numbers, (tuple, list)) or len(numbers) != 2:
        return
    expected = [student.call("task2.pre_process_images", X, *numbers) for X in (train, val)]
    if not all(isinstance(one, np.ndarray) for one in expected) or \
            all(map(alike, found, expected)):
        return
    raise Problem(dataset_hint((train, val), found))


def alike(found, expected):
    """Return whether two arrays agree."""
    return isinstance(found, np.ndarray) and close(found, expected, 1e-6)


def dataset_hint(splits, found):
    """Return which mean and deviation load_dataset has used."""
    if not all(isinstance(one, np.ndarray) and one.shape == (len(X), 785)
               for X, one in zip(splits, found)):
        return "load_dataset gives other arrays than pre_process_images does"
    used = []
    for X, one in zip(splits, found):
        pixels = one[:, 1:] if np.ptp(one[:, 0]) < 1e-9 else one[:, :-1]
        slope, shift = np.polyfit(X.ravel().astype(float), pixels.ravel(), 1)
        used.append((-shift / slope, 1 / slope))
    (mean, std), (val_mean, val_std) = used
    words = f"load_dataset scales the training images with mean {mean:.2f} and deviation {std:.2f}"
    if not close(used[1], used[0]):
        return (f"{words}, the validation images with {val_mean:.2f} and {val_std:.2f}: both need "
                "the training images' numbers")
    return (words + ", and training_statistics gives other numbers for them: do the validation "
                    "images count too?")


@check("2a", "bias_column", "a column of ones")
def bias_column(student):
    X, _ = images(6)
    _, column = processed(student, X, MEAN, STD)
    if column is None:
        raise Problem("pre_process_images gives 784 columns, expected 785: a column of ones for "
                      "the bias is missing")
    if close(column, np.ones(len(X))):
        return
    words = f"the column for the bias holds {column[0]:.4g}, expected 1"
    if np.ptp(column) > 1e-9:
        words = "none of the outer columns is the same for every image, expected one of ones"
    elif not column.any():
        words += ": with zeros the first layer has no bias"
    elif close(column, np.full(len(X), (1 - MEAN) / STD)):
        words += ": is it appended before the pixels are scaled, and scaled with them?"
    raise Problem(words)
