"""What leaves a part open: the grader sees a reason by itself. A claim alone changes nothing."""
import ast
import sys
from types import SimpleNamespace

import pytest
import starter_pixels
from here import ASSIGNMENT, CHECKS
from hostile import the_sandbox
from planted import scripts_with
from starter_lines import NORMAL
from starter_planted import base, planted

from kit.check import FAILED, NOT_STARTED, PASSED
from kit.checking import registry
from kit.checking.student import Problem
from staff.grading.judging import judge_code
from staff.grading.sources import Sources
from staff.grading.unreached import DEPENDS, explain_unreached
from staff.layouts import load_layouts
from staff.record import DOUBT, OPEN
from staff.sandbox.limits import read_limits
from staff.sandbox.sandbox import Sandbox

LIBRARY = "library_that_nobody_has"
SANDBOX = SimpleNamespace(interpreter=SimpleNamespace(program=sys.executable),
                          assignment=ASSIGNMENT)
GUARD = "def forward(self, X):\n    assert X.shape[1] == 785, 'bias?'\n    return X\n"
MISSING = {"type": "ImportError", "missing": LIBRARY, "where": "task2.py, line 2"}
REFUSES = {"type": "AssertionError", "where": "task2.py, line 2"}
LACKS = {"type": "AttributeError", "where": "task2.py, line 4",
         "message": "'Model' object has no attribute 'weigh'"}
CRASH = {"type": "TypeError", "where": "", "adapter": "model.py, line 7"}
NOT_FOUND = {"type": "NotImplementedError", "not_written": True, "missing": "SoftmaxTrainer",
             "adapter": "code.py, line 180", "where": ""}
WEIGH = ("class Net:\n    def weigh(self): return 0\n"
         "def train_step(self, X, Y):\n    return self.model.weigh()\n")


UNSET = {"type": "NameError", "missing": "X_train", "where": "task2.py, line 2"}
RUN = "def train_step():\n    X_train\nif __name__ == '__main__':\n    X_train, y = 1, 2\n"


def explain(error, text, layout="starter", file="task2.py", context=False):
    """(why, doubt) of an error that the process has told, with a script in the hand-in."""
    problem = told = Problem("it fails")
    told.error = error
    if context:
        problem = Problem("with three layers: it fails")
        problem.__context__ = told
    return explain_unreached(problem, Sources({file: text.encode()}), load_layouts()[layout],
                             SANDBOX)


@pytest.mark.parametrize("layout", ["kit", "starter"])
@pytest.mark.parametrize("error, text, why", [
    (MISSING, f"import {LIBRARY}.deep as deep\nx = deep.f\n", "is not installed where"),
    (MISSING, f"from {LIBRARY}.a import f\n@f\ndef g(): pass\n", "is not installed where"),
    ({**MISSING, "missing": f"{LIBRARY}.deep"}, f"from {LIBRARY} import *\n", "is not installed"),
    (REFUSES, GUARD, "task2.py, line 2, refuses other sizes"),
    (REFUSES, "N = 785\nassert X.shape == (len(Y), N)\n", "refuses other sizes"),
    ({**REFUSES, "type": "ValueError", "where": "task2.py, line 3"},
     "\nif not len(sizes) == 2 or X.shape[-1] != 784 + 1:\n    raise ValueError(X)\n", ""),
    ({**REFUSES, "type": "ValueError", "where": "task2.py, line 2"},
     "if X.shape[-1] != 785:\n    raise ValueError(X)\n", "refuses other sizes"),
    (LACKS, WEIGH, "uses weigh, which the grader's stand-in lacks"),
])
def test_what_the_grader_sees_by_itself_leaves_a_part_open(layout, error, text, why):
    found, doubt = explain(error, text, layout)
    assert (why in found if why else not found) and not doubt
    assert explain(error, text, layout, context=True)[0] == found


