"""The panels show the recorded states of one rule, beside its way."""

import numpy
import pytest

from minigrad import lr_scheduler, optimizer, plot
from minigrad.errors import ArgumentError
from minigrad.plot.growing import Growing
from tests.plot.walked import HISTORIES, lines


def test_states_are_the_recorded_ones_for_x_and_for_y():
    rule = optimizer.Adam(lr_scheduler=lr_scheduler.FactorScheduler(5, 0.5, base_lr=0.5))
    history = plot.record(rule, "valley", steps=30)
    left, *right = plot.states(history).axes
    numpy.testing.assert_array_equal(next(iter(lines(left).values())).get_xydata(), history.positions)
    shown = {axes.get_title(loc="left"): axes.findobj(Growing) for axes in right}
    assert list(shown) == ["gradient", "mean", "var", "step length", "rate"]
    for name, values in {"gradient": history.gradients, **history.states}.items():
        for k, line in enumerate(shown[name]):
            numpy.testing.assert_array_equal(line.get_ydata(), values[:, k])
        assert len(shown[name]) == 2
    lengths = [numpy.hypot(*(b - a)) for a, b in zip(history.positions, history.positions[1:])]
    assert shown["step length"][0].get_ydata() == pytest.approx(lengths)
    assert shown["rate"][0].get_ydata()[[0, -1]] == pytest.approx([0.5, 0.5 * 0.5**5])


def test_states_of_several_rules_are_refused_with_what_to_do():
    with pytest.raises(ArgumentError, match="states shows one rule, but got 2; draw each in a picture of its own"):
        plot.states(HISTORIES)


def test_the_legend_does_not_run_into_the_curves():
    figure = plot.states(optimizer.SGD(learning_rate=0.05, momentum=0.9), "valley", steps=60)
    figure.draw_without_rendering()
    left, *right = figure.axes
    nearest = min(axes.get_tightbbox().x0 for axes in right)
    assert left.get_legend().get_window_extent().x1 < nearest


@pytest.mark.parametrize(("height", "power"), [(1e-4, "e−"), (1e9, "e+"), (1.0, "")])
def test_a_power_of_ten_stands_at_its_ticks_and_not_in_the_title(height, power):
    """Matplotlib wrote 1e275 above the axes, and moved their title into that of the picture."""
    figure = plot.states(optimizer.Adam(learning_rate=0.1), lambda x, y: height * (x**2 + y**2), steps=20)
    figure.draw_without_rendering()
    var = next(axes for axes in figure.axes if axes.get_title(loc="left") == "var")
    assert var.yaxis.get_offset_text().get_text() == ""
    assert power in var.get_yticklabels()[-1].get_text()
