"""The network, its gradients and its trainer."""
from dataclasses import replace

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from here import ROOT
import task2
from task2 import (BASELINE, Dataset, SoftmaxModel, SoftmaxTrainer, accuracy_of,
                   calculate_accuracy, count_parameters, cross_entropy_loss, gradient_check,
                   load_dataset, one_hot_encode, pre_process_images, predict, run, sigmoid,
                   softmax, training_statistics)
from task3 import ImprovedModel


# ---------------------------------------------------------------------------- data, 0 and 2a

def test_statistics_of_the_training_set():
    X_train, *_ = task2.load_full_mnist(verbose=False)
    mean, std = training_statistics(X_train)
    assert f"{mean:.2f} {std:.2f}" == "33.55 78.88"


def test_pre_processing_uses_the_given_numbers_and_appends_the_bias():
    X = np.full((3, 784), 30, np.uint8)
    X[0, 0] = 50
    processed = pre_process_images(X, mean=10, std=20)
    assert processed.shape == (3, 785) and processed.dtype == np.float64
    assert processed[0, 0] == 2
    assert np.all(processed[1:, :784] == 1) and np.all(processed[:, -1] == 1)
    assert X[0, 0] == 50                                  # the images themselves are untouched


@pytest.mark.parametrize("X, std, problem", [
    (np.zeros((3, 785)), 1, r"X has the shape \(3, 785\), expected \(N, 784\): one flat im"),
    (np.zeros(784), 1, r"shape \(784,\)"),
    (np.full((3, 784), np.nan), 1, "X holds nan, expected a number at least 0"),
    (np.full((3, 784), np.inf), 1, "X holds inf"),
    (np.zeros((3, 784)), 0, "std is 0, expected a number above 0: pass the results of training_s"),
    (np.zeros((3, 784)), np.nan, "std is nan"),
])
def test_misuse_of_pre_processing_is_refused(X, std, problem):
    with pytest.raises(ValueError, match=problem):
        pre_process_images(X, 0, std)


@pytest.mark.parametrize("pixel", [-1, 256, np.nan])
def test_statistics_are_taken_of_raw_pixels(pixel):
    with pytest.raises(ValueError, match="X_train holds .* expected a number at"):
        training_statistics(np.full((3, 784), pixel))


def test_one_hot_encoding():
    expected = [[0, 0, 1], [1, 0, 0]]
    np.testing.assert_array_equal(one_hot_encode(np.array([[2], [0]]), 3), expected)
    np.testing.assert_array_equal(one_hot_encode([2, 0], 3), expected)


@pytest.mark.parametrize("labels", [[0, 10], [-1, 3], [0.5, 1], [np.nan, 1]])
def test_labels_outside_the_classes_are_refused(labels):
    with pytest.raises(ValueError, match="Y holds .* expected a whole number from 0 to 9"):
        one_hot_encode(labels)


def test_cross_entropy_is_the_mean_over_examples():
    targets = np.array([[1, 0], [0, 1]])
    outputs = np.array([[0.5, 0.5], [0.75, 0.25]])
    assert cross_entropy_loss(targets, outputs) == pytest.approx((np.log(2) + np.log(4)) / 2)


def test_log_of_zero_cannot_occur():
    loss = cross_entropy_loss(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]]))
    assert loss == pytest.approx(-np.log(np.finfo(float).tiny))


def test_accuracy_asks_for_the_largest_output_not_for_a_threshold():
    targets = one_hot_encode([0, 1, 2, 2], 3)
    outputs = np.array([[.4, .3, .3], [.3, .4, .3], [.4, .3, .3], [.1, .1, .8]])
    assert accuracy_of(outputs, targets) == 0.75


def test_calculate_accuracy_and_predict_take_all_rows_in_order(small):
    model = SoftmaxModel([10], rng=1)
    whole = model.forward(small.X_train)
    np.testing.assert_allclose(predict(model, small.X_train, rows=7), whole, rtol=1e-12)
    assert calculate_accuracy(small.X_train, small.Y_train, model) == accuracy_of(
        whole, small.Y_train)


def test_targets_and_outputs_of_different_shape_are_refused():
    with pytest.raises(ValueError, match=r"targets has the shape \(3, 1\), expected \(3, 10\)"):
        cross_entropy_loss(np.zeros((3, 1)), np.zeros((3, 10)))
    with pytest.raises(ValueError, match=r"targets has the shape \(3, 1\), expected \(3, 10\)"):
        accuracy_of(np.zeros((3, 10)), np.zeros((3, 1)))


