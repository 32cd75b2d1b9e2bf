"""The points of a submission's code, and the parts whose points a person gives."""

import functools
from dataclasses import replace

from kit.check import PASSED
from kit.checking.registry import load_checks
from kit.definition import load_assignment
from staff.layouts import KIT, load_layouts
from staff.record import OPEN

WHOLE = "all", "code"       # stands for all parts by code together, where a person gives points


def divide_subtasks(layout):
    """The assignment's Subtasks, as code and a person grade them in a layout.

    If no check applies to a part in this layout, a person gives its points.
    """
    return divide_once(load_assignment(), layout or KIT)


@functools.lru_cache(maxsize=8)
def divide_once(assignment, layout):
    """The Subtasks of an assignment, divided as by divide_subtasks."""
    judges = load_layouts(assignment)[layout].judges
    judged = {assignment.charge(check) for check in load_checks(assignment)
              if not check.remark and judges(check)}
    divided = []
    for subtask in assignment.subtasks:
        by_code = {part: points for part, points in subtask.by_code.items()
                   if (subtask.id, part) in judged}
        by_hand = {part: points for part, points in subtask.by_code.items() if part not in by_code}
        divided.append(replace(subtask, by_code=by_code, by_hand=subtask.by_hand | by_hand))
    return tuple(divided)


def list_parts_by_hand(*layouts):
    """{(subtask, part): points} of everything that a person grades in these layouts."""
    return {(subtask.id, part): points for layout in layouts for subtask in divide_subtasks(layout)
            for part, points in subtask.by_hand.items()}


def list_parts_by_code(*layouts):
    """{(subtask, part): points} of everything that code grades in these layouts."""
    return {(subtask.id, part): points for layout in layouts for subtask in divide_subtasks(layout)
            for part, points in subtask.by_code.items()}


def count_parts(results, layout):
    """{(subtask, part): points by code} of one submission's Results; None for an open part.

    A part is open if none of its checks failed, but one could not reach the code or did not run.
    """
    charge, states = load_assignment().charge, {}
    for result in results:
        if not result.remark:
            states.setdefault(charge(result), set()).add(result.state)
    return {where: count_part(possible, states.get(where, {OPEN}))
            for where, possible in list_parts_by_code(layout).items()}


def count_part(possible, states):
    """The points of a part whose checks have these states; None if it is open."""
    if states - {PASSED, OPEN}:
        return 0
    return None if OPEN in states else possible


def count_points(results, layout):
    """{subtask: points by code so far} of one submission's Results."""
    totals = {subtask: 0 for subtask, _ in list_parts_by_code(layout)}
    for (subtask, _), points in count_parts(results, layout).items():
        totals[subtask] += points or 0
    return totals
