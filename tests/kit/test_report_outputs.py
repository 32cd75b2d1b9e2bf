"""Which form of an output is printed, what is left out, and how lines that are too long wrap."""
import base64
import re

import nbformat.v4 as nb4
import pytest
from pdf_helpers import (
    code, draw, draw_pages, export, find_right_edge, make, markdown, need_font, png, shown,
    stream, write_typst)

from kit.report.text_outputs import remove_progress

pytestmark = pytest.mark.report

PNG = base64.b64encode(png()).decode()


@pytest.mark.parametrize("data", [
    {"text_html": '<div id="v"></div><script>vegaEmbed("#v", {})</script>',
     "text_plain": "alt.Chart(...)"},
    {"text_html": "<div><div id='p'></div></div><script>Bokeh</script>",
     "text_plain": "Figure(id='1001')"},
    {"text_html": "<script>Plotly.newPlot()</script>", "text_plain": ""},
    {"text_html": "<!-- x --><style>y</style><div>&nbsp;</div><script>1</script>",
     "text_plain": ":Curve [x] (y)"},
    {"text_html": "<canvas id='c'></canvas>", "text_plain": "Chart"}])
def test_an_interactive_output_is_named(data):
    typst, (problem,) = write_typst(code("chart", shown(**data)))
    assert str(problem).endswith("an interactive output cannot be printed")
    assert data["text_plain"] not in typst or not data["text_plain"]


@pytest.mark.parametrize("html", [
    "<style>p {color: red}</style>", '<link rel="stylesheet" href="a.css">', "<div></div>",
    "<!-- nothing -->", "<style>\n</style>\n<meta charset='utf-8'>", "<p>&nbsp;</p>"])
@pytest.mark.parametrize("plain", ["<IPython.core.display.HTML object>", "css"])
def test_html_that_shows_nothing_prints_nothing(html, plain):
    typst, problems = write_typst(code("css()", shown(text_html=html, text_plain=plain)))
    assert typst.strip() == "" and problems == []


def test_an_estimator_prints_its_name_and_not_its_folded_documentation():
    html = "<details><summary>A</summary><table><tr><td>docs</td></tr></table></details>"
    typst, _ = write_typst(code("model", shown(text_html=html, text_plain="Model(rate=0.1)")))
    assert "Model(rate=0.1)" in typst and "docs" not in typst


def test_what_a_library_loads_for_later_is_not_named():
    loads = {"application/javascript": "x", "application/vnd.bokehjs_load.v0+json": ""}
    output = nb4.new_output("display_data", loads)
    assert write_typst(code("output_notebook()", output)) == ("", [])


def test_a_notebook_whose_only_output_shows_nothing_is_complete():
    cell = code("css()", shown(text_html="<style>p</style>", text_plain="<HTML object>"))
    assert make(cell, name="notes.ipynb")[1] == []
    assert make(code("1"), name="notes.ipynb")[1] != []
    cell.metadata.tags = ["remove-cell"]
    assert make(cell, name="notes.ipynb")[1] != []


@pytest.mark.parametrize("html, expected", [
    ("<style>p</style><p>seen</p>", "seen"), ("<svg width='9' height='9'><g/></svg>", "#picture"),
    ("<img src='data:image/png;base64,%s'>" % PNG, "#picture"), ("<b>&lt;</b>", "#strong")])
def test_html_that_shows_something_is_printed(html, expected):
    typst, problems = write_typst(code("h", shown(text_html=html, text_plain="<HTML object>")))
    assert expected in typst and problems == []


@pytest.mark.parametrize("latex, expected", [
    (r"$\displaystyle \frac{x^{2}}{2}$", "frac"), (r"$$x^2$$", "attach"),
    (r"\begin{align} a &= b \end{align}", "#formula"), (r"\left[\nosuch\right]", "#picture"),
    (r"$\nosuch{x}$", "#picture"), (r"\begin{tabular}{l} a \end{tabular}", "#picture"),
    ("x", "#picture")])
def test_tex_that_can_be_set_is_preferred_to_its_picture(latex, expected):
    output = shown(text_latex=latex, image_png=PNG, text_plain="x**2/2")
    typst, problems = write_typst(code("expr", output))
    assert expected in typst and ("#picture" in typst) == (expected == "#picture")
    assert problems == []


@pytest.mark.parametrize("latex, expected", [
    ("The loss is $x^2$ here", "The loss is #short-formula("),
    ("_a_ *b* $x$ # c", r"\_a\_ \*b\* "),
    ("Hence \\begin{align} a &= b \\end{align} done", "Hence"), ("$a$ and $b$", "and"),
    ("costs $5, or $x$", "costs \\$5, or"), ("- item $x$", r"\- item"),
    (r"\textbf{a} $x$", r"#code("), ("words only", "#code(")])
def test_words_with_formulas_in_a_tex_output_are_typeset(latex, expected):
    typst, problems = write_typst(code("Latex()", shown(text_latex=latex)))
    assert expected in typst and problems == []


