"""Starts a student's process on this machine as it is, without a sandbox."""

import contextlib
import os
import signal
import subprocess
import sys

from kit import ENGINE
from kit.definition import STAND_IN

STUDENT_PROCESS = ENGINE / "kit" / "checking" / "student_process.py"


class OwnGroup(subprocess.Popen):
    """A process that is killed together with those that it has started."""

    def kill(self):
        """Kill them all, also if the first one has ended."""
        if os.name != "posix":
            super().kill()
        else:
            with contextlib.suppress(OSError):
                os.killpg(self.pid, signal.SIGKILL)


def launch_process(assignment, folder):
    """Start the process for the scripts in a folder; return its Popen."""
    environment = {**os.environ, "MPLBACKEND": "Agg", "OPENBLAS_NUM_THREADS": "1",
                   "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    if os.name == "posix":      # Windows keeps the number of a parent that has ended
        environment["STARTED_BY"] = str(os.getpid())
    return OwnGroup(
        [sys.executable, "-I", "-B", "-X", "utf8", str(STUDENT_PROCESS), str(folder),
         ",".join(assignment.script_names), str(assignment.folder / STAND_IN)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=environment, start_new_session=os.name == "posix")
