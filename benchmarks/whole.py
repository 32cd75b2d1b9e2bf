"""What takes a process of its own: imports, memory, runs side by side, the report, the tests."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kit import ROOT
from kit.files import say
from kit.pool import count_cores

IMPORTS = "numpy", "utils", "task2", "task3", "task4", "matplotlib.pyplot"
IMPORT = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"
LOAD = ("import time; from utils import load_full_mnist; from task2 import load_dataset; "
        "start = time.perf_counter(); load_full_mnist(verbose=False); "
        "middle = time.perf_counter(); load_dataset(); "
        "print(middle - start, time.perf_counter() - middle)")
SWEEP = ("import os, time; from dataclasses import replace; "
         "from task3 import COMBINATIONS, run_all; "
         "os.sched_setaffinity(0, range({})) if hasattr(os, 'sched_setaffinity') else None; "
         "start = time.perf_counter(); "
         "run_all([replace(one, num_epochs=2) for one in COMBINATIONS[:8]], [0]); "
         "print(time.perf_counter() - start)")

# by a small process, for Linux counts the memory of the one that starts another as that one's
MEMORY = ("import resource, subprocess, sys; "
          "subprocess.run([sys.executable, 'task2.py', '--epochs', '1'], check=True, "
          "stdout=subprocess.DEVNULL); "
          "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss "
          "* (1 if sys.platform == 'darwin' else 1024) / 1e6)")


def python(code):
    """Return the numbers that a new Python prints of a line of code."""
    done = in_new_folder([sys.executable, "-c", code], stdout=subprocess.PIPE)
    return [float(word) for word in done.stdout.split()]


def in_new_folder(command, **options):
    """Run a command to whose runs and figures an empty folder is given; return what came of it."""
    with tempfile.TemporaryDirectory() as build:
        return subprocess.run(command, cwd=ROOT, check=True, stderr=subprocess.DEVNULL,
                              env={**os.environ, "MNIST_BUILD": build}, **options)


def measure(rounds):
    """Return {what: [values of each round]}, in seconds and, where it says so, MB."""
    found = {}
    for number in range(rounds + 1):    # the first warms the disk's cache
        values = {f"import {name}, s": python(IMPORT.format(name))[0] for name in IMPORTS}
        values["load_full_mnist(), s"], values["load_dataset(), s"] = python(LOAD)
        for cores in sorted({1, count_cores()}):
            words = f"eight combinations, two epochs, {cores} at once, s"
            values[words] = python(SWEEP.format(cores))[0]
        values["python task2.py --epochs 1, MB"] = python(MEMORY)[0]
        for name, value in values.items():
            found.setdefault(name, []).extend([value] * bool(number))
    return found


def measure_once():
    """Return {what: seconds} of the whole report and of the whole test run; without one that
    fails, for hours of other numbers are not to be lost with it."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, command in {
                "the report, executed": [sys.executable, "-m", "kit", "report", "--execute", "-o",
                                         str(Path(folder, "report.pdf"))],
                "make test": ["make", "test"]}.items():
            start = time.perf_counter()
            try:
                in_new_folder(command, stdout=subprocess.DEVNULL)
            except subprocess.CalledProcessError as failure:
                say(f"benchmarks: {name} is left out, for it ended with status "
                    f"{failure.returncode}; run it alone to see why", sys.stderr)
            else:
                found[name] = time.perf_counter() - start
    return found
