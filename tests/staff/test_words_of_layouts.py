"""What a person reads about code in another layout than the kit's: its own names, one answer to a
whole task, one row for one mistake, numbers beside what they are numbers of."""
import json
import re
from types import SimpleNamespace

import pytest

from staff.feedback import class_page
from staff.feedback.mistakes import find_kind, name_mistake
from staff.layouts import load_layouts
from staff.notebooks import reported
from staff.notebooks.answers import find_answers, find_unanswered
from staff.notebooks.loading import load_notebooks
from staff.notebooks.matching import place_cells
from staff.notebooks.reported import Reported, compare_numbers
from staff.record import Result

KITS = re.compile(r"MomentumTrainer|ImprovedModel|self\.(slope|activation)|kit check|slope\(a\)|"
                  r"training_statistics|watch_images|\bupdate\b(?!s| of| is| never| used)")


# ------------------------------------------------------------------------------------- names

@pytest.mark.parametrize("words", [
    "MomentumTrainer raises NameError in task2.py, line 7", "slope(a) is 2 times the slope",
    "with four layers of weights, layers 3 and 4 do not move in update: is it fixed?",
    "slope is right, but the gradients do not fit it: does backward in task2.py call self.slope "
    "with the outputs a of each hidden layer?",
    "do backward and forward in task2.py call self.activation for each hidden layer, and for no "
    "other?", "ImprovedModel raises TypeError", "update raises KeyError in task2.py, line 3",
    "watch_images raises OSError", "after update, ws is None",
    "training_statistics should return two numbers"])
def test_sentences_have_the_names_of_the_layout(words):
    layouts = load_layouts()
    for layout in ("starter", "starter-2020"):
        translated = layouts[layout].translate(words)
        assert not KITS.search(translated) and "  " not in translated
    assert layouts["kit"].translate(words) == words


def test_text_of_the_student_keeps_its_names():
    words = "forward raises NameError: “name 'MomentumTrainer' is not defined” in update"
    assert load_layouts()["starter"].translate(words) == words.replace("in update", "in the step")


# ----------------------------------------------------------------------------------- answers

def read(folder, *sources):
    """({subtask: answer}, the subtasks without one) of a notebook with these texts."""
    cells = [{"cell_type": "markdown", "metadata": {}, "source": one} for one in sources]
    (folder / "report.ipynb").write_text(json.dumps(
        {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    placed = place_cells(load_notebooks(folder)[0], "starter")
    answers = find_answers(placed)
    missing = find_unanswered(answers, placed, "starter")
    return answers, [one.words for one in missing if re.search(r"\b3[abc]\b", one.words)]


@pytest.mark.parametrize("heading", [
    "# Task 3", "## Task 3: Adding tricks of the trade", "**Task 3**", "# 3", "## Exercise 3",
    "# Task 3a-c", "## 3a, 3b and 3c", "## Task 3 a) - c)", "## 3a to 3c", "Task 3"])
def test_one_answer_to_a_whole_task_is_shown_as_one(heading, tmp_path):
    answers, missing = read(tmp_path, "# Task 2", heading, "All three make it *faster*.",
                            "And it overfits.", "# Task 4a\n\nToo few units.")
    assert not missing
    assert "make it *faster*" in answers["3a"] and "And it overfits" in answers["3a"]
    assert answers["3a"].startswith("(One answer to 3a, 3b, 3c)")
    for name in ("3b", "3c"):
        assert answers[name] == "(One answer to 3a, 3b, 3c: it stands in 3a)"
    assert answers["4a"].endswith("Too few units.")


def test_an_introduction_is_no_answer(tmp_path):
    answers, missing = read(tmp_path, "# Task 3", "We add tricks.", "## 3a", "It is faster.")
    assert answers["3a"].endswith("It is faster.") and "3b" not in answers and len(missing) == 2
    assert read(tmp_path, "# Task 3", "## 3a")[0] == {}


# ---------------------------------------------------------------------------------- mistakes

def kind(words, subtask="2c"):
    """The kind of the mistake that a check's words name."""
    result = Result("2c/a", subtask, "a", "a", False, "failed", words)
    return find_kind(name_mistake(result))


@pytest.mark.parametrize("one, other", [
    ("train_step raises KeyError in task2.py, line 7: “'w1'”",
     "train_step raises KeyError in task3.py, line 19: “'loss'”"),
    ("with two hidden layers the outputs are wrong by up to 0.3: hidden layer 1 is wrong",
     "with three hidden layers the outputs are wrong by up to 0.01: hidden layer 2 is wrong"),
    ("layers 3 and 4 do not move: is the number of layers fixed in the code?",
     "layer 4 does not move: is the number of layers fixed in the code?"),
    ("the step uses 0.1 for every learning rate; use it", "the step uses 1 for every learning "
     "rate; use it"),
    ("forward raises SyntaxError in task2a.py, line 3: “a”",
     "SoftmaxTrainer raises IndentationError in task2a.py, line 9: “b”"),
    ("backward raises ValueError in report.ipynb cell 4, line 2: “(5, 4)”",
     "backward raises ValueError in task2.py, line 8: “(6, 4)”")])
def test_one_kind_of_mistake_is_one_row(one, other):
    assert kind(one) == kind(other)


@pytest.mark.parametrize("one, other", [
    ("forward raises KeyError in a.py, line 7", "forward raises TypeError in a.py, line 7"),
    ("it is 2: is the mean missing?", "it is 2: is the sum missing?"),
    ("forward returns None", "backward returns None")])
def test_other_mistakes_have_other_rows(one, other):
    assert kind(one) != kind(other)


# --------------------------------------------------------------------------------- histogram

@pytest.mark.parametrize("layouts, most", [(["starter"], 53), (["kit"], 60),
                                           (["starter", "kit"], 60), ([], 60)])
def test_the_histogram_ends_at_the_points_that_code_can_give(layouts, most):
    standings = [SimpleNamespace(parts_by_code={("2b", "forward"): 53 if one == "starter" else 60})
                 for one in layouts]
    assert class_page.find_most_by_code(standings) == most


# ----------------------------------------------------------------------------------- numbers

ONE, TWO = ("4d", "parameters of one layer"), ("4d", "parameters of two layers")


@pytest.mark.parametrize("said, rows", [
    (["51,300"], [(TWO, "51,300", True)]),                      # the reference edition's own
    (["50,880"], [(ONE, "50,880", True)]),
    (["50,880", "51,300"], [(ONE, "50,880", True), (TWO, "51,300", True)]),
    (["51,301"], [(TWO, "51,301", False)]),
    (["50,816"], [(ONE, "50,816", False)]),
    (["50,816", "51,300"], [(ONE, "50,816", False), (TWO, "51,300", True)]),
    (["51 300", "50 880"], [(ONE, "50 880", True), (TWO, "51 300", True)])])
def test_a_number_is_compared_with_what_it_is_a_number_of(said, rows, monkeypatch):
    monkeypatch.setattr(reported, "load_numbers", lambda: SimpleNamespace(
        compute_numbers=lambda student: {ONE: 50_880, TWO: 51_300}))
    numbers = [Reported(*name, tuple(said)) for name in (ONE, TWO)]
    found = compare_numbers(None, numbers)
    assert [((row[0], row[1]), row[2], row[4]) for row in found] == rows
