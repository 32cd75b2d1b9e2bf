"""The way in: hand-ins become clean copies, or are refused with a reason."""

import contextlib
import hashlib
import os
import re
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from kit.definition import load_assignment, tomllib
from kit.files import Refused, make_inner_folder, shorten, explain
from kit.sections import PLACEHOLDER_AUTHOR
from kit.submit.manifest import LARGEST_MANIFEST, MANIFEST, parse_manifest
from staff.intake.downloads import COPIES, find_hand_ins
from staff.intake.listing import FILE, list_folder
from staff.intake.repeats import (join_groups, note_repeats, refuse_closed, supersede_attempts)
from staff.intake.unpacking import read_entries
from staff.layouts import find_layout, load_layouts
from staff.record import LOOK, Submission, make_key
from staff.times import find_time, find_zone, read_time

UNFINISHED = ".unfinished-"
SETTINGS = ("notebooks/report.toml", "report.toml")
LARGEST_SETTINGS = 64 * 2**10
MOST_MEMBERS, LONGEST_NAME = 10, 80
MOST_DIFFERENCES = 5
LIBRARIES = {"numpy", "matplotlib", "scipy", "tqdm", "torch", "kit", "sitecustomize",
             "usercustomize", "conftest", *getattr(sys, "stdlib_module_names", ())}
NEVER_LOADED = (".pkl", ".pickle", ".npy", ".npz", ".pt", ".pth", ".joblib")


def take_in(path, out, layout="auto", times=None):
    """A Submission for each hand-in in a folder or zip, and keep clean copies in OUT.

    times: of hand-ins, as staff.times reads them from an export.

    Some Submissions are refused, and earlier attempts are superseded. Copies stand in
    OUT/submissions/KEY; a copy that is right already is left alone. Refused if there are no
    hand-ins, or if the output folder would be taken in itself.
    """
    path, out = Path(path), Path(out)
    check_output(path, out)
    limits, hand_ins = load_assignment().hand_in, find_hand_ins(path, out)
    with open_copies(out) as copies:
        found = [take_one(one, copies, layout, limits) for one in hand_ins]
        found = add_times(found, hand_ins, times or {})
        found = join_groups(supersede_attempts(found, hand_ins), hand_ins)
        found = note_repeats(refuse_closed(found))
        clear_copies(copies, {one.key for one in found if one.sha256})
    return sorted(found, key=lambda one: (one.student, one.attempt, one.key))


def check_output(path, out):
    """Refuse an output folder that holds the hand-ins, or lies inside one of them."""
    here, there = (Path(os.path.realpath(one)) for one in (path, out))
    if here == there or here.is_relative_to(there):
        raise Refused(f"{path} lies in the output folder {out}: give another one with -o")
    if there.parent != here and there.is_relative_to(here):
        raise Refused(f"the output folder {out} lies inside a hand-in: give a place outside of "
                      f"{path}, or directly in it")


# ------------------------------------------------------------------------------------- one hand-in

def take_one(hand_in, copies, layout, limits):
    """The Submission of a hand-in, after its copy is written; or a refused one."""
    one = Submission(make_key(hand_in.student, hand_in.source), shorten(hand_in.student, 100),
                     shorten(hand_in.source, 300), hand_in.name, hand_in.attempt,
                     notes=hand_in.notes, late=hand_in.late, platform=hand_in.platform,
                     file=hand_in.choose_file())
    try:
        files, notes = read_entries(hand_in.list_entries(), limits)
        one = replace(one, notes=one.notes + notes, layout=find_layout(files, layout))
        if says := load_layouts()[one.layout].says:
            one = replace(one, notes=(*one.notes, LOOK + says))
        members, made, notes = find_group(files)
        one = replace(one, members=members, made=made, sha256=hash_files(files),
                      notes=(*one.notes, *notes, *list_odd_names(files)))
    except Refused as refusal:
        return replace(one, refused=shorten(refusal, 300), layout="")
    if not is_copied(copies / one.key, one.sha256):
        write_copy(copies / one.key, files)
    return one


def add_times(submissions, hand_ins, times):
    """The submissions with the times that the platform tells, in names or in an export.

    An export tells the time of the last attempt.
    """
    deadline = load_assignment().deadline
    if deadline is None:
        return submissions
    last, zone, found = {}, find_zone(deadline), []
    for one in submissions:
        last[one.student] = max(last.get(one.student, ""), one.attempt)
    for one, hand_in in zip(submissions, hand_ins):
        handed_in = ""
        if hand_in.platform == "Blackboard" and hand_in.attempt:
            handed_in = read_time(hand_in.attempt, zone).isoformat()
        elif one.attempt == last[one.student]:
            handed_in = find_time(one, times)
        found.append(replace(one, handed_in=handed_in))
    return found


