"""Converts TeX formulas to typst. It refuses unknown TeX and never guesses.

A Reader reads a formula as TeX does, token by token. `read_sequence` reads symbols side by side.
`read_symbol` reads one symbol, or a command and its arguments. Every structure becomes a call of a
typst function, so groups are those of TeX. Every sign that means something in typst is escaped, so
no formula can smuggle in typst code.
"""

import functools
import re
import unicodedata

from kit.report import tex_arguments as arguments
from kit.report import tex_chemistry as chemistry
from kit.report import tex_commands as known
from kit.report import tex_rows as rows
from kit.report import tex_text as text
from kit.report.tex_macros import CannotSet, limit_depth, split_tokens
from kit.report.tex_physics import PHYSICS
from kit.report.typst_syntax import escape_sign, join_typst, quote_text

BETWEEN_SIGNS = {"+", "-", "=", "<", ">", *known.BINARY.values(), *known.RELATIONS.values()}
RAISED, LOWERED = set("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿᵀ"), set("₀₁₂₃₄₅₆₇₈₉")
SCRIPTS = {"^", "_", "'", "′", *RAISED, *LOWERED}
LIMITS = {r"\limits": "limits({})", r"\nolimits": "scripts({})"}
END = ""                # the token after the last one
KNOWN_CHARACTERS = set(known.CHARACTERS) | {sign for sign in known.SYMBOLS.values() if sign > "~"}
ACCENTS = {"\u0300": "grave", "\u0301": "acute", "\u0302": "hat", "\u0303": "tilde",
           "\u0304": "macron", "\u0305": "overline", "\u0306": "breve", "\u0307": "dot",
           "\u0308": "dot.double", "\u030a": "circle", "\u030c": "caron", "\u20d7": "arrow"}
LETTERS = re.compile("[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f\u0370-\u03ff\u0400-\u04ff"
                     "\U0001d400-\U0001d7ff]")


def convert_formula(tex, macros, display=True):
    """(typst, tag) of a formula, whose own macros join those of the report.

    CannotSet says why there is no typst.
    """
    tokens = macros.expand(split_tokens(tex))
    return rows.read_whole_formula(Reader(tokens, display, macros.labels))


def is_foreign(token):
    """Whether a token is a letter of a script that formulas do not know, or as wide as one."""
    return (token[:1] > "~" and not LETTERS.fullmatch(unicodedata.normalize("NFD", token)[0])
            and token not in KNOWN_CHARACTERS
            and token not in known.TYPED and token not in SCRIPTS
            and (unicodedata.category(token[0])[0] in "LM"
                 or unicodedata.east_asian_width(token[0]) in "WF"))


def is_visible(token):
    """Whether each character of a token leaves ink."""
    return all(unicodedata.category(sign)[0] in "LMNPS" for sign in token)


