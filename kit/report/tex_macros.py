"""Splits TeX into tokens, and expands the student's own macros."""

import functools
import re
import unicodedata

from kit.report.tex_packages import DEFINED

TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|%[^\n]*\n?\s*"
                   r"|.[\u0300-\u036f\u20d0-\u20ff]*", re.DOTALL)
STARRED = {r"\operatorname*", r"\tag*", r"\hspace*", r"\newcommand*", r"\renewcommand*",
           r"\providecommand*", r"\DeclareMathOperator*"}
LONGEST = 20_000     # tokens: a formula written by hand has some hundreds
EXPANSIONS = 2_000
DEEPEST = 80         # a group counts twice
SAME = {r"\cr": r"\\", r"\newline": r"\\", r"\hdashline": r"\hline", r"\enskip": r"\enspace",
        r"\hfil": r"\hfill", r"\hfilll": r"\hfill"}     # other names of a command


class CannotSet(ValueError):
    """The reason why a formula is printed as TeX."""


def limit_depth(read):
    """Decorate a method: it refuses what is nested so deep that it would exhaust the stack."""
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


def split_tokens(tex):
    """The tokens of TeX, without its comments."""
    found = []
    for token in TOKEN.findall(unicodedata.normalize("NFC", tex)):
        token = SAME.get(token, token)
        if token[0] == "\\" and token[1:].isspace():       # at a line's end too it is a space
            found.append("\\ ")
        elif token[0] == "%":
            if "\n" not in token and token.strip("% "):
                raise CannotSet(r"an unescaped % hides what follows: write \%")
        elif token[0] == "\\" and token[-1] == "*" and token[1].isalpha() \
                and token not in STARRED:
            found += [token[:-1], "*"]
        else:
            found.append(token)
    if len(found) > LONGEST:
        raise CannotSet(f"it is longer than {LONGEST} symbols")
    return found


class Macros:
    """The macros that a report has defined so far: name -> (defaults, count, tokens).

    labels: the labels of its formulas so far, name -> tag, None for a formula without one
    """

    def __init__(self):
        self.known, self.labels = {}, {}

    def expand(self, tokens):
        """Tokens without macros and definitions."""
        waiting, out, expansions = list(reversed(tokens)), [], 0
        while waiting:
            token = waiting.pop()
            if token in DEFINITIONS:
                DEFINITIONS[token](self, token, waiting)
            elif token in self.known or token in PACKAGES:
                expansions += 1
                if expansions > EXPANSIONS or len(waiting) + len(out) > LONGEST:
                    raise CannotSet("a macro that never ends")
                waiting += reversed(self.fill_body(token, waiting))
            else:
                out.append(token)
        return out

    def fill_body(self, name, waiting):
        """The tokens of a macro's body; its arguments are taken from the tokens that wait."""
        if name not in self.known and waiting and waiting[-1] == "*":
            waiting.pop()       # \\abs*{x} of a package
        default, count, body = self.known.get(name) or PACKAGES[name]
        arguments = []
        if default is not None:
            arguments.append(pop_optional(waiting, default))
        while len(arguments) < count:
            arguments.append(pop_argument(waiting))
        out, body = [], iter(body)
        for token in body:
            if token != "#":
                out.append(token)
                continue
            number = next(body, "")
            if not ("1" <= number <= str(count)):
                raise CannotSet(f"{name} uses #{number}, which it has not declared")
            out += arguments[int(number) - 1]
            if len(out) > LONGEST:
                raise CannotSet("a macro that never ends")
        return out

    def take_new_command(self, token, waiting):
        """Take \\newcommand{\\name}[count][default]{body}."""
        name = check_name(pop_argument(waiting))
        count = "".join(pop_optional(waiting, ["0"])).strip()
        default = pop_optional(waiting, None)
        if not re.fullmatch("[0-9]", count):
            raise CannotSet(f"{token} with [{count}] arguments")
        body = pop_argument(waiting)
        if not (token.startswith(r"\providecommand") and name in self.known):
            self.known[name] = (default, int(count), body)

    def take_def(self, token, waiting):
        """Take \\def\\name#1#2{body}; refuse other patterns than #1#2."""
        name, marks = check_name([pop_token(waiting, token)]), []
        while waiting and waiting[-1] != "{":
            marks.append(waiting.pop())
        count = len(marks) // 2
        if "".join(marks).strip() != "".join(f"#{n}" for n in range(1, count + 1)):
            raise CannotSet(rf"\def{name} with arguments that are more than #1#2")
        self.known[name] = (None, count, pop_argument(waiting))

    def take_let(self, token, waiting):
        """Take \\let\\name=\\other."""
        name = check_name([pop_token(waiting, token)])
        other = pop_token(waiting, token)
        other = pop_token(waiting, token) if other == "=" else other
        if other != name:
            self.known[name] = self.known.get(other, (None, 0, [other]))

    def take_delimiters(self, token, waiting):
        """Take \\DeclarePairedDelimiter{\\name}{opening}{closing}."""
        name, opening, closing = (pop_argument(waiting) for _ in range(3))
        body = [r"\left", *opening, "#", "1", r"\right", *closing]
        self.known[check_name(name)] = (None, 1, body)

    def drop_argument(self, token, waiting):
        """Take \\require{package}: the report knows the packages that it knows."""
        pop_argument(waiting)

    def take_operator(self, token, waiting):
        """Take \\DeclareMathOperator{\\name}{words}."""
        name = check_name(pop_argument(waiting))
        command = r"\operatorname*" if token.endswith("*") else r"\operatorname"
        self.known[name] = (None, 0, [command, "{", *pop_argument(waiting), "}"])


