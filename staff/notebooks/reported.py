"""Compares the numbers that students report with those that their own code gives."""

import re
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from kit.definition import load_assignment
from staff.notebooks.comparison import NUMBER, list_lines, read_value
from staff.record import Finding

COUNT = re.compile(r"(?<![\w.,])[1-9]\d{0,2}(?:(?:\{,\}|\\[,;:! ]|[ ,.'’\u00a0\u2009\u202f])"
                   r"\d{3}){1,2}(?!\d)|(?<![\w.,])[1-9]\d{3,6}(?![\w.]\d|\d)")
ACCURACY = re.compile(r"accurac(?:y|ies)\b[^.\d%\n]{0,60}?"
                      r"(?<![\w.])(0[.,]\d{2,6}|\d{2}(?:[.,]\d{1,4})?\s?\\?%)", re.IGNORECASE)
MOST = 40           # candidates for one number
LONGEST = 20_000    # letters of a section's outputs
UNSHOWN = "number"      # the kind of a Finding about a number that no output shows
NUMBERS = "staff/assignment/numbers.py"


@dataclass(frozen=True)
class Reported:
    """A number that a subtask asks for. said: the candidates in the answer, likeliest first."""

    subtask: str
    name: str
    said: tuple


def load_numbers():
    """The assignment's numbers.py: ASKED, CHAOTIC and compute_numbers.

    An assignment without this module asks for no numbers.
    """
    assignment = load_assignment()
    if not (assignment.folder / NUMBERS).is_file():
        return SimpleNamespace(ASKED=(), CHAOTIC=(), compute_numbers=lambda student: {})
    return assignment.load_module(NUMBERS)


def find_reported(answers, cells):
    """(the Reported numbers, notes on those that were not found)."""
    found, asked = [], load_numbers().ASKED
    for subtask, name, pattern, candidates in asked:
        texts = [answers.get(subtask, ""), join_printed(cells, subtask)]
        for text in texts:
            before = pattern.finditer(text) if pattern else ()
            said = [match[match.lastindex or 0] for match in before] + candidates.findall(text)
            if said:
                found.append(Reported(subtask, name, tuple(dict.fromkeys(said))[:MOST]))
                break
    known = {(one.subtask, one.name) for one in found}
    seen = {one.subtask for one in cells}
    notes = [Finding("reading", "note", f"the {name} was not found in {subtask}")
             for subtask, name, *_ in asked if subtask in seen and (subtask, name) not in known]
    return tuple(found), notes


def join_printed(cells, subtask):
    """The text that the code cells of a subtask have printed and shown."""
    lines = [line for one in cells if one.subtask == subtask and one.cell.cell_type == "code"
             for line in list_lines(one.cell.outputs)]
    return "\n".join(lines)[:LONGEST]


def list_printed(cells):
    """{subtask: the text that its code cells have printed and shown}."""
    return {subtask: join_printed(cells, subtask)
            for subtask in dict.fromkeys(one.subtask for one in cells)}


def find_accuracies(answers):
    """[(subtask, accuracy as it is written)] in the answers."""
    return [(subtask, said) for subtask, text in answers.items()
            for said in dict.fromkeys(ACCURACY.findall(text))][:MOST]


def shows_accuracy(text, said):
    """Whether a text gives an accuracy, as a fraction or in per cent, up to rounding."""
    number, shift = re.sub(r"[^\d.]", "", said.replace(",", ".")), 2 if "%" in said else 0
    share = float(number) / 10 ** shift
    allowed = 1.01 * 10.0 ** -(len(number.partition(".")[2]) + shift)
    return any(min(abs(value - share), abs(value / 100 - share)) < allowed
               for value in map(read_value, NUMBER.findall(text)))


def find_unshown(answers, printed, stage, words):
    """A Finding for each accuracy in the answers that no output gives.

    printed: {subtask: the text that its cells print}. An answer may name the results of any
    subtask.
    words: the end of the sentence.
    """
    whole = "\n".join(printed.values())
    return [Finding(stage, UNSHOWN, f"{name_answer(subtask)} an accuracy of {said}; {words}")
            for subtask, said in find_accuracies(answers)
            if "accura" in printed.get(subtask, "").lower() and not shows_accuracy(whole, said)]


def name_answer(subtask):
    """The beginning of a sentence about what an answer claims."""
    return f"the answer to {subtask} gives"


# ------------------------------------------------------------------- the numbers of the code

def compare_numbers(student, numbers):
    """Rows (subtask, name, reported, own, agrees) of Reported numbers.

    A number that the student's code does not give has no row. Where several are asked for, a
    reported number counts for the one that it is nearest to.
    """
    own = load_numbers().compute_numbers(student) if numbers else {}
    own = {name: float(value) for name, value in own.items() if is_number(value)}
    rows = []
    for one in numbers:
        value = own.get((one.subtask, one.name))
        others = [own[two.subtask, two.name] for two in numbers if two is not one
                  and (two.subtask, two.said) == (one.subtask, one.said)
                  and (two.subtask, two.name) in own]
        mine = [said for said in one.said if value is not None and is_nearest(said, value, others)]
        if mine:
            agreeing = [said for said in mine if agrees(said, value)]
            said = (agreeing or mine)[0].replace("{,}", ",").replace("\\", "")
            rows.append((one.subtask, one.name, said, format_value(value), bool(agreeing)))
    return rows


def is_nearest(said, value, others):
    """Whether a reported number is nearer to a value than to others that it could be."""
    return all(min(abs(float(text) - value) for text in list_readings(said))
               <= min(abs(float(text) - other) for text in list_readings(said))
               for other in others)


def is_number(value):
    """Whether a value from a student's code is one finite real number."""
    return isinstance(value, (int, float, np.ndarray)) and not isinstance(value, bool) and \
        np.size(value) == 1 and np.asarray(value).dtype.kind in "iuf" and \
        bool(np.all(np.isfinite(value)))


def agrees(said, value):
    """Whether a reported number is a value that was rounded or cut off."""
    for text in list_readings(said):
        number, digits = float(text), len(text.partition(".")[2])
        if value == number or digits and abs(value - number) < 10.0 ** -digits:
            return True
        if not digits and abs(number) >= 10 and value != int(value) and abs(value - number) < 1:
            return True
    return False


def list_readings(said):
    """The numbers, as text, that a text may mean: the comma in 1,25 is not that in 12,345."""
    bare = said.replace("−", "-").replace("{,}", ",").replace("\\", "")
    joined = re.sub(r"[^\d-]", "", bare)
    point = bare.replace(",", ".")
    found = [joined] if COUNT.fullmatch(said) else []
    if re.fullmatch(r"-?\d+\.\d+", point):
        found.append(point)
    return found or [joined]


def format_value(value):
    """A number as people write it."""
    return f"{int(value):,}" if value == int(value) else f"{value:.4f}"
