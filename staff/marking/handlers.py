"""Answers the requests of the page to mark on.

Whoever knows the token in the address may mark. Every request is checked: its token; its Host, so
that no other name leads here; and that no other page has sent it. Nothing is fetched from outside.
"""

import asyncio
import hmac
import json
import sqlite3
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import tornado.web

from kit.files import Refused, shorten
from staff.marking import contents, giving
from staff.typeset import typeset

PAGE = Path(__file__).with_name("page")
KINDS = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
LONGEST_PAGE = 40           # letters of the name that a page gives itself
HERE = ("127.0.0.1", "localhost", "::1")
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "
          "'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff",
           "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
           "Cross-Origin-Resource-Policy": "same-origin",
           "Cross-Origin-Opener-Policy": "same-origin", "X-Frame-Options": "DENY"}


class Handler(tornado.web.RequestHandler):
    """Checks each request before it is answered."""

    @property
    def desk(self):
        """The Desk."""
        return self.application.settings["desk"]

    def set_default_headers(self):
        self.clear_header("Server")
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def prepare(self):
        given = self.path_args[0] if self.path_args else ""
        if not hmac.compare_digest(given.encode(), self.desk.token.encode()):
            raise tornado.web.HTTPError(404)
        if read_host(self.request.host) not in HERE:
            raise tornado.web.HTTPError(403)
        if self.request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin") \
                and not self.is_opened():
            raise tornado.web.HTTPError(403)
        origin = self.request.headers.get("Origin")
        if origin != f"http://{self.request.host}" and (
                origin is not None or self.request.method != "GET"):
            raise tornado.web.HTTPError(403)

    def is_opened(self):
        """Whether the address is opened as a page, as open_browser does from a file."""
        return self.request.method == "GET" and \
            self.request.headers.get("Sec-Fetch-Dest") == "document"

    def write_error(self, status_code, **_):
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code}\n")

    def answer(self, value):
        """Send a value as JSON."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(value, ensure_ascii=False))


def read_host(host):
    """The name in a Host header, without its port; "" if it is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


class FileHandler(Handler):
    """The page and what belongs to it."""

    def get(self, _, name):
        path = PAGE / (name or "page.html")
        if path.name not in [known.name for known in PAGE.iterdir()]:
            raise tornado.web.HTTPError(404)
        self.set_header("Content-Type", KINDS[path.suffix])
        self.finish(path.read_bytes())


class FigureHandler(Handler):
    """A figure, as it was drawn again at intake."""

    def get(self, _, number, pixels):
        rows = self.desk.record.query("SELECT png FROM figures WHERE rowid = ? AND "
                                      "ifnull(pixels, length(png)) || '' = ?", int(number), pixels)
        if not rows:
            raise tornado.web.HTTPError(404)
        self.set_header("Content-Type", "image/png")
        self.set_header("Cache-Control", "private, max-age=600")
        self.finish(rows[0]["png"])


class ReadHandler(Handler):
    """Answers what the page asks for."""

    async def get(self, _, name):
        work, marker = self.desk.refresh(), self.get_query_argument("marker", "")
        names = self.get_query_argument("names", "") == "1"
        page = self.get_query_argument("page", marker)[:LONGEST_PAGE]
        busy = self.desk.list_busy(marker, page)
        if name == "work":
            value = contents.describe_work(work, marker, busy, names)
            self.answer(value | {"marker": self.desk.marker})
        elif name == "items":
            self.answer(contents.describe_items(work, self.get_query_argument("list"), marker,
                                                busy, names))
        else:
            await self.answer_item(name, work, marker, page, names)

    async def answer_item(self, name, work, marker, page, names):
        """Answer a question about one Item."""
        where = [self.get_query_argument(part) for part in ("key", "subtask", "part")]
        item = work.find_item(*where)
        if item is None:
            raise tornado.web.HTTPError(404)
        if name == "answer":
            text = work.record.list_answers(item.key).get(item.subtask, "")
            await self.run_aside(typeset, text)         # it is kept, so the next call is quick
            self.answer(contents.describe_answer(work, item.key, item.subtask))
        elif name == "code":
            self.answer(contents.describe_code(work, item.key, self.desk.out))
        elif name == "guide":
            await self.run_aside(contents.describe_guide, work, item.subtask, item.part)
            self.answer(contents.describe_guide(work, item.subtask, item.part))
        else:
            if marker:
                self.desk.busy[page] = shorten(marker, 60), item.where, time.monotonic()
            self.answer(contents.describe_state(work, item, marker, names))


    async def run_aside(self, function, *arguments):
        """Run what may take long in another thread, so that others are answered meanwhile."""
        await asyncio.get_running_loop().run_in_executor(self.desk.threads, function, *arguments)


class WriteHandler(Handler):
    """Keeps what the page sends. Each change is one transaction."""

    def post(self, _, name):
        try:
            kind = self.request.headers.get("Content-Type", "").partition(";")[0]
            sent = json.loads(self.request.body) if kind == "application/json" else None
            if not isinstance(sent, dict):
                raise Refused("expected a JSON object")
            work = self.desk.refresh()
            self.answer(getattr(self, f"do_{name}")(work, sent) or {})
        except (Refused, sqlite3.Error, ValueError, RecursionError) as problem:
            self.set_status(400)
            self.answer({"error": shorten(problem, 400), "anew": str(problem) == giving.ANEW})

    def do_mark(self, work, sent):
        """Keep marks."""
        marks = giving.make_marks(work, sent)
        work.record.put_marks(marks)
        work.read_marks_of({mark.key for mark in marks})
        return {"marked": len(marks)}

    def do_undo(self, work, sent):
        """Take back the marker's last step."""
        undone = work.record.undo_marks(giving.read_marker(sent.get("marker")))
        work.read_marks()
        return {"undone": undone}

    def do_comment(self, work, sent):
        """Keep a comment for all who lost an element."""
        item = giving.read_item(work, sent.get("item"))
        element = sent.get("element")
        part = work.guide.get(item.where[1:])
        if part is None or element not in [words for _, words in part.elements]:
            raise Refused("the guide has changed: load the page again")
        work.record.put_element_comment(
            item.subtask, item.part, element, giving.read_comment(sent.get("text", "")),
            giving.read_marker(sent.get("marker")))
        work.read_marks()

    def do_resum(self, work, _):
        """Sum the elements of all marks again, with the points that the guide gives now."""
        marks = [replace(mark, points=points, at="") for mark, points in work.list_resums()]
        work.record.put_marks(marks)
        work.read_marks()
        return {"changed": len(marks)}


def list_routes():
    """The addresses that are answered, each below the token, and their handlers."""
    token = "/([^/]+)/"
    return [(token + r"figure/(\d{1,12})-(\w{1,16})", FigureHandler),
            (token + "(work|items|answer|code|guide|state)", ReadHandler),
            (token + "(mark|undo|comment|resum)", WriteHandler),
            (token + r"([a-z.]*)", FileHandler)]
