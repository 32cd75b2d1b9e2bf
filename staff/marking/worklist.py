"""What there is to mark: questions, the answers to each in a drawn order, and progress."""

import hashlib
import re
from dataclasses import dataclass, replace
from functools import cached_property

from kit.sections import LEFT_OPEN, remove_comments
from staff.guide import read_guide
from staff.marking.marks_table import list_decisions
from staff.marks import CHANGED, Settled, find_basis, settle_all
from staff.points import WHOLE
from staff.record import UNREADABLE
from staff.standing import read_standings, split_settled

OPEN_PARTS = "open"         # the question that holds the parts which the grader could not reach
TWICE = "percent marked twice"      # a setting of the record
READING = "reading"         # a part that is about words alone; other parts may be about a figure
SEARCHED = 10_000           # letters of an answer in which a placeholder is looked for
FEW_WORDS = 4               # beside a placeholder: a heading such as "Reading."
TO_MARK, BEGUN, DONE, AGAIN, CHANGED_SINCE, DIFFERENT = (
    "to be marked", "begun", "marked", "to be marked twice", "changed", "markers differ")


@dataclass(frozen=True)
class Item:
    """One part of one submission. number: its place in the drawn order, from 1."""

    key: str
    subtask: str
    part: str
    possible: float
    number: int = 0
    group: str = ""         # the same for answers that are alike; "" if there is none
    untouched: bool = False

    @property
    def where(self):
        """Its (key, subtask, part)."""
        return self.key, self.subtask, self.part


