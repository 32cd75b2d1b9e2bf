"""Starts a kernel in the sandbox, in the folder of a notebook of the submission.

    python -I -B kernel_start.py PLACE CONNECTION LISTEN SUPPLIED REPLACED GIVEN

This starts in a copy of the submission. PLACE is the notebook's folder there. LISTEN is
kernel_listen.py, which gets the file CONNECTION. SUPPLIED is a folder of files that are copied to
PLACE if they are missing. The files in REPLACED replace the submission's files of the same name.
Both may be "". GIVEN names the folders that are not the submission's, separated by commas. Runs on
Python 3.8 and newer.
"""

import os
import shutil
import sys


def supply(supplied, place):
    """Copy the files that are missing in a folder."""
    for name in os.listdir(supplied):
        if name.endswith(".py") and not os.path.exists(os.path.join(place, name)):
            shutil.copy(os.path.join(supplied, name), place)


def replace(replaced, place, given):
    """Copy each file into a folder, and over all files of the same name."""
    for name in os.listdir(replaced):
        if not name.endswith(".py"):
            continue
        shutil.copy(os.path.join(replaced, name), place)
        for folder, folders, names in os.walk("."):
            if folder == ".":
                folders[:] = [one for one in folders if one not in given]
            if name in names:
                shutil.copy(os.path.join(replaced, name), folder)


def main(place, connection, listen, supplied, replaced, given):
    """Replace this process by a kernel."""
    folder = os.getcwd()
    if supplied:
        supply(supplied, place)
    if replaced:
        replace(replaced, place, given.split(","))
    os.chdir(place)
    os.execv(sys.executable, [
        sys.executable, "-B", "-X", "utf8", listen, connection,
        "--HistoryManager.enabled=False", "--IPKernelApp.log_level=ERROR",
        "--InteractiveShellApp.exec_lines=import sys; sys.path.insert(1, %r)" % folder])


if __name__ == "__main__":
    main(*sys.argv[1:])
