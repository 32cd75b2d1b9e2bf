"""What several test files need: a data set small enough to train on in a second."""
import os
import signal

import numpy as np
import pytest

os.environ["MPLBACKEND"] = "Agg"  # before matplotlib is loaded: no test opens a window
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:   # by a shell, in the background;
    signal.signal(signal.SIGINT, signal.default_int_handler)    # programs under test inherit it

from task2 import Dataset, load_dataset  # noqa: E402


def small_mnist(path, train=320, val=100, **changed):
    """Write random images whose labels can be learned as npz; `changed` replaces arrays."""
    rng = np.random.default_rng(0)
    arrays = {}
    for split, n in (("train", train), ("test", val)):
        labels = rng.integers(10, size=n).astype(np.uint8)
        images = rng.integers(60, size=(n, 28, 28)).astype(np.uint8)
        images[np.arange(n), labels, :] += 150       # row k is bright in images of class k
        arrays |= {f"x_{split}": images, f"y_{split}": labels}
    np.savez(path, **(arrays | changed))
    return path


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
def own_build_folder(tmp_path, monkeypatch):
    """No test reads or leaves runs or figures in build/."""
    monkeypatch.setenv("MNIST_BUILD", str(tmp_path / "build"))


@pytest.fixture(scope="module")
def reports(request):
    """The Reports of what a module plants in the scripts."""
    from planted import Reports
    return Reports(request)
