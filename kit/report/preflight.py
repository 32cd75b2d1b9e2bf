"""Finds the problems of a report before anybody reads it: cells not run, answers missing."""

import re
from pathlib import PurePosixPath

from kit.files import shorten
from kit.handed_out import find_changes
from kit.report.fragments import Place, Problem
from kit.sections import (find_placeholder, find_subtask, find_task, is_empty, list_disorder,
                          list_errors, list_unrun, name_cells)

HEADING = re.compile(r"^ {0,3}(?:#{1,6}[ \t]+|<h[1-6]\b[^>\n]*>)(.+)", re.MULTILINE)
REMEDY = "run all cells and save, or add --execute"     # for cells that were not run
KINDS = {  # kind of problem: its title in a list
    "not-run": "cells not run",
    "out-of-order": "cells run out of order",
    "raised": "cells that raised an error",
    "placeholder": "answers not written",
    "lost": "cells of the assignment that are missing",
    "changed": "cells of the assignment that were changed",
    "section": "sections of the assignment that are missing",
    "picture": "pictures not shown",
    "formula": "formulas that cannot be drawn",
    "character": "characters that no font has",
    "unprintable": "content that cannot be printed",
}


def find_problems(notebook, assignment=None):
    """The problems of a notebook that show before it is printed."""
    return [*find_cells_not_run(notebook), *find_cells_out_of_order(notebook),
            *find_errors(notebook), *find_problems_of_text(notebook, assignment)]


def find_problems_of_text(notebook, assignment=None):
    """The problems that no run of the notebook mends: answers not written, cells lost."""
    return [*find_placeholders(notebook, assignment),
            *(Problem(kind, Place(notebook.name, number), words)
              for kind, number, words in find_changes(notebook, assignment))]


def find_cells_not_run(notebook):
    """One problem that lists all cells that were not run; none if all were."""
    missing, are_all = list_unrun(notebook)
    if not missing:
        return []
    if are_all:
        words = f"has not been run, so its figures and numbers are missing: {REMEDY}"
        return [Problem("not-run", Place(notebook.name), words)]
    where = Place(notebook.name, missing[0])
    others = f", like {name_cells(missing[1:])}" if len(missing) > 1 else ""
    return [Problem("not-run", where, f"was not run{others}: {REMEDY}")]


def find_cells_out_of_order(notebook):
    """One problem if a cell was run before a cell above it."""
    return [Problem("out-of-order", Place(notebook.name, below), (
        f"did not run after cell {above}, which stands above it (their numbers are {count} and "
        f"{count_above}). Its output may be out of date: restart the kernel, run all cells and "
        "save")) for below, count, above, count_above in list_disorder(notebook)[:1]]


def find_errors(notebook):
    """A problem for each cell that ended in an error, unless its tags expect one."""
    return [Problem("raised", Place(notebook.name, number),
                    shorten(f"raised {error.ename}: {error.evalue}"))
            for number, error in list_errors(notebook)]


def find_placeholders(notebook, assignment=None):
    """A problem for each answer that is still the placeholder, or empty."""
    found, section, task = [], None, None
    for number, cell in notebook.cells:
        if cell.cell_type == "code":
            continue
        for heading in HEADING.findall(cell.source):
            section = find_subtask(heading, assignment, task) or section
            task = find_task(heading) or task
        if words := describe_left_open(cell):
            words = f"the answer{f' of {section}' if section else ''} {words}"
            found.append(Problem("placeholder", Place(notebook.name, number), words))
    return found


def describe_left_open(cell):
    """Say what a cell lacks as an answer, and what to do; "" if nothing."""
    if left_open := find_placeholder(cell.source):
        return f"still says “{shorten(left_open[0], 60)}”: write it, and delete these words"
    empty = "answer" in cell.metadata.get("tags", []) and is_empty(cell.source)
    return "is empty: write it" if empty else ""


def find_missing_sections(outline, names, assignment):
    """A problem for each subtask whose section is missing or empty.

    outline: [(place, heading or None)] in order; None stands for anything but a heading
    names:   of the notebooks

    The sections of a notebook of the assignment are due if `names` has it, or if one of them is
    in the outline.
    """
    found, current, task = {}, None, None
    for place, heading in outline:
        if heading is not None:
            current = find_subtask(heading, assignment, task) or current
            task = find_task(heading) or task
        if heading is not None and current:
            found.setdefault(current, [place, False])
        elif current:
            found[current][1] = True
    problems = []
    for name, subtasks in assignment.notebooks.items():
        own = [found[subtask][0].notebook for subtask in subtasks if subtask in found]
        own += [one for one in names if is_named(one, name)]
        for subtask in [assignment.by_id[one] for one in subtasks if own]:
            what = f"section {subtask.id} ({subtask.title})"
            if not subtask.points:
                continue
            if subtask.id not in found:
                words = (f"{what} is missing: write it beneath a heading that starts with "
                         f"{subtask.id}")
                problems.append(Problem("section", Place(own[0]), words))
            elif not found[subtask.id][1]:
                place = found[subtask.id][0]
                problems.append(Problem("section", place, f"{what} is empty: write it"))
    return problems


def belongs_to(notebook, assignment):
    """Whether a notebook is the assignment's: by its name, or because it lies in its folder."""
    return (notebook.folder is None or any(is_named(notebook.name, name)
                                           for name in assignment.notebooks)
            or lies_in(assignment.folder, notebook))


def lies_in(folder, notebook):
    """Whether a notebook lies in a folder, or in one of its folders."""
    return bool(notebook.folder) and notebook.folder.resolve().is_relative_to(folder.resolve())


def is_named(one, name):
    """Whether a notebook has this name, perhaps with more words.

    "Task_1 final.ipynb" is task1.ipynb; task12.ipynb is not.
    """
    letters, own = (re.sub(r"[\W_]", "", PurePosixPath(path).stem.lower()) for path in (one, name))
    return letters.startswith(own) and not letters[len(own):len(own) + 1].isdigit()


def list_problems(problems, most=8, rest="--json lists all"):
    """The problems as lines of text: by kind, at most so many of each, then `rest`."""
    lines = []
    for kind, title in KINDS.items():
        of_kind = [problem for problem in problems if problem.kind == kind]
        if of_kind:
            lines.append(f"{title}:")
            lines += [f"  {problem}" for problem in of_kind[:most]]
        if len(of_kind) > most:
            lines.append(f"  … and {len(of_kind) - most} more ({rest})")
    return lines
