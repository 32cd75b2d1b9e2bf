"""`python -m kit run`: executes notebooks and stores their outputs in them."""

import argparse
import sys
import time
from pathlib import Path

from kit import NOTEBOOKS
from kit.execution import execute
from kit.files import Refused, whole_file
from kit.notebooks import read_notebook, stored


def main(arguments=None):
    """Return the exit status: 0 all were executed and saved, 2 one was not."""
    parser = argparse.ArgumentParser(
        prog="python -m kit run",
        description="Execute notebooks from top to bottom, in order, and store their outputs.",
        epilog="A notebook is saved when all its cells have run. A notebook that fails does not "
               "change. Progress bars are shown, but not stored.")
    parser.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK", default=NOTEBOOKS,
                        help="default: notebooks/task1.ipynb … task4.ipynb")
    try:
        for path in parser.parse_args(arguments).notebooks:
            started = time.monotonic()
            run(path)
            print(f"{path.name}: {time.monotonic() - started:.1f} s")
    except Refused as problem:
        print(f"kit run: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("kit run: stopped; the notebook that was running did not change", file=sys.stderr)
        return 130
    return 0


def run(path):
    """Execute one notebook in its folder and save it."""
    notebook = read_notebook(path)
    failed = execute(notebook)
    if failed:
        raise Refused(failed)
    with whole_file(path) as file:
        file.write(stored(notebook))
