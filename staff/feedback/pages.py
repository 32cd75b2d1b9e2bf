"""The pages: each is one file that runs no script and asks for nothing from elsewhere.

All that a student wrote is cleaned and escaped wherever a template shows it.
"""

import base64
import re
import unicodedata
from collections import Counter
from pathlib import Path

import jinja2
import mistune
from markupsafe import Markup

from kit.check import FAILED, PASSED
from kit.definition import load_assignment
from kit.files import whole_file
from staff.feedback.guide import read_guide
from staff.record import NOT_DONE
from staff.feedback.standing import list_marked
from staff.feedback.tables import number_text

FOLDER = "feedback"
LONGEST = 20_000            # letters of one text
MOST_FIGURES = 40           # of one page
PNG = b"\x89PNG\r\n\x1a\n"
PILED_UP = re.compile(r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
                      r"\ufe20-\ufe2f]{2})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff"
                      r"\u20d0-\u20ff\ufe20-\ufe2f]+")
PAGE_OF_KEY = re.compile(r"[a-z0-9-]+\.html")


def clean(value):
    """Return what a template shows: a text without what steers its reading, such as marks that
    turn the writing's direction; a number without digits that say nothing."""
    if isinstance(value, float):
        return number_text(value)
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    text = value if len(value) <= LONGEST else value[:LONGEST] + " … (cut off)"
    return PILED_UP.sub(r"\1", "".join(map(clean_letter, text)))


def clean_letter(letter):
    """Return a letter; nothing for what only formats, a mark for what cannot be printed."""
    if letter.isprintable() or letter in "\n\t":
        return letter
    kind = unicodedata.category(letter)
    return "" if kind == "Cf" or letter == "\r" else " " if kind == "Zs" else "\ufffd"


TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True,
    finalize=clean, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def write_page(path, template, **values):
    """Write a page from its template."""
    text = TEMPLATES.get_template(template).render(**values)
    with whole_file(path) as file:
        file.write(text.encode("utf-8", "replace"))


def write_pages(out, record, standings):
    """Write OUT/feedback/KEY.html of each submission; pages of submissions that are gone, go."""
    folder = Path(out) / FOLDER
    for standing in standings:
        write_page(folder / f"{standing.submission.key}.html", "student.html",
                   **shown_of(record, standing))
    names = {f"{standing.submission.key}.html" for standing in standings}
    for path in folder.glob("*.html") if folder.is_dir() else ():
        if path.name not in names and PAGE_OF_KEY.fullmatch(path.name):
            path.unlink()


def shown_of(record, standing):
    """Return what stands on a submission's page, by the template's names."""
    key = standing.submission.key
    answers = {row["subtask"]: row["text"] for row in
               record.rows("SELECT subtask, text FROM answers WHERE key = ?", key)}
    figures = figures_of(record, key)
    numbers = record.rows("SELECT * FROM numbers WHERE key = ? ORDER BY rowid", key)
    sections = [find_section(subtask, standing, answers, figures, numbers)
                for subtask in standing.subtasks.values()]
    listed = load_assignment().by_id
    return {"one": standing.submission, "standing": standing, "sections": sections,
            "marked": list_marked(), "findings": findings_of(standing),
            "more_figures": [one for name in figures if name not in listed
                             for one in figures[name]],
            "of_code": sum(sum(one.by_code.values()) for one in standing.subtasks.values()),
            "of_hand": sum(standing.parts_by_hand.values())}


def find_section(subtask, standing, answers, figures, numbers):
    """Return what is shown of one subtask."""
    results = [one for one in standing.results if one.subtask == subtask.id]
    parts = [(part, possible, earned(standing, subtask, part, possible))
             for part, possible in subtask.by_code.items()]
    marks = [(part, possible, *standing.marks.get((subtask.id, part), (None, "")))
             for part, possible in subtask.by_hand.items()]
    return {"subtask": subtask, "points": standing.points(subtask.id), "parts": parts,
            "possible": standing.possible(subtask.id), "marks": marks,
            "checks": [one for one in results if not one.remark],
            "remarks": [one for one in results if one.remark and one.state == FAILED],
            "counted_in": subtask.charge("") if subtask.counts_in else None,
             "answer": answers.get(subtask.id, ""),
            "figures": figures.get(subtask.id, []),
            "numbers": [row for row in numbers if row["subtask"] == subtask.id]}


def earned(standing, subtask, part, possible):
    """Return the points of one part by code."""
    states = [one.state for one in standing.results
              if not one.remark
              and load_assignment().charge(one) == (subtask.id, part)]
    return possible if states and all(state == PASSED for state in states) else 0


def findings_of(standing):
    """Return what was found beside the checks, [(sentence, how often)], each once."""
    where = [(f"{one.notebook}, cell {one.cell}: " if one.cell else f"{one.notebook}: "
              if one.notebook else "") + one.words for one in standing.findings
             if one.kind != NOT_DONE]
    return list(Counter([*standing.submission.notes, *where]).items())


def figures_of(record, key):
    """Return {subtask: its figures as data: addresses}."""
    found = {}
    rows = record.rows("SELECT subtask, notebook, cell, png FROM figures WHERE key = ? "
                       "ORDER BY rowid LIMIT ?", key, MOST_FIGURES)
    for row in rows:
        if row["png"] and row["png"].startswith(PNG):
            address = "data:image/png;base64," + base64.b64encode(row["png"]).decode("ascii")
            found.setdefault(row["subtask"] or "", []).append(    # Markup: it is not cut off
                {"notebook": row["notebook"], "cell": row["cell"], "address": Markup(address)})
    return found


def write_guide(path):
    """Write the marking guide as a page, each part where marking.csv names it."""
    parts, before = read_guide()
    render = mistune.create_markdown(escape=True, plugins=["table"])
    write_page(path, "guide.html", before=Markup(render(before)),
               parts=[(part, Markup(render(part.text))) for part in parts.values()])
