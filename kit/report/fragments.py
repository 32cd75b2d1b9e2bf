"""Fragments of cells, their places and their problems: each stage of the report hands them on."""

from dataclasses import dataclass, field
from pathlib import Path

NOTE = "note"       # a kind of problem that leaves the report complete


@dataclass(frozen=True)
class Place:
    """A notebook, and the number of a cell in it, counted from 1."""

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

    def as_json(self):
        """The problem as JSON stores it."""
        return {"kind": self.kind, "notebook": self.place.notebook, "cell": self.place.cell,
                "message": self.words}


@dataclass
class Fragment:
    """The text or the picture that a cell or one of its outputs shows, and its place."""

    kind: str               # "markdown", "html", "typst" or "picture"
    content: object         # text, or a picture's bytes
    place: Place
    folder: Path = None     # of its pictures
    attachments: dict = field(default_factory=dict)
    width: str = "auto"     # of a picture, as a typst length
    caption: str = ""       # Markdown, of a picture or of the first table
    label: str = ""         # the name that links use for the figure or table with the caption
    alt: str = ""           # of a picture, for readers who do not see it
    plain: str = ""         # text to show if typst cannot set it
