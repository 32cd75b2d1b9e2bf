"""The gradebook: one row a student, and the files that Blackboard and Canvas import."""

import csv
from dataclasses import dataclass, field
from pathlib import Path

from kit.definition import load_assignment
from kit.files import one_line
from staff.feedback.roster import words_of
from staff.feedback.standing import Standing, list_marked
from staff.feedback.tables import number_text, write_table


@dataclass
class Person:
    """One student, and the submission that counts.

    student: the user name or number, as far as it is known; own: whether the student handed it in.
    row:     the number of the student's row in the roster; None without one.
    """

    student: str
    name: str
    standing: Standing
    own: bool
    row: int = None
    others: list = field(default_factory=list)      # keys of submissions that do not count

    @property
    def flags(self):
        """What whoever publishes the grade should know."""
        found = list(self.standing.flags)
        if not self.own:
            by = self.standing.submission
            found.append(f"member of a group, handed in by {by.name or by.student}")
        elif not self.name and len(self.standing.submission.members) > 1:
            found.append("one of the group, but which one cannot be told without --roster")
        if self.others:
            found.append(f"also in {', '.join(self.others)}")
        return found


def people(standings, roster=None):
    """Return a Person for each student: who handed in, and each named member of a group.

    A student's own submission comes before a group's that names the student; of two, the better.
    """
    found = {}
    for standing in standings:
        one = standing.submission
        name = one.name or (one.members[0] if len(one.members) == 1 else "")
        add(found, Person(one.student, name, standing, True), roster)
    owners = {}
    for identity, person in found.items():
        owners.setdefault(spelling(person.name or person.student), []).append(identity)
    for standing in standings:
        by = identity_of(standing.submission.student, standing.submission.name, roster)
        for name in standing.submission.members if len(standing.submission.members) > 1 else ():
            same = owners.get(spelling(name), [])
            person = Person("", name, standing, False)
            identity = same[0] if len(same) == 1 else identity_of("", name, roster)
            if identity != by:
                add(found, person, roster, identity)
    return sorted(found.values(), key=lambda one: (words_of(one.name or one.student), one.student))


def add(found, person, roster, identity=None):
    """Put a person into {identity: Person}, or the submission into the one that is there."""
    identity = identity or identity_of(person.student, person.name, roster)
    if identity[0] == "row":
        person.row = identity[1]
        person.student = roster.student(person.row) or person.student
        person.name = roster.name(person.row) or person.name
    known = found.setdefault(identity, person)
    if known is person or known.standing is person.standing:
        return
    better = person if rank(person) > rank(known) else known
    better.others = [*known.others, (known if better is person else person).standing
                     .submission.key]
    better.student, better.name = known.student or person.student, known.name or person.name
    found[identity] = better


def rank(person):
    """Return by what a student's submission comes before another."""
    return not person.standing.submission.refused, person.own, person.standing.total


def identity_of(student, name, roster):
    """Return what tells one student from another: the roster's row, the user name, the name."""
    row = roster.find(student, name) if roster else None
    if row is not None:
        return "row", row
    return ("student", student.casefold()) if student else ("name", spelling(name))


def spelling(name):
    """Return a name such that the order of its words does not matter."""
    return " ".join(sorted(words_of(name)))


def write_gradebook(path, found):
    """Write gradebook.csv: a row a student, and what there is to know of it."""
    marked = [subtask.id for subtask in list_marked()]
    header = ["student", "name", *marked, "by code", "by hand", "total", "flags", "submission"]
    rows = [[one.student, one.name, *(one.standing.points(subtask) for subtask in marked),
             one.standing.sum_by_code, one.standing.sum_by_hand, one.standing.total,
             "; ".join(one.flags), one.standing.submission.key] for one in found]
    write_table(path, [header, *rows])


def grade(person):
    """Return what goes into another gradebook: nothing while a mark by hand is missing."""
    return "" if person.standing.missing else number_text(person.standing.total)


def write_blackboard(path, found, title):
    """Write a file that Blackboard imports, as a new column: user names and totals."""
    rows = [["Username", f"{title} [Total Pts: {load_assignment().points} Score]"]]
    rows += [[one.student, grade(one)] for one in found if one.student and grade(one)]
    write_table(path, rows, quote=csv.QUOTE_ALL)


def write_canvas(path, found, title):
    """Write a file that Canvas imports: a number stands for its own ID, else it is a login."""
    rows = [["Student", "ID", "SIS Login ID", "Section", title],
            ["    Points Possible", "", "", "",
             load_assignment().points]]
    rows += [[one.name or one.student, one.student if one.student.isdecimal() else "",
              "" if one.student.isdecimal() else one.student, "", grade(one)]
             for one in found if grade(one)]
    write_table(path, rows, encoding="utf-8")   # its reader takes the mark of UTF-8 for a letter


def write_imports(out, found, roster=None, column=None):
    """Write what Blackboard and Canvas import into OUT; returns sentences on what is not in it."""
    said, out = [], Path(out)
    if waiting := sum(not grade(one) for one in found):
        said.append(f"{waiting} of {len(found)} students get no grade in the files to import, for "
                    "marks by hand are missing")
    if roster is None:
        title = column or load_assignment().title
        write_blackboard(out / "blackboard.csv", found, title)
        write_canvas(out / "canvas.csv", found, title)
        if nameless := sum(not one.student for one in found):
            said.append(f"of {nameless} members of groups only the name is known: --roster EXPORT "
                        "finds them in the gradebook exported from Blackboard or Canvas")
        return said
    number = roster.column(column, [one.standing.submission.source for one in found])
    path = out / f"{roster.kind}-filled{roster.table.path.suffix.lower()}"
    roster.fill(path, number, {one.row: grade(one) for one in found
                               if one.row is not None and grade(one)})
    said.append(f'{path}: the column "{one_line(roster.table.header[number], 80)}" filled')
    unknown = [one.name or one.student for one in found if one.row is None]
    if unknown:
        said.append(f"not found in {roster.table.path.name}: "
                    + ", ".join(one_line(name, 60) for name in unknown))
    without = len(roster.rows) - sum(one.row is not None for one in found)
    if without:
        said.append(f"{without} of {len(roster.rows)} students in {roster.table.path.name} have "
                    "handed in nothing: their cells stay as they were")
    return said
