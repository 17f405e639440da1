"""The picture of a graph as PNG, drawn by Matplotlib."""

import io
from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from minigrad.autograd.boxes import FONT, LINE, Box
from minigrad.autograd.layout import Layout, Point
from minigrad.autograd.svg import ARROW, FILL, INK, LIT, STROKE

DPI = 72  # one pixel of the layout is a point
SHARPNESS = 2


def png(boxes: Sequence[Box], edges: Sequence[tuple[int, int]], places: Layout, numbered: bool) -> bytes:
    """The boxes and arrows at their places, with the numbers of the steps if they are wanted."""
    figure = Figure(figsize=(places.width / DPI, places.height / DPI), dpi=DPI)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, places.width), ylim=(places.height, 0))
    axes.set_axis_off()
    for points in places.paths:
        look: dict[str, Any] = {"arrowstyle": "-|>,head_length=4,head_width=2.4", "color": ARROW, "linewidth": 1.5}
        axes.add_patch(FancyArrowPatch(path=_path(points), shrinkA=0, shrinkB=0, capstyle="butt", **look))
    for box, centre in zip(boxes, places.centres):
        _drawn(axes, box, centre, numbered)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=SHARPNESS * DPI, metadata={"Software": None})
    return file.getvalue()


def _path(points: Sequence[Point]) -> Path:
    """As in the SVG: straight through the rows, and between them in curves that begin and end vertically."""
    corners, codes = [points[0]], [Path.MOVETO]
    for (_, y0), (x1, y1), (x2, y2) in zip(points[::2], points[1::2], [*points[2::2], points[-1]]):
        if y1 != y0:
            corners.append((x1, y1))
            codes.append(Path.LINETO)
        if y2 != y1:
            middle = (y1 + y2) / 2
            corners += [(x1, middle), (x2, middle), (x2, y2)]
            codes += [Path.CURVE4] * 3
    return Path(corners, codes)


def _drawn(axes: Any, box: Box, centre: Point, numbered: bool) -> None:
    """One box with its lines of text, and the number of its step."""
    width, height = box.size
    x, y = centre[0] - width / 2, centre[1] - height / 2
    shape = f"round,pad=0,rounding_size={8 if box.kind == 'operation' else 1}"
    dashes = (0, (4 / 1.3, 3 / 1.3)) if box.kind == "constant" else "-"
    colours: dict[str, Any] = {"facecolor": FILL[box.kind], "edgecolor": STROKE[box.kind]}
    frame = FancyBboxPatch((x, y), width, height, boxstyle=shape, linewidth=1.3, linestyle=dashes, zorder=2, **colours)
    axes.add_patch(frame)
    words = {"horizontalalignment": "center", "family": "monospace", "color": INK, "parse_math": False}
    for k, line in enumerate(box.lines):
        weight = "bold" if k == 0 else "normal"
        axes.text(centre[0], y + 6 + (k + 0.75) * LINE, line, fontsize=FONT, weight=weight, zorder=3, **words)
    if numbered and box.step:
        axes.plot(x, y, "o", color=LIT, markersize=20, zorder=4, markeredgewidth=0)
        axes.text(x, y, str(box.step), fontsize=11, verticalalignment="center_baseline", zorder=5, **words)
