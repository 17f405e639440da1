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
    """Let a picture grow step by step: see `minigrad.plot.animation.animate`."""
    from minigrad.plot.animation import animate as animated  # imports Matplotlib

    return animated(figure)
