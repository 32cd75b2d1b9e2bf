"""`python -m staff ids`: gives each new cell of a notebook an id of its section."""

import argparse
import itertools

from kit.definition import load_assignment
from kit.files import say, write_whole
from kit.notebook_files import nbformat, read_notebook
from staff.release.notebook_stripping import is_within, list_sections


def main(arguments=None):
    """Give all new cells their ids; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m staff ids",
        description="Give each new cell of the reference notebooks an id that begins with its "
                    "section, such as 2b-new-1. JupyterLab gives new cells ids without meaning, "
                    "and the release refuses them. Close the notebooks in JupyterLab first.",
        epilog="Exit status: 0 all cells have their ids; 2 a notebook cannot be read.")
    parser.parse_args(arguments)
    assignment = load_assignment()
    for name in assignment.notebooks:
        for line in name_cells(name, assignment):
            say(line)
    return 0


def name_cells(name, assignment):
    """Give the cells of a notebook their ids; return a line for each cell that got one."""
    path = assignment.folder / name
    node, said = read_notebook(path).node, []
    taken = {cell.get("id") for cell in node.cells}
    for number, cell, section in list_sections(node.cells, assignment):
        if section and not is_within(cell, section):
            cell.id = choose_id(section, taken)
            taken.add(cell.id)
            said.append(f"{name}, cell {number}: {cell.id}")
    if said:
        with write_whole(path) as file:
            file.write((nbformat.writes(node) + "\n").encode("utf-8"))
    return said


def choose_id(section, taken):
    """The first free id for a new cell of a section."""
    ids = (f"{section}-new-{number}" for number in itertools.count(1))
    return next(name for name in ids if name not in taken)