def find_group(files):
    """(names of the group, the manifest's time, notes) of {name: bytes}.

    The names stand in the manifest, or in report.toml.
    """
    names, made, notes = [], "", []
    if MANIFEST in files:
        try:
            if len(files[MANIFEST]) > LARGEST_MANIFEST:
                raise Refused(f"{MANIFEST} is too large")
            manifest = parse_manifest(files[MANIFEST])
            names, notes = manifest["group"], list_differences(manifest["files"], files)
            made = shorten(manifest["made"], 40)
        except Refused as refusal:
            notes = [f"the manifest was not used: {shorten(refusal)}"]
    for name in SETTINGS:
        if not names and name in files:
            try:
                names = read_authors(files[name])
            except Refused as refusal:
                notes.append(f"{name} was not used: {shorten(refusal)}")
    names = [shorten(name, LONGEST_NAME) for name in names if name.strip()]
    names = [name for name in dict.fromkeys(names) if name.lower() != PLACEHOLDER_AUTHOR.lower()]
    if len(names) > MOST_MEMBERS:
        notes.append(f"{len(names)} names of the group were given, {MOST_MEMBERS} were taken")
    return tuple(names[:MOST_MEMBERS]), made, notes


def list_differences(listed, files):
    """Notes on files that differ from the manifest."""
    found = [f"{shorten(name, 100)} is missing, {MANIFEST} lists it"
             for name in sorted(listed.keys() - files.keys())]
    for name in sorted(files.keys() - {MANIFEST}):
        if name not in listed:
            found.append(f"{name} is not listed in {MANIFEST}")
        elif hashlib.sha256(files[name]).hexdigest() != listed[name]["sha256"]:
            found.append(f"{name} differs from {MANIFEST}")
    if len(found) > MOST_DIFFERENCES:
        more = len(found) - MOST_DIFFERENCES
        found[MOST_DIFFERENCES:] = [f"{more} more files differ from {MANIFEST}"]
    return found


def read_authors(content):
    """The authors in a report.toml; Refused if it cannot be read."""
    if len(content) > LARGEST_SETTINGS:
        raise Refused(f"it is larger than {LARGEST_SETTINGS // 2**10} kB")
    try:
        names = tomllib.loads(content.decode("utf-8-sig")).get("authors", [])
    except (ValueError, RecursionError) as problem:
        raise Refused(f"it cannot be read ({explain(problem)})") from None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refused('its authors are not a list of names, expected ["Name", "Name"]')
    return names


def list_odd_names(files):
    """Notes on files that have the name of a library, or are never loaded."""
    notes = []
    for name in sorted(files):
        stem = name.split("/")[0].removesuffix(".py")
        if stem in LIBRARIES and name in (f"{stem}.py", f"{stem}/__init__.py"):
            notes.append(f"{name} has the name of a library: the library is used instead")
    if stored := [name for name in sorted(files) if name.lower().endswith(NEVER_LOADED)]:
        more = f" and {len(stored) - 1} more" if len(stored) > 1 else ""
        notes.append(f"{stored[0]}{more}: such files are never loaded in the grader")
    return notes


# --------------------------------------------------------------------------------- clean copies

def hash_files(files):
    """The sha256 of {name: bytes}; their order does not matter."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{len(name.encode())} {name} {len(files[name])} ".encode())
        digest.update(files[name])
    return digest.hexdigest()


def read_copy(submission, out):
    """{name: bytes} of a submission's clean copy; Refused if somebody has changed it."""
    folder = Path(out) / COPIES / submission.key
    if not is_copied(folder, submission.sha256):
        raise Refused(f"{folder} was changed: grade again to mend it")
    return read_files(folder)


def read_files(folder):
    """{name: bytes} of the files in a clean copy."""
    return {entry.name: entry.read(-1) for entry in list_folder(folder) if entry.kind == FILE}


def is_copied(folder, sha256):
    """Whether a clean copy is there, and complete."""
    with contextlib.suppress(OSError, Refused):
        return (folder.is_dir() and not folder.is_symlink()
                and hash_files(read_files(folder)) == sha256)
    return False


@contextlib.contextmanager
def open_copies(out):
    """Yield the folder for clean copies; Refused if they cannot be written."""
    copies = out / COPIES
    try:
        yield make_inner_folder(out, COPIES)
    except OSError as problem:
        raise Refused(f"{copies} cannot be written ({explain(problem)}): give another output "
                      "folder with -o") from None


def write_copy(folder, files):
    """Replace the files in a folder; if that fails, the old ones stay."""
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=UNFINISHED))
    try:
        new = temporary / "new"
        new.mkdir()
        for name, content in files.items():
            place = new / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            place.chmod(0o644)
        if os.path.lexists(folder):
            os.rename(folder, temporary / "old")
        os.rename(new, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def clear_copies(copies, keys):
    """Delete copies of withdrawn hand-ins, and leftovers of interrupted runs."""
    for one in copies.iterdir():
        ours = re.fullmatch(r"[a-z0-9-]+-[0-9a-f]{10}", one.name) and one.name not in keys
        if ours or one.name.startswith(UNFINISHED):
            shutil.rmtree(one, ignore_errors=True)
            with contextlib.suppress(OSError):      # rmtree leaves a link where it is
                one.unlink()
