"""Executes a submission's notebooks again in the sandbox, and compares the results."""

from dataclasses import replace

from staff.notebooks.answers import find_answers
from staff.notebooks.loading import load_notebooks
from staff.notebooks.matching import place_cells
from staff.notebooks.nbval_run import run_nbval
from staff.notebooks.reported import find_unshown, load_numbers

MOST = 40       # findings about one notebook


def rerun_notebooks(folder, layout, sandbox):
    """The Findings, with the stage "notebooks", of executing a submission's notebooks again."""
    notebooks, _ = load_notebooks(folder)
    cells = place_cells(notebooks, layout)
    found, printed = [], {}
    for notebook in notebooks:
        here = [one for one in cells if one.notebook == notebook.name]
        ignored = {one.number for one in here if one.given and one.given.ignored}
        outcome = run_nbval(notebook, folder, layout, ignored, sandbox)
        found += [excuse_chaos(one, here) for one in outcome.findings[:MOST]]
        for one in here:
            if one.subtask:
                text = outcome.printed.get(one.number, "")
                printed[one.subtask] = f"{printed.get(one.subtask, '')}\n{text}"
    return [*found, *find_unshown(find_answers(cells), printed, "notebooks", "no output gives it "
                                  "when the notebooks are executed")]


def excuse_chaos(finding, cells):
    """The Finding; it says so if the runs of its subtask differ between machines anyway."""
    subtasks = {one.subtask for one in cells if one.number == finding.cell}
    if finding.kind != "differs" or not subtasks & set(load_numbers().CHAOTIC):
        return finding
    return replace(finding, words=f"{finding.words} (such runs give other numbers on another "
                                  "machine)")
