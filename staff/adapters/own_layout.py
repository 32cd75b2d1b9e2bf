"""The adapter of the kit's own layout. Scripts may import modules that are not installed, and use
old names of NumPy."""

import functools
import importlib
import importlib.machinery
import importlib.util
import sys
from pathlib import Path

from adapter.missing import StandInFinder   # the student's process calls this module so
from adapter.notes import noted  # noqa: F401
from adapter.old_numpy import bring_back, renew
from adapter.own_imports import Shortener, is_library


class Loader(importlib.machinery.SourceFileLoader):
    """Compiles a script for the NumPy that is here."""

    gone = frozenset()

    def source_to_code(self, data, path, *, _optimization=-1):
        """The script's code."""
        folder = Path(path).parent
        imports = Shortener({file.stem for file in folder.glob("*.py")},
                            functools.partial(is_library, folder=folder))
        return compile(renew(data, path, self.gone, imports), path, "exec", dont_inherit=True)


class Scripts:
    """Finds the scripts in the folder."""

    def __init__(self, folder, scripts):
        self.folder, self.scripts = Path(folder), scripts

    def find_spec(self, name, path=None, target=None):
        """The spec of a script that is there; None otherwise."""
        file = self.folder / f"{name}.py"
        if name not in self.scripts or not file.is_file():
            return None
        return importlib.util.spec_from_file_location(name, str(file),
                                                      loader=Loader(name, str(file)))


def install(folder, scripts):
    """The replacement of importlib.import_module."""
    Loader.gone = bring_back()
    sys.meta_path.insert(0, Scripts(folder, scripts))
    sys.meta_path.append(StandInFinder(folder, scripts))
    return importlib.import_module
