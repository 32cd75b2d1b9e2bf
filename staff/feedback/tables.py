"""Tables in CSV files: written so that no spreadsheet runs what stands in them, and read as
spreadsheets leave them."""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from kit.files import Refused, reason, whole_file

LARGEST = 64 * 2**20
LONGEST = 32_000        # letters of a cell: Excel has 32,767
FORMULA = re.compile(r"(^|;)(\s*[=+\-@＝＋－＠])(?!$)")    # ";" divides where the comma is decimal
MADE_HARMLESS = re.compile(r"(^|;)'(\s*[=+\-@＝＋－＠])")
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
WORKBOOK = b"PK\3\4"
MARKS_OF_ORDER = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Table:
    """What stands in a file: a header, rows as [(line in the file, cells)], and how they stand
    there."""

    path: Path
    header: list
    rows: list
    encoding: str
    delimiter: str


def read_table(path):
    """Return the Table in a file; Refused if there is none."""
    path = Path(path)
    try:
        if not path.is_file():
            raise Refused(f"{path} is not a file: give the table's file")
        if path.stat().st_size > LARGEST:
            raise Refused(f"{path} is larger than {LARGEST // 2**20} MB, which no table of a "
                          "course is: give another file")
        content = path.read_bytes()
    except OSError as problem:
        raise Refused(f"{path} cannot be read ({reason(problem)})") from None
    if content.startswith(WORKBOOK):
        raise Refused(f"{path} is an Excel workbook: save it as CSV and give that file")
    encoding = encoding_of(content)
    text = content.decode(encoding, "replace")
    first = re.match(r"sep=(.)\r?\n", text)     # Excel's own first line
    text = text[first.end():] if first else text
    delimiter = first[1] if first else max("\t;,", key=lambda one: len(cells_of(text, one)))
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = [(reader.line_num, row) for row in reader if any(map(str.strip, row))]
    except csv.Error as problem:
        raise Refused(f"{path} cannot be read as a table ({reason(problem)}): save it as CSV "
                      "anew") from None
    if not rows:
        raise Refused(f"{path} holds no table: it is empty")
    return Table(path, [cell.strip() for cell in rows[0][1]], rows[1:], encoding, delimiter)


def encoding_of(content):
    """Return how a file's text is encoded, which Excel and Blackboard do in five ways."""
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


def cells_of(text, delimiter):
    """Return the header's cells, were they divided by this delimiter."""
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def write_table(path, rows, encoding="utf-8-sig", delimiter=",", quote=csv.QUOTE_MINIMAL):
    """Write rows of cells to a file; no text in it is taken for a formula."""
    with whole_file(path) as file:
        text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
        writer = csv.writer(text, delimiter=delimiter, quoting=quote)
        writer.writerows([harmless(cell) for cell in row] for row in rows)
        text.flush()
        text.detach()


def harmless(cell):
    """Return a cell on one line; what a spreadsheet would run gets an apostrophe before it."""
    if cell is None:
        return ""
    text = cell if isinstance(cell, str) else number_text(cell)
    text = "".join(letter if letter.isprintable() else " " if letter.isspace() else "\ufffd"
                   for letter in text[:LONGEST])
    return text if NUMBER.fullmatch(text) else FORMULA.sub(r"\1'\2", text)


def plain(text):
    """Return what `harmless` was given, but for line breaks."""
    return MADE_HARMLESS.sub(r"\1\2", " ".join(text.split())).strip()


def number_text(value):
    """Return points as text, without digits that say nothing: 7, 7.5."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
