"""Finds hand-ins that are the same up to names, layout, comments and the order of functions.

A person has to look at each pair: some solutions are found in few ways, and groups may work
together. A regular expression cuts the code into words. The code may be hostile, so it is never
parsed.
"""

import builtins
import keyword
import re
import zlib
from pathlib import Path

import numpy as np

from kit.definition import load_assignment
from kit.files import Refused
from staff.intake.intake import read_copy
from staff.intake.listing import list_folder
from staff.intake.unpacking import read_entries
from staff.layouts import KIT
from staff.notebooks.loading import list_code
from staff.release.stripping import strip

AGREEMENT = 0.8         # a pair is listed if this share of the shorter one's own passages agrees
PASSAGE = 10            # words in a row; shorter functions look alike in all hand-ins
FEWEST = 100            # passages of its own that a hand-in needs to be compared
MOST_OTHERS = 3         # hand-ins listed for one: those most like it
ENOUGH = 5              # hand-ins of one layout: if the starter code is not known, passages that
                        # most of them have count as given
LARGEST_SCRIPT, LARGEST_NOTEBOOK = 2**19, 2**23
MOST_WORDS = 50_000     # of a hand-in
CELLS = 2**22           # of a table for counting

# Each alternative ends where it must, or at the end of the text: hostile text takes no longer.
WORD = re.compile(r"""
    (?P<blank> [ \t\f\r]+ | \\\r?\n | \#[^\n]* )
  | (?P<string> (?i:[bfru]{0,2})
      (?: \"{3} (?: [^"\\]+ | \\. | "(?!"") )* (?: \"{3} | \\?\Z )
        | '{3} (?: [^'\\]+ | \\. | '(?!'') )* (?: '{3} | \\?\Z )
        | " (?: [^"\\\n] | \\. )* "? | ' (?: [^'\\\n] | \\. )* '? ) )
  | (?P<number> \.?\d [\w.]* )
  | (?P<name> [^\W\d]\w* )
  | (?P<line> \n )
  | (?P<sign> . )""", re.DOTALL | re.VERBOSE)
IMPORTED = re.compile(r"^[ \t]*import[ \t]+([\w.]+)(?:[ \t]+as[ \t]+(\w+))?", re.MULTILINE)
OWN_NAMES = {*keyword.kwlist, *dir(builtins)}       # another name would have another meaning
NO_MATTER = set("(),;")         # a formatter adds and removes these
FURTHEST = 200                  # words back to the place where a name stood before


def find_pairs(submissions, out, starter=None):
    """[(key, other, words)] of hand-ins that count and are alike, the most alike first.

    A hand-in is listed with the few that are most like it.

    starter: a folder with the given code, which is left out; Refused if it holds no code. The
             given code of the kit's layout is known.
    """
    found = []
    counted = [one for one in submissions if one.counts]
    for layout in sorted({one.layout for one in counted}):
        given = find_given(layout, starter)
        passages = {one.key: find_passages(read_copy(one, out), layout) for one in counted
                    if one.layout == layout}
        found += compare(passages, given)
    return [(key, other, describe_pair(share, passages)) for key, other, share, passages in
            sorted(found, key=lambda pair: -pair[2])]


def describe_pair(share, passages):
    """How much of a pair agrees, in words."""
    return (f"{100 * share:.0f} % of {passages} passages of {PASSAGE} words agree, without given "
            "code and whatever the names")


def find_given(layout, starter):
    """The passages of the given code; None if it is not known."""
    given = []
    if layout == KIT:
        assignment = load_assignment()
        given.append({name: strip((assignment.folder / name).read_text(encoding="utf-8"), name,
                                  assignment.by_id)[0].encode() for name in assignment.scripts})
    if starter is not None:
        given.append(read_code(Path(starter)))
    if not given:
        return None
    return np.unique(np.concatenate([find_passages(files, layout) for files in given]))


def read_code(starter):
    """{name: bytes} of the scripts and notebooks in a folder."""
    if not starter.is_dir():
        raise Refused(f"{starter} is not a folder: give the folder of the starter code")
    code = [entry for entry in list_folder(starter) if entry.name.endswith((".py", ".ipynb"))]
    if not code:
        raise Refused(f"{starter} holds no scripts: give the folder of the starter code")
    return read_entries(code)[0]


# ------------------------------------------------------------------------------- text to passages

def find_passages(files, layout):
    """The passages of {name: bytes}: numbers in order, one for each run of words.

    In the kit's layout only the assignment's scripts count: the notebooks just show results. In
    other layouts all scripts and the code of all notebooks count.
    """
    left, found = MOST_WORDS, []        # words, and passages
    scripts = load_assignment().scripts
    for name in sorted(files):
        if layout == KIT and name not in scripts:
            continue
        for unit in split_units(extract_code(name, files[name])) if left else ():
            unit = unit[:left]
            left -= len(unit)
            found.append(hash_runs(number_words(unit)))
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.uint64)


