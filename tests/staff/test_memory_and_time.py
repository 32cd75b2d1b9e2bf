"""Memory and processor time: limited for a sandbox as a whole, with and without control groups."""

import fcntl
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import psutil
import pytest
from attacks import HELPERS, MEMORY
from here import ROOT
from hostile import CODE, LIMITS, outcome, the_sandbox, written

from kit.checking.student import Problem, Student
from kit.pool import Failure
from staff.grading import command
from staff.grading.judging import Verdict, judge_code
from staff.grading.stages import Job
from staff.sandbox import cgroup, confined
from staff.sandbox.folders import remove_folder
from staff.sandbox.measuring import (OwnClock, Times, count_locks, list_children,
                                     measure_times)
from staff.sandbox.program import Program


@pytest.fixture(params=["with", "without"])
def sandbox(request, monkeypatch):
    """A Sandbox with a control group, and one without."""
    found = the_sandbox()
    if request.param == "without":
        monkeypatch.setattr("staff.sandbox.sandbox.make_group", lambda _: None)
    elif not cgroup.find_places():
        pytest.skip("no control group can be made here")
    return found


# --------------------------------------------------------------------------------------- memory

DENIED = "raises (Permission|OS)Error|said -1"
SPACE = {
    "shared memory that is let go": (f"{DENIED}|{MEMORY}", """\
import mmap
def answer(x):
    kept = []
    while True:
        one = mmap.mmap(-1, 2**24)
        one.write(bytes(2**24))
        one.madvise(mmap.MADV_DONTNEED)
        kept.append(one)"""),
    "shared memory of /dev/zero": (f"raises OSError.*No such device|{DENIED}", """\
import mmap
def answer(x):
    with open("/dev/zero", "r+b", buffering=0) as file:
        mmap.mmap(file.fileno(), 2**24)"""),
    "huge pages": (DENIED, """\
import mmap
def answer(x): mmap.mmap(-1, 2**21, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)"""),
    "pages that pipes hold": (DENIED, """\
def answer(x):
    read, write = os.pipe()
    return str(libc.vmsplice(write, 0, 0, 0))"""),
    "long pipes": (DENIED, """\
import fcntl
def answer(x): fcntl.fcntl(os.pipe()[1], 1031, 2**20)"""),
    "long buffers of sockets": (DENIED, """\
def answer(x): socket.socketpair()[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**22)"""),
    "letters between sockets": ("raises OSError", """\
def answer(x): socket.socketpair(type=socket.SOCK_DGRAM)"""),
    "sockets of other protocols": ("raises OSError", """\
def answer(x): socket.socket(proto=262)"""),
    "buffers of TCP": (f"{MEMORY}|did not return", """\
def answer(x):
    server = socket.create_server(("127.0.0.1", 0))
    kept = []
    for _ in range(50):
        one = socket.create_connection(server.getsockname())
        kept += [one, server.accept()[0]]
        one.setblocking(False)
        try:
            while one.send(bytes(2**16)): pass
        except BlockingIOError: pass
    time.sleep(60)"""),
    "letters through the kernel": (MEMORY, """\
def answer(x):
    kept = []
    while len(kept) < 100:
        kept.append(one := socket.socket(16, socket.SOCK_RAW, 2))
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**23)
        one.bind((0, 0))
        one.setblocking(False)
        try:
            while True: one.sendto(bytes(30000), one.getsockname())
        except BlockingIOError: pass
    time.sleep(60)"""),
    "terminals": (MEMORY, """\
def answer(x):
    kept = [os.openpty() for _ in range(50)]
    time.sleep(60)"""),
    "locks of open files": (DENIED, """\
import fcntl, struct
def answer(x):
    part = struct.pack("hhlli", fcntl.F_WRLCK, 0, 0, 1, 0)
    with open("/tmp/file", "wb") as file: fcntl.fcntl(file, 37, part)
"""),
    "events of files": (DENIED, "def answer(x): return str(libc.inotify_init1(0))"),
    "buffers of many sockets": (MEMORY, """\
def answer(x):
    for _ in range(15):
        if os.fork() == 0:
            kept = []
            while len(kept) < 55:
                pair = socket.socketpair()
                for one in pair:
                    one.setblocking(False)
                    try:
                        while one.send(bytes(4096)): pass
                    except BlockingIOError: pass
                kept.append(pair)
            time.sleep(60)
    time.sleep(60)"""),
    "children that share": (MEMORY, """\
def answer(x):
    kept = np.ones(150 * 2**17)
    for _ in range(8):
        if os.fork() == 0:
            kept += 1
            time.sleep(60)
    time.sleep(60)"""),
}


