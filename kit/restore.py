"""`python -m kit restore NOTEBOOK SECTION`: puts back cells as they were handed out."""

import argparse
import copy
from pathlib import PurePosixPath

from kit.definition import load_assignment
from kit.files import Refused, shorten, say, write_whole
from kit.handed_out import CLEAN, START, advise, describe_change, match_cells, read_clean
from kit.notebook_files import nbformat, read_notebook


def main(arguments=None):
    """Put the cells back; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m kit restore",
        description="Put back the cells of a section that are missing or changed. Your own cells "
                    "and texts stay. Save and close the notebook first.",
        epilog="Exit status: 0 nothing is missing now; 2 nothing was changed, one line says why.")
    parser.add_argument("notebook", metavar="NOTEBOOK", help="its name")
    parser.add_argument("section", metavar="SECTION",
                        help=f"its subtask; {START} for what stands above the first")
    options = parser.parse_args(arguments)
    path, done = restore(load_assignment(), options.notebook, options.section)
    if not done:
        say(f"{path}: nothing is missing or changed in section {options.section}")
        return 0
    say("\n".join([f"{path}:", *(f"  {words}" for words in done),
                   "If it is open in JupyterLab: File > Reload Notebook from Disk"]))
    return 0


def restore(assignment, name, section):
    """(path of the notebook, sentences about what was put back)."""
    path = find_notebook(assignment, name)
    clean = read_clean(assignment, path.name)
    if clean is None:
        raise Refused(f"{assignment.folder} has no {CLEAN}/{path.name}: take it from the files of "
                      "the assignment")
    if not path.exists():
        raise Refused(f"{path} is missing: copy {CLEAN}/{path.name} to this place")
    notebook = read_notebook(path)
    matched = match_cells(notebook.cells, clean.cells, assignment)
    sections = list(dict.fromkeys(one.section or START for one in matched))
    if section not in sections:
        raise Refused(f"{path.name} has no section {shorten(section, 40)}: choose from "
                      f"{', '.join(sections)}")
    done, above = [], None      # above: the last handed-out cell that is in the notebook
    for one in matched:
        if (one.section or START) == section and (words := put_back(one, above, notebook.node)):
            done.append(words)
        above = one.found[-1][1] if one.found else above
    if done:
        with write_whole(path) as file:
            file.write((nbformat.writes(notebook.node) + "\n").encode("utf-8", "replace"))
    return path, done


def find_notebook(assignment, name):
    """The path of the assignment's notebook with a name, perhaps without folder and ending."""
    known = {path.stem: path for path in assignment.notebook_paths}
    stem = PurePosixPath(name.replace("\\", "/")).name.removesuffix(".ipynb")
    if stem not in known:
        raise Refused(f"there is no notebook {shorten(name, 60)}: choose from "
                      f"{', '.join(path.name for path in known.values())}")
    return known[stem]


def put_back(one, above, node):
    """Put a HandedOut cell back below another; return the sentence about it, "" if it is there."""
    if not describe_change(one):
        return ""
    if one.merged:
        return f"{one.words} {describe_change(one)}: {advise(one)}"
    fresh, cells = copy.deepcopy(one.cell), node.cells
    if node.nbformat_minor < 5:
        fresh.pop("id", None)
    if not one.found:
        cells.insert(find_place(cells, above) + 1, fresh)
        one.found = [(0, fresh)]
        return f"{one.words} is back"
    old = one.found[0][1]
    if old.cell_type != one.cell.cell_type:
        at = find_place(cells, old)
        fresh.source = old.source
        cells[at], one.found[0] = fresh, (0, fresh)
        kind = "an answer in words" if one.answer else f"a {one.cell.cell_type} cell"
        return f"{one.words} is {kind} again"
    if not one.is_edited:
        return f"{one.words} {describe_change(one)}: {advise(one)}"
    cells.insert(find_place(cells, old), fresh)
    old.metadata = nbformat.from_dict({})
    if "id" in old:
        old.id = nbformat.v4.new_code_cell().id
    return f"{one.words} is back; yours stands below it"


def find_place(cells, cell):
    """The index of a cell among others; -1 for None."""
    return next((at for at, one in enumerate(cells) if one is cell), -1)
