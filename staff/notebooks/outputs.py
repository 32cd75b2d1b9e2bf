"""Whether a cell gives again what was handed in with it, rounding aside.

Figures are counted and not compared; warnings, progress bars, times and addresses in memory are
left out. Numbers may differ as they do between two machines, and no further.
"""

import re

from kit.files import one_line
from kit.report.text_outputs import ESCAPES, PROGRESS, render_as_terminal

RELATIVE = 1e-3     # of numbers: float32 agrees to four digits between two matrix kernels
ABSOLUTE = 1e-6     # below it everything is rounding
LONGEST = 200_000   # letters of one cell's text that are compared
LONGEST_LINE = 2000
NUMBER = re.compile(r"[-+−]?(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d*)?|\.\d+)"
                    r"(?:[eE][-+]?\d{1,4})?")
PASSING = [     # what changes from run to run, and what stands for it
    (re.compile(r"0x[0-9a-fA-F]{4,}"), "0x…"),
    (re.compile(r"(?<!\d)\d{1,9}(?:\.\d{1,9})?\s?"
                r"(?:[nmuµμ]s|s|secs?|seconds?|mins?|minutes?|it/s)\b"), "… s"),
    (re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\b"), "…:…"),
    (re.compile(r"\b\d{4}-\d{2}-\d{2}\b"), "…-…"),
]
TEXT = ("text/plain", "text/markdown", "text/latex", "text/html")   # the first one is compared
FIGURES = ("image/png", "image/jpeg", "image/svg+xml", "application/pdf")


def difference(handed_in, again):
    """Return in which way outputs differ from those handed in, in words; "" if they do not."""
    figures, now = figures_in(handed_in), figures_in(again)
    if figures != now:
        verb = "were" if figures > 1 else "was"
        return f"draws {counted(now)} where {figures or 'none'} {verb} handed in"
    before, after = lines_of(handed_in), lines_of(again)
    different = [(old, new) for old, new in paired(before, after) if not alike(old, new)]
    if not different:
        return ""
    more = f"; {len(different) - 1} more lines differ" if len(different) > 1 else ""
    old, new = different[0]
    numbers = differing_numbers(old, new)
    if numbers:
        return (f"gives {numbers[1]} where {numbers[0]} was handed in, in "
                f"“{one_line(old, 80)}”{more}")
    return f"gives {quoted(new)} where {quoted(old)} was handed in{more}"


def counted(number):
    """Return a number of figures in words."""
    return f"{number or 'no'} figure{'s' if number != 1 else ''}"


def quoted(line):
    """Return a line in quotation marks, or that there is none."""
    return f"“{one_line(line, 80)}”" if line else "nothing"


def figures_in(outputs):
    """Return how many figures outputs hold."""
    return sum(any(kind in output.get("data", {}) for kind in FIGURES) for output in outputs)


def lines_of(outputs):
    """Return the lines of text that outputs show, those printed before those shown."""
    printed = "".join(output["text"] for output in outputs
                      if output.get("output_type") == "stream" and output.get("name") != "stderr")
    shown = [text_in(output["data"]) for output in outputs if "data" in output]
    whole = ESCAPES.sub("", "\n".join([render_as_terminal(printed[:LONGEST]), *shown])[:LONGEST])
    whole = "\n".join(line[:LONGEST_LINE] for line in whole.split("\n")
                      if not PROGRESS.search(line[:LONGEST_LINE]))
    for pattern, standing in PASSING:
        whole = pattern.sub(standing, whole)
    return [" ".join(line.split()) for line in whole.split("\n") if line.strip()]


def text_in(data):
    """Return the text of an output, "" beside a figure."""
    if any(kind in data for kind in FIGURES):
        return ""
    return next((data[kind] for kind in TEXT if kind in data), "")[:LONGEST]


def paired(before, after):
    """Yield (line handed in, line now); "" where one of them has ended."""
    for at in range(max(len(before), len(after))):
        yield (before[at] if at < len(before) else "", after[at] if at < len(after) else "")


def alike(old, new):
    """Return whether two lines say the same, rounding aside."""
    if old == new:
        return True
    if words_of(old) != words_of(new):
        return False
    return all(near(one, other) for one, other in zip(NUMBER.findall(old), NUMBER.findall(new)))


def words_of(line):
    """Return a line without its numbers and spaces."""
    return "".join(NUMBER.sub("#", line).split())


def differing_numbers(old, new):
    """Return the first two numbers that differ in lines that are otherwise the same, or None."""
    if words_of(old) != words_of(new):
        return None
    return next(((one, other) for one, other in zip(NUMBER.findall(old), NUMBER.findall(new))
                 if not near(one, other)), None)


def near(one, other):
    """Return whether two numbers, as text, are the same but for rounding."""
    first, second = value_of(one), value_of(other)
    if whole(one) and whole(other):
        return first == second
    allowed = max(RELATIVE * max(abs(first), abs(second)), last_digit(one), last_digit(other),
                  ABSOLUTE)
    return abs(first - second) <= allowed * (1 + 1e-9)


def whole(text):
    """Return whether a number is written as a whole one."""
    return not set(text) & set(".eE")


def value_of(text):
    """Return the number that stands in a text."""
    return float(text.replace(",", "").replace("−", "-"))


def last_digit(text):
    """Return what one more in the last digit after the point adds; 0 if there is no such digit."""
    mantissa, _, exponent = text.lower().partition("e")
    digits = len(mantissa.partition(".")[2])
    return 10.0 ** (int(exponent or 0) - digits) if digits and int(exponent or 0) < 300 else 0.0
