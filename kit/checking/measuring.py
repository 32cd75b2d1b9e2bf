"""Measurements of a student's numbers: are they right, and if not, how do they differ?"""

import numpy as np

from kit.checking.messages import Handle
from kit.checking.student import NotImported, NotWritten, Problem
from kit.files import quote

UNJUDGED = "not judged: it needs code that another check finds wrong"
TOLERANCE = 2e-4    # relative: allows constants of four digits, finds the smallest known fault
SAMPLES = 40        # weights of a layer whose gradient is measured
STEP = 1e-4         # of the numerical gradient; its error is about STEP squared


# ---------------------------------------------------------------------- is it the right kind?

def find_problem(check_function, student):
    """The Problem of another check, or None. It is found once for each set of inputs.

    The student's list `met` gets it: the check that asks may pass because of it.
    """
    known = vars(student).setdefault("known_problems", {})
    key = check_function, id(student.cases)
    if key not in known:
        met, student.met = student.met, []
        try:
            check_function(student)
            problem = None
        except Problem as raised:
            problem = raised
        student.met = met
        known[key] = problem, student.cases     # kept, so that no other one has its id
    problem, _ = known[key]
    student.met += [problem] if problem else []
    return problem


def holds(check_function, student):
    """Whether another check passes."""
    return find_problem(check_function, student) is None


def require_array(value, shape, what, kinds="f"):
    """An array of this shape, without NaN; Problem if the value is not such an array.

    kinds: allowed kinds of dtype: f floats, i whole numbers, b truth values.
    """
    expected = f"expected an array of shape {shape}"
    if not isinstance(value, np.ndarray):
        raise Problem(f"{what} is {describe_kind(value)}, {expected}")
    if value.shape != tuple(shape):
        raise Problem(f"{what} has the shape {value.shape}{explain_shape(value.shape, shape)}, "
                      f"expected {tuple(shape)}")
    if value.dtype.kind.replace("u", "i") not in kinds:
        raise Problem(f"{what} is an array of {value.dtype}, expected "
                      f"{'floats' if kinds == 'f' else 'numbers'}")
    if not np.isfinite(value).all():
        raise Problem(f"{what} holds NaN or infinite numbers")
    return value.astype(float)


def explain_shape(shape, expected):
    """Say how the shapes differ."""
    if tuple(shape) == tuple(expected)[::-1]:
        return ", the transpose"
    return ", with one axis too many" if len(shape) > len(expected) else ""


def is_numeric(value):
    """Whether a value is an array of finite numbers."""
    return isinstance(value, np.ndarray) and value.dtype.kind in "fiu" and \
        bool(np.isfinite(value).all())


def require_number(value, what):
    """One finite number as a float; Problem if the value is not such a number."""
    if isinstance(value, (np.ndarray, np.generic)) and value.shape == () and \
            value.dtype.kind in "iuf":
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Problem(f"{what} is {describe_kind(value)}, expected one number")
    if not np.isfinite(value):
        raise Problem(f"{what} is {value}, expected a finite number")
    return float(value)


def describe_kind(value):
    """The kind of a value, in words."""
    if value is None:
        return "None (is there a return?)"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, Handle):
        return f"of the type {quote(value.type)}"
    return f"a {type(value).__name__}"


def require_matrices(values, ws, what):
    """A list of arrays in the shapes of the weights; Problem otherwise."""
    if not isinstance(values, (list, tuple)) or len(values) != len(ws):
        found = (f"a list of length {len(values)}" if isinstance(values, (list, tuple))
                 else describe_kind(values))
        raise Problem(f"{what} is {found}, expected a list of {len(ws)} matrices, one for each "
                      "layer")
    return [require_array(value, w.shape, f"{what}[{layer}]")
            for layer, (value, w) in enumerate(zip(values, ws))]


def all_hold(student, *checks):
    """Whether other checks pass; NotWritten if one of them needs code that is missing."""
    for one in checks:
        problem = find_problem(one, student)
        if isinstance(problem, (NotWritten, NotImported)):
            raise problem
        if problem:
            return False
    return True


# ------------------------------------------------------------------------------ how wrong is it?

def is_close(measured, expected, tolerance=TOLERANCE):
    """Whether two arrays agree, relative to the size of the expected one."""
    measured, expected = np.asarray(measured, float), np.asarray(expected, float)
    if measured.shape != expected.shape:
        return False
    error, size = np.linalg.norm(measured - expected), np.linalg.norm(expected)
    return bool(error <= tolerance * size + 1e-12)


def find_ratio(measured, expected):
    """The factor between measured and expected, if it is the same for every entry; None
    otherwise."""
    measured, expected = np.asarray(measured, float), np.asarray(expected, float)
    size = float((expected ** 2).sum())
    factor = float((measured * expected).sum()) / size if size else None
    return factor if factor is not None and is_close(measured, factor * expected) else None


def find_limit(measured, expected):
    """The size at which the entries of measured are the clipped ones of expected, or None."""
    limit = float(np.abs(measured).max(initial=0))
    clipped = np.clip(expected, -limit, limit)
    if limit < np.abs(expected).max(initial=0) and limit and is_close(measured, clipped):
        return limit
    return None


def tidy(value):
    """A number to be shown: what is 0 but for rounding is 0."""
    return 0.0 if abs(value) < 1e-9 else float(value)


def is_near(value, *others):
    """Whether a value is within half a percent of one of the others."""
    return value is not None and any(abs(value - other) <= 0.005 * abs(other) for other in others)


def measure_gradient(student, model, ws, X, targets):
    """[(indexes, derivatives)] for each layer of a student's own network.

    For one example C = -ln ŷ of its class. So a small change of a weight changes C by minus the
    relative change of ŷ. It is measured with the weight increased and decreased by STEP.
    """
    rng = np.random.default_rng(0)
    found = []
    for layer, w in enumerate(ws):
        chosen = np.sort(rng.choice(w.size, min(SAMPLES, w.size), replace=False))
        slopes = []
        for index in chosen:
            up, down = (compute_outputs_at(student, model, ws, X, (layer, index, step))
                        [targets > 0.5] for step in (STEP, -STEP))
            slopes.append(-np.mean((up - down) / (up + down)) / STEP)
        found.append((chosen, np.array(slopes)))
    student.set((model, "ws"), ws)
    return found


def compute_outputs_at(student, model, ws, X, change):
    """The outputs of a network after a change (layer, index, step) of one weight."""
    layer, index, step = change
    changed = [w.copy() for w in ws]
    changed[layer].flat[index] += step
    student.set((model, "ws"), changed)
    outputs = student.call((model, "forward"), X)
    if not isinstance(outputs, np.ndarray) or outputs.dtype != np.float64 or \
            outputs.shape != (len(X), ws[-1].shape[1]) or not (outputs > 0).all():
        raise Unmeasurable
    return outputs


class Unmeasurable(Exception):
    """The outputs allow no numerical gradient: they are not float64, or not positive."""
