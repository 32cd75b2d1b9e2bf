"""nbval takes finished runs from build/runs, and says how many; --empty-runs takes none."""
import os
import shutil
import tempfile
import time

from kit.runs import build_folder


def pytest_addoption(parser):
    parser.addoption("--empty-runs", action="store_true",
                     help="compute every run of the notebooks anew, in an empty folder")


def pytest_configure(config):
    config.own_build = None
    if hasattr(config, "workerinput"):      # a worker of xdist inherits the folder
        return
    if config.option.empty_runs:
        config.own_build = os.environ["KIT_BUILD"] = tempfile.mkdtemp(prefix="nbval-")
    config.runs_before = {path.name for path in (build_folder() / "runs").glob("*.npz")}
    config.started = time.time()


def pytest_terminal_summary(terminalreporter, config):
    used = [path.name for path in (build_folder() / "runs").glob("*.npz")
            if path.stat().st_mtime >= config.started]
    read = sum(name in config.runs_before for name in used)
    terminalreporter.write_line(f"runs: {read} read, which this code made on this machine before, "
                                f"and {len(used) - read} computed")


def pytest_unconfigure(config):
    if config.own_build is not None:
        shutil.rmtree(config.own_build, ignore_errors=True)
