"""Hand-ins that differ in names and layout only are found, independent ones are not."""
import argparse
import builtins
import hashlib
import json
import keyword
import random
import re
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from here import ROOT, SCRIPTS, SUBTASKS
from kit.check import PASSED, run_checks
from kit.files import Refused
from staff.intake.alike import (AGREEMENT, compare, find_common, find_given, find_pairs,
                                remove_given)
from staff.intake.passages import extract_code, find_passages, split_units
from staff.intake.intake import hash_files, write_copy
from staff.record import Submission
from staff.release.stripping import strip

REFERENCE = {name: (ROOT / name).read_text(encoding="utf-8") for name in SCRIPTS}

# Two students' own solutions of the blanks, in the order in which these stand in the scripts.
ADA = ["""
n = X.shape[0]
idx = np.arange(n)
if shuffle:
    rng.shuffle(idx)
num_batches = int(np.ceil(n / batch_size))
for i in range(num_batches):
    batch = idx[i * batch_size:(i + 1) * batch_size]
    yield X[batch], Y[batch]
""", """
mean = X_train.mean()
std = X_train.std()
return float(mean), float(std)
""", """
out = np.ones((X.shape[0], X.shape[1] + 1))
out[:, :-1] = (X - mean) / std
return out
""", """
encoded = np.zeros((labels.shape[0], num_classes))
encoded[np.arange(labels.shape[0]), labels.astype(int)] = 1
return encoded
""", """
eps = 1e-300
N = targets.shape[0]
return -(targets * np.log(outputs + eps)).sum() / N
""", """
correct = np.argmax(outputs, 1) == np.argmax(targets, 1)
return correct.sum() / len(correct)
""", """
return 0.5 * (np.tanh(0.5 * z) + 1)
""", """
shifted = z - np.max(z.real, axis=1)[:, None]
e = np.exp(shifted)
s = e.sum(1)
return e / s[:, None]
""", "return 2 * rng.random((fan_in, units)) - 1", "return (1 - a) * a", """
self.activations = [X]
a = X
last = len(self.ws) - 1
for i, w in enumerate(self.ws):
    z = np.dot(a, w)
    if i == last:
        a = softmax(z)
    else:
        a = self.activation(z)
    self.activations.append(a)
return a
""", """
N = X.shape[0]
delta = outputs - targets
self.grads[-1] = np.dot(self.activations[-2].T, delta) / N
for i in range(len(self.ws) - 2, -1, -1):
    delta = np.dot(delta, self.ws[i + 1].T) * self.slope(self.activations[i + 1])
    self.grads[i] = np.dot(self.activations[i].T, delta) / N
""", """
total = 0
previous = num_inputs
for neurons in neurons_per_layer:
    total += previous * neurons
    previous = neurons
return total
""", """
logits = self.model.forward(X_batch)
self.model.backward(X_batch, logits, Y_batch)
self.update()
return cross_entropy_loss(Y_batch, logits)
""", """
for i in range(len(self.model.ws)):
    self.model.ws[i] = self.model.ws[i] - self.learning_rate * self.model.grads[i]
""", """
self.validations_without_gain += 1
if val_loss < self.best_loss:
    self.validations_without_gain = 0
    self.best_loss = val_loss
    self.best_step = self.step
    self.best_ws = [np.array(w) for w in self.model.ws]
""", "return 1.7159 * np.tanh(2.0 * z / 3.0)", """
t = a / 1.7159
return 1.7159 * (2.0 / 3.0) * (1.0 - t * t)
""", """
std = fan_in ** -0.5
return std * rng.standard_normal((fan_in, units))
""", """
for i in range(len(self.model.ws)):
    self.velocity[i] = self.model.grads[i] + self.momentum_gamma * self.velocity[i]
    self.model.ws[i] = self.model.ws[i] - self.learning_rate * self.velocity[i]
""", "", """
best = 1
for width in range(1, budget):
    if abs(parameters(width) - budget) < abs(parameters(best) - budget):
        best = width
return best
""", """
BUDGET = count_parameters((64, 10))
WIDTH = equal_width(BUDGET, 2)
TWO = replace(MOMENTUM, name="two equal layers", neurons_per_layer=(WIDTH, WIDTH, 10))
""", ""]
BO = ["""
indices = list(range(len(X)))
if shuffle:
    indices = rng.permutation(indices)
first = 0
while first < len(X):
    chosen = indices[first:first + batch_size]
    first += batch_size
    yield np.take(X, chosen, axis=0), np.take(Y, chosen, axis=0)
""", "return np.average(X_train).item(), np.std(X_train).item()", """
X = X.astype(float)
X = (X - mean) / std
bias = np.full((len(X), 1), 1.0)
return np.concatenate((X, bias), axis=1)
""", """
classes = np.arange(num_classes)
return (labels[:, None] == classes[None, :]).astype(float)
""", """
clipped = np.where(outputs == 0, 1e-200, outputs)
per_example = -np.sum(targets * np.log(clipped), 1)
return per_example.mean()
""", """
hits = np.equal(np.argmax(outputs, axis=1), np.argmax(targets, axis=1))
return float(hits.mean())
""", """
half = z / 2
return np.exp(half) / (np.exp(half) + np.exp(-half))
""", """
biggest = np.max(z.real, axis=-1, keepdims=True)
powers = np.exp(z - biggest)
return powers / np.sum(powers, axis=-1, keepdims=True)
""", "return rng.uniform(low=-1.0, high=1.0, size=(fan_in, units))", "return a - a ** 2", """
self.activations = []
layer_input = X
for w in self.ws[:-1]:
    self.activations.append(layer_input)
    layer_input = self.activation(layer_input.dot(w))
self.activations.append(layer_input)
y_hat = softmax(layer_input.dot(self.ws[-1]))
self.activations.append(y_hat)
return y_hat
""", """
grads = []
error = (outputs - targets) / outputs.shape[0]
for index in range(len(self.ws))[::-1]:
    inputs = self.activations[index]
    grads.append(inputs.T.dot(error))
    error = error.dot(self.ws[index].T) * self.slope(inputs)
self.grads = grads[::-1]
""", """
sizes = np.array(layer_sizes(neurons_per_layer, num_inputs))
return int(np.sum(sizes[:-1] * sizes[1:]))
""", """
Y_hat = self.model.forward(X_batch)
batch_loss = cross_entropy_loss(Y_batch, Y_hat)
self.model.backward(X_batch, Y_hat, Y_batch)
self.update()
return float(batch_loss)
""", """
alpha = self.learning_rate
self.model.ws = [w - alpha * g for w, g in zip(self.model.ws, self.model.grads)]
""", """
improved = val_loss < self.best_loss
if not improved:
    self.validations_without_gain = self.validations_without_gain + 1
else:
    self.validations_without_gain = 0
    self.best_loss = val_loss
    self.best_step = self.step
    self.best_ws = []
    for w in self.model.ws:
        self.best_ws.append(w.copy())
""", """
A, B = 1.7159, 2 / 3
return A * np.tanh(B * z)
""", """
A, B = 1.7159, 2 / 3
return B / A * (A - a) * (A + a)
""", """
sigma = 1 / fan_in ** 0.5
return rng.normal(loc=0.0, scale=sigma, size=(fan_in, units))
""", """
new = []
for v, g in zip(self.velocity, self.model.grads):
    new.append(g + self.momentum_gamma * v)
self.velocity = new
self.model.ws = [w - self.learning_rate * v for w, v in zip(self.model.ws, new)]
""", "", """
differences = [abs(parameters(w) - budget) for w in range(1, 2000)]
return 1 + differences.index(min(differences))
""", """
BUDGET = 50_880
WIDTH = equal_width(budget=BUDGET, hidden_layers=2)
TWO = replace(MOMENTUM, name="60 + 60", neurons_per_layer=(WIDTH,) * 2 + (10,))
""", ""]


