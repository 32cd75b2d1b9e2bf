"""Starts the worker that makes a PDF, in a process of its own under limits, and watches it."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from kit import ENGINE
from kit.files import Refused, one_line, reason
from kit.report.parts import NOTE, Place, Problem

SECONDS = 120
MEMORY = 1500 * 2**20           # bytes, of the worker and pandoc together
POLL = 0.02
NOWHERE = "http://127.0.0.1:9"  # no typst of ours fetches a package: should one, it gets nothing
# The current folder, where strangers' files may lie, is not where modules are looked for.
START = "import sys; sys.path[0] = sys.argv.pop(1); from kit.report.worker import main; main()"


def make_pdf(notebooks, *, settings, code=False, most_lines=60, system_fonts=True,
             seconds=SECONDS, memory=MEMORY, notes=None):
    """Return (PDF bytes, problems) of notebooks; Refused says why there is none.

    notebooks: as worker.py takes them; seconds and memory (bytes) are the child's limits.
    notes:     a list, to which each problem is added that leaves the report complete.
    """
    job = {"notebooks": notebooks, "settings": settings, "code": code, "most_lines": most_lines,
           "system_fonts": system_fonts, "seconds": seconds, "memory": memory}
    try:
        with tempfile.TemporaryDirectory(prefix="report-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
            pdf, found = outcome(folder, run(folder, seconds, memory))
    except OSError as problem:
        raise Refused(f"the temporary folder cannot be used ({reason(problem)}): free some space, "
                      "or name another one in TMPDIR") from None
    if notes is not None:
        notes += [problem for problem in found if problem.kind == NOTE]
    return pdf, [problem for problem in found if problem.kind != NOTE]


def run(folder, seconds, memory):
    """Return the exit status of the worker; it and its children are gone afterwards."""
    command = [sys.executable, "-X", "utf8", "-c", START, str(ENGINE), str(folder)]
    with open(folder / "said", "wb") as said:
        process = psutil.Popen(command, env=environment(folder), stdin=subprocess.DEVNULL,
                               stdout=said, stderr=said)
    try:
        return watched(process, seconds, memory)
    finally:
        stop(process)


def environment(folder):
    """Return the worker's environment: temporary files in its folder, no way to the network."""
    return {**os.environ, **dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(folder)),
            **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy",
                             "https_proxy", "all_proxy"), NOWHERE), "NO_PROXY": "", "no_proxy": ""}


def watched(process, seconds, memory):
    """Return a process's exit status; Refused if it takes more time or memory than allowed."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return process.wait(POLL)
        except psutil.TimeoutExpired:
            pass
        if time.monotonic() > deadline:
            raise Refused(f"the report was not done after {seconds:g} s: look for a very long "
                          "cell or output, or allow more time")
        if memory_of(process) > memory:
            raise Refused(f"the report needs more than {memory // 2**20} MB of memory: look for "
                          "a very large output or picture")


def family(process):
    """Return a process and all that descend from it."""
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return [process]


def memory_of(process):
    """Return the bytes of memory that a process and its children hold."""
    total = 0
    for member in family(process):
        try:
            total += member.memory_info().rss
        except psutil.Error:        # it has just ended
            pass
    return total


def stop(process):
    """End a process and its children if they still run."""
    for member in family(process):
        try:
            member.kill()
        except psutil.Error:
            pass
    process.wait()


def outcome(folder, status):
    """Return (PDF bytes, problems) as the worker left them; Refused says why there are none."""
    try:
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        said = (folder / "said").read_text(encoding="utf-8", errors="replace").split("\n")
        last = next((line for line in reversed(said) if line.strip()), f"exit status {status}")
        absent = re.match(r"ModuleNotFoundError: No module named '([\w.]+)'", last)
        if absent:
            raise Refused(f"{absent[1]} is not installed: run `pip install -r requirements.txt` "
                          "in the assignment's folder") from None
        raise Refused(f"the report could not be made ({one_line(last)}): please report this "
                      "with the notebook") from None
    if "refused" in result:
        raise Refused(result["refused"])
    problems = [Problem(found["kind"], Place(found["notebook"], found["cell"]), found["words"])
                for found in result["problems"]]
    return (folder / "report.pdf").read_bytes(), problems
