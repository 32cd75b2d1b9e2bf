"""The bench: all ways do the same work, and the table holds what was measured."""
import subprocess
from dataclasses import replace
from zipfile import ZipFile

import numpy as np
import pytest

from benchmarks import __main__ as bench
from benchmarks import commands, training
from task2 import SoftmaxModel, load_dataset
from task3 import MOMENTUM, Experiment

PLAIN = Experiment("plain", learning_rate=0.02)
DEEP = replace(MOMENTUM, neurons_per_layer=(60, 60, 10))
CLASSES = {"torch": training.PyTorch, "jax": training.Jax}


@pytest.fixture(scope="module")
def part():
    """A Dataset of which an epoch is 100 batches of 32."""
    data = load_dataset()
    return data._replace(X_train=data.X_train[:3200], Y_train=data.Y_train[:3200])


def train(way):
    """The way's validations in an epoch, and its weights after it."""
    measured = way.train_epoch(1)
    return measured, [np.asarray(getattr(w, "data", w)) for w in way.ws]


@pytest.mark.faults
@pytest.mark.parametrize("package", CLASSES)
@pytest.mark.parametrize("experiment", [PLAIN, MOMENTUM, DEEP])
def test_a_peer_has_the_weights_of_the_kit_after_100_steps(part, package, experiment):
    pytest.importorskip(package, exc_type=ImportError)
    ours, theirs = training.Kit(experiment, part), CLASSES[package](experiment, part)
    start = [w.copy() for w in ours.ws]
    (validations, ws), (their_validations, their_ws) = train(ours), train(theirs)
    assert ours.trainer.step == ours.trainer.best_step == 100
    np.testing.assert_allclose(their_validations, validations, rtol=1e-6)
    for w, their_w, first in zip(ws, their_ws, start):
        assert np.linalg.norm(w - their_w) < 1e-11 * np.linalg.norm(w - first)


@pytest.mark.faults
def test_scikit_learn_learns_what_it_is_given(part):
    pytest.importorskip("sklearn")
    validations = training.ScikitLearn(MOMENTUM, part).train_epoch(0)
    assert len(validations) == 5 and validations[-1][1] > 0.8


@pytest.mark.faults
@pytest.mark.parametrize("experiment", [PLAIN, MOMENTUM, DEEP])
def test_the_floor_multiplies_and_updates_as_the_kit_does(part, experiment):
    """Given the kit's outputs and deltas for its fixed numbers, it gets the kit's weights."""
    floor, trainer = training.Floor(experiment, part), experiment.build_trainer(0, part)
    model = trainer.model
    for rows in np.arange(96).reshape(3, 32):
        X, Y = part.X_train[rows], part.Y_train[rows]
        outputs = model.forward(X)
        deltas = [(outputs - Y) / len(X)]
        for a, w in zip(model.activations[-2:0:-1], model.ws[:0:-1]):
            deltas.insert(0, model.slope(a) * (deltas[0] @ w.T))
        floor.outputs, floor.deltas = model.activations[1:-1], deltas
        trainer.train_step(X, Y)
        floor.step(rows)
        for w, floor_w in zip(model.ws, floor.ws):
            np.testing.assert_allclose(floor_w, w, rtol=1e-12, atol=1e-15)


@pytest.mark.faults
def test_ways_take_turns_and_the_first_round_does_not_count():
    calls = []

    def call(name):
        return lambda number: calls.append((number, name))

    seconds, absent = bench.measure_rounds({name: call(name) for name in "abc"}, 2)
    assert calls == [(0, "a"), (0, "b"), (0, "c"), (1, "b"), (1, "c"), (1, "a"),
                     (2, "c"), (2, "a"), (2, "b")]
    assert {name: len(times) for name, times in seconds.items()} == dict.fromkeys("abc", 2)
    assert not absent


def fail(number):
    """Fails as nbconvert does without pandoc."""
    raise subprocess.CalledProcessError(1, "nbconvert", stderr="Traceback:\n  File\n"
                                        "nbconvert.PandocMissing: No pandoc. Install it:\nhere\n")


@pytest.mark.faults
def test_an_absent_way_is_named_with_the_reason():
    ways = {"kit": lambda number: None, "jax": "No module named 'jax'", "pdf": fail}
    seconds, absent = bench.measure_rounds(ways, 1)
    assert list(seconds) == ["kit"]
    assert absent == {"jax": "No module named 'jax'", "pdf": "No pandoc"}
    with pytest.raises(SystemExit, match="the kit's own command fails"):
        bench.measure_rounds({"kit": fail, "b": lambda number: None}, 1)


def test_a_row_shows_the_median_and_the_spread_of_ratios_in_the_same_round():
    seconds = {"kit": [1.0, 2.0, 4.0], "peer": [2.0, 2.0, 12.0]}
    assert bench.format_rows("epoch", seconds, {"jax": "no jax"}) \
        == ["| epoch | kit | 2.00 (1.00 to 4.00) | 1.00 |",
            "|  | peer | 2.00 (2.00 to 12.00) | 2.00 (1.00 to 3.00) |",
            "|  | jax | absent: no jax |  |"]


def test_of_a_peers_numbers_of_threads_the_faster_is_kept():
    seconds = {"kit": [1.0], "peer (threads: 1)": [3.0], "peer (threads: 2)": [2.0], "JAX": [4.0]}
    assert list(bench.keep_faster(seconds)) == ["kit", "peer (threads: 2)", "JAX"]
    assert bench.keep_faster(seconds, 2) == seconds


def test_hand_ins_differ_and_every_second_one_has_a_wrong_slope(tmp_path):
    commands.write_hand_ins(tmp_path / "in")
    scripts = [ZipFile(path).read("task2.py").decode() for path in (tmp_path / "in").iterdir()]
    assert len(set(scripts)) == commands.HAND_INS
    assert sum("return a * (1 - a)" in script for script in scripts) == commands.HAND_INS // 2


def test_central_differences_see_a_wrong_gradient(monkeypatch):
    assert commands.check_every_weight((2, 10), images=4) < 1e-6
    monkeypatch.setattr(SoftmaxModel, "slope", lambda self, a: 1.001 * a * (1 - a))
    with pytest.raises(ArithmeticError, match="the gradient is wrong by"):
        commands.check_every_weight((2, 10), images=4)
