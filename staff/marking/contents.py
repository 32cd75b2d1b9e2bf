"""What the page shows, as values for JSON: the questions, an answer, and its marks."""

import difflib
import re

from kit.check import PASSED
from kit.files import Refused
from staff.intake.intake import read_copy
from staff.typeset import typeset
from staff.marking.worklist import OPEN_PARTS
from staff.marks import CHANGED
from staff.points import WHOLE
from staff.record import UNREADABLE
from staff.students import name_students
from staff.texts import clean

SECTION = re.compile(r"^### (.+)$", re.MULTILINE)
ABOUT_ANSWER = r"(no section|section|the answer (of|to)) {}\b"     # begins a finding's words
MOST_OFFERED = 12           # comments that are offered again
MOST_SCRIPTS = 20
MOST_WORDS = 4_000          # of two answers that are compared
LEAST_SHARED = 0.3          # of their words; with less, the difference cannot be read


def describe_work(work, marker, busy, names):
    """The questions with their progress, the students, and what is to be looked at."""
    lists = {OPEN_PARTS: work.open_items, **work.questions}
    return {"questions": [describe_question(work, name, items, marker, busy)
                          for name, items in lists.items() if items],
            "students": [{"key": key, "name": name_student(work, key, names)}
                         for key in work.students],
            "differences": [{"where": item.where, "name": name_student(work, item.key, names),
                             "part": name_part(item.subtask, item.part),
                             "marks": list(map(describe_mark, marks)),
                             "waits": bool(work.find_settled(item).waits)}
                            for item, marks in work.list_differences()],
            "resums": [{"part": name_part(mark.subtask, mark.part), "marker": mark.marker,
                        "name": name_student(work, mark.key, names), "before": mark.points,
                        "after": points} for mark, points in work.list_resums()],
            "twice": work.twice}


def describe_question(work, name, items, marker, busy):
    """One question: its title, its progress, and the guide's part."""
    part = work.guide.get((items[0].subtask, items[0].part)) if name != OPEN_PARTS else None
    progress = work.count_progress(items, marker, busy)
    if part is None:
        return {"name": name, "title": "Parts that the grader could not reach", **progress}
    return {"name": name, "title": f"{name_part(*items[0].where[1:])}: {part.title}",
            "points": part.points, **progress}


def describe_guide(work, subtask, part):
    """The model answer of a part, its common errors, and its elements as boxes."""
    found = work.guide.get((subtask, part))
    if found is None:
        return {"model": "", "errors": "", "elements": []}
    _, *pieces = SECTION.split(found.text)
    sections = dict(zip(pieces[::2], pieces[1::2]))
    comments = work.comments.get((subtask, part), {})
    return {"model": typeset(sections.get("Model answer", "")),
            "errors": typeset(sections.get("Common errors", "")),
            "elements": [{"words": words, "points": points, "comment": comments.get(words, "")}
                         for points, words in found.elements]}


def describe_items(work, name, marker, busy, names):
    """The list of a question's or a student's Items. busy: {where: who is at it}."""
    return [{"where": one.where, "number": one.number, "possible": one.possible,
             "part": name_part(one.subtask, one.part), "untouched": one.untouched,
             "state": work.tell_state(one, marker), "busy": busy.get(one.where, ""),
             "name": name_student(work, one.key, names)} for one in work.list_items(name)]


def describe_answer(work, key, subtask):
    """All that a submission holds for a subtask, to be looked at. It does not depend on marks."""
    standing, record = work.standings[key], work.record
    found = standing.findings
    numbers = record.query("SELECT * FROM numbers WHERE key = ? AND subtask = ?", key, subtask)
    text = record.list_answers(key).get(subtask, "")
    return {"seen": work.hash_seen(key, subtask),
            "html": typeset(text) if text.strip() else "", "bare": clean(text),
            "figures": list_figures(record, key, subtask),
            "checks": [{"title": one.title, "state": one.state, "words": clean(one.words)}
                       for one in standing.results if subtask in (one.subtask, WHOLE[0])
                       and one.state != PASSED],
            "claims": [clean(one.words) for one in found if re.match(
                ABOUT_ANSWER.format(re.escape(subtask)), one.words)]
            + [clean(f"{one.notebook} could not be read: {one.words}") for one in found
               if one.kind == UNREADABLE],
            "numbers": [{name: clean(row[name]) for name in ("name", "reported", "own")}
                        | {"agrees": bool(row["agrees"])} for row in numbers]}


def list_figures(record, key, subtask):
    """The figures that the record holds for a subtask, in order; the page asks for them by id."""
    rows = record.query("SELECT rowid, notebook, cell, ifnull(pixels, length(png)) AS pixels FROM "
                        "figures WHERE key = ? AND subtask = ? ORDER BY notebook, cell, number",
                        key, subtask)
    return [{"id": f"{row['rowid']}-{row['pixels']}", "pixels": row["pixels"],
             "caption": clean(f"{row['notebook']}, cell {row['cell']}")} for row in rows]


