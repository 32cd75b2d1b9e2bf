"""Reads the TeX that is set in rows: matrices, cases, arrays with rules, aligned lines."""

import itertools
import re

from kit.report.tex_commands import ALIGNED, CASES, CENTRED, COLUMN, LENGTH, MATRICES, PLAIN
from kit.report.tex_macros import CannotSet
from kit.report.typst_syntax import enclose, escape_sign, quote_text

END = ""
SPACING = re.compile(r"@\{(?:\\[,;:! ]|\\q?quad|\s)*\}")    # columns stand apart anyway
TAKES_PLACE = {"aligned", "alignedat", "gathered", "split"}
BREAK = r" \ "          # ends a line in typst


def read_whole_formula(reader):
    """(typst, tag) of a formula; its lines may be those of one environment."""
    rows, tags, rules = read_rows(reader, END)
    refuse_columns(rows, rules)
    if len(rows) > 1:
        reader.lines = body = "aligned(%s)" % join_lines([row[0] for row in rows], tags)
        tags = [None]
    else:
        body = rows[0][0]
    after = body[len(reader.lines or ""):]
    if reader.display and reader.lines and body.startswith(reader.lines) \
            and re.fullmatch(r"(\\[.,;])?", after):
        body = reader.lines[len("aligned("):-1] + after  # lines that a page may break
    if tags[0] and not reader.display:
        return f"{body}#h(1em){quote_text(tags[0])}", ""
    return ("" if body == '""' else body), tags[0] or ""


def read_environment(reader):
    """The typst of \\begin{name} … \\end{name}."""
    name = reader.read_raw()
    kind = name.rstrip("*").removesuffix("smallmatrix") + "matrix" * ("smallmatrix" in name)
    if name in PLAIN:
        body = reader.read_sequence(r"\end")
    elif name in ALIGNED or name in CENTRED:
        body = read_lines(reader, name)
    elif kind in MATRICES:
        body = put_between(MATRICES[kind], read_matrix(reader, name))
    elif name in CASES:
        body = put_between(CASES[name], read_cases(reader, name))
    elif name == "array":
        body = read_array(reader)
    else:
        raise CannotSet(r"\begin{%s} is not known here" % name)
    reader.expect(r"\end", r"\begin{%s}" % name)
    if (other := reader.read_raw()) != name:
        raise CannotSet(r"a \begin{%s} with an \end{%s}" % (name, other))
    return body


def read_rows(reader, stop):
    """(rows of cells, the tag of each row, the numbers of the rows above the rules)."""
    rows, tags, rules = [[]], [], []
    while True:
        while reader.peek() == r"\hline" and not rows[-1]:
            reader.take()
            rules.append(len(rows) - 1)
        rows[-1].append(reader.read_sequence("&", r"\\", stop))
        if reader.peek() == "&":
            reader.take()
            continue
        tags.append(reader.end_line())
        if reader.peek() == stop:
            break
        reader.take()
        skip_options(reader)
        while reader.peek() == r"\ ":       # of \\\\\\ at a line's end
            reader.take()
        rows.append([])
    if len(rows) > 1 and rows[-1] == ['""'] and not tags[-1]:
        rows.pop()      # the empty row after the last \\
        tags.pop()
    return rows, tags, rules


def skip_options(reader):
    """Step over * and [6pt] at the end of a line."""
    if reader.tokens[reader.position:reader.position + 1] == ["*"]:
        reader.take()
    reader.peek()       # steps over white space
    following = "".join(reader.tokens[reader.position:reader.position + 12])
    option = re.match(r"\[%s\]" % LENGTH, following)
    while option and reader.take() != "]":
        pass


def skip_place(reader):
    """Step over the [t] of \\begin{aligned}[t]; [x, y] would be part of the formula."""
    reader.peek()
    if re.match(r"\[[tbc]\]", "".join(reader.tokens[reader.position:reader.position + 3])):
        reader.read_raw("[", "]")


def read_lines(reader, name):
    """Aligned or centred lines."""
    if name in TAKES_PLACE:
        skip_place(reader)
    close = name.startswith(("alignat", "alignedat", "xalignat"))
    if close:
        reader.read_raw()    # how many columns
    rows, tags, rules = read_rows(reader, r"\end")
    refuse_columns(rows if name in CENTRED else [], rules)
    if len(rows) == 1 and tags[0]:
        reader.tag, tags = tags[0], [None]
    width = max(map(len, rows))
    gap = "" if close or name.startswith("eqnarray") else "#h(2em)"
    if name.startswith("eqnarray"):
        rows = [[row[0], "".join(row[1:])] if len(row) == 3 else row for row in rows]
    if any(tags) and name not in CENTRED:
        rows = [row + ['""'] * (width + width % 2 - len(row)) for row in rows]
    reader.lines = "aligned(%s)" % join_lines([join_cells(row, gap) for row in rows], tags,
                                              "" if name in CENTRED else " & ")
    return reader.lines


