"""Ratios: a marker at each median, a line between its quartiles, and where both are equal."""

import pytest

from minigrad.plot.ratios import ratios
from minigrad.plot.style import SMALLEST

FOUND = {
    "training": {
        "64-10, sgd": {"NumPy": (0.5, 0.6, 0.9), "PyTorch": (2.0, 2.5, 3.0), "JAX": (0.8, 1.0, 1.1)},
        "64-10, adam": {"PyTorch": (3.0, 3.5, 7.0)},
    },
    "layers": {"LSTM": {"PyTorch": (0.5, 0.7, 0.8)}},
}


def test_every_ratio_is_drawn_in_the_row_of_its_task():
    for axes, tasks in zip(ratios(FOUND).axes, FOUND.values(), strict=True):
        assert [label.get_text() for label in axes.get_yticklabels()] == list(tasks)
        lines = [line for line in axes.lines if line.get_color() != axes.lines[-1].get_color()]
        spans = [line for line in lines if len(line.get_xdata()) == 2 and line.get_linestyle() == "-"]
        drawn = [
            (round(span.get_ydata()[0]), low, middle, high)
            for span in spans
            for low, high in [span.get_xdata()]
            for mark in lines
            if mark.get_linestyle() == "None" and mark.get_ydata()[0] == span.get_ydata()[0]
            for middle in mark.get_xdata()
        ]
        expected = [(row, *each) for row, found in enumerate(tasks.values()) for each in found.values()]
        assert sorted(drawn) == sorted(expected)
        assert any(list(line.get_xdata()) == [1, 1] for line in axes.lines)


def test_each_other_has_one_look_and_none_needs_its_colour_alone():
    figure = ratios(FOUND)
    (key,) = figure.legends
    assert [text.get_text() for text in key.get_texts()] == ["NumPy", "PyTorch", "JAX"]
    marks = [(line.get_marker(), line.get_color()) for line in key.get_lines()]
    assert len({marker for marker, _ in marks}) == len({colour for _, colour in marks}) == 3


@pytest.mark.parametrize("found", [FOUND, {"layers": {"LSTM": {"PyTorch": (1e-3, 1.0, 1e6)}}}, {}, {"training": {}}])
def test_nothing_lies_on_top_of_anything_else_or_beyond_the_edge(found):
    figure = ratios(found, "A sentence on what ran here. " * 12)
    figure.draw_without_rendering()
    boxes = [axes.get_tightbbox() for axes in figure.axes] + [key.get_window_extent() for key in figure.legends]
    for k, box in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 and figure.bbox.y0 <= box.y0
        assert not any(box.overlaps(other) for other in boxes[:k])
    for axes in figure.axes:
        shown = [label for label in axes.get_xticklabels() if label.get_text() and label.get_visible()]
        ends = [(label.get_window_extent().x0, label.get_window_extent().x1) for label in shown]
        assert all(a < b for (_, a), (b, _) in zip(sorted(ends), sorted(ends)[1:]))
        assert all(label.get_fontsize() >= SMALLEST for label in (*shown, *axes.get_yticklabels()))
