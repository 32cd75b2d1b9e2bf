"""Right code in another style than the reference's: it gets all points, and nothing fails."""
import pytest

from planted import read_styles
from planted.judging import judge, join_words

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("planted", read_styles(), ids=str)
def test_all_points(planted, reports):
    report = reports.of(planted)
    judge(report, planted)
    assert report.points == 60 and report.all_passed, join_words(report)
    assert not join_words(report)
