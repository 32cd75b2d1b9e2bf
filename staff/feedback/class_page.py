"""The class on one page: the points as a heat map and as bars, and the common mistakes."""

import json
import re
from collections import Counter

from kit.deadline import format_moment
from kit.definition import load_assignment
from staff.feedback.mistakes import find_mistakes
from staff.feedback.page_template import write_page
from staff.standing import MISSING, list_subtasks_with_points
from staff.feedback.student_pages import FOLDER
from staff.record import DOUBT, NOT_DONE, UNREADABLE
from staff.students import name_students

SHADES = 4          # between no points and all points
BARS = 10
KINDS = {           # of findings, in words
    "note": "notes", NOT_DONE: "could not be graded",
    DOUBT: "a claim that the grader failed, of which the files show no sign",
    "missing": "a notebook is missing",
    UNREADABLE: "a notebook cannot be read", "unanswered": "an answer is missing",
    "unexecuted": "cells were never executed", "order": "cells were executed in another order",
    "saved-error": "a notebook was handed in with an error",
    "error": "a cell fails when it is executed again",
    "differs": "an output differs when its cell is executed again",
    "stopped": "a notebook could not be executed to its end",
    "number": "an answer gives an accuracy that no output gives"}


def write_class_page(path, record, standings, people):
    """Write the page of the class."""
    assignment, found = load_assignment(), find_mistakes(standings)
    listed = record.list_submissions()
    call = make_namer([*people, *listed])
    groups = {one.key: ", ".join(name_students(one)) for one in listed}
    alone = Counter(groups.values())
    names = {one.key: groups[one.key] if alone[groups[one.key]] == 1 else
             f"{groups[one.key]} ({one.student})" for one in listed}
    taken = [one.standing for one in people if not one.standing.submission.refused]
    complete = [one for one in taken if one.is_complete]
    most_by_code = find_most_by_code(taken)
    write_page(
        path, "class.html", people=people, standings=standings,
        subtasks=list_subtasks_with_points(), choose_shade=choose_shade, folder=FOLDER,
        names=names, call=call, shares=find_shares(taken),
        complete=len(complete),
        missing=sum(bool(one.missing) for one in taken),
        open=[one for one in standings if one.open], format_moment=format_moment,
        looks=[(one, one.looks) for one in sorted(standings, key=lambda one: not one.open)
               if one.looks],
        progress=count_progress(record, standings),
        late=[one for one in standings if one.lateness and one.lateness.is_late],
        by_code=make_bars([one.sum_by_code for one in taken if not one.open], most_by_code),
        totals=make_bars([one.total for one in complete], assignment.points),
        most_by_code=most_by_code, most=assignment.points,
        lost=[one for one in found if not one.remark],
        remarks=[one for one in found if one.remark],
        refused=sum(bool(one.submission.refused) for one in standings),
        superseded=[one for one in listed if one.superseded],
        findings=group_findings(standings), flagged=list_flagged(people),
        clusters=find_clusters(record),
        facts=list_facts(record, standings))


def find_most_by_code(standings):
    """The most points that code can give in the layouts of these standings."""
    return max((sum(one.parts_by_code.values()) for one in standings), default=sum(
        sum(one.by_code.values()) for one in load_assignment().subtasks))


def list_facts(record, standings):
    """The seed, the sandboxes and the versions that gave the points."""
    results = [result for one in standings for result in one.results]
    seed = record.read_setting("seed")
    found = [] if seed is None else [f"seed {seed}"]
    found += sorted({f"sandbox: {result.sandbox}" for result in results if result.sandbox})
    versions = {re.sub('[{}":]', "", result.versions) for result in results}    # of JSON
    return found + sorted(versions - {""})


def make_namer(those):
    """A function that gives a student's name, with the user name if others have the same name."""
    students = {}
    for one in those:
        students.setdefault(one.name, set()).add(one.student)

    def call(one):
        if not one.name or len(students[one.name]) == 1:
            return one.name or one.student
        return f"{one.name} ({one.student})"
    return call


def choose_shade(points, possible):
    """The number of the colour for points: 0 for no points, SHADES + 1 for all."""
    share = points / possible
    if share <= 0:
        return 0
    return SHADES + 1 if share >= 1 else 1 + min(SHADES - 1, int(share * SHADES))


def find_shares(standings):
    """[(Subtask, the share of its points that the class has; None if it has no points yet)]."""
    found, standings = [], [one for one in standings if not one.is_unread]
    for subtask in list_subtasks_with_points():
        given = sum(one.points(subtask.id) or 0 for one in standings)
        possible = sum(one.possible(subtask.id) for one in standings)
        found.append((subtask, given / possible if possible else None))
    return found


def list_flagged(people):
    """[(Person, flags)], without those on missing marks and those that the page lists first."""
    found = []
    for one in people:
        late = one.standing.lateness and one.standing.lateness.is_late
        listed = [*one.standing.looks, one.standing.late_words if late else ""]
        found.append((one, [flag for flag in one.flags
                            if not flag.startswith(MISSING) and flag not in listed]))
    return [(one, flags) for one, flags in found if flags]


def count_progress(record, standings):
    """(markers, [(part, hand-ins, marked, to be marked again, [how many each marker has])])."""
    marked, again, every, by = Counter(), Counter(), Counter(), Counter()
    for one in standings:
        for where in one.parts_by_hand if not one.submission.refused else ():
            every[where] += 1
            marked[where] += one.given(*where) is not None
            again[where] += where in one.waiting
    for (_, *where), marks in record.list_all_marks().items():
        by.update((tuple(where), mark.marker) for mark in marks if mark.done)
    markers = sorted({marker for _, marker in by})
    return markers, [(" ".join(where).replace("_", " "), count, marked[where], again[where],
                      [by[where, marker] for marker in markers])
                     for where, count in every.items()]


def find_clusters(record):
    """[(keys, pairs)] of hand-ins that are alike, directly or by others; the largest first.

    A pair is {key, other, what, texts}. texts: for both, the [[name, number, agrees, line]] that
    they share; empty if they are not kept.
    """
    cluster, pairs = {}, record.query("SELECT * FROM alike LEFT JOIN alike_texts "
                                      "USING (key, other) ORDER BY key, other")
    for row in pairs:
        both = [cluster.get(name, {name: None}) for name in (row["key"], row["other"])]
        joined = both[0] | both[1]
        cluster |= dict.fromkeys(joined, joined)
    found = {id(keys): (list(keys), []) for keys in cluster.values()}
    for row in pairs:
        found[id(cluster[row["key"]])][1].append(
            dict(row) | {"texts": json.loads(row["texts"] or "[]")})
    return sorted(found.values(), key=lambda one: -len(one[0]))


def make_bars(values, most):
    """[(lowest value, count, share of the highest bar)] of values between 0 and most."""
    width = most / BARS
    counts = Counter(min(BARS - 1, int(value / width)) for value in values)
    highest = max(counts.values(), default=1)
    return [(int(at * width), counts[at], counts[at] / highest) for at in range(BARS)]


def group_findings(standings):
    """[(kind in words, [(key of a submission, its sentences)])], the most common first."""
    kinds = {}
    for standing in standings:
        for kind in dict.fromkeys(one.kind for one in standing.findings):
            times = Counter(one.sentence for one in standing.findings if one.kind == kind)
            words = [f"{one} ({often} times)" if often > 1 else one
                     for one, often in times.items()]
            kinds.setdefault(KINDS.get(kind, kind), []).append((standing.submission.key, words))
    return sorted(kinds.items(), key=lambda item: -len(item[1]))
