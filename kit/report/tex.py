"""Converts TeX formulas to typst. It refuses unknown TeX and never guesses.

A Reader reads a formula as TeX does, token by token. `read_sequence` reads symbols side by side.
`read_symbol` reads one symbol, or a command and its arguments. Every structure becomes a call of a
typst function, so groups are those of TeX. Every sign that means something in typst is escaped, so
no formula can smuggle in typst code.
"""

import functools
import re
import unicodedata

from kit.report import tex_commands as known
from kit.report.tex_macros import CannotSet, split_tokens
from kit.report.tex_rows import read_environment, read_substack, read_whole_formula
from kit.report.typst_syntax import enclose, escape_sign, join_typst, parse_colour, quote_text

DEEPEST = 80             # a group counts twice
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
BIG_FENCE = re.compile(r"\\([bB]igg?)([lrm]?)")
TEXT_SIGNS = {"~": "\xa0", r"\ ": " ", r"\,": "\u2009", r"\;": "\u2005", r"\:": "\u2005",
              r"\quad": "\u2003", r"\qquad": "\u2003\u2003", r"\ldots": "…", r"\dots": "…",
              r"\%": "%", r"\&": "&", r"\#": "#", r"\$": "$", r"\_": "_", r"\{": "{",
              r"\}": "}", "'": "’", "`": "‘", r"\textbackslash": "\\", r"\S": "§"}


def convert_formula(tex, macros, display=True):
    """(typst, tag) of a formula, whose own macros join those of the report.

    CannotSet says why there is no typst.
    """
    return read_whole_formula(Reader(macros.expand(split_tokens(tex)), display))


def limit_depth(read):
    """Decorate a reading method: it refuses a formula that is nested too deep."""
    @functools.wraps(read)
    def reading(self, *arguments):
        self.depth += 1
        if self.depth > DEEPEST:
            raise CannotSet("it is nested too deep")
        try:
            return read(self, *arguments)
        finally:
            self.depth -= 1
    return reading


