"""Mutants of the reference scripts, and what the checks of `python -m kit check` make of each.

cosmic-ray makes them, by its own operators and by a few more for what goes wrong in array code: an
axis left out, a wrong variable, arguments the wrong way round, a transpose, a copy or a line
forgotten. Only lines that staff.release.stripping takes for a solution are mutated.

Left out are bitwise operators in place of arithmetic (TypeError on floats), % beside // and `is`
beside ==: each fails where the other does.
"""
import shutil
import tempfile
import textwrap
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names
from parso.python.tree import Name, Number

from here import CHECKS, ROOT, SCRIPTS, SUBTASKS
from kit.check import PASSED, run_check
from kit.checking.student import Student
from staff.release.stripping import strip

LEFT_OUT = ("RShift", "LShift", "BitOr", "BitAnd", "BitXor", "Invert", "Mod", "Is", "IsNot")
# a check that counts fails; one that costs nothing fails; none fails
ENDS = KILLED, REMARKED, SURVIVED = "killed", "remarked on", "survived"


# ------------------------------------------------------------------------------------- operators

class ReplaceLeaf(Operator):
    """Another operator in place of += and the like, and of @."""
    others = {"+=": ("-=", "="), "-=": ("+=", "="), "*=": ("/=", "="), "@": ("*",)}

    def mutation_positions(self, node):
        for _ in self.others.get(getattr(node, "value", ""), ()):
            yield node.start_pos, node.end_pos

    def mutate(self, node, index):
        node.value = self.others[node.value][index]
        return node

    @classmethod
    def examples(cls):
        return ("w -= a", "w += a"), ("w -= a", "w = a"), ("a @ w", "a * w")


class ScaleNumber(Operator):
    """A number in arithmetic 0.1 % too large."""

    def mutation_positions(self, node):
        if isinstance(node, Number) and node.parent.type in ("term", "arith_expr"):
            yield node.start_pos, node.end_pos

    def mutate(self, node, index):
        node.value = f"{float(node.value) * 1.001:.7g}"
        return node

    @classmethod
    def examples(cls):
        return ("2 / x", "2.002 / x"),


class RemoveStatement(Operator):
    """`pass` in place of a statement that fills a line; a docstring does nothing anyway."""

    def mutation_positions(self, node):
        if node.type == "simple_stmt" and node.children[0].type != "string":
            yield node.start_pos, node.end_pos

    def mutate(self, node, index):
        node.children[0] = Name("pass", node.start_pos, node.get_first_leaf().prefix)
        return node

    @classmethod
    def examples(cls):
        return ("a = 1\nb = 2\n", "pass\nb = 2\n"),


class RemoveArgument(Operator):
    """A call without one of its arguments, if there is another or it bears a keyword."""

    def mutation_positions(self, node):
        given = arguments_of(node)
        return [(argument.start_pos, argument.end_pos) for argument in given
                if len(given) > 1 or argument.type == "argument"]

    def mutate(self, node, index):
        if node.children[1].type != "arglist":
            del node.children[1]
        else:
            del node.children[1].children[max(2 * index - 1, 0):max(2 * index + 1, 2)]
        return node

    @classmethod
    def examples(cls):
        return ("f(a, b, c=1)", "f( b, c=1)"), ("f(a, b, c=1)", "f(a, c=1)"), ("f(c=1)", "f()")


class SwapArguments(Operator):
    """A call with two neighbouring arguments the other way round."""

    def mutation_positions(self, node):
        for argument, other in zip(arguments_of(node), arguments_of(node)[1:]):
            if "argument" not in (argument.type, other.type):   # a keyword's or a star's
                yield argument.start_pos, other.end_pos

    def mutate(self, node, index):
        swapped = node.children[1].children
        swapped[2 * index], swapped[2 * index + 2] = swapped[2 * index + 2], swapped[2 * index]
        return node

    @classmethod
    def examples(cls):
        return ("f(a, b)", "f( b,a)"), ("f(a, b, c)", "f(a, c, b)")


class Unwrap(Operator):
    """The first argument in place of a call; what .name, .name() or [index] is taken of."""

    def mutation_positions(self, node):
        return [(node.children[at].start_pos, node.children[at].end_pos)
                for at in self.places(node)]

    def places(self, node):
        """Return where something can be taken off: not between a method and its call."""
        if node.type != "atom_expr" or node.get_next_leaf() == "=":     # a target
            return []
        openings = [trailer.children[0].value for trailer in node.children[1:]] + [""]
        return [at for at, pair in enumerate(zip(openings, openings[1:]), 1) if pair != (".", "(")]

    def mutate(self, node, index):
        at = self.places(node)[index]
        trailer, children = node.children[at], node.children
        given = [one for one in arguments_of(trailer) if one.type != "argument"]
        if given:       # f(a, …), module.f(a, …)
            prefix = node.get_first_leaf().prefix
            children[:at + 1] = [given[0]]
            node.get_first_leaf().prefix = prefix
        elif trailer.children[0].value == "(" and children[at - 1].type == "trailer":
            del children[at - 1:at + 1]
        else:
            del children[at]
        return node

    @classmethod
    def examples(cls):
        return ("y = np.log(x, b)", "y = x"), ("a.T", "a"), ("w[1:]", "w"), ("w.copy()", "w")


