"""TeX formulas written as typst: what is not known is refused, never guessed.

A formula is read as TeX reads it, token by token: `sequence` writes symbols side by side,
`scripted` one symbol with its scripts, `symbol` one symbol or a command with its arguments. Every
structure becomes a call of a typst function and every sign that typst could take for its own is
escaped, so that grouping is TeX's and a formula cannot smuggle in typst code.
"""

import functools
import re
import unicodedata

from kit.report import tex_commands as known
from kit.report.macros import CannotSet, Macros, tokens_of
from kit.report.rows import environment, stacked, whole_formula
from kit.report.writing import escaped, fenced, hexadecimal, joined, quoted

DEEPEST = 80             # a group counts twice
BETWEEN_SIGNS = {"+", "-", "=", "<", ">", *known.BINARY.values(), *known.RELATIONS.values()}
RAISED, LOWERED = set("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿᵀ"), set("₀₁₂₃₄₅₆₇₈₉")
SCRIPTS = {"^", "_", "'", "′", *RAISED, *LOWERED}
PLACES = {r"\limits": "limits({})", r"\nolimits": "scripts({})"}
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


class Mender:
    """Turns formulas into typst one after another: macros of one are known in those after it."""

    def __init__(self):
        self.macros = Macros()

    def prepare(self, tex, display=True):
        """Return (typst, tag) of one formula; CannotSet says why there is none."""
        return whole_formula(Reader(self.macros.expand(tokens_of(tex)), display))