class Worklist:
    """All that is to be marked, as the record holds it now."""

    def __init__(self, record):
        self.record = record
        self.guide, _ = read_guide()
        self.seed = record.read_setting("seed", 0)
        self.twice = record.read_setting(TWICE, 0)
        self.standings = {one.submission.key: one for one in read_standings(record)}
        self.submissions = record.list_submissions()
        self.bases, self.settled = record.list_bases(), {}
        self.read_marks()

    def read_marks(self):
        """Read all marks and comments again; the rest stays."""
        self.marks = self.record.list_all_marks()
        self.comments = self.record.list_element_comments()
        self.settle(self.standings)

    def read_marks_of(self, keys):
        """Read the marks of some submissions again."""
        self.marks = {where: found for where, found in self.marks.items() if where[0] not in keys}
        for key in keys:
            self.marks |= self.record.list_all_marks(key)
        self.settle(keys)

    def settle(self, keys):
        """Find again what stands for some submissions."""
        ones = [one for one in self.submissions if one.key in keys or one.superseded in keys]
        found = settle_all(self.marks, self.bases, self.comments, ones)
        for key in keys:
            self.settled[key] = found.get(key, {})
            split, one = split_settled(self.settled[key]), self.standings[key]
            if split != (one.marks, one.waiting, one.elements):
                marks, waiting, elements = split
                self.standings[key] = replace(one, marks=marks, waiting=waiting, elements=elements)

    @cached_property
    def with_words(self):
        """{(key, subtask)} of the answers that say something."""
        rows = self.record.query("SELECT key, subtask, text FROM answers")
        return {(row["key"], row["subtask"]) for row in rows
                if not is_untouched(row["text"] or "")}

    @cached_property
    def unread(self):
        """The keys of submissions with a notebook that cannot be read: it may hold answers."""
        rows = self.record.query("SELECT key FROM findings WHERE kind = ?", UNREADABLE)
        return {row["key"] for row in rows}

    @cached_property
    def with_figures(self):
        """{(key, subtask)} of the subtasks with a figure."""
        rows = self.record.query("SELECT DISTINCT key, subtask FROM figures")
        return {(row["key"], row["subtask"]) for row in rows}

    @cached_property
    def questions(self):
        """{name: its Items in drawn order} of the parts by hand, in the order of the guide."""
        found = {f"{subtask}-{part}": [] for subtask, part in self.guide}
        for key, standing in self.standings.items():
            if not standing.submission.refused:
                for (subtask, part), possible in standing.parts_by_hand.items():
                    found[f"{subtask}-{part}"].append(self.make_item(key, subtask, part, possible))
        return {name: self.draw(name, items) for name, items in found.items() if items}

    @cached_property
    def by_hand(self):
        """{(key, subtask, part): Item} of the parts by hand."""
        return {one.where: one for items in self.questions.values() for one in items}

    @property
    def open_items(self):
        """The Items of the parts by code that a person decides."""
        found = [Item(key, *where, possible) for key, standing in self.standings.items()
                 for where, possible, _ in list_decisions(standing)]
        return self.draw(OPEN_PARTS, found)

    def make_item(self, key, subtask, part, possible):
        """The Item of a part by hand."""
        untouched = self.is_untouched(key, subtask, part)
        basis = "untouched" if untouched else key if key in self.unread else \
            find_basis(self.bases, key, subtask)
        return Item(key, subtask, part, possible, group=basis, untouched=untouched)

    def is_untouched(self, key, subtask, part):
        """Whether there is nothing to mark: no words, and no figure that the part may be about."""
        where = key, subtask
        return key not in self.unread and where not in self.with_words and (
            part == READING or where not in self.with_figures)

    def draw(self, name, items):
        """The Items in an order that is drawn for this question, with their numbers.

        Only an Item whose answer others gave too keeps its group.
        """
        counts = {}
        for one in items:
            counts[one.group] = counts.get(one.group, 0) + 1
        ordered = sorted(items, key=lambda one: (self.lot(name, one), one.where))
        return [replace(one, number=number, group=one.group if counts[one.group] > 1 else "")
                for number, one in enumerate(ordered, 1)]

    def lot(self, *words):
        """A number that looks drawn, and is the same each time."""
        text = repr((self.seed, *(one.key if isinstance(one, Item) else one for one in words)))
        return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)

    def list_items(self, name):
        """The Items of a question, or of a student under "key:KEY"."""
        if name == OPEN_PARTS:
            return self.open_items
        if name.startswith("key:"):
            key = name.removeprefix("key:")
            return [one for items in (self.open_items, *self.questions.values())
                    for one in items if one.key == key]
        return self.questions.get(name, [])

    def find_item(self, key, subtask, part):
        """The Item of a part, also of one by code; None if there is none."""
        where, standing = (key, subtask, part), self.standings.get(key)
        if where in self.by_hand or standing is None:
            return self.by_hand.get(where)
        of_code = standing.parts_by_code
        possible = sum(of_code.values()) if where[1:] == WHOLE else of_code.get(where[1:])
        return Item(*where, possible) if possible is not None else None

    @cached_property
    def students(self):
        """The keys of all submissions, in a drawn order."""
        return sorted(self.standings, key=lambda key: self.lot("student", key))

    def list_alike(self, item, marker):
        """The other Items with the same answer, or that are untouched too.

        Those that only somebody else has marked are left out.
        """
        same, name = self.by_hand.get(item.where), f"{item.subtask}-{item.part}"
        return [one for one in self.questions.get(name, ()) if same and same.group
                and one.group == same.group and one.where != item.where
                and (self.tell_state(one, marker) != DONE or self.list_own(one, marker)[0])]

    def find_settled(self, item):
        """The Settled of an Item."""
        return self.settled.get(item.key, {}).get((item.subtask, item.part), Settled())

    def hash_seen(self, key, subtask):
        """[hash of the present answer and figures, hash of all files]: what the page shows."""
        return [find_basis(self.bases, key, subtask), find_basis(self.bases, key)]

    # ---------------------------------------------------------------------------- how far it is

    def is_twice(self, item):
        """Whether two persons mark this Item."""
        return bool(self.twice) and \
            self.lot("twice", item.subtask, item.part, item) % 100 < self.twice

    def list_own(self, item, marker):
        """([the marker's own Mark of an Item], [those of others]); finished marks only."""
        done = [one for one in self.marks.get(item.where, ()) if one.done]
        own = [one for one in done if one.marker == marker]
        return own, [one for one in done if one.marker != marker]

    def tell_state(self, item, marker):
        """Where an Item stands, for this marker."""
        settled = self.find_settled(item)
        own, others = self.list_own(item, marker)
        if settled.waits:
            return CHANGED_SINCE if settled.waits.startswith(CHANGED) else DIFFERENT
        if settled.points is not None:
            again = self.is_twice(item) and not own and len(others) == 1
            return AGAIN if again else DONE
        drafts = [one for one in self.marks.get(item.where, ()) if not one.done]
        return BEGUN if drafts else TO_MARK

    def count_progress(self, items, marker, busy):
        """How many Items there are, and how far they are, as the page reads it.

        mine: those that the marker has marked.   free: those to mark at which nobody is now.
        """
        states = [self.tell_state(one, marker) for one in items]
        return {"free": sum(state != DONE and one.where not in busy
                            for state, one in zip(states, items)),
                "all": len(items), "done": sum(one in (DONE, AGAIN) for one in states),
                "mine": sum(bool(self.list_own(one, marker)[0]) for one in items),
                "twice": states.count(AGAIN)}

    def list_differences(self):
        """[(Item, [Marks])] of all parts that several persons have marked."""
        found = [(self.find_item(*where), [one for one in marks if one.done])
                 for where, marks in self.marks.items()]
        return [(item, marks) for item, marks in found if item and len(marks) > 1]

    def list_resums(self):
        """[(Mark, its new points)] of the marks whose elements have other points now.

        A mark with an element that is no longer in the guide keeps its points.
        """
        found = []
        for (_, *where), marks in self.marks.items():
            part = self.guide.get(tuple(where))
            worth = {words: points for points, words in part.elements} if part else {}
            for mark in marks:
                if mark.elements is not None and not mark.overridden and \
                        set(mark.elements) <= set(worth):
                    points = sum(worth[one] * share for one, share in mark.elements.items())
                    if points != mark.points:
                        found.append((mark, points))
        return found


def is_untouched(text):
    """Whether an answer is empty, or still the placeholder."""
    text = remove_comments(text[:SEARCHED])
    rest = LEFT_OPEN.sub("", text)
    return not re.search(r"\w", text) or (rest != text
                                          and len(re.findall(r"[^\W_]+", rest)) <= FEW_WORDS)
