"""The marking guide: the model answer and the points of each part that a person grades."""

import re
from dataclasses import dataclass
from pathlib import Path

from kit.definition import load_assignment
from kit.files import Refused
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


def read_guide(path=None):
    """({(subtask, part): Part}, the text before the first part) of a guide.

    Refused if a part is missing, or if its elements do not add up to its points. An assignment
    without marks by hand needs no guide. path: default: the assignment's guide.
    """
    asked = list_parts_by_hand(*load_layouts())
    path = Path(path or load_assignment().folder / GUIDE)
    if not asked and not path.exists():
        return {}, ""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise Refused(f"{path} cannot be read: {problem}") from None
    before, *pieces = HEADING.split(text)
    parts = {}
    for subtask, part, title, points, body in zip(*[iter(pieces)] * 5):
        elements = tuple((float(worth), words) for worth, words in ELEMENT.findall(body))
        parts[subtask, part] = Part(subtask, part, title, int(points), elements, body.strip())
    wrong = []
    for key in dict.fromkeys([*asked, *parts]):
        found = parts.get(key)
        if found is None or found.points != asked.get(key) or \
                sum(worth for worth, _ in found.elements) != found.points:
            line = text[:text.find(f"## {' '.join(key)}:")].count("\n") + 1 if found else 1
            wrong.append(f"{path}:{line}: {' '.join(key)}: expected a heading with "
                         f"{asked.get(key, 0)} points, as in assignment.toml, and elements that "
                         "add up to them")
    if wrong:
        raise Refused("\n".join(wrong))
    return parts, before.strip()
