"""Notebooks that hold everything a notebook can hold, each made to strain one part of the report.

    python tests/helpers/stress_notebooks.py FOLDER     write them, to be made into PDFs
"""
import base64
import io
import sys
from pathlib import Path

import nbformat
from pdf_helpers import code, markdown, notebook, png, shown, stream
from PIL import Image

LOREM = ("The loss falls fast for the first epochs, then slowly, and is lowest after some twenty "
         "thousand steps. ")
SVG = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 80" width="300" height="80">'
       '<rect width="300" height="80" fill="#dfe9f5"/><text x="20" y="50" font-size="24" '
       'font-family="sans-serif">vector text</text><circle cx="250" cy="40" r="25" fill="none" '
       'stroke="#1f3a5f" stroke-width="4"/></svg>')
RED, GREEN, OFF = "\x1b[0;31m", "\x1b[1;32m", "\x1b[0m"


def encode(data):
    """Return bytes as a notebook holds them."""
    return base64.b64encode(data).decode()


def picture_bytes(kind, width=600, height=260):
    """Return a gradient as a picture of a kind that Pillow writes."""
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


def html_table(rows, columns, cell="{row}.{column}"):
    """Return a table as pandas writes it."""
    head = "".join(f"<th>column {column}</th>" for column in range(columns))
    body = "".join(
        f"<tr><th>{row}</th>"
        + "".join(f"<td>{cell.format(row=row, column=column)}</td>" for column in range(columns))
        + "</tr>" for row in range(rows))
    return ('<div><style scoped>.dataframe tbody tr th { vertical-align: top; }</style>'
            '<table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th>'
            f"{head}</tr></thead><tbody>{body}</tbody></table></div>")


def frame(html):
    """Return a code cell that shows a table."""
    return code("frame", shown(text_html=html, text_plain="plain form"))


def pictures():
    """PNG, JPEG, GIF, WebP and SVG, alone, in a line, sized, captioned, attached, missing."""
    attached = {"image.png": {"image/png": encode(picture_bytes("PNG", 200, 100))}}
    captioned = code("#| fig-cap: \"The loss, from a comment in the cell\"\nplt.show()",
                     shown(image_png=encode(picture_bytes("PNG")), text_plain="<Figure>"))
    by_metadata = code("plt.show()", shown(image_jpeg=encode(picture_bytes("JPEG"))))
    by_metadata.metadata["caption"] = "A JPEG, captioned in the cell's metadata"
    svg_attached = {"a.svg": {"image/svg+xml": encode(SVG.encode())}}
    return notebook(
        markdown("# Pictures\n\n## Outputs"), captioned, by_metadata,
        code("svg", nbformat.v4.new_output("display_data", {"image/svg+xml": SVG})),
        code("gif", shown(image_gif=encode(picture_bytes("GIF", 120, 60)))),
        code("webp", shown(image_webp=encode(picture_bytes("WEBP", 120, 60)))),
        markdown("## Named in Markdown\n\n![The attached picture](attachment:image.png)\n\n"
                 "![image.png](attachment:image.png)\n\nIn a line ![](attachment:image.png) of "
                 "text, and sized: <img src='attachment:image.png' width='60'>.\n\n"
                 '![alt](attachment:image.png "With a title, $\\alpha = 0.1$, as its caption")',
                 attachments=attached),
        markdown("![A vector picture](attachment:a.svg)", attachments=svg_attached),
        markdown("<center><figure><img src='attachment:a.svg'><figcaption>HTML figure</figcaption>"
                 "</figure></center>", attachments=svg_attached),
        markdown("## Not to be had\n\n![](missing.png)\n\n"
                 "![plot](https://example.org/plot.png)\n\n"
                 "![](/etc/hostname) and ![](attachment:nothing.png) in a line"),
        code("damaged", shown(image_png=encode(picture_bytes("PNG")[:60]))),
        code("damaged", shown(image_png="no base64 at all")))