def filled(solutions):
    """Return {name: text} of the student edition's scripts with these solutions in the blanks."""
    solutions, texts = list(solutions), {}
    ids = [subtask.id for subtask in SUBTASKS]
    for name, reference in REFERENCE.items():
        lines = reference.split("\n")
        for cut in reversed(cuts := strip(reference, name, ids)[1]):
            indent = re.match(" *", cut.hidden[0])[0]
            own = solutions[cuts.index(cut)].strip("\n").split("\n")
            lines[cut.at - 1:cut.at - 1 + len(cut.hidden)] = [indent + one for one in own]
        solutions = solutions[len(cuts):]
        texts[name] = "\n".join(lines)
    assert not solutions
    return texts


def encoded(texts):
    """Return {name: bytes}."""
    return {name: text.encode() for name, text in texts.items()}


@pytest.fixture(scope="module")
def given():
    """The passages of the student edition."""
    return find_given("kit", None)


def agreement(one, other, given):
    """Return the share of passages of two hand-ins' own that agree."""
    one, other = (np.setdiff1d(find_passages(encoded(texts), "kit"), given)
                  for texts in (one, other))
    return len(np.intersect1d(one, other)) / min(len(one), len(other))


# -------------------------------------------------------------------------------------- disguises

def renamed(texts):
    """Return texts in which every name is another one, but for Python's and the libraries'."""
    known = {*keyword.kwlist, *sys.stdlib_module_names, "np", "numpy", "matplotlib", "pyplot",
             "subplots", *(name for one in (builtins, np, np.random, argparse, hashlib)
                           for name in dir(one))}
    number = {}

    def other(match):
        word = match[0]
        return word if word in known else f"name_{number.setdefault(word, len(number))}"
    name = r"(?<![\w])[^\W\d]\w*(?![\"'])"       # no letter before a string
    return {script: re.sub(name, other, text) for script, text in texts.items()}


