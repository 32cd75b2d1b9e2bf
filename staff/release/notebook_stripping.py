"""From a reference notebook to the student's, and back. Each cell has one of these tags:

question  the heading stays; the text becomes the subtask's question
answer    becomes a place to answer
solution  code that is an answer; left out
staff     checks and remarks that give results away; left out
given     stays; in its code a stub replaces a solution, as in staff/release/stripping.py

A cell without a tag is refused, so a forgotten tag hands nothing out. Outputs are left out.
Questions and answers carry nbgrader's metadata, schema 3.
"""

import copy
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from kit.files import Refused
from kit.notebook_files import nbformat
from kit.sections import PLACEHOLDER, find_subtask
from staff.release.stripping import restore_text, strip

ROLES = ("question", "answer", "solution", "staff", "given")
RANDOM_ID = re.compile(r"[0-9a-f]{8}(-|$)")      # as Jupyter gives to new cells
OTHER_TAGS = re.compile("nbval-.+|remove-.+|hide-.+|raises-exception")


@dataclass(frozen=True)
class Change:
    """How the student edition changes one cell of the reference.

    index:   of the cell in the reference.
    cell:    the reference's cell.
    student: the student's cell; None where it is left out.
    cuts:    of its code.
    """

    index: int
    cell: dict
    student: dict
    cuts: list


def strip_notebook(node, name, assignment):
    """The student's notebook and the changes; Refused names a cell that is wrong.

    name: of the notebook's file, for refusals; assignment: whose notebook it is.
    """
    reference, changes = remove_outputs(node), []
    for index, cell in enumerate(reference.cells):
        student, cuts = strip_cell(cell, f"{name}, cell {cell.id}", assignment)
        if student != cell:
            changes.append(Change(index, cell, student, cuts))
    check_complete(reference, name, assignment)
    student = copy.deepcopy(reference)
    for change in changes:
        student.cells[change.index] = change.student
    student.cells = [cell for cell in student.cells if cell is not None]
    return student, changes


def remove_outputs(node):
    """A copy of a notebook without outputs and execution counts."""
    nothing = {"outputs": [], "execution_count": None}
    cells = [{**cell, **nothing} if cell.cell_type == "code" else cell for cell in node.cells]
    return copy.deepcopy(nbformat.from_dict({**node, "cells": cells}))


def find_role(cell, place=""):
    """The role that a cell's tags give it."""
    tags = cell.metadata.get("tags", [])
    roles = [tag for tag in tags if tag in ROLES]
    unknown = [tag for tag in tags if tag not in ROLES and not OTHER_TAGS.fullmatch(tag)]
    if unknown:
        raise Refused(f"{place}: the tag {unknown[0]!r} is not known: expected one of "
                      f"{', '.join(ROLES)}")
    if len(roles) > 1:
        raise Refused(f"{place}: the tags {' and '.join(roles)} exclude each other: keep one")
    if not roles:
        raise Refused(f"{place}: the cell needs one of the tags {', '.join(ROLES)}")
    return roles[0]


def strip_cell(cell, place, assignment):
    """The student's cell, None where it is left out, and the cuts of its code."""
    role, student, cuts = find_role(cell, place), copy.deepcopy(cell), []
    if role in ("solution", "staff"):
        return None, []
    if role in ("question", "answer"):
        subtask = require_subtask(cell, place, assignment)
        if role == "question":
            heading = cell.source.split("\n", 1)[0]
            student.source = f"{heading}\n\n{' '.join(subtask.question.split())}"
        else:
            student.source = PLACEHOLDER
        student.metadata.update(build_nbgrader_metadata(cell.id, subtask, role))
        student.pop("attachments", None)
    elif cell.cell_type == "code":
        student.source, cuts = strip(cell.source, place, assignment.by_id)
    tags = [tag for tag in cell.metadata.get("tags", []) if not tag.startswith("nbval")]
    student.metadata.pop("tags", None)
    if tags:
        student.metadata["tags"] = tags
    return student, cuts


