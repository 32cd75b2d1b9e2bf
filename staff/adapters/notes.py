"""Collects sentences about the code, for the report."""

import contextlib

MOST = 40
findings = []       # the grader reads it as "adapter.findings"
_silent = [False]


def note(words):
    """Keep a sentence, once."""
    words = " ".join(str(words).split())[:300]
    if words not in findings and len(findings) < MOST and not _silent[0]:
        findings.append(words)


@contextlib.contextmanager
def silence():
    """Keep nothing inside this context: the same code runs a second time there."""
    before, _silent[0] = _silent[0], True
    try:
        yield
    finally:
        _silent[0] = before
