"""Reads a submission's notebooks without executing them."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from kit.definition import load_assignment
from kit.files import quote
from kit.sections import list_disorder, list_errors, list_unrun, name_cells
from staff.layouts import KIT
from staff.notebooks.answers import find_answers, find_unanswered
from staff.notebooks.figures import find_figures
from staff.notebooks.loading import load_notebooks
from staff.notebooks.matching import note_changes, place_cells
from staff.notebooks.reported import find_reported, find_unshown, list_printed
from staff.record import UNREADABLE, Finding

MOST = 40       # findings about one notebook


@dataclass(frozen=True)
class Reading:
    """The content of a submission's notebooks."""

    answers: dict       # {subtask: text}
    figures: tuple      # of figures.Figure
    findings: tuple     # of record.Finding, with the stage "reading"
    numbers: tuple      # of reported.Reported


def read_notebooks(folder, layout):
    """The Reading of the notebooks in a submission's folder."""
    notebooks, refused = load_notebooks(folder)
    cells = place_cells(notebooks, layout)
    answers = find_answers(cells)
    figures, hidden = find_figures(cells, folder)
    numbers, unread = find_reported(answers, cells)
    findings = [Finding("reading", UNREADABLE, words, name) for name, words in refused]
    if layout == KIT:
        names = [*(notebook.name for notebook in notebooks), *(name for name, _ in refused)]
        findings += [*find_missing(names), *note_changes(notebooks)]
    for notebook in notebooks:
        findings += check_history(notebook)[:MOST]
    findings += [*find_unanswered(answers, cells, layout), *hidden, *unread,
                 *find_unshown(answers, list_printed(cells), "reading",
                               "no output in the notebooks shows it")]
    return Reading(answers, tuple(figures), tuple(findings), numbers)


def find_missing(names):
    """A Finding for each notebook of the student edition that is not among the names."""
    here = {PurePosixPath(name).name for name in names}
    return [Finding("reading", "missing", "was not handed in", path.name)
            for path in load_assignment().notebook_paths if path.name not in here]


def check_history(notebook):
    """The Findings about how a notebook was executed before it was saved."""
    found = []

    def add(number, kind, words):
        found.append(Finding("reading", kind, words, notebook.name, number))

    unrun, are_all = list_unrun(notebook)
    if unrun and are_all:
        add(0, "unexecuted", "was never executed")
    elif unrun:
        add(unrun[0], "unexecuted", f"{name_cells(unrun)} {'were' if len(unrun) > 1 else 'was'} "
                                    "never executed")
    for below, _, above, _ in list_disorder(notebook):
        add(below, "order", f"was executed before cell {above}, which stands above it")
    for number, error in list_errors(notebook):
        said = quote(f"{error.ename}: {error.evalue}", 250)
        add(number, "saved-error", f"was handed in with an error: {said}")
    return found
