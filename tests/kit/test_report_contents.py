"""What of a notebook is in the PDF, in which form, and what is said of the rest."""
import base64
import io
import json
import re
from types import SimpleNamespace

import matplotlib
import matplotlib.pyplot as plt
import nbformat.v4 as nb4
import pytest
import stress_notebooks
from pdf_helpers import (
    code, count_pictures, draw, export, markdown, measure_fullness, need_font, png, shown, stream)
from pypdf.generic import ArrayObject
from stress_notebooks import SVG, frame, html_table, picture_bytes

from kit.report import typesetting
from kit.report.fragments import NOTE
from kit.report.typesetting import choose_floats, find_gap

pytestmark = pytest.mark.report


def list_kinds(problems):
    """Return the kinds of problems, sorted."""
    return sorted(problem.kind for problem in problems)


def encode(data):
    """Return bytes as a notebook holds them."""
    return base64.b64encode(data).decode()


# Markdown ---------------------------------------------------------------------------------------

def test_headings_tables_and_letters_are_in_the_pdf():
    _, text, problems = export(
        markdown("# Task 2  Blåbærsyltetøy\n\nΣ → ≤ «naïve»\n\n| run | loss |\n|---|---|\n"
                 "| + improved sigmoid | 0.125 |"),
        code("t", shown(text_markdown="| a | b |\n|--|--|\n| + momentum | 97.5 |")))
    assert problems == []
    for expected in ("Task 2 Blåbærsyltetøy", "Σ → ≤ «naïve»", "+ improved sigmoid 0.125",
                     "+ momentum 97.5"):
        assert expected in text


@pytest.mark.parametrize("text", [
    "+ a", "- a", "= a", "== a", "/ a: b", "1. a", "**b**(c)", "**b**[c]", "*b*.c", "~~a~~(b)",
    "a // b", "/* a", "a_b_c", "<a>", "@a", "#a", "a--b", "'a'", '"a"', "x~y", "[a](b)"])
def test_text_means_in_typst_what_it_means_in_markdown(text):
    plain = re.sub(r"[*~](?=[*~a-c(\[.])|(?<=[a-c])[*~]+", "", text) if text[0] in "*~" else text
    plain = "a" if text == "[a](b)" else plain
    cell = text.replace("<", "\\<")
    _, shown_text, _ = export(markdown(f"| A |\n|---|\n| {cell} |\n\n&#8203;{cell} end"))
    assert shown_text.count(plain) >= 2, shown_text


def test_a_rule_between_paragraphs_costs_nothing():
    _, text, problems = export(markdown("before\n\n---\n\n*after*"))
    assert "before" in text and "after" in text and problems == []


def test_a_word_longer_than_the_line_is_not_cut():
    _, text, _ = export(markdown("y" * 400 + "\n\n`" + "z" * 400 + "`"))
    assert text.count("y") == 400 and text.count("z") == 400
    assert max(map(len, text.split())) < 200        # it stands on several lines


@pytest.mark.parametrize("html, word", [
    ("<details><summary>Sum</summary>\n\nhidden **text**\n\n</details>", "hidden text"),
    ("<span style='color:red'>red</span> <u>u</u>", "red u"), ("x<sup>2</sup>", "x2"),
    ("<ul><li>item</li></ul>", "item"), ("<h3>Heading</h3>", "Heading"), ("a<!-- no -->b", "ab")])
def test_html_in_markdown_keeps_its_text(html, word):
    _, text, problems = export(markdown(html))
    assert word in text and problems == []


@pytest.mark.parametrize("tag", ["iframe", "video", "audio", "object", "embed", "canvas"])
@pytest.mark.parametrize("around", ["{}", "in a line {} of text", "<div>{}</div>"])
def test_what_needs_a_browser_leaves_a_note(tag, around):
    html = around.format(f"<{tag} src='x'></{tag}>")
    _, text, problems = export(markdown(html))
    assert f"{tag.capitalize()} cannot be printed." in text
    assert list_kinds(problems) == ["unprintable"]


@pytest.mark.parametrize("text, shown_text", [
    ("Results:\n| c | d |\n|:-|-:|\n| 1 | 2 |", "Results: c d 1 2"),
    ("**Results**\na | b\n--|--\n1 | 2", "Results a b 1 2"),
    ("- item\n  | c | d |\n  |--|--|\n  | 1 | 2 |", "item c d 1 2"),
    ("```\ntext\n| c | d |\n|---|---|\n```", "text | c | d | |---|---|"),
    ("| c | d |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |", "c d 1 2 3 4")])
def test_a_table_is_one_without_a_blank_line_before_it(text, shown_text):
    assert shown_text in export(markdown(text))[1]


def test_blocks_of_html_do_not_run_into_the_paragraphs_around_them():
    reader, _, _ = export(markdown("<div>one</div>\n\ntwo\n\n<center>three</center>\n\nfour"))
    assert reader.pages[0].extract_text().split("\n")[2:6] == ["one", "two", "three", "four"]


