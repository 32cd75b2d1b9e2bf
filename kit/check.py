"""`python -m kit check` and, in a notebook, check("2b"): they test the code of the subtasks."""

import argparse
import html
import json
import sys
import textwrap
from dataclasses import asdict, dataclass
from pathlib import Path

from kit import ROOT
from kit.assignment import SUBTASKS
from kit.checks import (counting, depth, gradients, helpers, images, momentum, network, stopping,
                        training, tricks)
from kit.checks.registry import CHECKS
from kit.checks.student import NotWritten, Problem, Student
from kit.files import Refused, one_line, say

# each adds its checks to CHECKS, in this order
MODULES = (helpers, stopping, images, network, gradients, training, counting, tricks, momentum,
           depth)
PASSED, FAILED, NOT_STARTED = "passed", "failed", "not started"
BY_ID = {subtask.id: subtask for subtask in SUBTASKS}
CHARGED = {"0": ("2c", "helpers")}      # subtask 0 has no points of its own, only one of 2c's
COLOURS = {PASSED: "#2e7d32", FAILED: "#c62828", NOT_STARTED: "#616161"}


@dataclass(frozen=True)
class Result:
    """The result of one check.

    subtask, part: the points that depend on it; title: what was tested.
    state: "passed", "failed", "not started" or "needs 2a first".
    words: what is wrong, what has to be written, or why it passed; remark: it costs no points.
    """

    subtask: str
    part: str
    title: str
    state: str
    words: str = ""
    remark: bool = False

    @property
    def label(self):
        """The title; after that of a remark: it costs nothing."""
        return self.title + (" (costs nothing)" if self.remark else "")


class CheckReport:
    """The results of some subtasks' checks; shown as a table, in HTML in a notebook."""

    def __init__(self, results, subtasks):
        self.results, self.subtasks = results, subtasks

    def of_subtask(self, name):
        """Return the results of one subtask."""
        return [result for result in self.results if result.subtask == name]

    def earned(self, subtask):
        """The points by code that a subtask earns; None if one of its parts was not tested."""
        found = 0
        for part, points in subtask.by_code.items():
            states = [result.state for result in self.results if not result.remark
                      and charged(result) == (subtask.id, part)]
            if not states:
                return None
            found += points * all(state == PASSED for state in states)
        return found

    @property
    def points(self):
        """The points by code that the subtasks earn."""
        return sum(self.earned(BY_ID[name]) or 0 for name in self.subtasks)

    @property
    def of(self):
        """The points by code that the subtasks can earn."""
        return sum(sum(BY_ID[name].by_code.values()) for name in self.subtasks)

    @property
    def by_hand(self):
        """The points of the subtasks that a person gives."""
        return sum(sum(BY_ID[name].by_hand.values()) for name in self.subtasks)

    @property
    def all_passed(self):
        """Whether all checks passed; remarks do not count."""
        return all(result.state == PASSED for result in self.results if not result.remark)

    def as_json(self):
        """Return plain values for a manifest."""
        return {"points": self.points, "of": self.of, "by_hand": self.by_hand,
                "checks": [asdict(result) for result in self.results]}

    def heading(self, name):
        """A subtask's line: its title, its points by code, and those that a person gives."""
        subtask = BY_ID[name]
        if name in CHARGED:
            return f"{name}  {subtask.title}: 1 point, counted in {CHARGED[name][0]}"
        found, of = self.earned(subtask), sum(subtask.by_code.values())
        parts = [f"{found} of {of} points" if found is not None else f"{of} points"] if of else []
        if subtask.by_hand:
            hand = ", ".join(f"{part} {points}" for part, points in subtask.by_hand.items())
            parts.append(f"by hand: {hand}")
        return f"{name}  {subtask.title}: {'; '.join(parts)}"

    @property
    def summary(self):
        """The last line."""
        if not self.of:
            return (f"no points by code here; a person gives up to {self.by_hand} points"
                    if self.by_hand else "no points by code here")
        by_hand = (f"; a person gives up to {self.by_hand} more for the text in the notebooks"
                   if self.by_hand else "")
        return f"{self.points} of {self.of} points by code{by_hand}"

    def __str__(self):
        lines, width = [], max((len(result.state) for result in self.results), default=0)
        for name in self.subtasks:
            lines.append(self.heading(name))
            for result in self.of_subtask(name):
                lines.append(f"  {result.state:{width}}  {result.label}")
                if result.words:
                    lines += textwrap.wrap(result.words, 96, initial_indent=" " * 6,
                                           subsequent_indent=" " * 6)
        return "\n".join([*lines, "", self.summary])

    __repr__ = __str__

    def _repr_html_(self):
        rows = []
        for name in self.subtasks:
            rows.append(f'<tr><th colspan="2" style="text-align:left">'
                        f"{html.escape(self.heading(name))}</th></tr>")
            rows += [row(result) for result in self.of_subtask(name)]
        return (f'<table style="text-align:left">{"".join(rows)}</table>'
                f"<p>{html.escape(self.summary)}</p>")


