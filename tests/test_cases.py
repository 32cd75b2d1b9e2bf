"""The numbers that the checks compare with are those of the reference."""
import json

import numpy as np
import pytest

from kit.checks.cases import as_arrays
from staff import cases


def differences(stored, computed, name=""):
    """Yield the names of entries that differ by more than rounding."""
    if isinstance(computed, dict):
        assert stored.keys() == computed.keys(), name
        for key in computed:
            yield from differences(stored[key], computed[key], f"{name}/{key}")
    elif isinstance(computed, list):
        assert len(stored) == len(computed), name
        for index, (one, other) in enumerate(zip(stored, computed)):
            yield from differences(one, other, f"{name}/{index}")
    elif not np.allclose(stored, computed, rtol=1e-11, atol=1e-13):
        yield name


def stored():
    return as_arrays(json.loads(cases.CASES.read_text(encoding="utf-8")))


def test_the_stored_numbers_are_the_references():
    assert list(differences(stored(), cases.cases())) == [], "run: python -m staff record"


@pytest.mark.parametrize("key", ["outputs", "hidden", "grads"])
def test_a_stored_number_that_is_off_is_found(key):
    changed = stored()
    value = changed["plain"][key]
    while not isinstance(value, np.ndarray):
        value = value["5"] if isinstance(value, dict) else value[0]
    value.flat[1] *= 1 + 1e-9
    assert len(list(differences(changed, cases.cases()))) == 1


def test_the_file_is_written_as_it_is_stored(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cases, "CASES", tmp_path / "cases.json")
    assert cases.main([]) == 0
    written = as_arrays(json.loads((tmp_path / "cases.json").read_text(encoding="utf-8")))
    assert list(differences(written, cases.cases())) == []
    assert all(len(line) < 8000 for line in (tmp_path / "cases.json").read_text().splitlines())
    assert str(tmp_path / "cases.json") in capsys.readouterr().out
