"""The page to mark on, served for a test, and what a browser would send to it."""

import asyncio
import contextlib
import csv
import io
import json
import threading
import urllib.error
import urllib.request
from urllib.parse import urlencode, urlsplit

from grading_helpers import put, record_of, results, submission
from staff.marking.server import Desk, listen
from staff.record import FILE, Record

HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    "[a](javascript:alert(1))", "![a](http://evil.example/x.png)", "<http://evil.example>",
    r"$\href{javascript:alert(1)}{x}$", r"$\text{<img src=x onerror=alert(1)>}$",
    r"$\class{x}{\style{background:url(//evil.example)}{y}}$", "$$<math><script>x</script>$$",
    "<math><annotation-xml encoding='text/html'><img src=x onerror=alert(1)></math>",
    "```{=html}\n<script>alert(1)</script>\n```", "`<b>`{=html}", "# T {#x onclick=alert(1)}",
    "[x]{.y onclick=alert(1)}", "::: {onclick=alert(1)}\nx\n:::", "KITMATHiZ KITMATHd3c623eZ",
    "KITMATHiffZ", "]]>", "<!-- x", "&lt;script&gt;", "a\x00b\x1b[2J", "\u202eabc",
    "| a |\n|---|\n| <script>x</script> |", "---\ntitle: <script>\n---\n",
    "\\newcommand{\\a}{\\a\\a}$\\a$"]
ANSWER = "The chain rule over $z_j$ gives $\\delta_j x_i$."


def class_of(out, answers, figures=()):
    """A record of {student: {subtask: answer}}; the submissions.

    figures: (student, subtask, hash of its pixels).
    """
    ones = [submission(student, name=f"Name of {student}") for student in answers]
    with record_of(out, *((one, results()) for one in ones)) as record:
        for one in ones:
            hand_in(record, one, answers[one.student], [
                (subtask, pixels) for student, subtask, pixels in figures
                if student == one.student])
    return ones


def hand_in(record, one, answers, figures=()):
    """Put the answers and figures of a submission into its record, in place of the old ones."""
    record.forget(one.key)
    record.put_results(one, results(), [], "")
    for subtask, text in answers.items():
        put(record, "answers", key=one.key, subtask=subtask, text=text)
    for number, (subtask, pixels) in enumerate(figures):
        put(record, "figures", key=one.key, subtask=subtask, notebook="n.ipynb", cell=1,
            number=number, pixels=pixels, png=b"\x89PNG")


class Client:
    """What the page sends, for one marker."""

    def __init__(self, address, marker="ann"):
        self.address, self.marker = address, marker

    def fetch(self, path="", body=None, **headers):
        """(status, headers, content) of a request; body: sent as JSON."""
        split = urlsplit(self.address)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            headers = {"Origin": f"http://{split.netloc}",
                       "Content-Type": "application/json"} | headers
        request = urllib.request.Request(
            self.address + path, headers={k: v for k, v in headers.items() if v is not None},
            data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return reply.status, reply.headers, reply.read()
        except urllib.error.HTTPError as reply:
            return reply.code, reply.headers, reply.read()

    def ask(self, path, **query):
        """The JSON that the page asks for."""
        status, _, content = self.fetch(f"{path}?" + urlencode({"marker": self.marker, **query}))
        assert status == 200, content
        return json.loads(content)

    def state(self, one, subtask="1a", part="derivation", **more):
        """The marks of a part."""
        return self.ask("state", key=one.key, subtask=subtask, part=part, **more)

    def send(self, path, **body):
        """The JSON that comes back for what the page sends; status 400 has an "error"."""
        status, _, content = self.fetch(path, {"marker": self.marker, **body})
        assert status in (200, 400), content
        return json.loads(content)

    def mark(self, one, subtask="1a", part="derivation", **body):
        """Give a mark."""
        return self.send("mark", items=[[one.key, subtask, part]], **body)


@contextlib.contextmanager
def serve_desk(out, **more):
    """Yield a Client of a server in another thread."""
    ready, found = threading.Event(), {}

    async def run():
        desk = Desk(out, **more)
        server, found["address"] = listen(desk)
        found["loop"], found["end"] = asyncio.get_running_loop(), asyncio.Event()
        ready.set()
        await found["end"].wait()
        server.stop()
        desk.record.connection.close()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    assert ready.wait(30)
    try:
        yield Client(found["address"])
    finally:
        found["loop"].call_soon_threadsafe(found["end"].set)
        thread.join(30)


def list_marks(out, key):
    """{(subtask, part): (points, comment)} that stand for a submission."""
    with Record(out / FILE) as record:
        return {where: (settled.points, settled.comment)
                for where, settled in record.settle_marks().get(key, {}).items() if settled.mark}


def table(out):
    """The rows of marking.csv as dicts, without that of the refused hand-in."""
    text = (out / "marking.csv").read_text(encoding="utf-8-sig")
    return [row for row in csv.DictReader(io.StringIO(text)) if row["student"] != "cleo"]


def save(path, rows, encoding="utf-8-sig", delimiter=",", names=None):
    """Save rows as a spreadsheet would."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names or list(rows[0]), delimiter=delimiter,
                            extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path
