"""Code in the starter code's layout as students change it: broken files, other names, classes that
stand elsewhere. What is right there gets its points; the rest costs what stands in it."""
import pytest
import starter_kinds
from planted.judging import list_params
from starter_planted import count_losses, draw_hidden, judged, said

pytestmark = pytest.mark.faults

TABLES = ("BREAKS", "CONSTRUCTORS", "LATER", "NAMES", "IMPORTS", "RAGGED", "FLOATS", "ELSEWHERE",
          "LOADERS")
KINDS = {f"{table.lower()}: {name}": case for table in TABLES
         for name, case in getattr(starter_kinds, table).items()}


@pytest.mark.parametrize("name", list_params(KINDS))
def test_kind_costs_what_is_wrong_in_it(name):
    files, costs = KINDS[name]
    report, findings = judged(files, cases=draw_hidden(13))
    assert count_losses(report) == costs, said(report) + str(findings)
