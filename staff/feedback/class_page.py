"""The class on one page: marks as a heat map and as bars, and what was not understood."""

import re
from collections import Counter

from kit.definition import load_assignment
from staff.feedback.misconceptions import misconceptions
from staff.feedback.pages import FOLDER, write_page
from staff.feedback.standing import MISSING, list_marked

SHADES = 4          # of what is between nothing and all points


def write_class_page(path, record, standings, people):
    """Write the page of the class."""
    found = misconceptions(standings)
    listed = record.submissions()
    called = namer([*people, *listed])
    names = {one.key: ", ".join(one.members) or called(one) for one in listed}
    taken = [one.standing for one in people if not one.standing.submission.refused]
    complete = [one for one in taken if not one.missing]
    write_page(
        path, "class.html", people=people, standings=standings, marked=list_marked(), shade=shade,
        folder=FOLDER, names=names, called=called, shares=shares(taken), taken=len(taken),
        by_code=bars([one.sum_by_code for one in taken],
                     sum(sum(one.by_code.values()) for one in load_assignment().subtasks)),
        totals=bars([one.total for one in complete], 100),
        complete=len(complete), lost=[one for one in found if not one.remark],
        remarks=[one for one in found if one.remark],
        refused=[one for one in listed if one.refused and not one.superseded],
        superseded=[one for one in listed if one.superseded],
        findings=findings_of(standings), flagged=flagged(people),
        alike=record.rows("SELECT key, other, what FROM alike ORDER BY key, other"),
        facts=facts_of(record, standings))


def facts_of(record, standings):
    """Return [sentence] on what the marks were computed with."""
    results = [result for one in standings for result in one.results]
    found = [f"seed {record.setting('seed')}"] if record.setting("seed") is not None else []
    found += sorted({f"sandbox: {result.sandbox}" for result in results if result.sandbox})
    versions = {re.sub('[{}":]', "", result.versions) for result in results}    # of JSON
    return found + sorted(versions - {""})


def namer(those):
    """Return a function that says what a student is called: by name, if nobody else has it."""
    students = {}
    for one in those:
        students.setdefault(one.name, set()).add(one.student)

    def called(one):
        if not one.name or len(students[one.name]) == 1:
            return one.name or one.student
        return f"{one.name} ({one.student})"
    return called


def shade(points, possible):
    """Return the number of the colour for points: 0 for none of them, SHADES + 1 for all."""
    share = points / possible
    return 0 if share <= 0 else SHADES + 1 if share >= 1 else 1 + min(SHADES - 1,
                                                                      int(share * SHADES))


def shares(standings):
    """Return [(subtask, share of the points that were given, None while none could be)]."""
    found = []
    for subtask in list_marked():
        given = sum(one.points(subtask.id) or 0 for one in standings)
        possible = sum(one.possible(subtask.id) for one in standings)
        found.append((subtask, given / possible if possible else None))
    return found


def flagged(people):
    """Return [(person, flags)], without those on marks by hand that are missing."""
    found = [(one, [flag for flag in one.flags if not flag.startswith(MISSING)]) for one in people]
    return [(one, flags) for one, flags in found if flags]


def bars(values, most, number=10):
    """Return [(from, how many, share of the highest bar)] of values between 0 and most."""
    width = most / number
    counts = Counter(min(number - 1, int(value / width)) for value in values)
    highest = max(counts.values(), default=1)
    return [(int(place * width), counts[place], counts[place] / highest)
            for place in range(number)]


def findings_of(standings):
    """Return [(kind, [submissions])] of what was found beside the checks, the commonest first."""
    kinds = {}
    for standing in standings:
        for kind in {one.kind for one in standing.findings}:
            kinds.setdefault(kind, []).append(standing.submission.key)
    return sorted(kinds.items(), key=lambda item: -len(item[1]))
