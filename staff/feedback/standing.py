"""How one submission stands, from the record alone: its points, and what is to be known of it."""

from dataclasses import dataclass
from functools import cached_property

from kit.check import PASSED
from kit.definition import load_assignment
from staff.grading import points
from staff.record import NOT_DONE

UNSANDBOXED = "UNSANDBOXED"
MISSING = "by hand missing"


@dataclass(frozen=True)
class Standing:
    """One submission that counts, or that was refused.

    results, findings: what the record has of it; marks: {(subtask, part): (points, comment)}.
    earlier:           the attempts in whose place it counts.
    """

    submission: object
    results: list
    findings: list
    marks: dict
    earlier: tuple = ()

    @cached_property
    def subtasks(self):
        """{id: Subtask}, with what is given by code and by hand in the submission's layout."""
        return {one.id: one for one in points.subtasks_of(self.submission.layout)}

    @cached_property
    def parts_by_hand(self):
        """{(subtask, part): points}: all that is given by hand."""
        return points.parts_by_hand(self.submission.layout)

    @cached_property
    def by_code(self):
        """{subtask: points}; 0 where nothing stands."""
        return points.by_code(self.results, self.submission.layout)

    @cached_property
    def by_hand(self):
        """{subtask: points of the parts that are marked, None if none is}."""
        found = {subtask: [] for subtask, _ in self.parts_by_hand}
        for subtask, part in self.parts_by_hand:
            if self.given(subtask, part) is not None:
                found[subtask].append(self.given(subtask, part))
        return {name: sum(given) if given else None for name, given in found.items()}

    def given(self, subtask, part):
        """Return the points by hand of one part, None while there are none; what was refused gets
        0."""
        return 0 if self.submission.refused else self.marks.get((subtask, part), (None,))[0]

    def points(self, subtask):
        """Return a subtask's points as far as they are known; None if nothing is."""
        known = [found[subtask] for found in (self.by_code, self.by_hand)
                 if found.get(subtask) is not None]
        return sum(known) if known else None

    def possible(self, subtask):
        """Return the points that a subtask could give as far as it is marked."""
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
        """All points by hand that were given."""
        return sum(found or 0 for found in self.by_hand.values())

    @property
    def total(self):
        """All points that are known."""
        return self.sum_by_code + self.sum_by_hand

    @property
    def missing(self):
        """The parts marked by hand, as "1a derivation", that have no points yet."""
        return [f"{subtask} {part}" for subtask, part in self.parts_by_hand
                if self.given(subtask, part) is None]

    @property
    def flags(self):
        """What whoever publishes the grade should know, in a few words each."""
        one, found = self.submission, []
        if one.refused:
            found.append(f"refused: {one.refused}")
        elif not self.results:
            found.append("the code has not been marked")
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


def list_marked():
    """Return the Subtasks that have points."""
    return [subtask for subtask in load_assignment().subtasks if subtask.points]


def standings(record):
    """Return the Standing of each submission that no other attempt replaces, in their order."""
    listed = record.submissions()
    earlier = {}
    for one in listed:
        if one.superseded:
            earlier.setdefault(one.superseded, []).append(one)
    return [Standing(one, record.results(one.key), record.findings(one.key),
                     record.marks(one.key), tuple(earlier.get(one.key, ())))
            for one in listed if not one.superseded]


def losses(standing):
    """Return [(result, points that it costs)]: a part's points, shared by what failed in it."""
    found, charge = [], load_assignment().charge
    for subtask in standing.subtasks.values():
        for part, possible in subtask.by_code.items():
            failed = [result for result in standing.results if not result.remark
                      and result.state != PASSED and charge(result) == (subtask.id, part)]
            found += [(result, possible / len(failed)) for result in failed]
    return found
