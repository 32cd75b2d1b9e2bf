"""TeX mended for pandoc: what it would spoil is cut out and set by typst of our own.

Pandoc turns TeX into typst, but spoils some constructs that students write every day:
`{W^{(2)}}^T` loses its grouping, `vmatrix` a bar, `\\;` its space, `\\operatorname*` its limits.
Such a place becomes a hole in the text around it, a `\\text` that holds its number: a typst
template and the TeX that goes into it, mended in its turn. `Mender.fill` puts pandoc's answers
together again.
"""

import re
from dataclasses import dataclass

HOLE = "\ue004%d\ue005"  # private-use characters: no notebook writes these
HOLES = re.compile("\ue004(\\d+)\ue005")
TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|.", re.DOTALL)
RENAMED = {r"\cfrac": r"\dfrac", r"\mathbbm": r"\mathbb", r"\mathds": r"\mathbb",
           r"\hbox": r"\mbox", r"\lvert": "|", r"\rvert": "|", r"\vert": "|",
           r"\lVert": r"\|", r"\rVert": r"\|", r"\Vert": r"\|"}
TYPST = {  # what pandoc loses, said in typst
    r"\;": "thick", r"\>": "med", r"\!": "#h(-0.167em)", r"\&": r"\&"}
DROPPED = {r"\notag", r"\nonumber"}
DROPPED_WITH_ARGUMENT = {r"\label", r"\require", r"\color", r"\textcolor"}
ONE_ARGUMENT = re.compile(
    r"\\(math(bb|bf|cal|frak|it|rm|scr|sf|tt|op|ring|normal)|text[a-z]*|mbox|bm|boldsymbol|pmb"
    r"|(wide)?hat|bar|(wide)?tilde|d{1,4}ot|vec|acute|grave|check|breve|(over|under)(line|brace)"
    r"|over(left|right|leftright)arrow|sqrt|boxed|[bx]?cancel|[hv]?phantom|hspace"
    r"|substack|x(left|right)arrow|pmod|begin|end)\*?")
TWO_ARGUMENTS = re.compile(r"\\([dt]?frac|[dt]?binom|overset|underset|stackrel)")
VERBATIM = re.compile(r"\\(text[a-z]*|mbox|hspace|begin|end)\*?")
BIG = {"big": "120%", "Big": "180%", "bigg": "240%", "Bigg": "300%"}
BIG_TOKEN = re.compile(r"\\([bB]igg?)[lrm]?")
OLD_STYLE = re.compile(r"\s*\\(bf|rm|it|cal|sf|tt)(?![A-Za-z])\s*(.*)", re.DOTALL)
ENVIRONMENTS = (  # what pandoc does not know, in terms of what it knows
    (r"(?<!\\)((?:\\\\)*)%[^\n]*", r"\1"),  # comments
    (r"\n\s*\n", "\n"),
    (r"\d+(?:\{,\}\d+)+",  # 12{,}345: one number, no space after the comma
     lambda number: r"\text{%s}" % number[0].replace("{,}", ",")),
    (r"\\(begin|end)\{[dr]cases\*?\}", r"\\\1{cases}"),
    (r"\\begin\{vmatrix\}", r"\\left|\\begin{matrix}"),
    (r"\\end\{vmatrix\}", r"\\end{matrix}\\right|"),
    (r"\\begin\{Vmatrix\}", r"\\left\\|\\begin{matrix}"),
    (r"\\end\{Vmatrix\}", r"\\end{matrix}\\right\\|"),
    (r"\\(begin|end)\{(displaymath|math|equation\*?)\}", ""),
    (r"^\s*\\begin\{(?:aligned|split)\}((?:(?!\\begin\{(?:aligned|split)\}).)*)"
     r"\\end\{(?:aligned|split)\}\s*([.,;]?)\s*$", r"\\begin{align}\1\2\\end{align}"),
    (r"^\s*\\begin\{gathered\}((?:(?!\\begin\{gathered\}).)*)\\end\{gathered\}\s*([.,;]?)\s*$",
     r"\\begin{gather}\1\2\\end{gather}"),
)
LINES_WITHIN = re.compile(  # lines that are aligned among themselves, within a larger formula
    r"\\begin\{(aligned|split|gathered)\}((?:(?!\\begin\{\1\}).)*)\\end\{\1\}", re.DOTALL)
