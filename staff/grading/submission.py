"""What a student has handed in, once it has been taken in or refused."""

import hashlib
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Submission:
    """One attempt of one student or group; its clean copy stands in OUT/submissions/KEY.

    key:        its name in the record and in the output folder.
    student:    the user name or number that the file's name carries, or that name itself.
    name:       the student's name for people, if it is known.
    source:     where it lies in SUBMISSIONS, with forward slashes.
    attempt:    which attempt it is, as text that sorts by time.
    sha256:     over the names and contents of the clean copy; empty if it was refused.
    layout:     "kit" or "starter"; empty if it was refused.
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
