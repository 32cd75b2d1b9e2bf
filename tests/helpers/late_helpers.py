"""An assignment with a deadline, for tests of lateness."""
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from here import ASSIGNMENT

from kit.deadline import Deadline

UTC = timezone.utc
DUE = datetime(2026, 2, 11, 23, 59, tzinfo=timezone(timedelta(hours=1)))


def set_deadline(monkeypatch, folder=None, **rules):
    """Give the assignment a deadline in Oslo; return it. folder: that of the extensions."""
    deadline = Deadline(**{"at": DUE, "zone": "Europe/Oslo", "penalty": 10} | rules)
    assignment = replace(ASSIGNMENT, deadline=deadline, folder=folder or ASSIGNMENT.folder)
    for module in ("staff.lateness", "staff.intake.intake", "staff.feedback.gradebook",
                   "staff.grading.command"):
        monkeypatch.setattr(f"{module}.load_assignment", lambda: assignment)
    return deadline


def utc(text):
    """A time as the record keeps it, from that of a clock in Oslo: "02-11 23:59:00"."""
    return (datetime.fromisoformat(f"2026-{text}+01:00")).astimezone(UTC).isoformat()


def put_zips(folder, contents):
    """Write a zip with a script for each of {name: the script's comment}."""
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(folder / name, "w") as zipped:
            zipped.writestr("task2.py", f"# {content}\n")
