"""Each kind of fault that real submissions have (misconceptions.md), planted in the reference.

Each fails the right check with the right hint; every other subtask keeps its points.
"""
import pytest

from planted import read_planted
from planted.judging import judge, join_words

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("planted", read_planted("misconceptions"), ids=str)
def test_misconception(planted, reports):
    judge(reports.of(planted), planted)


@pytest.mark.parametrize("planted", read_planted("free"), ids=str)
def test_costs_nothing(planted, reports):
    report = reports.of(planted)
    judge(report, planted)
    assert report.all_passed and bool(join_words(report)) == bool(planted.says)
