"""Lines that grow with the steps of an optimizer: what `animate` moves."""

from typing import Any

import numpy
from matplotlib.lines import Line2D

from minigrad.plot.style import Style


class Growing(Line2D):
    """A line with a point for each step. A head is only the marker at its end."""

    def __init__(self, x: Any, y: Any, head: bool = False, **look: Any) -> None:
        if head:
            look |= {"linestyle": "none", "markevery": [-1]}
        super().__init__(x, y, **look)
        self.whole: Any = numpy.array(self.get_xydata())

    def grow(self, step: int) -> None:
        """Show the line as far as this step."""
        self.set_data(*self.whole[: step + 1].T)


def draw(axes: Any, x: Any, y: Any, style: Style, label: str) -> None:
    """Add a line in the style of an optimizer, with a few markers on the way and a larger one at its end."""
    look: dict[str, Any] = {"color": style.colour, "marker": style.marker, "markeredgecolor": "white"}
    few: dict[str, Any] = {"markersize": 3.5, "markeredgewidth": 0.3, "markevery": max(1, len(x) // 8)}
    axes.add_line(Growing(x, y, linestyle=style.dashes, linewidth=1.4, label=label, zorder=3, **look, **few))
    axes.add_line(Growing(x, y, head=True, markersize=7, label="_head", zorder=4, **look))
    axes.autoscale_view()
