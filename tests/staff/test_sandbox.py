"""The sandbox: proved before it is used, watched while it runs, gone afterwards."""

import hashlib
import os
import pickle
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from here import ROOT
from hostile import CODE, LIMITS, inhabitants, outcome, the_sandbox, until_gone, written

from kit.checking.student import Problem, Student
from kit.files import Refused
from staff.layouts import Layout
from staff.sandbox import bubblewrap
from staff.sandbox.interpreter import find_interpreter
from staff.sandbox.measuring import list_descendants
from staff.sandbox.probe import NotIsolated
from staff.sandbox.program import Program
from staff.sandbox.sandbox import ENTER, Sandbox

HONEST = "def answer(x): return 2 * x\n"
OPEN = Sandbox(replace(LIMITS, code=CODE), isolated=False)


@pytest.fixture
def sandbox():
    """A Sandbox; the test is skipped where none holds, and fails in CI."""
    return the_sandbox()


def shell(sandbox, command, folder=None, **named):
    """Return the status, the output and the log of a shell command in a sandbox."""
    process = sandbox.run(Program(["/bin/sh", "-c", command], folder, **named))
    said = process.stdout.read().decode() if process.stdout else ""
    status = process.wait(20)
    process.watcher.join(5)
    return status, said, process.log.decode()


@pytest.mark.parametrize("ci, outcome", [("true", pytest.fail), ("", pytest.skip)])
def test_without_a_sandbox_these_tests_are_skipped_but_fail_in_ci(ci, outcome, monkeypatch):
    monkeypatch.setattr("hostile.sandbox_or_reason", lambda: (None, "for a reason"))
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome.Exception, match="no sandbox: for a reason"):
        the_sandbox()


# ------------------------------------------------------------------------------------ the probe

# bubblewrap with some of its options taken out, or with another end
STRIPPED = """#!{python}
import os, sys
arguments = sys.argv[1:]
if arguments[0] == "--args":
    {fails}
    with open(int(arguments[1])) as file:
        options = file.read().split("\\0")
    at = options.index({option!r})
    del options[at:at + {length}]
    arguments[:2] = options
os.execv({bwrap!r}, ["bwrap", *arguments])
"""


def stripped(folder, option, length=1, fails=""):
    """Write a bwrap that leaves out an option into a folder, which is put before others."""
    text = STRIPPED.format(python=sys.executable, option=option, length=length, fails=fails,
                           bwrap=shutil.which("bwrap"))
    (folder / "bwrap").write_text(text)
    (folder / "bwrap").chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.parametrize("option, length, told", [
    ("--unshare-net", 1, "loopback can be reached; an abstract socket"),
    ("--unshare-pid", 1, "processes of the host"),
    ("--seccomp", 2, "system calls are not filtered; .*memfd"),
    ("--remount-ro", 10, "/ can be written to; .*/box/sub/kit can be written to"),
    ("--size", 2, "/dev/shm is not limited in size")])
