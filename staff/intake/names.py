"""Reads the names of a download's files: whose each is, and which part the student has chosen.

Blackboard  TITLE_USER_attempt_2026-02-11-23-59-59_FILE, and …-59-59.txt with the name
Canvas      NAME_LATE_ID_NUMBER_FILE, LATE_anon_ID_NUMBER_FILE, NAME_ID_text.html
Moodle      NAME_ID_assignsubmission_file_FILE

The student's own FILE comes last, and may look like anything. So one platform is chosen for the
whole download, and a name is never searched for the part of another one.
"""

import bisect
import math
import os
import re
from collections import Counter
from dataclasses import dataclass

from kit.files import shorten

BLACKBOARD = re.compile(r"(?P<before>.+?)_attempt_(?P<attempt>[0-9]{4}(?:-[0-9]{2}){5})"
                        r"(?:_(?P<file>.+)|(?P<receipt>\.txt)|\.\w+)?", re.DOTALL)
# platforms take numbers between "_" out of the names of people and groups
PERSON = r"(?P<name>(?:(?!_[0-9]+_)[^\s/])+?)"
NUMBER = r"[0-9]{1,20}"
MOODLE = re.compile(PERSON.replace(r"[^\s/]", ".") + r"_(?P<student>[0-9]+)"
                    r"_assignsubmission_[a-z]+(?:_(?P<file>.*))?", re.DOTALL)
WHAT = rf"_(?:(?P<number>{NUMBER})_(?P<file>.+)|(?:text|link)\.html)"
OF_CANVAS = rf"(?P<late>_LATE)?_(?P<student>{NUMBER}){WHAT}"
CANVAS = re.compile(PERSON + OF_CANVAS, re.DOTALL)
CANVAS_NUMBERED = re.compile(rf"{PERSON}_(?P<tail>{NUMBER}){OF_CANVAS}", re.DOTALL)
CANVAS_ANONYMOUS = re.compile(r"(?P<late>LATE_)?(?P<name>anon)(?P<late_too>_LATE)?_"
                              r"(?P<student>[A-Za-z0-9]{5})" + WHAT, re.DOTALL)
PLATFORMS = {"Blackboard": (BLACKBOARD,), "Moodle": (MOODLE,),
             "Canvas": (CANVAS, CANVAS_NUMBERED, CANVAS_ANONYMOUS)}
SHORT = 2       # digits of a group's number


@dataclass(frozen=True)
class Sign:
    """The parts of a name.

    student: the platform's name or number for the student; name: that for people.
    before:  all up to the attempt or the number, which the files of a student share.
    file:    the part that the student has chosen; "" if there is none.
    number:  Canvas's number of the file; larger ones are newer.
    tail:    the number at the end of a group's name.
    """

    platform: str
    student: str
    name: str
    before: str
    file: str = ""
    attempt: str = ""
    late: bool = False
    number: int = 0
    tail: str = ""
    receipt: bool = False


class Unclear(str):
    """A sentence: why a name does not tell whose the file is."""


def fits_a_platform(name):
    """Whether a name has the form of some platform's."""
    return any(pattern.fullmatch(name) for patterns in PLATFORMS.values() for pattern in patterns)


def choose_platform(names):
    """The platform whose names these are; "" if none fits at least half of them.

    If several fit as many, it is the one that leaves the most to the student.
    """
    fitting = {}
    for platform, patterns in PLATFORMS.items():
        signs = [next(filter(None, (pattern.fullmatch(name) for pattern in patterns)), None)
                 for name in names]
        own = [len(sign.groupdict().get("file") or "") for sign in signs if sign]
        fitting[platform] = len(own), sum(own)
    if find_doubles([one for name in names for one in read_canvas(name)[:1]]):
        fitting["Canvas"] = fitting["Canvas"][0] - 1, 0     # a title of Blackboard's with numbers
    best = max(fitting, key=fitting.get)
    return best if 2 * fitting[best][0] >= len(names) > 0 else ""


def read_names(names, platform, users):
    """{name: a Sign, or Unclear} of the names that fit the platform.

    users: {text before _attempt_: user name} as Blackboard's texts tell.
    """
    if platform == "Canvas":
        anonymous = sum(bool(CANVAS_ANONYMOUS.fullmatch(name)) for name in names) > len(names) / 2
        return settle({name: found for name in names if (found := read_canvas(name, anonymous))})
    if platform == "Blackboard":
        return read_blackboard(names, users)
    return {name: Sign(platform, sign["student"], shorten(sign["name"], 100),
                       f"{sign['name']}_{sign['student']}", sign["file"] or "")
            for name in names if platform and (sign := MOODLE.fullmatch(name))}


# ----------------------------------------------------------------------------------- Blackboard

def read_blackboard(names, users):
    """{name: Sign} of Blackboard's names. The title may hold "_", and so may a user name."""
    signs = {name: sign for name in names if (sign := BLACKBOARD.fullmatch(name))}
    title = find_title({sign["before"] for sign in signs.values()}, users)
    found = {}
    for name, sign in signs.items():
        before = sign["before"]
        user = users.get(before) or (before[len(title):] if before.startswith(title) and title
                                     else before.rpartition("_")[2])
        found[name] = Sign("Blackboard", user, "", f"{before}_attempt_{sign['attempt']}",
                           sign["file"] or "", sign["attempt"], receipt=bool(sign["receipt"]))
    return found


