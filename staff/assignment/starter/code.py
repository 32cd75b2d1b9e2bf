"""The scripts of a hand-in in the starter code's layout: loads them, with stand-ins for missing
ones."""

import ast
import contextlib
import functools
import importlib
import importlib.machinery
import importlib.util
import sys
import types
from pathlib import Path

import numpy as np

from adapter.finding import Finder
from adapter.notes import note
from adapter.old_numpy import renew
from adapter.own_imports import Shortener, is_library
from adapter.reading import read_cells, read_source, read_start
from adapter.statements import Clock, run_statements

FIRST = ("task2a", "task2", "task3", "task4", "trainer", "utils")
CHECKS = "assignment"   # the adapter has imported this package: a script may take its name
SUPPLIED = Path(__file__).with_name("supplied")
ASKED = ("pre_process_images", "cross_entropy_loss", "one_hot_encode", "calculate_accuracy",
         "SoftmaxModel", "SoftmaxTrainer", "batch_loader")


class Code:
    """The scripts in a folder; for what they lack, the code cells of its notebooks."""

    def __init__(self, folder, gone, images=None, clock=None):
        self.folder, self.gone = Path(folder), gone
        self.images = images or make_images()
        self.clock = clock or Clock()
        self.modules, self.broken, self.replaced, self.trees = {}, {}, {}, {}
        self.calls = {}     # of list_calls
        self.finder = Finder(self.modules, self.broken, self.list_sources)
        self.files = {path.stem: path for path in sorted(self.folder.glob("*.py"))
                      if path.stem.isidentifier() and path.stem != "mnist"
                      and (path.stem in (*FIRST, CHECKS) or not is_library(path.stem, folder))}
        self.notebooks = sorted(self.folder.glob("*.ipynb"))
        self.own = sorted(self.files, key=rank)

    # ----------------------------------------------------------------------------- loading

    def load(self, word=b""):
        """Run the scripts that hold a word, each once; note those that are not Python."""
        sys.modules["mnist"] = make_mnist(self.images)
        if CHECKS in self.files:
            sys.modules.pop(CHECKS, None)
        self.set_broken_aside()
        for name in ("utils", "trainer"):
            if name not in self.files:
                self.files[name] = SUPPLIED / f"{name}.py"
                why = "cannot be used" if name in self.broken else "is not there"
                note(f"{name}.py {why}: the starter code's was taken")
        for name in self.own:
            if word in read_source(self.files[name]):
                self.modules[name] = importlib.import_module(name)
        if not self.own or not word and self.lacks_something():
            for path in self.notebooks:
                self.load_notebook(path)

    def set_broken_aside(self):
        """Take the scripts that are not Python from the others: each costs what stands in it."""
        for name in list(self.own):
            try:
                tree = self.renew(read_source(self.files[name]), self.files[name])
                compile(tree, str(self.files[name]), "exec", dont_inherit=True)
                self.trees[name] = tree
            except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
                if not isinstance(problem, SyntaxError):
                    problem = SyntaxError(str(problem))
                self.broken[name] = read_start(self.files.pop(name)), problem
                self.own.remove(name)
                note(f"{name}.py is not Python: line {problem.lineno}, {problem.msg}")

    def renew(self, source, path):
        """The syntax tree of a script, for this Python and this folder."""
        foreign, known = functools.partial(is_library, folder=self.folder), {*FIRST, "mnist"}
        scripts = {*self.files, *self.broken, *known}
        return renew(source, path, self.gone, Shortener(scripts, foreign))

    def lacks_something(self):
        """Whether no script has one of the names that the checks ask for."""
        return any(all(name not in module.__dict__ for module in self.modules.values())
                   for name in ASKED)

    def load_notebook(self, path, final=(), skipping=()):
        """Run the code cells of a notebook as one script; note a cell that fails.

        final, skipping: exceptions, as for run_statements.
        """
        module = types.ModuleType(path.stem)
        module.__file__ = str(path)
        self.modules[path.stem] = module
        for number, source in enumerate(read_cells(path), 1):
            file = self.folder / f"{path.name} cell {number}"
            try:
                run_statements(self.renew(source, file), file, module.__dict__, self.clock, final,
                               skipping)
            except SyntaxError as problem:
                note(f"{file.name} is not Python: line {problem.lineno}, {problem.msg}")

    def find_spec(self, name, path=None, target=None):
        """The spec of a script, as a finder of Python's import system does."""
        file = self.files.get(name)
        if name in self.broken and file is None:
            raise self.broken[name][1].with_traceback(None)
        if file is None:
            if name in FIRST:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
            return None
        return importlib.util.spec_from_file_location(name, str(file),
                                                      loader=Loader(self, name, str(file)))

    @contextlib.contextmanager
    def forget_scripts(self):
        """Forget the loaded scripts inside this context: they can be loaded again."""
        names = {*self.files, "mnist", *FIRST}
        before = {name: sys.modules.pop(name) for name in names if name in sys.modules}
        finders = sys.meta_path[:]
        sys.meta_path[:] = [self, *(one for one in finders if not isinstance(one, Code))]
        try:
            yield
        finally:
            for name in names:
                sys.modules.pop(name, None)
            sys.modules.update(before)
            sys.meta_path[:] = finders

    # ----------------------------------------------------------------------------- finding

    def find(self, name, *tasks):
        """The object of a name, preferably the one that the scripts of these tasks use."""
        return self.finder.find(name, *tasks)

    def list_calls(self, name):
        """The nodes of the calls of a name in all scripts and notebooks."""
        if name not in self.calls:
            cells = [tree for trees in self.cells.values() for tree in trees]
            self.calls[name] = [
                node for tree in (*self.trees.values(), *cells) for node in ast.walk(tree)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                and node.func.id == name]
        return self.calls[name]

    def list_sources(self, name, task):
        """The scripts from which the notebooks import a name, the last one first.

        A notebook counts if it is this task's, or the only one.
        """
        trees = [tree for path, trees in self.cells.items() for tree in trees
                 if len(self.cells) == 1 or path.stem.lower().startswith(task)]
        return [node.module for tree in trees for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom) and node.module
                and any(one.name in (name, "*") for one in node.names)][::-1]

    @functools.cached_property
    def cells(self):
        """{notebook: the syntax trees of its code cells}."""
        found = {}
        for path in self.notebooks:
            found[path] = []
            for cell in read_cells(path):
                with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                    found[path].append(self.renew(cell, path))
        return found

    def replace(self, name, value):
        """Replace the object of a name in all scripts; None puts it back.

        If it stands in a script that is not Python, other scripts lack it: they get it too.
        """
        name, lent = self.finder.name_taken(name), self.finder.find_broken(name)
        for module in self.modules.values():
            if value is None and (module, name) in self.replaced:
                before = self.replaced.pop((module, name))
                module.__dict__.pop(name) if before is None else setattr(module, name, before)
            elif value is not None and (lent or name in module.__dict__):
                self.replaced.setdefault((module, name), module.__dict__.get(name))
                setattr(module, name, value)

    @contextlib.contextmanager
    def lend(self, values, instead):
        """Inside this context, give all scripts the names that they lack, and others anyway."""
        instead = {self.finder.name_taken(name): value for name, value in instead.items()}
        held = []
        for names in map(vars, self.modules.values()):
            lacked = {name: value for name, value in values.items() if name not in names}
            held.append((names, {*lacked, *instead},
                         {name: names[name] for name in instead if name in names}))
            names.update(lacked, **instead)
        try:
            yield
        finally:
            for names, lent, before in held:
                for name in lent:
                    names.pop(name, None)
                names.update(before)


