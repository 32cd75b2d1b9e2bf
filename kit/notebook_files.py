"""Reads notebooks from files that may hold anything, and writes notebooks as files."""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from kit.files import Refused, find_conflict, explain

# nbformat loads jsonschema, which builds a grammar of web addresses that no notebook needs: more
# than a second. jsonschema works without this module.
hidden = sys.modules.setdefault("rfc3987_syntax", None) is None
import nbformat  # noqa: E402
if hidden:
    del sys.modules["rfc3987_syntax"]

LARGEST = 100 * 2**20
HALF_LETTER = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")     # of a surrogate pair


@dataclass
class Notebook:
    """A notebook: its content, its name, and the folder of its pictures."""

    node: nbformat.NotebookNode
    name: str
    folder: Path = None
    numbers: list = field(default_factory=list)     # of its cells, if some were removed

    @property
    def cells(self):
        """The cells with their numbers."""
        return list(zip(self.numbers or range(1, len(self.node.cells) + 1), self.node.cells))


def read_notebook(path):
    """The notebook in a file; Refused says why it cannot be read."""
    path = Path(path)
    try:
        if not path.exists():
            raise Refused(f"{path} was not found: expected a notebook (.ipynb); "
                          "give its path, or no path for the assignment's own")
        if not path.is_file():
            raise Refused(f"{path} is not a file: expected a notebook (.ipynb)")
        if path.stat().st_size > LARGEST:
            raise Refused(f"{path} is larger than {LARGEST // 2**20} MB: clear its largest "
                          "output and save it again")
        text = path.read_text(encoding="utf-8-sig")     # some editors of Windows add a mark
    except UnicodeDecodeError:
        raise Refused(f"{path} cannot be read: it is not UTF-8 text; save it as UTF-8") from None
    except OSError as problem:
        raise Refused(f"{path} cannot be read: {explain(problem)}") from None
    return Notebook(parse_notebook(text, path), path.name, path.parent)


def parse_notebook(text, name):
    """The content of a notebook, from its text; Refused says why it cannot be read."""
    if words := find_conflict(text, name):
        raise Refused(words)
    try:
        node = nbformat.reads(text, as_version=4)
        if HALF_LETTER.search(text):
            node = nbformat.from_dict(join_half_letters(node))
        for cell in node.cells if node.nbformat_minor < 5 else []:
            cell.pop("id", None)    # older notebooks have none, but a merge may leave one
        nbformat.validate(node)
    except Exception as problem:  # nbformat raises many kinds, with one meaning
        why = explain(problem.__cause__ or problem)     # which line is not JSON
        raise Refused(f"{name} is not a notebook that can be read ({why}): open it in Jupyter and "
                      "save it again, or take back an earlier copy") from None
    return node


def join_half_letters(value):
    """The content of a notebook, with halves of letters joined, or replaced by a mark."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {join_half_letters(name): join_half_letters(inner) for name, inner in value.items()}
    return [join_half_letters(inner) for inner in value] if isinstance(value, list) else value


def encode_notebook(notebook):
    """An executed notebook as the bytes of a file, without progress bars and times."""
    for cell in notebook.node.cells:
        cell.metadata.pop("execution", None)    # times would differ with every run
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    notebook.node.metadata.get("language_info", {}).pop("version", None)
    return (nbformat.writes(notebook.node) + "\n").encode("utf-8", "replace")
