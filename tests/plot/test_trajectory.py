"""A trajectory shows the recorded way over the surface, in the look of its rule."""

import numpy
import pytest

from minigrad import optimizer, plot
from minigrad.plot.style import styles
from minigrad.plot.surfaces import SURFACES
from tests.plot.walked import HISTORIES, lines


def test_a_trajectory_is_the_recorded_way_over_the_surface():
    figure = plot.trajectory(HISTORIES)
    (axes,) = figure.axes
    for (label, line), history in zip(lines(axes).items(), HISTORIES, strict=True):
        numpy.testing.assert_array_equal(line.get_xydata(), history.positions)
        assert label.startswith(f"{history.name}: rate {history.optimizer.lr:g}, ends ")
        assert line.get_color() == styles([history.name])[history.name].colour
    stars = [line.get_xydata().tolist() for line in axes.lines if line.get_marker() == "*"]
    assert stars == [[[0.0, 0.0]]]
    (start,) = [line.get_xydata().tolist() for line in axes.lines if line.get_label() == "_start"]
    assert start == [[-5.0, -2.0]]


def test_two_walks_of_one_rule_differ_in_colour_and_name_their_rate_once():
    slow, fast = (optimizer.SGD(learning_rate=rate) for rate in (0.05, 0.3))
    (axes,) = plot.trajectory([slow, fast], "valley", steps=5).axes
    drawn = lines(axes)
    assert len({line.get_color() for line in drawn.values()}) == 2
    assert [label.partition(", ends")[0] for label in drawn] == ["sgd: rate 0.05", "sgd: rate 0.3"]


def test_a_surface_with_a_pole_has_its_contours_elsewhere():
    def pole(x, y):
        return 1 / x**2 + y**2

    figure = plot.trajectory(optimizer.SGD(learning_rate=0.05), pole, start=(1, 2), steps=3)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    (drawn,) = {tuple(contour.levels) for contour in axes.collections}
    assert numpy.isfinite(drawn).all()
    x, y = numpy.meshgrid(*(numpy.linspace(*limits, 241) for limits in (axes.get_xlim(), axes.get_ylim())))
    finite = pole(x[x != 0], y[x != 0])
    assert drawn[0] == finite.min() and drawn[-1] == finite.max()


@pytest.mark.parametrize("name", SURFACES)
def test_every_surface_is_drawn_with_its_minima_and_a_gradient_is_at_right_angles_to_its_contours(name):
    figure = plot.trajectory(optimizer.Adam(learning_rate=0.1), name, steps=5)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    stars = {tuple(line.get_xydata()[0]) for line in axes.lines if line.get_marker() == "*"}
    assert stars == set(SURFACES[name].minima)
    assert axes.get_aspect() == 1
    assert axes.get_xlim()[0] <= SURFACES[name].view[0][0] and axes.get_ylim()[1] >= SURFACES[name].view[1][1]


def test_a_start_outside_the_view_is_seen_and_a_divergence_does_not_move_the_view_away():
    (axes,) = plot.trajectory(optimizer.SGD(learning_rate=0.1), "valley", start=(-20, 0), steps=5).axes
    assert axes.get_xlim()[0] < -20
    (axes,) = plot.trajectory(optimizer.SGD(learning_rate=5), "valley", steps=100).axes
    assert axes.get_ylim()[1] < 10


def test_a_rule_whose_name_begins_with_an_underscore_is_named():
    class _Mine(optimizer.SGD):
        pass

    figure = plot.trajectory([_Mine(learning_rate=0.1), optimizer.SGD(learning_rate=0.2)], steps=3)
    mine, sgd = figure.axes[0].get_legend().get_texts()
    assert mine.get_text().startswith("_mine: rate 0.1") and sgd.get_text().startswith("sgd: rate 0.2")
    assert mine.get_color() != sgd.get_color()
