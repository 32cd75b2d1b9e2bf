"""The sandbox itself: the command line of bubblewrap, and how it is started.

Two recipes: as an ordinary user, in a user namespace; as root (a container of CI), with the right
to become a user who owns nothing, since limits on processes do not bind root.
"""

import functools
import os
import re
import shutil
import subprocess
from pathlib import PurePosixPath

from kit.files import Refused
from staff.sandbox.confined import started
from staff.sandbox.limits import MIB
from staff.sandbox.seccomp import seccomp_filter

SYSTEM = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime")


def start(command, python, show, write, env, limits, talk, uid, ready):
    """Start a command; return its Popen and the process number of the first process inside.

    Takes what Sandbox.run takes; uid: the user to become, None for an ordinary user; ready: a
    descriptor that the command is handed.
    """
    if uid is not None:
        for folder in write.values():
            os.chown(folder, uid, uid)
    told, info = os.pipe()
    with os.fdopen(told) as told, os.fdopen(info, "w") as info, filled(seccomp_filter()) as code:
        options = [*namespaces(uid), *places(python, show, write, limits), "--seccomp",
                   str(code.fileno()), "--info-fd", str(info.fileno()), "--remount-ro", "/dev",
                   "--remount-ro", "/", "--chdir", "/box"]
        # through a pipe, since the command line can be read inside and would tell of the host
        with filled("\0".join(options).encode()) as listed:
            popen = started([program(), "--args", str(listed.fileno()), "--", *command], env, talk,
                            pass_fds=(code.fileno(), info.fileno(), listed.fileno(), ready))
        info.close()
        # it is told before anything inside runs; nothing is, if bubblewrap fails
        child = re.search(r'"child-pid": (\d+)', told.read())
    return popen, child and int(child[1])


def filled(data):
    """Return a pipe that holds some data, open for reading; it must be short."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as stream:
        stream.write(data)
    return os.fdopen(reading, "rb")


def program():
    """Return the path of bubblewrap; Refused if it is not there."""
    found = shutil.which("bwrap")
    if found is None:
        raise Refused("bubblewrap is not installed")
    return found


@functools.lru_cache(maxsize=1)
def version():
    """Return bubblewrap's version, such as (0, 8, 0); Refused if it does not tell."""
    try:
        said = subprocess.run([program(), "--version"], capture_output=True, text=True, timeout=20)
        return tuple(map(int, re.search(r"(\d+)\.(\d+)\.(\d+)", said.stdout).groups()))
    except (OSError, subprocess.SubprocessError, AttributeError):
        raise Refused("bwrap --version does not give a version") from None


def namespaces(uid):
    """Return the options that hide processes, network and users."""
    options = ["--die-with-parent", "--unshare-ipc", "--unshare-pid", "--unshare-net",
               "--unshare-uts", "--unshare-cgroup-try", "--hostname", "sandbox",
               "--cap-drop", "ALL"]
    if uid is not None:
        return [*options, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    # older ones cannot forbid namespaces within the sandbox; the filter of system calls does too
    return [*options, "--unshare-user", *(["--disable-userns"] if version() >= (0, 8) else [])]


def places(python, show, write, limits):
    """Return the options for what can be seen and written inside."""
    options = ["--ro-bind", "/usr", "/usr"]
    for name in ("/lib", "/lib64", "/bin", "/sbin"):
        if os.path.islink(name):
            options += ["--symlink", os.readlink(name), name]
        elif os.path.isdir(name):
            options += ["--ro-bind", name, name]
    made = {"/", "/tmp", "/box"}
    for path in SYSTEM:
        options += [*parents(path, made), "--ro-bind-try", path, path]
    options += ["--proc", "/proc", "--dev", "/dev", *scratch("/dev/shm", limits.shared_mib),
                *scratch("/tmp", limits.scratch_mib), *scratch("/box", limits.scratch_mib)]
    shown = {prefix: prefix for prefix in python.prefixes if not within(prefix, "/usr")}
    if python.fonts:        # or each sandbox would make this list anew, for a second
        shown[f"/tmp/{PurePosixPath(python.fonts).name}"] = python.fonts
    for option, several in (("--ro-bind", {**shown, **show}), ("--bind", write)):
        for inside, place in sorted(several.items()):
            options += [*parents(inside, made), option, os.path.realpath(place), inside]
    return options


def scratch(place, mib):
    """Return the options for an empty folder in memory; before 0.7 its size was not limited."""
    limited = ["--size", str(mib * MIB)] if version() >= (0, 7) else []
    return ["--perms", "1777", *limited, "--tmpfs", place]


def parents(inside, made):
    """Return the options that make the folders above a path, open to all; those made are noted."""
    options = []
    for folder in reversed(PurePosixPath(inside).parents):
        if str(folder) not in made:
            made.add(str(folder))
            mode = "1777" if within(folder, "/box") else "0755"
            options += ["--perms", mode, "--dir", str(folder)]
    return options


def within(path, folder):
    """Return whether a path is a folder or in it."""
    return PurePosixPath(path).is_relative_to(folder)
