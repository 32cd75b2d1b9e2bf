"""The record of a grading: one SQLite file, OUT/record.sqlite.

Only this module and marks.py write it, for `staff grade` and `staff mark`. Both may run at once:
each transaction is short. Much of the text in it is a student's: check it before you print it.
"""

import contextlib
import hashlib
import json
import re
import sqlite3
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from kit.definition import load_assignment
from kit.files import Refused, explain
from staff import marks

FILE = "record.sqlite"
FORMAT = 4
WAIT = 30                   # seconds for the other process to end its transaction
NOT_DONE = "not done"       # the kind of a finding that says why a stage could not be done
DOUBT = "doubt"             # that of one about a claim of which the files show no sign
UNREADABLE = "unreadable"   # that of one about a notebook that cannot be read
LOOK = "to be looked at: "     # begins a note on a hand-in that a person is to read
OPEN = "open"               # the state of a check that could not reach the code
SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS submissions (
    key TEXT PRIMARY KEY, student TEXT, source TEXT, name TEXT, attempt TEXT, sha256 TEXT,
    layout TEXT, members TEXT, partners TEXT, notes TEXT, late INTEGER, refused TEXT,
    superseded TEXT, platform TEXT, file TEXT, handed_in TEXT, made TEXT);
CREATE TABLE IF NOT EXISTS results (
    key TEXT, check_id TEXT, subtask TEXT, part TEXT, title TEXT, remark INTEGER, state TEXT,
    words TEXT, shown TEXT, seed INTEGER, fingerprint TEXT, sandbox TEXT, versions TEXT,
    seconds REAL, PRIMARY KEY (key, check_id));
CREATE TABLE IF NOT EXISTS findings (       -- of a submission, notebook by notebook or as a whole
    key TEXT, stage TEXT, notebook TEXT, cell INTEGER, kind TEXT, words TEXT);
CREATE TABLE IF NOT EXISTS answers (        -- these and figures also hold what was marked and
                                            -- is gone; the key is then its hash, see marks.py
    key TEXT, subtask TEXT, text TEXT, PRIMARY KEY (key, subtask));
CREATE TABLE IF NOT EXISTS figures (
    key TEXT, subtask TEXT, notebook TEXT, cell INTEGER, number INTEGER,
    pixels TEXT, png BLOB);
CREATE INDEX IF NOT EXISTS figures_of ON figures (key, subtask);
CREATE TABLE IF NOT EXISTS numbers (
    key TEXT, subtask TEXT, name TEXT, reported TEXT, own TEXT, agrees INTEGER,
    PRIMARY KEY (key, subtask, name));
CREATE TABLE IF NOT EXISTS stages (         -- what has been done with a submission, and of which
    key TEXT, stage TEXT, sha256 TEXT, fingerprint TEXT, PRIMARY KEY (key, stage));
CREATE TABLE IF NOT EXISTS alike (
    key TEXT, other TEXT, what TEXT, PRIMARY KEY (key, other));
CREATE TABLE IF NOT EXISTS typeset (name TEXT PRIMARY KEY, html TEXT);     -- see typeset.py
CREATE TABLE IF NOT EXISTS alike_texts (    -- of both, in JSON: see passages.list_lines
    key TEXT, other TEXT, texts TEXT, PRIMARY KEY (key, other));
CREATE TABLE IF NOT EXISTS changes (        -- of points by code, by a recheck; subtask or "total"
    recheck INTEGER, key TEXT, subtask TEXT, before REAL, after REAL,
    PRIMARY KEY (recheck, key, subtask));
