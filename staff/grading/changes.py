"""Who changes by how much in a recheck, kept in the record and told."""

from kit.files import one_line
from staff.grading.points import by_code

TOTAL = "total"


def changes(number, submission, before, after):
    """Return the rows of the table of changes between two lists of results of a submission."""
    old, new = (by_code(one, submission.layout) for one in (before, after))
    pairs = {name: (old[name], new[name]) for name in new}
    pairs[TOTAL] = sum(old.values()), sum(new.values())
    return [{"recheck": number, "key": submission.key, "subtask": name,
             "before": one, "after": other}
            for name, (one, other) in pairs.items() if one != other]


def begin(record):
    """Return the number of the recheck: that of one that was interrupted, or the next."""
    number = record.setting("recheck under way")
    if number is None:
        number = record.setting("rechecks", 0) + 1
        record.set_setting("rechecks", number)
        record.set_setting("recheck under way", number)
    return number


def end(record):
    """Let the recheck be over."""
    record.set_setting("recheck under way", None)


def told(record, number):
    """Return the lines that tell what a recheck has changed."""
    rows = record.rows("SELECT changes.*, student FROM changes JOIN submissions USING (key) "
                       "WHERE recheck = ? ORDER BY student, key, changes.rowid", number)
    found = {}
    for row in rows:
        found.setdefault((row["student"], row["key"]), {})[row["subtask"]] = row
    lines = [f"recheck {number} changes the points by code of {len(found) or 'nobody'}"]
    for (student, _), of_one in found.items():
        total = of_one.pop(TOTAL, None)
        parts = [step(row["subtask"], row) for row in of_one.values()]
        whole = step("in all", total) if total else "the same in all"
        lines.append(f"  {one_line(student, 40)}: {', '.join(parts)}; {whole}")
    return lines


def step(name, row):
    """Return a change in words: "2b 10 -> 17"."""
    return f"{name} {row['before']:g} -> {row['after']:g}"
