"""A simulated course of 300, graded: time, and memory of the parent, whatever is printed.

    python -m benchmarks.grading [--number 300] [--jobs 2]

The course is that of tests/course.py: faults, other styles, starter code, hostile and refused
hand-ins. Beside it stand the same hand-ins one by one (`--jobs 1`) and with notebooks, which are
read and not run: a quarter of them, times four, which holds each kind of hostile hand-in as often;
and with code that prints 100 kB whenever a script is imported.
"""

import argparse
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from kit import ROOT

sys.path.insert(0, str(ROOT / "tests"))
from course import NOTEBOOKS, course  # noqa: E402

QUARTER = 4
NOISE = "print('noise ' * 17_000)"
EVERY = 0.2     # seconds between two looks at the memory


def main(arguments=None):
    """Print the table; return 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grading",
                                     description=__doc__.split("\n")[0])
    parser.add_argument("--number", type=int, default=300, help="of hand-ins; default: 300")
    parser.add_argument("--jobs", type=int, default=2, help="side by side; default: 2")
    options = parser.parse_args(arguments)
    number, jobs = options.number, options.jobs
    print(f"{platform.machine()}, Python {platform.python_version()}\n")
    print("| way | seconds | a hand-in | parent's peak memory |\n|---|--:|--:|--:|", flush=True)
    seconds, _ = graded("one by one, from a quarter", number // QUARTER, 1, QUARTER)
    together, _ = graded(f"{jobs} side by side", number, jobs)
    graded(f"{jobs} side by side, each prints 100 kB at every import", number, jobs, more=NOISE)
    graded(f"{jobs} side by side, with four notebooks each, from a quarter", number // QUARTER,
           jobs, QUARTER, notebooks=NOTEBOOKS)
    print(f"\nside by side takes {together / seconds:.2f} of the time of one by one")
    return 0


def graded(name, number, jobs, times=1, notebooks=(), more=""):
    """Grade a course, print a row of the table, and return (seconds times `times`, MB)."""
    with tempfile.TemporaryDirectory() as folder:
        course(Path(folder, "in"), number, notebooks, more)
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "staff", "grade", f"{folder}/in", "-o", f"{folder}/out",
             "--jobs", str(jobs), "--seed", "1"],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        megabytes = peak(process)
        seconds = times * (time.perf_counter() - start)
        if process.wait():
            raise SystemExit(f"grading ended with {process.returncode}")
    print(f"| {name} | {seconds:.0f} | {seconds / number / times:.2f} | {megabytes:.0f} MB |",
          flush=True)
    return seconds, megabytes


def peak(process):
    """Return the most memory that a process had, in MB, when it has ended."""
    most, watched = 0, psutil.Process(process.pid)
    while process.poll() is None:
        try:
            most = max(most, watched.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(EVERY)
    return most / 1e6


if __name__ == "__main__":
    sys.exit(main())
