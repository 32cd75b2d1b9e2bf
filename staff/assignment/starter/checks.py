"""Checks of code in the starter code's layout that differ from the kit's: the images, whose mean
and deviation may be computed anywhere, the initial weights, which may be drawn anywhere, and early
stopping.

The student's scripts run on a few images in place of MNIST. Which mean and deviation do their
results imply?
"""

import numpy as np

from assignment.checks.images import (are_published, draw_images, explain_scaling,
                                      explain_statistics)
from kit.checking.measuring import UNJUDGED, all_hold, require_array, is_close
from kit.checking.student import NotImported, NotWritten, Problem
from assignment.checks.own_network import excuse_width
from assignment.checks.training import (AFTERWARDS, HELPERS, PLAIN, judge_update, make_batch,
                                        make_trainer, make_weights, require_initial_weights,
                                        require_uniform, require_weights_of_64)

WITH_VALIDATION = 33.63, 78.97      # of MNIST, rounded to two decimals
EPOCHS, PER_EPOCH = 16, 5
FALLING = [2 - 0.001 * number for number in range(EPOCHS * PER_EPOCH)]
WAITING = [1.5, 1.2, 4.0, 1.2, 1.3, 0.9, *[1.0] * (EPOCHS * PER_EPOCH - 6)]


class Unseen(Problem):
    """The scripts' images were not seen: a person looks, if the files have these names."""

    signs = "mean", "std"


class Processed:
    """The result for one split: slope · pixel + shift, if the images were normalised.

    column: the bias column, None if there is none; pixels: the other columns.
    """

    def __init__(self, X, result):
        self.X = X
        found = require_array(result, (len(X), result.shape[1] if result.ndim == 2 else 785),
                              f"what pre_process_images returns for {len(X)} images", kinds="fi")
        if found.shape[1] not in (784, 785):
            raise Problem(f"pre_process_images gives {found.shape[1]} columns, expected 785")
        self.column, self.pixels = None, found
        if found.shape[1] == 785:
            first = np.ptp(found[:, 0]) < 1e-9 and not np.ptp(found[:, -1]) < 1e-9
            self.column, self.pixels = ((found[:, 0], found[:, 1:]) if first else
                                        (found[:, -1], found[:, :-1]))
        self.slope, self.shift = np.polyfit(X.ravel(), self.pixels.ravel(), 1)

    @property
    def is_affine(self):
        """Whether all pixels were scaled alike."""
        return is_close(self.pixels, self.slope * self.X + self.shift, 1e-5) and self.slope != 0

    @property
    def numbers(self):
        """The mean and the deviation that were used."""
        return -self.shift / self.slope, 1 / self.slope


def make_splits(student):
    """Training and validation images, whole numbers."""
    return (np.round(draw_images(student, 4, 10)[0]),
            np.round(draw_images(student, 5, 8)[0] * 0.5 + 20))


def process_images(student):
    """{"train", "val" and "handed": [Processed]} of the student's scripts."""
    given = dict(zip(("train", "val"), make_splits(student)))
    student.get("task2.__name__")       # loads the scripts first, with a time limit of its own
    found = {"train": [], "val": [], "handed": []}
    whole = [one.astype(np.uint8) for one in given.values()]
    for split, X, result in student.call("adapter.watch_images", *whole):
        images = given.get(split, given["train"])
        if all((images == row).all(axis=1).any() for row in X):     # the process could say others
            found[split].append(Processed(np.asarray(X, float), result))
    if not found["train"] and not found["handed"]:
        student.call("task2.pre_process_images", given["train"])    # it may be missing, or raise
        raise Unseen("no script pre-processes the training images that mnist.load() gives, and "
                     "pre_process_images cannot be called with them alone")
    return found


def process_first(student):
    """The Processed training images, if need be with a mean and a deviation handed over."""
    found = process_images(student)
    return (found["train"] or found["handed"])[0]


def check_scaled(one):
    """A Processed split; NotWritten if its pixels have not changed."""
    if is_close(one.pixels, one.X, 1e-9):
        raise NotWritten("2a", "pre_process_images does not change the pixels: it is not written "
                               "yet")
    return one


def is_bias_scaled(one):
    """Whether the bias's column was appended first and scaled with the pixels."""
    return one.column is not None and not is_close(one.column, np.ones(len(one.X))) and \
        is_close(one.column, one.slope * np.ones(len(one.X)) + one.shift, 1e-5)


def come_from(numbers, X, one, tolerance=1e-3):
    """Whether two numbers are the mean and the deviation of images.

    The bias column counts too, if it was scaled with the pixels.
    """
    known = [X, np.hstack([X, np.ones((len(X), 1))])] if is_bias_scaled(one) else [X]
    return any(is_close(numbers, (images.mean(), images.std()), tolerance) for images in known)


def is_own(one):
    """Whether a split was normalised with its own mean and deviation."""
    return one.is_affine and come_from(one.numbers, one.X, one)


