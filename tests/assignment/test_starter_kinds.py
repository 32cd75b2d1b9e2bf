"""Code in the starter code's layout as students change it: broken files, other names, classes that
stand elsewhere. What is right there gets its points; the rest costs what stands in it."""
import pytest
import starter_forms
import starter_kinds
import starter_pixels
from planted.judging import list_params
from starter_planted import OF, count_losses, draw_hidden, judged, said

pytestmark = pytest.mark.faults

TABLES = {
    starter_kinds: ("BREAKS", "CONSTRUCTORS", "LATER", "NAMES", "IMPORTS", "RAGGED", "FLOATS",
                    "ELSEWHERE"),
    starter_pixels: ("LOADERS", "UNITS", "RUNS"),
    starter_forms: ("FILLED", "MOMENTA", "HELD"),
}
ONLY = {"units": ("2a",), "runs": ("2a",),      # what these kinds can touch
        "filled": ("0", "2c", "4c"), "momenta": ("0", "2c", "3c", "4c")}
KINDS = {f"{table.lower()}: {name}": case for module, tables in TABLES.items() for table in tables
         for name, case in getattr(module, table).items()}


@pytest.mark.parametrize("name", list_params(KINDS))
def test_kind_costs_what_is_wrong_in_it(name):
    (files, costs), subtasks = KINDS[name], ONLY.get(name.split(":")[0])
    report, findings = judged(files, subtasks=subtasks, cases=draw_hidden(13))
    of = {subtask: OF[subtask] for subtask in subtasks or OF if subtask in OF}
    assert count_losses(report, of) == costs, said(report) + str(findings)
