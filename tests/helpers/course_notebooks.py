"""Seventy small notebooks of what courses and students write; test_report_courses.py prints them.

    python tests/helpers/course_notebooks.py FOLDER     write them, to be made into PDFs and read
"""
import base64
import sys
from pathlib import Path

import nbformat
import nbformat.v4 as nb4
from pdf_helpers import code, markdown, notebook, stream
from stress_notebooks import LOREM, SVG, html_table, picture_bytes

PNG = base64.b64encode(picture_bytes("PNG", 800, 400)).decode()
SMALL = base64.b64encode(picture_bytes("PNG", 40, 20)).decode()
ATTACHED = {"p.png": {"image/png": PNG}, "s.png": {"image/png": SMALL}}
PICTURE, ICON = "![](attachment:p.png)", "![](attachment:s.png)"
IMG = "<img src='attachment:p.png'"
POSITIONS = {
    "alone": f"{LOREM}\n\n{PICTURE}\n\n{LOREM}", "after-text": f"{LOREM}\n{PICTURE}\n\n{LOREM}",
    "before-text": f"{PICTURE}\n{LOREM}", "hard-break": f"{LOREM}  \n{PICTURE}  \n{LOREM}",
    "same-line": f"Short {PICTURE}\n\n{LOREM} {PICTURE} {LOREM}",
    "icon": f"An icon {ICON} in a line. {LOREM}", "row": f"{PICTURE} {PICTURE}\n\n{ICON} {ICON}",
    "list": f"- {LOREM}\n  {PICTURE}\n- {PICTURE}\n\n1. one\n\n   {PICTURE}\n2. two",
    "quote": f"> {LOREM}\n> {PICTURE}\n>\n> {PICTURE}", "table":
    f"| a | b |\n|---|---|\n| {ICON} | x |\n| {PICTURE} | {PICTURE} |",
    "heading": f"## {ICON} Title\n\n### Next\n\n{PICTURE}", "link": f"[{PICTURE}](https://a.org)",
    "caption": f"{PICTURE}\n*Figure 1: {LOREM}*", "caption-below": f"{PICTURE}\n\n*Figure 1: a*",
    "bold-caption": f"{PICTURE}\n**Figure 2.** {LOREM}", "center":
    f"<center>{IMG}><br>Figure 3. a</center>\n\n{LOREM}", "p-center":
    f"<p align='center'>\n  {IMG} width='50%'>\n</p>\n\n<p align='center'><em>a</em></p>",
    "figure": f"<figure>{IMG} style='width:40%'><figcaption>A $x^2$</figcaption></figure>",
    "html-table": f"<table><tr><td>{IMG} width=100></td><td>{IMG} width=100></td></tr></table>",
    "sizes": "\n\n".join(f"{IMG} {size}>" for size in (
        "width=100", "width='30%'", "height=50", "style='zoom:25%'", "style='width:3cm'")),
    "details": f"<details><summary>More</summary>\n\n{PICTURE}\n\n</details>",
    "alert": f"<div class='alert alert-info'>\n\n{LOREM}\n\n{PICTURE}\n\n</div>"}
SCRIPTS = {     # a sentence, and the words for loss, figure and accuracy
    "latin": ("Følgende figur viser tapet på treningssettet, så öß éèñ.", "tap", "figur", "treff"),
    "greek": ("Η παρακάτω εικόνα δείχνει την απώλεια.", "απώλεια", "εικόνα", "ακρίβεια"),
    "cyrillic": ("На рисунке показана функция потерь.", "потери", "рисунок", "точность"),
    "chinese": ("下图显示了训练集上的损失，损失下降得很快。", "损失", "图", "准确率"),
    "japanese": ("次の図は損失を示しています。", "損失", "図", "精度"),
    "korean": ("다음 그림은 손실을 보여 줍니다.", "손실", "그림", "정확도"),
    "hebrew": ("האיור הבא מציג את פונקציית ההפסד.", "הפסד", "איור", "דיוק"),
    "arabic": ("يوضح الشكل التالي دالة الخسارة.", "خسارة", "شكل", "دقة"),
    "thai": ("รูปต่อไปนี้แสดงค่าความสูญเสีย", "สูญเสีย", "รูป", "แม่นยำ"),
    "hindi": ("निम्न चित्र हानि को दर्शाता है।", "हानि", "चित्र", "सटीकता")}
