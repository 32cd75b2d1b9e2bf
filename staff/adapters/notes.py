"""What an adapter notes down about the code, for grader and student."""

import contextlib

MOST = 40
noted = []          # the grader reads it as "adapter.noted"
_silent = [False]


def note(words):
    """Keep a sentence, once."""
    words = " ".join(str(words).split())[:300]
    if words not in noted and len(noted) < MOST and not _silent[0]:
        noted.append(words)


@contextlib.contextmanager
def silence():
    """Keep nothing inside this context: the same code runs a second time there."""
    before, _silent[0] = _silent[0], True
    try:
        yield
    finally:
        _silent[0] = before
