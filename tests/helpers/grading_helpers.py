"""A record of a grading, as small as a test needs it."""
import io

from PIL import Image

from here import CHECKS
from staff.points import list_parts_by_hand
from staff.record import FILE, Record, Result, Submission, make_key


def submission(student, **more):
    """A submission of this student."""
    source = more.pop("source", f"{student}.zip")
    refused = more.get("refused")
    known = {} if refused else {"sha256": "0" * 64, "layout": "kit"}
    return Submission(make_key(student, source), student, source, **(known | more))


def results(failed=(), words="it is 3 where 4 is right", sandbox="bubblewrap", **more):
    """Results of all checks, passed but for those whose functions' names are given."""
    found = []
    for number, one in enumerate(CHECKS):
        state, said = ("failed", words) if one.run.__name__ in failed else ("passed", "")
        found.append(Result(f"check {number}", one.subtask, one.part, one.title, one.remark,
                            state, said, more.get("shown", said), 7, "", sandbox,
                            '{"kit": "1", "numpy": "2"}'))
    return found


def record_of(folder, *pairs):
    """A Record in a folder with these (submission, its results)."""
    folder.mkdir(parents=True, exist_ok=True)
    record = Record(folder / FILE)
    record.put_submissions([one for one, _ in pairs])
    for one, found in pairs:
        if one.counts:
            record.put_results(one, found, [], "")
    return record


def put_marks(record, key, points=1.0, comment="", leave_out=()):
    """Give a submission marks by hand: a share of each part's points."""
    for (subtask, part), possible in list_parts_by_hand("kit").items():
        if (subtask, part) not in leave_out:
            put(record, "marks", key=key, subtask=subtask, part=part,
                points=points * possible, comment=comment)


def put(record, table, **row):
    """Put a row into a table."""
    with record.transaction():
        record.insert(table, row)


def put_text(record, key, other, text):
    """Put a student's text into a number that does not agree, and into what is alike."""
    put(record, "numbers", key=key, subtask="2a", name=text, reported=text, own=text, agrees=0)
    put(record, "alike", key=key, other=other, what=text)


def picture():
    """The bytes of a PNG as large as a plot's."""
    file = io.BytesIO()
    Image.effect_noise((300, 150), 100).save(file, "PNG")
    return file.getvalue()
