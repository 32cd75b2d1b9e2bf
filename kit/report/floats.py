"""Chooses figures that float to the top of the next page, so that text fills the page before."""

import json
from itertools import pairwise

TOP, BOTTOM, MOST_EMPTY = 2.4, 27.3, 6.2        # cm, of the text on a page of report.typ
MOST_FLOATS = 10        # the pages are set once more for each


def choose_floats(make_compiler):
    """The files of the figures that float; make_compiler(files) gives a typst compiler."""
    floats = []
    while len(floats) < MOST_FLOATS:
        try:
            marks = json.loads(make_compiler(floats).query("<mark>", field="value"))
        except RuntimeError:        # typst cannot set the pages: compiling them will say why
            break
        figure = find_gap(marks, floats)
        if figure is None:
            break
        floats.append(figure)
    return floats


def find_gap(marks, floats):
    """The file of the first figure that leaves a page too empty; None if there is none.

    marks: (page, cm from its top, what) in order. A figure that may float has its file as a mark,
    a table or another picture "fixed", the begin and end of other content "".
    """
    for index, (last, first) in enumerate(pairwise(marks), start=1):
        is_break = first[0] == last[0] + 1 and first[1] < TOP + 0.1
        if is_break and BOTTOM - last[1] > MOST_EMPTY:
            what = next((what for _, _, what in marks[index:] if what), "fixed")
            if what not in ("fixed", *floats):
                return what
    return None