def join_cells(cells, gap):
    """The cells of a line; pairs of columns stand apart."""
    return " & ".join((gap if index and index % 2 == 0 else "") + cell
                      for index, cell in enumerate(cells))


def join_lines(rows, tags=(), before=""):
    """Lines with their tags behind them."""
    return BREAK.join(row + (f"{before}#h(2em){quote_text(tag)}" if tag else "")
                      for row, tag in itertools.zip_longest(rows, tags))


def refuse_columns(rows, rules):
    """Refuse & without columns, and \\hline without cells."""
    if any(len(row) > 1 for row in rows):
        raise CannotSet("an & outside of columns")
    if rules:
        raise CannotSet(r"an \hline outside of a matrix")


def read_substack(reader):
    """\\substack: lines above one another."""
    reader.expect("{", r"\substack")
    rows, tags, rules = read_rows(reader, "}")
    refuse_columns(rows, rules)
    if any(tags):
        raise CannotSet(r"a \tag within \substack")
    reader.expect("}", r"\substack{")
    return "stacked(%s)" % BREAK.join(row[0] for row in rows)


def read_cells(reader, stop=r"\end"):
    """(rows of equally many cells, rules) of a matrix."""
    rows, tags, rules = read_rows(reader, stop)
    if any(tags):
        raise CannotSet(r"a \tag within a matrix")
    width = max(map(len, rows))
    return [row + ['""'] * (width - len(row)) for row in rows], rules


def read_matrix(reader, name):
    """A matrix without its delimiters; [r] or [cc|c] aligns its columns."""
    following = "".join(reader.tokens[reader.position:reader.position + 40])
    given = re.match(r"\s*\[([lcr|\s]+)\]", following)
    columns = "c"
    if given and (name.endswith("*") or "|" in given[1]):
        columns = reader.read_raw("[", "]")
    body = read_columns(reader, columns, len(columns) == 1)
    return f"small({body})" if "small" in name else body


def read_cases(reader, name):
    """The rows of cases."""
    rows, rules = read_cells(reader)
    refuse_columns([], rules)
    if name.startswith("d"):
        rows = [[f"display({cell})" for cell in row] for row in rows]
    return write_matrix(["left"], rows)


def read_array(reader):
    """An array."""
    skip_place(reader)
    return read_columns(reader, SPACING.sub("", reader.read_raw()))


def read_columns(reader, columns, alike=False):
    """Rows in columns such as c|cr, with their rules; alike: one column stands for all."""
    columns = re.sub(r"\s", "", columns)
    if not re.fullmatch(r"\|?([lcr]\|?)+", columns):
        raise CannotSet(f"an array with the columns {columns} is not known here")
    rows, horizontal = read_cells(reader)
    if len(set(horizontal)) < len(horizontal):
        raise CannotSet("a double rule is not known here")
    sides = [COLUMN[letter] for letter in columns if letter != "|"]
    sides *= len(rows[0]) if alike else 1
    if len(sides) < len(rows[0]):
        raise CannotSet("a row with more cells than the array has columns")
    rows = [row + ['""'] * (len(sides) - len(row)) for row in rows]
    vertical = [len(columns[:index].replace("|", "")) for index, letter in enumerate(columns)
                if letter == "|"]
    if vertical or horizontal or len(set(sides)) > 1:
        return write_ruled(sides, vertical, horizontal, rows)
    return write_matrix(sides, rows)


def write_matrix(sides, rows):
    """The typst of a matrix whose columns all have one alignment."""
    return "matrix(align: #%s, %s)" % (sides[0], "; ".join(", ".join(row) for row in rows))


def write_ruled(sides, vertical, horizontal, rows):
    """The typst of an array with rules after the columns and rows of these numbers."""
    lists = ["(%s)" % "".join(f"{item}, " for item in items)
             for items in (sides, vertical, horizontal)]
    cells = ", ".join(cell for row in rows for cell in row)
    return "ruled(#%s, #%s, #%s, %s)" % (*lists, cells)


def put_between(delimiters, inner):
    """Typst between delimiters as they are typed."""
    opening, closing = map(escape_sign, delimiters)
    return enclose(opening, inner, closing)
