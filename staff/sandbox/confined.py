"""A process with a student's code, and the thread that watches it."""

import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time

from kit.files import shorten
from staff.sandbox.folders import remove_folder
from staff.sandbox.limits import MIB
from staff.sandbox.measuring import (OwnClock, list_descendants, measure_memory, measure_times,
                                     measure_uncounted)

NO_ROOM = 125               # the exit status of enter.py if a folder cannot be copied
KEPT = 64 * 1024            # bytes of what is printed, the last ones
PERIOD = 0.05               # seconds between two looks at memory and time
BUSY_SECONDS = 2            # for which too many processes may compute
CORES = os.cpu_count() or 1


class Confined:
    """A process that is watched, and ends with its children; otherwise like subprocess.Popen.

    poll(), wait(timeout): the exit status, 128 + signal if a signal ended the student's program.
    reason: why it was stopped, in words for the student; "" if it was not.
    log:    the last 64 KiB that it printed, as bytes.
    group:  its control group, if it has one.
    """

    def __init__(self, popen, limits, temporary=None, child=None, group=None):
        self.popen, self.limits, self.group = popen, limits, group
        self.temporary = temporary
        self.pid, self.stdin = popen.pid, popen.stdin
        self.stdout = popen.stdout if popen.stderr else None    # without stderr, it is the log
        self.inside, self.cleared = None, False     # a handle on the sandbox's first process
        if child:
            with contextlib.suppress(OSError):
                self.inside = os.pidfd_open(child)
        self.log, self.printed, self.stopped = b"", 0, ""
        self.started, self.calm = time.monotonic(), time.monotonic()
        self.clock, self.overdue, self.load = OwnClock(), False, 0
        self.lock = threading.RLock()
        self.watcher = threading.Thread(target=self.watch, daemon=True)
        try:
            self.watcher.start()
        except RuntimeError as problem:
            self.kill()
            raise OSError(f"no thread can be started to watch it: {problem}") from None

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
                status = self.wait(0.5)
                return self.stopped or explain_ending(status)
        return self.stopped

    def read_clock(self):
        """The seconds of its own clock: see OwnClock."""
        return self.clock.seconds

    def is_starved(self):
        """Whether it is late only since this machine has too much to do."""
        if self.stopped or self.popen.poll() is not None:
            return self.overdue
        load = os.getloadavg()[0] - self.load       # that of others
        return load > CORES and self.clock.used < self.clock.seconds / 2

    def read_last_line(self):
        """The last line of its log, once it has ended; or its exit status."""
        self.watcher.join(5)
        lines = self.log.decode("utf-8", "replace").strip().splitlines()
        return shorten(lines[-1], 300) if lines else f"it ended with exit status {self.poll()}"

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
        if self.group:
            if self.group.is_full():
                self.stopped = self.stopped or self.tell_memory()
            self.group.close()
        if self.temporary:
            remove_folder(self.temporary)

    def stop(self, why):
        """End it for a reason."""
        if not self.stopped and self.popen.poll() is None:
            self.stopped = why
            self.kill()

    # ------------------------------------------------------------------------------ the watch

    def watch(self):
        """Watch it until it ends. If this fails, it is ended: nothing would limit it any more."""
        try:
            self.watch_until_end()
        except BaseException as problem:
            self.stop("it did what cannot be watched "
                      f"({shorten(f'{type(problem).__name__}: {problem}', 100)})")

    def watch_until_end(self):
        """Keep its output and hold it to its limits."""
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
        pids = [self.pid, *list_descendants(self.pid)]
        self.check_time(pids)
        memory = self.limits.memory_mib * MIB
        used = measure_uncounted(pids[1:2]) if self.group else measure_memory(pids, memory)
        if used > memory or self.group and self.group.is_full():
            self.stop(self.tell_memory())

    def check_time(self, pids):
        """Move its clock on; stop it if that, or the clock on the wall, has gone too far."""
        times, now = measure_times(pids), time.monotonic()
        if self.group:
            times.used = self.group.read_used() or times.used
        self.clock.look(times)
        self.load = max(self.load, times.load)
        most = self.limits.busy_processes * CORES
        if times.busy <= most:
            self.calm = now
        if self.clock.seconds > self.limits.total_seconds:
            self.stop(f"it took more than {self.limits.total_seconds} s in all")
        elif now - self.calm > BUSY_SECONDS:
            self.stop(f"more than {most} of its processes computed at the same time")
        elif now - self.started > self.limits.clock_seconds:
            self.overdue = True
            self.stop(f"it was not done within {self.limits.clock_seconds} s")

    def tell_memory(self):
        """That it used too much memory."""
        return f"it used more than {write_size(self.limits.memory_mib)} of memory"


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
