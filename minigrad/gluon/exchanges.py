"""When a part of a network was last exchanged: what was made for the parts before can tell that it is too old."""

from __future__ import annotations

from typing import Any

from minigrad.engine.clock import clock

latest = [0]
"""The latest stamp."""


def exchanged(part: Any) -> None:
    """Stamp a block or parameter: something in it was replaced now."""
    latest[0] = next(clock)
    object.__setattr__(part, "_changed", latest[0])
