"""The commands that a student runs: `python -m kit`."""

import sys
import warnings
from importlib.machinery import PathFinder
from pathlib import Path

__version__ = "1.0.0"
ENGINE = Path(__file__).resolve().parent.parent     # the folder that holds kit/
NOTEBOOKS = ENGINE / "notebooks"                    # a kernel there imports from it first
NEEDED = {"matplotlib", "nbformat", "nbclient", "numpy", "psutil", "tqdm", "typst"}


def find_hiding_file():
    """A file beside kit/ or the notebooks that hides a module which Python needs, or None."""
    names = (sys.stdlib_module_names | NEEDED) - {*sys.builtin_module_names, "test"}
    for folder, searched in ((ENGINE, sys.path), (NOTEBOOKS, [str(NOTEBOOKS)])):
        for path in sorted(folder.glob("*.py")):
            found = path.stem in names and PathFinder.find_spec(path.stem, searched)
            if found and found.origin and Path(found.origin).resolve() == path:
                return path
    return None


if sys.platform == "darwin":        # Apple's matrix library reports errors that did not happen
    warnings.filterwarnings("ignore", ".* encountered in matmul", RuntimeWarning)
if hiding := find_hiding_file():
    print(f"{hiding.relative_to(ENGINE).as_posix()}: Python finds this file in place of its own "
          f"module {hiding.stem}. Give it another name, and start again.", file=sys.stderr)
    sys.exit(2)
from kit.files import find_conflict_in_scripts  # noqa: E402  (it needs modules of Python)
# a process of the checks is isolated: it says of each script why that cannot be imported
if not sys.flags.isolated and (words := find_conflict_in_scripts(ENGINE)):
    print(words, file=sys.stderr)
    sys.exit(2)
