"""Checks of the improved sigmoid and the improved initial weights: subtasks 3a and 3b."""

import numpy as np

from kit.checking.measuring import (find_ratio, holds, is_close, is_near, is_numeric,
                                    require_array, tidy)
from kit.checking.registry import check
from kit.checking.student import Problem

from .forward import require_outputs
from .gradient_hints import judge_layers
from .gradients import Gradients, require_gradients
from .network import make_network
from .own_network import excuse_width
from .training import (SIZES, Undrawn, choose_sizes, draw_initial_weights, require_no_repeats,
                       require_seeds)

IMPROVED = "task3.ImprovedModel"
STEP = 1e-4
UNUSED = "the network's outputs do not depend on the images"


def make_improved(student, on=True):
    """A Handle of a small network with the improved sigmoid, or with it turned off."""
    return make_network(student, student.cases["improved"]["ws"], IMPROVED,
                        use_improved_sigmoid=on)


@check("3a", "forward", "the improved sigmoid")
def judge_activation(student):
    case = student.cases["functions"]
    z, model = case["z"], make_improved(student)
    found = require_array(student.call((model, "activation"), z, pure=True), z.shape,
                          "activation(z)")
    if not is_close(found, case["improved"]):
        raise Problem(explain_activation(found, case))
    plain = make_network(student, student.cases["improved"]["ws"])
    try:
        usual = student.call((plain, "activation"), z)
        off = student.call((make_improved(student, False), "activation"), z)
    except Problem:
        off = usual = None      # 2b's
    if isinstance(off, np.ndarray) and isinstance(usual, np.ndarray) and not is_close(off, usual):
        raise Problem("with use_improved_sigmoid turned off, activation differs from that of "
                      "SoftmaxModel: is the flag ignored?")
    if holds(require_outputs, student):
        require_network(student)
    elif not uses_images(student):
        raise Problem(f"activation is right, but {UNUSED}")


def uses_images(student):
    """Whether the outputs depend on the images; True if there are none."""
    X = student.cases["improved"]["X"]
    try:
        outputs, others = (student.call((make_improved(student), "forward"), one)
                           for one in (X, X[::-1] * 0.75))
    except Problem:
        return True     # 2b's
    return not is_numeric(outputs) or not is_numeric(others) or \
        not is_close(others, outputs, 1e-6)


def explain_activation(found, case):
    """Say how the outputs of the improved sigmoid are wrong."""
    z, expected = case["z"], case["improved"]
    if is_close(found, case["sigmoid"]):
        return ("with use_improved_sigmoid, activation is the sigmoid of task 2: is the flag "
                "ignored?")
    worst = np.abs(found - expected).max()
    words = f"activation(z) is wrong by up to {worst:.3g}"
    factor = find_ratio(found, expected)
    if np.ptp(found) < 1e-9:
        return f"activation(z) is {tidy(found.flat[0]):.4g} for every z"
    if factor is not None:
        hint = ": is 1.7159 mistyped?" if abs(factor - 1) < 0.1 else ""
        return words + f", by the factor {factor:.5g} everywhere{hint}"
    highest, lowest = found.max(), found.min()
    small = np.abs(z) == np.abs(z[z != 0]).min()
    at = z[small][0]
    words += (f"; at z = {at:.3g} it is {tidy(found[small][0] / at):.4g} z, expected "
              f"{expected[small][0] / at:.4g} z")
    if abs(found[z == 0][0]) > 1e-6:
        return words + f", and {found[z == 0][0]:.3g} at z = 0, expected 0"
    return words + f", and it goes from {lowest:.3g} to {highest:.3g}: look at both constants"


def require_network(student):
    """Raise Problem unless forward of task 2 uses the improved sigmoid."""
    case = student.cases["improved"]
    outputs = student.call((make_improved(student), "forward"), case["X"])
    if not isinstance(outputs, np.ndarray) or not is_close(outputs, case["outputs"]):
        raise Problem("activation is right, but the network's outputs do not fit it: does forward "
                      "in task2.py call self.activation for each hidden layer, and for no other?")


@check("3a", "slope", "the slope of the improved sigmoid")
def judge_slope(student):
    case = student.cases["functions"]
    model, z = make_improved(student), case["z"]
    found = require_array(student.call((model, "slope"), case["improved"], pure=True), z.shape,
                          "slope(a)")
    if not is_close(found, case["improved slope"]) and not fits_activation(student, model, z):
        raise Problem(explain_slope(student, model, found, case))
    one = Gradients(student, student.cases["improved"], 5, IMPROVED, use_improved_sigmoid=True)
    if not holds(require_gradients, student):
        if not isinstance(one.by_right_outputs, Problem) and \
                not any(grad.any() for grad in one.by_right_outputs) and not uses_images(student):
            raise Problem(f"slope is right, but the gradients are 0, and {UNUSED}")
        return
    if not one.is_right_by_itself and not one.follows_forward:
        if not one.problem and judge_layers([one])[-1] != "right":
            if not holds(require_outputs, student):
                return      # 2b charges what is not made of the outputs a
            raise Problem("slope is right, but the output layer's gradient is wrong with the "
                          "flag: is it made of the improved sigmoid's outputs a?")
        raise Problem("slope is right, but the gradients do not fit it: does backward in "
                      "task2.py call self.slope with the outputs a of each hidden layer?")


def fits_activation(student, model, z):
    """Whether slope(a) is the measured slope of the student's own activation: a curve, and another
    one than without the flag."""
    try:
        outputs, usual = (student.call((one, "activation"), z)
                          for one in (model, make_improved(student, False)))
        measured = measure_slope(student, model, z)
        return bool(np.ptp(measured) > 1e-6) and not is_close(outputs, usual) and \
            is_close(student.call((model, "slope"), outputs), measured, 1e-4)
    except (Problem, TypeError):
        return False


