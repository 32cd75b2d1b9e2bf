"""Whether two cells say the same."""

import ast
import contextlib
import functools
import re
import unicodedata
import warnings

LONGEST = 20_000        # letters of a code cell that is read as code


def is_same(text, clean):
    """Whether a text says what a clean cell says; spaces and comments in code do not count."""
    if clean.cell_type == "code":
        one, other = dump_code(text), dump_code(clean.source)
        if one is not None and other is not None:
            return one == other
    return squeeze(text) == squeeze(clean.source)


@functools.lru_cache(maxsize=2500)
def dump_code(text):
    """What Python reads in code, as text; None if it is long, or no Python, as %matplotlib."""
    with warnings.catch_warnings(), contextlib.suppress(
            SyntaxError, ValueError, RecursionError, MemoryError):
        warnings.simplefilter("ignore")
        return ast.dump(ast.parse(text)) if len(text) <= LONGEST else None


@functools.lru_cache(maxsize=2500)
def squeeze(text):
    """A text without white space."""
    return unicodedata.normalize("NFC", "".join(text.split()))


def is_prose(cell):
    """Whether a cell is no Python, although it may be a code cell."""
    return cell.cell_type != "code" or (
        len(cell.source) <= LONGEST and dump_code(cell.source) is None
        and not re.match(r"\s*[%!]", cell.source))
