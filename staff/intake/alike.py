"""Finds hand-ins that are the same up to names, layout, comments and the order of functions.

A person has to look at each pair: some solutions are found in few ways, and groups may work
together.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kit.definition import load_assignment
from kit.files import Refused
from staff.intake.intake import read_copy
from staff.intake.listing import list_folder
from staff.intake.passages import PASSAGE, find_passages, list_lines
from staff.intake.unpacking import read_entries
from staff.layouts import KIT
from staff.release.stripping import strip

AGREEMENT = 0.8         # a pair is listed if this share of the shorter one's own passages agrees
FEWEST = 100            # passages of its own that a hand-in needs to be compared
MOST_OTHERS = 3         # hand-ins listed for one: those most like it
MOST_TEXTS = 60         # pairs whose lines are kept, the most alike first
ENOUGH = 5              # hand-ins of one layout: if the starter code is not known, passages that
                        # most of them have count as given
CELLS = 2**22           # of a table for counting
EARLIER = "earlier"     # the folder in OUT for hand-ins of earlier years


@dataclass(frozen=True)
class Pair:
    """Two hand-ins that are alike."""

    key: str            # of a submission
    other: str          # of another one, or "earlier: " and the place of one of an earlier year
    words: str          # how much of them agrees
    lines: tuple = ()   # of both: what passages.list_lines gives


def find_pairs(submissions, out, starter=None, earlier=()):
    """Pairs of hand-ins that count and are alike, the most alike first.

    A hand-in is listed with the few that are most like it. Two of earlier years are no pair.

    starter: a folder with the given code, which is left out; Refused if it holds no code. The
             given code of the kit's layout is known.
    earlier: Submissions of earlier years, whose copies are in OUT/earlier.
    """
    counted = {one.key: (one, out) for one in submissions if one.counts}
    counted |= {f"{EARLIER}: {one.source}": (one, Path(out) / EARLIER) for one in earlier
                if one.counts}
    own, found = {}, []
    for layout in sorted({one.layout for one, _ in counted.values()}):
        passages = {name: find_passages(read_copy(one, folder), layout)
                    for name, (one, folder) in counted.items() if one.layout == layout}
        given = find_given(layout, starter)
        compared = remove_given(passages, find_common(passages) if given is None else given)
        found += [pair for pair in compare(compared)
                  if not all(name.startswith(EARLIER) for name in pair[:2])]
        own |= compared
    found.sort(key=lambda pair: -pair[2])
    return [make_pair(pair, counted, own, number < MOST_TEXTS)
            for number, pair in enumerate(found)]


def make_pair(found, counted, own, with_lines):
    """The Pair of what compare gives; one of an earlier year stands second."""
    *names, share, passages = found
    names.sort(key=lambda name: name.startswith(EARLIER))
    shared, lines = np.intersect1d(*(own[name] for name in names)), []
    for one, folder in [counted[name] for name in names] if with_lines else ():
        lines.append(list_lines(read_copy(one, folder), one.layout, shared))
    words = (f"{100 * share:.0f} % of {passages} passages of {PASSAGE} words agree, without given "
             "code and whatever the names")
    return Pair(*names, words, tuple(lines))


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


# ------------------------------------------------------------------------------------ comparing

def remove_given(passages, given):
    """{key: passages} without those that are given."""
    return {key: np.setdiff1d(one, given, assume_unique=True) for key, one in passages.items()}


def compare(own):
    """[(key, other, share that agrees, number of passages)] for {key: its own passages}."""
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
    """The passages in more than half of the hand-ins; none of few hand-ins."""
    if len(passages) < ENOUGH:
        return []
    found, times = np.unique(np.concatenate(list(passages.values())), return_counts=True)
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
