"""Marks by hand: each marker's own, and which of them stands.

Marks are never written over by another marker. A mark stands if it was given for the present text
and figures, and if no other marker's mark for the same part differs from it, or if it is final.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timezone

SCHEMA = """
CREATE TABLE IF NOT EXISTS marks (          -- a row for each marker of a part
    key TEXT, subtask TEXT, part TEXT, marker TEXT NOT NULL DEFAULT '', points REAL,
    comment TEXT NOT NULL DEFAULT '', elements TEXT, overridden INTEGER NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 1, final INTEGER NOT NULL DEFAULT 0,
    at TEXT NOT NULL DEFAULT '', basis TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (key, subtask, part, marker));
CREATE TABLE IF NOT EXISTS steps (          -- of marking: each mark as it was before, in JSON
    step INTEGER, key TEXT, subtask TEXT, part TEXT, marker TEXT, at TEXT, before TEXT);
CREATE TABLE IF NOT EXISTS element_comments (       -- for all who lost this element
    subtask TEXT, part TEXT, element TEXT, text TEXT, marker TEXT, at TEXT,
    PRIMARY KEY (subtask, part, element));
"""
DIFFER = "two markers differ"
CHANGED = "the hand-in has changed since it was marked"


@dataclass(frozen=True)
class Mark:
    """What one marker gives for one part of a submission."""

    key: str
    subtask: str
    part: str
    marker: str = ""
    points: float | None = None
    comment: str = ""           # for the student
    elements: dict | None = None        # {words of an element: the share earned}; None: not ticked
    overridden: bool = False    # the points are not the sum of the elements
    done: bool = True           # False while its marker is at it
    final: bool = False         # it stands, though another marker's differs
    at: str = ""                # when, in UTC
    basis: str = ""             # a hash of the answer and figures that were marked, or of all
                                # files for a part by code; "": the mark is for any

    @property
    def where(self):
        """Its (key, subtask, part)."""
        return self.key, self.subtask, self.part


@dataclass(frozen=True)
class Settled:
    """What stands for a part. waits: why nothing stands although there are marks."""

    points: float | None = None
    comment: str = ""
    waits: str = ""
    mark: Mark | None = None


def read_mark(row):
    """The Mark in a row."""
    values = {field.name: row[field.name] for field in fields(Mark)}
    elements = None if values["elements"] is None else json.loads(values["elements"])
    return Mark(**values | {"elements": elements, "comment": values["comment"] or ""} | {
        name: bool(values[name]) for name in ("overridden", "done", "final")})


def make_row(mark):
    """The row of a Mark."""
    elements = None if mark.elements is None else json.dumps(mark.elements, ensure_ascii=False)
    return asdict(mark) | {"elements": elements}


def settle(marks, present, comments, carried=False):
    """The Settled of the marks of one part.

    present:  the hashes of the present answer and figures, and of all files.
    comments: {element: comment} for those who lost it.
    carried:  whether the marks were given for an earlier attempt.
    """
    done = sorted((mark for mark in marks if mark.done), key=lambda mark: mark.at)
    fresh = [mark for mark in done if mark.basis in present or not mark.basis and not carried]
    given = [mark for mark in fresh if mark.points is not None]
    final = [mark for mark in fresh if mark.final]
    if len({mark.points for mark in given}) > 1 and not final:
        said = ", ".join(f"{mark.marker or 'nobody named'} {mark.points:g}" for mark in given)
        return Settled(waits=f"{DIFFER}: {said}")
    for mark in reversed(final or given or fresh):
        return Settled(mark.points, add_comments(mark, comments), mark=mark)
    old = [mark for mark in done if mark.points is not None]
    return Settled(waits=f"{CHANGED}: {old[-1].points:g} before" if old else "")


def add_comments(mark, comments):
    """The comment of a Mark, with those for the elements that it did not earn."""
    lost = [text for element, text in comments.items()
            if mark.elements is not None and mark.elements.get(element, 0) < 1]
    return " ".join(filter(None, [mark.comment, *lost]))


def hash_basis(text, pixels):
    """A short hash of an answer's words and of its figures; the spaces do not count."""
    told = "\0".join([" ".join(text.split()), *pixels])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]


NO_ANSWER, REFUSED = hash_basis("", []), "refused"      # the hash if there is nothing


def find_basis(bases, key, subtask=""):
    """The present hash of the answer to a subtask, or of all files; see list_bases."""
    return bases.get((key, subtask), NO_ANSWER if subtask else REFUSED)


