"""Unpacks one hand-in: an archive, a folder or loose files, which may be hostile.

It reads names, sizes and bytes. It writes nothing, and runs nothing.
"""

import re
from pathlib import PurePosixPath

from kit.definition import load_assignment
from kit.files import Refused, shorten, explain
from kit.submit.zip_check import find_equal_names, find_fault_of_name
from staff.intake.arranging import arrange, show_name
from staff.intake.listing import (BROKEN, FILE, FOLDER, LINK, is_archive, is_junk,
                                  list_archive)

MIB = 2**20
MOST_NOTES, MOST_ENVIRONMENTS = 20, 20
MOST_ARCHIVES = 10              # that are opened in one hand-in
LEVELS = 2                      # an archive, and the archives in it


def read_entries(entries, limits=None):
    """({name: bytes}, notes) of a hand-in's entries; Refused names the file that is wrong.

    Names have forward slashes, and stay in the hand-in's folder. Notes are sentences.
    """
    notes = Notes()
    budget = Budget(limits or load_assignment().hand_in)
    files = gather_files(entries, budget, notes, LEVELS)
    if not files:
        raise Refused("it holds no files" + "".join(f": {words}" for words in notes.kept[:1]))
    files = arrange(files, notes)
    check_apart(files)                  # once more, since archives and folders were merged
    return files, notes.list_all()


class Notes:
    """Sentences about a hand-in, up to a limit."""

    def __init__(self):
        self.kept, self.junk, self.more = [], 0, 0

    def add(self, words):
        """Keep a sentence, or count it."""
        if len(self.kept) < MOST_NOTES:
            self.kept.append(words)
        else:
            self.more += 1

    def list_all(self):
        """The sentences."""
        found = list(self.kept)
        if self.more:
            found.append(f"{self.more} more notes of this kind are left out")
        if self.junk:
            found.append(f"{self.junk} file{'s' * (self.junk > 1)} in .git, __pycache__ and the "
                         f"like {'were' if self.junk > 1 else 'was'} left out")
        return tuple(found)


class Budget:
    """Counts how much of a hand-in is read, and refuses too much."""

    def __init__(self, limits):
        self.limits, self.files, self.bytes, self.archives = limits, 0, 0, 0

    def count_file(self):
        """Count one more file; Refused if it is one too many."""
        self.files += 1
        if self.files > self.limits.files:
            raise Refused(f"it holds more than {self.limits.files} files")

    def read(self, name, entry):
        """The bytes of a file; Refused if it cannot be read or is too large."""
        limits, largest = self.limits, self.limits.file_mib * MIB
        if entry.size > largest:
            raise Refused(f"{show_name(name)}: it takes {entry.size // MIB} MB, expected "
                          f"at most {limits.file_mib} MB")
        self.bytes += entry.size
        if self.bytes > limits.total_mib * MIB:
            raise Refused(f"unpacked it takes more than {limits.total_mib} MB, at "
                          f"{show_name(name)}")
        return self.read_entry(name, entry, largest)

    def read_archive(self, name, entry):
        """The bytes of an archive; its own size does not count."""
        self.archives += 1
        if self.archives > MOST_ARCHIVES:
            raise Refused(f"it holds more than {MOST_ARCHIVES - 1} archives in archives")
        largest = self.limits.total_mib + 10        # packed
        if entry.size > largest * MIB:
            raise Refused(f"{show_name(name)}: it takes {entry.size // MIB} MB, expected "
                          f"at most {largest} MB")
        return self.read_entry(name, entry, largest * MIB)

    def read_entry(self, name, entry, most):
        """The bytes of an entry."""
        try:
            content = entry.read(most + 1)
        except BROKEN as problem:
            raise Refused(f"{show_name(name)} cannot be read ({shorten(explain(problem), 80)})"
                          ) from None
        if len(content) != entry.size:
            raise Refused(f"{show_name(name)}: its size differs from the listed one")
        return content


# ---------------------------------------------------------------------- choosing and reading files

