"""Reads assignment/assignment.toml: files, subtasks, points, and the limits of a hand-in."""

import functools
import hashlib
import importlib.util
import os
import re
import sys
from dataclasses import dataclass, field, fields
from pathlib import Path

from kit.deadline import Deadline, check_deadline
from kit.files import Refused, shorten, explain

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

TOML = "assignment/assignment.toml"
CHECKS = "assignment/checks"        # a package: __init__.py may name further MODULES
CASES = f"{CHECKS}/cases.json"
STAND_IN = f"{CHECKS}/stand_in.py"
FOLDER_VARIABLE = "KIT_FOLDER"      # the assignment's folder, for a notebook that runs in a copy
AGAIN = "take it from the assignment's zip again"


@dataclass(frozen=True)
class Subtask:
    """One subtask. With counts_in "2c helpers" it has no points: its checks decide that part."""

    id: str             # "2b"
    title: str          # its heading is the id and the title
    question: str       # as students read it
    by_code: dict = field(default_factory=dict)     # {part: points} that a program gives
    by_hand: dict = field(default_factory=dict)     # {part: points} that a person gives
    counts_in: str = ""

    @property
    def points(self):
        """All its points."""
        return sum(self.by_code.values()) + sum(self.by_hand.values())

    def charge(self, part):
        """(subtask, part) whose points a check of this part decides."""
        return tuple(self.counts_in.split()) if self.counts_in else (self.id, part)


@dataclass(frozen=True)
class HandInLimits:
    """The most that a hand-in may hold."""

    files: int = 500
    file_mib: int = 50
    total_mib: int = 100
    depth: int = 12


@dataclass(frozen=True)
class Assignment:
    """One assignment. Names of files are relative to its folder, with forward slashes."""

    folder: Path
    title: str
    points: int
    scripts: tuple          # students write them
    notebooks: dict         # {name: ids of its subtasks}
    subtasks: tuple         # in order
    group_size: int = 1
    settings: tuple = ()    # texts that students get without the lines of the instructor
    given: tuple = ()       # files that students get as they are
    data: dict = field(default_factory=dict)    # {file: sha256}, given too
    hand_in: HandInLimits = HandInLimits()
    deadline: Deadline = None

    def __hash__(self):
        return hash(self.folder)

    @property
    def by_id(self):
        """{id: Subtask}."""
        return {subtask.id: subtask for subtask in self.subtasks}

    @property
    def script_names(self):
        """The scripts' names as modules."""
        return tuple(name.removesuffix(".py") for name in self.scripts)

    @property
    def notebook_paths(self):
        """The notebooks' files."""
        return [self.folder / name for name in self.notebooks]

    def charge(self, result):
        """(subtask, part) whose points a check, or its result, decides."""
        subtask = self.by_id.get(result.subtask)
        return subtask.charge(result.part) if subtask else (result.subtask, result.part)

    def list_given(self):
        """{name: file} of all that students get beside scripts, notebooks and settings.

        An assignment may have its own kit/; otherwise students get this one.
        """
        package = self.folder / "kit"
        if not (package / "contents.txt").is_file():
            package = Path(__file__).parent
        own = (package / "contents.txt").read_text(encoding="utf-8").split()
        return {**{f"kit/{name}": package / name for name in own},
                **{name: self.folder / name for name in (*self.given, *self.data)}}

    def check_data(self, name):
        """The path of a data file; Refused unless it has the sha256 of assignment.toml."""
        path = self.folder / name
        if not path.is_file():
            raise Refused(f"{path} is missing: {AGAIN}")
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != self.data[name]:
            raise Refused(f"{path} is damaged: its sha256 is {found[:12]}…, expected "
                          f"{self.data[name][:12]}… as in {TOML}: {AGAIN}")
        return path

    def find_line(self, text):
        """Where a text stands in assignment.toml, as "assignment/assignment.toml:12"."""
        lines = (self.folder / TOML).read_text(encoding="utf-8").split("\n")
        return next((f"{TOML}:{at}" for at, line in enumerate(lines, 1)
                     if text in line and not line.startswith("#")), TOML)

    def find_subtask_line(self, name):
        """Where a subtask stands in assignment.toml."""
        key = name if re.fullmatch(r"[\w-]+", name) else f'"{name}"'
        return self.find_line(f"[subtasks.{key}]")

    def load_module(self, name):
        """The module in a file, or the package in a folder, of this assignment.

        It gets a name of its own, so that two assignments can be loaded side by side.
        """
        path = self.folder / name
        place = path / "__init__.py" if path.is_dir() else path
        return load_module(place, path.is_dir(), str(self.folder))