"""


@dataclass(frozen=True)
class Submission:
    """One attempt of one student or group. Its clean copy is in OUT/submissions/KEY."""

    key: str                # its name in the record and in the output folder
    student: str            # the user name or number in the file's name, or that name itself
    source: str             # its path in SUBMISSIONS, with forward slashes
    name: str = ""          # the student's name for people, if it is known
    attempt: str = ""       # which attempt it is, as text that sorts by time
    sha256: str = ""        # of the names and contents of the clean copy; empty if refused
    layout: str = ""        # the name of its layout; empty if refused
    members: tuple = ()     # the names of the group, from its manifest or report.toml
    partners: tuple = ()    # (user name or number, name) of students with the same submission
    notes: tuple = ()       # sentences about the hand-in
    late: bool = False      # whether the platform says that it was late
    refused: str = ""       # why it was refused, in one sentence; empty if it was not
    superseded: str = ""    # the key of the attempt that counts instead; empty if this one counts
    platform: str = ""      # whose names the download has: "Canvas"; empty if no platform's
    file: str = ""          # the end of a file's name there, by which the platform knows it again
    handed_in: str = ""     # the time in UTC that the platform tells; empty if it tells none
    made: str = ""          # the time in the hand-in's own manifest: shown, and no evidence

    @property
    def counts(self):
        """Whether it is to be graded."""
        return not self.refused and not self.superseded


LISTS = ("members", "partners", "notes")        # of a Submission


def read_submission(row):
    """The Submission in a row."""
    values = {field.name: row[field.name] for field in fields(Submission)}
    lists = {name: tuple(json.loads(values[name])) for name in LISTS}
    lists["partners"] = tuple(map(tuple, lists["partners"]))
    return Submission(**values | lists | {"late": bool(values["late"])})


def make_key(student, source):
    """The key of a submission: the same each time, and a safe name for a folder."""
    safe = re.sub(r"[^a-z0-9]+", "-", student.lower()).strip("-")[:40] or "student"
    return f"{safe}-{hashlib.sha256(source.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


@dataclass(frozen=True)
class Result:
    """The result of one check of one submission."""

    check_id: str
    subtask: str
    part: str
    title: str
    remark: bool
    state: str              # as kit.check has it, or OPEN
    words: str = ""         # for the teacher, measured on the hidden inputs
    shown: str = ""         # for the student, measured on the published inputs
    seed: int = 0           # of the hidden inputs
    fingerprint: str = ""   # of the check's code
    sandbox: str = ""       # the sandbox's name, or "UNSANDBOXED"
    versions: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Finding:
    """Something noticed in a submission, apart from its checks."""

    stage: str              # "code", "reading" or "notebooks"
    kind: str               # a word to count by, such as "error" or "note"
    words: str
    notebook: str = ""      # the notebook's name, if it was noticed in one
    cell: int = 0           # the cell's number from 1, if it was noticed in one

    @property
    def sentence(self):
        """It in words, with its place."""
        place = self.notebook and (f"{self.notebook}, cell {self.cell}: " if self.cell
                                   else f"{self.notebook}: ")
        return place + self.words


class Record(marks.MarksOfRecord):
    """The record in a file. The file is made if it is missing."""

    def __init__(self, path):
        self.path = path
        if Path(path).is_symlink():
            raise Refused(f"{path} is a link, and a record is not written through one: put the "
                          "record itself there, or give another output folder")
        try:
            self.connection = sqlite3.connect(path, timeout=WAIT, isolation_level=None)
            self.connection.row_factory = sqlite3.Row
            self.connection.execute("PRAGMA synchronous = FULL")
            self.connection.executescript(SCHEMA + marks.SCHEMA)
        except sqlite3.Error as problem:
            raise Refused(f"{path} cannot be read as a record of grades ({explain(problem)}): "
                          "give another output folder") from None
        found = self.read_setting("format", FORMAT)
        if found != FORMAT:
            raise Refused(f"{path} was written by another version (format {found}, expected "
                          f"{FORMAT}): give another output folder")
        self.write_setting("format", FORMAT)

    def __enter__(self):
        return self

    def __exit__(self, kind, problem, trace):
        self.connection.close()
        if isinstance(problem, sqlite3.Error):
            raise Refused(f"{self.path} cannot be read or written ({explain(problem)}): look "
                          "whether it is there, free some space, and end other programs that use "
                          "it") from None

    @contextlib.contextmanager
    def transaction(self):
        """Write everything inside, or nothing if it fails."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
        except BaseException:
            if self.connection.in_transaction:      # a full disk has ended it
                self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def insert(self, table, row):
        """Insert a row, in place of one with the same key."""
        names, places = ", ".join(row), ", ".join("?" * len(row))
        self.connection.execute(f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({places})",
                                tuple(row.values()))

    def query(self, sql, *values):
        """The rows of a query."""
        return self.connection.execute(sql, values).fetchall()

    def read_setting(self, name, default=None):
        """A setting: a value that JSON can hold."""
        rows = self.query("SELECT value FROM settings WHERE name = ?", name)
        return json.loads(rows[0]["value"]) if rows else default

    def write_setting(self, name, value):
        """Keep a setting."""
        self.insert("settings", {"name": name, "value": json.dumps(value)})

    # ---------------------------------------------------------------------------- submissions

    def put_submissions(self, submissions):
        """Keep these submissions and no others. The results of a changed one are deleted."""
        known = {one.key: one for one in self.list_submissions()}
        with self.transaction():
            for key in known.keys() - {one.key for one in submissions}:
                self.forget(key)
                self.connection.execute("DELETE FROM submissions WHERE key = ?", (key,))
            for one in submissions:
                if one.key in known and known[one.key].sha256 != one.sha256:
                    self.forget(one.key)
                row = asdict(one) | {name: json.dumps(getattr(one, name)) for name in LISTS}
                self.insert("submissions", row)

    def forget(self, key):
        """Delete everything that was computed from a submission; the marks by hand stay."""
        self.keep_marked_of(key)
        for table in ("results", "findings", "answers", "figures", "numbers", "stages", "alike",
                      "alike_texts"):
            self.connection.execute(f"DELETE FROM {table} WHERE key = ?", (key,))

    def list_submissions(self):
        """All submissions, in the order of their students."""
        return [read_submission(row) for row in
                self.query("SELECT * FROM submissions ORDER BY student, attempt, key")]

    # -------------------------------------------------------------------------------- results

    def put_results(self, submission, results, findings, fingerprint, changes=()):
        """Keep all results of a submission's code, in place of the old ones.

        changes: rows of the table of changes, after a recheck.
        """
        with self.transaction() as connection:
            connection.execute("DELETE FROM results WHERE key = ?", (submission.key,))
            for result in results:
                self.insert("results", {"key": submission.key, **asdict(result)})
            for row in changes:
                self.insert("changes", row)
            self.put_findings(submission, "code", findings, fingerprint)

    def put_findings(self, submission, stage, findings, fingerprint):
        """Keep the findings of a stage, and that it is done. Call it inside a transaction."""
        self.connection.execute("DELETE FROM findings WHERE key = ? AND stage = ?",
                                (submission.key, stage))
        for finding in findings:
            self.insert("findings", {"key": submission.key, **asdict(finding)})
        self.insert("stages", {"key": submission.key, "stage": stage,
                               "sha256": submission.sha256, "fingerprint": fingerprint})

    def put_failure(self, submission, stage, words):
        """Keep why a stage could not be done. The next grading tries it again."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM findings WHERE key = ? AND stage = ? AND kind = ?",
                               (submission.key, stage, NOT_DONE))
            self.insert("findings",
                        {"key": submission.key, **asdict(Finding(stage, NOT_DONE, words))})

    def put_reading(self, submission, reading, numbers, fingerprint):
        """Keep the Reading of a submission's notebooks, in place of the old one.

        numbers: rows (subtask, name, reported, own, agrees).
        """
        key, names = submission.key, ("subtask", "name", "reported", "own", "agrees")
        with self.transaction() as connection:
            self.keep_marked_of(key)
            for table in ("answers", "figures", "numbers"):
                connection.execute(f"DELETE FROM {table} WHERE key = ?", (key,))
            for subtask, text in reading.answers.items():
                self.insert("answers", {"key": key, "subtask": subtask, "text": text})
            for figure in reading.figures:
                self.insert("figures", {"key": key, **asdict(figure)})
            for row in numbers:
                self.insert("numbers", {"key": key, **dict(zip(names, row))})
            self.put_findings(submission, "reading", reading.findings, fingerprint)

    def put_alike(self, pairs):
        """Keep which submissions are alike, as alike.Pairs, in place of the old ones."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM alike")
            connection.execute("DELETE FROM alike_texts")
            for one in pairs:
                where = {"key": one.key, "other": one.other}
                self.insert("alike", where | {"what": one.words})
                self.insert("alike_texts", where | {"texts": json.dumps(one.lines)})

    def list_done(self, stage):
        """{key: (sha256, fingerprint)} of the submissions for which a stage is done."""
        return {row["key"]: (row["sha256"], row["fingerprint"])
                for row in self.query("SELECT * FROM stages WHERE stage = ?", stage)}

    def list_results(self, key):
        """The Results of a submission."""
        names = [field.name for field in fields(Result)]
        return [Result(**{name: row[name] for name in names} | {"remark": bool(row["remark"])})
                for row in self.query("SELECT * FROM results WHERE key = ? ORDER BY rowid", key)]

    def list_findings(self, key):
        """The Findings of a submission."""
        names = [field.name for field in fields(Finding)]
        return [Finding(**{name: row[name] for name in names})
                for row in self.query("SELECT * FROM findings WHERE key = ? ORDER BY rowid", key)]

    def list_answers(self, key):
        """{subtask: the answer in the submission's notebooks}."""
        return {row["subtask"]: row["text"] or "" for row in
                self.query("SELECT subtask, text FROM answers WHERE key = ?", key)}

    def list_typeset(self, names):
        """{name: HTML} of the answers that have been typeset; see typeset.py."""
        rows = (self.query("SELECT html FROM typeset WHERE name = ?", name) for name in names)
        return {name: found[0]["html"] for name, found in zip(names, rows) if found}

    def put_typeset(self, made):
        """Keep {name: HTML} of answers that were typeset."""
        if made:
            with self.transaction():
                for name, html in made.items():
                    self.insert("typeset", {"name": name, "html": html})


def find_grades(given=None):
    """The output folder of a grading: the one given, or build/grades of the assignment."""
    return given or load_assignment().folder / "build" / "grades"


def holds_record(out):
    """Whether a folder holds a record. An empty file is none: it may be the rest of one."""
    path = Path(out) / FILE
    return path.is_file() and path.stat().st_size > 0


def open_record(out):
    """The Record in a grading's folder; Refused if it holds none."""
    if not holds_record(out):
        raise Refused(f"{out} holds no {FILE}, or an empty one: give the output folder of `python "
                      "-m staff grade`")
    return Record(Path(out) / FILE)