@pytest.mark.parametrize("given, kept", [
    (" 10%|#   | 1/9", ""), ("100%|██| 5/5 [00:00<00:00, 3it/s]UserWarning", "UserWarning"),
    ("epoch 3: 100%|███| 5/5 [00:01<00:00]", ""), ("5it [00:01, 3.2it/s]", ""),
    ("12.3kB [00:00, 5.1MB/s]", ""), ("Epoch 1/3:  33%|█▎  | 1/3 [00:01<00:02, loss=0.5]", ""),
    ("a: 45%|▌ | 1.2M/2.6M [00:00<00:01, 1.1MB/s]", ""),
    ("50%|\x1b[32m██ \x1b[0m| 5/10 [0<1]", ""),
    ("loss fell by 10%| of it", "loss fell by 10%| of it"), ("10%| 5 | x", "10%| 5 | x"),
    ("Memory 93%|", "Memory 93%|"), ("| 10%| 5 |", "| 10%| 5 |"),
    ("read 5it [x]", "read 5it [x]"),
    ("half at 50%|done|", "half at 50%|done|"), ("a\n 1%| | 1/9\nb", "a\nb"),
    ("a\n\nb", "a\n\nb")])
def test_progress_bars_alone_are_left_out(given, kept):
    assert remove_progress(given) == kept


@pytest.mark.parametrize("metadata, source, language", [
    ({}, "x", "python"), ({"language_info": {"name": "R"}}, "x <- 1", "r"),
    ({"kernelspec": {"language": "julia", "name": "j", "display_name": "J"}}, "x", "julia"),
    ({"language_info": {"name": "C++17"}}, "int x;", "cpp"), ({}, "%%bash\nls", "bash"),
    ({"language_info": {"name": "ipython", "version": "3"}}, "x", "python"),
    ({"language_info": {"name": 'a"); #panic('}}, "x", r"a\"); #panic("),
    ({"language_info": {"name": "output"}}, "x", "output"), ({}, "%%javascript\nx", "javascript"),
    ({"kernelspec": "python3"}, "x", "python"), ({}, "%%time\nx", "python")])
def test_code_is_coloured_by_the_language_of_the_notebook(metadata, source, language):
    typst, _ = write_typst(code(source), include_code=True, metadata=metadata)
    assert f', lang: "{language}")' in typst


def test_lines_of_any_signs_end_before_the_edge_of_the_page():
    signs = [sign * 130 for sign in ".,!()…─—█aж=/:?}|_"] + ["?!" * 65, "[]" * 65, "a." * 65]
    text = "\n".join(f"{line} end" for line in signs)
    cells = [markdown(f"```\n{text}\n```\n\n" + "\n\n".join(signs)), code("p", stream(text)),
             code("p", stream(f"\x1b[31m{text}\x1b[0m"))]
    assert max(map(find_right_edge, draw(*cells))) < 0.9


def count_strokes(cell):
    """Return how many straight strokes the first page of a cell has."""
    content = export(cell)[0].pages[0].get_contents().get_data()
    return len(re.findall(rb" l\n", content))


@pytest.mark.parametrize("make", [
    lambda text: markdown(f"```\n{text}\n```"), lambda text: code("p", stream(text)),
    lambda text: code("p", stream(f"\x1b[31m{text}\x1b[0m"))])
def test_long_lines_show_that_they_are_wrapped(make):
    more = count_strokes(make("weights + " * 30)) - count_strokes(make("weights + " * 5))
    assert more == 6        # an angle of two strokes before each of three further lines


def test_empty_lines_and_indents_of_code_are_kept():
    source = "a\n\n    b\n" + "x" * 120 + "\n\nc"
    reader, _, _ = export(markdown(f"```python\n{source}\n```"))
    lines = reader.pages[0].extract_text(extraction_mode="layout").split("\n")
    found = [line.rstrip() for line in lines]
    first = next(index for index, line in enumerate(found) if line.strip() == "a")
    indent = found[first].index("a")
    assert any(line.strip() == "b" and line.index("b") - indent >= 3 for line in found)


@pytest.mark.parametrize("inner", [
    r"\begin{bmatrix}%s\end{bmatrix}" % "&".join(map(str, range(40))),
    r"\frac{%s}{2}" % " + ".join(f"a_{{{number}}}" for number in range(40)),
    r"\left(x\right)" * 40, r"x_{1} y^{2}" * 40,
    r"\operatorname{softmax}(f(X W^{(1)}) W^{(2)})" * 3, r"\text{%s}" % ("word " * 40),
    r"a" * 200, r"\sqrt{%s}" % ("b + " * 40 + "c"), r"\nosuch{%s}" % ("x^2" * 60),
    r"\nosuch{%s}" % (r"\left(x^{(1)}\right)^T" * 8)])
def test_no_formula_in_a_line_runs_off_the_page(inner):
    cells = [markdown(f"Here ${inner}$ end."), markdown(f"- in a list ${inner}$ end")]
    pages, problems = draw_pages(lambda: make(*cells))
    assert max(map(find_right_edge, pages)) < 0.9
    assert [one.kind for one in problems if one.kind != "section"] == (
        ["formula"] * 2 if "nosuch" in inner else [])


def test_a_formula_printed_as_tex_after_chinese_text_ends_before_the_edge():
    text = "定义设计矩阵如果算上截距项矩阵以各训练样本作为行向量"
    need_font(text, "fonts-droid-fallback")
    tex = r"X=\nosuch{\left(x^{(1)}\right)^T}" + r"\left(x^{(2)}\right)^T" * 4
    pages = draw(*(markdown(f"{text[:count]}：${tex}$。") for count in range(0, 26, 5)))
    assert max(map(find_right_edge, pages)) < 0.9
