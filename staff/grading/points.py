"""Points by code from results, as the checks have them; and what is given by hand instead."""

import functools
from dataclasses import replace

from kit.check import CheckReport
from kit.checking.registry import load_checks
from kit.definition import load_assignment
from staff.layouts import KIT, load_layouts


def subtasks_of(layout):
    """Return the Subtasks as a layout is marked: parts of which no check asks its code anything,
    such as the counts of the starter code's report, are given by hand."""
    return sort_parts(load_assignment(), layout or KIT)


@functools.lru_cache(maxsize=8)
def sort_parts(assignment, layout):
    """Return an assignment's Subtasks, as subtasks_of does."""
    judges = load_layouts(assignment)[layout].judges
    judged = {assignment.charge(one) for one in load_checks(assignment)
              if not one.remark and judges(one)}
    found = []
    for one in assignment.subtasks:
        by_code = {part: points for part, points in one.by_code.items()
                   if (one.id, part) in judged}
        by_hand = {part: points for part, points in one.by_code.items() if part not in by_code}
        found.append(replace(one, by_code=by_code, by_hand=one.by_hand | by_hand))
    return tuple(found)


def parts_by_hand(*layouts):
    """Return {(subtask, part): points} of all that is given by hand in these layouts."""
    return {(subtask.id, part): points for layout in layouts for subtask in subtasks_of(layout)
            for part, points in subtask.by_hand.items()}


def by_code(results, layout=KIT):
    """Return {subtask: points by code} of the results of one submission; 0 where none stand."""
    report = CheckReport(results, [], load_assignment())
    return {subtask.id: report.count_points(subtask) or 0 for subtask in subtasks_of(layout)
            if subtask.by_code}
