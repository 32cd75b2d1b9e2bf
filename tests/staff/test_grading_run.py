"""`python -m staff grade`: its running, with judging that only sleeps (fake_grading.py)."""

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from here import ROOT, SCRIPTS
from staff.__main__ import main
from staff.grading import cluster
from staff.grading.judging import fingerprint_checks

SCRIPT = ROOT / "tests" / "helpers" / "fake_grading.py"
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests' / 'helpers'}"}


@pytest.fixture
def course(tmp_path):
    """A folder of six hand-ins, and where the grades go."""
    folder = tmp_path / "in"
    for number in range(6):
        hand_in(folder, f"student{number}")
    return folder


def hand_in(folder, name, words=""):
    """Put a plain folder with the reference's scripts, changed in one comment, among hand-ins."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    for script in ("utils.py", "task2.py", "task3.py", "task4.py"):
        text = (ROOT / script).read_text(encoding="utf-8")
        (folder / name / script).write_text(f"{text}\n# {name} {words}\n", encoding="utf-8")


def command(course, *options, seconds=0.0, version=1):
    """Return the command line that grades a course."""
    out = course.with_name("out")
    return [sys.executable, SCRIPT, course.with_name("log"), str(seconds), str(version), course,
            "-o", out, "--no-sandbox", *options]


def graded(course, *options, status=0, **how):
    """Grade a course, and return what was printed; the exit status must be the one given."""
    done = subprocess.run(command(course, *options, **how), capture_output=True, text=True,
                          env=ENVIRONMENT, timeout=120)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def rows(course, sql):
    """Return the rows of a query of the record."""
    connection = sqlite3.connect(course.with_name("out") / "record.sqlite")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def results(course):
    """Return the results of a course, without the time they took."""
    return rows(course, "SELECT student, check_id, state, words, seed, results.fingerprint, "
                        "sandbox FROM results JOIN submissions USING (key) ORDER BY 1, 2")


def marked(course):
    """Return {line of the log: how often}: the student and the checks that were run."""
    log = course.with_name("log")
    return Counter(log.read_text().splitlines()) if log.exists() else Counter()


def read_class_page(course):
    """What class.html says, without its tags."""
    text = (course.with_name("out") / "class.html").read_text(encoding="utf-8")
    return " ".join(re.sub("<[^>]*>", "", text).split())


slow = pytest.mark.faults      # each starts gradings in processes of their own
ALL = Counter({f"student{number} 2d,3b,3c": 1 for number in range(6)})


@pytest.mark.faults
def test_every_hand_in_is_marked_once_and_not_again(course):
    said = graded(course, "--seed", "7")
    assert "6 hand-ins: 6 laid out as kit" in said and "seed 7; sandbox: UNSANDBOXED" in said
    assert len(results(course)) == 18 and marked(course) == ALL
    first = results(course)
    assert {row[-1] for row in first} == {"UNSANDBOXED"}
    graded(course)
    assert marked(course) == ALL and results(course) == first


@slow
def test_earlier_years_are_compared_in_later_calls_too_until_they_are_gone(course):
    old = course.with_name("old")
    hand_in(old, "alice")
    read = "SELECT count(*) > 0 FROM alike WHERE other = 'earlier: alice'"
    graded(course, "--earlier", old)
    assert rows(course, read) == [(1,)]
    assert "student0 and earlier: alice" in read_class_page(course)
    hand_in(course, "student6")
    graded(course)
    assert rows(course, read) == [(1,)]
    shutil.rmtree(old)
    assert "is no longer there: no hand-ins of earlier years are compared" in graded(course)
    assert rows(course, read) == [(0,)]
    assert "does not exist: give another path with --earlier" in graded(
        course, "--earlier", old, status=2)


@slow
def test_another_folder_and_more_workers_give_the_same(course, tmp_path):
    graded(course, "--seed", "1", "--jobs", "1")
    first, elsewhere = results(course), tmp_path / "elsewhere" / "in"
    shutil.copytree(course, elsewhere)
    graded(elsewhere, "--seed", "1", "--jobs", "3")
    assert results(elsewhere) == first


@slow
def test_dask_gives_the_same(course, monkeypatch):
    distributed = pytest.importorskip("distributed")
    graded(course, "--seed", "1")
    first = results(course)
    for path in (course.with_name("out"), course.with_name("log")):
        path.rename(path.with_name(f"first-{path.name}"))
    monkeypatch.setenv("PYTHONPATH", ENVIRONMENT["PYTHONPATH"])
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0",
                                  host="127.0.0.1") as local:
        graded(course, "--seed", "1", "--scheduler", local.scheduler_address)
    assert results(course) == first and marked(course) == ALL


@slow
def test_each_hand_in_has_a_seed_of_its_own_and_keeps_it(course):
    graded(course)
    first = results(course)
    assert len({(row[0], row[4]) for row in first}) == len({row[4] for row in first}) == 6
    graded(course)
    for path in (course / "student0").iterdir():        # the same files, of another student
        (course / "student6").mkdir(exist_ok=True)
        shutil.copy(path, course / "student6")
    graded(course)
    assert results(course)[:len(first)] == first and len({row[4] for row in results(course)}) == 7
    assert "was graded with the seed" in graded(course, "--seed", "1", status=2)


@slow
def test_a_changed_hand_in_is_marked_anew_and_one_that_is_gone_goes(course):
    graded(course)
    hand_in(course, "student1", "handed in again")
    for path in (course / "student2").iterdir():
        path.unlink()
    (course / "student2").rmdir()
    graded(course)
    assert marked(course) == ALL + Counter(["student1 2d,3b,3c"])
    assert {row[0] for row in results(course)} == {f"student{n}" for n in (0, 1, 3, 4, 5)}


@slow
@pytest.mark.parametrize("seed", range(2))
def test_killed_at_any_point_it_goes_on(course, seed):
    rng = random.Random(seed)
    for _ in range(4):
        process = subprocess.Popen(command(course, "--jobs", "2", seconds=0.3), env=ENVIRONMENT,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.2, 3))
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        psutil.wait_procs(children, timeout=15)
        assert not any(child.is_running() for child in children)
    graded(course)
    assert len(results(course)) == 18
    assert len(rows(course, "SELECT key FROM stages")) == 6
    assert rows(course, "PRAGMA integrity_check") == [("ok",)]
    # at most the two that were under way at each of four ends are done again
    assert all(ALL[line] for line in marked(course)) and marked(course).total() <= 6 + 4 * 2


@slow
def test_ctrl_c_ends_with_130_and_is_resumed(course):
    process = subprocess.Popen(command(course, "--jobs", "1", seconds=1), env=ENVIRONMENT,
                               text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               start_new_session=True)
    until = time.monotonic() + 60
    while not marked(course):
        assert time.monotonic() < until
        time.sleep(0.05)
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGINT)       # as a terminal does: to the workers as well
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == "staff grade: stopped; the same command goes on from here\n"
    before = marked(course)
    assert 1 <= before.total() < 6
    graded(course)
    assert len(results(course)) == 18 and marked(course).total() <= 7


@slow
def test_two_gradings_into_one_folder_are_refused(course):
    process = subprocess.Popen(command(course, seconds=2), env=ENVIRONMENT,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (course.with_name("out") / "record.sqlite").exists():
        time.sleep(0.05)
    said = graded(course, status=2)
    assert "another grading is writing into" in said
    assert process.wait(60) == 0 and len(results(course)) == 18


@slow
def test_a_marking_that_ends_its_process_is_flagged_and_tried_next_time(course):
    hand_in(course, "to-die")
    said = graded(course, "--jobs", "1", status=1)
    assert "could not be graded: to-die" in said and len(results(course)) == 18
    assert marked(course)["to-die 2d,3b,3c"] == 2
    assert rows(course, "SELECT kind, words FROM findings WHERE key LIKE 'to-die%'") == [
        ("not done", "its process died 2 times (exit status 3)")]


@pytest.mark.faults
def test_recheck_runs_the_changed_check_only_and_says_who_changes(course):
    graded(course, "--seed", "3")
    seeds = [row[4] for row in results(course)]
    said = graded(course, version=2)
    assert "6 of them were graded by other checks" in said and marked(course) == ALL
    said = graded(course, "--recheck", version=2)
    assert [line for line in said.splitlines() if "->" in line] == [
        f"  student{n}: 3b 0 -> 4; in all 9 -> 13" for n in (1, 3, 5)]
    assert marked(course) == ALL + Counter(f"student{n} 3b" for n in range(6))
    assert [row[4] for row in results(course)] == seeds and len(results(course)) == 18
    assert len(rows(course, "SELECT * FROM changes")) == 6
    assert "by code of nobody" in graded(course, "--recheck", version=2)
    assert "other checks" not in graded(course, version=2)


@slow
def test_a_recheck_that_is_killed_tells_everything_in_the_end(course):
    graded(course)
    process = subprocess.Popen(command(course, "--recheck", "--jobs", "1", version=2, seconds=0.7),
                               env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while marked(course).total() < 9:
        assert time.monotonic() < until
        time.sleep(0.02)
    process.kill()
    process.wait()
    said = graded(course, "--recheck", version=2)
    assert said.count("3b 0 -> 4; in all 9 -> 13") == 3
    assert len(rows(course, "SELECT * FROM changes")) == 6


@pytest.mark.faults
@pytest.mark.parametrize("words, arguments", [
    ("missing does not exist", ["missing", "-o", "out"]),
    ("is not a folder: give another one with -o", ["in", "-o", "file"]),
    ("holds no record.sqlite", ["in", "-o", "elsewhere"]),
    ("the output folder . holds the hand-ins", ["in", "-o", "."]),
    ("nowhere.csv does not exist: give another path with --roster", [
        "in", "-o", "out", "--roster", "nowhere.csv"]),
    ("nowhere.toml does not exist: give another path with --limits", [
        "in", "-o", "out", "--limits", "nowhere.toml"]),
    ("no scheduler answers at tcp://127.0.0.1:9", ["in", "-o", "out", "--no-sandbox",
                                                  "--scheduler", "tcp://127.0.0.1:9"]),
])
def test_wrong_use_is_refused(course, monkeypatch, capsys, words, arguments):
    monkeypatch.chdir(course.parent)
    monkeypatch.setattr(cluster, "SECONDS", 1)
    for name in (*SCRIPTS, "assignment", "notebooks", "data", "staff", "LICENSE",
                 "requirements.txt", "pyproject.toml"):
        Path(name).symlink_to(ROOT / name)
    Path("file").write_text("")
    Path("elsewhere").mkdir()
    Path("elsewhere/thesis.txt").write_text("")
    assert main(["grade", *arguments]) == 2
    said = capsys.readouterr().err
    assert words in said and said.startswith("staff grade: ") and said.count("\n") == 1


def test_without_a_sandbox_that_holds_nothing_is_graded(course, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(course))
    out = course.with_name("out")
    assert main(["grade", str(course), "-o", str(out)]) == 2
    said = capsys.readouterr().err
    assert "cannot isolate student code on this machine" in said
    assert "\n  Debian/Ubuntu: sudo apt install bubblewrap\n" in said and not out.exists()


def test_an_unknown_layout_is_refused(course, capsys):
    out = course.with_name("out")
    assert main(["grade", str(course), "-o", str(out), "--layout", "other"]) == 2
    assert "there is no layout other: give one of auto, kit, starter" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("option", [["--seed", "x"], ["--seed", "-1"], ["--jobs", "0"],
                                    []])
def test_options_that_are_none_are_refused(option, capsys):
    with pytest.raises(SystemExit) as ending:
        main(["grade", *option, "in"] if option else ["grade"])
    assert ending.value.code == 2 and "error: " in capsys.readouterr().err


@pytest.mark.faults
def test_a_changed_module_of_checks_changes_the_fingerprints_of_its_checks_only(tmp_path):
    for name in ("assignment", "staff/assignment"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for script in SCRIPTS:
        shutil.copy(ROOT / script, tmp_path)
    before = fingerprint_checks(tmp_path)
    with open(tmp_path / "assignment" / "checks" / "counting.py", "a") as file:
        file.write("# changed\n")
    fingerprint_checks.cache_clear()
    after = fingerprint_checks(tmp_path)
    assert [name for name in before if before[name] != after[name]] == [
        "2d number of parameters", "4d the width nearest to a budget", "4d BUDGET, WIDTH and TWO"]
