"""`python -m staff cases`: stores the inputs of the checks that students get, with the results.

The checks hold numbers, no code that computes them. staff/assignment/inputs.py of the assignment
draws the inputs, and computes the results with the reference's scripts. The inputs of the students
change only with this command; a test compares the file with the reference. The grader draws others
of the same form, from a seed that students do not know.
"""

import argparse
import functools
import json
import sys

import numpy as np

from kit.checking.case_file import read_cases
from kit.definition import CASES, load_assignment
from kit.files import Refused, one_line, say, whole_file

INPUTS = "staff/assignment/inputs.py"


def main(arguments=None):
    """Return the exit status: 0 the file is written, 2 it is not."""
    parser = argparse.ArgumentParser(
        prog="python -m staff cases",
        description=f"Compute the numbers in {CASES} with the reference's scripts.")
    parser.parse_args(arguments)
    try:
        assignment = load_assignment()
        with whole_file(assignment.folder / CASES) as file:
            file.write(f"{as_text(as_plain(draw_cases(assignment)))}\n".encode())
    except Refused as refusal:
        say(f"staff cases: {one_line(refusal, 400)}", sys.stderr)
        return 2
    say(str(assignment.folder / CASES))
    return 0


def draw_cases(assignment, layout="kit", seed=None):
    """The inputs and results for a layout: drawn from a seed, or the published ones.

    An assignment that draws none has only those in its cases.json.
    """
    if not (assignment.folder / INPUTS).is_file():
        return read_cases(assignment)
    return draw_once(assignment.folder, layout, seed)


@functools.lru_cache(maxsize=8)
def draw_once(folder, layout, seed):
    """The drawn inputs and results."""
    return load_assignment(folder).load_module(INPUTS).draw_cases(layout, seed)


def as_text(value, indent=""):
    """Return plain values as JSON, an array a line."""
    if not isinstance(value, dict):
        return json.dumps(value)
    lines = [f'{indent} "{name}": {as_text(one, indent + " ")}' for name, one in value.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def as_plain(value):
    """Return a value with its arrays as lists; a list of arrays as {"list": …}."""
    if isinstance(value, dict):
        return {name: as_plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return {"list": [as_plain(one) for one in value]}
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
