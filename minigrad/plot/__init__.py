"""Pictures. Matplotlib is imported when one is drawn."""

from minigrad.plot.comparison import comparison
from minigrad.plot.curves import curves
from minigrad.plot.vectors import vectors

__all__ = ["comparison", "curves", "vectors"]
