"""One pool for training runs and marking: no job is lost, invented or disturbed by another."""
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from threadpoolctl import threadpool_info

from grading_jobs import do
from here import ROOT
from kit import pool, runs
from kit.pool import (MAX_WORKERS, Failure, WorkerDied, count_cores, raise_failure, run_jobs,
                      tick)
from kit.runs import TRIES, compute_jobs, compute_run

posix = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


def wait_until(condition, what):
    """Wait up to 30 seconds."""
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.05)


def find_workers(before):
    """The workers that were started after those, and still run."""
    return [child for child in set(psutil.Process().children()) - before
            if "resource_tracker" not in " ".join(child.cmdline())]


# ------------------------------------------------- four tests that every candidate has to pass

@pytest.mark.faults
@posix
@pytest.mark.parametrize("way", ["die always", "die in the end"])
def test_a_dead_worker_costs_only_its_job(way, tmp_path):
    log = tmp_path / "log"
    others = [("sleep", 0.5), ("sleep", 1), ("double", 3), ("double", 4)]
    jobs = [("log", (log, job)) for job in [others[0], (way, 0), *others[1:]]]
    found = {job[1][1]: outcome for job, outcome in run_jobs(do, jobs, 2, tries=1)}
    assert isinstance(found.pop((way, 0)), Failure)
    assert found[("double", 3)] == 6 and found[("double", 4)] == 8
    assert sorted(found) == sorted(others) and not any(
        isinstance(outcome, Failure) for outcome in found.values())
    begun = log.read_text().splitlines()
    assert sorted(begun) == sorted(set(begun)), "a neighbour's job was begun twice"


@pytest.mark.faults
def test_an_overdue_job_is_ended_alone(tmp_path):
    folder, log = tmp_path / "sandbox", tmp_path / "log"
    folder.mkdir()
    overdue, others = ("sandbox", folder), [("log", (log, ("sleep", 4))), ("double", 1)]
    start = time.monotonic()
    found = dict(run_jobs(do, [overdue, *others], 2, lambda job: 2 if job == overdue else 60))
    assert found.pop(overdue) == Failure("it was not done within 2 s")
    assert set(found) == set(others) and isinstance(found[others[0]], int)
    assert time.monotonic() - start < 30 and len(log.read_text().splitlines()) == 1
    if os.name != "nt":
        assert list(folder.iterdir()) == [], "the job could not end what it had started"


def test_an_edited_script_is_read_anew(tmp_path, monkeypatch):
    script = tmp_path / "edited_script.py"
    script.write_text("VALUE = 0")
    monkeypatch.syspath_prepend(tmp_path)
    assert do(("import", script.stem)) == 0     # here, as a notebook does
    for text, value in [("VALUE = 1 + 0", 1), ("VALUE = 1 + 1 + 0", 2)]:
        script.write_text(text)
        assert list(run_jobs(do, [("import", script.stem)])) == [(("import", script.stem), value)]


PARENT = """
import sys
from pathlib import Path
from grading_jobs import do
from kit.pool import run_jobs
if __name__ == "__main__":
    jobs = [("double", 1), ("sandbox", Path(sys.argv[1])), ("sleep", 60)]
    for job, outcome in run_jobs(do, jobs, 3):
        pass
"""


@pytest.mark.faults
@posix
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_of_a_parent_that_ends(tmp_path, ending):
    """There are an idle worker, one that has started a program, and one that sleeps."""
    folder, script = tmp_path / "sandbox", tmp_path / "parent.py"
    folder.mkdir()
    script.write_text(PARENT)
    parent = subprocess.Popen(
        [sys.executable, script, folder], stderr=subprocess.PIPE, start_new_session=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'tests/helpers'}{os.pathsep}{ROOT}"})
    wait_until(lambda: any(folder.iterdir()), "no program was started")
    time.sleep(1)       # so that the others run too
    family = psutil.Process(parent.pid).children(recursive=True)
    assert len(family) >= 4, "three workers and a program"
    os.kill(parent.pid, ending)
    parent.communicate(timeout=20)
    _, left = psutil.wait_procs(family, timeout=20)
    assert left == [] and list(folder.iterdir()) == []


# --------------------------------------------------------------------------- jobs and workers

@pytest.mark.faults
@pytest.mark.parametrize("workers", [1, 2, 5])
def test_any_number_of_workers_does_each_job_once(workers):
    jobs = [("double", number) for number in range(40)]
    found = list(run_jobs(do, iter(jobs), workers))
    assert sorted(found) == [(job, 2 * job[1]) for job in jobs]


