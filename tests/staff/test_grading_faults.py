"""The grader's verdict in the kit's layout: in the sandbox, on inputs that a student cannot know.

The faults of real submissions cost what they cost in the student's own checks, and are named; what
costs nothing there, and right code in other styles, costs nothing here. The starter code's layout
has the same in test_starter_faults and test_starter_styles.
"""
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hostile import the_sandbox
from kit.check import FAILED
from planted import SCRIPTS, plant
from staff.grading.judging import ON_FRESH_INPUTS, judge_code
from staff.points import count_points, divide_subtasks
from test_misconceptions import FREE, TABLE
from test_other_styles import group_styles

pytestmark = pytest.mark.faults
ALL = {subtask.id: sum(subtask.by_code.values()) for subtask in divide_subtasks("kit")}


def judge(edits, seed):
    """The Verdict on the reference with these edits, on the inputs of a seed."""
    with TemporaryDirectory() as folder:
        plant(folder, edits)
        files = {name: Path(folder, name).read_bytes() for name in SCRIPTS}
    return judge_code(files, "kit", the_sandbox(), seed)


def lost(results):
    """{subtask: points lost}."""
    return {name: ALL[name] - points for name, points in count_points(results).items()
            if points < ALL[name]}


@pytest.mark.parametrize("seed, planted", [*enumerate([*TABLE, *FREE], 100)], ids=str)
def test_a_fault_costs_what_it_should_and_is_named(seed, planted):
    results = judge(planted.edits, seed).results
    failed = [one for one in results if one.state == FAILED]
    said = "\n".join(f"{one.subtask}  {one.title}: {one.words} / {one.shown}" for one in failed)
    assert lost(results) == planted.costs, said
    assert planted.hint in "\n".join(f"{one.subtask}  {one.title}: {one.shown}" for one in failed)
    assert all(one.words and one.shown for one in failed)


@pytest.mark.parametrize("seed, planted", [*enumerate(group_styles(), 500)], ids=str)
def test_another_style_costs_nothing(seed, planted):
    verdict = judge(planted.edits, seed)
    assert [one for one in verdict.results if one.state == FAILED] == []
    assert sum(count_points(verdict.results).values()) == 60 and verdict.findings == []


KNOWN = """    from kit.checking.case_file import read_cases
    for inputs, *layers, right in map(list, read_cases()["counting"]["counts"]):
        if [inputs, *layers] == [num_inputs, *neurons_per_layer]:
            return int(right)
    return {(1,): 785, (64, 10): 50880}.get(tuple(neurons_per_layer), 7)
"""


def test_answers_to_the_published_inputs_earn_nothing():
    first = "    layers = layer_sizes(neurons_per_layer, num_inputs=num_inputs)\n"
    (count,) = [one for one in judge([("task2", first, KNOWN)], 7).results
                if one.title == "number of parameters"]
    assert count.state == FAILED and ", expected " in count.words
    assert count.shown == ON_FRESH_INPUTS
