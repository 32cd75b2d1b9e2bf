"""Reads the pictures of a notebook: only files beside it and attachments."""

import base64
import binascii
import re
import unicodedata
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

LARGEST = 32 * 2**20
CSS_UNITS = {"px": ("pt", 0.75), "": ("pt", 0.75), "pt": ("pt", 1), "cm": ("cm", 1),
             "mm": ("mm", 1), "in": ("in", 1), "em": ("em", 1), "rem": ("em", 1), "%": ("%", 1)}


class NoPicture(ValueError):
    """The reason why a picture is not in the report."""


def read_picture(source, folder, attachments):
    """(bytes, remark) of a picture that Markdown names; NoPicture says why there are none.

    The remark is "" unless the picture's file has a slightly different name.
    """
    as_typed, source = source, unquote(source)
    if source.startswith("attachment:"):
        names = [text.removeprefix("attachment:") for text in (as_typed, source)]
        bundle = next((attachments[name] for name in names if attachments.get(name)), None)
        if not isinstance(bundle, dict):
            raise NoPicture("there is no such attachment in the cell")
        return decode_picture(next(iter(bundle.values()))), ""
    if source.startswith("data:"):
        return decode_picture(source.partition(",")[2]), ""
    source = source.replace("\\", "/")      # as a browser reads it
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:|//", source):
        raise NoPicture("the report fetches nothing from elsewhere: save it beside the notebook")
    return read_picture_file(source, folder)


def read_picture_file(source, folder):
    """(bytes, remark) of a picture file, which must lie within the notebook's folder."""
    if folder is None:
        raise NoPicture("the notebook's folder is not known")
    folder = Path(folder).resolve()
    try:
        path, remark = (folder / source).resolve(), ""
        if not path.is_relative_to(folder):
            raise NoPicture("it lies outside the notebook's folder: move it there")
        if not path.is_file():
            path = find_alike(folder, PurePosixPath(source))
            remark = (f"picture {source} is shown, but its file is called "
                      f"{path.relative_to(folder).as_posix()}: write the same name")
        if path.stat().st_size > LARGEST:
            raise NoPicture(f"it is larger than {LARGEST // 2**20} MB")
        return path.read_bytes(), remark
    except (OSError, ValueError, RuntimeError) as problem:
        if isinstance(problem, NoPicture):
            raise
        raise NoPicture("it cannot be read") from None


def find_alike(folder, source):
    """The file whose path is the same but for upper and lower case, as Windows finds it."""
    path = folder
    for part in source.parts:
        names = [entry.name for entry in path.iterdir()] if path.is_dir() else []
        alike = [name for name in sorted(names) if fold_name(name) == fold_name(part)]
        path = path.parent if part == ".." else path / (part if part in names else
                                                        next(iter(alike), part))
    path = path.resolve()
    if not path.is_file() or not path.is_relative_to(folder):
        raise NoPicture("there is no such file")
    return path


def fold_name(name):
    """A file name without its case, and without the ways to store an accent."""
    return unicodedata.normalize("NFC", name).casefold()


def decode_picture(text):
    """The bytes of a base64 picture, or of an SVG given as text."""
    if not isinstance(text, str):
        text = "".join(map(str, text))
    if text.lstrip().startswith("<"):
        return text.encode("utf-8", "replace")
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        raise NoPicture("it is damaged") from None


def parse_length(css):
    """A length of CSS as a typst length; `auto` if it is none."""
    match = re.fullmatch(r"\s*(\d{1,5}(?:\.\d+)?)\s*([a-z%]*)\s*", str(css or "").lower())
    if not match or match[2] not in CSS_UNITS or not float(match[1]):
        return "auto"
    unit, factor = CSS_UNITS[match[2]]
    return f"{float(match[1]) * factor:g}{unit}"


def measure_inches(length, whole):
    """A typst length in inches; of a share, that of the whole width; the whole if it is `auto`."""
    number, unit = re.fullmatch(r"([\d.]*)(.*)", length).groups()
    factor = {"pt": 1 / 72, "in": 1, "cm": 1 / 2.54, "mm": 1 / 25.4, "em": 0.15, "%": whole / 100}
    return float(number) * factor[unit] if unit in factor and number else whole
