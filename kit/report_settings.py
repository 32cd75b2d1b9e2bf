"""Reads report.toml: the title of the report, the names of the group, date and language."""

import os
from pathlib import Path

from kit.definition import tomllib
from kit.files import Refused, find_conflict, shorten, explain

SETTINGS = "report.toml"        # beside the notebooks
DEFAULTS = {"title": "", "subtitle": "", "authors": [], "date": "", "language": "en"}
LARGEST = 64 * 2**10            # bytes
EXAMPLE = """authors = ["Åse Berg", "O'Brien, Pat"]"""


def read_settings(path):
    """{name: value} for each of DEFAULTS, as report.toml says if it exists."""
    if not path.is_file():      # it may also be a named pipe, which would never end
        return dict(DEFAULTS)
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(path.parent)):
        raise Refused(f"{path} is a link to a file outside its folder: replace the link by the "
                      "file")
    try:
        if path.stat().st_size > LARGEST:
            raise Refused(f"{path} is larger than {LARGEST // 2**10} kB: keep only "
                          f"{', '.join(DEFAULTS)}")
        text = path.read_text(encoding="utf-8-sig")
        if words := find_conflict(text, path):
            raise Refused(words)
        given = tomllib.loads(text)
    except UnicodeDecodeError:
        raise Refused(f"{path} cannot be read: save it as UTF-8 text") from None
    except (OSError, ValueError, RecursionError) as problem:
        raise Refused(f"{path} cannot be read ({explain(problem)}): a line looks like this: "
                      f"{EXAMPLE}") from None
    if "date" in given:
        given["date"] = str(given["date"])  # TOML has dates of its own
    for name, value in given.items():
        check_setting(path, name, value)
    return {**DEFAULTS, **given}


def check_setting(path, name, value):
    """Refuse a setting that is unknown or of a wrong type."""
    if name not in DEFAULTS:
        raise Refused(f"{path} has {shorten(name, 60)!r}, expected only {', '.join(DEFAULTS)}: "
                      f"a line looks like this: {EXAMPLE}")
    is_list = name == "authors"
    texts = value if is_list and isinstance(value, list) else [value]
    if isinstance(value, list) != is_list or not all(isinstance(one, str) for one in texts):
        expected = EXAMPLE if is_list else f'{name} = "text"'
        raise Refused(f"{path} has {name} = {shorten(repr(value), 60)}, expected a line such as "
                      f"{expected}")
