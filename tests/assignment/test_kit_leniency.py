"""The kit's layout through its adapter: what costs nothing there, and what is left as it is."""
import pytest

from here import BY_ID
from planted import scripts_with, with_body
from starter_planted import count_losses, judged, said

OF = {name: sum(subtask.by_code.values()) for name, subtask in BY_ID.items() if subtask.by_code}


def check_scripts(changes):
    """(report, points lost, findings) of the reference's scripts with changes."""
    report, findings = judged(scripts_with(changes), layout="kit")
    return report, count_losses(report, OF), findings


@pytest.mark.faults
def test_reference_gets_all_points_without_a_finding():
    report, lost, findings = check_scripts({})
    assert not lost and report.points == 60, said(report)
    assert findings == []


def test_imports_that_are_not_there_and_old_names_cost_nothing_and_are_named():
    report, lost, findings = check_scripts({
        "task2:first": "import torch_not_there\n"
                       "import seaborn_not_there.objects as so\n"
                       "from sklearn_not_there.metrics import accuracy_score",
        "+utils.SMALL": "SMALL = np.float(1) / np.Inf",
        "+task3.TWO": "TWO = int(np.array([2]))"})
    assert not lost, said(report)
    told = "\n".join(findings)
    for words in ("torch_not_there is imported and not installed here",
                  "seaborn_not_there is imported",
                  "sklearn_not_there is imported", "np.float, which newer NumPy no longer has",
                  "np.Inf", "int() of an array with one element", "task3.py, line"):
        assert words in told, told


def test_what_is_missing_raises_where_it_is_used():
    report, lost, _ = check_scripts(with_body("task2.SoftmaxTrainer.update", """
import torch_not_there as torch
for w, grad in zip(self.model.ws, self.model.grads):
    w -= self.learning_rate * torch.tensor(grad)
"""))
    assert lost == {"2c": 3}
    assert "torch_not_there.tensor is used, and torch_not_there is not" in said(report)


@pytest.mark.faults
def test_scripts_that_are_missing_or_no_python_stay_so():
    files = scripts_with({})
    files.pop("task4.py")
    report, _ = judged(files, layout="kit")
    assert count_losses(report, OF) == {"4d": 2} and "task4.py is missing" in said(report)
    report, lost, _ = check_scripts({"task3:last": "def broken(("})
    assert set(lost) == {"3a", "3b", "3c", "4d"}
    assert "task3.py cannot be imported: SyntaxError in task3.py" in said(report)


@pytest.mark.parametrize("library", ["json", "numpy", "random"])
def test_files_named_like_a_library_do_not_hide_it(library):
    files = scripts_with({}) | {f"{library}.py": "raise SystemExit"}
    report, findings = judged(files, layout="kit", subtasks=("2a",))
    assert report.count_points(BY_ID["2a"]) == 5, said(report)
    assert findings == []
