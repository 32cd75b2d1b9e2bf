"""A control group for each sandbox, where this machine lets us make one: the kernel counts.

Memory has then a limit that nothing overshoots but what measure_uncounted tells. The processor
time of processes that have ended counts too. Both versions of control groups are known: version 1
has a folder for each controller, version 2 has one folder.
"""

import contextlib
import functools
import itertools
import os
import subprocess
import time
from pathlib import Path

NAME = "sandbox-"
LIMITS = (("memory.max", "memory.swap.max"),
          ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes"))
TCP, MOST_TCP = "memory.kmem.tcp.limit_in_bytes", 64 * 2**20    # version 1 counts it on its own
NUMBERS = itertools.count()


class Group:
    """A control group: {controller: its folder}, of "memory", "cpu" and "cpuacct"."""

    def __init__(self, places, memory):
        name = f"{NAME}{os.getpid()}-{next(NUMBERS)}"
        self.folders = {one: place / name for one, place in places.items()}
        try:
            for folder in set(self.folders.values()):
                folder.mkdir()
            self.limit_memory(memory)
        except OSError:
            self.close()
            raise

    def limit_memory(self, size):
        """Limit its memory to some bytes, and let it have nothing more in swap."""
        folder = self.folders["memory"]
        for first, swap in LIMITS:
            if (folder / first).exists():
                (folder / first).write_text(str(size))
                if (folder / swap).exists():
                    (folder / swap).write_text(str(0 if first == "memory.max" else size))
                if (folder / TCP).exists():
                    (folder / TCP).write_text(str(MOST_TCP))
                return
        raise OSError("this control group has no limit on memory")

    def add(self, pid):
        """Put a process into it, with all that it will start."""
        for folder in set(self.folders.values()):
            (folder / "cgroup.procs").write_text(str(pid))

    def is_full(self):
        """Whether the kernel has ended one of its processes because the memory was full."""
        folder = self.folders["memory"]
        return any(read_numbers(folder / file).get("oom_kill", 0)
                   for file in ("memory.events", "memory.oom_control"))

    def read_used(self):
        """The seconds of processor time; None if it does not count them."""
        folder = self.folders.get("cpuacct", self.folders["memory"])
        with contextlib.suppress(OSError, ValueError):
            return int((folder / "cpuacct.usage").read_text()) / 1e9
        used = read_numbers(folder / "cpu.stat").get("usage_usec")
        return None if used is None else used / 1e6

    def close(self):
        """Remove it, once its processes have ended."""
        for folder in set(self.folders.values()):
            for pause in (0, 0.01, 0.1, 1):
                time.sleep(pause)
                try:
                    folder.rmdir()
                except FileNotFoundError:
                    pass
                except OSError:
                    continue        # the last one is just ending
                break


def read_numbers(path):
    """{name: number} of a file with lines of two words; {} if there is none."""
    found = {}
    with contextlib.suppress(OSError, ValueError), open(path) as file:
        for line in file:
            name, number = line.split()
            found[name] = int(number)
    return found


def make_group(memory):
    """A Group with a limit on memory, in bytes; None where none can be made."""
    places = find_places()
    return Group(places, memory) if places else None


@functools.cache
def find_places():
    """{controller: the folder where groups can be made}; {} if none can have a limit.

    Groups that a killed grader has left are removed.
    """
    for places in list_places():
        with contextlib.suppress(OSError):
            for place in set(places.values()):
                remove_left_groups(place)
            if can_limit(places):
                return places
    return {}


def can_limit(places):
    """Whether a group can be made in these places, and a process be put into it."""
    # it ends with its standard input, also if the grader is killed
    process = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE)
    group = None
    try:
        group = Group(places, 2**30)
        group.add(process.pid)
        return True
    finally:
        process.kill()
        process.communicate()
        if group:
            group.close()


def list_places():
    """The places to try: our own groups of version 1; our own of version 2, and that above it."""
    mounts, first = list_mounts(), {}
    for line in read_lines("/proc/self/cgroup"):
        number, names, path = line.split(":", 2)
        for name in names.split(",") if names else ["2"]:
            if name in mounts:
                root, place = mounts[name]
                first[name] = Path(place, os.path.relpath(path, root))
    if "memory" in first:
        yield {name: first[name] for name in ("memory", "cpu", "cpuacct") if name in first}
    elif "2" in first:
        own = first["2"]
        yield {"memory": own}
        if own != Path(mounts["2"][1]):
            yield {"memory": own.parent}


def list_mounts():
    """{controller, "2" for version 2: (the root of its mount, where that is mounted)}."""
    found = {}
    for line in read_lines("/proc/self/mountinfo"):
        words, _, kind = line.partition(" - ")
        root, place = words.split()[3:5]
        kind, _, options = kind.split(None, 2)
        names = ["2"] if kind == "cgroup2" else options.split(",") if kind == "cgroup" else []
        for name in names:
            found.setdefault(name, (root, place))
    return found


def read_lines(path):
    """The lines of a file; [] if it cannot be read."""
    with contextlib.suppress(OSError), open(path) as file:
        return file.read().splitlines()
    return []


def remove_left_groups(place):
    """Remove the groups whose grader has ended without doing so."""
    for folder in place.glob(f"{NAME}*-*"):
        pid = folder.name[len(NAME):].partition("-")[0]
        if not os.path.exists(f"/proc/{pid}"):
            with contextlib.suppress(OSError):      # it still has a process
                folder.rmdir()