# ------------------------------------------------------------------------ the network, 2b, 4c

def test_a_network_worked_out_by_hand():
    # Inputs x = (1, 1), one hidden unit with z = ln 3: a = 3/4, f' = 3/16.
    # Outputs z = (0, 4/3 · ln 3 · 3/4) = (0, ln 3): ŷ = (1/4, 3/4); y = (1, 0): C = ln 4.
    # δ_k = ŷ - y = (-3/4, 3/4); ∂C/∂W² = a δ_k = (-9/16, 9/16);
    # δ_j = 3/16 · (4/3 · ln 3) · 3/4 = 3/16 · ln 3; ∂C/∂W¹ = x δ_j.
    ln3 = np.log(3)
    model = SoftmaxModel([1, 2], num_inputs=2)
    model.ws = [np.array([[ln3], [0.0]]), np.array([[0.0, 4 / 3 * ln3]])]
    X, Y = np.array([[1.0, 1.0]]), np.array([[1.0, 0.0]])
    outputs = model.forward(X)
    np.testing.assert_allclose(outputs, [[1 / 4, 3 / 4]], rtol=1e-15)
    np.testing.assert_allclose(model.activations[1], [[3 / 4]], rtol=1e-15)
    assert cross_entropy_loss(Y, outputs) == pytest.approx(np.log(4), rel=1e-15)
    model.backward(X, outputs, Y)
    np.testing.assert_allclose(model.grads[1], [[-9 / 16, 9 / 16]], rtol=1e-14)
    np.testing.assert_allclose(model.grads[0], [[3 / 16 * ln3]] * 2, rtol=1e-14)


@pytest.mark.parametrize("batch", [1, 7])
@pytest.mark.parametrize("improved", [False, True])
@pytest.mark.parametrize("layers", [[3], [5, 3], [5, 4, 3], [4, 3, 3],
                                    [5, 4, 3, 5, 4, 3, 5, 4, 3, 4, 3]])
def test_gradients_agree_with_complex_step_derivatives(layers, improved, batch):
    rng = np.random.default_rng(1)
    model = ImprovedModel(layers, num_inputs=6, rng=2, use_improved_sigmoid=improved,
                          use_improved_weight_init=True)
    X, Y = rng.normal(size=(batch, 6)), one_hot_encode(rng.integers(3, size=batch), 3)
    errors = gradient_check(model, X, Y, samples=1000)
    assert len(errors) == len(layers)
    for layer, error in enumerate(errors, 1):
        assert error < 1e-7, (f"the gradient of layer {layer} of {len(layers)} is off by a share "
                              f"of {error:.1e}: are slope and transposes right?")


def test_full_networks_agree_with_complex_step_derivatives(small):
    for hidden in (0, 1, 2, 10):
        model = ImprovedModel([64] * hidden + [10], use_improved_sigmoid=True,
                              use_improved_weight_init=True)
        errors = gradient_check(model, small.X_train[:20], small.Y_train[:20], samples=10)
        assert max(errors) < 1e-7


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_gradient_check_finds_an_error_of_a_thousandth_in_one_layer(layer):
    class Wrong(SoftmaxModel):
        def backward(self, X, outputs, targets):
            super().backward(X, outputs, targets)
            self.grads[layer] *= 1.001

    model = Wrong([5, 4, 3], num_inputs=6)
    X, Y = np.random.default_rng(0).normal(size=(7, 6)), one_hot_encode([0, 1, 2, 0, 1, 2, 0], 3)
    before = [w.copy() for w in model.ws]
    errors = gradient_check(model, X, Y)
    assert [error > 5e-4 for error in errors] == [i == layer for i in range(3)]
    assert all(np.array_equal(w, b) and w.dtype == float for w, b in zip(model.ws, before))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("improved", [False, True])
