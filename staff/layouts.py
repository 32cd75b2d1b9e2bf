"""The layouts of hand-ins: the kit's own, and those of staff/assignment/layouts.toml."""

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from kit.definition import build_section, load_assignment, tomllib
from kit.files import Refused, reason

KIT = "kit"
FILE = "staff/assignment/layouts.toml"
SHARED = Path(__file__).parent / "adapters"
SHARED_FILES = ("missing.py", "notes.py", "old_numpy.py")     # all adapters use them
MOST_SEARCHED = 20 * 2**20      # bytes of a file: a notebook may hold many pictures


@dataclass(frozen=True)
class Layout:
    """One layout, as layouts.toml describes it; the paths there are relative to its folder."""

    name: str
    folder: Path
    own: tuple                  # the assignment's scripts
    defines: tuple = ()
    without: tuple = ()
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

    def fits(self, files):
        """Whether {name: bytes} have this layout."""
        if any(name in files for name in self.without):
            return False
        if self.name == KIT:
            texts = [files[name] for name in self.own if name in files]
        else:
            texts = [text for name, text in files.items()
                     if name.lower().endswith((".py", ".ipynb"))]
        return any(self.finds(text) for text in texts)

    def finds(self, text):
        """Whether a text defines what scripts of this layout define. It is only searched."""
        words = "|".join(re.escape(one).replace(r"\ ", r"\s+") for one in self.defines)
        return re.compile(rf"\b(?:{words})\b".encode()).search(text, 0, MOST_SEARCHED) is not None


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
            raise Refused(f"{path} cannot be read: {reason(problem)}") from None
    found = {}
    for name, values in {KIT: {}, **listed}.items():
        values = {key: tuple(value) if isinstance(value, list) else value
                  for key, value in values.items()}
        found[name] = build_section(Layout, path, {"name": name, "folder": path.parent,
                                           "own": assignment.scripts, **values}, name)
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
