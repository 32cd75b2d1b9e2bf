"""Checks of the pre-processing of the images: subtask 2a."""

import numpy as np

from kit.checking.measuring import (holds, is_close, is_near, require_array, require_number,
                                    tidy)
from kit.checking.registry import check
from kit.checking.student import Problem

from .helpers import judge_one_hot, replace_in_task2

PUBLISHED, WITHIN = (33.4, 78.7), 0.2   # about the numbers of MNIST's training images
NUMBERS = "mean", "standard deviation"
IN_UINT8 = "with images in uint8, as MNIST's are"
FAR_OFF = 2     # pixels: more than the images' own mean and deviation would change
MANY = 1200     # images: more than code that looks at the first few


def draw_images(student, number, rows=6):
    """Images, the normalised images, the mean and the standard deviation.

    Mean and deviation are exact. No outer column looks like the bias's.
    """
    case = student.cases["images"]
    values = np.resize([0.5, -0.5, np.sqrt(1.75), -np.sqrt(1.75)], 782 * rows)
    np.random.default_rng([case["seed"], number]).shuffle(values)
    outer = np.where(np.arange(rows) % 2, 1.0, -1.0)
    scaled = np.column_stack([outer, values.reshape(rows, 782), outer])
    return case["mean"] + case["std"] * scaled, scaled, case["mean"], case["std"]


@check("2a", "statistics", "mean and standard deviation")
def judge_statistics(student):
    X, _, mean, std = draw_images(student, 1)
    many, published = make_many(X), False
    for images, rights, words in (
            (X, (mean, std), ""), (X * 0.5 + 7, (mean * 0.5 + 7, std * 0.5), ""),
            (many, (many.mean(), many.std()), f"{IN_UINT8}, ")):
        value = student.call("task2.training_statistics", images, pure=True)
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise Problem("training_statistics should return two numbers, mean and standard "
                          "deviation")
        for what, found, right, known in zip(NUMBERS, value, rights, PUBLISHED):
            if isinstance(found, np.ndarray) and found.size > 1:
                each = {784: ", one number for each pixel",
                        6: ", one number for each image"}.get(found.size, "")
                raise Problem(f"the {what} is an array of shape {found.shape}{each}: expected one "
                              "number over all pixels of all images")
            found = require_number(found, f"the {what}")
            if is_close(found, right):
                continue
            if abs(found - known) > WITHIN:
                raise Problem(f"{words}the {what} is {found:.4f}, expected {right:.4f}"
                              + (explain_statistics(found, right, X) if not words else
                                 explain_part(student, NUMBERS.index(what), found, many)))
            published = True
    return "these are numbers of MNIST, whatever the images are" if published else ""


def make_many(X, count=MANY):
    """Images in the type that MNIST's have. No two parts of them have the same mean.

    A third of the pixels is 0, as of MNIST's, and some are 255; no outer column is constant.
    """
    rows = np.arange(count)
    light = (0.5 + rows / count) * (1 - rows % 2 / 2)
    found = np.round(X[rows % len(X)] * light[:, None]).astype(np.uint8)
    found[:, 1::3], found[:, 2::97] = 0, 255
    return found


