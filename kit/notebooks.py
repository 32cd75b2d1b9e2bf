"""Notebooks: read, executed, and what is made of them written whole or not at all."""

import contextlib
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from kit import ROOT

NOTEBOOKS = [ROOT / "notebooks" / f"task{number}.ipynb" for number in (1, 2, 3, 4)]


class Refused(Exception):
    """Why a command cannot do what it was asked, in one sentence that says what to do."""


@dataclass
class Opened:
    """A notebook that has been read: its file, its content, and its pictures' folder."""

    path: Path
    node: nbformat.NotebookNode
    folder: Path


def read_notebook(path):
    """Return an opened notebook; Refused says why there is none."""
    try:
        text = path.read_text(encoding="utf-8")
        node = nbformat.reads(text, as_version=4)
        nbformat.validate(node)
    except FileNotFoundError:
        raise Refused(f"{path} was not found: expected a notebook (.ipynb); "
                      "give its path, or none for task1 … task4") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise Refused(f"{path} cannot be read: {reason(problem)}") from None
    except Exception as problem:  # nbformat raises many kinds, all of which mean the same here
        raise Refused(f"{path} is not a notebook that can be read ({reason(problem)}): "
                      "open it in Jupyter and save it again") from None
    return Opened(path, node, path.parent)


class RelayingClient(NotebookClient):
    """Executes a notebook and passes its progress bars on to the terminal while it runs."""

    def output(self, outs, msg, display_id, cell_index):
        """Return what the kernel put out, as nbclient does."""
        content = msg["content"]
        if msg["msg_type"] == "stream" and content["name"] == "stderr":
            sys.stderr.write(content["text"])
            sys.stderr.flush()
        return super().output(outs, msg, display_id, cell_index)


def execute(notebook):
    """Execute one notebook where its folder is; Refused names the first cell that fails."""
    running = {}
    client = RelayingClient(
        notebook.node, timeout=None, kernel_name="python3",
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(notebook.folder)}},
        on_cell_start=lambda cell, cell_index: running.update(number=cell_index + 1))
    try:
        client.execute()
    except CellExecutionError as problem:
        raise Refused(f"{notebook.path.name}, cell {running['number']} failed: "
                      f"{problem.ename}: {one_line(problem.evalue)}") from None
    except DeadKernelError:
        raise Refused(f"{notebook.path.name}, cell {running.get('number', 1)} ended the "
                      "Python process: it may have run out of memory") from None
    except Exception as problem:  # no kernel, no free port: whatever it is, no traceback
        raise Refused(f"{notebook.path.name} could not be run ({reason(problem)}): check "
                      "that `pip install -e .` succeeded") from None


@contextlib.contextmanager
def whole_file(path):
    """Yield a file that appears at path when all is well, and not at all otherwise."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise Refused(f"{path} is a folder: give the name of a file")
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-",
                                             suffix=path.suffix)
        with os.fdopen(handle, "wb") as file:
            yield file
        os.chmod(temporary, 0o644)  # mkstemp lets nobody else read
        os.replace(temporary, path)
        temporary = None
    except OSError as problem:
        raise Refused(f"{path} cannot be written ({reason(problem)}): close it in other "
                      "programs, or give another place") from None
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def reason(problem):
    """Return what went wrong, in a few words."""
    if isinstance(problem, json.JSONDecodeError):
        return f"line {problem.lineno} is not JSON"
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror
    return one_line(str(problem)) or type(problem).__name__


def one_line(text, longest=160):
    """Return text on one line, shortened."""
    text = " ".join(str(text).split())
    return text if len(text) <= longest else text[:longest - 1] + "…"