MATRIX = re.compile(r"\s*\\begin\{(matrix|array)\}((?:(?!\\begin\{\1\}).)*)\\end\{\1\}\s*",
                    re.DOTALL)
TAG = re.compile(r"\\tag(\*?)\s*\{([^{}]*)\}")
DEFINITION = re.compile(
    r"\\(?:(?:re|provide)?newcommand\*?\s*\{?\s*(?P<new>\\[A-Za-z]+)\s*\}?\s*"
    r"(?:\[(?P<count>\d)\])?"
    r"|def\s*(?P<def>\\[A-Za-z]+)(?P<marks>(?:#\d)*)"
    r"|(?P<operator>DeclareMathOperator\*?)\s*\{?\s*(?P<named>\\[A-Za-z]+)\s*\}?)\s*(?=\{)")


class CannotSet(ValueError):
    """A formula that TeX itself would refuse, and why."""


@dataclass(frozen=True)
class Hole:
    """A place that typst fills: a template with one {} for each TeX that goes into it."""

    template: str
    texts: tuple = ()


class Mender:
    """Mends formulas one after another: macros defined in one are known in those that follow."""

    def __init__(self):
        self.macros, self.holes = {}, []

    def prepare(self, tex):
        """Return (mended TeX, tag) of one formula; CannotSet says why there is none."""
        tex = expand(take_definitions(tex, self.macros), self.macros)
        for pattern, replacement in ENVIRONMENTS:
            tex = re.sub(pattern, replacement, tex, flags=re.DOTALL)
        tags = ["(%s)" % tag[2] if not tag[1] else tag[2] for tag in TAG.finditer(tex)]
        if len(tags) == 1:
            return self.mend(TAG.sub("", tex)), tags[0]
        return self.mend(TAG.sub(r"\\qquad\\text{(\2)}", tex)), ""

    def fill(self, typst, answers):
        """Return typst in which every hole is filled; answers maps mended TeX to typst."""
        def filled(match):
            hole = self.holes[int(match[1])]
            texts = [self.fill(answers.get(text, ""), answers) for text in hole.texts]
            texts = ["\\" + text if text in ("{", "}") else text for text in texts]
            if hole.template == "matrix":  # pandoc keeps columns between brackets only
                return texts[0].replace('delim: "["', "delim: #none", 1)
            return hole.template.format(*texts)
        return re.sub(r'upright\("%s"\)' % HOLES.pattern, filled, typst)

    def texts_within(self, tex):
        """Return the mended TeX and all the TeX in its holes: what pandoc must answer."""
        texts = [tex]
        for number in HOLES.findall(tex):
            for text in self.holes[int(number)].texts:
                texts += self.texts_within(text)
        return texts

    def hole(self, template, *texts):
        """Return the TeX that stands for a place which typst fills."""
        self.holes.append(Hole(template, texts))
        return r"\text{%s}" % (HOLE % (len(self.holes) - 1))

    def mend(self, tex):
        """Return TeX that pandoc reads rightly."""
        out, position, tex = [], 0, rewrite_over(tex)
        while position < len(tex):
            piece, position = self.mend_token(tex, position)
            out.append(piece)
        return "".join(out)

    def mend_token(self, tex, position):
        """Return one token with its arguments, mended, and where the next one starts."""
        token, after = token_at(tex, position)
        name = RENAMED.get(token, token)
        if token in TYPST:
            return self.hole(TYPST[token]), after
        if token in DROPPED:
            return "", after
        if token in DROPPED_WITH_ARGUMENT:
            return "", argument_at(tex, after)[1]
        if token == "{":
            return self.mend_group(tex, position)
        if token == "}":
            raise CannotSet("a } without its {")
        if name in ("|", r"\|"):
            return self.mend_bar(name, tex, after)
        if token == r"\left":
            return self.mend_fence(tex, after)
        if BIG_TOKEN.fullmatch(token):
            return self.mend_big(token, tex, after)
        if token.startswith(r"\operatorname"):
            return self.mend_operator(token, tex, after)
        if name in "^_" or ONE_ARGUMENT.fullmatch(name) or TWO_ARGUMENTS.fullmatch(name):
            return self.mend_command(name, tex, after)
        return name, after

    def mend_group(self, tex, position):
        """Return a group: one with scripts both within and upon it keeps its border."""
        inner, after = argument_at(tex, position)
        style = OLD_STYLE.match(inner)
        if style:
            inner = r"\math%s{%s}" % style.groups()
        mended = self.mend(inner)
        if re.search(r"[\^_']", inner) and script_follows(tex, after):
            return self.hole("group({})", mended), after
        return "{%s}" % mended, after

    def mend_command(self, name, tex, position):
        """Return a command or a script with its arguments mended."""
        out, after = [name], position
        if name == r"\sqrt" and tex[position:position + 1] == "[":
            after = tex.find("]", position) + 1 or position
            out.append(tex[position:after])
        for _ in range(2 if TWO_ARGUMENTS.fullmatch(name) else 1):
            argument, after = self.mend_argument(name, tex, after)
            out.append("{%s}" % argument)
        written = "".join(out)
        if name in "^_" and tex[skip_space(tex, after):][:1] == name:
            raise CannotSet("two scripts on one symbol: put braces around the first")
        if name.endswith("frac") and script_follows(tex, after):
            return self.hole("group({})", written), after
        if name == r"\begin":
            return self.mend_environment(written, tex, position - len(name), after)
        return written, after

    def mend_argument(self, name, tex, position):
        """Return a command's next argument, mended, and where the next token starts."""
        start = skip_space(tex, position)
        token, _ = token_at(tex, start)
        if not token:
            raise CannotSet(f"nothing after {name}")
        if token[0] == "\\" and not VERBATIM.fullmatch(name):
            return self.mend_token(tex, start)  # x_\mathrm{in} takes the word with it
        inner, after = argument_at(tex, start)
        return inner if VERBATIM.fullmatch(name) else self.mend(inner), after

    def mend_environment(self, written, tex, start, after):
        """Return \\begin{…}; a whole environment if pandoc would not keep its rows together."""
        matrix, lines = MATRIX.match(tex, start), LINES_WITHIN.match(tex, start)
        if matrix:
            text = r"\left[%s\right]" % self.mend_matrix(matrix)
            return self.hole("matrix", text), matrix.end()
        if lines:
            whole = {"gathered": "gather"}.get(lines[1], "align")
            text = r"\begin{%s}%s\end{%s}" % (whole, self.mend(lines[2]), whole)
            return self.hole("aligned({})", text), lines.end()
        return written, after

    def mend_matrix(self, matrix, name="matrix"):
        """Return a matrix whose cells are mended; the columns' alignments are left out."""
        cells = matrix[2]
        if matrix[1] == "array":
            columns, start = argument_at(cells, 0)
            cells = cells[start:]
        cells = self.mend(re.sub(r"\\hline", "", cells))
        if name == "array":
            columns = "l" * len(re.findall("[lcr]", columns))  # pandoc makes cases of these only
            return r"\begin{array}{%s}%s\end{array}" % (columns, cells)
        return r"\begin{matrix}%s\end{matrix}" % cells

    def mend_bar(self, bar, tex, position):
        """Return |x| as a pair, whose bars stand close to x, and a lone bar as it is."""
        stop = closing_bar(bar, tex, position)
        if stop is None:
            return (r"\| " if bar == r"\|" else bar), position
        fence = fence_name(bar)
        content = self.mend(tex[position:stop])
        return rf"\left{fence} {content}\right{fence} ", token_at(tex, stop)[1]

    def mend_fence(self, tex, position):
        """Return \\left … \\right, which grows with its content on an open side too."""
        opening, start = token_at(tex, skip_space(tex, position))
        stop, closing, after = matching_right(tex, start)
        opening, closing = fence_name(opening), fence_name(closing)
        content = tex[start:stop]
        matrix = MATRIX.fullmatch(content)
        if matrix and opening != "." and (closing != "." or opening == r"\{"):
            keep = "array" if closing == "." and matrix[1] == "array" else "matrix"
            mended = self.mend_matrix(matrix, keep)
        else:
            mended = self.mend(content)
            if "." in (opening, closing):
                texts = [text for text in (opening, mended, closing) if text != "."]
                return self.hole("lr(%s)" % " ".join(["{}"] * len(texts)), *texts), after
        return rf"\left{opening} {mended}\right{closing} ", after

    def mend_big(self, token, tex, position):
        """Return a delimiter of the size asked for; pandoc's would overlap its neighbours."""
        delimiter, after = token_at(tex, skip_space(tex, position))
        size = BIG[BIG_TOKEN.fullmatch(token)[1]]
        return self.hole("lr(size: #%s, {})" % size, fence_name(delimiter)), after

    def mend_operator(self, token, tex, position):
        """Return a named operator, with its limits beneath it if it is starred."""
        inner, after = argument_at(tex, position)
        words = re.sub(r"\\[,;:! ]|~", " ", inner)
        words = re.sub(r"\\(mathrm|text)(?![A-Za-z])|[{}]", "", words).strip()
        if not re.fullmatch(r"[\w \-]+", words):
            return "%s{%s}" % (token, self.mend(inner)), after
        limits = "true" if token.endswith("*") else "false"
        return self.hole('op("%s", limits: #%s)' % (words, limits)), after