class Reader:
    """Reads the tokens of one formula and writes typst."""

    def __init__(self, tokens, display, labels):
        self.tokens, self.display, self.labels = tokens, display, labels
        self.position = self.depth = self.fences = 0
        self.tag = self.lines = None
        self.new_labels = []    # of the line that is being read

    # Tokens

    def peek(self):
        """The next token that is not white space."""
        while self.position < len(self.tokens) and self.tokens[self.position].isspace():
            self.position += 1
        return self.tokens[self.position] if self.position < len(self.tokens) else END

    def take(self):
        """The next token; step past it."""
        token = self.peek()
        self.position += 1
        return token

    def expect(self, wanted, after):
        """Step past a token that must be there."""
        if self.take() != wanted:
            raise CannotSet(f"no {wanted} after {after}")

    def read_raw(self, opening="{", closing="}"):
        """The text of a group, or the one token, as it is written, not read as TeX."""
        if opening == "{" and self.peek() not in ("{", "}", END):
            return self.take()
        self.expect(opening, "a command that wants one")
        depth, out = 1, []
        while self.position < len(self.tokens):
            token = self.tokens[self.position]
            self.position += 1
            depth += {closing: -1, opening: 1}.get(token, 0)
            if not depth:
                return "".join(out)
            out.append(token)
        raise CannotSet(f"a {opening} without its {closing}")

    def read_optional(self):
        """The typst of an argument in brackets; "" if there is none."""
        if self.peek() != "[":
            return ""
        self.take()
        inner = self.read_sequence("]")
        self.expect("]", "a [")
        return inner

    def end_line(self):
        """The tag of the line that ends here, which its labels name."""
        tag, self.tag = self.tag, None
        number = tag and re.sub(r"^\((.*)\)$", r"\1", tag)
        self.labels.update(dict.fromkeys(self.new_labels, number))
        self.new_labels = []
        return tag

    # Symbols side by side

    @limit_depth
    def read_sequence(self, *stops):
        """The typst of all tokens before one of those that stop it."""
        out = []
        while (token := self.peek()) not in stops:
            if token in known.FRACTIONS:
                return self.read_fraction(join_typst(out), stops)
            if token in known.SWITCHES or token == r"\color":
                out.append(self.read_switch(stops))
            else:
                out.append(self.read_symbol_with_scripts())
        return join_typst(out)

    def read_fraction(self, upper, stops):
        """The typst of {upper \\over lower}."""
        token = self.take()
        lower = self.read_sequence(*stops, *known.FRACTIONS)
        if self.peek() in known.FRACTIONS:
            raise CannotSet(f"{token} and {self.peek()} in one group")
        return known.FRACTIONS[token].format(upper, lower)

    def read_switch(self, stops):
        """A switch such as \\displaystyle or \\color{red}, with all that follows it."""
        token = self.take()
        template = text.read_colour(self) if token == r"\color" else known.SWITCHES[token]
        if token == r"\color" and self.peek() == "{":  # as Jupyter reads \color{red}{x}
            return self.add_scripts(template.format(self.read_argument(token)))
        if token in known.TYPE_SIZES:       # another size ends it
            stops = {*stops, *known.TYPE_SIZES}
        return template.format(self.read_sequence(*stops))

    def read_symbol_with_scripts(self):
        """One symbol, or a word of another script, with its scripts."""
        if is_foreign(self.peek()):
            return self.add_scripts(quote_text("".join(iter(self.take_foreign, END))))
        return self.add_scripts('""' if self.peek() in SCRIPTS else self.read_symbol())

    def take_foreign(self):
        """The next letter of another script; step past it."""
        return self.take() if is_foreign(self.peek()) else END

    def add_scripts(self, base):
        """A symbol with the scripts that follow it."""
        scripts, primes = {}, 0
        while (token := self.peek()) in SCRIPTS or token in LIMITS:
            self.take()
            if token in LIMITS:
                base = LIMITS[token].format(base)
            elif token in RAISED or token in LOWERED:
                side = "t" if token in RAISED else "b"
                sign = escape_sign(unicodedata.normalize("NFKC", token))
                scripts[side] = join_typst([scripts.get(side), sign])
            elif token in ("'", "′"):
                primes += 1
                if "t" in scripts:
                    raise CannotSet("a prime after a superscript: put braces around the first")
            else:
                self.read_script(token, scripts)
        if primes:
            scripts["t"] = join_typst(["′" * primes, scripts.get("t")])
        if not scripts:
            return base
        return "attach(%s)" % ", ".join(
            [base] + [f"{side}: {scripts[side]}" for side in sorted(scripts, reverse=True)])

    def read_script(self, token, scripts):
        """Read one script into scripts."""
        side = {"^": "t", "_": "b"}[token]
        if side in scripts:
            raise CannotSet("two scripts on one symbol: put braces around the first")
        scripts[side] = self.read_argument(token)

    def read_argument(self, command):
        """The next argument: a group, or one symbol with its own arguments."""
        if self.peek() in (END, "}", "&", r"\\", "^", "_", r"\end", r"\right"):
            raise CannotSet(f"nothing after {command}")
        if self.peek() == "{":      # no group: \overset{a}{=} stays a relation
            self.take()
            inner = self.read_sequence("}")
            self.expect("}", "a {")
            return inner
        return self.read_symbol()

    @limit_depth
    def read_symbol(self):
        """One symbol, group, or command with its arguments."""
        token = self.take()
        for table, read in READERS:
            if token in table:
                return read(self, token)
        if arguments.BIG_FENCE.fullmatch(token):
            return arguments.read_big_fence(self, token)
        return self.write_character(token)

    def write_character(self, token):
        """The typst of a character that is typed as it is."""
        if len(token) == 1 and (token in known.PUNCTUATION or token in known.TYPED):
            return escape_sign(known.TYPED.get(token, token))
        if re.fullmatch("[0-9]", token):
            return token
        base, *marks = unicodedata.normalize("NFD", token) or " "
        if LETTERS.fullmatch(base) and len(marks) < 3 and set(marks) <= set(ACCENTS):
            return functools.reduce(lambda body, mark: f"{ACCENTS[mark]}({body})", marks, base)
        if token in KNOWN_CHARACTERS or LETTERS.fullmatch(token):
            return escape_sign(token)
        if is_foreign(token):
            return quote_text(token)
        if token[:1] not in ("\\", "#") and token not in MISPLACED and is_visible(token):
            return escape_sign(token)
        raise CannotSet(MISPLACED.get(token) or f"{token} is not known here")

    # Commands and groups

    def fill_template(self, token):
        """The template of a command with its arguments in their places."""
        template = known.TEMPLATES[token]
        count = max(map(int, re.findall(r"\{(\d)\}", template)), default=-1) + 1
        return template.format(*[self.read_argument(token) for _ in range(count)])

    def read_instead(self, write):
        """The typst of the TeX that write(text) makes of the next group."""
        tex = write(self.read_raw())
        self.tokens[self.position:self.position] = ["{", *split_tokens(tex), "}"]
        return self.read_argument("a command")

    def write_symbol(self, token):
        """The character of a symbol, with TeX's spacing around it."""
        if token == r"\dots" and known.SYMBOLS.get(self.peek(), self.peek()) in BETWEEN_SIGNS:
            token = r"\cdots"
        sign = escape_sign(known.SYMBOLS[token])
        return f'class("{known.CLASSES[token]}", {sign})' if token in known.CLASSES else sign

    def read_group(self):
        """A group; a sign alone in it has no space around it, as in 1{,}000."""
        inner = self.read_sequence("}")
        self.expect("}", "a {")
        alone = re.fullmatch(r"\\?[^\w\"]", inner) and inner not in known.BIG.values()
        return f'class("normal", {inner})' if alone else inner