class Loader(importlib.machinery.SourceFileLoader):
    """Runs a script even if some of its statements fail."""

    def __init__(self, code, name, path):
        super().__init__(name, path)
        self.code = code

    def exec_module(self, module):
        """Run a script as a module."""
        tree = self.code.trees.get(self.name) or self.code.renew(read_source(self.path), self.path)
        run_statements(tree, self.path, module.__dict__, self.code.clock)


def find_folder(folder):
    """The folder of the scripts: this one, or the first one in it with a task2a.py or task2.py."""
    folder = Path(folder)
    inside = [path.parent for name in ("task2a.py", "task2.py")
              for path in sorted(folder.glob(f"*/{name}")) + sorted(folder.glob(f"*/*/{name}"))]
    return folder if any(folder.glob("*.py")) or not inside else inside[0]


def rank(name):
    """The place of a script in the order: the starter code's own come first."""
    return (FIRST.index(name) if name in FIRST else len(FIRST), name)


def make_images():
    """Training images and labels, then test ones, in place of MNIST: ten batches of 32."""
    rng = np.random.RandomState(0)
    found = []
    for count in (320, 100):
        labels = np.arange(count) % 10
        images = rng.randint(60, size=(count, 28, 28))
        images[np.arange(count), labels] += 150
        found += [images.reshape(count, 784).astype(np.uint8), labels.astype(np.uint8)]
    return found


def make_mnist(images):
    """A module mnist that loads these arrays."""
    found = types.ModuleType("mnist")
    found.load = lambda *_, **__: tuple(one.copy() for one in images)
    found.init = found.download_mnist = found.save_mnist = lambda *_, **__: None
    return found