def test_a_name_that_a_script_sets_only_when_it_is_run_is_the_starter_codes_way():
    assert explain(UNSET, RUN)[0] == \
        "task2.py, line 2, uses X_train, which the script sets only when it is run itself"
    assert explain(UNSET, RUN, "kit") == ("", "")       # its notebooks import the scripts


@pytest.mark.parametrize("error, text", [
    (MISSING, "x = 1\n"),                                       # it is not imported
    (MISSING, f"import {LIBRARY}\n"),                           # and not used
    (MISSING, f"# import {LIBRARY}\n'{LIBRARY}'\n"),
    ({**MISSING, "missing": "numpy"}, "import numpy\nnumpy.zeros\n"),   # it is there
    ({**MISSING, "missing": "a b; import os"}, "import os\nos.getcwd()\n"),
    (REFUSES, "x = 1\nassert X.shape[1] == 783\n"),             # not a size of the assignment
    (REFUSES, "x = 1\nassert X.shape[1] == 785 and X.shape[0] == 999\n"),
    (REFUSES, "x = 1\nassert abs(X).max() < 785\n"),            # not a size
    (REFUSES, "x = 1\nassert False\n"),
    (REFUSES, "x = 1\nraise AssertionError\n"),
    ({**REFUSES, "where": "task3.py, line 2"}, GUARD),
    ({**REFUSES, "where": "task2.py, line 99"}, GUARD),
    ({**REFUSES, "where": ["task2.py", 2]}, GUARD),
    (LACKS, WEIGH.replace("def weigh", "def weight")),          # the student has it neither
    (LACKS, WEIGH.replace("self.model.weigh()", "self.fail()")),
    (LACKS, WEIGH + "class Model: pass\n"),                     # the student's own class lacks it
    ({**LACKS, "message": "'dict' object has no attribute 'weigh'"}, WEIGH),
    (UNSET, RUN.replace("X_train, y", "X, y")),
    (UNSET, RUN + "X_train = 1\n"),
    ({**UNSET, "where": "task3.py, line 2"}, RUN),
    ({}, ""), ({"type": 3, "where": {}, "adapter": [], "missing": 7, "message": None}, "x = 1"),
    (MISSING, "def broken(:\n"),
])
def test_a_claim_that_nothing_shows_changes_nothing(error, text):
    for layout in ("kit", "starter"):
        why, doubt = explain(error, text, layout)
        assert not why
        assert not doubt or error is MISSING and "use no such library" in doubt
    assert explain_unreached(None, Sources({}), load_layouts()["kit"], SANDBOX) == ("", "")


def test_a_library_that_was_handed_in_is_the_students_own():
    files = {"task2.py": f"import {LIBRARY}\n{LIBRARY}.f()\n".encode(), f"{LIBRARY}.py": b"bad("}
    problem = Problem("it fails")
    problem.error = MISSING
    assert explain_unreached(problem, Sources(files), load_layouts()["kit"], SANDBOX)[0] == ""


def test_a_name_is_missing_if_no_file_binds_it():
    assert "SoftmaxTrainer stands in none" in explain(NOT_FOUND, "class MyTrainer: pass\n")[0]
    hidden = "def main():\n    class SoftmaxTrainer: pass\n"
    assert "stands in none" in explain(NOT_FOUND, hidden)[0]
    for text in ("class SoftmaxTrainer: pass\ndel SoftmaxTrainer\n",
                 "try:\n    from trainers import T as SoftmaxTrainer\nexcept ImportError: pass\n",
                 "if True:\n    SoftmaxTrainer = None\n"):
        why, doubt = explain(NOT_FOUND, text)
        assert not why and "SoftmaxTrainer stands in its files" in doubt
    assert explain({**NOT_FOUND, "missing": "anything"}, "x = 1\n") == ("", "")
    # in the kit's own layout its README gives the names
    assert explain(NOT_FOUND, "class MyTrainer: pass\n", "kit") == ("", "")


