"""What lights up in the picture of a graph, step by step, while `animate` goes back through it."""

from collections.abc import Sequence
from typing import Any

from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from minigrad.autograd.boxes import Box
from minigrad.autograd.layout import Point
from minigrad.autograd.png import rounded, through
from minigrad.autograd.svg import LIT
from minigrad.plot.growing import Moving

BRIGHT, AFTER = 3.0, 1.5
"""Points: the width of a line in its step, and later."""


class Light(Moving):
    """Invisible until its step, bright in it, thinner from then on."""

    def begin(self, step: int) -> None:
        self.last = step
        self.rest()

    def grow(self: Any, step: int) -> None:
        self.set_visible(step >= self.last)
        self.set_linewidth(BRIGHT if step == self.last else AFTER)

    def rest(self: Any) -> None:
        self.set_visible(False)


class Frame(Light, FancyBboxPatch):
    """A frame around a box, bright in the step in which `backward` reaches it."""

    def __init__(self, box: Box, centre: Point) -> None:
        (x, y), (width, height) = centre, box.size
        super().__init__(
            (x - width / 2, y - height / 2), width, height, boxstyle=rounded(box), fill=False, edgecolor=LIT, zorder=7
        )
        self.begin(box.step)


class Back(Light, FancyArrowPatch):
    """An arrow along an edge, from an operation to what it was computed from."""

    def __init__(self, step: int, points: Sequence[Point]) -> None:
        look = "<|-,head_length=4,head_width=2.4"
        super().__init__(
            path=through(points), arrowstyle=look, shrinkA=0, shrinkB=0, capstyle="butt", color=LIT, zorder=6
        )
        self.begin(step)
