"""The picture of a graph in Matplotlib: as PNG, or in the axes of a larger picture."""

import io
from collections.abc import Sequence
from typing import Any

from minigrad.autograd.figure import Figure  # isort: skip  first: it says why Matplotlib cannot be imported
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path
from matplotlib.text import Text

from minigrad.autograd.boxes import FONT, LINE, Box
from minigrad.autograd.layout import Layout, Point, bends
from minigrad.autograd.svg import ARROW, FILL, INK, LIT, STROKE

DPI = 72  # one pixel of the layout is a point
SHARPNESS = 2


class Scaled(Text):
    """Text whose size is in units of the axes: a box that is drawn smaller has smaller letters."""

    def __init__(self, x: float, y: float, text: str, size: float, **look: Any) -> None:
        super().__init__(x, y, text, horizontalalignment="center", family="monospace", parse_math=False, **look)
        self.size = size
        self.set_in_layout(False)

    def draw(self, renderer: Any) -> None:
        (_, below), (_, above) = self.get_transform().transform([(0, 0), (0, 1)])
        figure: Any = self.get_figure(root=True)
        self.set_fontsize(self.size * abs(above - below) * 72 / figure.dpi)
        super().draw(renderer)


def png(boxes: Sequence[Box], places: Layout, numbered: bool) -> bytes:
    """The boxes and arrows at their places, with the numbers of the steps if they are wanted."""
    figure = Figure(figsize=(places.width / DPI, places.height / DPI), dpi=DPI)
    paint(figure.add_axes((0, 0, 1, 1)), boxes, places, numbered)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=SHARPNESS * DPI, metadata={"Software": None})
    return file.getvalue()


def paint(axes: Any, boxes: Sequence[Box], places: Layout, numbered: bool = False) -> None:
    """Draw into any axes, as large as they allow."""
    axes.set(xlim=(0, places.width), ylim=(places.height, 0), aspect="equal")
    axes.set_axis_off()
    for points in places.paths:
        look: dict[str, Any] = {"arrowstyle": "-|>,head_length=4,head_width=2.4", "color": ARROW, "linewidth": 1.5}
        axes.add_patch(FancyArrowPatch(path=through(points), shrinkA=0, shrinkB=0, capstyle="butt", **look))
    for box, centre in zip(boxes, places.centres):
        _drawn(axes, box, centre, numbered)


def through(points: Sequence[Point]) -> Path:
    """The path of an arrow."""
    corners, codes = [points[0]], [Path.MOVETO]
    for piece in bends(points):
        corners += piece
        codes += [Path.LINETO] if len(piece) == 1 else [Path.CURVE4] * 3
    return Path(corners, codes)


def rounded(box: Box) -> str:
    """The shape of a box: operations have round corners."""
    return f"round,pad=0,rounding_size={8 if box.kind == 'operation' else 1}"


def _drawn(axes: Any, box: Box, centre: Point, numbered: bool) -> None:
    """One box with its lines of text, and the number of its step."""
    width, height = box.size
    x, y = centre[0] - width / 2, centre[1] - height / 2
    dashes = (0, (4 / 1.3, 3 / 1.3)) if box.kind == "constant" else "-"
    look: dict[str, Any] = {"facecolor": FILL[box.kind], "edgecolor": STROKE[box.kind], "linestyle": dashes}
    axes.add_patch(FancyBboxPatch((x, y), width, height, boxstyle=rounded(box), linewidth=1.3, zorder=2, **look))
    for k, line in enumerate(box.lines):
        weight = "bold" if k == 0 else "normal"
        axes.add_artist(Scaled(centre[0], y + 6 + (k + 0.75) * LINE, line, FONT, weight=weight, color=INK, zorder=3))
    if numbered and box.step:
        axes.add_patch(Circle((x, y), 10, facecolor=LIT, edgecolor="none", zorder=4))
        axes.add_artist(Scaled(x, y, str(box.step), 11, verticalalignment="center_baseline", color=INK, zorder=5))
