"""The pipes to a student's process: nobody waits at one longer than it may take.

Another process may hold the other end, send one byte a second or read nothing. On Windows, where
pipes cannot be watched, only the end of the student's process ends a wait.
"""

import contextlib
import os
import queue
import select
import threading
import time

from kit.checking import messages

LOOK = 0.2          # seconds between two looks at the clock
CAN_WATCH = hasattr(select, "poll")


class Pipe:
    """One end of a pipe, for `messages`; it reads and writes only while goes_on() is true.

    After that it reads as if the pipe had ended, and writing raises TimeoutError.
    """

    def __init__(self, stream, goes_on):
        self.stream, self.goes_on = stream, goes_on

    def read(self, size):
        """`size` bytes; fewer if the pipe ends."""
        if not CAN_WATCH:
            return self.stream.read(size)
        data, at = bytearray(size), 0
        with memoryview(data) as view:
            while at < size and self.await_event(select.POLLIN):
                count = os.readv(self.stream.fileno(), [view[at:]])
                if count == 0:
                    break
                at += count
        return data if at == size else data[:at]

    def write(self, data):
        """Write all the bytes."""
        if not CAN_WATCH:
            self.stream.write(data)
            return
        os.set_blocking(self.stream.fileno(), False)
        with memoryview(data) as view:
            at = 0
            while at < len(view):
                if not self.await_event(select.POLLOUT):
                    raise TimeoutError
                with contextlib.suppress(BlockingIOError):
                    at += os.write(self.stream.fileno(), view[at:])

    def flush(self):
        """Write what is still here."""
        if not CAN_WATCH:
            self.stream.flush()

    def await_event(self, event):
        """Whether the pipe is ready, rather than the time over."""
        poller = select.poll()
        poller.register(self.stream, event)
        while self.goes_on():
            if poller.poll(LOOK * 1000):
                return True
        return False


class Replies:
    """The replies of a student's process, read in a thread that ends with `stop`."""

    def __init__(self, stream):
        self.queue, self.stopped = queue.Queue(maxsize=1), False    # it may send without end
        self.thread = threading.Thread(target=self.read_all, args=(stream,), daemon=True)
        self.thread.start()

    def read_all(self, stream):
        """Put the messages of a stream into the queue, or a ProtocolError; None at the end."""
        with stream:
            pipe = Pipe(stream, lambda: not self.stopped)
            try:
                while not self.stopped:
                    self.put(messages.read_message(pipe))
            except messages.ProtocolError as problem:
                self.put(problem)
            except MemoryError:
                self.put(messages.ProtocolError("it is too large"))
            except (EOFError, OSError, ValueError):
                pass
        self.put(None)

    def put(self, reply):
        """Put a reply into the queue, once there is room."""
        while not self.stopped:
            with contextlib.suppress(queue.Full):
                return self.queue.put(reply, timeout=LOOK)

    def take(self, goes_on):
        """The next reply, or the ProtocolError that it is; None after the last one.

        TimeoutError if that takes too long.
        """
        while goes_on():
            with contextlib.suppress(queue.Empty):
                return self.queue.get(timeout=LOOK)
        raise TimeoutError

    def stop(self):
        """End the thread; the process has ended before."""
        self.stopped = True
        with contextlib.suppress(queue.Empty):      # so that there is room, and it need not wait
            self.queue.get_nowait()
        self.thread.join(5 if CAN_WATCH else 1)


def limit_time(seconds, clock=time.monotonic):
    """A function that is true until the seconds of a clock are over."""
    end = clock() + seconds
    return lambda: clock() < end
