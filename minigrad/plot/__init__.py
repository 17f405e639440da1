"""Pictures, and the recordings that they are made of. Matplotlib is imported when a picture is drawn."""

from minigrad.plot.comparison import comparison
from minigrad.plot.curves import curves
from minigrad.plot.history import History, record
from minigrad.plot.surfaces import SURFACES, Surface, surface

__all__ = ["SURFACES", "History", "Surface", "comparison", "curves", "record", "surface"]
