"""What a handed-in notebook has of the student edition: which cells, where, and of what kind.

Notebooks change hands and editors: cells lose their ids, move, come twice, or turn from code into
Markdown. All of that costs a note and nothing else, because a cell is known by whatever is left:
nbgrader's name of it, its id, or its text.
"""

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from kit.definition import load_assignment
from kit.notebook_files import nbformat, read_notebook
from kit.sections import find_subtask, find_task, name_cells
from staff.release.notebook_stripping import find_role, find_section, strip_notebook
from staff.layouts import KIT
from staff.record import Finding

MOST_NOTES = 12     # of one notebook
KINDS = {"code": "code", "markdown": "text", "raw": "raw text"}


@dataclass(frozen=True)
class Given:
    """A cell of the student edition.

    notebook: its file's name; at: its place there; role: its tag in the reference.
    ignored:  whether its output differs from machine to machine.
    """

    notebook: str
    at: int
    id: str
    kind: str
    role: str
    source: str
    ignored: bool

    @property
    def subtask(self):
        """The subtask that its id names, "" if it names none."""
        return find_section(self, load_assignment()) or ""


@dataclass(frozen=True)
class Placed:
    """A cell of a handed-in notebook, or the part of one beneath a heading, and what it is.

    number:  of the cell, from 1.
    given:   the cell of the student edition that it was, None for another one.
    subtask: whose section it stands in, "" for none.
    """

    notebook: str
    number: int
    cell: dict
    given: Given
    subtask: str


def given_cells():
    """Return {(notebook, id): Given} of the student edition, in its order."""
    return read_given(load_assignment())


@lru_cache(maxsize=4)
def read_given(assignment):
    """Return {(notebook, id): Given} of an assignment."""
    found = {}
    for path in assignment.notebook_paths:
        reference = read_notebook(path).node
        student, _ = strip_notebook(reference, path.name, assignment)
        cells = {cell.id: cell for cell in reference.cells}
        for at, cell in enumerate(student.cells):
            role = find_role(cells[cell.id]) or "given"
            ignored = "nbval-ignore-output" in cells[cell.id].metadata.get("tags", [])
            found[path.name, cell.id] = Given(path.name, at, cell.id, cell.cell_type, role,
                                              cell.source, ignored)
    return found


def placed(notebooks, layout):
    """Return the cells of handed-in notebooks as Placed, in their order."""
    known = given_cells() if layout == KIT else {}
    by_id, by_source = {}, {}
    for given in known.values():
        by_id.setdefault(given.id, []).append(given)
        by_source.setdefault(given.source.strip(), []).append(given)
    found = []
    for notebook in notebooks:
        name, subtask, task = PurePosixPath(notebook.name).name, "", None
        for number, cell in notebook.cells:
            given = (identity(cell, name, known, by_id)
                     or only(by_source.get(cell.source.strip(), ()), name, subtask))
            if given is not None:
                subtask = given.subtask
            if given is not None or cell.cell_type == "code":
                found.append(Placed(notebook.name, number, cell, given, subtask))
                continue
            for text, *after in [*sections(cell.source, subtask, task)]:
                subtask, task = after
                piece = nbformat.from_dict({**cell, "source": text})
                found.append(Placed(notebook.name, number, piece, None, subtask))
    return found


def identity(cell, name, known, by_id):
    """Return the Given that a cell says it is, None if it says nothing that is known."""
    for claim in (cell.metadata.get("nbgrader", {}).get("grade_id"), cell.get("id")):
        if claim is not None:
            given = known.get((name, claim)) or only(by_id.get(claim, ()), name)
            if given is not None:
                return given
    return None


def only(candidates, name, subtask=None):
    """Return the candidate in the notebook of that name, or the only one there is, or None.

    subtask: whose section this is; it decides among several, such as empty answers.
    """
    chosen = [given for given in candidates if given.notebook == name] or candidates
    if len(chosen) > 1:
        chosen = [given for given in chosen if given.subtask == subtask]
    return chosen[0] if len(chosen) == 1 else None


