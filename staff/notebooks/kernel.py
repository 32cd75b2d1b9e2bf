"""A kernel in the sandbox, as nbval has a kernel; whatever it sends is held to limits.

It is reached through sockets in one folder that both sides see. What a student's code can do to
them is to say something else than it has computed, which nothing can rule out, or to end the run.
"""

import contextlib
import json
import secrets
import time
from pathlib import Path, PurePosixPath
from queue import Empty

import zmq
from jupyter_client.blocking import BlockingKernelClient
from nbval.kernel import RunningKernel

from kit.files import one_line
from staff.layouts import load_layouts
from staff.sandbox.limits import MIB
from staff.sandbox.program import Program

START = Path(__file__).with_name("kernel_start.py")
START_SECONDS = 60
SLICE = 0.25        # seconds between two looks at whether the kernel lives
ENVIRONMENT = {"MPLBACKEND": "module://matplotlib_inline.backend_inline",
               "KIT_BUILD": "/tmp/build"}


class Ended(Exception):
    """Why a notebook is not run any further, in words for its student."""


class SandboxKernel(RunningKernel):
    """A kernel of a sandbox for the notebook of a rerun_files.Job.

    place: a folder, for its sockets and what it is supplied with; its name is short.
    """

    def __init__(self, job, place):
        self.limits, self.received = job.limits, 0
        self.process, self.started = None, False
        self.place = place
        sockets = place / "s"
        sockets.mkdir(parents=True)
        self.km = self.kc = None
        try:
            connection = connect(sockets, "/ipc" if job.sandbox.isolated else str(sockets))
            self.process = self.launch(job, sockets)
            self.deadline = time.monotonic() + job.limits.total_seconds
            self.kc = client_of(connection, job.limits)
            self.await_start()
        except BaseException:
            self.stop()
            raise

    def launch(self, job, sockets):
        """Return the kernel's process."""
        show = {"/start/kernel_start.py": START}
        command = [job.sandbox.interpreter.program, "-I", "-B", "-X", "utf8",
                   "/start/kernel_start.py", str(PurePosixPath(job.name).parent),
                   "/ipc/connection.json"]
        layout = load_layouts(job.sandbox.assignment)[job.layout]
        for inside, folder in (("/supplied", layout.supplied), ("/replaced", layout.replaced)):
            if folder:
                show[inside] = layout.folder / folder
            command.append(inside if folder else "")
        given = {name.split("/")[0] for name in job.sandbox.assignment.list_given()}
        command.append(",".join(sorted(given)))
        return job.sandbox.run(Program(command, job.folder, show, {"/ipc": sockets}, ENVIRONMENT,
                                       job.limits, talk=False))

    def await_start(self):
        """Return when the kernel answers; Ended if it does not."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            self.kc.kernel_info()
            with contextlib.suppress(Empty):
                self.get_message("shell", 1)
                self._ensure_iopub_up()
                self.started = True
                return
        raise Ended(f"the kernel did not start within {START_SECONDS} s")

    def get_message(self, stream, timeout=None):
        """Return a message of the kernel; Empty after the timeout, Ended if there are no more."""
        until = time.monotonic() + (timeout if timeout is not None else self.limits.cell_seconds)
        while True:
            try:
                left = min(SLICE, max(0.01, until - time.monotonic()))
                channel = self.kc.iopub_channel if stream == "iopub" else self.kc.shell_channel
                message = channel.get_msg(timeout=left)
                break
            except Empty:
                self.check_alive()
                if time.monotonic() >= until:
                    raise
            except (ValueError, KeyError, TypeError, RecursionError, AttributeError):
                raise Ended("it sent a message that is none of a kernel's") from None
        return self.checked(message)

    def check_alive(self):
        """Raise Ended if the kernel has ended, or the notebook's time is up."""
        if self.process.poll() is not None:
            why = self.process.reason
            if not why and not self.started:
                last = self.process.log.decode("utf-8", "replace").strip().split("\n")[-1]
                why = f"the kernel did not start: {one_line(last) or 'it said nothing'}"
            status = self.process.poll()
            raise Ended(why or f"it ended the Python process (exit status {status})")
        if time.monotonic() > self.deadline:
            raise Ended(f"the notebook took more than {self.limits.total_seconds} s in all")

    def checked(self, message):
        """Return a message; Ended if it is none, or if all of them are too large together."""
        content = message.get("content")
        if not isinstance(content, dict) or not isinstance(message.get("parent_header"), dict):
            raise Ended("it sent a message that is none of a kernel's")
        self.received += size_of(content)
        if self.received > self.limits.outputs_mib * MIB:
            raise Ended(f"the notebook's outputs are larger than {self.limits.outputs_mib} MiB")
        if time.monotonic() > self.deadline:
            raise Ended(f"the notebook took more than {self.limits.total_seconds} s in all")
        return message

    def is_alive(self):
        """Return whether the kernel runs."""
        return self.process.poll() is None

    def interrupt(self):
        """Ask the kernel to end its cell, which gives an error that says where it was."""
        self.kc.control_channel.send(self.kc.session.msg("interrupt_request", {}))

    def stop(self):
        """End the kernel and all that it has started."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        if self.kc is not None:
            self.kc.stop_channels()
            self.kc.context.destroy(linger=0)
            self.kc = None


def connect(sockets, inside):
    """Write what the kernel has to know of its sockets; return what its client has to.

    inside: what the kernel calls the folder of the sockets.
    """
    ports = ("shell", "iopub", "stdin", "hb", "control")
    shared = {"transport": "ipc", "key": secrets.token_hex(32),
              "signature_scheme": "hmac-sha256", "kernel_name": "",
              **{f"{port}_port": number for number, port in enumerate(ports, 1)}}
    file = sockets / "connection.json"
    file.write_text(json.dumps({**shared, "ip": f"{inside}/k"}), encoding="utf-8")
    file.chmod(0o666)       # a kernel writes it again as it starts
    return {**shared, "ip": f"{sockets}/k"}


def client_of(connection, limits):
    """Return a client, whose sockets take no message that is too large."""
    context = zmq.Context()
    context.setsockopt(zmq.MAXMSGSIZE, (limits.outputs_mib + 8) * MIB)
    context.setsockopt(zmq.RCVHWM, 100)
    context.setsockopt(zmq.LINGER, 0)
    client = BlockingKernelClient(context=context)
    client.load_connection_info(connection)
    client.start_channels(shell=True, iopub=True, stdin=False, hb=False, control=True)
    return client


def size_of(value):
    """Return about how many letters a message holds."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(size_of(inner) + 20 for inner in value.values()) + sum(map(len, value))
    if isinstance(value, list):
        return sum(size_of(inner) + 8 for inner in value)
    return 20
