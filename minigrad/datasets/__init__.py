"""Data to train on: digits that come with minigrad, so that the first example needs no download, and your own."""

from minigrad.datasets.digits import digits
from minigrad.datasets.npz import from_npz

__all__ = ["digits", "from_npz"]