@pytest.mark.parametrize("fence", ["c++", "{python}", "c#", "python3.9", 'python", evil',
                                   "text/plain", "{.python .x}", "python title=a"])
def test_the_language_of_a_fence_is_not_printed(fence):
    _, text, problems = export(markdown(f"before\n\n```{fence}\nx = 1\n```\n\nafter"))
    assert "before x = 1 after" in text and problems == []


def test_halves_of_letters_cost_no_report():
    cells = [markdown("a \ud83d b \ud83d\ude00"), code("t", stream("c \ud83d d"))]
    _, text, problems = export(*cells, system_fonts=False)
    assert "a \ufffd b" in text and "c \ufffd d" in text and list_kinds(problems) == ["character"]


# Pictures ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("mime, data", [
    ("image/png", encode(png())), ("image/jpeg", encode(picture_bytes("JPEG"))),
    ("image/gif", encode(picture_bytes("GIF"))), ("image/webp", encode(picture_bytes("WEBP")))])
def test_a_picture_is_shown_once_and_its_plain_text_is_not(mime, data):
    output = nb4.new_output("display_data", {mime: data, "text/plain": "<Figure size 9x9 with 2>"})
    reader, text, problems = export(code("plt.show()", output))
    assert count_pictures(reader) == 1 and "Figure size" not in text and problems == []


def test_a_pdf_picture_stays_vector():
    buffer = io.BytesIO()
    with matplotlib.rc_context({"pdf.fonttype": 42}):
        fig, ax = plt.subplots()
        ax.set_title("vector title")
        fig.savefig(buffer, format="pdf")
        plt.close(fig)
    output = nb4.new_output("display_data", {"application/pdf": encode(buffer.getvalue()),
                                             "text/plain": "<Figure size 640x480 with 1 Axes>"})
    reader, text, problems = export(code("plot", output))
    assert count_pictures(reader) == 0 and "vector title" in text
    assert list_kinds(problems) == [NOTE] and "PDF/UA-1" in str(problems)     # typst's own limit


def test_an_svg_stays_vector_with_its_text():
    output = nb4.new_output("display_data", {"image/svg+xml": SVG.split("(?=<)")})
    reader, text, problems = export(code("plot", output))
    assert count_pictures(reader) == 0 and "vector text" in text and problems == []


def test_pictures_of_the_folder_and_attachments_are_shown(tmp_path):
    (tmp_path / "own picture.png").write_bytes(png())
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.png").write_bytes(png(7, 7))
    attached = {"a.png": {"image/png": encode(png(5, 5))}}
    reader, _, problems = export(
        markdown('![](<own picture.png>)\n\n<img src="own%20picture.png" width="20">\n\n'
                 "![](attachment:a.png) ![](sub/b.png) <img src='sub\\b.png'>",
                 attachments=attached), folder=tmp_path)
    assert count_pictures(reader) == 3 and problems == []     # the same bytes stand in a PDF once


@pytest.mark.parametrize("cell, caption", [
    (lambda: code("#| fig-cap: \"Loss a\"\nplt", shown(image_png=encode(png()))), "Loss a"),
    (lambda: make_captioned("Loss b"), "Loss b"),
    (lambda: attach("![Loss c](attachment:a.png)"), "Loss c"),
    (lambda: attach('![x.png](attachment:a.png "Loss d, $x=1$!")'), "Loss d, 𝑥 = 1!")])
def test_captions_are_printed_where_the_notebook_gives_them(cell, caption):
    _, text, problems = export(cell())
    assert f"Figure 1: {caption}" in text and problems == []


def test_a_figure_of_html_has_one_caption():
    html = "<figure><img src='attachment:a.png' alt='x'><figcaption>Losses</figcaption></figure>"
    _, text, _ = export(attach(html))
    assert "Figure 1: Losses" in text and text.count("Figure") == 1


@pytest.mark.parametrize("alt", ["", "image.png", "Screenshot 2024-01-01 at 10.00.00.png",
                                 "plot-2.svg", "image", "alt text"])
def test_a_file_name_is_no_caption(alt):
    assert "Figure 1" not in export(attach(f"![{alt}](attachment:a.png)"))[1]


def attach(text):
    """Return a Markdown cell with the attachment a.png."""
    return markdown(text, attachments={"a.png": {"image/png": encode(png())}})


def make_captioned(caption):
    """Return a code cell whose picture is captioned in the cell's metadata."""
    cell = code("plt", shown(image_png=encode(png())))
    cell.metadata["caption"] = caption
    return cell


@pytest.mark.parametrize("data", [
    encode(picture_bytes("PNG")[:60]), encode(b"MZ"), "no base64 at all!", "", "====",
    encode(png()[:16] + bytes([0, 0, 117, 48] * 2)), "<svg", "<html><svg/></html>",
    '<svg xmlns="http://www.w3.org/2000/svg">' + "<g>" * 20_000 + "</g>" * 20_000 + "</svg>"])
