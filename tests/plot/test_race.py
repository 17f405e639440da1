"""A race shows how high the recorded walks stand above the minimum."""

import numpy
import pytest

from minigrad import optimizer, plot
from minigrad.errors import ArgumentError
from minigrad.plot.surfaces import SURFACES
from tests.plot.walked import HISTORIES, RULES, lines


def test_a_race_shows_heights_above_the_minimum_and_a_band_of_the_middle_half():
    figure = plot.race(HISTORIES)
    (axes,) = figure.axes
    assert axes.get_yscale() == "log"
    for line, history in zip(lines(axes).values(), HISTORIES, strict=True):
        numpy.testing.assert_allclose(line.get_ydata(), [0.1 * x * x + 2 * y * y for x, y in history.positions])
        assert line.get_xdata().tolist() == list(range(31))
    low, high = axes.collections[0].get_paths()[0].vertices[:, 1].min(), HISTORIES[0].losses.max()
    assert 0 < low < high
    saddle = plot.race(plot.record(RULES[0], "saddle", steps=30))
    (line,) = lines(saddle.axes[0]).values()
    x, y = line.whole[0, 1], SURFACES["saddle"](*SURFACES["saddle"].start) + 0.25
    assert x == pytest.approx(y)


def test_a_race_without_a_known_minimum_has_plain_heights():
    history = plot.record(RULES[0], lambda x, y: x + y, steps=5)
    (axes,) = plot.race(history).axes
    assert axes.get_yscale() == "linear" and axes.get_ylabel() == "height"
    (line,) = lines(axes).values()
    assert line.get_ydata() == pytest.approx([-0.4 * k for k in range(6)])


def test_a_race_in_which_one_diverges_can_be_drawn():
    figure = plot.race([RULES[0], optimizer.SGD(learning_rate=10)], "rosenbrock", steps=50)
    figure.draw_without_rendering()


def test_a_walk_that_reaches_the_minimum_leaves_the_picture_at_the_bottom():
    """Its line and its head were missing from the first step on."""
    bowl = plot.Surface("bowl", lambda x, y: x**2 + y**2, minima=((0.0, 0.0),))
    (axes,) = plot.race(optimizer.SGD(learning_rate=0.5), bowl, steps=5).axes
    (line,) = lines(axes).values()
    heights, (bottom, _) = line.get_ydata(), axes.get_ylim()
    assert heights[0] == 8 and (heights[1:] > 0).all() and (heights[1:] < bottom).all()


def test_a_race_without_a_known_minimum_in_which_one_diverges_can_be_drawn():
    """The others were a flat line at the bottom, below 10 to the power of 300."""
    figure = plot.race([optimizer.SGD(learning_rate=10.0), RULES[0]], lambda x, y: x**2 + 3 * y**2, steps=500)
    figure.draw_without_rendering()
    (low, high), start = figure.axes[0].get_ylim(), 4 + 3 * 4
    assert -start < low < 0 < start < high < 3 * start


def test_a_race_from_the_minimum_is_refused():
    with pytest.raises(ArgumentError, match="valley: the start has the height 0 above the minimum; expected a higher"):
        plot.race("sgd", "valley", start=(0, 0), steps=2)
