"""Pictures. Matplotlib is imported when one is drawn."""

from minigrad.plot.curves import curves
from minigrad.plot.vectors import vectors

__all__ = ["curves", "vectors"]
