"""Kept runs: what decides a run names it, and what is read back is what was computed."""
import os
import platform
import random
import shutil
import subprocess
import sys
import types
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pytest

from here import ROOT
import task2
import task3
from kit import runs
from kit.files import Refused
from kit.runs import (Run, build_folder, compute_runs, hash_code, list_modules,
                      name_run, read_results, tell_edits, write_results)

SCRIPTS = ("utils.py", "task2.py", "task3.py", "task4.py")


# ------------------------------------------------------------------- runs of an instant, to count

@dataclass(frozen=True)
class Toy:
    name: str
    rate: float = 0.1
    num_epochs: int = 2


def load():
    return 10.0


def run(experiment, seed, data, tick):
    build_folder().mkdir(exist_ok=True)
    with open(build_folder() / "calls", "a") as file:
        file.write(f"{experiment.rate} {seed}\n")
    rng = np.random.default_rng(seed)
    return Run(experiment, seed, loss=experiment.rate * data / 3, best_step=7, worst=np.inf,
               history={"step": [1, 2], "loss": [np.float64(0.1 + 0.2), -0.0, 5e-324]},
               ws=[rng.normal(size=(3, 2)), rng.normal(size=(2, 1)).astype(np.float32)])


def compute(*experiments, seeds=(0,), data_id="data"):
    return compute_runs(run, load, experiments, seeds, data_id, ticks_per_epoch=1)


def calls():
    """What has been computed since the start of the test."""
    path = build_folder() / "calls"
    return path.read_text().splitlines() if path.exists() else []


def same(one, other):
    """Whether two runs' results are equal to the last bit, and of the same types."""
    return bits(one.results) == bits(other.results)


def bits(value):
    if isinstance(value, dict):
        return {name: bits(one) for name, one in value.items()}
    if isinstance(value, list):
        return [bits(one) for one in value]
    if isinstance(value, np.ndarray):
        return value.dtype, value.shape, value.tobytes()
    return type(value), repr(value)


def test_results_come_back_to_the_last_bit_without_being_computed_again():
    toy = Toy("toy")
    (first,), (again,) = compute(toy)[toy], compute(toy)[toy]
    assert calls() == ["0.1 0"] and same(first, again)
    direct = run(toy, 0, 10.0, None)
    assert bits(first.ws) == bits(direct.ws) and first.loss == direct.loss == 0.1 * 10.0 / 3
    assert again.history.loss == [0.1 + 0.2, 0.0, 5e-324] and again.worst == np.inf
    assert str(again.history.loss[1]) == "-0.0" and again.ws[1].dtype == np.float32
    with pytest.raises(AttributeError, match="the run has no lost: choose from loss, best_step"):
        again.lost  # noqa: B018


def test_numbers_of_numpy_are_kept_as_numbers(tmp_path):
    path = tmp_path / "run.npz"
    kept = {"loss": np.float32(0.1), "step": np.int64(3), "mean": np.array(0.1),
            "history": {"loss": [np.float32(0.3), np.float64(0.1)]}, "ws": (np.eye(2),)}
    write_results(path, kept)
    found = read_results(path)
    assert found["loss"] == np.float32(0.1) and found["step"] == 3 and found["mean"] == 0.1
    assert isinstance(found["step"], int) and found["history"]["loss"] == [np.float32(0.3), 0.1]
    assert np.array_equal(found["ws"], [np.eye(2)])


