"""The mistakes of a class: the failed checks of all submissions, grouped by mistake."""

import re
from dataclasses import dataclass, field

from kit.check import FAILED, NOT_STARTED
from kit.files import shorten
from staff.standing import share_losses

NUMBER = re.compile(r"(?<![\w¹²])[-+−]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?")
HINT = re.compile(r"[:;,] ((?:[^:;]|\d:\d)+\?)$")     # the question at the end of a check's words
BROKEN = re.compile(r"(?:SyntaxError|IndentationError|TabError) in ([\w.-]+)")
QUOTED = re.compile("“[^”]*”")
PLACE = re.compile(r" in [\w.-]+(?: cell [\d…]+)?, line [\d…]+")
NUMBERS = re.compile(r"\b(?:one|two|three|four|first|second|third|layers?|do|does|and)\b")
LONGEST = 200
NOT_WRITTEN, NOT_IMPORTED = "not written", "cannot be imported"


@dataclass
class Mistake:
    """One mistake, and the submissions that have it."""

    name: str               # in words that fit all submissions
    example: str            # the words of one check, with its numbers
    remark: bool
    points: float = 0.0     # that all of them lost
    subtasks: dict = field(default_factory=dict)    # a dict, to keep their order
    titles: dict = field(default_factory=dict)      # of the checks that found it
    keys: dict = field(default_factory=dict)        # {key: points lost}

    @property
    def count(self):
        """The number of submissions that have it."""
        return len(self.keys)

    def add(self, key, result, points):
        """Count one Result of a submission that has the mistake."""
        self.keys[key] = self.keys.get(key, 0) + points
        self.points += points
        self.subtasks[result.subtask] = None
        if result.state == FAILED:
            self.titles[result.title] = None


def find_mistakes(standings):
    """The Mistakes of all submissions, the most expensive first."""
    found = {}
    for standing in standings:
        lost = share_losses(standing)
        remarks = [(result, 0) for result in standing.results
                   if result.remark and result.state == FAILED]
        for result, points in lost + remarks:
            mistake = name_mistake(result)
            example = shorten(result.words, 500) if result.state == FAILED else ""
            # a script that cannot be imported is one mistake in all subtasks
            where = "" if NOT_IMPORTED in mistake else result.subtask
            one = found.setdefault((where, find_kind(mistake), result.remark),
                                   Mistake(mistake, example, result.remark))
            one.add(standing.submission.key, result, points)
    return sorted(found.values(), key=lambda one: (-one.points, -one.count, *one.subtasks))


def name_mistake(result):
    """The mistake behind a Result, in words that fit all submissions.

    It is the question at the end of the check's words, or else these words without their numbers.
    """
    if result.state == NOT_STARTED:
        return NOT_WRITTEN
    if result.state != FAILED:
        return shorten(result.state, 80)
    words = shorten(result.words, 1000)
    if broken := BROKEN.search(words):
        return f"{broken[1]} {NOT_IMPORTED}: it is not Python"
    if hint := HINT.search(words):
        return shorten(hint[1], LONGEST)
    return shorten(NUMBER.sub("…", QUOTED.sub("…", words)), LONGEST) or "failed"


def find_kind(mistake):
    """A mistake without places, numbers and the words that follow from them."""
    kind = PLACE.sub("", QUOTED.sub("…", mistake))
    return re.sub(r"\W+", " ", NUMBERS.sub("…", NUMBER.sub("…", kind.lower())).replace("…", " "))
