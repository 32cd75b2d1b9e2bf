"""Faults of our own devising, planted in every blank: each fails a check and costs points there.

They are of three sorts: numbers a little or much wrong, values of another kind, and code that
does not come back or does what it should not. A fault in a helper of subtask 0 costs 2c a point.
Two thirds of them wait for make test-slow.
"""
import pytest

from planted import OWN_FAULTS, read_planted, with_body
from planted.judging import check_changes, join_words, judge, list_params

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("planted", list_params(read_planted(*OWN_FAULTS)))
def test_planted_fault(planted, reports):
    judge(reports.of(planted), planted)
    assert planted.costs


@pytest.mark.parametrize("body", ["pass", "for w, grad in zip(self.model.ws, self.model.grads):\n"
                                          "    w += self.learning_rate * grad"])
def test_a_wrong_update_is_said_once(body):
    said = join_words(check_changes(with_body("task2.SoftmaxTrainer.update", body), ["2c"]))
    assert said.startswith("2c  update: ") and "\n" not in said