def measure_slope(student, model, z):
    """The measured slope of activation."""
    up, down = (student.call((model, "activation"), z + step) for step in (STEP, -STEP))
    return (up - down) / (2 * STEP)


def explain_slope(student, model, found, case):
    """Say how a slope is wrong."""
    z, a, expected = case["z"], case["improved"], case["improved slope"]
    if any(is_close(found, case[name]) for name in ("sigmoid slope of improved", "sigmoid slope")):
        return "slope(a) is the slope of task 2's sigmoid: is the flag ignored?"
    if np.ptp(found) < 1e-9:
        return f"slope(a) is {tidy(found.flat[0]):.4g} for every a"
    factor = find_ratio(found, expected)
    if factor is not None:
        return (f"slope(a) is {factor:.4g} times the measured slope at every sum z"
                + (": is a constant mistyped or left out?"))
    try:
        if is_close(found, measure_slope(student, model, a), 1e-4):
            return ("slope(a) is the slope at the sum z = a, but a is already the output f(z): "
                    "write the slope in terms of the output")
    except (Problem, TypeError):
        pass
    wrong = found / expected
    middle = wrong[z == 0][0]
    if is_close(found, found[z == 0] / np.cosh(z) ** 2):
        return (f"slope(a) is {middle:.4g} times the measured slope at z = 0, and it falls as "
                "1/cosh(z)², expected 1/cosh(2z/3)²: is 2/3 left out inside?")
    words = (f"slope(a) is {wrong.min():.3g} to {wrong.max():.3g} times the measured slope, and "
             f"{middle:.4g} times at z = 0")
    if is_near(middle, 1):
        return (words + ": the part that decreases with |z| is wrong; is it squared, and is a "
                "divided by 1.7159?")
    if abs(middle - 1) < 0.02:
        return words + ": is a constant mistyped?"
    return words


# ------------------------------------------------------------------------------------ subtask 3b

@check("3b", "weights", "normal with standard deviation 1/√fan-in")
def judge_improved_weights(student):
    require_improved_weights(student)


def require_improved_weights(student):
    """As require_normal_weights; 4c charges weights that are wrong at other widths only."""
    excuse_width(student, require_normal_weights,
                 lambda _: require_normal_weights(student, SIZES))


def require_normal_weights(student, sizes=None):
    """Raise Problem unless the flag changes the weights, and rightly; Undrawn if they are a
    number."""
    flags = {"use_improved_weight_init": True}
    first, again, other = (draw_initial_weights(student, IMPROVED, seed, sizes, **flags)
                           for seed in (1, 1, 2))
    for layer, (w, fan_in) in enumerate(zip(first, sizes or choose_sizes(student)), 1):
        require_deviation(w, fan_in, layer)
    require_seeds(student, first, again, other)
    try:
        off, usual = (draw_initial_weights(student, cls, 3, sizes)
                      for cls in (IMPROVED, "task2.SoftmaxModel"))
    except Problem:
        return      # 2c's
    if not all(np.isclose(one.std(), two.std(), rtol=0.1) for one, two in zip(off, usual)):
        raise Problem("with use_improved_weight_init turned off, the weights differ from those of "
                      "SoftmaxModel: is the flag ignored?")


def require_deviation(w, fan_in, layer):
    """Raise Problem unless a layer's weights are normal with the right standard deviation."""
    units, right, std = w.shape[1], 1 / np.sqrt(fan_in), w.std()
    sure = 5 / np.sqrt(2 * w.size)      # five standard errors of a measured deviation
    words = f"the weights of layer {layer}, with fan-in {fan_in} and {units} units, "
    if np.ptp(w) < 1e-9:
        raise Undrawn(f"{words}are all {w.flat[0]:.3g}, expected numbers drawn from a normal "
                      "distribution")
    require_no_repeats(w, words.strip())
    words += "have the "
    if abs(std / right - 1) > sure:
        raise Problem(f"{words}standard deviation {tidy(std):.4g}, expected {right:.4g}"
                      + explain_deviation(std, fan_in, units, sure, layer))
    if abs(w.mean()) > 5 * right / np.sqrt(w.size):
        raise Problem(f"{words}mean {w.mean():.3g}, expected 0")
    beyond = np.mean(np.abs(w) > 2 * right)     # 0.0455 of a normal distribution
    if abs(beyond - 0.0455) > 5 * np.sqrt(0.0455 / w.size):
        raise Problem(f"{words}right standard deviation, but a fraction of {beyond:.3f} is more "
                      "than two standard deviations from 0, expected 0.046: are they drawn from a "
                      "normal distribution?")


def explain_deviation(std, fan_in, units, sure, layer):
    """The likeliest mistake behind a wrong standard deviation."""
    for value, words in ((1 / np.sqrt(units), ": is it 1/√units, the fan-out?"),
                         (1 / fan_in, ": is it 1/fan-in, without the square root?"),
                         (1 / np.sqrt(3), ": U(-1, 1) has this deviation; " + (
                             "are the weights drawn again, or is the flag ignored?" if layer == 1
                             else "does the flag change only the layers before?")),
                         (np.sqrt(2 / fan_in), ": is it √(2/fan-in)?"),
                         (np.sqrt(2 / (fan_in + units)), ": is the fan-out included?"),
                         (1, ": is the scaling missing?")):
        if abs(std / value - 1) < max(sure, 0.01):
            return words
    return ""
