"""One hand-in as its files: an archive, a folder or loose files, which may be anybody's.

Nothing is written, run, or looked at but for its name and its size.
"""

import re
from collections import Counter
from pathlib import Path, PurePosixPath

from kit.definition import load_assignment
from kit.files import Refused, one_line, reason
from kit.submit.zip_check import find_equal_names, find_fault_of_name
from staff.intake.entries import (BROKEN, FILE, FOLDER, LINK, is_archive,
                                  is_junk, of_archive, of_folder, of_path)
from staff.layouts import list_scripts

MIB = 2**20
MOST_NOTES, MOST_ENVIRONMENTS = 20, 20
SMALL = MIB                     # a file that may be packed as tightly as it likes
MOST_ARCHIVES = 10              # opened, of one hand-in
LEVELS = 2                      # an archive, and those in it
# "script (1).py" and "script - Copy.py" of browsers and Windows, "script-1.py" of Canvas
RENAMED = re.compile(r"(?P<stem>\w+?)(?: ?\(\d+\)|-\d+| - copy)?\.py", re.IGNORECASE)


def files_of(path, limits=None):
    """Return ({name: bytes}, notes) of a hand-in: an archive, a folder, or one file.

    Names have forward slashes and lead nowhere else; notes are sentences. Refused says what is
    wrong, with the name of the file that it is wrong with.
    """
    path = Path(path)
    return files_from(of_folder(path) if path.is_dir() and not path.is_symlink()
                      else [of_path(path, path.name)], limits)


def files_from(entries, limits=None):
    """Return ({name: bytes}, notes) of what a hand-in lists."""
    notes = Notes()
    budget = Budget(limits or load_assignment().hand_in)
    files = gathered(entries, budget, notes, LEVELS)
    if not files:
        raise Refused("it holds no files" + "".join(f": {words}" for words in notes.kept[:1]))
    files = placed(files, notes)
    check_apart(files)                  # once more: archives and folders have been merged
    return files, notes.all()


class Notes:
    """Sentences on a hand-in, not too many of them."""

    def __init__(self):
        self.kept, self.junk, self.more = [], 0, 0

    def add(self, words):
        """Keep a sentence, or count it."""
        if len(self.kept) < MOST_NOTES:
            self.kept.append(words)
        else:
            self.more += 1

    def all(self):
        """Return the sentences."""
        found = list(self.kept)
        if self.more:
            found.append(f"{self.more} more notes of this kind are left out")
        if self.junk:
            found.append(f"{self.junk} file{'s' * (self.junk > 1)} in .git, __pycache__ and the "
                         f"like {'were' if self.junk > 1 else 'was'} left out")
        return tuple(found)


class Budget:
    """How much may still be read of a hand-in."""

    def __init__(self, limits):
        self.limits, self.files, self.bytes, self.archives = limits, 0, 0, 0

    def count_file(self):
        """Take one more file into account; Refused if it is one too many."""
        self.files += 1
        if self.files > self.limits.files:
            raise Refused(f"it holds more than {self.limits.files} files")

    def read(self, name, entry):
        """Return the bytes of a file; Refused if it cannot be read, or is too much."""
        limits, largest = self.limits, self.limits.file_mib * MIB
        if entry.size > largest:
            raise Refused(f"{shown(name)}: it takes {entry.size // MIB} MB, expected "
                          f"{limits.file_mib} MB at the most")
        self.bytes += entry.size
        if self.bytes > limits.total_mib * MIB:
            raise Refused(f"unpacked it takes more than {limits.total_mib} MB, at "
                          f"{shown(name)}")
        return self.read_entry(name, entry, largest)

    def read_archive(self, name, entry):
        """Return the bytes of an archive, whose own size does not count."""
        self.archives += 1
        if self.archives > MOST_ARCHIVES:
            raise Refused(f"it holds more than {MOST_ARCHIVES - 1} archives in archives")
        largest = self.limits.total_mib + 10        # packed
        if entry.size > largest * MIB:
            raise Refused(f"{shown(name)}: it takes {entry.size // MIB} MB, expected "
                          f"{largest} MB at the most")
        return self.read_entry(name, entry, largest * MIB)

    def read_entry(self, name, entry, most):
        """Return the bytes of an entry."""
        if entry.packed and entry.size > max(SMALL, self.limits.ratio * entry.packed):
            raise Refused(f"{shown(name)}: unpacked it would be more than {self.limits.ratio} "
                          "times as large")
        try:
            content = entry.read(most + 1)
        except BROKEN as problem:
            raise Refused(f"{shown(name)} cannot be read ({one_line(reason(problem), 80)})"
                          ) from None
        if len(content) != entry.size:
            raise Refused(f"{shown(name)}: it has not the size that is listed")
        return content


