"""Nothing of a figure is cut off at the edges of its picture."""

import pytest
from matplotlib.figure import Figure

from minigrad.commands import figures


@pytest.mark.parametrize("name", figures.names())
def test_no_text_leaves_the_picture(name):
    one = figures.script(name)
    figure = one.draw(one.load())
    figure = figure if isinstance(figure, Figure) else figure.figure
    figure.draw_without_rendering()
    inked, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert inked.x0 >= 0 and inked.y0 >= 0 and inked.x1 <= width and inked.y1 <= height
