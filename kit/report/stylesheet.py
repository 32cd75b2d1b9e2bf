"""Puts the rules of a style sheet onto the elements that they name, as pandas writes them."""

import re

STYLE = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.DOTALL | re.IGNORECASE)
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
ID = re.compile(r"#([\w-]+)")
TAG_WITH_ID = re.compile(r"<(\w+)((?:\s[^<>]*?)?\sid\s*=\s*[\"']?([\w-]+)[\"']?[^<>]*)>")
OWN_STYLE = re.compile(r"\sstyle\s*=\s*([\"'])(.*?)\1", re.DOTALL)


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
