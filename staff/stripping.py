"""From a reference text to the student's, and back.

    # BEGIN SOLUTION task 2b
    #: return … of shape …; see task 2b of the assignment
    the solution
    # END SOLUTION

gives way to `raise NotImplementedError("task 2b: return …")`. A region without `#:` vanishes.
Lines that start with `#= ` stand in the student's text in its place, for what must have some
value. What is between `# BEGIN STAFF` and `# END STAFF` belongs to no subtask and vanishes.
"""

import io
import re
import textwrap
import tokenize
from dataclasses import dataclass

from kit.files import Refused

MARKER = re.compile(r"(?P<indent> *)# (?:(?P<begin>BEGIN (?:SOLUTION task (?P<task>\S+)|STAFF))"
                    r"|(?P<end>END (?:SOLUTION|STAFF)))\s*")
LIKE_A_MARKER = re.compile(r"#.*\b(?:BEGIN|END)[\s_-]*(?:SOLUTION|STAFF)\b", re.IGNORECASE)
WORDS = re.compile(r"\s*#: (.*)")
DEFAULT = re.compile(r"\s*#= (.*)")
TOGETHER = re.compile(r"\([^()]{1,20}\)|\btask \d")       # not to be divided at the end of a line
LONGEST = 99


@dataclass(frozen=True)
class Cut:
    """A region of the reference, and what stands in its place.

    task:   its subtask; None for what belongs to the staff alone.
    words:  what the stub says; empty where there is no stub.
    hidden: the reference's lines, markers included, from its line number `at` on.
    shown:  the student's lines, from the line number `line` on.
    """

    task: str
    words: str
    at: int
    hidden: tuple
    line: int
    shown: tuple


def strip(text, name, subtasks):
    """Return the student's text and the cuts; Refused names the line of a wrong marker.

    name: of the file or cell, for refusals.
    subtasks: the ids that a marker may name.
    """
    lines, kept, cuts, at = text.split("\n"), [], [], 0
    while at < len(lines):
        marker = marker_of(lines[at], f"{name}:{at + 1}", subtasks)
        if marker is None:
            kept.append(lines[at])
            at += 1
            continue
        if not marker["begin"]:
            raise Refused(f"{name}:{at + 1}: {marker['end']} ends nothing: a BEGIN is missing "
                          "above it")
        end = end_of(lines, at, name, subtasks)
        shown = student_lines(lines[at:end], marker["indent"], marker["task"])
        if not shown and not "".join(kept[-1:]).strip():
            while end < len(lines) - 1 and not lines[end].strip():
                end += 1        # blank lines above and below would add up
        words = words_of(lines[at:end], marker["task"])
        cuts.append(Cut(marker["task"], words, at + 1, tuple(lines[at:end]), len(kept) + 1,
                        tuple(shown)))
        kept += shown
        at = end
    return "\n".join(kept), cuts


def marker_of(line, place, subtasks):
    """Return the match of a marker, None for any other line; Refused if it is almost one."""
    marker = MARKER.fullmatch(line)
    if marker is None:
        if LIKE_A_MARKER.search(line):
            raise Refused(f"{place}: the marker is not understood: expected "
                          "`# BEGIN SOLUTION task 2b`, `# END SOLUTION`, `# BEGIN STAFF` or "
                          "`# END STAFF`, alone on its line")
        return None
    if marker["task"] and marker["task"] not in subtasks:
        raise Refused(f"{place}: there is no subtask {marker['task']}: expected one of "
                      f"{', '.join(subtasks)}")
    return marker


def end_of(lines, begin, name, subtasks):
    """Return the index after the END that belongs to the BEGIN at index begin."""
    what = lines[begin].split()[2]
    for at in range(begin + 1, len(lines)):
        marker = marker_of(lines[at], f"{name}:{at + 1}", subtasks)
        if marker and marker["begin"]:
            raise Refused(f"{name}:{at + 1}: {marker['begin']} stands inside the region that "
                          f"begins in line {begin + 1}: end that one first")
        if marker and marker["end"] != f"END {what}":
            raise Refused(f"{name}:{at + 1}: expected END {what} for line {begin + 1}")
        if marker:
            return at + 1
    raise Refused(f"{name}:{begin + 1}: BEGIN {what} has no end: add `# END {what}`")


def words_of(lines, task):
    """Return what the stub of a region says; empty without a line of it."""
    words = " ".join(match[1].strip() for line in lines if (match := WORDS.match(line)))
    return f"task {task}: {words}" if words else ""


def student_lines(lines, indent, task):
    """Return the lines that stand in the student's text for those of a region."""
    shown = [indent + match[1] for line in lines if (match := DEFAULT.match(line))]
    words = words_of(lines, task)
    return shown + stub(words, indent) if words else shown


def stub(words, indent):
    """Return the lines of a raise that says the words, in the width of a script."""
    words = words.replace("\\", "\\\\").replace('"', '\\"')
    line = f'{indent}raise NotImplementedError("{words}")'
    if len(line) <= LONGEST:
        return [line]
    deeper = indent + "    "
    parts = textwrap.wrap(TOGETHER.sub(lambda found: found[0].replace(" ", "\0"), words),
                          LONGEST - len(deeper) - len('" ")'), break_long_words=False,
                          break_on_hyphens=False)
    parts = [part.replace("\0", " ") for part in parts]
    literals = [f'{deeper}"{part} "' for part in parts[:-1]] + [f'{deeper}"{parts[-1]}")']
    return [f"{indent}raise NotImplementedError(", *literals]


def put_back(text, cuts, name):
    """Return the reference's text from the student's; Refused where the cuts do not fit."""
    lines = text.split("\n")
    for cut in reversed(cuts):
        start = cut.line - 1
        if tuple(lines[start:start + len(cut.shown)]) != cut.shown:
            raise Refused(f"{name}:{cut.line}: the solution of line {cut.at} cannot be put back: "
                          "its stub is not here")
        lines[start:start + len(cut.shown)] = cut.hidden
    return "\n".join(lines)


def solution_lines(cuts, text):
    """Return (line number in the reference text, code without its comment) of all hidden code."""
    bare = without_comments(text)
    return [(at, bare[at - 1].strip())
            for cut in cuts for at in range(cut.at, cut.at + len(cut.hidden))
            if bare[at - 1].strip()]


def without_comments(text):
    """Return the lines of a Python text without their comments; of another, without # …"""
    lines = text.split("\n")
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                row, column = token.start
                lines[row - 1] = lines[row - 1][:column]
    except (tokenize.TokenError, SyntaxError):
        lines = [re.sub(r"(^|\s)#.*", "", line) for line in lines]
    return lines
