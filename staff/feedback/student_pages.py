"""The page of each submission, which its student reads."""

import base64
import re
from collections import Counter
from dataclasses import replace

from markupsafe import Markup

from kit.check import FAILED, tell_once
from kit.deadline import format_moment
from kit.definition import load_assignment
from kit.files import make_inner_folder
from staff.feedback.page_template import write_page
from staff.intake.repeats import names_others
from staff.layouts import KIT
from staff.points import WHOLE
from staff.record import DOUBT, NOT_DONE

FOLDER = "feedback"
MOST_FIGURES = 40           # on one page
PNG = b"\x89PNG\r\n\x1a\n"
PAGE_OF_KEY = re.compile(r"[a-z0-9-]+\.html")


def write_student_pages(out, record, standings):
    """Write OUT/feedback/KEY.html for each submission. Delete the pages of former submissions."""
    folder = make_inner_folder(out, FOLDER)
    for standing in standings:
        write_page(folder / f"{standing.submission.key}.html", "student.html",
                   **collect_values(record, standing))
    names = {f"{standing.submission.key}.html" for standing in standings}
    for path in folder.glob("*.html"):
        if path.name not in names and PAGE_OF_KEY.fullmatch(path.name):
            path.unlink()


def collect_values(record, standing):
    """The values of the template for a submission."""
    key = standing.submission.key
    answers = record.list_answers(key)
    figures = load_figures(record, key)
    numbers = record.query("SELECT * FROM numbers WHERE key = ? ORDER BY rowid", key)
    told = set()
    sections = [collect_section(subtask, standing, answers, figures, numbers, told)
                for subtask in standing.subtasks.values()]
    assignment = load_assignment()
    return {"one": standing.submission, "kit": KIT, "standing": standing, "sections": sections,
            "findings": count_findings(standing), "most": assignment.points,
            "late": standing.lateness if standing.lateness and standing.lateness.words else None,
            "format_moment": format_moment,
            "more_figures": [one for name in figures if name not in assignment.by_id
                             for one in figures[name]],
            "of_code": sum(standing.parts_by_code.values()), "whole": WHOLE,
            "of_open": sum(standing.parts_by_code[where] for where in standing.open),
            "of_hand": sum(standing.parts_by_hand.values())}


def collect_section(subtask, standing, answers, figures, numbers, told):
    """The values of the template for one subtask; told: as for tell_once."""
    results = [replace(one, shown=tell_once(one.shown, told)) for one in standing.results
               if one.subtask == subtask.id]
    parts = [(part, possible, standing.code_points.get((subtask.id, part)))
             for part, possible in subtask.by_code.items()]
    decided = [(part, possible, *standing.marks[subtask.id, part])
               for part, possible in subtask.by_code.items()
               if standing.whole is None and standing.given(subtask.id, part) is not None]
    marks = [(part, possible, *standing.marks.get((subtask.id, part), (None, "")))
             for part, possible in subtask.by_hand.items()]
    return {"subtask": subtask, "points": standing.points(subtask.id), "parts": parts,
            "possible": standing.possible(subtask.id), "marks": marks, "decided": decided,
            "checks": [one for one in results if not one.remark],
            "remarks": [one for one in results if one.remark and one.state == FAILED],
            "counted_in": subtask.charge("") if subtask.counts_in else None,
            "answer": answers.get(subtask.id, ""),
            "figures": figures.get(subtask.id, []),
            "numbers": [row for row in numbers if row["subtask"] == subtask.id]}


def count_findings(standing):
    """[(sentence, how often)] of the notes and findings, each once; none names other students."""
    where = [(f"{one.notebook}, cell {one.cell}: " if one.cell else f"{one.notebook}: "
              if one.notebook else "") + one.words for one in standing.findings
             if one.kind not in (NOT_DONE, DOUBT)]
    notes = [note for note in standing.submission.notes if not names_others(note)]
    return list(Counter([*notes, *where]).items())


def load_figures(record, key):
    """{subtask: [the values of a figure]}, with the figure itself as a data: address."""
    found = {}
    rows = record.query("SELECT subtask, notebook, cell, png FROM figures WHERE key = ? "
                       "ORDER BY rowid LIMIT ?", key, MOST_FIGURES)
    for row in rows:
        if row["png"] and row["png"].startswith(PNG):
            address = "data:image/png;base64," + base64.b64encode(row["png"]).decode("ascii")
            found.setdefault(row["subtask"] or "", []).append(    # Markup is not cut off
                {"notebook": row["notebook"], "cell": row["cell"], "address": Markup(address)})
    return found
