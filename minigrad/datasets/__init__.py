"""Data that come with minigrad, so that the first example runs without a download."""

from minigrad.datasets.digits import digits

__all__ = ["digits"]
