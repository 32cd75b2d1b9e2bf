"""Stand-ins for modules that a script imports and that are not installed here.

They can be imported, and raise an error when they are used. tqdm only draws: it does nothing.
"""

import ast
import importlib.machinery
import os
import sys
import types

from adapter.notes import note


class Unusable:
    """A name in a module that is not installed. It has further names, and can be a base class."""

    def __init__(self, name):
        self.__dict__["_name"] = name

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Unusable(self._name + "." + name)

    def __mro_entries__(self, bases):
        return ()

    def __call__(self, *_, **__):
        library = self._name.split(".")[0]
        raise ImportError(f"{self._name} is used, and {library} is not installed here",
                          name=library)

    __iter__ = __getitem__ = __enter__ = __call__


class Absent(types.ModuleType):
    """A module that is not installed."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Unusable(self.__name__ + "." + name)


class Bar:
    """In place of tqdm: gives the things that it counts; its methods draw nothing."""

    def __init__(self, things=(), *_, **__):
        self.things = things

    def __iter__(self):
        return iter(self.things)

    def __len__(self):
        return len(self.things)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def __getattr__(self, name):
        return lambda *_, **__: None


def add_bars(module):
    """Give a module the names of tqdm."""
    module.tqdm = module.tqdm_notebook = Bar
    module.trange = lambda *given, **_: Bar(range(*given))
    module.__path__ = []
    return module


def goes_on_without(file, line):
    """Whether a script catches the error of an import on this line, and does something else."""
    try:
        with open(file, "rb") as script:
            tree = ast.parse(script.read())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return False
    return any(isinstance(node, ast.Try)
               and node.body[0].lineno <= line <= node.body[-1].end_lineno
               and any(catches_import(handler) for handler in node.handlers)
               for node in ast.walk(tree))


def catches_import(handler):
    """Whether this part of a try catches an ImportError, and not only to pass."""
    kinds = {"Exception"} if handler.type is None else {
        node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
    return bool(kinds & {"ImportError", "ModuleNotFoundError", "Exception"}) and \
        not all(isinstance(one, ast.Pass) for one in handler.body)


class StandInFinder:
    """Finds stand-ins for modules that a script in the folder imports; it is asked last."""

    def __init__(self, folder, needed=()):
        self.folder, self.needed = str(folder), needed

    def find_spec(self, name, path=None, target=None):
        """The spec of a stand-in; None if a library asks, or for a script of the assignment."""
        if name in self.needed or not self.is_asked_by_script():
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def is_asked_by_script(self):
        """Whether a script in the folder needs an import: the innermost code, except importlib."""
        frame = sys._getframe(2)
        while frame and frame.f_code.co_filename.startswith("<frozen importlib"):
            frame = frame.f_back
        return bool(frame) and os.path.dirname(frame.f_code.co_filename) == self.folder and \
            not goes_on_without(frame.f_code.co_filename, frame.f_lineno)

    def create_module(self, spec):
        """The stand-in."""
        top = spec.name.split(".")[0]
        if top == "tqdm":
            return add_bars(types.ModuleType(spec.name))
        note(f"{top} is imported and not installed here: code that uses it cannot run")
        return Absent(spec.name)

    def exec_module(self, module):
        """Do nothing: a stand-in has no code."""
