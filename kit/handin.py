"""Collects the files of a hand-in, and packs them into one zip with a manifest."""

import contextlib
import datetime
import hashlib
import io
import json
import os
import platform
import unicodedata
import zipfile
import zlib
from importlib.metadata import version
from pathlib import Path

from kit import __version__
from kit.files import EPOCH, Refused, one_line, reason
from kit.zipcheck import (FOLDER, FORMAT, MANIFEST, MOST_FILES, MOST_RATIO, equal_names, inspect,
                          wrong_name)

SCRIPTS = ("utils.py", "task2.py", "task3.py", "task4.py")
NOTEBOOKS = tuple(f"notebooks/task{number}.ipynb" for number in (1, 2, 3, 4))
SETTINGS = "notebooks/report.toml"
BESIDE = {".py", ".png", ".jpg", ".jpeg", ".svg", ".gif"}   # files that go in beside the notebooks
LARGEST_FILE = 50 * 2**20


class LeftOut(Exception):
    """Why a file does not go into the hand-in, in a few words."""


def collect(folder):
    """Return ({name in the zip: bytes}, sentences about missing files) of a folder.

    Refused if a file cannot be handed in as it is.
    """
    files, missing, names = {}, [], names_in(folder)
    if same := equal_names(names):
        raise Refused(f"{same[0]} has the same name as another file except for upper and lower "
                      "case, which Windows and macOS do not allow: rename one of them")
    for name in names:
        stored = unicodedata.normalize("NFC", name)     # macOS takes letters apart
        if words := wrong_name(stored):
            raise Refused(f"{name} cannot be handed in ({words}): rename it")
        try:
            files[stored] = read_inside(folder / name, folder)
        except LeftOut as why:
            missing.append(f"{stored} {why}")
    return files, missing


def names_in(folder):
    """Return the names, with forward slashes, of the files that should go in, in order."""
    found = [*SCRIPTS, *NOTEBOOKS]
    found += [path.name for path in folder.glob("*.py")]
    for place, inner, names in os.walk(folder / "notebooks"):
        inner[:] = [name for name in inner if not name.startswith((".", "__"))]
        found += [(Path(place) / name).relative_to(folder).as_posix() for name in names
                  if Path(name).suffix.lower() in BESIDE]
        if len(found) > MOST_FILES - 10:
            raise Refused(f"{folder / 'notebooks'} holds more than {MOST_FILES - 10} pictures and "
                          "scripts: move away those that the notebooks do not use")
    if (folder / SETTINGS).is_file():
        found.append(SETTINGS)
    return sorted({name for name in found if not Path(name).name.startswith(".")})


def read_inside(path, folder):
    """Return the bytes of a file; LeftOut if it is not a file in the folder."""
    try:
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(os.path.realpath(folder)):
            raise LeftOut("is a link to a file outside the folder: replace the link by the file")
        if not real.is_file():      # a named pipe would never end
            raise LeftOut("is not a file" if real.exists() else "is missing")
        with open(real, "rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as problem:
        raise Refused(f"{path} cannot be read: {reason(problem)}") from None
    if len(content) > LARGEST_FILE:
        raise Refused(f"{path} is larger than {LARGEST_FILE // 2**20} MB, the most for one file: "
                      "make it smaller, or move it away")
    return content


def manifest_of(files, **more):
    """Return the manifest of {name: bytes} as a dict; `more` are its other fields."""
    listed = {name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
              for name, content in files.items()}
    return {"format": FORMAT, "kit": __version__, "made": now(), "numpy": version("numpy"),
            "python": platform.python_version(), "files": listed, **more}


def now():
    """Date and time in UTC as text; SOURCE_DATE_EPOCH replaces them if it is set."""
    moment = datetime.datetime.now(datetime.timezone.utc)
    with contextlib.suppress(KeyError, ValueError, OverflowError, OSError):  # no sensible number
        epoch = int(os.environ["SOURCE_DATE_EPOCH"])
        moment = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def packed(files, manifest):
    """Return the bytes of a hand-in's zip, equal for equal files and manifest.

    Refused if the zip would not pass its own check, for example because it is too large.
    """
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    whole = {**files, MANIFEST: text.encode("utf-8", "replace")}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        for name in sorted(whole):
            entry = zipfile.ZipInfo(f"{FOLDER}/{name}", EPOCH)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            zipped.writestr(entry, whole[name], packing(whole[name]), 9)
    _, wrong = inspect(buffer)
    if wrong:
        raise Refused(f"nothing was written, because the zip would be faulty: "
                      f"{one_line(wrong[0])}")
    return buffer.getvalue()


def packing(content):
    """Return how to pack a file: if it is packed too tightly, the zip looks like a trap."""
    tight = len(zlib.compress(content, 9)) * MOST_RATIO < 2 * len(content)
    return zipfile.ZIP_STORED if tight else zipfile.ZIP_DEFLATED
