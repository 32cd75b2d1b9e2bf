"""The limits of what students hand in, read from limits.toml."""

from dataclasses import dataclass, fields
from pathlib import Path

from kit.definition import tomllib
from kit.files import Refused, one_line, reason

DEFAULT = Path(__file__).with_name("limits.toml")
MIB = 2**20


@dataclass(frozen=True)
class ProcessLimits:
    """What holds for any process of a student's; limits.toml says what each number is."""

    total_seconds: int
    cpu_seconds: int
    address_mib: int
    memory_mib: int
    processes: int
    open_files: int
    file_mib: int
    scratch_mib: int
    shared_mib: int
    output_kib: int


@dataclass(frozen=True)
class CodeLimits(ProcessLimits):
    """What holds for a submission's scripts."""

    call_seconds: int
    import_seconds: int


@dataclass(frozen=True)
class NotebookLimits(ProcessLimits):
    """What holds for a notebook and its kernel."""

    cell_seconds: int
    outputs_mib: int


@dataclass(frozen=True)
class Limits:
    """All limits, as the sections of limits.toml have them."""

    code: CodeLimits
    notebook: NotebookLimits


def read_limits(path=DEFAULT):
    """Return the Limits in a TOML file; Refused, in one sentence, if it does not hold them all."""
    try:
        sections = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        raise Refused(f"{path} cannot be read as limits ({reason(problem)}): take "
                      "staff/sandbox/limits.toml as a pattern") from None
    return Limits(**{field.name: section(path, sections, field) for field in fields(Limits)}
                  | surplus(path, sections, Limits))


def section(path, sections, field):
    """Return the dataclass of one section; Refused if a number is missing, odd or unknown."""
    found = sections.get(field.name)
    if not isinstance(found, dict):
        raise Refused(f"{path} has no section [{field.name}]: take it from "
                      "staff/sandbox/limits.toml")
    for one in fields(field.type):
        value = found.get(one.name)
        if type(value) is not int or not 0 < value < 2**31:
            raise Refused(f"{path} gives {one.name} in [{field.name}] as "
                          f"{one_line(value, 40)}: expected is a whole number above 0")
    return field.type(**found | surplus(path, found, field.type))


def surplus(path, found, kind):
    """Return {}; Refused if there are names that a dataclass does not have."""
    unknown = found.keys() - {one.name for one in fields(kind)}
    if unknown:
        raise Refused(f"{path} has {one_line(min(unknown), 40)}, which is no limit: expected are "
                      f"{', '.join(one.name for one in fields(kind))}")
    return {}
