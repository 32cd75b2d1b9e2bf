"""From a reference text to the student's, and back.

`# SOLUTION 2b` begins a solution. It ends with its function, or at `# END SOLUTION`, which is
required outside functions. In a function it becomes a stub, with the docstring's first sentence:

    raise NotImplementedError("task 2b: write forward: The outputs …")

Outside functions the names that it assigns become None; if it assigns none, a stub is raised.
`# SOLUTION 0 optional` leaves the function only its docstring. The lines from `# BEGIN STAFF` to
`# END STAFF` vanish, but for what follows `#= ` in them. A line `#| fig-alt: …` vanishes too: it
says what a figure shows.
"""

import ast
import io
import re
import textwrap
import tokenize
from dataclasses import dataclass

from kit.files import Refused

MARKER = re.compile(r"(?P<indent> *)# (?:SOLUTION (?P<task>\S+)(?P<optional> optional)?"
                    r"|(?P<staff>BEGIN STAFF)|(?P<end>END (?:SOLUTION|STAFF)))\s*")
LIKE_A_MARKER = re.compile(r"#.*\b(?:BEGIN|END)[\s_-]*(?:SOLUTION|STAFF)\b|#\W*SOL[UT]\w*",
                           re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<=\.) (?=[A-Z])")
DEFAULT = re.compile(r"\s*#= (.*)")
TOGETHER = re.compile(r"\([^()]{1,20}\)|\btask \d")       # not to be divided at the end of a line
LONGEST = 99


@dataclass(frozen=True)
class Cut:
    """A region of the reference, and what stands in its place.

    task:   its subtask; None for lines of the staff.
    words:  the stub's message; "" without a stub.
    hidden: the reference's lines from line `at`, with their markers.
    shown:  the student's lines from line `line`.
    """

    task: str
    words: str
    at: int
    hidden: tuple
    line: int
    shown: tuple


@dataclass(frozen=True)
class Function:
    """A function of a text: its name, docstring, indentation, first line and the line after it."""

    name: str
    docstring: str
    indent: int
    start: int
    end: int


def strip(text, name, subtasks):
    """The student's text and the cuts; Refused names the line of a wrong marker.

    name: of the file or cell, for refusals.
    subtasks: the ids that a marker may name.
    """
    lines, kept, cuts, at = text.split("\n"), [], [], 0
    while at < len(lines):
        place = f"{name}:{at + 1}"
        if lines[at].startswith("#| fig-alt: "):
            cuts.append(Cut(None, "", at + 1, (lines[at],), len(kept) + 1, ()))
            at += 1
            continue
        marker = match_marker(lines[at], place, subtasks)
        if marker is None:
            kept.append(lines[at])
            at += 1
            continue
        if marker["end"]:
            raise Refused(f"{place}: {marker['end']} ends nothing: its beginning is missing above")
        function = find_function(text, at, marker, place) if marker["task"] else None
        end = find_end(lines, at, function, name, subtasks)
        words, shown = write_stub(lines[at + 1:end], marker, function, place)
        if not shown and not "".join(kept[-1:]).strip():
            while end < len(lines) - 1 and not lines[end].strip():
                end += 1        # blank lines above and below would add up
        cuts.append(Cut(marker["task"], words, at + 1, tuple(lines[at:end]), len(kept) + 1,
                        tuple(shown)))
        kept += shown
        at = end
    return "\n".join(kept), cuts


def match_marker(line, place, subtasks):
    """The match of a marker, None for any other line; Refused if it is almost one."""
    marker = MARKER.fullmatch(line)
    if marker is None:
        if LIKE_A_MARKER.search(line):
            raise Refused(f"{place}: the marker is not understood: expected `# SOLUTION 2b`, "
                          "`# END SOLUTION`, `# BEGIN STAFF` or `# END STAFF`, alone on its line")
        return None
    if marker["task"] and marker["task"] not in subtasks:
        raise Refused(f"{place}: there is no subtask {marker['task']}: expected one of "
                      f"{', '.join(subtasks)}")
    return marker


def find_function(text, at, marker, place):
    """The function around a marker, None outside functions; Refused if it cannot tell."""
    if place.rpartition(":")[0].endswith((".toml", ".txt")):
        raise Refused(f"{place}: a solution can only stand in Python code")
    around = [one for one in read_functions(text, place) if one.start <= at < one.end]
    function = max(around, key=lambda one: one.start, default=None)
    indent = len(marker["indent"])
    if indent != (function.indent if function else 0):
        raise Refused(f"{place}: the marker is indented by {indent}: begin it where the other "
                      "lines of its function begin, with code below it")
    if function and not function.docstring:
        raise Refused(f"{place}: {function.name} needs a docstring: its stub is made of that")
    return function