def test_a_damaged_picture_leaves_a_note(data):
    _, text, problems = export(code("plt", shown(image_png=data)), markdown("after"))
    assert "is not shown" in text and "after" in text and list_kinds(problems) == ["picture"]


def test_a_picture_from_the_web_is_said_not_to_be_fetched():
    _, text, _ = export(markdown("![](https://example.org/a.png)"))
    assert "the report fetches nothing from elsewhere: save it beside the notebook" in text


def test_a_picture_of_too_many_pixels_is_not_decoded():
    _, text, problems = export(code("plt", shown(image_png=encode(png(9000, 9000)))))
    assert "9000 × 9000 pixels" in text and list_kinds(problems) == ["picture"]


# Captions, numbers and references ---------------------------------------------------------------

def plot(*options):
    """Return a code cell with these option lines and a picture."""
    return code("\n".join([*(f"#| {option}" for option in options), "plt.show()"]),
                shown(image_png=encode(png())))


def table(*options):
    """Return a code cell with these option lines and a table."""
    return code("\n".join([*(f"#| {option}" for option in options), "table"]),
                shown(text_markdown="| a |\n|---|\n| 1 |"))


def test_a_caption_of_a_cell_holds_formulas_and_markdown():
    _, text, problems = export(plot(r"fig-cap: Loss $J(\theta)$ by **epoch**, 5 % off"))
    assert "Figure 1: Loss 𝐽 (𝜃) by epoch, 5 % off" in text and problems == []


def test_a_formula_in_a_caption_that_cannot_be_set_is_a_problem():
    _, text, problems = export(plot(r"fig-cap: Loss $\foo{x}$"))
    assert r"Figure 1: Loss \foo{x}" in text and list_kinds(problems) == ["formula"]


@pytest.mark.parametrize("output, cells", [
    ({"text_markdown": "| a |\n|---|\n| 1 |"}, "a 1"),
    ({"text_html": html_table(1, 1)}, "column 0 0 0.0")])
def test_a_table_is_captioned_above_it(output, cells):
    cell = code("#| tbl-cap: Best $x$\nt", shown(**output), shown(**output))
    _, text, problems = export(cell)
    assert f"Table 1: Best 𝑥 {cells} {cells}" in text and problems == []


def test_a_cell_with_a_table_and_a_picture_has_two_captions():
    lines = ["#| tbl-cap: T", "#| label: fig-p", "#| fig-cap: 'F'", "#| label: tbl-t"]
    cell = code("\n".join(lines), shown(image_png=encode(png())),
                shown(text_markdown="| a |\n|---|\n| 1 |"))
    _, text, _ = export(cell, markdown("[x](#tbl-t), [x](#fig-p)"))
    assert "Figure 1: F Table 1: T a 1 Table 1, Figure 1" in text


def test_a_paragraph_of_markdown_above_a_table_is_its_caption():
    rows = "| a |\n|---|\n| 1 |\n\n"
    _, text, problems = export(markdown(
        f'See [x](#tbl-b).\n\nTable: Of $x$.\n\n{rows}text\n\n{rows}'
        f'<a id="tbl-b"></a>Table: *Second*.\n\n{rows}Table: of nothing.'))
    assert ("See Table 2. Table 1: Of 𝑥. a 1 text a 1 Table 2: Second. a 1 "
            "Table: of nothing." in text) and problems == []


def test_a_reference_has_the_number_of_the_pdf_and_links_to_it():
    reader, text, problems = export(
        markdown("See [Figure 9](#fig-b), [*that*](#tbl-b) and [Figure 3](#fig-of-task-3)."),
        plot("fig-cap: A"), plot("label: fig-b", "fig-cap: B"), table("tbl-cap: C"),
        table("tbl-cap: D", "label: tbl-b"))
    assert "See Figure 2, Table 2 and Figure 3." in text and problems == []
    links = [link.get_object() for link in reader.pages[0]["/Annots"]]
    assert len(links) == 2 and all("/URI" not in str(link) for link in links)


def test_the_first_of_two_labels_wins():
    _, text, problems = export(plot("label: fig-a", "fig-cap: A"), plot("fig-cap: B"),
                               plot("label: fig-a", "fig-cap: C"), markdown("[x](#fig-a)."))
    assert "Figure 1." in text and problems == []


@pytest.mark.parametrize("label", ["fig-a b", "fig-", 'fig-a"', "loss", "tbl-a",
                                   "fig-a]#(40+2)"])
def test_a_label_that_is_none_is_left_alone(label):
    _, text, problems = export(plot(f"label: {label}", "fig-cap: A"),
                               markdown(f"[typed](<#{label}>)"))
    assert "Figure 1: A typed" in text and "42" not in text and problems == []


