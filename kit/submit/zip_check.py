"""`python -m kit submit --check`: is a hand-in's zip whole? Nothing of it is unpacked to a disk.

The zip may come from anybody.
"""

import contextlib
import hashlib
import os
import re
import stat
import struct
import sys
import unicodedata
import zipfile
import zlib
from collections import Counter

from kit.definition import HandInLimits, find_assignment
from kit.files import Refused, shorten, explain, say
from kit.submit.manifest import (LARGEST_MANIFEST, MANIFEST, list_shortfalls, parse_manifest,
                                 summarise)

FOLDER = "hand-in"                  # in the zip
MIB = 2**20
END = struct.Struct("<4s4H2LH")     # the last record of a zip without a comment
LONG_ZIP = b"PK\6\7"                # before it, in a zip of more than 4 GB
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)    # of Windows
UNREADABLE = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError,
              EOFError, OverflowError, struct.error, zlib.error)
COMPLETE, NOT_COMPLETE, NO_ZIP = 0, 1, 2    # exit status
MOST_LINES = 20


def check_zip(path):
    """Print whether a zip is whole and what was missing from the start; the exit status."""
    try:
        if not path.is_file():      # a named pipe would never end
            raise Refused(("it is not a file" if path.exists() else "it was not found")
                          + ": give the path of a zip")
        with open(path, "rb") as file:
            manifest, faults = inspect_zip(file)
    except (OSError, ValueError, Refused) as problem:
        say(f"kit submit: {shorten(path)}: {shorten(explain(problem))}", sys.stderr)
        return NO_ZIP
    except KeyboardInterrupt:
        say("kit submit: stopped", sys.stderr)
        return 130
    lines = [shorten(words, 300) for words in faults or list_shortfalls(manifest)]
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [f"… and {len(lines) - MOST_LINES} more"]
    first = (f"not whole: {shorten(path)}" if faults else
             f"whole{', but not complete' if lines else ''}: {summarise(manifest)}")
    say("\n".join([first, *(f"  {line}" for line in lines)]))
    if not faults and has_remains(path):
        say("a remark: a Mac has packed it again; its own files (__MACOSX) do not count")
    return NOT_COMPLETE if lines else COMPLETE


def inspect_zip(file, limits=None):
    """(manifest, faults) of a zip in a file that is open for reading bytes.

    limits: HandInLimits; default: those of the current folder's assignment, or the usual ones.

    The manifest is None if it cannot be trusted. Faults are sentences; a whole zip has none.
    Refused if the file cannot be read as a zip.
    """
    limits = limits or find_limits()
    check_end(file, limits)
    try:
        zipped = zipfile.ZipFile(file)
    except UNREADABLE as problem:
        raise Refused(f"it cannot be read as a zip ({explain(problem)})") from None
    entries = zipped.infolist()
    if faults := find_faults(entries, limits):
        return None, faults
    named = {unicodedata.normalize("NFC", entry.filename).removeprefix(f"{FOLDER}/"): entry
             for entry in entries if not (is_remains(entry.filename) or entry.is_dir())}
    try:
        manifest = read_manifest(zipped, named.pop(MANIFEST, None))
    except Refused as refusal:
        return None, [str(refusal)]
    listed = manifest["files"]
    faults = [f"{shorten(name, 100)} is missing" for name in sorted(listed.keys() - named.keys())]
    faults += [f"{shorten(name, 100)} is not listed in {MANIFEST}"
               for name in sorted(named.keys() - listed.keys())]
    for name in sorted(named.keys() & listed.keys()):
        if words := find_fault_of_content(zipped, named[name], listed[name]):
            faults.append(f"{shorten(name, 100)} {words}")
    return manifest, faults


def has_remains(path):
    """Whether a zip, which can be read, holds files that a Mac adds."""
    with zipfile.ZipFile(path) as zipped:
        return any(map(is_remains, zipped.namelist()))


def is_remains(name):
    """Whether a file is one that a Mac adds to a zip."""
    parts = name.split("/")
    return parts[0] == "__MACOSX" or parts[-1] == ".DS_Store" or parts[-1].startswith("._")


def find_limits():
    """The limits of the current folder's assignment, or the usual ones."""
    assignment = find_assignment()
    return assignment.hand_in if assignment else HandInLimits()


