"""Pictures of a notebook: its own files and attachments only, none from elsewhere."""

import base64
import binascii
import re
import struct
from pathlib import Path
from urllib.parse import unquote

LARGEST = 32 * 2**20
KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"GIF8": "gif"}
POINTS_PER_CSS_PIXEL = 0.75


class NoPicture(ValueError):
    """A picture that is not in the report, and why."""


def read_picture(source, folder, attachments):
    """Return the bytes of a picture named in Markdown; NoPicture says why there are none."""
    source = unquote(source)
    if source.startswith("attachment:"):
        bundle = attachments.get(source.removeprefix("attachment:"))
        if not bundle:
            raise NoPicture("there is no such attachment in the cell")
        return decode(next(iter(bundle.values())))
    if source.startswith("data:"):
        return decode(source.partition(",")[2])
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:|//", source):
        raise NoPicture("pictures from the web are not fetched: save it beside the notebook")
    return read_file(source, folder)


def read_file(source, folder):
    """Return the bytes of a picture file, which must lie within the notebook's folder."""
    if folder is None:
        raise NoPicture("the notebook's folder is not known")
    folder = Path(folder).resolve()
    try:
        path = (folder / source).resolve()
        if not path.is_relative_to(folder):
            raise NoPicture("it lies outside the notebook's folder: move it there")
        if not path.is_file():
            raise NoPicture("there is no such file")
        if path.stat().st_size > LARGEST:
            raise NoPicture(f"it is larger than {LARGEST // 2**20} MB")
        return path.read_bytes()
    except (OSError, ValueError, RuntimeError) as problem:
        if isinstance(problem, NoPicture):
            raise
        raise NoPicture("it cannot be read") from None


def decode(text):
    """Return the bytes of a base64 picture, or of an SVG given as text."""
    if text.lstrip().startswith("<"):
        return text.encode()
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        raise NoPicture("it is damaged") from None


def kind_of(data):
    """Return the picture's file ending, told from its bytes."""
    for magic, kind in KINDS.items():
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if b"<svg" in data[:4096]:
        return "svg"
    raise NoPicture("it is not a PNG, JPEG, GIF, WebP or SVG picture")


def pixel_width(data):
    """Return the width of a PNG in pixels, None for a picture that says nothing of the kind."""
    if kind_of(data) != "png" or len(data) < 24:
        return None if kind_of(data) == "svg" else 0
    return struct.unpack(">I", data[16:20])[0]


def points(css_pixels):
    """Return a width in CSS pixels as a typst length, `auto` if it is none."""
    match = re.fullmatch(r"\s*(\d{1,5}(?:\.\d+)?)\s*(?:px)?\s*", str(css_pixels or ""))
    return f"{float(match[1]) * POINTS_PER_CSS_PIXEL:g}pt" if match else "auto"
