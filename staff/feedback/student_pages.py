"""The page of each submission, which its student reads."""

import base64
import re
from collections import Counter
from dataclasses import replace

from markupsafe import Markup

from kit.check import FAILED, NOT_STARTED, tell_once
from kit.deadline import format_moment
from kit.definition import load_assignment
from kit.files import make_inner_folder
from staff.feedback.mistakes import HINT, NOT_WRITTEN
from staff.feedback.page_template import write_page
from staff.guide import read_guide
from staff.intake.repeats import names_others
from staff.layouts import KIT
from staff.points import WHOLE
from staff.record import DOUBT, NOT_DONE
from staff.standing import share_losses
from staff.students import name_students
from staff.typeset import typeset_kept

FOLDER = "feedback"
MOST_FIGURES = 40           # on one page
MOST_LOSSES = 8             # that are listed one by one at the top of a page
PNG = b"\x89PNG\r\n\x1a\n"
PAGE_OF_KEY = re.compile(r"[a-z0-9-]+\.html")


def write_student_pages(out, record, standings):
    """Write OUT/feedback/KEY.html for each submission. Delete the pages of former submissions."""
    folder, (guide, _) = make_inner_folder(out, FOLDER), read_guide()
    for standing in standings:
        write_page(folder / f"{standing.submission.key}.html", "student.html",
                   **collect_values(record, standing, guide))
    names = {f"{standing.submission.key}.html" for standing in standings}
    for path in folder.glob("*.html"):
        if path.name not in names and PAGE_OF_KEY.fullmatch(path.name):
            path.unlink()


def collect_values(record, standing, guide):
    """The values of the template for a submission."""
    key, one = standing.submission.key, standing.submission
    answers = record.list_answers(key)
    shown = typeset_kept(record, answers.values())
    figures = load_figures(record, key)
    numbers = record.query("SELECT * FROM numbers WHERE key = ? ORDER BY rowid", key)
    told = set()
    sections = [collect_section(subtask, standing, guide, figures, numbers, told)
                | {"answer": Markup(shown.get(answers.get(subtask.id), ""))}
                for subtask in standing.subtasks.values()]
    assignment = load_assignment()
    return {"one": one, "kit": KIT, "standing": standing, "sections": sections,
            "called": name_students(one),
            "findings": count_findings(standing), "most": assignment.points,
            "late": standing.lateness if standing.lateness and standing.lateness.words else None,
            "format_moment": format_moment, "losses": list_losses(standing, sections),
            "most_losses": MOST_LOSSES,
            "more_figures": [one for name in figures if name not in assignment.by_id
                             for one in figures[name]],
            "of_code": sum(standing.parts_by_code.values()), "whole": WHOLE,
            "of_open": sum(standing.parts_by_code[where] for where in standing.open),
            "of_hand": sum(standing.parts_by_hand.values())}


def collect_section(subtask, standing, guide, figures, numbers, told):
    """The values of the template for one subtask, but for the answer; told: as for tell_once."""
    results = [replace(one, shown=tell_once(one.shown, told)) for one in standing.results
               if one.subtask == subtask.id]
    parts = [(part, possible, standing.code_points.get((subtask.id, part)))
             for part, possible in subtask.by_code.items()]
    decided = [(part, possible, *standing.marks[subtask.id, part], [], "")
               for part, possible in subtask.by_code.items()
               if standing.whole is None and standing.given(subtask.id, part) is not None]
    marks = [(part, possible, *standing.marks.get((subtask.id, part), (None, "")),
              list_lost_elements(standing, guide[subtask.id, part]),
              guide[subtask.id, part].short)
             for part, possible in subtask.by_hand.items()]
    return {"subtask": subtask, "points": standing.points(subtask.id), "parts": parts,
            "possible": standing.possible(subtask.id), "marks": marks, "decided": decided,
            "checks": [one for one in results if not one.remark],
            "remarks": [one for one in results if one.remark and one.state == FAILED],
            "counted_in": subtask.charge("") if subtask.counts_in else None,
            "figures": figures.get(subtask.id, []),
            "numbers": [row for row in numbers if row["subtask"] == subtask.id]}


def list_lost_elements(standing, part):
    """[(points lost, words of an element)] of the mark for a Part of the guide.

    Empty if the guide's elements were not ticked, as in a table. Empty too if the guide has
    others now.
    """
    earned = standing.elements.get((part.subtask, part.part))
    if earned is None or not earned.keys() <= {words for _, words in part.elements}:
        return []
    return [(points * (1 - earned.get(words, 0)), words) for points, words in part.elements
            if earned.get(words, 0) < 1]


def list_losses(standing, sections):
    """[(points, anchor, name of a part, words)] of what was lost, the most first."""
    found = {}
    for result, points in share_losses(standing):
        where = load_assignment().charge(result)
        lost, words = found.setdefault(where, (0, {}))
        found[where] = lost + points, words | {name_loss(result): None}
    for section in sections:
        name = section["subtask"].id
        for part, possible, points, comment, lost, short in section["decided"] + section["marks"]:
            if points is not None and points < possible:
                words = [element for _, element in lost]
                found[name, part] = possible - points, words or [comment or short]
    if standing.whole is not None:
        possible = sum(standing.parts_by_code.values())
        found[WHOLE] = possible - standing.whole, [standing.marks[WHOLE][1]]
    listed = [(points, "-".join(where), " ".join(where).replace("_", " "),
               "; ".join(filter(None, words))) for where, (points, words) in found.items()]
    if standing.penalty:
        listed.append((standing.penalty, "lateness", "lateness", standing.lateness.words))
    return sorted((one for one in listed if one[0] > 0), key=lambda one: -one[0])


def name_loss(result):
    """Why a check gave no points: what it looked at, and its question or else what it found."""
    hint = HINT.search(result.shown)
    if result.state == NOT_STARTED and not hint:
        return NOT_WRITTEN
    return ": ".join(filter(None, [result.title, hint[1] if hint else result.shown]))


def count_findings(standing):
    """[(sentence, how often)] of the notes and findings, each once; none names other students."""
    found = [one.sentence for one in standing.findings if one.kind not in (NOT_DONE, DOUBT)]
    notes = [note for note in standing.submission.notes if not names_others(note)]
    return list(Counter([*notes, *found]).items())


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
