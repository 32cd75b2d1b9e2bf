"""nbval takes finished runs from build/runs, and says how many; --empty-runs empties it first."""
import shutil
import time

import pytest
from xdist.scheduler import LoadScopeScheduling

from kit.runs import build_folder


def pytest_addoption(parser):
    parser.addoption("--empty-runs", action="store_true",
                     help="delete the finished runs in build/runs, so that all are computed anew")


def pytest_configure(config):
    config.option.nbval_current_env = True      # this Python, whatever the notebook names
    folder = build_folder() / "runs"
    if config.option.empty_runs and not hasattr(config, "workerinput"):     # not in each worker
        shutil.rmtree(folder, ignore_errors=True)
    config.runs_before = {path.name for path in folder.glob("*.npz")}
    config.started = time.time()


class Scheduler(LoadScopeScheduling):
    """The notebooks go to one process, one after the other, for they share runs. A file of tests
    stays in one process, for its tests share what they have prepared."""

    def _split_scope(self, nodeid):
        return nodeid.partition("/" if nodeid.startswith("notebooks/") else "::")[0]


@pytest.hookimpl(optionalhook=True)     # of xdist, which may be switched off
def pytest_xdist_make_scheduler(config, log):
    return Scheduler(config, log)


def pytest_terminal_summary(terminalreporter, config):
    used = [path.name for path in (build_folder() / "runs").glob("*.npz")
            if path.stat().st_mtime >= config.started]
    read = sum(name in config.runs_before for name in used)
    terminalreporter.write_line(f"runs: {read} read, which this code made on this machine before, "
                                f"and {len(used) - read} computed")
