"""Takes marks from files into a record: a filled marking.csv, or the record of a copy."""

from kit.files import Refused, say
from staff.csv_tables import read_table
from staff.marking.marks_table import (compare_marks, describe_changed_mark, keep_answers,
                                       list_layouts, make_marks, read_marks)
from staff.record import open_record


def take_marks(out, path, force=False):
    """Put the marks in a table into the record; sentences about what has changed.

    Refused, and nothing is changed, if a row cannot be right. Also if an earlier mark would change
    without force.
    """
    with open_record(out) as record:
        table = read_table(path)
        new, changed = compare_marks(record, read_marks(table, list_layouts(record)))
        lines = [describe_changed_mark(where, *both) for where, both in changed.items()]
        if changed and not force:
            for line in lines:
                say(line)
            raise Refused(f"marks in the record would change ({len(changed)}, see above). Nothing "
                          "was changed: correct the table, or give --force to change them")
        marks = make_marks(record, table, new, changed)
        keep_answers(record, table, marks)
        record.put_marks(marks)
    return [*lines, f"{len(new)} new marks, {len(changed)} changed"]


def merge_marks(out, other):
    """Put the marks of a copy of the output folder into the record; sentences about them.

    Each marker's latest mark of a part counts. Marks of other markers stay beside it.
    """
    with open_record(out) as record, open_record(other) as copy:
        own = record.list_all_marks()
        known = {one.key for one in record.list_submissions()}
        theirs = [mark for marks in copy.list_all_marks().values() for mark in marks]
        newer = [mark for mark in theirs if mark.key in known and all(
            mark.at > here.at for here in own.get(mark.where, ()) if here.marker == mark.marker)]
        with record.transaction():
            record.keep_marked([mark for mark in newer if not record.find_marked(mark)], copy)
        record.put_marks(newer)
        here = record.list_element_comments()
        comments = [(*where, element, text)
                    for where, found in copy.list_element_comments().items()
                    for element, text in found.items()
                    if element not in here.get(where, {})]
        for comment in comments:
            record.put_element_comment(*comment, "")
        settled = record.settle_marks()
    differ = [f"{mark.key} {mark.subtask} {mark.part}: {one.waits}" for mark in newer
              if (one := settled.get(mark.key, {}).get((mark.subtask, mark.part))) and one.waits]
    lost = sum(mark.key not in known for mark in theirs)
    lines = [f"{len(newer)} marks and {len(comments)} comments taken from {other}", *differ]
    return lines + [f"{lost} marks are for hand-ins that this grading does not have"] * bool(lost)