def explain_part(student, at, found, many):
    """The likeliest mistake behind a mean (at 0) or deviation (at 1) of many images alone."""
    def compute(pixels):
        return (np.mean, np.std)[at](pixels)

    if is_near(found, compute(many[many > 0])):
        return ": are pixels of 0 left out?"
    for count in (10, 100, 500, len(many) // 2, 1000):
        if is_close(found, compute(many[:count])):
            return f": is it that of the first {count} images?"
    value = student.call("task2.training_statistics", many.astype(float))
    return ": is a number too large for this type?" if is_close(value[at], compute(many)) else ""


def are_published(numbers):
    """Whether a mean and a standard deviation are those of MNIST's training images.

    All 60,000 count as well as the first 20,000, and so do rounded numbers.
    """
    return bool(np.abs(np.subtract(numbers, PUBLISHED)).max() <= WITHIN)


def explain_statistics(found, right, X):
    """The likeliest mistake behind a wrong mean or standard deviation."""
    if is_near(found, right ** 2):
        return ": is it the variance?"
    if is_near(found, X.mean(), X.std()) and not is_near(found, right):
        return ": are the two numbers in the wrong order?"
    if is_near(found, right / 255):
        return ": are the pixels divided by 255 first?"
    return ""


def preprocess(student, X, mean, std, kinds="fi", **options):
    """The columns of the pixels, and the added column, which may be first or last."""
    value = student.call("task2.pre_process_images", X, mean, std, **options)
    what = f"what pre_process_images returns for {len(X)} images"
    if isinstance(value, np.ndarray) and value.shape == X.shape:
        return require_array(value, X.shape, what, kinds), None
    found = require_array(value, (len(X), 785), what, kinds)
    first = np.ptp(found[:, 0]) < 1e-9 and not np.ptp(found[:, -1]) < 1e-9
    return (found[:, 1:], found[:, 0]) if first else (found[:, :-1], found[:, -1])


def find_unit(student):
    """The unit of the student's mean and deviation, which is charged there: 1 or 1/255."""
    X, _, mean, std = draw_images(student, 1)
    try:
        found = student.call("task2.training_statistics", X)
        found = 255 * np.asarray(found, float)
        return 1 / 255 if is_close(found, [mean, std]) or are_published(found) else 1
    except (Problem, TypeError, ValueError):
        return 1


@check("2a", "scaling", "pixels scaled")
def judge_scaling(student):
    X, scaled, mean, std = draw_images(student, 2)
    if find_unit(student) != 1:
        found, _ = preprocess(student, X, mean / 255, std / 255)
        if is_close(found, scaled):
            return "it fits the mean and the deviation of pixels that are divided by 255"
    found, column = preprocess(student, X, mean, std, kinds="f", pure=True)
    if column is not None and np.ptp(column) > 1e-9:
        return      # judge_bias_column reports a missing column
    if is_close(found, scaled):
        whole = make_many(X, 20)
        require_whole_pixels(student, whole, float(whole.mean()), float(whole.std()))
        return
    slope, shift = np.polyfit(X.ravel(), found.ravel(), 1)
    if not is_close(found, slope * X + shift, 1e-6):
        if all(np.ptp(found[X == pixel]) < 1e-9 for pixel in np.unique(X)):
            worst = np.unravel_index(np.argmax(np.abs(found - scaled)), X.shape)
            raise Problem(f"a pixel of {X[worst]:.4g} becomes {found[worst]:.4g}, expected "
                          f"{scaled[worst]:.4g}: are the numbers rounded or clipped?")
        raise Problem("equal pixels become different numbers: is each pixel or image scaled with "
                      "its own mean and standard deviation?")
    raise Problem(f"a pixel x becomes {tidy(slope):.4g}·x {tidy(shift):+.4g}, with mean {mean} "
                  f"and standard deviation {std}" + explain_scaling(slope, shift, std))


def require_whole_pixels(student, X, mean, std):
    """Raise Problem unless images in the type that MNIST's have are scaled rightly too."""
    found, floats = (preprocess(student, one, mean, std, kinds="f", pure=True)[0]
                     for one in (X, X.astype(float)))
    wrong = np.abs(found * std + mean - X) > FAR_OFF
    if wrong.any():
        x, becomes, right = (one[wrong][0] for one in (X, found, (X - mean) / std))
        raise Problem(f"{IN_UINT8}, a pixel of {x} becomes {becomes:.4g}" + (
            ", but it is right in floats: is a number too large for this type?"
            if is_close(floats[wrong], ((X - mean) / std)[wrong]) else f", expected {right:.4g}"))


def explain_scaling(slope, shift, std):
    """The likeliest mistake behind a wrong scaling."""
    if is_near(slope * std, 1) and abs(shift) < 1e-9:
        return ": is the mean not subtracted?"
    if is_near(slope, 1):
        return ": is the pixel not divided by the standard deviation?"
    if is_near(slope * std ** 2, 1):
        return ": is it divided by the variance?"
    if is_near(slope * std, 1):
        return ": subtract the mean first, then divide"
    if is_near(slope * std, -1):
        return ": is the sign wrong?"
    return ", expected (x - mean) / standard deviation"


@check("2a", "same_for_every_split", "the same two numbers for every split")
def judge_every_split(student):
    X, scaled, mean, std = draw_images(student, 3)
    mean, std = mean * find_unit(student), std * find_unit(student)
    found, _ = preprocess(student, X, mean - std / 2, std / 2)
    if is_close(found, scaled) and not is_close(found, 2 * scaled + 1):
        raise Problem("pre_process_images ignores the mean and the standard deviation that are "
                      f"passed: the results have mean {found.mean():.2f} and standard deviation "
                      f"{found.std():.2f}; are images normalised with their own numbers?")
    require_dataset(student)
    if not holds(judge_scaling, student):
        return
    one, _ = preprocess(student, X[:2], mean - std / 2, std / 2)
    if not is_close(one, found[:2], 1e-9):
        raise Problem("the result for an image depends on the images that are passed with it: use "
                      "only the two numbers that are passed")


def require_dataset(student):
    """Raise Problem unless load_dataset scales both splits with the training set's numbers."""
    train, val = (draw_images(student, 4, 8)[0].astype(np.uint8),
                  (draw_images(student, 5, 4)[0] * 0.5 + 20).astype(np.uint8))
    labels = [np.arange(len(X)).reshape(-1, 1) for X in (train, val)]
    mnist = student.call("stand_in.Data", train, labels[0], val, labels[1], keep=True)
    try:
        with replace_in_task2(student, "load_full_mnist", mnist):
            data = student.call("task2.load_dataset", keep=True)
            found = [student.get((data, name)) for name in ("X_train", "X_val")]
    except Problem:
        if all(holds(one, student) for one in (judge_one_hot, judge_statistics, judge_scaling)):
            raise
        return
    numbers = student.call("task2.training_statistics", train)
    if not isinstance(numbers, (tuple, list)) or len(numbers) != 2:
        return
    expected = [student.call("task2.pre_process_images", X, *numbers) for X in (train, val)]
    if not all(isinstance(one, np.ndarray) for one in expected) or \
            all(map(are_equal, found, expected)):
        return
    raise Problem(explain_dataset((train, val), found))


def are_equal(found, expected):
    """Whether two arrays agree."""
    return isinstance(found, np.ndarray) and is_close(found, expected, 1e-6)


def explain_dataset(splits, found):
    """Say which mean and standard deviation load_dataset used."""
    if not all(isinstance(one, np.ndarray) and one.shape == (len(X), 785)
               for X, one in zip(splits, found)):
        return "load_dataset returns other arrays than pre_process_images"
    used = []
    for X, one in zip(splits, found):
        pixels = one[:, 1:] if np.ptp(one[:, 0]) < 1e-9 else one[:, :-1]
        slope, shift = np.polyfit(X.ravel().astype(float), pixels.ravel(), 1)
        used.append((-shift / slope, 1 / slope))
    (mean, std), (val_mean, val_std) = used
    words = (f"load_dataset scales the training images with mean {mean:.2f} and standard "
             f"deviation {std:.2f}")
    if not is_close(used[1], used[0]):
        return (f"{words}, but the validation images with {val_mean:.2f} and {val_std:.2f}: use "
                "the training images' numbers for both")
    both = np.vstack(splits)
    return (words + ", but training_statistics gives other numbers for them"
            + (": are the validation images included?"
               if is_near(mean, both.mean()) and is_near(std, both.std()) else ""))


@check("2a", "bias_column", "a column of ones")
def judge_bias_column(student):
    X, _, mean, std = draw_images(student, 6)
    _, column = preprocess(student, X, mean, std)
    if column is None:
        raise Problem("pre_process_images gives 784 columns, expected 785: a column of ones for "
                      "the bias is missing")
    if is_close(column, np.ones(len(X))):
        return
    words = f"the column for the bias holds {column[0]:.4g}, expected 1"
    if np.ptp(column) > 1e-9:
        words = "neither the first nor the last column is constant, expected a column of ones"
    elif not column.any():
        words += ": is a column of zeros added instead of ones?"
    elif is_close(column, np.full(len(X), (1 - mean) / std)):
        words += ": is the column added before the pixels are scaled?"
    raise Problem(words)
