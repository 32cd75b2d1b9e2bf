"""The process that makes a PDF of strangers' notebooks: job.json in its folder, report.pdf out.

    job:    notebooks [{path} or {text, name, folder, numbers}], settings, code, most_lines,
            system_fonts, memory (bytes), seconds
    result: {problems: [{kind, notebook, cell, words}]} or {refused: one sentence}
"""

import contextlib
import datetime
import json
import os
import sys
import tempfile
from pathlib import Path

from kit.files import Refused
from kit.notebooks import Notebook, node_of, read_notebook
from kit.pdf.cells import parts_of
from kit.pdf.writing import quoted
from kit.pdf.preflight import missing_sections, problems_of
from kit.pdf.typesetting import Typesetter

ADDRESS_SPACE = 8 * 2**30       # more than is used: programs reserve what they never touch
MONTHS = ("January February March April May June July August September October November "
          "December").split()


def main():
    """Do the job of the folder given, and leave its result there."""
    folder = Path(sys.argv[1])
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    tempfile.tempdir = str(folder)      # so that nothing is left where the worker is stopped
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
    except MemoryError:
        result = {"refused": "the notebooks need more memory than is allowed: "
                             "look for a very large output or picture"}
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")


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
    problems = [problem for notebook in notebooks for problem in problems_of(notebook)]
    parts = [part for notebook in notebooks
             for part in parts_of(notebook, job["code"], job["most_lines"])]
    typesetter = Typesetter(job["system_fonts"])
    pdf = typesetter.pdf(parts, front(job["settings"], notebooks[0]))
    names = [notebook.name for notebook in notebooks]
    return pdf, [*problems, *typesetter.problems, *missing_sections(typesetter.outline, names)]


def notebook_of(given):
    """Return a notebook, read from its file or as it was handed over."""
    if "path" in given:
        return read_notebook(given["path"])
    folder = Path(given["folder"]) if given["folder"] is not None else None
    return Notebook(node_of(given["text"], given["name"]), given["name"], folder, given["numbers"])


def front(settings, notebook):
    """Return the arguments of the title block as typst, by name."""
    metadata = notebook.node.metadata
    listed = metadata.get("authors") or []
    own = [str(author.get("name", "")) for author in listed if isinstance(author, dict)]
    title = settings["title"] or str(metadata.get("title") or Path(notebook.name).stem)
    words, day = date_of(settings["date"], settings["language"])
    return {"title": quoted(title), "subtitle": quoted(settings["subtitle"]),
            "authors": "(%s)" % "".join(quoted(author) + ", "
                                        for author in settings["authors"] or own if author),
            "date": quoted(words), "language": quoted(settings["language"]),
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


if __name__ == "__main__":
    main()
