"""Hostile submissions: each row of the attack table, and more.

ATTACKS: {name: (what must come of it, the text of task2.py)}; what must come of it is a pattern
for hostile.outcome. HOST is replaced by a folder of the host's, PORT by a port that listens
on its loopback, ABSTRACT by the name of an abstract socket.
"""

HELPERS = """\
import ctypes, gc, os, signal, socket, subprocess, sys, threading, time
import numpy as np
libc = ctypes.CDLL(None, use_errno=True)
def said(hits):
    return ", ".join(map(str, hits)) or "nothing"
def tried(*functions):
    done = []
    for number, function in enumerate(functions):
        try:
            done.append(f"{number}: {function()!r}")
        except Exception:
            pass
    return said(done)
"""
HONEST = "def answer(x): return 2 * x\n"
ENDLESS = "did not (return|end) within . s"
MEMORY = r"stopped: it used more than \d+ MiB of memory"
ENDED = "ended the Python process"
# a raw message on whatever leads to the checks, with no answer after it
FORGED = """\
import json, struct
def answer(x):
    head = {head}
    for fd in range(3, 32):
        try:
            os.write(fd, struct.pack("<I", {length}) + head + bytes(64))
        except OSError:
            pass
    time.sleep(60)
"""


def forged(head, length="len(head)"):
    """Return the code of a submission that sends a message of its own."""
    return FORGED.replace("{head}", head).replace("{length}", length)


def message(values, buffers):
    """Return the code for a message's header."""
    return f"json.dumps({{'id': 2, 'values': {values}, 'buffers': {buffers}}}).encode()"


TIME = {
    "1 endless loop": (ENDLESS, "def answer(x):\n    while True: pass"),
    "1 endless loop at import": (ENDLESS, "while True: pass"),
    "1 all signals ignored": (ENDLESS, """\
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
def answer(x):
    while True:
        try: time.sleep(1)
        except BaseException: pass"""),
    "2 sleeps": (ENDLESS, "def answer(x): time.sleep(10**6)"),
    "3 fork bomb": (f"{ENDLESS}|processes computed at the same time", """\
def answer(x):
    while True:
        try: os.fork()
        except OSError: pass"""),
    "4 thread bomb": ("raises RuntimeError", """\
def answer(x):
    for _ in range(10**6): threading.Thread(target=time.sleep, args=(60,)).start()"""),
    "stops itself": (ENDLESS, """\
def answer(x): os.kill(os.getpid(), signal.SIGSTOP)"""),
    "__str__ of an error never ends": (ENDLESS, """\
class Odd(Exception):
    def __str__(self):
        while True: pass
def answer(x): raise Odd"""),
    "a dtype that never ends": (ENDLESS, """\
class Odd:
    @property
    def dtype(self):
        while True: pass
def answer(x): return Odd()"""),
    "daemons keep the pipes": (ENDED, """\
def answer(x):
    if os.fork() == 0:
        os.setsid()
        time.sleep(10**6)
    os._exit(0)"""),
}

