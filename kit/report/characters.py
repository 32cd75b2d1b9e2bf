"""Characters that the report's own fonts lack: drawn in a system font, or marked as missing."""

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


class Coverage:
    """Which characters of some texts can be drawn, and with whose fonts.

    system:  the characters that only a font of this machine has
    missing: those that no font has
    """

    def __init__(self, texts, system_fonts=True):
        letters = unusual_letters(texts)
        foreign = undrawn(letters, system=False) if letters else []
        self.missing = undrawn(foreign, system=True) if foreign and system_fonts else foreign
        self.system = [letter for letter in foreign if letter not in self.missing]


def unusual_letters(texts):
    """Return the characters beyond Latin-1 that leave a mark on the page."""
    letters = {letter for text in texts for letter in COMMON.findall(text)}
    return sorted(letter for letter in letters
                  if unicodedata.category(letter) not in ("Cf", "Cc", "Cs", "Zs", "Zl", "Zp")
                  and not 0xFE00 <= ord(letter) <= 0xFE0F)      # variation selectors


def undrawn(letters, system):
    """Return the characters that come out as the box that stands for a missing one."""
    fonts = json.dumps(OWN_FONTS).replace("[", "(").replace("]", ")")
    source = PROBE % (fonts, "true" if system else "false")
    compiler = typst.Compiler(source.encode(), ignore_system_fonts=not system,
                              sys_inputs={"letters": "".join(letters)})
    answer = json.loads(compiler.query("<sizes>", field="value", one=True))
    return [letter for letter, size in zip(letters, answer["sizes"])
            if size == answer["missing"]]


def name_of(letter):
    """Return a character, its number and its name: 😀 (U+1F600 GRINNING FACE)."""
    return f"{letter} (U+{ord(letter):04X} {unicodedata.name(letter, 'without a name')})"
