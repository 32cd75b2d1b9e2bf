"""Faults, and right code in another style, planted in a copy of the reference's scripts.

Each other module holds the data of one theme. A fault is a function that replaces a function of
the scripts:

    @fault("task2.softmax", {"2b": 7}, says="the outputs are wrong by up to")
    def softmax_over_all(z):
        …

Its name says what is planted. Where its body calls self.right_forward(X), or right_softmax(z), the
script's own function stays under this name. A class holds several changes: its functions, each
with @at(place), and `text`, {place: new text}, for values and for code at import. A place is a
script and a dotted name, "task2.SoftmaxModel.forward"; a "+" before it marks a new name. The place
"task2:first" is before the script's imports, "task2:last" is its end.

The planted functions leave out the checks of arguments (`expect`): no verdict needs them.
"""
import ast
import importlib
import inspect
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

from here import ROOT

SCRIPTS = ("utils.py", "task2.py", "task3.py", "task4.py")
# the modules with the project's own faults
OWN_FAULTS = ("loss_and_labels", "batches_and_accuracy", "pixels", "forward", "backward",
              "training", "counting", "tricks", "several", "evidence",
              "whole", "in_train", "prices", "hints", "shared_memory")
OWN_STYLES = "styles", "right_in_train"


@dataclass(frozen=True)
class Planted:
    """What is planted, and what it should cost.

    name:    what it is, in a few words.
    changes: {place: new text}.
    costs:   {subtask: points lost}; every other subtask keeps its points.
    says:    a part of what the checks say.
    """
    name: str
    changes: dict
    costs: dict
    says: str = ""

    def __str__(self):
        return self.name


# ----------------------------------------------------------------------------- how data is written

def fault(place=None, costs=None, says=""):
    """Make a function, which replaces the one at a place, or a class of changes a Planted."""
    def decorate(thing):
        changes = {place: read_source(thing)} if place else read_class(thing)
        return Planted(thing.__name__.replace("_", " "), changes, costs, says)
    return decorate


def style(place=None):
    """Make a function or a class a Planted that is right code: it costs nothing."""
    return fault(place, {})


def at(place):
    """Mark a function of a class with its place."""
    def decorate(function):
        function.place = place
        return function
    return decorate


def read_class(holder):
    """{place: new text} of a class of changes."""
    functions = [value for value in vars(holder).values() if hasattr(value, "place")]
    return getattr(holder, "text", {}) | {one.place: read_source(one) for one in functions}


def read_source(function):
    """The source of a function, without its decorators."""
    source = textwrap.dedent(inspect.getsource(function))
    return "".join(source.splitlines(keepends=True)[ast.parse(source).body[0].lineno - 1:])


def read_planted(*modules):
    """All Planted of these modules of this package, in their order."""
    return [value for name in modules
            for value in vars(importlib.import_module(f"planted.{name}")).values()
            if isinstance(value, Planted)]


def read_styles():
    """The styles; those that change functions of different names are merged, for speed."""
    groups = []
    for one in read_planted(*OWN_STYLES):
        names = {re.split(r"[.:]", place)[-1] for place in one.changes}
        for group, taken in groups:
            if names and taken and not names & taken:
                group.append(one)
                taken |= names
                break
        else:
            groups.append(([one], names))
    return [Planted("; ".join(map(str, group)),
                    {place: new for one in group for place, new in one.changes.items()}, {})
            for group, _ in groups]


# ---------------------------------------------------------------------------------------- planting

def plant(folder, changes):
    """Write the scripts with the changes into a folder."""
    for name, text in scripts_with(changes).items():
        (Path(folder) / name).write_text(text, encoding="utf-8")


def scripts_with(changes):
    """{file: text} of the scripts with the changes."""
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in SCRIPTS}
    # code at import comes last: after it a script need not be Python
    for place in sorted(changes, key=lambda place: ":" in place):
        script, mark, name = re.fullmatch(r"\+?(\w+)([.:])(.+)", place).groups()
        add = add_at_import if mark == ":" else add_name if place[0] == "+" else replace
        texts[f"{script}.py"] = add(texts[f"{script}.py"], name, changes[place].rstrip("\n"))
    return texts


def add_at_import(text, where, new):
    """The text of a script with new code before its imports ("first") or at its end ("last")."""
    if where == "last":
        return f"{text}\n\n{new}\n"
    docstring, imports = re.split(r"^(?=import |from )", text, maxsplit=1, flags=re.MULTILINE)
    return f"{docstring}{new}\n{imports}"


def add_name(text, name, new):
    """The text of a script with a new name: beneath its imports, or at the end of its class."""
    tree, lines = ast.parse(text), text.split("\n")
    new = re.sub(r"\Adef \w+", f"def {name.rpartition('.')[2]}", new)
    if "." in name:
        place = find(tree, name.rpartition(".")[0])
        lines[place.end_lineno:place.end_lineno] = ["", textwrap.indent(new, "    ")]
    else:
        last = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))][-1]
        lines[last.end_lineno:last.end_lineno] = ["", "", new, ""]
    return "\n".join(lines)


def replace(text, name, new):
    """The text of a script with new code for the function or the value of a name.

    Decorators stay. The old function stays beneath the new one where that calls it.
    """
    node, lines, last = find(ast.parse(text), name), text.split("\n"), name.rpartition(".")[2]
    start, end, indent = node.lineno - 1, node.end_lineno, " " * node.col_offset
    new = re.sub(r"\Adef \w+", f"def {last}", new)
    right = f"right_{last.strip('_')}"
    old = lines[start:end] if re.search(rf"\b{right}\(", new) else []
    if old:
        old[0] = old[0].replace(f"def {last}(", f"def {right}(")
        old.insert(0, "")
    lines[start:end] = [textwrap.indent(new, indent), *old]
    return "\n".join(lines)


def find(tree, name):
    """The node of a dotted name in a syntax tree."""
    for part in name.split("."):
        (tree,) = [node for node in tree.body if part in list_names(node)]
    return tree


def list_names(node):
    """The names that a statement defines."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    return [target.id for target in targets if isinstance(target, ast.Name)]


def with_body(place, body):
    """{place: new text}: the script's function with another body."""
    script, _, name = place.partition(".")
    text = (ROOT / f"{script}.py").read_text(encoding="utf-8")
    node = find(ast.parse(text), name)
    head = text.split("\n")[node.lineno - 1:node.body[0].lineno - 1]
    return {place: "\n".join([textwrap.dedent("\n".join(head)), textwrap.indent(body, "    ")])}
