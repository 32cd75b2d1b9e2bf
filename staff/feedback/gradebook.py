"""The gradebook with one row for each student, and the files that Blackboard and Canvas import."""

import csv
from dataclasses import dataclass, field
from pathlib import Path

from kit.definition import load_assignment
from kit.files import shorten
from staff.csv_tables import format_points, write_table
from staff.students import sort_name, split_name
from staff.standing import Standing, list_subtasks_with_points


@dataclass
class Person:
    """One student, and the submission that counts."""

    student: str            # the user name or number; empty if it is not known
    name: str
    standing: Standing
    own: bool               # whether this student handed it in
    row: int = None         # the number of the student's row in the roster
    others: list = field(default_factory=list)      # keys of submissions that do not count

    @property
    def flags(self):
        """Sentences for the grader to read before the grade is published."""
        found = list(self.standing.flags)
        if not self.own:
            by = self.standing.submission
            found.append(f"member of a group, handed in by {by.name or by.student}")
        elif not self.name and len(self.standing.submission.members) > 1:
            found.append("one of the group: give --roster to find out which one")
        if self.others:
            found.append(f"also in {', '.join(self.others)}")
        return found


def list_people(standings, roster=None):
    """A Person for each student who handed in, and for each named member of a group.

    A student's own submission counts before a group's, and a better one before another.
    """
    found = {}
    for standing in standings:
        one = standing.submission
        name = one.name or (one.members[0] if len(one.members) == 1 else "")
        add_person(found, Person(one.student, name, standing, True), roster)
        for student, name in one.partners:
            add_person(found, Person(student, name, standing, False), roster)
    owners = {}
    for identity, person in found.items():
        owners.setdefault(sort_name(person.name or person.student), []).append(identity)
    for standing in standings:
        by = identify(standing.submission.student, standing.submission.name, roster)
        for name in list_names_alone(standing.submission):
            same = owners.get(sort_name(name), [])
            person = Person("", name, standing, False)
            identity = same[0] if len(same) == 1 else identify("", name, roster)
            if identity != by:
                add_person(found, person, roster, identity)
    return sorted(found.values(),
                  key=lambda one: (split_name(one.name or one.student), one.student))


def list_names_alone(submission):
    """The names of a group whose members no platform tells."""
    return submission.members if len(submission.members) > 1 and not submission.partners else ()


def add_person(found, person, roster, identity=None):
    """Add a person to {identity: Person}; if the student is there, keep the better submission."""
    identity = identity or identify(person.student, person.name, roster)
    if identity[0] == "row":
        person.row = identity[1]
        person.student = roster.read_student(person.row) or person.student
        person.name = roster.read_name(person.row) or person.name
    known = found.setdefault(identity, person)
    if known is person or known.standing is person.standing:
        return
    better = person if rank(person) > rank(known) else known
    better.others = [*known.others, (known if better is person else person).standing
                     .submission.key]
    better.student, better.name = known.student or person.student, known.name or person.name
    found[identity] = better


def rank(person):
    """A key that is larger for the submission that counts."""
    return not person.standing.submission.refused, person.own, person.standing.total


def identify(student, name, roster):
    """The identity of a student: the row in the roster, the user name, or the name."""
    row = roster.find(student, name) if roster else None
    if row is not None:
        return "row", row
    return ("student", student.casefold()) if student else ("name", sort_name(name))


def write_gradebook(path, people):
    """Write gradebook.csv: points and flags, with one row for each student.

    While a part by code is open, the row holds no points: its flags say why. If there is a
    deadline, the total is that of the column points without that of the column penalty.
    """
    subtasks = [subtask.id for subtask in list_subtasks_with_points()]
    timed = load_assignment().deadline is not None
    header = ["student", "name", *subtasks, "by code", "by hand",
              *["points", "penalty"] * timed, "total", *["handed in"] * timed, "flags",
              "submission"]
    rows = [[one.student, one.name, *list_points(one.standing, subtasks, timed),
             *[format_time(one.standing.lateness)] * timed, "; ".join(one.flags),
             one.standing.submission.key] for one in people]
    write_table(path, [header, *rows])


def format_time(lateness):
    """When a submission came, as programs read it; "" if it is not known."""
    at = lateness and lateness.at
    return at.isoformat(" ", "seconds" if at.second else "minutes") if at else ""


def list_points(standing, subtasks, timed=False):
    """The points of a row of the gradebook; empty cells while a part by code is open."""
    if standing.open:
        return [None] * (len(subtasks) + 3 + 2 * timed)
    penalty, total = ((None, None) if standing.lacks_time else
                      (standing.penalty, standing.total))
    return [*map(standing.points, subtasks), standing.sum_by_code, standing.sum_by_hand,
            *[standing.earned, penalty] * timed, total]


def format_grade(person):
    """The grade for Blackboard or Canvas; "" while a part is open or a mark is missing."""
    return format_points(person.standing.total) if person.standing.is_complete else ""


def write_blackboard(path, people, title):
    """Write the user names and totals, for Blackboard to import as a new column."""
    rows = [["Username", f"{title} [Total Pts: {load_assignment().points} Score]"]]
    rows += [[one.student, format_grade(one)] for one in people
             if one.student and format_grade(one)]
    write_table(path, rows, quote=csv.QUOTE_ALL)


def write_canvas(path, people, title):
    """Write the totals for Canvas to import. A number is a Canvas ID, other text a login."""
    rows = [["Student", "ID", "SIS Login ID", "Section", title],
            ["    Points Possible", "", "", "", load_assignment().points]]
    rows += [[one.name or one.student, one.student if one.student.isdecimal() else "",
              "" if one.student.isdecimal() else one.student, "", format_grade(one)]
             for one in people if format_grade(one)]
    write_table(path, rows, encoding="utf-8")   # Canvas would take a mark of UTF-8 for a letter


def write_imports(out, people, roster, column):
    """Write the files for Blackboard and Canvas into OUT; sentences on missing students."""
    said, out = [], Path(out)
    if waiting := sum(not format_grade(one) for one in people):
        why = [words for words, count in (
            ("parts are open", sum(bool(one.standing.open) for one in people)),
            ("it is not known how late they are",
             sum(one.standing.lacks_time for one in people)),
            ("marks by hand are missing", sum(bool(one.standing.missing) for one in people)))
            if count]
        said.append(f"{waiting} of {len(people)} students have no grade in the files for "
                    f"Blackboard and Canvas, because {' or '.join(why)}")
    if roster is None:
        title = column or load_assignment().title
        write_blackboard(out / "blackboard.csv", people, title)
        write_canvas(out / "canvas.csv", people, title)
        if nameless := sum(not one.student for one in people):
            said.append(f"{nameless} members of groups are known only by name: --roster EXPORT "
                        "finds them in the gradebook that Blackboard or Canvas has exported")
        return said
    roster.check_maximum(load_assignment().points)
    number = roster.find_column(column, [one.standing.submission.source for one in people])
    path = out / f"{roster.kind}-filled{roster.table.path.suffix.lower()}"
    roster.fill(path, number, {one.row: format_grade(one) for one in people
                               if one.row is not None and format_grade(one)})
    said.append(f'{path}: the column "{shorten(roster.table.header[number], 80)}" is filled')
    unknown = [one.name or one.student for one in people if one.row is None]
    if unknown:
        said.append(f"not found in {roster.table.path.name}: "
                    + ", ".join(shorten(name, 60) for name in unknown))
    without = len(roster.rows) - sum(one.row is not None for one in people)
    if without:
        said.append(f"{without} of {len(roster.rows)} students in {roster.table.path.name} have "
                    "handed in nothing: their cells were not changed")
    return said
