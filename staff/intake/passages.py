"""Cuts the code of a hand-in into passages: runs of words, whatever the names and the layout.

A regular expression cuts the code into words. The code may be hostile, so it is never parsed.
"""

import builtins
import keyword
import re
import zlib

import numpy as np

from kit.definition import load_assignment
from staff.layouts import KIT
from staff.notebooks.loading import list_code

PASSAGE = 10            # words in a row; shorter functions look alike in all hand-ins
LARGEST_SCRIPT, LARGEST_NOTEBOOK = 2**19, 2**23
MOST_WORDS = 50_000     # of a hand-in
MOST_LINES = 300        # of a hand-in that are shown beside another's
LONGEST_LINE = 160      # letters
AROUND = 1              # lines that are shown before and after those that agree

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


def find_passages(files, layout):
    """The passages of {name: bytes}: numbers in order, one for each run of words.

    In the kit's layout only the assignment's scripts count: the notebooks just show results. In
    other layouts all scripts and the code of all notebooks count.
    """
    found = [hash_runs(number_words(unit)) for _, unit in list_units(files, layout)]
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.uint64)


def list_units(files, layout):
    """Yield (name, unit) of the code that is compared, up to MOST_WORDS."""
    left, scripts = MOST_WORDS, load_assignment().scripts
    for name in sorted(files):
        if layout == KIT and name not in scripts:
            continue
        for unit in split_units(extract_code(name, files[name])) if left else ():
            unit = unit[:left]
            left -= len(unit)
            yield name, unit


def list_lines(files, layout, shared):
    """[(name, number, whether it agrees, line)] of the lines that hold these passages.

    Lines beside them are listed too, for they help to read.
    """
    agreeing = {}
    for name, unit in list_units(files, layout):
        for at in np.flatnonzero(np.isin(hash_runs(number_words(unit)), shared)):
            agreeing.setdefault(name, set()).update(
                line for _, _, line in unit[at:at + PASSAGE])
    found = []
    for name, numbers in agreeing.items():
        lines = extract_code(name, files[name]).split("\n")
        for number, line in enumerate(lines, 1):
            if not numbers.isdisjoint(range(number - AROUND, number + AROUND + 1)):
                found.append((name, number, number in numbers, line[:LONGEST_LINE].rstrip()))
    return found[:MOST_LINES]


def extract_code(name, content):
    """The code of a script or notebook; "" of other files."""
    if name.endswith(".py"):
        return content[:LARGEST_SCRIPT].decode("utf-8", "replace")
    if not name.endswith(".ipynb") or len(content) > LARGEST_NOTEBOOK:
        return ""
    return "\n".join(list_code(content))[:LARGEST_SCRIPT]


def split_units(text):
    """Lists of (kind, word, line): one for each function, and one for the lines between two.

    Comments, strings, layout and a formatter's signs are left out.
    """
    modules = {alias or name.split(".")[0]: name for name, alias in IMPORTED.findall(text)}
    units, fresh, inside, words, line = [[]], True, False, 0, 1
    for match in WORD.finditer(text):
        kind, word = match.lastgroup, match[0]
        if fresh and kind in ("name", "sign") and word not in ")]}":
            begins = word in ("def", "class", "async")
            at_edge = text[match.start() - 1:match.start()] in ("", "\n")
            if begins or inside and at_edge:
                units.append([])
            inside = begins or inside and not at_edge
        fresh = kind == "line" or (fresh and kind == "blank")
        if kind in ("number", "name") or kind == "sign" and word not in NO_MATTER:
            units[-1].append((*classify(kind, word, units[-1], modules), line))
            words += 1
            if words == MOST_WORDS:
                break
        line += match[0].count("\n")
    return units


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
    for at, (kind, word, _) in enumerate(unit):
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
