"""Reads notebooks: headings of subtasks, unwritten answers, how the cells were run."""

import functools
import re

PLACEHOLDER = "FILL IN ANSWER"
PLACEHOLDER_AUTHOR = "Group NN"
LEFT_OPEN = re.compile(     # anywhere, or alone on a line, perhaps behind "Our answer:"
    r"FILL[ _]IN[ _]ANSWER\b|YOUR ANSWER HERE"
    r"|^[^\w\n]*(?:[\w \t]{1,30}[:.–—-][^\w\n]*)?(?:TODO|TBD|(?i:fill[ _]in[ _](?:your |the )?"
    r"answer(?: here)?|(?:type|write|enter) your answer here))[^\w\n]*$", re.MULTILINE)
QUOTED = re.compile(  # words that speak of the placeholder: code, quotation marks, "replace …"
    r"^(?:```|~~~).*?^(?:```|~~~)|(?P<ticks>`+)[^`]+(?P=ticks)|“[^”\n]*”|„[^“”\n]*[“”]|‘[^’\n]*’"
    r"|«[^»\n]*»|\"[^\"\n]*\"|\b(?i:says?|saying|reads?|marked|called|replac(?:e|ing)"
    r"|delet(?:e|ing)|remov(?:e|ing)|instead of|words)(?: the (?:words?|text))?[\s*_]+"
    r"(?:FILL[ _]IN[ _]ANSWER|YOUR ANSWER HERE|TODO)\b", re.MULTILINE | re.DOTALL)
REMOVED = {  # tags that leave something out, by nbconvert's names and by Jupyter Book's
    "cell": {"remove-cell", "remove_cell", "hide-cell"},
    "input": {"remove-input", "remove_input", "hide-input"},
    "output": {"remove-output", "remove_output", "remove_all_output", "hide-output"}}
TASK_HEADING = re.compile(r"\W*(?:[^\W\d]+\W+)?(\d)(?!\w)")
NOUN = "(?:task|subtask|part|exercise|problem|question|section)"
LETTER_HEADING = re.compile(r"\W*([a-z])[.)]")             # "b) Forward", beneath "Task 2"


def list_code_cells(notebook):
    """[(number, cell)] of the code cells that hold code."""
    return [(number, cell) for number, cell in notebook.cells
            if cell.cell_type == "code" and cell.source.strip()]


def list_unrun(notebook):
    """(the numbers of code cells that were not run, whether these are all)."""
    code = list_code_cells(notebook)
    unrun = [number for number, cell in code if cell.execution_count is None and not cell.outputs]
    return unrun, len(unrun) == len(code)


def list_disorder(notebook):
    """[(number, count, number above, its count)] of code cells that ran before one above."""
    counted = [(number, cell.execution_count) for number, cell in list_code_cells(notebook)
               if cell.execution_count is not None]
    return [(*below, *above) for above, below in zip(counted, counted[1:]) if below[1] <= above[1]]


def list_errors(notebook):
    """[(number, the last error)] of code cells that ended in an error which no tag expects."""
    errors = [(number, [output for output in cell.outputs if output.output_type == "error"])
              for number, cell in list_code_cells(notebook)
              if "raises-exception" not in cell.metadata.get("tags", [])]
    return [(number, found[-1]) for number, found in errors if found]


def remove_comments(text):
    """Markdown without its HTML comments."""
    first, *others = text.split("<!--")
    return first + "".join(other.partition("-->")[2] for other in others)


def find_placeholder(text):
    """The placeholder in Markdown, as a match; None if there is none but in quotation marks."""
    return LEFT_OPEN.search(QUOTED.sub("quoted", remove_comments(text)))


def is_empty(text):
    """Whether Markdown shows no letter, digit or picture, or the word Answer alone."""
    shown = re.sub(r"<(?!img\b)[^>]*>|&#?\w+;|\b(?i:answer)\b", "", remove_comments(text))
    return not re.search(r"[^\W_]", shown)


@functools.cache
def compile_heading(subtask, title):
    """The pattern of headings that announce a subtask.

    For 2b: "2b  Forward", "Task 2b:", "(2b)", "2 (b)", "Exercise 2.b" and "Task 2, b)" match, "2D
    data" does not. An id without a number needs a sign or its title after it, or a word such as
    Task before it.
    """
    first, *others = re.findall(r"\d+|[A-Za-z]+", subtask)
    if not others and first.isalpha():
        title = r"\s+".join(map(re.escape, title.split()))
        return re.compile(rf"\W*(?:{NOUN}\W+{first}(?![\w-])|{first}(?:[.:)]|\s+{title}|\s*$))",
                          re.IGNORECASE)
    if not others:
        return re.compile(rf"\W*(?:[^\W\d]+\W+)?{first}(?![\w.])")
    pattern = r"\W*(?:[^\W\d]+\W+){0,3}" + "".join(f"[{sign}{sign.upper()}]" for sign in first)
    for other in others:
        large = rf"|{other.upper()}(?=\W*$|[:.)])" if other.isalpha() else ""
        pattern += rf"[\s.,:(-]*(?:part\s+)?(?:{other}{large})"
    return re.compile(pattern + r"(?![\w-])")


def find_subtask(heading, assignment, task=None):
    """The id of the subtask that a heading announces, perhaps beneath a task's; None if none."""
    names = assignment.by_id if assignment else {}
    for name in sorted(names, key=len, reverse=True):
        if compile_heading(name, names[name].title).match(heading):
            return name
    letter = LETTER_HEADING.match(heading)
    name = f"{task}{letter[1]}" if letter else None
    return name if name in names else None


def find_task(heading):
    """The number of the task that a heading announces; None if none."""
    match = TASK_HEADING.match(heading)
    return match[1] if match else None


def name_cells(numbers):
    """The words for some cells: cell 3, cells 3 and 5, cells 3 to 9 and 12."""
    ranges = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    words = [f"{first}" if first == last else f"{first} to {last}" for first, last in ranges]
    joined = ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else words[0]
    return f"cell{'s' if len(numbers) > 1 else ''} {joined}"
