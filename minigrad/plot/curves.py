"""Learning curves of many optimizers in one readable picture: a few to a row, each with its name at its end."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy

from minigrad.autograd.layout import settle

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Curves = tuple[Sequence[float], Sequence[float]]
"""Training loss and test accuracy after each epoch."""

PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7a7a7a", "#000000")
"""Okabe and Ito's colours, which the colour-blind can tell apart (grey replaces their yellow, too faint for a line)."""
PER_ROW = 7
OTHERS, FRAME, INK = "#e2e2e2", "#aaaaaa", "#333333"
LABEL: dict[str, Any] = {"fontsize": 9, "verticalalignment": "center", "annotation_clip": False}
SMALLEST_ERROR = 1e-3
ACCURACIES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)


def curves(runs: Mapping[str, Curves], title: str = "") -> Figure:
    """Draw the training loss (left) and the test accuracy (right) of each run against the epoch.

    The runs are sorted by their last loss and shown about seven to a row; each row repeats the others in grey, and all
    rows have one scale, so that they can be compared. The loss is on a logarithmic axis; so is the share of wrong
    answers behind the accuracy, because the step from 98 to 99 % is as large as that from 80 to 90 %. A run that ends
    in NaN comes last and is drawn as far as it goes.

    >>> figure = curves({"sgd": ([2.0, 1.0, 0.5], [0.3, 0.6, 0.8]), "adam": ([1.5, 0.4, 0.1], [0.5, 0.8, 0.9])})
    >>> [text.get_text() for text in figure.axes[1].texts]
    ['adam 90.0 %', 'sgd 80.0 %']
    """
    from matplotlib.figure import Figure

    drawn = {name: (_positive(loss), _wrong(accuracy)) for name, (loss, accuracy) in runs.items()}
    ranked = sorted(runs, key=lambda name: (not math.isfinite(runs[name][0][-1]), runs[name][0][-1]))
    rows = [list(part) for part in numpy.array_split(ranked, max(1, math.ceil(len(ranked) / PER_ROW)))]
    figure = Figure(figsize=(11, 0.9 + 3.1 * len(rows)), layout="constrained")
    figure.get_layout_engine().set(hspace=0.06, wspace=0.04)  # type: ignore[union-attr, call-arg]
    figure.suptitle(title, fontsize=13, color=INK)
    grid = figure.subplots(len(rows), 2, squeeze=False, sharex=True, sharey="col")
    point = "o" if all(len(loss) == 1 for loss, _ in runs.values()) else None
    for names, pair in zip(rows, grid):
        for kind, axes in enumerate(pair):
            for name in ranked:
                axes.plot(*drawn[name][kind], color=OTHERS, linewidth=1, marker=point, zorder=1)
            for name, colour in zip(names, PALETTE):
                axes.plot(*drawn[name][kind], color=colour, linewidth=1.8, marker=point, zorder=2)
            _frame(axes, ("training loss", "test accuracy")[kind])
    _accuracy_axis(grid[0][1])
    for axes in grid[-1]:
        axes.set_xlabel("epoch", color=INK)
    if len(rows) > 1:
        figure.supxlabel(
            "From top to bottom in the order of the last training loss. Grey: the other rows.", fontsize=9, color=INK
        )
    figure.draw_without_rendering()  # the layout must be final before labels can be spaced
    for names, (left, right) in zip(rows, grid):
        losses = [drawn[name][0][1][-1] for name in names]
        _label(left, [n if math.isfinite(loss) else f"{n} (diverged)" for n, loss in zip(names, losses)], losses)
        shares = [f"{name} {100 * runs[name][1][-1]:.1f} %" for name in names]
        _label(right, shares, [drawn[name][1][1][-1] for name in names])
    return figure


def _positive(losses: Sequence[float]) -> tuple[Any, Any]:
    """Epochs and losses, without those that a logarithmic axis cannot show."""
    values = numpy.asarray(losses, "float64")
    return numpy.arange(1, len(values) + 1), numpy.where(values > 0, values, numpy.nan)


def _wrong(accuracies: Sequence[float]) -> tuple[Any, Any]:
    """Epochs and shares of wrong answers, none of them 0."""
    values = 1 - numpy.asarray(accuracies, "float64")
    return numpy.arange(1, len(values) + 1), numpy.maximum(values, SMALLEST_ERROR)


def _frame(axes: Any, what: str) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(FRAME)
    axes.tick_params(which="both", color=FRAME, labelcolor=INK)
    axes.grid(axis="y", color="#f0f0f0", zorder=0)
    axes.set_yscale("log")
    axes.set_ylabel(what, color=INK)
    axes.margins(x=0)
    axes.xaxis.get_major_locator().set_params(integer=True)


def _accuracy_axis(axes: Any) -> None:
    """Shares of wrong answers, growing downwards, written as shares of right ones."""
    axes.invert_yaxis()
    limits = axes.get_ylim()
    axes.set_yticks([1 - accuracy for accuracy in ACCURACIES], [f"{100 * accuracy:g} %" for accuracy in ACCURACIES])
    axes.set_yticks([], minor=True)
    axes.set_ylim(limits)  # ticks outside them would have moved them


def _label(axes: Any, texts: Sequence[str], ends: Sequence[float]) -> None:
    """Write each line's label to the right of the axes at the height of its end, or next to it if that is taken."""
    line_of_text = 11.5 * axes.figure.dpi / 72 / axes.bbox.height  # in units of the axes
    to_axes = axes.transData + axes.transAxes.inverted()
    heights = [to_axes.transform((1, end))[1] if math.isfinite(end) else 1.0 for end in ends]
    heights = [min(max(height, 0.0), 1.0) for height in heights]
    for text, colour, height, place in zip(texts, PALETTE, heights, _apart(heights, line_of_text)):
        line = {"arrowstyle": "-", "color": colour, "linewidth": 0.6, "relpos": (0, 0.5), "shrinkA": 1, "shrinkB": 1}
        axes.annotate(text, (1.0, height), (1.06, place), "axes fraction", color=colour, arrowprops=line, **LABEL)


def _apart(wanted: Sequence[float], gap: float) -> list[float]:
    """Places in [0, 1] near the wanted ones, in their order, at least `gap` apart.

    What would overlap is spread about its mean.

    >>> [round(place, 2) for place in _apart([0.5, 0.5, 0.9], 0.1)]
    [0.45, 0.55, 0.9]
    """
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    settled = settle([wanted[i] for i in order], [gap] * (len(order) - 1), [1.0] * len(order), 0.0, 1.0)
    return [place for _, place in sorted(zip(order, settled))]
