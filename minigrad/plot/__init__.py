"""Pictures. Matplotlib is imported when one is drawn."""

from minigrad.plot.comparison import comparison
from minigrad.plot.curves import curves

__all__ = ["comparison", "curves"]
