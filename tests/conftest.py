"""Fixtures of several test files."""
import signal

import matplotlib
import pytest

matplotlib.use("Agg")       # no test opens a window
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:   # by a shell, in the background;
    signal.signal(signal.SIGINT, signal.default_int_handler)    # programs under test inherit it

import kit.notebook_files  # noqa: E402, F401 (first: without it, nbformat takes a second to load)
from small_data import small_mnist  # noqa: E402
from task2 import Dataset, load_dataset  # noqa: E402


@pytest.fixture(scope="session")
def small_path(tmp_path_factory):
    """The path of a small data set."""
    return small_mnist(tmp_path_factory.mktemp("data") / "small.npz")


@pytest.fixture(scope="session")
def small(small_path) -> Dataset:
    """The small data set, pre-processed."""
    return load_dataset(small_path)


def pytest_make_parametrize_id(val):
    """A short name for a long text: pytest puts it into an environment variable."""
    return ascii(val[:40]) if isinstance(val, (str, bytes)) and len(val) > 1000 else None


@pytest.fixture(autouse=True)
def own_environment(tmp_path, monkeypatch):
    """No test reads or leaves runs or figures in build/, and no process of its opens a window."""
    monkeypatch.setenv("KIT_BUILD", str(tmp_path / "build"))
    monkeypatch.setenv("MPLBACKEND", "Agg")


@pytest.fixture(scope="module")
def reports(request):
    """The Reports of what a module plants in the scripts."""
    from planted.judging import Reports
    return Reports(request)