@functools.cache
def load_module(path, is_package, folder):
    """The module in a file. It finds the other modules of the folder."""
    if folder not in sys.path:
        sys.path.append(folder)
    number = hashlib.sha256(str(path).encode()).hexdigest()[:8]
    name = f"{path.parent.name if is_package else path.stem}_{number}"
    spec = importlib.util.spec_from_file_location(
        name, path, submodule_search_locations=[str(path.parent)] if is_package else None)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except FileNotFoundError:
        raise Refused(f"{path} is missing: {AGAIN}") from None
    except Exception as problem:
        raise Refused(f"{path} cannot be imported ({type(problem).__name__}: "
                      f"{shorten(problem)}): {AGAIN}") from None
    return module


def find_assignment(start=None):
    """The Assignment whose folder holds the start; None if there is none.

    start: a folder; default: the one that KIT_FOLDER names, or the current one.
    """
    start = Path(os.path.abspath(start or os.environ.get(FOLDER_VARIABLE) or Path.cwd()))
    for folder in (start, *start.parents):
        if (folder / TOML).is_file():
            return read_assignment(folder)
    return None


def load_assignment(start=None):
    """The Assignment whose folder holds the start; Refused if there is none."""
    found = find_assignment(start)
    if found is None:
        raise Refused(f"neither {Path(start or Path.cwd())} nor a folder above it holds {TOML}: "
                      "run this in the assignment's folder")
    return found


@functools.cache
def read_assignment(folder):
    """The Assignment in a folder; Refused names what is wrong in its assignment.toml."""
    path = folder / TOML
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        subtasks = [build_section(Subtask, path, {"id": name, **values}, f"subtasks.{name}")
                    for name, values in given.pop("subtasks").items()]
        limits = build_section(HandInLimits, path, given.pop("hand_in", {}), "hand_in")
        if "deadline" in given:
            given["deadline"] = read_deadline(path, given["deadline"])
        lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        return build_section(Assignment, path, {"folder": folder, "subtasks": tuple(subtasks),
                                        "hand_in": limits, **given, **lists}, "")
    except Refused:
        raise
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as problem:
        words = f"it has no {problem}" if isinstance(problem, KeyError) else explain(problem)
        raise Refused(f"{path} cannot be read ({words}): {AGAIN}") from None


def find_deadline_line(path, name):
    """Where a name of the section [deadline] stands, as "assignment/assignment.toml:12"."""
    lines, inside = path.read_text(encoding="utf-8").split("\n"), False
    for at, line in enumerate(lines, 1):
        inside = line.startswith("[deadline]") or inside and not line.startswith("[")
        if inside and re.match(rf"\s*{name}\s*=", line):
            return f"{TOML}:{at}"
    return TOML


def read_deadline(path, values):
    """The Deadline in a section; Refused names the line of what is wrong."""
    if not isinstance(values, dict):
        raise Refused(f"{path} has deadline = {shorten(values, 60)}, expected a section "
                      "[deadline] with at = a time")
    deadline = build_section(Deadline, path, values, "deadline")
    check_deadline(deadline, functools.partial(find_deadline_line, path))
    return deadline


def build_section(kind, path, values, section):
    """A dataclass of a section's values; Refused if there are others, or some are missing."""
    known, where = {one.name for one in fields(kind)}, f"[{section}]" if section else "its top"
    if unknown := values.keys() - known:
        raise Refused(f"{path} has {shorten(min(unknown), 40)} in {where}, expected "
                      f"{', '.join(sorted(known - {'id', 'folder'}))}")
    try:
        return kind(**values)
    except TypeError as problem:
        missing = re.findall(r"'(\w+)'", str(problem))
        raise Refused(f"{path} has no {', '.join(missing)} in {where}") from None