@pytest.mark.attack
@pytest.mark.parametrize("name", SPACE)
def test_no_memory_beside_the_limit(name, sandbox, tmp_path):
    folder = written(tmp_path / "sub", HELPERS + SPACE[name][1])
    found = outcome(folder, sandbox.launch, 20)
    assert re.search(SPACE[name][0], found), found


@pytest.mark.attack
def test_honest_memory_is_taken(sandbox, tmp_path):
    """Locks and pools of processes, sockets and addresses, memory just below the limit."""
    folder = written(tmp_path / "sub", HELPERS + """
import asyncio, fcntl, mmap, multiprocessing
async def nothing(): pass
def double(x): return 2 * x
def answer(x):
    asyncio.run(nothing())
    pairs = [socket.socketpair() for _ in range(20)]
    server = socket.create_server(socket.getaddrinfo("127.0.0.1", 0)[0][4])
    with open("/tmp/file", "wb") as file: fcntl.flock(file, fcntl.LOCK_EX)
    np.ones(100 * 2**17).sum()
    with multiprocessing.Pool(3) as pool, multiprocessing.Lock():
        return np.array(pool.map(double, x))
""")
    assert outcome(folder, sandbox.launch, 20) == "right"


def test_locks_are_counted(tmp_path):
    """Where there is no control group; the kernel has no limit on them."""
    with open(tmp_path / "file", "wb") as file:
        for at in range(5):
            fcntl.lockf(file, fcntl.LOCK_EX, 1, 2 * at)
        assert count_locks([os.getpid()]) == 5
    assert count_locks([os.getpid()]) == 0


def test_a_group_is_removed_also_one_that_a_killed_grader_left(tmp_path):
    places = cgroup.find_places()
    if not places:
        pytest.skip("no control group can be made here")
    sandbox = the_sandbox()
    assert outcome(written(tmp_path / "sub", "def answer(x): return 2 * x"),
                   sandbox.launch) == "right"
    own = f"{cgroup.NAME}{os.getpid()}-*"
    assert [folder for place in places.values() for folder in place.glob(own)] == []
    left = places["memory"] / f"{cgroup.NAME}{2**22 + 1}-0"     # no process has this number
    left.mkdir()
    cgroup.remove_left_groups(places["memory"])
    assert not left.exists()


def test_where_no_group_can_be_made_nobody_waits_for_its_end(tmp_path, monkeypatch):
    """As for an ordinary user."""
    def refuse(_):
        raise PermissionError
    monkeypatch.setattr(cgroup.Path, "mkdir", refuse)
    monkeypatch.setattr(cgroup.time, "sleep", lambda seconds: seconds and pytest.fail("it waits"))
    with pytest.raises(PermissionError):
        cgroup.Group({"memory": tmp_path, "cpu": tmp_path / "cpu"}, 2**20)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_a_thread_that_ends_meanwhile_hides_no_process(monkeypatch):
    real = os.listdir
    monkeypatch.setattr(os, "listdir", lambda path: ["2147483647", *real(path), "2147483646"])
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert child.pid in list_children(os.getpid())
        child.stdin.write(b"\n")
    assert list_children(child.pid) is None


def test_the_trial_of_a_group_ends_with_a_killed_grader():
    code = """import os, time
from staff.sandbox import cgroup, measuring
def wait(*_):
    print(*measuring.list_children(os.getpid()), flush=True)
    time.sleep(60)
cgroup.Group = wait
cgroup.can_limit({})
"""
    grader = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True,
                              cwd=ROOT)
    with grader.stdout:
        child = psutil.Process(int(grader.stdout.readline()))
    grader.kill()
    grader.wait()
    assert psutil.wait_procs([child], 10)[1] == []


V2 = {"memory.max": "max", "memory.swap.max": "max", "cgroup.procs": "",
      "cpu.stat": "usage_usec 2500000\nuser_usec 1\n", "memory.events": "max 3\noom_kill 1\n"}


def test_files_of_version_2(tmp_path, monkeypatch):
    """As the kernel's documentation has them: this says not that a kernel takes them."""
    monkeypatch.setattr(cgroup.Path, "mkdir", lambda path: (
        os.mkdir(path), [(path / name).write_text(text) for name, text in V2.items()]))
    group = cgroup.Group({"memory": tmp_path}, 2**20)
    folder = group.folders["memory"]
    assert (folder / "memory.max").read_text() == str(2**20)
    assert (folder / "memory.swap.max").read_text() == "0"
    group.add(77)
    assert (folder / "cgroup.procs").read_text() == "77"
    assert group.is_full() and group.read_used() == 2.5


def test_where_version_2_is_tried(monkeypatch):
    files = {"/proc/self/cgroup": ["0::/user.slice/app.slice/run.scope"],
             "/proc/self/mountinfo": ["30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"]}
    monkeypatch.setattr(cgroup, "read_lines", files.get)
    assert [str(places["memory"]) for places in cgroup.list_places()] == [
        "/sys/fs/cgroup/user.slice/app.slice/run.scope", "/sys/fs/cgroup/user.slice/app.slice"]


