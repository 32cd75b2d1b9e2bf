"""A process with a student's code, and the thread that watches it."""

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
from staff.sandbox.limits import MIB, SCRATCH

NO_ROOM = 125               # the exit status of enter.py if a folder cannot be copied
KEPT = 64 * 1024            # bytes of what is printed, the last ones
PERIOD = 0.05               # seconds between two looks at memory and time
INODE = 1024                # bytes of the kernel's memory that a file takes, even if it is empty
PAGE = mmap.PAGESIZE


class Confined:
    """A process that is watched, and ends with its children; otherwise like subprocess.Popen.

    poll(), wait(timeout): the exit status, 128 + signal if a signal ended the student's program.
    reason: why it was stopped, in words for the student; "" if it was not.
    log:    the last 64 KiB that it printed, as bytes.
    """

    def __init__(self, popen, limits, temporary=None, child=None):
        self.popen, self.limits, self.temporary = popen, limits, temporary
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

    # -------------------------------------------------------------------------- as Popen has it

    def poll(self):
        """The exit status; None while it runs."""
        return convert_status(self.popen.poll())

    def wait(self, timeout=None):
        """The exit status, once all its processes are gone; subprocess.TimeoutExpired."""
        status = self.popen.wait(timeout)
        with self.lock:
            self.clear_up()
        return convert_status(status)

    def kill(self):
        """End it, and all that it has started."""
        with self.lock:
            if self.inside is not None and not self.cleared:
                # all others end with the first process inside, and then bubblewrap does
                with contextlib.suppress(OSError):
                    signal.pidfd_send_signal(self.inside, signal.SIGKILL)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.popen.wait(0.5)
            self.clear_up()

    @property
    def reason(self):
        """Why it was stopped, or how it crashed; "" if it ended by itself."""
        if not self.stopped:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return explain_ending(self.wait(0.5))
        return self.stopped

    def read_last_line(self):
        """The last line of its log, once it has ended; or its exit status."""
        self.watcher.join(5)
        lines = self.log.decode("utf-8", "replace").strip().splitlines()
        return one_line(lines[-1], 300) if lines else f"it ended with exit status {self.poll()}"

    # ------------------------------------------------------------------------------- its end

    def clear_up(self):
        """Kill the rest of its group, wait until that is gone, and remove its files."""
        if self.cleared:        # another group may have its number by now
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
        """Keep its output and hold it to its limits, until it ends."""
        stream, looked = self.popen.stderr or self.popen.stdout, 0
        with selectors.DefaultSelector() as selector, stream:
            selector.register(stream, selectors.EVENT_READ)
            while True:
                ready = selector.select(PERIOD) if selector.get_map() else time.sleep(PERIOD)
                if ready:
                    data = os.read(stream.fileno(), KEPT)
                    self.keep_output(data)
                    if not data:
                        selector.unregister(stream)
                elif self.popen.poll() is not None:
                    return
                if time.monotonic() - looked >= PERIOD:
                    self.check_limits()
                    looked = time.monotonic()

    def keep_output(self, data):
        """Keep the end of its output; stop it if it prints too much."""
        self.printed += len(data)
        self.log = (self.log + data)[-KEPT:]
        if self.printed > self.limits.output_kib * 1024:
            self.stop(f"it printed more than {write_size(self.limits.output_kib / 1024)}")

    def check_limits(self):
        """Stop it if it takes too long, or uses too much."""
        if time.monotonic() - self.started > self.limits.total_seconds:
            self.stop(f"it took more than {self.limits.total_seconds} s in all")
        elif measure_memory(self.pid, memory := self.limits.memory_mib * MIB) > memory:
            self.stop(f"it used more than {write_size(self.limits.memory_mib)} of memory")


def start_process(command, env, talk, pass_fds=()):
    """The Popen of a command, in a session of its own, with one pipe that is the log.

    talk: whether stdin and stdout are pipes too; otherwise stdout is the log.
    """
    stdin, stdout, stderr = ((subprocess.PIPE, subprocess.PIPE, subprocess.PIPE) if talk else
                             (subprocess.DEVNULL, subprocess.PIPE, subprocess.STDOUT))
    # a session made here, and not by bubblewrap (--new-session): its group can then be killed at
    # any moment, also while it starts
    return subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=stderr, env=env,
                            pass_fds=pass_fds, start_new_session=True)


ENDINGS = {     # signals that tell why a process ended
    "SIGSEGV": "Python crashed (a segmentation fault)", "SIGBUS": "Python crashed (a bus error)",
    "SIGABRT": "Python crashed (it was aborted)", "SIGFPE": "Python crashed (in arithmetic)",
    "SIGILL": "Python crashed (an unknown instruction)",
    "SIGSYS": "it made a system call of another kind of machine",
}


def explain_ending(status):
    """How a process with this exit status crashed; "" if it ended by itself."""
    if status == NO_ROOM:
        return "its files take up more room than there is for all that it writes"
    with contextlib.suppress(ValueError):
        return ENDINGS.get(signal.Signals(status - 128).name, "")
    return ""


def convert_status(status):
    """An exit status as a shell gives it."""
    return 128 - status if status is not None and status < 0 else status


def write_size(mib):
    """A number of MiB, in words."""
    return f"{mib / 1024:g} GiB" if mib >= 1024 else f"{mib:g} MiB"


# ------------------------------------------------------------------------- looking at processes


def list_children(pid):
    """The numbers of the processes that a process has started; None if it has ended."""
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                found += map(int, file.read().split())
    except OSError:
        return None
    return found


def list_descendants(pid):
    """The numbers of the processes that a process has started, with their children."""
    found = list_children(pid) or []
    for child in found:     # the list grows meanwhile
        found += list_children(child) or []
    return found


def measure_memory(pid, limit):
    """The bytes that a process and its descendants use; exact only above the limit."""
    pids = [pid, *list_descendants(pid)]
    files = measure_scratch(pids[1:2])
    used = sum(map(read_resident, pids)) + files
    return sum(map(read_proportional, pids)) + files if used > limit else used


def read_resident(pid):
    """The bytes of memory that a process uses, with all shared ones."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * PAGE
    except (OSError, IndexError):       # it has ended
        return 0


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
                own = f"/proc/{pid}/root{place}"
                # before it has left the host's root folder, it sees the host's files here
                if not os.path.exists(place) or os.stat(own).st_dev != os.stat(place).st_dev:
                    found = os.statvfs(own)
                    used += (found.f_blocks - found.f_bfree) * found.f_frsize
                    used += (found.f_files - found.f_ffree) * INODE
    return used
