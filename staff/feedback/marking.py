"""Marks by hand: a table of what is to be marked goes out, the same with points comes in."""

import functools
import re
from pathlib import Path

from kit.files import Refused, one_line
from staff.feedback.guide import read_guide
from staff.record import insert
from staff.grading.points import parts_by_hand
from staff.layouts import load_layouts
from staff.feedback.tables import number_text, plain, read_table, write_table

FILE = "marking.csv"
HEADER = ["student", "name", "key", "subtask", "part", "possible", "points", "comment", "answer",
          "page", "guide"]
NEEDED = ("key", "subtask", "part", "points", "comment")
NUMBER = re.compile(r"\d{1,3}([.,]\d{1,2})?")
TAKE_BACK = "-"         # in place of points: the mark that was given is none
LONGEST = 2000          # letters of an answer, and of a comment


def write_marking(path, record, standings):
    """Write the table of all parts to be marked by hand, with the marks that are in."""
    guide, _ = read_guide()
    rows = [HEADER]
    for standing in standings:
        if not standing.submission.refused:
            rows += rows_of(standing, answers_of(record, standing.submission.key), guide)
    write_table(path, rows)


def rows_of(standing, answers, guide):
    """Return the rows of one submission."""
    one, found = standing.submission, []
    for (subtask, part), possible in standing.parts_by_hand.items():
        points, comment = standing.marks.get((subtask, part), (None, ""))
        answer = one_line(answers.get(subtask, ""), LONGEST)
        found.append([one.student, one.name or ", ".join(one.members), one.key, subtask, part,
                      possible, points, comment or "", answer,
                      f"feedback/{one.key}.html#{subtask}-{part}", guide[subtask, part].short])
    return found


def answers_of(record, key):
    """Return {subtask: what the submission's notebooks answer}."""
    return {row["subtask"]: row["text"] or "" for row in
            record.rows("SELECT subtask, text FROM answers WHERE key = ?", key)}


# --------------------------------------------------------------------------------- the way back

def read_marks(path, keys):
    """Return {(key, subtask, part): (points, comment)} of a table that has been filled in.

    What has neither points nor a comment is left out; points are None without any, and TAKE_BACK
    stays. Refused, with the line, unless every row is one of what is to be marked.
    """
    table = read_table(path)
    names = [name.strip("\ufeff").casefold() for name in table.header]
    if missing := [name for name in NEEDED if name not in names]:
        raise Refused(f"{path} has no column {missing[0]}: expected the columns of {FILE}, in any "
                      "order")
    found, lines = {}, {}
    for line, cells in table.rows:
        cells = cells + [""] * (len(names) - len(cells))
        row = {name: plain(cells[names.index(name)]) for name in NEEDED}
        where, mark = row_of(row, keys, f"{path}, line {line}")
        if found.get(where, mark) != mark:
            raise Refused(f"{path}, line {line}: {' '.join(where)} has another mark in line "
                          f"{lines[where]}: leave one of the two")
        found[where], lines[where] = mark, line
    return {where: mark for where, mark in found.items() if mark != (None, "")}


def row_of(row, keys, line):
    """Return where a row belongs, and its (points, comment); Refused if it cannot be told."""
    where = row["key"], row["subtask"].lower(), row["part"].lower()
    if where[0] not in keys:
        raise Refused(f"{line}: there is no submission {one_line(where[0], 60) or '(empty)'}: "
                      "keep the column key as it was")
    possible = parts_by_hand(*load_layouts()).get(where[1:])
    if possible is None:
        named = one_line(" ".join(where[1:]), 60) or "(empty)"
        raise Refused(f"{line}: nothing called {named} is marked by hand: keep the columns "
                      "subtask and part as they were")
    points = row["points"]
    if points not in ("", TAKE_BACK):
        number = float(points.replace(",", ".")) if NUMBER.fullmatch(points) else None
        if number is None or number > possible:
            raise Refused(f"{line}: the points are {one_line(points, 40)}, expected a number from "
                          f"0 to {possible}, with at most two decimals")
        points = number
    return where, (None if points == "" else points, one_line(row["comment"], LONGEST))


def changes_of(record, marks):
    """Return ({where: mark} that are new, {where: (mark before, mark)} that differ from it)."""
    new, changed = {}, {}
    known_of = functools.cache(record.marks)
    for where, (points, comment) in marks.items():
        known = known_of(where[0]).get(where[1:], (None, ""))
        before = known[0], known[1] or ""
        after = points, comment
        if points == TAKE_BACK:
            after = None, comment
        elif points is None or not comment:     # what is left empty says nothing
            after = before[0] if points is None else points, comment or before[1]
        lost = any(old not in (None, "", now) for old, now in zip(before, after))
        if lost:
            changed[where] = before, after
        elif after != before:
            new[where] = after
    return new, changed


def put_marks(record, marks):
    """Keep all of {(key, subtask, part): (points, comment)}, or none."""
    with record.transaction() as connection:
        for (key, subtask, part), (points, comment) in marks.items():
            insert(connection, "marks", {"key": key, "subtask": subtask, "part": part,
                                         "points": points, "comment": comment})


def holds_more(path, record, keys):
    """Return whether a table on disk holds marks that are not in the record, or cannot be read, so
    that it must not be written anew."""
    if not Path(path).exists():
        return False
    try:
        new, changed = changes_of(record, read_marks(path, keys))
    except Refused:
        return True
    return bool(new or changed)


def described(where, before, after):
    """Return one line on a mark that changes."""
    def told(mark):
        points = "no points" if mark[0] is None else number_text(mark[0])
        return f'{points}, "{mark[1]}"' if mark[1] else points
    return f"{' '.join(where)}: {told(before)} -> {told(after)}"
