"""One seeded random generator for each device: NumPy's on a CPU, CuPy's on a GPU."""

import os
import threading
from typing import Any

from minigrad.device import Context, current_context

_generators: dict[Context, Any] = {}
_starts: dict[Context, tuple[int, int]] = {}  # the seed of each, and how often it was saved since
_seed = int.from_bytes(os.urandom(7), "little")

own = threading.local()
"""A thread may have generators of its own, `own.generators`, for some devices."""


def generator(ctx: Context | None = None) -> Any:
    """The random generator of a device: NumPy's on a CPU, CuPy's on a GPU. Seeded by `minigrad.random.seed`."""
    ctx = ctx or current_context()
    found = getattr(own, "generators", _generators).get(ctx, _generators.get(ctx))
    return _generators.setdefault(ctx, made(ctx, _seed)) if found is None else found  # of two threads, the first


def made(ctx: Context, number: int, again: int = 0) -> Any:
    """A new generator from a seed, or the one that continues from it after being saved `again` times."""
    with ctx:  # the state of CuPy's generator is on the device
        found = ctx.xp.random.default_rng((number, ctx.device_id, again)[: 3 if again else 2])
    _starts[ctx] = number, again
    return found


def seed(number: int, ctx: Context | None = None) -> None:
    """Restart the generator of `ctx` from `number`; without `ctx`, those of all devices, each with its own stream."""
    global _seed
    if ctx is None:
        _seed = number
        _generators.clear()
    else:
        _generators[ctx] = made(ctx, number)
