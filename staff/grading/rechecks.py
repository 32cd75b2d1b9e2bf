"""A recheck: which points by code it changes, kept in the record and printed."""

from kit.files import shorten
from staff.points import count_parts

TOTAL = "total"


def begin_recheck(record):
    """The number of the recheck: of the one that was interrupted, or else the next."""
    number = record.read_setting("recheck under way")
    if number is None:
        number = record.read_setting("rechecks", 0) + 1
        record.write_setting("rechecks", number)
        record.write_setting("recheck under way", number)
    return number


def end_recheck(record):
    """Keep that no recheck is under way."""
    record.write_setting("recheck under way", None)


def list_changes(number, submission, before, after):
    """The rows of the table of changes between two lists of Results of a submission."""
    old, new = (count_subtasks(results, submission.layout) for results in (before, after))
    return [{"recheck": number, "key": submission.key, "subtask": name,
             "before": old[name], "after": new[name]} for name in new if old[name] != new[name]]


def count_subtasks(results, layout):
    """{subtask: points by code, None if a part is open}, and those in TOTAL so far."""
    groups = {}
    for (subtask, _), points in count_parts(results, layout).items():
        groups.setdefault(subtask, []).append(points)
    total = sum(points or 0 for group in groups.values() for points in group)
    return {name: None if None in group else sum(group)
            for name, group in groups.items()} | {TOTAL: total}


def describe_recheck(record, number):
    """The lines that say whose points a recheck has changed."""
    rows = record.query("SELECT changes.*, student FROM changes JOIN submissions USING (key) "
                        "WHERE recheck = ? ORDER BY student, key, changes.rowid", number)
    changed = {}
    for row in rows:
        changed.setdefault((row["student"], row["key"]), {})[row["subtask"]] = row
    students = f"{len(changed)} submission{'s' * (len(changed) > 1)}" if changed else "nobody"
    lines = [f"recheck {number} changes the points by code of {students}"]
    for (student, _), changes in changed.items():
        total = changes.pop(TOTAL, None)
        parts = [describe_change(name, row) for name, row in changes.items()]
        whole = describe_change("in all", total) if total else "the same in all"
        lines.append(f"  {shorten(student, 40)}: {', '.join(parts)}; {whole}")
    return lines


def describe_change(name, row):
    """A change in words: "2b 10 -> 17", "2b open -> 17"."""
    before, after = ("open" if points is None else f"{points:g}"
                     for points in (row["before"], row["after"]))
    return f"{name} {before} -> {after}"
