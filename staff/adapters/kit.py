"""The kit's own layout: utils.py, task2.py, task3.py and task4.py, as they are. Imports of what is
not installed and old names of NumPy are let pass."""

import importlib
import importlib.machinery
import importlib.util
import sys
from pathlib import Path

__path__ = [str(Path(__file__).parent)]     # the worker calls this module "adapter"
from adapter.missing import Stranger  # noqa: E402
from adapter.notes import findings  # noqa: E402, F401
from adapter.old_numpy import bring_back, renewed  # noqa: E402

SCRIPTS = ("utils", "task2", "task3", "task4")


class Loader(importlib.machinery.SourceFileLoader):
    """Compiles a script for the NumPy that is here."""

    gone = frozenset()

    def source_to_code(self, data, path, *, _optimization=-1):
        """Return the script's code."""
        return compile(renewed(data, path, self.gone), path, "exec", dont_inherit=True)


class Scripts:
    """Finds the scripts in the folder."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def find_spec(self, name, path=None, target=None):
        """Return the spec of a script that is there; None otherwise."""
        file = self.folder / "{}.py".format(name)
        if name not in SCRIPTS or not file.is_file():
            return None
        return importlib.util.spec_from_file_location(name, str(file),
                                                      loader=Loader(name, str(file)))


def install(folder):
    """Return what stands for importlib.import_module."""
    Loader.gone = bring_back()
    sys.meta_path.insert(0, Scripts(folder))
    sys.meta_path.append(Stranger(folder, SCRIPTS))
    return importlib.import_module
