"""The bench: that the ways to train do the same work, and that its numbers are what they say."""
import json

import numpy as np
import pytest

from benchmarks import timing, training
from benchmarks.rows import ROWS, TOPOLOGIES, Row, data
from benchmarks.ways import PEERS
from benchmarks.ways.bare import Bare
from benchmarks.ways.ours import Ours
from task3 import ImprovedModel, MomentumTrainer



def test_every_topology_batch_type_and_momentum_has_its_row():
    assert len(ROWS) == len(set(ROWS)) == len(TOPOLOGIES) * 3 * 2 * 2 + 2


@pytest.mark.parametrize("gamma", [0.0, 0.9])
def test_our_way_is_what_the_trainer_does(small, monkeypatch, gamma):
    row, batches = Row((6, 10), 8, gamma=gamma, rate=0.1), np.arange(24).reshape(3, 8)
    monkeypatch.setattr("benchmarks.ways.ours.data", lambda _: small)
    way = Ours(row)
    way.steps(batches)
    model = ImprovedModel((6, 10), use_improved_sigmoid=True)
    model.ws = row.weights()
    trainer = MomentumTrainer(model, small, 0.1, 8, momentum_gamma=gamma)
    for rows in batches:
        trainer.train_step(small.X_train[rows], small.Y_train[rows])
    assert all(np.array_equal(w, v) for w, v in zip(way.weights(), model.ws))
    way.trainer.take(batches, threads=2)
    assert way.trainer.step == 6


@pytest.mark.parametrize("name", ["PyTorch", "JAX"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("layers", [(10,), (64, 10), (60, 60, 10)])
@pytest.mark.parametrize("gamma", [0.0, 0.9])
def test_peers_have_our_weights_after_100_steps(name, dtype, layers, gamma):
    module, cls = PEERS[name].split(".")
    peer = getattr(pytest.importorskip(f"benchmarks.ways.{module}", exc_type=ImportError), cls)
    row = Row(layers, 32, dtype, gamma, rate=0.02)
    ways = Ours(row), peer(row)
    for way in ways:
        way.steps(row.batches(1, 100))
    for ours, theirs, start in zip(*(way.weights() for way in ways), row.weights()):
        moved = np.linalg.norm(ours - start)
        assert np.linalg.norm(ours - np.asarray(theirs)) < \
            moved * (1e-11 if dtype == "float64" else 1e-3)
    np.testing.assert_allclose(ways[0].validate("val"), ways[1].validate("val"),
                               rtol=1e-6 if dtype == "float64" else 1e-3)


def test_the_floor_multiplies_and_updates_matrices_of_the_right_shapes():
    row = Row((6, 5, 10), 4, gamma=0.9)
    way = Bare(row)
    way.steps(row.batches(0, 3))
    assert [w.shape for w in way.weights()] == [(785, 6), (6, 5), (5, 10)]
    assert all(np.any(w != start) for w, start in zip(way.weights(), row.weights()))
    last = way.X.T @ way.fixed[0]       # of three equal deltas, the last batch's product
    first = [data("float64").X_train[rows].T @ way.fixed[0] for rows in row.batches(0, 3)]
    np.testing.assert_allclose(way.velocity[0], 0.81 * first[0] + 0.9 * first[1] + last)


def test_rounds_take_turns_and_the_first_does_not_count():
    calls = []

    def of(name):
        return lambda number: lambda: calls.append((number, name))

    measured = timing.interleaved({name: of(name) for name in "abc"}, 2)
    assert calls == [(0, "a"), (0, "b"), (0, "c"), (1, "b"), (1, "c"), (1, "a"),
                     (2, "c"), (2, "a"), (2, "b")]
    assert {name: len(times) for name, times in measured.items()} == dict.fromkeys("abc", 2)


def test_a_row_that_falls_short_is_named():
    result = {"layers": "[10]", "batch": 32, "dtype": "float64", "momentum": 0.9, "steps": 1,
              "seconds": {"floor": [1, 1, 9], "kit": [1.3, 1.3, 9], "JAX": [1.2, 1.2, 10]}}
    assert timing.ratio(result["seconds"], "kit", "floor") == 1.3
    assert training.short([result], ["JAX"]) == [
        "[10], batch 32, float64, momentum: 1.30 times the floor, not 1.25",
        "[10], batch 32, float64, momentum: JAX takes 0.92 of the time"]
    assert training.as_cells(result, ["PyTorch", "JAX"])[-3:] == ["1.30", "", "0.9"]


def test_the_machine_is_described_in_what_json_can_hold():
    found = json.loads(json.dumps(timing.machine()))
    assert found["cores"] >= 1 and found["versions"]["numpy"] == np.__version__
