"""Notebooks, read from files that may hold anything."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

from kit.files import Refused, reason

# nbformat loads jsonschema, which builds a grammar of web addresses that no notebook needs: more
# than a second. jsonschema goes without where the module cannot be had.
hidden = sys.modules.setdefault("rfc3987_syntax", None) is None
import nbformat  # noqa: E402
if hidden:
    del sys.modules["rfc3987_syntax"]

LARGEST = 100 * 2**20


@dataclass
class Notebook:
    """A notebook that has been read: its content, its name, and its pictures' folder."""

    node: nbformat.NotebookNode
    name: str
    folder: Path = None
    numbers: list = field(default_factory=list)     # of its cells, where some were left out

    @property
    def cells(self):
        """The cells with their numbers."""
        return list(zip(self.numbers or range(1, len(self.node.cells) + 1), self.node.cells))


def read_notebook(path):
    """Return the notebook in a file; Refused says why there is none."""
    path = Path(path)
    try:
        if not path.exists():
            raise Refused(f"{path} was not found: expected a notebook (.ipynb); "
                          "give its path, or none for task1 … task4")
        if not path.is_file():
            raise Refused(f"{path} is not a file: expected a notebook (.ipynb)")
        if path.stat().st_size > LARGEST:
            raise Refused(f"{path} is larger than {LARGEST // 2**20} MB: clear its largest "
                          "output and save it again")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise Refused(f"{path} cannot be read: {reason(problem)}") from None
    return Notebook(node_of(text, path), path.name, path.parent)


def node_of(text, name):
    """Return the notebook in a text; Refused, which calls it by name, says why there is none."""
    try:
        node = nbformat.reads(text, as_version=4)
        nbformat.validate(node)
    except Exception as problem:  # nbformat raises many kinds, all of which mean the same here
        raise Refused(f"{name} is not a notebook that can be read ({reason(problem)}): "
                      "open it in Jupyter and save it again") from None
    return node
