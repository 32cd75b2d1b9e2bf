"""A kernel in the sandbox, for nbval; limits hold for everything that it sends.

The grader makes the sockets, in a folder that the sandbox does not see, and the kernel inherits
them. So the grader never opens a path that a student's code can change. That code can use the
sockets to send a false result, which nothing can prevent, or to end the run.
"""

import contextlib
import json
import secrets
import socket
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

START, LISTEN = (Path(__file__).with_name(f"kernel_{name}.py") for name in ("start", "listen"))
PORTS = {"shell": 1, "iopub": 2, "control": 3, "stdin": 4, "hb": 5}
USED = ("shell", "iopub", "control")
CONNECTION = "connection.json"
START_SECONDS = 60
SLICE = 0.25        # seconds between two looks at whether the kernel lives
ENVIRONMENT = {"MPLBACKEND": "module://matplotlib_inline.backend_inline",
               "KIT_BUILD": "/tmp/build"}


class Ended(Exception):
    """Why the rest of a notebook was not executed, in words for its student."""


class SandboxKernel(RunningKernel):
    """A kernel in a sandbox, for an nbval_run.Request.

    place: a folder for its sockets, which is made. Its name must be short, as that of a socket: a
           path from the folder where this process runs is, and tells the kernel nothing.
    """

    def __init__(self, request, place):
        self.limits, self.received = request.limits, 0
        self.process, self.started = None, False
        self.place = place
        place.mkdir()
        self.km = self.kc = None
        try:
            with contextlib.ExitStack() as stack:
                ours = {name: stack.enter_context(listen(place, PORTS[name])) for name in USED}
                connection = write_connection(place, ours)
                self.process = self.launch(request, [one.fileno() for one in ours.values()])
            self.deadline = time.monotonic() + request.limits.total_seconds
            self.kc = make_client(connection, request.limits)
            self.await_start()
        except BaseException:
            self.stop()
            raise

    def launch(self, request, descriptors):
        """The kernel's process, which inherits these sockets."""
        show = {"/start/kernel_start.py": START, "/start/kernel_listen.py": LISTEN,
                "/start/connection.json": self.place / CONNECTION}
        command = [request.sandbox.interpreter.program, "-I", "-B", "-X", "utf8",
                   "/start/kernel_start.py", str(PurePosixPath(request.name).parent),
                   "/start/connection.json", "/start/kernel_listen.py"]
        layout = load_layouts(request.sandbox.assignment)[request.layout]
        for inside, folder in (("/supplied", layout.supplied), ("/replaced", layout.replaced)):
            if folder:
                show[inside] = layout.folder / folder
            command.append(inside if folder else "")
        given = {name.split("/")[0] for name in request.sandbox.assignment.list_given()}
        command.append(",".join(sorted(given)))
        return request.sandbox.run(Program(command, request.folder, show, ENVIRONMENT,
                                           request.limits, talk=False,
                                           descriptors=tuple(descriptors)))

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


def listen(place, number):
    """A socket that listens in a folder."""
    made = socket.socket(socket.AF_UNIX)
    made.bind(f"{place}/k-{number}")
    made.listen()
    made.setblocking(False)
    return made


def write_connection(place, sockets):
    """Write the connection for the kernel, which kernel_listen.py reads; the same for its client.

    sockets: {channel: the socket that the kernel inherits}. The kernel wants others too: it makes
             them without a place in a folder.
    """
    shared = {"transport": "ipc", "key": secrets.token_hex(32),
              "signature_scheme": "hmac-sha256", "kernel_name": "",
              **{f"{name}_port": number for name, number in PORTS.items()}}
    inherited = {PORTS[name]: one.fileno() for name, one in sockets.items()}
    (place / CONNECTION).write_text(json.dumps(
        {**shared, "ip": f"@{secrets.token_hex(16)}", "inherited": inherited}), encoding="utf-8")
    return {**shared, "ip": f"{place}/k"}


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
