"""Checks whether a hand-in's zip is whole. The zip may come from anybody; nothing is unpacked."""

import contextlib
import hashlib
import json
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter

from kit.definition import HandInLimits, find_assignment
from kit.files import Refused, one_line, reason

FOLDER, MANIFEST = "hand-in", "manifest.json"
FORMAT = 1
MIB = 2**20
LARGEST_MANIFEST = 4 * MIB
END = struct.Struct("<4s4H2LH")     # the last record of a zip without a comment
LONG_ZIP = b"PK\6\7"                # before it, in a zip of more than 4 GB
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)    # of Windows
UNREADABLE = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError,
              EOFError, OverflowError, struct.error, zlib.error)


def texts(value):
    """Return whether a JSON value is a list of texts."""
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def counted(value):
    """Return whether a JSON value is a whole number from 0."""
    return type(value) is int and value >= 0


def fits_checks(value):
    """Return whether a JSON value holds the results of the checks, or none."""
    return value is None or (isinstance(value, dict) and value.keys() == {"passed", "of", "report"}
                             and counted(value["passed"]) and counted(value["of"])
                             and isinstance(value["report"], dict))


def fits_files(value):
    """Return whether a JSON value lists files by name, sha256 and size."""
    return isinstance(value, dict) and all(
        isinstance(file, dict) and file.keys() == {"sha256", "size"} and counted(file["size"])
        and isinstance(file["sha256"], str) and re.fullmatch("[0-9a-f]{64}", file["sha256"])
        for file in value.values())


FIELDS = {      # of the manifest: does a value fit, and what is expected
    "format": (lambda value: type(value) is int and value == FORMAT, f"{FORMAT}"),
    "group": (texts, "a list of names"),
    "kit": (lambda value: isinstance(value, str), "a text"),
    "made": (lambda value: isinstance(value, str), "a text"),
    "python": (lambda value: isinstance(value, str), "a text"),
    "numpy": (lambda value: isinstance(value, str), "a text"),
    "executed": (lambda value: isinstance(value, bool), "true or false"),
    "missing": (texts, "a list of sentences"),
    "report": (lambda value: isinstance(value, list)
               and all(isinstance(one, dict) for one in value), "a list of problems"),
    "checks": (fits_checks, "null, or passed, of and report"),
    "files": (fits_files, "{name: {sha256, size}}"),
}


def inspect_zip(file, limits=None):
    """Return (manifest, faults) of a zip in a file that is open for reading bytes.

    limits: HandInLimits; default: those of the current folder's assignment, or the usual ones.

    The manifest is None if it cannot be trusted. Faults are sentences; a whole zip has none.
    Refused if the file cannot be read as a zip.
    """
    limits = limits or find_limits()
    check_end(file, limits)
    try:
        zipped = zipfile.ZipFile(file)
    except UNREADABLE as problem:
        raise Refused(f"it cannot be read as a zip ({reason(problem)})") from None
    entries = zipped.infolist()
    if wrong := wrong_entries(entries, limits):
        return None, wrong
    named = {entry.filename.removeprefix(f"{FOLDER}/"): entry for entry in entries}
    try:
        manifest = read_manifest(zipped, named.pop(MANIFEST, None))
    except Refused as refusal:
        return None, [str(refusal)]
    listed = manifest["files"]
    wrong = [f"{shown(name)} is missing" for name in sorted(listed.keys() - named.keys())]
    wrong += [f"{shown(name)} is not listed in {MANIFEST}"
              for name in sorted(named.keys() - listed.keys())]
    for name in sorted(named.keys() & listed.keys()):
        if words := wrong_bytes(zipped, named[name], listed[name]):
            wrong.append(f"{shown(name)} {words}")
    return manifest, wrong


def find_limits():
    """Return the limits of the current folder's assignment, or the usual ones."""
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


def wrong_entries(entries, limits):
    """Return the faults of a zip's list of files; nothing is unpacked."""
    if len(entries) > limits.files:
        return [f"it holds {len(entries)} files, expected at most {limits.files}"]
    wrong = [f"{shown(entry.orig_filename)}: {words}" for entry in entries
             if (words := wrong_entry(entry, limits.ratio))]
    wrong += [f"{shown(name)} is there more than once"
              for name in equal_names([entry.orig_filename for entry in entries])]
    total = sum(entry.file_size for entry in entries)
    if total > limits.total_mib * MIB:
        wrong.append(f"unpacked it takes {total // MIB} MB, expected at most "
                     f"{limits.total_mib} MB")
    return wrong