def find_title(befores, users):
    """The title with "_", as most texts tell or as all names begin; "" if it is not known."""
    told = Counter(before.removesuffix(user) for before, user in users.items())
    if told:
        return told.most_common(1)[0][0]
    shared = os.path.commonprefix(sorted(befores)) if len(befores) > 1 else ""
    return shared[:shared.rfind("_") + 1]


# --------------------------------------------------------------------------------------- Canvas

def read_canvas(name, anonymous=False):
    """The Signs that a name could be in Canvas: one, or two if a number could be a group's.

    anonymous: whether most names of the download are without a person.
    """
    named, nameless = ([make_canvas_sign(found) for pattern in patterns
                        if (found := pattern.fullmatch(name))]
                       for patterns in ((CANVAS, CANVAS_NUMBERED), (CANVAS_ANONYMOUS,)))
    return (nameless or named[:1]) if anonymous else (named or nameless)


def make_canvas_sign(found):
    """The Sign of a match of one of Canvas's patterns."""
    parts = found.groupdict()
    tail, student = parts.get("tail", ""), parts["student"]
    person = f"{parts['name']}_{tail}" if tail else parts["name"]
    called = (f"anon_{student}" if found.re is CANVAS_ANONYMOUS else
              shorten(person.replace("_", " ").strip(), 100))
    return Sign("Canvas", student, called, f"{person}_{student}", parts["file"] or "",
                late=bool(parts["late"] or parts.get("late_too")),
                number=int(parts["number"] or 0), tail=tail)


def settle(readings):
    """{name: Sign or Unclear}, from {name: Signs}: the one that fits the rest of the download.

    The surest rules come first. The names that they settle help to settle others.
    """
    found = {name: signs[0] for name, signs in readings.items() if len(signs) == 1}
    unclear = {name: signs for name, signs in readings.items() if len(signs) > 1}
    for rule in (avoid_doubles, compare, prefer_sizes, compare, compare_people):
        decide = rule(list(found.values()), list(unclear.values()))
        chosen = {name: sign for name, signs in unclear.items() if (sign := decide(*signs))}
        found |= chosen
        unclear = {name: signs for name, signs in unclear.items() if name not in chosen}
    return found | {name: Unclear(f"its name is Canvas's in two ways, as a file of {one.student} "
                                  f"and as one of {other.student}: put the file into a folder "
                                  "with the name of its student")
                    for name, (one, other) in unclear.items()}


# Rules: each gets the Signs that are settled and the pairs that are unclear. It returns a function
# that chooses one of a pair, or None. A number is a file's in the first Sign. It is a student's in
# the second, where the number before it belongs to a group.

def avoid_doubles(settled, unclear):
    """Choose the Sign that can be right, if the other cannot."""
    wrong = [set(find_doubles(settled + list(those))) for those in zip(*unclear)]

    def choose(plain, grouped):
        if (plain in wrong[0]) != (grouped in wrong[1]):
            return grouped if plain in wrong[0] else plain
        return None
    return choose


def compare(settled, unclear):
    """Choose the Sign whose numbers are like those that are settled."""
    students = sorted(int(one.student) for one in settled if one.student.isdecimal())
    files = sorted(one.number for one in settled if one.number)

    def choose(plain, grouped):
        if not students or not files:
            return None
        to_file, to_student = (measure_gap(int(grouped.student), those)
                               for those in (files, students))
        if 2 * min(to_file, to_student) >= max(to_file, to_student):
            return None
        return plain if to_file < to_student else grouped
    return choose


def measure_gap(number, those):
    """How far a number is from the nearest of sorted ones, by their ratio."""
    at = bisect.bisect(those, number)
    return min(abs(math.log((number + 1) / (one + 1))) for one in those[max(0, at - 1):at + 1])


def prefer_sizes(settled, unclear):
    """Choose the likely Sign: files have larger numbers than students, and groups short ones."""
    def choose(plain, grouped):
        if grouped.number and grouped.number < int(grouped.student):
            return plain
        return grouped if len(grouped.tail) <= SHORT else None
    return choose


def compare_people(settled, unclear):
    """Choose the Sign with a person's name, unless several have it: then it is a group's."""
    people = {(one.name, one.student) for one, _ in unclear}
    alone = len({name for name, _ in people}) == len(people)
    return lambda plain, grouped: None if len(people) < 2 else plain if alone else grouped


def find_doubles(signs):
    """The Signs that cannot all be right: a number has one file, and a student one name."""
    files, names = {}, {}
    for one in signs:
        if one.number:
            files.setdefault(one.number, set()).add(one.file)
        names.setdefault(one.student, set()).add(one.name)
    return [one for one in signs
            if len(files.get(one.number, ())) > 1 or len(names[one.student]) > 1]