def test_the_probe_sees_what_is_missing(option, length, told, sandbox, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", stripped(tmp_path, option, length))
    if option == "--remount-ro":        # with root's recipe, other users own these folders
        monkeypatch.setattr(Sandbox, "choose_user", lambda *_: None)
    with pytest.raises(NotIsolated, match=told):
        sandbox.probe()


def test_the_probe_sees_what_can_be_moved(sandbox, monkeypatch):
    """The student's folder, if it is no mount of its own: another could take its place."""
    def make_scratch(place, mib):
        return ["--tmpfs", *(["/box", "--dir"] if place == "/box/sub" else []), place]
    monkeypatch.setattr(bubblewrap, "make_scratch", make_scratch)
    monkeypatch.setattr(Sandbox, "choose_user", lambda *_: None)
    with pytest.raises(NotIsolated, match="/box/sub can be moved"):
        sandbox.probe()


def test_the_probe_says_what_bubblewrap_says(sandbox, tmp_path, monkeypatch):
    fails = "sys.exit('bwrap: setting up uid map: Permission denied')"
    monkeypatch.setenv("PATH", stripped(tmp_path, "--proc", fails=fails))
    with pytest.raises(NotIsolated) as refusal:
        sandbox.probe()
    assert refusal.value.reason == ("no sandbox could be started: bwrap: setting up uid map: "
                                    "Permission denied")
    assert "sudo apt install bubblewrap\n" in str(refusal.value)
    assert str(refusal.value).splitlines()[-1].startswith("  Only for code you trust: --no-sandb")


def test_without_bubblewrap_it_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    bubblewrap.read_version.cache_clear()
    with pytest.raises(NotIsolated, match="on this machine: bubblewrap is not installed"):
        Sandbox(LIMITS).probe()


def test_solutions_in_the_python_are_seen(sandbox, tmp_path):
    """A Python in which the kit is installed, not linked: its task2 could be read."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    python = tmp_path / "env" / "bin" / "python"
    site = next((tmp_path / "env" / "lib").glob("python3*/site-packages"))
    (site / "task2.py").write_text("")
    with pytest.raises(NotIsolated, match=r"solutions are installed .*\(task2\).*has no NumPy"):
        replace(sandbox, python=str(python)).probe()


@pytest.mark.faults
@pytest.mark.parametrize("version", [(0, 6, 1), (0, 7, 0)])
def test_older_bubblewraps(version, sandbox, tmp_path, monkeypatch):
    monkeypatch.setattr(bubblewrap, "read_version", lambda: version)
    assert "--disable-userns" not in bubblewrap.list_namespaces(None)
    assert ("--size" in bubblewrap.make_scratch("/tmp", 1)) == (version >= (0, 7))
    sandbox.probe()
    assert outcome(written(tmp_path / "sub", HONEST), sandbox.launch) == "right"


# ------------------------------------------------------------------------------------ its Python

def test_what_is_no_python_is_refused(tmp_path):
    with pytest.raises(Refused, match="/bin/false does not run as Python .*: give the path of"):
        find_interpreter("/bin/false")
    with pytest.raises(Refused, match="none does not run as Python"):
        find_interpreter(str(tmp_path / "none"))


def test_a_python_whose_folder_holds_the_solutions_is_refused(monkeypatch):
    monkeypatch.setattr("staff.sandbox.interpreter.ENGINE",
                        Path(find_interpreter(sys.executable).prefixes[-1]) / "repository")
    with pytest.raises(Refused, match="holds this repository, which students' code could then"):
        find_interpreter(sys.executable)


def test_a_sandbox_can_be_sent():
    assert pickle.loads(pickle.dumps(OPEN)) == OPEN
    assert OPEN.name == "UNSANDBOXED" and replace(OPEN, isolated=True).name == "bubblewrap"


# ----------------------------------------------------------------------------------- what it runs

def test_what_is_inside(sandbox, tmp_path):
    folder = written(tmp_path / "sub", "x", **{"notebooks/a.txt": "a", "kit/own.py": "no"})
    status, said, _ = shell(sandbox, "pwd; ls; ls kit; ls -A / /tmp; hostname; cat /more", folder,
                            show={"/more": ROOT / "LICENSE"})
    assert status == 0 and said.startswith(
        "/box/sub\nLICENSE\nassignment\ndata\nkit\nnotebooks\ntask2.py\n")
    assert "own.py" not in said and "checking\n" in said and "sandbox\n" in said
    assert "MIT" in said and not {"var", "srv", "boot", "mnt"} & set(said.split())


TRIES = """
echo x > kit/checking/numpy.py; echo x > kit/own.py; mkdir kit/own; echo x > data/own.py
echo x > assignment/own.py; ln -s /tmp assignment/checks/own; chmod 777 kit kit/check.py
for name in kit data assignment; do mv $name old; mkdir $name; rm -rf $name; ln -s /tmp $name; done
mv /box/sub /box/old; mkdir -p /box/sub/kit/checking; echo x > /box/own
for file in $(find LICENSE kit data assignment -type f); do echo x >> $file; rm -f $file; done
"""


@pytest.mark.parametrize("recipe", ["of its machine", "of an ordinary user"])
def test_given_files_cannot_be_changed_moved_or_joined_by_others(recipe, sandbox, tmp_path,
                                                                monkeypatch):
    """Nor where code runs as the user who owns their folders; beside them it may write."""
    if recipe == "of an ordinary user":
        monkeypatch.setattr(Sandbox, "choose_user", lambda *_: None)
    folder = written(tmp_path / "sub", HONEST)
    _, said, log = shell(sandbox, f"(set +e; {TRIES}) >/dev/null 2>&1; ls /box; cd /box/sub; "
                         "find LICENSE kit data assignment ! -type d -exec sha256sum {} +; "
                         "echo y > own; cat own", folder)
    given = {f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {inside[9:]}"
             for inside, file in sandbox.given.items()}
    first, *listed, last = said.splitlines()
    assert (first, last) == ("sub", "y") and len(listed) == len(given), log
    assert set(listed) == given


ADAPTER = """
import importlib
from pathlib import Path
noted = [Path(__file__).with_name("more.txt").read_text()]
def install(folder, scripts):
    return lambda name: importlib.import_module({"task2": "old"}[name])
"""


def test_what_is_not_the_students_fault_is_not_charged(sandbox, tmp_path, monkeypatch):
    """A sandbox that does not start is an error of the grader's, no Problem."""
    for one in (sandbox, OPEN):
        with pytest.raises(OSError, match="none is not a folder"):
            one.run(Program(["/bin/true"], tmp_path / "none"))
    with pytest.raises(OSError, match="no sandbox could be started: bwrap: Can't find source"):
        sandbox.run(Program(["/bin/true"], show={"/more": tmp_path / "none"}))
    monkeypatch.setenv("PATH", stripped(tmp_path, "--proc", fails="sys.exit('out of memory')"))
    with Student(written(tmp_path / "sub", HONEST), 5, sandbox.launch, cases={"none": 0}) as one:
        with pytest.raises(OSError, match="no sandbox could be started: out of memory"):
            one.call("task2.answer", 1)


def test_an_adapter_and_the_files_beside_it(sandbox, tmp_path):
    adapters = written(tmp_path / "adapters", "", **{"own.py": ADAPTER, "more.txt": "more"})
    layout = Layout("own", adapters, (), adapter=("own.py", "more.txt"))
    folder = written(tmp_path / "sub", "raise SystemExit", **{"old.py": HONEST})
    for one in (sandbox, OPEN):
        with Student(folder, 5, lambda place, one=one: one.launch(
                place, layout=layout), cases={"none": 0}) as student:
            assert student.call("task2.answer", 2) == 4
            assert student.get("adapter.noted") == ["more"]


def test_marks_of_a_conflict_in_one_script_cost_no_other(sandbox, tmp_path):
    folder = written(tmp_path / "sub", HONEST, **{"task3.py": "<<<<<<< HEAD\n"})
    for one in (sandbox, OPEN):
        with Student(folder, 5, one.launch, cases={"none": 0}) as student:
            assert student.call("task2.answer", 2) == 4
            with pytest.raises(Problem, match="task3.py, line 1"):
                student.get("task3.answer")


def test_what_does_not_fit_is_said(sandbox, tmp_path):
    folder = written(tmp_path / "sub", HONEST)
    with open(folder / "large.npy", "wb") as file:
        file.truncate(65 * 2**20)
    assert "stopped: its files take up more room" in outcome(folder, sandbox.launch)


def test_the_environment_is_new(sandbox, monkeypatch):
    monkeypatch.setenv("STAFF_SECRET", "x")
    for one in (sandbox, OPEN):
        _, said, _ = shell(one, "env", env={"MORE": "a"})
        names = {line.split("=")[0] for line in said.split()}
        assert {"HOME", "MORE", "MPLBACKEND", "OPENBLAS_NUM_THREADS"} <= names
        assert not names & {"STAFF_SECRET", "SSH_AUTH_SOCK", "VIRTUAL_ENV"}


def test_what_is_printed_is_kept_in_the_end(sandbox):
    _, said, log = shell(sandbox, "echo out; echo err >&2", talk=False)
    assert said == "" and log == "out\nerr\n"
    _, said, log = shell(sandbox, f"head -c 100000 /dev/zero >&2; echo {'end'} >&2; echo out")
    assert said == "out\n" and len(log) == 64 * 1024 and log.endswith("\0end\n")


def test_a_socket_that_it_inherits(sandbox):
    for one in (sandbox, OPEN):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.settimeout(20)
            code = f"import os; os.write({theirs.fileno()}, b'yes')"
            one.run(Program([one.interpreter.program, "-c", code],
                            descriptors=(theirs.fileno(),))).wait(20)
            assert ours.recv(10) == b"yes"


def test_it_writes_only_to_memory(sandbox):
    _, said, _ = shell(sandbox, "cat /proc/self/mounts")
    kinds = {line.split()[2] for line in said.splitlines() if " rw," in line}
    assert kinds <= {"tmpfs", "proc", "devpts", "mqueue", "devtmpfs"}   # the last: /dev/null …


@pytest.mark.attack
def test_all_calls_together_have_a_limit(sandbox, tmp_path):
    folder = written(tmp_path / "sub", "import time\ndef answer(x): time.sleep(0.7); return x\n")
    start = time.monotonic()
    with Student(folder, 5, sandbox.launch, cases={"none": 0}, total=2) as student:
        with pytest.raises(Problem, match="took more than 2 s in all"):
            for _ in range(10):
                student.call("task2.answer", 1)
        with pytest.raises(Problem, match="^it took more than 2 s in all"):
            student.call("task2.other", 1)
    assert time.monotonic() - start < 4


@pytest.mark.attack
def test_a_process_has_a_limit_in_all(sandbox):
    short = replace(CODE, total_seconds=1)
    process = sandbox.run(Program(["/bin/sleep", "60"], limits=short))
    assert process.wait(10) == 128 + signal.SIGKILL
    assert process.reason == "it took more than 1 s in all"


# --------------------------------------------------------------------------------------- its end

@pytest.mark.attack
def test_killed_while_it_starts_it_leaves_nothing(sandbox):
    """Before bubblewrap is done, too."""
    reading, ready = os.pipe()
    sleep = Program(["/bin/sleep", "60"], show={"/enter/enter.py": ENTER}, limits=CODE, slot=0)
    namespaces, held = set(), []
    for pause in np.linspace(0, 0.03, 20):
        process = sandbox.start_isolated(sleep, ready)
        # held open: a sandbox of another test cannot get the same number
        held += [open(f"/proc/{child}/ns/pid") for child in list_descendants(process.pid)]
        namespaces = {os.readlink(f"/proc/self/fd/{file.fileno()}") for file in held}
        time.sleep(pause)
        process.kill()
        assert process.wait(1) == process.poll() == 128 + signal.SIGKILL and process.reason == ""
        process.stdin.close()
        process.stdout.close()
    os.close(ready)
    os.close(reading)
    assert namespaces and not any(map(inhabitants, namespaces))
    for file in held:
        file.close()


@pytest.mark.attack
def test_nothing_is_left_when_the_grader_is_killed(sandbox, tmp_path):
    """Killed by SIGKILL, it cannot tidy up: the sandbox goes with it."""
    code = """import os, sys, time
from hostile import the_sandbox, list_descendants
from staff.sandbox.program import Program
process = the_sandbox().run(Program(["/bin/sh", "-c", "setsid sleep 1000 & sleep 1000"]))
while len(list_descendants(process.pid)) < 4: time.sleep(0.01)
print(os.readlink(f"/proc/{list_descendants(process.pid)[-1]}/ns/pid"), flush=True)
time.sleep(1000)
"""
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "helpers")])
    grader = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True,
                              env=os.environ | {"PYTHONPATH": path})
    namespace = grader.stdout.readline().strip()
    assert len(inhabitants(namespace)) >= 3
    grader.kill()
    grader.wait()
    grader.stdout.close()
    assert until_gone(namespace) == []


