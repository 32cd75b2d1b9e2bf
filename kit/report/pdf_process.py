"""The process that makes the PDF; launcher.py launches it, as the notebooks may be strangers'.

It reads request.json in its folder, and writes report.pdf and result.json there:

    request: {notebooks: [{path} or {text, name, folder, numbers}], settings, code, most_lines,
              system_fonts, memory (bytes), seconds}
    result:  {problems: [{kind, notebook, cell, message}]} or {refused: one sentence}
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
from kit.files import Refused, explain
from kit.notebook_files import Notebook, parse_notebook, read_notebook
from kit.report.body import Body
from kit.report.cells import make_fragments
from kit.report.fragments import Place, Problem
from kit.report.preflight import (belongs_to, find_missing_sections, find_problems,
                                  lies_in)
from kit.report.typesetting import set_pages
from kit.report.typst_syntax import quote_text
from kit.report_settings import EXAMPLE, SETTINGS
from kit.sections import PLACEHOLDER_AUTHOR

ADDRESS_SPACE = 8 * 2**30       # bytes beyond the limit: programs reserve more than they use
MONTHS = ("January February March April May June July August September October November "
          "December").split()


def main():
    """Do the request in the given folder, and leave the result there."""
    folder = Path(sys.argv[1])
    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    threading.Thread(target=end_with_parent, args=(folder,), daemon=True).start()
    set_limits(request["memory"], request["seconds"])
    sys.setrecursionlimit(3000)
    try:
        pdf, problems = make_report(request)
        (folder / "report.pdf").write_bytes(pdf)
        result = {"problems": [problem.as_json() for problem in problems]}
    except Refused as refusal:
        result = {"refused": str(refusal)}
    except OSError as problem:
        result = {"refused": f"the report cannot be written ({explain(problem)}): free some space"}
    except MemoryError:
        result = {"refused": "the notebooks need more memory than they may use: "
                             "look for a very large output or picture"}
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")


def end_with_parent(folder):
    """When the parent ends, end this process and its children, and clear its folder."""
    parent = psutil.Process().parent()
    while parent is not None and parent.is_running():
        time.sleep(0.5)
    for child in psutil.Process().children(recursive=True):
        child.kill()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def set_limits(memory, seconds):
    """Set the system's own limits, if it has any; launcher.py watches on every system."""
    with contextlib.suppress(ImportError, ValueError, OSError):     # Windows has no such module
        import resource
        resource.setrlimit(resource.RLIMIT_CPU, (4 * seconds, 4 * seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (memory, memory))
        if sys.platform == "linux":
            space = memory + ADDRESS_SPACE
            resource.setrlimit(resource.RLIMIT_AS, (space, space))


def make_report(request):
    """(PDF bytes, problems) of a request."""
    notebooks, settings = list(map(open_notebook, request["notebooks"])), request["settings"]
    tell_names_apart(notebooks)
    assignment, fragments = find_assignment(), []
    problems = [one for notebook in notebooks for one in find_problems(notebook, assignment)]
    for notebook in notebooks:
        own = make_fragments(notebook, request["code"], request["most_lines"])
        if not own and not any(cell.get("outputs") and not cell.metadata.get("tags")
                               for _, cell in notebook.cells):      # they may show nothing
            problems.append(Problem("section", Place(notebook.name), "the report shows nothing "
                                    "of it: it has no text and no outputs"))
        fragments += own
    authors = list_authors(settings, notebooks[0])
    if PLACEHOLDER_AUTHOR in authors or not authors and any(
            lies_in(assignment.folder, one) for one in notebooks if assignment):
        fault = f"the author is still “{PLACEHOLDER_AUTHOR}”" if authors else "no author is named"
        problems.append(Problem("placeholder", Place(SETTINGS), f"{fault}: name the members of "
                                f"the group, in a line such as {EXAMPLE}"))
    body = Body()
    body.add(fragments)
    pdf = set_pages(body, make_front_matter(settings, notebooks[0]), request["system_fonts"])
    problems += body.problems
    if assignment:
        names = [one.name for one in notebooks if belongs_to(one, assignment)]
        own = [line for line in body.outline if line[0].notebook in names]
        problems += find_missing_sections(own, names, assignment)
    return pdf, problems


def tell_names_apart(notebooks):
    """Add the folder's name to the names of notebooks that have the same name."""
    names = [notebook.name for notebook in notebooks]
    for notebook in notebooks:
        if names.count(notebook.name) > 1 and notebook.folder is not None:
            notebook.name = f"{notebook.folder.resolve().name}/{notebook.name}"


def open_notebook(given):
    """A notebook, from its file or from its text in the request."""
    if "path" in given:
        return read_notebook(given["path"])
    folder = Path(given["folder"]) if given["folder"] is not None else None
    node = parse_notebook(given["text"], given["name"])
    return Notebook(node, given["name"], folder, given["numbers"])


def make_front_matter(settings, notebook):
    """The arguments of `report` in report.typ, name: typst."""
    language = settings["language"].split("-")[0].lower()
    if not re.fullmatch("[a-z]{2,3}", language):
        raise Refused(f"the language is {settings['language']!r}, expected a code of two or three "
                      "letters, such as en or nb")
    title = settings["title"] or str(notebook.node.metadata.get("title")
                                     or Path(notebook.name).stem)
    words, day = parse_date(settings["date"], language)
    return {"title": quote_text(title), "subtitle": quote_text(settings["subtitle"]),
            "authors": "(%s)" % "".join(quote_text(author) + ", "
                                        for author in list_authors(settings, notebook)),
            "date": quote_text(words), "language": quote_text(language),
            "lists-contents": "true" if settings.get("contents", True) else "false",
            "made": f"datetime(year: {day.year}, month: {day.month}, day: {day.day})"}


def list_authors(settings, notebook):
    """The names that the settings give, or a notebook's metadata."""
    listed = notebook.node.metadata.get("authors")
    own = [author.get("name") if isinstance(author, dict) else author
           for author in (listed if isinstance(listed, list) else [])]
    return [author for author in settings["authors"] or own
            if isinstance(author, str) and author.strip()]


def parse_date(given, language):
    """(the date in words, the date); SOURCE_DATE_EPOCH replaces today if it is set."""
    today = datetime.date.today()
    with contextlib.suppress(KeyError, ValueError, OverflowError, OSError):   # unset, or senseless
        epoch = int(os.environ["SOURCE_DATE_EPOCH"])
        today = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc).date()
    try:
        day = datetime.date.fromisoformat(given) if given else today
    except ValueError:
        return given, today
    words = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return words if language == "en" else day.isoformat(), day

