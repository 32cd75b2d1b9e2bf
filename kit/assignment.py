"""The assignment's subtasks and points, read from assignment.toml."""

from dataclasses import dataclass
from pathlib import Path

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib


@dataclass(frozen=True)
class Subtask:
    """One subtask: its id ("2b"), the task whose notebook holds it, its points and title."""

    id: str
    task: int
    points: int
    title: str


def read_subtasks():
    """Return the subtasks in the assignment's order."""
    text = Path(__file__).with_name("assignment.toml").read_text(encoding="utf-8")
    listed = tomllib.loads(text)["subtasks"]
    return [Subtask(name, **values) for name, values in listed.items()]


SUBTASKS = read_subtasks()