OUTPUTS = {     # of a library: its output, in JupyterLab's formats
    "pandas": {"text/html": html_table(5, 4), "text/plain": "   a\n0  1"},
    "pandas-wide": {"text/html": html_table(8, 20, "{column}.2345"), "text/plain": "x"},
    "pandas-long": {"text/html": html_table(150, 3), "text/plain": "x"},
    "pandas-styler": {"text/html": "<style>#T_row0_col0 {background-color: #440154; color: "
                      "white}</style><table id='T'><tr><td id='T_row0_col0'>1</td></tr></table>",
                      "text/plain": "<pandas.io.formats.style.Styler at 0x7f>"},
    "polars": {"text/html": "<div><style>.dataframe {}</style><small>shape: (1, 1)</small><table "
               "class='dataframe'><thead><tr><th>a</th></tr><tr><td>i64</td></tr></thead><tbody><tr>"
               "<td>1</td></tr></tbody></table></div>", "text/plain": "shape: (1, 1)"},
    "sympy": {"text/latex": r"$\displaystyle \left[\begin{matrix}x & y\\1 & 2\end{matrix}\right]$",
              "image/png": PNG, "text/plain": "Matrix"},
    "ipython-math": {"text/latex": r"$\displaystyle \pdv{C}{w} = \abs{x}$"},
    "ipython-latex": {"text/latex": r"The sum $\sum_i x_i$ \begin{equation} a \end{equation}"},
    "matplotlib": {"image/png": PNG, "text/plain": "<Figure size 640x480 with 1 Axes>"},
    "matplotlib-svg": {"image/svg+xml": SVG, "text/plain": "<Figure size 640x480 with 1 Axes>"},
    "graphviz": {"image/svg+xml": SVG, "text/plain": "<graphviz.graphs.Digraph at 0x7f>"},
    "html-svg": {"text/html": SVG, "text/plain": "<IPython.core.display.HTML object>"},
    "pillow": {"image/png": PNG, "image/jpeg": PNG, "text/plain": "<PIL.Image.Image mode=RGB>"},
    "sklearn": {"text/html": "<style>x</style><div><input type=checkbox><table><tr><td>d</td></tr>"
                "</table></div><script>s</script>", "text/plain": "Pipeline(steps=[...])"},
    "xarray": {"text/html": "<svg style='display:none'></svg><div><input type=checkbox>a</div>",
               "text/plain": "<xarray.DataArray (x: 2)>\narray([0., 0.])"},
    "statsmodels": {"text/html": html_table(3, 4) * 2 + "<br/>Notes:<br/>[1] x", "text/latex":
                    r"\begin{center}\begin{tabular}{l} a \end{tabular}\end{center}",
                    "text/plain": "OLS"},
    "keras": {"text/html": "<pre style='white-space:pre'><span style='font-weight: bold'>Model"
              "</span>\n┏━━━┓\n┃ a ┃\n└───┘\n</pre>", "text/plain": "<HTML object>"},
    "rich": {"text/html": "<pre><span style='color: #800000'>red</span> text</pre>",
             "text/plain": "\x1b[31mred\x1b[0m text"},
    "displacy": {"text/html": "<div class='entities' style='line-height: 2.5; direction: ltr'>"
                 "<mark class='entity' style='background: #7aecec'>Ada<span>PERSON</span></mark>"
                 " wrote</div>", "text/plain": "<IPython.core.display.HTML object>"},
    "widget": {"application/vnd.jupyter.widget-view+json": {"model_id": "1"},
               "text/plain": "IntSlider(value=7)"},
    "css": {"text/html": "<style>p {color: red}</style>", "text/plain": "<HTML object>"}}
