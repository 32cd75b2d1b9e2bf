"""Compares the outputs of an executed cell with those that were handed in.

Figures are counted, not compared. Warnings, progress bars, times and addresses in memory are left
out. Numbers may differ as much as between two machines.
"""

import re
from itertools import zip_longest

from kit.files import quote
from kit.report.text_outputs import ESCAPES, PROGRESS, render_as_terminal

RELATIVE = 1e-3     # two machines agree to four digits in float32
ABSOLUTE = 1e-6     # smaller differences are rounding
LONGEST = 200_000   # letters of one cell's text that are compared
LONGEST_LINE = 2000
NUMBER = re.compile(r"[-+−]?(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d*)?|\.\d+)"
                    r"(?:[eE][-+]?\d{1,4})?")
PASSING = [     # text that changes from run to run, and its replacement
    (re.compile(r"0x[0-9a-fA-F]{4,}"), "0x…"),
    (re.compile(r"(?<!\d)\d{1,9}(?:\.\d{1,9})?\s?"
                r"(?:[nmuµμ]s|s|secs?|seconds?|mins?|minutes?|it/s)\b"), "… s"),
    (re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\b"), "…:…"),
    (re.compile(r"\b\d{4}-\d{2}-\d{2}\b"), "…-…"),
]
TEXT = ("text/plain", "text/markdown", "text/latex", "text/html")   # the first one is compared
FIGURES = ("image/png", "image/jpeg", "image/svg+xml", "application/pdf")


def find_difference(handed_in, again):
    """How outputs differ from those handed in, in words; "" if they do not."""
    figures, now = count_figures(handed_in), count_figures(again)
    if figures != now:
        verb = "were" if figures > 1 else "was"
        return f"draws {describe_figures(now)} where {figures or 'none'} {verb} handed in"
    before, after = list_lines(handed_in), list_lines(again)
    different = [(old, new) for old, new in zip_longest(before, after, fillvalue="")
                 if not is_same_line(old, new)]
    if not different:
        return ""
    more = f"; {len(different) - 1} more lines differ" if len(different) > 1 else ""
    old, new = different[0]
    numbers = find_numbers(old, new)
    if numbers:
        return (f"gives {numbers[1]} where {numbers[0]} was handed in, in "
                f"{quote(old, 80)}{more}")
    return f"gives {show_line(new)} where {show_line(old)} was handed in{more}"


def describe_figures(number):
    """A number of figures in words."""
    return f"{number or 'no'} figure{'s' if number != 1 else ''}"


def show_line(line):
    """A line in quotation marks; "nothing" if it is empty."""
    return quote(line, 80) if line else "nothing"


def count_figures(outputs):
    """The number of figures in outputs."""
    return sum(any(kind in output.get("data", {}) for kind in FIGURES) for output in outputs)


def list_lines(outputs):
    """The lines of text in outputs: first those printed, then those shown."""
    printed = "".join(output["text"] for output in outputs
                      if output.get("output_type") == "stream" and output.get("name") != "stderr")
    shown = [find_text(output["data"]) for output in outputs if "data" in output]
    whole = ESCAPES.sub("", "\n".join([render_as_terminal(printed[:LONGEST]), *shown])[:LONGEST])
    whole = "\n".join(line[:LONGEST_LINE] for line in whole.split("\n")
                      if not PROGRESS.search(line[:LONGEST_LINE]))
    for pattern, standing in PASSING:
        whole = pattern.sub(standing, whole)
    return [" ".join(line.split()) for line in whole.split("\n") if line.strip()]


def find_text(data):
    """The text of an output; "" if it holds a figure."""
    if any(kind in data for kind in FIGURES):
        return ""
    return next((data[kind] for kind in TEXT if kind in data), "")[:LONGEST]


def is_same_line(old, new):
    """Whether two lines are the same up to rounding."""
    return old == new or (remove_numbers(old) == remove_numbers(new)
                          and find_numbers(old, new) is None)


def remove_numbers(line):
    """A line without its numbers and spaces."""
    return "".join(NUMBER.sub("#", line).split())


def find_numbers(old, new):
    """The first two numbers that differ; None if the lines differ in other ways."""
    if remove_numbers(old) != remove_numbers(new):
        return None
    return next(((one, other) for one, other in zip(NUMBER.findall(old), NUMBER.findall(new))
                 if not is_near(one, other)), None)


def is_near(one, other):
    """Whether two numbers, as text, are the same up to rounding."""
    first, second = read_value(one), read_value(other)
    if is_whole(one) and is_whole(other):
        return first == second
    allowed = max(RELATIVE * max(abs(first), abs(second)), ABSOLUTE,
                  find_last_place(one), find_last_place(other))
    return abs(first - second) <= allowed * (1 + 1e-9)


def is_whole(text):
    """Whether a number is written as a whole number."""
    return not set(text) & set(".eE")


def read_value(text):
    """The number that a text gives."""
    return float(text.replace(",", "").replace("−", "-"))


def find_last_place(text):
    """The value of one unit in the last decimal place; 0 without decimals."""
    mantissa, _, exponent = text.lower().partition("e")
    digits = len(mantissa.partition(".")[2])
    return 10.0 ** (int(exponent or 0) - digits) if digits and int(exponent or 0) < 300 else 0.0
