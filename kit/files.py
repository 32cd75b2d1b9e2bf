"""Writes a file completely or not at all; refuses in one sentence."""

import contextlib
import json
import os
import re
import sys
import tempfile
from pathlib import Path

QUOTATION_MARKS = re.compile("[\"“”„‟″«»＂]")
# no line of a script or notebook begins so
CONFLICT = re.compile(r"^(<{7}|>{7}|\|{7}) ", re.MULTILINE)
EPOCH = (2026, 1, 1, 0, 0, 0)   # the date of all files in a zip, so that its bytes are the same


class Refused(Exception):
    """One sentence: why a command cannot do its work, and what to do."""


@contextlib.contextmanager
def write_whole(path, instead="copy the folder to a place of your own"):
    """Yield a file. It appears at path at the end, or not at all if anything fails.

    It takes the place of a file or link that is there. No link is followed.
    instead: what to do if nothing can be written there.
    """
    path, temporary = Path(path).absolute(), None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file() and not path.is_symlink():
            raise Refused(f"{path} is not a file: give another name")
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-",
                                             suffix=path.suffix)
        with os.fdopen(handle, "wb") as file:
            yield file
        os.chmod(temporary, 0o644)  # mkstemp lets nobody else read
        os.replace(temporary, path)
        temporary = None
    except OSError as problem:
        raise Refused(f"{path} cannot be written ({explain(problem)}): close it in other "
                      f"programs, or {instead}") from None
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def make_inner_folder(outer, name):
    """Make a folder in another one, and return it; Refused if a link there leads out."""
    folder = Path(outer) / name
    if not Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(outer)):
        raise Refused(f"{folder} is a link that leads out of {outer}: delete the link, or give "
                      "another output folder")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def find_conflict(text, path):
    """A sentence about the first mark of a Git conflict in a file's text; "" if there is none."""
    mark = CONFLICT.search(text)
    if not mark:
        return ""
    line, path = text.count("\n", 0, mark.start()) + 1, Path(path)
    by_hand = ", or keep what you want of both and delete the marks"
    return (f"{path} holds the marks of a Git conflict (line {line}): take one of the two "
            f"versions, with `git checkout --ours {path.name}` or --theirs"
            f"{'' if path.suffix == '.ipynb' else by_hand}")


def find_conflict_in_scripts(folder):
    """The sentence about the first script in a folder that holds marks of a conflict, or ""."""
    for path in sorted(Path(folder).glob("*.py")):
        with contextlib.suppress(OSError):
            text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
            if words := find_conflict(text, path.name):
                return words
    return ""


def say(text, stream=None):
    """Print text. It is no failure if the reader has gone or the encoding lacks a letter."""
    stream = stream or sys.stdout
    with contextlib.suppress(OSError, ValueError):
        encoding = getattr(stream, "encoding", None) or "utf-8"
        print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
        return
    with contextlib.suppress(OSError, ValueError):      # Python would complain again at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def explain(problem):
    """The reason of an error, in a few words."""
    if isinstance(problem, json.JSONDecodeError):
        return f"line {problem.lineno} is not JSON"
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror
    return shorten(problem) or type(problem).__name__


def shorten(text, longest=160):
    """Text on one line, shortened; a mark replaces what could control a terminal."""
    text = " ".join(str(text).split())
    text = "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
    return text if len(text) <= longest else text[:longest - 1] + "…"


def quote(text, longest=160):
    """Somebody else's words on one line, in quotation marks that they cannot end."""
    text = QUOTATION_MARKS.sub("'", shorten(text, longest))
    return f"“{text}”"
