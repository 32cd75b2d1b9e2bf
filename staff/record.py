"""The record of a grading: one SQLite file, OUT/record.sqlite. Only the parent writes it.

Whatever is asked of it comes back as plain rows; nothing in it is trusted to be printable, since
much of it is a student's.
"""

import contextlib
import hashlib
import json
import re
import sqlite3
from dataclasses import asdict, dataclass, fields

from kit.files import Refused, reason

FILE = "record.sqlite"
FORMAT = 1
NOT_DONE = "not done"       # the kind of a finding that tells why a stage could not be done
SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS submissions (
    key TEXT PRIMARY KEY, student TEXT, source TEXT, name TEXT, attempt TEXT, sha256 TEXT,
    layout TEXT, members TEXT, notes TEXT, refused TEXT, superseded TEXT);
CREATE TABLE IF NOT EXISTS results (
    key TEXT, check_id TEXT, subtask TEXT, part TEXT, title TEXT, remark INTEGER, state TEXT,
    words TEXT, shown TEXT, seed INTEGER, fingerprint TEXT, sandbox TEXT, versions TEXT,
    seconds REAL, PRIMARY KEY (key, check_id));
CREATE TABLE IF NOT EXISTS findings (       -- of a submission, notebook by notebook or as a whole
    key TEXT, stage TEXT, notebook TEXT, cell INTEGER, kind TEXT, words TEXT);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT, subtask TEXT, text TEXT, PRIMARY KEY (key, subtask));
CREATE TABLE IF NOT EXISTS figures (
    key TEXT, subtask TEXT, notebook TEXT, cell INTEGER, number INTEGER, png BLOB);
CREATE TABLE IF NOT EXISTS numbers (
    key TEXT, subtask TEXT, name TEXT, reported TEXT, own TEXT, agrees INTEGER,
    PRIMARY KEY (key, subtask, name));
CREATE TABLE IF NOT EXISTS stages (         -- what has been done with a submission, and of which
    key TEXT, stage TEXT, sha256 TEXT, fingerprint TEXT, PRIMARY KEY (key, stage));
CREATE TABLE IF NOT EXISTS marks (
    key TEXT, subtask TEXT, part TEXT, points REAL, comment TEXT,
    PRIMARY KEY (key, subtask, part));
CREATE TABLE IF NOT EXISTS alike (
    key TEXT, other TEXT, what TEXT, PRIMARY KEY (key, other));
CREATE TABLE IF NOT EXISTS changes (        -- of points by code, by a recheck; subtask or "total"
    recheck INTEGER, key TEXT, subtask TEXT, before REAL, after REAL,
    PRIMARY KEY (recheck, key, subtask));
