"""The standing of each submission, from the record alone: points, marks and flags."""

from dataclasses import dataclass, field
from functools import cached_property

from kit.check import PASSED
from kit.definition import load_assignment
from staff.csv_tables import format_points
from staff.lateness import Lateness, judge_all
from staff.points import (WHOLE, count_parts, divide_subtasks, list_parts_by_code,
                          list_parts_by_hand)
from staff.record import DOUBT, LOOK, NOT_DONE, OPEN, UNREADABLE, Submission

UNSANDBOXED = "UNSANDBOXED"
MISSING = "by hand missing"
AS_A_WHOLE = 3      # if more than one in this many parts is open, the code is looked at as a whole


@dataclass(frozen=True)
class Standing:
    """One submission that counts or was refused, with all that the record holds about it."""

    submission: Submission
    results: list
    findings: list
    marks: dict             # {(subtask, part): (points, comment)}
    waiting: dict = field(default_factory=dict)     # {(subtask, part): why its marks do not stand}
    elements: dict = field(default_factory=dict)    # {(subtask, part): {element: share earned}} of
                                                    # the marks whose elements were ticked
    earlier: tuple = ()     # the student's other attempts, which do not count
    lateness: Lateness = None   # None if the assignment has no deadline

    @cached_property
    def subtasks(self):
        """{id: Subtask}, as code and a person grade them in the submission's layout."""
        return {subtask.id: subtask for subtask in divide_subtasks(self.submission.layout)}

    @cached_property
    def parts_by_hand(self):
        """{(subtask, part): points} of the parts that a person grades."""
        return list_parts_by_hand(self.submission.layout)

    @cached_property
    def parts_by_code(self):
        """{(subtask, part): points} of the parts that code grades."""
        return list_parts_by_code(self.submission.layout)

    @cached_property
    def code_points(self):
        """{(subtask, part): points} of all parts by code; None for one that is open.

        The points that a person gives for a part replace those by code. If a person gives points
        for the whole code, no part has any. While it waits which mark stands, the part is open.
        """
        if self.whole is not None:
            return {}
        counted = count_parts(self.results, self.submission.layout)
        return {where: None if self.waits(*where) else
                points if self.given(*where) is None else self.given(*where)
                for where, points in counted.items()}

    def waits(self, *where):
        """Why the marks of a part do not stand, or those of the whole code if it is in it."""
        return self.waiting.get(where) or (where in self.parts_by_code
                                           and self.waiting.get(WHOLE)) or ""

    @property
    def whole(self):
        """The points that a person gives for the whole code; None without such a mark."""
        return self.given(*WHOLE)

    @cached_property
    def open(self):
        """The parts by code that wait for a person, (subtask, part) each.

        While there is one, nothing is exported. All are open if the hand-in was refused, or if
        its code could not be checked.
        """
        return [where for where, points in self.code_points.items() if points is None]

    @property
    def is_unread(self):
        """Whether nobody has decided yet on a hand-in that could not be read."""
        return bool(self.submission.refused and self.open)

    @property
    def is_open_as_a_whole(self):
        """Whether a person looks at the whole code, and not at single parts."""
        return AS_A_WHOLE * len(self.open) > len(self.parts_by_code)

    @cached_property
    def by_code(self):
        """{subtask: points by code so far; None if all its parts are open}."""
        return sum_by_subtask(self.code_points)

    @cached_property
    def by_hand(self):
        """{subtask: points by hand; None if no part has a mark}."""
        return sum_by_subtask({where: self.given(*where) for where in self.parts_by_hand})

    def given(self, subtask, part):
        """The points that a person gives for a part; None without a mark.

        A part by hand has 0 if the hand-in was refused: there is no answer.
        """
        points = self.marks.get((subtask, part), (None,))[0]
        if points is None and self.submission.refused and (subtask, part) in self.parts_by_hand:
            return 0
        return points

    def points(self, subtask):
        """The points of a subtask so far; None if there are none yet."""
        known = [points[subtask] for points in (self.by_code, self.by_hand)
                 if points.get(subtask) is not None]
        return sum(known) if known else None

    def possible(self, subtask):
        """The most points that the graded parts of a subtask could give."""
        parts = self.subtasks[subtask]
        return sum(
            possible for part, possible in parts.by_code.items()
            if self.code_points.get((subtask, part)) is not None) + sum(
            possible for part, possible in parts.by_hand.items()
            if self.given(subtask, part) is not None)

    @property
    def sum_by_code(self):
        """All points by code so far."""
        return sum(points or 0 for points in self.by_code.values()) + (self.whole or 0)

    @property
    def sum_by_hand(self):
        """All points by hand so far."""
        return sum(points or 0 for points in self.by_hand.values())

    @property
    def earned(self):
        """All points so far, before a penalty."""
        return self.sum_by_code + self.sum_by_hand

    @property
    def penalty(self):
        """The points that lateness takes; a refused hand-in has none, since a person decides."""
        if self.lateness is None or self.submission.refused:
            return 0
        return self.lateness.count_penalty(self.earned)

    @property
    def largest_penalty(self):
        """The penalty if more points come, which the floor spares now; 0 if it cannot grow."""
        grows = self.lateness and not self.is_complete and not self.submission.refused \
            and self.lateness.full_penalty > self.penalty
        return self.lateness.full_penalty if grows else 0

    @property
    def total(self):
        """All points so far, after a penalty."""
        return round(self.earned - self.penalty, 2)

    @property
    def lacks_time(self):
        """Whether the total waits for the time of a hand-in that is late."""
        return self.lateness is not None and self.lateness.leaves_open

    @property
    def is_complete(self):
        """Whether the total can be exported: nothing is open, no mark and no time is missing."""
        return not self.open and not self.missing and not self.lacks_time

    def list_reasons(self, *parts):
        """Why these parts are open: each sentence of their checks once."""
        charge = load_assignment().charge
        if waits := list(dict.fromkeys(filter(None, (self.waits(*where) for where in parts)))):
            return waits
        return list(dict.fromkeys(
            result.words for result in self.results if result.state == OPEN and not result.remark
            and charge(result) in parts)) or ["not checked"]

    @property
    def open_words(self):
        """What is open and why, in words for the grader; "" if nothing is."""
        submission, whole = self.submission, "please look at the code as a whole"
        if not self.open:
            return ""
        if submission.refused:
            return f"refused: {submission.refused}"
        if not self.results:
            return f"the code has not been checked: {whole}"
        so_far = f"{format_points(self.total)} so far, {len(self.open)} open"
        if self.is_open_as_a_whole:
            return f"{so_far}: {whole}: {'; '.join(self.list_reasons(*self.open))}"
        groups = {}
        for where in self.open:
            groups.setdefault("; ".join(self.list_reasons(where)), []).append(" ".join(where))
        parts = (f"{', '.join(parts)} ({why})" for why, parts in groups.items())
        return f"{so_far}: {'; '.join(parts)}"

    @property
    def late_words(self):
        """What the grader should know of the time; "" if it is in time."""
        submission, late = self.submission, self.lateness
        if late is None or not late.words:
            return "handed in late" if submission.late and late is None else ""
        if late.leaves_open:
            return f"{late.words}: it has no total; give its time to `staff grade` with --times"
        if late.is_closed:
            accept = "to accept it, give an extension and" if submission.refused else \
                "nothing was accepted any more:"
            return f"{late.words}: {accept} grade again"
        if most := self.largest_penalty:
            return (f"{late.words}: {format_points(self.penalty)} points less so far, and "
                    f"{format_points(most)} at most")
        if self.penalty:
            return f"{late.words}: {format_points(self.penalty)} points less"
        return late.words

    @property
    def missing(self):
        """The parts without a mark by hand, such as "1a derivation"."""
        return [f"{subtask} {part}" for subtask, part in self.parts_by_hand
                if self.given(subtask, part) is None]

    @property
    def looks(self):
        """Sentences on what a person is to look at."""
        found = [self.open_words] if self.open else []
        found += [note for note in self.submission.notes if note.startswith(LOOK)]
        found += [f"to be marked again: {' '.join(where)}: {words}"
                  for where, words in self.waiting.items()]
        for finding in self.findings:
            if finding.kind == NOT_DONE:
                found.append(f"could not be done ({finding.stage}): {finding.words}")
            elif finding.kind == UNREADABLE:
                found.append(f"could not be read: {finding.notebook}: {finding.words}")
            elif finding.kind == DOUBT:
                found.append(f"not believed: {finding.words}")
        return found

    @property
    def flags(self):
        """Sentences for the grader to read before the grade is published."""
        found = self.looks
        if self.submission.refused and not self.open:
            found.append(f"refused: {self.submission.refused}")
        if decided := [where for where in (WHOLE, *self.parts_by_code)
                       if self.given(*where) is not None]:
            found.append(f"decided by a person: {', '.join(map(' '.join, decided))}")
        if late := self.late_words:
            found.append(late)
        if any(result.sandbox == UNSANDBOXED for result in self.results):
            found.append(UNSANDBOXED)
        if self.earlier:
            found.append("other attempts do not count: "
                         + ", ".join(other.source for other in self.earlier))
        if self.missing:
            every = len(self.missing) == len(self.parts_by_hand)
            found.append(f"{MISSING}: {'all' if every else ', '.join(self.missing)}")
        return found


