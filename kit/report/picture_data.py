"""Prepares the bytes of a picture for print: of a kind that typst reads, upright, without EXIF.

The copies of pictures in a hand-in lose their EXIF too, and keep all their pixels.
"""

import contextlib
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
# of a picture that says nothing of its place and device: parts of a JPEG, tags of a TIFF
BARE = {"APP0", "APP14"}
BARE_TAGS = {*range(254, 260), 262, 266, *range(273, 285), 290, 291, *range(292, 298), 317, 320,
             *range(322, 326), 338, 339}
TRACES_IN_PNG = (b"eXIf", b"Raw profile type", b"XML:com.adobe.xmp")


def prepare_picture(data, inches=PRINTED[0]):
    """(file ending, bytes, whether it is a photograph) for typst; NoPicture if it is no picture.

    inches: the width at which it is printed, at most
    """
    if data.startswith(b"%PDF-"):
        return "pdf", data, False
    if is_svg(data):
        check_svg(data)
        return "svg", data, False
    with open_picture(data) as picture:
        return prepare_pixels(picture, data, inches)


def remove_traces(data):
    """A picture's bytes without EXIF and the like, upright; the same bytes if it has none.

    NoPicture if it may have some and cannot be written anew.
    """
    if data.startswith(b"%PDF-") or is_svg(data):
        return data
    with open_picture(data) as picture:
        if not has_traces(picture, data):
            return data
        if getattr(picture, "n_frames", 1) > 1 and picture.format != "MPO":
            raise NoPicture("it has more than one frame")
        form = picture.format if picture.format in ("PNG", "WEBP", "TIFF") else "JPEG"
        return encode_bare(make_upright(picture), form, find_density(picture, 1))


def is_svg(data):
    """Whether data, if they are a picture, are an SVG."""
    return data.lstrip().startswith(b"<") or data.startswith(b"\xef\xbb\xbf")


@contextlib.contextmanager
def open_picture(data):
    """Yield a picture of pixels, not yet decoded; NoPicture if it cannot be read."""
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"msf1"):
        raise NoPicture("it is an HEIC photograph: save it as JPEG")
    try:
        with warnings.catch_warnings():         # of large pictures: they are refused below
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=[*KINDS, *CONVERTED]) as picture:
                width, height = picture.size
                if width * height > MOST_PIXELS:
                    raise NoPicture(f"it has {width} × {height} pixels, which is too many: make "
                                    "it smaller")
                yield picture
    except NoPicture:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError,
            SyntaxError):
        raise NoPicture("it is damaged, or not a PNG, JPEG, GIF, WebP, BMP, TIFF, SVG or "
                        "PDF") from None


def prepare_pixels(picture, data, inches):
    """(file ending, bytes, whether it is a photograph) of an opened picture."""
    is_jpeg, kind = picture.format in ("JPEG", "MPO"), KINDS.get(picture.format)
    width, height = picture.size
    turn = read_turn(picture, data)
    sideways = turn in SIDEWAYS and picture.format != "TIFF"       # Pillow turns a TIFF itself
    printed = (height, width) if sideways else (width, height)
    most = [math.ceil(side * PPI) for side in (min(inches, PRINTED[0]), PRINTED[1])]
    too_large = any(have > 1.2 * wanted for have, wanted in zip(printed, most))
    if not kind or too_large or turn != 1 or is_jpeg and has_traces(picture, data):
        if is_jpeg:
            picture.draft(None, (max(most), max(most)))     # decodes no more pixels than needed
        upright = make_upright(picture)
        if too_large:
            upright.thumbnail(most)
        as_jpeg = is_jpeg or too_large and picture.format != "PNG" and upright.mode != "RGBA"
        form = "JPEG" if as_jpeg else "PNG"
        kind = KINDS[form]
        data = encode_bare(upright, form, find_density(picture, upright.width / printed[0]))
    return kind, data, is_jpeg and width * height >= PHOTOGRAPH


def has_traces(picture, data):
    """Whether a picture says more than its pixels, such as when and with what it was taken."""
    if picture.format in ("JPEG", "MPO"):
        return any(name not in BARE for name, _ in picture.applist)
    if picture.format == "PNG":
        return any(sign in data for sign in TRACES_IN_PNG)
    if picture.format == "TIFF":
        return not BARE_TAGS.issuperset(picture.tag_v2)
    return picture.format == "WEBP" and not picture.info.keys().isdisjoint(("exif", "xmp"))


def read_turn(picture, data):
    """How EXIF says that a picture is to be turned; 1 if not."""
    if picture.format == "PNG" and not has_traces(picture, data):
        return 1            # asking Pillow decodes it
    return picture.getexif().get(ORIENTATION, 1)


def make_upright(picture):
    """A copy of a picture, turned as EXIF says, in colours that each kind of file can hold."""
    upright = ImageOps.exif_transpose(picture)
    if upright.has_transparency_data:
        return upright.convert("RGBA")
    if upright.mode.startswith("I"):        # sixteen bits for each pixel
        return upright.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return upright.convert("L" if upright.mode in ("L", "1") else "RGB")


def find_density(picture, scale):
    """The pixels per inch of a picture that was scaled, as Pillow saves them."""
    density = picture.info.get("dpi")
    return {"dpi": tuple(max(float(side) * scale, 1) for side in density)} if density else {}


def encode_bare(picture, form, density):
    """The bytes of a picture as a file of this form, with nothing but its pixels and its size."""
    picture.info.clear()
    buffer = io.BytesIO()
    more = {"quality": QUALITY} if form in ("JPEG", "WEBP") else {}
    picture.save(buffer, form, **more, **density)
    return buffer.getvalue()


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