def describe_code(work, key, out):
    """[[name, text]] of the scripts in a submission's clean copy; empty if there is none."""
    one = work.standings[key].submission
    try:
        files = read_copy(one, out) if one.sha256 else {}
    except (Refused, OSError):
        return []
    scripts = [name for name in sorted(files) if name.endswith(".py")][:MOST_SCRIPTS]
    return [[clean(name), clean(files[name].decode("utf-8", "replace"))] for name in scripts]


def describe_state(work, item, marker, names):
    """The marks of an Item: the marker's own, those of others, and what stands."""
    standing, settled = work.standings[item.key], work.find_settled(item)
    found = [one for one in work.marks.get(item.where, ()) if one.marker == marker]
    _, others = work.list_own(item, marker)
    blind = work.is_twice(item) and not any(one.done for one in found)
    code = {where: points for where, points in standing.code_points.items()
            if item.subtask in (where[0], WHOLE[0]) and not standing.submission.refused}
    return {"where": item.where, "possible": item.possible, "untouched": item.untouched,
            "seen": work.hash_seen(item.key, item.subtask),
            "state": work.tell_state(item, marker),
            "name": name_student(work, item.key, names), "part": name_part(*item.where[1:]),
            "mark": describe_mark(found[0]) if found else None,
            "others": [] if blind else list(map(describe_mark, others)),
            "blind": blind and bool(others), "points": None if blind else settled.points,
            "comment": "" if blind else clean(settled.comment), "waits": clean(settled.waits),
            "old": describe_change(work, item) if settled.waits.startswith(CHANGED) else None,
            "alike": [one.where for one in work.list_alike(item, marker)],
            "why_open": clean("; ".join(standing.list_reasons(item.where[1:])))
            if item.where[1:] in standing.open else clean(standing.open_words)
            if item.where[1:] == WHOLE else "",
            "code": [{"part": name_part(*where), "where": [item.key, *where], "points": points,
                      "possible": standing.parts_by_code[where],
                      "by_person": standing.given(*where) is not None,
                      "reason": clean(standing.marks.get(where, (None, ""))[1])}
                     for where, points in code.items()],
            "offered": list_offered(work, item)}


def describe_mark(mark):
    """A Mark, as the page reads it."""
    return {"marker": clean(mark.marker), "points": mark.points, "comment": clean(mark.comment),
            "elements": mark.elements, "overridden": mark.overridden, "done": mark.done,
            "final": mark.final, "at": mark.at}


def describe_change(work, item):
    """The mark before the hand-in changed, and how the answer differs.

    difference: [kind, words], or None if what was marked is not kept.   figures: those that are
    gone.   new: how many there are now that were not marked.
    """
    keys = [item.key, *(one.key for one in work.standings[item.key].earlier)]
    marks = [mark for key in keys for mark in work.marks.get((key, *item.where[1:]), ())
             if mark.done and mark.points is not None]
    if not marks:
        return None
    mark, record = marks[-1], work.record
    kept = record.find_marked(mark)
    if not kept:
        return describe_mark(mark) | {"difference": None, "figures": [], "new": 0}
    texts = [record.list_answers(key).get(item.subtask, "") for key in (kept, item.key)]
    before, now = ({one["pixels"]: one for one in list_figures(record, key, item.subtask)}
                   for key in (kept, item.key))
    return describe_mark(mark) | {
        "difference": compare_texts(*map(clean, texts)),
        "figures": [one for pixels, one in before.items() if pixels not in now],
        "new": len(now.keys() - before)}


def compare_texts(before, now):
    """[(kind, words)] of two texts; the kind is "same", "gone" or "new"; spaces do not count.

    Texts that share little are shown one after the other.
    """
    old, new = (re.findall(r"\s*\S+", text)[:MOST_WORDS] for text in (before, now))
    words = [list(map(str.strip, one)) for one in (old, new)]
    found, matcher = [], difflib.SequenceMatcher(None, *words)
    codes = matcher.get_opcodes() if matcher.ratio() >= LEAST_SHARED else [
        ("replace", 0, len(old), 0, len(new))]
    for kind, a, b, c, d in codes:
        if kind == "equal":
            found.append(("same", "".join(new[c:d])))
        else:
            found += [(name, words) for name, words in (("gone", "".join(old[a:b])),
                                                        ("new", "".join(new[c:d]))) if words]
    return found


def list_offered(work, item):
    """The comments on other answers to this part, the most frequent first."""
    counts = {}
    for (key, *where), marks in work.marks.items():
        known = work.by_hand.get((key, *where))
        if tuple(where) == item.where[1:] and key != item.key and not (known and known.untouched):
            for line in {line for mark in marks for line in mark.comment.splitlines()}:
                counts[line] = counts.get(line, 0) + 1
    ordered = sorted(filter(str.strip, counts), key=lambda line: (-counts[line], line))
    return list(map(clean, ordered[:MOST_OFFERED]))


def name_student(work, key, names):
    """A student's name if it is asked for, or else a number."""
    if names:
        return clean(", ".join(name_students(work.standings[key].submission)))
    return f"Hand-in {work.students.index(key) + 1}"


def name_part(subtask, part):
    """A part in words."""
    return "the code as a whole" if (subtask, part) == WHOLE else \
        f"{subtask} {part.replace('_', ' ')}"
