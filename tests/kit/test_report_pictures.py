"""Where the pictures of Markdown stand, how large they are, what of their files is shown."""
import base64
import io
import itertools
import re

import pytest
from PIL import Image
from pdf_helpers import (
    code, count_pictures, export, make, markdown, png, read_pdf, shown, write_typst)
from stress_notebooks import picture_bytes

from kit.report.fragments import NOTE
from kit.report.pictures import parse_length

pytestmark = pytest.mark.report

POSITIONS = {   # Markdown around a large picture P: what stands where in the PDF
    "The loss falls.\n![](P)": "text picture",
    "The loss falls.  \n![](P)": "text picture",
    "The loss falls.<br>![](P)": "text picture",
    "<p>The loss falls.<br><img src='P'></p>": "text picture",
    "![](P)\nThe loss falls.": "picture text",
    "![](P)\n*Figure 1: The loss*": "picture caption",
    "![](P)\nFig. 2: The loss": "picture caption",
    "![](P)  \n**The loss**": "picture caption",
    "![](P)\n\n*Figure 3. The loss*": "picture caption",
    "<center><img src='P'><br>Figure 4. The loss</center>": "picture caption",
    "<img src='P'>\n<em>The loss</em>": "picture caption",
    "- The loss\n  ![](P)\n- falls.": "text picture text",
    "The loss ![](P) falls": "text inline text",
    "![](P) ![](P)": "row",
    "<img src='P'> <img src='P'>": "row",
    "The loss\n![](P)\n*Figure*\nfalls": "text picture caption text"}


def write_picture(folder, name="p.png", size=(800, 400)):
    """Write a PNG, and return its folder."""
    (folder / name).write_bytes(png(*size))
    return folder


def test_a_picture_on_a_line_of_its_own_stands_apart(tmp_path):
    folder = write_picture(tmp_path)
    for text, expected in POSITIONS.items():
        typst, problems = write_typst(markdown(text.replace("P", "p.png")), folder=folder)
        parts = re.finditer(r'#picture\([^;]*alone: true[^;]*;|(?P<row>#row\[.*?\];)'
                            r'|(?P<caption>#beneath\[.*?\];)|(?P<inline>#picture\([^;]*;)'
                            r'|\b(?P<text>loss|falls)\b', typst, re.DOTALL)
        kinds = [part.lastgroup or "picture" for part in parts]
        found = [kind for kind, _ in itertools.groupby(kinds)]
        assert " ".join(found) == expected and problems == [], (text, typst)
    cells = [markdown(text.replace("P", "p.png")) for text in POSITIONS]
    assert export(*cells, folder=folder)[2] == []


def list_places(*cells, folder):
    """Return (left, bottom, width, height) in points of the pictures of the first page."""
    content = export(*cells, folder=folder)[0].pages[0].get_contents().get_data()
    found = re.findall(rb"([\d.]+) 0 0 -?([\d.]+) ([\d.]+) (-?[\d.]+) cm\s*/\w+ Do", content)
    return [tuple(round(float(number)) for number in (left, low, wide, high))
            for wide, high, left, low in found]


SIZES = {   # attributes of <img>, and the size in points of a picture of 800 × 400 pixels
    'width="25%"': (116, 58), 'height="60"': (90, 45), 'style="width:100px"': (75, 38),
    "width=100": (75, 38), 'width="100px"': (75, 38), 'style="height: 2in"': (288, 144),
    'style="width: 50%; height: auto"': (233, 116), 'style="zoom:10%"': (80, 40),
    'width="80" height="80"': (60, 60), 'style="width:5cm;"': (142, 71),
    'width="2000"': (465, 233),
    'width="auto"': (465, 233), 'width="0"': (465, 233), 'width="-5"': (465, 233),
    'style="width: calc(1px)"': (465, 233)}


@pytest.mark.parametrize("form", [
    "<img src='p.png' {}>", "<center>\n<img {} src='p.png'/>\n</center>"])
