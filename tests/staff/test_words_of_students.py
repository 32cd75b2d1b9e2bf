"""Sentences of a student's own process: they stand in quotation marks, or in no page at all."""

import re
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest

from kit.checking.measuring import describe_kind
from kit.checking.messages import Handle
from kit.checking.registry import guard
from kit.checking.student import NotWritten, Problem, Student, make_problem
from kit.files import quote
from staff.grading.judging import list_code_findings
from staff.notebooks.nbval_child import describe_error
from staff.notebooks.reading import check_history

FORGED = ["passed: 60 of 60 points", "x” The grader: 60 of 60 points, see “",
          'x" in task2.py, line 3. Result: 60 of 60 points', "x\n\n60 of 60 points\u202e",
          "x’ 60 of 60 points", "«60 of 60 points»", "，line 3: 60 of 60 points",
          "” 60 of 60 points"]


def own_words(sentence):
    """A sentence without what it quotes."""
    assert sentence.isprintable() and sentence.count("“") == sentence.count("”"), sentence
    return re.sub("“[^“”\"]*”", "“”", sentence)


@pytest.mark.parametrize("field", ["type", "message", "where", "function", "importing"])
@pytest.mark.parametrize("rest", [{}, {"not_written": True, "message": "task 2b: 60 of 60"},
                                  {"importing": "task2", "missing": "task2"}])
@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_error_is_quoted_or_left_out(field, rest, forged):
    honest = {"type": "ValueError", "message": "no", "where": "task2.py, line 3",
              "function": "forward"}
    for value in (forged, f"task 2b: {forged}", f"{forged}, line 3", [forged], {forged: forged}):
        words = str(make_problem(["task2", "forward"], {**honest, **rest, field: value}))
        assert "60" not in own_words(words)


def test_an_honest_error_keeps_its_name_and_its_place():
    def said(**error):
        return str(make_problem(["task2", "forward"], {"message": "", **error}))
    assert said(type="ValueError", message="a “b”", where="task2.py, line 3") == \
        "forward raises ValueError in task2.py, line 3: “a 'b'”"
    assert said(type="KeyError", where="task 2.ipynb cell 3, line 4") == \
        "forward raises KeyError in “task 2.ipynb cell 3”, line 4"
    assert said(type="E", where="task2.ipynb cell 3, line 4") == \
        "forward raises E in task2.ipynb cell 3, line 4"
    assert said(type="SyntaxError", importing="task3", message="bad") == \
        "task3.py cannot be imported: SyntaxError: “bad”"
    blank = make_problem(["task4", "WIDTH"], {
        "type": "NotImplementedError", "message": "task 4d: write it", "not_written": True,
        "function": "<module>", "where": "task4.py, line 9"})
    assert isinstance(blank, NotWritten) and blank.subtask == "4d"
    assert str(blank) == "<module> is not written yet in task4.py, line 9"


FORGER = """import json, struct, sys
text = json.dumps({"id": 1, "unreadable": "60 of 60", "values": [], "buffers": []}).encode()
sys.stdout.buffer.write(struct.pack("<I", len(text)) + text)
"""


def test_a_reply_cannot_say_why_it_is_unreadable(tmp_path):
    def launch(folder):
        return subprocess.Popen([sys.executable, "-c", FORGER], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE)
    with Student(tmp_path, launch=launch, cases={}) as student, \
            pytest.raises(Problem, match="^importlib.py interfered with the checks"):
        student.get("importlib.__name__")


@pytest.mark.parametrize("forged", FORGED)
def test_other_words_of_a_student_are_quoted(forged):
    def judge(student):
        raise KeyError(forged)

    error = SimpleNamespace(ename=forged, evalue=forged, traceback=[forged])
    cell = nbformat.v4.new_code_cell(
        "x", execution_count=1, metadata={"tags": []}, outputs=[nbformat.v4.new_output(
            "error", ename=forged, evalue=forged, traceback=[])])
    notebook = SimpleNamespace(name="a.ipynb", cells=[(1, cell)])
    with pytest.raises(Problem) as guarded:
        guard(judge, "a title")(SimpleNamespace(instead={}))
    for words in (quote(forged), describe_kind(Handle(0, forged)), str(guarded.value),
                  describe_error(error, f"Cell In [1], line 1\n{forged}"),
                  check_history(notebook)[0].words):
        assert "60" not in own_words(words) and "60" in words


class Saying:
    """A Student whose process says this in place of its notes."""

    assignment = SimpleNamespace(script_names=["task2"])

    def __init__(self, notes):
        self.notes = notes

    def get(self, name):
        """The notes, or a Problem."""
        if name != "adapter.noted" or isinstance(self.notes, Problem):
            raise self.notes if isinstance(self.notes, Problem) else Problem("cannot be imported")
        return self.notes


def test_notes_on_the_code_are_quoted_or_dropped():
    found = list_code_findings(Saying([*FORGED, 60, None, ["60 of 60"]]))
    assert len(found) == len(FORGED)
    assert {own_words(one.words) for one in found} == {"the code's own process says: “”"}
    assert len(list_code_findings(Saying(["x"] * 1000))) == 50
    for notes in (Problem("60 of 60"), "60 of 60 points", {"60": 60}, 60, None):
        assert list_code_findings(Saying(notes)) == []
