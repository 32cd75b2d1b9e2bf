"""The table of marks by hand, marking.csv: written for the graders, and read back with points."""

import hashlib
import re
from pathlib import Path

from kit.files import Refused, shorten
from staff.csv_tables import format_points, read_table, write_table
from staff.guide import read_guide
from staff.layouts import load_layouts
from staff.marks import Mark, Settled, find_basis
from staff.points import WHOLE, list_parts_by_code, list_parts_by_hand

FILE = "marking.csv"
HEADER = ["student", "name", "key", "subtask", "part", "possible", "points", "comment", "answer",
          "page", "guide", "basis"]
NEEDED = ("key", "subtask", "part", "points", "comment")
NUMBER = re.compile(r"\d{1,3}([.,]\d{1,2})?")
MARKER = FILE           # who gave the marks of a table
TAKE_BACK = "-"         # instead of points: deletes the points that were given
WRITTEN = "sha256 of marking.csv"       # the setting that tells whether anyone has changed it
LONGEST = 2000          # letters of an answer, and of a comment


def write_marks_table(path, record, standings):
    """Write a row for each part that a person grades, with the marks that are in the record.

    The open parts of all submissions come first, and parts by code that have a mark already.
    """
    guide, _ = read_guide()
    bases, first, rows = record.list_bases(), [], []
    for standing in standings:
        key = standing.submission.key
        answers = record.list_answers(key)
        first += [[*make_row(standing, where, possible, words, ""), find_basis(bases, key)]
                  for where, possible, words in list_decisions(standing)]
        if not standing.submission.refused:
            rows += [[*make_row(standing, where, possible, answers.get(where[0], ""),
                                guide[where].short), find_basis(bases, key, where[0])]
                     for where, possible in standing.parts_by_hand.items()]
    write_table(path, [HEADER, *first, *rows])
    record.write_setting(WRITTEN, hash_file(path))


def hash_file(path):
    """The sha256 of a file."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def list_decisions(standing):
    """[(part, possible points, why it is open)] that a person decides in place of the code."""
    whole = standing.is_open_as_a_whole or standing.whole is not None
    found = [(WHOLE, sum(standing.parts_by_code.values()), standing.open_words)] * whole
    for where, possible in standing.parts_by_code.items():
        is_open = where in standing.open and not whole
        if is_open or standing.given(*where) is not None:
            words = "; ".join(standing.list_reasons(where)) if is_open else ""
            found.append((where, possible, words))
    return found


def make_row(standing, where, possible, answer, guide):
    """The row of one part of a submission."""
    one, (points, comment) = standing.submission, standing.marks.get(where, (None, ""))
    return [one.student, one.name or ", ".join(one.members), one.key, *where, possible, points,
            comment or "", shorten(answer, LONGEST),
            f"feedback/{one.key}.html#{'-'.join(where)}", guide]


# ----------------------------------------------------------------------------- the filled table

def list_layouts(record):
    """{key: layout} of all submissions."""
    return {one.key: one.layout for one in record.list_submissions()}


def read_marks(table, layouts):
    """{(key, subtask, part): (points, comment)} of a filled table, without empty marks.

    Points are a number, None or TAKE_BACK. Refused names the line of a row that cannot be right.
    layouts: {key: layout} of all submissions.
    """
    if missing := [name for name in NEEDED if name not in table.names]:
        raise Refused(f"{table.path} has no column {missing[0]}: expected the columns of {FILE}, "
                      "in any order")
    found, lines = {}, {}
    for line, row in table.read_rows():
        where, mark = read_row(row, layouts, f"{table.path}, line {line}")
        if found.get(where, mark) != mark:
            raise Refused(f"{table.path}, line {line}: {' '.join(where)} has another mark in line "
                          f"{lines[where]}: delete one of the two")
        found[where], lines[where] = mark, line
    return {where: mark for where, mark in found.items() if mark != (None, "")}


def read_row(row, layouts, line):
    """The (key, subtask, part) of a row and its (points, comment); Refused if one is not valid."""
    where = row["key"], row["subtask"].lower(), row["part"].lower()
    if where[0] not in layouts:
        raise Refused(f"{line}: there is no submission {shorten(where[0], 60) or '(empty)'}: "
                      "leave the column key as it was")
    by_code = list_parts_by_code(*load_layouts())
    possible = {WHOLE: sum(list_parts_by_code(layouts[where[0]]).values()), **by_code,
                **list_parts_by_hand(*load_layouts())}.get(where[1:])
    named = shorten(" ".join(where[1:]), 60) or "(empty)"
    if possible is None:
        raise Refused(f"{line}: {named} is not a part of the assignment: leave the columns "
                      "subtask and part as they were")
    points = row["points"]
    if points not in ("", TAKE_BACK):
        number = float(points.replace(",", ".")) if NUMBER.fullmatch(points) else None
        if number is None or number > possible:
            raise Refused(f"{line}: the points are {shorten(points, 40)}, expected a number from "
                          f"0 to {possible}, with at most two decimals")
        points = number
        if not row["comment"] and where[1:] not in list_parts_by_hand(layouts[where[0]]):
            raise Refused(f"{line}: {named} is a part by code: give the reason for its points in "
                          "the column comment, the student reads it")
    return where, (None if points == "" else points, shorten(row["comment"], LONGEST))


def read_bases(table):
    """{(key, subtask, part): the hash of what was marked} of the rows of a table that tell it."""
    return {(row["key"], row["subtask"].lower(), row["part"].lower()): row["basis"]
            for _, row in table.read_rows()
            if re.fullmatch(r"[0-9a-f]{16}|[0-9a-f]{64}", row.get("basis", ""))}


def make_marks(record, table, new, changed):
    """The Marks of a table, from compare_marks. Those that change another's mark are final."""
    bases, present, waiting = read_bases(table), record.list_bases(), record.settle_marks()
    by_hand = list_parts_by_hand(*load_layouts())
    found = []
    for where, (points, comment) in {**new, **{one: after for one, (_, after) in
                                               changed.items()}}.items():
        key, subtask, part = where
        settled = waiting.get(key, {}).get((subtask, part))
        basis = find_basis(present, key, subtask if (subtask, part) in by_hand else "")
        found.append(Mark(
            *where, MARKER, points, comment, basis=bases.get(where, basis),
            final=where in changed or bool(settled and settled.waits)))
    return found


