"""The losses of several rules against the step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy

from minigrad.guarded import guarded
from minigrad.plot.runs import FLOOR, Hill, Rule, check_heights, compared
from minigrad.plot.sheet import described, key, sheet
from minigrad.plot.style import INK, frame, marked, on_white, styles
from minigrad.plot.trajectory import WIDTH

if TYPE_CHECKING:
    from minigrad.plot.picture import Picture


OFF = 1e3
"""Walks that are this many times higher than the start have left the picture."""


@guarded
@on_white
def race(
    rules: Rule | Sequence[Rule],
    on: Hill = "valley",
    start: Sequence[float] | None = None,
    steps: int = 100,
    noise: float | None = None,
    seed: int = 0,
) -> Picture:
    """Draw how high rules stand above the minimum, step by step, on a logarithmic axis.

    The line is the walk from `start`; the band contains the middle half of all walks, including those from starts
    nearby. Rules, rates and title are as in `trajectory`. If no minimum of the surface is known, the axis is linear.

    >>> figure = race(["adam", "sgd"], "valley", steps=20)
    >>> figure.axes[0].get_yscale()
    'log'
    """
    from minigrad.plot.growing import draw

    runs = compared(rules, on, start, steps, noise, seed)
    looks, hill = marked(styles([run.label for run in runs])), runs[0].history.surface
    plain = not hill.minima
    high = float(runs[0].history.losses[0]) - hill.bottom
    if not plain:
        check_heights(hill, [run.ends for run in runs], high)
    figure = sheet(runs, WIDTH, 3.2)
    axes = figure.subplots()
    frame(axes)
    for run in runs:
        walks = numpy.array([run.history.losses, *(near.losses for near in run.near)])
        if not plain:
            walks = numpy.nan_to_num(walks - hill.bottom, nan=math.inf).clip(0, OFF * high)
        step, colour = numpy.arange(walks.shape[1]), looks[run.label].colour
        middle = numpy.quantile(walks, (0.25, 0.75), axis=0, method="nearest")  # of five, so that inf is not halved
        axes.fill_between(step, *middle, color=colour, alpha=0.13, linewidth=0)
        shown = walks[0] if plain else numpy.where(walks[0] > 0, walks[0], FLOOR**2 * high)  # it leaves at the bottom
        draw(axes, step, shown, looks[run.label], described(run))
    if not plain:
        axes.set_yscale("log")
        lasts = numpy.array([run.ends[0] for run in runs])
        axes.set_ylim(max(lasts[lasts > 0].min(initial=high) / 20, FLOOR * high), 10 * high)
    else:
        fallen = max([high - end for run in runs for end in run.ends if end < high], default=abs(high)) or 1.0
        if axes.get_ylim()[1] > high + OFF * fallen:
            axes.set_ylim(high - 1.1 * fallen, high + fallen)
    axes.set_ylabel("height" if plain else "height above the minimum", color=INK, fontsize=9)
    axes.set_xlabel("step", color=INK, fontsize=9)
    axes.set_xlim(0, runs[0].history.steps)
    key(axes)
    return figure