def test_a_check_that_fails_itself_is_open():
    student = SimpleNamespace(instead={})
    with pytest.raises(Problem) as raised:
        registry.guard(lambda _: {}["odd"], "a title")(student)
    for problem in (raised.value, Problem("in the whole")):
        problem.__cause__ = problem.__cause__ or raised.value
        assert explain_unreached(problem, Sources({}), load_layouts()["kit"], SANDBOX) == \
            ("the grader's check fails on these results", "")


def test_a_crash_of_the_adapter_counts_if_the_code_has_no_means_to_feign_it():
    assert "cannot handle code of this form" in explain(CRASH, "import numpy as np\nx = {}\n")[0]
    assert explain({**CRASH, "adapter": "task2.py, line 7"}, "x = 1\n") == ("", "")
    assert explain({**CRASH, "not_written": True}, "x = 1\n") == ("", "")


@pytest.mark.parametrize("text", [
    "import adapter", "from adapter.code import note", "import importlib", "import ctypes",
    "exec('raise TypeError')", "__builtins__['ex' + 'ec']('')", "import sys\nsys.modules",
    "import sys as s\ns.modules", "from sys import modules", "import numpy as np\nnp.os.write",
    "import os\nos.write(4, b'')", "f.__globals__", "getattr(x, 'a' + 'b')",
    "open(4, 'wb')", "x = '/proc/self/fd/4'", "import numpy as np\nnp.ones(3).tofile(4)",
    "compile('', 'model.py', 'exec')", "def f():\n    from inspect import stack"])
def test_code_that_could_feign_a_crash_is_not_believed_and_a_person_is_told(text):
    why, doubt = explain(CRASH, text)
    assert not why and "its own code could say so" in doubt


def test_ordinary_code_has_no_means():
    files = {name: text.encode() for name, text in base().items()}
    assert Sources(files).find_means(["mnist.py"]) == ""
    assert Sources({"task4.py": files["task2.py"]}).find_means([]) in ("task2a", "utils")


def test_notebooks_are_read_too():
    cells = (b'{"cells": [{"cell_type": "code", "source": ["%matplotlib inline\\n", '
             b'"class SoftmaxTrainer: pass"]}]}')
    assert Sources({"a.ipynb": cells}).names == {"SoftmaxTrainer"}
    for odd in (b"", b"{", b"[]", b'{"cells": [3]}', b"[" * 100_000, b"\xff\xfe"):
        assert Sources({"a.ipynb": odd, "b.py": odd}).trees in ([], [("b.py", None)]) or \
            Sources({"a.ipynb": odd, "b.py": odd}).names == set()


# ------------------------------------------------------------------------------- in the sandbox

def judge(files, layout, *subtasks):
    """The Verdict on the checks of some subtasks."""
    chosen = [one.id for one in CHECKS if one.subtask in subtasks and not one.remark]
    files = {name: text.encode() for name, text in files.items()}
    the_sandbox()       # or skip; its own limits are too small for a busy machine
    return judge_code(files, layout, Sandbox(read_limits()), 7, chosen)


def states(verdict, subtask):
    """The states of a subtask's checks."""
    return {one.state for one in verdict.results if one.subtask == subtask}


@pytest.mark.faults
def test_a_missing_library_leaves_open_what_uses_it_and_nothing_else():
    files = scripts_with({"task2:first": f"import {LIBRARY}"})
    files["task2.py"] = files["task2.py"].replace(
        "def count_parameters", f"def unused():\n    {LIBRARY}.f()\n\n\ndef count_parameters", 1)
    assert states(judge(files, "kit", "2d"), "2d") == {PASSED}
    at = files["task2.py"].index('"""', files["task2.py"].index("def count_parameters"))
    files["task2.py"] = files["task2.py"][:at] + f"{LIBRARY}.f()\n    " + files["task2.py"][at:]
    verdict = judge(files, "kit", "2d")
    assert states(verdict, "2d") == {OPEN}
    assert verdict.results[0].words == f"{LIBRARY} is not installed where the grader runs the code"
    assert verdict.results[0].shown.startswith("the grader could not judge this, and a person")