def sum_by_subtask(parts):
    """{subtask: the sum of the known points; None if none are known} of {(subtask, part): points}.
    """
    known = {}
    for (subtask, _), points in parts.items():
        known.setdefault(subtask, []).extend([] if points is None else [points])
    return {subtask: sum(points) if points else None for subtask, points in known.items()}


def list_subtasks_with_points():
    """The Subtasks that have points."""
    return [subtask for subtask in load_assignment().subtasks if subtask.points]


def read_standings(record):
    """The Standings of all submissions that no other attempt replaces, in order."""
    listed = record.list_submissions()
    lateness, earlier = judge_all(listed)[0], {}
    for submission in listed:
        if submission.superseded:
            earlier.setdefault(submission.superseded, []).append(submission)
    settled = record.settle_marks()
    return [Standing(one, [] if one.refused else record.list_results(one.key),
                     record.list_findings(one.key), *split_settled(settled.get(one.key, {})),
                     tuple(earlier.get(one.key, ())), lateness.get(one.key))
            for one in listed if not one.superseded]


def split_settled(settled):
    """(marks, waiting, elements), as a Standing has them, of {(subtask, part): marks.Settled}."""
    given = {where: one for where, one in settled.items() if one.mark}
    return ({where: (one.points, one.comment) for where, one in given.items()},
            {where: one.waits for where, one in settled.items() if one.waits},
            {where: one.mark.elements for where, one in given.items()
             if one.mark.elements is not None})


def share_losses(standing):
    """[(Result, points lost)]. The failed checks of a part share its points.

    A part that is open, or that a person has decided, is no mistake of the student's.
    """
    losses, charge = [], load_assignment().charge
    for where, possible in standing.parts_by_code.items():
        failed = [result for result in standing.results if not result.remark
                  and result.state not in (PASSED, OPEN) and charge(result) == where]
        if failed and standing.code_points.get(where) == 0 and standing.given(*where) is None:
            losses += [(result, possible / len(failed)) for result in failed]
    return losses