def test_a_run_in_float32_is_kept(small_path):
    """Weights of float32 are right, and the numbers of their history are of NumPy's own type."""
    experiment = task2.Experiment("x", neurons_per_layer=(8, 10), num_epochs=1)
    script = ("import sys, numpy as np, task2; old = task2.SoftmaxModel.initial_weights; "
              "task2.SoftmaxModel.initial_weights = lambda *a: old(*a).astype(np.float32); "
              "X = task2.load_dataset(sys.argv[1]); "
              "data = task2.Dataset(*(one.astype(np.float32) for one in X)); "
              "from kit.runs import write_results; from pathlib import Path; "
              f"found = task2.run(task2.{experiment!r}, 0, data); "
              "write_results(Path(sys.argv[2]), found.results)")
    path = build_folder() / "run.npz"
    done = subprocess.run([sys.executable, "-c", script, small_path, path], cwd=ROOT,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert read_results(path)["ws"][0].dtype == np.float32


def test_the_same_run_is_not_computed_twice_in_one_call():
    toys = Toy("one"), Toy("another"), Toy("third", rate=0.2)
    found = compute(*toys, seeds=(0, 1, 0))
    assert sorted(calls()) == ["0.1 0", "0.1 1", "0.2 0", "0.2 1"]
    assert [run.experiment.name for runs in found.values() for run in runs] == [
        "one"] * 3 + ["another"] * 3 + ["third"] * 3
    one, another, third = found.values()
    assert all(map(same, one, another)) and same(one[0], one[2])
    assert not same(one[0], one[1]) and one[0].loss != third[0].loss


def test_what_is_missing_alone_is_computed():
    compute(Toy("one"))
    compute(Toy("two"), Toy("three", rate=0.3), seeds=(0, 1))
    assert sorted(calls()) == ["0.1 0", "0.1 1", "0.3 0", "0.3 1"]
    assert compute() == {}


# ------------------------------------------------------------------------------- damaged files

def cut_off(content):
    return content[:len(content) // 2]


def emptied(content):
    return b""


def of_zeros(content):
    return bytes(len(content))


def prose(content):
    return b"this is no archive"


def an_array(content):
    with open(build_folder() / "array.npy", "wb") as file:
        np.save(file, np.eye(3))
    return (build_folder() / "array.npy").read_bytes()


def other_arrays(content):
    with open(build_folder() / "other.npz", "wb") as file:
        np.savez(file, loss=np.eye(3))
    return (build_folder() / "other.npz").read_bytes()


def other_results(content):
    with open(build_folder() / "other.npz", "wb") as file:
        np.savez(file, results=np.array("[1, 2]"))
    return (build_folder() / "other.npz").read_bytes()


def a_lost_array(content):
    return content.replace(b"ws0.npy", b"wsO.npy")


def another_digit(content):
    return content.replace("5e-324".encode("utf-32-le"), "9e-324".encode("utf-32-le"))


@pytest.mark.parametrize("damage", [cut_off, emptied, of_zeros, prose, an_array, other_arrays,
                                    other_results, a_lost_array, another_digit])
def test_nothing_is_read_from_a_damaged_file(damage):
    path = build_folder() / "run.npz"
    write_results(path, run(Toy("toy"), 0, 10.0, None).results)
    content = path.read_bytes()
    assert read_results(path)
    path.write_bytes(damage(content))
    assert path.read_bytes() != content and read_results(path) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_in_place_of_a_file_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "run.npz")
    assert read_results(tmp_path / "run.npz") is None


def test_a_damaged_file_is_computed_again_and_written_over():
    toy = Toy("toy")
    first, = compute(toy)[toy]
    path, = (build_folder() / "runs").iterdir()
    path.write_bytes(cut_off(path.read_bytes()))
    assert same(compute(toy)[toy][0], first) and len(calls()) == 2
    assert same(compute(toy)[toy][0], first) and len(calls()) == 2
    assert list((build_folder() / "runs").iterdir()) == [path]


def test_no_damaged_byte_is_taken_for_a_result(tmp_path):
    path, rng = tmp_path / "run.npz", random.Random(0)
    write_results(path, run(Toy("toy"), 0, 10.0, None).results)
    kept, content = read_results(path), path.read_bytes()
    for _ in range(2000):
        damaged, at = bytearray(content), rng.randrange(len(content))
        damaged[at] ^= 1 << rng.randrange(8)
        path.write_bytes(damaged)
        found = read_results(path)
        assert found is None or bits(found) == bits(kept), at
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        assert read_results(path) is None


# ------------------------------------------------------------------------------ names: the code

class Folder:
    """A copy of scripts, kit/ and assignment/. A script imports a helper, and that another one."""

    def __init__(self, path):
        self.path = path
        for name in SCRIPTS:
            shutil.copy(ROOT / name, path)
        for name in ("kit", "assignment"):
            shutil.copytree(ROOT / name, path / name,
                            ignore=shutil.ignore_patterns("__pycache__"))
        (path / "package").mkdir()
        for name in ("helper", "deeper", "late", "package/__init__", "package/part"):
            (path / f"{name}.py").write_text(f'"""What {name} does."""\nVALUE = 1     # one\n\n\n'
                                             'def f():\n    """Text."""\n    return "a", VALUE\n')
        self.change("helper.py", "VALUE = 1", "import deeper as other\nVALUE = 1")
        self.change("task2.py", "from kit.runs", "from package.part import f\nimport helper\n"
                                                 "from kit.runs")
        self.change("task2.py", '    X itself does not change."""',
                    '    X itself does not change."""\n    from late import f')

    def change(self, name, old, new):
        text = (self.path / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, (name, old, text.count(old))
        (self.path / name).write_text(text.replace(old, new), encoding="utf-8")

    def files(self, *scripts):
        """What list_modules finds for functions of scripts of this folder."""
        functions = []
        for script in scripts:
            module = types.ModuleType(f"copied_{script}")
            module.__file__ = str(self.path / f"{script}.py")
            sys.modules[module.__name__] = module
            functions.append(types.SimpleNamespace(__name__="run", __module__=module.__name__))
        return list_modules(*functions)

    def name(self, *scripts):
        return name_run(task2.BASELINE, 0, "data", hash_code(self.files(*scripts or ["task2"])))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "copy").mkdir()
    monkeypatch.setattr(runs, "ENGINE", tmp_path / "copy")
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    return Folder(tmp_path / "copy")


def test_the_modules_of_a_run_are_those_that_its_scripts_import(folder):
    of_task2 = ["assignment/__init__.py", "assignment/mnist.py", "deeper.py", "helper.py",
                "kit/__init__.py", "kit/commands.py", "kit/deadline.py", "kit/definition.py",
                "kit/files.py", "kit/modules.py",
                "kit/pool.py", "kit/runs.py", "late.py", "package/__init__.py", "package/part.py",
                "task2.py", "utils.py"]

    def names(*scripts):
        return [path.relative_to(folder.path).as_posix() for path in folder.files(*scripts)]

    assert names("task2") == of_task2
    assert names("task2", "task3") == sorted([*of_task2, "task3.py"])
    assert names("task4") == sorted([*of_task2, "task3.py", "task4.py"])


WORDS = {
    "a comment": ("task2.py", "# SOLUTION 2d", "# my own words"),
    "a comment beside code": ("helper.py", "# one", "# 1"),
    "no comment": ("helper.py", "     # one", ""),
    "a script's docstring": ("task2.py", '"""Task 2: a softmax network', '"""Another network'),
    "a class's docstring": ("task2.py", '"""Layers of sigmoid units', '"""Layers of units'),
    "a method's docstring": ("task2.py", '"""a = f(z) of a hidden layer."""', '"""Text."""'),
    "no docstring": ("task2.py", '        """a = f(z) of a hidden layer."""\n', ""),
    "a new docstring": ("kit/files.py", "class Refused(Exception):\n    \"\"\"",
                        "class Refused(Exception):\n    \"\"\"Text. "),
    "utils": ("utils.py", '"""Data, batches, tables', '"""Data, tables'),
    "a helper's docstring": ("helper.py", '"""What helper does."""', '"""Something."""'),
    "a helper's helper": ("deeper.py", '"""Text."""', '"""Other text."""'),
    "of a package": ("package/part.py", '"""Text."""', "'''Other text.'''"),
    "assignment/mnist.py": ("assignment/mnist.py", '"""One sha256 over the shapes',
                            '"""A sha256 of the shapes'),
    "blank lines and spaces": ("helper.py", "def f():", "\n\n\ndef f( ) :"),
}


@pytest.mark.parametrize("place", WORDS)
def test_words_leave_the_name_as_it_is(place, folder):
    before = folder.name()
    folder.change(*WORDS[place])
    assert folder.name() == before


CODE = {
    "a setting": ("task2.py", "learning_rate: float = 0.1", "learning_rate: float = 0.2"),
    "a solution": ("task2.py", "        return a * (1 - a)", "        return (1 - a) * a"),
    "a name": ("task2.py", "def predict(model, X, rows=1000)", "def predict(model, X, rows=999)"),
    "a string": ("helper.py", 'return "a", VALUE', 'return "b", VALUE'),
    "a string that is no docstring": ("helper.py", "    return", "    'a string'\n    return"),
    "utils": ("utils.py", "def generators(seed):\n", "def generators(seed):\n    seed += 1\n"),
    "a helper": ("helper.py", "VALUE = 1", "VALUE = 2"),
    "a helper's helper": ("deeper.py", "VALUE = 1", "VALUE = 2"),
    "a helper imported in a function": ("late.py", "VALUE = 1", "VALUE = 2"),
    "a package": ("package/__init__.py", "VALUE = 1", "VALUE = 2"),
    "a package's module": ("package/part.py", "VALUE = 1", "VALUE = 2"),
    "assignment/mnist.py": ("assignment/mnist.py", "def hash_arrays(*arrays):\n",
                     "def hash_arrays(*arrays):\n    arrays = arrays[::-1]\n"),
    "kit/pool.py": ("kit/pool.py", "    threadpool_limits(1)\n", "    threadpool_limits(2)\n"),
    "a comment that is code now": ("helper.py", "VALUE = 1     # one", "VALUE = 1 + 1"),
}


@pytest.mark.parametrize("place", CODE)
def test_code_gives_another_name(place, folder):
    before = folder.name()
    folder.change(*CODE[place])
    assert folder.name() != before


def test_a_helper_that_is_imported_from_now_on_counts(folder):
    before = folder.name()
    (folder.path / "new.py").write_text("")
    assert folder.name() == before      # nobody imports it
    folder.change("helper.py", "VALUE = 1", "import new\nVALUE = 1")
    imported = folder.name()
    (folder.path / "new.py").write_text("x = 1")
    assert len({before, imported, folder.name()}) == 3


@pytest.mark.parametrize("name", ["task3.py", "task4.py", "kit/check.py", "kit/report/command.py"])
def test_what_a_run_does_not_import_does_not_count(name, folder):
    of_task2, of_task4 = folder.name("task2"), folder.name("task4")
    with open(folder.path / name, "a") as file:
        file.write("MORE = 1\n")
    assert folder.name("task2") == of_task2
    assert (folder.name("task4") != of_task4) == name.startswith("task")


def test_the_folder_does_not_count(folder, tmp_path, monkeypatch):
    before = folder.name()
    shutil.copytree(folder.path, tmp_path / "moved")
    monkeypatch.setattr(runs, "ENGINE", tmp_path / "moved")
    folder.path = tmp_path / "moved"
    assert folder.name() == before


# ----------------------------------------------------------------------- names: all but the code

def name_of(experiment, seed=0, data_id="data"):
    return name_run(experiment, seed, data_id, "code")


def test_the_name_of_an_experiment_does_not_count_and_seed_and_data_do():
    one = task3.MOMENTUM
    assert name_of(one) == name_of(replace(one, name="another"))
    assert len({name_of(one), name_of(one, seed=1), name_of(one, data_id="other"),
                name_run(one, 0, "data", "other code")}) == 4


def test_every_setting_of_an_experiment_counts():
    others = dict(neurons_per_layer=(32, 10), learning_rate=0.2, batch_size=33, num_epochs=49,
                  use_improved_sigmoid=True, use_improved_weight_init=True, momentum_gamma=0.5)
    assert {*others, "name"} == {field.name for field in fields(task3.Experiment)}
    plain = task3.Experiment("")
    names = {name_of(replace(plain, **{name: value})) for name, value in others.items()}
    assert len(names | {name_of(plain)}) == len(others) + 1
    # the value alone is not enough: it belongs to its setting
    one, other = replace(plain, learning_rate=0.5), replace(plain, momentum_gamma=0.5)
    assert name_of(one) != name_of(other)


def other_python(monkeypatch):
    monkeypatch.setattr(platform, "python_version", lambda: "3.99.0")


def other_numpy(monkeypatch):
    monkeypatch.setattr(np, "__version__", "2.99.0")


def other_kernel(key, value):
    def change(monkeypatch):
        found = [{**info, key: value} if info["user_api"] == "blas" else info
                 for info in runs.threadpool_info()]
        if found == runs.threadpool_info():
            pytest.skip("Accelerate, NumPy's matrix kernel on macOS, does not say what it is")
        monkeypatch.setattr(runs, "threadpool_info", lambda: found)
    change.__name__ = f"other_{key}"
    return change


@pytest.mark.parametrize("change", [
    other_python, other_numpy, other_kernel("architecture", "Abacus"),
    other_kernel("version", "0.0"), other_kernel("internal_api", "mkl")])
def test_other_versions_and_another_matrix_kernel_give_another_name(change, monkeypatch):
    before = name_of(task2.BASELINE)
    change(monkeypatch)
    assert name_of(task2.BASELINE) != before


def test_the_number_of_threads_does_not_count(monkeypatch):
    before = name_of(task2.BASELINE)
    found = [{**info, "num_threads": 99} for info in runs.threadpool_info()]
    monkeypatch.setattr(runs, "threadpool_info", lambda: found)
    assert name_of(task2.BASELINE) == before


def test_a_library_that_only_the_notebook_has_loaded_stops_no_run(monkeypatch):
    """Such as SciPy, with a matrix kernel of its own: the workers do not load it."""
    more = {"user_api": "blas", "internal_api": "openblas", "version": "0.0", "architecture": "x"}
    found = [*runs.threadpool_info(), more]
    monkeypatch.setattr(runs, "threadpool_info", lambda: found)
    toy = Toy("toy")
    assert compute(toy)[toy][0].best_step == 7


# ------------------------------------------------------------------------------------- refusals

def test_an_experiment_that_is_not_written_is_refused_with_a_sentence():
    with pytest.raises(NotImplementedError, match="^an experiment is None: write it in its scr"):
        compute(Toy("toy"), None)
    assert calls() == []


def test_layers_in_a_list_are_refused_with_the_tuple_to_write(small_path):
    experiment = task2.Experiment("mine", neurons_per_layer=[60, 60, 10])
    with pytest.raises(Refused, match=r"^neurons_per_layer of mine is a list, expected a tuple: "
                                      r"write \(60, 60, 10\)$"):
        task2.run_all([experiment], [0], small_path)


def test_a_class_or_function_of_a_notebook_is_refused_with_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "notebook", types.ModuleType("notebook"))  # without __file__
    for one in (Toy, run):
        with monkeypatch.context() as context:
            context.setattr(one, "__module__", "notebook")
            with pytest.raises(Refused, match=f"^{one.__name__} is defined in a notebook: move it "
                                              "into a script, where other processes find it$"):
                compute(Toy("toy"))
    assert calls() == []


