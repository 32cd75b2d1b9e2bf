"""A folder and a zip of the same bytes, which appear whole or not at all."""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from pathlib import Path

from kit.files import EPOCH, Refused, explain

STAMP = ".edition.json"     # says that this folder was made here, and of which files


@contextlib.contextmanager
def fill_folder(folder, force=False):
    """Yield a folder to fill; it, and a zip of it, take their places when all is well."""
    folder = Path(folder)
    archive = folder.with_name(f"{folder.name}.zip")
    if not force:
        check_ours(folder, archive)
    temporary = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".unfinished-"))
        filling = temporary / folder.name
        filling.mkdir()
        yield filling
        write_stamp(filling)
        write_zip(filling, temporary / archive.name)
        replace_folder(filling, folder, temporary / "old")
        try:
            os.replace(temporary / archive.name, archive)
        except OSError:
            replace_folder(temporary / "old", folder, temporary / "new")
            raise
    except OSError as problem:
        raise Refused(f"{folder} cannot be written ({explain(problem)}): close it in other "
                      "programs, or give another place") from None
    finally:
        if temporary:
            shutil.rmtree(temporary, ignore_errors=True)


def replace_folder(new, folder, old):
    """Move new to folder, and what was there to old; on failure all is as before."""
    if os.path.lexists(folder):     # a link too: it is moved, and its target stays
        os.rename(folder, old)
    try:
        if new.exists():
            os.rename(new, folder)
    except OSError:
        if os.path.lexists(old):
            os.rename(old, folder)
        raise


def check_ours(folder, archive):
    """Raise Refused if there is a folder or zip that was not made here, or was changed since."""
    if folder.exists():
        stamp = folder / STAMP
        if not stamp.is_file():
            raise Refused(f"{folder} exists and is no earlier release: give another place, or "
                          "--force to replace it")
        try:
            listed = json.loads(stamp.read_text(encoding="utf-8"))["files"]
        except (OSError, ValueError, KeyError, TypeError):
            listed = {}
        present = hash_edition(folder)
        changed = sorted(name for name in present.keys() | listed
                         if present.get(name) != listed.get(name))
        if changed:
            raise Refused(f"{folder} is an earlier release in which {changed[0]} was changed: "
                          "move it away, or give --force to replace it")
    if archive.exists():
        try:
            with zipfile.ZipFile(archive) as zipped:
                ours = f"{folder.name}/{STAMP}" in zipped.namelist()
        except (OSError, zipfile.BadZipFile):
            ours = False
        if not ours:
            raise Refused(f"{archive} exists and is no earlier release: give another place, or "
                          "--force to replace it")


def list_edition_files(folder):
    """The files of a folder in an order that is the same everywhere."""
    return sorted((path for path in folder.rglob("*")
                   if path.is_file() and "__pycache__" not in path.parts),
                  key=lambda path: path.relative_to(folder).as_posix())


def hash_edition(folder):
    """{name: sha256} of the files in a folder, but for the stamp."""
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in list_edition_files(folder) if path.name != STAMP}


def write_stamp(folder):
    """Write the stamp, which lists the files of a release."""
    for path in list_edition_files(folder):
        path.chmod(0o644)
    stamp = {"edition": "student", "files": hash_edition(folder)}
    text = json.dumps(stamp, indent=1, sort_keys=True)
    (folder / STAMP).write_bytes((text + "\n").encode())
    (folder / STAMP).chmod(0o644)


def write_zip(folder, archive):
    """Write a zip of the folder; the same files give the same bytes, whenever and by whom."""
    with zipfile.ZipFile(archive, "w") as zipped:
        for path in list_edition_files(folder):
            name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            zipped.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
