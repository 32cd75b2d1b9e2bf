"""Notebooks to PDF: the kit against nbconvert's exports by TeX and by a browser.

    python -m benchmarks.report [--rounds 5]

The four reference notebooks as they are stored, nothing executed. The kit makes one PDF of them;
nbconvert cannot join notebooks and makes four, in one call. What is not installed is reported as
absent. Rounds are interleaved; the table shows medians, with the lowest and highest beside them.
"""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pypandoc

from benchmarks.timing import markdown
from kit import NOTEBOOKS, ROOT
from kit.report.launcher import measure_memory

# nbconvert needs a pandoc for --to pdf: the system's if there is one, else the wheel's.
PATH = os.pathsep.join([os.environ["PATH"], str(Path(pypandoc.get_pandoc_path()).parent)])
NBCONVERT = [sys.executable, "-m", "jupyter", "nbconvert", "--log-level", "ERROR"]
WAYS = {  # name: command; the folder for the output is appended
    "python -m kit report": [sys.executable, "-m", "kit", "report", "-o"],
    "nbconvert --to typstpdf, four PDFs": [*NBCONVERT, "--to", "typstpdf", *map(str, NOTEBOOKS),
                                           "--output-dir"],
    "nbconvert --to pdf (xelatex), four PDFs": [*NBCONVERT, "--to", "pdf", *map(str, NOTEBOOKS),
                                                "--output-dir"],
    "nbconvert --to webpdf (Chromium), four PDFs": [
        *NBCONVERT, "--to", "webpdf", "--disable-chromium-sandbox", *map(str, NOTEBOOKS),
        "--output-dir"],
}


def main(arguments=None):
    """Print the table; return 0, or 1 if the kit itself failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report",
                                     description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args(arguments).rounds
    measured, absent = {name: [] for name in WAYS}, {}
    for number in range(rounds + 1):        # the first warms the disk's cache and does not count
        for name, command in WAYS.items():
            if name not in absent:
                seconds, memory, problem = measure(command)
                if problem:
                    absent[name] = problem
                elif number:
                    measured[name].append((seconds, memory))
    print(f"{platform.machine()}, {psutil.cpu_count()} cores, Python "
          f"{platform.python_version()}, {rounds} rounds\n")
    print(table(measured, absent))
    return int("python -m kit report" in absent)


def measure(command):
    """Return (seconds, bytes of memory at most, why it failed if it did) of a command."""
    with tempfile.TemporaryDirectory() as folder:
        target = folder if "nbconvert" in command else str(Path(folder, "report.pdf"))
        started, peak = time.perf_counter(), 0
        with open(Path(folder, "said"), "wb") as said:
            process = psutil.Popen([*command, target], cwd=ROOT, stdout=said, stderr=said,
                                   env={**os.environ, "PATH": PATH})
            while process.poll() is None:
                peak = max(peak, measure_memory(process))
                time.sleep(0.02)
        seconds = time.perf_counter() - started
        made = len(list(Path(folder).glob("*.pdf")))
        if process.returncode or made != (4 if target == folder else 1):
            words = Path(folder, "said").read_text(errors="replace").strip().splitlines()
            return seconds, peak, (words or ["no output"])[-1][:100]
        return seconds, peak, None


def table(measured, absent):
    """Return the results as a Markdown table, with ratios to the kit's own."""
    base = statistics.median(seconds for seconds, _ in measured["python -m kit report"]) \
        if measured["python -m kit report"] else float("nan")
    rows = []
    for name, values in measured.items():
        if name in absent:
            rows.append([name, f"absent: {absent[name]}", "", ""])
            continue
        seconds = sorted(value for value, _ in values)
        middle = statistics.median(seconds)
        peak = max(memory for _, memory in values)
        rows.append([name, f"{middle:.2f} ({seconds[0]:.2f} to {seconds[-1]:.2f})",
                     f"{middle / base:.1f}", f"{peak / 1e6:.0f} MB"])
    return markdown(["way", "seconds", "ratio", "peak memory"], rows)


if __name__ == "__main__":
    sys.exit(main())
