"""Finds the hand-ins in a folder or zip, and their students, by the platforms' names of files.

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
from staff.intake import listing
from staff.intake.listing import (BROKEN, FILE, FOLDER, decode_name, describe_path, is_archive,
                                  is_junk, list_folder, list_zip, remove_suffix)
from staff.layouts import list_scripts
from staff.record import FILE as RECORD

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
# files that platforms and teachers put beside hand-ins
BESIDE = {".txt", ".csv", ".tsv", ".md", ".xls", ".xlsx", ".ods", ".html", ".htm", ".json",
          ".toml", ".log", ".xml", ".sqlite"}
MOST_HAND_INS = 5000
MOST_LISTED, LONGEST_LIST = 200_000, 64 * 2**20     # in the zip of a whole course
COPIES = "submissions"      # in an output folder, beside the record


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
    """One attempt of one student; fields as in Submission."""

    student: str
    source: str
    name: str = ""
    attempt: str = ""
    platform: str = ""
    notes: tuple = ()
    items: list = field(default_factory=list)       # (name within the hand-in, Item)

    def list_entries(self):
        """The entries of all its items; Refused if they cannot be listed."""
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


# ----------------------------------------------------------------------------- finding hand-ins

def find_hand_ins(path, out=None):
    """The HandIns in a folder or zip; Refused if there are none.

    out: the output folder, which may lie there and is no hand-in.
    """
    try:
        items = list_items(path, out)
    except OSError as problem:
        raise Refused(f"{path} cannot be read ({reason(problem)})") from None
    except Refused as refusal:
        raise Refused(f"{path} cannot be read: {refusal}") from None
    if is_one_hand_in(items):
        name = path.resolve().name
        found = [HandIn(remove_suffix(name) if path.is_file() else name, ".",
                        items=[(item.name, item) for item in items])]
    else:
        found = sort_by_attempt(items)
    if not found:
        raise Refused(f"{path} holds no hand-ins: expected one zip or folder a student, or "
                      "the download of Blackboard, Canvas or Moodle")
    if len(found) > MOST_HAND_INS:
        raise Refused(f"{path} holds {len(found)} hand-ins, expected at most {MOST_HAND_INS}")
    return found


def list_items(path, out):
    """The items of a folder, or of a zip that is a platform's download."""
    if path.is_dir():
        items = list_in_folder(path, out)
        return list_in_downloads(path, items) or items
    if path.is_file():
        # the file stays open: its entries are read later
        return list_in_zip(open(path, "rb"), MOST_LISTED, LONGEST_LIST)
    raise Refused(f"it {'is neither folder nor zip' if path.exists() else 'was not found'}; give "
                  "the folder or zip of the hand-ins")


def list_in_folder(path, out):
    """The items of a folder, without hidden ones and outputs of the grader."""
    found = []
    for one in sorted(path.iterdir()):
        name = decode_name(one.name)
        entry = describe_path(one, name)
        if is_junk(name) or entry.kind == FOLDER and is_output(one, out):
            continue
        inside = partial(list_folder, one) if entry.kind == FOLDER else partial(list, [entry])
        found.append(Item(name, entry.kind, inside, name))
    return found


def is_output(folder, out):
    """Whether a folder is the grader's: this output, or that of an earlier grading."""
    if out is not None and folder.resolve() == out.resolve():
        return True
    return (not match_platform(folder.name) and (folder / RECORD).is_file()
            and (folder / COPIES).is_dir())


def list_in_downloads(path, items):
    """The items in the zips of a folder, if each zip is a platform's download; otherwise [].

    One zip that is no download is enough: it could be a hand-in that imitates another's.
    """
    found = []
    for item in items:
        if is_beside(item):
            continue
        if (item.kind != FILE or match_platform(item.name)
                or not item.name.lower().endswith(".zip")):
            return []
        with contextlib.suppress(Refused, OSError):
            file = open(path / item.name, "rb")         # stays open, as above
            inside = list_in_zip(file, before=f"{item.name}/")
            if any(match_platform(one.name) for one in inside):
                found += inside
                continue
        return []
    return found


def list_in_zip(file, most=listing.MOST_LISTED, longest=listing.LONGEST_LIST, before=""):
    """The items of a zip in an open file; `before` is put before their places."""
    found = group_entries(list_zip(file, most, longest), before)
    if len(found) == 1 and found[0].kind == FOLDER:         # one folder holds everything
        inside = group_entries(found[0].list(), f"{found[0].place}/")
        if is_one_hand_in(inside) or any(map(is_own_hand_in, inside)):
            return inside
    return found


def group_entries(listed, before):
    """The items that entries belong to: their topmost folders and files."""
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


def is_one_hand_in(items):
    """Whether items are the files of one hand-in: scripts, without hand-ins beside them."""
    return any(item.name in list_scripts() for item in items) and not any(
        map(is_own_hand_in, items))


def is_own_hand_in(item):
    """Whether an item has the name of a whole hand-in."""
    return bool(match_platform(item.name)) or is_archive(item.name)


def is_beside(item):
    """Whether an item is a file that platforms and teachers put beside hand-ins."""
    return item.kind != FOLDER and os.path.splitext(item.name)[1].lower() in BESIDE


# ----------------------------------------------------------------------------- finding students

def sort_by_attempt(items):
    """The HandIns of items; the loose files of one attempt make one HandIn."""
    found = {}
    receipts = read_receipts(items)
    for item in items:
        sign = match_platform(item.name)
        if sign is None:
            if not is_beside(item):
                student = item.name if item.kind == FOLDER else remove_suffix(item.name)
                one = found.setdefault(item.place, HandIn(student, item.place))
                one.items.append((item.name, item))
            continue
        one = make_hand_in(sign, item, receipts)
        known = found.setdefault((one.platform, one.student, one.attempt), one)
        if not sign.groupdict().get("receipt"):
            known.items.append((sign.groupdict().get("file") or item.name, item))
        if known is not one:
            found[one.platform, one.student, one.attempt] = replace(
                known, notes=tuple(dict.fromkeys(known.notes + one.notes)))
    return list(found.values())


def match_platform(name):
    """The match of a name with the pattern of a platform; None if no pattern fits."""
    for pattern in (BLACKBOARD, MOODLE, ANONYMOUS, CANVAS):
        if match := pattern.fullmatch(name):
            return match
    return None


def make_hand_in(sign, item, receipts):
    """The HandIn, still without items, of an item that a platform has named."""
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


def read_receipts(items):
    """{text before _attempt_: (user name, name)} from Blackboard's texts."""
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