def require_subtask(cell, place, assignment):
    """The subtask that the first part of a cell's id names."""
    name = find_section(cell, assignment)
    if name is None:
        raise Refused(f"{place}: there is no subtask {cell.id.split('-')[0]}: expected one of "
                      f"{', '.join(assignment.by_id)}")
    return assignment.by_id[name]


def find_section(cell, assignment):
    """The id of the subtask that begins a cell's id, None if there is none."""
    names = [name for name in assignment.by_id
             if f"{cell.id}-".startswith(f"{name_section(name)}-")]
    return max(names, key=len, default=None)


def list_sections(cells, assignment):
    """(number, cell, how the ids of its section begin) of each cell, None above the first.

    A section begins with a heading of the second level. Its first cell decides how ids begin.
    """
    found, section = [], None
    for number, cell in enumerate(cells, 1):
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            section = choose_section(cell, assignment)
        found.append((number, cell, section))
    return found


def choose_section(cell, assignment):
    """How ids begin in the section of a heading: as its own id, or as its words say."""
    words, own = cell.source.split("\n", 1)[0].lstrip("# "), cell.get("id", "")
    subtask = find_section(cell, assignment)
    if not subtask and RANDOM_ID.match(own):
        subtask = find_subtask(words, assignment)
        own = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:20]
    return name_section(subtask) if subtask else own.split("-")[0]


def is_within(cell, section):
    """Whether a cell's id begins as those of its section do."""
    return cell.get("id", "").startswith(f"{section}-")


def name_section(subtask):
    """How a subtask's id begins the ids of cells, where Jupyter allows no other signs."""
    return re.sub(r"[^\w-]", "_", subtask)


def build_nbgrader_metadata(cell_id, subtask, role):
    """The metadata of a question or an answer, for nbgrader and for Jupyter.

    nbgrader has no written answer without points; those by hand are its points.
    """
    answer = role == "answer"
    nbgrader = {"schema_version": 3, "grade_id": cell_id, "cell_type": "markdown",
                "grade": answer, "solution": answer, "locked": not answer, "task": False}
    if answer:
        return {"nbgrader": nbgrader | {"points": sum(subtask.by_hand.values())},
                "deletable": False}
    return {"nbgrader": nbgrader, "deletable": False, "editable": False}


def check_complete(reference, name, assignment):
    """Raise Refused unless each subtask has its question, and an answer if one is marked."""
    for subtask in list_subtasks(name, assignment):
        roles = [find_role(cell) for cell in reference.cells
                 if find_section(cell, assignment) == subtask.id]
        if roles.count("question") != 1:
            raise Refused(f"{name}: subtask {subtask.id} has {roles.count('question')} cells with "
                          "the tag question: expected one")
        if roles.count("answer") > 1 or subtask.by_hand and "answer" not in roles:
            raise Refused(f"{name}: subtask {subtask.id} has {roles.count('answer')} cells with "
                          "the tag answer: expected one")


def list_subtasks(name, assignment):
    """The Subtasks of the notebook with a name, perhaps without its folder."""
    return [assignment.by_id[subtask] for notebook, subtasks in assignment.notebooks.items()
            if PurePosixPath(notebook).name == PurePosixPath(name).name for subtask in subtasks]


def restore_notebook(student, changes, name):
    """The reference, without outputs, from the student's notebook and the changes."""
    node = copy.deepcopy(student)
    for change in changes:
        if change.student is None:
            node.cells.insert(change.index, copy.deepcopy(change.cell))
            continue
        here = node.cells[change.index] if change.index < len(node.cells) else None
        if here is None or (here.id, here.metadata) != (change.cell.id, change.student.metadata):
            raise Refused(f"{name}, cell {change.cell.id}: the reference cannot be put back: the "
                          "student's cell is not here")
        if change.cuts:
            here.source = restore_text(here.source, change.cuts, f"{name}, cell {here.id}")
        elif here.source == change.student.source:
            here.source = change.cell.source
        here.metadata = copy.deepcopy(change.cell.metadata)
    return node
