"""Batches, tables and drawing."""
import numpy as np
import pytest

from utils import (Table, all_below, as_formula, batch_loader, expect, generators,
                   mean_and_spread, new_figure, pick_colour, plot_confusion, plot_images,
                   plot_loss, save_figure)


@pytest.mark.parametrize("arguments, limits, message", [
    (([[1, 2]], "X", (None, 3), "add a column"), {},
     "X has the shape (1, 2), expected (N, 3): add a column"),
    ((5, "X", (None,)), {}, "X has the shape (), expected (N,)"),
    (([], "X", (None,)), {}, "X has the shape (0,), expected (N,)"),
    ((-1, "rate", (), "try 0.1"), {"above": 0}, "rate is -1, expected a number above 0: try 0.1"),
    ((np.nan, "rate"), {"above": 0}, "rate is nan, expected a number above 0"),
    ((1, "gamma"), {"at_least": 0, "below": 1}, "gamma is 1, expected a number below 1"),
    (([0, 256], "X", (2,)), {"at_least": 0, "at_most": 255},
     "X holds 256, expected a number at most 255"),
    (([0, np.nan], "X", (2,)), {"at_least": 0}, "X holds nan, expected a number at least 0"),
    ((2.5, "size"), {"among": range(1, 9)}, "size is 2.5, expected a whole number from 1 to 8"),
])
def test_expect_says_what_was_given_expected_and_is_to_be_done(arguments, limits, message):
    with pytest.raises(ValueError) as refusal:
        expect(*arguments, **limits)
    assert str(refusal.value) == message


def test_expect_lets_pass_what_is_right():
    expect(np.zeros((4, 3)), "X", (None, 3), at_least=0, at_most=0)
    expect(0.5, "gamma", at_least=0, below=1)
    expect([1, 2.0], "labels", (None,), among=range(3))


def test_batches_cover_every_example_once_and_keep_pairs_together():
    X, Y = np.arange(10), -np.arange(10)
    batches = list(batch_loader(X, Y, 4, shuffle=True, rng=np.random.default_rng(0)))
    assert [len(x) for x, _ in batches] == [4, 4, 2]
    images = np.concatenate([x for x, _ in batches])
    labels = np.concatenate([y for _, y in batches])
    assert sorted(images) == list(X) and list(images) != list(X)
    np.testing.assert_array_equal(images, -labels, strict=True)


def test_without_shuffling_the_order_is_kept():
    batches = list(batch_loader(np.arange(5), np.arange(5), 2))
    assert [list(x) for x, _ in batches] == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize("arguments, problem", [
    ((np.arange(5), np.arange(4), 2), r"Y has the shape \(4,\), expected \(5,\): each image"),
    ((np.arange(5), np.arange(5), 6), "batch_size is 6, expected a whole number from 1 to 5"),
    ((np.arange(5), np.arange(5), 0), "batch_size is 0"),
    ((np.arange(5), np.arange(5), 2, True), "needs a generator"),
])
def test_misuse_of_batch_loader_is_refused(arguments, problem):
    with pytest.raises(ValueError, match=problem):
        next(batch_loader(*arguments))


def test_generators_depend_on_the_seed_only_and_differ():
    (a, b), (c, d), (e, _) = generators(3), generators(3), generators(4)
    first = a.random()
    assert first == c.random() and b.random() == d.random()
    assert first != e.random() and first != generators(3)[1].random()


def test_table_is_text_in_a_terminal_and_markdown_in_a_notebook():
    table = Table(["name", "loss"], [("a long name", 0.5), ("b", 1)])
    assert repr(table) == "name         loss\na long name  0.5\nb            1"
    assert table._repr_markdown_() == ("| name | loss |\n| --- | --- |\n"
                                       "| a long name | 0.5 |\n| b | 1 |")


@pytest.mark.parametrize("number, tex", [
    (5.3e-16, r"$5 \cdot 10^{-16}$"), (0.0123, r"$1 \cdot 10^{-2}$"), (2.1, r"$2 \cdot 10^{0}$")])
def test_a_small_number_is_a_formula_of_one_digit(number, tex):
    assert as_formula(number) == tex


def test_mean_and_spread_is_the_mean_and_half_the_range():
    assert mean_and_spread([1.0, 2.0, 4.0]) == "2.333 ± 1.500"


def test_plot_loss_draws_mean_and_range_up_to_the_shortest_run():
    from matplotlib.figure import Figure
    ax = Figure().subplots()
    line = plot_loss(ax, [1, 2, 3], [[1.0, 2.0, 3.0], [3.0, 4.0]], "two runs")
    np.testing.assert_array_equal(line.get_xydata(), [[1, 2], [2, 3]])
    band, = ax.collections
    assert band.get_datalim(ax.transData).bounds == (1, 1, 1, 3)   # x, y, width, height
    single = plot_loss(ax, [1, 2], [5.0, 6.0], "one run")
    np.testing.assert_array_equal(single.get_ydata(), [5, 6])


def test_all_below_compares_every_seed_with_every_other():
    class Result:
        def __init__(self, loss):
            self.loss = loss

    low, high, across = ([Result(loss) for loss in losses] for losses in ((1, 2), (3, 4), (2, 3)))
    assert all_below(low, high, "loss") and not all_below(high, low, "loss")
    assert not all_below(low, across, "loss")


def test_an_experiment_keeps_its_colour():
    first, second = pick_colour("one"), pick_colour("another")
    assert first != second and [pick_colour("another"), pick_colour("one")] == [second, first]


def test_images_are_drawn_upright_one_on_each_of_the_axes():
    from matplotlib.figure import Figure
    axes = Figure().subplots(1, 2)
    image = np.arange(784)
    plot_images(axes, [image, -image], ["rising", "falling"], limit=900)
    assert [ax.get_title() for ax in axes] == ["rising", "falling"]
    drawn = axes[0].images[0]
    np.testing.assert_array_equal(drawn.get_array(), image.reshape(28, 28))
    assert drawn.get_clim() == (-900, 900)


def test_confusion_shows_every_count_and_colours_the_mistakes():
    from matplotlib.figure import Figure
    ax = Figure().subplots()
    plot_confusion(ax, np.array([[90, 1], [7, 80]]))
    assert [text.get_text() for text in ax.texts] == ["90", "1", "7", "80"]
    np.testing.assert_array_equal(ax.images[0].get_array(), [[0, 1], [7, 0]])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("read as", "digit")


def test_a_figure_is_saved_whole_in_the_build_folder(tmp_path):
    fig, axes = new_figure(columns=3)
    assert len(axes) == 3
    path = save_figure(fig, "three.png")
    assert path == tmp_path / "build" / "figures" / "three.png"
    assert path.read_bytes()[:4] == b"\x89PNG" and len(list(path.parent.iterdir())) == 1


def test_a_figure_is_drawn_for_print_at_200_pixels_an_inch_with_letters_of_8_points():
    fig, (ax, _) = new_figure()
    line = plot_loss(ax, [1, 2], [5.0, 6.0], "one run")
    ax.set(xlabel="gradient steps", title="title")
    ax.legend(handles=[line])
    texts = [*ax.get_xticklabels(), ax.xaxis.label, ax.title, *ax.get_legend().get_texts()]
    assert fig.get_figwidth() == 6.46 and fig.dpi >= 200    # the text of the report is as wide
    assert min(text.get_fontsize() for text in texts) >= 8