def test_a_label_without_a_caption_names_nothing():
    _, text, problems = export(plot("label: fig-a"), table("label: tbl-a"),
                               markdown("[typed](#fig-a) [also](#tbl-a)"))
    assert "typed also" in text and "Figure" not in text and problems == []


def test_option_lines_are_not_printed_with_the_code():
    _, text, _ = export(plot("label: fig-a", "fig-cap: A"), code("x = 1\n#| fig-cap: B"),
                        include_code=True)
    assert "label" not in text and "plt.show()" in text and "#| fig-cap: B" in text


def list_alts(reader):
    """Return the alternative texts of a PDF, in order."""
    found, stack = [], [reader.trailer["/Root"]["/StructTreeRoot"]]
    while stack:
        element = stack.pop().get_object()
        if isinstance(element, ArrayObject):
            stack += reversed(element)
        elif isinstance(element, dict):
            found += [element["/Alt"]] if "/Alt" in element else []
            stack += [element["/K"]] if "/K" in element else []
    return found


@pytest.mark.parametrize("options, alt", [
    (["fig-cap: Loss $x$", "fig-alt: Two curves that fall"], "Two curves that fall"),
    (["fig-cap: Loss $x$"], "Loss $x$"), ([], "Figure made by task1.ipynb, cell 1")])
def test_a_picture_has_an_alternative_text(options, alt):
    assert alt in list_alts(export(plot(*options))[0])


def test_formulas_have_their_tex_as_alternative_text():
    wide = "a + b" + " + c" * 60
    reader, _, problems = export(markdown(
        rf"$\alpha  = 0.1$, $x^2 + \sum_{{i=1}}^n y_i + z$ $$W\tag{{1}}$$ $${wide}$$ $$y$$"))
    assert list_alts(reader) == [
        r"\alpha = 0.1", r"x^2 + \sum_{i=1}^n y_i + z", r"W\tag{1}", wide, "y"]
    assert problems == []


def list_levels(reader):
    """Return the levels of the headings of a PDF as its outline nests them."""
    found = []

    def walk(items, level):
        for item in items:
            if isinstance(item, list):
                walk(item, level + 1)
            else:
                found.append(level)
    walk(reader.outline, 1)
    return found


def test_no_level_of_headings_is_left_out():
    reader, _, problems = export(markdown("## a\n\n## b\n\n#### c\n\n### d"),
                                 markdown("<h4>e</h4>\n\n# f"), code("t", shown(
                                     text_markdown="##### g")), markdown("# h"))
    assert list_levels(reader) == [1, 1, 2, 2, 3, 1, 2, 1] and problems == []


def test_the_pdf_claims_to_be_accessible_where_it_is():
    claim = b"pdfuaid"
    letters = nb4.new_output("display_data", {"image/svg+xml": SVG.replace("vector", "\u0378")})
    for cells, is_claimed in (([markdown("a")], True), ([code("svg", letters)], False)):
        reader, _, problems = export(*cells, system_fonts=False)
        assert (claim in reader.trailer["/Root"]["/Metadata"].get_data()) == is_claimed
        assert [problem.kind == NOTE for problem in problems].count(True) == (not is_claimed)


# Lines, pages and sizes -------------------------------------------------------------------------

@pytest.mark.parametrize("given, line", [
    ("0.142 ± 0.003", "0.142 ± 0.003"), ("97.5 %", "97.5 %"), ("$97.5$ %,", "97.5 %,"),
    (r"$\alpha = 0.1$", "𝛼 = 0.1"), (r"0.142 $\pm$ 0.003", "0.142 ± 0.003"),
    (r"$0.142 \pm 0.003$", "0.142 ± 0.003")])
def test_no_line_ends_within_a_number(given, line):
    paragraphs = [f"{'x' * letters} {'x' * 30} {given}" for letters in range(30, 60)]
    reader, _, _ = export(markdown("\n\n".join(paragraphs)))
    lines = [" ".join(words.split()) for page in reader.pages
             for words in page.extract_text().split("\n")]
    assert sum(words.endswith(line) for words in lines) == 30
    assert line in lines        # at the end of some of them was no room for it


def place_picture(picture, metadata=None):
    """Return (width, height) in points at which a PDF shows a picture output."""
    output = nb4.new_output("display_data", {"image/png": encode(picture)},
                            metadata={"image/png": metadata or {}})
    content = export(code("p", output))[0].pages[0].get_contents().get_data()
    found = re.search(rb"([\d.]+) 0 0 -?([\d.]+) [\d.]+ -?[\d.]+ cm\s*/\w+ Do", content)
    return tuple(round(float(number), 1) for number in found.groups())