# --------------------------------------------------------------------- what is taken of a listing

def gathered(entries, budget, notes, levels):
    """Return {name: bytes} of what is listed, and of what is listed in archives there.

    levels: how many archives in archives are opened; none, where a script lies beside them.
    """
    named = names_of(entries, budget, notes)
    archives = opened_among(named, levels, notes)
    files = {name: budget.read(name, entry) for name, entry in named.items()
             if name not in archives}
    for name in archives:
        try:
            inner = gathered(of_archive(budget.read_archive(name, named[name])), budget, notes,
                             levels - 1)
        except Refused as refusal:
            if len(named) == 1:
                raise
            raise Refused(f"{shown(name)}: {refusal}") from None
        if levels < LEVELS or len(named) > 1:
            notes.add(f"{shown(name)} was unpacked")
        merge(files, inner, PurePosixPath(name).parent, notes)
    return files


def opened_among(named, levels, notes):
    """Return the names of the archives that are to be opened; notes say why others are not."""
    archives = [name for name in named if is_archive(name)]
    if levels and not any(name.lower().endswith(".py") for name in named):
        return archives
    for name in archives:
        notes.add(f"{shown(name)} was not opened: "
                  + ("scripts lie beside it" if levels else "it lies in too many archives"))
    return []


def merge(files, inner, folder, notes):
    """Add the files of an archive beside it; what stands there already stays."""
    for name, content in inner.items():
        name = (folder / name).as_posix()
        if files.setdefault(name, content) != content:
            notes.add(f"{shown(name)} is there more than once, in an archive too: that one was "
                      "left out")


def names_of(entries, budget, notes):
    """Return {name: entry} of the files that are taken; Refused names one that cannot be."""
    named, folders, environments = {}, set(), environments_in(entries)
    for entry in entries:
        name = portable(re.sub(r"^(\./)+", "", entry.name))
        if is_junk(name) or f"{name}/".startswith(environments):
            notes.junk += entry.kind == FILE
            continue
        if name in ("", ".") and entry.kind == FOLDER:
            continue
        check_name(name, budget.limits.depth)
        if name in named and entry.kind == FILE:
            raise Refused(f"{shown(name)} is there more than once")
        if entry.kind == FOLDER:
            folders.add(name)
        elif entry.kind != FILE:
            notes.add(f"{shown(name)} was left out: it is {entry.kind}"
                      + (", put the file itself there" if entry.kind == LINK else ""))
        else:
            named[name] = entry
            budget.count_file()
            if name != entry.name.removeprefix("./"):
                notes.add(f"{shown(entry.name)} was taken as {shown(name)}")
    check_apart(named, folders)
    return named


def environments_in(entries):
    """Return the names of folders that hold a Python environment, each with a slash."""
    return tuple(entry.name.removeprefix("./").removesuffix("pyvenv.cfg") for entry in entries
                 if entry.name.endswith("/pyvenv.cfg"))[:MOST_ENVIRONMENTS]


