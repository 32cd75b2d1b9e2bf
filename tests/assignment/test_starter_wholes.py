"""Code in the starter code's layout whose parts are right alone, and wrong together: the part that
the whole leaves out loses its points."""
from concurrent.futures import ThreadPoolExecutor

import pytest
from here import ASSIGNMENT
from starter_planted import count_losses, judged, planted, said
from starter_wholes import IN_TRAIN, WHOLES

from staff.cases import draw_cases

pytestmark = pytest.mark.faults
CASES = (*WHOLES, *IN_TRAIN)


@pytest.fixture(scope="module")
def ahead():
    """The verdicts, computed two at a time."""
    fresh = draw_cases(ASSIGNMENT, "starter", 14)
    with ThreadPoolExecutor(2) as pool:
        yield {one[0]: pool.submit(judged, planted(*one[1]), cases=fresh) for one in CASES}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("name, edits, costs, words", CASES, ids=[one[0] for one in CASES])
def test_whole_costs_the_part_that_it_leaves_out(name, edits, costs, words, ahead):
    report, _ = ahead[name].result()
    assert count_losses(report) == costs, said(report)
    assert words in said(report), said(report)
