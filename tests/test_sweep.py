"""Runs side by side: the same results as one after the other, and none lost or invented."""
import os
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest

from kit import sweep as kit_sweep
from kit.sweep import WorkerDied, side_by_side, sweep


def load():
    return 10.0


def train(job, data, tick):
    tick()
    return {"value": np.array(job * data)}


def train_or_fail(job, data, tick):
    if job == 2:
        raise ValueError("job 2 went wrong")
    for _ in range(1000):
        time.sleep(0.01)
        tick()
    return {}


def die(job, data, tick):
    os._exit(1)


def die_twice(job, data, tick):
    """A run of four ticks; that of the number 1 is killed at its third, the first two times."""
    number, folder = job
    for count in range(4):
        tick()
        time.sleep(0.1)
        if number == 1 and count == 2 and len(os.listdir(folder)) < 2:
            open(os.path.join(folder, str(os.getpid())), "w").close()
            psutil.Process().kill()
    return {"value": np.array(number * data)}


class Bar:
    """Stands in for tqdm: keeps all that it has shown."""

    def __init__(self):
        self.n, self.shown = 0, []

    def update(self, more=1):
        self.n += more
        self.shown.append(self.n)


def one_core(monkeypatch):
    monkeypatch.setattr(kit_sweep, "available_cores", lambda: 1)


def test_one_core_and_several_give_the_same_in_the_same_order(monkeypatch):
    jobs = [3, 1, 2]
    several = sweep(train, load, jobs, ticks_per_job=2)
    one_core(monkeypatch)
    single = sweep(train, load, jobs, ticks_per_job=2)
    assert [float(result["value"]) for result in several] == [30, 10, 20]
    assert several == single


def test_finished_runs_are_recalled_and_unreadable_ones_computed_again(tmp_path, monkeypatch):
    one_core(monkeypatch)
    calls = []

    def counted(job, data, tick):
        calls.append(job)
        return train(job, data, tick)

    sweep(counted, load, [1, 2], 1, folder=tmp_path)
    sweep(counted, load, [1, 2, 3], 1, folder=tmp_path)
    assert calls == [1, 2, 3] and len(list(tmp_path.iterdir())) == 3
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:50])
    again = sweep(counted, load, [1, 2], 1, folder=tmp_path)
    assert [float(result["value"]) for result in again] == [10, 20]
    assert calls == [1, 2, 3, 1, 2]


def test_a_run_is_recalled_only_for_the_scripts_that_made_it(monkeypatch, tmp_path):
    before = kit_sweep.fingerprint("job")
    assert before == kit_sweep.fingerprint("job") != kit_sweep.fingerprint("other")
    for name in ("utils.py", "task2.py", "task3.py", "kit/mnist.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((kit_sweep.ROOT / name).read_bytes())
    monkeypatch.setattr(kit_sweep, "ROOT", tmp_path)
    assert kit_sweep.fingerprint("job") == before
    with open(tmp_path / "task2.py", "a") as file:
        file.write("# changed\n")
    assert kit_sweep.fingerprint("job") != before


def where(job, data, tick):
    return {"process": np.array(os.getpid())}


def test_a_run_after_an_edit_is_computed_by_a_process_that_has_read_it(monkeypatch):
    one_core(monkeypatch)
    assert sweep(where, load, ["here"], 1)[0]["process"] == os.getpid()
    monkeypatch.setattr(kit_sweep, "AS_IMPORTED", "text of before the edit")
    assert sweep(where, load, ["elsewhere"], 1)[0]["process"] != os.getpid()


def test_a_failing_run_ends_the_sweep_with_its_own_exception_at_once():
    if kit_sweep.available_cores() == 1:
        pytest.skip("needs two cores")
    start = time.monotonic()
    with pytest.raises(ValueError, match="job 2 went wrong"):
        sweep(train_or_fail, load, [1, 2, 3, 4], ticks_per_job=1000)
    assert time.monotonic() - start < 9, "the other runs went on for their full ten seconds"


def test_a_run_whose_worker_is_killed_is_computed_again_and_none_twice(monkeypatch, tmp_path):
    monkeypatch.setattr(kit_sweep, "available_cores", lambda: 2)
    jobs, bar = [(number, str(tmp_path)) for number in (1, 2, 3)], Bar()
    done = list(side_by_side(die_twice, load, jobs, 4, bar))
    assert len(os.listdir(tmp_path)) == 2, "the first run was to be killed twice"
    assert sorted((job[0], float(result["value"])) for job, result in done) == [
        (1, 10), (2, 20), (3, 30)]
    assert bar.n == max(bar.shown) == 12, f"the bar went to {bar.shown} of 12 ticks"


def test_a_run_that_ends_every_worker_ends_the_sweep_with_a_sentence_that_names_it(monkeypatch):
    monkeypatch.setattr(kit_sweep, "available_cores", lambda: 2)
    before = set(psutil.Process().children())
    with pytest.raises(WorkerDied, match=r"^The process that computed 'a run( too)?' .* status 1"):
        sweep(die, load, ["a run", "a run too"], ticks_per_job=1)
    left = [child for child in set(psutil.Process().children()) - before
            if "resource_tracker" not in " ".join(child.cmdline())]
    assert left == []


def test_no_run_goes_on_with_a_text_that_was_edited_meanwhile(monkeypatch, tmp_path):
    monkeypatch.setattr(kit_sweep, "available_cores", lambda: 2)
    texts = iter(["before"] + ["after"] * 9)
    monkeypatch.setattr(kit_sweep, "fingerprint", lambda job: next(texts))
    with pytest.raises(WorkerDied):
        list(side_by_side(die_twice, load, [(1, str(tmp_path)), (2, str(tmp_path))], 4, Bar()))
    assert len(os.listdir(tmp_path)) == 1


def note_and_sleep(job, data, tick):
    with open(os.path.join(job[1], f"{os.getpid()}.pid"), "w"):
        time.sleep(60)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_no_worker_outlives_a_parent_that_is_killed(tmp_path):
    code = ("import test_sweep as t; "
            f"t.sweep(t.note_and_sleep, t.load, [(i, {str(tmp_path)!r}) for i in (1, 2)], 1)")
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
