"""Curves over the epochs: a line for the mean of several runs, and a band from the lowest to the highest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy

from minigrad.errors import ArgumentError, KindError
from minigrad.guarded import guarded
from minigrad.plot.style import INK, SMALLEST, Style, frame, marked, on_white, short, styles
from minigrad.ties import Curves

if TYPE_CHECKING:
    from minigrad.plot.picture import Picture

WIDTH = 8.7
"""Inches: the width of a column of text on a screen, so that a picture is shown at full size."""
SMALLEST_ERROR = 1e-3
DECADES = 150
"""Losses have at most this many zeros before or after the point: Matplotlib's margins overflow on longer axes."""
ROUNDING = 1e-6
"""How far below 0 a loss may be, and beyond 0 or 1 a share, because it was added up in float32."""
ENTRY = 0.17
"""Inches for a line of a legend."""
EXAMPLE = "{'sgd': [([2.0, 1.0], [0.3, 0.6])]}"
ACCURACIES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)


@guarded
@on_white
def curves(runs: Mapping[str, Sequence[Curves]], title: str = "") -> Picture:
    """Draw the training loss (left) and the test accuracy (right) against the epoch.

    `runs` has one or more runs, (losses, accuracies), for each optimizer. The loss has a logarithmic axis. So has the
    accuracy, by its share of wrong answers, because the step from 98 to 99 % is as large as that from 80 to 90 %. A run
    that ends in NaN is drawn as far as it goes.

    >>> figure = curves({"sgd": [([2.0, 1.0, 0.5], [0.3, 0.6, 0.8])], "adam": [([1.5, 0.4, 0.1], [0.5, 0.8, 0.9])]})
    >>> [text.get_text() for text in figure.axes[1].get_legend().get_texts()]
    ['sgd', 'adam']
    """
    from minigrad.plot.picture import Picture

    check_runs(runs)
    figure = Picture(figsize=(WIDTH, max(3.4, 0.6 + ENTRY * len(runs))), layout="constrained")
    figure.suptitle(title, fontsize=11, color=INK, parse_math=False)
    left, right = figure.subplots(1, 2)
    looks = marked(styles(runs))
    for name, several in runs.items():
        band(left, name, [positive(loss) for loss, _ in several], looks[name])
        band(right, name, [wrong(accuracy) for _, accuracy in several], looks[name])
    for axes, what in ((left, "training loss"), (right, "test accuracy")):
        epochs(axes)
        axes.set_ylabel(what, color=INK, fontsize=9)
    _accuracy_axis(right)
    legend(right)
    return figure


def check_runs(runs: Mapping[str, Sequence[Curves]]) -> None:
    """Refuse anything but runs by name, such as a plain list of losses."""
    if not isinstance(runs, Mapping):
        raise KindError(f"runs={runs!r:.60} cannot be drawn; expected a dict: {EXAMPLE}")
    if not runs:
        raise ArgumentError(f"there are no runs to draw; expected at least one, such as {EXAMPLE}")
    for name, several in runs.items():
        if not isinstance(name, str):
            raise KindError(f"runs has {name!r:.60} as a name; expected text, as in {EXAMPLE}")
        if not isinstance(several, (list, tuple)) or not several or not all(map(is_run, several)):
            raise KindError(
                f"runs[{name!r}]={several!r:.60} cannot be drawn; expected a list of runs, (losses, accuracies): "
                f"{EXAMPLE}"
            )
        if len({(len(losses), len(accuracies)) for losses, accuracies in several}) > 1:
            raise ArgumentError(f"runs[{name!r}] are of different lengths; expected equally many epochs in each run")
        check_values(name, *(numpy.asarray(values, "float64") for values in zip(*several)))


