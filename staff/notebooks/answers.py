"""The answers in handed-in notebooks by subtask, as text, and which answers are missing."""

import re

from kit.definition import load_assignment
from kit.sections import LEFT_OPEN, find_placeholder
from staff.layouts import KIT
from staff.notebooks.loading import make_printable
from staff.record import Finding

LONGEST = 20_000    # letters of one answer
SEARCHED = 10_000   # of them: a placeholder stands at the beginning
HEADING = re.compile(r"#{1,6}[^\n]*")


def find_answers(cells):
    """{subtask: answer} in Placed cells, without empty answers."""
    texts = {}
    for one in cells:
        text = read_answer(one)
        if one.subtask and text and text not in texts.setdefault(one.subtask, []):
            texts[one.subtask].append(text)
    share_answers(texts, cells)
    return {subtask.id: make_printable("\n\n".join(texts[subtask.id]), LONGEST)
            for subtask in load_assignment().subtasks if texts.get(subtask.id)}


def share_answers(texts, cells):
    """Add answers under the heading of a whole task to its subtasks, if they have none.

    The first of them gets the text, and the others say where it stands: it is one answer.
    """
    whole = {}
    for one in cells:
        text = read_answer(one) if one.task else ""
        if text and text not in whole.setdefault(one.task, []):
            whole[one.task].append(text)
    for task, found in whole.items():
        those = [one.id for one in load_assignment().subtasks
                 if one.id.startswith(task) and one.by_hand]
        if not those or any(map(texts.get, those)):
            continue
        first, *others = those
        words = f"One answer to {', '.join(those)}"
        texts[first] = [f"({words})", *found] if others else found
        texts.update({name: [f"({words}: it stands in {first})"] for name in others})


def read_answer(one):
    """The text that the student has added to a cell; "" if there is none."""
    source = one.cell.source.strip()
    if one.given is None:
        if one.cell.cell_type == "code":
            return ""
        heading = HEADING.match(source)
        return source if source[heading.end() if heading else 0:].strip() else ""
    if one.given.role == "answer":
        return "" if source == one.given.source.strip() else source
    if one.given.cell_type == "code":
        return ""
    return source.removeprefix(one.given.source.strip()).strip()


def find_unanswered(answers, cells, layout):
    """A Finding for each subtask marked by hand whose answer is missing or left open."""
    found = []
    for subtask in load_assignment().subtasks:
        if not subtask.by_hand:
            continue
        text = answers.get(subtask.id, "")
        left_open = find_placeholder(text[:SEARCHED])
        if text and not left_open:
            continue
        here = [one for one in cells if one.subtask == subtask.id]
        at = next((one for one in here if one.given and one.given.role == "answer"),
                  here[0] if here else None)
        found.append(Finding(
            "reading", "unanswered", explain_missing(subtask.id, left_open, at, layout),
            at.notebook if at else "", at.number if at else 0))
    return found


def explain_missing(subtask, left_open, at, layout):
    """The sentence about a missing answer."""
    if left_open:
        return f"the answer to {subtask} still says “{make_printable(left_open[0].strip(), 40)}”"
    if at is None:
        elsewhere = ": it may stand in a report" if layout != KIT else ""
        return f"no section {subtask} was found in the notebooks{elsewhere}"
    if at.given is not None and LEFT_OPEN.search(at.cell.source[:SEARCHED]):
        return f"the answer to {subtask} is still the placeholder"
    return f"section {subtask} has no answer in words"
