# ruff: noqa: E501 (what is planted is as long as it is)
"""Whole repositories, as students hand them in: {name: (files, folder of the assignment, whether a
person is to look)}."""
from here import ASSIGNMENT
from starter_kinds import BASE, TASK2A, TASK2, TRAINER, UTILS, notebook

LOGISTIC = TASK2A.replace("class SoftmaxModel", "class BinaryModel").replace("neurons_per_layer", "l2_reg_lambda") \
    .replace("use_improved_sigmoid", "use_a").replace("use_improved_weight_init", "use_b")
FIRST = {"task2a.py": LOGISTIC, "task2.py": "from task2a import *\n", "utils.py": UTILS, "trainer.py": TRAINER,
         "task3a.py": LOGISTIC.replace("BinaryModel", "SoftmaxModel"), "mnist.py": "def load(): ...\n",
         "task3.py": TASK2.replace("momentum_gamma", "l2").replace("use_momentum", "early_stopping")}
THIRD = {"task2.py": "import torch\n\n\nclass ExampleModel(torch.nn.Module):\n    pass\n", "trainer.py": "class Trainer:\n    def train_step(self): ...\n",
         "utils.py": "import torch\n"}
KIT = {name: (ASSIGNMENT.folder / name).read_text(encoding="utf-8") for name in ("utils.py", "task2.py", "task3.py", "task4.py")}


def under(folder, files):
    """The files in a folder."""
    return {f"{folder}/{name}": text for name, text in files.items()}


REPOSITORIES = {
    "beside assignments 1 and 3": ({**under("assignment1", FIRST), **under("assignment2", BASE), **under("assignment3", THIRD), "README.md": "# TDT"}, "assignment2", False),
    "deeper than assignment 1": ({**under("a1", FIRST), **under("oblig/two/src", BASE)}, "oblig/two/src", False),
    "with assignment 1 on top": ({**FIRST, **under("second", BASE)}, "second", False),
    "with assignment 1 in it": ({**BASE, **under("old/first", FIRST)}, "", False),
    "other names of folders and files": ({**under("2022/ex_01", FIRST), **under("2022/ex_02/code", {name.replace("task2a", "model"): text.replace("task2a", "model") for name, text in BASE.items()})}, "2022/ex_02/code", False),
    "two copies": ({**under("assignment2", BASE), **under("assignment2_final", BASE)}, "assignment2", True),
    "an older copy below": ({**BASE, **under("backup", BASE)}, "", True),
    "notebooks beside": ({**under("assignment1", FIRST), **under("assignment2", {**BASE, "report.ipynb": notebook("import task2")})}, "assignment2", False),
    "one folder for each task": ({**under("t2", BASE), **under("t4", {"task4.py": "from task2 import *\n"})}, "t2", False),
    "a clone of this repository": ({**KIT, **under("tests/helpers/starter_code", BASE), **under("staff/assignment/starter/supplied", {"utils.py": UTILS})}, "", True),
    "a clone of this repository in a folder": ({**under("kit-main", KIT), **under("kit-main/tests/helpers/starter_code", BASE)}, "kit-main", True),
}
