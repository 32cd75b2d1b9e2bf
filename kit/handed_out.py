"""Compares notebooks with their clean copies: are the cells there that were handed out?

The student edition holds a clean copy of each notebook. The reference edition has none, so
nothing is compared there; the grader makes the copies itself. Editors change notebooks: cells lose
their ids, move, or are split in two. A cell is known by nbgrader's name for it, by its id or by
its text. One that a student has filled in is also known by its place.
"""

import ast
import contextlib
import functools
import re
import warnings
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from kit.files import one_line
from kit.notebook_files import read_notebook
from kit.sections import find_subtask, name_cells

CLEAN = "assignment/clean"      # the folder of the clean copies
START = "start"                 # the name of what stands above the first section
STUB = "raise NotImplementedError("
LONGEST = 20_000                # letters of a code cell that is read as code
KINDS = {"code": "a code cell", "raw": "a raw cell", "markdown": "a Markdown cell"}
TURN = {"code": "turn it back into code (Esc, then Y)",
        "markdown": "turn it back into Markdown (Esc, then M)",
        "raw": "turn it back into a raw cell (Esc, then R)"}


@dataclass
class HandedOut:
    """A cell of the clean copy, and the cells of a student's notebook that it is now.

    section: the subtask in whose section it stands; "" above the first.
    answer:  whether it is the place of an answer.
    found:   [(number, cell)]
    claimed: whether these have its name; otherwise they were found by text or place.
    """

    cell: dict
    section: str
    answer: bool
    found: list = field(default_factory=list)
    claimed: bool = False

    @property
    def is_blank(self):
        """Whether a student has to edit it."""
        return self.answer or STUB in self.cell.source

    @property
    def is_edited(self):
        """Whether a cell that says something to the student, or computes, says it no longer."""
        return bool(self.found) and not self.is_blank and not any(
            is_same(cell, self.cell) for _, cell in self.found)

    @property
    def number(self):
        """The number of its first cell; None if there is none."""
        return self.found[0][0] if self.found else None

    @property
    def kind(self):
        """What kind of cell its first cell is."""
        return self.found[0][1].cell_type

    @property
    def is_doubled(self):
        """Whether it was copied; one that was split into neighbours was not."""
        numbers, texts = [number for number, _ in self.found], {
            cell.source for _, cell in self.found}
        is_split = numbers[-1] - numbers[0] == len(numbers) - 1 and len(texts) == len(numbers)
        return self.claimed and len(numbers) > 1 and not is_split

    @property
    def hidden(self):
        """The tag by which the report does not show this answer; "" if there is none."""
        tags = {tag for _, cell in self.found for tag in cell.metadata.get("tags", [])}
        return min({"remove-cell", "remove-input"} & tags, default="") if self.answer else ""

    @property
    def where(self):
        """Its section in a sentence, unless its name says it."""
        return f" in section {self.section}" if self.section and not self.answer else ""

    @property
    def words(self):
        """Its name in a sentence."""
        if self.answer:
            return f"the answer of {self.section}"
        first = next((line for line in self.cell.source.split("\n")
                      if line.strip() and not line.startswith("#|")), "")
        return f"the given cell “{one_line(first.lstrip('# '), 40)}”"


@functools.lru_cache(maxsize=8)
def read_clean(assignment, name):
    """The clean copy of a notebook; None if there is none. name: of its file."""
    file = assignment.folder / CLEAN / PurePosixPath(name).name
    return read_notebook(file).node if file.is_file() else None


def find_changes(notebook, assignment):
    """[(kind, number or None, words)] of handed-out cells that are "lost" or "changed"."""
    clean = assignment and read_clean(assignment, notebook.name)
    if not clean:
        return []
    found = []
    for one in match_cells(notebook.cells, clean.cells, assignment):
        if words := describe_change(one):
            restore = f"`python -m kit restore {notebook.name} {one.section or START}`"
            advice = advise(one) if one.found else f"{restore} puts it back"
            if one.is_edited:
                advice += f". {restore} puts it back, and keeps yours"
            found.append(("changed" if one.found else "lost", one.number,
                          f"{one.words} {words}: {advice}"))
    return found


def describe_change(one):
    """How a HandedOut has changed; "" if it has not."""
    if not one.found:
        return f"is missing{one.where}"
    if one.is_doubled:
        numbers = [number for number, _ in one.found]
        return f"is there {len(numbers)} times ({name_cells(numbers)})"
    if one.kind != one.cell.cell_type:
        return f"is now {KINDS.get(one.kind, 'another kind of cell')}"
    if one.hidden:
        return f"has the tag {one.hidden}, so the report does not show it"
    return f"was changed{one.where}" if one.is_edited else ""


def advise(one):
    """What a student does about a HandedOut that was changed."""
    if one.is_doubled:
        return "keep one"
    if one.kind != one.cell.cell_type:
        return TURN[one.cell.cell_type]
    return "remove the tag" if one.hidden else \
        "write your own code and text into cells of your own"


def is_same(cell, clean):
    """Whether a cell says what its clean copy says."""
    return spell(cell.source, clean.cell_type) == spell(clean.source, clean.cell_type)


def spell(source, kind):
    """A text that is the same for cells that say the same: without spaces, in code comments."""
    if kind == "code" and len(source) <= LONGEST:
        with warnings.catch_warnings(), contextlib.suppress(
                SyntaxError, ValueError, RecursionError, MemoryError):      # %matplotlib is none
            warnings.simplefilter("ignore")
            return ast.dump(ast.parse(source))
    return "".join(source.split())


# ---------------------------------------------------------------------------- which cell is which

def match_cells(cells, clean, assignment):
    """The HandedOut cells of a clean copy, in order. cells: [(number, cell)] of a student's."""
    found = list_handed_out(clean, assignment)
    names, rest = {one.cell.id: one for one in found}, []
    for number, cell in cells:
        one = find_named(cell, names)
        (one.found if one else rest).append((number, cell))
        if one:
            one.claimed = True
    waiting = {}
    for one in found if rest else ():
        if not one.found:
            kind = one.cell.cell_type
            waiting.setdefault((kind, spell(one.cell.source, kind)), []).append(one)
    for number, cell in [*rest] if waiting else ():
        if same := waiting.get((cell.cell_type, spell(cell.source, cell.cell_type))):
            same.pop(0).found.append((number, cell))
            rest.remove((number, cell))
    for at, one in enumerate(found):
        if one.is_blank and not one.found:
            one.found = [(number, cell) for number, cell
                         in list_between(rest, found[:at], found[at + 1:])
                         if cell.cell_type == one.cell.cell_type]
    return found


def find_named(cell, names):
    """The value in {name: value} that a cell's nbgrader name or id has; None if there is none."""
    nbgrader = cell.metadata.get("nbgrader")
    claims = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None, cell.get("id")
    return next((names[one] for one in claims if isinstance(one, str) and one in names), None)


def list_handed_out(clean, assignment):
    """The HandedOut cells of a clean copy, not yet matched."""
    found, section = [], ""
    for cell in clean:
        tags = cell.metadata.get("tags", [])
        if "question" in tags:
            section = find_subtask(cell.source.lstrip("# "), assignment) or section
        found.append(HandedOut(cell, section, "answer" in tags))
    return found


def list_between(rest, above, below):
    """[(number, cell)] of what was written between the cells above and those below."""
    numbers = [[number for one in side for number, _ in one.found] for side in (above, below)]
    first, last = max(numbers[0], default=0), min(numbers[1], default=float("inf"))
    return [(number, cell) for number, cell in rest
            if first < number < last and re.search(r"\w", cell.source)]
