"""What HTML in Markdown and in outputs looks like in the PDF: boxes, colours, headings, tables."""
import re

import pytest
from PIL.ImageColor import getrgb
from pdf_helpers import code, export, list_fills, markdown, shown, write_typst

pytestmark = pytest.mark.report

STYLER = """<style type="text/css">
#T_1_row0_col0, #T_1_row1_col1 { background-color: #440154; color: #f1f1f1; }
#T_1_row0_col1 { color: red; font-weight: bold; }
#T_1_row1_col0 { width: 10em; background: linear-gradient(90deg,#d65f5f 33.3%, transparent 33.3%);}
</style><table id="T_1"><thead><tr><th>&nbsp;</th><th>A</th><th>B</th></tr></thead><tbody>
<tr><th>0</th><td id="T_1_row0_col0" class="data">1.5</td><td id="T_1_row0_col1">2.5</td></tr>
<tr><th>1</th><td id="T_1_row1_col0">3.5</td><td id="T_1_row1_col1">4.5</td></tr></table>"""
LOOKS = {   # Markdown: its typst
    '<div class="alert alert-block alert-info">\n<b>Note</b> $x$\n\n**in it**\n\n</div>\n\nafter':
        r'#alert\("info"\)\[.*Note.*#strong\[in it\].*\];.*after',
    '<div class="alert alert-danger">a <i>b</i></div>\n\nafter':
        r'#alert\("danger"\)\[.*a #emph\[b\].*\];.*after',
    '<div class="alert alert-success" role="alert">a</div>': r'#alert\("success"\)\[',
    "<div class='alert alert-warning'>\n\n- item\n\n</div>": r'#alert\("warning"\)\[.*- item',
    "<div class='alert'>a</div>": r'#alert\("info"\)\[',
    "> [!WARNING]\n> a": r'#alert\("warning"\)\[.*a',
    '<div class="alert alert-info">\n<div>\n\na\n\n</div>\n\nb\n\n</div>\n\nc':
        r'#alert\("info"\)\[.*a.*b.*\];.*c',
    '<div style="background-color: #eef; border: 1px solid navy">a</div>':
        r'#styled\(fill: rgb\("#eef"\), stroke: rgb\("#000080"\)\)\[.*a',
    '<p style="color: rgb(255, 0, 0)">a</p>': r'#styled\(ink: rgb\("#ff0000ff"\)\)\[.*a',
    'a <span style="color:red">b **c**</span> d':
        r'a #tinted\(ink: rgb\("#ff0000"\)\)\[b #strong\[c\]\]; d',
    "a <font color='blue'>b</font>": r'#tinted\(ink: rgb\("#0000ff"\)\)\[b\];',
    '<span style="background: yellow">b</span>': r'#tinted\(fill: rgb\("#ffff00"\)\)\[b\];',
    '<span style="COLOR: #0F0; font-weight: bold">b</span>':
        r'#tinted\(ink: rgb\("#0f0"\)\)\[#strong\[b\]\];',
    "<b style='color: red'>b</b>": r'#tinted\(ink: rgb\("#ff0000"\)\)\[#strong\[b\]\];',
    "<u style='color: red'>b</u>": r'#tinted\(ink: rgb\("#ff0000"\)\)\[#underline\[b\]\];',
    "<mark style='background: pink'>b</mark>": r'#tinted\(fill: rgb\("#ffc0cb"\)\)\[b\];',
    "<table><tr><td bgcolor='red'>a</td></tr></table>": r'table.cell\(fill: rgb\("#ff0000"\)\)',
    "<div class='admonition warning'>a</div>": r'#alert\("warning"\)\[',
    "<mark>b</mark> <kbd>Ctrl</kbd>": r"#highlight\[b\]; #key\[Ctrl\];",
    "<center>\n\n**a**\n\n</center>\n\nb": r"#styled\(align: center\)\[.*a.*\];.*b",
    "<center>a<br>b</center>": r"#styled\(align: center\)\[.*a \\\n?\s*b",
    "<CENTER>a</CENTER>": r"#styled\(align: center\)\[",
    '<p align="center">a</p>': r"#styled\(align: center\)\[",
    '<div align="right">\n\na\n\n</div>': r"#styled\(align: right\)\[",
    '<div style="text-align:center">a': r"#styled\(align: center\)\[",
    '<div dir="rtl">a</div>': r"#styled\(dir: rtl\)\[",
    "שלום a": r"#styled\(dir: rtl\)\[",
    "<blockquote>a</blockquote>": r"#quote\(block: true\)\[",
    "<blockquote>\n\n**a**\n\n</blockquote>\n\nb": r"#quote\(block: true\)\[.*a.*\].*b",
    '<div style="page-break-after: always"></div>\n\na': "#new-page.*a",
    '<p style="page-break-before:always">a</p>': "#new-page",
    '<div style="break-after: page"></div>': "#new-page",
    '<hr style="page-break-after: always;">': "#new-page",
    "a\n\n\\newpage\n\nb": "a.*#new-page.*b", "a\n\n\\pagebreak\n\nb": "a.*#new-page.*b",
    '<h3 style="color: green">a</h3>': r'= #tinted\(ink: rgb\("#008000"\)\)\[a\]',
}


