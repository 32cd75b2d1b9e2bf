"""A kernel in the sandbox, for nbval; limits hold for everything that it sends.

Both sides see one folder with sockets. A student's code can use them to send a false result, which
nothing can prevent, or to end the run.
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

from kit.files import quote
from staff.layouts import load_layouts
from staff.sandbox.limits import MIB
from staff.sandbox.program import Program

START = Path(__file__).with_name("kernel_start.py")
START_SECONDS = 60
SLICE = 0.25        # seconds between two looks at whether the kernel lives
ENVIRONMENT = {"MPLBACKEND": "module://matplotlib_inline.backend_inline",
               "KIT_BUILD": "/tmp/build"}


class Ended(Exception):
    """Why the rest of a notebook was not executed, in words for its student."""


class SandboxKernel(RunningKernel):
    """A kernel in a sandbox, for an nbval_run.Request.

    place: a folder for its sockets, with a short name.
    """

    def __init__(self, request, place):
        self.limits, self.received = request.limits, 0
        self.process, self.started = None, False
        self.place = place
        sockets = place / "s"
        sockets.mkdir(parents=True)
        self.km = self.kc = None
        try:
            inside = "/ipc" if request.sandbox.isolated else str(sockets)
            connection = write_connection(sockets, inside)
            self.process = self.launch(request, sockets)
            self.deadline = time.monotonic() + request.limits.total_seconds
            self.kc = make_client(connection, request.limits)
            self.await_start()
        except BaseException:
            self.stop()
            raise

    def launch(self, request, sockets):
        """The kernel's process."""
        show = {"/start/kernel_start.py": START}
        command = [request.sandbox.interpreter.program, "-I", "-B", "-X", "utf8",
                   "/start/kernel_start.py", str(PurePosixPath(request.name).parent),
                   "/ipc/connection.json"]
        layout = load_layouts(request.sandbox.assignment)[request.layout]
        for inside, folder in (("/supplied", layout.supplied), ("/replaced", layout.replaced)):
            if folder:
                show[inside] = layout.folder / folder
            command.append(inside if folder else "")
        given = {name.split("/")[0] for name in request.sandbox.assignment.list_given()}
        command.append(",".join(sorted(given)))
        return request.sandbox.run(Program(command, request.folder, show, {"/ipc": sockets},
                                           ENVIRONMENT, request.limits, talk=False))

    def await_start(self):
        """Wait until the kernel answers; Ended if it does not."""
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
        """A message of the kernel; Empty after the timeout, Ended if the kernel has ended."""
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
                raise Ended("it sent a message that no kernel sends") from None
        return self.check_message(message)

    def check_alive(self):
        """Raise Ended if the kernel has ended, or if the notebook took too long."""
        if self.process.poll() is not None:
            why = self.process.reason
            if not why and not self.started:
                last = self.process.log.decode("utf-8", "replace").strip().split("\n")[-1]
                why = f"the kernel did not start: {quote(last) if last else 'it said nothing'}"
            status = self.process.poll()
            raise Ended(why or f"it ended the Python process (exit status {status})")
        if time.monotonic() > self.deadline:
            raise Ended(f"the notebook took more than {self.limits.total_seconds} s in all")

    def check_message(self, message):
        """The message; Ended if it is not valid, or if all messages together are too large."""
        content = message.get("content")
        if not isinstance(content, dict) or not isinstance(message.get("parent_header"), dict):
            raise Ended("it sent a message that no kernel sends")
        self.received += estimate_size(content)
        if self.received > self.limits.outputs_mib * MIB:
            raise Ended(f"the notebook's outputs are larger than {self.limits.outputs_mib} MiB")
        if time.monotonic() > self.deadline:
            raise Ended(f"the notebook took more than {self.limits.total_seconds} s in all")
        return message

    def is_alive(self):
        """Whether the kernel runs."""
        return self.process.poll() is None

    def interrupt(self):
        """Ask the kernel to end its cell. The error then names the line."""
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


def write_connection(sockets, inside):
    """Write the sockets' names for the kernel; the same for its client.

    inside: the path of the sockets' folder as the kernel sees it.
    """
    ports = ("shell", "iopub", "stdin", "hb", "control")
    shared = {"transport": "ipc", "key": secrets.token_hex(32),
              "signature_scheme": "hmac-sha256", "kernel_name": "",
              **{f"{port}_port": number for number, port in enumerate(ports, 1)}}
    file = sockets / "connection.json"
    file.write_text(json.dumps({**shared, "ip": f"{inside}/k"}), encoding="utf-8")
    file.chmod(0o666)       # the kernel writes it again when it starts
    return {**shared, "ip": f"{sockets}/k"}


def make_client(connection, limits):
    """A client that refuses messages that are too large."""
    context = zmq.Context()
    context.setsockopt(zmq.MAXMSGSIZE, (limits.outputs_mib + 8) * MIB)
    context.setsockopt(zmq.RCVHWM, 100)
    context.setsockopt(zmq.LINGER, 0)
    client = BlockingKernelClient(context=context)
    client.load_connection_info(connection)
    client.start_channels(shell=True, iopub=True, stdin=False, hb=False, control=True)
    return client


def estimate_size(value):
    """The number of letters in a message, roughly."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(estimate_size(inner) + 20 for inner in value.values()) + sum(map(len, value))
    if isinstance(value, list):
        return sum(estimate_size(inner) + 8 for inner in value)
    return 20
