"""The door to the explorer, for `optimizer.Adam().explore()`. The page itself is imported when it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minigrad.doors import DOORS

if TYPE_CHECKING:
    from minigrad.plot.explore import Page


def explore(optimizer: Any, surface: Any) -> Page:
    """The page of an optimizer on a surface: see `Optimizer.explore`."""
    from minigrad.plot.explore import Page

    return Page(optimizer, surface)


DOORS["explore"] = explore
