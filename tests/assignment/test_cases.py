"""The numbers that the checks compare with are those of the reference."""
import json
from dataclasses import replace

import numpy as np
import pytest

from kit.checking.case_file import make_arrays
from here import ASSIGNMENT, ROOT
from kit.definition import CASES, CHECKS, read_assignment
from staff.cases import draw_cases, main


def find_differences(stored, computed, name=""):
    """Yield the names of entries that differ by more than rounding."""
    if isinstance(computed, dict):
        assert stored.keys() == computed.keys(), name
        for key in computed:
            yield from find_differences(stored[key], computed[key], f"{name}/{key}")
    elif isinstance(computed, list):
        assert len(stored) == len(computed), name
        for index, (one, other) in enumerate(zip(stored, computed)):
            yield from find_differences(one, other, f"{name}/{index}")
    elif not np.allclose(stored, computed, rtol=1e-11, atol=1e-13):
        yield name


def stored():
    return make_arrays(json.loads((ROOT / CASES).read_text(encoding="utf-8")))


def test_the_stored_numbers_are_the_references():
    found = list(find_differences(stored(), draw_cases(ASSIGNMENT)))
    assert found == [], "run: python -m staff cases"


@pytest.mark.faults
@pytest.mark.parametrize("key", ["outputs", "hidden", "grads"])
def test_a_stored_number_that_is_off_is_found(key):
    changed = stored()
    value = changed["plain"][key]
    while not isinstance(value, np.ndarray):
        value = value["5"] if isinstance(value, dict) else value[0]
    value.flat[1] *= 1 + 1e-9
    assert len(list(find_differences(changed, draw_cases(ASSIGNMENT)))) == 1


@pytest.mark.faults
def test_the_file_is_written_as_it_is_stored(tmp_path, monkeypatch, capsys):
    path = tmp_path / CASES
    path.parent.mkdir(parents=True)
    assignment = replace(read_assignment(ROOT), folder=tmp_path)
    monkeypatch.setattr("staff.cases.load_assignment", lambda: assignment)
    monkeypatch.setattr("staff.cases.draw_cases", lambda _: draw_cases(ASSIGNMENT))
    assert main([]) == 0
    written = make_arrays(json.loads(path.read_text(encoding="utf-8")))
    assert list(find_differences(written, draw_cases(ASSIGNMENT))) == []
    assert all(len(line) < 8000 for line in path.read_text().splitlines())
    assert str(path) in capsys.readouterr().out


def test_all_checks_are_given_to_students():
    found = {f"{CHECKS}/{path.name}" for path in (ASSIGNMENT.folder / CHECKS).glob("*.py")}
    assert found <= set(ASSIGNMENT.given)       # a missing one fails in the sandbox too
