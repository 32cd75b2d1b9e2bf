"""Jobs side by side: the same results as one after the other, and none lost or invented."""
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from threadpoolctl import threadpool_info

from kit import pool
from kit.pool import MAX_WORKERS, TRIES, WorkerDied, count_cores, run_jobs


def load():
    return np.float64(10)


def multiply(job, data, tick):
    tick()
    return job * data


def fail_or_wait(job, data, tick):
    if job == 2:
        raise ValueError("job 2 went wrong")
    for _ in range(1000):
        time.sleep(0.01)
        tick()


def die(job, data, tick):
    os._exit(1)


def die_twice(job, data, tick):
    """A job of four ticks; that of the number 1 is killed at its third, the first two times."""
    number, folder = job
    for count in range(4):
        tick()
        time.sleep(0.1)
        if number == 1 and count == 2 and len(os.listdir(folder)) < 2:
            open(os.path.join(folder, str(os.getpid())), "w").close()
            psutil.Process().kill()
    return number * data


class Bar:
    """Stands in for tqdm: keeps all that it has shown."""

    def __init__(self):
        self.n, self.shown = 0, []

    def update(self, more=1):
        self.n += more
        self.shown.append(self.n)


def set_cores(monkeypatch, cores):
    monkeypatch.setattr(pool, "count_cores", lambda: cores)


@pytest.mark.parametrize("cores", [1, 2, 99])
def test_any_number_of_cores_gives_the_same(cores, monkeypatch):
    set_cores(monkeypatch, cores)
    bar = Bar()
    assert dict(run_jobs(multiply, load, [3, 1, 2], 2, bar)) == {3: 30, 1: 10, 2: 20}
    assert bar.n == 6


def test_no_job_starts_no_process():
    assert list(run_jobs(None, None, [], 1, Bar())) == []


def where(job, data, tick):
    time.sleep(0.2)     # so that one worker does not take all of the jobs
    return os.getpid(), {info["num_threads"] for info in threadpool_info()}


def test_each_worker_is_a_new_process_with_one_thread_for_several_jobs(monkeypatch):
    set_cores(monkeypatch, 2)
    found = dict(run_jobs(where, load, range(6), 1, Bar()))
    processes = {process for process, _ in found.values()}
    assert len(processes) == 2 and os.getpid() not in processes
    one = {1 for _ in threadpool_info()}     # none on macOS: Accelerate does not tell
    assert all(threads == one for _, threads in found.values())
    (_, (alone, _)), = run_jobs(where, load, [0], 1, Bar())
    assert alone not in processes | {os.getpid()}


def load_noisily():
    print("loaded", flush=True)     # in a worker
    return 10.0


def test_each_worker_loads_the_data_once(monkeypatch, capfd):
    set_cores(monkeypatch, 1)
    assert len(list(run_jobs(multiply, load_noisily, [1, 2, 3], 1, Bar()))) == 3
    assert capfd.readouterr().out.count("loaded") == 1


@pytest.mark.parametrize("cores, jobs, workers", [(2, 5, 2), (5, 2, 2), (99, 99, MAX_WORKERS)])
def test_there_are_no_more_workers_than_cores_jobs_and_room(cores, jobs, workers, monkeypatch):
    started = []

    class NoWorker(pool.Worker):
        def __init__(self, compute, load):
            started.append(self)
            self.pipe, self.ticks = object(), SimpleNamespace(value=0)
            self.process = SimpleNamespace(kill=lambda: None, join=lambda: None)

        def begin(self, job):
            pass

    class Waits(Exception):
        pass

    def wait(pipes, timeout):
        raise Waits

    set_cores(monkeypatch, cores)
    monkeypatch.setattr(pool, "Worker", NoWorker)
    monkeypatch.setattr(pool.connection, "wait", wait)
    with pytest.raises(Waits):
        list(run_jobs(multiply, load, range(jobs), 1, Bar()))
    assert len(started) == workers


def test_a_failing_job_ends_all_with_its_own_exception_at_once():
    if count_cores() == 1:
        pytest.skip("needs two cores")
    start = time.monotonic()
    with pytest.raises(ValueError, match="job 2 went wrong") as raised:
        list(run_jobs(fail_or_wait, load, [1, 2, 3, 4], 1000, Bar()))
    assert time.monotonic() - start < 9, "the other jobs went on for their full ten seconds"
    assert "in fail_or_wait" in str(raised.value.__cause__)     # the worker's own traceback


def leave(job, data, tick):
    sys.exit("a script calls exit")


def test_a_job_that_calls_exit_is_an_exception_too():
    with pytest.raises(SystemExit, match="a script calls exit"):
        list(run_jobs(leave, load, [1], 1, Bar()))


def test_a_job_whose_worker_is_killed_is_computed_again_and_none_twice(monkeypatch, tmp_path):
    set_cores(monkeypatch, 2)
    jobs, bar = [(number, str(tmp_path)) for number in (1, 2, 3)], Bar()
    done = list(run_jobs(die_twice, load, jobs, 4, bar))
    assert len(os.listdir(tmp_path)) == 2, "the first job was to be killed twice"
    assert sorted((job[0], result) for job, result in done) == [
        (1, 10), (2, 20), (3, 30)]
    assert bar.n == max(bar.shown) == 12, f"the bar went to {bar.shown} of 12 ticks"


def test_a_job_that_ends_every_worker_ends_all_with_a_sentence_that_names_it(monkeypatch):
    set_cores(monkeypatch, 2)
    before = set(psutil.Process().children())
    with pytest.raises(WorkerDied, match=r"^The process that computed 'a job( too)?' died "
                                         rf"{TRIES} times \(exit status 1\): "):
        list(run_jobs(die, load, ["a job", "a job too"], 1, Bar()))
    left = [child for child in set(psutil.Process().children()) - before
            if "resource_tracker" not in " ".join(child.cmdline())]
    assert left == []


def note_and_sleep(job, data, tick):
    with open(os.path.join(job[1], f"{os.getpid()}.pid"), "w"):
        time.sleep(60)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_no_worker_outlives_a_parent_that_is_killed(tmp_path):
    code = ("import test_pool as t; "
            f"jobs = [(i, {str(tmp_path)!r}) for i in (1, 2)]; "
            "list(t.run_jobs(t.note_and_sleep, t.load, jobs, 1, t.Bar()))")
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=os.path.dirname(__file__),
                              stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)
    workers = [int(path.stem) for path in tmp_path.iterdir()]
    assert workers
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    while any(alive(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(alive(pid) for pid in workers)


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:     # a zombie that nobody has collected is dead
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        pass
    try:
        os.kill(pid, 0)
        return not os.path.isdir("/proc/self")
    except ProcessLookupError:
        return False
