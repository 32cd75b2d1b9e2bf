"""Whether anything that students must not see stands anywhere in their edition."""

import json
import re
from dataclasses import dataclass

from kit.files import Refused
from staff.release.editions import role_of
from staff.release.stripping import LIKE_A_MARKER, solution_lines, without_comments

LEFT_SIDE = re.compile(r"(?:return|yield|assert)\s+|[\w\s,.\[\]:()*]+?\s[-+*/@]?=\s+")
NAME = re.compile(r"[\w.]+")
LONGEST_HARMLESS = 18       # characters: shorter lines are found everywhere
LONGEST_PHRASE = 30         # characters: shorter sentences of a guide are said elsewhere too
SENTENCE_END = re.compile(r"(?<=[.:;?!])\s+")
NUMBER = re.compile(r"(?<![\w.])\d+(?:(?:\{,\}|[,_])\d{3})*(?:\.\d+)?(?![\w.]?\d)")


@dataclass(frozen=True)
class Secret:
    """A line of a solution or an answer, or a number of one, and where the reference has it."""

    place: str
    text: str


def secrets_of_script(name, text, cuts):
    """Return the secrets in the cuts of a reference script."""
    return [Secret(f"{name}:{at}", part) for at, line in solution_lines(cuts, text)
            for part in line_and_value(line)]


def secrets_of_notebook(name, changes):
    """Return the secrets in the cells that the student's notebook has not, or has changed."""
    found = []
    for change in changes:
        cell, place = change.cell, f"{name}, cell {change.cell.id}"
        if cell.cell_type == "code" and change.student is None:
            lines = [(at, part) for at, line in enumerate(without_comments(cell.source), 1)
                     for part in line_and_value(line)]
        elif cell.cell_type == "code":
            lines = [(at, part) for at, line in solution_lines(change.cuts, cell.source)
                     for part in line_and_value(line)]
        else:
            lines = sentences(cell.source) if role_of(cell) else []
        found += [Secret(f"{place}, line {at}", line) for at, line in lines]
        if role_of(cell) == "answer":
            found += [Secret(place, number) for number in telling_numbers(cell.source)]
    return found


def secrets_of_guide(name, text):
    """Return the secrets in a marking guide: the sentences on each part, and what earns points."""
    found, at = [], 1
    for paragraph in re.split(r"(\n(?:\n|(?=[|#-])))", text):
        for sentence in SENTENCE_END.split(" ".join(paragraph.split())):
            words = re.sub(r"^\| [\d.]+ \||\|$", "", sentence).strip()
            if len(words) > LONGEST_PHRASE and not words.startswith("#"):
                found.append(Secret(f"{name}, line {at}", words))
        at += paragraph.count("\n")
    first = text.split("\n## ", 1)[0].count("\n") + 1     # above it nothing is given away
    return [secret for secret in found if int(secret.place.rsplit(" ", 1)[1]) > first]


def telling_numbers(text):
    """Return the numbers of three digits or more that no text has by chance: 0.297, 50,880."""
    numbers = {re.sub("[{},_]", "", number) for number in NUMBER.findall(text)}
    return {number for number in numbers if len(number.replace(".", "").strip("0")) >= 3
            and ("." in number or len(number) > 3)}


def line_and_value(line):
    """Return a line of code, and the formula that it assigns or returns, unless they are short."""
    parts = [line.strip()]
    left = LEFT_SIDE.match(parts[0])
    if left and not NAME.fullmatch(parts[0], left.end()):
        parts.append(parts[0][left.end():])
    return [part for part in parts if len(part) > LONGEST_HARMLESS]


def sentences(source):
    """Return (line number, text) of the lines and of their sentences, without the headings."""
    lines = [(at, line) for at, line in enumerate(source.split("\n"), 1)
             if not line.startswith("#")]
    return [(at, part.strip()) for at, line in lines
            for part in dict.fromkeys([line, *SENTENCE_END.split(line)])
            if len(part.strip()) > LONGEST_HARMLESS]


def check(folder, secrets):
    """Raise Refused if a secret, or a marker, stands in a text file of the folder."""
    numbers = {secret.text: secret for secret in secrets if NUMBER.fullmatch(secret.text)}
    needles = {squeezed(secret.text): secret for secret in secrets
               if secret.text not in numbers}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or "__pycache__" in path.parts:
            continue
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
        name = path.relative_to(folder).as_posix()
        for place, piece in pieces(name, text):
            check_lines(place, piece, numbers)
            hay = squeezed(piece)
            for needle, secret in needles.items():
                if needle in hay:
                    refuse(place, line_at(piece, hay.index(needle)), secret)


def check_lines(place, text, numbers):
    """Raise Refused if a line of a text holds a marker or one of the numbers."""
    for number, line in enumerate(text.split("\n"), 1):
        if LIKE_A_MARKER.search(line):
            raise Refused(f"{place}:{number}: a marker has been left in the student edition")
        for found in sorted(telling_numbers(line) & numbers.keys()):
            refuse(place, number, numbers[found])


def refuse(place, number, secret):
    """Raise Refused: a secret stands in this line of a place."""
    raise Refused(f"{place}:{number}: the student edition shows what stands in {secret.place}: "
                  f"{secret.text!r}")


def squeezed(text):
    """Return the text without white space."""
    return "".join(text.split())


def line_at(text, position):
    """Return the number of the line that holds a position of the squeezed text."""
    for number, line in enumerate(text.split("\n"), 1):
        position -= len(squeezed(line))
        if position < 0:
            return number
    return 1


def pieces(name, text):
    """Return (place, text) of a file; a notebook also by its cells' texts and metadata."""
    found = [(name, text)]
    if name.endswith(".ipynb"):
        notebook = json.loads(text)
        for cell in notebook.pop("cells"):
            place = f"{name}, cell {cell.get('id')}"
            found.append((place, "".join(cell.pop("source"))))
            found += [(f"{place}, metadata", value) for value in strings(cell)]
        found += [(f"{name}, metadata", value) for value in strings(notebook)]
    return found


def strings(value):
    """Return all strings in a JSON value, keys as well."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in strings(part)]
    return []