def test_a_class_of_a_session_is_refused(small_path):
    code = ("from dataclasses import dataclass\nimport task2\n@dataclass(frozen=True)\n"
            "class Mine(task2.Experiment):\n    pass\n"
            f"task2.run_all([Mine('mine')], path={str(small_path)!r})")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr.splitlines()[-1].endswith(
        "Refused: Mine is defined in a notebook: move it into a script, where other processes "
        "find it")


# --------------------------------------------------------------------- scripts edited meanwhile

def test_an_edit_is_told_once_code_has_changed_and_not_for_a_comment(folder, capsys):
    tell_edits(folder.files("task2"))       # as they are imported
    assert capsys.readouterr() == ("", "")
    folder.change("task2.py", "# SOLUTION 2d", "# my own words")
    folder.change("helper.py", '"""What helper does."""', '"""Something."""')
    tell_edits(folder.files("task2"))
    assert capsys.readouterr() == ("", "")
    folder.change("helper.py", "VALUE = 1", "VALUE = 2")
    tell_edits(folder.files("task2"))
    out, told = capsys.readouterr()
    assert out == "" and told.count("\n") == 1
    assert told.startswith("helper.py: edited since this notebook imported it. ")
    assert "Restart the kernel" in told
    folder.change("utils.py", "def generators(seed):\n", "def generators(seed):\n    seed += 1\n")
    tell_edits(folder.files("task2"))
    assert capsys.readouterr().err.startswith("helper.py, utils.py: edited since")
    folder.change("helper.py", "VALUE = 2", "VALUE = 1")
    folder.change("utils.py", "    seed += 1\n", "")
    tell_edits(folder.files("task2"))
    assert capsys.readouterr() == ("", "")      # all is as it was