def extract_code(name, content):
    """The code of a script or notebook; "" of other files."""
    if name.endswith(".py"):
        return content[:LARGEST_SCRIPT].decode("utf-8", "replace")
    if not name.endswith(".ipynb") or len(content) > LARGEST_NOTEBOOK:
        return ""
    return "\n".join(list_code(content))[:LARGEST_SCRIPT]


def split_units(text):
    """Lists of (kind, word): one for each function, and one for the lines between two.

    Comments, strings, layout and a formatter's signs are left out.
    """
    modules = {alias or name.split(".")[0]: name for name, alias in IMPORTED.findall(text)}
    units, fresh, inside, words = [[]], True, False, 0
    for match in WORD.finditer(text):
        kind, word = match.lastgroup, match[0]
        if fresh and kind in ("name", "sign") and word not in ")]}":
            inside = begin_unit(word, match, text, inside, units)
        fresh = kind == "line" or (fresh and kind == "blank")
        if kind in ("number", "name") or kind == "sign" and word not in NO_MATTER:
            units[-1].append(classify(kind, word, units[-1], modules))
            words += 1
            if words == MOST_WORDS:
                break
    return units


def begin_unit(word, match, text, inside, units):
    """Begin a new unit if this first word of a line needs one. True if a function goes on."""
    at_edge = match.start() == 0 or text[match.start() - 1] == "\n"
    if word in ("def", "class", "async") or (at_edge and inside):
        units.append([])
    return word in ("def", "class", "async") or (inside and not at_edge)


def classify(kind, word, before, modules):
    """(kind, word): a "name" could be replaced by another name, a "word" could not."""
    if kind != "name" or word in OWN_NAMES:
        return "word", word
    if word in modules:
        return "word", modules[word]
    of_module = (len(before) > 1 and before[-1][1] == "." and before[-2][0] == "word"
                 and before[-2][1][0].isalpha() and before[-2][1] not in OWN_NAMES)
    return ("word" if of_module else "name"), word


def number_words(unit):
    """A number for each word; a name gets the distance, in words, to where it stood before."""
    found, last = [], {}
    for at, (kind, word) in enumerate(unit):
        if kind == "name":
            found.append(min(at - last.get(word, at), FURTHEST))
            last[word] = at
        else:
            found.append(zlib.crc32(word.encode("utf-8", "replace")) + FURTHEST + 1)
    return np.array(found, np.uint64)


def hash_runs(numbers):
    """A number for each passage: PASSAGE words in a row."""
    if len(numbers) < PASSAGE:
        return np.empty(0, np.uint64)
    mixed = (numbers + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    powers = np.cumprod(np.full(PASSAGE, 0xD6E8FEB86659FD93, np.uint64))
    return np.lib.stride_tricks.sliding_window_view(mixed, PASSAGE) @ powers


# ------------------------------------------------------------------------------------ comparing

def compare(passages, given=None):
    """[(key, other, share that agrees, number of passages)] for {key: passages}.

    given: passages that do not count; by default, those in more than half of the hand-ins.
    """
    if given is None:
        given = find_common(passages.values()) if len(passages) >= ENOUGH else []
    own = {key: np.setdiff1d(one, given, assume_unique=True) for key, one in passages.items()}
    keys = [key for key, one in own.items() if len(one) >= FEWEST]
    if len(keys) < 2:
        return []
    shared = count_shared([own[key] for key in keys])
    sizes = np.diagonal(shared)
    agreement = shared / np.minimum(sizes[:, None], sizes[None, :])
    np.fill_diagonal(agreement, 0)
    found = {}
    for at, key in enumerate(keys):
        for other in np.argsort(-agreement[at], kind="stable")[:MOST_OTHERS]:
            if agreement[at, other] >= AGREEMENT:
                pair = tuple(sorted((key, keys[other])))
                found[pair] = (*pair, agreement[at, other], int(min(sizes[at], sizes[other])))
    return list(found.values())


def find_common(passages):
    """The passages in more than half of the hand-ins."""
    found, times = np.unique(np.concatenate(list(passages)), return_counts=True)
    return found[times > len(passages) / 2]


def count_shared(sets):
    """A table: how many numbers each two of the sorted arrays share."""
    known, times = np.unique(np.concatenate(sets), return_counts=True)
    known = known[times > 1]
    counts = np.zeros((len(sets), len(sets)))
    for start in range(0, len(known), step := max(1, CELLS // len(sets))):
        part = known[start:start + step]
        holds = np.array([np.isin(part, one, assume_unique=True) for one in sets], np.float32)
        counts += holds @ holds.T
    np.fill_diagonal(counts, [len(one) for one in sets])
    return counts

