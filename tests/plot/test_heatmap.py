"""The heat map has a cell for each pair, with the median of its walks, and finds the best pair."""

import numpy
import pytest

from minigrad import optimizer, plot
from minigrad.errors import ArgumentError
from minigrad.plot.heatmap import finding
from minigrad.plot.runs import FLOOR, nearby
from minigrad.plot.tuning import end

VALUES, TRIED = (0.0, 0.5, 0.9), (0.02, 0.1, 2.0)


def test_cells_are_medians_and_crosses_are_what_ends_higher_than_it_began():
    figure = plot.heatmap("sgd", "valley", values=VALUES, tried=TRIED, steps=40)
    axes = figure.axes[0]
    cells = axes.collections[0].get_array().reshape(3, 3)
    crosses = {tuple(line.get_xydata()[0]) for line in axes.lines if line.get_marker() == "x"}
    table = numpy.empty((3, 3))
    for row, momentum in enumerate(VALUES):
        for column, rate in enumerate(TRIED):
            first = plot.record(optimizer.SGD(learning_rate=rate, momentum=momentum), "valley", steps=40)
            table[row, column] = sorted(end(walk) for walk in (first, *nearby(first)))[2]
            if table[row, column] < first.losses[0]:
                assert cells[row, column] == pytest.approx(table[row, column])
                assert (column + 0.5, row + 0.5) not in crosses
            else:
                assert (column + 0.5, row + 0.5) in crosses
    row, column = numpy.unravel_index(table.argmin(), table.shape)
    (circle,) = [line.get_xydata()[0].tolist() for line in axes.lines if line.get_marker() == "o"]
    assert circle == [column + 0.5, row + 0.5]
    gain = table[0].min() / table.min()
    title = figure.get_suptitle().replace("\n", " ")
    assert title.startswith(f"sgd is best with momentum {VALUES[row]:g} at rate {TRIED[column]:g}: it ends {gain:.2g}")
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0.02", "0.1", "2"]


@pytest.mark.parametrize(
    ("best", "written"),
    [(0.5, "2 times"), (0.0812, "12 times"), (3.4e-5, "29,000 times"), (7.1e-8, "14,000,000 times")],
)
def test_the_gain_is_written_out_in_two_digits(best, written):
    title = finding("sgd", "momentum", (0.0, 0.9), (0.1,), numpy.array([[1.0], [best]]), 2.0)
    assert title == f"sgd is best with momentum 0.9 at rate 0.1: it ends {written} lower than with momentum 0"


def test_cells_that_reach_the_minimum_are_not_told_apart():
    values, tried = (0.0, 0.3, 0.5, 0.7), (0.2, 0.5)
    figure = plot.heatmap("sgd", "valley", values=values, tried=tried, steps=100)
    reached = []
    for row, momentum in enumerate(values):
        for column, rate in enumerate(tried):
            first = plot.record(optimizer.SGD(learning_rate=rate, momentum=momentum), "valley", steps=100)
            if sorted(end(walk) for walk in (first, *nearby(first)))[2] < 1e-12 * first.losses[0]:
                reached.append((momentum, [column + 0.5, row + 0.5]))
    assert [momentum for momentum, _ in reached] == [0.3, 0.5, 0.7, 0.7]
    assert figure.get_suptitle() == "sgd ends equally low in 4 cells, with momentum 0.3, 0.5, 0.7"
    circles = [line.get_xydata()[0].tolist() for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert circles == [place for _, place in reached]


def test_by_default_the_rates_are_those_around_the_best():
    axes = plot.heatmap("adam", "valley", argument="beta1", values=(0.5,), steps=10).axes[0]
    shown = [float(label.get_text()) for label in axes.get_xticklabels()]
    best = plot.tuned(optimizer.Adam(beta1=0.5), "valley", steps=10).lr
    assert shown.index(best) == 6 and len(shown) == 10 and axes.get_ylabel() == "beta1"


def test_more_cells_than_can_be_read_are_refused_before_they_are_walked():
    with pytest.raises(ArgumentError, match="2 values and 41 rates; draw at most 40 of each"):
        plot.heatmap("sgd", "valley", values=(0, 0.9), tried=[0.1] * 41)


def test_where_nothing_gets_lower_this_is_said():
    figure = plot.heatmap("sgd", "rosenbrock", values=(0, 0.9), tried=(10, 20), steps=30)
    assert figure.get_suptitle() == "sgd gets no lower with any of these"
    figure.draw_without_rendering()


def test_the_height_of_a_surface_whose_minimum_is_unknown_is_not_said_to_be_above_it():
    for on, what in (("valley", "height above the minimum"), (lambda x, y: 1 + x**2 + y**2, "height")):
        figure = plot.heatmap("sgd", on, values=numpy.array([0, 0.9]), tried=numpy.array([0.01, 0.1]), steps=5)
        assert figure.axes[1].get_ylabel() == what
        assert any(text.get_text().startswith(f"Cells: {what} after 5 steps, the median") for text in figure.texts)


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ArgumentError, match="give at least one rate and one value"):
        plot.heatmap("sgd", values=())
    with pytest.raises(ArgumentError, match="rates on the other axis: pass them as tried=, and name another argument"):
        plot.heatmap("sgd", argument="learning_rate", values=(0.1,), steps=2)
    with pytest.raises(TypeError, match="adam has no argument 'momentum'|Adam has no argument 'momentum'"):
        plot.heatmap("adam", steps=2)
    with pytest.raises(ArgumentError, match="adadelta has no learning rate that could be varied; draw another rule"):
        plot.heatmap("adadelta", argument="rho", values=(0.9, 0.95), steps=2)


def test_a_gain_over_what_diverges_or_to_the_minimum_is_no_number():
    heights = numpy.array([[numpy.inf, 20.0], [1.0, 2.0]])
    assert finding("sgd", "momentum", (0.9, 0.0), (0.1, 0.2), heights, 10.0) == (
        "sgd is best with momentum 0 at rate 0.1; with momentum 0.9 it gets no lower than its start"
    )
    heights = numpy.array([[5.0, 6.0], [10 * FLOOR, 2.0]])
    assert finding("sgd", "momentum", (0.9, 0.0), (0.1, 0.2), heights, 10.0).endswith(
        "it ends at least 500,000,000,000 times lower than with momentum 0.9"
    )


def test_values_are_written_as_they_were_given():
    """0.99999999 was written as 1, and None could not be written."""
    figure = plot.heatmap("adam", argument="beta2", values=(0.9, 0.99999999), tried=(0.1,), steps=3)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["0.9", "0.99999999"]
    figure = plot.heatmap("sgd", argument="clip_gradient", values=(None, 0.5), tried=(0.1,), steps=3)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["None", "0.5"]
