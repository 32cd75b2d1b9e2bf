"""Decides whether a check could not reach the code. Then it stays open: a person decides.

The student's process says what went wrong. But the student's code runs in that process, and could
say anything. So its words alone decide nothing. For each reason there is something that the grader
sees by itself. It has the text of the hand-in's files, the libraries of its own Python, and the
errors in its own checks.
"""

import ast
import re

from kit.checking.registry import Surprised
from kit.checking.student import Problem
from kit.definition import STAND_IN
from kit.files import shorten
from staff.grading.sources import parse
from staff.layouts import KIT
from staff.sandbox.interpreter import has_library

PLACE = re.compile(r"([^/\\]{1,100}), line (\d{1,7})")
LACKS = re.compile(r"'(\w{1,60})' object has no attribute '(\w{1,60})'")
PERSON = "the grader could not judge this, and a person decides: "
DEPENDS = "it needs code that the grader could not reach"


def explain_unreached(problem, sources, layout, sandbox):
    """(why a check could not reach the code, what is claimed without a sign of it in the files).

    problem: the check's Problem, or None. Both texts are "" if the code itself has failed.
    """
    signs = getattr(problem, "signs", ())
    if signs and all(map(sources.has, signs)):
        return "the grader could not see what this code is used on", ""
    if any(isinstance(one, Surprised) for one in list_causes(problem)):
        return "the grader's check fails on these results", ""
    error = find_error(problem)
    if error is None:
        return "", ""
    if sources.is_broken(find_place(error.get("where"))):
        return "", ""
    missing, place = str(error.get("missing") or ""), find_place(error.get("where"))
    if error.get("type") in ("ImportError", "ModuleNotFoundError") and missing:
        return explain_library(missing.split(".")[0], sources, sandbox)
    if place and sources.tests_size(*place, layout.sizes):
        return "{}, line {}, refuses other sizes than the assignment's".format(*place), ""
    if place and (name := find_lack(error, place, sources, sandbox)):
        return ("{}, line {}, uses {}, which the grader's stand-in lacks"
                .format(*place, name)), ""
    if place and error.get("type") == "NameError" and layout.name != KIT and \
            sources.sets_when_run(place[0], missing):
        return ("{}, line {}, uses {}, which the script sets only when it is run itself"
                .format(*place, missing)), ""
    return explain_adapter(error, missing, sources, layout)


def explain_library(library, sources, sandbox):
    """As explain_unreached, if the process says that a library is missing."""
    if not library.isidentifier() or has_library(sandbox.interpreter.program, library):
        return "", ""
    if sources.uses_library(library):
        return f"{library} is not installed where the grader runs the code", ""
    return "", f"it says that {library} is missing, but its files use no such library"


def explain_adapter(error, missing, sources, layout):
    """As explain_unreached, if the process says that the adapter failed."""
    place = find_place(error.get("adapter"))
    if not place or place[0] not in [file.name for file in
                                     layout.adapter_files + layout.shared_files]:
        return "", ""
    if missing in layout.asked:
        if missing in sources.names:
            return "", f"it says that {missing} is missing, but {missing} stands in its files"
        return f"{missing} stands in none of the files under this name", ""
    if error.get("not_written"):
        return "", ""
    if means := sources.find_means(layout.scripts):
        return "", ("it says that the grader's adapter fails, but its own code could say so, by "
                    f"{shorten(means, 60)}")
    return "the grader cannot handle code of this form yet", ""


def find_error(problem):
    """What the student's process said of a Problem, or of the one that it was made of; or None."""
    return next((one.error for one in list_causes(problem)
                 if isinstance(one, Problem) and isinstance(one.error, dict)), None)


def list_causes(problem):
    """A Problem, the one that it was made of, and so on."""
    while problem is not None:
        yield problem
        problem = problem.__cause__ or problem.__context__


def find_place(text):
    """(file, line) of a text such as "script.py, line 7"; None if it is none."""
    place = PLACE.fullmatch(str(text or ""))
    return (place[1], int(place[2])) if place else None


def find_lack(error, place, sources, sandbox):
    """The name that a stand-in lacks, and the student's own class has; "" if this is not why."""
    lack = LACKS.match(str(error.get("message")))
    if error.get("type") != "AttributeError" or not lack:
        return ""
    kind, name = lack.groups()
    used = any(isinstance(node, ast.Attribute) and node.attr == name
               for node in sources.find_lines(*place))
    fits = used and name in sources.attributes and kind not in sources.names
    return name if fits and kind in list_stand_ins(sandbox.assignment) else ""


def list_stand_ins(assignment):
    """The names of the classes in the assignment's stand-in."""
    path = assignment.folder / STAND_IN
    tree = parse(path.read_bytes()) if path.is_file() else None
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef)] if tree else []