def token_at(tex, position):
    """Return the token at a position, "" at the end, and where the next one starts."""
    match = TOKEN.match(tex, position)
    return (match[0], match.end()) if match else ("", position)


def skip_space(tex, position):
    """Return the position of what comes after white space."""
    return re.compile(r"\s*").match(tex, position).end()


def argument_at(tex, position):
    """Return an argument (a group's inside, or one token) and where the next token starts."""
    start = skip_space(tex, position)
    token, after = token_at(tex, start)
    if token != "{":
        return token, after
    depth, position = 1, after
    while depth:
        token, position = token_at(tex, position)
        if not token:
            raise CannotSet("a { without its }")
        depth += {"{": 1, "}": -1}.get(token, 0)
    return tex[after:position - 1], position


def script_follows(tex, position):
    """Return whether the next token is a script: ^, _ or a prime."""
    return tex[skip_space(tex, position):][:1] in ("^", "_", "'")


def fence_name(delimiter):
    """Return a delimiter as pandoc stretches it best."""
    name = RENAMED.get(delimiter, delimiter)
    return r"\Vert" if name == r"\|" else name


def matching_right(tex, position):
    """Return where the \\right of this \\left stands, its delimiter, and what comes after."""
    depth = 1
    while True:
        start = position
        token, position = token_at(tex, position)
        if not token:
            raise CannotSet(r"\left without its \right")
        depth += {r"\left": 1, r"\right": -1}.get(token, 0)
        if depth == 0:
            delimiter, after = token_at(tex, skip_space(tex, position))
            return start, delimiter, after


