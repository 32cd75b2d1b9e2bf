"""The gradebook as Blackboard or Canvas exports it: who is in the course, and a column to fill."""

import csv
import re
import unicodedata
from collections import Counter
from pathlib import Path

from kit.files import Refused, one_line
from staff.feedback.tables import NUMBER, read_table, write_table

# Of students, by the names that the two give these columns
IDENTITIES = ("username", "student id", "id", "sis user id", "sis login id", "integration id")
BLACKBOARD = re.compile(r"^(?P<title>.*?)\s*\[Total Pts: [^]]*\](\s*\|\d+)?$")
CANVAS = re.compile(r"^(?P<title>.*?)\s*\(\d+\)$")


class Roster:
    """An exported gradebook.

    kind:  "blackboard" or "canvas"; rows: the students, as lists of cells.
    above: Canvas's rows between header and students, such as the points possible.
    """

    def __init__(self, path):
        self.table = read_table(path)
        self.names = [name.strip("\ufeff").lower() for name in self.table.header]
        self.kind = kind_of(self.names, path)
        width = len(self.names)
        rows = [(cells + [""] * width)[:width] for _, cells in self.table.rows]
        self.above = [row for row in rows if self.kind == "canvas" and is_above(row)]
        self.rows = [row for row in rows if not any(row is other for other in self.above)]
        self.by_id, self.by_name = {}, {}
        for number, row in enumerate(self.rows):
            for key in self.identities(row):
                self.by_id.setdefault(key, set()).add(number)
            for key in self.spellings(row):
                self.by_name.setdefault(key, set()).add(number)

    def cell(self, row, name):
        """Return the cell of a row in the column of this name; empty without that column."""
        return row[self.names.index(name)].strip() if name in self.names else ""

    def identities(self, row):
        """Return what a student may be called in a file's name."""
        found = {self.cell(row, name).casefold() for name in IDENTITIES}
        return (found | {one.partition("@")[0] for one in found}) - {""}

    def name(self, number):
        """Return a student's name, the first name first."""
        row = self.rows[number]
        if "student" in self.names:
            last, _, first = self.cell(row, "student").partition(",")
        else:
            first = self.cell(row, "first name") or self.cell(row, "firstname")
            last = self.cell(row, "last name") or self.cell(row, "lastname")
        return f"{first.strip()} {last.strip()}".strip()

    def student(self, number):
        """Return a student's user name."""
        row = self.rows[number]
        return next(filter(None, (self.cell(row, name) for name in
                                  ("username", "sis login id", "student id", "sis user id",
                                   "id"))), "")

    def spellings(self, row):
        """Return the ways a student's name may be written: words in any order, or run together."""
        words = words_of(self.name_of_row(row))
        return {"".join(sorted(words)), "".join(words), "".join([*words[-1:], *words[:-1]])} - {""}

    def name_of_row(self, row):
        """Return the name in a row, as it stands there."""
        return " ".join(self.cell(row, name) for name in
                        ("student", "first name", "firstname", "last name", "lastname"))

    def find(self, student, name=""):
        """Return the number of a student's row, by user name or number, else by name; or None."""
        candidates = [self.by_id.get(student.casefold(), set())] if student else []
        for text in filter(None, (name, student)):
            candidates += [self.by_name.get("".join(sorted(words_of(text))), set()),
                           self.by_name.get("".join(words_of(text)), set())]
        return next((min(found) for found in candidates if len(found) == 1), None)

    # ------------------------------------------------------------------------ the column to fill

    def titles(self):
        """Return {number of a column that holds grades: its title}."""
        pattern = BLACKBOARD if self.kind == "blackboard" else CANVAS
        matches = ((number, pattern.match(name)) for number, name in enumerate(self.table.header))
        return {number: match["title"] for number, match in matches if match}

    def column(self, asked, sources):
        """Return the number of the column to fill, by its name or that of the downloaded files.

        Refused if none or several are meant.
        """
        titles = self.titles()
        if asked:
            meant = [number for number, name in enumerate(self.table.header)
                     if asked.casefold() in (name.casefold(), titles.get(number, "").casefold())]
        else:
            files = [Path(source).name for source in sources]
            votes = Counter(number for number, title in titles.items() for file in files
                            if title and file.startswith((f"{title}_", f"gradebook_{title}_")))
            meant = [number for number, _ in votes.most_common(1)] or list(titles)
        if len(meant) == 1:
            return meant[0]
        named = ", ".join(f'"{one_line(title, 60)}"' for title in titles.values()) or "none"
        raise Refused(f"{self.table.path} has {'more than one' if meant else 'no'} column that "
                      f"can be meant: give one by --column; its columns with grades: {named}")

    def fill(self, path, column, grades):
        """Write the gradebook to path, as it was but for the grades, {number of a row: text}."""
        rows = [[*row] for row in self.rows]
        comma = self.has_decimal_commas()
        for number, grade in grades.items():
            rows[number][column] = grade.replace(".", ",") if comma else grade
        quote = csv.QUOTE_ALL if self.kind == "blackboard" else csv.QUOTE_MINIMAL
        write_table(path, [self.table.header, *self.above, *rows], self.table.encoding,
                    self.table.delimiter, quote)

    def has_decimal_commas(self):
        """Return whether numbers are written as in 7,5."""
        return self.table.delimiter == ";" and not any(
            NUMBER.fullmatch(cell) and "." in cell for row in self.above + self.rows
            for cell in row)


def kind_of(names, path):
    """Return whose export has this header; Refused if it is neither's."""
    if "username" in names and "last name" in names:
        return "blackboard"
    if "id" in names and "section" in names and ("student" in names or "lastname" in names):
        return "canvas"
    raise Refused(f"{path} is no gradebook that Blackboard exports (columns Last Name, First "
                  "Name, Username) or Canvas (Student, ID, Section): export the gradebook and "
                  "give that file")


def is_above(row):
    """Return whether a row of Canvas's is none of a student."""
    return "points possible" in row[0].lower() or not any(cell.strip() for cell in row[:3])


def words_of(text):
    """Return the words of a name, without accents, case and punctuation."""
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", text)