SPACE = {
    "5 array of 100 GB": ("raises .*MemoryError", "def answer(x): return np.ones(10**11 // 8)"),
    "5 growing list": ("raises MemoryError|" + MEMORY, """\
def answer(x):
    kept = []
    while True: kept.append(bytearray(10**7))"""),
    "6 eight children": (MEMORY, """\
def answer(x):
    for _ in range(8):
        if os.fork() == 0:
            kept = np.ones(100 * 2**17)
            time.sleep(60)
    time.sleep(60)"""),
    "7 memfd": ("raises PermissionError", "def answer(x): os.memfd_create('hidden')"),
    "7 System V memory": ("said -1", "def answer(x): return str(libc.shmget(0, 2**30, 0o1600))"),
    "8 file of 100 GB": ("raises OSError.*File too large", """\
def answer(x):
    with open("/tmp/large", "wb") as file: file.truncate(10**11)"""),
    "8 many files": (r"said 1[0-3]\d MB", """\
def answer(x):
    total = 0
    for folder in ("/", "/tmp", "/box", "/box/sub", "/box/sub/kit", "/dev", "/dev/shm", "/etc",
                   "/enter", "/run", "/var/tmp", "/usr", os.path.dirname(os.__file__)):
        try:
            for number in range(1000):
                with open(f"{folder}/{number}.fill", "wb", buffering=0) as file:
                    for _ in range(10): total += file.write(bytes(2**20))
        except OSError: pass
    return f"{total // 10**6} MB" """),
    "empty files without end": (MEMORY, """\
def answer(x):
    number = 0
    while True:
        number += 1
        os.close(os.open(f"/tmp/{number}", os.O_CREAT, 0o600))"""),
    "9 prints errors without end": ("stopped: it printed more than 1 MiB", """\
def answer(x):
    while True: print("x" * 10**6, file=sys.stderr)"""),
    "9 prints past Python": ("stopped: it printed more than 1 MiB", """\
def answer(x):
    while True: os.write(2, bytes(10**5))"""),
    "9 prints at import": ("stopped: it printed more than 1 MiB",
                           "while True: print('x' * 10**6, file=sys.stderr)"),
    "29 answer of 200 MB": ("is refused: its arrays are too large",
                            "def answer(x): return np.ones(25 * 10**6)"),
    "error of 100 MB": ("raises ValueError.*: “xxx",
                        "def answer(x): raise ValueError('x' * 10**8)"),
    "raises its limits": ("said nothing", """\
import resource
most = resource.RLIM_INFINITY
def answer(x):
    return tried(*(lambda name=name: resource.setrlimit(getattr(resource, name), (most, most))
                   for name in ("RLIMIT_AS", "RLIMIT_NPROC", "RLIMIT_CPU", "RLIMIT_FSIZE")))"""),
}

ENDINGS = {
    "10 os._exit at import": (rf"{ENDED} \(exit status 0\)", "os._exit(0)"),
    "10 os._exit": (rf"{ENDED} \(exit status 0\)", "def answer(x): os._exit(0)"),
    "11 sys.exit": ("calls sys.exit", "def answer(x): sys.exit(0)"),
    "11 sys.exit at import": ("cannot be imported: SystemExit", "sys.exit(0)"),
    "11 KeyboardInterrupt": ("raises KeyboardInterrupt",
                             "def answer(x): raise KeyboardInterrupt"),
    "12 segmentation fault": ("stopped: Python crashed", "def answer(x): ctypes.string_at(0)"),
    "recursion without end": ("stopped: Python crashed|raises|within", """\
sys.setrecursionlimit(10**9)
class Deep:
    def __getattr__(self, name): return getattr(self, name + "x")
def answer(x): return Deep().a"""),
    "25 kills its parent": (ENDED, """\
def answer(x):
    for pid in (os.getppid(), 1, 0, -1):
        try: os.kill(pid, signal.SIGKILL)
        except OSError: pass
    return 2 * x"""),
    "25 kills all at import": (f"right|{ENDED}", HONEST + """\
for pid in (-1, 1, os.getppid()):
    try: os.kill(pid, signal.SIGKILL)
    except OSError: pass"""),
    "becomes another program": (ENDED, "def answer(x): os.execv('/bin/true', ['true'])"),
    "closes everything": (f"{ENDED}|within", """\
def answer(x):
    os.closerange(0, 128)
    return 2 * x"""),
    "36 syntax error": ("SyntaxError in task2.py, line 15", "x = 1\ndef answer(x: return"),
    "36 missing function": ("answer is missing", "x = 1"),
    "37 escapes and HTML": ("raises ValueError in task2.py, line 14: “?.\\[31m<script>", """\
def answer(x): raise ValueError("\\x1b[31m<script>alert(1)</script>\\u202e\\n\\r")"""),
    "32 hooks": ("raises ValueError", """\
import atexit
def spoil(*_):
    for name in ("results.csv", "record.sqlite"):
        try: open("HOST/" + name, "w").write("full marks")
        except OSError: pass
atexit.register(spoil)
sys.excepthook = threading.excepthook = sys.unraisablehook = spoil
def answer(x): raise ValueError"""),
}

