"""A surface seen from above: its contours and minima."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from minigrad.plot.history import History
from minigrad.plot.style import FRAME, INK, SMALLEST
from minigrad.plot.surfaces import Surface

LEVELS = 14
TINTS = ("#d3dee8", "#ffffff")
"""From the lowest to the highest."""


def contours(axes: Any, hill: Surface, view: Any) -> None:
    """Draw the surface, with the same share of the view between any two neighbouring contours."""
    from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap

    x, y = numpy.meshgrid(*(numpy.linspace(low, high, 241) for low, high in view))
    with numpy.errstate(all="ignore"):
        height = numpy.broadcast_to(hill(x, y), x.shape).astype("float64")
    height[numpy.isinf(height)] = numpy.nan  # no contour goes through a pole
    levels = numpy.unique(numpy.nanquantile(height, numpy.linspace(0, 1, LEVELS)))
    if len(levels) > 1:
        tints = LinearSegmentedColormap.from_list("", TINTS, len(levels) - 1)
        axes.contourf(x, y, height, levels, cmap=tints, norm=BoundaryNorm(levels, len(levels) - 1))
        axes.contour(x, y, height, levels, colors="#a9b7c4", linewidths=0.5)
    for place in hill.minima:
        axes.plot(*place, "*", color=INK, markersize=10, markeredgecolor="white", zorder=5, label="_minimum")
    (west, east), (south, north) = view
    axes.set(xlim=(west, east), ylim=(south, north))
    if 0.5 <= (east - west) / (north - south) <= 2:
        axes.set_aspect("equal", anchor="NW")  # so that a gradient is at right angles to a contour
    plane(axes)


def plane(axes: Any) -> None:
    """Axes for two weights: a grey frame, and the letters of the weights."""
    axes.set_xlabel("x", color=INK, fontsize=9)
    axes.set_ylabel("y", color=INK, fontsize=9)
    axes.tick_params(color=FRAME, labelcolor=INK, labelsize=SMALLEST)
    axes.spines[:].set_color(FRAME)


def view_of(histories: Sequence[History]) -> Any:
    """What to show: the view of the surface, and up to half as much again on a side where a walk leaves it."""
    starts = numpy.array([history.positions[0] for history in histories])
    view = wide_enough(numpy.array(histories[0].surface.view, "float64"), starts)
    spare = 0.5 * (view[:, 1] - view[:, 0])
    limits = view + numpy.array([-spare, spare]).T
    places = numpy.concatenate([history.positions for history in histories])
    places = places[numpy.isfinite(places).all(1)].clip(*limits.T)
    margin = 0.04 * (view[:, 1] - view[:, 0])
    return wide_enough(view, numpy.array([places.min(0) - margin, places.max(0) + margin]))


def wide_enough(box: Any, places: Any) -> Any:
    """A box that contains another one and some places."""
    return numpy.array([numpy.minimum(box[:, 0], places.min(0)), numpy.maximum(box[:, 1], places.max(0))]).T
