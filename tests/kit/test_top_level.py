"""What runs at import by mistake, a debugger or a question that is left in: said as that."""
import pytest

from kit.checking.student import NotImported, Problem, Student
from kit.checking.top_level import asks_for_input, explain_top_level

GUARD = 'below `if __name__ == "__main__":`'


def say(folder, text, call="task2.answer"):
    """What a call says if task2.py has this text."""
    (folder / "task2.py").write_text(text, encoding="utf-8")
    with Student(folder, seconds=2, importing=1) as student, pytest.raises(Problem) as found:
        student.call(call)
    return str(found.value), type(found.value)


@pytest.mark.parametrize("text, line", [
    ("import time\nwhile True:\n    time.sleep(1)\n",
     "line 2 of task2.py is a loop at the top level"),
    ("import time\nfor epoch in range(99):  # train\n    time.sleep(1)\n",
     "line 2 of task2.py is a loop"),
    ("import time\ndef train():\n    time.sleep(99)\n\nhistory = train()\n",
     "the call in line 5 of task2.py runs at import"),
    ("import time\nclass Trainer:\n    def train(self, epochs):\n        time.sleep(99)\n\n\n"
     "trainer = Trainer()\ntrainer.train(50)\n", "the call in line 8 of task2.py runs at import")])
def test_what_trains_at_import_is_named(tmp_path, text, line):
    words, kind = say(tmp_path, text)
    assert kind is NotImported and words.startswith("importing task2.py did not end within 1 s: ")
    assert line in words and GUARD in words


def test_a_lost_guard_that_reads_the_command_line_is_named(tmp_path):
    words, kind = say(tmp_path, "import sys\ndef run_all():\n    sys.exit(2)\n\nrun_all()\n")
    assert kind is NotImported
    assert words == ("task2.py cannot be imported: it ends Python in task2.py, line 3: the call "
                     f"in line 5 of task2.py runs at import: put it {GUARD}")


@pytest.mark.parametrize("text, why", [
    ("import time\nfor epoch in range(9):\n    time.sleep(1)\n",
     "importing task3.py did not end within 1 s: line 2 of task2.py is a loop at the top level"),
    ("import sys\ndef run_all():\n    sys.exit(2)\n\nrun_all()\n",
     "task3.py cannot be imported: it ends Python in task2.py, line 3: the call in line 5 of "
     "task2.py runs at import")])
@pytest.mark.parametrize("line", ["from task2 import answer", "import os, task2 as t"])
def test_a_script_that_is_imported_is_named(tmp_path, line, text, why):
    (tmp_path / "task3.py").write_text(f"{line}\nimport task3\n\nrun = main()\n", encoding="utf-8")
    words, kind = say(tmp_path, text, "task3.answer")
    assert kind is NotImported and words.startswith(why)


def test_scripts_that_import_each_other_are_read_once(tmp_path):
    for number in range(99):
        (tmp_path / f"a{number}.py").write_text("".join(f"import a{n}, os\n" for n in range(99)))
    assert explain_top_level(tmp_path, "a0") == ""


@pytest.mark.parametrize("text", [
    '"""Train\nfor all: epochs\nwhile True: wait\n"""\n', "training_statistics(X)\n", "x = 1\n",
    "trainer = SoftmaxTrainer(model)\n", "def run():\n    while True:\n        run()\n",
    'if __name__ == "__main__":\n    run()\n', "BASELINE = Experiment('task 2')\n",
    "def f():\n    a = run()\n", "class A:\n    while False: pass\n    x = main()\n", "\xff\0"])
def test_nothing_else_is_blamed(tmp_path, text):
    (tmp_path / "task2.py").write_bytes(text.encode("latin-1"))
    assert explain_top_level(tmp_path, "task2") == ""
    assert explain_top_level(tmp_path, "task3") == ""


@pytest.mark.parametrize("line", ["breakpoint()", "import pdb; pdb.set_trace()",
                                  "from pdb import Pdb; Pdb().set_trace()"])
def test_a_debugger_is_named(tmp_path, line):
    words, _ = say(tmp_path, f"def answer():\n    {line}\n    x = 1\n    return x\n")
    assert words.startswith("answer stops in a debugger in task2.py, line ")
    assert "remove breakpoint(), pdb.set_trace() and similar calls" in words


def test_a_debugger_at_import_is_named(tmp_path):
    words, kind = say(tmp_path, "breakpoint()\nx = 1\ny = 2\n")
    assert kind is NotImported and words.startswith("task2.py stops in a debugger in task2.py, ")


@pytest.mark.parametrize("line", ["int(input('epochs? '))", "{'y': 1}[input()]"])
def test_a_question_to_the_user_is_named(tmp_path, line):
    words, _ = say(tmp_path, f"def answer():\n    return {line}\n")
    assert words.startswith("answer raises ") and words.endswith(
        ": remove input(), which gets no answer here")


@pytest.mark.parametrize("place", ["../secret.py, line 1", "task9.py, line 1", "x, line 9", "",
                                   None, ["task2.py, line 1"], "task2.py, line 99"])
def test_a_place_that_a_process_invents_shows_nothing(tmp_path, place):
    (tmp_path / "secret.py").write_text("input()")
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "task2.py").write_text("x = 1\ninput()\n")
    assert not asks_for_input(tmp_path / "scripts", place)
    assert asks_for_input(tmp_path / "scripts", "task2.py, line 2")
