"""What a hand-in does costs only itself: others beside it and after it keep their points."""

import os
import subprocess
import sys

import pytest
from attacks import HELPERS
from here import ROOT, SCRIPTS
from hostile import the_sandbox

from staff.points import count_points
from staff.record import FILE, Record

pytestmark = pytest.mark.attack
RIGHT = ["b", "c", "d", "e"]
REPLY = HELPERS + """
import json, struct
def send(head):
    for fd in range(3, 32):
        try:
            os.write(fd, struct.pack("<I", len(head)) + head)
        except OSError:
            pass
def array(shape):
    return (b'{"id": 2, "values": [{"array": 0, "dtype": "|u1", "shape": [' + shape +
            b']}], "buffers": [1]}')
"""
HOSTILE = {     # what it does: (the words in the record, what stands before task2.py)
    "a shape of thousands of huge numbers": (
        "is refused: a number has too many digits",
        REPLY + "send(array(b','.join([b'9' * 4000] * 1500)))\n"),
    "a shape of many axes": (
        "is refused: the size of an array does not fit", REPLY +
        "send(array(b','.join([b'9' * 18] * 150000)))\n"),
}


def grade(course, hostile, *options):
    """Grade a hostile hand-in and four right ones; {student: (points, what the record says)}."""
    for student in ["a", *RIGHT]:
        (course / student).mkdir(parents=True)
        for name in SCRIPTS:
            text = (ROOT / name).read_text(encoding="utf-8") + f"\n# {student}\n"
            if (student, name) == ("a", "task2.py"):
                first, mark, rest = text.partition("import numpy")
                text = first + hostile + mark + rest
            (course / student / name).write_text(text, encoding="utf-8")
    out = course.with_name("out")
    done = subprocess.run([sys.executable, "-m", "staff", "grade", course, "-o", out, *options],
                          cwd=ROOT, capture_output=True, text=True, timeout=500,
                          env=os.environ | {"PYTHONWARNINGS": "error"})
    assert done.returncode == 0, done.stdout + done.stderr
    with Record(out / FILE) as record:
        return {one.student: (sum(count_points(record.list_results(one.key), "kit").values()),
                              "\n".join(found.words for found in record.list_results(one.key)))
                for one in record.list_submissions()}


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_reply_costs_only_its_own_hand_in(name, jobs, tmp_path):
    the_sandbox()
    found = grade(tmp_path / "in", HOSTILE[name][1], "--jobs", str(jobs))
    assert {student: points for student, (points, _) in found.items()} == {
        "a": 0, **dict.fromkeys(RIGHT, 60)}
    assert HOSTILE[name][0] in found["a"][1]
