"""The rate against another argument of a rule, usually its momentum: how high the rule ends for each pair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy

from minigrad.errors import ArgumentError
from minigrad.guarded import guarded
from minigrad.optimizer.registry import create
from minigrad.plot.history import record
from minigrad.plot.runs import FLOOR, NEARBY, Hill, check_heights, nearby
from minigrad.plot.sheet import titled
from minigrad.plot.style import GREY, INK, SMALLEST, on_white
from minigrad.plot.surfaces import surface
from minigrad.plot.trajectory import WIDTH
from minigrad.plot.tuning import RATES, end, has_rate, tuned

if TYPE_CHECKING:
    from minigrad.plot.picture import Picture

MOMENTA = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
BELOW, ABOVE = 6, 3
"""Numbers of rates below and above the best one."""
MOST = 40
"""The most rows, and columns, whose labels are readable."""
HEIGHT = "height above the minimum"


@guarded
@on_white
def heatmap(
    optimizer: str = "sgd",
    on: Hill = "valley",
    argument: str = "momentum",
    values: Sequence[float] = MOMENTA,
    tried: Sequence[float] | None = None,
    start: Sequence[float] | None = None,
    steps: int = 100,
    noise: float | None = None,
    seed: int = 0,
) -> Picture:
    """Draw how high a rule ends, for each rate (to the right) and each value of another argument (upwards).

    By default the rates are those around the best one for the first value.

    A cell is the median of the walks from the start and from starts nearby; a cross means that more than half of them
    end higher than they began. A circle marks the best cell, or several cells if all of them reach the minimum.

    >>> figure = heatmap("sgd", "valley", values=(0, 0.9), tried=(0.01, 0.1), steps=30)
    >>> print(figure.get_suptitle())
    sgd is best with momentum 0.9 at rate 0.1: it ends 2 times lower than
    with momentum 0
    """
    hill = surface(on)
    if argument == "learning_rate":
        raise ArgumentError("heatmap() has the rates on the other axis: pass them as tried=, and name another argument")
    if len(values) and not has_rate(create(optimizer, **{argument: values[0]})):
        raise ArgumentError(f"{optimizer} has no learning rate that could be varied; draw another rule")
    if len(values) and tried is None:
        best = RATES.index(tuned(create(optimizer, **{argument: values[0]}), hill, start, steps, noise).lr)
        tried = RATES[max(best - BELOW, 0) : best + ABOVE + 1]
    if not len(values) or tried is None or not len(tried):
        raise ArgumentError("there is nothing to draw; give at least one rate and one value of the argument")
    if max(len(values), len(tried)) > MOST:
        raise ArgumentError(f"heatmap() got {len(values)} values and {len(tried)} rates; draw at most {MOST} of each.")
    table = numpy.empty((len(values), len(tried)))
    for row, value in enumerate(values):
        for column, rate in enumerate(tried):
            first = record(create(optimizer, learning_rate=rate, **{argument: value}), hill, start, steps, noise, seed)
            table[row, column] = numpy.median([end(walk) for walk in (first, *nearby(first))]) - hill.bottom
    top = float(first.losses[0]) - hill.bottom
    check_heights(hill, table, top)
    table, what = table.clip(FLOOR * top), HEIGHT if hill.minima else "height"
    below = (
        f"Cells: {what} after {steps} steps, the median over the start and {NEARBY} nearby starts. "
        "Crosses: higher than at the start."
    )
    figure = titled(finding(optimizer, argument, values, tried, table, top), below, WIDTH, 0.36 * len(values) + 0.4)
    axes = figure.subplots()
    draw(axes, table, values, tried, top, what)
    axes.set_ylabel(argument, color=INK, fontsize=9)
    return figure


def finding(name: str, argument: str, values: Sequence[float], tried: Sequence[float], table: Any, top: float) -> str:
    """The best pair, and its gain over the first value of the argument."""
    if not (table < top).any():
        return f"{name} gets no lower with any of these"
    (row, column), *others = numpy.argwhere(table == table.min())
    if others:
        reached = dict.fromkeys(written(values[row]) for row in sorted({row, *(row for row, _ in others)}))
        return f"{name} ends equally low in {1 + len(others)} cells, with {argument} {', '.join(reached)}"
    best = f"{name} is best with {argument} {written(values[row])} at rate {written(tried[column])}"
    if row == 0:
        return best
    if not table[0].min() < top:
        return f"{best}; with {argument} {written(values[0])} it gets no lower than its start"
    gain = float(f"{table[0].min() / table[row, column]:.2g}")
    times = f"{gain:,.0f}" if gain >= 10 else f"{gain:g}"
    times = f"at least {times}" if table[row, column] <= FLOOR * top else times  # it is at the minimum
    return f"{best}: it ends {times} times lower than with {argument} {written(values[0])}"


def written(value: object) -> str:
    """A value of an argument: numbers with few digits, but with all that are there if these are few.

    >>> written(0.9392307692307692), written(0.99999999), written(None), written(True)
    ('0.939231', '0.99999999', 'None', 'True')
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, numpy.number)):
        return str(value)
    exact = f"{value:.10g}"
    return exact if len(exact) <= 10 else f"{value:g}"


def draw(
    axes: Any, table: Any, values: Sequence[float], tried: Sequence[float], top: float, what: str = HEIGHT
) -> None:
    """Cells from dark (low) to light (high), with a colour bar for the heights."""
    from matplotlib.colors import LogNorm

    high = numpy.where(table < top, table, numpy.nan)
    seen = high[numpy.isfinite(high)] if numpy.isfinite(high).any() else numpy.array([top / 10])
    norm = LogNorm(seen.min(), max(top, seen.min() * 10))
    cells = axes.pcolormesh(high, norm=norm, cmap="Blues_r", edgecolors="white", linewidth=1)
    for row, column in numpy.argwhere(~(table < top)):
        axes.plot(column + 0.5, row + 0.5, "x", color=GREY, markersize=5)
    if numpy.isfinite(high).any():
        for row, column in numpy.argwhere(table == table.min()):
            axes.plot(column + 0.5, row + 0.5, "o", color="#c2410c", markersize=11, fillstyle="none", markeredgewidth=2)
    axes.set_xticks(numpy.arange(len(tried)) + 0.5, map(written, tried))
    axes.set_yticks(numpy.arange(len(values)) + 0.5, map(written, values))
    axes.tick_params(length=0, labelcolor=INK, labelsize=SMALLEST)
    axes.set_xlabel("learning rate", color=INK, fontsize=9)
    axes.spines[:].set_visible(False)
    bar = axes.figure.colorbar(cells, ax=axes, pad=0.02, aspect=25)
    bar.outline.set_visible(False)
    bar.ax.tick_params(which="both", labelsize=SMALLEST, labelcolor=INK)
    bar.set_label(what, color=INK, fontsize=9)
