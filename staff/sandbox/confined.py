"""A process with a student's code, and the thread that watches over it."""

import contextlib
import mmap
import os
import selectors
import shutil
import signal
import subprocess
import threading
import time

from kit.files import one_line
from staff.sandbox.limits import MIB

NO_ROOM = 125               # the exit status of enter.py if a folder cannot be copied
KEPT = 64 * 1024            # bytes of what is printed, the last ones
PERIOD = 0.05               # seconds between two looks at memory and time
MOST_FILES = 1000           # in a folder of the host's that it may write to
INODE = 1024                # bytes of the kernel's memory that a file takes, even if it is empty
PAGE = mmap.PAGESIZE
SCRATCH = ("tmp", "box", "dev/shm")


class Confined:
    """What subprocess.Popen is to any process, for one that is watched and ends with its children.

    pid, stdin, stdout, poll(), wait(timeout), kill(): as Popen has them; poll and wait give the
    exit status of the student's program, 128 + signal if one ended it.
    reason: why it was stopped, in words for the student; "" if it was not.
    log:    the last 64 KiB of what it printed, as bytes.
    """

    def __init__(self, popen, limits, writable=(), temporary=None, child=None):
        self.popen, self.limits = popen, limits
        self.writable, self.temporary = writable, temporary
        self.pid, self.stdin = popen.pid, popen.stdin
        self.stdout = popen.stdout if popen.stderr else None    # without stderr, it is the log
        self.inside, self.cleared = None, False     # a handle on the sandbox's first process
        if child:
            with contextlib.suppress(OSError):
                self.inside = os.pidfd_open(child)
        self.log, self.printed, self.stopped = b"", 0, ""
        self.started = time.monotonic()
        self.lock = threading.Lock()
        self.watcher = threading.Thread(target=self.watch, daemon=True)
        self.watcher.start()

    # ------------------------------------------------------------------- what Popen has as well

    def poll(self):
        """Return the exit status; None while it runs."""
        return status_of(self.popen.poll())

    def wait(self, timeout=None):
        """Return the exit status, once nothing of it is left; subprocess.TimeoutExpired."""
        status = self.popen.wait(timeout)
        with self.lock:
            self.clear_up()
        return status_of(status)

    def kill(self):
        """End it and all that it has started."""
        with self.lock:
            if self.inside is not None and not self.cleared:
                # the first process inside takes all others along, and bubblewrap then ends itself
                with contextlib.suppress(OSError):
                    signal.pidfd_send_signal(self.inside, signal.SIGKILL)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.popen.wait(0.5)
            self.clear_up()

    @property
    def reason(self):
        """Why it was stopped, or what ended it; "" if it ended by itself."""
        if not self.stopped:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return ending_of(self.wait(0.5))
        return self.stopped

    def last_line(self):
        """Return the last line of its log once it has ended, on one line; or its exit status."""
        self.watcher.join(5)
        lines = self.log.decode("utf-8", "replace").strip().splitlines()
        return one_line(lines[-1], 300) if lines else f"it ended with exit status {self.poll()}"

    # ------------------------------------------------------------------------------- its end

    def clear_up(self):
        """Kill what is left of its group, wait until that is gone, and remove its files."""
        if self.cleared:        # the number of its group may be another's by now
            return
        self.cleared = True
        with contextlib.suppress(OSError):
            os.killpg(self.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(5)
        if self.inside is not None:
            with selectors.DefaultSelector() as selector:
                selector.register(self.inside, selectors.EVENT_READ)    # readable: it is gone
                selector.select(5)
            os.close(self.inside)
        if self.temporary:
            shutil.rmtree(self.temporary, ignore_errors=True)

    def stop(self, why):
        """End it for a reason."""
        if not self.stopped and self.popen.poll() is None:
            self.stopped = why
            self.kill()

    # ------------------------------------------------------------------------------ the watch

    def watch(self):
        """Read what it prints and hold it to its limits, until it ends."""
        stream, looked = self.popen.stderr or self.popen.stdout, 0
        with selectors.DefaultSelector() as selector, stream:
            selector.register(stream, selectors.EVENT_READ)
            while True:
                ready = selector.select(PERIOD) if selector.get_map() else time.sleep(PERIOD)
                if ready:
                    data = os.read(stream.fileno(), KEPT)
                    self.take(data)
                    if not data:
                        selector.unregister(stream)
                elif self.popen.poll() is not None:
                    return
                if time.monotonic() - looked >= PERIOD:
                    self.look()
                    looked = time.monotonic()

    def take(self, data):
        """Keep the end of what is printed, and stop it if that is too much."""
        self.printed += len(data)
        self.log = (self.log + data)[-KEPT:]
        if self.printed > self.limits.output_kib * 1024:
            self.stop(f"it printed more than {size(self.limits.output_kib / 1024)}")

    def look(self):
        """Stop it if it takes too long or too much."""
        if time.monotonic() - self.started > self.limits.total_seconds:
            self.stop(f"it took more than {self.limits.total_seconds} s in all")
        elif memory_of(self.pid, self.limits.memory_mib * MIB) > self.limits.memory_mib * MIB:
            self.stop(f"it used more than {size(self.limits.memory_mib)} of memory")
        elif any(too_much(folder, self.limits.output_kib * 1024) for folder in self.writable):
            self.stop(f"it wrote more than {size(self.limits.output_kib / 1024)} beside its "
                      "sockets")


def started(command, env, talk, pass_fds=()):
    """Return a command's Popen, in a session of its own, with one pipe that is the log.

    talk: whether it has stdin and stdout as pipes too; otherwise stdout is the log.
    """
    stdin, stdout, stderr = ((subprocess.PIPE, subprocess.PIPE, subprocess.PIPE) if talk else
                             (subprocess.DEVNULL, subprocess.PIPE, subprocess.STDOUT))
    # a session for itself, and none that bubblewrap makes (--new-session): then its group can be
    # killed at any moment, also while it starts
    return subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=stderr, env=env,
                            pass_fds=pass_fds, start_new_session=True)


