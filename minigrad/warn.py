"""Warnings that show the user's line, however deep in minigrad they come from."""

import sys
import warnings

from minigrad.explain import HERE


def warn(message: str) -> None:
    """Warn at the innermost line that is not in minigrad."""
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename.startswith(HERE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, stacklevel=level)
