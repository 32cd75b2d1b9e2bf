"""Which layout a hand-in has: the kit's, or that of the course's starter code.

Only text is searched: what a stranger wrote is not parsed here.
"""

import re
import sys

from kit.files import Refused

AUTO, KIT, STARTER = "auto", "kit", "starter"
LAYOUTS = (AUTO, KIT, STARTER)
KIT_SCRIPTS = ("utils.py", "task2.py", "task3.py", "task4.py")
SCRIPTS = (*KIT_SCRIPTS, "task2a.py", "trainer.py", "mnist.py")    # names of the assignment
MOST_SEARCHED = 20 * 2**20      # bytes of a file: a notebook may hold many pictures
# what only the kit's scripts define, and what both layouts ask a student to write
OF_KIT = re.compile(rb"\b(?:class (?:ImprovedModel|MomentumTrainer)|def training_statistics)\b")
OF_BOTH = re.compile(rb"\b(?:class (?:SoftmaxModel|SoftmaxTrainer)|def (?:pre_process_images"
                     rb"|one_hot_encode|cross_entropy_loss|calculate_accuracy))\b")
LIBRARIES = {"numpy", "matplotlib", "scipy", "tqdm", "torch", "kit", "sitecustomize",
             "usercustomize", "conftest", *getattr(sys, "stdlib_module_names", ())}
NEVER_LOADED = (".pkl", ".pickle", ".npy", ".npz", ".pt", ".pth", ".joblib")


def layout_of(files, layout=AUTO):
    """Return "kit" or "starter" for {name: bytes}; Refused if nothing of the assignment is there.

    kit:     task2.py, task3.py or task4.py defines what only the kit's scripts do, and there is
             no task2a.py.
    starter: any other script or notebook defines one of the functions that are asked for.
    layout:  the one it must be, if it is not to be found out.
    """
    scripts = [files[name] for name in KIT_SCRIPTS if name in files]
    if layout == KIT or (layout == AUTO and "task2a.py" not in files
                         and any(holds(OF_KIT, text) for text in scripts)):
        if not scripts:
            raise Refused(f"it holds none of {', '.join(KIT_SCRIPTS)}")
        return KIT
    if any(name.lower().endswith((".py", ".ipynb")) and holds(OF_BOTH, text)
           for name, text in files.items()):
        return STARTER
    raise Refused("it holds no Python file of the assignment")


def holds(pattern, text):
    """Return whether a pattern occurs in the part of a text that is searched."""
    return pattern.search(text, 0, MOST_SEARCHED) is not None


def odd_names(files):
    """Return notes on files that look like a library, or that are never loaded."""
    notes = []
    for name in sorted(files):
        stem = name.split("/")[0].removesuffix(".py")
        if stem in LIBRARIES and name in (f"{stem}.py", f"{stem}/__init__.py"):
            notes.append(f"{name} has the name of a library, in whose place it is not used")
    if stored := [name for name in sorted(files) if name.lower().endswith(NEVER_LOADED)]:
        more = f" and {len(stored) - 1} more" if len(stored) > 1 else ""
        notes.append(f"{stored[0]}{more}: such files are never loaded in the grader")
    return notes