def reformatted(texts):
    """Return texts with other spaces, quotes, brackets, commas and line breaks."""
    def one(text):
        text = re.sub(r" ([=+*/@-]) ", r"\1", text)
        text = re.sub(r"^( *)return (.+[^(,\[{])$", r"\1return (\n\1    \2,\n\1)", text,
                      flags=re.MULTILINE)
        return text.replace("    ", "  ").replace("\n\n", "\n")
    return {name: one(text) for name, text in texts.items()}


def commented(texts):
    """Return texts in which every comment is another one, and so is every docstring."""
    def one(text):
        text = re.sub(r'"""(?:[^"]|"(?!""))*"""', '"""My own words."""', text)
        return re.sub(r"(?m)$", "   # my own", re.sub(r"(?m) *#[^\"'\n]*$", "", text))
    return {name: one(text) for name, text in texts.items()}


def reordered(texts):
    """Return texts whose classes and functions stand in another order."""
    def one(text):
        parts = re.split(r"(?m)^(?=(?:class|def) )", text)
        rest = parts[1:]
        random.Random(0).shuffle(rest)
        return parts[0] + "\n".join(rest)
    return {name: one(text) for name, text in texts.items()}


@pytest.mark.faults
@pytest.mark.parametrize("disguises", [
    (), (renamed,), (reformatted,), (commented,), (reordered,),
    (renamed, reordered, commented, reformatted)], ids=lambda all_: "-".join(
        one.__name__ for one in all_) or "none")
@pytest.mark.parametrize("solutions", [ADA, BO])
def test_a_disguise_is_seen_through(disguises, solutions, given):
    text = copy = filled(solutions)
    for disguise in disguises:
        copy = disguise(copy)
        assert all(copy[name] != text[name] for name in text)
    assert agreement(text, copy, given) >= 0.9


@pytest.mark.faults
@pytest.mark.parametrize("one, other", [("ada", "bo"), ("ada", "reference"), ("bo", "reference")])
def test_independent_solutions_are_not_alike(one, other, given):
    texts = {"ada": filled(ADA), "bo": filled(BO), "reference": REFERENCE}
    assert agreement(texts[one], texts[other], given) < 0.5 < AGREEMENT


@pytest.mark.faults
def test_a_copy_with_one_function_of_its_own_is_alike(given):
    mixed = [*ADA[:9], BO[9], *ADA[10:]]
    assert AGREEMENT <= agreement(filled(ADA), filled(mixed), given) < 1