def check_values(name: str, losses: Any, accuracies: Any) -> None:
    """Refuse what the axes cannot show: they would leave it out, or draw it in a wrong place."""
    if losses.shape != accuracies.shape or not losses.size:
        raise ArgumentError(
            f"runs[{name!r}] has {losses.shape[1]} losses and {accuracies.shape[1]} accuracies; expected one of each "
            "for each epoch, at least one epoch, and nan for what was not measured"
        )
    if (losses < -ROUNDING).any():
        raise ArgumentError(
            f"runs[{name!r}] has the loss {numpy.nanmin(losses):g}, but losses are drawn on a logarithmic axis and "
            "compared by factors; expected no loss below 0"
        )
    shown = losses[numpy.isfinite(losses) & (losses > 0)]
    if shown.size and not 10.0**-DECADES <= shown.min() <= shown.max() <= 10.0**DECADES:
        far = max(shown, key=lambda loss: abs(numpy.log10(loss)))
        raise ArgumentError(
            f"runs[{name!r}] has the loss {far:g}; losses are drawn from 1e-{DECADES} to 1e+{DECADES}: write inf for "
            "what has diverged, and 0 for what is less"
        )
    if ((accuracies < -ROUNDING) | (accuracies > 1 + ROUNDING)).any():
        worst = max(accuracies[~numpy.isnan(accuracies)], key=lambda value: abs(value - 0.5))
        raise ArgumentError(f"runs[{name!r}] has the accuracy {worst:g}; expected shares between 0 and 1, such as 0.97")


def is_run(run: Any) -> bool:
    """Whether something is a pair of losses and accuracies, one of each for an epoch."""
    return isinstance(run, (list, tuple)) and len(run) == 2 and all(numpy.ndim(x) == 1 for x in run)


def band(axes: Any, name: str, several: Any, style: Style, x: Any = None) -> None:
    """One optimizer: the mean of its runs against `x`, by default the epoch, and the band that contains them.

    Values that are not finite leave a gap.
    """
    table = numpy.array(several)
    x = numpy.arange(1, table.shape[1] + 1) if x is None else x
    line = {"color": style.colour, "linestyle": style.dashes, "marker": style.marker, "markersize": 3.5}
    axes.plot(x, table.mean(0), label=name, linewidth=1.3, markevery=max(1, len(x) // 5), **line)
    if len(table) > 1:
        axes.fill_between(x, table.min(0), table.max(0), color=style.colour, alpha=0.15, linewidth=0)


def positive(losses: Sequence[float]) -> numpy.ndarray:
    """Losses, with NaN for those that a logarithmic axis cannot show."""
    values = numpy.asarray(losses, "float64")
    return numpy.where((values > 0) & numpy.isfinite(values), values, numpy.nan)


def wrong(accuracies: Sequence[float]) -> numpy.ndarray:
    """Shares of wrong answers, none of them 0."""
    return (1 - numpy.asarray(accuracies, "float64")).clip(SMALLEST_ERROR)


def epochs(axes: Any) -> None:
    """Axes with epochs to the right and a logarithmic scale upwards."""
    frame(axes)
    axes.set_yscale("log")
    axes.set_xlabel("epoch", color=INK, fontsize=9)
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)


def legend(axes: Any) -> None:
    """A legend to the right of the axes: names in the colours of their lines, even _x and $x as they are written."""
    lines = axes.lines[:]
    place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1, 1), "borderaxespad": 0}
    shown = axes.legend(lines, ["x"] * len(lines), **place, frameon=False, fontsize=SMALLEST, handlelength=2.8)
    for text, line in zip(shown.get_texts(), lines):
        text.set(text=short(line.get_label()), color=line.get_color(), parse_math=False)


def _accuracy_axis(axes: Any) -> None:
    """Shares of wrong answers, growing downwards, but labelled as shares of right ones."""
    axes.invert_yaxis()
    limits = axes.get_ylim()
    names = [f"{100 * accuracy:g} %" for accuracy in ACCURACIES]
    axes.set_yticks([1 - accuracy for accuracy in ACCURACIES], [*names[:-1], f"≥ {names[-1]}"])
    axes.set_yticks([], minor=True)
    axes.set_ylim(limits)  # ticks outside the limits would have moved them
