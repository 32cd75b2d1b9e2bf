"""Reads scripts, and the code in notebooks; nothing is run."""

import json

from adapter.notes import note

LONGEST = 2 * 2**20     # of a file that is read, in bytes


def read_source(path):
    """The text of a script, as bytes; SyntaxError if it is far too long."""
    with open(path, "rb") as file:
        data = file.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise SyntaxError(f"it is longer than {LONGEST} bytes")
    return data


def read_start(path):
    """The beginning of a file, as bytes."""
    with open(path, "rb") as file:
        return file.read(LONGEST)


def read_cells(path):
    """The code of a notebook's cells, without magics; [] if it is not a notebook."""
    try:
        cells = json.loads(read_source(path).decode("utf-8"))["cells"]
        sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, LookupError, TypeError, RecursionError, SyntaxError):
        note(f"{path.name} cannot be read as a notebook")
        return []
    texts = ["".join(source) if isinstance(source, list) else str(source) for source in sources]
    return ["\n".join(drop_magic(line) for line in text.split("\n"))
            if not text.lstrip().startswith("%%") else "" for text in texts]


def drop_magic(line):
    """A line of a cell; IPython's own commands become pass."""
    bare = line.lstrip()
    if bare[:1] in ("%", "!", "?") or bare.endswith("?"):
        return line[:len(line) - len(bare)] + "pass"
    return line