def test_the_given_code_alone_is_not_compared(given):
    ids = [subtask.id for subtask in SUBTASKS]
    edition = {name: strip(text, name, ids)[0] for name, text in REFERENCE.items()}
    passages = find_passages(encoded(edition), "kit")
    few = find_passages(encoded({**edition, "task2.py": filled(ADA)["task2.py"][:2200]}), "kit")
    assert compare(remove_given({"a": passages, "b": passages, "c": few, "d": few}, given)) == []


@pytest.mark.faults
def test_both_solutions_are_right(tmp_path):
    for solutions in (ADA, BO):
        write_copy(tmp_path / "copy", encoded(filled(solutions)))
        assert not [result for result in run_checks(folder=tmp_path / "copy").results
                    if result.state != PASSED and not result.remark]


# ---------------------------------------------------------------------------- what a grader calls

def handed_in(out, **all_files):
    """Return the Submissions of {student: {name: bytes}}, whose copies are in an output folder."""
    (out / "submissions").mkdir(exist_ok=True)
    for student, files in all_files.items():
        write_copy(out / "submissions" / student, files)
    return [Submission(student, student, student, sha256=hash_files(files),
                       layout="kit" if "task4.py" in files else "starter")
            for student, files in all_files.items()]


@pytest.mark.faults
def test_those_alike_are_listed_and_what_does_not_count_is_left_out(tmp_path):
    ada, bo = encoded(filled(ADA)), encoded(filled(BO))
    found = handed_in(tmp_path, ada=ada, bo=bo, cy=encoded(renamed(filled(BO))), old=bo)
    found[3] = replace(found[3], superseded="bo")
    pair, = find_pairs(found, tmp_path)
    assert {pair.key, pair.other} == {"bo", "cy"}
    assert re.fullmatch(r"100 % of 6\d\d passages of 10 words agree, without given code "
                        "and whatever the names", pair.words)
    first, second = ([(name, number) for name, number, agrees, _ in lines if agrees]
                     for lines in pair.lines)
    assert first == second and len(first) > 100     # no line has moved, only names are others
    texts = filled(BO)
    for name, number, _, line in pair.lines[pair.key == "cy"]:
        assert texts[name].split("\n")[number - 1][:len(line)] == line
    assert {name for name, _ in first} == {*texts}


def test_hand_ins_of_earlier_years_are_compared_with_these_only(tmp_path):
    ada, bo = encoded(filled(ADA)), encoded(filled(BO))
    found = handed_in(tmp_path, ada=ada, zoe=bo)
    (tmp_path / "earlier").mkdir()
    old = handed_in(tmp_path / "earlier", zed=encoded(renamed(filled(ADA))), yan=ada)
    pairs = find_pairs(found, tmp_path, earlier=old)
    assert {(one.key, one.other) for one in pairs} == {
        ("ada", "earlier: yan"), ("ada", "earlier: zed")}


def in_starters_layout(texts, own=""):
    """Return the files of a hand-in whose functions stand elsewhere, some in a notebook."""
    cells = [{"cell_type": "code", "source": texts["task3.py"].splitlines(keepends=True)},
             {"cell_type": "markdown", "source": ["def"]}]
    return {"task2a.py": texts["task2.py"].encode(), "utils.py": texts["utils.py"].encode(),
            "task3.ipynb": json.dumps({"cells": cells}).encode(), "more.py": own.encode()}


@pytest.mark.faults
def test_the_other_layout_with_the_starter_code_at_hand(tmp_path):
    ids = [subtask.id for subtask in SUBTASKS]
    edition = {name: strip(text, name, ids)[0] for name, text in REFERENCE.items()}
    write_copy(tmp_path / "starter", in_starters_layout(edition))
    found = handed_in(tmp_path, ada=in_starters_layout(filled(ADA)),
                      bo=in_starters_layout(filled(BO)),
                      cy=in_starters_layout(renamed(filled(ADA))))
    pairs = find_pairs(found, tmp_path, tmp_path / "starter")
    assert [(one.key, one.other) for one in pairs] == [("ada", "cy")]


@pytest.mark.parametrize("name, words", [("missing", "is not a folder"), ("empty", "no scripts")])
def test_a_folder_without_starter_code_is_refused(tmp_path, name, words):
    (tmp_path / "empty").mkdir()
    with pytest.raises(Refused, match=words):
        find_pairs(handed_in(tmp_path, ada=encoded(REFERENCE)), tmp_path, tmp_path / name)


