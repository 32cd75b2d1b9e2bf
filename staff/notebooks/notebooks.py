"""What is read from a submission's notebooks, and what comes of executing them again.

`read` looks at the files alone and is always done; `execute` runs what students have written, in
the sandbox, and is done on request. Both can be called in any process.
"""

from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from kit.files import one_line
from kit.sections import name_cells, list_code_cells
from staff.layouts import KIT
from staff.notebooks.answers import answers_of, unanswered
from staff.notebooks.edition import given_cells, notes, placed
from staff.notebooks.execution import rerun
from staff.notebooks.handed_in import notebooks_in
from staff.notebooks.pictures import figures_of
from staff.record import Finding
from staff.notebooks.reported import (accuracies_in, compare_numbers, load_numbers, reported_in,
                                      shows)

__all__ = ["Reading", "compare_numbers", "execute", "read"]
MOST = 40       # findings of one notebook


@dataclass(frozen=True)
class Reading:
    """What stands in a submission's notebooks.

    answers:  {subtask: text}; figures: pictures.Figure; numbers: reported.Reported.
    findings: what is missing or odd, with the stage "reading".
    """

    answers: dict
    figures: tuple
    findings: tuple
    numbers: tuple


def read(submission, folder):
    """Return the Reading of a submission whose clean copy stands in a folder."""
    notebooks, refused = notebooks_in(folder)
    cells = placed(notebooks, submission.layout)
    answers = answers_of(cells)
    figures, hidden = figures_of(cells, folder)
    numbers, unread = reported_in(answers, cells)
    findings = [Finding("reading", "unreadable", words, name) for name, words in refused]
    if submission.layout == KIT:
        findings += [*missing(notebooks, refused), *notes(cells)]
    for notebook in notebooks:
        findings += history(notebook)[:MOST]
    findings += [*unanswered(answers, cells, submission.layout), *hidden, *unread]
    return Reading(answers, tuple(figures), tuple(findings), numbers)


def missing(notebooks, refused):
    """Return a Finding for each notebook of the student edition that was not handed in."""
    here = {PurePosixPath(notebook.name).name for notebook in notebooks}
    here |= {PurePosixPath(name).name for name, _ in refused}
    expected = dict.fromkeys(notebook for notebook, _ in given_cells())
    return [Finding("reading", "missing", "was not handed in", name) for name in expected
            if name not in here]


def history(notebook):
    """Return Findings on how a notebook was run before it was saved."""
    code = list_code_cells(notebook)
    unrun = [number for number, cell in code if cell.execution_count is None and not cell.outputs]
    found = []
    if unrun and len(unrun) == len(code):
        found.append(finding(notebook, 0, "unexecuted", "was never executed"))
    elif unrun:
        found.append(finding(notebook, unrun[0], "unexecuted", f"{name_cells(unrun)} "
                             f"{'were' if len(unrun) > 1 else 'was'} never executed"))
    counted = [(number, cell.execution_count) for number, cell in code
               if cell.execution_count is not None]
    for (above, first), (below, second) in zip(counted, counted[1:]):
        if second <= first:
            found.append(finding(notebook, below, "order", f"was executed before cell {above}, "
                                 "which stands above it"))
    for number, cell in code:
        errors = [output for output in cell.outputs if output.output_type == "error"]
        if errors and "raises-exception" not in cell.metadata.tags:
            words = f"was handed in with an error: {errors[-1].ename}: {errors[-1].evalue}"
            found.append(finding(notebook, number, "saved-error", one_line(words, 300)))
    return found


def finding(notebook, number, kind, words, stage="reading"):
    """Return a Finding on a cell of a notebook."""
    return Finding(stage, kind, words, notebook.name, number)


def execute(submission, folder, sandbox, limits=None):
    """Return Findings, with the stage "notebooks", of executing a submission's notebooks anew.

    sandbox: a sandbox.Sandbox; limits: its NotebookLimits, if they are not the sandbox's own.
    """
    limits = limits or sandbox.limits.notebook
    notebooks, _ = notebooks_in(folder)
    cells = placed(notebooks, submission.layout)
    found, printed = [], {}
    for notebook in notebooks:
        ignored = {one.number for one in cells
                   if one.notebook == notebook.name and one.given and one.given.ignored}
        done = rerun(notebook, submission, folder, ignored, sandbox, limits)
        found += [with_excuse(one, cells) for one in done.findings[:MOST]]
        for one in cells:
            if one.notebook == notebook.name and one.subtask:
                text = done.printed.get(one.number, "")
                printed[one.subtask] = f"{printed.get(one.subtask, '')}\n{text}"
    return [*found, *unfounded(answers_of(cells), printed)]


def with_excuse(finding, cells):
    """Return a Finding that says so if the runs of its subtask are chaotic."""
    subtasks = {one.subtask for one in cells
                if (one.notebook, one.number) == (finding.notebook, finding.cell)}
    if finding.kind != "differs" or not subtasks & set(load_numbers().CHAOTIC):
        return finding
    return replace(finding, words=f"{finding.words} (such runs give other numbers on another "
                                  "machine)")


def unfounded(answers, printed):
    """Return a Finding for each accuracy of the answers that no output gives.

    printed: {subtask: what its cells print now}. An answer may speak of any subtask's results.
    """
    whole = "\n".join(printed.values())
    return [Finding("notebooks", "number", f"the answer to {subtask} says an accuracy of {said}, "
                    "which no output gives when the notebooks are executed")
            for subtask, said in accuracies_in(answers)
            if "accura" in printed.get(subtask, "").lower() and not shows(whole, said)]
