"""What changes in a picture from step to step: lines that grow with the steps, and things that light up."""

from typing import Any

import numpy
from matplotlib.lines import Line2D

from minigrad.plot.style import Style


class Moving:
    """What a Matplotlib artist needs in addition so that `animate` can move it."""

    last: int
    """The step after which nothing changes."""

    def grow(self, step: int) -> None:
        """Take the look it has after this step."""
        raise NotImplementedError

    def rest(self) -> None:
        """Take the look it has in the still picture."""
        raise NotImplementedError


class Growing(Moving, Line2D):
    """A line with a point for each step from step `first` on. A head is just the marker at its end."""

    def __init__(self, x: Any, y: Any, head: bool = False, first: int = 0, **look: Any) -> None:
        if head:
            look |= {"linestyle": "none", "markevery": [-1]}
        super().__init__(x, y, **look)
        self.whole: Any = numpy.array(self.get_xydata())
        self.first, self.last = first, first + len(self.whole) - 1

    def grow(self, step: int) -> None:
        self.set_data(*self.whole[: max(step + 1 - self.first, 0)].T)

    def rest(self) -> None:
        self.grow(self.last)


def draw(axes: Any, x: Any, y: Any, style: Style, label: str) -> None:
    """Add a line in the style of an optimizer, with a few markers along it and a larger one at its end."""
    look: dict[str, Any] = {"color": style.colour, "marker": style.marker, "markeredgecolor": "white"}
    few: dict[str, Any] = {"markersize": 3.5, "markeredgewidth": 0.3, "markevery": max(1, len(x) // 8)}
    axes.add_line(Growing(x, y, linestyle=style.dashes, linewidth=1.4, label=label, zorder=3, **look, **few))
    axes.add_line(Growing(x, y, head=True, markersize=7, label="_head", zorder=4, **look))
    axes.autoscale_view()
