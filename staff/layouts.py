"""The layouts of hand-ins: the kit's own, and those of staff/assignment/layouts.toml."""

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from kit.definition import build_section, load_assignment, tomllib
from kit.files import Refused, explain

KIT = "kit"
FILE = "staff/assignment/layouts.toml"
SHARED = Path(__file__).parent / "adapters"
# all adapters use them
SHARED_FILES = ("missing.py", "notes.py", "old_numpy.py", "own_imports.py")
QUOTED = re.compile("(“[^”]*”)")
MOST_SEARCHED = 20 * 2**20      # bytes of a file: a notebook may hold many pictures


@dataclass(frozen=True)
class Layout:
    """One layout, as layouts.toml describes it; the paths there are relative to its folder."""

    name: str
    folder: Path
    own: tuple                  # the assignment's scripts
    defines: tuple = ()
    typical: tuple = ()
    without: tuple = ()
    needs: tuple = ()
    lacks: tuple = ()
    says: str = ""
    words: tuple = ()
    scripts: tuple = ()
    adapter: tuple = ()
    checks: str = ""
    not_judged: tuple = ()
    asked: tuple = ()
    sizes: tuple = ()
    supplied: str = ""
    replaced: str = ""

    @property
    def adapter_files(self):
        """The adapter's file, and the files that it needs beside it."""
        if not self.adapter:
            return [SHARED / "own_layout.py"]
        return [self.folder / name for name in self.adapter]

    @property
    def shared_files(self):
        """The files that all adapters use."""
        return [SHARED / name for name in SHARED_FILES]

    @property
    def instead(self):
        """{title of a check: the function that replaces it in this layout}."""
        if not self.checks:
            return {}
        return load_assignment(self.folder).load_module(f"staff/assignment/{self.checks}").INSTEAD

    def judges(self, check):
        """Whether a check can judge code in this layout."""
        return check.title not in self.not_judged

    def translate(self, sentence):
        """A check's sentence with the names that this layout has; quoted text stays as it is."""
        parts = QUOTED.split(sentence)
        for at in range(0, len(parts), 2):
            for pattern, name in self.words:
                parts[at] = re.sub(pattern, name, parts[at])
        return "".join(parts)

    def fits(self, files):
        """Whether {name: bytes} have this layout."""
        if any(name in files for name in self.without):
            return False
        if self.name == KIT:
            texts = [files[name] for name in self.own if name in files]
            if not self.defines:
                return bool(texts)
        else:
            texts = [text for name, text in files.items()
                     if name.lower().endswith((".py", ".ipynb"))]
        return bool(list_found(self.defines, texts)) and not list_found(self.lacks, texts) and \
            list_found(self.needs, texts) == {*self.needs}


def list_found(words, texts):
    """Those words that stand in one of the texts, which are only searched.

    A word that begins with ^ stands at the beginning of a line, or of one in a notebook's cell.
    """
    found = set()
    for word in words:
        pattern = re.escape(word.removeprefix("^")).replace(r"\ ", r"\s+")
        start = r'(?m)(?:^|")' if word.startswith("^") else r"\b"
        search = re.compile(f"{start}{pattern}\\b".encode()).search
        if any(search(text, 0, MOST_SEARCHED) for text in texts):
            found.add(word)
    return found


def list_defined(texts):
    """The words in `defines`, of any layout, that stand in these texts of scripts."""
    return set().union(*(list_found(one.defines, texts) for one in load_layouts().values()))


def count_signs(texts):
    """The share of a layout's typical words that stand in these texts, the largest of all."""
    return max((len(list_found(one.typical, texts)) / len(one.typical)
                for one in load_layouts().values() if one.typical), default=1)


def load_layouts(assignment=None):
    """{name: Layout}, the kit's own first; of the current folder's assignment by default."""
    return read_layouts((assignment or load_assignment()).folder)


@functools.cache
def read_layouts(folder):
    """{name: Layout} of the assignment in a folder; Refused if layouts.toml cannot be read."""
    assignment, path, listed = load_assignment(folder), folder / FILE, {}
    if path.is_file():
        try:
            listed = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise Refused(f"{path} cannot be read: {explain(problem)}") from None
    found = {}
    for name, values in {KIT: {}, **listed}.items():
        if isinstance(values, dict) and "like" in values:
            values = {**listed.get(values["like"], {}), **values}
            values.pop("like")
        values = {key: tuple(value) if isinstance(value, list) else value
                  for key, value in values.items()}
        values = {"name": name, "folder": path.parent, "own": assignment.scripts, **values}
        found[name] = build_section(Layout, path, values, name)
    return found


def find_layout(files, name="auto"):
    """The name of the layout of {name: bytes}; Refused if nothing of the assignment is there.

    name: the layout it must have; "auto" takes the first that fits.
    """
    layouts = load_layouts()
    own = layouts[KIT].own
    if name == KIT:
        if not any(script in files for script in own):
            raise Refused(f"it holds none of {', '.join(own)}")
        return KIT
    for layout in layouts.values() if name == "auto" else [layouts[name]]:
        if layout.fits(files):
            return layout.name
    raise Refused("it holds no Python file of the assignment")


def list_scripts():
    """The names of all scripts that a hand-in may hold, in any layout."""
    layouts = load_layouts().values()
    return tuple(dict.fromkeys(name for one in layouts for name in (*one.own, *one.scripts)))
