"""A whole simulated course: graded, killed half-way, resumed, rechecked after a check was mended,
its tables read back. The kit it is graded with is a copy, so that a check in it can be wrong.
"""

import csv
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from here import ROOT, SCRIPTS
from course import NOTEBOOKS, course
from hostile import the_sandbox

pytestmark = pytest.mark.faults
NUMBER = 30
RIGHT = 'student.call("task2.count_parameters", [1]), "count_parameters([1])") != 785:'
SHORT = {"call_seconds": 2, "import_seconds": 4, "total_seconds": 20}


class Grader:
    """A copy of the grader, the course that it grades, and where it puts the grades."""

    def __init__(self, folder):
        self.folder, self.kit = folder, folder / "kit"
        self.handed_in, self.out = folder / "in", folder / "out"
        self.course = course(self.handed_in, NUMBER, NOTEBOOKS[:2])
        for name in ("kit", "staff", "assignment", "notebooks", "data"):
            shutil.copytree(ROOT / name, self.kit / name,
                            ignore=shutil.ignore_patterns("__pycache__"))
        for name in (*SCRIPTS, "requirements.txt", "pyproject.toml", "LICENSE"):
            shutil.copy(ROOT / name, self.kit)
        self.limits = folder / "limits.toml"
        self.limits.write_text(shortened((ROOT / "staff/sandbox/limits.toml").read_text()))

    def command(self, *arguments):
        """The command line of one of staff's commands."""
        return [sys.executable, "-m", "staff", *map(str, arguments)]

    def grade(self, *options):
        """Grade; return what was printed."""
        return self.run("grade", self.handed_in, "-o", self.out, "--limits", self.limits,
                        "--seed", 5, *options)

    def run(self, *arguments):
        """Run a command that must end with 0; return what it printed."""
        done = subprocess.run(self.command(*arguments), cwd=self.kit, capture_output=True,
                              text=True, timeout=900)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def rows(self, sql, *values):
        """The rows of a query of the record."""
        connection = sqlite3.connect(self.out / "record.sqlite")
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def gradebook(self):
        """{student: row} of gradebook.csv."""
        with open(self.out / "gradebook.csv", encoding="utf-8-sig", newline="") as file:
            return {row["student"]: row for row in csv.DictReader(file)}

    def replace(self, file, old, new):
        """Change a text that occurs once in a file of the copy."""
        path = self.kit / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")


def shortened(text):
    """limits.toml with less patience, for the scripts."""
    before, code, after = text.partition("[code]")
    own, section, rest = after.partition("[notebook]")
    lines = [f"{line.split()[0]} = {SHORT[line.split()[0]]}" if line.split()[:1]
             and line.split()[0] in SHORT else line for line in own.splitlines()]
    return before + code + "\n".join(lines) + "\n" + section + rest


