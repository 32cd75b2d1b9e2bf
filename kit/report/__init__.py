"""`python -m kit report`: one PDF from notebooks. To follow it, read the files in this order.

command.py      options; launcher.py starts pdf_process.py, which may be killed: notebooks may be
                strangers'. preflight.py lists what a reader would miss
cells.py        a cell → fragments: Markdown, HTML, pictures, typst of code and text outputs
body.py         fragments → typst. It asks
    formulas.py     formula_finder.py finds formulas, tex.py and its tex_*.py write their typst;
                    keys (keys.py) stand for them meanwhile
    pandoc.lua      Markdown and HTML → typst; html, paragraphs, looks and tables.lua help it
    pictures.py     finds a picture's bytes; picture_data.py scales and turns it
typesetting.py  typst → PDF, in the looks of report.typ. What typst refuses is printed as written
exporter.py     the same for nbconvert
"""
