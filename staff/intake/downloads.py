"""What stands in a folder of hand-ins, and whose it is, as the learning platforms name files.

Blackboard  Assignment 2_adal_attempt_2026-02-11-23-59-59_code.zip, and …-59-59.txt with the name
Canvas      lovelaceada_LATE_12345_67890_code-1.zip, lovelaceada_12345_text.html
Moodle      Ada Lovelace_123456_assignsubmission_file_/code.zip, or all in one name
"""

import contextlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from kit.files import Refused, one_line, reason
from staff.intake import entries
from staff.intake.entries import (BROKEN, FILE, FOLDER, is_archive, is_junk, of_folder,
                                  of_path, of_zip, stem_of, text_of)
from staff.layouts import list_scripts

BLACKBOARD = re.compile(r"(?P<before>.+?)_attempt_(?P<attempt>\d{4}(?:-\d\d){5})"
                        r"(?:_(?P<file>.+)|(?P<receipt>\.txt)|\.\w+)?", re.DOTALL)
MOODLE = re.compile(r"(?P<name>.+?)_(?P<student>\d+)_assignsubmission_[a-z]+(?:_(?P<file>.*))?",
                    re.DOTALL)
CANVAS = re.compile(r"(?P<name>[^_]+)(?P<late>_LATE)?_(?P<student>\d+)_"
                    r"(?:\d+_(?P<file>.+)|(?:text|link)\.html)", re.DOTALL)
ANONYMOUS = re.compile(r"(?P<name>anon)(?P<late>_LATE)?_(?P<student>[A-Za-z0-9]{5})_"
                       r"(?:\d+_(?P<file>.+)|(?:text|link)\.html)", re.DOTALL)
# "Name: Ada Lovelace (adal)", in any language
RECEIPT = re.compile(r"[^:\n]{1,30}:[ \t]*(?P<name>[^\n]{1,200}?)[ \t]*"
                     r"\((?P<student>[^()\n]{1,100})\)")
LARGEST_RECEIPT = 2**16
# what platforms and teachers put beside hand-ins
BESIDE = {".txt", ".csv", ".tsv", ".md", ".xls", ".xlsx", ".ods", ".html", ".htm", ".json",
          ".toml", ".log", ".xml", ".sqlite"}
MOST_HAND_INS = 5000
MOST_LISTED, LONGEST_LIST = 200_000, 64 * 2**20     # of a whole course's zip
RECORD, COPIES = "record.sqlite", "submissions"     # an output folder has both


@dataclass(frozen=True)
class Item:
    """A file or folder that stands directly among the hand-ins.

    list:  returns its entries: those in a folder without the folder's own name.
    place: where it lies, with forward slashes.
    """

    name: str
    kind: str
    list: Callable
    place: str


@dataclass(frozen=True)
class HandIn:
    """What belongs to one attempt of one student; fields as in Submission."""

    student: str
    source: str
    name: str = ""
    attempt: str = ""
    platform: str = ""
    notes: tuple = ()
    items: list = field(default_factory=list)       # (name of its own, Item)

    def entries(self):
        """Return the entries of all of it; Refused if they cannot be listed."""
        if not self.items:
            raise Refused("no file was handed in")
        found = []
        for name, item in self.items:
            listed = item.list()
            if item.kind != FOLDER:
                listed = [replace(one, name=name) for one in listed]
            elif len(self.items) > 1:       # kept apart from the others
                listed = [replace(one, name=f"{name}/{one.name}") for one in listed]
            found += listed
        return found


# --------------------------------------------------------------------------- what stands there

def hand_ins_of(path, out=None):
    """Return the HandIns in a folder or zip; Refused if there are none.

    out: the output folder, which is no hand-in if it lies there.
    """
    try:
        items = items_of(path, out)
    except OSError as problem:
        raise Refused(f"{path} cannot be read ({reason(problem)})") from None
    except Refused as refusal:
        raise Refused(f"{path} cannot be read: {refusal}") from None
    if is_one(items):
        found = [HandIn(stem_of(path.resolve().name) if path.is_file() else path.resolve().name,
                        ".", items=[(item.name, item) for item in items])]
    else:
        found = sorted_out(items)
    if not found:
        raise Refused(f"{path} holds no hand-ins: expected zips or folders, one a student, or "
                      "what Blackboard, Canvas or Moodle gives for download")
    if len(found) > MOST_HAND_INS:
        raise Refused(f"{path} holds {len(found)} hand-ins, expected {MOST_HAND_INS} at the most")
    return found


def items_of(path, out):
    """Return the items of a folder, or of a zip that is a platform's download."""
    if path.is_dir():
        items = in_folder(path, out)
        return in_downloads(path, items) or items
    if path.is_file():
        return in_zip(open(path, "rb"), MOST_LISTED, LONGEST_LIST)      # stays open: see of_zip
    raise Refused(f"it {'is neither folder nor zip' if path.exists() else 'was not found'}; give "
                  "the folder or zip of the hand-ins")