def sections(source, subtask, task):
    """Yield (text, subtask, task) of the pieces into which its headings divide a text."""
    lines = []
    for line in source.split("\n"):
        after = announced(heading_in(line), subtask, task)
        if after != (subtask, task) and any(one.strip() for one in lines):
            yield "\n".join(lines), subtask, task
            lines = []
        subtask, task = after
        lines.append(line)
    yield "\n".join(lines), subtask, task


def announced(heading, subtask, task):
    """Return the subtask and the task after a heading, which may be of another thing, or ""."""
    name = heading and find_subtask(heading, load_assignment(), task)
    if name:
        return name, name[0]
    number = heading and find_task(heading)
    return ("", number) if number and number != task else (subtask, task)


def heading_in(line):
    """Return the words of a heading, or of a line in bold or on its own that looks like one."""
    line = line.strip()
    if line.startswith("#"):
        return line.lstrip("#").strip()[:200]
    bare = line.strip("*_: ")
    if line.startswith(("**", "__")) and len(bare) < 80 or \
            bare.lower().startswith(("task", "exercise", "problem")) and len(bare) < 40:
        return bare
    return ""


def notes(cells):
    """Return a note for each cell of the student edition that is not as it was handed out."""
    by_given, files = {}, {}
    for one in cells:
        files.setdefault(PurePosixPath(one.notebook).name, one.notebook)
        if one.given is not None:
            by_given.setdefault((one.given.notebook, one.given.id), []).append(one)
    found = []
    for name in sorted(files.keys() & {notebook for notebook, _ in given_cells()}):
        here = [*deleted(name, files[name], by_given), *strange(name, by_given),
                *moved(name, cells)]
        found += here[:MOST_NOTES]
        if len(here) > MOST_NOTES:
            found.append(note(files[name], 0, f"{len(here) - MOST_NOTES} more cells were changed"))
    return found


def note(notebook, number, words):
    """Return a Finding that costs nothing."""
    return Finding("reading", "note", words, notebook, number)


def deleted(name, file, by_given):
    """Yield a note for each cell of a notebook that is not in the hand-in."""
    for given in given_cells().values():
        if given.notebook == name and (name, given.id) not in by_given:
            yield note(file, 0, f"the cell {given.id} is missing")


def strange(name, by_given):
    """Yield a note for each cell that comes twice, elsewhere or as another kind."""
    for (notebook, cell_id), ones in by_given.items():
        if notebook != name:
            continue
        if len(ones) > 1:
            numbers = [one.number for one in ones]
            yield note(ones[1].notebook, ones[1].number,
                       f"the cell {cell_id} comes {len(ones)} times: {name_cells(numbers)}")
        for one in ones:
            if one.cell.cell_type != one.given.kind:
                yield note(one.notebook, one.number, f"the cell {cell_id} was "
                           f"{KINDS[one.given.kind]} and is {KINDS[one.cell.cell_type]} now")
            if PurePosixPath(one.notebook).name != name:
                yield note(one.notebook, one.number,
                           f"the cell {cell_id} has moved here from {name}")


def moved(name, cells):
    """Yield a note for each cell that stands out of the order in which they were handed out."""
    here = {}
    for one in cells:
        if one.given is not None and one.given.notebook == name == PurePosixPath(
                one.notebook).name:
            here.setdefault(one.given.id, one)
    here = list(here.values())
    staying = longest_rise([one.given.at for one in here])
    for index, one in enumerate(here):
        if index not in staying:
            yield note(one.notebook, one.number, f"the cell {one.given.id} has moved")


def longest_rise(numbers):
    """Return the places of a longest rising sequence among different numbers."""
    tails, places, before = [], [], {}
    for at, number in enumerate(numbers):
        length = bisect_left(tails, number)
        tails[length:length + 1] = [number]
        places[length:length + 1] = [at]
        before[at] = places[length - 1] if length else None
    found, at = set(), places[-1] if places else None
    while at is not None:
        found.add(at)
        at = before[at]
    return found
