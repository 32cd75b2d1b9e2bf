"""How a notebook is read: headings that announce a subtask, answers, and what is left open."""

import functools
import re

PLACEHOLDER = "FILL IN ANSWER"
PLACEHOLDER_AUTHOR = "Group NN"
LEFT_OPEN = re.compile(r"FILL[ _]IN[ _]ANSWER\b|YOUR ANSWER HERE|^\W*TODO\W*$"
                       r"|^\W*(?i:(?:type|write|enter) your answer here)\W*$", re.MULTILINE)
TASK_HEADING = re.compile(r"\W*(?:[^\W\d]+\W+)?(\d)(?!\w)")
NOUN = "(?:task|subtask|part|exercise|problem|question|section)"
PART_HEADING = re.compile(r"\W*([a-z])[.)]")             # "b) Forward", beneath "Task 2"


def list_code_cells(notebook):
    """[(number, cell)] of the code cells that hold code."""
    return [(number, cell) for number, cell in notebook.cells
            if cell.cell_type == "code" and cell.source.strip()]


def remove_comments(text):
    """Markdown without its HTML comments."""
    first, *others = text.split("<!--")
    return first + "".join(other.partition("-->")[2] for other in others)


@functools.cache
def compile_heading(subtask, title):
    """The pattern of headings that announce a subtask.

    For 2b: "2b  Forward", "Task 2b:", "(2b)", "2 (b)", "Exercise 2.b", "Task 2, b)", but not "2D
    data". An id without a number needs a sign or its title after it, or a word such as Task before
    it.
    """
    first, *parts = re.findall(r"\d+|[A-Za-z]+", subtask)
    words = r"\W*(?:[^\W\d]+\W+){0,3}"
    if not parts and first.isalpha():
        words = r"\s+".join(map(re.escape, title.split()))
        return re.compile(rf"\W*(?:{NOUN}\W+{first}(?![\w-])|{first}(?:[.:)]|\s+{words}|\s*$))",
                          re.IGNORECASE)
    if not parts:
        return re.compile(rf"\W*(?:[^\W\d]+\W+)?{first}(?![\w.])")
    pattern = words + "".join(f"[{letter}{letter.upper()}]" for letter in first)
    for part in parts:
        large = rf"|{part.upper()}(?=\W*$|[:.)])" if part.isalpha() else ""
        pattern += rf"[\s.,:(-]*(?:part\s+)?(?:{part}{large})"
    return re.compile(pattern + r"(?![\w-])")


def find_subtask(heading, assignment, task=None):
    """The id of the subtask that a heading announces, perhaps beneath that of a task; or None."""
    names = assignment.by_id if assignment else {}
    for name in sorted(names, key=len, reverse=True):
        if compile_heading(name, names[name].title).match(heading):
            return name
    part = PART_HEADING.match(heading)
    return f"{task}{part[1]}" if part and f"{task}{part[1]}" in names else None


def find_task(heading):
    """The number of the task that a heading announces; None if it is another one."""
    match = TASK_HEADING.match(heading)
    return match[1] if match else None


def list_cells(numbers):
    """The words for some cells: cell 3, cells 3 and 5, cells 3 to 9 and 12."""
    runs = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    words = [f"{first}" if first == last else f"{first} to {last}" for first, last in runs]
    joined = ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else words[0]
    return f"cell{'s' if len(numbers) > 1 else ''} {joined}"
