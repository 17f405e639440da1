"""Pictures, and the recordings they are made from. Matplotlib is imported when a picture is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING as _TYPE_CHECKING

from minigrad.guarded import guarded
from minigrad.plot.comparison import comparison
from minigrad.plot.curves import curves
from minigrad.plot.frequencies import frequencies
from minigrad.plot.graph import graph
from minigrad.plot.heatmap import heatmap
from minigrad.plot.history import History, record
from minigrad.plot.posterior import posterior
from minigrad.plot.race import race
from minigrad.plot.rates import rates
from minigrad.plot.runs import compared
from minigrad.plot.schedule import schedule
from minigrad.plot.states import states
from minigrad.plot.surfaces import SURFACES, Surface, surface
from minigrad.plot.trajectory import trajectory
from minigrad.plot.tuning import tuned
from minigrad.plot.vectors import vectors

__all__ = [
    "SURFACES", "History", "Surface", "animate", "compared", "comparison", "curves", "frequencies", "graph", "heatmap",
    "posterior", "race", "rates", "record", "schedule", "states", "surface", "trajectory", "tuned", "vectors",
]  # fmt: skip

if _TYPE_CHECKING:
    from matplotlib.figure import Figure as _Figure

    from minigrad.plot.animation import Animation as _Animation


@guarded
def animate(figure: _Figure) -> _Animation:
    """Let a picture grow step by step.

    In `trajectory`, `race`, `states` and `schedule` the lines grow; in `posterior` the samples gather; in `graph`
    whatever `backward` has reached lights up. The others do not move. `vectors` shows one step: choose it with `step=`.
    `rates` and `heatmap` show where walks of a given length end, and every length has its own good rates: draw them
    again with another `steps=`. `curves` and `comparison` cover a few epochs, not steps, and are read at the end.

    >>> from minigrad import plot
    >>> moving = plot.animate(plot.trajectory("adam", "valley", steps=20))
    >>> moving.steps[-1]
    20
    """
    from minigrad.plot.animation import Animation  # imports Matplotlib

    return Animation(figure)
