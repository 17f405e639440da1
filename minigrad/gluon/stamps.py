"""When a part of a network was last replaced: a stamp that shows whether anything made for it is out of date."""

from typing import Any

from minigrad.engine.clock import clock

latest = [0]
"""The latest stamp on any part of any network."""


def stamp(part: Any) -> None:
    """Note that something in a block or parameter was just replaced."""
    latest[0] = next(clock)
    object.__setattr__(part, "_changed", latest[0])
