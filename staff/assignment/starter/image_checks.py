"""Checks of the images in the starter code's layout, whose mean and deviation may be computed
anywhere.

The student's scripts run on drawn images in place of MNIST. Which mean and deviation do their
results imply?
"""

from functools import cached_property, lru_cache

import numpy as np

from assignment.checks.images import are_published, explain_scaling, explain_statistics
from kit.checking.measuring import UNJUDGED, is_close, is_near, require_array
from kit.checking.student import NotWritten, Problem

WITH_VALIDATION = 33.63, 78.97      # of MNIST, rounded to two decimals
IMAGES, OTHERS = 2000, 1000     # for training and validation: MNIST's numbers are multiples
RAMP = 8            # the first images are darker by as much, and the last ones brighter
PARTS = {"first 100": slice(100), f"first {IMAGES // 2}": slice(IMAGES // 2),
         f"last {IMAGES // 2}": slice(IMAGES // 2, None)}


class Unseen(Problem):
    """The scripts' images were not seen: a person looks, if the files have these names."""

    signs = "mean", "std"


class Processed:
    """The result for some images: slope · pixel + shift, if they were normalised.

    how:    "changed" if a loader has scaled the images before.
    images: all images; rows: which of them were given, divided by unit.
    shown:  places among the rows; result: that for the images there.
    column: the bias column, None if there is none; pixels: the other columns.
    """

    def __init__(self, images, how, rows, unit, shown, result):
        self.images, self.how, self.rows, self.unit = images, how, rows, float(unit)
        self.X = X = images[rows[shown]]
        found = require_array(result, (len(X), result.shape[1] if result.ndim == 2 else 785),
                              f"what pre_process_images returns for {len(X)} images", kinds="fi")
        if found.shape[1] not in (784, 785):
            raise Problem(f"pre_process_images gives {found.shape[1]} columns, expected 785")
        self.column, self.pixels = None, found
        if found.shape[1] == 785:
            constant = np.flatnonzero(np.ptp(found, axis=0) < 1e-9)
            self.place = next((at for at in (784, 0, *constant) if at in constant), 784)
            self.column, self.pixels = found[:, self.place], np.delete(found, self.place, axis=1)
        self.slope, self.shift = np.polyfit(X.ravel(), self.pixels.ravel(), 1)

    @property
    def is_affine(self):
        """Whether all pixels were scaled alike."""
        return is_close(self.pixels, self.slope * self.X + self.shift, 1e-5) and self.slope != 0

    @property
    def numbers(self):
        """The mean and the deviation that were used, of pixels that are not divided."""
        return -self.shift / self.slope, 1 / self.slope

    @cached_property
    def own(self):
        """The mean and the deviation of the images that were given."""
        means, squares = (power.mean(axis=1)[self.rows].mean()
                          for power in (self.images, self.images ** 2))
        return means, np.sqrt(squares - means ** 2)

    @property
    def is_bias_scaled(self):
        """Whether the bias's column was appended first and scaled with the pixels."""
        return self.column is not None and not is_close(self.column, np.ones(len(self.X))) and \
            is_close(self.column, np.full(len(self.X), self.slope * self.unit + self.shift), 1e-5)

    def come_from(self, statistics, tolerance=1e-3, factor=1):
        """Whether the numbers, times a factor, are this mean and this deviation.

        Those with the bias column count too, if it was scaled with the pixels.
        """
        known = [statistics] + [add_bias(*statistics, self.unit)] * self.is_bias_scaled
        return any(is_close(np.multiply(self.numbers, factor), one, tolerance) for one in known)

    @property
    def is_own(self):
        """Whether the images were normalised with their own mean and deviation."""
        return self.is_affine and self.come_from(self.own)


def measure(X):
    """The mean and the deviation of images."""
    return X.mean(), X.std()


def add_bias(mean, std, bias):
    """The mean and the deviation of images to which a column has been added."""
    whole = (784 * mean + bias) / 785
    return whole, np.sqrt((784 * (std ** 2 + mean ** 2) + bias ** 2) / 785 - whole ** 2)


def make_splits(student):
    """Training and validation images, whole numbers. Parts of the training images differ."""
    case = student.cases["images"]
    return draw_splits(round(case["mean"]), case["seed"])


@lru_cache(maxsize=2)
def draw_splits(mean, seed):
    """As make_splits; the mean is about that of pixels that are not 0."""
    rng, ramp = np.random.default_rng(seed), np.linspace(-RAMP, RAMP, IMAGES).round()
    train = rng.integers(2 * RAMP, 2 * (mean - RAMP), (IMAGES, 784)) + ramp[:, None]
    train[rng.random(train.shape) < 0.2] = 0
    return train, rng.integers(20, mean + 20, (OTHERS, 784)).astype(float)


def process_images(student):
    """{"train", "val" and "handed": [Processed]} of the student's scripts."""
    train, val = make_splits(student)
    student.get("task2.__name__")       # loads the scripts first, with a time limit of its own
    found, images = {"train": [], "val": [], "handed": []}, np.vstack([train, val])
    seen, stopped = student.call("adapter.watch_images", train.astype(np.uint8),
                                 val.astype(np.uint8))
    for how, rows, *others in seen:
        split = "train" if (rows < len(train)).any() else "val"
        found["handed" if how == "handed" else split].append(
            Processed(images, how, rows, *others))
    if not found["train"] and not found["handed"]:
        try:
            student.call("task2.pre_process_images", train)     # it may be missing, or raise
        except NotWritten:
            raise
        except Problem as problem:
            if not stopped:
                raise
            raise Unseen("each script that pre-processes images fails before that, and "
                         f"{problem}") from problem
        raise Unseen("no script pre-processes the training images that mnist.load() gives, and "
                     "pre_process_images cannot be called with them alone")
    return found


def process_first(student):
    """The Processed training images, if need be with a mean and a deviation handed over."""
    found = process_images(student)
    return (found["train"] or found["handed"])[0]


def check_scaled(one):
    """A Processed split; NotWritten if its pixels have not changed."""
    if one.how != "changed" and is_close(one.pixels * one.unit, one.X, 1e-6):
        raise NotWritten("2a", "pre_process_images does not change the pixels: it is not written "
                               "yet")
    return one


def judge_statistics(student):
    found = process_images(student)
    if not found["train"]:
        raise Unseen("no script computes the mean and the standard deviation of the training "
                     "images that mnist.load() gives")
    one = check_scaled(found["train"][0])
    train, val = make_splits(student)
    if not one.is_affine:
        raise Problem("the training images are not scaled with one mean and one standard "
                      "deviation over all pixels of all images")
    if find_wrong_form(one, train):
        return UNJUDGED
    mean, std = one.numbers
    words = f"the training images are scaled with mean {mean:.2f} and standard deviation {std:.2f}"
    both = measure(np.vstack([train, val]))
    if one.come_from(both) or np.allclose(one.numbers, WITH_VALIDATION, atol=0.006):
        raise Problem(f"{words}, those of the training and validation images together: are the "
                      "validation images included?")
    if one.come_from(measure(train), 2e-4) or one.is_own or are_published(one.numbers):
        return ""
    for part, rows in PARTS.items():
        if one.come_from(measure(train[rows])):
            raise Problem(f"{words}, those of the {part} of {IMAGES} images: take all training "
                          "images")
    if one.come_from(measure(val)):
        raise Problem(f"{words}, those of the validation images")
    if one.come_from(measure(train), factor=255):
        raise Problem(f"{words}, those of pixels that are divided by 255: are the pixels that are "
                      "scaled divided too?")
    if is_close(mean, train.mean()):
        raise Problem(f"{words}, expected {train.std():.2f}"
                      + explain_statistics(std, train.std(), train))
    raise Problem(f"{words}, expected {train.mean():.2f} and {train.std():.2f} for these images; "
                  "for MNIST's they are 33.55 and 78.88")


def find_wrong_form(one, train):
    """The likeliest mistake of a scaling without a mean and a deviation."""
    if are_published(one.numbers) or one.come_from(measure(train)):
        return ""
    if are_published(np.divide(one.numbers, 255)) or one.come_from(measure(train), factor=1 / 255):
        return ": is it divided by 255 besides?"
    hint = explain_scaling(one.slope, one.shift, train.std())
    if "first, then" in hint and not is_near(one.shift, -train.mean()):
        return ""
    known = ("not subtracted", "not divided", "variance", "first, then", "sign wrong")
    return hint if any(word in hint for word in known) else ""


def judge_scaling(student):
    one = check_scaled(process_first(student))
    train, _ = make_splits(student)
    if not one.is_affine:
        raise Problem("equal pixels become different numbers: is each pixel or image scaled with "
                      "its own mean and standard deviation?")
    hint = find_wrong_form(one, train)
    if hint:
        raise Problem(f"a pixel x becomes {one.slope:.4g}·x {one.shift:+.4g}, but the images have "
                      f"mean {train.mean():.2f} and standard deviation {train.std():.2f}{hint}")
    return ""


def judge_splits(student):
    found, first = process_images(student), check_scaled(process_first(student))
    others = *found["train"][1:], *found["val"]
    if not first.is_affine:
        return compare_pixels(first, others)
    mean, std = first.numbers
    for one in others:
        if one.is_affine and is_close(one.numbers, first.numbers, 1e-3):
            continue
        if not one.is_affine:
            raise Problem("the validation images are not scaled as the training images are")
        other_mean, other_std = one.numbers
        raise Problem(f"the training images are scaled with mean {mean:.2f} and standard "
                      f"deviation {std:.2f}, but others with {other_mean:.2f} and {other_std:.2f}"
                      + (", their own" if one.is_own else "")
                      + ": use the training images' numbers for every split")
    return ""


def compare_pixels(first, others):
    """As judge_splits, if each pixel has numbers of its own; UNJUDGED if it has none."""
    if len(first.X) < 3:
        return UNJUDGED     # any line fits two images
    slope, shift = np.array([np.polyfit(*pixel, 1) for pixel in zip(first.X.T, first.pixels.T)]).T
    if not is_close(slope * first.X + shift, first.pixels, 1e-3):
        return UNJUDGED
    if not all(is_close(slope * one.X + shift, one.pixels, 1e-3) for one in others):
        raise Problem("each pixel of other images is scaled with other numbers than of the "
                      "training images: use the training images' numbers for every split")
    return ""


def judge_bias_column(student):
    one = process_first(student)
    if one.column is None:
        raise Problem("pre_process_images gives 784 columns, expected 785: a column of ones for "
                      "the bias is missing")
    if one.place not in (0, 784):
        raise Problem(f"a constant column is column {one.place + 1} of 785, expected a column of "
                      "ones as the last one")
    if is_close(one.column, np.ones(len(one.X))):
        return
    words = f"the column for the bias holds {one.column[0]:.4g}, expected 1"
    if np.ptp(one.column) > 1e-9:
        words = "neither the first nor the last column is constant, expected a column of ones"
    elif not one.column.any():
        words += ": is a column of zeros added instead of ones?"
    elif one.is_bias_scaled:
        words += ": is the column added before the pixels are scaled?"
    raise Problem(words)
