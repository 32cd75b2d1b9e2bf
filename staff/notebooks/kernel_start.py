"""Starts a kernel in the sandbox, in the folder of a notebook of the submission.

    python -I -B kernel_start.py PLACE CONNECTION [SUPPLIED]

PLACE is the notebook's folder in the copy of the submission where this starts. SUPPLIED holds
what a hand-in in the starter's layout may lack, and a mnist.py that needs no network. Runs on
Python 3.8 and newer.
"""

import os
import shutil
import sys


def supply(supplied, place):
    """Copy the files that are not there, and mnist.py to wherever there is one."""
    for name in os.listdir(supplied):
        if name.endswith(".py") and not os.path.exists(os.path.join(place, name)):
            shutil.copy(os.path.join(supplied, name), place)
    for folder, folders, names in os.walk("."):
        if folder == ".":
            folders[:] = [name for name in folders if name not in ("kit", "data")]
        if "mnist.py" in names:
            shutil.copy(os.path.join(supplied, "mnist.py"), folder)


def main(place, connection, supplied=None):
    """Replace this process by a kernel."""
    folder = os.getcwd()
    if supplied:
        supply(supplied, place)
    os.chdir(place)
    os.execv(sys.executable, [
        sys.executable, "-B", "-X", "utf8", "-m", "ipykernel_launcher", "-f", connection,
        "--HistoryManager.enabled=False", "--IPKernelApp.log_level=ERROR",
        "--InteractiveShellApp.exec_lines=import sys; sys.path.insert(1, %r)" % folder])


if __name__ == "__main__":
    main(*sys.argv[1:])
