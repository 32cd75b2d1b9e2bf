"""The reports on what is planted, and the verdict on them."""
import os
from concurrent.futures import ThreadPoolExecutor
from tempfile import TemporaryDirectory

import pytest

from here import BY_ID, CHECKS
from kit.check import FAILED, PASSED, run_checks
from planted import plant

WORKERS = 2


def check_changes(changes, subtasks=None):
    """The CheckReport of the scripts with the changes."""
    with TemporaryDirectory() as folder:
        plant(folder, changes)
        return run_checks(subtasks, folder)


def list_params(planted, *firsts):
    """Parameters of a test: a Planted each, after one of `firsts`. Every third is for the daily
    run; the others are slow."""
    columns = zip(*firsts, planted)
    return [pytest.param(*row, id=str(row[-1]), marks=[pytest.mark.slow] * (at % 3 > 0))
            for at, row in enumerate(columns)]


class Reports:
    """The reports of a module's Planted: computed ahead, two at a time, since most of it is
    waiting; or each when it is asked for, where pytest runs in several processes already."""

    def __init__(self, request):
        items = [] if "PYTEST_XDIST_WORKER" in os.environ else request.session.items
        self.pool = ThreadPoolExecutor(WORKERS)
        self.futures = {}
        for item in items:
            planted = getattr(item, "callspec", None) and item.callspec.params.get("planted")
            if planted and item.module is request.module:
                self.submit(planted)

    def submit(self, planted):
        """The future report."""
        if planted.name not in self.futures:
            self.futures[planted.name] = self.pool.submit(check_changes, planted.changes)
        return self.futures[planted.name]

    def of(self, planted):
        """The CheckReport."""
        return self.submit(planted).result()


def count_losses(report):
    """{subtask: points lost}; 2c's point for the helpers counts for 2c."""
    lost = {name: sum(BY_ID[name].by_code.values()) - (report.count_points(BY_ID[name]) or 0)
            for name in report.subtasks}
    return {name: points for name, points in lost.items() if points}


def join_words(report, state=FAILED):
    """What the report says of its failed checks, a line each."""
    return "\n".join(f"{result.subtask}  {result.title}: {result.words}"
                     for result in report.results if result.state == state)


def judge(report, planted):
    """Assert that a report charges a fault where it was planted, and names it."""
    said = join_words(report) or "nothing failed"
    assert count_losses(report) == planted.costs, f"costs {count_losses(report)}:\n{said}"
    # each check has come to an end, and says what is wrong in one sentence
    assert len(report.results) == len(CHECKS)
    for result in report.results:
        assert result.state == PASSED or 10 < len(result.words) <= 500, result
        assert "\n" not in result.words and "cannot be judged" not in result.words
    assert planted.says in said, f"{planted.says!r} is not in:\n{said}"