class ReplaceName(Operator):
    """Another variable that the piece has by then in place of one; likewise for attributes."""

    def mutation_positions(self, node):
        return [(node.start_pos, node.end_pos) for _ in self.others(node)]

    def others(self, node):
        """Return the names that can take a name's place."""
        kind = self.kind(node)
        if not kind:
            return []
        leaves = [leaf for leaf in ast_nodes(node.get_root_node()) if leaf.type == "name"]
        lines = {leaf.value: leaf.start_pos[0] for leaf in reversed(leaves)
                 if leaf.is_definition()}
        return sorted({leaf.value for leaf in leaves if self.kind(leaf) == kind
                       and lines.get(leaf.value, 0) <= node.start_pos[0]} - {node.value})

    def kind(self, node):
        """Return "." for an attribute, "a" for a variable, nothing for what is called or set."""
        if node.type != "name" or node.value in ("np", "self") or node.is_definition() or \
                node.get_next_leaf().value in ("(", "="):
            return ""
        return "." if node.get_previous_leaf() == "." else "a"

    def mutate(self, node, index):
        node.value = self.others(node)[index]
        return node

    @classmethod
    def examples(cls):
        return ("y = a.T @ b", "y = b.T @ b"), ("y = a.T + b.S", "y = a.S + b.S")


def arguments_of(node):
    """Return the arguments of a call's parentheses; none for other nodes."""
    if node.type != "trailer" or node.children[0].value != "(" or len(node.children) < 3:
        return []
    return node.children[1].children[::2] if node.children[1].type == "arglist" \
        else [node.children[1]]


OWN = (ReplaceLeaf, ScaleNumber, RemoveStatement, RemoveArgument, SwapArguments, Unwrap,
       ReplaceName)


def operators():
    """Return one of each operator."""
    known = [get_operator(name) for name in operator_names()
             if not name.endswith(tuple(f"_{word}" for word in LEFT_OUT))]
    return [cls() for cls in (*known, *OWN) if not cls.arguments()]


# --------------------------------------------------------------------------------------- mutants

@dataclass(frozen=True)
class Mutant:
    """One changed script.

    subtask: whose solution is changed; original, mutated: the lines that differ, bare.
    code:    of the whole script.
    """
    script: str
    subtask: str
    original: str
    mutated: str
    code: str = field(repr=False)

    @property
    def key(self):
        """What stays the same when lines are added elsewhere."""
        return self.script, self.original, self.mutated


def mutants(script):
    """Return all mutants of a script's solutions that are Python, each once."""
    code = (ROOT / script).read_text(encoding="utf-8")
    found = {}
    for subtask, before, indentation, solution, after in solutions(code):
        for mutated in mutated_ways(solution, operators()):
            whole = before + textwrap.indent(mutated, indentation) + after
            if is_python(whole):
                lines = difference(solution, mutated)
                found.setdefault(whole, Mutant(script, subtask, *lines, whole))
    found.pop(code, None)
    return list(found.values())


def solutions(code):
    """Yield each solution: its subtask, what stands before it, its indentation, it without, and
    the rest."""
    lines = code.splitlines(keepends=True)
    for cut in strip(code, "a script", [subtask.id for subtask in SUBTASKS])[1]:
        if cut.task:
            end = cut.at + len(cut.hidden) - 1
            yield (cut.task, "".join(lines[:cut.at]), cut.hidden[0].partition("#")[0],
                   textwrap.dedent("".join(lines[cut.at:end])), "".join(lines[end:]))


def mutated_ways(code, tools):
    """Yield a piece of code as each operator changes it in each place."""
    nodes = list(ast_nodes(get_ast(code)))
    for operator in tools:
        places = sum(1 for node in nodes for _ in operator.mutation_positions(node))
        for occurrence in range(places):
            yield mutate_code(code, operator, occurrence)


def is_python(code):
    """Return whether code can be compiled."""
    try:
        compile(code, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def difference(code, mutated):
    """Return the first to the last line that differ, of both, in one line each."""
    before, after = code.splitlines(), mutated.splitlines()
    while before and after and before[0] == after[0]:
        del before[0], after[0]
    while before and after and before[-1] == after[-1]:
        del before[-1], after[-1]
    return tuple(" ".join(line.split("  # ")[0].strip() for line in lines)
                 for lines in (before, after))


# --------------------------------------------------------------------------------------- judging

def outcome(mutant):
    """Return one of ENDS, the checks of the mutant's own subtask tried first; or what raised."""
    checks = sorted(CHECKS, key=lambda one: (one.remark, one.subtask != mutant.subtask))
    with tempfile.TemporaryDirectory() as folder:
        for script in SCRIPTS:
            shutil.copy(ROOT / script, folder)
        Path(folder, mutant.script).write_text(mutant.code, encoding="utf-8")
        try:
            with Student(folder) as student:
                for one in checks:
                    if run_check(one, student).state != PASSED:
                        return REMARKED if one.remark else KILLED
        except Exception as problem:
            return f"the checks themselves raise {problem!r}"
    return SURVIVED


def outcomes(scripts=SCRIPTS, at_once=2):
    """Return {mutant: outcome}, judged two at a time."""
    found = [mutant for script in scripts for mutant in mutants(script)]
    with ThreadPoolExecutor(at_once) as pool:   # threads wait while the mutants run elsewhere
        return dict(zip(found, pool.map(outcome, found)))
