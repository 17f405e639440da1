"""Curves show the runs: the mean as a line, the spread as a band, and what is not finite as a gap."""

import io
import math
import subprocess
import sys

import numpy
import pytest
from matplotlib.text import Text

from minigrad.errors import MinigradError
from minigrad.plot import comparison, curves, frequencies
from minigrad.plot.curves import band
from minigrad.plot.picture import Picture
from minigrad.plot.style import styles

RUNS = {
    "sgd": [([2.0, 1.0, 0.5], [0.3, 0.6, 0.80]), ([2.2, 0.8, 0.3], [0.2, 0.7, 0.90])],
    "adam": [([1.5, 0.4, 0.1], [0.5, 0.8, 0.95]), ([1.4, 0.5, 0.2], [0.4, 0.8, 0.97])],
}


def test_lines_are_means_and_bands_reach_from_the_lowest_to_the_highest():
    figure = curves(RUNS, "two")
    losses, errors = figure.axes
    assert figure.get_suptitle() == "two"
    for axes, values in ((losses, lambda run: run[0]), (errors, lambda run: 1 - numpy.array(run[1]))):
        for line, shade, (name, several) in zip(axes.lines, axes.collections, RUNS.items(), strict=True):
            table = numpy.array([values(run) for run in several])
            numpy.testing.assert_allclose(line.get_ydata(), table.mean(0))
            assert line.get_xdata().tolist() == [1, 2, 3]
            assert line.get_label() == name
            assert line.get_color() == styles(RUNS)[name].colour
            corners = shade.get_paths()[0].vertices
            for epoch in (1, 2, 3):
                heights = corners[corners[:, 0] == epoch, 1]
                assert (heights.min(), heights.max()) == pytest.approx(
                    (table[:, epoch - 1].min(), table[:, epoch - 1].max())
                )


def test_the_accuracy_is_named_in_words_and_the_share_of_errors_is_its_height():
    axes = curves(RUNS).axes[1]
    assert axes.yaxis_inverted()
    ticks = dict(zip([text.get_text() for text in axes.get_yticklabels()], axes.get_yticks()))
    assert ticks["90 %"] == pytest.approx(0.1)


def test_a_single_run_has_no_band():
    assert len(curves({"sgd": RUNS["sgd"][:1]}).axes[0].collections) == 0


def test_a_run_that_diverges_is_drawn_as_far_as_it_goes():
    line = curves({"bad": [([2.0, math.inf, math.nan], [0.1] * 3)]}).axes[0].lines[0]
    assert numpy.isfinite(line.get_ydata()).tolist() == [True, False, False]