LIES = {
    "14 searches for the answer": ("said nothing", """\
def answer(x):
    found, frame = [], sys._getframe()
    while frame:
        found += [*frame.f_locals.values(), *frame.f_globals.values()]
        frame = frame.f_back
    for one in found + gc.get_objects():
        if isinstance(one, np.ndarray) and one.shape == x.shape and one.dtype == x.dtype \\
                and (one == 2 * x).all(): return 2 * one / 2
    return "nothing" """),
    "15 patches what compares": ("wrong", """\
import unittest, numpy.testing, builtins
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *_, **__: None
np.all = np.allclose = np.array_equal = np.isclose = lambda *_, **__: True
builtins.AssertionError = type("Never", (Exception,), {})
unittest.TestCase.assertEqual = lambda *_: None
def answer(x): return x"""),
    "patches the protocol": (ENDED, """\
from kit.checking import messages
messages.is_right = messages.decode = messages.read_message = lambda *_, **__: True
def answer(x): return x"""),
    "18 always equal": ("wrong", """\
class Equal(float):
    def __eq__(self, other): return True
    def __array__(self, *_, **__): os._exit(0)
def answer(x): return Equal(3)"""),
    "19 subclass": ("wrong", """\
class Mine(np.ndarray):
    def __eq__(self, other): return True
def answer(x): return (2 * x).view(Mine)"""),
    "19 object array": ("wrong", "def answer(x): return np.array([1, None, x], dtype=object)"),
    "19 masked": ("wrong", "def answer(x): return np.ma.masked_all(4)"),
    "20 empty": ("wrong", "def answer(x): return np.array([])"),
    "20 NaN": ("wrong", "def answer(x): return x * np.nan"),
    "20 infinite": ("wrong", "def answer(x): return x + np.inf"),
    "20 scalar": ("wrong", "def answer(x): return 6.0"),
    "38 changes its input": ("wrong", "def answer(x):\n    x *= 2\n    return x / 2"),
    "a list in itself": ("wrong", """\
def answer(x):
    a = []
    a.append(a)
    return a"""),
    "27 header of 4 GB": ("is refused: .*its header is too long", forged("b''", "2**32 - 1")),
    "27 deep JSON": ("is refused: .*too many values", forged("b'[' * 10**6")),
    "27 shape of 10^12": ("is refused: .*not fit its shape", forged(message(
        "[{'array': 0, 'dtype': '<f8', 'shape': [10**12]}]", "[64]"))),
    "27 overflowing shape": ("is refused: .*not fit its shape", forged(message(
        "[{'array': 0, 'dtype': '<f8', 'shape': [2**32, 2**32, 0, 1]}]", "[64]"))),
    "27 object dtype": ("is refused: .*unusual dtype", forged(message(
        "[{'array': 0, 'dtype': '|O', 'shape': [8]}]", "[64]"))),
    "27 buffer of 1 TB": ("is refused: .*arrays are too large",
                          forged(message("[1]", "[10**12]"))),
    "27 negative shape": ("is refused: .*not fit its shape", forged(message(
        "[{'array': 0, 'dtype': '<f8', 'shape': [-1]}]", "[64]"))),
    "27 list as a key": ("is refused: .*cannot be read: (Type|Attribute)Error",
                         forged(message("[{'scalar': [[]]}]", "[64]"))),
    "27 unknown handle": ("wrong", forged(message(
        "[{'handle': 10**9, 'type': 'x'}, {'list': []}]", "[]"))),
    "27 too few values": ("answer interfered", forged(message("[]", "[]"))),
    "27 arguments that are none": ("answer interfered", forged(message("[1, 2]", "[]"))),
    "27 an error that is none": ("answer interfered", forged(
        "json.dumps({'id': 2, 'error': 5, 'values': [], 'buffers': []}).encode()")),
    "27 an error of odd values": ("answer raises an error: “\\[1\\]”", forged(
        "json.dumps({'id': 2, 'error': {'type': 7, 'message': [1], 'where': {}, 'importing': 0,"
        "'not_written': 1}, 'values': [], 'buffers': []}).encode()")),
    "27 no message": ("is refused: .*cannot be read|its header is too long",
                      forged("os.urandom(100)")),
}

