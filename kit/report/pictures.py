"""Reads the pictures of a notebook: only files beside it and attachments."""

import base64
import binascii
import io
import re
import warnings
import xml.parsers.expat as expat
from pathlib import Path
from urllib.parse import unquote

from PIL import Image, UnidentifiedImageError

LARGEST = 32 * 2**20
MOST_PIXELS = 50_000_000
DEEPEST_SVG = 200
HEAD_OF_PNG = 1000      # bytes, within which a PNG says its size
KINDS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp"}     # Pillow's name: typst's
POINTS_PER_CSS_PIXEL = 0.75


class NoPicture(ValueError):
    """The reason why a picture is not in the report."""


def read_picture(source, folder, attachments):
    """The bytes of a picture that Markdown names; NoPicture says why there are none."""
    as_typed, source = source, unquote(source)
    if source.startswith("attachment:"):
        names = [text.removeprefix("attachment:") for text in (as_typed, source)]
        bundle = next((attachments[name] for name in names if attachments.get(name)), None)
        if not isinstance(bundle, dict):
            raise NoPicture("there is no such attachment in the cell")
        return decode_picture(next(iter(bundle.values())))
    if source.startswith("data:"):
        return decode_picture(source.partition(",")[2])
    source = source.replace("\\", "/")      # as a browser reads it
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:|//", source):
        raise NoPicture("the report fetches nothing from elsewhere: save it beside the notebook")
    return read_picture_file(source, folder)


def read_picture_file(source, folder):
    """The bytes of a picture file, which must lie within the notebook's folder."""
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


def has_print_size(data):
    """Whether a picture is a PNG that states its size in print."""
    return data.startswith(b"\x89PNG") and b"pHYs" in data[:HEAD_OF_PNG]


def find_kind(data):
    """A picture's file ending; NoPicture if typst cannot set it."""
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.lstrip().startswith(b"<") or data.startswith(b"\xef\xbb\xbf"):
        check_svg(data)
        return "svg"
    try:
        with warnings.catch_warnings():         # of large pictures: they are refused below
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=list(KINDS)) as picture:
                kind, (width, height) = KINDS[picture.format], picture.size
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError,
            SyntaxError):
        raise NoPicture("it is damaged, or not a PNG, JPEG, GIF, WebP, SVG or PDF") from None
    if width * height > MOST_PIXELS:
        raise NoPicture(f"it has {width} × {height} pixels, which is too many: make it smaller")
    return kind


def check_svg(data):
    """Raise NoPicture unless data is an SVG that typst can read without running out of stack."""
    depth, root = 0, None

    def start(name, attributes):
        nonlocal depth, root
        depth, root = depth + 1, root or name
        if depth > DEEPEST_SVG:
            raise NoPicture("it is nested too deeply")

    def end(name):
        nonlocal depth
        depth -= 1
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        raise NoPicture("it is damaged, or not an SVG") from None
    if root.rpartition(" ")[2] != "svg":
        raise NoPicture("it is not an SVG")


def parse_width(css_pixels):
    """A width in CSS pixels as a typst length; `auto` if it is none."""
    match = re.fullmatch(r"\s*(\d{1,5}(?:\.\d+)?)\s*(?:px)?\s*", str(css_pixels or ""))
    return f"{float(match[1]) * POINTS_PER_CSS_PIXEL:g}pt" if match else "auto"
