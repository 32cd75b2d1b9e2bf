"""Shows how far a grading is: a bar in a terminal, or else a line every half minute."""

import sys
import time

from tqdm import tqdm

from kit.files import say

EVERY = 30      # seconds between two lines where there is no terminal


class Progress:
    """Counts what is done, up to `total`, on standard error."""

    def __init__(self, title, total):
        self.title, self.total = title, total
        self.done, self.start, self.said = 0, time.monotonic(), time.monotonic()
        self.bar = tqdm(
            total=total, desc=title, file=sys.stderr, disable=not sys.stderr.isatty(),
            bar_format="{desc}: {n_fmt} of {total_fmt} |{bar}| {elapsed} gone, {remaining} left")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.bar.close()

    def step(self):
        """Count one more."""
        self.done += 1
        self.bar.update()
        now = time.monotonic()
        if self.bar.disable and now - self.said >= EVERY:
            self.said = now
            left = (now - self.start) / self.done * (self.total - self.done)
            say(f"{self.title}: {self.done} of {self.total}, {format_time(left)} left", sys.stderr)


def format_time(seconds):
    """A time in words: "40 s", "3 min 20 s"."""
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
