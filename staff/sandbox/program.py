"""A program for the sandbox: its command, its files, its limits."""

from dataclasses import dataclass, field
from pathlib import Path

from staff.sandbox.limits import ProcessLimits


@dataclass(frozen=True)
class Program:
    """A command, and all that it may see and use.

    Paths in command, env and show are those inside; without isolation they become the host's. It
    can write only to memory, never to a folder of the host's.

    command: the words of its command line.
    folder:  the student's scripts; those with the names of given files are left out.
    show:    {path inside: file or folder of the host's}, read-only.
    env:     variables, beside those of a bare environment.
    limits:  a section of limits.toml; that of scripts by default.
    slot:    all sandboxes with the same number share the limits on processes; by default, all
             that this process has started share them.
    talk:    whether stdin and stdout are pipes. Otherwise it reads nothing, and the log holds
             all that it prints.
    descriptors: of open files and sockets that it inherits, by the same numbers.
    """

    command: list
    folder: Path = None
    show: dict = field(default_factory=dict)
    env: dict = field(default_factory=dict)
    limits: ProcessLimits = None
    slot: int = None
    talk: bool = True
    descriptors: tuple = ()