def test_a_feigned_library_costs_the_points():
    files = scripts_with({"task2:first": "def count_parameters(*_):\n"
                          f"    raise ImportError('{LIBRARY} is used', name='{LIBRARY}')"})
    files["task2.py"] += ("\n\ndef count_parameters(*_):\n"
                          f"    raise ImportError('{LIBRARY} is used', name='{LIBRARY}')\n")
    verdict = judge(files, "kit", "2d")
    assert states(verdict, "2d") == {FAILED}
    assert any(one.kind == DOUBT for one in verdict.findings)


def test_a_library_that_code_can_do_without_is_not_replaced():
    files = scripts_with({"task2:first": f"try:\n    import {LIBRARY} as xp\n"
                          "except (ImportError, OSError):\n    import numpy as xp\nxp.zeros(3)"})
    assert states(judge(files, "kit", "2d"), "2d") == {PASSED}


def test_the_layout_knows_the_names_that_its_adapter_looks_for():
    layout = load_layouts()["starter"]
    (code,) = [file for file in layout.adapter_files if file.name == "code.py"]
    tree = ast.parse(code.read_text(encoding="utf-8"))
    (asked,) = [ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.Assign)
                and node.targets[0].id == "ASKED"]
    assert layout.asked == asked


@pytest.mark.attack
def test_what_another_layout_lacks_or_the_adapter_cannot_handle_is_open():
    files = base()
    files["task2.py"] = files["task2.py"].replace("SoftmaxTrainer", "MyTrainer").replace(
        "train_step", "fit_batch")      # with train_step it would be taken for the trainer
    verdict = judge(files, "starter", "2b", "3c")
    assert states(verdict, "3c") == {OPEN} and states(verdict, "2b") == {PASSED}
    verdict = judge(planted(("task2", "    def train_step(self, X_batch",
                             "    def train_step(self, *, extra, X_batch")), "starter", "3c")
    assert {OPEN} <= states(verdict, "3c") <= {OPEN, PASSED}, verdict.results
    assert "cannot handle code of this form" in verdict.results[0].words
    files = base()
    del files["utils.py"]       # the supplied one is nobody's work
    verdict = judge(files, "starter", "0", "2c", "4c")
    assert states(verdict, "2c") == states(verdict, "4c") == {PASSED}
    assert {one.title for one in verdict.results if one.state == OPEN} == {
        "batches in the order given", "shuffling"}


GIVEN = (("task2a", "        self.ws = []\n", "        self.ws = neurons_per_layer\n"),
         ("task2a", "        for size in neurons_per_layer:\n", "        for size in ():\n"))
ZEROS = (("task2a", NORMAL, "                w = np.zeros((prev, size))\n"),)
DRAWN = "def draw(*shape):\n    return np.random.randn(*shape)\n\n\n"


@pytest.mark.attack
@pytest.mark.parametrize("edits, drawn, found", [
    (ZEROS, "", FAILED), (ZEROS, DRAWN, OPEN), (GIVEN, "", FAILED), (GIVEN, DRAWN, OPEN)])
def test_improved_weights_that_nobody_saw_are_open_if_normal_numbers_are_drawn(edits, drawn,
                                                                               found):
    files = planted(*edits, ("task2", "class SoftmaxTrainer", drawn + "class SoftmaxTrainer"))
    if edits == GIVEN:
        files["task2a.py"] = files["task2a.py"].replace(NORMAL, "                pass\n")
    verdict = judge(files, "starter", "2b", "3b")
    assert states(verdict, "2b") == {PASSED} and found in states(verdict, "3b")
    assert states(verdict, "3b") <= {found, PASSED}


