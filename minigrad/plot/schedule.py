"""Learning-rate schedules as curves."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from minigrad.arguments import MANY, whole
from minigrad.errors import ArgumentError, KindError
from minigrad.guarded import guarded
from minigrad.plot.sheet import key, titled
from minigrad.plot.style import DASHES, FAMILIES, INK, frame, on_white
from minigrad.plot.trajectory import WIDTH

if TYPE_CHECKING:
    from minigrad.plot.picture import Picture

Schedule = Callable[[int], float]


@guarded
@on_white
def schedule(schedules: Schedule | Sequence[Schedule], updates: int = 1000) -> Picture:
    """Draw the rate against the update, from update 1 on, as for an optimizer. The schedules are not changed.

    >>> from minigrad.lr_scheduler import CosineScheduler
    >>> figure = schedule(CosineScheduler(max_update=100, base_lr=0.5, final_lr=0.1), updates=100)
    >>> figure.get_suptitle()
    'The rate peaks at 0.5 and ends at 0.1 after 100 updates'
    """
    from minigrad.plot.growing import Growing

    several = [schedules] if callable(schedules) else list(schedules)
    for one in several:
        if not callable(one):
            raise KindError(f"{one!r:.60} is not a schedule; expected a callable, update -> rate")
    if not several:
        raise ArgumentError("there is nothing to draw; give at least one schedule")
    steps = range(1, whole("updates", updates, 1, MANY) + 1)
    curves = [[rate(text(asked), step, asked(step)) for step in steps] for asked in copy.deepcopy(several)]
    peaks, ends = between([max(curve) for curve in curves]), between([curve[-1] for curve in curves])
    rates, s = ("The rates", "") if len(several) > 1 else ("The rate", "s")
    title = f"{rates} peak{s} {peaks} and end{s} {ends} after {updates} update{'s' * (updates != 1)}"
    below = "Computed from the schedules themselves, update by update."
    figure = titled(title, below, WIDTH, 2.8, len(several))
    axes = figure.subplots()
    frame(axes)
    colours = [light for light, *_ in FAMILIES.values()]
    for k, (one, curve) in enumerate(zip(several, curves)):
        look = {"color": colours[k % len(colours)], "linestyle": DASHES[k % len(DASHES)]}
        axes.add_line(Growing(steps, curve, first=1, linewidth=1.5, label=text(one), **look))
    axes.autoscale_view()
    axes.set_ylim(bottom=min(0.0, *map(min, curves)))
    axes.set_xlabel("update", color=INK, fontsize=9)
    axes.set_ylabel("learning rate", color=INK, fontsize=9)
    key(axes, axes.lines)
    return figure


def rate(name: str, step: int, found: Any) -> float:
    """What a schedule gave, as a finite number."""
    try:
        value = float(found)
    except (TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise ArgumentError(f"{name} gives the rate {found!r:.60} for update {step}; expected a finite number")
    return value


def between(values: Sequence[float]) -> str:
    """The range of numbers in words.

    >>> between([0.2]), between([0.199, 0.2]), between([0.0, 0.002])
    ('at 0.2', 'at 0.2', 'between 0 and 0.002')
    """
    low, high = (f"{value:.{2 if len(values) > 1 else 3}g}" for value in (min(values), max(values)))
    return f"at {low}" if low == high else f"between {low} and {high}"


def text(one: Schedule) -> str:
    """A schedule as it was made, or the name of a function, in at most one line of the picture."""
    shown = getattr(one, "__name__", None) or repr(one)
    return shown if len(shown) < 90 else f"{shown[:88]}…"
