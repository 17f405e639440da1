"""The paths of one or several rules down a surface, seen from above."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minigrad.guarded import guarded
from minigrad.plot.contours import contours, view_of
from minigrad.plot.runs import Hill, Rule, Run, compared
from minigrad.plot.sheet import LEFT, RIGHT, described, key, sheet
from minigrad.plot.style import INK, on_white, styles, told_apart

if TYPE_CHECKING:
    from minigrad.plot.picture import Picture

WIDTH = 6.4
"""Inches."""


@guarded
@on_white
def trajectory(
    rules: Rule | Sequence[Rule],
    on: Hill = "valley",
    start: Sequence[float] | None = None,
    steps: int = 100,
    noise: float | None = None,
    seed: int = 0,
) -> Picture:
    """Draw the paths of rules down a surface over its contours. Stars are minima, the circle is the start.

    A rule given by name gets the rate that is best for it here (see `tuned`); an optimizer or a recording is taken as
    it is. Every rate is printed, and the title says which rule ends lowest, and from how many starts.

    >>> figure = trajectory(["adam", "sgd"], "valley", steps=20)
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['adam: rate 1, ends 0.4 above the minimum', 'sgd: rate 0.2, ends 0.51 above the minimum']
    """
    runs = compared(rules, on, start, steps, noise, seed)
    figure = sheet(runs, WIDTH, tall(view_of([run.history for run in runs])))
    walks(figure.subplots(), runs)
    return figure


def tall(view: Sequence[Sequence[float]]) -> float:
    """Inches for the axes of a view with equal scales, unless it is much wider, or higher."""
    (west, east), (south, north) = view
    return min(max((north - south) / (east - west), 0.5), 1.1) * (WIDTH - LEFT - RIGHT)


def walks(axes: Any, runs: Sequence[Run]) -> None:
    """The contours, and the path of each run."""
    from minigrad.plot.growing import draw

    histories, looks = [run.history for run in runs], told_apart(styles([run.label for run in runs]))
    contours(axes, histories[0].surface, view_of(histories))
    axes.set_autoscale_on(False)
    for run in runs:
        x, y = run.history.positions.T
        draw(axes, x, y, looks[run.label], described(run))
    axes.plot(*histories[0].positions[0], "o", color=INK, markersize=9, fillstyle="none", label="_start")
    key(axes)
