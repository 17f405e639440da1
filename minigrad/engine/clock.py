"""When things happened: numbers in order, for what is recorded, changed in place, or exchanged."""

from __future__ import annotations

import itertools

clock = itertools.count(1)
"""`next(clock)` is the present."""