ENDINGS = {     # signals that say what ended a process
    "SIGSEGV": "Python crashed (a segmentation fault)", "SIGBUS": "Python crashed (a bus error)",
    "SIGABRT": "Python crashed (it was aborted)", "SIGFPE": "Python crashed (in arithmetic)",
    "SIGILL": "Python crashed (an unknown instruction)",
    "SIGSYS": "it made a system call of another kind of machine",
}


def ending_of(status):
    """Return what an exit status says of how a process was ended; "" if it ended by itself."""
    if status == NO_ROOM:
        return "its files take up more room than there is for all that it writes"
    with contextlib.suppress(ValueError):
        return ENDINGS.get(signal.Signals(status - 128).name, "")
    return ""


def status_of(status):
    """Return an exit status as a shell gives it."""
    return 128 - status if status is not None and status < 0 else status


def size(mib):
    """Return a number of MiB in words."""
    return f"{mib / 1024:g} GiB" if mib >= 1024 else f"{mib:g} MiB"


# ------------------------------------------------------------------------- looking at processes


def children_of(pid):
    """Return the numbers of the processes that a process has started; None if it has ended."""
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                found += map(int, file.read().split())
    except OSError:
        return None
    return found


def descendants(pid):
    """Return the numbers of all processes that a process has started, and those have."""
    found = children_of(pid) or []
    for child in found:     # which grows meanwhile
        found += children_of(child) or []
    return found


def memory_of(pid, limit):
    """Return the bytes that a process and its descendants use; exactly, only above the limit."""
    pids = [pid, *descendants(pid)]
    files = scratch_of(pids[1:2])
    used = sum(map(resident, pids)) + files
    return sum(map(proportional, pids)) + files if used > limit else used


def resident(pid):
    """Return the bytes of memory that a process uses, shared ones in full."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * PAGE
    except (OSError, IndexError):       # it has ended
        return 0


def proportional(pid):
    """Return the bytes of memory that a process uses, its part of the shared ones."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            return sum(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:"))
    except OSError:
        return resident(pid)


def scratch_of(pids):
    """Return the bytes in the temporary files of a sandbox, as one of its processes sees them."""
    used = 0
    for pid in pids:
        for place in SCRATCH:
            with contextlib.suppress(OSError):
                own = f"/proc/{pid}/root/{place}"
                # until it has left the host's root folder, these are the host's files
                if not os.path.exists(f"/{place}") or (
                        os.stat(own).st_dev != os.stat(f"/{place}").st_dev):
                    found = os.statvfs(own)
                    used += (found.f_blocks - found.f_bfree) * found.f_frsize
                    used += (found.f_files - found.f_ffree) * INODE
    return used


def too_much(folder, limit):
    """Return whether a folder holds more bytes or files than it may."""
    used = count = 0
    for place, folders, files in os.walk(folder):
        count += len(folders) + len(files)
        for name in files:
            with contextlib.suppress(OSError):
                used += os.lstat(os.path.join(place, name)).st_blocks * 512
        if used > limit or count > MOST_FILES:
            return True
    return False
