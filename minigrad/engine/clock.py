"""When things happened: numbers in order, for what is recorded, changed in place, attached or exchanged."""

from __future__ import annotations

import itertools

clock = itertools.count(1)
"""`next(clock)` is the present."""

touched = [0]
"""When an array was last changed in place, but for gradients that a backward pass computes where they are kept."""

rewired = [0]
"""When an array was last attached, or a part of a network exchanged."""


def rewire() -> None:
    """Note that something is attached or exchanged now: who relies on what was there sees `rewired` and looks again."""
    rewired[0] = next(clock)
