"""Finds the hand-ins in a folder or zip; names.py says whose they are."""

import contextlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from kit.files import Refused, shorten, explain
from staff.intake.listing import (BROKEN, FILE, FOLDER, LONGEST_LIST, MOST_LISTED, decode_name,
                                  describe_path, is_archive, is_junk, list_folder, list_zip,
                                  remove_suffix)
from staff.intake.names import (BLACKBOARD, Unclear, choose_platform, fits_a_platform,
                                read_names)
from staff.layouts import list_scripts
from staff.record import FILE as RECORD

# "Name: Ada Lovelace (adal)", in any language
RECEIPT = re.compile(r"[^:\n]{1,30}:[ \t]*(?P<name>[^\n]{1,200}?)[ \t]*"
                     r"\((?P<student>[^()\n]{1,100})\)[ \t\r]*(?:\n|$)")
LARGEST_RECEIPT = 2**16
AGAIN = re.compile(r"-[0-9]+(?=\.\w+$|$)")      # in the name of a file that is handed in again
# files that platforms and teachers put beside hand-ins
BESIDE = {".txt", ".csv", ".tsv", ".md", ".xls", ".xlsx", ".ods", ".html", ".htm", ".json",
          ".toml", ".log", ".xml", ".sqlite"}
MOST_HAND_INS = 5000
MOST_OF_COURSE, LONGEST_OF_COURSE = 200_000, 64 * 2**20     # as those of listing.py
ODD_NAME = "its name is none of"    # how a note to the grader begins
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
    """One attempt of one student; fields as in Submission, and why it cannot be taken in."""

    student: str
    source: str
    name: str = ""
    attempt: str = ""
    platform: str = ""
    notes: tuple = ()
    late: bool = False
    refused: str = ""
    items: list = field(default_factory=list)       # (name within the hand-in, Item)
    numbers: list = field(default_factory=list)     # Canvas's of the items

    def list_entries(self):
        """The entries of all its items; Refused if they cannot be listed."""
        if self.refused or not self.items:
            raise Refused(self.refused or "no file was handed in")
        found = []
        for name, item in self.items:
            listed = item.list()
            if item.kind != FOLDER:
                if is_archive(name) and is_junk(name):      # it would count as a leftover
                    name = f"_{name}"
                listed = [replace(one, name=name) for one in listed]
            elif len(self.items) > 1:       # kept apart from the others
                listed = [replace(one, name=f"{name}/{one.name}") for one in listed]
            found += listed
        return found

    def choose_file(self):
        """The end of a file's name by which Canvas knows it again; "" on other platforms.

        A zip is best: feedback in its name can be a zip, and so hold anything.
        """
        found = [f"{number}_{name}" for number, (name, _) in zip(self.numbers, self.items)
                 if number]
        return min(found, key=lambda one: not one.lower().endswith(".zip"), default="")

    def describe(self):
        """How its files lie there, in a text that is the same for the same files of a group."""
        return repr([(item.kind, [(one.name if item.kind == FOLDER else name, one.size)
                                  for one in item.list()]) for name, item in self.items])


# ----------------------------------------------------------------------------- finding hand-ins

def find_hand_ins(path, out=None):
    """The HandIns in a folder or zip; Refused if there are none.

    out: the output folder, which may lie there and is no hand-in.
    """
    try:
        items = list_items(path, out)
    except OSError as problem:
        raise Refused(f"{path} cannot be read ({explain(problem)})") from None
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
        return list_in_zip(open(path, "rb"), MOST_OF_COURSE, LONGEST_OF_COURSE)
    raise Refused(f"it {'is neither folder nor zip' if path.exists() else 'was not found'}; give "
                  "the folder or zip of the hand-ins")


def list_in_folder(path, out):
    """The items of a folder, without hidden ones and outputs of the grader."""
    found = []
    for one in sorted(path.iterdir()):
        name = decode_name(one.name)
        entry = describe_path(one, name)
        if is_leftover(name) or entry.kind == FOLDER and is_output(one, out):
            continue
        inside = partial(list_folder, one) if entry.kind == FOLDER else partial(list, [entry])
        found.append(Item(name, entry.kind, inside, name))
    return found


