"""The pictures of walks show the numbers of the recordings, in the looks of their rules, and can be read."""

import numpy
import pytest
from matplotlib.text import Text

from minigrad import lr_scheduler, optimizer, plot
from minigrad.plot.growing import Growing
from minigrad.plot.style import SMALLEST, styles
from minigrad.plot.surfaces import SURFACES

RULES = [optimizer.SGD(learning_rate=0.2), optimizer.Adam(learning_rate=0.5)]
HISTORIES = [plot.record(rule, "valley", steps=30) for rule in RULES]


def lines(axes):
    """Label -> the line of a rule, without the markers at the ends of lines."""
    return {line.get_label(): line for line in axes.findobj(Growing) if not line.get_label().startswith("_")}


def test_a_trajectory_is_the_recorded_way_over_the_surface():
    figure = plot.trajectory(HISTORIES)
    (axes,) = figure.axes
    for (label, line), history in zip(lines(axes).items(), HISTORIES, strict=True):
        numpy.testing.assert_array_equal(line.get_xydata(), history.positions)
        assert label.startswith(f"{history.name}: rate {history.optimizer.lr:g}, ends at ")
        assert line.get_color() == styles([history.name])[history.name].colour
    stars = [line.get_xydata().tolist() for line in axes.lines if line.get_marker() == "*"]
    assert stars == [[[0.0, 0.0]]]
    (start,) = [line.get_xydata().tolist() for line in axes.lines if line.get_label() == "_start"]
    assert start == [[-5.0, -2.0]]


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


def test_states_are_the_recorded_ones_for_x_and_for_y():
    rule = optimizer.Adam(lr_scheduler=lr_scheduler.FactorScheduler(5, 0.5, base_lr=0.5))
    history = plot.record(rule, "valley", steps=30)
    left, *right = plot.states(history).axes
    numpy.testing.assert_array_equal(next(iter(lines(left).values())).get_xydata(), history.positions)
    shown = {axes.get_title(loc="left"): axes.findobj(Growing) for axes in right}
    assert list(shown) == ["gradient", "mean", "var", "length of the step", "rate"]
    for name, values in {"gradient": history.gradients, **history.states}.items():
        for k, line in enumerate(shown[name]):
            numpy.testing.assert_array_equal(line.get_ydata(), values[:, k])
        assert len(shown[name]) == 2
    lengths = [numpy.hypot(*(b - a)) for a, b in zip(history.positions, history.positions[1:])]
    assert shown["length of the step"][0].get_ydata() == pytest.approx(lengths)
    assert shown["rate"][0].get_ydata()[[0, -1]] == pytest.approx([0.5, 0.5 * 0.5**5])


@pytest.mark.parametrize(
    "figure",
    [
        lambda: plot.trajectory(["sgd", "nag", "adam", "lion", "ftrl"], "beale", steps=20),
        lambda: plot.race(["sgd", "nag", "adam", "lion", "ftrl"], "beale", steps=20),
        lambda: plot.states("ftml", "beale", steps=20),
    ],
    ids=["trajectory", "race", "states"],
)
def test_no_text_is_too_small_or_leaves_the_picture(figure):
    drawn = figure()
    drawn.draw_without_rendering()
    for text in drawn.findobj(Text):
        if text.get_visible() and text.get_text().strip():
            assert text.get_fontsize() >= SMALLEST
    inked, (width, height) = drawn.get_tightbbox(), drawn.get_size_inches()
    assert inked.x0 >= 0 and inked.y0 >= 0 and inked.x1 <= width and inked.y1 <= height
