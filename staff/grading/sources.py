"""What the text of a hand-in shows: its imports, names and tests of sizes. Nothing is run."""

import ast
import re
import threading
import warnings
from functools import cached_property
from pathlib import PurePosixPath

from staff.notebooks.loading import list_code

LONGEST = 2 * 2**20     # bytes of a file that is read
LOCK = threading.Lock()     # ast.parse fails in two threads at a time
DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# with these alone, code cannot speak in the place of the process that it runs in
ORDINARY = {"__future__", "abc", "argparse", "collections", "copy", "dataclasses", "datetime",
            "enum", "functools", "itertools", "math", "matplotlib", "numpy", "operator", "os",
            "pathlib", "random", "statistics", "sys", "time", "tqdm", "typing", "warnings"}
OF_SYSTEM = {"argv", "environ", "exit", "float_info", "getcwd", "listdir", "makedirs", "maxsize",
             "mkdir", "path", "sep", "version", "version_info"}
SPEAKING = {"__import__", "breakpoint", "compile", "delattr", "eval", "exec", "getattr", "globals",
            "locals", "memoryview", "open", "setattr", "vars"}
DUNDER = re.compile(r"__(?!init__|name__|class__|call__|doc__|file__|len__|main__)\w+__")
SPECIAL_FILES = re.compile(r"/(proc|dev)\b")


class Sources:
    """The scripts and notebooks among {name: bytes}, read when they are first asked for."""

    def __init__(self, files):
        self.files = files

    @cached_property
    def trees(self):
        """[(name, tree)] of what is Python. A cell's name is that of its notebook, "cell", and its
        number."""
        found = []
        for name, content in self.files.items():
            base = PurePosixPath(name).name
            if len(content) > LONGEST:
                continue
            if base.endswith(".py"):
                found.append((base, parse(content)))
            elif base.endswith(".ipynb"):
                found += [(f"{base} cell {number}", parse(text))
                          for number, text in enumerate(read_cells(content), 1)]
        return [(name, tree) for name, tree in found if tree]

    @cached_property
    def nodes(self):
        """All nodes of all trees."""
        return [node for _, tree in self.trees for node in ast.walk(tree)]

    @cached_property
    def names(self):
        """The names that stand outside of functions and classes."""
        return {name for _, tree in self.trees for name in list_bound(tree.body)}

    @cached_property
    def attributes(self):
        """The names of methods, and of the attributes that are set."""
        return {node.name for node in self.nodes if isinstance(node, DEFINING)} | {
            node.attr for node in self.nodes
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}

    @cached_property
    def used(self):
        """The names and attributes that are read."""
        return list_used(self.nodes)

    def has(self, sign):
        """Whether a name is read anywhere; "function:name": in a function of this name.

        "one|other": whether one of the names is.
        """
        function, _, names = sign.rpartition(":")
        names = set(names.split("|"))
        return bool(names & self.used) if not function else any(
            isinstance(node, DEFINING) and node.name == function and
            names & list_used(ast.walk(node)) for node in self.nodes)

    def is_broken(self, place):
        """Whether a place, (file, line) or None, is in a script that is not Python."""
        return place is not None and any(
            PurePosixPath(name).name == place[0] and parse(content) is None
            for name, content in self.files.items() if name.endswith(".py"))

    def uses_library(self, library):
        """Whether a script imports a library, which was not handed in, and uses it."""
        own = {part.removesuffix(".py") for name in self.files
               for part in PurePosixPath(name).parts}
        names = {name for node in self.nodes for module, name in list_imports(node)
                 if module == library}
        return library not in own and any(
            name == "*" or isinstance(node, ast.Name) and node.id == name
            and isinstance(node.ctx, ast.Load) for name in names for node in self.nodes)

    def sets_when_run(self, file, name):
        """Whether a script has a name only while it is run itself."""
        return name not in self.names and any(
            name in list_bound(part.body) for script, tree in self.trees if script == file
            for part in tree.body if is_main(part))

    def find_lines(self, file, line):
        """The nodes that stand on a line of a file."""
        return [node for name, tree in self.trees if name == file for node in ast.walk(tree)
                if getattr(node, "lineno", line + 1) <= line <= (node.end_lineno or node.lineno)]

    def tests_size(self, file, line, sizes):
        """Whether a line refuses what has other sizes than these: an assert, or an if and a raise.
        """
        nodes = self.find_lines(file, line)
        if any(isinstance(node, ast.Raise) for node in nodes):
            tests = [node.test for node in nodes if isinstance(node, ast.If)][-1:]
        else:
            tests = [node.test for node in nodes if isinstance(node, ast.Assert)]
        return any(compares_size(test, set(sizes), self.constants) for test in tests)

    @cached_property
    def constants(self):
        """{name: number} of the names that stand for whole numbers."""
        return {target.id: node.value.value for node in self.nodes
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
                and type(node.value.value) is int
                for target in node.targets if isinstance(target, ast.Name)}

    def find_means(self, scripts):
        """The first means by which the code could speak for its process; "" if it has none.

        scripts: names of files that it may import, beside those that were handed in.
        """
        own = {PurePosixPath(name).name.removesuffix(".py") for name in (*self.files, *scripts)}
        for node in self.nodes:
            for module, name in list_imports(node):
                if module not in ORDINARY | own:
                    return module
                if isinstance(node, ast.ImportFrom) and module in ("os", "sys") and \
                        node.module in ("os", "sys") and name not in OF_SYSTEM:
                    return f"{module}.{name}"
            if found := name_means(node):
                return found
        return ""


