"""The limits of what students hand in, read from limits.toml."""

from dataclasses import dataclass, fields
from pathlib import Path

from kit.definition import tomllib
from kit.files import Refused, shorten, explain

DEFAULT = Path(__file__).with_name("limits.toml")
MIB = 2**20
# folders in memory where code may write, and the limits of their sizes
SCRATCH = {"/dev/shm": "shared_mib", "/tmp": "scratch_mib", "/box/sub": "scratch_mib"}


@dataclass(frozen=True)
class ProcessLimits:
    """The limits of any process of a student's; limits.toml explains each number."""

    total_seconds: int
    clock_seconds: int
    cpu_seconds: int
    address_mib: int
    memory_mib: int
    processes: int
    busy_processes: int
    open_files: int
    file_mib: int
    scratch_mib: int
    shared_mib: int
    output_kib: int


@dataclass(frozen=True)
class CodeLimits(ProcessLimits):
    """The limits of a submission's scripts."""

    call_seconds: int
    import_seconds: int


@dataclass(frozen=True)
class NotebookLimits(ProcessLimits):
    """The limits of a notebook and its kernel."""

    cell_seconds: int
    outputs_mib: int


@dataclass(frozen=True)
class Limits:
    """All limits, as the sections of limits.toml have them."""

    code: CodeLimits
    notebook: NotebookLimits


def read_limits(path=DEFAULT):
    """The Limits in a TOML file; Refused, in one sentence, if it does not hold them all."""
    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        raise Refused(f"{path} cannot be read as limits ({explain(problem)}): take "
                      "staff/sandbox/limits.toml as a pattern") from None
    check_names(path, "sections", found, Limits)
    return Limits(**{field.name: read_section(path, f"[{field.name}]", found[field.name],
                                              field.type) for field in fields(Limits)})


def read_section(path, section, found, kind):
    """The dataclass of one section; Refused if a number is missing, odd or unknown."""
    check_names(path, f"limits in {section}", found, kind)
    for name, value in found.items():
        if type(value) is not int or not 0 < value < 2**31:
            raise Refused(f"{path} gives {name} in {section} as {shorten(value, 40)}, expected a "
                          "whole number above 0")
    return kind(**found)


def check_names(path, things, found, kind):
    """Refuse a table unless it holds all names of a dataclass, and no others."""
    expected = [one.name for one in fields(kind)]
    given = found if isinstance(found, dict) else {}
    if wrong := set(expected) ^ set(given):
        name = min(wrong)
        raise Refused(f"{path} has {'no ' * (name in expected)}{shorten(name, 40)} among the "
                      f"{things}, expected {', '.join(expected)}")
