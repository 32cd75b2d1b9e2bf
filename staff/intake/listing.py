"""Lists an archive or a folder, which may be hostile, before any file of it is read."""

import bz2
import contextlib
import gzip
import io
import lzma
import os
import stat
import sys
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from kit.files import Refused, shorten, explain
from kit.submit.zip_check import UNREADABLE

FILE, FOLDER, LINK, OTHER = "a file", "a folder", "a link", "neither file nor folder"
MOST_LISTED = 20_000                # entries, including junk
LONGEST_LIST = 4 * 2**20            # bytes of a zip's list of files
LARGEST_TAR = 120 * 2**20           # bytes, unpacked
JUNK = {"__macosx", "__pycache__", "node_modules", "venv", "site-packages", "thumbs.db",
        "desktop.ini", "$recycle.bin", "icon\r"}
ZIP, GZIP, BZIP2, TAR = "zip", "gzip", "bzip2", "tar"
MAGIC = {b"PK\3\4": ZIP, b"PK\5\6": ZIP, b"\x1f\x8b": GZIP, b"BZh": BZIP2, b"Rar!": "RAR",
         b"7z\xbc\xaf\x27\x1c": "7z", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "Zstandard"}
SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".rar", ".7z", ".tar.xz",
            ".txz", ".tar.zst")
BROKEN = (*UNREADABLE, tarfile.TarError, lzma.LZMAError, zlib.error, AttributeError, TypeError,
          IndexError, KeyError, RecursionError, MemoryError)


@dataclass(frozen=True)
class Entry:
    """One entry: a name with forward slashes, its kind, its size, and a way to read it.

    read: takes the largest number of bytes, and returns the file's; raises one of BROKEN.
    """

    name: str
    kind: str
    size: int = 0
    read: Callable = None


def is_archive(name):
    """Whether a file has the name of an archive."""
    return name.lower().endswith(SUFFIXES)


def remove_suffix(name):
    """A file's name without its suffix, which may have two parts (.tar.gz); ".zip" as it is."""
    stem = next((name[:-len(suffix)] for suffix in sorted(SUFFIXES, key=len, reverse=True)
                 if name.lower().endswith(suffix)), os.path.splitext(name)[0])
    return stem if stem.strip(".") else name


def is_junk(name):
    """Whether a path is a leftover of programs, such as a cache."""
    parts = name.split("/")
    return ".." not in parts and any(
        part.lower() in JUNK or part.startswith(".") and part != "."
        or part.endswith(".pyc") for part in parts)


# -------------------------------------------------------------------------------------- folders

def list_folder(folder):
    """The entries of a folder. It follows no links, and opens no files."""
    found = []
    walk(os.fspath(folder), "", found)
    return found


def walk(folder, prefix, found):
    """Add the entries of a folder and of the folders in it; names begin with the prefix."""
    try:
        with os.scandir(folder) as inside:
            listed = sorted(inside, key=lambda one: one.name)
    except OSError as problem:
        raise Refused(f"{shorten(prefix) or 'the folder'} cannot be read "
                      f"({explain(problem)})") from None
    for one in listed:
        name = prefix + decode_name(one.name)
        if is_junk(name):
            continue
        if len(found) >= MOST_LISTED:
            raise Refused(f"it holds more than {MOST_LISTED} files")
        entry = describe_path(one.path, name)
        found.append(entry)
        if entry.kind == FOLDER and name.count("/") < 100:     # deeper than any limit
            walk(one.path, f"{name}/", found)


def describe_path(path, name):
    """The entry of a path, which is not opened yet."""
    try:
        found = os.lstat(path)
    except OSError as problem:
        raise Refused(f"{shorten(name)} cannot be read ({explain(problem)})") from None
    kinds = {stat.S_IFREG: FILE, stat.S_IFDIR: FOLDER, stat.S_IFLNK: LINK}
    return Entry(name, kinds.get(stat.S_IFMT(found.st_mode), OTHER), found.st_size,
                 lambda most: read_regular(path, most))


def read_regular(path, most):
    """The first bytes of a regular file; OSError if it has become a link or a pipe."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError("it is not a file")
        return file.read(most)


def decode_name(name):
    """A file's name as text, with composed letters: macOS writes them in parts."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:          # its bytes are not UTF-8: old zip programs wrote others
        name = os.fsencode(name).decode("cp437")
    return unicodedata.normalize("NFC", name)


