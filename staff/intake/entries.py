"""What an archive or a folder lists, before anything of it is read. It may be anybody's."""

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

from kit.files import Refused, one_line, reason
from kit.submit.zip_check import UNREADABLE

FILE, FOLDER, LINK, OTHER = "a file", "a folder", "a link", "neither file nor folder"
MOST_LISTED = 20_000                # entries, with those that are left out
LONGEST_LIST = 4 * 2**20            # bytes of a zip's list of files
LARGEST_TAR = 120 * 2**20           # unpacked: it is not known before
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
    """What is listed: a name with forward slashes, its kind, its size, and how it is read.

    packed: what it takes up in an archive, 0 if that is not known.
    read: given the most bytes to read, returns them; Refused, or one of BROKEN, if it cannot.
    """

    name: str
    kind: str
    size: int = 0
    read: Callable = None
    packed: int = 0


def is_archive(name):
    """Return whether a file's name is that of an archive."""
    return name.lower().endswith(SUFFIXES)


def stem_of(name):
    """Return a file's name without its suffix, which may be one of two parts."""
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if name.lower().endswith(suffix):
            return name[:-len(suffix)]
    return os.path.splitext(name)[0]


def is_junk(name):
    """Return whether a name leads into what programs leave behind, and nobody hands in."""
    parts = name.split("/")
    return ".." not in parts and any(
        part.lower() in JUNK or part.startswith(".") and part != "."
        or part.endswith(".pyc") for part in parts)


# -------------------------------------------------------------------------------------- folders

def of_folder(folder):
    """Return the entries of a folder: links are not followed, what is no file is not opened."""
    found = []
    walk(os.fspath(folder), "", found)
    return found


def walk(folder, prefix, found):
    """Add the entries of a folder, and of those in it, whose names begin with the prefix."""
    try:
        with os.scandir(folder) as inside:
            listed = sorted(inside, key=lambda one: one.name)
    except OSError as problem:
        raise Refused(f"{one_line(prefix) or 'the folder'} cannot be read "
                      f"({reason(problem)})") from None
    for one in listed:
        name = prefix + text_of(one.name)
        if is_junk(name):
            continue
        if len(found) >= MOST_LISTED:
            raise Refused(f"it holds more than {MOST_LISTED} files")
        entry = of_path(one.path, name)
        found.append(entry)
        if entry.kind == FOLDER and name.count("/") < 100:     # deeper than any limit
            walk(one.path, f"{name}/", found)


def of_path(path, name):
    """Return the entry of what stands at a path, which is not opened yet."""
    try:
        found = os.lstat(path)
    except OSError as problem:
        raise Refused(f"{one_line(name)} cannot be read ({reason(problem)})") from None
    kinds = {stat.S_IFREG: FILE, stat.S_IFDIR: FOLDER, stat.S_IFLNK: LINK}
    return Entry(name, kinds.get(stat.S_IFMT(found.st_mode), OTHER), found.st_size,
                 lambda most: read_regular(path, most))


def read_regular(path, most):
    """Return the first bytes of a regular file; OSError if it is a link or a pipe by now."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError("it is not a file")
        return file.read(most)


def text_of(name):
    """Return a file's name as text, in one way of writing letters: macOS takes them apart."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:          # its bytes are not UTF-8: what zip programs of old wrote
        name = os.fsencode(name).decode("cp437")
    return unicodedata.normalize("NFC", name)


# --------------------------------------------------------------------------------------- archives

def of_archive(content):
    """Return the entries of an archive's bytes; Refused if it is none that can be read."""
    kind = next((kind for magic, kind in MAGIC.items() if content.startswith(magic)), None)
    if kind is None and content[257:262] == b"ustar":
        kind = TAR
    if kind in (ZIP, None):             # a zip may begin with something else, a tar may not
        return of_zip(io.BytesIO(content))
    if kind in (GZIP, BZIP2, TAR):
        return of_tar(content, kind)
    raise Refused(f"it is packed as {kind}, which is not read here: unpack it, and put the folder "
                  "in its place")


class Bounded:
    """A file of which no piece longer than `most` is read: a zip's list of files is one."""

    def __init__(self, file, most):
        self.file, self.most = file, most

    def __getattr__(self, name):
        return getattr(self.file, name)

    def read(self, size=-1):
        """Return bytes as file.read does; ValueError if there are too many."""
        content = self.file.read(size if 0 <= size <= self.most else self.most + 1)
        if len(content) > self.most:
            raise ValueError("its list of files is too long")
        return content


def of_zip(file, most=MOST_LISTED, longest=LONGEST_LIST):
    """Return the entries of a zip, which is read from an open file for as long as they are."""
    bounded = Bounded(file, longest)
    try:
        zipped = zipfile.ZipFile(bounded)
    except BROKEN as problem:
        raise Refused(f"it cannot be read as a zip ({one_line(reason(problem), 80)}): it was cut "
                      "short, or it is something else") from None
    bounded.most = sys.maxsize - 1      # the list is read; files have limits of their own
    listed = zipped.infolist()
    if len(listed) > most:
        raise Refused(f"it holds {len(listed)} files, expected {most} at the most")
    return [of_member(zipped, info) for info in listed]


def of_member(zipped, info):
    """Return the entry of what a zip lists."""
    name = name_in_zip(info)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if name.endswith("/") or kind == stat.S_IFDIR:
        return Entry(name.rstrip("/") or "/", FOLDER)
    kinds = {0: FILE, stat.S_IFREG: FILE, stat.S_IFLNK: LINK}
    return Entry(name, kinds.get(kind, OTHER), info.file_size,
                 lambda most: read_member(zipped, info, most), info.compress_size)


def name_in_zip(info):
    """Return the name of a zip's entry: old programs say not which letters they use."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:      # of zip: the name is UTF-8
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def read_member(zipped, info, most):
    """Return the first bytes of a file in a zip; ValueError says what no hand-in has."""
    if info.flag_bits & 0x2041:         # of zip: encrypted, strongly encrypted, list encrypted
        raise ValueError("it is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("it is packed in a way that is not read here")
    with zipped.open(info) as file:
        return file.read(most)


class Member(tarfile.TarInfo):
    """A tar's entry; one of negative size, over which Python may read for ever, is an error."""

    def _block(self, count):
        if count < 0:                   # CVE-2025-8194
            raise tarfile.TarError("an entry has a negative size")
        return super()._block(count)


def of_tar(content, kind):
    """Return the entries of a tar's bytes, packed or not."""
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
            found.append(of_tarred(tarred, member))
        return found
    except BROKEN as problem:
        raise Refused(f"it cannot be read as a tar ({one_line(reason(problem), 80)}): it was cut "
                      "short, or it is something else") from None


def of_tarred(tarred, member):
    """Return the entry of what a tar lists."""
    name = text_of(member.name.replace("\\", "/"))
    if member.isdir():
        return Entry(name, FOLDER)
    kind = FILE if member.isreg() else LINK if member.issym() or member.islnk() else OTHER
    return Entry(name, kind, member.size, lambda most: tarred.extractfile(member).read(most))
