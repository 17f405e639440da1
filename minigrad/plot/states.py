"""What a rule remembers: each of its states as a curve, next to its path down the surface."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy

from minigrad.errors import ArgumentError
from minigrad.guarded import guarded
from minigrad.plot.curves import WIDTH
from minigrad.plot.history import History
from minigrad.plot.runs import Hill, Rule, Run, compared
from minigrad.plot.sheet import sheet
from minigrad.plot.style import GREY, INK, Style, frame, on_white, styles
from minigrad.plot.trajectory import walks

if TYPE_CHECKING:
    from minigrad.plot.picture import Picture

LETTERS = 50
"""Letters in a line of the legend."""
SMALL, LARGE = 1e-4, 1e5
"""Numbers in this range are written without a power of ten."""


@guarded
@on_white
def states(
    rule: Rule,
    on: Hill = "valley",
    start: Sequence[float] | None = None,
    steps: int = 100,
    noise: float | None = None,
    seed: int = 0,
) -> Picture:
    """Draw the path of one rule, and next to it its gradients and states at each step: solid for x, dashed for y.

    The rule and its rate are as in `trajectory`.

    >>> figure = states("adam", "valley", steps=20)
    >>> [axes.get_title(loc="left") for axes in figure.axes[1:]]
    ['gradient', 'mean', 'var', 'step length']
    """
    run, *others = compared(rule, on, start, steps, noise, seed)
    if others:
        raise ArgumentError(f"states shows one rule, but got {1 + len(others)}; draw each in a picture of its own")
    figure = sheet([run], WIDTH, tall(run))
    beside(figure, run)
    return figure


def tall(run: Run) -> float:
    """Inches for the axes of a run."""
    return max(3.7, 0.95 * len(curves_of(run.history)))


def beside(figure: Any, run: Run) -> None:
    """The path of a run, and its panels on the right."""
    style, panels = styles([run.label])[run.label], curves_of(run.history)
    grid = figure.add_gridspec(len(panels), 2, width_ratios=(1.2, 1), wspace=0.22, hspace=0.65)
    left: Any = figure.add_subplot(grid[:, 0])
    walks(left, [run])
    (entry,) = left.get_legend().get_texts()
    entry.set_text(textwrap.fill(entry.get_text(), LETTERS))  # otherwise it would run into the panels on the right
    for row, (name, values) in enumerate(panels.items()):
        axes = figure.add_subplot(grid[row, 1])
        panel(axes, values, style)
        axes.set_title(name, loc="left", fontsize=9, color=INK)
        axes.set_xlim(0, run.history.steps)
        axes.tick_params(labelbottom=row == len(panels) - 1)
    axes.set_xlabel("step", color=INK, fontsize=9)


def curves_of(history: History) -> dict[str, Any]:
    """Name of a panel -> values, one row for each position or step."""
    found = {"gradient": history.gradients, **history.states, "step length": history.step_sizes[:, None]}
    if numpy.ptp(history.rates) > 0:
        found["rate"] = history.rates[:, None]
    return found


def panel(axes: Any, values: Any, style: Style) -> None:
    """One or two curves over the steps, each with its name at its end."""
    from minigrad.plot.growing import Growing

    frame(axes)
    axes.locator_params(axis="y", nbins=3)
    largest = abs(values[numpy.isfinite(values)]).max(initial=0)
    if largest and not SMALL <= largest < LARGE:  # else their power of ten would stand above the axes, in the title
        axes.yaxis.set_major_formatter(lambda tick, _: f"{tick:.3g}".replace("-", "\N{MINUS SIGN}"))
    where = {"transform": axes.transAxes, "horizontalalignment": "right", "verticalalignment": "bottom"}
    looks = {"x": (style.colour, "-"), "y": (GREY, (0, (3, 1.2)))}
    for k, (name, column) in enumerate(zip(looks, values.T)):
        colour, dashes = looks[name]
        finite = numpy.where(numpy.isfinite(column), column, numpy.nan)
        axes.add_line(Growing(range(len(column)), finite, color=colour, linestyle=dashes, linewidth=1.3, zorder=3 - k))
        axes.autoscale_view()
        if values.shape[1] > 1:
            axes.text(0.94 + 0.06 * k, 1.06, name, color=colour, fontsize=9, **where)