@pytest.mark.attack
def test_unsandboxed_code_is_stopped_too(tmp_path):
    before = set(os.listdir("/proc"))
    code = "import os, time\ndef answer(x):\n    os.fork()\n    while True: time.sleep(1)\n"
    assert "did not return" in outcome(written(tmp_path / "a", code), OPEN.launch, 1)
    assert outcome(written(tmp_path / "b", HONEST), OPEN.launch) == "right"
    code = "import numpy as np\ndef answer(x): return np.ones(10**11)\n"
    assert "MemoryError" in outcome(written(tmp_path / "c", code), OPEN.launch)
    OPEN.probe()
    new = [process for process in set(os.listdir("/proc")) - before if process.isdigit()]
    commands = "".join(open(f"/proc/{process}/cmdline").read() for process in new
                       if os.path.exists(f"/proc/{process}/cmdline"))
    assert "unsandboxed-" not in commands


def test_unsandboxed_code_leaves_no_files(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    assert outcome(written(tmp_path / "sub", HONEST), OPEN.launch) == "right"
    assert list((tmp_path / "temporary").iterdir()) == []


def test_descendants_are_found():
    process = subprocess.Popen(["/bin/sh", "-c", "sleep 20 & sleep 20 & wait"],
                               start_new_session=True)
    try:
        end = time.monotonic() + 5
        while len(list_descendants(process.pid)) < 2 and time.monotonic() < end:
            time.sleep(0.01)
        assert len(list_descendants(process.pid)) == 2
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert list_descendants(process.pid) == []
