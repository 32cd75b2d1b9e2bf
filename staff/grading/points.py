"""Points by code from results, as the checks have them."""

from kit.assignment import SUBTASKS
from kit.check import CheckReport

BY_ID = {subtask.id: subtask for subtask in SUBTASKS}


def by_code(results):
    """Return {subtask: points by code} of the results of one submission; 0 where none stand."""
    report = CheckReport(results, list(BY_ID))
    return {name: report.earned(subtask) or 0 for name, subtask in BY_ID.items()
            if subtask.by_code}
