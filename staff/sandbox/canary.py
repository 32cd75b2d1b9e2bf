"""Tries to get out of a sandbox, before any student's code is let into one.

    python -I -B canary.py TARGETS

TARGETS is the JSON of probe.py: things of the host that must be out of reach, the given files,
and the limits. The canary prints a JSON list, with a sentence for each thing that should not have
been possible. Runs on Python 3.8 and newer.
"""

import contextlib
import ctypes
import glob
import importlib.util
import json
import mmap
import os
import platform
import resource
import socket
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)
UNSHARE = {"x86_64": 272, "aarch64": 97}
CLONE_NEWUSER = 0x10000000


def is_reachable(family, address):
    """Whether something answers at an address."""
    with contextlib.suppress(OSError), socket.socket(family) as one:
        one.settimeout(2)
        one.connect(address)
        return True
    return False


def read(path):
    """The bytes of a file; b"" if it cannot be read."""
    with contextlib.suppress(OSError), open(path, "rb") as file:
        return file.read()
    return b""


def try_host(targets):
    """Yield a sentence for each thing of the host that can be seen."""
    if any(map(os.path.lexists, targets["files"])):
        yield "a file of the host can be seen"
    if is_reachable(socket.AF_INET, ("127.0.0.1", targets["port"])):
        yield "the host's loopback can be reached"
    if is_reachable(socket.AF_UNIX, "\0" + targets["abstract"]):
        yield "an abstract socket of the host can be reached"
    if sum(name.isdigit() for name in os.listdir("/proc")) > 3:
        yield "processes of the host can be seen"
    secret = targets["secret"].encode()
    if any(secret in read(path) for path in glob.glob("/proc/*/environ")):
        yield "the environment of the host can be read"


def try_rights():
    """Yield a sentence for each right that this process should not have."""
    status = dict(line.split(":\t", 1) for line in read("/proc/self/status").decode().split("\n")
                  if ":\t" in line)
    if os.geteuid() == 0:
        yield "code runs as root"
    if int(status["CapEff"], 16) or int(status["CapPrm"], 16):
        yield "code has rights of root (capabilities)"
    if status["NoNewPrivs"] != "1":
        yield "programs can gain rights"
    if status["Seccomp"] != "2":
        yield "system calls are not filtered"
    if LIBC.syscall(UNSHARE[platform.machine()], CLONE_NEWUSER) == 0:
        yield "a namespace can be made"
    with contextlib.suppress(OSError, AttributeError):
        os.close(os.memfd_create("canary"))
        yield "memory outside the limits can be had (memfd)"
    with contextlib.suppress(OSError):
        mmap.mmap(-1, mmap.PAGESIZE)
        yield "memory outside the limits can be had (shared)"
    with contextlib.suppress(OSError), open("/dev/zero", "r+b", buffering=0) as file:
        mmap.mmap(file.fileno(), mmap.PAGESIZE)
        yield "memory outside the limits can be had (/dev/zero)"
    with contextlib.suppress(OSError):
        socket.socketpair(type=socket.SOCK_DGRAM)
        yield "memory outside the limits can be had (sockets)"


def try_places(targets):
    """Yield a sentence for each place that can be written to, is too large or tells too much."""
    given = {os.path.dirname(file) for file in targets["given"]}
    folders = {"/", "/usr", "/etc", "/dev", "/box", sys.prefix, sys.base_prefix, *given}
    folders.discard(os.getcwd())        # the student's own folder, where given files stand too
    for folder in sorted(folders):
        with contextlib.suppress(OSError), open(os.path.join(folder, "canary"), "wb"):
            yield f"{folder} can be written to"
    for file in targets["given"]:
        with contextlib.suppress(OSError), open(file, "ab"):
            yield f"{file} can be written to"
    for folder in sorted(given):
        with contextlib.suppress(OSError):
            os.rename(folder, f"{folder}-moved")
            os.rename(f"{folder}-moved", folder)
            yield f"{folder} can be moved"
    for folder, size in targets["sizes"].items():
        found = os.statvfs(folder)
        if found.f_blocks * found.f_frsize > size:
            yield f"{folder} is not limited in size"
    for name in targets["solutions"]:
        if importlib.util.find_spec(name):
            yield (f"the solutions are installed in its Python ({name}): take them out of it, or "
                   "give another with --python")


def try_limits(targets):
    """Yield a sentence for each limit that does not bind."""
    with contextlib.suppress(OSError, ValueError):
        mmap.mmap(-1, resource.getrlimit(resource.RLIMIT_AS)[0],
                  mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        yield "memory is not limited"
    children = []
    with contextlib.suppress(OSError):
        while len(children) <= targets["processes"]:
            child = os.fork()
            if child == 0:
                time.sleep(20)
                os._exit(0)
            children.append(child)
    for child in children:
        os.kill(child, 9)
        os.waitpid(child, 0)
    if not 1 < len(children) <= targets["processes"]:
        yield ("no other process can be started" if len(children) < 2 else
               "the number of processes is not limited")


def main(targets):
    """Print all that was possible."""
    found = [*try_host(targets), *try_rights(), *try_places(targets), *try_limits(targets)]
    if importlib.util.find_spec("numpy") is None:
        found.append("its Python has no NumPy: give another with --python")
    print(json.dumps(found))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
