"""Runs a student's code in a process of its own, and answers the requests of the checks.

    python -I -B student_process.py FOLDER SCRIPTS STAND_IN [ADAPTER SHARED]

SCRIPTS names the assignment's scripts, divided by commas. STAND_IN is a module of the assignment;
the checks reach its names as "stand_in.name".

Requests come on standard input, replies go to standard output. A request is {"id", "do",
"target", "names", "keep"} with values. "do" is "call", "get", "set", or "import" for a first get.
The target is a dotted name such as "script.function", or a Handle and an attribute. The reply is
{"id"} with the value and, after a call, the arguments after the call; or {"id", "error"}.

An adapter is a module in a file, for code in another layout. Its install(folder, scripts) returns
a function that replaces importlib.import_module. Its own names are reached as "adapter.name". Its
submodules lie beside it, or beside the file SHARED.
"""

import bdb
import builtins
import importlib
import importlib.util
import os
import sys
import threading
import time
import traceback
from collections import Counter
from importlib.machinery import PathFinder
from pathlib import Path



def load_kit(folder):
    """Import the package kit from its folder, so its modules need no sys.path."""
    spec = importlib.util.spec_from_file_location("kit", folder / "__init__.py",
                                                  submodule_search_locations=[str(folder)])
    sys.modules["kit"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["kit"])


KIT = Path(__file__).resolve().parents[1]
load_kit(KIT)
# NumPy and the kit come before the student's folder, which may hold a numpy.py
from kit.checking import messages  # noqa: E402


class ScriptFinder:
    """Finds the assignment's scripts in a folder and nowhere else: others may be installed."""

    def __init__(self, folder, scripts):
        self.folder, self.scripts = folder, scripts

    def find_spec(self, name, path=None, target=None):
        """The spec of a script; None for any other module."""
        if name not in self.scripts:
            return None
        spec = PathFinder.find_spec(name, [str(self.folder)])
        if spec is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return spec


class CodeServer:
    """A student's code, and its objects that have a Handle, by number."""

    def __init__(self, folder, modules=importlib.import_module, adapters=()):
        self.folder, self.kept, self.modules, self.adapters = folder, [], modules, adapters
        self.importing = ""

    def keep(self, value):
        """A Handle for a value that stays here."""
        self.kept.append(value)
        kind = type(value).__name__
        dtype = getattr(value, "dtype", None)
        return messages.Handle(len(self.kept) - 1, f"{kind} of {dtype}" if dtype else kind)

    def serve(self, requests, replies):
        """Answer requests until there are no more."""
        while True:
            try:
                header, values = messages.read_message(requests)
            except EOFError:
                return
            try:
                answer = self.answer(header, [self.restore(value) for value in values])
                messages.write_message(replies, {"id": header["id"]}, answer, self.keep)
            except BaseException as problem:    # SystemExit and KeyboardInterrupt too
                reply = {"id": header["id"], "error": self.describe_error(problem)}
                messages.write_message(replies, reply)
                self.importing = ""

    def restore(self, value):
        """A value with its handles replaced by their objects."""
        if isinstance(value, (list, tuple)):
            return type(value)(self.restore(item) for item in value)
        return self.kept[value.number] if isinstance(value, messages.Handle) else value

    def answer(self, header, values):
        """[value] of a get, [None] of a set, [value, arguments] of a call."""
        *path, name = header["target"]
        owner = self.find_owner(path) if path else values.pop(0)
        if header["do"] == "set":
            setattr(owner, name, values[0])
            return [None]
        value = getattr(owner, name)
        if header["do"] in ("get", "import"):
            return [self.keep(value) if header["keep"] else value]
        names = header["names"]
        split = len(values) - len(names)
        value = value(*values[:split], **dict(zip(names, values[split:])))
        return [self.keep(value) if header["keep"] else value, [*values]]

    def find_owner(self, path):
        """The module or class of a dotted name, given in parts."""
        self.importing = path[0]
        owner = self.modules(path[0])
        self.importing = ""
        for at, name in enumerate(path[1:], 2):
            if not hasattr(owner, name):
                importlib.import_module(".".join(path[:at]))
            owner = getattr(owner, name)
        return owner

    def describe_error(self, problem):
        """Describe an error, with the last line of the student's code that it came through."""
        try:
            message = str(problem)
        except BaseException:       # a __str__ of the student's
            message = ""
        places, adapter, is_own = [], "", True
        for frame, line in traceback.walk_tb(problem.__traceback__):
            file = Path(frame.f_code.co_filename)
            if file.is_absolute() and file.parent == self.folder:
                places.append((f"{file.name}, line {line}", frame.f_code.co_name))
            if str(file.parent) in self.adapters:
                adapter = f"{file.name}, line {line}"
            elif self.folder in file.parents and KIT not in file.parents:
                is_own = False
        if isinstance(problem, RecursionError):     # it ends anywhere: say what calls itself
            places = [one for one, _ in Counter(places).most_common(1)]
        where, function = places[-1] if places else ("", "")
        if isinstance(problem, SyntaxError) and problem.filename:
            where = f"{Path(problem.filename).name}, line {problem.lineno}"
            message = str(problem.msg)
        return {"type": type(problem).__name__, "message": message[:2000], "where": where,
                "function": function,
                "adapter": adapter if is_own else "",     # it failed without the student's code
                "importing": self.importing or str(getattr(problem, "script", "")),
                "missing": str(getattr(problem, "name", None) or ""),
                "not_written": isinstance(problem, NotImplementedError)}


def load_file(name, file, shared=""):
    """The module in a file; its submodules lie beside it, and beside the file `shared`."""
    places = [os.path.dirname(one) for one in (file, shared) if one]
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=places)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_adapter(file, shared, folder, scripts):
    """The replacement of importlib.import_module from the adapter in a file."""
    adapter = load_file("adapter", file, shared)
    modules = adapter.install(folder, scripts)
    return lambda name: adapter if name == "adapter" else modules(name)


def import_script(name):
    """A module; the stand-in is loaded already."""
    return sys.modules.get(name) or importlib.import_module(name)


def end_with_parent(parent):
    """End this process once the one that started it has ended, which may have been killed."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def refuse_debugger(*_, **__):
    """Raise what a debugger raises that is left: this one would wait for a person."""
    raise bdb.BdbQuit


def main(folder, scripts, stand_in, adapter=None, shared=""):
    """Serve on standard input and output; what a student's code prints is thrown away."""
    folder, scripts = Path(folder).resolve(), scripts.split(",")
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    builtins.input = lambda *_: ""
    bdb.Bdb.set_trace = sys.breakpointhook = refuse_debugger
    if "STARTED_BY" in os.environ:      # a sandbox sees to it by itself
        threading.Thread(target=end_with_parent, args=[int(os.environ["STARTED_BY"])],
                         daemon=True).start()
    if os.path.exists(stand_in):
        load_file("stand_in", stand_in)
    sys.path.append(str(folder))    # last: NumPy must not import a student's random.py
    sys.meta_path.insert(0, ScriptFinder(folder, scripts))
    os.chdir(folder)
    modules = load_adapter(adapter, shared, folder, scripts) if adapter else import_script
    adapters = [os.path.dirname(file) for file in (adapter, shared) if file]
    CodeServer(folder, modules, adapters).serve(requests, replies)


if __name__ == "__main__":
    main(*sys.argv[1:])
