"""The marking guide: what it says of each part that is marked by hand."""

import re
from dataclasses import dataclass
from pathlib import Path

from kit.definition import load_assignment
from kit.files import Refused
from staff.grading.points import parts_by_hand
from staff.layouts import load_layouts
from staff.feedback.tables import number_text

GUIDE = "staff/assignment/guide.md"
HEADING = re.compile(r"^## (\w+) (\w+): (.+) \((\d+) points?\)$", re.MULTILINE)
ELEMENT = re.compile(r"^\| (\d+(?:\.\d+)?) \| (.+) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """One part: its points, what each element of it is worth, and the whole text in Markdown."""

    subtask: str
    part: str
    title: str
    points: int
    elements: tuple         # of (points, what earns them)
    text: str

    @property
    def anchor(self):
        """Its name in a page."""
        return f"{self.subtask}-{self.part}"

    @property
    def short(self):
        """What earns the points, on one line."""
        return "; ".join(f"{number_text(points)}: {words}" for points, words in self.elements)


def read_guide(path=None):
    """Return ({(subtask, part): Part}, the text before the first one).

    path: default: that of the assignment. An assignment without marks by hand needs none.
    Refused unless it has all parts of the assignment, and their elements add up to their points.
    """
    asked = parts_by_hand(*load_layouts())
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
