"""Points by code from results, as the checks have them; and what is given by hand instead."""

import functools
from dataclasses import replace

from kit.assignment import SUBTASKS
from kit.check import CHECKS, CheckReport, charged
from staff.adapters import NOT_ASKED


@functools.cache
def subtasks_of(layout):
    """Return the Subtasks as a layout is marked: parts of which no check asks its code anything,
    such as the counts of the starter code's report, are given by hand."""
    judged = {charged(one) for one in CHECKS
              if not one.remark and one.title not in NOT_ASKED.get(layout, ())}
    found = []
    for one in SUBTASKS:
        by_code = {part: points for part, points in one.by_code.items()
                   if (one.id, part) in judged}
        by_hand = {part: points for part, points in one.by_code.items() if part not in by_code}
        found.append(replace(one, by_code=by_code, by_hand=one.by_hand | by_hand))
    return tuple(found)


def parts_by_hand(*layouts):
    """Return {(subtask, part): points} of all that is given by hand in these layouts."""
    return {(subtask.id, part): points for layout in layouts for subtask in subtasks_of(layout)
            for part, points in subtask.by_hand.items()}


def by_code(results, layout="kit"):
    """Return {subtask: points by code} of the results of one submission; 0 where none stand."""
    report = CheckReport(results, [])
    return {subtask.id: report.earned(subtask) or 0 for subtask in subtasks_of(layout)
            if subtask.by_code}
