"""Changes Markdown and HTML that pandoc reads otherwise than Jupyter."""

import re

from kit.report.formula_finder import find_in_markdown, replace_spans

FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
RULE_OF_TABLE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
NOT_SHOWN = ("button", "script", "style", "template")
TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
SHOWN_TAG = re.compile(r"<(img|svg|hr|math)\b", re.IGNORECASE)
STYLE = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.DOTALL | re.IGNORECASE)
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
ID = re.compile(r"#([\w-]+)")
TAG_WITH_ID = re.compile(r"<(\w+)((?:\s[^<>]*?)?\sid\s*=\s*[\"']?([\w-]+)[\"']?[^<>]*)>")
OWN_STYLE = re.compile(r"\sstyle\s*=\s*([\"'])(.*?)\1", re.DOTALL)
SIGN_OF_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#+\-.!|~&])")


def separate_tables(text):
    """Markdown with a blank line before each table: pandoc reads it as prose without one."""
    lines, out, fence = text.split("\n"), [], None
    for number, line in enumerate(lines):
        marks = FENCE.match(line)
        if marks and fence is None:
            fence = marks[1]
        elif marks and marks[1].startswith(fence):
            fence = None
        following = lines[number + 1] if number + 1 < len(lines) else ""
        begins = (fence is None and not line.startswith("    ") and "|" in line
                  and "|" in following and RULE_OF_TABLE.fullmatch(following))
        if begins and out and out[-1].strip() and "|" not in out[-1]:
            out.append("")
        out.append(line)
    return "\n".join(out)


def has_table(text):
    """Whether Markdown has a table in it."""
    return any("|" in line and RULE_OF_TABLE.fullmatch(line) for line in text.split("\n"))


def apply_stylesheet(html):
    """HTML whose elements with an id bear the declarations that its style sheets have for it."""
    declared = {}
    for sheet in STYLE.findall(html):
        for selectors, declarations in RULE.findall(sheet):
            for selector in selectors.split(","):
                if one := ID.fullmatch(selector.strip()):
                    kept = " ".join(declarations.replace('"', "'").split())
                    declared[one[1]] = declared.get(one[1], "") + kept.rstrip(";") + ";"
    if not declared:
        return html

    def add_style(match):
        name, attributes, one = match.groups()
        if one not in declared:
            return match[0]
        own = OWN_STYLE.search(attributes)
        attributes = OWN_STYLE.sub("", attributes)
        return f'<{name}{attributes} style="{declared[one]}{own[2] if own else ""}">'
    return TAG_WITH_ID.sub(add_style, html)


def remove_unseen(text):
    """HTML without elements that a page does not show, or that only a page can use."""
    for name in NOT_SHOWN:
        opening = re.compile(rf"<{name}\b", re.IGNORECASE)
        closing = re.compile(rf"</{name}\s*>", re.IGNORECASE)
        out, position = [], 0
        while start := opening.search(text, position):
            end = closing.search(text, start.end())
            if end is None:
                break
            out.append(text[position:start.start()])
            position = end.end()
        text = "".join(out) + text[position:]
    return text


def shows_something(html):
    """Whether a page would show anything of HTML without its scripts."""
    html = remove_unseen(html)
    return bool(SHOWN_TAG.search(html) or TAG.sub("", html).replace("&nbsp;", " ").strip())


def escape_words(text):
    """Text with formulas as Markdown that shows the same: the words between them are words."""
    return "".join(replace_spans(
        text, find_in_markdown(text), lambda span: text[span.start:span.end],
        lambda words: SIGN_OF_MARKDOWN.sub(r"\\\1", words)))
