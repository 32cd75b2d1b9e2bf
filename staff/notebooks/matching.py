"""Matches the cells of handed-in notebooks with those of the student edition.

Editors change notebooks: cells lose their ids, move, are doubled, or turn from code into Markdown.
A cell is still known by nbgrader's name for it, by its id or by its text. So a change gives a note
and costs no points.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from kit.definition import load_assignment
from kit.handed_out import describe_change, match_cells
from kit.notebook_files import nbformat, read_notebook
from kit.sections import find_subtask, find_task
from staff.release.notebook_stripping import find_role, find_section, strip_notebook
from staff.layouts import KIT
from staff.record import Finding

MOST_NOTES = 12     # on one notebook
MOST_COMPARED = 300_000     # letters of a notebook whose cells are compared
# "Task 3a-c", "3a, 3b and 3c": one answer to several subtasks of a task
SEVERAL = re.compile(r"\W*(?:[^\W\d]+\W+)?(\d)\s*[a-z]\)?\s*(?:[-–—,+&/]|to\b|and\b)+\s*"
                     r"(?:\1\s*)?[a-z]\b", re.IGNORECASE)


@dataclass(frozen=True)
class Given:
    """A cell of the student edition."""

    notebook: str       # its file's name
    id: str
    cell_type: str
    role: str           # its tag: answer, given, …
    source: str
    ignored: bool       # whether its output differs from machine to machine

    @property
    def subtask(self):
        """The subtask that its id names; "" if it names none."""
        return find_section(self, load_assignment()) or ""


@dataclass(frozen=True)
class Placed:
    """A cell of a handed-in notebook, or the part of a cell below a heading."""

    notebook: str
    number: int         # of the cell, from 1
    cell: dict
    given: Given        # the cell of the student edition that it was; None if it was none
    subtask: str        # in whose section it stands; "" for none
    task: str = ""      # in whose section it stands, if that has no subtask's heading yet


@lru_cache(maxsize=4)
def read_given_cells(assignment):
    """{(notebook, id): Given} of an assignment's student edition, in order."""
    found = {}
    for path in assignment.notebook_paths:
        reference = {cell.id: cell for cell in read_notebook(path).node.cells}
        for cell in make_clean_copies(assignment)[path.name].cells:
            role = find_role(reference[cell.id])
            ignored = "nbval-ignore-output" in reference[cell.id].metadata.get("tags", [])
            found[path.name, cell.id] = Given(path.name, cell.id, cell.cell_type, role,
                                              cell.source, ignored)
    return found


@lru_cache(maxsize=4)
def make_clean_copies(assignment):
    """{file's name: notebook} of the student edition."""
    return {path.name: strip_notebook(read_notebook(path).node, path.name, assignment)[0]
            for path in assignment.notebook_paths}


def place_cells(notebooks, layout):
    """The Placed cells of handed-in notebooks, in order."""
    known = read_given_cells(load_assignment()) if layout == KIT else {}
    by_id, by_source = {}, {}
    for given in known.values():
        by_id.setdefault(given.id, []).append(given)
        by_source.setdefault(given.source.strip(), []).append(given)
    found = []
    for notebook in notebooks:
        name, subtask, task = PurePosixPath(notebook.name).name, "", None
        for number, cell in notebook.cells:
            given = (find_by_id(cell, name, known, by_id)
                     or choose(by_source.get(cell.source.strip(), ()), name, subtask))
            if given is not None:
                subtask = given.subtask
            if given is not None or cell.cell_type == "code":
                found.append(Placed(notebook.name, number, cell, given, subtask))
                continue
            pieces = split_sections(cell.source, subtask, task)
            for text, subtask, task in pieces:
                piece = nbformat.from_dict({**cell, "source": text})
                found.append(Placed(notebook.name, number, piece, None, subtask,
                                    "" if subtask else task or ""))
    return found


def find_by_id(cell, name, known, by_id):
    """The Given that a cell names by its metadata or id; None if it names none."""
    for claim in (cell.metadata.get("nbgrader", {}).get("grade_id"), cell.get("id")):
        if claim is not None:
            given = known.get((name, claim)) or choose(by_id.get(claim, ()), name)
            if given is not None:
                return given
    return None


def choose(candidates, name, subtask=None):
    """The candidate in the notebook of this name, or the only candidate, or None.

    subtask: the section's. It decides between several candidates, such as empty answers.
    """
    chosen = [given for given in candidates if given.notebook == name] or candidates
    if len(chosen) > 1:
        chosen = [given for given in chosen if given.subtask == subtask]
    return chosen[0] if len(chosen) == 1 else None


def split_sections(source, subtask, task):
    """Yield (text, subtask, task) of the pieces of a text, which is split at its headings."""
    lines = []
    for line in source.split("\n"):
        after = follow_heading(find_heading(line), subtask, task)
        if after != (subtask, task) and any(one.strip() for one in lines):
            yield "\n".join(lines), subtask, task
            lines = []
        subtask, task = after
        lines.append(line)
    yield "\n".join(lines), subtask, task


def follow_heading(heading, subtask, task):
    """The subtask and the task after a heading. The heading may be "" or about something else."""
    if several := SEVERAL.match(heading):
        return "", several[1]
    name = heading and find_subtask(heading, load_assignment(), task)
    if name:
        return name, name[0]
    number = heading and find_task(heading)
    return ("", number) if number and number != task else (subtask, task)


def find_heading(line):
    """The words of a heading, or of a line that looks like one; else ""."""
    line = line.strip()
    if line.startswith("#"):
        return line.lstrip("#").strip()[:200]
    bare = line.strip("*_: ")
    if line.startswith(("**", "__")) and len(bare) < 80 or \
            bare.lower().startswith(("task", "exercise", "problem")) and len(bare) < 40:
        return bare
    return ""


def note_changes(notebooks):
    """Notes on cells of the student edition that are missing, doubled or changed."""
    assignment, found = load_assignment(), []
    for notebook in notebooks:
        clean = make_clean_copies(assignment).get(PurePosixPath(notebook.name).name)
        if clean is None:
            continue
        if sum(len(cell.source) for _, cell in notebook.cells) > MOST_COMPARED:
            found.append(make_note(notebook.name, 0, "it is too long to compare its cells"))
            continue
        here = [make_note(notebook.name, one.number or 0, f"{one.words} {words}")
                for one in match_cells(notebook.cells, clean.cells, assignment)
                if (words := describe_change(one))]
        found += here[:MOST_NOTES]
        if len(here) > MOST_NOTES:
            more = len(here) - MOST_NOTES
            found.append(make_note(notebook.name, 0, f"{more} more cells were changed"))
    return found


def make_note(notebook, number, words):
    """A Finding that costs nothing."""
    return Finding("reading", "note", words, notebook, number)
