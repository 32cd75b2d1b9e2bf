"""Finds the problems that keep a report from being complete, before anybody reads it."""

import re

from kit.assignment import SUBTASKS
from kit.files import one_line
from kit.pdf.parts import Place, Problem

PLACEHOLDER = "FILL IN ANSWER"
PLACEHOLDER_AUTHOR = "Group NN"
REMEDY = "run all cells and save, or add --execute"     # for cells that were not run
LEFT_OPEN = re.compile(r"FILL[ _]IN[ _]ANSWER\b|YOUR ANSWER HERE|^\W*TODO\W*$"
                       r"|^\W*(?i:(?:type|write|enter) your answer here)\W*$", re.MULTILINE)
# "2b  Forward", "Task 2b:", "(2b)", "2 (b)", "Exercise 2.b", "Task 2, b)", but not "2D data"
SUBTASK_HEADING = re.compile(r"\W*(?:[^\W\d]+\W+){0,3}(\d)[\s.,:(-]*(?:part\s+)?"
                             r"([a-z]|[A-Z](?=\W*$|[:.)]))"
                             r"(?![\w-])")
TASK_HEADING = re.compile(r"\W*(?:[^\W\d]+\W+)?(\d)(?!\w)")
PART_HEADING = re.compile(r"\W*([a-z])[.)]")             # "b) Forward", beneath "Task 2"
TASK_NAME = re.compile(r"task[ _-]?(\d)(?!\d)", re.IGNORECASE)
KINDS = {  # kind: what the list of problems calls it
    "not-run": "cells not run",
    "out-of-order": "cells run out of order",
    "raised": "cells that raised an error",
    "placeholder": "answers not written",
    "section": "sections of the assignment that are missing",
    "picture": "pictures not shown",
    "formula": "formulas that cannot be drawn",
    "character": "characters that no font has",
    "unprintable": "content that cannot be printed",
}


def problems_of(notebook):
    """Return the problems of a notebook that show before it is printed."""
    return [*not_run(notebook), *out_of_order(notebook), *raised(notebook),
            *placeholders(notebook)]


def code_cells(notebook):
    """Return (number, cell) of the code cells that hold code."""
    return [(number, cell) for number, cell in notebook.cells
            if cell.cell_type == "code" and cell.source.strip()]


def not_run(notebook):
    """Return one problem that lists the cells that were not run, if there are any."""
    code = code_cells(notebook)
    missing = [number for number, cell in code
               if cell.execution_count is None and not cell.outputs]
    if not missing:
        return []
    if len(missing) == len(code):
        words = f"has not been run, so its figures and numbers are missing: {REMEDY}"
        return [Problem("not-run", Place(notebook.name), words)]
    where = Place(notebook.name, missing[0])
    words = "was not run" if len(missing) == 1 else f"was not run, like {cells(missing[1:])}"
    return [Problem("not-run", where, f"{words}: {REMEDY}")]


def out_of_order(notebook):
    """Return a problem if a cell was run before one that stands above it."""
    counted = [(number, cell.execution_count) for number, cell in code_cells(notebook)
               if cell.execution_count is not None]
    for (above, first), (below, second) in zip(counted, counted[1:]):
        if second <= first:
            words = (f"did not run after cell {above}, which stands above it (their numbers are "
                     f"{second} and {first}). Its output may be out of date: restart the kernel, "
                     "run all cells and save")
            return [Problem("out-of-order", Place(notebook.name, below), words)]
    return []


def raised(notebook):
    """Return a problem for each cell that ended in an error, unless it is tagged so."""
    found = []
    for number, cell in code_cells(notebook):
        if "raises-exception" in cell.metadata.get("tags", []):
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                words = f"raised {output.ename}: {output.evalue}"
                found.append(Problem("raised", Place(notebook.name, number), one_line(words)))
    return found


def placeholders(notebook):
    """Return a problem for each answer that is still the placeholder, or empty."""
    found = []
    for number, cell in notebook.cells:
        if cell.cell_type == "code":
            continue
        left_open = LEFT_OPEN.search(without_comments(cell.source))
        empty = "answer" in cell.metadata.get("tags", []) and not cell.source.strip()
        if left_open or empty:
            words = f"the answer is {'empty' if empty else f'still “{left_open[0]}”'}: write it"
            found.append(Problem("placeholder", Place(notebook.name, number), words))
    return found


def without_comments(text):
    """Return Markdown without its HTML comments."""
    first, *others = text.split("<!--")
    return first + "".join(other.partition("-->")[2] for other in others)


def missing_sections(outline, names):
    """Return a problem for each subtask without a section, or with nothing in it.

    outline: [(place, heading or None)] in order; None stands for anything but a heading.
    names:   of the notebooks; those of a task, and those with one of its sections, owe all of it.
    """
    found, current, task = {}, None, None
    for place, heading in outline:
        if heading is not None:
            current = subtask_of(heading, task) or current
            task = task_of(heading) or task
        if heading is not None and current:
            found.setdefault(current, [place, False])
        elif current:
            found[current][1] = True
    owing = {int(match[1]): name for name in reversed(names)
             if (match := TASK_NAME.match(name))}
    owing |= {subtask.task: found[subtask.id][0].notebook
              for subtask in SUBTASKS if subtask.id in found}
    problems = []
    for subtask in SUBTASKS:
        if not subtask.points or subtask.task not in owing:
            continue
        what = f"section {subtask.id} ({subtask.title})"
        if subtask.id not in found:
            words = f"{what} is missing: write it beneath a heading that starts with {subtask.id}"
            problems.append(Problem("section", Place(owing[subtask.task]), words))
        elif not found[subtask.id][1]:
            place = found[subtask.id][0]
            problems.append(Problem("section", place, f"{what} is empty: write it"))
    return problems


def subtask_of(heading, task=None):
    """Return the id of the subtask that a heading announces, beneath that of a task perhaps."""
    match, part = SUBTASK_HEADING.match(heading), PART_HEADING.match(heading)
    name = (match[1] + match[2]).lower() if match else f"{task}{part[1]}" if part else None
    return name if name in {subtask.id for subtask in SUBTASKS} else None


def task_of(heading):
    """Return the number of the task that a heading announces, None if it is another one."""
    match = TASK_HEADING.match(heading)
    return match[1] if match else None


def listing(problems, most=8, rest="--json lists all"):
    """Return the problems as lines of text: by kind, at most so many of each, then `rest`."""
    lines = []
    for kind, title in KINDS.items():
        of_kind = [problem for problem in problems if problem.kind == kind]
        if of_kind:
            lines.append(f"{title}:")
            lines += [f"  {problem}" for problem in of_kind[:most]]
        if len(of_kind) > most:
            lines.append(f"  … and {len(of_kind) - most} more ({rest})")
    return lines


def cells(numbers):
    """Return the words for some cells: cell 3, cells 3 and 5, cells 3 to 9 and 12."""
    runs = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    words = [f"{first}" if first == last else f"{first} to {last}" for first, last in runs]
    joined = ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else words[0]
    return f"cell{'s' if len(numbers) > 1 else ''} {joined}"