def test_the_scripts_are_known_as_they_were_at_the_import():
    assert {path.name for path in runs.IMPORTED} >= set(SCRIPTS)
    assert all(runs.IMPORTED[ROOT / name] == (ROOT / name).read_bytes() for name in SCRIPTS)


EDITED = """
import sys
from pathlib import Path
import task2
experiment = task2.Experiment("x", neurons_per_layer=(8, 10), num_epochs=1)

def run():
    return task2.run_all([experiment], [0], sys.argv[1])[experiment][0].best_step

script = Path("task2.py")
first, text = run(), script.read_text(encoding="utf-8")
script.write_text(text + "# a comment\\n", encoding="utf-8")
print(run() == first)
print("silent", file=sys.stderr)
script.write_text(text.replace("best_step=", "best_step=1000 + "), encoding="utf-8")
print(run() == 1000 + first)
"""


def test_an_edited_script_is_named_and_computes_as_it_is_now(small_path, tmp_path):
    (tmp_path / "copy").mkdir()
    Folder(tmp_path / "copy")
    done = subprocess.run([sys.executable, "-c", EDITED, small_path], cwd=tmp_path / "copy",
                          capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(tmp_path / "copy")})
    assert done.stdout.split() == ["True", "True"], done.stderr
    before, after = done.stderr.split("silent")
    assert "edited" not in before and "task2.py: edited since this notebook imported it" in after
    assert len(list((build_folder() / "runs").iterdir())) == 2


