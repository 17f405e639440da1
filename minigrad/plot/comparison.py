"""Many optimizers in one picture: how the loss of each family falls, and which of them differ in the end."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from minigrad.guarded import guarded
from minigrad.plot.curves import ENTRY, WIDTH, band, check_runs, epochs, legend, positive
from minigrad.plot.style import FAINT, INK, SMALLEST, Style, families, frame, on_white, short, styles
from minigrad.ties import Curves, Ties, Verdict, finding, verdict

if TYPE_CHECKING:
    from minigrad.plot.picture import Picture

PER_ROW = 3
LINE = 0.17  # inches for a row of the lower half
LETTERS, TITLE = 130, 90
"""Letters in a line of the note, and of the title."""


@guarded
@on_white
def comparison(runs: Mapping[str, Sequence[Curves]]) -> Picture:
    """Draw many optimizers, each with one run, (losses, accuracies), for each seed.

    Above, each family has a panel with its training losses: a line for the mean, a band from the lowest to the highest.
    Below is the last epoch: a small dot for each seed, a marker for the mean, and in grey everything that cannot be
    told apart from the best (see `minigrad.ties`). The title states the finding.
    """
    from minigrad.plot.picture import Picture

    check_runs(runs)
    looks, groups, found = styles(runs), families(runs), verdict(runs)
    columns, most = min(len(groups), PER_ROW), [len(members) for members in groups.values()]
    tall = [max(1.75, 0.6 + ENTRY * max(most[k : k + PER_ROW])) for k in range(0, len(groups), PER_ROW)]
    note = _note(runs, found)
    upper, lower = sum(tall), 0.9 + LINE * max(len(found.loss.places), 1) + LINE * max(0, note.count("\n") - 2)
    figure = Picture(figsize=(WIDTH, upper + lower + 0.4), layout="constrained")
    title = "\n".join(textwrap.wrap(finding(found), TITLE))
    figure.suptitle(title, fontsize=11.5, color=INK, fontweight="bold", parse_math=False)
    halves = figure.add_gridspec(2, 1, height_ratios=(upper, lower))
    above, below = figure.add_subfigure(halves[0]), figure.add_subfigure(halves[1])
    grid = above.subplots(len(tall), columns, squeeze=False, sharex=True, sharey=True, height_ratios=tall)
    for axes, (family, members) in zip(grid.flat, groups.items()):
        for name in members:
            band(axes, name, [positive(loss) for loss, _ in runs[name]], looks[name])
        epochs(axes)
        axes.set_title(family, loc="left", fontsize=9, color=looks[members[0]].colour, fontweight="bold")
        legend(axes)
        axes.label_outer()
    if not found.loss.places:
        grid[0, 0].set_ylim(0.1, 10)  # a logarithmic axis needs limits where there may be nothing to draw
    for axes in grid.flat[len(groups) :]:
        axes.set_axis_off()
    for axes in grid[:, 0]:
        axes.set_ylabel("training loss", color=INK, fontsize=9)
    left, right = below.subplots(1, 2)
    losses = {name: [loss[-1] for loss, _ in runs[name]] for name in found.loss.places}
    _dots(left, losses, {name: math.exp(-mean) for name, mean in found.loss.means.items()}, found.loss, looks)
    left.set_xlabel("training loss after the last epoch", color=INK, fontsize=9)
    shares = {name: [100 * accuracy[-1] for _, accuracy in runs[name]] for name in found.accuracy.places}
    _dots(right, shares, {name: 100 * mean for name, mean in found.accuracy.means.items()}, found.accuracy, looks)
    right.set_xlabel("test accuracy after the last epoch, %", color=INK, fontsize=9)
    below.supxlabel(note, x=0.01, horizontalalignment="left", fontsize=SMALLEST, color=INK)
    return figure


def _note(runs: Mapping[str, Sequence[Curves]], found: Verdict) -> str:
    """How to read the picture."""
    seeds = len(next(iter(runs.values())))
    lines = ["One seed: no spread is known."]
    if seeds > 1:
        lines = [
            f"Above: the mean of {seeds} seeds, with a band from the lowest to the highest. "
            "Below: a dot for each seed, a marker for their mean (geometric for losses).",
            "Grey: cannot be told apart from the best. "
            "Place: the places that cannot be ruled out (Tukey's test at 95 %, paired by seed).",
        ]
    if found.diverged:
        lines += textwrap.wrap(f"Diverged, so without a place: {', '.join(found.diverged)}.", LETTERS)
    return "\n".join(lines)


def _dots(
    axes: Any, values: Mapping[str, Sequence[float]], means: Mapping[str, float], ties: Ties, looks: Mapping[str, Style]
) -> None:
    """One line for each optimizer, the best at the top, with its place or places on the right."""
    frame(axes)
    axes.grid(visible=False)
    names = list(ties.places)
    if len(ties.first) < len(names):
        axes.axhspan(len(ties.first) - 0.5, -0.5, color=FAINT, linewidth=0, zorder=0)
    for row, name in enumerate(names):
        style, seen = looks[name], values[name]
        axes.plot([min(seen), max(seen)], [row, row], color=style.colour, linewidth=1, alpha=0.6)
        axes.plot(seen, [row] * len(seen), ".", color=style.colour, markersize=3.5)
        axes.plot([means[name]], [row], style.marker, color=style.colour, markersize=5.5)
    if values and max(map(max, values.values())) > 10 * min(map(min, values.values())) > 0:
        axes.set_xscale("log")
    axes.set_yticks(range(len(names)), map(short, names))
    for label, name in zip(axes.get_yticklabels(), names):
        label.set(color=looks[name].colour, parse_math=False)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(max(len(names), 1) - 0.5, -0.5)
    ink: dict[str, Any] = {"fontsize": SMALLEST, "color": INK}
    axes.text(1.02, 1, "place", transform=axes.transAxes, va="bottom", **ink)
    for row, name in enumerate(names):
        axes.text(1.02, row, ties.span(name), transform=axes.get_yaxis_transform(), va="center", **ink)