@pytest.mark.parametrize("pixels, dpi, metadata, size", [
    ((1421, 572), 220, None, (465.1, 187.2)),       # 6.46 in wide, the width of the text
    ((1292, 572), 200, None, (465.1, 205.9)),
    ((1421, 572), 220, {"width": 711, "height": 286}, (465.1, 187.2)),      # a "retina" figure
    ((660, 440), 220, None, (216.0, 144.0)),
    ((2842, 1144), 220, None, (465.1, 187.2)),      # too wide
    ((1300, 1300), 200, None, (269.3, 269.3)),      # too high
    ((400, 200), None, {"width": 200}, (150.0, 75.0)), ((400, 200), None, None, (400.0, 200.0))])
def test_a_picture_has_the_size_that_it_was_made_with(pixels, dpi, metadata, size):
    assert place_picture(png(*pixels, dpi), metadata) == size


WORDS = "many words that fill the lines of a page until the next one begins "
GREY = encode(png(465, 200))


def make_sections(begin, count=12):
    """Return sections of a heading, an introduction, what begin(number) makes and a reading."""
    cells = []
    for number in range(count):
        cells += [markdown(f"## Section {number}\n\nBegin {number}, {WORDS * 4}"), begin(number),
                  markdown(f"**Reading.** {WORDS * (5 + 7 * number % 20)}")]
    return cells


def test_pages_are_three_quarters_full(monkeypatch):
    cells = make_sections(lambda number: code("#| fig-cap: C", shown(image_png=GREY)))
    assert min(measure_fullness(*cells)[:-1]) >= 0.75
    monkeypatch.setattr(typesetting, "choose_floats", lambda _: [])
    assert min(measure_fullness(*cells)[:-1]) < 0.75


@pytest.mark.parametrize("marks, figure", [
    ([(1, 21.0, ""), (2, 2.4, ""), (2, 3.0, ""), (2, 5.0, "a.png")], "a.png"),
    ([(1, 21.2, ""), (2, 2.4, ""), (2, 5.0, "a.png")], None),       # full enough
    ([(1, 9.0, ""), (2, 3.0, ""), (2, 5.0, "a.png")], None),        # text stands above it
    ([(1, 9.0, ""), (2, 2.4, "fixed"), (2, 5.0, "a.png")], None),   # a table has moved
    ([(1, 9.0, ""), (2, 2.4, "floats.png"), (2, 9.0, "a.png")], None),
    ([(1, 9.0, ""), (2, 2.4, "floats.png"), (2, 9.0, ""), (3, 2.4, "a.png")], "a.png"),
    ([(1, 9.0, "")], None), ([], None)])
def test_the_figure_that_leaves_a_page_too_empty_is_found(marks, figure):
    assert find_gap(marks, ["floats.png"]) == figure


def test_no_figure_floats_past_another():
    pages = {"": [(1, 9.0, ""), (2, 2.4, "a.jpg"), (2, 26.0, ""), (3, 2.4, "b.jpg")],
             "a.jpg": [(1, 9.0, ""), (1, 20.0, "b.jpg"), (2, 2.4, "a.jpg"), (2, 26.0, "")]}
    tried = []

    def make_compiler(floats):
        tried.append(floats)
        return SimpleNamespace(query=lambda *_, **__: json.dumps(pages[" ".join(floats)]))
    assert choose_floats(make_compiler) == [] and tried == [[], ["a.jpg"]]
    pages["a.jpg"] = [(1, 26.0, ""), (2, 2.4, "a.jpg"), (2, 26.0, ""), (3, 2.4, "b.jpg")]
    assert choose_floats(make_compiler) == ["a.jpg"]


@pytest.mark.parametrize("begin", [
    lambda number: code("t", shown(text_markdown=f"| End {number} |\n|---|\n| 1 |\n| 2 |\n| 3 |")),
    lambda number: code("t", shown(text_html=html_table(3, 2, f"End {number}"))),
    lambda number: markdown(f"| End {number} |\n|---|\n| 1 |\n| 2 |\n| 3 |"),
    lambda number: code(f"#| tbl-cap: End {number}\nt", shown(text_html=html_table(30, 2))),
    lambda number: markdown(r"$$\begin{gathered} a \\ \text{End %d} \end{gathered}$$" % number)])
def test_a_paragraph_stays_with_the_table_or_formula_beneath_it(begin):
    reader, _, _ = export(*make_sections(begin))
    pages = [" ".join(page.extract_text().split()) for page in reader.pages]
    assert len(pages) > 3
    for number in range(12):
        page = next(page for page in pages if f"Begin {number}, " in page)
        assert re.search(rf"End {number}\b", page), number


def test_a_paragraph_above_a_table_fills_its_lines_as_others_do():
    words = "Everything below rests on four helpers: one-hot encoding, the cross-entropy as a " * 3
    first, second = (draw(markdown(f"{words}\n\n{after}"))[0].crop((0, 0, 248, 72))
                     for after in ("| a |\n|---|\n| 1 |", "text"))
    assert first.tobytes() == second.tobytes()


