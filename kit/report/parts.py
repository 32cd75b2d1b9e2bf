"""Places, parts and problems: one stage of the report hands them to the next."""

from dataclasses import dataclass, field
from pathlib import Path


NOTE = "accessibility"      # a kind of problem that leaves the report complete


@dataclass(frozen=True)
class Place:
    """Where something stands: its notebook, and the cell's number there, counted from 1."""

    notebook: str
    cell: int = None

    def __str__(self):
        return self.notebook if self.cell is None else f"{self.notebook}, cell {self.cell}"


@dataclass(frozen=True)
class Problem:
    """A reason why a report is not complete: its kind, its place, and one sentence."""

    kind: str               # one of preflight.KINDS, or a NOTE
    place: Place
    words: str

    def __str__(self):
        return f"{self.place}: {self.words}"


@dataclass
class Part:
    """A piece of a cell and where it stands."""

    kind: str               # "markdown", "html", "typst" or "picture"
    content: object         # text, or a picture's bytes
    place: Place
    folder: Path = None     # where its pictures lie
    attachments: dict = field(default_factory=dict)
    width: str = "auto"     # of a picture, as a typst length
    caption: str = ""       # Markdown, of a picture or of the first table
    label: str = ""         # the name of what has the caption
    alt: str = ""           # of a picture, for readers who do not see it
    plain: str = ""         # what stands for it where it cannot be set
