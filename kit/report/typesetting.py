"""Sets the body of a report as one PDF, with typst."""

import json
import tempfile
from itertools import pairwise
from pathlib import Path

import typst

from kit.files import Refused, shorten
from kit.report.characters import LETTERS_IN_SVG, describe_letter, find_foreign_letters
from kit.report.fragments import NOTE, Place, Problem

TEMPLATE = Path(__file__).with_name("report.typ")
TOP, BOTTOM, MOST_EMPTY = 2.4, 27.3, 6.2        # cm, of the text on a page of report.typ
MOST_FLOATS = 10        # that are tried: the pages are set once more for each


def set_pages(body, front_matter, system_fonts=True):
    """The PDF of a body; the body lists the problems on the way.

    front_matter: the arguments of `report` in report.typ, name: typst
    """
    show_rule = write_show_rule(front_matter)
    from_system, missing = check_letters(body, show_rule, system_fonts)
    start = TEMPLATE.read_text(encoding="utf-8") + write_missing_rule(missing) + show_rule
    with tempfile.TemporaryDirectory() as root:
        for name, data in body.files.items():
            Path(root, name).write_bytes(data)
        options = {"root": root, "ignore_system_fonts": not from_system}
        try:
            return compile_accessible(body, start, options)
        except typst.TypstError:
            replace_broken(body, typst.Compiler(**options), start)
        try:
            return compile_accessible(body, start, options)
        except typst.TypstError as problem:
            raise Refused(f"typst could not make the report: {problem.message}") from None


def check_letters(body, show_rule, system_fonts):
    """(characters that need a system font, characters that no font has: these are problems)."""
    texts = [body.fill_in([attempt]) for attempt in body.attempts]
    drawn = [letters for data in body.files.values() if data.lstrip().startswith(b"<")
             for letters in LETTERS_IN_SVG.findall(data.decode("utf-8", "replace"))]
    from_system, missing = find_foreign_letters([show_rule, *texts, *drawn], system_fonts)
    told = set()
    for fragment, text in zip(body.fragments, texts):
        absent = [letter for letter in missing
                  if letter in text and (fragment.place, letter) not in told]
        told.update((fragment.place, letter) for letter in absent)
        if absent:
            more = f" and {len(absent) - 3} more" if len(absent) > 3 else ""
            words = (f"no font has {', '.join(map(describe_letter, absent[:3]))}{more}, so the "
                     "report shows its number: install a font such as Noto, or write it in words")
            body.problems.append(Problem("character", fragment.place, words))
    return from_system, missing


def compile_accessible(body, start, options):
    """The PDF of a body; it claims PDF/UA-1 unless typst refuses the claim."""
    source = start + body.fill_in(body.attempts)

    def make_compiler(floats):
        return typst.Compiler(source.encode("utf-8", "replace"), **options,
                              sys_inputs={"floats": " ".join(floats)})
    compiler = make_compiler(choose_floats(make_compiler))
    try:
        return compile_pdf(compiler, source, ["ua-1"])
    except typst.TypstError as refusal:
        pdf = compile_pdf(compiler, source)     # fails too if the source itself is broken
        why = shorten(refusal.message.removeprefix("PDF/UA-1 error: "), 160)
        body.problems.append(Problem(NOTE, Place("the report"), (
            f"it does not claim PDF/UA-1, the standard for screen readers: {why}")))
        return pdf


def choose_floats(make_compiler):
    """The files of the figures that float; make_compiler(files) gives a typst compiler.

    None floats past another: photographs of handwritten pages keep their order.
    """
    def read_marks(floats):
        try:
            return json.loads(make_compiler(floats).query("<mark>", field="value"))
        except RuntimeError:        # typst cannot set the pages: compiling them will say why
            return []
    floats, stay, marks = [], [], read_marks([])
    while len(floats + stay) < MOST_FLOATS and (figure := find_gap(marks, floats + stay)):
        after = read_marks([*floats, figure])
        if list_figures(after) == list_figures(marks):
            floats, marks = [*floats, figure], after
        else:
            stay.append(figure)
    return floats


def list_figures(marks):
    """The figures and tables of some marks, from the first page to the last."""
    return [what for _, _, what in sorted(marks) if what]


def find_gap(marks, tried):
    """The file of the first figure that leaves a page too empty; None if there is none.

    tried: the files of figures that float already, or cannot.
    marks: (page, cm from its top, what) in order. A figure that may float has its file as a mark,
    a table or another picture "fixed", the begin and end of other content "".
    """
    for index, (last, first) in enumerate(pairwise(marks), start=1):
        is_break = first[0] == last[0] + 1 and first[1] < TOP + 0.1
        if is_break and BOTTOM - last[1] > MOST_EMPTY:
            what = next((what for _, _, what in marks[index:] if what), "fixed")
            if what not in ("fixed", *tried):
                return what
    return None


def replace_broken(body, compiler, start):
    """Give up every attempt that typst cannot set by itself."""
    for attempt in [*body.by_key.values(), *body.attempts]:
        try:
            compile_pdf(compiler, start + body.fill_in([attempt]))
        except typst.TypstError:
            body.give_up(attempt)


def write_show_rule(front_matter):
    """The typst that sets all that follows it as a report."""
    return "\n#show: report.with(%s)\n\n" % ", ".join(
        f"{name}: {value}" for name, value in front_matter.items())


def write_missing_rule(letters):
    """The typst that prints the numbers of characters that no font has."""
    if not letters:
        return ""
    return '\n#show regex("[%s]"): it => missing-letter(it.text)\n' % "".join(
        f"\\u{{{ord(letter):x}}}" for letter in letters)


def compile_pdf(compiler, source, standards=()):
    """The PDF of a typst source; it keeps to these standards."""
    return compiler.compile(source.encode("utf-8", "replace"), format="pdf",
                            pdf_standards=list(standards))
