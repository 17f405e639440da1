"""A sampler's walk over the density that it should sample: SGLD's samples, and how well they fit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy

from minigrad.errors import ArgumentError
from minigrad.guarded import guarded
from minigrad.optimizer.optimizer import Optimizer
from minigrad.plot.contours import TINTS, plane
from minigrad.plot.history import History, record
from minigrad.plot.runs import Hill, rate
from minigrad.plot.sheet import LEFT, RIGHT, titled
from minigrad.plot.style import styles
from minigrad.plot.surfaces import Surface
from minigrad.plot.trajectory import WIDTH

if TYPE_CHECKING:
    from minigrad.plot.picture import Picture

FORGOTTEN = 0.1
"""The share of the steps that is left out, because they still depend on the start."""
BATCHES = 20
"""Neighbouring samples are alike, so errors are estimated from the means of this many stretches of the walk."""
CELLS = 301


class Law(NamedTuple):
    """Means and standard deviations of x and y."""

    mean: Any
    spread: Any


@guarded
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
    box = around(history.surface, samples)
    x, y, weights = density(history.surface, box)
    exact, seen, error = law(numpy.array([x, y]), weights), law(samples.T), errors(samples)
    (west, east), (south, north) = box
    tall = min(max((north - south) / (east - west), 0.5), 1.1)
    figure = titled(finding(seen, error, exact), note(history), WIDTH, tall * (WIDTH - LEFT - RIGHT))
    axes = figure.subplots()
    draw(axes, x, y, weights)
    look: dict[str, Any] = {"color": styles([history.name])[history.name].colour, "markersize": 2, "alpha": 0.35}
    (at_x, at_y), first = samples.T, history.steps + 1 - len(samples)
    axes.add_line(Growing(at_x, at_y, first=first, linestyle="none", marker=".", label="samples", **look))
    axes.set(xlim=box[0], ylim=box[1])
    return figure


def around(hill: Surface, samples: Any) -> Any:
    """The view of the surface, and more if there are samples, or density, beyond it."""
    view = numpy.array(hill.view, "float64")
    box = numpy.array([numpy.minimum(view[:, 0], samples.min(0)), numpy.maximum(view[:, 1], samples.max(0))]).T
    for _ in range(8):
        _, _, weights = density(hill, box)
        edge = max(weights[0].max(), weights[-1].max(), weights[:, 0].max(), weights[:, -1].max())
        if edge < 1e-4 * weights.max():
            break
        box = box.mean(1, keepdims=True) + 1.25 * (box - box.mean(1, keepdims=True))
    return box


def density(hill: Surface, box: Any) -> Any:
    """A grid and its weights, which add up to 1."""
    x, y = numpy.meshgrid(*(numpy.linspace(low, high, CELLS) for low, high in box))
    with numpy.errstate(all="ignore"):
        heights = numpy.broadcast_to(hill(x, y), x.shape)
    weights = numpy.exp(numpy.nanmin(heights) - heights)
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
    return batches.std(0, ddof=1) / numpy.sqrt(BATCHES) / (2 * numpy.sqrt(squares.mean(0)))


def finding(seen: Law, error: Any, exact: Law) -> str:
    """Whether the spread is that of the density, up to three standard errors."""
    fits = (abs(seen.spread - exact.spread) <= 3 * error).all()
    parts = [
        f"{name} {has:.2f} ± {doubt:.2f} (exact {should:.2f})"
        for name, has, doubt, should in zip("xy", seen.spread, error, exact.spread)
    ]
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