@pytest.mark.attack
def test_a_trainer_that_is_made_in_another_way_is_open():
    files = planted(
        ("trainer", "X_train, Y_train, X_val, Y_val):", "train, val):"),
        ("trainer", "= X_train, Y_train, X_val, Y_val\n", "= *train, *val\n"),
        ("task2", "X_train, Y_train, X_val, Y_val)\n    train_h",
                  "(X_train, Y_train), (X_val, Y_val))\n    train_h"))
    verdict = judge(files, "starter", "0", "2b", "2c", "3c", "4c")
    assert FAILED not in {one.state for one in verdict.results}
    assert states(verdict, "0") == states(verdict, "2b") == {PASSED}
    assert OPEN in states(verdict, "2c") & states(verdict, "3c")
    # a check that passes since another one charges the fault is open with that one
    assert [one.title for one in verdict.results if one.subtask == "4c" and one.words == DEPENDS] \
        == ["a step in every layer"]


# momentum in `train`, which ends in another way than it should: nobody can see whether it is right
SHARED_OUT = """def train(self, num_epochs, on_validation=lambda: None):
    previous = [0 * w for w in self.model.ws]
    for X_batch, Y_batch in self.batches(num_epochs):
        self.train_step(X_batch, Y_batch)
        for i, w in enumerate(self.model.ws):
            w -= self.learning_rate * self.GAMMA * previous[i]
            previous[i] = self.model.grads[i] + self.GAMMA * previous[i]
    for w in self.model.ws:
        w *= 0.5
    return self.history
"""


@pytest.mark.attack
@pytest.mark.parametrize("name, found", [("momentum_gamma", OPEN), ("velocity_share", FAILED)])
def test_momentum_in_train_that_is_not_seen_to_be_right_is_open(name, found):
    changes = {"+task3.MomentumTrainer.train": SHARED_OUT.replace("GAMMA", name),
               "task3.MomentumTrainer.update": "def update(self):\n    super().update()\n"}
    verdict = judge(scripts_with(changes), "kit", "3c")
    assert found in states(verdict, "3c") <= {found, PASSED}, verdict.results


@pytest.mark.attack
def test_a_deleted_name_is_not_believed_and_flagged():
    verdict = judge(planted(("task2", "", "")) | {
        "task2.py": base()["task2.py"] + "\ndel SoftmaxTrainer\n"}, "starter", "3c")
    assert states(verdict, "3c") <= {FAILED, NOT_STARTED, "needs 2c first"}
    assert any(one.kind == DOUBT for one in verdict.findings)


@pytest.mark.attack
def test_images_that_nobody_saw_leave_their_part_open():
    files = {name: text.encode() for name, text in starter_pixels.UNSEEN.items()}
    the_sandbox()
    verdict = judge_code(files, "starter", Sandbox(read_limits()), 7)      # it takes some memory
    found = {one.title: one.state for one in verdict.results if not one.remark}
    assert found.pop("mean and standard deviation") == found.pop("pixels scaled") == OPEN
    assert FAILED not in found.values()
    assert states(judge(starter_pixels.ENDED, "starter", "2a"), "2a") == {OPEN}
    assert states(judge(starter_pixels.NONE, "starter", "2a"), "2a") == {OPEN, PASSED}
    problem = Problem("no script was seen")
    problem.signs = "mean", "std"
    for text, opens in (("X.mean() / X.std()", True), ("np.mean(X)", False),
                        ("'mean std'", False)):
        why, _ = explain_unreached(problem, Sources({"a.py": text.encode()}),
                                   load_layouts()["starter"], SANDBOX)
        assert bool(why) == opens


def test_a_script_that_is_not_python_is_the_students():
    error = {"type": "SyntaxError", "where": "task2.py, line 1", "adapter": "code.py, line 3"}
    assert explain(error, "def broken(:") == ("", "")
    assert explain({**error, "type": "NameError"}, "def broken(:") == ("", "")
    assert explain(error, "x = 1")[0]       # it says so, and its file is Python