def portable(name):
    """Return a name with what Windows cannot have in it replaced, unless that leads elsewhere."""
    if re.match("[A-Za-z]:", name):
        return name                     # a place of its own, for check_name
    clean = re.sub('[:<>"|?*]', "_", name)
    return re.sub(r"(?<=[^/. ])[. ]+(?=/|$)", "", clean)


def check_name(name, depth):
    """Refuse a name that is none, leads elsewhere, steers a terminal, or lies too deep."""
    if words := find_fault_of_name(name):
        raise Refused(f"{shown(name)}: {words}")
    if name.count("/") > depth:
        raise Refused(f"{shown(name)}: it lies in more than {depth} folders")
    if len(name) > 240 or any(len(part.encode()) > 200 for part in name.split("/")):
        raise Refused(f"{shown(name)}: its name is too long")


def check_apart(named, folders=()):
    """Refuse names that some systems take for one, and a file where a folder is needed."""
    if same := find_equal_names(named):
        raise Refused(f"{shown(same[0])} is there more than once, but for case")
    above = {parent.as_posix().casefold() for name in named for parent in
             PurePosixPath(name).parents}
    above |= {name.casefold() for name in folders}
    for name in named:
        if name.casefold() in above:
            raise Refused(f"{shown(name)} is there as a file and as a folder")


# --------------------------------------------------------------------- where the files are put

def placed(files, notes):
    """Return the files with the folder that holds the scripts on top."""
    top = top_of(files)
    wrapping = wrapper_of(files)
    if top and top != "hand-in/":
        notes.add(f"{shown(top)} was taken as the hand-in's folder")
    found = {name.removeprefix(top): content for name, content in files.items()
             if name.startswith(top)}
    for name, content in files.items():
        if name.startswith(top):
            continue
        name = name.removeprefix(wrapping)
        if any(one == name or one.startswith(f"{name}/") or name.startswith(f"{one}/")
               for one in found):
            notes.add(f"{shown(name)} outside {shown(top)} was left out: it is there twice")
        else:
            found[name] = content
    bring_up(found, notes)
    return found


def top_of(names):
    """Return the folder, with a slash at its end, that is the hand-in's: the one with scripts."""
    def folders(fits):
        parents = Counter(str(PurePosixPath(name).parent) for name in names if fits(name))
        return sorted(parents, key=lambda folder: (folder.count("/") + (folder != "."),
                                                   -parents[folder], folder))
    def notebook_beside(name):
        return name.lower().endswith(".ipynb") and "notebooks" not in name.split("/")[:-1]
    for fits in (lambda name: PurePosixPath(name).name in list_scripts(),
                 lambda name: name.lower().endswith(".py"), notebook_beside):
        if found := folders(fits):
            return "" if found[0] == "." else f"{found[0]}/"
    wrapping = wrapper_of(names)
    return wrapping[:wrapping.rfind("notebooks/")] if "notebooks/" in wrapping else wrapping


def wrapper_of(names):
    """Return the folder, with a slash at its end, in which all files stand; empty if none is."""
    common = PurePosixPath(next(iter(names))).parent.parts
    for name in names:
        parts = PurePosixPath(name).parent.parts
        same = (one == other for one, other in zip(common, parts))
        common = common[:next((at for at, is_same in enumerate(same) if not is_same),
                              min(len(common), len(parts)))]
    return "".join(f"{part}/" for part in common)


def bring_up(files, notes):
    """Give scripts that stand elsewhere, or under a slightly other name, their place on top."""
    for script in list_scripts():
        if script in files:
            continue
        alike = [name for name in files if (match := RENAMED.fullmatch(PurePosixPath(name).name))
                 and f"{match['stem']}.py".lower() == script]
        on_top = [name for name in alike if "/" not in name]
        if len(found := on_top or alike) == 1:
            files[script] = files.pop(found[0]) if on_top else files[found[0]]
            notes.add(f"{shown(found[0])} was taken as {script}")


def shown(name):
    """Return a name as it may be printed."""
    return one_line(name, 100)

