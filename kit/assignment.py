"""The assignment's subtasks and points, read from assignment.toml."""

from dataclasses import dataclass, field
from pathlib import Path

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib


from kit.files import Refused, reason


@dataclass(frozen=True)
class Subtask:
    """One subtask: its id ("2b"), the number of its task, its title, its question, and its
    points."""

    id: str
    task: int
    title: str
    question: str
    by_code: dict = field(default_factory=dict)     # {part: points}
    by_hand: dict = field(default_factory=dict)

    @property
    def points(self):
        """All its points."""
        return sum(self.by_code.values()) + sum(self.by_hand.values())


def read_subtasks():
    """The subtasks in the assignment's order."""
    text = Path(__file__).with_name("assignment.toml").read_text(encoding="utf-8")
    try:
        listed = tomllib.loads(text)["subtasks"]
        return [Subtask(name, **values) for name, values in listed.items()]
    except (KeyError, TypeError, ValueError) as problem:
        raise Refused(f"kit/assignment.toml cannot be read ({reason(problem)}): take it from the "
                      "assignment's zip again") from None


SUBTASKS = read_subtasks()
