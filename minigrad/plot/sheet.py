"""What the pictures of walks have in common: the finding above; below, the rules and how it was found."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minigrad.plot.runs import Run, finding, height, note, rate
from minigrad.plot.style import INK, SMALLEST, frame

if TYPE_CHECKING:
    from minigrad.plot.picture import Picture

LEFT, RIGHT, TOP, LABELS, ENTRY, NOTE = 0.65, 0.2, 0.55, 0.5, 0.2, 0.42
"""Inches around the axes: left, right, above, for numbers and labels below, for a legend entry, for the note."""

UNNAMED = re.compile(r"_(head|start|minimum|child\d+)?")
"""The labels of marks that are not rules, and Matplotlib's own for lines without one."""

LETTERS = 11
"""Letters of a title in an inch."""


def sheet(runs: Sequence[Run], width: float, height: float) -> Picture:
    """A figure with room for axes of this height in inches, and for a legend below them.

    Positions are fixed, not found by an automatic layout, so that equal pictures are equal to the pixel.
    """
    return titled(finding(runs), note(runs), width, height, len(runs))


def titled(title: str, below: str, width: float, height: float, entries: int = 0) -> Picture:
    """The same for any title and note."""
    from minigrad.plot.picture import Picture

    lines = textwrap.wrap(title, int(LETTERS * width))
    top = TOP + 0.18 * (len(lines) - 1)
    tall = top + height + LABELS + ENTRY * entries + NOTE
    figure = Picture(figsize=(width, tall))
    figure.subplots_adjust(LEFT / width, 1 - (top + height) / tall, 1 - RIGHT / width, 1 - top / tall)
    at: dict[str, Any] = {"color": INK, "horizontalalignment": "left", "x": 0.1 / width}
    title = "\n".join(lines)
    figure.suptitle(title, y=1 - 0.08 / tall, fontsize=10.5, fontweight="bold", verticalalignment="top", **at)
    figure.text(y=0.06 / tall, s=below, fontsize=SMALLEST, verticalalignment="bottom", wrap=True, **at)
    return figure


def panel(axes: Any, title: str, x: str, y: str) -> None:
    """Axes of a picture that has several: their title, and labels for both axes."""
    frame(axes)
    axes.set_title(title, loc="left", fontsize=9, color=INK, fontweight="bold")
    axes.set_xlabel(x, color=INK, fontsize=9)
    axes.set_ylabel(y, color=INK, fontsize=9)


def described(run: Run) -> str:
    """An entry of the legend. The rate appears only once, even if the label has it."""
    at = rate(run.history.optimizer)
    return f"{run.label.removesuffix(f', {at}')}: {at}, ends {height(run, run.ends[0])}"


def key(axes: Any, lines: Sequence[Any] | None = None, length: float = 3.2) -> None:
    """A legend below the axes, in the colours of the lines: those of these axes that have a name, or the given ones.

    `length` is that of a sample of a line, in letters: long dashes need more to be seen.
    """
    from matplotlib.transforms import ScaledTranslation

    below = axes.transAxes + ScaledTranslation(0, -LABELS, axes.figure.dpi_scale_trans)
    place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (0, 0), "bbox_transform": below, "borderaxespad": 0}
    lines = [line for line in axes.lines if not UNNAMED.fullmatch(line.get_label())] if lines is None else lines
    shown = axes.legend(lines, ["x"] * len(lines), **place, frameon=False, fontsize=9, handlelength=length)
    for text, line in zip(shown.get_texts(), lines):
        text.set(text=line.get_label(), color=line.get_color(), parse_math=False)  # as it is written, even _x and $x
