"""Faults, and right code in another style, planted in a copy of the reference's scripts."""
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from kit.check import BY_ID, FAILED, PASSED, run_checks
from kit.checks.registry import CHECKS
from utils import ROOT

SCRIPTS = ("utils.py", "task2.py", "task3.py", "task4.py")
WORKERS = 2


@dataclass(frozen=True)
class Planted:
    """What is planted, and what it should cost.

    name:  what it is, in a few words.
    edits: (script without .py, old text, new text), one or several; without an old text the new
           one goes before the script's imports.
    costs: {subtask: points lost}; every other subtask keeps its points.
    hint:  a part of what the checks say.
    """
    name: str
    edits: tuple
    costs: dict
    hint: str = ""

    def __str__(self):
        return self.name


def fault(name, *edits, costs, hint=""):
    """A Planted, for tables."""
    return Planted(name, edits, costs, hint)


def plant(folder, edits):
    """Write the scripts with the edits into a folder; each old text must occur exactly once."""
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in SCRIPTS}
    for script, old, new in edits:
        name = f"{script}.py"
        if not old:
            first, rest = texts[name].split("\n", 1)
            texts[name] = f"{first}\n{new}\n{rest}"
            continue
        if texts[name].count(old) != 1:
            raise ValueError(f"{name} holds {texts[name].count(old)} times, not once: {old!r}")
        texts[name] = texts[name].replace(old, new)
    for name, text in texts.items():
        (Path(folder) / name).write_text(text, encoding="utf-8")


def report_of(edits, subtasks=None):
    """The CheckReport of the scripts with the edits."""
    with TemporaryDirectory() as folder:
        plant(folder, edits)
        return run_checks(subtasks, folder)


def reports_of(many):
    """{name: CheckReport} of several Planted, two at a time: most of it is waiting."""
    many = list(many)
    with ThreadPoolExecutor(WORKERS) as pool:
        return dict(zip((one.name for one in many),
                        pool.map(lambda one: report_of(one.edits), many)))


def chosen(request):
    """The Planted among the parameters of the module's tests that this session runs."""
    found = {}
    for item in request.session.items:
        callspec = getattr(item, "callspec", None)
        if item.module is request.module and callspec and "planted" in callspec.params:
            found[callspec.params["planted"].name] = callspec.params["planted"]
    return found.values()


def losses(report):
    """{subtask: points lost}; 2c's point for the helpers counts for 2c."""
    lost = {name: sum(BY_ID[name].by_code.values()) - (report.earned(BY_ID[name]) or 0)
            for name in report.subtasks}
    return {name: points for name, points in lost.items() if points}


def words_of(report, state=FAILED):
    """What the report says of its failed checks, a line each."""
    return "\n".join(f"{result.subtask}  {result.title}: {result.words}"
                     for result in report.results if result.state == state)


def judge(report, planted):
    """Assert that a report charges a fault where it was planted, and names it."""
    said = words_of(report) or "nothing failed"
    assert losses(report) == planted.costs, f"costs {losses(report)}:\n{said}"
    # each check has come to an end, and says what is wrong in one sentence
    assert len(report.results) == len(CHECKS)
    for result in report.results:
        assert result.state == PASSED or 10 < len(result.words) <= 500, result
        assert "\n" not in result.words and "Traceback" not in result.words
    assert planted.hint in said, f"{planted.hint!r} is not in:\n{said}"
