"""Every mutant of the reference scripts fails some check, or tests/survivors.toml says why not."""
try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

from collections import Counter
from pathlib import Path

import mutation
import pytest

SURVIVORS = tomllib.loads(Path(__file__).with_name("survivors.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def outcomes():
    """What the checks make of each mutant."""
    return mutation.outcomes()


@pytest.fixture(scope="module")
def listed():
    """{key: the outcome that is accounted for}."""
    return {key: entry["outcome"] for key, entry in entries()}


def entries():
    """Each key of survivors.toml with its entry."""
    return [((script, entry["original"], mutated), entry)
            for script, listed in SURVIVORS.items() for entry in listed
            for mutated in entry["mutated"]]


@pytest.mark.slow
def test_a_mutant_that_costs_nothing_is_accounted_for(outcomes, listed, capsys):
    with capsys.disabled():
        print(f"\n{summary(outcomes)}")
    unknown = {mutant: outcome for mutant, outcome in outcomes.items()
               if outcome != mutation.KILLED and listed.get(mutant.key) != outcome}
    assert not unknown, "add a check that sees these, or say why they are right:\n" + \
        "\n".join(as_toml(*one) for one in unknown.items())


@pytest.mark.slow
def test_what_is_accounted_for_still_costs_nothing(outcomes, listed):
    found = {mutant.key: outcome for mutant, outcome in outcomes.items()}
    stale = [key for key, outcome in listed.items() if found.get(key) != outcome]
    assert not stale, "take these out of survivors.toml: they fail a check now, or are no more"


def test_each_one_is_accounted_for_once():
    assert all(set(entry) == {"outcome", "original", "mutated", "reason"} and entry["reason"]
               and entry["outcome"] in (mutation.REMARKED, mutation.SURVIVED)
               for listed in SURVIVORS.values() for entry in listed)
    assert len({key for key, _ in entries()}) == len(entries())


@pytest.mark.parametrize("operator", mutation.OWN, ids=lambda operator: operator.__name__)
def test_operators_of_our_own(operator):
    for code, mutated in operator.examples():
        assert mutated in mutation.mutated_ways(code, [operator()])


@pytest.mark.slow
@pytest.mark.parametrize("script", mutation.SCRIPTS)
def test_every_line_of_the_solutions_is_mutated(script):
    found = mutation.mutants(script)
    assert len({mutant.key for mutant in found}) == len(found)
    code = (mutation.ROOT / script).read_text(encoding="utf-8")
    originals = " ".join(mutant.original for mutant in found)
    for _, _, _, solution, _ in mutation.solutions(code):
        lines = [line.split("  # ")[0].strip() for line in solution.splitlines()]
        assert all(line in originals for line in lines
                   if line and not line.startswith("#") and line != "else:")


def summary(outcomes):
    """How many mutants of each script have come to which end, in one line."""
    counts = Counter((mutant.script, outcome) for mutant, outcome in outcomes.items())
    return "; ".join(f"{script}: {sum(counts[script, end] for end in mutation.ENDS)} mutants, "
                     + ", ".join(f"{counts[script, end]} {end}" for end in mutation.ENDS)
                     for script in mutation.SCRIPTS)


def as_toml(mutant, outcome):
    """An entry of survivors.toml that lacks its reason."""
    return "\n".join([f'[["{mutant.script}"]]', f'outcome = "{outcome}"',
                      f"original = '{mutant.original}'", f"mutated = ['{mutant.mutated}']"])