def check_end(file, limits):
    """Refuse a file without a zip's end, or with an end that would make reading very slow."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - END.size - 20))
    tail = file.read()
    largest = limits.total_mib + 10     # the zip's own words
    if size > largest * MIB:
        raise Refused(f"it is larger than {largest} MB, the most for a hand-in")
    if len(tail) < END.size or not tail[-END.size:].startswith(b"PK\5\6"):
        raise Refused("it cannot be read as a zip: its end is missing, so it was cut short or is "
                      "not a zip")
    *_, length, offset, comment = END.unpack(tail[-END.size:])
    if tail.startswith(LONG_ZIP) or comment or offset + length + END.size != size:
        raise Refused("it cannot be read as a zip: its end does not fit the rest")
    if length > limits.files * 1000:
        raise Refused(f"its list of files is too long: a hand-in has at most {limits.files} files")


def find_faults(entries, limits):
    """The faults of a zip's list of files; nothing is unpacked."""
    if len(entries) > limits.files:
        return [f"it holds {len(entries)} files, expected at most {limits.files}"]
    faults = [f"{shorten(entry.orig_filename, 100)}: {words}" for entry in entries
              if (words := find_fault_of_entry(entry))]
    faults += [f"{shorten(name, 100)} is there more than once"
               for name in find_equal_names([entry.orig_filename for entry in entries])]
    total = sum(entry.file_size for entry in entries)
    if total > limits.total_mib * MIB:
        faults.append(f"unpacked it takes {total // MIB} MB, expected at most "
                      f"{limits.total_mib} MB")
    return faults


def find_fault_of_entry(entry):
    """The fault of a file as the zip lists it, or None."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    name = entry.orig_filename.removesuffix("/") if entry.is_dir() else entry.orig_filename
    if words := find_fault_of_name(name):
        return words
    if entry.filename != entry.orig_filename:
        return "it has two names"
    if is_remains(name):
        return None
    if not f"{name}/".startswith(f"{FOLDER}/"):
        return f"it is outside the folder {FOLDER}"
    if kind not in (0, stat.S_IFDIR if entry.is_dir() else stat.S_IFREG):
        return "it is a link" if stat.S_ISLNK(kind) else "it is not a file"
    if entry.flag_bits & 0x2041:        # of zip: encrypted, strongly encrypted, list encrypted
        return "it is encrypted"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is packed by a method that kit submit does not use"
    return None


def find_fault_of_name(name):
    """Why a file of this name cannot be unpacked everywhere, or None."""
    if not name.isprintable():
        return "its name holds characters that cannot be printed"
    if sign := re.search(r'[\\:<>"|?*]', name):
        return f"its name holds {sign[0]}, which Windows does not allow"
    if name.startswith("/"):
        return "its name starts with /, so it leads outside the folder"
    for part in name.split("/"):
        if part in ("", ".", ".."):
            return "its name leads to another folder" if part else "it is a folder"
        if DEVICES.fullmatch(part) or part[-1] in ". ":
            return f"its name holds {part!r}, which Windows does not allow"
    return None


def find_equal_names(names):
    """The names that differ only in case: some systems cannot tell them apart."""
    keys = [unicodedata.normalize("NFC", name).casefold() for name in names]
    times = Counter(keys)
    return [name for name, key in zip(names, keys) if times.pop(key, 0) > 1]


def read_manifest(zipped, entry):
    """The manifest as a dict of the right types; Refused names its fault."""
    if entry is None:
        raise Refused(f"{MANIFEST} is missing: the zip is not a hand-in")
    if entry.file_size > LARGEST_MANIFEST:
        raise Refused(f"{MANIFEST} is larger than {LARGEST_MANIFEST // MIB} MB")
    try:
        with zipped.open(entry) as file:
            content = file.read(LARGEST_MANIFEST)
    except UNREADABLE as problem:
        raise Refused(f"{MANIFEST} cannot be read ({shorten(explain(problem))})") from None
    return parse_manifest(content)


def find_fault_of_content(zipped, entry, listed):
    """How a file differs from the manifest's entry, or None."""
    digest, size = hashlib.sha256(), 0
    try:
        with zipped.open(entry) as file:
            while piece := file.read(MIB):
                digest.update(piece)
                size += len(piece)
    except UNREADABLE as problem:
        return f"is damaged ({shorten(explain(problem), 80)})"
    if size != listed["size"]:
        return f"has {size} bytes, but {MANIFEST} lists {listed['size']}"
    return None if digest.hexdigest() == listed["sha256"] else f"differs from {MANIFEST}"


def is_hand_in(path):
    """Whether a file is a zip with a manifest that can be read."""
    with contextlib.suppress(OSError, Refused), open(path, "rb") as file:
        return inspect_zip(file)[0] is not None
    return False
