"""How much the processes of a sandbox use, as Linux's /proc tells; zeros on other systems."""

import contextlib
import mmap
import os
import time
from dataclasses import dataclass

from staff.sandbox.limits import SCRATCH

INODE = 1024        # bytes of the kernel's memory that a file takes, even if it is empty
# more than these take; but a machine has few terminals, and a long list of locks is slow to read
TERMINAL, LOCK = 2**24, 2**14
PAGE = mmap.PAGESIZE
TICK = 1 / os.sysconf("SC_CLK_TCK")     # seconds
LONGEST_CREDIT = 1  # seconds


# ------------------------------------------------------------------------------------ processes

def list_children(pid):
    """The numbers of the processes that a process has started; None if it has ended."""
    found, known = [], False
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            # a thread may have ended meanwhile: the others have its children then
            with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{task}/children") as file:
                found += map(int, file.read().split())
                known = True
    return found if known else None


def list_descendants(pid):
    """The numbers of the processes that a process has started, with their children."""
    found = list_children(pid) or []
    for child in found:     # the list grows meanwhile
        found += list_children(child) or []
    return found


def read_fields(path):
    """The words of a file in /proc, after a program's name; [] if the process has ended."""
    with contextlib.suppress(OSError), open(path) as file:
        return file.read().rpartition(") ")[2].split()
    return []


# ----------------------------------------------------------------------------------------- time

@dataclass
class Times:
    """What processes have used since they began.

    used:   seconds of processor time, with that of the children that have ended.
    waited: seconds in which they could have computed, but no processor was free.
    busy:   how many processes and threads compute, or wait for a processor.
    load:   how many the machine's load counts: these, and those that wait for a disk or by vfork.
    """

    used: float = 0.0
    waited: float = 0.0
    busy: int = 0
    load: int = 0


def measure_times(pids):
    """The Times of processes."""
    found = Times()
    for pid in pids:
        found.used += sum(map(int, read_fields(f"/proc/{pid}/stat")[11:15])) * TICK
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{pid}/task"):
                place = f"/proc/{pid}/task/{task}"
                found.waited += sum(map(int, read_fields(f"{place}/schedstat")[1:2])) / 1e9
                state = read_fields(f"{place}/stat")[:1]
                found.busy += state == ["R"]
                found.load += state in (["R"], ["D"])
    return found


class OwnClock:
    """The clock of a sandbox, in seconds.

    It stands while its processes wait for a processor that others have: an overloaded machine
    takes no time from a student. If several compute at once, it runs faster than a clock on the
    wall, for it is never behind the processor time.
    """

    def __init__(self):
        self.seconds, self.used, self.credit = 0.0, 0.0, 0.0
        self.before, self.looked = Times(), time.monotonic()

    def look(self, times):
        """Go on by what has been used since the last look."""
        now = time.monotonic()
        waited = max(0, times.waited - self.before.waited)
        # a wait is told when it ends: it may have begun before the last look
        passed = now - self.looked - waited - self.credit
        self.credit = min(max(0, -passed), LONGEST_CREDIT)
        used = max(0, times.used - self.before.used)
        self.used += used
        self.seconds += max(passed, used, 0)
        self.before, self.looked = times, now


# --------------------------------------------------------------------------------------- memory

def measure_memory(pids, limit):
    """The bytes that the processes of a sandbox use; exact only above the limit.

    pids: bubblewrap, the first process inside, and all others.
    """
    beside = (measure_scratch(pids[1:2]) + measure_sockets(pids[1:2])
              + measure_uncounted(pids[1:2]) + count_locks(pids) * LOCK)
    used = sum(map(read_resident, pids)) + beside
    return sum(map(read_proportional, pids)) + beside if used > limit else used


def read_resident(pid):
    """The bytes of memory that a process uses, with all shared ones."""
    return sum(map(int, read_fields(f"/proc/{pid}/statm")[1:2])) * PAGE


def read_proportional(pid):
    """The bytes of memory that a process uses, with its part of the shared ones."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            return sum(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:"))
    except OSError:
        return read_resident(pid)


def measure_scratch(pids):
    """The bytes in the temporary files of a sandbox, as these of its processes see them."""
    used = 0
    for pid in pids:
        for place in SCRATCH:
            with contextlib.suppress(OSError):
                if has_own(pid, place):
                    found = os.statvfs(f"/proc/{pid}/root{place}")
                    used += (found.f_blocks - found.f_bfree) * found.f_frsize
                    used += (found.f_files - found.f_ffree) * INODE
    return used


def has_own(pid, place):
    """Whether a process has left the host's folder of this name, or that there is none."""
    return (not os.path.exists(place)
            or os.stat(f"/proc/{pid}/root{place}").st_dev != os.stat(place).st_dev)


def measure_sockets(pids):
    """The bytes that the sockets of a sandbox can hold; how many they do hold is not told."""
    used = 0
    for pid in filter(has_own_network, pids):
        with contextlib.suppress(OSError):
            used += count_sockets(pid, "unix") * read_largest("core/wmem_default")
            used += sum(count_sockets(pid, name) for name in ("tcp", "tcp6", "udp", "udp6")) * (
                read_largest("ipv4/tcp_rmem") + read_largest("ipv4/tcp_wmem"))
    return used


def has_own_network(pid):
    """Whether a process has left the host's network."""
    with contextlib.suppress(OSError):
        return os.stat(f"/proc/{pid}/ns/net").st_ino != os.stat("/proc/self/ns/net").st_ino
    return False


def measure_uncounted(pids):
    """The bytes that no control group counts: messages of the kernel (netlink), and terminals."""
    used = 0
    for pid in filter(has_own_network, pids):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/net/netlink") as file:
            used += sum(int(line.split()[4]) for line in [*file][1:])
        with contextlib.suppress(OSError):
            if has_own(pid, "/dev/pts"):
                names = os.listdir(f"/proc/{pid}/root/dev/pts")
                used += sum(map(str.isdecimal, names)) * TERMINAL
    return used


def count_locks(pids):
    """How many files, and parts of them, processes have locked."""
    own = {*map(str, pids)}
    with contextlib.suppress(OSError), open("/proc/locks") as file:
        return sum(own.issuperset(line.split()[-4:-3]) for line in file)
    return 0


def count_sockets(pid, kind):
    """How many sockets of a kind there are; those that only wait to be forgotten hold nothing."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/net/{kind}") as file:
        lines = [line.split() for line in file][1:]
        return sum(kind == "unix" or words[3] != "06" for words in lines)
    return 0


def read_largest(name):
    """The last number of a setting of the kernel's network."""
    with open(f"/proc/sys/net/{name}") as file:
        return int(file.read().split()[-1])
