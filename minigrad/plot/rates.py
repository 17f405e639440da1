"""How much a rule depends on its rate: the height at which it ends, against the rate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy

from minigrad.arguments import number
from minigrad.errors import ArgumentError
from minigrad.guarded import guarded
from minigrad.optimizer.optimizer import Optimizer
from minigrad.plot.history import record
from minigrad.plot.runs import FLOOR, NEARBY, Hill, check_heights, labels, nearby
from minigrad.plot.sheet import key, titled
from minigrad.plot.style import INK, frame, marked, on_white, styles
from minigrad.plot.surfaces import surface
from minigrad.plot.trajectory import WIDTH
from minigrad.plot.tuning import RATES, at, end, has_rate, named

if TYPE_CHECKING:
    from minigrad.plot.picture import Picture

CLOSE = 10
"""A rate is good if the rule ends at most this many times higher than at its best rate."""


@guarded
@on_white
def rates(
    rules: str | Optimizer | Sequence[str | Optimizer],
    on: Hill = "valley",
    start: Sequence[float] | None = None,
    steps: int = 100,
    noise: float | None = None,
    seed: int = 0,
    tried: Sequence[float] = RATES,
) -> Picture:
    """Draw how high rules end above the minimum, against the rate.

    The line is the median of the walks from the start and from starts nearby, the band their middle half. A rule that
    diverges leaves the picture at the top. The title says which rule has the widest range of good rates.

    >>> figure = rates(["adam", "sgd"], "valley", steps=20, tried=(0.02, 0.1, 1))
    >>> figure.get_suptitle()
    'adam has the widest range of good rates: a factor of at least 10'
    """
    several = [named(rule) for rule in ([rules] if isinstance(rules, (str, Optimizer)) else rules)]
    hill, tried = surface(on), sorted({number("a rate", rate, 0, ends="()") for rate in tried})
    if not several or not tried:
        raise ArgumentError("there is nothing to draw; give at least one optimizer and one rate")
    for label, rule in zip(labels(several), several):
        if not has_rate(rule) or rule.lr_scheduler is not None:
            raise ArgumentError(f"{label} has no learning rate that could be varied; leave it out")
    alike = labels([at(rule, tried[0]) for rule in several])
    names = [name.removesuffix(f", rate {tried[0]:g}") for name in alike]  # for the rate is varied
    tables: dict[str, Any] = {}
    for name, rule in zip(names, several):
        first = [record(at(rule, rate), hill, start, steps, noise, seed) for rate in tried]
        tables[name] = numpy.array([[end(walk) for walk in (one, *nearby(one))] for one in first]) - hill.bottom
    top = float(first[0].losses[0]) - hill.bottom
    check_heights(hill, [*tables.values()], top)
    good = {name: span(tried, numpy.median(table, axis=1), FLOOR * top) for name, table in tables.items()}
    figure = titled(finding(good, tried), note(tried, steps), WIDTH, 3.4, len(tables))
    draw(figure.subplots(), tried, tables, good, top)
    what = "height above the minimum at the end" if hill.minima else "height at the end"
    figure.axes[0].set_ylabel(what, color=INK, fontsize=9)
    return figure


def span(tried: Sequence[float], heights: Any, floor: float) -> tuple[float, float] | None:
    """The lowest and the highest of the good rates around the best one; None if there is no good one.

    >>> span([0.1, 0.2, 0.5, 1.0], numpy.array([9.0, 0.5, 0.1, 3.0]), 0)
    (0.2, 0.5)
    """
    if not numpy.isfinite(heights).any():
        return None
    best = int(numpy.argmin(heights))
    good = heights <= CLOSE * max(heights[best], floor)
    low, high = best, best
    while low > 0 and good[low - 1]:
        low -= 1
    while high < len(tried) - 1 and good[high + 1]:
        high += 1
    return tried[low], tried[high]


def finding(good: dict[str, tuple[float, float] | None], tried: Sequence[float]) -> str:
    """Which rule has the widest range of good rates.

    >>> finding({"sgd": (1, 2), "nag": (5, 10), "adam": (1, 1)}, [1, 2, 5, 10])
    'sgd and nag have equally wide ranges of good rates: a factor of at least 2'
    """
    factors = {name: found[1] / found[0] for name, found in good.items() if found}
    if not factors:
        return "None of these rates is good: all diverge"
    widest, *equal = [name for name in factors if factors[name] > 0.999 * max(factors.values())]
    cut = {tried[0], tried[-1]} & {rate for name in (widest, *equal) for rate in good[name] or ()}  # and maybe beyond
    factor = f"a factor of {'at least ' if cut else ''}{factors[widest]:.3g}"
    if len(good) == 1:
        return f"The good rates of {widest} span {factor}"
    if equal:
        return f"{' and '.join([widest, *equal])} have equally wide ranges of good rates: {factor}"
    return f"{widest} has the widest range of good rates: {factor}"


def note(tried: Sequence[float], steps: int) -> str:
    """How to read the picture."""
    return (
        f"Good: after {steps} steps, at most {CLOSE} times as high as at the rule's own best of {len(tried)} rates. "
        f"Lines: medians over the start and {NEARBY} nearby starts. Bands: the middle half."
    )


def draw(
    axes: Any, tried: Sequence[float], tables: dict[str, Any], good: dict[str, tuple[float, float] | None], top: float
) -> None:
    """A line and a band for each rule."""
    frame(axes)
    looks = marked(styles(tables))
    for name, table in tables.items():
        style, found = looks[name], good[name]
        low, middle, high = numpy.quantile(table.clip(FLOOR * top, 100 * top), (0.25, 0.5, 0.75), axis=1)
        axes.fill_between(tried, low, high, color=style.colour, alpha=0.13, linewidth=0)
        line = {"color": style.colour, "linestyle": style.dashes, "marker": style.marker, "markersize": 4}
        where = "at no rate" if found is None else " to ".join(dict.fromkeys(f"{rate:g}" for rate in found))
        least = float(numpy.median(table, axis=1).min())
        height = f"below {FLOOR * top:.2g}" if least < FLOOR * top else f"at {least:.2g}"
        axes.plot(tried, middle, label=f"{name}: ends {height}, good rates {where}", linewidth=1.3, **line)
    axes.set(xscale="log", yscale="log", xlim=(tried[0], tried[-1]) if len(tried) > 1 else None)
    axes.set_ylim(top=10 * top)
    axes.set_xlabel("learning rate", color=INK, fontsize=9)
    key(axes)
