"""Points from results: by code as the checks have them, by hand as they were given."""

from kit.assignment import SUBTASKS
from kit.check import CheckReport

BY_ID = {subtask.id: subtask for subtask in SUBTASKS}


def by_code(results):
    """Return {subtask: points by code} of the results of one submission; 0 where none stand."""
    report = CheckReport(results, list(BY_ID))
    return {name: report.earned(subtask) or 0 for name, subtask in BY_ID.items()
            if subtask.by_code}


def by_hand(marks):
    """Return {subtask: points by hand, None while one is missing} of {(subtask, part): …}."""
    found = {}
    for name, subtask in BY_ID.items():
        if subtask.by_hand:
            given = [marks.get((name, part), (None,))[0] for part in subtask.by_hand]
            found[name] = None if None in given else sum(given)
    return found