def test_no_number_is_subnormal_where_units_saturate(improved, dtype):
    data = Dataset(*(values[:2000].astype(dtype) for values in load_dataset()))
    model = ImprovedModel([64, 10], use_improved_sigmoid=improved)      # U(-1, 1) on 785 inputs
    model.ws = [w.astype(dtype) for w in model.ws]
    trainer = SoftmaxTrainer(model, data, learning_rate=0.1)
    for X, Y in trainer.batches(1):
        trainer.train_step(X, Y)
        for array in (*model.activations, *model.grads):
            assert array.dtype == dtype
            smallest = np.finfo(dtype).tiny
            assert not np.count_nonzero((array != 0) & (np.abs(array) < smallest))
    units = model.activations[1]
    assert np.mean(np.abs(model.slope(units)) < 0.1 * model.slope(model.activation(0.0))) > 0.5


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("improved", [False, True])
def test_saturated_units_neither_warn_nor_spoil_numbers(improved):
    for scale in (1e3, 1e100, 1e300):
        model = ImprovedModel([4, 3], num_inputs=5, use_improved_sigmoid=improved)
        X = np.array([[scale, -scale, 0, 0, 1], [1e-300, 0, 0, -scale, 1]])
        Y = one_hot_encode([0, 1], 3)
        outputs = model.forward(X)
        model.backward(X, outputs, Y)
        assert np.isfinite(cross_entropy_loss(Y, outputs))
        assert all(np.isfinite(array).all() for array in (outputs, *model.grads))


@pytest.mark.filterwarnings("error")
def test_sigmoid_and_softmax_at_the_ends_of_the_floats():
    z = np.array([-1e308, -800.0, 0.0, 800.0, 1e308])
    np.testing.assert_allclose(sigmoid(z), [0, 0, 0.5, 1, 1])
    assert sigmoid(1.3) == pytest.approx(1 / (1 + np.exp(-1.3)), rel=1e-15)
    np.testing.assert_allclose(softmax(np.array([[1e308, 0, -1e308], [5.0, 5, 5]])),
                               [[1, 0, 0], [1 / 3] * 3])


def test_constructor_draws_from_its_seed_and_leaves_the_global_generator_alone(capsys):
    state = np.random.get_state()[1].copy()
    a, b, c = (SoftmaxModel([8, 10], rng=seed) for seed in (1, 1, 2))
    assert all(np.array_equal(v, w) for v, w in zip(a.ws, b.ws))
    assert not np.array_equal(a.ws[0], c.ws[0])
    assert np.array_equal(np.random.get_state()[1], state)
    assert capsys.readouterr() == ("", "")
    assert -1 <= a.ws[0].min() < -0.99 and 0.99 < a.ws[0].max() <= 1


def test_number_of_parameters():
    assert count_parameters([64, 10]) == 50_880
    assert [count_parameters(layers) for layers in ([32, 10], [128, 10], [64] * 10 + [10])] == [
        25_440, 101_760, 87_744]
    assert count_parameters([10]) == 7_850


@pytest.mark.parametrize("layers", [[], [0, 10], [6.5, 10], [-3, 10]])
def test_impossible_layers_are_refused(layers):
    with pytest.raises(ValueError, match="neurons_per_layer h.* expected"):
        SoftmaxModel(layers)


def test_images_without_the_bias_column_are_refused():
    with pytest.raises(ValueError, match=r"\(3, 784\), expected \(N, 785\).*pre-processed"):
        SoftmaxModel([10]).forward(np.zeros((3, 784)))


# ---------------------------------------------------------------------------- the trainer, 2c

def test_a_step_moves_every_layer_by_the_learning_rate_times_the_gradient(small):
    model = SoftmaxModel([6, 5, 10], rng=0)
    trainer = SoftmaxTrainer(model, small, learning_rate=0.25)
    before = [w.copy() for w in model.ws]
    outputs = model.forward(small.X_train[:8])
    loss = trainer.train_step(small.X_train[:8], small.Y_train[:8])
    assert loss == cross_entropy_loss(small.Y_train[:8], outputs)
    for w, old, grad in zip(model.ws, before, model.grads):
        np.testing.assert_array_equal(w, old - 0.25 * grad)


def test_training_learns_and_repeats_to_the_last_bit(small):
    def train(seed):
        trainer = SoftmaxTrainer(SoftmaxModel([16, 10], rng=0), small, rng=seed)
        history = trainer.train(10)
        return trainer.model.ws, history

    state = np.random.get_state()[1].copy()
    (ws, history), (again, _), (other, _) = train(1), train(1), train(2)
    assert all(np.array_equal(w, v) for w, v in zip(ws, again))
    assert not np.array_equal(ws[0], other[0])
    assert history.val_loss[-1] < 0.5 * history.val_loss[0]
    assert history.val_accuracy[-1] > 0.8
    assert np.array_equal(np.random.get_state()[1], state)


