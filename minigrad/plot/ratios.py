"""Relative times: a row for each task, a marker for each other library, and a line where both are equal."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minigrad.plot.curves import WIDTH
from minigrad.plot.style import FAINT, FAMILIES, GREY, INK, MARKERS, SMALLEST, frame

if TYPE_CHECKING:
    from minigrad.plot.picture import Picture

ROW, AROUND = 0.24, 0.35
"""Inches for a task, and for the title of a part and the gap between two parts."""
COLOURS = (*(light for light, *_ in FAMILIES.values()), GREY, INK)
LETTERS = 118
"""Letters in a line of the note."""

Rows = Mapping[str, Mapping[str, Mapping[str, tuple[float, float, float]]]]


def ratios(rows: Rows, note: str = "") -> Picture:
    """Draw part -> task -> other -> (lower quartile, median, upper quartile), on a logarithmic axis.

    A marker is a median, with a line between the quartiles; the dark line is at 1, where both take equally long.

    >>> found = {"layers": {"LSTM": {"PyTorch": (0.6, 0.7, 0.8)}, "GRU": {"PyTorch": (1.2, 1.3, 1.3)}}}
    >>> [label.get_text() for label in ratios(found).axes[0].get_yticklabels()]
    ['LSTM', 'GRU']
    """
    from matplotlib.ticker import LogLocator, NullFormatter

    from minigrad.plot.picture import Picture

    others = list(dict.fromkeys(other for tasks in rows.values() for task in tasks.values() for other in task))
    lengths = [max(1, len(tasks)) for tasks in rows.values()] or [1]
    most = [max(map(len, tasks.values()), default=0) for tasks in rows.values()] or [0]
    tall = [length * max(1, others / 3) for length, others in zip(lengths, most)]
    lines = textwrap.wrap(note, LETTERS)
    height = 1.2 + 0.15 * len(lines) + ROW * sum(tall) + AROUND * len(lengths)
    figure = Picture(figsize=(WIDTH, height), layout="constrained")
    title = "Times of other libraries divided by minigrad's: to the right of 1, minigrad is faster"
    figure.suptitle(title, fontsize=10.5, color=INK, fontweight="bold", x=0.01, horizontalalignment="left")
    panels = figure.subplots(len(lengths), 1, squeeze=False, sharex=True, height_ratios=tall)[:, 0]
    marks = {}
    for axes, (part, tasks) in zip(panels, rows.items()):
        for row, found in enumerate(tasks.values()):
            for place, (other, (low, middle, high)) in enumerate(found.items()):
                look = others.index(other)
                colour, marker = COLOURS[look % len(COLOURS)], MARKERS[look % len(MARKERS)]
                at = row + (place - (len(found) - 1) / 2) * 0.7 / max(len(found), 3)
                axes.plot([low, high], [at, at], color=colour, linewidth=1.2)
                (marks[other],) = axes.plot([middle], [at], marker, color=colour, markersize=4.5, linestyle="none")
        axes.set_title(part, loc="left", fontsize=9, color=INK, fontweight="bold")
        axes.set_yticks(range(len(tasks)), tasks)
    for axes, length in zip(panels, lengths):
        frame(axes)
        axes.set_xscale("log")
        axes.set_ylim(length - 0.5, -0.5)
        axes.grid(axis="y", visible=False)
        axes.grid(axis="x", color=FAINT)
        for row in range(1, length):
            axes.axhline(row - 0.5, color=FAINT, linewidth=0.6)
        axes.axvline(1, color=INK, linewidth=1.2, zorder=1)
        axes.tick_params(axis="y", length=0)
        low, high = axes.get_xlim()
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 1000 * low else (1,), numticks=12))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
    under: dict[str, Any] = {"title": "\n".join(lines), "title_fontsize": SMALLEST, "alignment": "left"}
    figure.legend(marks.values(), marks, loc="outside lower left", ncols=4, frameon=False, fontsize=9, **under)
    return figure
