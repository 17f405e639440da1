"""The picture of rates has a median and a band for each rate, and names the range of the good ones."""

import numpy
import pytest

from minigrad import optimizer, plot
from minigrad.errors import ArgumentError, KindError
from minigrad.plot.rates import span
from minigrad.plot.runs import nearby
from minigrad.plot.tuning import end

TRIED = (0.01, 0.05, 0.2, 0.5, 2.0)


def test_each_point_is_the_median_of_the_walks_at_its_rate():
    figure = plot.rates(["sgd", "adam"], "valley", steps=20, tried=TRIED)
    (axes,) = figure.axes
    for line, cls in zip(axes.lines, (optimizer.SGD, optimizer.Adam), strict=True):
        for rate, height in zip(line.get_xdata(), line.get_ydata(), strict=True):
            first = plot.record(cls(learning_rate=rate), "valley", steps=20)
            ends = [min(end(walk), 100 * first.losses[0]) for walk in (first, *nearby(first))]
            assert height == pytest.approx(sorted(ends)[2])
        assert line.get_xdata().tolist() == list(TRIED)
    assert axes.get_xscale() == axes.get_yscale() == "log"


def test_the_range_is_that_in_which_gradient_descent_is_within_ten_times_its_best():
    """From (-5, 0) each step multiplies the height by (1 - 0.2 η)², nearby starts alike, as long as y plays no part."""
    tried = (0.1, 0.5, 1.0, 2.0, 5.0)
    figure = plot.rates("sgd", lambda x, y: 0.1 * x**2 + 0 * y, start=(-5, 0), steps=10, tried=tried)
    heights = [(1 - 0.2 * rate) ** 20 for rate in tried]
    good = [rate for rate, height in zip(tried, heights) if height <= 10 * max(min(heights), 1e-12)]
    assert good == [5.0]  # where it reaches the minimum in one step
    assert figure.get_suptitle() == "The good rates of sgd span a factor of at least 1"
    assert figure.axes[0].get_legend().get_texts()[0].get_text().endswith("good rates 5")


@pytest.mark.parametrize(
    ("heights", "expected"),
    [
        ([1, 1, 1, 1], (1, 4)),
        ([1, 50, 5, 50], (1, 1)),
        ([50, 9, 1, 11], (2, 3)),
        ([numpy.inf, numpy.inf, 3, numpy.inf], (3, 3)),
        ([numpy.inf] * 4, None),
    ],
)
def test_good_rates_are_next_to_the_best_one(heights, expected):
    assert span([1, 2, 3, 4], numpy.array(heights, "float64"), 0) == expected


def test_a_rule_that_always_diverges_is_drawn_and_said():
    figure = plot.rates("sgd", "rosenbrock", steps=50, tried=(10, 100))
    assert figure.get_suptitle() == "None of these rates is good: all diverge"
    assert figure.axes[0].get_legend().get_texts()[0].get_text() == "sgd: ends at inf, good rates at no rate"
    figure.draw_without_rendering()


def test_what_cannot_be_drawn_is_refused_with_what_to_do():
    with pytest.raises(ArgumentError, match="adadelta has no learning rate that could be varied; leave it out"):
        plot.rates(["sgd", "adadelta"], steps=2)
    with pytest.raises(ArgumentError, match="give at least one optimizer and one rate"):
        plot.rates([], steps=2)
    with pytest.raises(KindError, match="a rate='fast' cannot be used; expected a positive number"):
        plot.rates("sgd", tried=["fast"])


def test_no_rule_wins_among_equally_wide_ranges():
    figure = plot.rates(["sgd", "signum"], "valley", steps=20, tried=(0.01, 0.1))
    title = figure.get_suptitle().replace("\n", " ")
    assert title == "sgd and signum have equally wide ranges of good rates: a factor of at least 10"
    for text in figure.axes[0].get_legend().get_texts():
        assert text.get_text().endswith("good rates 0.01 to 0.1")


@pytest.mark.parametrize("draw", [plot.rates, plot.heatmap])
def test_heights_below_zero_are_not_compared_by_factors(draw):
    """They were drawn as if they were almost 0, and called equally low."""

    def bowl(x, y):
        return x**2 + y**2 - 5

    with pytest.raises(ArgumentError, match=r"bowl: a walk ends at -5, a height of a .* Surface\(name, function, min"):
        draw("sgd", bowl, steps=60, tried=(0.1, 0.2))
    known = plot.Surface("bowl", bowl, minima=((0, 0),), start=(-2, 2))
    figure = draw("sgd", known, steps=20, tried=(0.01, 0.02))
    height = 8 * 0.96 ** (2 * 19.5)
    drawn = (
        figure.axes[0].lines[0].get_ydata()[1]
        if draw is plot.rates
        else figure.axes[0].collections[0].get_array()[0, 1]
    )
    assert drawn == pytest.approx(height, rel=0.5)
    with pytest.raises(ArgumentError, match="bowl: the start has the height 0 above the minimum; expected a higher"):
        draw("sgd", known, start=(0, 0), steps=2, tried=(0.1,))


def test_what_is_below_rounding_is_not_said_to_be_an_end_and_a_rate_given_twice_is_tried_once():
    figure = plot.rates("sgd", plot.Surface("bowl", lambda x, y: x**2 + y**2, minima=((0, 0),)), tried=(0.5, 0.5))
    assert figure.axes[0].get_legend().get_texts()[0].get_text() == "sgd: ends below 8e-12, good rates 0.5"
    assert figure.axes[0].lines[0].get_xdata().tolist() == [0.5]
    figure.draw_without_rendering()


def test_a_name_has_no_rate_where_the_rate_is_varied():
    """Two entries said that one and the same curve was at rate 0.1 and at rate 0.2."""
    rules = [optimizer.SGD(learning_rate=0.1), optimizer.SGD(learning_rate=0.2), optimizer.SGD(momentum=0.5)]
    figure = plot.rates(rules, steps=5, tried=(0.01, 0.02))
    entries = [text.get_text().partition(":")[0] for text in figure.axes[0].get_legend().get_texts()]
    assert entries == ["sgd, number 1", "sgd, number 2", "sgd, momentum 0.5"]
