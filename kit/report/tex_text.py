"""Reads the words of a formula: text, its colours, other alphabets, names of operators."""

import re

from kit.report import tex_commands as known
from kit.report.tex_macros import CannotSet, limit_depth
from kit.report.typst_syntax import join_typst, parse_colour, quote_text

TEXT_SIGNS = {"~": "\xa0", r"\ ": " ", r"\,": "\u2009", r"\;": "\u2005", r"\:": "\u2005",
              r"\quad": "\u2003", r"\qquad": "\u2003\u2003", r"\ldots": "…", r"\dots": "…",
              r"\%": "%", r"\&": "&", r"\#": "#", r"\$": "$", r"\_": "_", r"\{": "{",
              r"\}": "}", "'": "’", "`": "‘", r"\textbackslash": "\\", r"\S": "§",
              **known.TEXT_SYMBOLS}


@limit_depth
def read_text(reader, template):
    """The text of a group in the lettering of a template; it may hold formulas."""
    if reader.peek() != "{":       # TeX takes the next letter
        return write_words([read_letter(reader)], template)
    reader.take()
    out, words = [], []
    while (token := take_in_text(reader)) != "}":
        inner = read_in_text(reader, token, template)
        if inner is None:
            words.append(TEXT_SIGNS.get(token, " " if token.isspace() else token))
            if token[0] == "\\" and token[-1].isalpha():
                reader.peek()       # steps over white space
            continue
        out += [write_words(words, template), inner]
        words = []
    return join_typst([*out, write_words(words, template)])


def read_letter(reader):
    """The next letter as text without braces."""
    token = reader.take()
    if token in ("", "}", "&", "$") or token[0] == "\\" and token not in TEXT_SIGNS:
        raise CannotSet("no { after a command for text")
    return TEXT_SIGNS.get(token, token)


def take_in_text(reader):
    """The next token of a text, where white space counts; step past it."""
    reader.position += 1
    if reader.position > len(reader.tokens):
        raise CannotSet("a text without its }")
    return reader.tokens[reader.position - 1]


def read_in_text(reader, token, template):
    """The typst of a token that is more than words; None for words."""
    if token in ("$", r"\("):
        closing = {"$": "$"}.get(token, r"\)")
        inner = reader.read_sequence(closing)
        reader.expect(closing, token)
        return inner
    if token in known.TEXTS:
        return read_text(reader, template.format(known.TEXTS[token]))
    if token == r"\textcolor":
        return read_colour(reader).format(read_text(reader, template))
    if token == "{":
        reader.position -= 1
        return read_text(reader, template)
    if token[0] == "\\" and token not in TEXT_SIGNS:
        raise CannotSet(f"{token} within text is not known here")
    return None


def read_colour(reader, template='colored(#rgb("{}"), {{0}})'):
    """The template for typst of a given colour."""
    model = reader.read_raw("[", "]") if reader.peek() == "[" else ""
    return template.format(parse_colour(model, reader.read_raw()))


def read_lettering(reader, token):
    """Letters of another alphabet; a word stays together."""
    word, after = read_word(reader)
    if word and token in known.WORDS:
        reader.position = after
        return known.WORDS[token].format(quote_text(word))
    return known.LETTERING[token].format(reader.read_argument(token))


def read_word(reader):
    """(the word in the braces that follow, its end); the word is "" if there is none."""
    if reader.peek() != "{":
        return "", reader.position
    letters = []
    for index in range(reader.position + 1, len(reader.tokens)):
        token = reader.tokens[index].strip(" \n\t")
        if token == "}":
            return "".join(letters) if len(letters) > 1 else "", index + 1
        if not re.fullmatch(r"[A-Za-z0-9]?|\\[,;: ]?|~", token):
            break
        letters += token if token.isalnum() else " " * len(token[:1])
    return "", reader.position


def read_operator(reader, limits="false"):
    """A named operator."""
    start = reader.position
    words = re.sub(r"\\[,;:! ]|~", " ", reader.read_raw())
    words = re.sub(r"\\(mathrm|text|rm)(?![A-Za-z])|[{}]", "", words).strip()
    if not re.fullmatch(r"(?:[^\W_]|[ \-])+", words):
        reader.position = start
        return f"op(upright({reader.read_argument('a name')}), limits: #{limits})"
    return f"op({quote_text(words)}, limits: #{limits})"


def write_words(words, template):
    """Words as typst text; nothing for no words."""
    return template.format(quote_text("".join(words))) if words else ""