def test_looks_of_html_become_calls_and_can_be_set():
    for text, expected in LOOKS.items():
        typst, problems = write_typst(markdown(text))
        assert re.search(expected, typst, re.DOTALL) and problems == [], (text, typst)
        assert typst.count("[") - typst.count("\\[") == typst.count("]") - typst.count("\\]")
    assert export(*map(markdown, LOOKS))[2] == []


@pytest.mark.parametrize("text", [
    '<span style="color: nosuch">a</span>', '<span style="color: red); #panic(">a</span>',
    '<div style="background: url(x)">a</div>', '<font color="#12">a</font>', "<span>a</span>",
    '<div opening="#panic(" style="border: 1px dashed">a</div>', '<div class="note x">a</div>',
    '<div page="break">a</div>', '<font size="5">a</font>', "</div></center>a", "<mark>a",
    "<abbr title='x'>a"])
def test_looks_that_are_not_known_leave_the_text(text):
    typst, problems = write_typst(markdown(text))
    assert typst.split("#mark")[0].strip() == "a" and problems == []


@pytest.mark.parametrize("make", [markdown, lambda text: code("s", shown(text_html=text))])
@pytest.mark.parametrize("text", [
    "<p>{}<mark>{}</p>{}", "<td>{}<kbd>{}</td>{}", "<div>{}<q>{}</div>{}", "{}<main>{}</main>{}",
    "{}<pre>{}</p>{}", "<svg>{}", "<P>{}<MARK>{}</P>{}", "{}<PRE>{}{}", "{}<Main>{}</Main>{}",
    "<b>{}<p>{}</b>{}", "</p></mark>{}<dfn>{}", "{}</pre></svg>{}"])
def test_no_tag_left_open_hides_what_follows(make, text):
    words = ["seen1", "seen2", "seen3"][:text.count("{}")]
    typst, problems = write_typst(make(text.format(*words) + "<p>end</p>"))
    assert problems == [] and "end" in typst
    assert all(word in typst for word in words)


def test_what_is_hidden_is_not_shown():
    typst, _ = write_typst(markdown('<div style="display:none">secret</div>\n\nopen'))
    assert "secret" not in typst and "open" in typst


def test_a_page_breaks_outside_of_boxes_only():
    text = '<div class="alert">\n\na\n\n<div style="break-after: page"></div>\n\nb\n\n</div>'
    _, shown_text, problems = export(markdown(text), markdown("> a\n>\n> \\newpage"))
    assert "a b" in shown_text and problems == []


def test_a_break_begins_a_page():
    reader, _, _ = export(markdown('One\n\n<div style="page-break-after: always"></div>\n\nTwo'))
    assert ["One" in page.extract_text() for page in reader.pages] == [True, False]


@pytest.mark.parametrize("text, headings", [
    ("<h2>Unclosed\n\ntext", ["Unclosed"]), ("<h2>\n\ntext", []), ("<h2></h2>\n\ntext", []),
    ("<h1>A</h1>\n<h2>B\ntext", ["A", "B"]), ("##\n\ntext", []), ("<h2>A</H2>text", ["A"]),
    ("<center><h1>A</h1></center>\n\ntext", ["A"]), ("<h2>A <i>b</i></h2>\n\ntext", ["A b"])])
def test_no_heading_is_empty(text, headings):
    reader, whole, problems = export(markdown(text))
    flat = [item.title for item in reader.outline if not isinstance(item, list)]
    flat += [one.title for item in reader.outline if isinstance(item, list) for one in item]
    assert flat == headings and "text" in whole and problems == []


def test_levels_of_headings_differ():
    reader, _, _ = export(markdown("\n\n".join(f"{'#' * level} level{level}"
                                               for level in range(1, 7))))
    found = {}
    for page in reader.pages:
        page.extract_text(visitor_text=lambda text, outer, inner, font, size: found.setdefault(
            text.strip(), (font and font["/BaseFont"].split("+")[-1], round(inner[0] * size, 1))))
    looks = [found[f"level{level}"] for level in range(1, 7) if f"level{level}" in found]
    assert len(looks) == 6 and len(set(looks)) == 6


def test_the_colours_of_a_pandas_styler_are_shown():
    typst, _ = write_typst(code("s", shown(text_html=STYLER)))
    assert typst.count('table.cell(fill: rgb("#440154"))') == 2
    assert 'ink: rgb("#f1f1f1"))[1.5]' in typst and '#strong[2.5]' in typst
    assert 'gradient.linear((rgb("#d65f5f"), 0%), (rgb("#d65f5f"), 33.3%)' in typst
    reader, text, problems = export(code("s", shown(text_html=STYLER)))
    assert "A B 0 1.5 2.5 1 3.5 4.5" in text and problems == []
    plain, _, _ = export(code("s", shown(text_html=re.sub("<style.*</style>", "", STYLER,
                                                          flags=re.DOTALL))))
    assert len(list_fills(reader) - list_fills(plain)) >= 3


def test_a_colour_is_named_after_pillow_has_used_it():
    getrgb("teal")
    typst, _ = write_typst(markdown('<span style="color: teal">x</span>'))
    assert 'rgb("#008080")' in typst


def test_boxes_quotes_and_marks_are_seen():
    plain = list_fills(export(markdown("a"))[0])
    for text in ("<mark>a</mark>", '<div class="alert alert-info">a</div>',
                 "<span style='color: red'>a</span>", "> a"):
        assert list_fills(export(markdown(text))[0]) - plain, text
