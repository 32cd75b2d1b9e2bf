"""Finds the characters that need a system font, and those that no font has."""

import json
import re
import unicodedata

import typst

OWN_FONTS = ("Libertinus Serif", "New Computer Modern", "New Computer Modern Math",
             "DejaVu Sans Mono")        # the fonts within the typst wheel
COMMON = re.compile(r"[^\x00-\u00ff]")
LETTERS_IN_SVG = re.compile(r">([^<]*)<")
PROBE = """#let size(letter) = {
  let m = measure(text(font: %s, fallback: %s, top-edge: "bounds", bottom-edge: "bounds", letter))
  (repr(m.width), repr(m.height))
}
#context [#metadata((
  missing: size("\\u{10fffe}"), sizes: sys.inputs.letters.codepoints().map(size),
)) <sizes>]"""


def find_foreign_letters(texts, system_fonts=True):
    """(characters that need a font of this machine, characters that no font has) of texts."""
    letters = find_unusual_letters(texts)
    foreign = find_undrawn(letters, system=False) if letters else []
    missing = find_undrawn(foreign, system=True) if foreign and system_fonts else foreign
    return [letter for letter in foreign if letter not in missing], missing


def find_unusual_letters(texts):
    """The characters beyond Latin-1 that leave ink on the page."""
    letters = {letter for text in texts for letter in COMMON.findall(text)}
    return sorted(letter for letter in letters
                  if unicodedata.category(letter) not in ("Cf", "Cc", "Cs", "Zs", "Zl", "Zp")
                  and not 0xFE00 <= ord(letter) <= 0xFE0F)      # variation selectors


def find_undrawn(letters, system):
    """The characters that typst draws as the box for a missing character."""
    fonts = json.dumps(OWN_FONTS).replace("[", "(").replace("]", ")")
    source = PROBE % (fonts, "true" if system else "false")
    compiler = typst.Compiler(source.encode(), ignore_system_fonts=not system,
                              sys_inputs={"letters": "".join(letters)})
    answer = json.loads(compiler.query("<sizes>", field="value", one=True))
    return [letter for letter, size in zip(letters, answer["sizes"])
            if size == answer["missing"]]


def describe_letter(letter):
    """A character, its number and its name: 😀 (U+1F600 GRINNING FACE)."""
    return f"{letter} (U+{ord(letter):04X} {unicodedata.name(letter, 'without a name')})"
