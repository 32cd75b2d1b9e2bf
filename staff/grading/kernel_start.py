"""The first program of a kernel in the sandbox: makes the assignment's folder whole, starts it.

    python -I -B kernel_start.py KIT PLACE CONNECTION [SUPPLIED]

It starts in a copy of the submission, where the scripts find the kit and the data beside them, as
at home. PLACE is the notebook's folder in it. SUPPLIED holds what a hand-in in the starter's
layout may lack, and a mnist.py that needs no network. Runs on Python 3.8 and newer.
"""

import os
import shutil
import sys


def supply(supplied, place):
    """Copy the files that are not there, and mnist.py to wherever there is one."""
    for name in os.listdir(supplied):
        if name.endswith(".py") and not os.path.exists(os.path.join(place, name)):
            shutil.copy(os.path.join(supplied, name), place)
    for folder, _, names in os.walk("."):
        if "mnist.py" in names:
            shutil.copy(os.path.join(supplied, "mnist.py"), folder)


def main(kit, place, connection, supplied=None):
    """Replace this process by a kernel."""
    folder = os.getcwd()
    if not os.path.isdir("kit"):        # a copy: the kit takes its scripts from beside itself
        shutil.copytree(os.path.join(kit, "kit"), "kit")
    if not os.path.exists("data"):
        os.symlink(os.path.join(kit, "data"), "data")
    if supplied:
        supply(supplied, place)
    os.chdir(place)
    os.execv(sys.executable, [
        sys.executable, "-B", "-X", "utf8", "-m", "ipykernel_launcher", "-f", connection,
        "--HistoryManager.enabled=False", "--IPKernelApp.log_level=ERROR",
        "--InteractiveShellApp.exec_lines=import sys; sys.path.insert(1, %r)" % folder])


if __name__ == "__main__":
    main(*sys.argv[1:])