def in_folder(path, out):
    """Return the items of a folder; outputs of the grader and what is hidden are none."""
    found = []
    for one in sorted(path.iterdir()):
        name = text_of(one.name)
        entry = of_path(one, name)
        if is_junk(name) or entry.kind == FOLDER and is_output(one, out):
            continue
        inside = partial(of_folder, one) if entry.kind == FOLDER else partial(list, [entry])
        found.append(Item(name, entry.kind, inside, name))
    return found


def is_output(folder, out):
    """Return whether a folder is the grader's: this output, or that of an earlier grading."""
    return out is not None and folder.resolve() == out.resolve() or (
        signed(folder.name) is None and (folder / RECORD).is_file() and (folder / COPIES).is_dir())


def in_downloads(path, items):
    """Return the items in the zips of a folder, if each of these is a platform's download.

    If one is not, none is: else a hand-in could hold what passes for another's.
    """
    found = []
    for item in items:
        if is_beside(item):
            continue
        if item.kind != FILE or signed(item.name) or not item.name.lower().endswith(".zip"):
            return []
        with contextlib.suppress(Refused, OSError):
            file = open(path / item.name, "rb")         # stays open: see of_zip
            inside = in_zip(file, before=f"{item.name}/")
            if any(signed(one.name) for one in inside):
                found += inside
                continue
        return []
    return found


def in_zip(file, most=entries.MOST_LISTED, longest=entries.LONGEST_LIST, before=""):
    """Return the items of a zip in an open file; `before` is put before their places."""
    found = grouped(of_zip(file, most, longest), before)
    if len(found) == 1 and found[0].kind == FOLDER:         # all is wrapped in a folder
        inside = grouped(found[0].list(), f"{found[0].place}/")
        if is_one(inside) or any(signed(one.name) or is_archive(one.name) for one in inside):
            return inside
    return found


def grouped(listed, before):
    """Return the items of which entries are part."""
    folders, found = {}, []
    for entry in listed:
        first, _, rest = entry.name.partition("/")
        if first in ("", ".", "..") or is_junk(first):
            continue
        if rest or entry.kind == FOLDER:
            folders.setdefault(first, []).extend([replace(entry, name=rest)] if rest else [])
        else:
            found.append(Item(first, entry.kind, partial(list, [entry]), before + first))
    found += [Item(first, FOLDER, partial(list, inside), before + first)
              for first, inside in folders.items()]
    return sorted(found, key=lambda item: item.name)


def is_one(items):
    """Return whether items are the files of one hand-in: scripts, and no hand-ins beside."""
    return any(item.name in list_scripts() for item in items) and not any(
        signed(item.name) or is_archive(item.name) for item in items)


def is_beside(item):
    """Return whether an item is what platforms and teachers put beside hand-ins."""
    return item.kind != FOLDER and os.path.splitext(item.name)[1].lower() in BESIDE


# ---------------------------------------------------------------------------------- whose it is

def sorted_out(items):
    """Return the HandIns that items make up; loose files of one attempt are one."""
    found = {}
    receipts = receipts_of(items)
    for item in items:
        sign = signed(item.name)
        if sign is None:
            if not is_beside(item):
                student = item.name if item.kind == FOLDER else stem_of(item.name)
                one = found.setdefault(item.place, HandIn(student, item.place))
                one.items.append((item.name, item))
            continue
        one = of_sign(sign, item, receipts)
        known = found.setdefault((one.platform, one.student, one.attempt), one)
        if not sign.groupdict().get("receipt"):
            known.items.append((sign.groupdict().get("file") or item.name, item))
        if known is not one:
            found[one.platform, one.student, one.attempt] = replace(
                known, notes=tuple(dict.fromkeys(known.notes + one.notes)))
    return list(found.values())


def signed(name):
    """Return the match of a platform's way to name a file, None if it is nobody's."""
    for pattern in (BLACKBOARD, MOODLE, ANONYMOUS, CANVAS):
        if match := pattern.fullmatch(name):
            return match
    return None


def of_sign(sign, item, receipts):
    """Return the HandIn, without its items, that a platform's name of one tells of."""
    fields = sign.groupdict()
    folder = item.place.removesuffix(item.name)
    if sign.re is BLACKBOARD:
        before = fields["before"]
        student, name = receipts.get(before, (before.rsplit("_", 1)[-1], ""))
        return HandIn(student, f"{folder}{before}_attempt_{fields['attempt']}", name,
                      fields["attempt"], "Blackboard", (), [])
    late = ("handed in late, as Canvas says",) if fields.get("late") else ()
    platform = "Moodle" if sign.re is MOODLE else "Canvas"
    source = f"{folder}{fields['name']}_{fields['student']}"
    return HandIn(fields["student"], source, one_line(fields["name"], 100), "", platform, late, [])


def receipts_of(items):
    """Return {what stands before _attempt_: (user name, name)}, as Blackboard's texts tell."""
    found = {}
    for item in items:
        sign = BLACKBOARD.fullmatch(item.name)
        if sign and sign["receipt"] and item.kind == FILE:
            with contextlib.suppress(*BROKEN, Refused):
                text = item.list()[0].read(LARGEST_RECEIPT).decode("utf-8-sig", "replace")
                told = RECEIPT.match(text)
                if told and sign["before"].endswith(f"_{told['student']}"):
                    found[sign["before"]] = told["student"], one_line(told["name"], 100)
    return found
