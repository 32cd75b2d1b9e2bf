"""pytest --nbval computes every run anew, in a build folder that the notebooks share."""
import os
import shutil
import tempfile


def pytest_configure(config):
    config.own_build = None
    if config.option.nbval or config.option.nbval_lax:
        config.own_build = tempfile.mkdtemp(prefix="nbval-")
        os.environ["KIT_BUILD"] = config.own_build


def pytest_unconfigure(config):
    if config.own_build is not None:
        shutil.rmtree(config.own_build, ignore_errors=True)
