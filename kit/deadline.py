"""The deadline in assignment.toml: when a hand-in is due, and what lateness costs."""

import math
import re
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from kit.files import Refused, shorten

PERIODS = {"day": timedelta(days=1), "hour": timedelta(hours=1)}
LAST, IN_TIME = "last", "last in time"
YEARS = range(2000, 2101)
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")


@dataclass(frozen=True)
class Deadline:
    """When a hand-in is due, and what lateness costs. The platform's times decide."""

    at: datetime            # with its offset
    zone: str = ""          # of the platform's times, which have no offset: "Europe/Oslo"
    grace_minutes: int = 0  # so much later costs nothing
    penalty: float = 0      # points for each day or hour that has begun since the deadline
    per: str = "day"
    floor: float = 0        # a penalty takes no total below this
    closes: datetime = None     # what comes later is not accepted
    counts: str = LAST      # the attempt that counts
    extensions: str = ""    # a CSV of the instructor, with the columns student and until


def is_time(value):
    """Whether a value is a time that means the same everywhere."""
    return isinstance(value, datetime) and value.tzinfo is not None and value.year in YEARS


def is_number(value):
    """Whether a value is a number of points."""
    return type(value) in (int, float) and math.isfinite(value) and 0 <= value <= 1000


TIME = (is_time, "a time with its offset from UTC, such as 2026-02-11T23:59:00+01:00")
POINTS = (is_number, "points from 0 to 1000")
RULES = {       # name: (whether a value is right, what is expected)
    "at": TIME, "closes": TIME, "penalty": POINTS, "floor": POINTS,
    "zone": (lambda one: isinstance(one, str) and re.fullmatch(r"[A-Za-z][\w+-]*(/[\w+-]+)*", one),
             'the name of a time zone, such as "Europe/Oslo"'),
    "grace_minutes": (lambda one: type(one) is int and 0 <= one <= 10080,
                      "whole minutes from 0 to 10080"),
    "per": (lambda one: one in ("day", "hour"), '"day" or "hour"'),
    "counts": (lambda one: one in (LAST, IN_TIME), f'"{LAST}" or "{IN_TIME}"'),
    "extensions": (lambda one: isinstance(one, str) and one.endswith(".csv")
                   and not re.search(r"\\|:|^/|(^|/)\.\.(/|$)", one),
                   'a CSV in the assignment\'s folder, such as "extensions.csv"')}


def check_deadline(deadline, locate):
    """Refuse a Deadline with a value that cannot be right.

    locate: a function that tells where a name stands, as "assignment/assignment.toml:12".
    """
    for one in fields(Deadline):
        value, (is_right, expected) = getattr(deadline, one.name), RULES[one.name]
        if value != one.default and not is_right(value):
            raise Refused(f"{locate(one.name)}: {one.name} = {shorten(value, 60)}, expected "
                          f"{expected}")
    last = deadline.at + timedelta(minutes=deadline.grace_minutes)
    if deadline.closes is not None and deadline.closes < last:
        raise Refused(f"{locate('closes')}: closes = {deadline.closes}, expected a time after "
                      f"the deadline with its grace, {last}")


def format_moment(moment):
    """A time as 11 February 2026, 23:59 (UTC+01:00); seconds only if there are some."""
    clock = moment.isoformat(timespec="seconds" if moment.second else "minutes")[11:]
    return (f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}, {clock[:-6]} "
            f"(UTC{clock[-6:]})")


def format_span(span):
    """How long a time is, in its two largest units: "3 days 4 hours"."""
    minutes = int(span / timedelta(minutes=1))
    units = [(minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute")]
    while len(units) > 1 and not units[0][0]:
        del units[0]
    return " ".join(f"{count} {unit}{'s' * (count != 1)}" for count, unit in units[:2]
                    if count or unit == units[0][1])


def describe_time_left(deadline, now):
    """For students: the deadline, and how long is left."""
    due, left = format_moment(deadline.at), deadline.at - now
    if left >= timedelta(0):
        return f"due {due}: {format_span(left)} left by this computer's clock"
    words = f"was due {due}, {format_span(-left)} ago by this computer's clock"
    if deadline.penalty:
        words += f"; each {deadline.per} that has begun costs {deadline.penalty:g} points"
    if deadline.closes is not None:
        words += f"; nothing is accepted after {format_moment(deadline.closes)}"
    return f"{words}. An extension counts, and the platform's clock decides"
