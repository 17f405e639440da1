"""Pictures of walks can be read, whatever they show."""

import pytest
from matplotlib.text import Text

from minigrad import plot
from minigrad.plot.sheet import key, panel, titled
from minigrad.plot.style import SMALLEST


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


def test_a_panel_has_a_title_of_its_own_and_a_key_may_name_the_lines_of_another():
    figure = titled("what was found", "how", 8.0, 2.0, 1)
    left, right = figure.subplots(1, 2)
    panel(left, "before", "step", "loss")
    right.plot([0, 1], [1, 0], color="#0067a5", label="sgd")
    key(left, right.lines)
    assert (left.get_title(loc="left"), left.get_xlabel(), left.get_ylabel()) == ("before", "step", "loss")
    (entry,) = left.get_legend().get_texts()
    assert (entry.get_text(), entry.get_color()) == ("sgd", "#0067a5")