def test_a_picture_is_shown_at_the_size_that_the_notebook_says(tmp_path, form):
    cells = [markdown(form.format(given) + "\n\n\\newpage") for given in SIZES]
    reader, _, problems = export(*cells, folder=write_picture(tmp_path))
    assert problems == []
    for page, (given, size) in zip(reader.pages, SIZES.items(), strict=True):
        found = re.search(rb"([\d.]+) 0 0 -?([\d.]+) [\d.]+ -?[\d.]+ cm\s*/\w+ Do",
                          page.get_contents().get_data())
        assert tuple(round(float(number)) for number in found.groups()) == pytest.approx(
            size, abs=1), given


@pytest.mark.parametrize("css, length", [
    ("10", "7.5pt"), ("10px", "7.5pt"), (" 50% ", "50%"), ("2em", "2em"), ("3CM", "3cm"),
    *((css, "auto") for css in ("", None, "a", "1e9", "100vw", "10px;"))])
def test_lengths_of_css(css, length):
    assert parse_length(css) == length


def test_text_before_a_large_picture_in_its_line_is_not_stretched(tmp_path):
    folder = write_picture(tmp_path)
    (left, low, wide, _), = list_places(markdown("A few words ![](p.png)"), folder=folder)
    (_, lower, _, _), = list_places(markdown("![](p.png)"), folder=folder)
    assert wide > 400 and abs(low - lower) < 40


@pytest.mark.parametrize("lead", ["Short:", "Short:\n", "**Short:**  "])
def test_a_short_text_moves_to_the_next_page_with_its_picture(tmp_path, lead):
    folder = write_picture(tmp_path, size=(400, 240))
    filler = "words that fill the page " * 12
    for count in range(6, 13):
        cells = [markdown("\n\n".join([filler] * count)),
                 markdown(f"{lead}{'' if lead.endswith(chr(10)) else chr(10)}![](p.png)\n")]
        pages = export(*cells, folder=folder)[0].pages
        page, = [page for page in pages if page.images]
        assert "Short:" in page.extract_text(), count


# Files ------------------------------------------------------------------------------------------

def photograph(size=(3000, 2000), turn=6, kind="JPEG"):
    """Return the bytes of a photograph that says where and with what it was taken."""
    exif = Image.Exif()
    exif[0x110], exif[0x112] = "PHONE-MODEL", turn
    exif.get_ifd(0x8825).update({1: "N", 2: (63.0, 26.0, 1.0)})
    buffer = io.BytesIO()
    picture = Image.effect_noise(size, 40).convert("RGB")
    more = {"comment": b"PHONE-COMMENT"} if kind == "JPEG" else {}
    picture.save(buffer, kind, exif=exif, xmp=b"<x>PHONE-XMP</x>", **more)
    return buffer.getvalue()


def test_a_text_stands_above_the_photographs_that_it_introduces(tmp_path):
    for name in ("p.jpg", "q.jpg"):     # each fills a page
        (tmp_path / name).write_bytes(photograph((1125, 1500), turn=1))
    cells = [markdown("# Heading\n\nwords\n\nthat fill the page"),
             markdown("Our derivation:\n![First](p.jpg)\n![Second](q.jpg)")]
    pages = [page.extract_text() for page in export(*cells, folder=tmp_path)[0].pages]
    at = [next(number for number, text in enumerate(pages) if words in text)
          for words in ("Our derivation:", "First", "Second")]
    assert at[0] <= at[1] < at[2]


