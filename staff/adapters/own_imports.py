"""Imports of a package that is the hand-in's own folder: "from hand_in.script import name" and
"from .script import name" become "from script import name"."""

import ast
import importlib.machinery
import sys
from pathlib import Path


class Shortener(ast.NodeTransformer):
    """Shortens the imports of scripts.

    scripts: the names of the scripts in the folder.
    foreign: whether a name is that of a library.
    """

    def __init__(self, scripts, foreign):
        self.scripts, self.foreign, self.packages = scripts, foreign, set()

    def is_own(self, dotted):
        """Whether a dotted name ends with a script, in a package that is no library."""
        package, _, script = dotted.rpartition(".")
        return package and script in self.scripts and not self.foreign(package.split(".")[0])

    def visit_ImportFrom(self, node):
        """from a.b.script import x; from .script import x; from a.b import script; import *."""
        module = node.module or ""
        if node.level and module.split(".")[-1] in self.scripts or self.is_own(module):
            return move(ast.ImportFrom(module.split(".")[-1], node.names, 0), node)
        first = module.split(".")[0]
        if any(one.name not in self.scripts for one in node.names) or \
                not node.level and (first in self.scripts or self.foreign(first)):
            return node
        return move(ast.Import(node.names), node)

    def visit_Import(self, node):
        """import a.b.script as x; and without "as", where a.b.script is used later."""
        for one in node.names:
            if not self.is_own(one.name):
                continue
            if not one.asname:
                self.packages.add(one.name)
            one.name = one.name.rpartition(".")[2]
        return node

    def visit_Attribute(self, node):
        """a.b.script, after its import."""
        self.generic_visit(node)
        name = spell(node)
        if name in self.packages:
            return move(ast.Name(name.rpartition(".")[2], ast.Load()), node)
        return node


def is_library(name, folder):
    """Whether a library has this name: a student's script must not hide it."""
    file = getattr(sys.modules.get(name), "__file__", None)
    if name in sys.modules and (file is None or Path(file).parent != Path(folder)):
        return True
    places = [place for place in sys.path if place and Path(place) != Path(folder)]
    return importlib.machinery.PathFinder.find_spec(name, places) is not None


def move(new, old):
    """A new node in the place of an old one."""
    return ast.copy_location(new, old)


def spell(node):
    """The dotted name of a node such as a.b.c; "" if it is none."""
    if isinstance(node, ast.Attribute):
        before = spell(node.value)
        return before and f"{before}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
