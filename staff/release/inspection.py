"""Tries a finished student edition before anybody gets it."""

import ast
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from kit.files import Refused, shorten
from kit.handed_out import CLEAN
from kit.notebook_files import nbformat, read_notebook
from staff.release import notebook_stripping, stripping

TRIAL = Path(__file__).with_name("trial.py")
CALLS = "staff/assignment/trial.py"
SECONDS = 120
# of an edition that brings no rules of its own; blanks leave imports unused
RULES = ["--isolated", "--select=E,F,W", "--ignore=F401", "--line-length=99",
         "--per-file-ignores=*.ipynb:E402", "--per-file-ignores=*.ipynb:E702"]


def check_lint(folder):
    """Raise Refused if ruff finds something wrong in the student edition."""
    if not importlib.util.find_spec("ruff"):
        raise Refused("ruff is not installed, which lints the student edition: run `pip install "
                      "-r requirements.txt`")
    rules = [] if (folder / "pyproject.toml").is_file() else RULES
    done = run_in(folder, [sys.executable, "-m", "ruff", "check", "--no-cache",
                           "--no-respect-gitignore", "--output-format=concise", *rules,
                           f"--extend-exclude={CLEAN}", "."])
    if done.returncode:
        first = (done.stdout or done.stderr).strip().split("\n")[0]
        raise Refused(f"the student edition does not lint: {first}")


def check_imports(folder, assignment):
    """{stub: what it raises}; Refused if a module of the edition cannot be imported."""
    with tempfile.TemporaryDirectory() as elsewhere:
        needed = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
        done = run_in(elsewhere, [sys.executable, "-I", "-B", str(TRIAL), str(folder.resolve()),
                                  str(assignment.folder / CALLS)], needed)
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise Refused(f"the student edition cannot be tried: {shorten(said[-1])}")
    found = json.loads(done.stdout)
    for module, why in found["failed"]:
        raise Refused(f"{module.replace('.', '/')}.py cannot be imported in the student edition: "
                      f"{shorten(why)}")
    return found["raised"]


def run_in(folder, command, environment=None):
    """The finished process of a command that is run in a folder."""
    try:
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True,
                              text=True, encoding="utf-8", timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise Refused(f"the student edition was not inspected in {SECONDS} s: does a script "
                      "wait for something?") from None


def check_not_started(folder):
    """Raise Refused unless every check of the edition reports "not started"."""
    done = run_in(folder, [sys.executable, "-B", "-m", "kit", "check", "--json"])
    try:
        checks = json.loads(done.stdout)["checks"]
    except (ValueError, KeyError):
        raise Refused("the checks cannot be run in the student edition: "
                      f"{shorten(done.stderr or done.stdout)}") from None
    for found in checks:
        if found["state"] != "not started":
            raise Refused(f"the check {found['subtask']}, {found['title']}, should report \"not "
                          f"started\" in the student edition, and reports {found['state']}: "
                          f"{shorten(found['words'])}")


def check_stubs(name, student_text, cuts, raised):
    """A script's stubs; Refused unless each, when called, raises with its words."""
    stubs = set()
    for cut in cuts:
        if not cut.words:
            continue
        stub = f"{name.removesuffix('.py')}.{find_enclosing(student_text, cut.line)}"
        if stub not in raised:
            raise Refused(f"{name}:{cut.at}: the stub {stub} is not called: add a sample call to "
                          f"{CALLS}")
        if raised[stub] != cut.words:
            raise Refused(f"{name}:{cut.at}: a call of {stub} should raise NotImplementedError "
                          f"({shorten(cut.words, 60)}), and gave {shorten(raised[stub], 200)}")
        stubs.add(stub)
    return stubs


def check_no_stub_is_lost(raised, stubs):
    """Raise Refused if something that is called is no stub: its markers are gone."""
    for name in sorted(raised.keys() - stubs):
        raise Refused(f"{name} has no stub in the student edition: mark its solution with "
                      f"`# SOLUTION`, or take its sample call out of {CALLS}")


def check_cell_stubs(place, student_source, cuts):
    """Raise Refused unless each stub of a code cell is reached whenever the cell is run."""
    raised = [ast.unparse(node.exc) for node in ast.parse(student_source).body
              if isinstance(node, ast.Raise)]
    for cut in cuts:
        if cut.words and f"NotImplementedError({cut.words!r})" not in raised:
            raise Refused(f"{place}:{cut.at}: the stub of a cell stands in a block, where it may "
                          "not be reached: move the markers out of it")


def find_enclosing(text, line):
    """The dotted name of the innermost functions and classes around a line."""
    names, node, kinds = [], ast.parse(text), (ast.FunctionDef, ast.ClassDef)
    while node := next((one for one in node.body if isinstance(one, kinds)
                        and one.lineno <= line <= one.end_lineno), None):
        names.append(node.name)
    return ".".join(names)


def check_notebook(path):
    """The notebook of a file; Refused if it is not valid or holds outputs."""
    node = read_notebook(path).node
    for cell in node.cells:
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None):
            raise Refused(f"{path.name}, cell {cell.id}: the student edition holds an output")
    return node


def check_script_goes_back(path, name, reference, cuts):
    """Raise Refused unless a student's file and the cuts give the reference, byte for byte."""
    text = path.read_bytes().decode("utf-8")
    restored = stripping.restore_text(text, cuts, name)
    if restored != reference:
        raise Refused(f"{name}:{find_difference(restored, reference)}: putting the solutions "
                      "back does not give this line of the reference")


def find_difference(one, other):
    """The number of the first line in which two texts differ."""
    pairs = zip(one.split("\n") + [None], other.split("\n") + [None])
    return next((number for number, (a, b) in enumerate(pairs, 1) if a != b), 0)


def check_notebook_goes_back(student, reference, changes, name):
    """Raise Refused unless a student's notebook and the changes give the reference."""
    restored = notebook_stripping.restore_notebook(student, changes, name)
    expected = notebook_stripping.remove_outputs(reference)
    for here, there in zip(restored.cells, expected.cells):
        if here != there:
            raise Refused(f"{name}, cell {there.id}: putting the solutions back does not give "
                          "this cell of the reference")
    if nbformat.writes(restored) != nbformat.writes(expected):
        raise Refused(f"{name}: putting the solutions back gives other cells or metadata than "
                      "the reference has")
