"""Code in the starter code's layout as students change it: broken files, other names, classes that
stand elsewhere. What is right there gets its points; the rest costs what stands in it."""
from concurrent.futures import ThreadPoolExecutor

import pytest
import starter_kinds
from here import ASSIGNMENT
from starter_planted import count_losses, judged, said

from staff.cases import draw_cases

pytestmark = pytest.mark.faults     # a hundred processes

TABLES = ("BREAKS", "CONSTRUCTORS", "LATER", "NAMES", "IMPORTS", "RAGGED", "FLOATS", "ELSEWHERE",
          "LOADERS", "UNITS", "FILLED", "MOMENTA", "HELD")
KINDS = {f"{table.lower()}: {name}": case for table in TABLES
         for name, case in getattr(starter_kinds, table).items()}


@pytest.fixture(scope="module")
def ahead():
    """The verdicts, computed two at a time."""
    hidden = draw_cases(ASSIGNMENT, "starter", 13)
    with ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(judged, files, cases=hidden)
               for name, (files, _) in KINDS.items()}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("name", KINDS)
def test_kind_costs_what_is_wrong_in_it(name, ahead):
    report, findings = ahead[name].result()
    assert count_losses(report) == KINDS[name][1], said(report) + str(findings)
