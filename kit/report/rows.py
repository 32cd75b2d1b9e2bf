"""What TeX sets in rows: matrices, cases, arrays with rules, aligned lines."""

import re

from kit.report.macros import CannotSet
from kit.report.tex_commands import ALIGNED, CASES, CENTRED, COLUMN, LENGTH, MATRICES, PLAIN
from kit.report.writing import escaped, fenced, quoted

END = ""
SPACING = re.compile(r"@\{(?:\\[,;:! ]|\\q?quad|\s)*\}")    # columns stand apart anyway
PLACED = {"aligned", "alignedat", "gathered", "split"}
BREAK = r" \ "          # ends a line in typst


def whole_formula(reader):
    """Return (typst, tag) of a formula; its lines may be those of one environment."""
    rows, tags, rules = read_rows(reader, END)
    only_column(rows, rules)
    if len(rows) > 1:
        reader.lines = body = "aligned(%s)" % tagged_lines([row[0] for row in rows], tags)
        tags = [None]
    else:
        body = rows[0][0]
    after = body[len(reader.lines or ""):]
    if reader.display and reader.lines and body.startswith(reader.lines) \
            and re.fullmatch(r"(\\[.,;])?", after):
        body = reader.lines[len("aligned("):-1] + after  # lines that a page may break
    if tags[0] and not reader.display:
        raise CannotSet(r"a \tag within a line of text")
    return ("" if body == '""' else body), tags[0] or ""


def environment(reader):
    """Return \\begin{name} … \\end{name}."""
    name = reader.raw()
    kind = name.rstrip("*").removesuffix("smallmatrix") + "matrix" * ("smallmatrix" in name)
    if name in PLAIN:
        body = reader.sequence(r"\end")
    elif name in ALIGNED or name in CENTRED:
        body = lines(reader, name)
    elif kind in MATRICES:
        body = delimited(MATRICES[kind], matrix(reader, name))
    elif name in CASES:
        body = delimited(CASES[name], cases(reader, name))
    elif name == "array":
        body = array(reader)
    else:
        raise CannotSet(r"\begin{%s} is not known here" % name)
    reader.expect(r"\end", r"\begin{%s}" % name)
    if (other := reader.raw()) != name:
        raise CannotSet(r"a \begin{%s} with an \end{%s}" % (name, other))
    return body


def read_rows(reader, stop):
    """Return (rows of cells, the tag of each row, numbers of the rows below which rules stand)."""
    rows, tags, rules = [[]], [], []
    while True:
        while reader.peek() == r"\hline" and not rows[-1]:
            reader.take()
            rules.append(len(rows) - 1)
        rows[-1].append(reader.sequence("&", r"\\", stop))
        if reader.peek() == "&":
            reader.take()
            continue
        tags.append(reader.tag)
        reader.tag = None
        if reader.peek() == stop:
            break
        reader.take()
        skip_options(reader)
        rows.append([])
    if len(rows) > 1 and rows[-1] == ['""'] and not tags[-1]:
        rows.pop()      # what follows the last \\
        tags.pop()
    return rows, tags, rules


def skip_options(reader):
    """Step over the * and the [6pt] of a line's end."""
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
        reader.raw("[", "]")


def lines(reader, name):
    """Return aligned or centred lines."""
    if name in PLACED:
        skip_place(reader)
    close = name.startswith(("alignat", "alignedat"))
    if close:
        reader.raw()    # how many columns
    rows, tags, rules = read_rows(reader, r"\end")
    only_column(rows if name in CENTRED else [], rules)
    if len(rows) == 1 and tags[0]:
        reader.tag, tags = tags[0], [None]
    width = max(map(len, rows))
    gap = "" if close or name.startswith("eqnarray") else "#h(2em)"
    if name.startswith("eqnarray"):
        rows = [[row[0], "".join(row[1:])] if len(row) == 3 else row for row in rows]
    if any(tags) and name not in CENTRED:
        rows = [row + ['""'] * (width + width % 2 - len(row)) for row in rows]
    reader.lines = "aligned(%s)" % tagged_lines([line(row, gap) for row in rows], tags,
                                                "" if name in CENTRED else " & ")
    return reader.lines


def line(cells, gap):
    """Return the cells of a line: pairs of columns stand apart."""
    return " & ".join((gap if index and index % 2 == 0 else "") + cell
                      for index, cell in enumerate(cells))


def tagged_lines(rows, tags, before=""):
    """Return lines with their tags behind them."""
    return BREAK.join(row + (f"{before}#h(2em){quoted(tag)}" if tag else "")
                      for row, tag in zip(rows, tags))


def only_column(rows, rules):
    """Refuse an & where there are no columns and an \\hline where there are no cells."""
    if any(len(row) > 1 for row in rows):
        raise CannotSet("an & outside of columns")
    if rules:
        raise CannotSet(r"an \hline outside of a matrix")


def stacked(reader):
    """Return \\substack: lines, one upon another."""
    reader.expect("{", r"\substack")
    rows, tags, rules = read_rows(reader, "}")
    only_column(rows, rules)
    if any(tags):
        raise CannotSet(r"a \tag within \substack")
    reader.expect("}", r"\substack{")
    return "stacked(%s)" % BREAK.join(row[0] for row in rows)


def cells_of(reader):
    """Return (rows of equally many cells, rules) of a matrix."""
    rows, tags, rules = read_rows(reader, r"\end")
    if any(tags):
        raise CannotSet(r"a \tag within a matrix")
    width = max(map(len, rows))
    return [row + ['""'] * (width - len(row)) for row in rows], rules


def matrix(reader, name):
    """Return a matrix without its delimiters; [r] and [cc|c] say how its columns stand."""
    following = "".join(reader.tokens[reader.position:reader.position + 40])
    given = re.match(r"\s*\[([lcr|\s]+)\]", following)
    columns = "c"
    if given and (name.endswith("*") or "|" in given[1]):
        columns = reader.raw("[", "]")
    body = columned(reader, columns, len(columns) == 1)
    return f"small({body})" if "small" in name else body


def cases(reader, name):
    """Return the rows of cases."""
    rows, rules = cells_of(reader)
    only_column([], rules)
    if name[0] == "d":
        rows = [[f"display({cell})" for cell in row] for row in rows]
    return set_matrix(["left"], rows)


def array(reader):
    """Return an array."""
    skip_place(reader)
    return columned(reader, SPACING.sub("", reader.raw()))


def columned(reader, columns, alike=False):
    """Return rows in columns such as c|cr, with their rules; one column may stand for all."""
    columns = re.sub(r"\s", "", columns)
    if not re.fullmatch(r"\|?([lcr]\|?)+", columns):
        raise CannotSet(f"an array with the columns {columns} is not known here")
    rows, horizontal = cells_of(reader)
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
        return ruled(sides, vertical, horizontal, rows)
    return set_matrix(sides, rows)


def set_matrix(sides, rows):
    """Return a matrix whose columns all have one alignment."""
    return "matrix(align: #%s, %s)" % (sides[0], "; ".join(", ".join(row) for row in rows))


def ruled(sides, vertical, horizontal, rows):
    """Return an array with rules after the columns and rows of these numbers."""
    lists = ["(%s)" % "".join(f"{item}, " for item in items)
             for items in (sides, vertical, horizontal)]
    cells = ", ".join(cell for row in rows for cell in row)
    return "ruled(#%s, #%s, #%s, %s)" % (*lists, cells)


def delimited(delimiters, inner):
    """Return typst within delimiters as they are typed."""
    opening, closing = map(escaped, delimiters)
    return fenced(opening, inner, closing)
