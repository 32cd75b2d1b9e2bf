"""Serves the page to mark on, on this machine only."""

import asyncio
import os
import secrets
import time
import webbrowser
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tornado.httpserver
import tornado.netutil
import tornado.web

from kit.files import Refused, say
from staff.marking.handlers import Handler, list_routes
from staff.marking.worklist import TWICE, Worklist
from staff.record import open_record

LARGEST = 2**20             # bytes of a request
OPENER = ".mark.html"       # in the output folder, while the page is served
BUSY = 120                  # seconds for which an answer counts as looked at


class Desk:
    """The record, the list of work, and who is at which answer; all requests share it."""

    def __init__(self, out, marker="", twice=None):
        self.record, self.marker = open_record(out), marker
        if twice is not None:
            self.record.write_setting(TWICE, twice)
        self.token = secrets.token_urlsafe(24)
        self.out = Path(out)
        self.busy = {}          # {page: (marker, where, since)}
        self.threads = ThreadPoolExecutor(2)
        self.work, self.version = Worklist(self.record), self.read_version()

    def read_version(self):
        """A number that changes when another process writes to the record."""
        return self.record.query("PRAGMA data_version")[0][0]

    def refresh(self):
        """The Worklist; it is made anew if `staff grade` has written meanwhile."""
        version = self.read_version()
        if version != self.version:
            self.work, self.version = Worklist(self.record), version
        return self.work

    def list_busy(self, marker, page):
        """{where: who looks at it now}, without this marker and without what this page shows."""
        now = time.monotonic()
        return {where: who for other, (who, where, since) in self.busy.items()
                if who != marker and other != page and now - since < BUSY}


def make_application(desk):
    """The Tornado application of a Desk."""
    return tornado.web.Application(list_routes(), default_handler_class=Handler, desk=desk,
                                   log_function=lambda handler: None)


def listen(desk, port=0):
    """(server, its address) on the loopback interface."""
    try:
        sockets = tornado.netutil.bind_sockets(port, "127.0.0.1")
    except OSError:
        raise Refused(f"port {port} is in use: give another --port, or none") from None
    server = tornado.httpserver.HTTPServer(make_application(desk), max_body_size=LARGEST,
                                           max_buffer_size=2 * LARGEST)
    server.add_sockets(sockets)
    return server, f"http://127.0.0.1:{sockets[0].getsockname()[1]}/{desk.token}/"


def serve(options):
    """Serve the page until Ctrl-C; sentences for the end."""
    try:
        asyncio.run(serve_page(options))
    except KeyboardInterrupt:
        pass
    return [f"stopped; all marks are in the record. Next: python -m staff report {options.out}"]


def open_browser(address, file):
    """Open the page by a file that only its owner can read: others see a browser's arguments."""
    file.unlink(missing_ok=True)
    with open(file, "w", opener=lambda path, flags: os.open(path, flags | os.O_EXCL, 0o600)) as to:
        to.write(f'<!DOCTYPE html><title>Marking</title><meta http-equiv="refresh" content="0; '
                 f'url={address}"><a href="{address}">Marking</a>')
    webbrowser.open(file.absolute().as_uri())


async def serve_page(options):
    """Serve the page without end."""
    desk = Desk(options.out, options.marker, options.twice)
    server, address = listen(desk, options.port)
    say(f"Mark at {address}\nThis address is a key: who has it can mark. Ctrl-C stops.")
    file = options.out / OPENER
    try:
        if not options.no_browser:
            await asyncio.get_running_loop().run_in_executor(None, open_browser, address, file)
        await asyncio.Event().wait()
    finally:
        file.unlink(missing_ok=True)
        server.stop()
        desk.threads.shutdown(cancel_futures=True)
        desk.record.connection.close()
