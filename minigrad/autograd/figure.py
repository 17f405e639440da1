"""Matplotlib's Figure. Nothing here opens a window, but a wrong backend in the environment stops even the import."""

import os

from minigrad.errors import UsageError

try:
    from matplotlib.figure import Figure as Figure
except ValueError as error:
    if "backend" not in str(error) or "MPLBACKEND" not in os.environ:
        raise
    raise UsageError(
        f"Matplotlib cannot be imported, because the environment variable MPLBACKEND is {os.environ['MPLBACKEND']!r}, "
        "which is not a backend; unset it, or set it to 'agg'."
    ) from None