class MarksOfRecord:
    """The part of a Record that holds the marks."""

    def put_marks(self, marks):
        """Keep these Marks, or none: one step, which can be undone.

        A part is open to a difference again if a mark for it is new and not final.
        """
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        with self.transaction() as connection:
            step = self.query("SELECT ifnull(max(step), 0) + 1 AS step FROM steps")[0]["step"]
            for mark in marks:
                before = self.query(
                    "SELECT * FROM marks WHERE key = ? AND subtask = ? AND part = ? AND "
                    "marker = ?", *mark.where, mark.marker)
                kept = json.dumps(make_row(read_mark(before[0]))) if before else None
                connection.execute(
                    "INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (step, *mark.where, mark.marker, now, kept))
                if mark.done:
                    connection.execute("UPDATE marks SET final = 0 WHERE key = ? AND subtask = ? "
                                       "AND part = ?", mark.where)
                self.insert("marks", make_row(replace(mark, at=mark.at or now)))

    def undo_marks(self, marker):
        """Take back the last step of a marker; the (key, subtask, part) of each mark in it."""
        with self.transaction() as connection:
            rows = self.query("SELECT * FROM steps WHERE marker = ? AND step = (SELECT max(step) "
                              "FROM steps WHERE marker = ?)", marker, marker)
            for row in rows:
                where = row["key"], row["subtask"], row["part"]
                if row["before"] is None:
                    connection.execute("DELETE FROM marks WHERE key = ? AND subtask = ? AND "
                                       "part = ? AND marker = ?", (*where, marker))
                else:
                    self.insert("marks", json.loads(row["before"]))
            connection.execute("DELETE FROM steps WHERE marker = ? AND step = ?",
                               (marker, rows[0]["step"] if rows else 0))
        return [(row["key"], row["subtask"], row["part"]) for row in rows]

    def put_element_comment(self, subtask, part, element, text, marker):
        """Keep the comment for all who lost an element; an empty one is deleted."""
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        with self.transaction() as connection:
            connection.execute("DELETE FROM element_comments WHERE subtask = ? AND part = ? AND "
                               "element = ?", (subtask, part, element))
            if text:
                self.insert("element_comments", {
                    "subtask": subtask, "part": part, "element": element, "text": text,
                    "marker": marker, "at": now})

    def list_element_comments(self):
        """{(subtask, part): {element: comment}}."""
        found = {}
        for row in self.query("SELECT * FROM element_comments ORDER BY rowid"):
            found.setdefault((row["subtask"], row["part"]), {})[row["element"]] = row["text"]
        return found

    def list_all_marks(self, key=None):
        """{(key, subtask, part): [Mark of each marker]} of all submissions, or of one; drafts too.
        """
        found = {}
        for row in self.query("SELECT * FROM marks WHERE ? IN (key, '') ORDER BY at, marker",
                              key or ""):
            mark = read_mark(row)
            found.setdefault(mark.where, []).append(mark)
        return found

    def list_bases(self, *keys):
        """{(key, subtask): a hash of the answer and figures}, and of all files under (key, "").

        Of all submissions, or of those with these keys. A pair that is missing has neither answer
        nor figure.
        """
        parts, chosen = {}, f"WHERE key IN ({', '.join('?' * len(keys))})" if keys else ""
        for row in self.query(f"SELECT key, subtask, text FROM answers {chosen}", *keys):
            parts[row["key"], row["subtask"]] = [row["text"] or "", []]
        for row in self.query("SELECT key, subtask, ifnull(pixels, length(png)) AS pixels FROM "
                              f"figures {chosen} ORDER BY key, subtask, notebook, cell, number",
                              *keys):
            parts.setdefault((row["key"], row["subtask"]), ["", []])[1].append(str(row["pixels"]))
        found = {where: hash_basis(*told) for where, told in parts.items()}
        return found | {(row["key"], ""): row["sha256"] or REFUSED for row in
                        self.query(f"SELECT key, sha256 FROM submissions {chosen}", *keys)}

    def find_marked(self, mark):
        """The key of the answers and figures that hold what was marked; "" if they are not kept.

        It is the submission's, as long as that is the same, and later the hash itself.
        """
        if find_basis(self.list_bases(mark.key), mark.key, mark.subtask) == mark.basis:
            return mark.key
        return mark.basis if mark.basis == NO_ANSWER or mark.basis and (
            mark.basis, mark.subtask) in self.list_bases(mark.basis) else ""

    def keep_marked(self, marks, source):
        """Keep what was marked, as a Record holds it, under its hash. Call it in a transaction."""
        for mark in marks:
            key = source.find_marked(mark)
            moves = key and (key != mark.basis or source is not self)
            for table in ("answers", "figures") if moves else ():
                chosen = f"FROM {table} WHERE key = ? AND subtask = ?"
                rows = source.query(f"SELECT * {chosen}", key, mark.subtask)
                self.connection.execute(f"DELETE {chosen}", (mark.basis, mark.subtask))
                for row in rows:
                    self.insert(table, dict(row) | {"key": mark.basis})

    def keep_marked_of(self, key):
        """Keep what was marked of a submission, before its answers and figures are deleted."""
        self.keep_marked([mark for found in self.list_all_marks(key).values() for mark in found],
                         self)

    def settle_marks(self):
        """{key: {(subtask, part): Settled}} of all submissions.

        Marks of an earlier attempt stand for what did not change.
        """
        return settle_all(self.list_all_marks(), self.list_bases(), self.list_element_comments(),
                          self.list_submissions())


def settle_all(marks, bases, comments, submissions):
    """As MarksOfRecord.settle_marks, from what the record holds."""
    earlier = {}
    for one in submissions:     # the latest attempt comes last
        if one.superseded:
            earlier.setdefault(one.superseded, []).insert(0, one.key)
    by_key = {}
    for (key, *where), found in marks.items():
        by_key.setdefault(key, {})[tuple(where)] = found
    settled = {}
    for one in submissions:
        for key in (one.key, *earlier.get(one.key, ())):
            for where, found in by_key.get(key, {}).items():
                known = settled.setdefault(one.key, {})
                if where in known and known[where].mark:
                    continue
                present = {find_basis(bases, one.key, where[0]), find_basis(bases, one.key)}
                judged = settle(found, present, comments.get(where, {}), key != one.key)
                if judged.mark or judged.waits and where not in known:
                    known[where] = judged
    return settled