def wrong_entry(entry, ratio):
    """Return the fault of a file as the zip lists it, or None."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if words := wrong_name(entry.orig_filename):
        return words
    if entry.filename != entry.orig_filename:
        return "it has two names"
    if not entry.filename.startswith(f"{FOLDER}/"):
        return f"it is outside the folder {FOLDER}"
    if kind not in (0, stat.S_IFREG):
        return "it is a link" if stat.S_ISLNK(kind) else "it is not a file"
    if entry.flag_bits & 0x2041:        # of zip: encrypted, strongly encrypted, list encrypted
        return "it is encrypted"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is packed by a method that kit submit does not use"
    if entry.file_size > ratio * max(entry.compress_size, 1):
        return f"unpacked it would be more than {ratio} times as large"
    return None


def wrong_name(name):
    """Return why a file of this name cannot be unpacked everywhere, or None."""
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


def equal_names(names):
    """Return the names that some systems cannot tell apart: they differ only in case."""
    keys = [unicodedata.normalize("NFC", name).casefold() for name in names]
    times = Counter(keys)
    return [name for name, key in zip(names, keys) if times.pop(key, 0) > 1]


def read_manifest(zipped, entry):
    """Return the manifest as a dict of the right types; Refused names its fault."""
    if entry is None:
        raise Refused(f"{MANIFEST} is missing: the zip is not a hand-in")
    if entry.file_size > LARGEST_MANIFEST:
        raise Refused(f"{MANIFEST} is larger than {LARGEST_MANIFEST // MIB} MB")
    try:
        with zipped.open(entry) as file:
            content = file.read(LARGEST_MANIFEST)
    except UNREADABLE as problem:
        raise Refused(f"{MANIFEST} cannot be read ({one_line(reason(problem))})") from None
    return manifest_in(content)


def manifest_in(content):
    """Return the manifest in these bytes, as read_manifest does."""
    try:
        manifest = json.loads(content.decode("utf-8"), parse_int=number, parse_constant=number,
                              object_pairs_hook=without_repeats)
    except RecursionError:
        raise Refused(f"{MANIFEST} is nested too deeply") from None
    except ValueError as problem:
        raise Refused(f"{MANIFEST} cannot be read ({one_line(reason(problem))})") from None
    check_fields(manifest)
    return manifest


def number(text):
    """Return a whole number of JSON; ValueError if it is too long for a manifest."""
    if not re.fullmatch(r"-?\d{1,18}", text):
        raise ValueError(f"it holds the number {one_line(text, 20)}")
    return int(text)


def without_repeats(pairs):
    """Return a JSON object as a dict; ValueError if it has a name twice."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("an object has the same name twice")
    return dict(pairs)


def check_fields(manifest):
    """Refuse a manifest with other fields or types than kit submit writes."""
    if not isinstance(manifest, dict):
        raise Refused(f"{MANIFEST} is not a JSON object")
    for name, (fits, expected) in FIELDS.items():
        if name not in manifest:
            raise Refused(f"{MANIFEST} has no {name!r}: expected {expected}")
        if not fits(manifest[name]):
            raise Refused(f"{MANIFEST} has {name} = {one_line(repr(manifest[name]), 60)}: "
                          f"expected {expected}")
    if extra := manifest.keys() - FIELDS.keys():
        raise Refused(f"{MANIFEST} has {shown(min(extra))}, which is unknown")


def wrong_bytes(zipped, entry, listed):
    """Return how a file differs from the manifest's entry, or None."""
    digest, size = hashlib.sha256(), 0
    try:
        with zipped.open(entry) as file:
            while piece := file.read(MIB):
                digest.update(piece)
                size += len(piece)
    except UNREADABLE as problem:
        return f"is damaged ({one_line(reason(problem), 80)})"
    if size != listed["size"]:
        return f"has {size} bytes, but {MANIFEST} lists {listed['size']}"
    return None if digest.hexdigest() == listed["sha256"] else f"differs from {MANIFEST}"


def shown(name):
    """A name from a zip, safe to print."""
    return one_line(name, 100)


def is_hand_in(path):
    """Return whether a file is a zip with a manifest that can be read."""
    with contextlib.suppress(OSError, Refused), open(path, "rb") as file:
        return inspect_zip(file)[0] is not None
    return False