class Reader:
    """Reads the tokens of one formula and writes typst."""

    def __init__(self, tokens, display):
        self.tokens, self.display = tokens, display
        self.position = self.depth = self.fences = 0
        self.tag = self.lines = None

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
        """The text of a group as it is written, not read as TeX."""
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
        template = self.read_colour() if token == r"\color" else known.SWITCHES[token]
        if token == r"\color" and self.peek() == "{":  # as Jupyter reads \color{red}{x}
            return self.add_scripts(template.format(self.read_argument(token)))
        return template.format(self.read_sequence(*stops))

    def read_symbol_with_scripts(self):
        """One symbol with its scripts."""
        return self.add_scripts('""' if self.peek() in SCRIPTS else self.read_symbol())

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
        if token in known.TEMPLATES:
            return self.fill_template(token, known.TEMPLATES[token])
        if token in known.SYMBOLS:
            return self.write_symbol(token)
        if token in known.SPACES:
            return known.SPACES[token]
        if token in known.DROPPED:
            return ""
        if token in known.FUNCTIONS:
            return 'op("%s")' % token[1:]
        if token in known.LIMITED:
            return 'op("%s", limits: #true)' % known.LIMITED[token]
        if token in known.LETTERING:
            return self.read_lettering(token)
        if token in known.TEXTS:
            return self.read_text(known.TEXTS[token])
        if token in known.LONG_ARROWS:
            return self.read_long_arrow(token)
        if token in COMMANDS:
            return COMMANDS[token](self)
        if BIG_FENCE.fullmatch(token):
            return self.read_big_fence(token)
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
        raise CannotSet(MISPLACED.get(token) or f"{token} is not known here")

    # Commands

    def fill_template(self, token, template):
        """A template with the arguments of the command in their places."""
        count = len(set(re.findall(r"\{\d\}", template)))
        return template.format(*[self.read_argument(token) for _ in range(count)])

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

    def read_lettering(self, token):
        """Letters of another alphabet; a word stays together."""
        word, after = self.read_word()
        if word and token in known.WORDS:
            self.position = after
            return known.WORDS[token].format(quote_text(word))
        return known.LETTERING[token].format(self.read_argument(token))

    def read_word(self):
        """(the word in the braces that follow, its end); the word is "" if there is none."""
        if self.peek() != "{":
            return "", self.position
        letters = []
        for index in range(self.position + 1, len(self.tokens)):
            token = self.tokens[index].strip(" \n\t")
            if token == "}":
                return "".join(letters) if len(letters) > 1 else "", index + 1
            if not re.fullmatch(r"[A-Za-z0-9]?|\\[,;: ]?|~", token):
                break
            letters += token if token.isalnum() else " " * len(token[:1])
        return "", self.position

    def read_operator(self, limits="false"):
        """A named operator."""
        start = self.position
        words = re.sub(r"\\[,;:! ]|~", " ", self.read_raw())
        words = re.sub(r"\\(mathrm|text|rm)(?![A-Za-z])|[{}]", "", words).strip()
        if not re.fullmatch(r"(?:[^\W_]|[ \-])+", words):
            self.position = start
            return f"op(upright({self.read_argument('a name')}), limits: #{limits})"
        return f"op({quote_text(words)}, limits: #{limits})"

    def read_operator_with_limits(self):
        """A named operator whose scripts are limits."""
        return self.read_operator("true")

    def read_delimiter(self, command):
        """The next token as a delimiter, escaped; "" for the open side of a fence."""
        token = self.take()
        if token not in known.FENCES:
            raise CannotSet(f"{command} before {token or 'nothing'} is not known here")
        return escape_sign(known.FENCES[token])

    def read_left(self):
        """\\left … \\right with all between them."""
        opening = self.read_delimiter(r"\left")
        self.fences += 1
        inner = self.read_sequence(r"\right")
        self.fences -= 1
        self.expect(r"\right", r"\left")
        return enclose(opening, inner, self.read_delimiter(r"\right"))

    def read_middle(self):
        """A delimiter that grows with the \\left … \\right around it."""
        if not self.fences:
            raise CannotSet(r"\middle without its \left")
        return f"mid({self.read_delimiter('middle')})"

    def read_big_fence(self, token):
        """A delimiter of a given size."""
        size, side = BIG_FENCE.fullmatch(token).groups()
        return known.SIDES[side] % f"lr(size: #{known.SIZES[size]}, {self.read_delimiter(token)})"

    def read_root(self):
        """A root with its degree."""
        if self.peek() != "[":
            return f"sqrt({self.read_argument('a root')})"
        self.take()
        degree = self.read_sequence("]")
        self.expect("]", r"\sqrt[")
        return f"root({degree}, {self.read_argument('a root')})"

    def read_long_arrow(self, token):
        """An arrow as long as the words above and below it."""
        below = ""
        if self.peek() == "[":
            self.take()
            below = ", b: #h(0.4em)%s#h(0.4em)" % self.read_sequence("]")
            self.expect("]", f"{token}[")
        above = self.read_argument(token)
        return f"attach(stretch({known.LONG_ARROWS[token]}), t: #h(0.4em){above}#h(0.4em){below})"

    def read_negated(self):
        """\\not and the sign that it strikes out, as one character."""
        token = self.take()
        sign = known.SYMBOLS.get(token, token)
        both = unicodedata.normalize("NFC", sign + "\u0338")
        if len(both) != 1 or sign.isalnum():
            raise CannotSet(rf"\not{token} is not known here")
        return escape_sign(both)

    def read_space(self):
        """A space of a given width."""
        words = self.read_raw()
        width = re.fullmatch(known.LENGTH, words)
        if not width:
            raise CannotSet(f"the width {words} is not known here")
        unit, factor = known.IN_TYPST.get(width[2], (width[2], 1))
        return f"#h({float(width[1]) * factor:.4g}{unit})"

    def read_colour(self):
        """The template for typst of a given colour."""
        model = self.read_raw("[", "]") if self.peek() == "[" else ""
        return 'colored(#rgb("%s"), {0})' % parse_colour(model, self.read_raw())

    def read_coloured(self):
        """\\textcolor{colour}{argument}."""
        return self.read_colour().format(self.read_argument(r"\textcolor"))

    def read_tag(self, form="({})"):
        """Take the tag of a line."""
        words = self.read_raw()
        if self.tag is not None or re.search(r"[\\${}]", words):
            raise CannotSet(r"a \tag that is more than plain text, or a second one")
        self.tag = form.format(words.strip())
        return ""

    def read_starred_tag(self):
        """Take the tag of a line, without parentheses."""
        return self.read_tag("{}")

    def skip_label(self):
        """Step over a label: it is not shown."""
        self.read_raw()
        return ""

    # Text

    @limit_depth
    def read_text(self, template):
        """The text of a group in the lettering of a template; it may hold formulas."""
        self.expect("{", "a command for text")
        out, words = [], []
        while (token := self.take_in_text()) != "}":
            inner = self.read_in_text(token, template)
            if inner is None:
                words.append(TEXT_SIGNS.get(token, " " if token.isspace() else token))
                continue
            out += [write_words(words, template), inner]
            words = []
        return join_typst([*out, write_words(words, template)])

    def take_in_text(self):
        """The next token of a text, where white space counts; step past it."""
        self.position += 1
        if self.position > len(self.tokens):
            raise CannotSet("a text without its }")
        return self.tokens[self.position - 1]

    def read_in_text(self, token, template):
        """The typst of a token that is more than words; None for words."""
        if token in ("$", r"\("):
            closing = {"$": "$"}.get(token, r"\)")
            inner = self.read_sequence(closing)
            self.expect(closing, token)
            return inner
        if token in known.TEXTS:
            return self.read_text(template.format(known.TEXTS[token]))
        if token == r"\textcolor":
            return self.read_colour().format(self.read_text(template))
        if token == "{":
            self.position -= 1
            return self.read_text(template)
        if token[0] == "\\" and token not in TEXT_SIGNS:
            raise CannotSet(f"{token} within text is not known here")
        return None


COMMANDS = {
    "{": Reader.read_group, r"\begin": read_environment, r"\left": Reader.read_left,
    r"\middle": Reader.read_middle, r"\sqrt": Reader.read_root, r"\not": Reader.read_negated,
    r"\textcolor": Reader.read_coloured, r"\operatorname": Reader.read_operator,
    r"\operatorname*": Reader.read_operator_with_limits, r"\hspace": Reader.read_space,
    r"\hspace*": Reader.read_space, r"\mspace": Reader.read_space, r"\tag": Reader.read_tag,
    r"\tag*": Reader.read_starred_tag, r"\label": Reader.skip_label, r"\substack": read_substack}
MISPLACED = {
    END: r"it ends too early: a {, \begin or \left is not closed", "}": "a } without its {",
    "&": "an & outside of rows", r"\\": r"a \\ outside of rows", "$": "a $ within a formula",
    r"\right": r"a \right without its \left", r"\end": r"an \end without its \begin",
    **{token: f"{token} needs braces around it and what it changes"
       for token in (*known.SWITCHES, *known.FRACTIONS, r"\color")}}


def write_words(words, template):
    """Words as typst text; nothing for no words."""
    return template.format(quote_text("".join(words))) if words else ""
