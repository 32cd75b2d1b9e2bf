"""Attacks on the grader, each with what must come of it; no process left, no neighbour touched."""

import contextlib
import os
import re
import resource
import socket
import subprocess
import threading
import time
from dataclasses import replace

import psutil
import pytest
from attacks import ATTACKS, HELPERS, MEMORY_MIB, OTHERS, PATIENT
from here import CHECKS, ROOT
from hostile import CODE, LIMITS, Neighbour, Watched, outcome, the_sandbox, written

from kit.check import FAILED, PASSED, run_check
from kit.checking.student import Problem, Student
from staff.sandbox.sandbox import Sandbox

SCRIPTS = ("utils.py", "task2.py", "task3.py", "task4.py")



@pytest.fixture
def sandbox():
    """A Sandbox; the test is skipped where none holds, and fails in CI."""
    return the_sandbox()


@pytest.fixture
def neighbour(tmp_path):
    """Somebody else's submission; it must not have changed."""
    one = Neighbour(tmp_path / "neighbour")
    with one.socket:
        yield one
    assert one.unchanged(), "another submission was changed"


@pytest.fixture
def secretive():
    """A process of the host's that has a secret in its environment."""
    process = subprocess.Popen(["sleep", "100"], env=os.environ | {"STAFF_KEY": "SECRET-word"})
    yield
    process.kill()
    process.wait()


@contextlib.contextmanager
def listeners():
    """Yield the port and the abstract name at which this process listens."""
    with socket.socket() as loopback, socket.socket(socket.AF_UNIX) as abstract:
        loopback.bind(("127.0.0.1", 0))
        loopback.listen()
        name = f"hostile-{os.getpid()}"
        abstract.bind(f"\0{name}")
        abstract.listen()
        yield str(loopback.getsockname()[1]), name


def planted(name, neighbour, folder, port="1", abstract="none"):
    """Write the submission of an attack; return its folder."""
    code = HELPERS + ATTACKS[name][1]
    for word, value in {"HOST": str(neighbour.folder), "REPOSITORY": str(ROOT), "PORT": port,
                        "ABSTRACT": abstract}.items():
        code = code.replace(word, value)
    return written(folder, code, **OTHERS.get(name, {}))


@pytest.mark.attack
@pytest.mark.parametrize("name", ATTACKS)
def test_attack(name, sandbox, neighbour, secretive, tmp_path):
    code = replace(CODE, memory_mib=MEMORY_MIB.get(name, CODE.memory_mib))
    launch = Watched(replace(sandbox, limits=replace(LIMITS, code=code)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with listeners() as (port, abstract):
        folder = planted(name, neighbour, tmp_path / "sub", port, abstract)
        files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        found = outcome(folder, launch, 20 if name in PATIENT else CODE.call_seconds)
    assert re.search(ATTACKS[name][0], found), found
    assert launch.started and launch.left() == []
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == files
    assert found.isprintable() and len(found) < 500
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 150 * 1024, f"the grader grew by {grown // 1024} MiB"


FLOOD = """\
import json, struct
def flood():
    array = {"array": 0, "dtype": "|u1", "shape": [2**22]}
    head = json.dumps({"id": 3, "values": [array], "buffers": [2**22]}).encode()
    message = struct.pack("<I", len(head)) + head + bytes(2**22)
    time.sleep(0.3)
    while True:
        for fd in range(3, 32):
            try: os.write(fd, message)
            except OSError: pass
def answer(x):
    threading.Thread(target=flood, daemon=True).start()
    return 2 * x
"""


@pytest.mark.attack
def test_answers_without_end_do_not_fill_the_grader(sandbox, tmp_path):
    folder = written(tmp_path / "sub", HELPERS + FLOOD)
    with Student(folder, 5, sandbox.launch, cases={"none": 0}) as student:
        assert student.call("task2.answer", 1) == 2
        before = psutil.Process().memory_info().rss
        time.sleep(2)
        grown = psutil.Process().memory_info().rss - before
        assert 2**19 < grown < 2**25, f"the grader grew by {grown / 2**20:.0f} MiB"
        threads = threading.active_count()
        for _ in range(2):
            with contextlib.suppress(Problem):
                student.call("task2.answer", 1)
    assert threading.active_count() <= threads


# what the sandbox is for: the same attacks get through without it
@pytest.mark.attack
@pytest.mark.parametrize("name, seen", [
    ("13 looks for files", "neighbour/task2.py"), ("21 environment", "SECRET"),
    ("22 network", "127.0.0.1.*hostile"), ("7 memfd", "wrong")])
def test_unsandboxed(name, seen, neighbour, secretive, tmp_path):
    sandbox = Sandbox(replace(LIMITS, code=CODE), isolated=False)
    with listeners() as (port, abstract):
        folder = planted(name, neighbour, tmp_path / "sub", port, abstract)
        assert re.search(seen, outcome(folder, sandbox.launch, 20))


def results(sandbox, folder, added=""):
    """Return the results of all checks of the reference, with something added to task2.py."""
    folder.mkdir()
    for name in SCRIPTS:
        text = (ROOT / name).read_text(encoding="utf-8")
        (folder / name).write_text(text + (added if name == "task2.py" else ""), encoding="utf-8")
    with Student(folder, launch=sandbox.launch) as student:
        return [run_check(one, student) for one in CHECKS]


def test_right_code_passes_in_the_sandbox(sandbox, tmp_path):
    found = results(sandbox, tmp_path / "sub")
    assert found and {one.state for one in found} == {PASSED}


@pytest.mark.attack
def test_generators_broken_after_right_code_cost_nothing_but_what_draws(sandbox, tmp_path):
    found = results(sandbox, tmp_path / "sub", "\nnp.random.seed(1)\nnp.random.rand = None\n")
    assert {one.state for one in found} == {PASSED}


ODD = {"empty": "np.array([])", "NaN": "right * np.nan", "infinite": "right + np.inf",
       "scalar": "0.1", "masked": "np.ma.masked_all(right.shape)", "None": "None",
       "objects": "right.astype(object)", "always equal": "Equal(right)",
       "transposed": "right.T", "text": "right.tolist().__repr__()"}
ODDLY = """
import numpy.testing, builtins
class Equal:
    def __init__(self, value): self.shape, self.dtype, self.value = value.shape, value.dtype, value
    def __eq__(self, other): return True
    def __array__(self, *_, **__): return self.value
numpy.testing.assert_allclose = lambda *_, **__: None
np.allclose = np.isfinite = np.array_equal = np.all = lambda *_, **__: True
own_forward = SoftmaxModel.forward
def odd_forward(self, X):
    right = own_forward(self, X)
    return VALUE
SoftmaxModel.forward = odd_forward
"""


@pytest.mark.attack
@pytest.mark.parametrize("name", ODD)
def test_no_odd_value_passes_for_an_output(name, sandbox, tmp_path):
    found = results(sandbox, tmp_path / "sub", ODDLY.replace("VALUE", ODD[name]))
    states = {one.title: one.state for one in found
              if one.subtask == "2b" and one.part == "forward"}
    assert FAILED in states.values(), states
