"""The sandbox itself: the command line of bubblewrap, and how it is started.

There are two recipes. An ordinary user gets a user namespace. Root (a container of CI) keeps the
right to become a user who owns nothing, since limits on processes do not bind root.
"""

import contextlib
import functools
import os
import re
import shutil
import signal
import subprocess
from pathlib import PurePosixPath

from kit.files import Refused
from staff.sandbox.confined import start_process
from staff.sandbox.limits import MIB, SCRATCH
from staff.sandbox.seccomp import build_filter

SMALL = MIB             # bytes of a file that is copied
SYSTEM = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime")


def start(program, command, python, uid, ready, group=None):
    """Start a command; return its Popen and the process number of the first process inside.

    program: a sandbox.Program; python: its Interpreter; ready: a descriptor for the command.
    uid:     the user to become, None for an ordinary user.
    group:   the control group for all that runs inside.
    """
    told, info = os.pipe()
    with contextlib.ExitStack() as stack:
        told = stack.enter_context(os.fdopen(told))
        info = stack.enter_context(os.fdopen(info, "w"))
        code = stack.enter_context(make_file(build_filter()))
        # bubblewrap starts nothing until the other end is closed
        wait, go = map(stack.enter_context, map(os.fdopen, os.pipe()))
        places, copied = list_places(program, python, stack)
        options = [*list_namespaces(uid), *places, "--seccomp", str(code.fileno()),
                   "--info-fd", str(info.fileno()), "--block-fd", str(wait.fileno()),
                   "--chdir", "/box"]
        # through a file: the command line can be read inside, and would tell about the host
        listed = stack.enter_context(make_file("\0".join(options).encode()))
        popen = start_process(
            [find_bubblewrap(), "--args", str(listed.fileno()), "--", *command], program.env,
            program.talk, (code.fileno(), info.fileno(), listed.fileno(), wait.fileno(), ready,
                           *copied, *program.descriptors))
        info.close()
        # bubblewrap tells this before anything inside runs; it tells nothing if it fails
        child = re.search(r'"child-pid": (\d+)', told.read())
        if group and child:
            try:
                group.add(int(child[1]))
            except ProcessLookupError:      # it has ended, and says why
                pass
            except OSError:
                os.killpg(popen.pid, signal.SIGKILL)
                popen.wait()
                raise
    return popen, child and int(child[1])


def make_file(data):
    """A file in memory, open for reading. A pipe would be too small where pipes are short."""
    file = os.fdopen(os.memfd_create("sandbox"), "w+b")
    file.write(data)
    file.seek(0)
    return file


def find_bubblewrap():
    """The path of bubblewrap; Refused if it is not there."""
    found = shutil.which("bwrap")
    if found is None:
        raise Refused("bubblewrap is not installed")
    return found


@functools.lru_cache(maxsize=1)
def read_version():
    """The version of bubblewrap, such as (0, 8, 0); Refused if it does not tell."""
    try:
        said = subprocess.run([find_bubblewrap(), "--version"], capture_output=True, text=True,
                              timeout=20)
        return tuple(map(int, re.search(r"(\d+)\.(\d+)\.(\d+)", said.stdout).groups()))
    except (OSError, subprocess.SubprocessError, AttributeError):
        raise Refused("bwrap --version does not give a version") from None


def list_namespaces(uid):
    """The options that hide processes, network and users."""
    options = ["--die-with-parent", "--unshare-ipc", "--unshare-pid", "--unshare-net",
               "--unshare-uts", "--unshare-cgroup-try", "--hostname", "sandbox",
               "--cap-drop", "ALL"]
    if uid is not None:
        return [*options, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    # older versions cannot forbid namespaces in the sandbox; the filter of system calls does too
    forbid = ["--disable-userns"] if read_version() >= (0, 8) else []
    return [*options, "--unshare-user", *forbid]


def list_places(program, python, stack):
    """The options for the files and folders inside, and the descriptors of files to copy.

    A small file is copied, since a mount takes longer. Copies stand only in read-only folders.
    stack: an ExitStack, which closes the files.
    """
    options = ["--ro-bind", "/usr", "/usr"]
    for name in ("/lib", "/lib64", "/bin", "/sbin"):
        if os.path.islink(name):
            options += ["--symlink", os.readlink(name), name]
        elif os.path.isdir(name):
            options += ["--ro-bind", name, name]
    made = ["/", "/dev", *SCRATCH]
    for path in SYSTEM:
        options += [*make_parents(path, made), "--ro-bind-try", path, path]
    # as much memory as one likes can be had from the other zero, shared and uncounted
    options += ["--proc", "/proc", "--dev", "/dev", "--dev-bind", "/dev/full", "/dev/zero"]
    for place, limit in SCRATCH.items():
        options += [*make_parents(place, made),
                    *make_scratch(place, getattr(program.limits, limit))]
    show = {prefix: prefix for prefix in python.prefixes if not is_within(prefix, "/usr")}
    if python.fonts:        # otherwise each sandbox would make this list anew, for a second
        show[f"/tmp/{PurePosixPath(python.fonts).name}"] = python.fonts
    copied = []
    for inside, place in sorted({**show, **program.show}.items()):
        options += make_parents(inside, made)
        if is_small_file(place) and not is_in_scratch(inside):
            copied.append(stack.enter_context(open(place, "rb")).fileno())
            options += ["--perms", "0444", "--file", str(copied[-1]), inside]
        else:
            options += ["--ro-bind", os.path.realpath(place), inside]
    for folder in ("/dev", "/", *filter(is_in_scratch, made)):
        options += ["--remount-ro", folder]
    return options, copied


def make_scratch(place, mib):
    """The options for an empty folder in memory; before 0.7 its size was not limited."""
    limited = ["--size", str(mib * MIB)] if read_version() >= (0, 7) else []
    return ["--perms", "1777", *limited, "--tmpfs", place]


def make_parents(inside, made):
    """The options that make the folders above a path; they are added to those made.

    A folder where code may write becomes a mount: code can neither move nor replace it.
    """
    options = []
    for folder in map(str, reversed(PurePosixPath(inside).parents)):
        if folder not in made:
            made.append(folder)
            kind = "--tmpfs" if is_in_scratch(folder) else "--dir"
            options += ["--perms", "0755", kind, folder]
    return options


def is_in_scratch(path):
    """Whether a path stands directly in a folder where code may write."""
    return str(PurePosixPath(path).parent) in SCRATCH


def is_small_file(path):
    """Whether a path is that of a file which is copied."""
    return os.path.isfile(path) and os.path.getsize(path) <= SMALL


def is_within(path, folder):
    """Whether a path is a folder or in it."""
    return PurePosixPath(path).is_relative_to(folder)