def parse(text):
    """The tree of a text; None if it is not Python."""
    with LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def read_cells(content):
    """The code of a notebook's cells, without IPython's commands; [] if it is not a notebook."""
    return [re.sub(r"(?m)^(\s*)[%!?].*$", r"\1pass", text) for text in list_code(content)]


def list_used(nodes):
    """The names and attributes among nodes."""
    return {getattr(node, "attr", getattr(node, "id", "")) for node in nodes
            if isinstance(node, (ast.Name, ast.Attribute))}


def list_bound(statements):
    """The names that statements bind, also inside if, try, with and loops."""
    for statement in statements:
        if isinstance(statement, DEFINING):
            yield statement.name
            continue
        if is_main(statement):
            continue
        for node in ast.iter_child_nodes(statement):
            if isinstance(node, ast.stmt):
                yield from list_bound([node])
            elif isinstance(node, ast.ExceptHandler):
                yield from list_bound(node.body)
            else:
                yield from (name.id for name in ast.walk(node) if isinstance(name, ast.Name)
                            and isinstance(name.ctx, ast.Store))
        yield from (name for _, name in list_imports(statement))


def is_main(statement):
    """Whether a statement is a script's own run, and not what the script gives to others."""
    return isinstance(statement, ast.If) and "__name__" in ast.dump(statement.test)


def list_imports(node):
    """(library, name that it gets) of an import; "*" if its names are not known."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.split(".")[0]
            yield top, alias.asname or top
    elif isinstance(node, ast.ImportFrom) and not node.level:
        for alias in node.names:
            yield node.module.split(".")[0], alias.asname or alias.name


def compares_size(test, sizes, constants):
    """Whether a condition compares a shape or a length, with numbers among these sizes alone."""
    nodes = list(ast.walk(test))
    if not any(isinstance(node, ast.Attribute) and node.attr in ("shape", "size")
               or isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
               and node.func.id == "len" for node in nodes):
        return False
    indices = {inner for node in nodes if isinstance(node, ast.Subscript)
               for inner in ast.walk(node.slice)}
    numbers = {constants.get(node.id) if isinstance(node, ast.Name) else node.value
               for node in nodes if node not in indices
               and isinstance(node, (ast.Name, ast.Constant))}
    numbers = {number for number in numbers if type(number) is int and number > 1}
    return bool(numbers) and numbers <= sizes


def name_means(node):
    """The means by which this node could speak for its process; "" if it is none."""
    if isinstance(node, ast.Name) and (node.id in SPEAKING or DUNDER.fullmatch(node.id)):
        return node.id
    if isinstance(node, ast.Attribute):
        of_system = isinstance(node.value, ast.Name) and node.value.id in ("os", "sys")
        if DUNDER.fullmatch(node.attr) or of_system and node.attr not in OF_SYSTEM or \
                node.attr in ("os", "sys", "modules", "tofile", "memmap"):
            return node.attr
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and \
            SPECIAL_FILES.search(node.value):
        return node.value[:40]
    return ""
