"""The checks of this assignment: each tries one thing, and reaches the code through the Student.

docs/checks.md says how a check is written and proven.
"""

from kit.checking.measuring import is_close, require_array, require_number
from kit.checking.registry import check
from kit.checking.student import Problem


def call_fit(student):
    """What fit_line returns for the drawn points: two numbers."""
    case = student.cases["points"]
    found = student.call("solve.fit_line", case["x"], case["y"], pure=True)
    if not isinstance(found, (tuple, list)) or len(found) != 2:
        raise Problem("fit_line should return two numbers, slope and intercept")
    return require_number(found[0], "the slope"), require_number(found[1], "the intercept")


@check("a", "slope", "slope of the line")
def judge_slope(student):
    """The sums run over all points."""
    slope, right = call_fit(student)[0], student.cases["points"]["slope"]
    if not is_close(slope, right):
        hint = ": is it the slope of x over y?" if is_close(slope, 1 / right) else ""
        raise Problem(f"the slope is {slope:.4f}, expected {right:.4f}{hint}")


@check("a", "intercept", "intercept of the line")
def judge_intercept(student):
    """The line goes through the means, whatever its slope is."""
    case = student.cases["points"]
    slope, intercept = call_fit(student)
    expected = case["y"].mean() - slope * case["x"].mean()      # a wrong slope is charged once
    if not is_close(intercept, expected):
        raise Problem(f"the intercept is {intercept:.4f}, expected {expected:.4f} with this slope")


@check("b.1", "residuals", "residuals of all points")
def judge_residuals(student):
    """Measured minus predicted, with a line that is given."""
    case = student.cases["points"]
    found = student.call("solve.residuals", case["x"], case["y"], 2.0, 1.0, pure=True)
    found = require_array(found, case["x"].shape, "what residuals returns")
    if not is_close(found, case["residuals"]):
        hint = ": is the sign wrong?" if is_close(found, -case["residuals"]) else ""
        raise Problem(f"the first residual is {found[0]:.4f}, expected "
                      f"{case['residuals'][0]:.4f}{hint}")
