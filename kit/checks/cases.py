"""The inputs that the checks use, with the right results.

The inputs in cases.json are published: every student can read them. A grader draws others in the
same form, and gives them to the Student.
"""

import functools
import json
from pathlib import Path

import numpy as np


@functools.cache
def read_cases():
    """The published inputs and results: {name: {…: arrays}}."""
    text = Path(__file__).with_name("cases.json").read_text(encoding="utf-8")
    return {name: as_arrays(case) for name, case in json.loads(text).items()}


def as_arrays(value):
    """Return a JSON value with its lists of numbers as arrays; {"list": …} is a list of arrays."""
    if isinstance(value, dict):
        if set(value) == {"list"}:
            return [as_arrays(one) for one in value["list"]]
        return {name: as_arrays(one) for name, one in value.items()}
    return np.array(value) if isinstance(value, list) else value