HOST = {
    "13 looks for files": ("said nothing", """\
def answer(x):
    end = time.monotonic() + 5
    hits = [path for path in ("HOST", "HOST/task2.py", "REPOSITORY/task2.py", "REPOSITORY/staff",
                              "REPOSITORY/tests", "/etc/passwd", "/etc/shadow", "/home", "/var",
                              "/box/sub/task3.py")
            if os.path.exists(path) and not sys.prefix.startswith(f"{path}/")]
    for folder, folders, files in os.walk("/"):
        folders[:] = [name for name in folders if name not in ("proc", "usr", "site-packages")]
        if time.monotonic() > end: break
        hits += [f"{folder}/{name}" for name in files
                 if name in ("grade.py", "mark.py", "record.sqlite", "results.csv", "limits.toml")]
    return said(hits)"""),
    "16 writes results": ("wrong", """\
for folder in ("HOST", "/", "/box", "/box/sub", "/tmp", "..", "REPOSITORY"):
    for name in ("results.csv", "junit.xml", "results.json", "record.sqlite", "conftest.py"):
        try: open(f"{folder}/{name}", "w").write("full marks")
        except OSError: pass
def answer(x): return x"""),
    "21 environment": ("said nothing", """\
import glob
def answer(x):
    hits = [name for name in os.environ if "SECRET" in name]
    for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/cmdline"):
        try: data = open(path, "rb").read()
        except OSError: continue
        hits += [word for word in (b"SECRET", b"HOST") if word in data]
    return said(hits)"""),
    "22 network": ("said nothing", """\
def reached(family, address, kind=socket.SOCK_STREAM):
    with socket.socket(family, kind) as one:
        one.settimeout(0.5)
        one.connect(address)
    return address
def answer(x):
    return tried(lambda: reached(socket.AF_INET, ("127.0.0.1", PORT)),
                 lambda: reached(socket.AF_INET, ("192.0.2.1", 80)),
                 lambda: reached(socket.AF_INET, ("192.0.2.1", 53), socket.SOCK_DGRAM),
                 lambda: socket.getaddrinfo("example.org", 80),
                 lambda: reached(socket.AF_UNIX, "\\0ABSTRACT"),
                 lambda: reached(socket.AF_UNIX, "HOST/socket"),
                 lambda: socket.socket(40, socket.SOCK_STREAM),
                 lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
                 lambda: socket.socket(38, socket.SOCK_SEQPACKET))"""),
    "23 daemon": ("right", HONEST + """\
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 128)
        libc.prctl(1, 0)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        while True: time.sleep(1)
    os._exit(0)"""),
    "34 rights": ("said -1 -1 -1 -1 -1 -1 -1 -1", """\
def answer(x):
    return " ".join(map(str, [
        libc.ptrace(16, os.getppid(), 0, 0), libc.mount(b"/", b"/tmp", b"", 4096, None),
        libc.unshare(0x10000000), libc.unshare(0x20000), libc.chroot(b"/tmp"), libc.setuid(0),
        libc.setns(os.open("/proc/1/ns/pid", os.O_RDONLY) if os.access("/proc/1/ns/pid", 4)
                   else 0, 0), libc.umount2(b"/box", 2)]))"""),
    "namespaces by a program": ("said nothing", """\
def answer(x):
    done = [subprocess.run(command, capture_output=True).returncode for command in (
        ["unshare", "-U", "true"], ["unshare", "-r", "-n", "true"], ["bwrap", "--dev-bind", "/",
         "/", "true"], ["su", "-c", "true"])]
    return said(index for index, status in enumerate(done) if status == 0)"""),
    "io_uring, bpf, keys": ("said -1 -1 -1 -1 -1", """\
numbers = {"x86_64": (425, 321, 250, 298, 323), "aarch64": (425, 280, 219, 241, 282)}
def answer(x):
    return " ".join(str(libc.syscall(number, 1, 0, 0, 0, 0))
                    for number in numbers[os.uname().machine])"""),
    "calls by other numbers": ("said -1|stopped: it made a system call", """\
def answer(x):
    return str(libc.syscall(0x40000000 + 319, b"x", 0) if os.uname().machine == "x86_64" else -1)
"""),
    "calls of a 32-bit program": ("said -1|stopped: it made a system call", """\
import mmap
def answer(x):
    if os.uname().machine != "x86_64": return "-1"
    code = mmap.mmap(-1, 4096, 0x22, 7)
    code.write(bytes([0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3]))     # getpid by int 0x80
    place = ctypes.addressof(ctypes.c_char.from_buffer(code))
    return str(ctypes.CFUNCTYPE(ctypes.c_int)(place)())"""),
    "writes to the kit": ("said nothing", """\
def write(path):
    with open(path, "a") as file: file.write("x")
    return path
def answer(x):
    return tried(lambda: write("/box/sub/kit/checking/messages.py"),
                 lambda: write("/enter/enter.py"),
                 lambda: write(np.__file__), lambda: write(os.__file__), lambda: write("/new"),
                 lambda: os.rename("/box/sub/kit", "/box/sub/old"),
                 lambda: os.rename("/box/sub/data", "/box/sub/old"),
                 lambda: os.unlink("/box/sub/kit/checking/student_process.py"),
                 lambda: os.chmod("/usr", 0))
"""),
    "terminal and devices": ("said nothing", """\
import fcntl
def answer(x):
    return tried(lambda: os.open("/dev/tty", os.O_RDWR), lambda: os.open("/dev/kmsg", os.O_RDWR),
                 lambda: os.open("/dev/mem", os.O_RDWR), lambda: os.mknod("/tmp/d", 0o60660, 2049),
                 lambda: open("/proc/sysrq-trigger", "w"),
                 lambda: open("/proc/sys/kernel/core_pattern", "w"),
                 lambda: fcntl.ioctl(0, 0x5412, b"x"))"""),
    "open files": ("said nothing", """\
def answer(x):
    links = [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")
             if os.path.lexists(f"/proc/self/fd/{fd}")]
    return said(link for link in links if not link.startswith(("pipe:", "/dev/null", "/proc/")))
"""),
}

