"""How experiments differ."""
from dataclasses import asdict

from task3 import Experiment


def changed(earlier, later):
    """The fields in which two experiments differ, their names aside."""
    before = asdict(Experiment("")) | asdict(earlier)
    return {name for name, value in asdict(later).items() if value != before[name]} - {"name"}
