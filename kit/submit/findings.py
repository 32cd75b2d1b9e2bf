"""Missing and failing parts of a hand-in: they are listed, and stored in its manifest."""

from collections import Counter
from dataclasses import dataclass, field, replace

from kit.check import FAILED, PASSED, tell_once
from kit.files import shorten
from kit.report.preflight import REMEDY, list_problems
from kit.report_settings import SETTINGS
from kit.sections import PLACEHOLDER_AUTHOR
from kit.submit.packing import SETTINGS_PATH


@dataclass
class Findings:
    """The results of the checks and of the report, and missing files.

    group:    the names.
    missing:  sentences.
    checks:   the CheckReport; None if the checks could not run.
    problems: those of the report.
    told:     what the user has seen: sentences, problems, and True for the checks.
    """

    group: list
    missing: list
    checks: object = None
    problems: list = field(default_factory=list)
    told: set = field(default_factory=set)

    @property
    def complete(self):
        """Whether nothing is missing or failing."""
        return not (self.missing or self.problems) and self.checks.all_passed

    @property
    def counting(self):
        """The results of the checks that points depend on: remarks cost nothing."""
        return [result for result in self.checks.results if not result.remark]

    def list_lines(self):
        """Missing and failing parts that the user has not seen, as lines of text."""
        own = [replace(problem, words=problem.words.removesuffix(f": {REMEDY}"))
               for problem in self.problems
               if problem.place.notebook != SETTINGS and problem not in self.told]
        missing = [words for words in self.missing if words not in self.told]
        lines = ["missing:", *(f"  {words}" for words in missing)] if missing else []
        if self.checks and not self.checks.all_passed and True not in self.told:
            lines += list_failures(self.counting)
        return lines + list_problems(own, rest="python -m kit report --json lists all")

    def tell_all(self):
        """Note that the user has seen all that list_lines names now."""
        self.told |= {True, *self.missing, *self.problems}

    def make_fields(self):
        """The fields of the manifest for these findings."""
        return {"group": self.group, "missing": self.missing,
                "report": [problem.as_json() for problem in self.problems],
                "checks": self.checks and {"passed": count_passed(self.counting),
                                           "of": len(self.counting),
                                           "report": self.checks.as_json()}}


def read_group(settings, most):
    """(names of the group, sentences about missing names)."""
    names = [" ".join(name.split()) for name in settings["authors"]]
    own = [name for name in names if name and name.lower() != PLACEHOLDER_AUTHOR.lower()]
    if not names:
        return own, [f"the names of the group: write them into {SETTINGS_PATH}"]
    if len(own) < len(names):
        return own, [f"a name of the group is still “{PLACEHOLDER_AUTHOR}” or empty: write the "
                     f"names into {SETTINGS_PATH}"]
    if len(own) > most:
        return own, [f"a group has at most {most} members, and {SETTINGS_PATH} names {len(own)}: "
                     "correct the names"]
    return own, []


def list_failures(results):
    """Lines of text: each failed check, and the number of others that did not pass."""
    lines = [f"checks not passed, {len(results) - count_passed(results)} of {len(results)}:"]
    others, told = {}, set()
    for result in results:
        if result.state == FAILED and tell_once(result.words, told) == result.words:
            words = shorten(result.words, 240)
            lines.append(f"  {result.subtask} {result.part}: failed" + (words and f": {words}"))
        elif result.state != PASSED:
            state = result.state.replace(FAILED, "failed for a reason above")
            others.setdefault(state, Counter())[result.subtask] += 1
    for state, counts in others.items():
        each = [f"{subtask} ({count})" if count > 1 else subtask
                for subtask, count in counts.items()]
        lines.append(f"  {state}: {', '.join(each)}")
    return lines


def count_passed(results):
    """How many checks passed."""
    return sum(result.state == PASSED for result in results)
