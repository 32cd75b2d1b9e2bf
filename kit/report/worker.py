"""The process that makes a PDF of strangers' notebooks: job.json in its folder, report.pdf out.

    job:    notebooks [{path} or {text, name, folder, numbers}], settings, code, most_lines,
            system_fonts, memory (bytes), seconds
    result: {problems: [{kind, notebook, cell, words}]} or {refused: one sentence}
"""

import contextlib
import datetime
import json
import os
import re
import shutil
import sys
import threading
import time
from pathlib import Path

import psutil

from kit.definition import find_assignment
from kit.files import Refused, reason
from kit.notebooks import Notebook, node_of, read_notebook
from kit.report.cells import parts_of
from kit.report.writing import quoted
from kit.report.parts import Place, Problem
from kit.report.preflight import missing_sections, problems_of
from kit.report.typesetting import Typesetter
from kit.sections import PLACEHOLDER_AUTHOR

ADDRESS_SPACE = 8 * 2**30       # more than is used: programs reserve what they never touch
MONTHS = ("January February March April May June July August September October November "
          "December").split()


def main():
    """Do the job of the folder given, and leave its result there."""
    folder = Path(sys.argv[1])
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    threading.Thread(target=end_with_parent, args=(folder,), daemon=True).start()
    limit(job["memory"], job["seconds"])
    sys.setrecursionlimit(3000)
    try:
        pdf, problems = make(job)
        (folder / "report.pdf").write_bytes(pdf)
        result = {"problems": [
            {"kind": problem.kind, "notebook": problem.place.notebook,
             "cell": problem.place.cell, "words": problem.words} for problem in problems]}
    except Refused as refusal:
        result = {"refused": str(refusal)}
    except OSError as problem:
        result = {"refused": f"the report cannot be written ({reason(problem)}): free some space"}
    except MemoryError:
        result = {"refused": "the notebooks need more memory than they may use: "
                             "look for a very large output or picture"}
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")


def end_with_parent(folder):
    """End this process and its children, and clear its folder, once nobody waits for it."""
    parent = psutil.Process().parent()
    while parent is not None and parent.is_running():
        time.sleep(0.5)
    for child in psutil.Process().children(recursive=True):
        child.kill()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def limit(memory, seconds):
    """Set the limits that the system knows; the parent watches time and memory everywhere."""
    with contextlib.suppress(ImportError, ValueError, OSError):     # Windows has no such module
        import resource
        resource.setrlimit(resource.RLIMIT_CPU, (4 * seconds, 4 * seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (memory, memory))
        if sys.platform == "linux":
            space = memory + ADDRESS_SPACE
            resource.setrlimit(resource.RLIMIT_AS, (space, space))


def make(job):
    """Return (PDF bytes, problems) of a job."""
    notebooks = [notebook_of(given) for given in job["notebooks"]]
    name_apart(notebooks)
    problems = [problem for notebook in notebooks for problem in problems_of(notebook)]
    parts = []
    for notebook in notebooks:
        own = parts_of(notebook, job["code"], job["most_lines"])
        if not own:
            problems.append(Problem("section", Place(notebook.name), "the report shows nothing "
                                    "of it: it has no text and no outputs"))
        parts += own
    if PLACEHOLDER_AUTHOR in job["settings"]["authors"]:
        problems.append(Problem("placeholder", Place("report.toml"), "the author is still "
                                f"“{PLACEHOLDER_AUTHOR}”: name the members of the group"))
    typesetter = Typesetter(job["system_fonts"])
    pdf = typesetter.pdf(parts, front(job["settings"], notebooks[0]))
    problems += typesetter.problems
    if assignment := find_assignment():
        names = [notebook.name for notebook in notebooks]
        problems += missing_sections(typesetter.outline, names, assignment)
    return pdf, problems


def name_apart(notebooks):
    """Give notebooks of one name that of their folder as well."""
    names = [notebook.name for notebook in notebooks]
    for notebook in notebooks:
        if names.count(notebook.name) > 1 and notebook.folder is not None:
            notebook.name = f"{notebook.folder.resolve().name}/{notebook.name}"


def notebook_of(given):
    """Return a notebook, read from its file or as it was handed over."""
    if "path" in given:
        return read_notebook(given["path"])
    folder = Path(given["folder"]) if given["folder"] is not None else None
    return Notebook(node_of(given["text"], given["name"]), given["name"], folder, given["numbers"])


def front(settings, notebook):
    """Return the arguments of the title block as typst, by name."""
    metadata, language = notebook.node.metadata, settings["language"].split("-")[0].lower()
    if not re.fullmatch("[a-z]{2,3}", language):
        raise Refused(f"the language is {settings['language']!r}, expected a code of two or three "
                      "letters, such as en or nb")
    listed = metadata.get("authors")
    own = [author.get("name") if isinstance(author, dict) else author
           for author in (listed if isinstance(listed, list) else [])]
    own = [author for author in own if isinstance(author, str)]
    title = settings["title"] or str(metadata.get("title") or Path(notebook.name).stem)
    words, day = date_of(settings["date"], language)
    return {"title": quoted(title), "subtitle": quoted(settings["subtitle"]),
            "authors": "(%s)" % "".join(quoted(author) + ", "
                                        for author in settings["authors"] or own if author),
            "date": quoted(words), "language": quoted(language),
            "made": f"datetime(year: {day.year}, month: {day.month}, day: {day.day})"}


def date_of(given, language):
    """Return a date in words and as a date; SOURCE_DATE_EPOCH stands for today if it is set."""
    today = datetime.date.today()
    with contextlib.suppress(KeyError, ValueError, OverflowError, OSError):  # no sensible number
        epoch = int(os.environ["SOURCE_DATE_EPOCH"])
        today = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc).date()
    try:
        day = datetime.date.fromisoformat(given) if given else today
    except ValueError:
        return given, today
    words = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return words if language == "en" else day.isoformat(), day

