"""The way in: strangers' hand-ins become clean copies, each one taken or refused with a reason."""

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from kit.definition import load_assignment, tomllib
from kit.files import Refused, one_line, reason
from kit.sections import PLACEHOLDER_AUTHOR
from kit.submit.manifest import LARGEST_MANIFEST, MANIFEST, parse_manifest
from staff.intake.archive import files_from
from staff.intake.downloads import hand_ins_of
from staff.intake.entries import of_folder
from staff.intake.names import odd_names
from staff.layouts import find_layout
from staff.record import Submission, key_of

COPIES = "submissions"              # in the output folder
UNFINISHED = ".unfinished-"
SETTINGS = ("notebooks/report.toml", "report.toml")
LARGEST_SETTINGS = 64 * 2**10
MOST_MEMBERS, LONGEST_NAME = 10, 80
MOST_DIFFERENCES = 5
AGAIN = re.compile(r"( \(\d+\)|[ _-]+copy)+$", re.IGNORECASE)   # what a second download is called


def take_in(path, out, layout="auto", limits=None):
    """Return a Submission for each hand-in in a folder or zip, and keep clean copies in OUT.

    A hand-in that cannot be taken is there as refused, an earlier attempt as superseded. Copies
    stand in OUT/submissions/KEY; one that is as it should be is left alone. Refused if there is
    nothing to take in, or the output folder lies where it would be taken in itself.
    """
    path, out = Path(path), Path(out)
    check_apart(path, out)
    limits = limits or load_assignment().hand_in
    hand_ins = hand_ins_of(path, out)
    with copies_in(out) as copies:
        found = [taken(one, copies, layout, limits) for one in hand_ins]
        found = compared(in_order_of_attempts(found, hand_ins))
        clear(copies, {one.key for one in found if one.sha256})
    return sorted(found, key=lambda one: (one.student, one.attempt, one.key))


def check_apart(path, out):
    """Refuse an output folder that is one with the hand-ins, or inside one of them."""
    here, there = (Path(os.path.realpath(one)) for one in (path, out))
    if here == there or here.is_relative_to(there):
        raise Refused(f"{path} lies in the output folder {out}: give another one with -o")
    if there.parent != here and there.is_relative_to(here):
        raise Refused(f"the output folder {out} lies inside a hand-in: give a place outside of "
                      f"{path}, or directly in it")


# ------------------------------------------------------------------------------------- one hand-in

def taken(hand_in, copies, layout, limits):
    """Return the Submission of a hand-in, whose clean copy is written; or why it is refused."""
    one = Submission(key_of(hand_in.student, hand_in.source), one_line(hand_in.student, 100),
                     one_line(hand_in.source, 300), hand_in.name, hand_in.attempt,
                     notes=hand_in.notes)
    try:
        files, notes = files_from(hand_in.entries(), limits)
        one = replace(one, notes=one.notes + notes, layout=find_layout(files, layout))
        members, notes = group_of(files)
        one = replace(one, members=members, sha256=sha256_of(files),
                      notes=(*one.notes, *notes, *odd_names(files)))
    except Refused as refusal:
        return replace(one, refused=one_line(refusal, 300), layout="")
    if not is_copied(copies / one.key, one.sha256):
        write_copy(copies / one.key, files)
    return one


def group_of(files):
    """Return (names of the group, notes) as the manifest or report.toml of {name: bytes} tells."""
    names, notes = [], []
    if MANIFEST in files:
        try:
            if len(files[MANIFEST]) > LARGEST_MANIFEST:
                raise Refused(f"{MANIFEST} is too large")
            manifest = parse_manifest(files[MANIFEST])
            names, notes = manifest["group"], differences(manifest["files"], files)
        except Refused as refusal:
            notes = [f"the manifest was not used: {one_line(refusal)}"]
    for name in SETTINGS:
        if not names and name in files:
            try:
                names = authors_of(files[name])
            except Refused as refusal:
                notes.append(f"{name} was not used: {one_line(refusal)}")
    names = [one_line(name, LONGEST_NAME) for name in names if name.strip()]
    names = [name for name in dict.fromkeys(names) if name.lower() != PLACEHOLDER_AUTHOR.lower()]
    if len(names) > MOST_MEMBERS:
        notes.append(f"{len(names)} names of the group were given, {MOST_MEMBERS} were taken")
    return tuple(names[:MOST_MEMBERS]), notes


def differences(listed, files):
    """Return notes on files that are not as the manifest lists them."""
    found = [f"{one_line(name, 100)} is missing, {MANIFEST} lists it"
             for name in sorted(listed.keys() - files.keys())]
    for name in sorted(files.keys() - {MANIFEST}):
        if name not in listed:
            found.append(f"{name} is not listed in {MANIFEST}")
        elif hashlib.sha256(files[name]).hexdigest() != listed[name]["sha256"]:
            found.append(f"{name} differs from {MANIFEST}")
    if len(found) > MOST_DIFFERENCES:
        more = len(found) - MOST_DIFFERENCES
        found[MOST_DIFFERENCES:] = [f"{more} more files are not as {MANIFEST} lists them"]
    return found


