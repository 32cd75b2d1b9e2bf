"""`python -m staff sweep`: the same numbers in local processes and on dask's workers."""
import csv
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from kit import ROOT
from kit import sweep as kit_sweep
from kit.files import Refused
from kit.sweep import sweep
from staff import cluster
from staff.sweep import main, on_dask
from task2 import load_dataset
from task3 import MOMENTUM, run_as_arrays

SMALL = replace(MOMENTUM, neurons_per_layer=(4, 10), num_epochs=1)
OPTIONS = ["--layers", "4,10", "--layers", "3,3,10", "--seeds", "2", "--epochs", "2"]


@contextmanager
def dask(workers=2):
    """Yield the address of a scheduler with workers, each a process."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=workers, threads_per_worker=1,
                                  dashboard_address=":0", host="127.0.0.1") as local:
        yield local.scheduler_address


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    """Processes that are started import from here."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "tests")]))


@pytest.fixture(autouse=True)
def one_thread():
    """What is computed here is rounded as in a worker."""
    with threadpool_limits(1, "blas"):
        yield


def killed_once(job, data, tick):
    """A run whose first process is killed in the middle of it."""
    def tick_or_die():
        tick()
        if not os.path.exists(job[2]):
            open(job[2], "w").close()
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

    return run_as_arrays(job, data, tick_or_die)


def same(some, others):
    """Whether two lists of results are equal to the last bit."""
    return len(some) == len(others) and all(
        a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)
        for a, b in zip(some, others))


def rows(path):
    """Return the rows of a CSV file, as dicts."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_table_and_a_row_for_each_run(small_path, tmp_path, capsys):
    out = tmp_path / "new" / "runs.csv"
    assert main([*OPTIONS, "--data", str(small_path), "-o", str(out)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("experiment") and said[1].startswith("4,10 ")
    assert said[2].startswith("3,3,10 ") and said[3] == str(out)
    found = rows(out)
    assert [(row["neurons_per_layer"], row["seed"]) for row in found] == [
        ("4,10", "0"), ("4,10", "1"), ("3,3,10", "0"), ("3,3,10", "1")]
    job = replace(SMALL, num_epochs=2), 1
    run = run_as_arrays(job, load_dataset(small_path), lambda: None)
    assert float(found[1]["val_loss"]) == float(run["val_loss"])
    assert len(list((tmp_path / "build" / "runs").iterdir())) == 4


@pytest.mark.faults
def test_dask_gives_the_same_and_keeps_it_under_the_same_names(small_path, tmp_path, monkeypatch):
    def command(where, *more):
        monkeypatch.setenv("MNIST_BUILD", str(tmp_path / where))
        done = subprocess.run([sys.executable, "-m", "staff", "sweep", *OPTIONS, "--data",
                               small_path, *more], cwd=ROOT, capture_output=True, text=True,
                              timeout=120)
        assert done.returncode == 0 and "100%" in done.stderr, done.stderr
        kept = sorted((tmp_path / where / "runs").iterdir())
        return (rows(tmp_path / where / "sweep.csv"), [path.name for path in kept],
                [dict(np.load(path)) for path in kept])

    local = command("local")
    with dask() as address:
        there = command("dask", "--scheduler", address)
    assert local[:2] == there[:2] and same(local[2], there[2]) and len(local[2]) == 4


@pytest.mark.faults
@pytest.mark.parametrize("how", ["local", "dask"])
def test_a_run_whose_process_is_killed_is_made_good(small_path, tmp_path, monkeypatch, how):
    monkeypatch.setattr(kit_sweep, "available_cores", lambda: 2)
    load = partial(load_dataset, small_path)
    jobs = [(SMALL, seed, str(tmp_path / "killed")) for seed in range(3)]
    if how == "local":
        found = sweep(killed_once, load, jobs, 5)
    else:
        with dask() as address:
            found = sweep(killed_once, load, jobs, 5,
                          compute=partial(on_dask, address, small_path))
    assert (tmp_path / "killed").exists()
    assert same(found, [run_as_arrays(job, load(), lambda: None) for job in jobs])


@pytest.mark.faults
def test_a_run_that_fails_on_dask_ends_the_sweep_with_its_name(small_path):
    jobs = [(replace(SMALL, batch_size=1000), 0, "data")]
    with dask(1) as address, pytest.raises(Refused, match="batch size is 1000.*batch_size=1000"):
        sweep(run_as_arrays, None, jobs, 5, compute=partial(on_dask, address, small_path))


@pytest.mark.parametrize("words, arguments", [
    ("no scheduler answers at tcp://127.0.0.1:9", ["--scheduler", "tcp://127.0.0.1:9"]),
    ("nowhere.npz does not exist", ["--data", "nowhere.npz"]),
    ("there.csv is there already", ["-o", "there.csv"]),
    ("folder is a folder", ["-o", "folder", "--force"]),
])
def test_wrong_use_is_refused(tmp_path, monkeypatch, capsys, words, arguments):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cluster, "SECONDS", 1)
    Path("there.csv").write_text("kept")
    Path("folder").mkdir()
    assert main([*OPTIONS, *arguments]) == 2
    said = capsys.readouterr().err.splitlines()
    assert words in said[-1] and said[-1].startswith("staff sweep: ")
    assert Path("there.csv").read_text() == "kept"


@pytest.mark.parametrize("option", [
    ["--layers", "64,x"], ["--layers", "64,9"], ["--layers", "0,10"], ["--layers", ""],
    ["--seeds=-1"], ["--seeds", "0"], ["--seeds", "1,x"], ["--seeds", ""], ["--epochs", "0"]])
def test_options_that_are_none_are_refused(option, capsys):
    with pytest.raises(SystemExit) as ending:
        main(option)
    said = capsys.readouterr().err.splitlines()
    assert ending.value.code == 2 and "error: argument --" in said[-1] and "expected" in said[-1]