def tables():
    """Markdown tables and frames: small, wide, long, with spans, formulas and long words."""
    styled = ('<table id="T_1"><caption>Results of a Styler</caption><thead><tr><th>run</th>'
              '<th colspan="2">loss</th></tr><tr><th></th><th>training</th>'
              '<th>validation</th></tr>'
              '</thead><tbody><tr><th rowspan="2">sigmoid</th><td style="color: red">0.1047</td>'
              "<td>0.2972</td></tr><tr><td>0.1101</td><td>0.3001</td></tr></tbody></table>")
    sentences = html_table(4, 4, LOREM)
    return notebook(
        markdown("# Tables\n\n| run | $\\alpha$ | loss | note |\n|:--|--:|:-:|---|\n"
                 "| + momentum | 0.02 | 0.142 | `code` and **bold** |\n"
                 "| a \\| b | $|x|$ | -1 | |\n"),
        markdown("## A frame"), frame(html_table(5, 4)),
        markdown("## Spans and a caption"), frame(styled),
        markdown("## Shrunk: 13 columns"), frame(html_table(6, 13, "{row}.{column}2345")),
        markdown("## Turned: 18 columns"), frame(html_table(6, 18, "{row}.{column}2345")),
        markdown("## Split: 60 columns"), frame(html_table(4, 60)),
        markdown("## Long: 400 rows"), frame(html_table(400, 3)),
        markdown("## Sentences"), frame(sentences),
        markdown("## One word of 300 letters"), frame(html_table(2, 2, "x" * 300)),
        markdown("- in a list\n\n  | a | b |\n  |---|---|\n  | 1 | 2 |\n\n> quoted\n>\n"
                 "> | a | b |\n> |---|---|\n> | 1 | 2 |\n"))


def outputs():
    """Text outputs of every kind, with colours, long lines, progress bars and errors."""
    traceback = [
        f"{RED}{'-' * 75}{OFF}", f"{RED}ZeroDivisionError{OFF}                         "
        "Traceback (most recent call last)", f"Cell {GREEN}In[3], line 1{OFF}\n{GREEN}----> 1"
        f"{OFF} {GREEN}1{OFF} {RED}/{OFF} {GREEN}0{OFF}", f"{RED}ZeroDivisionError{OFF}: "
        "division by zero"]
    error = nbformat.v4.new_output("error", ename="ZeroDivisionError", evalue="division by zero",
                                   traceback=traceback)
    palette = "".join(f"\x1b[{code}m {code} {OFF}" for code in (*range(30, 38), *range(90, 98)))
    palette += "\n" + "".join(f"\x1b[{code}m {code} {OFF}" for code in range(40, 48))
    palette += (f"\n\x1b[38;5;208m256 colours{OFF} \x1b[38;2;0;100;200mtrue colour{OFF} "
                "\x1b[1mbold")
    bar = "".join(f"\r{n}%|{'#' * (n // 10)}| {n}/100" for n in range(0, 101, 10))
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"},
              "text/plain": "IntSlider(value=7, description='epochs')"}
    display = nbformat.v4.new_output
    return notebook(
        markdown("# Outputs\n\n## A traceback in colours"), code("1 / 0", error),
        markdown("## The terminal's colours"), code("print", stream(palette)),
        markdown("## A line of 5,000 letters, and one without a space"),
        code("print", stream("word " * 1000 + "\n" + "x" * 3000)),
        markdown("## 4,000 lines"), code("print", stream("\n".join(map(str, range(4000))))),
        markdown("## A progress bar, and a warning beside it"),
        code("tqdm", stream(bar, "stderr"), stream("\nUserWarning: large rate\n", "stderr")),
        code("bar", stream(f"{bar}\rdone")),
        markdown("## A widget's text form"), code("slider", display("display_data", widget)),
        markdown("## JSON, HTML, Markdown, TeX"),
        code("j", display("display_data", {"application/json": {"loss": [0.1, 0.2]},
                                           "text/plain": "<IPython.core.display.JSON object>"})),
        code("h", shown(text_html="<p>The <b>best</b> run: x<sub>1</sub> = <code>0.02</code></p>",
                        text_plain="<IPython.core.display.HTML object>")),
        code("m", shown(text_markdown="**Best run:** $\\alpha = 0.02$")),
        code("l", shown(text_latex="$\\displaystyle \\int_0^1 x^2\\,dx = \\frac{1}{3}$",
                        text_plain="1/3")),
        code("t", shown(text_latex="\\begin{tabular}{ll} a & b \\end{tabular}",
                        text_plain="<IPython.core.display.Latex object>")),
        code("v", shown(text_html="<video src='x.mp4'></video>",
                        text_plain="<IPython.core.display.Video object>")),
        code("p", display("display_data", {"application/vnd.plotly.v1+json": {"data": []},
                                           "text/html": "<div id='p'></div><script>x</script>"})),
        markdown("## Raw cells"), nbformat.v4.new_raw_cell("raw text, as it is  $x$ *y*"),
        nbformat.v4.new_raw_cell("*Markdown*", metadata={"raw_mimetype": "text/markdown"}),
        nbformat.v4.new_raw_cell("\\begin{align} a &= b \\end{align}",
                                 metadata={"raw_mimetype": "text/latex"}),
        nbformat.v4.new_raw_cell("<b>HTML</b>", metadata={"raw_mimetype": "text/html"}))


