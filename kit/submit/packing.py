"""Collects the files of a hand-in, and packs them into one zip."""

import io
import json
import os
import unicodedata
import zipfile
from pathlib import Path

from kit.files import EPOCH, Refused, shorten, explain
from kit.report_settings import SETTINGS
from kit.submit.manifest import MANIFEST
from kit.submit.zip_check import FOLDER, find_equal_names, find_fault_of_name, inspect_zip

SETTINGS_PATH = f"notebooks/{SETTINGS}"
# files that go in if they stand beside the notebooks: modules, and pictures that a report shows
BESIDE = {".py", ".png", ".jpg", ".jpeg", ".svg", ".gif", ".webp", ".bmp", ".tif", ".tiff"}


class LeftOut(Exception):
    """Why a file does not go into the hand-in, in a few words."""


def collect_files(assignment):
    """({name in the zip: bytes}, sentences about missing files) of an assignment's folder.

    Refused if a file cannot be handed in as it is.
    """
    files, missing, names, folder = {}, [], list_names(assignment), assignment.folder
    if same := find_equal_names(names):
        raise Refused(f"{same[0]} has the same name as another file except for upper and lower "
                      "case, which Windows and macOS do not allow: rename one of them")
    for name in names:
        stored = unicodedata.normalize("NFC", name)     # macOS takes letters apart
        if words := find_fault_of_name(stored):
            raise Refused(f"{name} cannot be handed in ({words}): rename it")
        try:
            files[stored] = read_inside(folder / name, assignment)
        except LeftOut as why:
            missing.append(f"{stored} {why}")
    return files, missing


def list_names(assignment):
    """The names, with forward slashes, of the files that should go in, in order."""
    folder, most = assignment.folder, assignment.hand_in.files - 10
    found = [*assignment.scripts, *assignment.notebooks]
    found += [path.name for path in folder.glob("*.py")]
    for place, inner, names in os.walk(folder / "notebooks"):
        inner[:] = [name for name in inner if not name.startswith((".", "__"))]
        found += [(Path(place) / name).relative_to(folder).as_posix() for name in names
                  if Path(name).suffix.lower() in BESIDE]
        if len(found) > most:
            raise Refused(f"{folder / 'notebooks'} holds more than {most} pictures and "
                          "scripts: move away those that the notebooks do not use")
    if (folder / SETTINGS_PATH).is_file():
        found.append(SETTINGS_PATH)
    return sorted({name for name in found if not Path(name).name.startswith(".")})


def read_inside(path, assignment):
    """The bytes of a file; LeftOut if it is not a file in the assignment's folder."""
    folder, most = assignment.folder, assignment.hand_in.file_mib
    try:
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(os.path.realpath(folder)):
            raise LeftOut("is a link to a file outside the folder: replace the link by the file")
        if not real.is_file():      # a named pipe would never end
            raise LeftOut("is not a file" if real.exists() else "is missing")
        with open(real, "rb") as file:
            content = file.read(most * 2**20 + 1)
    except OSError as problem:
        raise Refused(f"{path} cannot be read: {explain(problem)}") from None
    if len(content) > most * 2**20:
        raise Refused(f"{path} is larger than {most} MB, the most for one file: "
                      "make it smaller, or move it away")
    return content


def pack_files(files, manifest, limits):
    """The bytes of a hand-in's zip, equal for equal files and manifest.

    limits: HandInLimits.
    Refused if the zip would not pass its own check, for example because it is too large.
    """
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    whole = {**files, MANIFEST: text.encode("utf-8", "replace")}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        for name in sorted(whole):
            entry = zipfile.ZipInfo(f"{FOLDER}/{name}", EPOCH)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            zipped.writestr(entry, whole[name], zipfile.ZIP_DEFLATED, 9)
    _, faults = inspect_zip(buffer, limits)
    if faults:
        raise Refused(f"nothing was written, because the zip would be faulty: "
                      f"{shorten(faults[0])}")
    return buffer.getvalue()
