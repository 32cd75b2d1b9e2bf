"""The gradebook that a platform has exported: the students, and a column to fill.

Moodle's is the grading worksheet of the assignment.
"""

import csv
import re
from collections import Counter
from pathlib import Path

from kit.files import Refused, shorten
from staff.csv_tables import NUMBER, read_table, write_table
from staff.students import split_name

# the columns that identify a student
IDENTITIES = ("username", "student id", "id", "sis user id", "sis login id", "integration id")
BLACKBOARD = re.compile(r"^(?P<title>.*?)\s*\[Total Pts: [^]]*\](\s*\|\d+)?$")
CANVAS = re.compile(r"^(?P<title>.*?)\s*\(\d+\)$")


class Roster:
    """An exported gradebook.

    kind:  "blackboard", "canvas" or "moodle".
    rows:  the cells of each student.
    above: the cells of Canvas's rows above the students, such as the points possible.
    """

    def __init__(self, path):
        self.table = read_table(path)
        self.names = self.table.names
        self.kind = find_kind(self.names, path)
        width = len(self.names)
        rows = [(cells + [""] * width)[:width] for _, cells in self.table.rows]
        self.above = [row for row in rows if self.kind == "canvas" and is_above(row)]
        self.rows = [row for row in rows if not any(row is other for other in self.above)]
        self.by_id, self.by_name = {}, {}
        for number, row in enumerate(self.rows):
            for key in self.list_identities(row):
                self.by_id.setdefault(key, set()).add(number)
            for key in self.list_spellings(row):
                self.by_name.setdefault(key, set()).add(number)

    def read_cell(self, row, name):
        """The cell of a row in the column of this name; "" if there is no such column."""
        return row[self.names.index(name)].strip() if name in self.names else ""

    def list_identities(self, row):
        """The names and numbers by which a file's name may call a student."""
        if self.kind == "moodle":       # a student's own number may be another's number there
            return {*re.findall(r"\d+$", self.read_cell(row, "identifier"))}
        found = {self.read_cell(row, name).casefold() for name in IDENTITIES}
        return (found | {one.partition("@")[0] for one in found}) - {""}

    def read_name(self, number):
        """The name of a student, the first name first."""
        row = self.rows[number]
        if self.kind == "moodle":
            return self.read_cell(row, "full name")
        if "student" in self.names:
            last, _, first = self.read_cell(row, "student").partition(",")
        else:
            first = self.read_cell(row, "first name") or self.read_cell(row, "firstname")
            last = self.read_cell(row, "last name") or self.read_cell(row, "lastname")
        return f"{first.strip()} {last.strip()}".strip()

    def read_student(self, number):
        """The user name or number of a student."""
        row = self.rows[number]
        if self.kind == "moodle":
            return next(iter(self.list_identities(row)), "")
        return next(filter(None, (self.read_cell(row, name) for name in
                                  ("username", "sis login id", "student id", "sis user id",
                                   "id"))), "")

    def list_spellings(self, row):
        """The ways to write a student's name: the words in any order, or joined."""
        words = split_name(self.join_name(row))
        return {"".join(sorted(words)), "".join(words), "".join([*words[-1:], *words[:-1]])} - {""}

    def join_name(self, row):
        """The name in a row, as it is written there."""
        return " ".join(self.read_cell(row, name) for name in (
            "student", "full name", "first name", "firstname", "last name", "lastname"))

    def find(self, student, name=""):
        """The number of a student's row, found by user name, number or name; or None."""
        candidates = [self.by_id.get(student.casefold(), set())] if student else []
        for text in filter(None, (name, student)):
            candidates += [self.by_name.get("".join(sorted(split_name(text))), set()),
                           self.by_name.get("".join(split_name(text)), set())]
        return next((min(found) for found in candidates if len(found) == 1), None)

    # ------------------------------------------------------------------------ the column to fill

    def list_titles(self):
        """{number: title} of the columns that hold grades."""
        pattern = BLACKBOARD if self.kind == "blackboard" else CANVAS
        matches = ((number, pattern.match(name)) for number, name in enumerate(self.table.header))
        return {number: match["title"] for number, match in matches if match}

    def check_maximum(self, points):
        """Refuse a worksheet of Moodle's in which an assignment has other points than these."""
        for row in self.rows if self.kind == "moodle" else ():
            cell = self.read_cell(row, "maximum grade")
            if NUMBER.fullmatch(cell) and float(cell.replace(",", ".")) != points:
                raise Refused(f"{self.table.path} has a maximum grade of {cell}, and the "
                              f"assignment has {points} points: change the maximum in Moodle, "
                              "and download the worksheet again")

    def find_column(self, asked, sources):
        """The number of the column to fill, by its name or the names of the downloaded files.

        Refused if no column fits, or several.
        """
        if self.kind == "moodle":
            return self.names.index("grade")
        titles = self.list_titles()
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
        named = ", ".join(f'"{shorten(title, 60)}"' for title in titles.values()) or "none"
        raise Refused(f"{self.table.path} has {'several columns' if meant else 'no column'} that "
                      f"could be filled: give one with --column; the columns with grades are "
                      f"{named}")

    def fill(self, path, column, grades):
        """Write a copy of the gradebook to path, with {number of a row: grade} in a column."""
        rows = [[*row] for row in self.rows]
        comma = self.has_decimal_commas()
        for number, grade in grades.items():
            rows[number][column] = grade.replace(".", ",") if comma else grade
        quote = csv.QUOTE_ALL if self.kind == "blackboard" else csv.QUOTE_MINIMAL
        write_table(path, [self.table.header, *self.above, *rows], self.table.encoding,
                    self.table.delimiter, quote)

    def has_decimal_commas(self):
        """Whether decimals have a comma, as in 7,5."""
        return self.table.delimiter == ";" and not any(
            NUMBER.fullmatch(cell) and "." in cell for row in self.above + self.rows
            for cell in row)


def find_kind(names, path):
    """The kind of an export, by its header; Refused if it is none of them."""
    if "username" in names and "last name" in names:
        return "blackboard"
    if "id" in names and "section" in names and ("student" in names or "lastname" in names):
        return "canvas"
    if {"identifier", "grade", "last modified (grade)"} <= {*names}:
        return "moodle"
    raise Refused(f"{path} was not exported by Blackboard (columns Last Name, First Name, "
                  "Username), by Canvas (Student, ID, Section) or by Moodle (Identifier, Grade, "
                  "Last modified (grade)): export the gradebook, or Moodle's grading worksheet, "
                  "and give that file")


def is_above(row):
    """Whether a row of Canvas's does not belong to a student."""
    return "points possible" in row[0].lower() or not any(cell.strip() for cell in row[:3])