def source_code():
    """Code cells and fences: long lines, many lines, colours, languages, backticks."""
    long = "result = " + " + ".join(f"weights_{n}[{n}, :, None]" for n in range(30))
    url = 'url = "https://example.org/' + "a" * 200 + '"'
    text = "\n".join(f"def function_{n}(x):\n    return x + {n}   # the {n}th" for n in range(60))
    return notebook(
        markdown("# Code"), code(long + "\n" + url), code(text),
        code("# ```\n'''``` $x$ #read(\"x\") \\begin{align}'''"),
        markdown("```python\nimport numpy as np\n```\n\n~~~\nno language\n~~~\n\n    indented\n\n"
                 "````\n```\nnested\n```\n````\n\n```{=latex}\n\\textbf{raw}\n```\n\n"
                 "Inline `a` and ``b ` c``, and `" + "long_name_" * 12 + "`.\n\n"
                 "```mermaid\ngraph TD; A-->B;\n```"))


def letters():
    """Letters beyond Latin-1 in text, code, formulas, tables, titles and pictures."""
    everything = "中文 日本語 한국어 😀 🎉 👩‍🔬 ✓ ☃ ア é ŷ é Ω ℝ ⟨x⟩ שלום مرحبا ไทย ཀ \u0378"
    svg = SVG.replace("vector text", "矢量 text")
    return notebook(
        markdown(f"# Letters 字 😀\n\n{everything}\n\n**{everything}**\n\n`{everything}`\n\n"
                 f"| 列 | 😀 |\n|---|---|\n| 中 | $\\text{{损失}} = 字$ |"),
        code(f"print('{everything}')", stream(everything)),
        code("svg", nbformat.v4.new_output("display_data", {"image/svg+xml": svg})))


def structure():
    """Markdown of every kind, and the HTML that students mix into it."""
    return notebook(markdown(
        "# Structure\n\nSetext heading\n--------------\n\n- one\n  - two\n    - three\n"
        "      - four\n"
        "1. first\n2. second\n   1. nested\n\n   with a paragraph\n\n- [ ] open\n- [x] done\n\n"
        "> quoted\n> > twice\n>\n> $$a = b$$\n\n---\n\n***\n\n[link](https://example.org) "
        "<https://example.org> https://example.org/bare [file](utils.py) [anchor](#structure)\n\n"
        "Footnote[^1], ~~struck~~, H~2~O, hard  \nbreak, \\*escaped\\*, &copy; &#x3b1;.\n\n"
        "[^1]: The note.\n\n> [!NOTE]\n> An alert.\n\nTerm\n: no definition list here\n"),
        markdown("<details><summary>Summary</summary>\n\nhidden **text**\n\n</details>\n\n"
                 "<div align='center'>\n\n### In a div\n\n</div>\n\n<h3>An HTML heading</h3>\n\n"
                 "<span style='color:red'>red</span> <font color='blue'>blue</font> "
                 "<mark>m</mark> <kbd>Ctrl</kbd> <u>u</u> <br> <sup>up</sup><sub>down</sub> "
                 "<b>b<i>bi</b></i>\n\n"
                 "<ul><li>HTML item $x^2$</li></ul>\n\n<!-- a comment -->\n\n"
                 "<iframe src='https://example.org'></iframe>\n\n<script>alert(1)</script>\n\n"
                 "<video controls src='film.mp4'></video> after"),
        markdown("A | B\n--|--\n1 | 2\n\n* * *\n\n\\\n\n" + "very " * 400 + "\n\n"
                 + "y" * 300 + "\n\nhttps://example.org/" + "z" * 200),
        markdown("#### Fourth\n\n##### Fifth\n\n###### Sixth\n\n"
                 "# Title with $W^{(1)}$, `code` and *em*"))


def heading_foot():
    """Headings before everything, at every height of the page."""
    cells = [markdown("# Headings at the foot of a page")]
    for number in range(24):
        filler = " ".join([LOREM] * (number % 7 + 2))
        followers = [markdown(filler), code("t", stream("output\n" * 4)), frame(html_table(3, 3)),
                     code("p", shown(image_png=encode(picture_bytes("PNG")))),
                     markdown("$$\\frac{a}{b}$$"), markdown("- a\n- b")]
        cells += [markdown(filler), markdown(f"## Heading {number}\n\n### Below {number}"),
                  followers[number % len(followers)]]
    return notebook(*cells)


