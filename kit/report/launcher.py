"""Launches pdf_process.py in a process of its own, and watches its time and memory."""

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
from kit.files import Refused, shorten, explain
from kit.report.fragments import NOTE, Place, Problem

SECONDS = 120
MEMORY = 1500 * 2**20           # bytes, of the process and of pandoc together
POLL = 0.02
NOWHERE = "http://127.0.0.1:9"  # our typst code fetches no package: if it did, it would fail
# Python would also import modules from the current folder, which may hold strangers' files.
START = ("import sys; sys.path[0] = sys.argv.pop(1); "
         "from kit.report.pdf_process import main; main()")


def make_pdf(notebooks, *, settings, code=False, most_lines=60, system_fonts=True,
             seconds=SECONDS, memory=MEMORY, notes=None):
    """(PDF bytes, problems) of notebooks; Refused says why there is no PDF.

    notebooks: as pdf_process.py takes them
    seconds, memory: limits of the process, memory in bytes
    notes:     a list, to which this adds each problem that leaves the report complete
    """
    request = {"notebooks": notebooks, "settings": settings, "code": code,
               "most_lines": most_lines, "system_fonts": system_fonts, "seconds": seconds,
               "memory": memory}
    try:
        with tempfile.TemporaryDirectory(prefix="report-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
            pdf, found = read_result(folder, run_process(folder, seconds, memory))
    except OSError as problem:
        raise Refused(f"the temporary folder cannot be used ({explain(problem)}): free some "
                      "space, or name another one in TMPDIR") from None
    if notes is not None:
        notes += [problem for problem in found if problem.kind == NOTE]
    return pdf, [problem for problem in found if problem.kind != NOTE]


def run_process(folder, seconds, memory):
    """The exit status of the process; it and its children have ended."""
    command = [sys.executable, "-X", "utf8", "-c", START, str(ENGINE), str(folder)]
    with open(folder / "said", "wb") as said:
        process = psutil.Popen(command, env=make_environment(folder), stdin=subprocess.DEVNULL,
                               stdout=said, stderr=said)
    try:
        return wait_for(process, seconds, memory)
    finally:
        end_family(process)


def make_environment(folder):
    """Environment variables: temporary files go into the folder, and no way to the network."""
    return {**os.environ, **dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(folder)),
            **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy",
                             "https_proxy", "all_proxy"), NOWHERE), "NO_PROXY": "", "no_proxy": ""}


def wait_for(process, seconds, memory):
    """The exit status of a process; Refused if it takes more time or memory than allowed."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return process.wait(POLL)
        except psutil.TimeoutExpired:
            pass
        if time.monotonic() > deadline:
            raise Refused(f"the report was not done after {seconds:g} s: look for a very long "
                          "cell or output, or allow more time")
        if measure_memory(process) > memory:
            raise Refused(f"the report needs more than {memory // 2**20} MB of memory: look for "
                          "a very large output or picture")


def list_family(process):
    """A process and all its descendants."""
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return [process]


def measure_memory(process):
    """The bytes of memory that a process and its descendants hold."""
    total = 0
    for member in list_family(process):
        try:
            total += member.memory_info().rss
        except psutil.Error:        # it has just ended
            pass
    return total


def end_family(process):
    """End a process and its descendants if they still run."""
    for member in list_family(process):
        try:
            member.kill()
        except psutil.Error:
            pass
    process.wait()


def read_result(folder, status):
    """(PDF bytes, problems) that the process left; Refused says why there is no PDF."""
    try:
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        said = (folder / "said").read_text(encoding="utf-8", errors="replace").split("\n")
        last = next((line for line in reversed(said) if line.strip()), f"exit status {status}")
        absent = re.match(r"ModuleNotFoundError: No module named '([\w.]+)'", last)
        if absent:
            raise Refused(f"{absent[1]} is not installed: run `pip install -r requirements.txt` "
                          "in the assignment's folder") from None
        raise Refused(f"the report could not be made ({shorten(last)}): please report this "
                      "with the notebook") from None
    if "refused" in result:
        raise Refused(result["refused"])
    problems = [Problem(found["kind"], Place(found["notebook"], found["cell"]), found["message"])
                for found in result["problems"]]
    return (folder / "report.pdf").read_bytes(), problems