# --------------------------------------------------------------------------------------- archives

def list_archive(content):
    """The entries of an archive's bytes; Refused if they cannot be read."""
    kind = next((kind for magic, kind in MAGIC.items() if content.startswith(magic)), None)
    if kind is None and content[257:262] == b"ustar":
        kind = TAR
    if kind in (ZIP, None):             # a zip may begin with something else, a tar may not
        return list_zip(io.BytesIO(content))
    if kind in (GZIP, BZIP2, TAR):
        return list_tar(content, kind)
    raise Refused(f"it is packed as {kind}, which cannot be read here: unpack it, and put the "
                  "folder in its place")


class Bounded:
    """A file that refuses to read more than `most` bytes at once, such as a zip's list."""

    def __init__(self, file, most):
        self.file, self.most = file, most

    def __getattr__(self, name):
        return getattr(self.file, name)

    def read(self, size=-1):
        """Read as file.read does; ValueError if there are too many bytes."""
        content = self.file.read(size if 0 <= size <= self.most else self.most + 1)
        if len(content) > self.most:
            raise ValueError("its list of files is too long")
        return content


def list_zip(file, most=MOST_LISTED, longest=LONGEST_LIST):
    """The entries of a zip; its file must stay open while they are read."""
    bounded = Bounded(file, longest)
    try:
        zipped = zipfile.ZipFile(bounded)
    except BROKEN as problem:
        raise Refused(f"it cannot be read as a zip ({shorten(explain(problem), 80)}): it was cut "
                      "short, or it is something else") from None
    bounded.most = sys.maxsize - 1      # the list has been read; files have other limits
    listed = zipped.infolist()
    if len(listed) > most:
        raise Refused(f"it holds {len(listed)} files, expected at most {most}")
    return [describe_zipped(zipped, info) for info in listed]


def describe_zipped(zipped, info):
    """The entry of a ZipInfo."""
    name = decode_zip_name(info)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if name.endswith("/") or kind == stat.S_IFDIR:
        return Entry(name.rstrip("/") or "/", FOLDER)
    kinds = {0: FILE, stat.S_IFREG: FILE, stat.S_IFLNK: LINK}
    return Entry(name, kinds.get(kind, OTHER), info.file_size,
                 lambda most: read_member(zipped, info, most))


def decode_zip_name(info):
    """The name of a zip's entry; old programs do not name their encoding."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:      # of zip: the name is UTF-8
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def read_member(zipped, info, most):
    """The first bytes of a file in a zip; ValueError if it is encrypted or oddly packed."""
    if info.flag_bits & 0x2041:         # of zip: encrypted, strongly encrypted, list encrypted
        raise ValueError("it is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("it is packed in a way that cannot be read here")
    with zipped.open(info) as file:
        return file.read(most)


class Member(tarfile.TarInfo):
    """A tar's entry. A negative size is an error: Python could read it for ever."""

    def _block(self, count):
        if count < 0:                   # CVE-2025-8194
            raise tarfile.TarError("an entry has a negative size")
        return super()._block(count)


def list_tar(content, kind):
    """The entries of a tar's bytes, packed or not."""
    openers = {GZIP: gzip.open, BZIP2: bz2.open, TAR: lambda file: file}
    try:
        with openers[kind](io.BytesIO(content)) as file:
            unpacked = file.read(LARGEST_TAR + 1)
        if len(unpacked) > LARGEST_TAR:
            raise Refused(f"unpacked it takes more than {LARGEST_TAR // 2**20} MB")
        found = []
        tarred = tarfile.open(fileobj=io.BytesIO(unpacked), mode="r:", tarinfo=Member)
        for member in tarred:
            if len(found) >= MOST_LISTED:
                raise Refused(f"it holds more than {MOST_LISTED} files")
            found.append(describe_tarred(tarred, member))
        return found
    except BROKEN as problem:
        raise Refused(f"it cannot be read as a tar ({shorten(explain(problem), 80)}): it was cut "
                      "short, or it is something else") from None


def describe_tarred(tarred, member):
    """The entry of a TarInfo."""
    name = decode_name(member.name.replace("\\", "/"))
    if member.isdir():
        return Entry(name, FOLDER)
    kind = FILE if member.isreg() else LINK if member.issym() or member.islnk() else OTHER
    return Entry(name, kind, member.size, lambda most: tarred.extractfile(member).read(most))
