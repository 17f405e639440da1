"""A race shows how high the recorded walks stand above the minimum."""

import numpy
import pytest

from minigrad import optimizer, plot
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