def formulas():
    """Formulas wherever Markdown can hold one, wide ones, and those that are printed as TeX."""
    wide = " + ".join(f"w_{{{n}}} x_{{{n}}}" for n in range(40))
    return notebook(
        markdown("# Formulas, $W^{(1)}$ in a heading\n\nIn a line: $\\hat y_k = \\operatorname"
                 "{softmax}(z)_k$, **bold $x^2$**, a link [$\\alpha$](https://example.org), "
                 "`$code$`, \\$5 to \\$10.\n\n> $$a = b$$\n\n- item $\\delta_j$\n\n  $$\n  c = d\n"
                 "  $$\n\n| $|x|$ | $\\frac{1}{2}$ |\n|---|---|\n| $\\sqrt{2}$ | $\\|w\\|_2$ |"),
        markdown("\\begin{align}\n\\delta_k &= -(y_k - \\hat y_k) \\tag{1} \\\\\n"
                 "\\delta_j &= f'(z_j) "
                 "\\sum_k w_{kj}\\, \\delta_k \\tag{2}\n\\end{align}\n\n"
                 "$$\\Delta^{(1)} = f'(XW^{(1)}) "
                 "\\odot \\bigl(\\Delta^{(2)} {W^{(2)}}^{\\top}\\bigr)$$"),
        markdown("$$\n\\left[\\begin{array}{cc|c} 1 & 2 & 3 \\\\ "
                 "\\hline 4 & 5 & 6 \\end{array}\\right] "
                 "\\quad f(z) = \\begin{cases} 1 & z > 0 \\\\ 0 & \\text{otherwise} "
                 "\\end{cases} \\quad "
                 "\\underbrace{a + b}_{\\text{sum}} \\quad \\color{red}{x} + \\boxed{y}\n$$"),
        markdown(f"$${wide}$$\n\nand ${wide}$ in a line"),
        markdown("Not known: $\\foo{x}$ and\n\n$$\\sideset{}{'}\\sum x$$\n\n$\\newcommand{\\R}"
                 "{\\mathbb{R}}$defined"), markdown("$x \\in \\R$ in another cell"),
        code("h", shown(text_html="<table><tr><th>$\\alpha$</th></tr><tr><td>$10^{-3}$</td></tr>"
                                  "</table>")))


def incomplete():
    """Everything that the list of problems knows."""
    unrun = nbformat.v4.new_code_cell("1 + 1")
    late, early = code("a = 1"), code("a")
    late.execution_count, early.execution_count = 7, 3
    error = nbformat.v4.new_output("error", ename="NameError", evalue="name 'W' is not defined",
                                   traceback=["NameError: name 'W' is not defined"])
    return notebook(
        markdown("# Task 2\n\n## 2a  Normalising\n\nFILL IN ANSWER"), unrun, late, early,
        code("W", error), markdown("## 2b\n\nSee ![the plot](plot.png) and $\\foo{x}$."),
        markdown("## 2c  Training"), markdown("Type your answer here \ue000 \u0378"))


def hostile():
    """What strangers try: reading files, fetching, running typst, TeX and HTML, breaking out."""
    files = ("/etc/passwd", "../../../../etc/passwd", "file:///etc/passwd", "..\\..\\secret",
             "//example.org/x.png", "http://127.0.0.1:9/x.png", "link.png", "%2e%2e/%2e%2e/secret")
    svg = ('<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
           '<image href="file:///etc/passwd" xlink:href="/etc/passwd" width="9" height="9"/>'
           '<image href="http://127.0.0.1:9/x.png" width="9" height="9"/>'
           '<text>&lt;script&gt;</text><script>alert(1)</script></svg>')
    return notebook(
        markdown("# Hostile\n\n" + "\n\n".join(f"![]({file})" for file in files)),
        markdown('```{=typst}\n#read("/etc/passwd")\n#include "/etc/passwd"\n```\n\n'
                 '`#plugin("x.wasm")`{=typst} `\\input{/etc/passwd}`{=latex}\n\n'
                 "```{.include}\n/etc/passwd\n```\n\n$\\text{\"; #read(\"/etc/passwd\")}$ "
                 "$\\input{/etc/passwd}$ #read(\"/etc/passwd\") @label <label>"),
        markdown("<iframe src='/etc/passwd'></iframe><object data='/etc/passwd'></object>"
                 "<img src=x onerror=alert(1)><style>@import 'http://127.0.0.1:9';</style>"),
        markdown("](#x) ]] #panic() $ ` \\ \" // /* #let x = 1 \ue000" + "0\ue001"),
        code("svg", nbformat.v4.new_output("display_data", {"image/svg+xml": svg})),
        code("h", shown(text_html="<script src='http://127.0.0.1:9/x.js'></script>")),
        code("esc", stream("\x1b]0;title\x07\x1b[2J\x1b[31mred \u202e reversed \x00 \x7f")))


ALL = {make.__name__: make for make in (pictures, tables, outputs, source_code, letters, structure,
                                        formulas, heading_foot, incomplete, hostile)}

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in ALL.items():
        nbformat.write(make(), folder / f"{name}.ipynb")
    (folder / "small.png").write_bytes(png())
