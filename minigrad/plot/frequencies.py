"""How often each of several things was seen: a bar for each, the most frequent at the top."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from minigrad.guarded import guarded
from minigrad.plot.style import FAINT, FAMILIES, INK, SMALLEST, frame, on_white, short

if TYPE_CHECKING:
    from minigrad.plot.picture import Picture


@guarded
@on_white
def frequencies(counts: Mapping[str, int], title: str = "") -> Picture:
    """Draw a bar for each name, as long as its count, the longest at the top, with the number at its end.

    >>> figure = frequencies({"wrong-sign": 1, "epsilon-misplaced": 3}, "mistakes of 7 answers")
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['epsilon-misplaced', 'wrong-sign']
    """
    from minigrad.plot.picture import Picture

    names = sorted(counts, key=lambda name: -counts[name])
    figure = Picture(figsize=(7.0, 0.9 + 0.24 * max(1, len(names))), layout="constrained")
    axes = figure.subplots()
    frame(axes)
    axes.set_title(title, fontsize=11, color=INK, loc="left", parse_math=False)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", color=FAINT)
    bars = axes.barh(range(len(names)), [counts[name] for name in names], color=FAMILIES["SGD"][0], height=0.7)
    axes.bar_label(bars, [f"{counts[name]:,}" for name in names], fontsize=SMALLEST, color=INK, padding=3)
    axes.set_yticks(range(len(names)), [short(name, 60) for name in names], parse_math=False)  # no names, no ticks
    axes.invert_yaxis()
    axes.set_xlim(0, 1.08 * (max(counts.values(), default=0) or 1))
    axes.locator_params(axis="x", integer=True)
    axes.set_xlabel("answers", color=INK, fontsize=9)
    return figure
