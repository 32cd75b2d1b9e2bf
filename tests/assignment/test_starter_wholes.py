"""Code in the starter code's layout whose parts are right alone, and wrong together: the part that
the whole leaves out loses its points."""
import pytest
from planted.judging import list_params
from starter_planted import count_losses, draw_hidden, judged, planted, said
from starter_wholes import IN_TRAIN, WHOLES

pytestmark = pytest.mark.faults
CASES = {name: case for name, *case in (*WHOLES, *IN_TRAIN)}


@pytest.mark.parametrize("name", list_params(CASES))
def test_whole_costs_the_part_that_it_leaves_out(name):
    edits, costs, words = CASES[name]
    report, _ = judged(planted(*edits), cases=draw_hidden(14))
    assert count_losses(report) == costs, said(report)
    assert words in said(report), said(report)
