"""The first program of a kernel in the sandbox: makes the assignment's folder whole, starts it.

    python -I -B kernel_start.py KIT PLACE CONNECTION

It starts in a copy of the submission. The scripts find the kit and the data beside them there, as
at home; PLACE is the folder of the notebook in it. Runs on Python 3.8 and newer.
"""

import os
import shutil
import sys


def main(kit, place, connection):
    """Replace this process by a kernel."""
    folder = os.getcwd()
    if not os.path.isdir("kit"):        # a copy: the kit takes its scripts from beside itself
        shutil.copytree(os.path.join(kit, "kit"), "kit")
    if not os.path.exists("data"):
        os.symlink(os.path.join(kit, "data"), "data")
    os.chdir(place)
    os.execv(sys.executable, [
        sys.executable, "-B", "-X", "utf8", "-m", "ipykernel_launcher", "-f", connection,
        "--HistoryManager.enabled=False", "--IPKernelApp.log_level=ERROR",
        "--InteractiveShellApp.exec_lines=import sys; sys.path.insert(1, %r)" % folder])


if __name__ == "__main__":
    main(*sys.argv[1:])
