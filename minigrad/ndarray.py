"""`nd` under its long name, as in `from minigrad.ndarray import NDArray`."""

from minigrad.nd import *  # noqa: F403
