"""The picture of a comparison shows every run, says what can be told apart, and is large enough to read."""

import math
import statistics

import numpy
import pytest
from matplotlib.text import Text

from minigrad.plot import comparison
from minigrad.plot.style import SMALLEST, families, styles
from minigrad.ties import finding, verdict

NAMES = ["sgd", "nag", "adam", "lion", "lars", "mine"]


def made(names, seeds=3, epochs=20):
    rng = numpy.random.default_rng(0)
    epoch = numpy.arange(epochs)
    runs = {}
    for place, name in enumerate(names):
        falls = 0.2 - 0.02 * place + 0.005 * rng.normal(size=seeds)
        runs[name] = [
            ((2.3 * numpy.exp(-fall * epoch)).tolist(), (0.98 - 0.8 * numpy.exp(-fall * epoch)).tolist())
            for fall in falls
        ]
    return runs


def parts(figure):
    """The panels of the families, and the two below."""
    *above, left, right = [axes for axes in figure.axes if axes.axison]
    return above, left, right


def test_each_family_has_a_panel_with_the_means_and_bands_of_its_members():
    runs = made(NAMES)
    above, _, _ = parts(comparison(runs))
    assert {axes.get_title(loc="left"): [line.get_label() for line in axes.lines] for axes in above} == families(NAMES)
    for axes in above:
        for line, shade in zip(axes.lines, axes.collections, strict=True):
            losses = numpy.array([loss for loss, _ in runs[line.get_label()]])
            numpy.testing.assert_allclose(line.get_ydata(), losses.mean(0))
            assert shade.get_paths()[0].vertices[:, 1].max() == pytest.approx(losses.max())
        named = [text.get_text() for text in axes.get_legend().get_texts()]
        assert named == [line.get_label() for line in axes.lines]


def test_below_are_the_last_values_in_order_with_the_places_that_cannot_be_ruled_out():
    runs = made(NAMES)
    figure = comparison(runs)
    _, *below = parts(figure)
    found = verdict(runs)
    assert figure.get_suptitle() == finding(found)
    for axes, ties, last, average in (
        (below[0], found.loss, lambda run: run[0][-1], statistics.geometric_mean),
        (below[1], found.accuracy, lambda run: 100 * run[1][-1], statistics.fmean),
    ):
        names = [label.get_text() for label in axes.get_yticklabels()]
        assert names == list(ties.places)
        for row, name in enumerate(names):
            values = [last(run) for run in runs[name]]
            span, dots, mean = axes.lines[3 * row : 3 * row + 3]
            assert span.get_xdata().tolist() == [min(values), max(values)]
            assert dots.get_xdata().tolist() == values
            assert mean.get_xdata()[0] == pytest.approx(average(values))
            assert mean.get_marker() == styles(names)[name].marker
        heading, *shown = [text.get_text() for text in axes.texts]
        assert heading == "place"
        assert shown == [f"{a}" if a == b else f"{a}-{b}" for a, b in ties.places.values()]
        assert len({place for place, _ in ties.places.values()}) > 1
        (grey,) = axes.patches  # behind those that cannot be told apart from the best
        assert grey.get_height() == pytest.approx(-len(ties.first)) or grey.get_height() == len(ties.first)


@pytest.mark.parametrize("names", [NAMES, ["sgd", "adam"], ["adam"]])
def test_no_text_is_too_small_and_no_label_overlaps_another(names):
    figure = comparison(made(names))
    figure.draw_without_rendering()
    shown = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    assert min(text.get_fontsize() for text in shown) >= SMALLEST
    for axes in parts(figure)[1:]:
        rows = sorted((Text.get_window_extent(text) for text in axes.texts), key=lambda box: box.y0)
        assert all(upper.y0 > lower.y1 for lower, upper in zip(rows, rows[1:]))
    titles = [text for text in shown if text.get_text() in (figure.get_suptitle(), *families(names))]
    titles += [text for text in shown if text.get_text().startswith("Above:")]
    legends = [text for axes in parts(figure)[0] for text in axes.get_legend().get_texts()]
    for text in [*titles, *legends, *(text for axes in figure.axes for text in axes.texts)]:
        box = text.get_window_extent()
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1


def test_what_diverged_is_named_and_has_no_place():
    runs = made(["sgd", "adam"]) | {"nag": [([2.0, *[math.nan] * 19], [0.1] * 20)] * 3}
    figure = comparison(runs)
    _, left, _ = parts(figure)
    assert "nag" not in [label.get_text() for label in left.get_yticklabels()]
    assert any("Diverged, so without a place: nag." in text.get_text() for text in figure.findobj(Text))


def test_a_comparison_in_which_all_diverged_can_be_drawn():
    figure = comparison({"sgd": [([math.nan], [0.1])] * 2})
    figure.draw_without_rendering()
    assert figure.get_suptitle().startswith("No optimizer converged")


def test_one_seed_and_one_epoch_can_be_drawn():
    figure = comparison(made(NAMES, seeds=1, epochs=1))
    assert figure.get_suptitle() == "One seed cannot tell 6 optimizers apart"
    assert any("no spread" in text.get_text() for text in figure.findobj(Text))