def deeper(read):
    """Return a reading method that refuses to nest without end."""
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
        """Return the next token that is not white space."""
        while self.position < len(self.tokens) and self.tokens[self.position].isspace():
            self.position += 1
        return self.tokens[self.position] if self.position < len(self.tokens) else END

    def take(self):
        """Return the next token and step past it."""
        token = self.peek()
        self.position += 1
        return token

    def expect(self, wanted, after):
        """Step past a token that must be there."""
        if self.take() != wanted:
            raise CannotSet(f"no {wanted} after {after}")

    def raw(self, opening="{", closing="}"):
        """Return the text of a group as it is written, without reading it as TeX."""
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

    @deeper
    def sequence(self, *stops):
        """Return the typst of all that stands before one of the tokens that stop it."""
        out = []
        while (token := self.peek()) not in stops:
            if token in known.FRACTIONS:
                return self.fraction(joined(out), stops)
            if token in known.SWITCHES or token == r"\color":
                out.append(self.switch(stops))
            else:
                out.append(self.scripted())
        return joined(out)

    def fraction(self, upper, stops):
        """Return {upper \\over lower}."""
        token = self.take()
        lower = self.sequence(*stops, *known.FRACTIONS)
        if self.peek() in known.FRACTIONS:
            raise CannotSet(f"{token} and {self.peek()} in one group")
        return known.FRACTIONS[token].format(upper, lower)

    def switch(self, stops):
        """Return what a switch such as \\displaystyle or \\color{red} sets: all that follows."""
        token = self.take()
        template = self.colour() if token == r"\color" else known.SWITCHES[token]
        if token == r"\color" and self.peek() == "{":  # as Jupyter reads \color{red}{x}
            return self.with_scripts(template.format(self.argument(token)))
        return template.format(self.sequence(*stops))

    def scripted(self):
        """Return one symbol with its scripts."""
        return self.with_scripts('""' if self.peek() in SCRIPTS else self.symbol())

    def with_scripts(self, base):
        """Return a symbol with the scripts that follow it."""
        scripts, primes = {}, 0
        while (token := self.peek()) in SCRIPTS or token in PLACES:
            self.take()
            if token in PLACES:
                base = PLACES[token].format(base)
            elif token in RAISED or token in LOWERED:
                side = "t" if token in RAISED else "b"
                sign = escaped(unicodedata.normalize("NFKC", token))
                scripts[side] = joined([scripts.get(side), sign])
            elif token in ("'", "′"):
                primes += 1
                if "t" in scripts:
                    raise CannotSet("a prime after a superscript: put braces around the first")
            else:
                self.script(token, scripts)
        if primes:
            scripts["t"] = joined(["′" * primes, scripts.get("t")])
        if not scripts:
            return base
        return "attach(%s)" % ", ".join(
            [base] + [f"{side}: {scripts[side]}" for side in sorted(scripts, reverse=True)])

    def script(self, token, scripts):
        """Read one script into scripts."""
        side = {"^": "t", "_": "b"}[token]
        if side in scripts:
            raise CannotSet("two scripts on one symbol: put braces around the first")
        scripts[side] = self.argument(token)

    def argument(self, command):
        """Return the next argument, a group or one symbol with its own arguments."""
        if self.peek() in (END, "}", "&", r"\\", "^", "_", r"\end", r"\right"):
            raise CannotSet(f"nothing after {command}")
        if self.peek() == "{":      # no group: \overset{a}{=} stays a relation
            self.take()
            inner = self.sequence("}")
            self.expect("}", "a {")
            return inner
        return self.symbol()

    @deeper
    def symbol(self):
        """Return one symbol, group or command with its arguments."""
        token = self.take()
        if token in known.TEMPLATES:
            return self.filled(token, known.TEMPLATES[token])
        if token in known.SYMBOLS:
            return self.known_symbol(token)
        if token in known.SPACES:
            return known.SPACES[token]
        if token in known.DROPPED:
            return ""
        if token in known.FUNCTIONS:
            return 'op("%s")' % token[1:]
        if token in known.LIMITED:
            return 'op("%s", limits: #true)' % known.LIMITED[token]
        if token in known.LETTERING:
            return self.lettering(token)
        if token in known.TEXTS:
            return self.text(known.TEXTS[token])
        if token in known.LONG_ARROWS:
            return self.long_arrow(token)
        if token in COMMANDS:
            return COMMANDS[token](self)
        if BIG_FENCE.fullmatch(token):
            return self.big_fence(token)
        return self.character(token)

    def character(self, token):
        """Return what stands for a character that is typed as it is."""
        if len(token) == 1 and (token in known.PUNCTUATION or token in known.TYPED):
            return escaped(known.TYPED.get(token, token))
        if re.fullmatch("[0-9]", token):
            return token
        base, *marks = unicodedata.normalize("NFD", token) or " "
        if LETTERS.fullmatch(base) and len(marks) < 3 and set(marks) <= set(ACCENTS):
            return functools.reduce(lambda body, mark: f"{ACCENTS[mark]}({body})", marks, base)
        if token in KNOWN_CHARACTERS or LETTERS.fullmatch(token):
            return escaped(token)
        raise CannotSet(MISPLACED.get(token) or f"{token} is not known here")

    # Commands

    def filled(self, token, template):
        """Return a template with the command's arguments in their places."""
        count = len(set(re.findall(r"\{\d\}", template)))
        return template.format(*[self.argument(token) for _ in range(count)])

    def known_symbol(self, token):
        """Return the character of a symbol, with TeX's spacing around it."""
        if token == r"\dots" and known.SYMBOLS.get(self.peek(), self.peek()) in BETWEEN_SIGNS:
            token = r"\cdots"
        sign = escaped(known.SYMBOLS[token])
        return f'class("{known.CLASSES[token]}", {sign})' if token in known.CLASSES else sign

    def group(self):
        """Return a group; a sign alone in it has no space around it, as in 1{,}000."""
        inner = self.sequence("}")
        self.expect("}", "a {")
        alone = re.fullmatch(r"\\?[^\w\"]", inner) and inner not in known.BIG.values()
        return f'class("normal", {inner})' if alone else inner

    def lettering(self, token):
        """Return letters of another alphabet; a word stays together."""
        word, after = self.word()
        if word and token in known.WORDS:
            self.position = after
            return known.WORDS[token].format(quoted(word))
        return known.LETTERING[token].format(self.argument(token))

    def word(self):
        """Return (the word in the braces that follow, where it ends), "" if there is none."""
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

    def operator(self, limits="false"):
        """Return a named operator."""
        start = self.position
        words = re.sub(r"\\[,;:! ]|~", " ", self.raw())
        words = re.sub(r"\\(mathrm|text|rm)(?![A-Za-z])|[{}]", "", words).strip()
        if not re.fullmatch(r"(?:[^\W_]|[ \-])+", words):
            self.position = start
            return f"op(upright({self.argument('a name')}), limits: #{limits})"
        return f"op({quoted(words)}, limits: #{limits})"

    def operator_with_limits(self):
        """Return a named operator whose scripts are limits."""
        return self.operator("true")

    def delimiter(self, command):
        """Return the next token as a delimiter, escaped; "" for the open side of a fence."""
        token = self.take()
        if token not in known.FENCES:
            raise CannotSet(f"{command} before {token or 'nothing'} is not known here")
        return escaped(known.FENCES[token])

    def left(self):
        """Return \\left … \\right with what stands between."""
        opening = self.delimiter(r"\left")
        self.fences += 1
        inner = self.sequence(r"\right")
        self.fences -= 1
        self.expect(r"\right", r"\left")
        return fenced(opening, inner, self.delimiter(r"\right"))

    def middle(self):
        """Return a delimiter that grows with the \\left … \\right around it."""
        if not self.fences:
            raise CannotSet(r"\middle without its \left")
        return f"mid({self.delimiter('middle')})"

    def big_fence(self, token):
        """Return a delimiter of the size asked for."""
        size, side = BIG_FENCE.fullmatch(token).groups()
        return known.SIDES[side] % f"lr(size: #{known.SIZES[size]}, {self.delimiter(token)})"

    def root(self):
        """Return a root with its degree."""
        if self.peek() != "[":
            return f"sqrt({self.argument('a root')})"
        self.take()
        degree = self.sequence("]")
        self.expect("]", r"\sqrt[")
        return f"root({degree}, {self.argument('a root')})"

    def long_arrow(self, token):
        """Return an arrow as long as what stands above and below it."""
        below = ""
        if self.peek() == "[":
            self.take()
            below = ", b: #h(0.4em)%s#h(0.4em)" % self.sequence("]")
            self.expect("]", f"{token}[")
        above = self.argument(token)
        return f"attach(stretch({known.LONG_ARROWS[token]}), t: #h(0.4em){above}#h(0.4em){below})"

    def negated(self):
        """Return \\not with the sign that it strikes out, one character of both."""
        token = self.take()
        sign = known.SYMBOLS.get(token, token)
        both = unicodedata.normalize("NFC", sign + "\u0338")
        if len(both) != 1 or sign.isalnum():
            raise CannotSet(rf"\not{token} is not known here")
        return escaped(both)

    def space(self):
        """Return a space of the width asked for."""
        words = self.raw()
        width = re.fullmatch(known.LENGTH, words)
        if not width:
            raise CannotSet(f"the width {words} is not known here")
        unit, factor = known.IN_TYPST.get(width[2], (width[2], 1))
        return f"#h({float(width[1]) * factor:.4g}{unit})"

    def colour(self):
        """Return the template that colours what follows."""
        model = self.raw("[", "]") if self.peek() == "[" else ""
        return 'colored(#rgb("%s"), {0})' % hexadecimal(model, self.raw())

    def coloured(self):
        """Return \\textcolor{colour}{what it colours}."""
        return self.colour().format(self.argument(r"\textcolor"))

    def tagged(self, form="({})"):
        """Take the tag of a line."""
        words = self.raw()
        if self.tag is not None or re.search(r"[\\${}]", words):
            raise CannotSet(r"a \tag that is more than plain text, or a second one")
        self.tag = form.format(words.strip())
        return ""

    def tagged_as_is(self):
        """Take the tag of a line that has no parentheses."""
        return self.tagged("{}")

    def label(self):
        """Step over a label: nothing of it is shown."""
        self.raw()
        return ""

    # Text

    @deeper
    def text(self, template):
        """Return the text of a group in the lettering of the template, with formulas within."""
        self.expect("{", "a command for text")
        out, words = [], []
        while (token := self.next_of_text()) != "}":
            inner = self.within_text(token, template)
            if inner is None:
                words.append(TEXT_SIGNS.get(token, " " if token.isspace() else token))
                continue
            out += [lettered(words, template), inner]
            words = []
        return joined([*out, lettered(words, template)])

    def next_of_text(self):
        """Return the next token of a text, where white space counts."""
        self.position += 1
        if self.position > len(self.tokens):
            raise CannotSet("a text without its }")
        return self.tokens[self.position - 1]

    def within_text(self, token, template):
        """Return the typst of what is more than words, None for words."""
        if token in ("$", r"\("):
            closing = {"$": "$"}.get(token, r"\)")
            inner = self.sequence(closing)
            self.expect(closing, token)
            return inner
        if token in known.TEXTS:
            return self.text(template.format(known.TEXTS[token]))
        if token == r"\textcolor":
            return self.colour().format(self.text(template))
        if token == "{":
            self.position -= 1
            return self.text(template)
        if token[0] == "\\" and token not in TEXT_SIGNS:
            raise CannotSet(f"{token} within text is not known here")
        return None


COMMANDS = {
    "{": Reader.group, r"\begin": environment, r"\left": Reader.left, r"\middle": Reader.middle,
    r"\sqrt": Reader.root, r"\not": Reader.negated, r"\textcolor": Reader.coloured,
    r"\operatorname": Reader.operator, r"\operatorname*": Reader.operator_with_limits,
    r"\hspace": Reader.space, r"\hspace*": Reader.space, r"\mspace": Reader.space,
    r"\tag": Reader.tagged, r"\tag*": Reader.tagged_as_is, r"\label": Reader.label,
    r"\substack": stacked}
MISPLACED = {
    END: r"it ends too early: a {, \begin or \left is not closed", "}": "a } without its {",
    "&": "an & outside of rows", r"\\": r"a \\ outside of rows", "$": "a $ within a formula",
    r"\right": r"a \right without its \left", r"\end": r"an \end without its \begin",
    **{token: f"{token} needs braces around it and what it changes"
       for token in (*known.SWITCHES, *known.FRACTIONS, r"\color")}}


def lettered(words, template):
    """Return words as typst text, nothing for no words."""
    return template.format(quoted("".join(words))) if words else ""
