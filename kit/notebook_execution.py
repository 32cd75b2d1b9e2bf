"""Executes notebooks, in their own folder or in a copy of it.

`python -m kit run` executes notebooks and stores their outputs in them.
"""

import argparse
import atexit
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_output

from kit.definition import FOLDER_VARIABLE, load_assignment
from kit.files import Refused, shorten, explain, write_whole
from kit.notebook_files import read_notebook, encode_notebook

CELL_SECONDS = 1800
TOLD_SECONDS = 60       # after these a cell is named, while it runs
LARGEST_FOLDER = 500 * 2**20


class RelayingClient(NotebookClient):
    """Executes a notebook, and shows its progress bars in the terminal."""

    def output(self, outs, msg, display_id, cell_index):
        """Show progress bars; return the output as nbclient does."""
        content = msg["content"]
        if msg["msg_type"] == "stream" and content["name"] == "stderr":
            sys.stderr.write(content["text"])
            sys.stderr.flush()
        return super().output(outs, msg, display_id, cell_index)


def execute(notebook, scripts=None):
    """Execute a notebook in its folder, up to the first cell that fails.

    scripts: the folder of the scripts that it imports; default: the folder above the notebook's

    Outputs name no folder of this machine.
    Returns None, or one sentence about the cell that failed. That cell's last output is then the
    error, and the cells below it have no output. Refused says why nothing could run.
    """
    language = notebook.node.metadata.get("kernelspec", {}).get("language")
    if isinstance(language, str) and language.lower() != "python":
        raise Refused(f"{notebook.name} is written in {shorten(language, 20)}, expected Python: "
                      "choose a Python kernel and save it")
    for cell in notebook.node.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    running = {"index": 0, "since": time.monotonic()}
    client = RelayingClient(
        notebook.node, timeout=CELL_SECONDS, kernel_name="python3",
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(notebook.folder)}},
        on_cell_start=lambda cell, cell_index: running.update(
            index=cell_index, since=time.monotonic()))
    scripts = scripts or notebook.folder.resolve().parent
    try:
        execute_in_thread(client, scripts, lambda: tell_if_long(notebook, running))
    except CellExecutionError as problem:
        return describe_failure(notebook, running["index"], f"{problem.ename}: {problem.evalue}")
    except CellTimeoutError:
        return store_error(notebook, running["index"], "TimeoutError",
                           f"the cell ran for more than {CELL_SECONDS} s")
    except DeadKernelError:
        return store_error(notebook, running["index"], "DeadKernelError",
                           "the cell ended the Python process: it may have run out of memory")
    except Exception as problem:  # such as no kernel or no free port: no traceback
        raise Refused(f"{notebook.name} could not be run ({explain(problem)}): check "
                      "that `pip install -r requirements.txt` succeeded") from None
    finally:
        hide_folders(notebook.node, list_folders(notebook.folder.resolve(), scripts))
    return None


def list_folders(notebooks, scripts):
    """[(folder of this machine, what outputs say instead)], longest first."""
    known = {notebooks: "notebooks", scripts: ".", Path(tempfile.gettempdir()): "tmp",
             Path(sys.prefix): "python", Path(sys.base_prefix): "python"}
    found = {str(folder): words for folder, words in known.items()}
    for folder, words in known.items():     # IPython writes ~ for the home folder
        if folder.is_relative_to(Path.home()):
            found[f"~{os.sep}{folder.relative_to(Path.home())}"] = words
    found[str(Path.home())] = "~"
    return sorted(found.items(), key=lambda pair: len(pair[0]), reverse=True)


def hide_folders(value, folders):
    """Replace the folders in all outputs of a notebook, or in a part of them."""
    if isinstance(value, str):
        for folder, words in folders:
            for written in {folder, folder.replace("\\", "\\\\")}:    # as repr writes it
                # not within a longer path; [32m is a colour's code
                value = re.sub(rf"(?:(?<![\w/.])|(?<=\dm)){re.escape(written)}(?![\w-])", words,
                               value)
        return value
    if isinstance(value, list):
        value[:] = [hide_folders(one, folders) for one in value]
    elif "cells" in value:
        for cell in value["cells"]:
            hide_folders(cell.get("outputs", []), folders)
    else:
        kept = [name for name in value if name.startswith("image/")]
        value.update({name: hide_folders(one, folders) for name, one in value.items()
                      if name not in kept and isinstance(one, (str, list, dict))})
    return value


