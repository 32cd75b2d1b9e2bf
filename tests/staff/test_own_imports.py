"""Imports of a package that is the hand-in's own folder find its scripts."""
import ast
import sys
import types
from pathlib import Path

import pytest
from here import ROOT
from starter_planted import count_losses, judged, said

SHARED = ROOT / "staff" / "adapters" / "own_imports.py"
LIBRARIES = ("numpy", "os", "scipy")


@pytest.fixture(scope="module")
def shorten():
    """A function that shortens the imports of a text."""
    module = types.ModuleType("own_imports")
    exec(compile(SHARED.read_bytes(), str(SHARED), "exec"), module.__dict__)

    def change(text):
        one = module.Shortener({"task2", "utils"}, LIBRARIES.__contains__)
        return ast.unparse(ast.fix_missing_locations(one.visit(ast.parse(text))))
    change.module = module
    return change


@pytest.mark.parametrize("before, after", [
    ("from hand_in.task2 import a, b", "from task2 import a, b"),
    ("from a.b.c.task2 import *", "from task2 import *"),
    ("from .task2 import a as b", "from task2 import a as b"),
    ("from ..src.task2 import a", "from task2 import a"),
    ("from . import utils, task2 as t", "import utils, task2 as t"),
    ("from hand_in import utils", "import utils"),
    ("import hand_in.utils as u", "import utils as u"),
    ("import hand_in.utils\nhand_in.utils.f(hand_in.x)", "import utils\nutils.f(hand_in.x)"),
    ("try:\n    from .utils import f\nexcept ImportError:\n    from utils import f",
     "try:\n    from utils import f\nexcept ImportError:\n    from utils import f")])
def test_an_import_of_the_own_folder_is_shortened(shorten, before, after):
    assert shorten(before) == after


@pytest.mark.parametrize("text", [
    "import numpy.linalg", "from numpy.task2 import a", "from scipy import utils",
    "from task2 import utils", "import utils", "from utils import f", "from os import path",
    "from hand_in.other import a", "import other.thing"])
def test_other_imports_stay(shorten, text):
    assert shorten(text) == ast.unparse(ast.parse(text))


def test_a_library_is_not_a_script(shorten, tmp_path):
    (tmp_path / "mine.py").write_text("x = 1\n")
    is_library = shorten.module.is_library
    assert is_library("numpy", tmp_path) and is_library("sys", tmp_path)
    assert not is_library("mine", tmp_path) and not is_library("nobody_has_this", tmp_path)
    assert Path(sys.modules["ast"].__file__).parent != tmp_path


def test_the_kits_own_layout_has_them_too():
    files = {name: (ROOT / name).read_text(encoding="utf-8")
             for name in ("utils.py", "task2.py", "task3.py", "task4.py")}
    files["task3.py"] = files["task3.py"].replace("from task2 import", "from my_kit.task2 import")
    files["task2.py"] = files["task2.py"].replace("from utils import", "from .utils import")
    assert "my_kit.task2" in files["task3.py"] and ".utils" in files["task2.py"]
    report, _ = judged(files, "kit", ("2b", "3a"))
    assert count_losses(report, {"2b": 17, "3a": 6}) == {}, said(report)