def statistics(student):
    found = process_images(student)
    if not found["train"]:
        raise Unseen("no script computes the mean and the standard deviation of the training "
                     "images that mnist.load() gives")
    one = check_scaled(found["train"][0])
    train, val = make_splits(student)
    if not one.is_affine:
        raise Problem("the training images are not scaled with one mean and one standard "
                      "deviation over all pixels of all images")
    hint = find_wrong_form(one, train)
    if any(word in hint for word in ("variance", "first, then", "sign wrong")):
        return UNJUDGED
    if come_from(one.numbers, train, one, 2e-4) or is_own(one) or \
            are_published(one.numbers):
        return ""
    mean, std = one.numbers
    words = f"the training images are scaled with mean {mean:.2f} and standard deviation {std:.2f}"
    both = np.vstack([train, val])
    if come_from(one.numbers, both, one) or np.allclose(one.numbers, WITH_VALIDATION, atol=0.006):
        raise Problem(f"{words}, those of the training and validation images together: are the "
                      "validation images included?")
    if come_from(one.numbers, val, one):
        raise Problem(f"{words}, those of the validation images")
    if is_close(mean, train.mean()):
        raise Problem(f"{words}, expected {train.std():.2f}"
                      + explain_statistics(std, train.std(), train))
    raise Problem(f"{words}, expected {train.mean():.2f} and {train.std():.2f} for these images; "
                  "for MNIST's they are 33.55 and 78.88")


def find_wrong_form(one, train):
    """The likeliest mistake of a scaling without a mean and a deviation."""
    if are_published(one.numbers) or come_from(one.numbers, train, one):
        return ""
    hint = explain_scaling(one.slope, one.shift, train.std())
    known = ("not subtracted", "not divided", "variance", "first, then", "sign wrong")
    return hint if any(word in hint for word in known) else ""


def scaling(student):
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


def same_for_every_split(student):
    found, first = process_images(student), check_scaled(process_first(student))
    if not first.is_affine:
        return UNJUDGED
    mean, std = first.numbers
    for one in (*found["train"][1:], *found["val"]):
        if one.is_affine and is_close(one.numbers, first.numbers, 1e-3):
            continue
        if not one.is_affine:
            raise Problem("the validation images are not scaled as the training images are")
        other_mean, other_std = one.numbers
        raise Problem(f"the training images are scaled with mean {mean:.2f} and standard "
                      f"deviation {std:.2f}, but others with {other_mean:.2f} and {other_std:.2f}"
                      + (", their own" if is_own(one) else "")
                      + ": use the training images' numbers for every split")
    return ""


def bias_column(student):
    one = process_first(student)
    if one.column is None:
        raise Problem("pre_process_images gives 784 columns, expected 785: a column of ones for "
                      "the bias is missing")
    if is_close(one.column, np.ones(len(one.X))):
        return
    words = f"the column for the bias holds {one.column[0]:.4g}, expected 1"
    if np.ptp(one.column) > 1e-9:
        words = "neither the first nor the last column is constant, expected a column of ones"
    elif not one.column.any():
        words += ": is a column of zeros added instead of ones?"
    elif is_bias_scaled(one):
        words += ": is the column added before the pixels are scaled?"
    raise Problem(words)


# ------------------------------------------------------------------------------ initial weights

class Undrawn(Problem):
    """Training was not seen to begin: a person looks, if the files draw uniform numbers."""

    signs = ("uniform",)


def initial_weights(student):
    try:
        excuse_width(student, require_initial_weights, lambda _: require_weights_of_64(student))
    except (NotWritten, NotImported):
        raise
    except Problem as problem:
        require_start(student, str(problem))


def require_start(student, words):
    """Raise Problem, with these words, unless training begins with weights from U(-1, 1)."""
    ws = student.call("adapter.watch_weights")
    if not ws:
        raise Undrawn(words) if AFTERWARDS in words else Problem(words)
    try:
        for w in ws:
            require_uniform(require_array(w, w.shape, "a matrix of weights"), len(w))
    except Problem:
        raise Problem(words.replace(AFTERWARDS, "; training starts with them")) from None


# --------------------------------------------------------------------------------- early stopping

def early_stopping(student):
    if not all_hold(student, *HELPERS, judge_update):
        return UNJUDGED
    stops, _ = measure_stop(student, FALLING)
    if stops < len(FALLING):
        raise Problem(f"training stops after validation {stops}, though each had a better loss "
                      "than the one before: which losses does it compare?")
    stops, kept = measure_stop(student, WAITING)
    if stops == len(WAITING):
        return "not written: training goes on to the last epoch"
    waited = stops - 6
    if not 49 <= waited <= 52:      # of the two losses of 0.9 either counts; so does a tie
        raise Problem(f"training stops {waited} validations after the one with the best loss, "
                      "expected 50" + (": is the counter reset?" if waited > 52 else ""))
    if "live" in kept:
        raise Problem("the best weights are the model's own list, which training changes later: "
                      "keep copies of them")
    return ""


def measure_stop(student, losses):
    """After how many validations training stops, with these losses, and how it keeps the best
    weights."""
    ws = make_weights(student.cases["training"]["grads"])
    trainer, _ = make_trainer(student, PLAIN, ws, 0.1, [np.full_like(w, -1.0) for w in ws],
                              make_batch(student, 20))
    student.set((trainer, "losses"), student.call("builtins.iter", list(losses), keep=True))
    history = student.call((trainer, "train"), EPOCHS, keep=True)
    return len(student.get((history, "step"))), student.get((trainer, "kept"))


INSTEAD = {
    "mean and standard deviation": statistics,
    "pixels scaled": scaling,
    "the same two numbers for every split": same_for_every_split,
    "a column of ones": bias_column,
    "initial weights from U(-1, 1)": initial_weights,
    "early stopping (optional)": early_stopping,
}