def test_a_script_edited_while_runs_are_computed_is_refused(monkeypatch):
    monkeypatch.setattr(runs, "hash_code", lambda files: "of the text before")
    with pytest.raises(Refused, match="a script was edited while runs were computed: start again"):
        compute(Toy("toy"))
    assert not (build_folder() / "runs").exists()


def test_a_script_that_is_no_python_for_now_is_named(folder):
    folder.change("helper.py", "VALUE = 1", "VALUE = = 1")
    with pytest.raises(SyntaxError) as raised:
        folder.name()
    assert Path(raised.value.filename).name == "helper.py"


# ------------------------------------------------------------------------------------- the folder

def test_runs_are_kept_in_the_folder_that_is_named_or_in_build(monkeypatch, tmp_path):
    assert build_folder() == tmp_path / "build"     # tests/conftest.py names it
    monkeypatch.delenv("KIT_BUILD")
    assert build_folder() == ROOT / "build"


def test_a_trained_model_is_one_of_its_own(small):
    found = task2.run(task2.Experiment("x", neurons_per_layer=(8, 10), num_epochs=1), 0, small)
    model = found.model
    assert all(map(np.array_equal, model.ws, found.ws))
    model.ws[0][:] = 0
    assert np.any(found.ws[0]) and np.any(found.model.ws[0])