def charged(result):
    """The subtask and the part whose points depend on a result."""
    return CHARGED.get(result.subtask, (result.subtask, result.part))


def row(result):
    """Return a result as a row of an HTML table."""
    words = f"<br>{html.escape(result.words)}" if result.words else ""
    colour = COLOURS.get(result.state, COLOURS[NOT_STARTED])
    style = f"color:{colour};white-space:nowrap;vertical-align:top;text-align:left"
    return (f'<tr><td style="{style}">{html.escape(result.state)}</td>'
            f'<td style="text-align:left">{html.escape(result.label)}{words}</td></tr>')


def check(*subtasks):
    """Test the code of these subtasks ("2b"), or of all subtasks if none is named.

    The code runs as it is saved now, in a process of its own, so you need not restart the
    kernel. Returns a CheckReport.
    """
    try:
        return run_checks(subtasks or None)
    except Refused as refusal:
        raise ValueError(str(refusal)) from None


def run_checks(subtasks=None, folder=ROOT):
    """Return the CheckReport of the scripts in a folder; Refused if a subtask is unknown."""
    unknown = [name for name in subtasks or () if name not in BY_ID]
    if unknown:
        raise Refused(f"there is no subtask {one_line(unknown[0], 40)}: choose from "
                      f"{', '.join(BY_ID)}")
    if not Path(folder, "task2.py").is_file():
        raise Refused(f"{folder} has no task2.py: run this in the assignment's folder")
    chosen = [name for name in BY_ID if subtasks is None or name in subtasks]
    # 2c brings the checks of subtask 0, since one of its points depends on them
    tried = [name for name in BY_ID if name in chosen or CHARGED.get(name, ("",))[0] in chosen]
    with Student(folder) as student:
        results = [result_of(one, student) for name in tried for one in CHECKS
                   if one.subtask == name]
    return CheckReport(results, chosen)


def result_of(one, student):
    """Return the Result of one check."""
    state, words = PASSED, ""
    try:
        words = one.run(student) or ""
    except NotWritten as blank:
        known = blank.subtask in BY_ID and blank.subtask not in one.blanks
        state = f"needs {blank.subtask} first" if known else NOT_STARTED
        words = str(blank)
    except Problem as problem:
        state, words = FAILED, str(problem)
    return Result(one.subtask, one.part, one.title, state, one_line(words, 500), one.remark)


def main(arguments=None):
    """Return the exit status: 0 all passed, 1 otherwise, 2 the checks could not run."""
    parser = argparse.ArgumentParser(
        prog="python -m kit check", description="Test the code in utils.py, task2.py, task3.py "
        "and task4.py. The results say for each subtask what is right and what is wrong.",
        epilog="Exit status: 0 all passed; 1 something failed or is not written yet; 2 the checks "
               "could not run. Checks that cost nothing do not change the exit status.")
    parser.add_argument("subtasks", nargs="*", metavar="SUBTASK", help="such as 2b; default: all")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    options = parser.parse_args(arguments)
    try:
        report = run_checks(options.subtasks or None)
    except (Refused, OSError) as problem:
        say(f"kit check: {one_line(problem, 400)}", sys.stderr)
        return 2
    except KeyboardInterrupt:
        say("kit check: stopped", sys.stderr)
        return 130
    say(json.dumps(report.as_json(), indent=2) if options.json else str(report))
    return 0 if report.all_passed else 1
