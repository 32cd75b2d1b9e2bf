"""The first program in the sandbox: lowers the limits, becomes another user, starts the command.

    python -I -S -B enter.py SETTINGS FOLDER PLACE COMMAND …

SETTINGS is JSON, {"limits": {"NPROC": 64, …}, "uid": number or null, "ready": a descriptor}. This
program writes a byte to that descriptor before it touches a student's file. It copies FOLDER,
unless that is "", to PLACE, and starts the command there. The command cannot undo any of this.
Runs on Python 3.8 and newer.
"""

import json
import os
import resource
import sys

NO_ROOM = 125       # the exit status if the folder cannot be copied; confined.py knows it


def copy(source, target):
    """Copy the files of a folder. Links, devices and what is there already are left out."""
    os.makedirs(target, exist_ok=True)
    with os.scandir(source) as entries:
        for entry in entries:
            place = os.path.join(target, entry.name)
            if os.path.lexists(place):
                continue
            if entry.is_dir(follow_symlinks=False):
                copy(entry.path, place)
            elif entry.is_file(follow_symlinks=False):
                with open(entry.path, "rb") as old, open(place, "wb") as new:
                    new.write(old.read())


def become(uid):
    """Become a user who owns nothing: limits on processes do not bind root."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def main(settings, folder, place, *command):
    """Lower the limits, and replace this process by the command."""
    if settings["uid"] is not None:
        become(settings["uid"])
    os.umask(0o022)
    for name, value in settings["limits"].items():
        number = getattr(resource, "RLIMIT_" + name)
        hard = resource.getrlimit(number)[1]
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(number, (most, most))
        except (OSError, ValueError):
            if sys.platform == "linux":     # other systems, without a sandbox, lack some limits
                raise
    os.write(settings["ready"], b"1")
    os.close(settings["ready"])
    if folder:
        try:
            copy(folder, place)
        except OSError:
            sys.exit(NO_ROOM)
    os.chdir(place)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), *sys.argv[2:])
