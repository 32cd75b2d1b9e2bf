"""The standing of each submission, from the record alone: points, marks and flags."""

from dataclasses import dataclass
from functools import cached_property

from kit.check import PASSED
from kit.definition import load_assignment
from staff.points import count_points, divide_subtasks, list_parts_by_hand
from staff.record import NOT_DONE, Submission

UNSANDBOXED = "UNSANDBOXED"
MISSING = "by hand missing"


@dataclass(frozen=True)
class Standing:
    """One submission that counts or was refused, with all that the record holds about it."""

    submission: Submission
    results: list
    findings: list
    marks: dict             # {(subtask, part): (points, comment)}
    earlier: tuple = ()     # the student's attempts that it replaces

    @cached_property
    def subtasks(self):
        """{id: Subtask}, as code and a person grade them in the submission's layout."""
        return {one.id: one for one in divide_subtasks(self.submission.layout)}

    @cached_property
    def parts_by_hand(self):
        """{(subtask, part): points} of the parts that a person grades."""
        return list_parts_by_hand(self.submission.layout)

    @cached_property
    def by_code(self):
        """{subtask: points by code}; 0 where there are no results."""
        return count_points(self.results, self.submission.layout)

    @cached_property
    def by_hand(self):
        """{subtask: points by hand; None if no part has a mark}."""
        found = {subtask: [] for subtask, _ in self.parts_by_hand}
        for subtask, part in self.parts_by_hand:
            if self.given(subtask, part) is not None:
                found[subtask].append(self.given(subtask, part))
        return {name: sum(given) if given else None for name, given in found.items()}

    def given(self, subtask, part):
        """The points by hand of one part; None without a mark, 0 if the hand-in was refused."""
        return 0 if self.submission.refused else self.marks.get((subtask, part), (None,))[0]

    def points(self, subtask):
        """The points of a subtask so far; None if there are none yet."""
        known = [found[subtask] for found in (self.by_code, self.by_hand)
                 if found.get(subtask) is not None]
        return sum(known) if known else None

    def possible(self, subtask):
        """The most points that the graded parts of a subtask could give."""
        one = self.subtasks[subtask]
        return sum(one.by_code.values()) + sum(
            possible for part, possible in one.by_hand.items()
            if self.given(subtask, part) is not None)

    @property
    def sum_by_code(self):
        """All points by code."""
        return sum(self.by_code.values())

    @property
    def sum_by_hand(self):
        """All points by hand so far."""
        return sum(found or 0 for found in self.by_hand.values())

    @property
    def total(self):
        """All points so far."""
        return self.sum_by_code + self.sum_by_hand

    @property
    def missing(self):
        """The parts without a mark by hand, such as "1a derivation"."""
        return [f"{subtask} {part}" for subtask, part in self.parts_by_hand
                if self.given(subtask, part) is None]

    @property
    def flags(self):
        """Sentences for the grader to read before the grade is published."""
        one, found = self.submission, []
        if one.refused:
            found.append(f"refused: {one.refused}")
        elif not self.results:
            found.append("the code has not been checked")
        if one.late:
            found.append("handed in late")
        if any(result.sandbox == UNSANDBOXED for result in self.results):
            found.append(UNSANDBOXED)
        found += [f"could not be done ({finding.stage}): {finding.words}"
                  for finding in self.findings if finding.kind == NOT_DONE]
        if self.earlier:
            found.append("earlier attempts do not count: "
                         + ", ".join(other.source for other in self.earlier))
        if self.missing:
            every = len(self.missing) == len(self.parts_by_hand)
            found.append(f"{MISSING}: {'all' if every else ', '.join(self.missing)}")
        return found


def list_subtasks_with_points():
    """The Subtasks that have points."""
    return [subtask for subtask in load_assignment().subtasks if subtask.points]


def read_standings(record):
    """The Standings of all submissions that no other attempt replaces, in order."""
    listed = record.list_submissions()
    earlier = {}
    for one in listed:
        if one.superseded:
            earlier.setdefault(one.superseded, []).append(one)
    return [Standing(one, record.list_results(one.key), record.list_findings(one.key),
                     record.list_marks(one.key), tuple(earlier.get(one.key, ())))
            for one in listed if not one.superseded]


def share_losses(standing):
    """[(Result, points lost)]. The failed checks of a part share its points."""
    found, charge = [], load_assignment().charge
    for subtask in standing.subtasks.values():
        for part, possible in subtask.by_code.items():
            failed = [result for result in standing.results if not result.remark
                      and result.state != PASSED and charge(result) == (subtask.id, part)]
            found += [(result, possible / len(failed)) for result in failed]
    return found