def test_history_has_five_validations_an_epoch_and_means_over_the_mini_batches(small):
    steps = []

    class Recording(SoftmaxTrainer):
        def train_step(self, X_batch, Y_batch):
            steps.append(super().train_step(X_batch, Y_batch))
            return steps[-1]

    history = Recording(SoftmaxModel([10], rng=0), small).train(2)
    assert history.step == [2, 4, 6, 8, 10, 12, 14, 16, 18, 20]
    np.testing.assert_allclose(history.train_loss, np.reshape(steps, (10, 2)).mean(axis=1))
    assert {len(values) for values in history} == {10}


def test_training_has_one_blas_thread_and_leaves_the_number_as_it_was(small):
    def threads():
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    during, trainer = [], SoftmaxTrainer(SoftmaxModel([10], rng=0), small)
    with threadpool_limits(2, user_api="blas"):
        before = threads()
        trainer.train(1, lambda: during.append(threads()))
        assert threads() == before
    assert during and all(set(counts) <= {1} for counts in during)


def stopped_after(losses, patience=50):
    """(validations made, best weights' validation) where validation gives these losses."""
    zeros = Dataset(np.zeros((5, 1)), np.eye(10)[:5], np.zeros((1, 1)), np.eye(10)[:1])

    class Scripted(SoftmaxTrainer):
        def validation_step(self):
            self.model.ws[0][:] = len(self.history.step)   # changed in place, as training does
            return losses[len(self.history.step)], 0.0

    trainer = Scripted(SoftmaxModel([10], num_inputs=1), zeros, batch_size=1, patience=patience)
    trainer.train(len(losses) // 5)
    return len(trainer.history.step), int(trainer.model.ws[0][0, 0]), trainer.best_step


def test_early_stopping_counts_validations_since_the_best_and_restores_a_copy():
    falling = [3.0, 2.0, 9.0, 1.5, 1.0]                     # starts above 1, has a spike
    assert stopped_after(falling + [1.0] * 95) == (55, 4, 5)  # a tie is no gain
    late = falling + [2.0] * 49 + [0.9] + [2.0] * 95
    assert stopped_after(late) == (105, 54, 55)             # the count starts again
    assert stopped_after([1.0 / (1 + i) for i in range(100)])[:2] == (100, 99)
    assert stopped_after(falling + [1.0] * 20, patience=3)[:2] == (8, 4)


def test_without_early_stopping_the_weights_of_the_last_epoch_stay(small, monkeypatch):
    monkeypatch.setattr(SoftmaxTrainer, "stop_early", lambda self, val_loss: None)  # as handed out
    experiment = replace(BASELINE, neurons_per_layer=(10,), num_epochs=2)
    found = run(experiment, 0, small)
    assert found.best_step == found.history.step[-1] == 20
    assert found.val_loss == pytest.approx(found.history.val_loss[-1])


def test_a_loss_that_is_not_finite_ends_training_with_step_and_advice(small):
    trainer = SoftmaxTrainer(SoftmaxModel([10]), small, learning_rate=1e308)
    with pytest.raises(FloatingPointError, match=r"gradient step \d+, with learning rate 1e\+308: "
                                               "try a tenth of it"):
        trainer.train(5)


@pytest.mark.parametrize("options, problem", [
    ({"learning_rate": 0}, "learning_rate is 0, expected a number above 0: try 0.1"),
    ({"learning_rate": -1}, "learning_rate is -1"), ({"learning_rate": np.nan}, "rate is nan"),
    ({"learning_rate": np.inf}, "learning_rate is inf, expected a number below inf"),
    ({"batch_size": 321}, "batch_size is 321, expected a whole number from 1 to 320"),
    ({"batch_size": 0}, "batch_size is 0"), ({"batch_size": 2.5}, "batch_size is 2.5"),
])
def test_misuse_of_the_trainer_is_refused(small, options, problem):
    with pytest.raises(ValueError, match=problem):
        SoftmaxTrainer(SoftmaxModel([10]), small, **options)


def test_import_draws_nothing_and_prints_nothing():
    import subprocess
    import sys
    code = ("import sys, task4; "
            "sys.exit(any(name in sys.modules for name in ('matplotlib', 'IPython')))")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT,
                          capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize("broken", [
    lambda z: np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), 0.1), lambda z: np.abs(z)])
def test_the_gradient_check_says_what_drops_the_imaginary_part(monkeypatch, broken):
    monkeypatch.setattr(task2, "sigmoid", broken)
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(4, 785)), np.eye(10)[:4]
    with pytest.raises(ValueError, match="weights of layer 1 in the complex step.*imaginary part"):
        gradient_check(SoftmaxModel([5, 10]), X, Y)
