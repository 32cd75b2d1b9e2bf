"""What a class has not understood: failed checks of all submissions, grouped by the mistake."""

import re
from dataclasses import dataclass, field

from kit.check import FAILED, NOT_STARTED
from kit.files import one_line
from staff.feedback.standing import losses

NUMBER = re.compile(r"(?<![\w¹²])[-+−]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?")
HINT = re.compile(r"[:;,] ((?:[^:;]|\d:\d)+\?)$")     # the question at the end of a check's words
LONGEST = 200
NOT_WRITTEN, NOT_IMPORTED = "not written", "cannot be imported"


@dataclass
class Misconception:
    """One mistake: where it was made, in which words, by whom, and what it has cost them.

    titles:  of the checks that have found it; empty if the subtask as a whole was not tried.
    example: the words of one check, with their numbers; keys: of the submissions.
    """

    mistake: str
    example: str
    remark: bool
    points: float = 0.0
    subtasks: dict = field(default_factory=dict)    # for their order
    titles: dict = field(default_factory=dict)
    keys: dict = field(default_factory=dict)        # {key: points lost}

    @property
    def count(self):
        """How many submissions have it."""
        return len(self.keys)

    def add(self, key, result, points):
        """Count a submission that has it, by one of its results."""
        self.keys[key] = self.keys.get(key, 0) + points
        self.points += points
        self.subtasks[result.subtask] = None
        if result.state == FAILED:
            self.titles[result.title] = None


def misconceptions(standings):
    """Return the Misconceptions of all submissions, those that cost most points first.

    What a part's failed checks cost is shared among them, so that all sums are the points lost.
    """
    found = {}
    for standing in standings:
        lost = losses(standing)
        remarks = [(result, 0) for result in standing.results
                   if result.remark and result.state == FAILED]
        for result, points in lost + remarks:
            mistake = mistake_of(result)
            example = one_line(result.words, 500) if result.state == FAILED else ""
            # what keeps a script from being imported is one mistake, wherever it shows
            where = "" if NOT_IMPORTED in mistake else result.subtask
            one = found.setdefault((where, mistake, result.remark),
                                   Misconception(mistake, example, result.remark))
            one.add(standing.submission.key, result, points)
    return sorted(found.values(), key=lambda one: (-one.points, -one.count, *one.subtasks))


def mistake_of(result):
    """Return a failed check's words without what is the single submission's: the question that
    names the likeliest mistake, or else all of them with the numbers blanked."""
    if result.state == NOT_STARTED:
        return NOT_WRITTEN
    if result.state != FAILED:
        return one_line(result.state, 80)
    words = one_line(result.words, 1000)
    if hint := HINT.search(words):
        return one_line(hint[1], LONGEST)
    return one_line(NUMBER.sub("…", words), LONGEST) or "failed"
