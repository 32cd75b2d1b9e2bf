"""The jobs of the pool on the workers of dask.distributed."""

import gc
import os
import sys
import time
from contextlib import closing

import pytest

from grading_jobs import do
from kit.files import Refused
from kit.pool import run_jobs
from staff.grading import cluster
from staff.grading.judging import prepare


@pytest.fixture(scope="module")
def scheduler():
    """The address of a scheduler with two workers, each a process."""
    distributed = pytest.importorskip("distributed")
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0",
                                  host="127.0.0.1") as local:
        yield local.scheduler_address


@pytest.mark.faults
def test_dask_gives_the_same(scheduler):
    jobs = [("double", number) for number in range(40)]
    here = sorted(run_jobs(do, jobs, 2))
    assert sorted(cluster.run_jobs(do, iter(jobs), scheduler)) == here


@pytest.mark.faults
def test_dask_gives_failures(scheduler):
    jobs = [("raise", "so"), ("double", 1), ("die always", 0)]
    found = dict(cluster.run_jobs(do, jobs, scheduler))
    assert found[("double", 1)] == 2
    assert found[("raise", "so")].words.startswith("ValueError in grading_jobs.py, line ")
    assert "KilledWorker" in found[("die always", 0)].words


@pytest.mark.faults
def test_a_result_that_is_lost_is_computed_again(scheduler):
    from distributed import Client, Future

    def jobs():
        yield "sleep", 1
        time.sleep(0.4)     # until the scheduler knows it
        with Client(scheduler, set_as_default=False) as other:
            keys = other.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.tasks))
            other.cancel([Future(key, other) for key in keys], force=True)
        yield "double", 1

    found = [job for job, outcome in cluster.run_jobs(do, jobs(), scheduler)]
    assert sorted(found) == [("double", 1), ("sleep", 1)]


@pytest.mark.faults
def test_a_worker_of_dask_that_ends_is_replaced(scheduler, tmp_path):
    jobs = [("die", str(tmp_path / "once")), ("double", 1), ("double", 2)]
    found = dict(cluster.run_jobs(do, jobs, scheduler))
    assert found == {jobs[0]: "survived", jobs[1]: 2, jobs[2]: 4}


@pytest.mark.faults
def test_a_scheduler_that_goes_away_is_refused():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0",
                                  host="127.0.0.1") as local:
        with closing(cluster.run_jobs(do, [("double", 1), ("sleep", 60)],
                                      local.scheduler_address)) as results:
            next(results)
            local.close()
            with pytest.raises(Refused, match="the scheduler at .* has gone"):
                next(results)


@pytest.mark.faults
def test_workers_with_other_code_are_refused(scheduler, monkeypatch):
    monkeypatch.setattr(cluster, "hash_code", lambda: "another")
    with pytest.raises(Refused, match="another version of this kit"):
        list(cluster.run_jobs(do, [("double", 1)], scheduler))


@pytest.mark.faults
def test_workers_are_probed(scheduler):
    with pytest.raises(Refused, match="no sandbox here"):
        list(cluster.run_jobs(do, [("double", 1)], scheduler, fit=(prepare, Leaky())))


@pytest.mark.faults
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "127.0.0.1:9", "no such", "foo://bar:1"])
def test_a_scheduler_that_does_not_answer_is_refused(monkeypatch, address):
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "SECONDS", 1)
    with pytest.raises(Refused, match="no scheduler answers at"):
        list(cluster.run_jobs(do, [("double", 1)], address))
    gc.collect()    # dask waits for itself if it forgets this client while it starts another


@pytest.mark.faults
def test_a_scheduler_without_workers_is_refused(monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "SECONDS", 1)
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0", host="127.0.0.1") as local:
        with pytest.raises(Refused, match="has no worker"):
            list(cluster.run_jobs(do, [("double", 1)], local.scheduler_address))


def test_without_dask_there_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Refused, match="pip install distributed"):
        list(cluster.run_jobs(do, [("double", 1)], "tcp://127.0.0.1:9"))


class Leaky:
    """A sandbox that does not hold."""

    def __eq__(self, other):
        return isinstance(other, Leaky)

    def __hash__(self):
        return 0

    def probe(self):
        """Refuse."""
        raise Refused("no sandbox here")
