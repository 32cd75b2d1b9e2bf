"""The grader's verdict in the kit's layout: in the sandbox, on inputs that a student cannot know.

The faults of real submissions cost what they cost in the student's own checks, and are named; what
costs nothing there, and right code in other styles, costs nothing here. The starter code's layout
has the same in test_starter_faults and test_starter_styles.
"""
import itertools

import pytest

from here import ASSIGNMENT
from hostile import the_sandbox
from kit.check import FAILED
from planted import read_planted, read_styles, scripts_with, with_body
from staff.cases import draw_cases
from planted.judging import list_params
from staff.grading.judging import ON_HIDDEN_INPUTS, WITH_OTHERS, judge_code
from staff.points import count_points, divide_subtasks

pytestmark = pytest.mark.faults
ALL = {subtask.id: sum(subtask.by_code.values()) for subtask in divide_subtasks("kit")}


def judge(changes, seed):
    """The Verdict on the reference with these changes, on the inputs of a seed."""
    files = {name: text.encode() for name, text in scripts_with(changes).items()}
    return judge_code(files, "kit", the_sandbox(), seed)


def lost(results):
    """{subtask: points lost}."""
    return {name: ALL[name] - points for name, points in count_points(results, "kit").items()
            if points < ALL[name]}


# test_misconceptions has them all
@pytest.mark.parametrize("seed, planted", list_params(read_planted("misconceptions", "free"),
                                                      itertools.count(100)))
def test_a_fault_costs_what_it_should_and_is_named(seed, planted):
    results = judge(planted.changes, seed).results
    failed = [one for one in results if one.state == FAILED]
    said = "\n".join(f"{one.subtask}  {one.title}: {one.words} / {one.shown}" for one in failed)
    assert lost(results) == planted.costs, said
    assert planted.says in "\n".join(f"{one.subtask}  {one.title}: {one.shown}" for one in failed)
    assert all(one.words and one.shown for one in failed)


@pytest.mark.parametrize("seed, planted", [*enumerate(read_styles(), 500)], ids=str)
def test_another_style_costs_nothing(seed, planted):
    verdict = judge(planted.changes, seed)
    assert [one for one in verdict.results if one.state == FAILED] == []
    assert sum(count_points(verdict.results, "kit").values()) == 60 and verdict.findings == []


KNOWN = """from kit.checking.case_file import read_cases
from kit.definition import load_assignment
for inputs, *layers, right in map(list, read_cases(load_assignment())["counting"]["counts"]):
    if [inputs, *layers] == [num_inputs, *neurons_per_layer]:
        return int(right)
return {(1,): 785, (64, 10): 50880}.get(tuple(neurons_per_layer), 7)
"""


def test_answers_to_the_published_inputs_earn_nothing():
    (count,) = [one for one in judge(with_body("task2.count_parameters", KNOWN), 7).results
                if one.title == "number of parameters"]
    assert count.state == FAILED and ", expected " in count.words
    assert count.shown.startswith(f"{WITH_OTHERS}count_parameters(")
    assert ", expected " in count.shown and count.shown != WITH_OTHERS + count.words


# right but for the inputs of a seed: those that the grader draws in the test
ON_HIDDEN = """if [num_inputs, *neurons_per_layer] in HIDDEN:
    return 7
return right_count_parameters(neurons_per_layer, num_inputs)
"""


def test_what_fails_with_the_hidden_inputs_alone_is_said_so():
    hidden = [row[:-1].astype(int).tolist()
              for row in draw_cases(ASSIGNMENT, "kit", 7)["counting"]["counts"][:1]]
    changes = with_body("task2.count_parameters", ON_HIDDEN.replace("HIDDEN", str(hidden)))
    (count,) = [one for one in judge(changes, 7).results if one.title == "number of parameters"]
    assert count.state == FAILED and count.shown == ON_HIDDEN_INPUTS