def test_no_job_starts_no_process():
    before = set(psutil.Process().children())
    assert list(run_jobs(None, [])) == [] and find_workers(before) == []


def test_a_job_is_taken_when_a_worker_is_free():
    taken = []

    def jobs():
        for number in range(20):
            taken.append(number)
            yield "double", number

    with closing(run_jobs(do, jobs(), 2)) as outcomes:
        next(outcomes)
        assert len(taken) <= 3


def test_jobs_need_not_be_hashable():
    assert [outcome for _, outcome in run_jobs(sorted, [[2, 1]])] == [[1, 2]]


def where(job):
    time.sleep(0.2)     # so that one worker does not take all of the jobs
    return os.getpid(), {info["num_threads"] for info in threadpool_info()}


@pytest.mark.faults
def test_each_worker_is_a_new_process_with_one_thread_for_several_jobs():
    found = dict(run_jobs(where, range(6), 2))
    processes = {process for process, _ in found.values()}
    assert len(processes) == 2 and os.getpid() not in processes
    assert all(threads == {1} for _, threads in found.values())
    (_, (alone, _)), = run_jobs(where, [0])
    assert alone not in processes | {os.getpid()}


def tick_twice(job):
    for _ in range(2):
        tick()
        time.sleep(0.6)


@pytest.mark.faults
def test_the_ticks_of_the_jobs_that_run_are_shown():
    shown = []
    assert len(list(run_jobs(tick_twice, range(3), 1, show=shown.append))) == 3
    assert max(shown) == 2 and shown[-1] == 0


@pytest.mark.parametrize("cores, jobs, asked, workers", [
    (2, 5, None, 2), (5, 2, None, 2), (99, 99, None, MAX_WORKERS), (2, 99, 9, 9)])
def test_there_are_no_more_workers_than_cores_jobs_and_room(cores, jobs, asked, workers,
                                                            monkeypatch):
    started = []

    class Waits(Exception):
        pass

    class NoWorker(pool.Worker):
        def __init__(self, compute):
            started.append(self)
            self.pipe, self.task = self, None

        def begin(self, task):
            self.task = task

    def wait(pipes, timeout):
        raise Waits

    monkeypatch.setattr(pool, "count_cores", lambda: cores)
    monkeypatch.setattr(pool, "Worker", NoWorker)
    monkeypatch.setattr(pool, "end_workers", lambda workers: None)
    monkeypatch.setattr(pool.connection, "wait", wait)
    with pytest.raises(Waits):
        list(run_jobs(do, range(jobs), asked))
    assert len(started) == workers


# ------------------------------------------------------------------------------------ failures

def test_what_a_job_raises_is_a_failure_and_the_others_go_on():
    job = "raise", "so <b>\x1b[31m"
    found = dict(run_jobs(do, [job, ("double", 4)], 1))
    assert found[("double", 4)] == 8
    words = found[job].words
    assert words.startswith("ValueError in grading_jobs.py, line ") and "\x1b" not in words
    with pytest.raises(ValueError, match="so <b>") as raised:
        raise_failure(job, found[job])
    assert "in do" in str(raised.value.__cause__)       # the worker's own traceback


@pytest.mark.parametrize("what, words", [
    ("exit", "SystemExit in grading_jobs.py, line "), ("no result", "AttributeError in |Pickling"),
    ("raise what cannot be sent", "Unsendable in grading_jobs.py, line [0-9]+: 1 and more")])
def test_an_exit_and_what_cannot_be_sent_are_failures_too(what, words):
    found = dict(run_jobs(do, [(what, 1), ("double", 4)], 1))
    assert found[("double", 4)] == 8
    assert re.match(words, found[(what, 1)].words), found
    assert found[(what, 1)].problem is not None and found[(what, 1)].trace


def test_a_worker_that_dies_is_replaced_and_its_job_tried_once_more(tmp_path):
    jobs = [("die", str(tmp_path / "once")), ("double", 1), ("double", 2)]
    assert dict(run_jobs(do, jobs, 1)) == {jobs[0]: "survived", jobs[1]: 2, jobs[2]: 4}


def test_a_job_that_ends_every_worker_is_a_failure():
    found = dict(run_jobs(do, [("die always", 0), ("double", 1)], 1))
    assert found == {("die always", 0): Failure("its process died 2 times (exit status 9)"),
                     ("double", 1): 2}
    with pytest.raises(WorkerDied, match=r"^\('die always', 0\) was not computed: its process "
                                         r"died 2 times \(exit status 9\)\. Close other progr"):
        raise_failure(*list(found.items())[0])


