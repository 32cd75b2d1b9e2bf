"""Reads the commands of the package physics that are more than macros: derivatives, brackets."""

from kit.report.tex_macros import CannotSet
from kit.report.tex_rows import read_cells, write_matrix
from kit.report.typst_syntax import enclose, join_typst

PAIRS = {"(": ")", "[": "]", "{": "}", "|": "|"}


def skip_star(reader):
    """Step over the star of a command; whether there was one."""
    star = reader.peek() == "*"
    reader.position += star
    return star


def read_groups(reader, command, most):
    """The typst of one argument, and of at most so many groups in braces that follow it."""
    found = [reader.read_argument(command)]
    while len(found) < most and reader.peek() == "{":
        found.append(reader.read_argument(command))
    return found


def read_derivative(reader, sign, most):
    r"""\dv[n]{f}{x}, \dv{x}, \pdv{f}{x}{y}; with a star on one line."""
    star, power = skip_star(reader), reader.read_optional()
    first, *others = read_groups(reader, "a derivative", most)
    above, below = (first, others) if others else ("", [first])
    power = power or (str(len(below)) if len(below) > 1 else "")
    upper = join_typst([f"attach({sign}, t: {power})" if power else sign, above])
    if power and len(below) == 1:
        below = [f"attach({below[0]}, t: {power})"]
    lower = join_typst([part for name in below for part in (sign, name)])
    return f"{upper}\\/{lower}" if star else f"frac({upper}, {lower})"


def read_differential(reader, sign):
    r"""\dd{x}, \dd[3]{x}, \dd x."""
    skip_star(reader)
    power = reader.read_optional()
    sign = f"attach({sign}, t: {power})" if power else sign
    inner = reader.read_argument(r"\dd") if reader.peek() == "{" else ""
    return join_typst(["thin", sign, inner])


def close_fence(reader, closing=""):
    r"""Put \right before the delimiter that closes the next one, and give it its own name."""
    opening = reader.peek()
    wanted = closing or PAIRS.get(opening)
    if wanted is None:
        raise CannotSet(f"no delimiter but {opening or 'nothing'} after a command that wants one")
    depth = 0
    for index in range(reader.position + 1, len(reader.tokens)):
        token = reader.tokens[index]
        if token == wanted and depth == 0:
            name = "\\" + token if token in "{}" else token
            reader.tokens[index:index + 1] = [r"\right", name]
            return opening
        depth += {opening: 1, wanted: -1}.get(token, 0) if opening != wanted else 0
    raise CannotSet(f"a {opening} without its {wanted}")


def read_quantity(reader):
    r"""\qty(…), \qty[…], \qty{…}, \qty|…|: delimiters that grow."""
    skip_star(reader)
    while reader.peek() in (r"\big", r"\Big", r"\bigg", r"\Bigg"):
        reader.take()
    if reader.peek() == "{":
        start = reader.position
        reader.read_raw()
        if reader.peek() == "{":
            raise CannotSet(r"\qty with two groups is siunitx's, which JupyterLab does not load")
        reader.position = start
    opening = close_fence(reader)
    if opening == "{":
        reader.tokens[reader.position] = r"\{"
    reader.tokens.insert(reader.position, r"\left")
    return reader.read_symbol()


def read_evaluated(reader):
    r"""\eval{…}_a^b, \eval(…|_a^b, \eval[…|_a^b."""
    skip_star(reader)
    if reader.peek() == "{":
        return enclose("", reader.read_argument(r"\eval"), r"\|")
    close_fence(reader, "|")
    reader.tokens.insert(reader.position, r"\left")
    return reader.read_symbol()


def read_matrix_quantity(reader, delimiters=("", "")):
    r"""\mqty(a & b \\ c & d), \mqty{…}, \pmqty{…}."""
    skip_star(reader)
    opening = close_fence(reader)
    reader.take()
    body = write_matrix(["center"], read_cells(reader, r"\right")[0])
    reader.take()
    closing = reader.take()
    if opening != "{":
        delimiters = ("\\" + opening, "\\" + closing)
    return enclose(delimiters[0], body, delimiters[1])


def read_bra(reader):
    r"""\bra{a}, and \bra{a}\ket{b} as one bracket."""
    skip_star(reader)
    left = reader.read_argument(r"\bra")
    if reader.peek() != r"\ket":
        return enclose(r"\⟨", left, r"\|")
    reader.take()
    return write_bracket([left, reader.read_argument(r"\ket")])


def read_ket(reader):
    r"""\ket{a}."""
    skip_star(reader)
    return enclose(r"\|", reader.read_argument(r"\ket"), r"\⟩")


def read_bracket(reader):
    r"""\braket{a|b} and \braket{a}{b}."""
    skip_star(reader)
    parts = read_groups(reader, r"\braket", 2)
    return write_bracket(parts)


def read_expectation(reader):
    r"""\ev{A} and \ev{A}{ψ}."""
    skip_star(reader)
    inner, *state = read_groups(reader, r"\ev", 2)
    parts = [state[0], inner, state[0]] if state else [inner]
    return write_bracket(parts)


def write_bracket(parts):
    """⟨a|b|c⟩ of its parts."""
    first, *others = parts
    return enclose(r"\⟨", join_typst([first, *(sign for part in others
                                              for sign in (r"mid(\|)", part))]), r"\⟩")


def name_all(names, read, *arguments):
    """{command: reading function} for several names of one command."""
    return dict.fromkeys(("\\" + name for name in names.split()), lambda reader: read(
        reader, *arguments))


PHYSICS = {
    **name_all("dv derivative", read_derivative, '"d"', 2),
    **name_all("pdv pderivative partialderivative", read_derivative, "∂", 3),
    **name_all("fdv fderivative functionalderivative", read_derivative, "δ", 2),
    **name_all("dd differential", read_differential, '"d"'),
    **name_all("var variation", read_differential, "δ"),
    **name_all("qty quantity", read_quantity),
    **name_all("eval evaluated", read_evaluated),
    **name_all("mqty matrixquantity", read_matrix_quantity),
    **name_all("pmqty", read_matrix_quantity, (r"\(", r"\)")),
    **name_all("bmqty", read_matrix_quantity, (r"\[", r"\]")),
    **name_all("vmqty", read_matrix_quantity, (r"\|", r"\|")),
    **name_all("bra", read_bra), **name_all("ket", read_ket),
    **name_all("braket innerproduct ip Braket", read_bracket),
    **name_all("ev expval expectationvalue", read_expectation),
}
