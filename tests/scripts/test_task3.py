"""The three tricks, the experiments, and running them."""
from dataclasses import asdict, replace

import numpy as np
import pytest

import task2
from experiments import changed
from kit import runs as kit_runs
from task2 import BASELINE, SoftmaxModel, SoftmaxTrainer, run, run_all
from task3 import (COMBINATIONS, CONTROL, INIT, LADDER, MOMENTUM, SIGMOID, Experiment,
                   ImprovedModel, MomentumTrainer, saturated_share)
from utils import plot_runs, results_table

QUICK = Experiment("quick", neurons_per_layer=(8, 10), num_epochs=2)


def test_improved_sigmoid_and_its_slope():
    model = ImprovedModel([4, 10], use_improved_sigmoid=True)
    z = np.array([-1.0, 0.0, 1.0, 30.0])
    np.testing.assert_allclose(model.activation(z), [-1, 0, 1, 1.7159], atol=1e-4)
    numeric = model.activation(z + 1e-20j).imag / 1e-20
    np.testing.assert_allclose(model.slope(model.activation(z)), numeric, rtol=1e-12, atol=1e-12)


def test_without_its_flags_the_improved_model_is_the_plain_one():
    plain, improved = SoftmaxModel([6, 10], rng=5), ImprovedModel([6, 10], rng=5)
    assert all(np.array_equal(v, w) for v, w in zip(plain.ws, improved.ws))
    X = np.random.default_rng(0).normal(size=(3, 785))
    np.testing.assert_array_equal(plain.forward(X), improved.forward(X))


def test_improved_weights_have_deviation_one_over_root_fan_in_in_every_layer():
    model = ImprovedModel([300, 200, 10], use_improved_weight_init=True)
    for w in model.ws:
        assert abs(w.mean() * np.sqrt(len(w))) < 0.1
        assert w.std() * np.sqrt(len(w)) == pytest.approx(1, abs=0.05)
        assert np.abs(w).max() * np.sqrt(len(w)) > 2.5      # normal, not uniform: U reaches 1.73


def five_updates(trainer, grads):
    """The weights after each update with these gradients."""
    trajectory = []
    for grad in grads:
        trainer.model.grads = [np.full_like(w, grad) for w in trainer.model.ws]
        trainer.update()
        trajectory.append(trainer.model.ws[0][0, 0])
    return trajectory


def test_momentum_adds_up_what_was_moved_before(small):
    model = SoftmaxModel([10], rng=0)
    model.ws[0][:] = 0
    trainer = MomentumTrainer(model, small, learning_rate=0.1, momentum_gamma=0.5)
    # Δw: 1, 1.5, 0.75, 2.375, -0.8125 for the gradients 1, 1, 0, 2, -2
    np.testing.assert_allclose(five_updates(trainer, [1, 1, 0, 2, -2]),
                               np.cumsum([-0.1, -0.15, -0.075, -0.2375, 0.08125]))


def test_momentum_of_zero_is_plain_gradient_descent_bit_for_bit(small):
    def train(kind, **options):
        trainer = kind(SoftmaxModel([8, 10], rng=0), small, rng=1, **options)
        trainer.train(3)
        return trainer.model.ws

    plain, zero = train(SoftmaxTrainer), train(MomentumTrainer, momentum_gamma=0.0)
    tiny = train(MomentumTrainer, momentum_gamma=1e-300)     # by way of the velocity
    for a, b, c in zip(plain, zero, tiny):
        assert np.array_equal(a, b) and np.array_equal(a, c)


@pytest.mark.parametrize("gamma", [-0.1, 1, 2, np.nan])
def test_impossible_momentum_is_refused(small, gamma):
    with pytest.raises(ValueError, match="momentum_gamma is"):
        MomentumTrainer(SoftmaxModel([10]), small, momentum_gamma=gamma)


def test_each_experiment_differs_from_the_one_before_in_its_named_fields_only():
    assert LADDER == (BASELINE, SIGMOID, INIT, MOMENTUM)
    assert BASELINE is task2.BASELINE and asdict(BASELINE) == {
        "name": "task 2", "neurons_per_layer": (64, 10), "learning_rate": 0.1, "batch_size": 32,
        "num_epochs": 50}
    assert [changed(a, b) for a, b in zip(LADDER, LADDER[1:])] == [
        {"use_improved_sigmoid"}, {"use_improved_weight_init"},
        {"momentum_gamma", "learning_rate"}]
    assert (MOMENTUM.momentum_gamma, MOMENTUM.learning_rate) == (0.9, 0.02)
    assert changed(INIT, CONTROL) == {"learning_rate"}