def is_output(folder, out):
    """Whether a folder is the grader's: this output, or that of an earlier grading."""
    if out is not None and folder.resolve() == out.resolve():
        return True
    return (not fits_a_platform(folder.name) and (folder / RECORD).is_file()
            and (folder / COPIES).is_dir())


def list_in_downloads(path, items):
    """The items in the zips of a folder, if each zip is a platform's download; otherwise [].

    One zip that is no download is enough: it could be a hand-in that imitates another's.
    """
    found = []
    for item in items:
        if is_beside(item):
            continue
        if (item.kind != FILE or fits_a_platform(item.name)
                or not item.name.lower().endswith(".zip")):
            return []
        inside = []
        with contextlib.suppress(Refused, OSError):
            file = open(path / item.name, "rb")         # stays open, as above
            inside = list_in_zip(file, before=f"{item.name}/")
        if not any(fits_a_platform(one.name) for one in inside):
            return []
        found += inside
    return found


def list_in_zip(file, most=MOST_LISTED, longest=LONGEST_LIST, before=""):
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
        if first in ("", ".", "..") or is_leftover(first):
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
    return fits_a_platform(item.name) or is_archive(item.name)


def is_leftover(name):
    """Whether a name is that of a program's leftover: "..zip" is none, but macOS's "._a.zip"."""
    return is_junk(name) and (name.startswith("._") or not is_archive(name))


def is_beside(item):
    """Whether an item is a file that platforms and teachers put beside hand-ins."""
    return item.kind != FOLDER and os.path.splitext(item.name)[1].lower() in BESIDE


# ----------------------------------------------------------------------------- finding students

def sort_by_attempt(items):
    """The HandIns of items; the loose files of one attempt make one HandIn."""
    receipts = read_receipts(items)
    platform = choose_platform([item.name for item in items if not is_beside(item)
                                or fits_a_platform(item.name)])
    signs = read_names([item.name for item in items], platform,
                       {before: user for before, (user, _) in receipts.items()})
    own, attempts = {}, {}
    for item in items:
        sign = signs.get(item.name)
        if isinstance(sign, Unclear):
            own[item.place] = HandIn(item.name, item.place, refused=sign)
        elif sign:
            attempts.setdefault((sign.student, sign.attempt), []).append((sign, item))
        elif not is_beside(item):
            student = item.name if item.kind == FOLDER else remove_suffix(item.name)
            notes = (f"{ODD_NAME} {platform}'s, as the others are",) if platform else ()
            own.setdefault(item.place, HandIn(student, item.place, notes=notes)).items.append(
                (item.name, item))
    return [*own.values(), *(one for group in attempts.values()
                             for one in make_hand_ins(group, receipts))]


def make_hand_ins(group, receipts):
    """The HandIns of the (Sign, Item)s of a student; Canvas does not tell its attempts apart."""
    tries = split_tries(group)
    found = []
    for one in tries:
        first, item = one[0]
        source = item.place.removesuffix(item.name) + first.before
        if one is not tries[-1]:        # the newest keeps the name that it has alone
            source += f"_{first.number}"
        attempt = f"{first.number:012}" if len(tries) > 1 else first.attempt
        _, name = receipts.get(first.before.rpartition("_attempt_")[0], ("", first.name))
        late = any(sign.late for sign, _ in one)
        found.append(HandIn(
            first.student, source, name, attempt, first.platform,
            ("handed in late, as Canvas says",) if late else (), late,
            items=[(sign.file or item.name, item) for sign, item in one if not sign.receipt],
            numbers=[sign.number for sign, _ in one if not sign.receipt]))
    return found


def split_tries(group):
    """The (Sign, Item)s of a student, a list for each try, the newest last.

    A new try begins where a file's name comes again, such as code.zip and code-1.zip, or where
    lateness changes.
    """
    if not any(sign.number for sign, _ in group):
        return [group]
    tries, names = [], set()
    for sign, item in sorted(group, key=lambda pair: pair[0].number):
        name = AGAIN.sub("", sign.file)
        if not tries or name in names or tries[-1][-1][0].late != sign.late:
            tries.append([])
            names = set()
        tries[-1].append((sign, item))
        names.add(name)
    return tries


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
                    found[sign["before"]] = told["student"], shorten(told["name"], 100)
    return found