def test_a_caption_stays_with_its_table():
    cells = make_sections(lambda number: code(f"#| tbl-cap: Cap {number}.\nt", shown(
        text_html=html_table(12, 2, f"{{row}} of {number}"))))
    pages = [" ".join(page.extract_text().split()) for page in export(*cells)[0].pages]
    for number in range(12):
        assert any(f"Cap {number}." in page and f"0 of {number}" in page for page in pages)


# Tables -----------------------------------------------------------------------------------------

def test_html_tables_are_kept_and_plain_text_beside_them_is_not():
    html = "<style>td{}</style><table><tr><th>lr</th></tr><tr><td>0.02</td></tr></table>"
    _, text, _ = export(code("t", shown(text_html=html, text_plain="   lr of plain")))
    assert "lr 0.02" in text and "plain" not in text and "td{}" not in text


def test_spans_and_a_caption_are_kept():
    html = ("<table><caption>Best runs</caption><tr><th colspan=2>loss</th></tr>"
            "<tr><td rowspan=2>a</td><td>1</td></tr><tr><td>2</td></tr></table>")
    _, text, problems = export(frame(html_table(1, 1)), frame(html))
    assert "Table 1: Best runs" in text and problems == []
    assert sorted(text.split("loss")[1].replace("1 / 1", "").replace(" ", "")) == ["1", "2", "a"]


def list_sizes(page):
    """Return {word: size of its letters in points} of a page."""
    found = {}
    page.extract_text(visitor_text=lambda text, cm, tm, font, size:
                      found.setdefault(text.strip(), size * abs(tm[3] or tm[1])))
    return found


def is_turned(page):
    """Return, for each text of a page, whether it runs upwards."""
    found = []
    page.extract_text(visitor_text=lambda text, outer, inner, *_: text.strip() and found.append(
        abs(inner[0] * outer[1] + inner[1] * outer[3]) > 0.1))
    return found


@pytest.mark.parametrize("columns, fate", [(4, "as it is"), (13, "shrunk"), (19, "turned"),
                                           (60, "split")])
def test_a_wide_table_is_shrunk_then_turned_then_split(columns, fate):
    table = frame(html_table(3, columns, "{column}.2345"))
    reader, text, problems = export(markdown("text"), table)
    turned = [any(is_turned(page)) for page in reader.pages]
    assert any(turned) == (fate == "turned")
    assert problems == [] and f"{columns - 1}.2345" in text
    assert len(re.findall(r"(?<!\d)0\.2345", text)) == 3 and text.count("column 0") == 1
    if fate == "shrunk":
        sizes = list_sizes(reader.pages[0])
        smallest = min(size for word, size in sizes.items() if "2345" in word)
        assert 5.5 < smallest < 9


def test_a_table_beneath_a_heading_is_not_turned():
    reader, text, _ = export(markdown("## Alone"), frame(html_table(3, 19, "{column}.2345")))
    assert not any(any(is_turned(page)) for page in reader.pages)
    assert "18.2345" in text


def test_buttons_of_a_frame_are_not_printed():
    html = html_table(1, 1) + "<button title='x'><svg><path d='M0 0'/></svg> Convert</button>"
    _, text, problems = export(frame(html), markdown("![](https://colab.research.google.com/assets/"
                                                     "colab-badge.svg)"))
    assert "Convert" not in text and "0.0" in text and problems == []


def test_a_long_table_is_shortened_with_a_note():
    _, text, problems = export(frame(html_table(400, 2)))
    assert "300 rows left out" in text and "74.1" in text and "399.1" in text
    assert "200.1" not in text and problems == []


def test_bars_in_a_table_cell_are_kept():
    assert "a|b" in export(markdown("| x |\n|---|\n| a\\|b |"))[1]


# Outputs ----------------------------------------------------------------------------------------

def test_code_is_hidden_by_default_and_shown_on_request():
    cells = [code("secret_name = 1", stream("output stays"))]
    assert "secret_name" not in export(*cells)[1]
    assert "secret_name = 1" in export(*cells, include_code=True)[1]
    assert "output stays" in export(*cells)[1]


def test_tags_hide_input_output_and_cells():
    cells = [code("shown = 1", stream("first")), code("hidden = 2", stream("second")),
             code("third = 3", stream("third")), code("four = 4", stream("fourth"))]
    cells[1].metadata.tags, cells[2].metadata.tags = ["remove-input"], ["remove-cell"]
    cells[3].metadata.tags = ["remove_output"]
    _, text, _ = export(*cells, include_code=True)
    assert "shown" in text and "second" in text and "hidden" not in text and "third" not in text
    assert "four = 4" in text and "fourth" not in text


def test_progress_bars_are_left_out_and_other_words_on_stderr_stay():
    bar = "\r 10%|#   | 1/9\r100%|####| 9/9 [00:01<00:00]\n"
    _, text, _ = export(code("t", stream(bar, "stderr"), stream("UserWarning: large\n", "stderr")))
    assert "%" not in text and "UserWarning: large" in text