def tell_if_long(notebook, running):
    """Name a cell that takes long, once: its loop may never end."""
    if time.monotonic() - running["since"] > TOLD_SECONDS:
        running["since"] = float("inf")
        print(f"{notebook.name}, cell {running['index'] + 1}: runs for more than {TOLD_SECONDS} s "
              f"now, and may take {CELL_SECONDS} s. Ctrl-C stops it.", file=sys.stderr, flush=True)


def execute_in_thread(client, scripts, look):
    """Execute in a thread: in the main thread, nbclient would catch Ctrl-C and fail.

    look: is called twice a second.
    """
    paths = os.pathsep.join([str(scripts), *filter(None, [os.environ.get("PYTHONPATH")])])
    with ThreadPoolExecutor(1) as pool:
        environment = {**os.environ, "PYTHONPATH": paths, FOLDER_VARIABLE: str(scripts)}
        done = pool.submit(client.execute, env=environment, stderr=subprocess.DEVNULL)
        try:
            while not done.done():
                wait([done], timeout=0.5)   # on Windows, Ctrl-C needs a timeout
                look()
        except KeyboardInterrupt:
            while not done.done():          # the kernel may still be starting
                kernel = getattr(client.km, "provisioner", None)
                if kernel is not None and kernel.process is not None:
                    kernel.process.kill()
                wait([done], timeout=0.2)
            atexit.unregister(client._cleanup_kernel)   # there is no kernel to clean up
            raise
        done.result()


def describe_failure(notebook, index, words):
    """The sentence about a cell that failed."""
    return f"{notebook.name}, cell {index + 1} failed: {shorten(words)}"


def store_error(notebook, index, name, words):
    """Store an error that the kernel could not report; return the sentence about it."""
    notebook.node.cells[index].outputs.append(
        new_output("error", ename=name, evalue=words, traceback=[f"{name}: {words}"]))
    return describe_failure(notebook, index, words)


def execute_copies(notebooks, stack):
    """Execute notebooks in copies of their folders; the stack removes the copies."""
    copies = {}
    for notebook in notebooks:
        folder = notebook.folder.resolve()
        if folder not in copies:
            copies[folder] = copy_folder(folder, stack)
        notebook.folder = copies[folder]
        started = time.monotonic()
        print(f"{notebook.name}: running …", file=sys.stderr, flush=True)
        failed = execute(notebook, folder.parent)
        seconds = time.monotonic() - started
        print(failed or f"{notebook.name}: {seconds:.1f} s", file=sys.stderr, flush=True)


def copy_folder(folder, stack):
    """A temporary copy of a folder; the stack removes it."""
    try:
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        if size > LARGEST_FOLDER:
            raise Refused(f"{folder} holds {size // 2**20} MB, and at most "
                          f"{LARGEST_FOLDER // 2**20} MB can be copied to run the notebooks: "
                          "move large files away")
        temporary = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        target = Path(temporary, folder.name or "notebooks")
        ignored = shutil.ignore_patterns(".*", "__pycache__")
        shutil.copytree(folder, target, symlinks=True, ignore=ignored)
    except OSError as problem:  # shutil.Error too
        raise Refused(f"{folder} cannot be copied to run the notebooks ({explain(problem)}): put "
                      "them into a folder of their own") from None
    return target


# ------------------------------------------------------------------------------ python -m kit run

def main(arguments=None):
    """Execute and save the notebooks; the exit status. Refused says what failed in one."""
    parser = argparse.ArgumentParser(
        prog="python -m kit run",
        description="Execute notebooks from top to bottom, in order, and store their outputs.",
        epilog="A notebook is saved when all its cells have run. A notebook that fails does not "
               "change. Progress bars are shown, but not stored.")
    parser.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK",
                        help="default: those of the assignment")
    given = parser.parse_args(arguments).notebooks
    try:
        for path in given or load_assignment().notebook_paths:
            started = time.monotonic()
            execute_in_place(path)
            print(f"{path.name}: {time.monotonic() - started:.1f} s")
    except KeyboardInterrupt:
        print("kit run: stopped; the notebook that was running did not change", file=sys.stderr)
        return 130
    return 0


def execute_in_place(path):
    """Execute one notebook in its folder and save it."""
    notebook = read_notebook(path)
    failed = execute(notebook)
    if failed:
        raise Refused(failed)
    with write_whole(path) as file:
        file.write(encode_notebook(notebook))