@pytest.fixture(scope="module")
def grader(tmp_path_factory):
    """A grader whose check of 2d is wrong, and which was killed half-way through its course."""
    the_sandbox()
    found = Grader(tmp_path_factory.mktemp("course"))
    found.replace("assignment/checks/counting.py", RIGHT, RIGHT.replace("785", "784"))
    process = subprocess.Popen(
        found.command("grade", found.handed_in, "-o", found.out, "--limits", found.limits,
                      "--seed", 5), cwd=found.kit, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    until = time.monotonic() + 300
    while not (found.out / "record.sqlite").exists() or marked(found) < NUMBER // 2:
        assert time.monotonic() < until and process.poll() is None
        time.sleep(0.2)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    found.before = marked(found)
    found.grade()
    return found


def marked(grader):
    """How many submissions are marked, as the record says."""
    try:
        return grader.rows("SELECT count(*) FROM stages WHERE stage = 'code'")[0][0]
    except sqlite3.Error:       # it is being made
        return 0


def test_it_was_resumed_and_every_student_has_a_row(grader):
    wanted = [one for one in grader.course if not one.refused]
    assert NUMBER // 2 <= grader.before < len(wanted) == marked(grader)
    assert set(grader.gradebook()) == {one.student for one in grader.course}
    doubled = "SELECT key, check_id FROM results GROUP BY 1, 2 HAVING count(*) > 1"
    assert grader.rows(doubled) == []
    assert grader.rows("SELECT count(DISTINCT key), count(DISTINCT seed), max(sandbox), "
                       "min(sandbox) FROM results") == [
        (len(wanted), len(wanted), "bubblewrap", "bubblewrap")]


def test_refused_hand_ins_have_their_reason(grader):
    refused = {row[0]: row[1] for row in
               grader.rows("SELECT student, refused FROM submissions WHERE refused != ''")}
    assert set(refused) == {one.student for one in grader.course if one.refused}
    for student, words in refused.items():
        row = grader.gradebook()[student]
        assert words in row["flags"] and row["total"] == row["by code"] == row["2b"] == ""


def test_a_mended_check_is_run_again_alone(grader):
    before = points(grader)
    for one in grader.course:       # the wrong check has cost everyone 2d
        if one.points is not None:
            assert before[one.student] == max(one.points - 5, 0), one
    times = dict(grader.rows("SELECT key || check_id, seconds FROM results"))
    grader.replace("assignment/checks/counting.py", RIGHT.replace("785", "784"), RIGHT)
    assert "were graded by other checks" in grader.grade()
    said = grader.grade("--recheck")
    changes = {one.student for one in grader.course if one.points}
    assert f"changes the points by code of {len(changes)} submissions\n" in said
    for one in grader.course:
        if one.points is not None:
            assert points(grader)[one.student] == one.points, one
        if one.points:
            old = before[one.student]
            assert f"  {one.student}: 2d 0 -> 5; in all {old:g} -> {one.points}\n" in said
    # what was not affected has not been run again: even its time is the same
    again = dict(grader.rows("SELECT key || check_id, seconds FROM results"))
    checks = {row[0] for row in grader.rows("SELECT DISTINCT check_id FROM results")}
    untouched = {name for name in times if again[name] == times[name]}
    affected = {name for name in times for one in checks
                if one.startswith(("2d ", "4d ")) and name.endswith(one)}
    assert times.keys() - affected <= untouched and times.keys() == again.keys()
    assert "nobody" in grader.grade("--recheck")


def test_the_tables_come_back(grader):
    right = next(one.student for one in grader.course if one.what == "the reference")
    table = grader.out / "marking.csv"
    with open(table, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["points"] = row["possible"] if row["student"] == right else ""
    with open(table, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    grader.run("mark", grader.out, "--take", table)
    grader.run("report", grader.out)
    assert float(grader.gradebook()[right]["total"]) == 100
    assert (grader.out / "class.html").is_file()
    pages = {path.stem for path in (grader.out / "feedback").glob("*.html")}
    assert pages >= {row[0] for row in grader.rows("SELECT DISTINCT key FROM results")}


def test_dask_gives_the_same(grader, tmp_path):
    distributed = pytest.importorskip("distributed")
    students = [one.student for one in grader.course[:13]]
    (tmp_path / "in").mkdir()
    for one in grader.handed_in.iterdir():      # the very files, for inputs are drawn from them
        if any(f"_{student}_" in one.name for student in students):
            shutil.copy(one, tmp_path / "in")
    grader.kit = ROOT       # which the workers import; the copy's check is mended by now
    with distributed.LocalCluster(n_workers=1, threads_per_worker=3, dashboard_address=":0",
                                  host="127.0.0.1") as local:
        grader.run("grade", tmp_path / "in", "-o", tmp_path / "out", "--seed", 5, "--limits",
                   grader.limits, "--scheduler", local.scheduler_address)
    columns = "student, check_id, state, words, shown, results.fingerprint"
    sql = f"SELECT {columns} FROM results JOIN submissions USING (key) ORDER BY 1, 2"
    here = [row for row in grader.rows(sql) if row[0] in students]
    grader.out = tmp_path / "out"
    assert grader.rows(sql) == here and len(here) > 300


def points(grader):
    """{student: points by code} of the gradebook; without the refused ones, which have none."""
    return {student: float(row["by code"]) for student, row in grader.gradebook().items()
            if row["by code"]}