def test_without_the_given_code_what_most_have_is_left_out():
    rng = np.random.default_rng(0)
    everybodys, *own = (rng.integers(0, 2**63, 400).astype(np.uint64) for _ in range(10))
    passages = {f"s{number}": np.unique([*everybodys, *one]) for number, one in enumerate(own)}
    assert compare(remove_given(passages, find_common(passages))) == []
    passages["s3"] = passages["s4"]
    pairs = compare(remove_given(passages, find_common(passages)))
    assert [pair[:2] for pair in pairs] == [("s3", "s4")]


@pytest.mark.faults
def test_hand_ins_of_two_layouts_are_not_compared(tmp_path):
    found = handed_in(tmp_path, ada=encoded(filled(ADA)), bo=in_starters_layout(filled(ADA)))
    assert find_pairs(found, tmp_path) == []


@pytest.mark.faults
def test_one_hand_in_is_listed_with_few_others(given):
    texts = {f"s{number}": find_passages(encoded(filled(ADA)), "kit") for number in range(20)}
    pairs = compare(remove_given(texts, given))
    assert len(pairs) <= 3 * len(texts)
    assert {one for pair in pairs for one in pair[:2]} == set(texts)


@pytest.mark.faults
def test_300_are_compared_in_seconds(given):
    rng = np.random.default_rng(0)
    own = {f"s{number}": rng.integers(0, 2**63, 3000).astype(np.uint64) for number in range(300)}
    own["s7"] = np.append(own["s8"][:2900], own["s7"][:100])
    same = {f"c{number}": np.unique(own["s0"]) for number in range(150)}
    started = time.process_time()
    passages = {key: np.unique(np.append(one, given)) for key, one in own.items()}
    pairs = compare(remove_given(passages, given))
    assert [pair[:2] for pair in pairs] == [("s7", "s8")]
    assert len(compare({**own, **same})) > 100
    assert time.process_time() - started < 20


# --------------------------------------------------------------------------------- hostile texts

@pytest.mark.attack
@pytest.mark.parametrize("text", [
    '"""' * 100_001, "'''" + '\\"""' * 80_000, '"\\' * 150_000, "'" + "\\" * 400_001,
    "(" * 500_000, "\\\n" * 170_000, "x" * 500_000, "9" * 500_000, "\n" * 500_000,
    "import a as b\n" * 30_000, "import " + " " * 400_000, "def " * 120_000, "\0\ud800" * 100_000,
    "r" * 300_000 + '"', "#" * 500_000, "[\n" * 200_000, '""" \\', "rb" * 200_000 + '"""'])
def test_hostile_text_takes_no_longer(text):
    started = time.process_time()
    units = split_units(text)
    assert sum(map(len, units)) <= len(text)
    find_passages({"task2.py": text.encode("utf-8", "replace")}, "kit")
    assert time.process_time() - started < 5


@pytest.mark.parametrize("content", [
    b"", b"[]", b"{}", b"null", b'{"cells": 1}', b'{"cells": [1]}', b"[" * 200_000,
    b'{"cells": [{"cell_type": "code", "source": [1]}]}', b'{"cells": [{"cell_type": "code"}]}',
    b'{"cells": [' + b'[' * 100_000, b" " * (2**23 + 1), b"\xff\xfe"])
def test_what_is_no_notebook_holds_no_code(content):
    assert extract_code("a.ipynb", content) == ""


def test_words():
    text = 'import numpy as q\n"""doc"""\ndef f(a, b=1):  # c\n    return q.dot(a, b) + len("s")\n'
    (start, function) = split_units(text)
    assert [word for _, word, _ in start] == ["import", "numpy", "as", "numpy"]
    assert {line for _, _, line in function} == {3, 4}
    assert [word[:2] for word in function] == [
        ("word", "def"), ("name", "f"), ("name", "a"), ("name", "b"), ("word", "="), ("word", "1"),
        ("word", ":"), ("word", "return"), ("word", "numpy"), ("word", "."), ("word", "dot"),
        ("name", "a"), ("name", "b"), ("word", "+"), ("word", "len")]