@pytest.mark.parametrize("epochs", [1, 2])
def test_perfect_accuracy_zero_loss_and_a_single_epoch_can_be_drawn(epochs, tmp_path):
    figure = curves({"perfect": [([0.0] * epochs, [1.0] * epochs)], "hopeless": [([1.0] * epochs, [0.0] * epochs)]})
    figure.savefig(tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_matplotlib_is_imported_only_when_something_is_drawn():
    code = "import sys, minigrad.plot, minigrad.cli; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_band_may_stand_over_other_places_than_epochs():
    axes = Picture().subplots()
    band(axes, "sgd", [[1.0, 2.0], [3.0, 6.0]], styles(["sgd"])["sgd"], [0.1, 10.0])
    assert axes.lines[0].get_xydata().tolist() == [[0.1, 2.0], [10.0, 4.0]]
    corners = axes.collections[0].get_paths()[0].vertices
    assert sorted(corners[corners[:, 0] == 10.0, 1])[:1] == [2.0]


@pytest.mark.parametrize("draw", [curves, comparison])
@pytest.mark.parametrize(
    ("runs", "sentence"),
    [
        ({"sgd": [2.0, 1.0]}, r"runs\['sgd'\]=\[2.0, 1.0\] cannot be drawn; expected a list of runs"),
        ({"sgd": ([2.0, 1.0], [0.3, 0.6])}, r"expected a list of runs, \(losses, accuracies\): \{'sgd': \[\(\["),
        ({"sgd": []}, r"runs\['sgd'\]=\[\] cannot be drawn"),
        (
            {"sgd": [([2.0, 1.0], [0.3, 0.6]), ([2.0], [0.3])]},
            r"runs\['sgd'\] are of different lengths; expected equally",
        ),
        ({}, "no runs to draw"),
        ({0.1: [([2.0], [0.3])]}, "runs has 0.1 as a name; expected text"),
        ([2.0, 1.0], r"runs=\[2.0, 1.0\] cannot be drawn; expected a dict"),
    ],
)
def test_a_list_of_losses_in_place_of_runs_is_refused_with_an_example(draw, runs, sentence):
    with pytest.raises(MinigradError, match=sentence):
        draw(runs)
    draw({"sgd": [([2.0, 1.0], [0.3, 0.6])]})  # the example


def test_an_argument_that_there_is_not_is_named_with_its_function():
    with pytest.raises(TypeError, match=r"curves\(\) got an unexpected keyword argument 'titel'"):
        curves(RUNS, titel="two")


@pytest.mark.parametrize("name", ["_mine", "$5 or $6", "$\\frac{$"])
def test_names_and_titles_are_shown_as_they_stand(name):
    runs = {name: RUNS["sgd"], "adam": RUNS["adam"]}
    for figure in (curves(runs, name), comparison(runs), frequencies({name: 2, "wrong-sign": 1}, name)):
        figure.savefig(io.BytesIO(), format="svg")  # which reads formulas
        texts = [text for text in figure.findobj(Text) if text.get_text() == name and text.get_visible()]
        assert texts and not any(text.get_parse_math() for text in texts)
    (_, right) = curves(runs).axes
    shown = {text.get_text(): text.get_color() for text in right.get_legend().get_texts()}
    assert shown == {key: style.colour for key, style in styles(runs).items()}


@pytest.mark.parametrize("draw", [curves, comparison])
def test_losses_three_hundred_decades_apart_can_be_drawn(draw):
    """Farther apart, Matplotlib's margins overflow."""
    draw({"sgd": [([1e-150, 1e150], [0.5, 0.6])], "adam": [([1.0, 1e-150], [0.5, 0.6])]}).savefig(io.BytesIO())


@pytest.mark.parametrize("draw", [curves, comparison])
@pytest.mark.parametrize(
    ("run", "sentence"),
    [
        (([2.0, 1.0], [30.0, 97.0]), "has the accuracy 97; expected shares between 0 and 1, such as 0.97"),
        (([2.0, 1.0], [0.5, math.inf]), "has the accuracy inf; expected shares"),
        (([2.0, -1.0], [0.5, 0.6]), "has the loss -1, but losses are drawn on a logarithmic axis"),
        (([1.0, 1e300], [0.5, 0.6]), r"has the loss 1e\+300; losses are drawn from 1e-150 to 1e\+150"),
        (([1e-310, 1.0], [0.5, 0.6]), "has the loss 1e-310; losses are drawn"),
        (([2.0, 1.0, 0.5], [0.5, 0.6]), "has 3 losses and 2 accuracies; expected one of each"),
        (([], []), "has 0 losses and 0 accuracies; .* at least one epoch"),
    ],
)
def test_what_would_be_left_out_or_drawn_in_a_wrong_place_is_refused(draw, run, sentence):
    """97 was drawn as 99.9 %, a negative loss was left out, and the third epoch had the accuracy of the second."""
    with pytest.raises(MinigradError, match=sentence):
        draw({"sgd": [run]})
    draw({"sgd": [([2.0, math.nan], [0.5, math.nan])]})


@pytest.mark.parametrize("draw", [curves, comparison])
def test_thirty_optimizers_with_long_names_leave_room_for_their_lines(draw):
    """The legend was higher than the picture, which Matplotlib then left as it was, in a warning."""
    runs = {f"mine, momentum 0.9, wd 0.0001, epsilon {k}": [([2.0, 1 / (k + 1)], [0.3, 0.9])] * 2 for k in range(30)}
    figure = draw(runs)
    figure.draw_without_rendering()
    axes = next(axes for axes in figure.axes if axes.get_legend())
    shown = axes.get_legend().get_texts()
    assert len({text.get_text() for text in shown}) == 30
    assert all(text.get_window_extent().y0 >= 0 for text in shown)
    assert axes.get_window_extent().width > figure.bbox.width / 4


def test_epochs_are_whole_numbers_even_if_there_is_only_one():
    figure = curves({"sgd": [([1.0], [0.5])]})
    low, high = figure.axes[0].get_xlim()
    assert [tick for tick in figure.axes[0].get_xticks() if low <= tick <= high] == [1]
