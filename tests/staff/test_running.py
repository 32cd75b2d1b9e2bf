"""Jobs side by side: on this machine's processes, and on the workers of dask.distributed."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing

import psutil
import pytest

from grading_jobs import do
from kit.files import Refused
from staff.grading import cluster
from staff.grading import running
from staff.grading.judging import prepare
from staff.grading.running import Failure




def patience(job):
    """Ten minutes."""
    return 600


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_each_job_is_done_once(workers):
    jobs = [("double", number) for number in range(40)]
    found = list(running.run(iter(jobs), do, workers, patience))
    assert sorted(found) == [(job, 2 * job[1]) for job in jobs]


def test_no_jobs_start_no_worker():
    assert list(running.run([], do, 2, patience)) == []


def test_jobs_are_taken_when_a_worker_is_free():
    taken = []

    def jobs():
        for number in range(20):
            taken.append(number)
            yield "double", number

    with closing(running.run(jobs(), do, 2, patience)) as results:
        next(results)
        assert len(taken) <= 3


def test_what_a_job_raises_is_a_failure_and_the_others_go_on():
    found = dict(running.run([("raise", "so <b>\x1b[31m"), ("double", 4)], do, 1, patience))
    assert found[("double", 4)] == 8
    words = found[("raise", "so <b>\x1b[31m")].words
    assert words.startswith("ValueError in grading_jobs.py, line ") and "\x1b" not in words


def test_a_worker_that_ends_is_replaced_and_its_job_tried_once_more(tmp_path):
    jobs = [("die", str(tmp_path / "once")), ("double", 1), ("double", 2)]
    found = dict(running.run(jobs, do, 1, patience))
    assert found == {jobs[0]: "survived", jobs[1]: 2, jobs[2]: 4}


def test_a_job_that_ends_every_worker_is_a_failure():
    found = dict(running.run([("die always", 0), ("double", 1)], do, 1, patience))
    assert found[("double", 1)] == 2
    assert found[("die always", 0)] == Failure(
        "the process that was at it ended (exit status 9), 2 times over")


@pytest.mark.faults
def test_a_job_that_does_not_end_is_a_failure():
    found = dict(running.run([("sleep", 60), ("double", 1)], do, 1, lambda job: 2))
    assert found == {("sleep", 60): Failure("it was not done within 2 s"), ("double", 1): 2}


def test_closing_ends_the_workers():
    before = set(psutil.Process().children())
    with closing(running.run([("double", 1), ("sleep", 60)], do, 2, patience)) as results:
        next(results)
        assert len(set(psutil.Process().children()) - before) >= 2
    left = [child for child in set(psutil.Process().children()) - before
            if "resource_tracker" not in " ".join(child.cmdline())]
    assert left == []


PARENT = """
import sys
from grading_jobs import do
from staff.grading.running import run
if __name__ == "__main__":
    for job, result in run([("sleep", 0.1), ("sleep", 0.1), ("sleep", 60), ("sleep", 60)], do, 2,
                           lambda job: 600):
        print(result, flush=True)
"""


@pytest.mark.faults
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_parent(tmp_path, ending):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.PIPE, start_new_session=True,
                              env={**os.environ, "PYTHONPATH": "tests/helpers:."})
    pids = {int(parent.stdout.readline()) for _ in range(2)}
    os.kill(parent.pid, ending)
    parent.communicate(timeout=20)
    until = time.monotonic() + 20
    while any(psutil.pid_exists(pid) for pid in pids):
        assert time.monotonic() < until, "a worker is left"
        time.sleep(0.05)


# ------------------------------------------------------------------------------------------ dask

@pytest.fixture(scope="module")
def scheduler():
    """The address of a scheduler with two workers, each a process."""
    distributed = pytest.importorskip("distributed")
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0",
                                  host="127.0.0.1") as local:
        yield local.scheduler_address


def test_dask_gives_the_same(scheduler):
    jobs = [("double", number) for number in range(40)]
    here = sorted(running.run(jobs, do, 2, patience))
    assert sorted(cluster.run(iter(jobs), do, scheduler)) == here


def test_dask_gives_failures(scheduler):
    found = dict(cluster.run([("raise", "so"), ("double", 1), ("die always", 0)], do, scheduler))
    assert found[("double", 1)] == 2
    assert found[("raise", "so")].words.startswith("ValueError in grading_jobs.py, line ")
    assert "KilledWorker" in found[("die always", 0)].words


def test_a_worker_of_dask_that_ends_is_replaced(scheduler, tmp_path):
    jobs = [("die", str(tmp_path / "once")), ("double", 1), ("double", 2)]
    found = dict(cluster.run(jobs, do, scheduler))
    assert found == {jobs[0]: "survived", jobs[1]: 2, jobs[2]: 4}


@pytest.mark.faults
def test_a_scheduler_that_goes_away_is_refused():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0",
                                  host="127.0.0.1") as local:
        with closing(cluster.run([("double", 1), ("sleep", 60)], do,
                                 local.scheduler_address)) as results:
            next(results)
            local.close()
            with pytest.raises(Refused, match="the scheduler at .* has gone"):
                next(results)


def test_workers_with_other_code_are_refused(scheduler, monkeypatch):
    monkeypatch.setattr(cluster, "code_version", lambda: "another")
    with pytest.raises(Refused, match="another version of this kit"):
        list(cluster.run([("double", 1)], do, scheduler))


def test_workers_are_probed(scheduler):
    with pytest.raises(Refused, match="no sandbox here"):
        list(cluster.run([("double", 1)], do, scheduler, fit=(prepare, Leaky())))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "127.0.0.1:9", "no such", "foo://bar:1"])
def test_a_scheduler_that_does_not_answer_is_refused(monkeypatch, address):
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "SECONDS", 1)
    with pytest.raises(Refused, match="no scheduler answers at"):
        list(cluster.run([("double", 1)], do, address))


def test_a_scheduler_without_workers_is_refused(monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "SECONDS", 1)
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0", host="127.0.0.1") as local:
        with pytest.raises(Refused, match="has no worker"):
            list(cluster.run([("double", 1)], do, local.scheduler_address))


def test_without_dask_there_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Refused, match="pip install distributed"):
        list(cluster.run([("double", 1)], do, "tcp://127.0.0.1:9"))


class Leaky:
    """A sandbox that does not hold."""

    def __eq__(self, other):
        return isinstance(other, Leaky)

    def __hash__(self):
        return 0

    def probe(self):
        """Refuse."""
        raise Refused("no sandbox here")