def test_closing_ends_the_workers():
    before = set(psutil.Process().children())
    with closing(run_jobs(do, [("double", 1), ("sleep", 60)], 2)) as outcomes:
        next(outcomes)
        assert len(find_workers(before)) == 2
    assert find_workers(before) == []


# --------------------------------------------------------------- training: data, a bar, no failure

class Bar:
    """Stands in for tqdm: keeps all that it has shown."""

    last = None

    def __init__(self, total, **_):
        self.n, self.total, self.shown = 0, total, []
        Bar.last = self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def update(self, more):
        self.n += more
        self.shown.append(self.n)


@pytest.fixture
def cores(monkeypatch):
    """Sets the number of cores, and lets a Bar stand in for tqdm."""
    monkeypatch.setattr(runs, "tqdm", Bar)
    return lambda number: monkeypatch.setattr(pool, "count_cores", lambda: number)


def multiply(job):
    tick()
    return job * np.float64(10)


@pytest.mark.faults
@pytest.mark.parametrize("number", [1, 2, 99])
def test_any_number_of_cores_gives_the_same(number, cores):
    cores(number)
    assert dict(compute_jobs(multiply, [3, 1, 2], 2)) == {3: 30, 1: 10, 2: 20}
    assert Bar.last.n == Bar.last.total == 6


def load_noisily():
    print("loaded", flush=True)     # in a worker
    return 10.0


class Experiment:
    pass


def train(experiment, seed, data, tick):
    return SimpleNamespace(results=seed * data)


def test_each_worker_loads_the_data_once(cores, capfd):
    cores(1)
    compute = partial(compute_run, train, load_noisily)
    jobs = [(Experiment(), seed) for seed in (1, 2, 3)]
    found = [results for _, (_, results) in compute_jobs(compute, jobs, 1)]
    assert found == [10, 20, 30] and capfd.readouterr().out.count("loaded") == 1


def fail_or_wait(job):
    if job == 2:
        raise ValueError("job 2 went wrong")
    for _ in range(1000):
        time.sleep(0.01)
        tick()


def test_a_failing_job_ends_all_with_its_own_exception_at_once(cores):
    if count_cores() == 1:
        pytest.skip("needs two cores")
    before, start = set(psutil.Process().children()), time.monotonic()
    with pytest.raises(ValueError, match="job 2 went wrong") as raised:
        list(compute_jobs(fail_or_wait, [1, 2, 3, 4], 1000))
    assert time.monotonic() - start < 9, "the other jobs went on for their full ten seconds"
    assert find_workers(before) == []
    assert "in fail_or_wait" in str(raised.value.__cause__)     # the worker's own traceback


def test_a_job_that_calls_exit_is_an_exception_too(cores):
    with pytest.raises(SystemExit, match="a script calls exit"):
        list(compute_jobs(do, [("exit", "a script calls exit")], 1))


def die_twice(job):
    """A job of four ticks; that of the number 1 is killed at its third, the first two times."""
    number, folder = job
    for count in range(4):
        tick()
        time.sleep(0.1)
        if number == 1 and count == 2 and len(os.listdir(folder)) < 2:
            open(os.path.join(folder, str(os.getpid())), "w").close()
            psutil.Process().kill()
    return number * 10


@pytest.mark.faults
def test_a_job_whose_worker_is_killed_is_computed_again_and_none_twice(cores, tmp_path):
    cores(2)
    jobs = [(number, str(tmp_path)) for number in (1, 2, 3)]
    done = list(compute_jobs(die_twice, jobs, 4))
    assert len(os.listdir(tmp_path)) == 2, "the first job was to be killed twice"
    assert sorted((job[0], result) for job, result in done) == [(1, 10), (2, 20), (3, 30)]
    assert Bar.last.n == max(Bar.last.shown) == 12, f"the bar went to {Bar.last.shown} of 12 ticks"


def test_a_job_that_ends_every_worker_ends_all_with_a_sentence_that_names_it(cores):
    cores(2)
    before = set(psutil.Process().children())
    with pytest.raises(WorkerDied, match=r"^\('die always', [12]\) was not computed: its process "
                                         rf"died {TRIES} times \(exit status 9\)"):
        list(compute_jobs(do, [("die always", 1), ("die always", 2)], 1))
    assert find_workers(before) == []
