"""The page of a student as a PDF: what the page shows, set by the machinery of `kit report`.

The page becomes a notebook: its answers are cells of Markdown, all between them is HTML. It is
read as strangers' notebooks are, in a process of its own with limits.
"""

import re
from concurrent.futures import ThreadPoolExecutor

from markupsafe import Markup

from kit.definition import load_assignment
from kit.files import Refused
from kit.notebook_files import nbformat
from kit.pool import count_cores
from kit.report.launcher import make_pdf
from staff.feedback.page_template import fill_template
from staff.feedback.student_pages import collect_values
from staff.guide import read_guide

ANSWER = re.compile(r'<div class="answer"[^>]*><!--(\w+)--></div>')
NO_PART = re.compile(r"^.*<main>|<h1>.*?</h1>|</main>.*$", re.DOTALL)
PICTURE = re.compile(r"!\[[^\]\n]{0,500}\]\([^)\n]{0,2000}\)|<img\b[^>]{0,2000}>")
FENCED_OR_HEADING = re.compile(r"^(```|~~~).*?^\1|^#{1,4}(?= )", re.DOTALL | re.MULTILINE)


def make_pdfs(record, standings):
    """{key: PDF bytes} of the pages of Standings."""
    guide, _ = read_guide()
    with ThreadPoolExecutor(count_cores()) as threads:
        # the record is read here, one page after the other; the threads wait for processes
        waiting = {one.submission.key: threads.submit(
            set_page, collect_values(record, one, guide), record.list_answers(one.submission.key))
            for one in standings}
        return {key: one.result() for key, one in waiting.items()}


def set_page(values, answers):
    """The PDF of a page; the answers stand as they were written if they cannot be set.

    answers: {subtask: Markdown}.
    """
    for section in values["sections"]:
        if section["answer"]:
            section["answer"] = Markup(f"<!--{section['subtask'].id}-->")
    pieces = ANSWER.split(NO_PART.sub("", fill_template("student.html", **values)))
    settings = {"title": f"Feedback: {load_assignment().title}", "subtitle": "", "date": "",
                "authors": values["called"], "language": "en", "contents": False}
    for kind in ("text/markdown", ""):
        cells = [make_cell(number, prepare_answer(answers[piece]), kind) if number % 2 else
                 make_cell(number, piece, "text/html") for number, piece in enumerate(pieces)]
        try:
            return print_cells(cells, settings)
        except Refused as refusal:
            why = refusal
    raise Refused(f"{values['one'].key}: {why}")


def prepare_answer(text):
    """Markdown whose headings stand below those of the page; its figures come after it."""
    text = PICTURE.sub(r"\\[picture\\]", text)
    return FENCED_OR_HEADING.sub(lambda found: found[0] if found[1] else f"##{found[0]}", text)


def make_cell(number, text, kind):
    """A cell that the report prints as this kind of text."""
    return nbformat.v4.new_raw_cell(text, id=f"cell-{number}", metadata={"raw_mimetype": kind})


def print_cells(cells, settings):
    """The PDF of cells."""
    text = nbformat.writes(nbformat.v4.new_notebook(cells=cells))
    return make_pdf([{"text": text, "name": "feedback.ipynb", "numbers": [], "folder": None}],
                    settings=settings)[0]