def rewrite(form):
    """The reading function of a command that stands for this TeX, with its argument in it."""
    return lambda reader: reader.read_instead(lambda tex: form % tex)


def read_colour_box(reader):
    """The colour and the text of \\colorbox."""
    template = text.read_colour(reader, 'oncolour(#rgb("{}"), {{0}})')
    return template.format(text.read_text(reader, "{0}"))


COMMANDS = {
    "{": Reader.read_group, r"\begin": rows.read_environment, r"\substack": rows.read_substack,
    r"\left": arguments.read_left, r"\middle": arguments.read_middle,
    r"\sqrt": arguments.read_root, r"\root": arguments.read_root_of,
    r"\not": arguments.read_negated, r"\rule": arguments.read_rule,
    r"\genfrac": arguments.read_general_fraction, r"\sideset": arguments.read_side_scripts,
    r"\buildrel": arguments.read_built_relation,
    r"\textcolor": lambda reader: text.read_colour(reader).format(
        reader.read_argument(r"\textcolor")),
    r"\colorbox": read_colour_box,
    r"\fcolorbox": lambda reader: text.read_colour(reader) and f"boxed({read_colour_box(reader)})",
    r"\fbox": lambda reader: f"boxed({text.read_text(reader, '{0}')})",
    r"\tag": arguments.read_tag, r"\tag*": lambda reader: arguments.read_tag(reader, "{}"),
    r"\label": arguments.read_label, r"\ref": arguments.read_reference,
    r"\eqref": lambda reader: r"\(" + arguments.read_reference(reader) + r"\)",
    **dict.fromkeys((r"\hspace", r"\hspace*", r"\hskip", r"\mspace", r"\mskip", r"\kern",
                     r"\mkern"), arguments.read_space),
    r"\operatorname": text.read_operator,
    r"\operatorname*": lambda reader: text.read_operator(reader, "true"),
    **{rf"\{name}": rewrite(r"\begin{%s}%%s\end{%s}" % (environment, environment))
       for name, environment in (("matrix", "matrix"), ("pmatrix", "pmatrix"), ("cases", "cases"),
                                 ("eqalign", "aligned"), ("displaylines", "gathered"))},
    r"\ce": lambda reader: reader.read_instead(chemistry.write_reaction),
    r"\pu": lambda reader: reader.read_instead(chemistry.write_quantity), **PHYSICS}
READERS = (     # tables of commands, and how the reader reads one of their commands
    (known.TEMPLATES, Reader.fill_template), (known.SYMBOLS, Reader.write_symbol),
    (known.LETTERING, text.read_lettering), (known.LONG_ARROWS, arguments.read_long_arrow),
    (known.TEXTS, lambda reader, token: text.read_text(reader, known.TEXTS[token])),
    (COMMANDS, lambda reader, token: COMMANDS[token](reader)))
MISPLACED = {
    END: r"it ends too early: a {, \begin or \left is not closed", "}": "a } without its {",
    "&": "an & outside of rows", r"\\": r"a \\ outside of rows", "$": "a $ within a formula",
    r"\right": r"a \right without its \left", r"\end": r"an \end without its \begin",
    **{token: f"{token} needs braces around it and what it changes"
       for token in (*known.SWITCHES, *known.FRACTIONS, r"\color")}}
