"""The scripts of a hand-in in the starter code's layout: loads them, with stand-ins for missing
ones, and finds their functions by name in any file."""

import contextlib
import importlib
import importlib.machinery
import importlib.util
import json
import sys
import types
from pathlib import Path

import numpy as np

from adapter.calls import describe_blank
from adapter.notes import note
from adapter.statements import Clock, run_statements

FIRST = ("task2a", "task2", "task3", "task4", "trainer", "utils")
CHECKS = "assignment"   # the adapter has imported this package: a script may take its name
SUPPLIED = Path(__file__).with_name("supplied")
LONGEST = 2 * 2**20     # of a file that is read, in bytes
ASKED = ("pre_process_images", "cross_entropy_loss", "one_hot_encode", "calculate_accuracy",
         "SoftmaxModel", "SoftmaxTrainer", "batch_loader")
SUBTASKS = {"SoftmaxModel": "2b", "SoftmaxTrainer": "2c", "pre_process_images": "2a"}


class Code:
    """The scripts in a folder; for what they lack, the code cells of its notebooks."""

    def __init__(self, folder, gone, images=None, clock=None):
        self.folder, self.gone = Path(folder), gone
        self.images = images or make_images()
        self.clock = clock or Clock()
        self.modules, self.broken, self.replaced = {}, {}, {}
        self.files = {path.stem: path for path in sorted(self.folder.glob("*.py"))
                      if path.stem.isidentifier() and path.stem != "mnist"
                      and (path.stem in (*FIRST, CHECKS) or not is_installed(path.stem, folder))}
        self.notebooks = sorted(self.folder.glob("*.ipynb"))
        self.own = sorted(self.files, key=rank)

    # ----------------------------------------------------------------------------- loading

    def load(self, word=b""):
        """Run the scripts that hold a word, each once; note those that are not Python."""
        sys.modules["mnist"] = make_mnist(self.images)
        if CHECKS in self.files:
            sys.modules.pop(CHECKS, None)
        for name in ("utils", "trainer"):
            if name not in self.files:
                self.files[name] = SUPPLIED / "{}.py".format(name)
                note("{}.py is not there: the starter code's was taken".format(name))
        for name in self.own:
            try:
                if word in read_source(self.files[name]):
                    self.modules[name] = importlib.import_module(name)
            except SyntaxError as problem:
                self.broken[name] = problem
                note("{}.py is not Python: line {}, {}".format(name, problem.lineno, problem.msg))
        if not self.own or not word and self.lacks_something():
            for path in self.notebooks:
                self.load_notebook(path)
        for name in ("trainer", "utils"):       # supplied ones come last
            if name not in self.own:
                self.modules[name] = importlib.import_module(name)

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
            file = self.folder / "{} cell {}".format(path.name, number)
            try:
                run_statements(source, file, module.__dict__, self.gone, self.clock, final,
                               skipping)
            except SyntaxError as problem:
                note("{} is not Python: line {}, {}".format(file.name, problem.lineno,
                                                            problem.msg))

    def find_spec(self, name, path=None, target=None):
        """The spec of a script, as a finder of Python's import system does."""
        file = self.files.get(name)
        if file is None:
            if name in FIRST:
                raise ModuleNotFoundError("No module named {!r}".format(name), name=name)
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

    def find(self, name, task=""):
        """The object of a name, preferably from the script that defines it, and this task's.

        If there is none, raises the error of the first script that is not Python, or says that
        it is not written.
        """
        holders = [module for module in self.modules.values() if name in module.__dict__]
        defining = [module for module in holders
                    if getattr(module.__dict__[name], "__module__", "") == module.__name__]
        if defining:
            chosen = min(defining, key=lambda module: not module.__name__.startswith(task))
            return chosen.__dict__[name]
        if holders:
            return holders[0].__dict__[name]
        for script, problem in self.broken.items():
            problem.script = script     # the worker names it as the script it cannot import
            raise problem.with_traceback(None)
        blank = describe_blank(SUBTASKS.get(name, "0"),
                               "{} stands in none of the files".format(name))
        blank.name = name       # the grader looks whether this is so
        raise blank

    def replace(self, name, value):
        """Replace the object of a name in all scripts; None puts it back."""
        for module in self.modules.values():
            if value is None and (module, name) in self.replaced:
                module.__dict__[name] = self.replaced.pop((module, name))
            elif value is not None and name in module.__dict__:
                self.replaced.setdefault((module, name), module.__dict__[name])
                module.__dict__[name] = value

    @contextlib.contextmanager
    def replace_for_now(self, name, value):
        """Replace the object of a name inside this context."""
        held = [(module, module.__dict__[name]) for module in self.modules.values()
                if name in module.__dict__]
        for module, _ in held:
            module.__dict__[name] = value
        try:
            yield
        finally:
            for module, before in held:
                module.__dict__[name] = before


class Loader(importlib.machinery.SourceFileLoader):
    """Runs a script even if some of its statements fail."""

    def __init__(self, code, name, path):
        super().__init__(name, path)
        self.code = code

    def exec_module(self, module):
        """Run a script as a module."""
        run_statements(read_source(self.path), self.path, module.__dict__, self.code.gone,
                       self.code.clock)


def find_folder(folder):
    """The folder of the scripts: this one, or the first one in it with a task2a.py or task2.py."""
    folder = Path(folder)
    inside = [path.parent for name in ("task2a.py", "task2.py")
              for path in sorted(folder.glob("*/{}".format(name)))
              + sorted(folder.glob("*/*/{}".format(name)))]
    return folder if any(folder.glob("*.py")) or not inside else inside[0]


def rank(name):
    """The place of a script in the order: the starter code's own come first."""
    return (FIRST.index(name) if name in FIRST else len(FIRST), name)


def is_installed(name, folder):
    """Whether a library has this name: a student's script must not hide it."""
    file = getattr(sys.modules.get(name), "__file__", None)
    if name in sys.modules and (file is None or Path(file).parent != Path(folder)):
        return True
    places = [place for place in sys.path if place and Path(place) != Path(folder)]
    return importlib.machinery.PathFinder.find_spec(name, places) is not None


def read_source(path):
    """The text of a script, as bytes; SyntaxError if it is far too long."""
    with open(path, "rb") as file:
        data = file.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise SyntaxError("it is longer than {} bytes".format(LONGEST))
    return data


def read_cells(path):
    """The code of a notebook's cells, without magics; [] if it is not a notebook."""
    try:
        cells = json.loads(read_source(path).decode("utf-8"))["cells"]
        sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, LookupError, TypeError, RecursionError, SyntaxError):
        note("{} cannot be read as a notebook".format(path.name))
        return []
    texts = ["".join(source) if isinstance(source, list) else str(source) for source in sources]
    return ["\n".join(drop_magic(line) for line in text.split("\n"))
            if not text.lstrip().startswith("%%") else "" for text in texts]


def drop_magic(line):
    """A line of a cell; IPython's own commands become pass."""
    bare = line.lstrip()
    if bare[:1] in ("%", "!", "?") or bare.endswith("?"):
        return line[:len(line) - len(bare)] + "pass"
    return line


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