def authors_of(content):
    """Return the names that a report.toml gives."""
    if len(content) > LARGEST_SETTINGS:
        raise Refused(f"it is larger than {LARGEST_SETTINGS // 2**10} kB")
    try:
        names = tomllib.loads(content.decode("utf-8-sig")).get("authors", [])
    except (ValueError, RecursionError) as problem:
        raise Refused(f"it cannot be read ({reason(problem)})") from None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refused('its authors are no list of names: expected ["Name", "Name"]')
    return names


# --------------------------------------------------------------------------------- clean copies

def sha256_of(files):
    """Return the hash of {name: bytes}, the same in any order."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{len(name.encode())} {name} {len(files[name])} ".encode())
        digest.update(files[name])
    return digest.hexdigest()


def copy_of(submission, out):
    """Return {name: bytes} of a submission's clean copy; Refused if it is not as it was taken."""
    folder = Path(out) / COPIES / submission.key
    if not is_copied(folder, submission.sha256):
        raise Refused(f"{folder} was changed: grade again, which mends it")
    return files_in(folder)


def files_in(folder):
    """Return {name: bytes} of the files in a folder of our own."""
    return {entry.name: entry.read(-1) for entry in of_folder(folder) if entry.kind == "a file"}


def is_copied(folder, sha256):
    """Return whether a clean copy is there, and is whole."""
    with contextlib.suppress(OSError, Refused):
        return folder.is_dir() and sha256_of(files_in(folder)) == sha256
    return False


@contextlib.contextmanager
def copies_in(out):
    """Yield the folder for clean copies; Refused if it cannot be written to."""
    copies = out / COPIES
    try:
        copies.mkdir(parents=True, exist_ok=True)
        yield copies
    except OSError as problem:
        raise Refused(f"{copies} cannot be written ({reason(problem)}): give another output "
                      "folder with -o") from None


def write_copy(folder, files):
    """Let a folder hold these files, all of them or, if that fails, what it held before."""
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


def clear(copies, keys):
    """Delete copies of what is no longer handed in, and what an interrupted run has left."""
    for one in copies.iterdir():
        ours = re.fullmatch(r"[a-z0-9-]+-[0-9a-f]{10}", one.name) and one.name not in keys
        if ours or one.name.startswith(UNFINISHED):
            shutil.rmtree(one, ignore_errors=True)


# ------------------------------------------------------------------- hand-ins beside each other

def in_order_of_attempts(submissions, hand_ins):
    """Return the submissions, all but each student's latest attempt superseded by that.

    Only a platform knows attempts: its latest one counts, even if it had to be refused.
    """
    attempts = defaultdict(list)
    for one, hand_in in zip(submissions, hand_ins):
        if hand_in.attempt:
            attempts[hand_in.platform, one.student].append(one)
    changed = {}
    for group in attempts.values():
        *earlier, latest = sorted(group, key=lambda one: one.attempt)
        changed |= {one.key: replace(one, superseded=latest.key) for one in earlier}
        readable = [one.attempt for one in earlier if not one.refused]
        if latest.refused and readable:
            changed[latest.key] = replace(latest, notes=(
                *latest.notes, f"the attempt of {readable[-1]} could be read"))
    return [changed.get(one.key, one) for one in submissions]


def compared(submissions):
    """Return the submissions with notes on students, and members of groups, named twice.

    The same files under the same student's name are one submission.
    """
    students, members = defaultdict(list), defaultdict(list)
    for one in submissions:
        if not one.superseded:
            students[AGAIN.sub("", one.student).casefold()].append(one)
            for name in one.members:
                members[name.casefold()].append((name, one))
    changed = {one.key: one for one in submissions}
    for group in students.values():
        first = group[0]
        for one in group[1:]:
            if one.sha256 and one.sha256 == first.sha256:
                changed[one.key] = replace(one, superseded=first.key, notes=(
                    *one.notes, f"the same files as {first.source}"))
            else:
                note(changed, group, "the same student is named")
    for group in members.values():
        note(changed, [one for _, one in group], f"{group[0][0]} is named")
    return [changed[one.key] for one in submissions]


def note(changed, group, words):
    """Add to each of a group that counts a note on the others, if there are any."""
    group = [changed[one.key] for one in group if not changed[one.key].superseded]
    for one in group:
        if others := [other.source for other in group if other.key != one.key]:
            words_on = f"{words} in {one_line(', '.join(others), 200)} as well"
            if words_on not in one.notes:
                changed[one.key] = replace(one, notes=(*one.notes, words_on))
