"""The Python that runs a student's code: where it is, and which folders it needs."""

import functools
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from kit import ENGINE
from kit.files import Refused, shorten

# that Python runs this; it may be of any version, without NumPy or Matplotlib
QUESTION = """
import json, os, sys
fonts = ""
try:
    import matplotlib, matplotlib.font_manager as manager
    fonts = os.path.join(matplotlib.get_cachedir(),
                         "fontlist-v%s.json" % manager.FontManager.__version__)
    if not os.path.isfile(fonts):
        fonts = ""
except Exception:
    pass
program = os.path.realpath(sys.executable)
print(json.dumps({"program": sys.executable, "fonts": fonts, "prefixes": sorted({
    sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix,
    os.path.dirname(os.path.dirname(program))})}))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python: its program, the folders that it needs, and Matplotlib's list of fonts, or ""."""

    program: str
    prefixes: tuple
    fonts: str


def find_interpreter(python):
    """The Interpreter of a command such as "python3.8"; Refused if that does not run as Python.

    Refused too if a folder that it needs holds this repository or the home folder: students' code
    can read the folders that it needs.
    """
    try:
        done = subprocess.run([python, "-I", "-c", QUESTION], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=120, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        found = Interpreter(found["program"], tuple(found["prefixes"]), found["fonts"])
    except (OSError, subprocess.SubprocessError, ValueError, LookupError, TypeError) as problem:
        raise Refused(f"{shorten(python)} does not run as Python ({shorten(problem, 80)}): give "
                      "the path of a Python, such as one in a virtual environment") from None
    for prefix in found.prefixes:
        for secret, words in ((ENGINE, "this repository"), (Path.home(), "your home folder")):
            if secret.is_relative_to(prefix):
                raise Refused(f"the Python in {prefix} holds {words}, which students' code could "
                              "then read: make a virtual environment elsewhere, such as in .venv")
    return found


@functools.lru_cache
def has_library(program, name):
    """Whether a Python has a library of this name; it is not imported."""
    question = "import importlib.util, sys; print(importlib.util.find_spec(sys.argv[1]) is None)"
    try:
        done = subprocess.run([program, "-I", "-c", question, name], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return True
    return done.stdout.strip() != b"True"