def test_tabs_reach_to_the_next_stop():
    reader, _, _ = export(code("t", stream("epoch\tloss\n1\t0.5\n10\t0.25")))
    lines = reader.pages[0].extract_text(extraction_mode="layout").split("\n")
    columns = {line.index(word) for word in ("loss", "0.5", "0.25")
               for line in lines if word in line}
    assert len(columns) == 1


def test_a_carriage_return_starts_the_line_anew():
    assert "abc" not in export(code("t", stream("abc\rdef\r\nghi")))[1]
    assert "def ghi" in export(code("t", stream("abc\rdef\r\nghi")))[1]


def list_colours(reader):
    """Return the colours in which a PDF's first page is filled, as its stream has them."""
    return set(re.findall(rb"([\d.]+ [\d.]+ [\d.]+) (?:rg|scn|sc)\b",
                          reader.pages[0].get_contents().get_data()))


def test_a_traceback_keeps_its_colours_and_loses_its_escape_codes():
    def error(red):
        return nb4.new_output("error", ename="E", evalue="e",
                              traceback=[f"{red}Error\x1b[0m: x < 1"])
    plain, text, _ = export(code("t", error("")))
    coloured, same_text, problems = export(code("t", error("\x1b[0;31m")))
    assert text == same_text and "Error: x < 1" in text and "[0" not in text
    assert len(list_colours(coloured)) > len(list_colours(plain))
    assert list_kinds(problems) == ["raised"]


@pytest.mark.parametrize("escape", ["\x1b[31m", "\x1b[1;32;44m", "\x1b[38;5;208m", "\x1b[2J",
                                    "\x1b[38;2;1;2;3m", "\x1b]0;title\x07", "\x1b[7m", "\x1b[K"])
def test_escape_codes_are_never_printed(escape):
    _, text, _ = export(code("t", stream(f"a{escape}b\x1b[0m  c\x00\x1b")))
    assert "abc" in re.sub(r"\s", "", text)
    assert "title" not in text and "[3" not in text


def test_spaces_of_coloured_text_are_kept():
    _, text, _ = export(code("t", stream("\x1b[31ma\x1b[0m\n    indented")))
    assert "indented" in text
    assert "    indented" in export(code("t", stream("\x1b[31ma\x1b[0m\n    indented")))[0] \
        .pages[0].extract_text(extraction_mode="layout")


def test_long_output_is_shortened_with_a_note():
    _, text, _ = export(code("t", stream("\n".join(f"line{n}." for n in range(5000)))))
    assert "line0." in text and "line4999." in text and "line2500." not in text
    assert "4,940 lines left out" in text


def test_a_long_line_is_wrapped_and_then_shortened():
    _, text, _ = export(code("t", stream("x" * 1_000_000)))
    assert text.count("x") == 2000 and "998,000 characters left out" in text


def test_code_and_text_need_no_escaping():
    nasty = 'a \\ "b" #read("x") $y$ `z` ]{ @q // c'
    assert "#read" in export(code("t", stream(nasty)))[1]
    assert "#read" in export(markdown(f"```\n{nasty}\n```\n\n#read(1) @q"))[1]


@pytest.mark.parametrize("data, expected", [
    ({"text/html": "<p>The <b>best</b></p>", "text/plain": "<IPython.core.display.HTML object>"},
     "The best"),
    ({"text/html": "<style>x</style><div>diagram</div>", "text/plain": "Model(rate=0.1)"},
     "Model(rate=0.1)"),
    ({"application/json": [1, 2], "text/plain": "<IPython.core.display.JSON object>"}, "[ 1, 2 ]"),
    ({"application/json": 5, "text/plain": "<IPython.core.display.JSON object>"}, "5"),
    ({"text/plain": "<Figure size 640x480 with 1 Axes>\nRESULT 42"}, "RESULT 42"),
    ({"text/plain": "Text(0, 0, 'a'), 0.97 accuracy"}, "0.97 accuracy"),
    ({"application/json": {"loss": [0.1]}, "text/plain": "<IPython.core.display.JSON object>"},
     '"loss": [ 0.1'),
    ({"text/latex": r"$\displaystyle x^2$", "text/plain": "x**2"}, "𝑥2"),
    ({"text/latex": r"\textbf{a} \\ b", "text/plain": "<Latex object>"}, r"\textbf{a} \\ b"),
    ({"application/vnd.jupyter.widget-view+json": {"model_id": "1"},
      "text/plain": "IntSlider(value=7)"}, "IntSlider(value=7)"),
    ({"text/plain": "<task2.SoftmaxModel object at 0x7f>"}, "<task2.SoftmaxModel object"),
    ({"text/markdown": ["**a**", " b"]}, "a b")])
def test_an_output_is_printed_in_the_form_that_prints_best(data, expected):
    _, text, problems = export(code("t", nb4.new_output("display_data", data)))
    assert expected in text and problems == []


