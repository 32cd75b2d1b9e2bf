"""Prepares the bytes of a picture for print: of a kind that typst reads, upright, without EXIF."""

import io
import math
import warnings
import xml.parsers.expat as expat

from PIL import Image, ImageOps, UnidentifiedImageError

from kit.report.pictures import NoPicture

MOST_PIXELS = 50_000_000
DEEPEST_SVG = 200
HEAD_OF_PNG = 1000      # bytes, within which a PNG says its size
KINDS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp"}     # Pillow's name: typst's
CONVERTED = ("BMP", "TIFF", "ICO", "PPM")     # typst does not read them
PHOTOGRAPH = 1_500_000          # pixels of a JPEG from which on it may fill a page
PPI = 300                       # of print: the eye sees no more
PRINTED = (6.46, 8.3)           # inches, at most: see report.typ
QUALITY = 88                    # of a JPEG that is written anew
ORIENTATION, SIDEWAYS = 0x112, (5, 6, 7, 8)     # of EXIF
BARE = {"APP0", "APP14"}        # parts of a JPEG that say nothing of its place and device


def prepare_picture(data, inches=PRINTED[0]):
    """(file ending, bytes, whether it is a photograph) for typst; NoPicture if it is no picture.

    inches: the width at which it is printed, at most
    """
    if data.startswith(b"%PDF-"):
        return "pdf", data, False
    if data.lstrip().startswith(b"<") or data.startswith(b"\xef\xbb\xbf"):
        check_svg(data)
        return "svg", data, False
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"msf1"):
        raise NoPicture("it is an HEIC photograph: save it as JPEG")
    try:
        with warnings.catch_warnings():         # of large pictures: they are refused below
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=[*KINDS, *CONVERTED]) as picture:
                return prepare_pixels(picture, data, inches)
    except NoPicture:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError,
            SyntaxError):
        raise NoPicture("it is damaged, or not a PNG, JPEG, GIF, WebP, BMP, TIFF, SVG or "
                        "PDF") from None


def prepare_pixels(picture, data, inches):
    """(file ending, bytes, whether it is a photograph) of an opened picture."""
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise NoPicture(f"it has {width} × {height} pixels, which is too many: make it smaller")
    is_jpeg, kind = picture.format in ("JPEG", "MPO"), KINDS.get(picture.format)
    may_turn = picture.format != "PNG" or b"eXIf" in data     # asking a PNG decodes it
    turn = picture.getexif().get(ORIENTATION, 1) if may_turn else 1
    sideways = turn in SIDEWAYS and picture.format != "TIFF"       # Pillow turns a TIFF itself
    printed = (height, width) if sideways else (width, height)
    most = [math.ceil(side * PPI) for side in (min(inches, PRINTED[0]), PRINTED[1])]
    too_large = any(have > 1.2 * wanted for have, wanted in zip(printed, most))
    tells = is_jpeg and any(name not in BARE for name, _ in picture.applist)
    is_photograph = is_jpeg and width * height >= PHOTOGRAPH
    if not kind or too_large or turn != 1 or tells:
        if is_jpeg:
            picture.draft(None, (max(most), max(most)))     # decodes no more pixels than needed
        upright = ImageOps.exif_transpose(picture)
        clear = upright.has_transparency_data
        upright = upright.convert("RGBA" if clear else "L" if upright.mode == "L" else "RGB")
        if too_large:
            upright.thumbnail(most)
        as_jpeg = is_jpeg or too_large and picture.format != "PNG" and not clear
        kind, data = encode_bare(upright, "JPEG" if as_jpeg else "PNG",
                                 find_density(picture, upright.width / printed[0]))
    return kind, data, is_photograph


def find_density(picture, scale):
    """The pixels per inch of a picture that was scaled, as Pillow saves them."""
    density = picture.info.get("dpi")
    return {"dpi": tuple(max(float(side) * scale, 1) for side in density)} if density else {}


def encode_bare(picture, form, density):
    """(file ending, bytes) of a picture, with nothing but its pixels and its size."""
    picture.info.clear()
    buffer = io.BytesIO()
    quality = {"quality": QUALITY} if form == "JPEG" else {}
    picture.save(buffer, form, **quality, **density)
    return KINDS[form], buffer.getvalue()


def has_print_size(data):
    """Whether a picture is a PNG that states its size in print."""
    return data.startswith(b"\x89PNG") and b"pHYs" in data[:HEAD_OF_PNG]


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