"""


@dataclass(frozen=True)
class Submission:
    """One attempt of one student or group; its clean copy stands in OUT/submissions/KEY.

    key:        its name in the record and in the output folder.
    student:    the user name or number that the file's name carries, or that name itself.
    name:       the student's name for people, if it is known.
    source:     where it lies in SUBMISSIONS, with forward slashes.
    attempt:    which attempt it is, as text that sorts by time.
    sha256:     over the names and contents of the clean copy; empty if it was refused.
    layout:     the name of its layout; empty if it was refused.
    members:    the names of the group, as its manifest or report.toml gives them.
    notes:      sentences on what was found on the way in.
    refused:    why it was not taken, in one sentence; empty if it was.
    superseded: the key of the attempt that counts instead; empty if it counts itself.
    """

    key: str
    student: str
    source: str
    name: str = ""
    attempt: str = ""
    sha256: str = ""
    layout: str = ""
    members: tuple = ()
    notes: tuple = ()
    refused: str = ""
    superseded: str = ""

    @property
    def counts(self):
        """Whether it is to be marked."""
        return not self.refused and not self.superseded


def key_of(student, source):
    """Return the key of a submission: the same each time, and a safe name for a folder."""
    safe = re.sub(r"[^a-z0-9]+", "-", student.lower()).strip("-")[:40] or "student"
    return f"{safe}-{hashlib.sha256(source.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


@dataclass(frozen=True)
class Result:
    """What came of one check of one submission.

    words: for the teacher, from fresh inputs; shown: for the student, from published inputs.
    seed:  of the inputs; fingerprint: of the check's code; sandbox: its name, or "UNSANDBOXED".
    """

    check_id: str
    subtask: str
    part: str
    title: str
    remark: bool
    state: str
    words: str = ""
    shown: str = ""
    seed: int = 0
    fingerprint: str = ""
    sandbox: str = ""
    versions: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Finding:
    """What was found in a submission, beside its checks.

    stage:    "code" or "notebooks"; kind: a word to count by, such as "error" or "moved".
    notebook: its name, and cell: the number of its cell from 1, if it was found there.
    """

    stage: str
    kind: str
    words: str
    notebook: str = ""
    cell: int = 0


class Record:
    """The record in a file, which is made if it is not there."""

    def __init__(self, path):
        try:
            self.connection = sqlite3.connect(path, isolation_level=None)
            self.connection.row_factory = sqlite3.Row
            self.connection.execute("PRAGMA synchronous = FULL")
            self.connection.executescript(SCHEMA)
        except sqlite3.Error as problem:
            raise Refused(f"{path} cannot be read as a record of grades ({reason(problem)}): "
                          "give another output folder") from None
        found = self.setting("format", FORMAT)
        if found != FORMAT:
            raise Refused(f"{path} was written by another version (format {found}, expected "
                          f"{FORMAT}): give another output folder")
        self.set_setting("format", FORMAT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    @contextlib.contextmanager
    def transaction(self):
        """Let what is written inside appear whole, or not at all."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def rows(self, sql, *values):
        """Return the rows of a query."""
        return self.connection.execute(sql, values).fetchall()

    # ------------------------------------------------------------------------------- settings

    def setting(self, name, default=None):
        """Return a setting, which is a plain value."""
        rows = self.rows("SELECT value FROM settings WHERE name = ?", name)
        return json.loads(rows[0]["value"]) if rows else default

    def set_setting(self, name, value):
        """Keep a setting."""
        self.connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)",
                                (name, json.dumps(value)))

    # ---------------------------------------------------------------------------- submissions

    def put_submissions(self, submissions):
        """Let these be the submissions; what is known of one that is gone or changed, goes."""
        known = {one.key: one for one in self.submissions()}
        with self.transaction():
            for key in known.keys() - {one.key for one in submissions}:
                self.forget(key)
                self.connection.execute("DELETE FROM submissions WHERE key = ?", (key,))
            for one in submissions:
                if one.key in known and known[one.key].sha256 != one.sha256:
                    self.forget(one.key)
                row = asdict(one) | {"members": json.dumps(one.members),
                                     "notes": json.dumps(one.notes)}
                insert(self.connection, "submissions", row)

    def forget(self, key):
        """Delete what was computed of a submission; the marks given by hand stay."""
        for table in ("results", "findings", "answers", "figures", "numbers", "stages", "alike"):
            self.connection.execute(f"DELETE FROM {table} WHERE key = ?", (key,))

    def submissions(self):
        """Return all submissions, in the order of their students."""
        names = [field.name for field in fields(Submission)]
        return [Submission(**{name: tuple(json.loads(row[name])) if name in ("members", "notes")
                              else row[name] for name in names})
                for row in self.rows("SELECT * FROM submissions ORDER BY student, attempt, key")]

    # -------------------------------------------------------------------------------- results

    def put_marking(self, submission, results, findings, fingerprint, changes=()):
        """Keep all results of a submission's code, in place of those that were known.

        changes: rows of the table of changes, if it is a recheck.
        """
        with self.transaction() as connection:
            connection.execute("DELETE FROM results WHERE key = ?", (submission.key,))
            for result in results:
                insert(connection, "results", {"key": submission.key, **asdict(result)})
            for row in changes:
                insert(connection, "changes", row)
            self.put_findings(submission, "code", findings, fingerprint)

    def put_findings(self, submission, stage, findings, fingerprint):
        """Keep the findings of a stage, and that it is done; inside a transaction."""
        self.connection.execute("DELETE FROM findings WHERE key = ? AND stage = ?",
                                (submission.key, stage))
        for finding in findings:
            insert(self.connection, "findings", {"key": submission.key, **asdict(finding)})
        insert(self.connection, "stages", {"key": submission.key, "stage": stage,
                                           "sha256": submission.sha256,
                                           "fingerprint": fingerprint})

    def put_failure(self, submission, stage, words):
        """Keep why a stage could not be done with a submission; it is not done by that."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM findings WHERE key = ? AND stage = ? AND kind = ?",
                               (submission.key, stage, NOT_DONE))
            insert(connection, "findings",
                   {"key": submission.key, **asdict(Finding(stage, NOT_DONE, words))})

    def put_reading(self, submission, reading, numbers, fingerprint):
        """Keep what stands in a submission's notebooks, in place of what was known.

        numbers: (subtask, name, reported, own, agrees), as notebooks.compare_numbers gives them.
        """
        key, names = submission.key, ("subtask", "name", "reported", "own", "agrees")
        with self.transaction() as connection:
            for table in ("answers", "figures", "numbers"):
                connection.execute(f"DELETE FROM {table} WHERE key = ?", (key,))
            for subtask, text in reading.answers.items():
                insert(connection, "answers", {"key": key, "subtask": subtask, "text": text})
            for figure in reading.figures:
                insert(connection, "figures", {"key": key, **asdict(figure)})
            for row in numbers:
                insert(connection, "numbers", {"key": key, **dict(zip(names, row))})
            self.put_findings(submission, "reading", reading.findings, fingerprint)

    def put_alike(self, pairs):
        """Keep which submissions are alike, as (key, other key, words), in place of before."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM alike")
            for key, other, what in pairs:
                insert(connection, "alike", {"key": key, "other": other, "what": what})

    def done(self, stage):
        """Return {key: (sha256, fingerprint)} of the submissions with which a stage is done."""
        return {row["key"]: (row["sha256"], row["fingerprint"])
                for row in self.rows("SELECT * FROM stages WHERE stage = ?", stage)}

    def results(self, key):
        """Return the results of a submission."""
        names = [field.name for field in fields(Result)]
        return [Result(**{name: row[name] for name in names} | {"remark": bool(row["remark"])})
                for row in self.rows("SELECT * FROM results WHERE key = ? ORDER BY rowid", key)]

    def findings(self, key):
        """Return the findings of a submission."""
        names = [field.name for field in fields(Finding)]
        return [Finding(**{name: row[name] for name in names})
                for row in self.rows("SELECT * FROM findings WHERE key = ? ORDER BY rowid", key)]

    # ------------------------------------------------------------------------- marks by hand

    def marks(self, key):
        """Return {(subtask, part): (points, comment)} given by hand."""
        return {(row["subtask"], row["part"]): (row["points"], row["comment"])
                for row in self.rows("SELECT * FROM marks WHERE key = ?", key)}


def insert(connection, table, row):
    """Insert a row, in place of one with the same key."""
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})",
                       tuple(row.values()))
