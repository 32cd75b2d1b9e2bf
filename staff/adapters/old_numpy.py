"""Runs code for an older NumPy: old names, lists of unequal arrays in its functions and beside
operators, and int() or float() of an array of one element."""

import ast
import builtins
import copy
import operator
import os
import re
import sys
import warnings

import numpy as np

from adapter.notes import note

GONE = {
    "float": float, "int": int, "bool": bool, "object": object, "str": str, "complex": complex,
    "long": int, "unicode": str, "float_": np.float64, "complex_": np.complex128,
    "string_": np.bytes_, "unicode_": np.str_,
    "Inf": np.inf, "Infinity": np.inf, "infty": np.inf, "PINF": np.inf, "NINF": -np.inf,
    "NaN": np.nan, "NAN": np.nan, "NZERO": -0.0, "PZERO": 0.0,
    "product": np.prod, "cumproduct": np.cumprod, "alltrue": np.all, "sometrue": np.any,
    "row_stack": np.vstack, "round_": np.round, "mat": np.asmatrix, "asfarray": np.asarray,
    "in1d": lambda a, b, **options: np.isin(np.ravel(a), b, **options),
    "trapz": getattr(np, "trapezoid", getattr(np, "trapz", None)),
    "asscalar": lambda a: np.asarray(a).item(),
}
CALLS = {"int": "_adapter_int", "float": "_adapter_float"}
OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv"}
UNEQUAL = re.compile("inhomogeneous")       # NumPy's word for parts of unequal shapes


def bring_back():
    """Give NumPy the names that it no longer has; return them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = {name for name in GONE if not hasattr(np, name)}
    for name in names:
        setattr(np, name, GONE[name])
    builtins._adapter_int = lambda *given, **named: take_element(int, given, named)
    builtins._adapter_float = lambda *given, **named: take_element(float, given, named)
    builtins._adapter_numpy, builtins._adapter_operator = call_numpy, operator
    return names


def take_element(kind, given, named):
    """int or float of a value, also of an array of one element."""
    if len(given) == 1 and isinstance(given[0], np.ndarray) and given[0].ndim and \
            given[0].size == 1:
        note(f"{kind.__name__}() of an array with one element, which newer NumPy refuses, was "
             f"taken as that of its element ({find_caller()})")
        given = (given[0].item(),)
    return kind(*given, **named)


def call_numpy(function, *given, **named):
    """A function of NumPy's, or an operator; lists of unequal parts become arrays of objects.

    The parts are held meanwhile: NumPy would write its result into a large one that only an array
    of objects holds.
    """
    held = [list(one) for one in given if isinstance(one, np.ndarray) and one.dtype == object]  # noqa: F841
    try:
        return function(*given, **named)
    except ValueError as problem:
        if not UNEQUAL.search(str(problem)):
            raise
    found = function(*map(make_array, given), **named)
    name = getattr(function, "__name__", "array")
    note(f"{'the operator ' if hasattr(operator, name) else 'np.'}{name} of parts of unequal "
         f"shapes, which newer NumPy refuses, took them as an array of objects ({find_caller()})")
    return found


def make_array(values):
    """A list of unequal parts as an array of objects; other values as they are."""
    if not isinstance(values, (list, tuple)):
        return values
    try:
        np.array(values)
        return values
    except ValueError:
        found = np.empty(len(values), dtype=object)
        for at, value in enumerate(values):
            found[at] = value
        return found


def find_caller():
    """The file and line of the code that has called one of these."""
    frame = sys._getframe(1)
    while frame.f_back and os.path.dirname(frame.f_code.co_filename) == os.path.dirname(__file__):
        frame = frame.f_back
    return f"{os.path.basename(frame.f_code.co_filename)}, line {frame.f_lineno}"


class Renewer(ast.NodeTransformer):
    """Replaces these calls in a script by those above, and notes names that are gone."""

    def __init__(self, tree, file, gone):
        self.file, self.gone = file, gone
        self.aliases = {alias.asname or alias.name for node in ast.walk(tree)
                        if isinstance(node, ast.Import) for alias in node.names
                        if alias.name == "numpy"}
        self.functions = {alias.asname or alias.name for node in ast.walk(tree)
                          if isinstance(node, ast.ImportFrom) and node.module == "numpy"
                          and not node.level for alias in node.names}
        self.own = {node.name for node in ast.walk(tree)
                    if isinstance(node, (ast.FunctionDef, ast.ClassDef))}

    def is_numpy(self, node):
        """Whether a node is NumPy's name."""
        return isinstance(node, ast.Name) and node.id in self.aliases

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if self.is_numpy(node.value) and node.attr in self.gone:
            note(f"np.{node.attr}, which newer NumPy no longer has, was taken as it used to be "
                 f"({self.file}, line {node.lineno})")
        return node

    def visit_BinOp(self, node):
        self.generic_visit(node)
        return self.call_operator(node, "", node.left, node.right) or node

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if not isinstance(node.target, ast.Attribute):
            return node
        read = copy.copy(node.target)
        read.ctx = ast.Load()
        call = self.call_operator(node, "i", read, node.value)
        return ast.copy_location(ast.Assign([node.target], call), node) if call else node

    @staticmethod
    def call_operator(node, prefix, *sides):
        """A call in place of an operator beside an attribute: there are the lists of matrices.

        Elsewhere it is None: a loop over pixels would take three times as long.
        """
        if type(node.op) not in OPERATORS or \
                not any(isinstance(one, ast.Attribute) for one in sides):
            return None
        function = ast.Attribute(ast.Name("_adapter_operator", ast.Load()),
                                 prefix + OPERATORS[type(node.op)], ast.Load())
        return ast.copy_location(ast.Call(ast.Name("_adapter_numpy", ast.Load()),
                                          [function, *sides], []), node)

    def visit_Call(self, node):
        self.generic_visit(node)
        function, name = node.func, None
        if isinstance(function, ast.Name) and function.id not in self.own:
            name = CALLS.get(function.id)
        is_numpys = isinstance(function, ast.Attribute) and self.is_numpy(function.value) or \
            isinstance(function, ast.Name) and function.id in self.functions - self.own
        if is_numpys:
            name = "_adapter_numpy"
            node.args = [function, *node.args]
        if name:
            node.func = ast.copy_location(ast.Name(name, ast.Load()), function)
        return node


def renew(source, path, gone, *others):
    """The syntax tree of a script, ready to compile; SyntaxError if it is not Python.

    others: further transformers of the tree.
    """
    tree = ast.parse(source, filename=str(path))
    try:
        for one in (*others, Renewer(tree, os.path.basename(path), gone)):
            tree = one.visit(tree)
        return ast.fix_missing_locations(tree)
    except RecursionError:      # nested too deeply to be looked at
        return ast.parse(source, filename=str(path))
