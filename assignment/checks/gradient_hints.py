"""Says how gradients are wrong, and names the likeliest mistake."""

import numpy as np

from kit.checking.measuring import STEP, find_limit, find_ratio, is_close, is_near
from kit.checking.student import Problem


def name_layer(layer, layers):
    """A layer's name in a sentence."""
    if layer == layers - 1:
        return "output layer's"
    return "hidden layer's" if layers == 2 else f"hidden layer {layer + 1}'s"


def judge_layers(tried):
    """A word for each layer's gradient, over batches of several sizes.

    "right", a "multiple" of the right one, "zero" or "wrong".
    """
    found = []
    for layer in range(len(tried[0].ws)):
        pairs = [one.pairs[layer] for one in tried]
        if all(is_close(*pair) for pair in pairs):
            found.append("right")
        elif not any(measured.any() for measured, _ in pairs):
            found.append("zero")
        else:
            found.append("wrong" if None in [find_ratio(*pair) for pair in pairs] else "multiple")
    return found


def explain_gradients(tried):
    """The measured error of wrong gradients, and the likeliest mistake."""
    layers = len(tried[0].ws)
    wrong = [layer for layer, verdict in enumerate(judge_layers(tried)) if verdict != "right"]
    layer = wrong[-1]       # nearest to the loss, where a mistake shows first
    one = next(one for one in tried if not is_close(*one.pairs[layer]))
    factors = {one.N: find_ratio(*one.pairs[layer]) for one in tried}
    factor = factors[one.N]
    if factor is None:
        return f"the {name_layer(layer, layers)} gradient" + explain_unequal(one, tried, layer)
    alike = all(is_close(find_ratio(*one.pairs[other]) or 0, factor) for other in range(layers))
    whose = "every layer's" if alike and layers > 1 else f"the {name_layer(layer, layers)}"
    return (f"{whose} gradient is {factor:.4g} times the numerical one in every entry, and the "
            f"batch holds {one.N}" + explain_factors(factors, one.targets.shape[1]))


def explain_factors(factors, classes):
    """The likeliest mistake behind a layer's factors {batch size: factor}."""
    given = {N: factor for N, factor in factors.items() if factor is not None}
    right = [str(N) for N, factor in given.items() if N > 1 and is_close(factor, 1)]
    if right:
        return f"; it is right for batches of {' and '.join(right)}"
    if all(is_near(factor, N) for N, factor in given.items()):
        return ": is the mean over the batch missing?"
    if all(is_near(factor, 1 / N) for N, factor in given.items()):
        return ": is it divided by the batch size twice?"
    if all(is_near(factor, -1) for factor in given.values()):
        return ": is the sign wrong?"
    if all(is_near(factor, -N) for N, factor in given.items()):
        return ": is the sign wrong, and the mean over the batch missing?"
    if all(is_near(factor, 1 / classes) for factor in given.values()):
        return f", with {classes} classes: take the mean over the examples, not over the classes"
    if all(abs(factor) < 1e-6 for factor in given.values()):
        return ": is it never set?"
    if len(given) > 1 and min(given.values()) > 0 and np.ptp([*given.values()]) > 0.01:
        return (", and the factor is another one for other batches: it has the right direction "
                "but another size; is it clipped or divided by its length?")
    if len(given) > 1 and max(given.values()) - min(given.values()) < 0.01 * max(given.values()):
        return ", and the factor is the same for other batches: remove or add a constant factor"
    return ""


def explain_unequal(one, tried, layer):
    """The measured error if the entries of a layer's gradient have different factors."""
    measured, expected = one.pairs[layer]
    limit = find_limit(measured, expected)
    if limit:
        return (f" is right up to {limit:.3g}, and larger entries are {limit:.3g}: are the "
                f"gradients clipped at {limit:.3g}?")
    if not expected.any():
        return (f" has entries up to {np.abs(measured).max():.3g}, but the numerical one is 0: "
                "the outputs do not depend on these weights")
    error = np.linalg.norm(measured - expected) / np.linalg.norm(expected)
    words = f" differs from the numerical one by {100 * error:.3g} %"
    if one.is_transposed(layer):
        return words + ": is it transposed?"
    if (other := one.find_twin(layer)) is not None:
        return words + f": layer {other + 1} has the same one; does one replace the other?"
    if layer < len(one.ws) - 1:
        return words + explain_delta(tried, layer)
    return words + (": look at the difference between outputs and targets, and at the factors "
                    "that multiply it")


def explain_delta(tried, layer):
    """The error of a hidden layer's gradient; for one example, if possible, of each unit."""
    single = next((one for one in tried if one.N == 1), None)
    if single is None or isinstance(single.by_forward, Problem) or \
            isinstance(single.numerical, Problem) or is_close(*single.pairs[layer]):
        return (", but the layers after it are right: look at the delta that is passed back, "
                "and at the slope")
    grad, (chosen, derivatives) = single.by_forward[layer], single.derivatives[layer]
    true = np.full(grad.size, np.nan)
    true[chosen] = derivatives
    with np.errstate(all="ignore"):
        factors = grad / true.reshape(grad.shape)
        unit = np.nanmedian(factors, axis=0)
        uneven = np.nanmax(np.abs(factors / unit - 1)) > 1e-3
    if uneven or not np.isfinite(unit).all():
        return (", but the layers after it are right: look at the weights and the inputs that "
                "multiply the delta")
    words = (f"; for one example each unit has its own factor, from {unit.min():.3g} to "
             f"{unit.max():.3g}")
    if unit.min() > 3.99:
        return words + ": the sigmoid's slope is at most 1/4; is the slope missing?"
    if (unit < 0).any():
        return words + ": should the weights to the next layer be transposed?"
    known = is_slope_of_output(single)
    return words + ": is the slope f'(z) wrong?" + (
        " It fits the sum z = a, but a is the output already" if known else "")


def is_slope_of_output(one):
    """Whether slope(a) is the slope at the sum z = a, as measured."""
    student, a = one.student, one.student.cases["functions"]["sigmoid"]
    model = one.make_model()
    try:
        up, down = (student.call((model, "activation"), a + step) for step in (STEP, -STEP))
        return is_close(student.call((model, "slope"), a), (up - down) / (2 * STEP), 1e-4)
    except (Problem, TypeError, ValueError):
        return False
