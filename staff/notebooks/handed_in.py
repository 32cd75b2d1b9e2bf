"""Notebooks that strangers have handed in: read within limits, and nothing in them believed.

What is not as a notebook has it is left out, so that a cell from an odd editor costs nobody an
answer. Values are plain text and numbers afterwards, and never executed or shown as HTML here.
"""

import json
import os
import re

from kit.files import Refused, one_line, reason
from kit.notebook_files import Notebook, nbformat

LARGEST = 50 * 2**20
MOST_VALUES = 3_000_000     # each takes up to a hundred bytes once it is read, much more than here
MOST_CELLS = 2000
MOST_OUTPUTS = 1000         # of one cell
MOST_NOTEBOOKS = 20
LONGEST_SOURCE = 1_000_000   # letters of one cell
SKIPPED = {".ipynb_checkpoints", "__MACOSX", "__pycache__"}
EMBEDDED = re.compile(r"(data:[\w./+-]{0,40};base64,)[A-Za-z0-9+/=\s]{100,}")
NOT_SHOWN = re.compile(r"[^\S\n\t ]")     # odd spaces and line ends


def notebooks_in(folder):
    """Return (notebooks, sentences on those that cannot be read) of a submission's clean copy.

    The sentences come as (name, words). A notebook's name is its path in the copy.
    """
    found, refused = [], []
    paths = sorted(path for path in folder.rglob("*.ipynb")
                   if not SKIPPED & set(path.relative_to(folder).parts))
    for path in paths[:MOST_NOTEBOOKS]:
        name = path.relative_to(folder).as_posix()
        try:
            found.append(read_handed_in(path, name))
        except Refused as refusal:
            refused.append((name, str(refusal)))
    refused += [(path.relative_to(folder).as_posix(),
                 f"is one notebook of more than {MOST_NOTEBOOKS}, and was not read")
                for path in paths[MOST_NOTEBOOKS:]]
    return found, refused


def read_handed_in(path, name):
    """Return the Notebook in a file; Refused says in a few words why there is none."""
    try:
        if os.path.islink(path) or not path.is_file():
            raise Refused("is not a file: expected a notebook")
        if path.stat().st_size > LARGEST:
            raise Refused(f"is larger than {LARGEST // 2**20} MB, and was not read: clear its "
                          "largest output")
        content = json_of(path.read_bytes())
        major = content.get("nbformat", 4)
        if isinstance(major, int) and 0 < major < 4:
            content = nbformat.reads(json.dumps(content), as_version=4)
        cells = content["cells"]
        if not isinstance(cells, list):
            raise TypeError("its cells are no list")
    except OSError as problem:
        raise Refused(f"cannot be read: {reason(problem)}") from None
    except Refused:
        raise
    except Exception as problem:    # nbformat raises many kinds; RecursionError and MemoryError
        raise Refused(f"is not a notebook that can be read ({described(problem)})") from None
    if len(cells) > MOST_CELLS:
        raise Refused(f"has more than {MOST_CELLS:,} cells, and was not read")
    node = nbformat.from_dict({      # not new_notebook, which would give cells other ids
        "nbformat": 4, "nbformat_minor": 5,
        "metadata": {"language": language_of(content.get("metadata"))},
        "cells": [cell_of(cell) for cell in cells if isinstance(cell, dict)]})
    return Notebook(node, name, path.parent)


def json_of(data):
    """Return the object in a notebook's bytes, once it is sure to fit into memory."""
    values = sum(data.count(sign) for sign in (b",", b"[", b"{", b":"))
    if values > MOST_VALUES:
        raise Refused(f"holds more than {MOST_VALUES:,} values, and was not read: clear its "
                      "largest output")
    content = json.loads(data.decode("utf-8-sig"))
    if not isinstance(content, dict):
        raise TypeError("it holds no object")
    return content


def described(problem):
    """Return what went wrong with a file, in a few words that hold nothing of it."""
    if isinstance(problem, UnicodeDecodeError):
        return "it is not UTF-8 text"
    if isinstance(problem, RecursionError):
        return "its values lie too deep in each other"
    if isinstance(problem, KeyError):
        return "it holds no cells"
    return one_line(reason(problem), 80)


def language_of(metadata):
    """Return the language that a notebook says it is written in; Python if it does not say."""
    for part, name in (("kernelspec", "language"), ("language_info", "name")):
        found = metadata.get(part) if isinstance(metadata, dict) else None
        if isinstance(found, dict) and isinstance(found.get(name), str):
            return one_line(found[name], 20)
    return "python"


def cell_of(cell):
    """Return a cell with what is plain in it."""
    kind = cell.get("cell_type")
    kind = kind if kind in ("code", "markdown", "raw") else "markdown"
    source = text_of(cell.get("source"))[:LONGEST_SOURCE]
    found = {"cell_type": kind, "source": source, "metadata": metadata_of(cell.get("metadata"))}
    if isinstance(cell.get("id"), str):
        found["id"] = one_line(cell["id"], 64)
    if kind == "code":
        count, outputs = cell.get("execution_count"), listed(cell.get("outputs"))
        found["execution_count"] = count if type(count) is int and 0 <= count < 2**31 else None
        found["outputs"] = [output_of(output) for output in outputs[:MOST_OUTPUTS]
                            if isinstance(output, dict)]
    elif isinstance(cell.get("attachments"), dict):
        found["attachments"] = {text_of(name): data_of(data)
                                for name, data in cell["attachments"].items()}
    return found


def metadata_of(metadata):
    """Return the tags and nbgrader's name of a cell, the metadata that matter here."""
    metadata = metadata if isinstance(metadata, dict) else {}
    found = {"tags": [tag for tag in listed(metadata.get("tags")) if isinstance(tag, str)]}
    nbgrader = metadata.get("nbgrader")
    if isinstance(nbgrader, dict) and isinstance(nbgrader.get("grade_id"), str):
        found["nbgrader"] = {"grade_id": one_line(nbgrader["grade_id"], 64)}
    return found


def output_of(output):
    """Return an output with what is plain in it."""
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": kind, "name": name, "text": text_of(output.get("text"))}
    if kind == "error":
        return {"output_type": kind, "ename": one_line(text_of(output.get("ename")), 80),
                "evalue": text_of(output.get("evalue"))[:2000], "traceback": []}
    return {"output_type": "display_data", "data": data_of(output.get("data")), "metadata": {}}


def data_of(data):
    """Return {kind: text} of what an output or an attachment shows."""
    if not isinstance(data, dict):
        return {}
    return {text_of(kind): text_of(value) for kind, value in data.items()
            if isinstance(value, (str, list))}


def text_of(value):
    """Return text that may come in pieces; halves of letters become a mark."""
    if isinstance(value, list):
        value = "".join(piece for piece in value if isinstance(piece, str))
    if not isinstance(value, str):
        return ""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def listed(value):
    """Return a list, empty if it is none."""
    return value if isinstance(value, list) else []


def plain(text, longest):
    """Return text for people: without what could steer a display, and not longer than that."""
    text = EMBEDDED.sub(r"\1…", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = NOT_SHOWN.sub(" ", text)
    text = "".join(letter if letter.isprintable() or letter in "\n\t" else "\ufffd"
                   for letter in text[:longest + 1])
    return text if len(text) <= longest else text[:longest - 1] + "…"