def closing_bar(bar, tex, position):
    """Return where the bar that closes |x| stands, None if what lies between is not one term."""
    depth, empty = 0, True
    while True:
        start = position
        token, position = token_at(tex, position)
        if RENAMED.get(token, token) == bar and depth == 0:
            return None if empty else start
        if token in (r"\left", r"\right", r"\middle") or BIG_TOKEN.fullmatch(token):
            position = token_at(tex, skip_space(tex, position))[1]
        depth += 1 if token in ("{", "(", "[") else -1 if token in ("}", ")", "]") else 0
        if depth < 0 or token in ("", "&", r"\\", r"\mid"):
            return None
        empty = empty and token.isspace()


def rewrite_over(tex):
    """Return TeX whose `a \\over b`, at the outermost level, is a \\frac."""
    position, depth = 0, 0
    while position < len(tex):
        start = position
        token, position = token_at(tex, position)
        depth += {"{": 1, "}": -1}.get(token, 0)
        if token == r"\over" and depth == 0:
            return r"\frac{%s}{%s}" % (tex[:start], tex[position:])
    return tex


def take_definitions(tex, macros):
    """Return TeX without its macro definitions, which are put into macros."""
    while match := DEFINITION.search(tex):
        body, after = argument_at(tex, match.end())
        if match["operator"]:
            star = "*" if match["operator"].endswith("*") else ""
            macros[match["named"]] = (0, r"\operatorname%s{%s}" % (star, body))
        elif match["new"]:
            macros[match["new"]] = (int(match["count"] or 0), body)
        else:
            macros[match["def"]] = (match["marks"].count("#"), body)
        tex = tex[:match.start()] + tex[after:]
    return tex


def expand(tex, macros, depth=0):
    """Return TeX in which no macro is left."""
    if depth > 20 or len(tex) > 50_000:
        raise CannotSet("a macro that never ends")
    out, position, changed = [], 0, False
    while position < len(tex):
        token, position = token_at(tex, position)
        if token in macros:
            count, body = macros[token]
            for number in range(1, count + 1):
                argument, position = argument_at(tex, position)
                body = body.replace(f"#{number}", argument)
            token, changed = "{%s}" % body if count else body + " ", True
        out.append(token)
    return expand("".join(out), macros, depth + 1) if changed else tex
