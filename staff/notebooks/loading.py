"""Loads notebooks from strangers, within limits, and trusts nothing in them.

A value that does not belong in a notebook is left out. So an odd cell costs no student an answer.
Afterwards all values are text and numbers. They are not executed or shown as HTML here.
"""

import json
import os
import re

from kit.files import Refused, shorten, quote, explain
from kit.notebook_files import Notebook, nbformat

LARGEST = 50 * 2**20
MOST_VALUES = 3_000_000     # each takes up to 100 bytes of memory
MOST_CELLS = 2000
MOST_OUTPUTS = 1000         # of one cell
MOST_NOTEBOOKS = 20
LONGEST_SOURCE = 1_000_000  # letters of one cell
SKIPPED = {".ipynb_checkpoints", "__MACOSX", "__pycache__"}
EMBEDDED = re.compile(r"(data:[\w./+-]{0,40};base64,)[A-Za-z0-9+/=\s]{100,}")
NOT_SHOWN = re.compile(r"[^\S\n\t ]")  # odd spaces and line ends


def load_notebooks(folder):
    """(Notebooks, [(name, why it was not loaded)]) of a submission's folder.

    The name of a notebook is its path in the folder.
    """
    found, refused = [], []
    paths = sorted(path for path in folder.rglob("*.ipynb")
                   if not SKIPPED & set(path.relative_to(folder).parts))
    for path in paths[:MOST_NOTEBOOKS]:
        name = path.relative_to(folder).as_posix()
        try:
            found.append(load_notebook(path, name))
        except Refused as refusal:
            refused.append((name, str(refusal)))
    refused += [(path.relative_to(folder).as_posix(),
                 f"was not read: there are more than {MOST_NOTEBOOKS} notebooks")
                for path in paths[MOST_NOTEBOOKS:]]
    return found, refused


def load_notebook(path, name):
    """The Notebook in a file; Refused says why it cannot be loaded."""
    try:
        if os.path.islink(path) or not path.is_file():
            raise Refused("is not a file: expected a notebook")
        if path.stat().st_size > LARGEST:
            raise Refused(f"is larger than {LARGEST // 2**20} MB, and was not read: clear its "
                          "largest output")
        content = parse_json(path.read_bytes())
        major = content.get("nbformat", 4)
        if isinstance(major, int) and 0 < major < 4:
            content = nbformat.reads(json.dumps(content), as_version=4)
        cells = content["cells"]
        if not isinstance(cells, list):
            raise TypeError("its cells are not a list")
    except OSError as problem:
        raise Refused(f"cannot be read: {explain(problem)}") from None
    except Refused:
        raise
    except Exception as problem:    # nbformat raises many kinds; RecursionError and MemoryError
        why = describe_problem(problem)
        raise Refused(f"is not a notebook that can be read ({why})") from None
    if len(cells) > MOST_CELLS:
        raise Refused(f"has more than {MOST_CELLS:,} cells, and was not read")
    node = nbformat.from_dict({      # not new_notebook, which would give cells other ids
        "nbformat": 4, "nbformat_minor": 5,
        "metadata": {"language": find_language(content.get("metadata"))},
        "cells": [clean_cell(cell) for cell in cells if isinstance(cell, dict)]})
    return Notebook(node, name, path.parent)


def list_code(content):
    """The sources of the code cells in a notebook's bytes, as they are; [] if it is none."""
    try:
        return ["".join(cell["source"]) for cell in json.loads(content)["cells"]
                if cell["cell_type"] == "code"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return []


def parse_json(data):
    """The object in a notebook's bytes; Refused if it would take too much memory."""
    values = sum(data.count(sign) for sign in (b",", b"[", b"{", b":"))
    if values > MOST_VALUES:
        raise Refused(f"holds more than {MOST_VALUES:,} values, and was not read: clear its "
                      "largest output")
    content = json.loads(data.decode("utf-8-sig"))
    if not isinstance(content, dict):
        raise TypeError("it does not hold an object")
    return content


def describe_problem(problem):
    """Why a file cannot be read, in a few words; its text is quoted."""
    if isinstance(problem, UnicodeDecodeError):
        return "it is not UTF-8 text"
    if isinstance(problem, RecursionError):
        return "its lists are nested too deeply"
    if isinstance(problem, KeyError):
        return "it holds no cells"
    if isinstance(problem, (json.JSONDecodeError, TypeError)):
        return shorten(explain(problem), 80)
    return quote(explain(problem), 80)       # nbformat's may repeat what the file says


def find_language(metadata):
    """The language that a notebook names; Python if it names none."""
    for part, name in (("kernelspec", "language"), ("language_info", "name")):
        found = metadata.get(part) if isinstance(metadata, dict) else None
        if isinstance(found, dict) and isinstance(found.get(name), str):
            return shorten(found[name], 20)
    return "python"


def clean_cell(cell):
    """A cell with only its text and numbers."""
    kind = cell.get("cell_type")
    kind = kind if kind in ("code", "markdown", "raw") else "markdown"
    source = clean_text(cell.get("source"))[:LONGEST_SOURCE]
    found = {"cell_type": kind, "source": source, "metadata": clean_metadata(cell.get("metadata"))}
    if isinstance(cell.get("id"), str):
        found["id"] = shorten(cell["id"], 64)
    if kind == "code":
        count, outputs = cell.get("execution_count"), as_list(cell.get("outputs"))
        found["execution_count"] = count if type(count) is int and 0 <= count < 2**31 else None
        found["outputs"] = [clean_output(output) for output in outputs[:MOST_OUTPUTS]
                            if isinstance(output, dict)]
    elif isinstance(cell.get("attachments"), dict):
        found["attachments"] = {clean_text(name): clean_data(data)
                                for name, data in cell["attachments"].items()}
    return found


def clean_metadata(metadata):
    """The metadata that are used here: the tags, and the name that nbgrader gave the cell."""
    metadata = metadata if isinstance(metadata, dict) else {}
    found = {"tags": [tag for tag in as_list(metadata.get("tags")) if isinstance(tag, str)]}
    nbgrader = metadata.get("nbgrader")
    if isinstance(nbgrader, dict) and isinstance(nbgrader.get("grade_id"), str):
        found["nbgrader"] = {"grade_id": shorten(nbgrader["grade_id"], 64)}
    return found


def clean_output(output):
    """An output with only its text."""
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": kind, "name": name, "text": clean_text(output.get("text"))}
    if kind == "error":
        return {"output_type": kind, "ename": shorten(clean_text(output.get("ename")), 80),
                "evalue": clean_text(output.get("evalue"))[:2000], "traceback": []}
    return {"output_type": "display_data", "data": clean_data(output.get("data")), "metadata": {}}


def clean_data(data):
    """{kind: text} of an output or an attachment."""
    if not isinstance(data, dict):
        return {}
    return {clean_text(kind): clean_text(value) for kind, value in data.items()
            if isinstance(value, (str, list))}


def clean_text(value):
    """The text of a string or of a list of strings; a mark replaces half a letter."""
    if isinstance(value, list):
        value = "".join(piece for piece in value if isinstance(piece, str))
    if not isinstance(value, str):
        return ""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def as_list(value):
    """The value if it is a list; else an empty list."""
    return value if isinstance(value, list) else []


def make_printable(text, longest):
    """Text that is safe to print, and at most `longest` letters."""
    text = EMBEDDED.sub(r"\1…", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = NOT_SHOWN.sub(" ", text)
    text = "".join(letter if letter.isprintable() or letter in "\n\t" else "\ufffd"
                   for letter in text[:longest + 1])
    return text if len(text) <= longest else text[:longest - 1] + "…"
