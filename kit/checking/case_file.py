"""The inputs that the checks use, with the right results.

The inputs in cases.json are published: every student can read them. A grader draws others in the
same form, and gives them to the Student.
"""

import functools
import json

import numpy as np

from kit.definition import CASES


def read_cases(assignment):
    """{name: {…: arrays}}: an assignment's published inputs and results; {} if it has none."""
    return read_case_file(assignment.folder / CASES)


@functools.cache
def read_case_file(path):
    """The inputs and results in a file."""
    if not path.is_file():
        return {}
    text = path.read_text(encoding="utf-8")
    return {name: make_arrays(case) for name, case in json.loads(text).items()}


def make_arrays(value):
    """A JSON value with its lists of numbers as arrays; {"list": …} is a list of arrays."""
    if isinstance(value, dict):
        if set(value) == {"list"}:
            return [make_arrays(one) for one in value["list"]]
        return {name: make_arrays(one) for name, one in value.items()}
    return np.array(value) if isinstance(value, list) else value
