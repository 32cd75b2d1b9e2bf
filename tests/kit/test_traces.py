"""What pictures say about place and device stays out of a hand-in; nothing else of them does."""
import base64
import io
import re

import nbformat
import nbformat.v4 as nb4
import pytest
from pdf_helpers import png
from PIL import Image, PngImagePlugin

from kit.submit.traces import remove_traces_from


def photograph(kind="JPEG", turn=6, size=(60, 30), **more):
    """The bytes of a picture that says with what and where it was taken."""
    exif = Image.Exif()
    exif[0x110], exif[0x112] = "PHONE-MODEL", turn
    exif.get_ifd(0x8825).update({1: "N", 2: (63.0, 26.0, 1.0)})
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(buffer, kind, exif=exif, **more)
    return buffer.getvalue()


def write_notebook(*cells, metadata=None):
    node = nb4.new_notebook(cells=list(cells), metadata=metadata or {})
    return (nbformat.writes(node) + "\n").encode()


def encode(data):
    return base64.b64encode(data).decode()


def embed(data):
    """{where a notebook holds a picture: the notebook}."""
    text, lines = encode(data), base64.encodebytes(data).decode()
    svg = f"<svg xmlns='http://www.w3.org/2000/svg'><image href='data:image/jpeg;base64,{text}'/>"
    shown = {"attachment": {"a.jpg": {"image/jpeg": text}}}
    output = nb4.new_output
    return {
        "attachment": write_notebook(nb4.new_markdown_cell("", attachments=shown["attachment"])),
        "output": write_notebook(nb4.new_code_cell("", outputs=[
            output("display_data", {"image/jpeg": text})])),
        "output in lines": write_notebook(nb4.new_code_cell("", outputs=[
            output("display_data", {"image/jpeg": lines})])),
        "Markdown": write_notebook(nb4.new_markdown_cell(f"![](data:image/jpeg;base64,{text}) a")),
        "HTML": write_notebook(nb4.new_markdown_cell(
            f'<img src="data:image/jpeg;base64,\n{lines}">and text')),
        "HTML output": write_notebook(nb4.new_code_cell("", outputs=[output("execute_result", {
            "text/html": f"<img src='data:image/jpeg;base64,{text}'>"})])),
        "SVG output": write_notebook(nb4.new_code_cell("", outputs=[
            output("display_data", {"image/svg+xml": svg})])),
        "SVG attachment": write_notebook(nb4.new_markdown_cell("", attachments={
            "a.svg": {"image/svg+xml": encode(svg.encode())}})),
        "widget": write_notebook(metadata={"widgets": {"state": {"buffers": [{"data": text}]}}}),
    }


@pytest.mark.parametrize("where", embed(b""))
def test_a_picture_in_a_notebook_is_turned_and_says_nothing(where):
    before = embed(photograph())[where]
    files = {"notebooks/a.ipynb": before}
    assert remove_traces_from(files) == []
    after = files["notebooks/a.ipynb"]
    nbformat.validate(nbformat.reads(after.decode(), 4))
    (start, old, end), (new_start, new, new_end) = map(cut_out_picture, (before, after))
    assert (start, end) == (new_start, new_end), "more than the picture changed"
    assert Image.open(io.BytesIO(new)).size == (30, 60)
    assert b"PHONE" in old and b"PHONE" not in new


def cut_out_picture(text):
    """(text before a photograph in base64, its bytes, the text after it); no ends of lines."""
    text = re.sub(r'\\n|",\n *"', "", text.decode())
    if inner := re.search("PHN2[A-Za-z0-9+/=]+", text):
        text = text.replace(inner[0], base64.b64decode(inner[0]).decode())
    photo = re.search(r"/9j/[A-Za-z0-9+/=]+", text)
    return text[:photo.start()], base64.b64decode(photo[0]), text[photo.end():]


@pytest.mark.parametrize("kind, more", [
    ("JPEG", {"xmp": b"<x>PHONE-XMP</x>"}), ("JPEG", {"comment": b"PHONE"}), ("PNG", {}),
    ("WEBP", {"xmp": b"<x>PHONE-XMP</x>"}), ("TIFF", {})])
@pytest.mark.parametrize("turn", [1, 3, 6])
def test_a_picture_beside_the_notebooks_says_nothing(kind, more, turn):
    name = f"notebooks/a.{kind.lower().replace('jpeg', 'JPG')}"
    files = {name: photograph(kind, turn, **more)}
    assert b"PHONE" in files[name] and remove_traces_from(files) == []
    picture = Image.open(io.BytesIO(files[name]))
    assert b"PHONE" not in files[name] and picture.format == kind
    assert picture.size == ((30, 60) if turn == 6 else (60, 30))
    assert not set(picture.getexif()) & {0x110, 0x112, 0x8825}


def test_a_photograph_keeps_all_its_pixels():
    files = {"a.jpg": photograph(size=(3000, 2000), turn=1)}
    remove_traces_from(files)
    assert Image.open(io.BytesIO(files["a.jpg"])).size == (3000, 2000)


def write_text_chunk(name):
    info, buffer = PngImagePlugin.PngInfo(), io.BytesIO()
    info.add_text(name, "PHONE")
    Image.new("RGB", (4, 4)).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["Raw profile type exif", "XML:com.adobe.xmp"])
def test_exif_in_the_words_of_a_png_is_removed(name):
    files = {"a.png": write_text_chunk(name)}
    assert remove_traces_from(files) == [] and b"PHONE" not in files["a.png"]


@pytest.mark.parametrize("name, data", [
    ("a.png", png()), ("a.png", write_text_chunk("Software")), ("a.gif", b"GIF89a"),
    ("a.py", photograph()), ("a.svg", b"<svg>" + b"x" * 99 + b"\xff</svg>"),
    ("a.ipynb", write_notebook(nb4.new_markdown_cell("/9j/ is a path; data:image/png;base64,iVB"),
                               nb4.new_code_cell("UklGR"))),
    ("a.ipynb", embed(b"")["Markdown"])])
def test_what_says_nothing_stays_as_it_is(name, data):
    files = {name: data}
    assert remove_traces_from(files) == [] and files == {name: data}


def test_a_picture_that_cannot_be_read_goes_in_as_it_is_and_is_named_once():
    heic = b"\0\0\0\x18ftypheic" + bytes(60)
    both = write_notebook(*(nb4.new_markdown_cell("", attachments={
        "a.heic": {"image/heic": encode(heic)}}) for _ in range(2)))
    files = {"a.jpg": photograph()[:-60], "b.jpg": b"no picture", "c.ipynb": both}
    before = dict(files)
    told = remove_traces_from(files)
    assert files == before and [words.split(" goes")[0] for words in told] == [
        "a.jpg", "b.jpg", "a picture in c.ipynb"]
    assert told[2].endswith("it is an HEIC photograph: save it as JPEG")


def test_a_picture_that_moves_loses_no_frame():
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:], xmp=b"<x>PHONE</x>")
    files = {"a.webp": buffer.getvalue()}
    told, = remove_traces_from(files)
    assert files == {"a.webp": buffer.getvalue()} and "more than one frame" in told


def test_sixteen_bits_stay_grey():
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x110] = "PHONE"
    Image.new("I;16", (9, 9), 0x8000).save(buffer, "PNG", exif=exif)
    files = {"a.png": buffer.getvalue()}
    remove_traces_from(files)
    assert Image.open(io.BytesIO(files["a.png"])).getpixel((0, 0)) == 128