def keep_answers(record, table, marks):
    """Keep the answers in the table that were marked, where the record no longer has them."""
    by_hand = list_parts_by_hand(*load_layouts())
    texts = {(row["key"], row["subtask"].lower(), row["part"].lower()): row.get("answer", "")
             for _, row in table.read_rows()}
    with record.transaction():
        for mark in marks:
            if mark.where[1:] in by_hand and texts[mark.where] and not record.find_marked(mark):
                record.insert("answers", {"key": mark.basis, "subtask": mark.subtask,
                                          "text": texts[mark.where]})


def compare_marks(record, marks):
    """({where: mark} of new marks, {where: (mark before, mark after)} of changed ones)."""
    new, changed = {}, {}
    settled = record.settle_marks()
    for where, (points, comment) in marks.items():
        known = settled.get(where[0], {}).get(where[1:], Settled())
        before = (known.points, shorten(known.comment, LONGEST)) if known.mark else (None, "")
        after = points, comment
        if points == TAKE_BACK:
            after = None, comment
        elif points is None or not comment:     # an empty cell changes nothing
            after = before[0] if points is None else points, comment or before[1]
        if any(old not in (None, "", now) for old, now in zip(before, after)):
            changed[where] = before, after
        elif after != before:
            new[where] = after
    return new, changed


def holds_new_marks(path, record):
    """Whether a table must not be written over: it holds new marks, or it cannot be read."""
    if not Path(path).exists():
        return False
    try:
        if hash_file(path) == record.read_setting(WRITTEN):
            return False
        return any(compare_marks(record, read_marks(read_table(path), list_layouts(record))))
    except (Refused, OSError):
        return True


def describe_changed_mark(where, before, after):
    """A changed mark in one line."""
    return f"{' '.join(where)}: {describe_mark(*before)} -> {describe_mark(*after)}"


def describe_mark(points, comment):
    """A mark in words."""
    words = "no points" if points is None else format_points(points)
    return f'{words}, "{comment}"' if comment else words
