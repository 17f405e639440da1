"""A sampler's walk over the density that it should sample: SGLD's samples, and how well they fit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy

from minigrad.errors import ArgumentError
from minigrad.guarded import guarded
from minigrad.optimizer.optimizer import Optimizer
from minigrad.plot.contours import TINTS, plane, wide_enough
from minigrad.plot.history import History, record
from minigrad.plot.runs import Hill, rate
from minigrad.plot.sheet import titled
from minigrad.plot.style import on_white, styles
from minigrad.plot.surfaces import Surface
from minigrad.plot.trajectory import WIDTH, tall

if TYPE_CHECKING:
    from minigrad.plot.picture import Picture

FORGOTTEN = 0.1
"""The share of the steps that is left out, because they still depend on the start."""
BATCHES = 20
"""Neighbouring samples are alike, so errors are estimated from the means of this many stretches of the walk."""
CELLS = 301
VANISHED, WIDER = 1e-9, 40
"""The share of its highest value at which the density ends, and how often the view is widened in search of the end."""


class Law(NamedTuple):
    """Means and standard deviations of x and y."""

    mean: Any
    spread: Any


@guarded
@on_white
def posterior(
    sampler: str | Optimizer | History = "sgld",
    on: Hill = "valley",
    start: Sequence[float] | None = (0.0, 0.0),
    steps: int = 5000,
    noise: float | None = None,
    seed: int = 0,
) -> Picture:
    """Draw the places that a sampler visits over the density exp(-height), which they should follow.

    The title compares the spread of the samples with that of the density, which is summed on a grid. The error of the
    samples' spread is estimated from stretches of the walk.

    >>> from minigrad import optimizer
    >>> figure = posterior(optimizer.SGLD(learning_rate=0.2), "valley", steps=1000)
    >>> figure.get_suptitle()[:14]
    'Right spread: '
    """
    from minigrad.plot.growing import Growing

    history = sampler if isinstance(sampler, History) else record(sampler, on, start, steps, noise, seed)
    samples = history.positions[int(FORGOTTEN * history.steps) + 1 :]
    if len(samples) < BATCHES or not numpy.isfinite(samples).all():
        raise ArgumentError(f"{history.name} left {len(samples)} samples, or diverged; take more steps or a lower rate")
    exact, seen, error = law_of(history.surface, samples), law(samples.T), errors(samples)
    box = around(history.surface, samples)
    box = wide_enough(closer(history.surface, box, 0.1), samples)
    x, y, weights = density(history.surface, box)
    figure = titled(finding(seen, error, exact), note(history), WIDTH, tall(box))
    axes = figure.subplots()
    draw(axes, x, y, weights)
    look: dict[str, Any] = {"color": styles([history.name])[history.name].colour, "markersize": 2, "alpha": 0.35}
    (at_x, at_y), first = samples.T, history.steps + 1 - len(samples)
    axes.add_line(Growing(at_x, at_y, first=first, linestyle="none", marker=".", label="samples", **look))
    axes.set(xlim=box[0], ylim=box[1])
    return figure


def law_of(hill: Surface, samples: Any) -> Law:
    """The means and standard deviations of the density, summed over all of it, in cells that are small beside it."""
    box = around(hill, samples, VANISHED)
    for _ in range(WIDER):
        box = closer(hill, box, 0.9)
        x, y, weights = density(hill, box)
        far_x, far_y, beyond = density(hill, wider(box))
        found, more = law(numpy.array([x, y]), weights), law(numpy.array([far_x, far_y]), beyond)
        if vanishes(weights, VANISHED) and numpy.allclose(found.spread, more.spread, rtol=0.01):
            return found
        box = wider(box)  # it follows a gorge that was too narrow to be seen from afar
    raise endless(hill, box)


def around(hill: Surface, samples: Any, edge: float = 1e-4) -> Any:
    """The view of the surface, and more if there are samples, or density (a share `edge` of the highest), beyond it."""
    box = wide_enough(numpy.array(hill.view, "float64"), samples)
    for _ in range(WIDER):
        _, _, weights = density(hill, box)
        if vanishes(weights, edge):
            return box
        box = wider(box)
    raise endless(hill, box)


def vanishes(weights: Any, edge: float) -> bool:
    """Whether the weights at the border are less than a share of the highest one."""
    border = max(weights[0].max(), weights[-1].max(), weights[:, 0].max(), weights[:, -1].max())
    return bool(border < edge * weights.max())


def endless(hill: Surface, box: Any) -> ArgumentError:
    """The error for a density that does not end in a box."""
    (west, east), (south, north) = box
    return ArgumentError(
        f"{hill.name}: exp(-height) does not vanish far away, at x from {west:.3g} to {east:.3g} and y from "
        f"{south:.3g} to {north:.3g}, so it may have no spread; expected a surface that rises on all sides, such as "
        "x**2 + y**2"
    )


def wider(box: Any) -> Any:
    """The box and a quarter more."""
    middle = box.mean(1, keepdims=True)
    return middle + 1.25 * (box - middle)


def closer(hill: Surface, box: Any, share: float) -> Any:
    """The box, or the part of it outside which there is nothing, if it is less than this share: few cells hold all."""
    while True:
        x, y, weights = density(hill, box)
        inner = []
        for at, shares in ((x[0], weights.sum(0)), (y[:, 0], weights.sum(1))):
            low, high = numpy.flatnonzero(shares > 1e-12)[[0, -1]]
            inner.append((at[max(low - 1, 0)], at[min(high + 1, CELLS - 1)]))
        spans, found = numpy.ptp(box, axis=1), numpy.array(inner)
        much = numpy.ptp(found, axis=1) < share * spans
        if not much.any():
            return box
        box = numpy.where(much[:, None], found, box)


def density(hill: Surface, box: Any) -> Any:
    """A grid and its weights, which add up to 1."""
    x, y = numpy.meshgrid(*(numpy.linspace(low, high, CELLS) for low, high in box))
    with numpy.errstate(all="ignore"):
        heights = numpy.broadcast_to(hill(x, y), x.shape)
    heights = numpy.where(numpy.isfinite(heights), heights, numpy.inf)  # outside its domain there is nothing
    weights = numpy.exp(heights.min() - heights)
    return x, y, weights / weights.sum()


def law(places: Any, weights: Any = None) -> Law:
    """Means and standard deviations of places, (2, ...), with weights or without."""
    flat = places.reshape(2, -1)
    average = partial(numpy.average, axis=1, weights=None if weights is None else weights.ravel())
    mean = average(flat)
    return Law(mean, numpy.sqrt(average((flat - mean[:, None]) ** 2)))


def errors(samples: Any) -> Any:
    """The standard errors of the standard deviations of x and y."""
    squares = (samples - samples.mean(0)) ** 2
    batches = numpy.array([batch.mean(0) for batch in numpy.array_split(squares, BATCHES)])
    spread = numpy.sqrt(squares.mean(0))
    return batches.std(0, ddof=1) / numpy.sqrt(BATCHES) / (2 * numpy.where(spread > 0, spread, 1.0))


def finding(seen: Law, error: Any, exact: Law) -> str:
    """Whether the spread is that of the density, up to three standard errors."""
    fits = (abs(seen.spread - exact.spread) <= 3 * error).all()
    parts = []
    for name, has, doubt, should in zip("xy", seen.spread, error, exact.spread):
        digits = max(2, -int(numpy.floor(numpy.log10(2 * doubt or 1.0))))  # so many that the error is not 0
        parts.append(f"{name} {has:.{digits}f} ± {doubt:.{digits}f} (exact {should:.{digits}f})")
    return f"{'Right' if fits else 'Wrong'} spread: {', '.join(parts)}"


def note(history: History) -> str:
    return (
        f"{history.name}, {rate(history.optimizer)}, {history.steps} steps with seed {history.seed}, without the first "
        f"{FORGOTTEN:.0%}. Spread: standard deviation ± its standard error. Right: within three standard errors."
    )


def draw(axes: Any, x: Any, y: Any, weights: Any) -> None:
    """Contours that enclose 50, 80, 95 and 99.5 % of the density."""
    from matplotlib.colors import LinearSegmentedColormap

    ordered = numpy.sort(weights.ravel())[::-1]
    inside = ordered[numpy.searchsorted(ordered.cumsum(), (0.995, 0.95, 0.8, 0.5))]
    levels = numpy.unique([*inside, ordered[0] * 1.001])
    axes.contourf(x, y, weights, levels, cmap=LinearSegmentedColormap.from_list("", TINTS[::-1]))
    axes.contour(x, y, weights, levels[:-1], colors="#8296a8", linewidths=0.7, zorder=3)
    plane(axes)
