"""The pipes to a student's process: whatever it does with them, a call and its thread end."""

import os
import threading
import time

import numpy as np
import pytest
from attacks import HELPERS
from hostile import written

from kit.checking.student import Problem, Student

pytestmark = pytest.mark.skipif(os.name != "posix", reason="on Windows, pipes cannot be watched")
ENDLESS = "answer did not return within 1 s"
PIPES = HELPERS + """\
import json, struct
HEADER = json.dumps({"id": 2, "values": [1, {"list": []}], "buffers": []}).encode()
MESSAGE = struct.pack("<I", len(HEADER)) + HEADER
def send(data):
    for fd in range(3, 32):
        try:
            os.write(fd, data)
        except OSError:
            pass
def survive():
    if os.fork():
        return False
    os.setsid()
    signal.alarm(20)
    return True
"""
HOSTILE = {
    "a child keeps the pipe": ("ended the Python process|" + ENDLESS, """\
def answer(x):
    if survive(): time.sleep(20)
    os._exit(0)"""),
    "a child sends replies without end": ("ended the Python process|interfered|" + ENDLESS, """\
def answer(x):
    if survive():
        while True: send(MESSAGE.replace(b'2', b'9'))
    os._exit(0)"""),
    "a byte a second": (ENDLESS, """\
def answer(x):
    if survive():
        for byte in MESSAGE:
            send(bytes([byte]))
            time.sleep(1)
    time.sleep(20)"""),
    "a header without its arrays": (ENDLESS, """\
def answer(x):
    header = HEADER.replace(b'[]}', b'[60000000]}')
    send(struct.pack("<I", len(header)) + header)
    if survive(): time.sleep(20)
    time.sleep(20)"""),
    "nobody reads the next request": (ENDLESS, """\
def answer(x):
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGSTOP)).start()
    return x"""),
}


@pytest.mark.attack
@pytest.mark.parametrize("name", HOSTILE)
def test_a_call_ends_and_so_does_its_thread(name, tmp_path):
    folder, before = written(tmp_path / "sub", PIPES + HOSTILE[name][1]), threading.enumerate()
    with Student(folder, 1, cases={"none": 0}) as student:
        with pytest.raises(Problem, match=HOSTILE[name][0]):
            student.call("task2.answer", np.arange(4.0))
            time.sleep(0.5)
            student.call("task2.answer", np.arange(4e6))
        assert set(threading.enumerate()) <= set(before)
