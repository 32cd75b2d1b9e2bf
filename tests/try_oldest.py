"""Tries the oldest versions that requirements.txt allows: checks, hands in, grades and prints.

`python tests/try_oldest.py` makes build/oldest, an environment of this Python with these versions
and the newest of all other packages. It needs uv, for pip cannot choose old versions.
"""
import csv
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST = ROOT / "build" / "oldest"
BIN = OLDEST / "env" / ("Scripts" if sys.platform == "win32" else "bin")
UV = [sys.executable, "-m", "uv", "--quiet"]
# A release that is older than this Python has no wheel for it: take the oldest that has one
COMPILED = ("numpy", "matplotlib", "pillow", "psutil", "greenlet")


def main():
    """Print a line for each step; end with a message if one fails."""
    if OLDEST.exists():
        shutil.rmtree(OLDEST)
    hand_ins, grades = OLDEST / "hand-ins", OLDEST / "grades"
    hand_ins.mkdir(parents=True)
    step("make an environment", *UV, "venv", "--python", sys.executable, OLDEST / "env")
    step("install", *UV, "pip", "install", "--python", OLDEST / "env", "--resolution",
         "lowest-direct", *(f"--only-binary={name}" for name in COMPILED),
         "-r", ROOT / "requirements.txt")
    print(f"oldest: {', '.join(versions())}", flush=True)
    python = BIN / "python"
    step("check", python, "-m", "kit", "check")
    step("hand in", python, "-m", "kit", "submit", "--as-is", "--yes",
         "-o", hand_ins / "reference.zip")
    step("grade", python, "-m", "staff", "grade", hand_ins, "-o", grades, "--seed", "1")
    by_code, = (row["by code"] for row in rows(grades / "gradebook.csv"))
    if float(by_code) != 60:
        sys.exit(f"oldest: the reference got {by_code} points by code where 60 are right: "
                 f"{grades / 'feedback'} shows why")
    step("report", python, "-m", "kit", "report", "-o", OLDEST / "report.pdf")
    step("lint", python, "-m", "ruff", "check", "--no-cache", ROOT)
    step("test", python, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider",
         *tests("test_utils.py"), *tests("test_report_contents.py"),
         "-k", "test_utils or captions")


def step(name, *command):
    """Run a command and print its seconds; if it fails, print its last words and end."""
    start = time.perf_counter()
    done = subprocess.run(list(map(str, command)), cwd=ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace")
    if done.returncode:
        print(*done.stdout.splitlines()[-30:], sep="\n")
        sys.exit(f"oldest: {name} failed with the oldest versions that requirements.txt allows, "
                 "as said above; if newer ones pass, raise the bound of the package at fault")
    print(f"oldest: {name}: {time.perf_counter() - start:.0f} s", flush=True)


def versions():
    """The installed versions of the packages that requirements.txt names, as pip writes them."""
    listed = subprocess.run([*UV[:-1], "pip", "freeze", "--python", str(OLDEST / "env")],
                            capture_output=True, text=True, check=True).stdout.split()
    named = re.findall(r"^\w[\w-]*", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    named = {name.replace("_", "-") for name in named}
    return [pinned for pinned in listed if pinned.partition("==")[0] in named]


def tests(name):
    """The files of this name in the folder of tests."""
    return (ROOT / "tests").glob(f"**/{name}")


def rows(path):
    """The rows of a CSV file."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
