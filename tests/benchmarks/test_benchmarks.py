"""The bench: that the ways to train do the same work, and that its numbers are what they say."""
import json
import subprocess
from functools import partial

import numpy as np
import pytest

from benchmarks import tables, timing, whole
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


def test_each_of_many_rows_is_compiled(monkeypatch):
    torch = pytest.importorskip("torch")
    from torch._dynamo.utils import counters    # private: what is compiled is told nowhere else

    from benchmarks.ways.pytorch import Compiled
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="eager"))
    for width in range(2, 13):
        row, before = Row((width, 10), 4), counters["frames"]["ok"]
        Compiled(row).steps(row.batches(0, 2))
        assert counters["frames"]["ok"] == before + 1


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


def bench(floor=1.0, kit=1.2, until=None):
    """A bench of one row, in which the kit takes `kit` and PyTorch 2 times the floor."""
    seconds = {"floor": [floor] * 3, "kit": [floor * kit] * 2 + [9.0], "PyTorch": [2 * floor] * 3}
    return {
        "machine": timing.machine(), "rounds": 3, "absent": {},
        "training": [{"layers": "[10]", "batch": 32, "dtype": "float64", "momentum": 0.9,
                      "seconds": seconds}],
        "parts": [{"layers": "[10]", "batch": 32, "dtype": "float64",
                   "microseconds": {"slope": [3.0], "floor": [5.0], "kit": [10.0]}}],
        "validation": [{"dtype": "float64", "seconds": seconds}],
        "runs": [{"dtype": "float64", "epochs": 10, "validations": 5, "seconds": seconds,
                  "until": {"floor, 95%": [None] * 3, "kit, 95%": [until] * 3,
                            "PyTorch, 95%": [4.0] * 3}}],
        "growth": {"width": [{"size": 8, "milliseconds": {"kit": [1.0, 2.0, 4.0]}}]},
        "whole": {"import task4, s": [0.1, 0.2, 0.9],
                  "python task2.py --epochs 1, MB": [300.0, 401.0, 402.0]}}


def write(folder, *documents):
    """Write benches to files; return their names."""
    paths = [folder / f"{number}.json" for number in range(len(documents))]
    for path, document in zip(paths, documents):
        path.write_text(json.dumps(document), encoding="utf-8")
    return [str(path) for path in paths]


def test_a_table_of_several_benches_shows_the_middle_and_the_spread(tmp_path, capsys):
    assert tables.main(write(tmp_path, bench(1.0, 1.2), bench(3.0, 1.4, until=2.0),
                             bench(2.0, 1.3, until=3.0))) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "| [10] | 32 | float64 | 0.9 | 2.000 (1.000 to 3.000) | 1.30 (1.20 to 1.40) | " \
        "1.5 (1.4 to 1.7) |" in lines
    assert "| [10], batch 32, float64 | 10 | 3 | 5 | 2 |" in lines
    assert "| floor, float64 | 2.00 (1.00 to 3.00) | 0.77 (0.71 to 0.83) |  |" in lines
    assert "| kit, float64 | 2.60 (1.20 to 4.20) | 1.00 | 3.00 (2.00 to not reached) |" in lines
    assert "| 8 | 2.000 |" in lines
    assert "| import task4, s | 0.20 |" in lines


@pytest.mark.parametrize("values, text", [
    ((1.0, 1.0, 1.0), "1.00"), ((3.0, 1.0, 2.0), "2.00 (1.00 to 3.00)"),
    ((1.0, None, 2.0), "2.00 (1.00 to not reached)"), ((None,) * 3, "not reached"),
    ((None, 1.0, None), "not reached (1.00 to not reached)")])
def test_a_number_of_several_benches_says_where_it_was_not_reached(values, text):
    assert str(tables.Number(values, 2)) == text


def test_what_falls_short_is_counted(tmp_path, capsys):
    assert tables.main(write(tmp_path, bench(kit=1.3, until=None))) == 0
    lines = capsys.readouterr().out.splitlines()
    start = lines.index("| what should be reached | rows that reach it | the others |")
    assert lines[start + 2:] \
        == ["| batch 1: at most 2.0 times the floor | 0 of 0 |  |",
            "| batch 32: at most 1.25 times the floor | 0 of 1 | 1.30 |",
            "| batch 256: at most 1.25 times the floor | 0 of 0 |  |",
            "| batch 1 or 32: faster than PyTorch, whose time in the kit's is | 1 of 1 |  |",
            "| a validation: at most 1.3 times its floor | 1 of 1 |  |",
            "| a run of [64, 10]: under a third of PyTorch's time, which in the kit's is | 0 of 1 "
            "| 1.54 |",
            "| memory of a run: at most 400 MB | 0 of 1 | 401.00 |",
            "| import of task4: at most 0.6 s | 1 of 1 |  |"]
    assert "| kit, float64 | 1.30 | 1.00 | not reached |" in lines


def test_rows_that_miss_a_goal_are_counted_with_their_range(tmp_path, capsys):
    document = bench(kit=2.5)
    slower, faster = (dict(document["training"][0]) for _ in range(2))
    slower["seconds"] = {"floor": [1.0], "kit": [3.0], "PyTorch": [2.0]}
    faster["seconds"] = {"floor": [1.0], "kit": [1.2], "PyTorch": [2.0]}
    document["training"] += [slower, faster]
    assert tables.main(write(tmp_path, document)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "| batch 32: at most 1.25 times the floor | 1 of 3 | 2.50 to 3.00 |" in lines
    assert "| batch 1 or 32: faster than PyTorch, whose time in the kit's is | 1 of 3 " \
        "| 0.67 to 0.80 |" in lines


@pytest.mark.parametrize("text, words", [
    (None, "cannot be read (No such file or directory)"), ("{", "is not a bench of this version"),
    ("[]", "is not a bench of this version"), ('{"validation": []}', "is not a bench of this")])
def test_what_is_no_bench_is_refused(tmp_path, capsys, text, words):
    path = tmp_path / "a.json"
    if text is not None:
        path.write_text(text)
    assert tables.main([str(path)]) == 2 and words in capsys.readouterr().err


def test_benches_of_other_rows_are_not_put_together(tmp_path, capsys):
    other = bench()
    other["training"][0]["layers"] = "[64, 10]"
    assert tables.main(write(tmp_path, bench(), other)) == 2
    assert "the files hold different rows" in capsys.readouterr().err


def test_what_fails_is_left_out_and_said(monkeypatch, capsys):
    def run(command, **_):
        if command[0] == "make":
            raise subprocess.CalledProcessError(2, command)
    monkeypatch.setattr(whole, "in_new_folder", run)
    assert list(whole.measure_once()) == ["the report, executed"]
    assert capsys.readouterr().err == "benchmarks: make test is left out, for it ended with " \
        "status 2; run it alone to see why\n"


def test_the_machine_is_described_in_what_json_can_hold():
    found = json.loads(json.dumps(timing.machine()))
    assert found["cores"] >= 1 and found["versions"]["numpy"] == np.__version__
