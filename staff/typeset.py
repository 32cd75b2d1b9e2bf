"""Sets a student's Markdown as HTML that is safe to show.

pandoc makes it, without raw HTML. Then it is taken apart and made anew: only listed elements
stay, without attributes but for a few of formulas. No link and no picture stays.
"""

import functools
import hashlib
import html
import subprocess
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypandoc

from kit.pool import count_cores
from kit.report.formula_finder import find_in_markdown
from kit.sections import remove_comments
from staff.tex_for_pandoc import Rewriter
from staff.texts import clean

FILTER = Path(__file__).with_name("typeset.lua")
MADE_BY = (Path(__file__), FILTER, Path(__file__).with_name("tex_for_pandoc.py"))
READER = ("commonmark+pipe_tables+strikeout+task_lists+footnotes+subscript+superscript"
          "-raw_html")
SECONDS, MEMORY = 5, "512M"        # for one answer
OPTIONS = ["--sandbox", "--mathml", "--from", READER, "--to", "html5", "--wrap=none",
           "--shift-heading-level-by=2", "--no-highlight", "--lua-filter", str(FILTER),
           "+RTS", f"-M{MEMORY}", "-RTS"]
LONGEST = 20_000                    # letters of an answer, as many as the record keeps
LONGEST_FORMULA = 4_000
DEEPEST = 60                        # elements in elements
MATHML = "{http://www.w3.org/1998/Math/MathML}"
ELEMENTS = frozenset("p br hr em strong del sub sup code pre blockquote ul ol li table thead "
                     "tbody tr th td h3".split())
HEADINGS = frozenset("h4 h5 h6".split())    # become h3: a student's levels may leave one out
FORMULAS = frozenset("math mrow mi mn mo mtext mspace msup msub msubsup mfrac msqrt mroot mover "
                     "munder munderover mtable mtr mtd mstyle mpadded mphantom menclose "
                     "semantics".split())
DROPPED = frozenset("annotation annotation-xml script style title".split())     # with their text
ATTRIBUTES = frozenset("display mathvariant stretchy fence form separator accent accentunder "
                       "displaystyle scriptlevel columnalign rowspacing columnspacing width "
                       "linethickness minsize maxsize notation".split())     # of formulas
VALUE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-+ %")


def typeset_kept(record, texts):
    """{text: HTML}, as typeset makes it. The record keeps it: pandoc takes 50 ms for each.

    The bare text is not kept: a machine with more time may do better.
    """
    code = b"".join(file.read_bytes() for file in MADE_BY)
    names = {text: hashlib.sha256(code + text.encode("utf-8", "surrogatepass")).hexdigest()
             for text in texts}
    found = record.list_typeset(names.values())
    new = [text for text in names if names[text] not in found]
    with ThreadPoolExecutor(count_cores()) as threads:
        made = {names[text]: html for text, html in zip(new, threads.map(typeset, new))}
    record.put_typeset({name: html for name, html in made.items() if html.startswith("<div>")})
    return {text: (found | made)[name] for text, name in names.items()}


def typeset(text):
    """HTML of a Markdown text; the bare text if pandoc fails or takes too long."""
    return typeset_once(clean(text[:LONGEST]))


@functools.lru_cache(maxsize=1000)
def typeset_once(text):
    """As typeset, of a text that is clean. It is kept: a marker comes back to it."""
    try:
        done = subprocess.run(
            [pypandoc.get_pandoc_path(), *OPTIONS], input=hide_formulas(text).encode(),
            capture_output=True, timeout=SECONDS, check=True)
        return rebuild(done.stdout.decode())
    except (OSError, subprocess.SubprocessError, ElementTree.ParseError, UnicodeError, TooDeep):
        return show_bare(text)


def show_bare(text):
    """A text as it was written, as HTML."""
    return f"<pre>{html.escape(text)}</pre>"


def hide_formulas(text):
    """Markdown with a token for each formula that Jupyter would set. typeset.lua reads it.

    So neither Markdown nor the bars of a table can take a formula apart.
    """
    text, formulas, out, position = remove_comments(text), Rewriter(), [], 0
    for span in find_in_markdown(text):
        tex = formulas.rewrite(span.tex.strip())
        if len(tex) <= LONGEST_FORMULA:
            kind = "d" if span.display else "i"
            out += [text[position:span.start], f"KITMATH{kind}{tex.encode().hex()}Z"]
            position = span.end
    return "".join(out) + text[position:]


class TooDeep(Exception):
    """Elements stand in elements too often."""


def rebuild(text):
    """HTML of pandoc, with the listed elements and attributes only."""
    old = ElementTree.fromstring(f"<div>{text}</div>")
    new = ElementTree.Element("div")
    copy_children(old, new, 0)
    return ElementTree.tostring(new, encoding="unicode", method="html")


def copy_children(old, new, depth):
    """Add to an element what is allowed of another's content."""
    if depth > DEEPEST:
        raise TooDeep
    add_text(new, old.text)
    for child in old:
        name = child.tag.removeprefix(MATHML)
        is_formula = child.tag.startswith(MATHML)
        if name in HEADINGS and not is_formula:
            name = "h3"
        if name in (FORMULAS if is_formula else ELEMENTS):
            kept = choose_attributes(child) if is_formula else {}
            made = ElementTree.SubElement(new, name, kept)
            copy_children(child, made, depth + 1)
        elif name not in DROPPED:
            copy_children(child, new, depth + 1)
        add_text(new, child.tail)


def choose_attributes(element):
    """The attributes of an element of a formula that only change how it looks."""
    return {name: value for name, value in element.attrib.items()
            if name in ATTRIBUTES and len(value) <= 40 and VALUE.issuperset(value)}


def add_text(element, text):
    """Add text at the end of an element."""
    if len(element):
        element[-1].tail = (element[-1].tail or "") + (text or "")
    else:
        element.text = (element.text or "") + (text or "")
