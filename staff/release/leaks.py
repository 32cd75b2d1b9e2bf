"""Searches the student edition for everything that students must not see."""

import json
import re
from dataclasses import dataclass

from kit.cell_texts import squeeze
from kit.files import Refused
from kit.handed_out import CLEAN
from staff.release.notebook_stripping import find_role
from staff.release.stripping import LIKE_A_MARKER, list_solution_lines, remove_code_comments

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


def find_script_secrets(name, text, cuts):
    """The secrets in the cuts of a reference script."""
    return [Secret(f"{name}:{at}", part)
            for at, part in split_lines(list_solution_lines(cuts, text))]


def find_notebook_secrets(name, changes):
    """The secrets in the cells that the student's notebook has not, or has changed."""
    found = []
    for change in changes:
        cell, role = change.cell, find_role(change.cell)
        place = f"{name}, cell {cell.id}"
        if cell.cell_type != "code":
            lines = list_sentences(cell.source) if role != "given" else []
        elif change.student is None:
            lines = split_lines(enumerate(remove_code_comments(cell.source), 1))
        else:
            lines = split_lines(list_solution_lines(change.cuts, cell.source))
        found += [Secret(f"{place}, line {at}", line) for at, line in lines]
        if role == "answer":
            found += [Secret(place, number) for number in find_telling_numbers(cell.source)]
    return found


def find_guide_secrets(name, text):
    """The secrets in a marking guide: the sentences on each part, and what earns points."""
    found, at = [], 1
    first = text.split("\n## ", 1)[0].count("\n") + 1     # above it nothing is given away
    for paragraph in re.split(r"(\n(?:\n|(?=[|#-])))", text):
        for sentence in SENTENCE_END.split(" ".join(paragraph.split())):
            words = re.sub(r"^\| [\d.]+ \||\|$", "", sentence).strip()
            if at > first and len(words) > LONGEST_PHRASE and not words.startswith("#"):
                found.append(Secret(f"{name}, line {at}", words))
        at += paragraph.count("\n")
    return found


def find_telling_numbers(text):
    """The numbers of three digits or more that no text has by chance: 0.731, 12,345."""
    numbers = {re.sub("[{},_]", "", number) for number in NUMBER.findall(text)}
    return {number for number in numbers if len(number.replace(".", "").strip("0")) >= 3
            and ("." in number or len(number) > 3)}


def split_lines(lines):
    """(number, text) of these lines of code and of the formulas in them, without short ones."""
    found = []
    for at, line in lines:
        line = line.strip()
        found.append((at, line))
        left = LEFT_SIDE.match(line)
        if left and not NAME.fullmatch(line, left.end()):
            found.append((at, line[left.end():]))
    return [(at, part) for at, part in found if len(part) > LONGEST_HARMLESS]


def list_sentences(source):
    """(line number, text) of the lines and of their sentences, without the headings."""
    lines = [(at, line) for at, line in enumerate(source.split("\n"), 1)
             if not line.startswith("#")]
    return [(at, part.strip()) for at, line in lines
            for part in dict.fromkeys([line, *SENTENCE_END.split(line)])
            if len(part.strip()) > LONGEST_HARMLESS]


def check_leaks(folder, secrets):
    """Raise Refused if a secret, or a marker, stands in a text file of the folder."""
    numbers = {secret.text: secret for secret in secrets if NUMBER.fullmatch(secret.text)}
    needles = {squeeze(secret.text): secret for secret in secrets
               if secret.text not in numbers}
    # clean copies last: what stands in one stands in a notebook too, which is then named
    for path in sorted(folder.rglob("*"), key=lambda one: (CLEAN in one.as_posix(), one)):
        if not path.is_file() or "__pycache__" in path.parts:
            continue
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
        name = path.relative_to(folder).as_posix()
        for place, piece in list_pieces(name, text):
            check_lines(place, piece, numbers)
            hay = squeeze(piece)
            for needle, secret in needles.items():
                if needle in hay:
                    refuse_leak(place, find_line_number(piece, hay.index(needle)), secret)


def check_lines(place, text, numbers):
    """Raise Refused if a line of a text holds a marker or one of the numbers."""
    for number, line in enumerate(text.split("\n"), 1):
        if LIKE_A_MARKER.search(line):
            raise Refused(f"{place}:{number}: a marker has been left in the student edition")
        for found in sorted(find_telling_numbers(line) & numbers.keys()):
            refuse_leak(place, number, numbers[found])


def refuse_leak(place, number, secret):
    """Raise Refused: a secret stands in this line of a place."""
    raise Refused(f"{place}:{number}: the student edition shows what stands in {secret.place}: "
                  f"{secret.text!r}")


def find_line_number(text, position):
    """The number of the line that holds a position of the squeezed text."""
    for number, line in enumerate(text.split("\n"), 1):
        position -= len(squeeze(line))
        if position < 0:
            return number
    return 1


def list_pieces(name, text):
    """(place, text) of a file; a notebook also by its cells' texts and metadata."""
    found = [(name, text)]
    if name.endswith(".ipynb"):
        notebook = json.loads(text)
        for cell in notebook.pop("cells"):
            place = f"{name}, cell {cell.get('id')}"
            found.append((place, "".join(cell.pop("source"))))
            found += [(f"{place}, metadata", value) for value in list_strings(cell)]
        found += [(f"{name}, metadata", value) for value in list_strings(notebook)]
    return found


def list_strings(value):
    """All strings in a JSON value, keys as well."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in list_strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in list_strings(part)]
    return []