def test_each_combination_is_there_once_with_momentum_and_with_its_control():
    assert len({replace(e, name="") for e in COMBINATIONS}) == len(COMBINATIONS) == 12
    assert len({e.name for e in COMBINATIONS}) == 12
    for plain, momentum, control in zip(*[iter(COMBINATIONS)] * 3):
        assert (plain.learning_rate, getattr(plain, "momentum_gamma", 0)) == (0.1, 0)
        assert changed(plain, momentum) == {"learning_rate", "momentum_gamma"}
        assert changed(plain, control) == {"learning_rate"}
        assert (momentum.learning_rate, momentum.momentum_gamma) == (0.02, 0.9)
        assert control.learning_rate == pytest.approx(momentum.learning_rate / (1 - 0.9))
    named = {replace(e, name="") for e in COMBINATIONS}
    assert {replace(e, name="") for e in (SIGMOID, INIT, MOMENTUM, CONTROL)} <= named


def test_an_experiment_without_tricks_is_the_run_of_task_2(small):
    assert replace(COMBINATIONS[0], name="") == replace(BASELINE, name="")
    plain = replace(BASELINE, neurons_per_layer=(8, 10), num_epochs=2)
    here, there = run(plain, 3, small), run(QUICK, 3, small)
    assert all(map(np.array_equal, here.ws, there.ws)) and here.val_loss == there.val_loss


def test_compared_runs_draw_the_same_weights_and_batches(small):
    wide = replace(BASELINE, neurons_per_layer=(128, 10))
    assert np.array_equal(BASELINE.build_model(3).ws[0], SIGMOID.build_model(3).ws[0])
    first = [next(iter(e.build_trainer(3, small).batches(1)))[0] for e in (BASELINE, wide)]
    assert np.array_equal(*first)


def test_run_all_gives_a_run_for_each_experiment_and_seed(small, small_path):
    faster = replace(QUICK, name="faster", learning_rate=0.2)
    runs = run_all([QUICK, faster], seeds=(0, 1), path=small_path)
    assert [(r.experiment, r.seed) for seeds in runs.values() for r in seeds] == [
        (QUICK, 0), (QUICK, 1), (faster, 0), (faster, 1)]
    there, here = runs[faster][1], run(faster, 1, small)     # in a worker, and in this process
    assert there.best_step == here.best_step
    np.testing.assert_allclose(there.history.val_loss, here.history.val_loss, rtol=1e-9)
    np.testing.assert_allclose(there.model.forward(small.X_val), here.model.forward(small.X_val),
                               rtol=1e-9)
    assert here.val_loss == pytest.approx(min(here.history.val_loss), rel=1e-9)
    assert here.early_loss == here.history.val_loss[4]


def test_no_run_is_computed_twice_whatever_its_name(small_path, monkeypatch):
    first = run_all([QUICK], seeds=(0,), path=small_path)[QUICK][0]
    monkeypatch.setattr(kit_runs, "run_jobs", None)    # calling it would fail
    renamed = replace(QUICK, name="another name")
    again = run_all([renamed, QUICK], seeds=(0,), path=small_path)[renamed][0]
    assert again.experiment.name == "another name" and again.val_loss == first.val_loss
    assert all(np.array_equal(v, w) for v, w in zip(first.ws, again.ws))


def test_another_data_set_is_another_run(small_path, tmp_path):
    from small_data import small_mnist
    other = small_mnist(tmp_path / "other.npz", train=400)
    losses = {run_all([QUICK], (0,), path)[QUICK][0].val_loss for path in (small_path, other)}
    assert len(losses) == 2


def test_table_and_drawing_of_runs(small_path):
    from matplotlib.figure import Figure
    runs = run_all([QUICK], seeds=(0, 1), path=small_path)
    table = results_table(runs)
    assert table.rows[0][0] == "quick" and table.columns[-1] == "val. accuracy"
    mean = np.mean([run.val_loss for run in runs[QUICK]])
    assert table.rows[0][4].startswith(f"{mean:.3f} ± ")
    ax = Figure().subplots()
    plot_runs(ax, runs, "loss")
    assert [line.get_label() for line in ax.lines] == ["quick, training", "quick, validation"]
    assert ax.get_xlabel() == "gradient steps" and ax.get_ylabel() == "loss"


def test_saturated_share_counts_flat_outputs():
    model = ImprovedModel([4, 10], num_inputs=1, use_improved_sigmoid=True)
    model.ws[0][:] = [[0, 1, 3, -9]]     # 1 - tanh²(2z/3) = 1, 0.66, 0.07, 0.00
    assert saturated_share(model, np.ones((5, 1))) == 0.5
