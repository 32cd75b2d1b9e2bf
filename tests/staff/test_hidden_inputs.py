"""The hidden inputs: each hand-in has its own, and no student may read them."""

import re
from dataclasses import replace

import pytest
from grading_helpers import record_of, results, submission
from here import ASSIGNMENT
from hostile import the_sandbox
from planted import scripts_with, with_body

from kit.check import PASSED
from kit.check import Result as Checked
from staff.cases import draw_cases
from staff.grading.judging import ON_HIDDEN_INPUTS, choose_words, judge_code
from staff.grading.stages import find_seed

COUNT = "2d number of parameters"
SEED = 7


def list_counts(seed=None):
    """{(inputs, layers …)}: the first inputs of the check, drawn from a seed, or published."""
    return {tuple(row[:-1].astype(int).tolist())
            for row in draw_cases(ASSIGNMENT, "kit", seed)["counting"]["counts"]}


# keeps all arguments where a later call, or a later process, might find them
KEEP = """
import adapter, glob, json, os, sys
kept = sys.__dict__.setdefault("kept", [])
kept.append([num_inputs, *neurons_per_layer])
for folder in ("/tmp", "/box/sub", "/dev/shm", "/var/tmp", os.getcwd(), os.path.expanduser("~")):
    try:
        with open(f"{folder}/kept-{os.getpid()}-{len(kept)}", "w") as file: json.dump(kept, file)
    except OSError: pass
    for path in glob.glob(f"{folder}/kept-*"):
        try: kept += [one for one in json.load(open(path)) if one not in kept]
        except (OSError, ValueError): pass
told = f"KEPT{kept}"
"""
TELL = {
    "an error": "raise ValueError(told)",
    "an error's name": "raise type(told, (Exception,), {})()",
    "a place": "exec(compile('raise ValueError', f'/box/sub/{told}', 'exec'))",
    "a function": "name = re.sub(r'\\W', '_', told)\nexec(compile(f'def {name}(): raise "
                  "NotImplementedError(\"task 2d: x\")\\n{name}()', '/box/sub/x.py', 'exec'))",
    "a type": "return type(told, (), {})()",
    "a number": "return int('9' + '0'.join(map(str, kept[0])))",
    "a note": "import adapter.notes\nadapter.notes.noted[:] = [told]\nreturn 1",
}


def judge(tell, chosen=(COUNT,)):
    """The Verdict on the reference whose count_parameters keeps its arguments, and tells them."""
    files = scripts_with(with_body("task2.count_parameters", f"import re\n{KEEP}\n{tell}"))
    return judge_code({name: text.encode() for name, text in files.items()}, "kit", the_sandbox(),
                      SEED, chosen)


def find_told(words):
    """The inputs of count_parameters that words tell of, in any of the ways above."""
    return {one for one in list_counts(SEED) - list_counts()
            if re.search(r"\D+".join(map(str, one)), words)
            or "0".join(map(str, one)) in words.replace(",", "")}


@pytest.mark.parametrize("way", [
    "an error", *(pytest.param(one, marks=pytest.mark.attack) for one in [*TELL][1:])])
def test_hidden_inputs_are_not_told_by(way):
    verdict = judge(TELL[way])
    (result,) = verdict.results
    assert result.state != PASSED and result.shown not in ("", ON_HIDDEN_INPUTS)
    assert find_told(result.shown) == set(), result.shown
    assert all(find_told(one.words) == set() for one in verdict.findings), verdict.findings
    assert way != "an error" or find_told(result.words)     # the teacher may read them


@pytest.mark.parametrize("hidden, known, read", [
    ("failed", "failed", "known"), ("failed", "passed", ON_HIDDEN_INPUTS),
    ("passed", "failed", ""),
    ("passed", "passed", "known"), ("not started", "passed", ON_HIDDEN_INPUTS),
    ("not started", "failed", "known"), ("needs 2b first", "not started", "known")])
def test_a_student_reads_nothing_of_the_run_on_hidden_inputs(hidden, known, read):
    def result(state, words):
        return Checked("2b", "forward", "outputs", state, words)
    assert choose_words(result(hidden, "hidden"), result(known, "known")) == read


@pytest.mark.attack
def test_each_hand_in_has_inputs_of_its_own(tmp_path):
    one = submission("adal", attempt="2030-01-01")
    others = [submission("bo"), submission("adal", source="a/adal.zip"),
              replace(one, sha256="1" * 64), replace(one, attempt="2030-01-02")]
    with record_of(tmp_path / "a") as record, record_of(tmp_path / "b") as other:
        seed = find_seed(record, one, SEED)
        assert find_seed(other, one, SEED) == seed      # in any folder
        seeds = {seed, find_seed(record, one, SEED + 1),
                 *(find_seed(record, each, SEED) for each in others)}
    assert len(seeds) == 2 + len(others) and all(0 <= each < 2 ** 63 for each in seeds)
    assert len({str(list_counts(each)) for each in seeds}) == len(seeds)


def test_a_result_that_is_replaced_gives_its_inputs(tmp_path):
    one, largest = submission("adal"), 2 ** 63 - 1
    with record_of(tmp_path, (one, [replace(each, seed=largest) for each in results()])) as record:
        assert find_seed(record, one, SEED) == find_seed(record, one, SEED + 1) == largest
