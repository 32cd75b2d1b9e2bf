"""Reads and writes tables as CSV files.

A cell is written so that no spreadsheet takes it for a formula. Tables are read in the encodings
and with the delimiters that spreadsheets use.
"""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from kit.files import Refused, explain, write_whole

LARGEST = 64 * 2**20
LONGEST = 32_000        # letters of a cell: Excel has 32,767
FORMULA = re.compile(r"(^|;)(\s*[=+\-@＝＋－＠])(?!$)")    # ";" is a delimiter too
MADE_HARMLESS = re.compile(r"(^|;)'(\s*[=+\-@＝＋－＠])")
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
WORKBOOK = b"PK\3\4"
MARKS_OF_ORDER = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Table:
    """The table in a file."""

    path: Path
    header: list
    rows: list          # of (line in the file, cells)
    encoding: str
    delimiter: str

    @property
    def names(self):
        """The header in small letters."""
        return [name.strip("\ufeff").strip().casefold() for name in self.header]

    def read_rows(self):
        """Yield (line in the file, {column: cell}). The first column of a name counts."""
        names = self.names
        places = {name: names.index(name) for name in names}
        for line, cells in self.rows:
            cells = [restore_cell(cell) for cell in cells] + [""] * len(self.header)
            yield line, {name: cells[at] for name, at in places.items()}


def read_table(path):
    """The Table in a file; Refused if it holds none."""
    path = Path(path)
    try:
        if not path.is_file():
            raise Refused(f"{path} is not a file: give the CSV file of a table")
        if path.stat().st_size > LARGEST:
            raise Refused(f"{path} is larger than {LARGEST // 2**20} MB, so it is not a course's "
                          "table: give another file")
        content = path.read_bytes()
    except OSError as problem:
        raise Refused(f"{path} cannot be read ({explain(problem)})") from None
    if content.startswith(WORKBOOK):
        raise Refused(f"{path} is an Excel workbook: save it as CSV and give that file")
    encoding = find_encoding(content)
    text = content.decode(encoding, "replace")
    first = re.match(r"sep=(.)\r?\n", text)     # Excel's own first line
    text = text[first.end():] if first else text
    delimiter = first[1] if first else max("\t;,", key=lambda one: len(split_header(text, one)))
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = [(reader.line_num, row) for row in reader if any(map(str.strip, row))]
    except csv.Error as problem:
        raise Refused(f"{path} cannot be read as a table ({explain(problem)}): save it as CSV "
                      "again") from None
    if not rows:
        raise Refused(f"{path} holds no table: it is empty")
    return Table(path, [cell.strip() for cell in rows[0][1]], rows[1:], encoding, delimiter)


def find_encoding(content):
    """The encoding of a file: one of the five that Excel and Blackboard use."""
    for mark, encoding in MARKS_OF_ORDER.items():
        if content.startswith(mark):
            return encoding
    if b"\0" in content[:200]:
        return "utf-16-be" if content[0] == 0 else "utf-16-le"
    try:
        content.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        return "cp1252"


def split_header(text, delimiter):
    """The cells of the first line, if this is the delimiter."""
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def write_table(path, rows, encoding="utf-8-sig", delimiter=",", quote=csv.QUOTE_MINIMAL):
    """Write rows of cells to a file. No spreadsheet takes a cell for a formula."""
    with write_whole(path) as file:
        text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
        writer = csv.writer(text, delimiter=delimiter, quoting=quote)
        writer.writerows([make_harmless(cell) for cell in row] for row in rows)
        text.flush()
        text.detach()


def make_harmless(cell):
    """A cell on one line, with an apostrophe before anything that could be a formula."""
    if cell is None:
        return ""
    text = cell if isinstance(cell, str) else format_points(cell)
    text = "".join(letter if letter.isprintable() else " " if letter.isspace() else "\ufffd"
                   for letter in text[:LONGEST])
    return text if NUMBER.fullmatch(text) else FORMULA.sub(r"\1'\2", text)


def restore_cell(text):
    """A cell without such apostrophes and without line breaks."""
    return MADE_HARMLESS.sub(r"\1\2", " ".join(text.split())).strip()


def format_points(value):
    """Points as text, without zeros at the end: 7, 7.5."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
