"""Whether the parts of an assignment fit together: definition, checks, guide, notebooks, data.

The release and the grader look at this before anything else. So a slip of the instructor costs a
sentence, and not an evening.
"""

import inspect
import sys
from pathlib import Path

from kit.checking.registry import load_checks
from kit.definition import TOML, find_deadline_line
from kit.files import Refused
from kit.notebook_files import read_notebook
from staff.lateness import read_extensions
from staff.guide import read_guide
from staff.release.notebook_stripping import (find_role, find_section, is_within, list_sections,
                                              list_subtasks)
from staff.times import find_zone


def check_assignment(assignment):
    """Raise Refused, a line for each mistake, unless all parts of an assignment fit together."""
    found = []
    for find in (find_wrong_lists, find_wrong_points, find_wrong_files, find_wrong_deadline,
                 find_wrong_guide, find_wrong_notebooks):
        found += find(assignment)
        if found and find in (find_wrong_lists, find_wrong_files):
            break       # the other parts cannot be read then
    if found:
        raise Refused("\n".join(found))


def find_wrong_lists(assignment):
    """Yield sentences on names in assignment.toml that name nothing."""
    listed = [name for names in assignment.notebooks.values() for name in names]
    for name in listed:
        if name not in assignment.by_id:
            yield (f"{assignment.find_line('[notebooks]')}: it lists {name}, and there is no such "
                   "subtask: correct the name")
        elif listed.count(name) > 1:
            yield f"{TOML}: [notebooks] lists {name} more than once: keep one"
    for subtask in assignment.subtasks:
        place = assignment.find_subtask_line(subtask.id)
        if subtask.id not in listed:
            yield f"{place}: no notebook has the subtask {subtask.id}: add it in [notebooks]"
        other, part = subtask.charge("")
        if subtask.counts_in and part not in getattr(assignment.by_id.get(other), "by_code", ()):
            yield (f"{place}: counts_in = {subtask.counts_in!r} is no part with points by code: "
                   'write it as "2c helpers"')


def find_wrong_points(assignment):
    """Yield sentences on points that no check decides, checks without points, and a wrong sum."""
    total = sum(subtask.points for subtask in assignment.subtasks)
    if total != assignment.points:
        yield (f"{assignment.find_line('points = ')}: points = {assignment.points}, but the "
               f"subtasks have {total} together: correct one of them")
    checks = [one for one in load_checks(assignment) if not one.remark]
    judged = {assignment.charge(one) for one in checks}
    for subtask in assignment.subtasks:
        for part in subtask.by_code:
            if (subtask.id, part) not in judged:
                yield (f"{assignment.find_subtask_line(subtask.id)}: the part {part} of "
                       f"{subtask.id} has points by code and no check: write one in "
                       "assignment/checks, or give the points by hand")
    for one in checks:
        subtask, part = assignment.charge(one)
        if part not in getattr(assignment.by_id.get(subtask), "by_code", ()):
            file = Path(sys.modules[one.run.__module__].__file__)
            line = inspect.getsourcelines(inspect.unwrap(one.run))[1]
            yield (f"{file.relative_to(assignment.folder)}:{line}: this check decides the part "
                   f"{part} of {subtask}, which has no points by code in {TOML}: add them, or "
                   "correct the check")


def find_wrong_files(assignment):
    """Yield sentences on files that are missing, and data with another checksum."""
    for name in (*assignment.scripts, *assignment.notebooks, *assignment.settings,
                 *assignment.given):
        if not (assignment.folder / name).is_file():
            yield f"{assignment.find_line(name)}: {name} is not there: add the file, or correct it"
    for name in assignment.data:
        try:
            assignment.check_data(name)
        except Refused as refusal:
            yield (f"{assignment.find_line(name)}: {refusal}. Is the data new on purpose? Then "
                   "write its sha256 there")


def find_wrong_deadline(assignment):
    """Yield a sentence on a time zone that is not known, or a line of the extensions."""
    if assignment.deadline is None:
        return
    for name, read in (("zone", lambda: find_zone(assignment.deadline)),
                       ("extensions", lambda: read_extensions(assignment))):
        try:
            read()
        except Refused as refusal:
            yield f"{find_deadline_line(assignment.folder / TOML, name)}: {refusal}"
            return


def find_wrong_guide(assignment):
    """Yield a sentence on the marking guide if it lacks a part, or has other points."""
    try:
        read_guide()
    except Refused as refusal:
        yield str(refusal)


def find_wrong_notebooks(assignment):
    """Yield sentences on headings and ids of cells that differ from what is expected."""
    for name in assignment.notebooks:
        cells, questions = read_notebook(assignment.folder / name).node.cells, []
        for number, cell, section in list_sections(cells, assignment):
            place = f"{name}, cell {number}"
            if section and not is_within(cell, section):
                yield (f"{place}: its id {cell.id} does not begin with {section}-, as in the rest "
                       "of its section: `python -m staff ids` gives it such an id")
            if find_role(cell, place) == "question":
                questions.append(find_section(cell, assignment))
                if questions[-1]:
                    yield from find_wrong_heading(cell, assignment.by_id[questions[-1]], place)
        expected = [subtask.id for subtask in list_subtasks(name, assignment)]
        if questions != expected:
            yield (f"{name}: its questions are of {', '.join(map(str, questions)) or 'nothing'}, "
                   f"expected {', '.join(expected)} as in {assignment.find_line(name)}: correct "
                   "one of them")


def find_wrong_heading(cell, subtask, place):
    """Yield a sentence if a question's heading is not the one that assignment.toml gives."""
    heading = cell.source.split("\n", 1)[0]
    expected = write_heading(subtask)
    if heading.lstrip("#") != expected:
        yield (f"{place}: its heading is “{heading.lstrip('#').strip()}”, expected "
               f"“{expected.strip()}” as in {TOML}: correct one of them")


def write_heading(subtask):
    """The heading of a subtask, without its signs #."""
    points = f"{subtask.points} point{'s' if subtask.points != 1 else ''}"
    return f" {subtask.id}  {subtask.title} ({points})"