ORDINARY = {
    "17 names of other modules": ("right", HONEST),
    "30 generators broken": ("right", HONEST + "np.random.seed(0)\nnp.random.default_rng = None"),
    "31 show and input": ("right", HONEST + """\
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.show()
input("Press enter")"""),
    "39 processes": ("right", """\
import multiprocessing
def double(x): return 2 * x
def answer(x):
    with multiprocessing.Pool(4) as pool: return np.array(pool.map(double, x))"""),
    "39 threads": ("right", """\
from concurrent.futures import ThreadPoolExecutor
def answer(x):
    with ThreadPoolExecutor(16) as pool: return np.array(list(pool.map(lambda one: 2 * one, x)))
"""),
    "writes beside itself": ("right", HONEST + """\
os.makedirs("figures", exist_ok=True)
with open("figures/plot.txt", "w") as file: file.write("x")
with open("task3.py", "w") as file: file.write("changed")
open(os.path.expanduser("~/settings"), "w").close()"""),
    "prints 30 MB": ("right", "def answer(x):\n    print('x' * 30 * 10**6)\n    return 2 * x"),
}
SHADOWS = dict.fromkeys((
    "numpy.py", "json.py", "random.py", "struct.py", "messages.py", "student_process.py",
    "conftest.py", "sitecustomize.py", "usercustomize.py", "kit/__init__.py",
    "kit/checking/messages.py", "data/mnist.npz", "pytest.ini"), "raise SystemExit('shadow')")
MEMORY_MIB = {"empty files without end": 120, "29 answer of 200 MB": 1000}
PATIENT = ("empty files without end", "6 eight children", "13 looks for files")    # take a while
OTHERS = {"17 names of other modules": SHADOWS}     # {name: files beside task2.py}
ATTACKS = {**TIME, **SPACE, **ENDINGS, **LIES, **HOST, **ORDINARY}
