"""The marking guide: the model answer and the points of each part that a person grades."""

import re
from dataclasses import dataclass

from kit.definition import TOML, load_assignment
from kit.files import Refused, explain
from staff.csv_tables import format_points
from staff.layouts import load_layouts
from staff.points import list_parts_by_hand

GUIDE = "staff/assignment/guide.md"
HEADING = re.compile(r"^## (\w+) (\w+): (.+) \((\d+) points?\)$", re.MULTILINE)
ELEMENT = re.compile(r"^\| (\d+(?:\.\d+)?) \| (.+) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """One part that a person grades."""

    subtask: str
    part: str
    title: str
    points: int
    elements: tuple         # of (points, words: how to earn them)
    text: str               # in Markdown

    @property
    def anchor(self):
        """Its anchor in a page."""
        return f"{self.subtask}-{self.part}"

    @property
    def short(self):
        """How to earn the points, on one line."""
        return "; ".join(f"{format_points(points)}: {words}" for points, words in self.elements)


def read_guide():
    """({(subtask, part): Part}, the text before the first part) of the assignment's guide.

    Refused if a part is missing, or if its elements do not add up to its points. An assignment
    without marks by hand needs no guide.
    """
    asked = list_parts_by_hand(*load_layouts())
    path = load_assignment().folder / GUIDE
    if not asked and not path.exists():
        return {}, ""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise Refused(f"{GUIDE} cannot be read: {explain(problem)}") from None
    before, *pieces = HEADING.split(text)
    parts = {}
    for subtask, part, title, points, body in zip(*[iter(pieces)] * 5):
        elements = tuple((float(worth), words) for worth, words in ELEMENT.findall(body))
        parts[subtask, part] = Part(subtask, part, title, int(points), elements, body.strip())
    wrong = []
    for key in dict.fromkeys([*asked, *parts]):
        if words := find_mistake(parts.get(key), asked.get(key)):
            line = text[:max(0, text.find(f"## {' '.join(key)}:"))].count("\n") + 1
            wrong.append(f"{GUIDE}:{line}: {' '.join(key)}: {words}")
    if wrong:
        raise Refused("\n".join(wrong))
    return parts, before.strip()


def find_mistake(part, points):
    """The mistake in the guide's text about a part that is worth points by hand; "" for none.

    None stands for a part that the guide lacks, and for points that assignment.toml lacks.
    """
    if points is None:
        return f"the part has no points by hand in {TOML}: correct its name, or add them there"
    if part is None:
        return f"the part is missing: expected a heading with its points, {points}"
    if part.points != points:
        return f"its heading gives {part.points} points, expected {points} as in {TOML}"
    total = sum(worth for worth, _ in part.elements)
    return "" if total == points else \
        f"its elements have {format_points(total)} points together, expected {points}"