def gather_files(entries, budget, notes, levels):
    """{name: bytes} of the entries, and of the entries of archives among them.

    levels: how deep archives in archives are opened. Archives beside a script stay closed.
    """
    named = choose_entries(entries, budget, notes)
    archives = choose_archives(named, levels, notes)
    files = {name: budget.read(name, entry) for name, entry in named.items()
             if name not in archives}
    for name in archives:
        try:
            listed = list_archive(budget.read_archive(name, named[name]))
            inner = gather_files(listed, budget, notes, levels - 1)
        except Refused as refusal:
            if len(named) == 1:
                raise
            raise Refused(f"{show_name(name)}: {refusal}") from None
        if levels < LEVELS or len(named) > 1:
            notes.add(f"{show_name(name)} was unpacked")
        merge(files, inner, PurePosixPath(name).parent, notes)
    return files


def choose_archives(named, levels, notes):
    """The names of the archives to open; notes say why others stay closed."""
    archives = [name for name in named if is_archive(name)]
    if levels and not any(name.lower().endswith(".py") for name in named):
        return archives
    for name in archives:
        notes.add(f"{show_name(name)} was not opened: "
                  + ("scripts lie beside it" if levels else "it lies in too many archives"))
    return []


def merge(files, inner, folder, notes):
    """Add the files of an archive beside it; files that stand there already stay."""
    for name, content in inner.items():
        name = (folder / name).as_posix()
        if files.setdefault(name, content) != content:
            notes.add(f"{show_name(name)} is there more than once, in an archive too: the "
                      "archive's was left out")


def choose_entries(entries, budget, notes):
    """{name: entry} of the files to read; Refused names one that cannot be taken."""
    named, folders, environments = {}, set(), find_environments(entries)
    for entry in entries:
        name = make_portable(re.sub(r"^(\./)+", "", entry.name))
        if is_junk(name) or f"{name}/".startswith(environments):
            notes.junk += entry.kind == FILE
            continue
        if name in ("", ".") and entry.kind == FOLDER:
            continue
        check_name(name, budget.limits.depth)
        if name in named and entry.kind == FILE:
            raise Refused(f"{show_name(name)} is there more than once")
        if entry.kind == FOLDER:
            folders.add(name)
        elif entry.kind != FILE:
            notes.add(f"{show_name(name)} was left out: it is {entry.kind}"
                      + (", put the file itself there" if entry.kind == LINK else ""))
        else:
            named[name] = entry
            budget.count_file()
            if name != entry.name.removeprefix("./"):
                notes.add(f"{show_name(entry.name)} was taken as {show_name(name)}")
    check_apart(named, folders)
    return named


def find_environments(entries):
    """The names of folders with a Python environment, each with a slash at its end."""
    return tuple(entry.name.removeprefix("./").removesuffix("pyvenv.cfg") for entry in entries
                 if entry.name.endswith("/pyvenv.cfg"))[:MOST_ENVIRONMENTS]


def make_portable(name):
    """A name without the letters that Windows does not allow."""
    if re.match("[A-Za-z]:", name):
        return name                     # a path of Windows: check_name refuses it
    clean = re.sub('[:<>"|?*]', "_", name)
    return re.sub(r"(?<=[^/. ])[. ]+(?=/|$)", "", clean)


def check_name(name, depth):
    """Refuse a name that is empty, leads elsewhere, steers a terminal, or lies too deep."""
    if words := find_fault_of_name(name):
        raise Refused(f"{show_name(name)}: {words}")
    if name.count("/") > depth:
        raise Refused(f"{show_name(name)}: it lies in more than {depth} folders")
    if len(name) > 240 or any(len(part.encode()) > 200 for part in name.split("/")):
        raise Refused(f"{show_name(name)}: its name is too long")


def check_apart(named, folders=()):
    """Refuse names that are the same on some systems, and a file with the name of a folder."""
    if same := find_equal_names(named):
        raise Refused(f"{show_name(same[0])} is there more than once, but for case")
    above = {parent.as_posix().casefold() for name in named for parent in
             PurePosixPath(name).parents}
    above |= {name.casefold() for name in folders}
    for name in named:
        if name.casefold() in above:
            raise Refused(f"{show_name(name)} is there as a file and as a folder")
