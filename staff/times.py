"""When hand-ins came: times in the names and in the exports of platforms."""

import contextlib
import json
import re
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from kit.deadline import MONTHS
from kit.files import Refused, shorten, explain
from staff.csv_tables import LARGEST, Table, read_table
from staff.students import key_of_name, key_of_student, list_keys

UTC = timezone.utc
CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?"
FORMS = [re.compile(form, re.IGNORECASE) for form in (
    rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)[T ]{CLOCK} ?(?P<zone>Z|[+-]\d\d:?\d\d)?",
    # Blackboard's in names
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)-(?P<hour>\d\d)-(?P<minute>\d\d)"
    r"-(?P<second>\d\d)",
    # Moodle's, for Britain and for America
    rf"(?:[a-z]+, )?(?P<day>\d{{1,2}}) (?P<month>[a-z]+) (?P<year>\d{{4}}),? {CLOCK}"
    r" ?(?P<half>[ap]m)?",
    rf"(?:[a-z]+, )?(?P<month>[a-z]+) (?P<day>\d{{1,2}}), (?P<year>\d{{4}}),? {CLOCK}"
    r" ?(?P<half>[ap]m)?")]
EXPECTED = "2026-02-11 23:59, 2026-02-11T22:59:00Z or Wednesday, 11 February 2026, 11:59 PM"
# columns: of the user name or number, in this order; of the name; of the time
STUDENTS = ("identifier", "username", "user_id", "user id", "id", "student")
NAMES = ("full name", "name", "student", "student name")
TIMES = ("last modified (submission)", "submitted_at", "submitted at", "time")


def find_zone(deadline):
    """The ZoneInfo of a deadline's zone, None if it names none; Refused if it is not known."""
    if not deadline.zone:
        return None
    try:
        return ZoneInfo(deadline.zone)
    except (OSError, ValueError, KeyError):
        raise Refused(f"[deadline] has zone = {shorten(deadline.zone, 60)}, and this machine "
                      "knows no such time zone: correct it, or install tzdata") from None


def read_time(text, zone):
    """A time in UTC from a platform's text; Refused if it is none, or could be several.

    A time that is known to the minute is the minute's beginning. A local time that the clocks
    show twice is the first of the two. Both are in favour of the student.
    """
    text = " ".join(text.split())
    found = next(filter(None, (form.fullmatch(text) for form in FORMS)), None)
    with contextlib.suppress(ValueError, OverflowError):
        if found:
            return place_in_zone(found.groupdict(), zone)
    raise Refused(f"{shorten(text, 60) or 'an empty cell'} is no time, expected one such as "
                  f"{EXPECTED}")


def place_in_zone(given, zone):
    """The time in UTC of the parts of a text; ValueError if there is none."""
    month, hour, half = given["month"], int(given["hour"]), (given.get("half") or "").lower()
    if not month.isdecimal():
        month = MONTHS.index(month.capitalize()) + 1
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + 12 * (half == "pm")
    local = datetime(int(given["year"]), int(month), int(given["day"]), hour,
                     int(given["minute"]), int(given["second"] or 0))
    if offset := given.get("zone"):
        return datetime.fromisoformat(f"{local.isoformat()}{spell_offset(offset)}").astimezone(UTC)
    if zone is None:
        raise Refused(f"the time {local} has no offset, so its time zone must be known: write "
                      'zone = "Europe/Oslo", or yours, into [deadline] of assignment.toml')
    return min(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def spell_offset(text):
    """An offset as datetime reads it: +01:00."""
    if text.upper() == "Z":
        return "+00:00"
    return text if ":" in text else f"{text[:3]}:{text[3:]}"


# ------------------------------------------------------------------------------------- exports

def read_times(path, zone):
    """{a student's key: time in UTC, as text} of a platform's export, or of a table of your own.

    Refused names the line of a row that cannot be right.
    """
    table = read_json(path) if path.suffix.lower() == ".json" else read_table(path)
    at, who, named = (next((name for name in known if name in table.names), None)
                      for known in (TIMES, STUDENTS, NAMES))
    if at is None or who is None and named is None:
        raise Refused(f"{path} tells no times: expected Moodle's grading worksheet (Identifier, "
                      "Last modified (submission)), or a table with the columns student and time")
    found, twice = {}, set()
    for line, row in table.read_rows():
        if row[at] in ("", "-"):
            continue            # nothing was handed in
        try:
            time = read_time(row[at], zone).isoformat()
        except Refused as refusal:
            raise Refused(f"{path}, line {line}: {refusal}") from None
        for key in {key_of_student(row.get(who, ""), who), key_of_name(row.get(named, ""))} - {""}:
            if found.setdefault(key, time) != time:
                twice.add(key)      # two students of one name
    if wrong := sorted(key for key in twice if key.startswith("student ")):
        raise Refused(f"{path} has two times for {shorten(wrong[0], 60)}: keep one")
    return {key: time for key, time in found.items() if key not in twice}


def read_json(path):
    """The Table in what Canvas's interface gives: a list of submissions, each an object."""
    names = ("user_id", "submitted_at")
    try:
        if path.stat().st_size > LARGEST:
            raise Refused(f"{path} is larger than {LARGEST // 2**20} MB: give another file")
        listed = json.loads(path.read_bytes())
        rows = [(at, [str(one[name] or "") for name in names]) for at, one in enumerate(listed, 1)]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as problem:
        raise Refused(f"{path} is no list of Canvas's submissions ({explain(problem)}): expected "
                      "objects with user_id and submitted_at") from None
    return Table(path, list(names), rows, "utf-8", ",")


def find_time(submission, times):
    """The time of a submission among {key: time}; "" if it is not there.

    A name decides only where no number can: two students may have the same name.
    """
    by_number = submission.platform and any(key.startswith("student ") for key in times)
    return next((times[key] for key in list_keys(submission)
                 if key in times and not (by_number and key.startswith("name "))), "")