# ----------------------------------------------------------------------------------------- time

def test_a_clock_of_its_own(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("staff.sandbox.measuring.time.monotonic", lambda: now[0])
    clock = OwnClock()

    def passed(seconds, used, waited):
        now[0] += seconds
        before, seen = clock.seconds, clock.before
        clock.look(Times(seen.used + used, seen.waited + waited))
        return round(clock.seconds - before, 6)

    assert passed(1, 0, 0) == 1             # it sleeps
    assert passed(1, 1, 0) == 1             # it computes
    assert passed(1, 2, 0) == 2             # two compute
    assert passed(1, 0.1, 0.9) == 0.1       # others have the processor
    assert passed(1, 0.5, 30) == 0.5        # sixty wait for it
    assert passed(1, 0, 0) == 0 and passed(1, 0, 0) == 1    # at most one second is made up for
    assert passed(1, -5, -5) == 1           # some have ended
    assert clock.used == pytest.approx(4.6 - 1)


def test_times_of_processes():
    before = measure_times([os.getpid()]).used
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass
    found = measure_times([os.getpid()])
    assert 0.2 < found.used - before < 5 and found.busy >= 1
    assert measure_times([2**22 + 1]) == Times()


BUSY = HELPERS + """
def answer(x):
    for _ in range(40):
        if os.fork() == 0:
            while True: pass
    time.sleep(60)
"""
SHORT = HELPERS + """
signal.signal(signal.SIGCHLD, signal.SIG_IGN)       # so that nobody counts the time of children
def answer(x):
    while True:
        if os.fork() == 0:
            end = time.monotonic() + 0.01
            while time.monotonic() < end: pass
            os._exit(0)
        try: os.wait()
        except ChildProcessError: pass
"""


@pytest.mark.attack
def test_busy_processes_are_stopped(sandbox, tmp_path):
    found = outcome(written(tmp_path / "sub", BUSY), sandbox.launch)
    assert "did not return within 3 s" in found or "computed at the same time" in found


@pytest.mark.attack
def test_the_time_of_short_processes_counts(tmp_path):
    """At least where there are control groups: nobody else is told of it."""
    if not cgroup.find_places():
        pytest.skip("no control group can be made here")
    found = outcome(written(tmp_path / "sub", SHORT), the_sandbox().launch)
    assert "did not return within 3 s" in found


@pytest.mark.attack
def test_too_many_at_once_are_stopped_before_their_time(sandbox):
    """Two seconds are enough for that; a few may compute for longer."""
    limits = replace(CODE, busy_processes=2, total_seconds=1000)
    process = sandbox.run(Program(["/bin/sh", "-c", "while :; do :; done & " * (
        2 * confined.CORES + 2) + "wait"], limits=limits))
    process.wait(60)
    assert f"more than {2 * confined.CORES} of its processes" in process.reason


WAITING = """
import ctypes, os, time
libc = ctypes.CDLL(None)
for _ in range(5):
    if os.fork() == 0:
        stack = ctypes.create_string_buffer(2**16)
        top = ctypes.c_void_p(ctypes.addressof(stack) + 2**16 - 64)
        libc.clone(ctypes.cast(libc.pause, ctypes.c_void_p), top, 0x4100 | 17, None)    # vfork
time.sleep(60)
"""


def test_a_load_of_its_own_starves_nobody(sandbox, monkeypatch):
    """Processes that wait for a child by vfork count as load, though they compute nothing."""
    process = sandbox.run(Program([sandbox.interpreter.program, "-c", WAITING], limits=CODE))
    try:
        until = time.monotonic() + 20
        while process.load < 5 and time.monotonic() < until:
            time.sleep(0.05)
        process.clock.used, process.clock.seconds = 0, 9
        for others, starved in ((0, False), (confined.CORES + 1, True)):
            monkeypatch.setattr(os, "getloadavg", lambda load=process.load + others: (load, 0, 0))
            assert process.is_starved() == starved
    finally:
        process.kill()
        process.wait()


HOGS = HELPERS + """
def answer(x):
    for _ in range(60):
        if os.fork() == 0:
            while True: pass
    return 2 * x
"""
COMPUTES = HELPERS + """
def answer(x):
    end = time.process_time() + 1
    while time.process_time() < end: pass
    return 2 * x
"""


@pytest.mark.attack
def test_busy_neighbours_take_no_time_from_a_call(sandbox, tmp_path):
    """A call of one second of processor time has two, beside 60 busy processes for each core."""
    hogs = replace(sandbox, limits=replace(LIMITS, code=replace(
        CODE, busy_processes=1000, total_seconds=10**6)))
    with Student(written(tmp_path / "hogs", HOGS), 60, hogs.launch, cases={"none": 0}) as student:
        student.call("task2.answer", 1)
        assert outcome(written(tmp_path / "sub", COMPUTES), sandbox.launch, 2) == "right"


@pytest.mark.attack
def test_only_the_clock_on_the_wall(sandbox, tmp_path, monkeypatch):
    """Then the verdict says so, and no other call is tried; the grader judges it again."""
    monkeypatch.setattr(confined.OwnClock, "look", lambda *_: None)
    limits = replace(LIMITS, code=replace(CODE, clock_seconds=1))
    files = {f"task{number}.py": b"import time\ntime.sleep(60)\n" for number in (2, 3, 4)}
    start = time.monotonic()
    verdict = judge_code(files, "kit", replace(sandbox, limits=limits), 3)
    assert verdict.starved and time.monotonic() - start < 30
    with Student(written(tmp_path / "sub", "import time\ntime.sleep(60)\n"), 60,
                 replace(sandbox, limits=limits).launch, cases={"none": 0}) as student:
        with pytest.raises(Problem, match="was not done within 1 s"):
            student.call("task2.answer", 1)
        assert student.starved


@pytest.mark.parametrize("relieved", [True, False])
def test_what_was_starved_is_judged_again_alone(relieved, monkeypatch):
    """If it starves again, it has no result, rather than one that costs points."""
    kept, crews = [], []

    def start_jobs(jobs, sandbox, options):
        crews.append(options.jobs)
        for job in jobs:
            alone = options.jobs == 1 and relieved
            yield job, Verdict([], [], starved="slow" in job.checks and not alone)

    jobs = [Job(None, None, 1, None, ("slow",)), Job(None, None, 1, None, ("fast",))]
    monkeypatch.setattr(command, "find_jobs", lambda *_: (jobs, []))
    monkeypatch.setattr(command, "add_files", lambda job, out: job)
    monkeypatch.setattr(command, "start_jobs", start_jobs)
    monkeypatch.setattr(command, "keep_outcome",
                        lambda record, job, outcome, recheck: kept.append((job, outcome)))
    command.run_stages(None, [], 1, None, SimpleNamespace(jobs=2, recheck=False, out=None))
    assert [job.checks for job, _ in kept] == [("fast",), ("slow",)] and crews == [2, 1]
    assert kept[0][1] == Verdict([], [])
    assert kept[1][1] == (Verdict([], []) if relieved else Failure(command.STARVED))


# ------------------------------------------------------------------------------------ the watch

def make_deep(folder, depth=400):
    """Make folders in folders, the last ones closed, with a name that no path can hold."""
    folder.mkdir()
    (folder / "file").write_text("x")
    here = os.open(folder, os.O_RDONLY)
    for number in range(depth):
        os.mkdir("d" * 20, dir_fd=here)
        os.symlink("/etc", f"link{number}", dir_fd=here)
        inner = os.open("d" * 20, os.O_RDONLY, dir_fd=here)
        if number > depth - 3:
            os.fchmod(here, 0)
        os.close(here)
        here = inner
    os.fchmod(here, 0)
    os.close(here)


def test_a_deep_folder_is_removed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("x")
    make_deep(tmp_path / "deep")
    (tmp_path / "deep" / "link").symlink_to(outside)
    remove_folder(tmp_path / "deep")
    assert not (tmp_path / "deep").exists() and (outside / "kept").exists()
    remove_folder(tmp_path / "deep")        # there is none


@pytest.mark.parametrize("problem", [RecursionError, MemoryError, ValueError, SystemExit])
def test_a_watch_that_fails_ends_what_it_watches(problem, sandbox, monkeypatch):
    def fail(*_):
        raise problem
    process = sandbox.run(Program(["/bin/sleep", "60"]))
    monkeypatch.setattr(confined, "measure_times", fail)
    process.wait(10)
    assert problem.__name__ in process.reason


def test_without_a_watcher_nothing_runs(sandbox, monkeypatch):
    def fail(self):
        raise RuntimeError("can't start new thread")
    monkeypatch.setattr(threading.Thread, "start", fail)
    with pytest.raises(OSError, match="no thread can be started to watch it: can't start new"):
        sandbox.run(Program(["/bin/sleep", "60"]))


@pytest.mark.attack
def test_an_endless_call_is_a_problem_of_its_own(sandbox, tmp_path):
    """Whatever else runs: a loop without end is no fault of the machine's."""
    folder = written(tmp_path / "sub", "def answer(x):\n    while True: pass\n")
    with Student(folder, 1, sandbox.launch, cases={"none": 0}) as student:
        with pytest.raises(Problem, match="did not return within 1 s"):
            student.call("task2.answer", 1)
        assert not student.starved
