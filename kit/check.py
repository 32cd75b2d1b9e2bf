"""`python -m kit check` and, in a notebook, check("2b"): test the code of the subtasks."""

import argparse
import html
import json
import re
import textwrap
from dataclasses import asdict, dataclass
from pathlib import Path

from kit.checking.registry import load_checks
from kit.checking.student import NotWritten, Problem, Student
from kit.definition import load_assignment
from kit.files import Refused, find_conflict_in_scripts, shorten, say

PASSED, FAILED, NOT_STARTED = "passed", "failed", "not started"
CAUSE = re.compile(r"(?:cannot be imported|does not parse|did not end within \d+ s): ")
# behind white letters: 5.1 to 6.2 to 1, on a light page and on a dark one
COLOURS = {PASSED: "#2e7d32", FAILED: "#c62828", NOT_STARTED: "#616161"}


@dataclass(frozen=True)
class Result:
    """The result of one check."""

    subtask: str
    part: str               # the points that depend on it
    title: str              # what was tested
    state: str              # "passed", "failed", "not started" or "needs 2a first"
    words: str = ""         # what is wrong, what has to be written, or why it passed
    remark: bool = False    # it costs no points

    @property
    def label(self):
        """The title; that of a remark says that it costs nothing."""
        return self.title + (" (costs nothing)" if self.remark else "")


class CheckReport:
    """The results of some subtasks' checks; shown as a table, in HTML in a notebook."""

    def __init__(self, results, subtasks, assignment):
        self.results, self.subtasks, self.assignment = results, subtasks, assignment
        self.by_id = assignment.by_id

    def list_results(self, name):
        """The results of one subtask."""
        return [result for result in self.results if result.subtask == name]

    def list_shown(self):
        """[(a subtask's name, [(a result, its words)])]: an error is told in full once."""
        told = set()
        return [(name, [(result, tell_once(result.words, told))
                        for result in self.list_results(name)]) for name in self.subtasks]

    def count_points(self, subtask):
        """The points by code that a subtask earns; None if one of its parts was not tested."""
        found = 0
        for part, points in subtask.by_code.items():
            states = [result.state for result in self.results if not result.remark
                      and self.assignment.charge(result) == (subtask.id, part)]
            if not states:
                return None
            found += points * all(state == PASSED for state in states)
        return found

    @property
    def points(self):
        """The points by code that the subtasks earn."""
        return sum(self.count_points(self.by_id[name]) or 0 for name in self.subtasks)

    @property
    def of(self):
        """The points by code that the subtasks can earn."""
        return sum(sum(self.by_id[name].by_code.values()) for name in self.subtasks)

    @property
    def by_hand(self):
        """The points of the subtasks that a person gives."""
        return sum(sum(self.by_id[name].by_hand.values()) for name in self.subtasks)

    @property
    def all_passed(self):
        """Whether all checks passed; remarks do not count."""
        return all(result.state == PASSED for result in self.results if not result.remark)

    def as_json(self):
        """Plain values for a manifest."""
        return {"points": self.points, "of": self.of, "by_hand": self.by_hand,
                "checks": [asdict(result) for result in self.results]}

    def make_heading(self, name):
        """A subtask's line: its title, its points by code, and those that a person gives."""
        subtask = self.by_id[name]
        if subtask.counts_in:
            other, part = subtask.charge("")
            points = self.by_id[other].by_code[part]
            return (f"{name}  {subtask.title}: {points} point{'s' if points > 1 else ''}, counted "
                    f"in {other}")
        found, of = self.count_points(subtask), sum(subtask.by_code.values())
        parts = [f"{found} of {of} points" if found is not None else f"{of} points"] if of else []
        if subtask.by_hand:
            hand = ", ".join(f"{part} {points}" for part, points in subtask.by_hand.items())
            parts.append(f"by hand: {hand}")
        return f"{name}  {subtask.title}: {'; '.join(parts)}"

    @property
    def summary(self):
        """The last line."""
        other = [self.make_heading(name) for name in self.subtasks if self.by_id[name].counts_in]
        if not self.of and other and not self.by_hand:
            return other[0]
        if not self.of:
            return (f"no points by code here; a person gives up to {self.by_hand} points"
                    if self.by_hand else "no points by code here")
        by_hand = (f"; a person gives up to {self.by_hand} more for the text in the notebooks"
                   if self.by_hand else "")
        return f"{self.points} of {self.of} points by code{by_hand}"

    def __str__(self):
        lines, width = [], max((len(result.state) for result in self.results), default=0)
        for name, shown in self.list_shown():
            lines.append(self.make_heading(name))
            for result, words in shown:
                lines.append(f"  {result.state:{width}}  {result.label}")
                if words:
                    lines += textwrap.wrap(words, 96, initial_indent=" " * 6,
                                           subsequent_indent=" " * 6)
        return "\n".join([*lines, "", self.summary])

    __repr__ = __str__

    def _repr_html_(self):
        rows = []
        for name, shown in self.list_shown():
            rows.append(f'<tr><th colspan="2" style="text-align:left">'
                        f"{html.escape(self.make_heading(name))}</th></tr>")
            rows += [make_row(*one) for one in shown]
        return (f'<table style="text-align:left">{"".join(rows)}</table>'
                f"<p>{html.escape(self.summary)}</p>")