def test_photographs_are_small_upright_and_tell_nothing_of_place_and_device(tmp_path):
    (tmp_path / "a.jpg").write_bytes(photograph())
    (tmp_path / "b.jpg").write_bytes(photograph((300, 200)))
    (tmp_path / "c.jpg").write_bytes(photograph((300, 200), turn=1))
    attached = {"d.jpg": {"image/jpeg": base64.b64encode(photograph((400, 200), 8)).decode()}}
    cells = [markdown("![](a.jpg)\n\n![](b.jpg)\n\n![](c.jpg)"),
             markdown("![](attachment:d.jpg)", attachments=attached)]
    pdf, problems = make(*cells, folder=tmp_path)
    reader, _ = read_pdf(pdf)
    pictures = [image.image for page in reader.pages for image in page.images]
    assert [picture.size for picture in pictures] == [
        (1660, 2490), (200, 300), (300, 200), (200, 400)]
    assert all(not picture.getexif() and not picture.info.get("comment") for picture in pictures)
    assert b"PHONE" not in pdf and not [one for one in problems if one.kind != "section"]
    assert len(pdf) < len((tmp_path / "a.jpg").read_bytes())


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_other_kinds_are_turned_too(tmp_path, kind):
    exif = Image.Exif()
    exif[0x112] = 6
    Image.new("RGB", (60, 30)).save(tmp_path / "a.x", kind, exif=exif)
    image, = export(markdown("![](a.x)"), folder=tmp_path)[0].pages[0].images
    assert image.image.size == (30, 60)


def test_a_photograph_in_a_small_place_is_smaller_still(tmp_path):
    (tmp_path / "a.jpg").write_bytes(photograph(turn=1))
    image, = export(markdown("<img src='a.jpg' width='25%'>"), folder=tmp_path)[0].pages[0].images
    assert image.image.width == 485       # 300 for each inch


def test_a_jpeg_without_exif_stays_as_it_is():
    data = picture_bytes("JPEG")
    output = shown(image_jpeg=base64.b64encode(data).decode())
    image, = export(code("p", output))[0].pages[0].images
    assert image.data == data


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "PPM"])
def test_other_kinds_of_pictures_are_converted(tmp_path, kind):
    (tmp_path / "a.x").write_bytes(picture_bytes(kind, 64, 32))
    outputs = [shown(**{f"image_{one.lower()}": base64.b64encode(picture_bytes(one)).decode()})
               for one in ("BMP", "TIFF")]
    reader, _, problems = export(markdown("![](a.x)"), *[code("p", one) for one in outputs],
                                 folder=tmp_path)
    assert count_pictures(reader) == 3 and problems == []


def test_a_picture_of_pixels_with_alpha_or_a_palette_survives_its_scaling(tmp_path):
    for mode in ("RGBA", "P", "L", "1", "CMYK", "I;16"):
        kind = "TIFF" if mode in ("CMYK", "I;16") else "PNG"
        Image.new(mode, (2800, 200)).save(tmp_path / f"{mode[0]}.x", kind)
    text = "\n\n".join(f"![]({mode[0]}.x)" for mode in ("RGBA", "P", "L", "1", "CMYK", "I;16"))
    assert export(markdown(text), folder=tmp_path)[2] == []


def test_a_heic_photograph_is_said_to_be_one(tmp_path):
    (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(30))
    _, problems = write_typst(markdown("![](a.heic)"), folder=tmp_path)
    assert "it is an HEIC photograph: save it as JPEG" in str(problems[0])


@pytest.mark.parametrize("named", ["Plots/PIC.png", "plots/Pic.PNG", "PLOTS/pic.png",
                                   "plots/../Plots/pic.png", "Plots\\PIC.png"])
def test_a_picture_under_another_case_is_used_and_said(tmp_path, named):
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "pic.png").write_bytes(png())
    typst, (problem,) = write_typst(markdown(f"<img src='{named}'>"), folder=tmp_path)
    assert '#picture("picture-1.png"' in typst and problem.kind == NOTE
    assert "its file is called plots/pic.png: write the same name" in problem.words


def test_a_picture_under_another_form_of_an_accent_is_used(tmp_path):
    (tmp_path / "a\u030a.png").write_bytes(png())
    assert "#picture" in write_typst(markdown("![](%C3%A5.png)"), folder=tmp_path)[0]


@pytest.mark.parametrize("named", ["../PIC.png", "sub/../../PIC.png", "PLOTS/none.png", "SUB"])
def test_no_picture_outside_of_the_folder_is_used(tmp_path, named):
    folder = tmp_path / "notebooks"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "pic.png").write_bytes(png())
    typst, (problem,) = write_typst(markdown(f"![]({named})"), folder=folder)
    assert "#picture" not in typst and problem.kind == "picture"
