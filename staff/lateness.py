"""How late a submission is and what that costs, by the deadline in assignment.toml."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kit.deadline import PERIODS, format_moment
from kit.definition import load_assignment
from kit.files import Refused, shorten
from staff.csv_tables import read_table
from staff.students import key_of_name, key_of_student, list_keys
from staff.times import UTC, find_zone, read_time


@dataclass(frozen=True)
class Extension:
    """A later deadline for one student."""

    student: str        # as the instructor wrote it: user name, number or name
    until: datetime
    line: str           # where it stands


@dataclass(frozen=True)
class Lateness:
    """How late one submission is. All members of a group have the latest of their deadlines."""

    deadline: object            # the Deadline, before any extension
    due: datetime
    at: datetime = None         # when it came, as the platform tells; None if it tells no time
    begun: int = 0              # days or hours that it is late, each one that has begun
    closed: datetime = None     # since when nothing was accepted any more, if it came later
    is_unknown: bool = False    # the platform calls it late, and does not tell by how much
    extension: Extension = None

    @property
    def is_closed(self):
        """Whether it came when nothing was accepted any more."""
        return self.closed is not None

    @property
    def is_late(self):
        """Whether it is late, by any time or by the platform's word."""
        return bool(self.begun or self.is_closed or self.is_unknown)

    @property
    def leaves_open(self):
        """Whether points cannot be told before somebody finds out the time."""
        one = self.deadline
        return self.is_unknown and bool(one.penalty or one.closes)

    @property
    def full_penalty(self):
        """The points that lateness takes if the floor does not bind."""
        return round(self.begun * self.deadline.penalty, 2)

    def count_penalty(self, points):
        """The points that lateness takes from these; it takes none below the floor."""
        return round(min(self.full_penalty, max(0, points - self.deadline.floor)), 2)

    @property
    def words(self):
        """For grader and student: how late it is; "" if it is in time without an extension."""
        until = f"; the deadline was extended to {format_moment(self.due)}" * bool(self.extension)
        if self.is_unknown:
            return f"late, as the platform says; it does not tell by how much{until}"
        if not self.is_late:
            return until and f"in time{until}"
        per = self.deadline.per
        return f"{self.begun} {per}{'s' * (self.begun != 1)} late{until}"


def judge_lateness(submission, deadline, extension=None):
    """The Lateness of a submission."""
    zone = find_zone(deadline)
    due = in_zone(extension.until if extension else deadline.at, deadline, zone)
    at = in_zone(datetime.fromisoformat(submission.handed_in), deadline,
                 zone) if submission.handed_in else None
    if at is None:
        return Lateness(deadline, due, is_unknown=submission.late, extension=extension)
    grace = due.astimezone(UTC) + timedelta(minutes=deadline.grace_minutes)
    if at <= grace:
        return Lateness(deadline, due, at, extension=extension)
    closes = in_zone(deadline.closes, deadline, zone) if deadline.closes else None
    closed = closes is not None and at > max(grace, closes)
    return Lateness(deadline, due, at, count_begun(due, at, deadline.per),
                    closes if closed else None, extension=extension)


def in_zone(moment, deadline, zone):
    """A moment as the clocks of the deadline's zone show it."""
    return moment.astimezone(zone or deadline.at.tzinfo)


def count_begun(due, at, per):
    """How many days or hours have begun after the deadline.

    A day ends when the clocks show the time of the deadline again, also in a night when they are
    changed. An hour is always 60 minutes.
    """
    if per == "day":
        late = at.replace(tzinfo=None) - due.replace(tzinfo=None)
    else:
        late = at.astimezone(UTC) - due.astimezone(UTC)
    return max(1, -(-late // PERIODS[per]))


# --------------------------------------------------------------------------------- extensions

def read_extensions(assignment):
    """The Extensions in the CSV that the deadline names; Refused names a line that is wrong."""
    deadline = assignment.deadline
    if not (deadline and deadline.extensions):
        return []
    table, zone, found = read_table(assignment.folder / deadline.extensions), \
        find_zone(deadline), {}
    if not {"student", "until"} <= {*table.names}:
        raise Refused(f"{deadline.extensions} has the columns "
                      f"{shorten(', '.join(table.names), 60)}, expected student and until")
    for number, row in table.read_rows():
        student, until, line = row["student"], row["until"], f"{deadline.extensions}:{number}"
        try:
            one = Extension(shorten(student, 80), read_time(until, zone), line)
        except Refused as refusal:
            raise Refused(f"{line}: {refusal}") from None
        if not student:
            raise Refused(f"{line}: it names no student: give a user name, a number or a name")
        if one.until < deadline.at:
            raise Refused(f"{line}: {format_moment(one.until)} is before the deadline "
                          f"{format_moment(deadline.at)}: give a later time")
        if (before := found.setdefault(key_of_student(student), one)) is not one:
            raise Refused(f"{line}: {one.student} stands in {before.line} too: keep one line")
    return list(found.values())


def match_extensions(extensions, submissions):
    """({key of a submission: Extension}, the Extensions of students who handed in nothing).

    The latest extension of its members holds for a submission. A name in a hand-in's own files
    counts only if no platform knows a student of that name. Refused if a name is two students'.
    """
    found, idle = {}, []
    for one in extensions:
        meant = find_submissions(one, submissions)
        for submission in meant:
            before = found.get(submission.key)
            found[submission.key] = max(filter(None, (before, one)), key=lambda each: each.until)
        if not meant:
            idle.append(one)
    return found, idle


def find_submissions(extension, submissions):
    """The submissions of a student, whom the instructor calls by user name, number or name."""
    student, name = key_of_student(extension.student), key_of_name(extension.student)
    if meant := [one for one in submissions if student in list_keys(one)]:
        return meant
    if meant := [one for one in submissions if name in list_keys(one)]:
        numbers = {number.casefold() for one in meant
                   for number, called in ((one.student, one.name), *one.partners)
                   if key_of_name(called or number) == name}
        if len(numbers) > 1:
            raise Refused(f"{extension.line}: {extension.student} is the name of several "
                          f"students ({shorten(', '.join(sorted(numbers)), 100)}): write the "
                          "user name or the number")
        return meant
    return [one for one in submissions if name and name in map(key_of_name, one.members)]


def judge_all(submissions):
    """({key: Lateness} of submissions, sentences for the grader); nothing without a deadline."""
    assignment = load_assignment()
    if assignment.deadline is None:
        return {}, []
    extended, idle = match_extensions(read_extensions(assignment), submissions)
    found = {one.key: judge_lateness(one, assignment.deadline, extended.get(one.key))
             for one in submissions}
    return found, [f"{one.line}: nobody called {one.student} has handed in" for one in idle]
