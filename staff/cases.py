"""`python -m staff cases`: stores the inputs of the students' checks, and the right results.

The checks hold no code that computes results. staff/assignment/inputs.py draws the inputs and
computes the results with the reference's scripts. Only this command changes the inputs that
students have; a test compares them with the reference. The grader draws other inputs of the same
form, from a seed that students do not know.
"""

import argparse
import json

import numpy as np

from kit.checking.case_file import read_cases
from kit.definition import CASES, load_assignment
from kit.files import say, write_whole

INPUTS = "staff/assignment/inputs.py"


def main(arguments=None):
    """Write the file; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m staff cases",
        description=f"Compute the numbers in {CASES} with the reference's scripts.")
    parser.parse_args(arguments)
    assignment = load_assignment()
    with write_whole(assignment.folder / CASES) as file:
        file.write(f"{format_json(replace_arrays(draw_cases(assignment)))}\n".encode())
    say(str(assignment.folder / CASES))
    return 0


def draw_cases(assignment, layout="kit", seed=None):
    """The inputs and results for a layout: drawn from a seed, or the published ones.

    Without inputs.py there are only the published ones, in cases.json.
    """
    if not (assignment.folder / INPUTS).is_file():
        return read_cases(assignment)
    return assignment.load_module(INPUTS).draw_cases(layout, seed)


def format_json(value, indent=""):
    """The JSON of dicts and lists, with one line for each array."""
    if not isinstance(value, dict):
        return json.dumps(value)
    lines = [f'{indent} "{name}": {format_json(one, indent + " ")}' for name, one in value.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def replace_arrays(value):
    """A value with its arrays as lists, and a list of arrays as {"list": …}."""
    if isinstance(value, dict):
        return {name: replace_arrays(one) for name, one in value.items()}
    if isinstance(value, list):
        return {"list": [replace_arrays(one) for one in value]}
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
