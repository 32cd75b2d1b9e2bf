"""Makes marks of what the page sends. Everything in it is checked; the sums are made here."""

from kit.files import Refused, shorten
from staff.marks import Mark, find_basis

LONGEST_NAME, LONGEST = 60, 2000
SHARES = (0.5, 1)           # of an element
ANEW = "the hand-in has changed while you looked at it: it is shown anew, look at it again"


def read_marker(text):
    """The name of a marker; Refused without one."""
    name = shorten(text, LONGEST_NAME).strip() if isinstance(text, str) else ""
    if not name:
        raise Refused("nobody is named as the marker: type your name at the top of the page")
    return name


def read_item(work, where):
    """The Item of a [key, subtask, part]; Refused if there is none."""
    item = None
    if isinstance(where, list) and len(where) == 3 and all(isinstance(one, str) for one in where):
        item = work.find_item(*where)
    if item is None:
        raise Refused("this part is no longer in the record: load the page again")
    return item


def read_comment(text):
    """A comment as it is kept: lines without spaces around them."""
    if not isinstance(text, str):
        raise Refused("a comment is expected to be text")
    lines = (" ".join(line.split()) for line in text[:LONGEST].splitlines())
    return "\n".join(filter(None, lines))


def make_marks(work, sent):
    """The Marks of {marker, items, seen, elements, points, comment, done, final}.

    items:    several [key, subtask, part] of one part, whose answers are like the first one's.
    seen:     what the page showed of the first, as Worklist.hash_seen; None if it does not tell.
    elements: {words of an element: the share earned}, or None.
    points:   in place of the sum of the elements, or None.
    """
    marker, items = read_marker(sent.get("marker")), sent.get("items")
    if not isinstance(items, list) or not 1 <= len(items) <= len(work.standings):
        raise Refused("the page has sent no answer to mark: load it again")
    items = [read_item(work, one) for one in items]
    if len({one.where[1:] for one in items}) > 1:
        raise Refused("only answers to one part can be marked together")
    by_code = items[0].where not in work.by_hand
    bases = [find_basis(work.bases, one.key, "" if by_code else one.subtask) for one in items]
    if sent.get("seen") not in (None, work.hash_seen(items[0].key, items[0].subtask)):
        raise Refused(ANEW)
    comment, done = read_comment(sent.get("comment", "")), bool(sent.get("done", True))
    elements = read_elements(work, items[0], sent.get("elements"))
    total = None if elements is None else sum_elements(work, items[0], elements)
    points = read_points(sent.get("points"), items[0].possible)
    overridden = points is not None and elements is not None and points != total
    points = total if points is None else points
    if done and points is None:
        raise Refused("no points: tick the elements, or give points")
    if done and (overridden or by_code) and not comment:
        raise Refused("these points replace " + (
            "those by code" if by_code else "the sum of the elements")
            + ": give the reason as the comment, the student reads it")
    return [Mark(*one.where, marker, points, comment, elements, overridden, done,
                 bool(sent.get("final")), basis=basis) for one, basis in zip(items, bases)
            if one is items[0] or one.group and one.group == items[0].group]


def read_elements(work, item, sent):
    """{words: share} of the elements that were ticked; None if none can be."""
    part = work.guide.get(item.where[1:])
    if sent is None or part is None or item.where not in work.by_hand:
        return None
    known = {words for _, words in part.elements}
    if not isinstance(sent, dict) or not set(sent) <= known or \
            not all(share in SHARES for share in sent.values()):
        raise Refused("the guide has changed: load the page again")
    return sent


def sum_elements(work, item, elements):
    """The points of the ticked elements."""
    return sum(points * elements.get(words, 0)
               for points, words in work.guide[item.where[1:]].elements)


def read_points(sent, possible):
    """Points that were typed; None if there are none."""
    if sent is None:
        return None
    if isinstance(sent, bool) or not isinstance(sent, (int, float)) or \
            not 0 <= sent <= possible or round(sent, 2) != sent:
        raise Refused(f"the points are {shorten(str(sent), 20)}, expected a number from 0 to "
                      f"{possible:g}, with at most two decimals")
    return float(sent)