def tell_once(words, told):
    """A check's words, without why a script is not Python or cannot be imported if that is told.

    told: the causes that are told already; this one is added.
    """
    found = CAUSE.search(words)
    if not found:
        return words
    cause = words[found.end():]
    if cause in told:
        return f"{words[:found.end()]}see above"
    told.add(cause)
    return words


def make_row(result, words):
    """A result with its words as a row of an HTML table."""
    words = f"<br>{html.escape(words)}" if words else ""
    colour = COLOURS.get(result.state, COLOURS[NOT_STARTED])
    style = f"background:{colour};color:#fff;padding:0 .5em;border-radius:.2em"
    return ('<tr><td style="white-space:nowrap;vertical-align:top;text-align:left">'
            f'<span style="{style}">{html.escape(result.state)}</span></td>'
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


def run_checks(subtasks=None, folder=None, assignment=None):
    """The CheckReport of some subtasks, by default of all.

    folder:     of the scripts; default: the assignment's.
    assignment: default: that of the current folder.

    Refused if a subtask is unknown, or the folder holds none of the scripts.
    """
    assignment = assignment or load_assignment()
    folder, by_id = Path(folder or assignment.folder), assignment.by_id
    unknown = [name for name in subtasks or () if name not in by_id]
    if unknown:
        raise Refused(f"there is no subtask {shorten(unknown[0], 40)}: choose from "
                      f"{', '.join(by_id)}")
    if not any((folder / name).is_file() for name in assignment.scripts):
        raise Refused(f"{folder} has no {' or '.join(assignment.scripts)}: run this in the "
                      "assignment's folder")
    if words := find_conflict_in_scripts(folder):
        raise Refused(words)
    chosen = [name for name in by_id if subtasks is None or name in subtasks]
    # a subtask brings the checks of another one that decides one of its points
    tried = [name for name in by_id if name in chosen or by_id[name].charge("")[0] in chosen]
    with Student(folder, assignment=assignment) as student:
        results = [run_check(one, student) for name in tried for one in load_checks(assignment)
                   if one.subtask == name]
    return CheckReport(results, chosen, assignment)


def run_check(one, student):
    """The Result of one check."""
    return try_check(one, student)[0]


def try_check(one, student):
    """(the Result of one check, the Problem behind it or None)."""
    state, words, found = PASSED, "", None
    try:
        words = one.run(student) or ""
    except NotWritten as blank:
        known = blank.subtask in student.assignment.by_id and blank.subtask not in one.blanks
        state = f"needs {blank.subtask} first" if known else NOT_STARTED
        words, found = str(blank), blank
    except Problem as problem:
        state, words, found = FAILED, str(problem), problem
    return Result(one.subtask, one.part, one.title, state, shorten(words, 500), one.remark), found


def main(arguments=None):
    """The exit status: 0 all passed, 1 otherwise."""
    parser = argparse.ArgumentParser(
        prog="python -m kit check", description="Test the code in the scripts. The results say "
        "for each subtask what is right and what is wrong.",
        epilog="Exit status: 0 all passed; 1 something failed or is not written yet; 2 the checks "
               "could not run. Checks that cost nothing do not change the exit status.")
    parser.add_argument("subtasks", nargs="*", metavar="SUBTASK", help="such as 2b; default: all")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    options = parser.parse_args(arguments)
    report = run_checks(options.subtasks or None)
    say(json.dumps(report.as_json(), indent=2) if options.json else str(report))
    return 0 if report.all_passed else 1
