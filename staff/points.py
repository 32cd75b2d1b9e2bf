"""The points of a submission's code, and the parts whose points a person gives."""

import functools
from dataclasses import replace

from kit.check import CheckReport
from kit.checking.registry import load_checks
from kit.definition import load_assignment
from staff.layouts import KIT, load_layouts


def divide_subtasks(layout):
    """The assignment's Subtasks, as code and a person grade them in a layout.

    If no check applies to a part in this layout, a person gives its points.
    """
    return divide_once(load_assignment(), layout or KIT)


@functools.lru_cache(maxsize=8)
def divide_once(assignment, layout):
    """The Subtasks of an assignment, divided as by divide_subtasks."""
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


def list_parts_by_hand(*layouts):
    """{(subtask, part): points} of everything that a person grades in these layouts."""
    return {(subtask.id, part): points for layout in layouts for subtask in divide_subtasks(layout)
            for part, points in subtask.by_hand.items()}


def count_points(results, layout=KIT):
    """{subtask: points by code} of one submission's Results; 0 where there are none."""
    report = CheckReport(results, [], load_assignment())
    return {subtask.id: report.count_points(subtask) or 0 for subtask in divide_subtasks(layout)
            if subtask.by_code}
