"""Compares notebooks with their clean copies: are the cells there that were handed out?

The student edition holds a clean copy of each notebook. The reference edition has none, so
nothing is compared there; the grader makes the copies itself. Editors change notebooks: cells lose
their ids, move, are split or merged. A cell is known by nbgrader's name for it, by its id or by
its text. One that a student has filled in is also known by its place.
"""

import functools
import itertools
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from kit.cell_texts import is_prose, is_same, squeeze
from kit.files import shorten
from kit.notebook_files import read_notebook
from kit.sections import REMOVED, find_subtask, name_cells

CLEAN = "assignment/clean"      # the folder of the clean copies
START = "start"                 # the name of what stands above the first section
# what stands where a student writes
BLANK = re.compile(r"raise NotImplementedError\(|^ *\w+ *= None    # task ", re.MULTILINE)
SHORTEST, MOST_PIECES = 6, 9    # letters of a cell found in another one, cells that one became
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
    merged:  the number of the cell that holds it together with others; None if it has its own.
    """

    cell: dict
    section: str
    answer: bool
    found: list = field(default_factory=list)
    claimed: bool = False
    merged: int = None

    @property
    def is_blank(self):
        """Whether a student has to edit it."""
        return self.answer or bool(BLANK.search(self.cell.source))

    @property
    def is_edited(self):
        """Whether a cell that says something to the student, or computes, says it no longer."""
        texts = [cell.source for _, cell in self.found]
        return bool(texts) and not self.is_blank and not any(
            is_same(text, self.cell) for text in [*texts, "\n".join(texts)])

    @property
    def number(self):
        """The number of the cell that it is in; None if there is none."""
        return self.merged or (self.found[0][0] if self.found else None)

    @property
    def kind(self):
        """What kind of cell its first cell is."""
        return self.found[0][1].cell_type

    @property
    def is_doubled(self):
        """Whether it was copied; one that was split into neighbours was not."""
        numbers = [number for number, _ in self.found]
        if len({cell.source for _, cell in self.found}) < len(numbers):
            return True
        return self.claimed and numbers[-1] - numbers[0] >= len(numbers)

    @property
    def hidden(self):
        """The tag by which the report does not show this answer; "" if there is none."""
        tags = {tag for _, cell in self.found for tag in cell.metadata.get("tags", [])}
        return min(tags & (REMOVED["cell"] | REMOVED["input"]), default="") if self.answer else ""

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
        return f"the given cell “{shorten(first.lstrip('# '), 40)}”"


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
    for one, words in list_changed(notebook.cells, clean.cells, assignment):
        restore = f"`python -m kit restore {notebook.name} {one.section or START}`"
        is_lost = not one.found and not one.merged
        advice = f"{restore} puts it back" if is_lost else advise(one)
        if one.is_edited:
            advice += f". {restore} puts it back, and keeps yours"
        found.append(("lost" if is_lost else "changed", one.number,
                      f"{one.words} {words}: {advice}"))
    return found


def list_changed(cells, clean, assignment):
    """[(HandedOut, how it has changed)] of those that have changed.

    One whose cell holds others too is left out: those are named.
    """
    matched = match_cells(cells, clean, assignment)
    merged = {one.merged for one in matched} - {None}
    return [(one, words) for one in matched if (words := describe_change(one)) and (
        one.merged or not holds(one) or not merged & {number for number, _ in one.found})]


def describe_change(one):
    """How a HandedOut has changed; "" if it has not."""
    if one.merged:
        return f"stands in cell {one.merged} together with other text"
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
    if one.merged:
        return "split that cell (Edit > Split Cell)"
    if one.is_doubled:
        return "keep one"
    if one.kind != one.cell.cell_type:
        return TURN[one.cell.cell_type]
    return "remove the tag" if one.hidden else \
        "write your own code and text into cells of your own"


def holds(one):
    """Whether a cell of a HandedOut holds all its text, perhaps with more."""
    return any(squeeze(one.cell.source) in squeeze(cell.source) for _, cell in one.found)


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
    match_by_text(found, rest, lambda cell, clean: cell.cell_type == clean.cell_type)
    match_by_text(found, rest, lambda cell, clean: True)
    join_pieces(found, rest)
    match_by_place(found, rest, lambda cell, clean: cell.cell_type == clean.cell_type)
    match_by_place(found, rest, lambda cell, clean: clean.cell_type == "markdown"
                   and is_prose(cell))
    find_merged(found, cells)
    return found


def match_by_text(found, rest, fits):
    """Give cells of the rest to those of the same text that have none; fits(cell, clean)."""
    for number, cell in [*rest]:
        one = next((one for one in found if not one.found and is_same(cell.source, one.cell)
                    and fits(cell, one.cell)), None)
        if one:
            one.found.append((number, cell))
            rest.remove((number, cell))


def join_pieces(found, rest):
    """Give a cell that was split its pieces: neighbours that say together what it said."""
    for one in found:
        if one.is_blank or one.found and not one.is_edited:
            continue
        for first in one.found[:1] or [*rest]:
            pieces = [first]
            while len(squeeze(text := "\n".join(cell.source for _, cell in pieces))) \
                    < len(squeeze(one.cell.source)) and len(pieces) < MOST_PIECES:
                following = [pair for pair in rest if pair[0] == pieces[-1][0] + 1]
                if not following:
                    break
                pieces += following
            if is_same(text, one.cell):
                one.found = pieces
                rest[:] = [pair for pair in rest if pair not in pieces]
                break


def match_by_place(found, rest, fits):
    """Give blanks that have no cell those at their place; fits(cell, clean).

    If neighbours lack too, each has one cell, and the last has those that are left.
    """
    for at, one in enumerate(found):
        if one.is_blank and not one.found:
            here = [(number, cell) for number, cell
                    in list_between(rest, found[:at], found[at + 1:]) if fits(cell, one.cell)]
            waiting = itertools.takewhile(lambda other: not other.found, found[at + 1:])
            others = sum(other.is_blank and other.cell.cell_type == one.cell.cell_type
                         for other in waiting)
            one.found = here[:max(1, len(here) - others)]
            rest[:] = [pair for pair in rest if pair not in one.found]


def find_merged(found, cells):
    """Note which cell holds those that have no cell of their own."""
    texts = [(number, squeeze(cell.source)) for number, cell in cells]
    for at, one in enumerate(found):
        if one.found:
            continue
        if not one.is_blank and len(own := squeeze(one.cell.source)) >= SHORTEST:
            one.merged = next((number for number, text in texts if own in text), None)
        sides = (reversed(found[:at]), found[at + 1:]) if one.answer else ()
        for beside in (next((other for other in side if other.found), None) for side in sides):
            if beside and beside.is_edited and holds(beside):
                one.merged = beside.found[0][0]


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