DEFINITIONS = {
    r"\newcommand": Macros.take_new_command, r"\renewcommand": Macros.take_new_command,
    r"\providecommand": Macros.take_new_command, r"\newcommand*": Macros.take_new_command,
    r"\renewcommand*": Macros.take_new_command, r"\providecommand*": Macros.take_new_command,
    r"\def": Macros.take_def, r"\gdef": Macros.take_def, r"\let": Macros.take_let,
    r"\require": Macros.drop_argument, r"\DeclarePairedDelimiter": Macros.take_delimiters,
    r"\global": lambda *_: None, r"\DeclareMathOperator": Macros.take_operator,
    r"\DeclareMathOperator*": Macros.take_operator}


def read_packages(text):
    """{name: macro} of a TeX text that defines macros."""
    macros = Macros()
    macros.expand(split_tokens(text))
    return macros.known


def pop_token(waiting, after):
    """Take the next token that is not white space."""
    while waiting:
        token = waiting.pop()
        if not token.isspace():
            return token
    raise CannotSet(f"nothing after {after}")


def pop_argument(waiting):
    """Take the next argument: the tokens of a group, or one token."""
    token = pop_token(waiting, "a macro")
    if token == "}":
        raise CannotSet("a macro without its argument")
    if token != "{":
        return [token]
    depth, out = 1, []
    while waiting:
        token = waiting.pop()
        depth += {"{": 1, "}": -1}.get(token, 0)
        if not depth:
            return out
        out.append(token)
    raise CannotSet("a { without its }")


def pop_optional(waiting, default):
    """Take the tokens between [ and ]; the default if there are none."""
    index = len(waiting) - 1
    while index >= 0 and waiting[index].isspace():
        index -= 1
    if index < 0 or waiting[index] != "[":
        return default
    del waiting[index:]
    out, depth = [], 0
    while waiting:
        token = waiting.pop()
        depth += {"{": 1, "}": -1}.get(token, 0)
        if token == "]" and depth == 0:
            return out
        out.append(token)
    raise CannotSet("a [ without its ]")


def check_name(tokens):
    """The name of a new macro; refuse a name that is no command."""
    names = [token for token in tokens if not token.isspace()]
    if len(names) != 1 or not re.fullmatch(r"\\[A-Za-z]+", names[0]):
        raise CannotSet("a macro whose name is no command: " + "".join(tokens))
    return names[0]


PACKAGES = {}
PACKAGES = read_packages(DEFINED)