@pytest.mark.parametrize("data", [
    {"text/html": "<script>x</script>", "text/plain": "<HTML object>"},
    {"application/vnd.plotly.v1+json": {"data": []}},
    {"text/html": "<audio src='x'></audio>", "text/plain": "<IPython.lib.display.Audio object>"},
    {"application/vnd.vegalite.v5+json": {"a": 1}, "text/plain": "alt.Chart(...)"},
    {"text/html": "<video></video>", "text/plain": "<matplotlib.animation.FuncAnimation at 0x7>"},
    {"text/html": "<iframe src='x'></iframe>", "text/plain": "<folium.Map at 0x7f>"}])
def test_an_output_without_a_printed_form_leaves_a_note(data):
    _, text, problems = export(code("t", nb4.new_output("display_data", data)), markdown("after"))
    assert "cannot be printed." in text and "after" in text
    assert list_kinds(problems) == ["unprintable"]


@pytest.mark.parametrize("plain", ["<Figure size 640x480 with 1 Axes>", "Text(0.5, 1.0, 'Loss')",
                                   "[<matplotlib.lines.Line2D at 0x7f>]", ""])
def test_what_matplotlib_says_beside_a_figure_is_left_out(plain):
    _, text, problems = export(markdown("only"), code("t", shown(text_plain=plain)))
    assert text.split("1 / 1")[0].strip().endswith("only") and problems == []


@pytest.mark.parametrize("kind, source, expected", [
    ("", "as $it$ *is*", "as $it$ *is*"), ("text/markdown", "**a** b", "a b"),
    ("text/html", "<b>a</b> b", "a b"),
    ("text/latex", r"\begin{align} a &= b \end{align}", "𝑎 = 𝑏"),
    ("text/latex", r"\section{x}", r"\section{x}"), ("text/x-rst", ":math:`x`", ":math:`x`")])
def test_a_raw_cell_is_printed_as_what_it_says_it_is(kind, source, expected):
    cell = nb4.new_raw_cell(source, metadata={"raw_mimetype": kind} if kind else {})
    _, text, problems = export(cell)
    assert expected in text and problems == []


# Letters ----------------------------------------------------------------------------------------

def test_a_letter_that_no_font_has_is_printed_as_its_number():
    cells = [markdown("# A\u0378\n\n$x = \u0378$ `\u0378`"), code("t", stream("\u0378"))]
    _, text, problems = export(*cells)
    assert text.count("U+378") >= 4 and "\u0378" not in text
    assert list_kinds(problems) == ["character"] * 2 and "U+0378" in problems[0].words


def test_without_system_fonts_other_scripts_are_numbers_and_own_letters_are_not():
    _, text, problems = export(markdown("字 😀 αβγ ∂ ŷ ℝ é שלום ✓"), system_fonts=False)
    assert "U+5B57" in text and "U+1F600" in text and "αβγ ∂ ŷ" in text.replace("ŷ", "ŷ")
    assert list_kinds(problems) == ["character"] and "字 (U+5B57 CJK" in problems[0].words


@pytest.mark.parametrize("letter, package", [("字", "fonts-droid-fallback"),
                                             ("😀", "fonts-noto-color-emoji")])
def test_a_letter_that_only_a_system_font_has_is_drawn_in_it(letter, package):
    need_font(letter, package)
    reader, text, problems = export(markdown(f"αβγ {letter}"))
    assert f"αβγ {letter}" in text and problems == []
    fonts = [font.get_object() for page in reader.pages
             for font in page["/Resources"]["/Font"].values()]
    assert any("Libertinus" in font.get("/BaseFont", "") for font in fonts)    # Type 3 has none


# All of it at once ------------------------------------------------------------------------------

EXPECTED = {  # notebook: the kinds of its problems
    "pictures": {"picture"}, "tables": set(), "outputs": {"raised", "unprintable", "formula"},
    "source_code": {"unprintable"}, "letters": {"character"},
    "structure": {"unprintable"},
    "formulas": {"formula"}, "heading_foot": set(),
    "hostile": {"picture", "formula", "unprintable"},
    "incomplete": {"not-run", "out-of-order", "raised", "placeholder", "picture", "formula",
                   "character"}}


@pytest.mark.parametrize("name", stress_notebooks.ALL)
def test_a_notebook_that_strains_everything_is_printed_and_its_problems_named(name):
    reader, text, problems = export(*stress_notebooks.ALL[name]().cells, include_code=True)
    assert set(list_kinds(problems)) - {NOTE} == EXPECTED[name]    # a note if a letter has no font
    assert len(reader.pages) <= 12 and "cannot draw this cell" not in str(problems)


def test_no_heading_stands_alone_at_the_foot_of_a_page():
    reader, _, _ = export(*stress_notebooks.heading_foot().cells)
    last_lines = [page.extract_text().strip().split("\n")[-2:] for page in reader.pages]
    assert len(last_lines) > 5
    assert not [lines for lines in last_lines if re.search(r"(Heading|Below) \d+$", lines[0])]