def read_functions(text, place):
    """The functions of a Python text; Refused if it is none."""
    try:
        nodes = [node for node in ast.walk(ast.parse(text))
                 if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    except SyntaxError as problem:
        raise Refused(f"{place}: a solution can only stand in Python code, and line "
                      f"{problem.lineno} is none: {problem.msg}") from None
    lines, found = text.split("\n"), []
    for node in nodes:
        indent, end = node.body[0].col_offset, node.end_lineno
        while end < len(lines) and re.match(" " * indent + " *#", lines[end]):
            end += 1        # comments at its end are its own
        found.append(Function(node.name, ast.get_docstring(node) or "", indent, node.lineno, end))
    return found


def find_end(lines, begin, function, name, subtasks):
    """The index after the last line of the region that begins at an index."""
    what = "STAFF" if "STAFF" in lines[begin] else "SOLUTION"
    for at in range(begin + 1, function.end if function else len(lines)):
        marker = match_marker(lines[at], f"{name}:{at + 1}", subtasks)
        if marker and not marker["end"]:
            raise Refused(f"{name}:{at + 1}: {lines[at].strip()[2:]} stands inside the region "
                          f"that begins in line {begin + 1}: end that one first")
        if marker and marker["end"] != f"END {what}":
            raise Refused(f"{name}:{at + 1}: expected END {what} for line {begin + 1}")
        if marker:
            return at + 1
    if function:
        return function.end
    raise Refused(f"{name}:{begin + 1}: {lines[begin].strip()[2:]} has no end: add `# END {what}`")


def write_stub(hidden, marker, function, place):
    """(the message of a region's stub, "" without a stub; the student's lines)."""
    task, indent = marker["task"], marker["indent"]
    if not task:
        return "", [indent + match[1] for line in hidden if (match := DEFAULT.match(line))]
    if marker["optional"]:
        return "", []
    if function:
        told = function.docstring.split("\n\n")[0].split()
        told = SENTENCE_END.split(" ".join(told))[0]
        words = f"task {task}: write {function.name}: {told}"
        return words, write_raise(words, indent)
    names = read_names(hidden, place)
    if names:
        width = max(map(len, names))
        return "", [f"{one:{width}} = None    # task {task}" for one in names]
    words = f"task {task}: write the lines that belong here"
    return words, write_raise(words, indent)


def read_names(lines, place):
    """The names that lines outside functions assign."""
    try:
        body = ast.parse("\n".join(lines)).body
    except SyntaxError:
        raise Refused(f"{place}: the solution divides a statement: move its markers") from None
    targets = [target for node in body if isinstance(node, (ast.Assign, ast.AnnAssign))
               for target in (node.targets if isinstance(node, ast.Assign) else [node.target])]
    return list(dict.fromkeys(node.id for target in targets for node in ast.walk(target)
                              if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)))


def write_raise(words, indent):
    """The lines of a raise that says the words, in the width of a script."""
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


def restore_text(text, cuts, name):
    """The reference's text from the student's; Refused where the cuts do not fit."""
    lines = text.split("\n")
    for cut in reversed(cuts):
        start = cut.line - 1
        if tuple(lines[start:start + len(cut.shown)]) != cut.shown:
            raise Refused(f"{name}:{cut.line}: the solution of line {cut.at} cannot be put back: "
                          "its stub is not here")
        lines[start:start + len(cut.shown)] = cut.hidden
    return "\n".join(lines)


def list_solution_lines(cuts, text):
    """(line number in the reference text, code without its comment) of all hidden code."""
    bare = remove_code_comments(text)
    return [(at, bare[at - 1].strip())
            for cut in cuts for at in range(cut.at, cut.at + len(cut.hidden))
            if bare[at - 1].strip()]


def remove_code_comments(text):
    """The lines of a Python text without their comments; of another, without # …"""
    lines = text.split("\n")
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                row, column = token.start
                lines[row - 1] = lines[row - 1][:column]
    except (tokenize.TokenError, SyntaxError):
        lines = [re.sub(r"(^|\s)#.*", "", line) for line in lines]
    return lines
