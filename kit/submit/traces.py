"""Removes EXIF from the pictures of a hand-in: it says where and with what they were taken.

Only the copies in the zip change. A picture that cannot be written anew goes in as it is, since
an answer counts more than its EXIF; a sentence says so.
"""

import base64
import re
from pathlib import PurePosixPath

from kit.files import shorten
from kit.notebook_files import nbformat, parse_notebook
from kit.report.picture_data import remove_traces
from kit.report.pictures import NoPicture

PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"}
# how base64 begins: JPEG, PNG, WebP, TIFF, HEIC, and SVG, in which others may stand
SIGNS = "/9j/|iVBORw0KGgo|UklGR|SUkqA|TU0AK|AAAA.GZ0eX|PHN2Zy|PD94bW"
EMBEDDED = re.compile(  # the whole of a text, or in the address of a picture
    rf"\A\s*(?:{SIGNS})[\w+/=\s]+\Z"
    rf"|(?<=;base64,)\s*(?:{SIGNS})(?:[\w+/=\s]+(?=\\?[\"')>]|\Z)|[\w+/=]+)", re.ASCII)


def remove_traces_from(files):
    """Sentences about pictures that keep their EXIF; {name: bytes} of a hand-in is changed."""
    told = []
    for name, data in files.items():
        kind = PurePosixPath(name).suffix.lower()
        if kind == ".ipynb":
            files[name] = clean_notebook(data, name, told)
        elif kind in PICTURES or kind == ".svg":
            files[name] = clean_picture(data, name, told)
    return told


def clean_notebook(data, name, told):
    """The bytes of a notebook whose attachments, outputs and addresses hold no EXIF."""
    node = parse_notebook(data.decode("utf-8-sig"), name)
    cleaned = clean_texts(node, name, told)
    if cleaned == node:
        return data
    return (nbformat.writes(nbformat.from_dict(cleaned)) + "\n").encode("utf-8", "replace")


def clean_texts(value, name, told):
    """A value of JSON, with the pictures in its texts cleaned."""
    if isinstance(value, str):
        return EMBEDDED.sub(lambda match: clean_embedded(match[0], name, told), value)
    if isinstance(value, dict):
        return {key: clean_texts(one, name, told) for key, one in value.items()}
    return [clean_texts(one, name, told) for one in value] if isinstance(value, list) else value


def clean_embedded(text, name, told):
    """The base64 of a picture without EXIF; the same text if it has none."""
    try:
        data = base64.b64decode(text)
    except ValueError:
        return text
    cleaned = clean_picture(data, f"a picture in {name}", told)
    return text if cleaned == data else base64.b64encode(cleaned).decode()


def clean_picture(data, name, told):
    """The bytes of a picture without EXIF; the same if it has none or cannot be read."""
    try:
        if data.lstrip()[:1] == b"<":       # an SVG
            text = data.decode("utf-8", "surrogateescape")
            return clean_texts(text, name, told).encode("utf-8", "surrogateescape")
        return remove_traces(data)
    except NoPicture as problem:
        words = f"{shorten(name, 100)} goes in with its EXIF, if it has any: {problem}"
        if words not in told:
            told.append(words)
        return data
