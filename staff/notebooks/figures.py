"""The figures in handed-in notebooks, drawn again as PNG so that only their pixels are kept."""

import base64
import binascii
import hashlib
import io
import re
import warnings
from dataclasses import dataclass
from functools import partial
from urllib.parse import unquote

from PIL import Image, ImageOps

from staff.notebooks.matching import make_note

KINDS = ("image/png", "image/jpeg")
WIDEST, TALLEST = 1000, 2000        # pixels of a figure that is kept
MOST_PIXELS, LONGEST = 25_000_000, 20_000     # of a figure that is read: in all, and on one side
LARGEST = 10 * 2**20                # bytes of a figure that is read
LARGEST_OF_ALL = 60 * 2**20
MOST_OF_SUBTASK, MOST_OF_ALL = 12, 60
SEARCHED = 100_000                  # letters of a cell
IN_MARKDOWN = re.compile(r"!\[[^\]\n]{0,500}\]\(\s*<?([^)>\s\"]{1,300})|"
                         r"<img\b[^>]{0,300}?\bsrc\s*=\s*[\"']?([^\"'>\s]{1,300})")


class NotShown(Exception):
    """Why a picture is not shown, in a few words."""


@dataclass(frozen=True)
class Figure:
    """A figure as it is kept.

    number: which figure of its cell it is, from 1.
    pixels: a hash of them.
    """

    subtask: str
    notebook: str
    cell: int
    number: int
    pixels: str
    png: bytes


def find_figures(cells, folder):
    """(Figures, notes on those that are not shown) of Placed cells.

    folder: of the submission. Markdown may name picture files in it.
    """
    found, notes, size, drawn = [], [], 0, {}
    for one in cells:
        number = 0
        for read_data in find_pictures(one, folder):
            if len(found) >= MOST_OF_ALL or drawn.get(one.subtask, 0) >= MOST_OF_SUBTASK or \
                    size > LARGEST_OF_ALL:
                notes.append(make_note(one.notebook, one.number,
                                       "there are more figures than are kept here"))
                return found, notes
            number += 1
            try:
                data = read_data()
                size += len(data)
                found.append(Figure(one.subtask, one.notebook, one.number, number, *redraw(data)))
                drawn[one.subtask] = drawn.get(one.subtask, 0) + 1
            except NotShown as why:
                notes.append(make_note(one.notebook, one.number,
                                       f"a figure is not shown here: {why}"))
    return found, notes[:20]


def find_pictures(one, folder):
    """Yield functions that return the bytes of a cell's pictures, or raise NotShown."""
    cell = one.cell
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        kind = next((kind for kind in KINDS if kind in data), None)
        if kind:
            yield partial(decode, data[kind])
        elif "image/svg+xml" in data:
            yield refuse_svg
    if cell.cell_type != "code" and not (one.given and one.cell.source == one.given.source):
        for match in list(IN_MARKDOWN.finditer(cell.source[:SEARCHED]))[:MOST_OF_SUBTASK]:
            target = unquote(match[1] or match[2])
            if target.startswith("attachment:"):
                data = cell.get("attachments", {}).get(target.removeprefix("attachment:"), {})
                text = next((data[kind] for kind in KINDS if kind in data), "")
                yield partial(decode, text)
            elif ":" not in target:
                yield partial(read_picture, folder / one.notebook, target, folder)


def refuse_svg():
    """Raise NotShown: an SVG can hold a program."""
    raise NotShown("it is an SVG")


def decode(text):
    """The bytes of a base64 text."""
    if len(text) > LARGEST * 4 / 3:
        raise NotShown(f"it is larger than {LARGEST // 2**20} MB")
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        raise NotShown("it is damaged") from None


def read_picture(notebook, target, folder):
    """The bytes of a picture file that a notebook names, inside the submission's folder."""
    try:
        path = (notebook.parent / target).resolve()
        if not path.is_relative_to(folder.resolve()) or not path.is_file():
            raise NotShown("its file was not handed in")
        if path.stat().st_size > LARGEST:
            raise NotShown(f"it is larger than {LARGEST // 2**20} MB")
        return path.read_bytes()
    except (OSError, ValueError):
        raise NotShown("its file cannot be read") from None


def turn_upright(picture):
    """A photograph as its EXIF data say, if they can be read."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:   # Pillow raises many kinds for damaged data
        return picture


def redraw(data):
    """(a hash of the pixels of a picture, its bytes as a PNG of moderate size)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")     # of Pillow, about sizes: they are limited below
            picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
            if picture.width * picture.height > MOST_PIXELS:
                raise NotShown(f"it has more than {MOST_PIXELS // 10**6} million pixels")
            if max(picture.size) > LONGEST:
                raise NotShown(f"it is more than {LONGEST:,} pixels long")
            picture.draft("RGB", (WIDEST, TALLEST))     # a JPEG is read no larger than needed
            picture = turn_upright(picture).convert("RGBA")
            picture.thumbnail((WIDEST, TALLEST), Image.Resampling.BILINEAR)
            white = Image.new("RGBA", picture.size, "white")
            picture = Image.alpha_composite(white, picture).convert("RGB")
            pixels = hashlib.sha256(picture.tobytes()).hexdigest()[:16]
            picture = picture.quantize(256, Image.Quantize.FASTOCTREE,
                                       dither=Image.Dither.NONE)     # a third of the bytes
            buffer = io.BytesIO()
            picture.save(buffer, "PNG")
            return pixels, buffer.getvalue()
    except NotShown:
        raise
    except Exception:   # Pillow raises many kinds for a damaged file
        raise NotShown("it is damaged, or not a PNG or JPEG") from None