INTERACTIVE = {
    "altair": {"text/html": "<div id='v'></div><script>v</script>", "text/plain": "alt.Chart()"},
    "plotly": {"application/vnd.plotly.v1+json": {"data": []}, "text/html": "<script>p</script>"},
    "bokeh": {"application/vnd.bokehjs_exec.v0+json": "", "text/html": "<div></div>"},
    "folium": {"text/html": "<div><iframe srcdoc='x'></iframe></div>", "text/plain": "<Map>"},
    "video": {"text/html": "<video controls></video>", "text/plain": "<Video object>"}}
HABITS = {      # what students write in Markdown
    "alerts": "\n\n".join(f"<div class='alert alert-{kind}'><b>{kind}</b>: {LOREM}</div>"
                          for kind in ("info", "success", "warning", "danger")),
    "colours": "<span style='color:red'>a</span> <font color=blue>b</font> <mark>c</mark>",
    "headings": "# a\n\n### b\n\n#### c\n\n##### d\n\n###### e\n\n<h2>unclosed\n\nf",
    "quotes": f"> {LOREM}\n\n> > twice\n\n<blockquote>html</blockquote>",
    "breaks": "a\n\n<div style='page-break-after: always'></div>\n\nb\n\n\\newpage\n\nc",
    "references": r"$$a \tag{1}\label{a}$$ By \eqref{a} and $\ref{a}$.",
    "plain-tex": r"$$\pmatrix{a & b \cr c & d} \quad \cases{1 & x \cr 0 & y}$$ ${n \choose k}$",
    "three-backslashes": "$$\\begin{array}{c} a \\\\\\\nb \\end{array}$$",
    "physics": r"$\dv{f}{x} = \pdv{f}{x}{y} \qty(\frac{a}{b}) \norm{x} \braket{a|b}$",
    "macros": r"$\gdef\R{\mathbb R} \let\vec\mathbf$ $\vec x \in \R^n$",
    "wide-inline": r"Here $\begin{bmatrix}%s\end{bmatrix}$ end." % "&".join(map(str, range(30))),
    "long-lines": f"```\n{'.' * 130}\n{'word ' * 40}\n```\n\n{'!' * 120}\n\n`{'x_' * 60}`"}


def build_all():
    """Return {name: (notebook, the kinds of its problems)}."""
    found = {f"picture-{name}": ([markdown(text, attachments=ATTACHED)], set())
             for name, text in POSITIONS.items()}
    for name, (sentence, *words) in SCRIPTS.items():
        loss, figure, accuracy = words
        found[f"script-{name}"] = [
            markdown(f"# {figure} 1\n\n{sentence} **{sentence}** `{loss}`\n\n"
                     f"| {loss} | {accuracy} |\n|---|---|\n| 1 | 2 |\n\n"
                     f"- {sentence}\n\n> {sentence}\n\n"
                     rf"$$\text{{{loss}}} = {accuracy}_1 + \frac{{{loss}}}{{2}}$$"),
            code(f"print('{loss}')  # {accuracy}", stream(f"{sentence}\n{loss}: 0.5\n"))], set()
    for name, data in (OUTPUTS | INTERACTIVE).items():
        cell = code("show()", nb4.new_output("display_data", data))
        kinds = {"unprintable"} if name in INTERACTIVE else set()
        found[f"output-{name}"] = [markdown(LOREM), cell, markdown(LOREM)], kinds
    found |= {f"habit-{name}": ([markdown(text)], set()) for name, text in HABITS.items()}
    return {name: (notebook(*cells), kinds) for name, (cells, kinds) in found.items()}


if __name__ == "__main__":
    for given, (made, _) in build_all().items():
        nbformat.write(made, Path(sys.argv[1], f"{given}.ipynb"))
