"""The starter code's layout, quickly: right code, code that is not written, and odd hand-ins."""
import importlib
import sys
import time
import types

import pytest

from kit.check import NOT_STARTED, PASSED
from staff.cases import draw_cases
from staff.layouts import SHARED, load_layouts
from here import ASSIGNMENT
from starter_planted import BASE, OF, base, count_losses, judged, planted, said

TASK2A, TASK2 = base()["task2a.py"], base()["task2.py"]


def body(text, start, end):
    """The part of a text from one line up to another."""
    return text[text.index(start):text.index(end)]


BLANKS = (
    ("task2a", "    X = (X - mean) / std\n", ""),
    ("task2a", "    return np.append(X, np.ones((X.shape[0], 1)), axis=1)\n", "    return X\n"),
    ("task2a", "    return -np.mean(np.sum(targets * np.log(outputs), axis=1))\n",
     "    raise NotImplementedError\n"),
    ("task2a", body(TASK2A, "    encoded = np.zeros", "\n\ndef sigmoid"),
     "    raise NotImplementedError\n"),
    ("task2a", body(TASK2A, "            if use_improved_weight", "            self.ws.append"),
     "            w = np.zeros((prev, size))\n"),
    ("task2a", body(TASK2A, "        self.layers = [X]\n", "\n    def backward"),
     "        return None\n"),
    ("task2a", body(TASK2A, "        self.grads = [None] * len", "        for grad, w in zip"),
     "        self.grads = []\n"),
    ("task2", body(TASK2, "        outputs = self.model.forward(X_batch)", "        return loss"),
     "        loss = 0\n"),
    ("task2", body(TASK2, "    outputs = model.forward(X)\n", "\n\nclass"), "    return 0\n"),
    ("utils", "        np.random.shuffle(indices)\n", "        pass\n"),
)


def test_right_code_gets_all_points_on_hidden_inputs():
    report, findings = judged(base(), cases=draw_cases(ASSIGNMENT, "starter", 3))
    assert count_losses(report) == {} and findings == []
    assert [one.title for one in report.results if one.state != PASSED] == ["very large sums"]


@pytest.mark.faults
def test_code_that_is_not_written_earns_nothing_and_is_said_not_to_be():
    report, _ = judged(planted(*BLANKS))
    assert count_losses(report) == OF, said(report)
    state = {(one.subtask, one.title): one.state for one in report.results}
    for subtask, title in (("2a", "pixels scaled"), ("2b", "outputs of one hidden layer"),
                           ("2b", "gradients of one hidden layer"), ("0", "one-hot encoding"),
                           ("0", "cross-entropy loss"),
                           ("2c", "train_step: forward, loss, backward, update"),
                           ("4c", "outputs of two and three hidden layers")):
        assert state[subtask, title] == NOT_STARTED
    assert state["3c", "seven steps with momentum"] == "needs 2c first"


def test_nothing_handed_in_earns_nothing():
    report, findings = judged({"answer.py": "x = 1\n"})
    assert count_losses(report) == OF
    assert "SoftmaxModel stands in none of the files" in said(report)
    assert any("utils.py is not there" in words for words in findings)


@pytest.mark.faults
def test_no_python_is_said_with_its_line():
    report, findings = judged(planted(("task2a", "def softmax(z):", "def softmax(z:")))
    assert {"2a", "2b", "4c"} <= set(count_losses(report))
    assert "task2a.py does not parse: SyntaxError in task2a.py, line 36" in said(report)
    assert str(report).count("SyntaxError") == 1 and " raises SyntaxError" not in said(report)
    assert any("task2a.py is not Python: line 36" in words for words in findings)


def test_the_end_of_the_process_at_import_earns_nothing():
    report, _ = judged(planted(("task2a", "np.random.seed(1)\n\n\n",
                                "import os\nos._exit(0)\n\n\n")), subtasks=("2a", "2b"))
    assert all(one.state != PASSED for one in report.results if not one.remark)
    assert "ended the Python process" in said(report)


def test_scripts_are_found_inside_a_folder():
    files = {f"group 7/code/{name}": text for name, text in base().items()}
    report, _ = judged(files, subtasks=("2a", "2b"))
    assert count_losses(report, {"2a": 5, "2b": 17}) == {}, said(report)


def test_notebooks_that_are_none_are_named():
    texts = ["[" * 100_000, "{", '{"cells": 3}', '{"cells": [3]}', "\xff"]
    files = {f"{number}.ipynb": text for number, text in enumerate(texts)}
    report, findings = judged(files, subtasks=("2b",))
    assert count_losses(report, {"2b": 17}) == {"2b": 17}
    for name in files:
        assert f"{name} cannot be read as a notebook" in findings


def test_supplied_files_do_what_the_base_says():
    assert (BASE / "trainer.py").is_file()
    files = base()
    files.pop("trainer.py")
    files.pop("utils.py")
    report, findings = judged(files, subtasks=("0", "2c"))
    assert count_losses(report, {"2c": 4}) == {"2c": 1}      # open in a grading
    assert "batch_loader stands in none of the files" in said(report)
    assert {words.split(" ")[0] for words in findings} == {"utils.py", "trainer.py"}


@pytest.fixture
def statements(monkeypatch):
    """The module of the adapter that runs statements, and stops those that do not end."""
    layout = load_layouts()["starter"]
    adapter = types.ModuleType("adapter")
    adapter.__path__ = [str(layout.adapter_files[0].parent), str(SHARED)]
    monkeypatch.setitem(sys.modules, "adapter", adapter)
    return importlib.import_module("adapter.statements")


def test_a_top_level_may_wait_while_others_have_the_processor(statements, monkeypatch):
    monkeypatch.setattr(statements, "WAITING", 1000)
    with statements.Clock(0.05).limit():
        time.sleep(0.2)


@pytest.mark.parametrize("line", ["while True: pass", "time.sleep(600)"])
def test_a_top_level_that_does_not_end_is_stopped(statements, line):
    with pytest.raises(statements.TooLong), statements.Clock(0.05).limit():
        exec(line)
