"""One seeded random generator for each device: NumPy's on a CPU, CuPy's on a GPU."""

import os
import threading
from typing import Any

from minigrad.device import Context, current_context

by_device: dict[Context, Any] = {}
starts: dict[Context, tuple[int, int]] = {}
"""The seed of each, and how often it was saved since."""
seed_of_all = int.from_bytes(os.urandom(7), "little")
"""The seed of those that have not been made yet."""

own = threading.local()
"""A thread may have generators of its own, `own.generators`, for some devices."""


def generator(ctx: Context | None = None) -> Any:
    """The random generator of a device: NumPy's on a CPU, CuPy's on a GPU. Seeded by `minigrad.random.seed`."""
    ctx = ctx or current_context()
    found = getattr(own, "generators", by_device).get(ctx, by_device.get(ctx))
    return by_device.setdefault(ctx, made(ctx, seed_of_all)) if found is None else found  # of two threads, the first


def made(ctx: Context, number: int, again: int = 0) -> Any:
    """A new generator from a seed, or the one that continues from it after being saved `again` times."""
    with ctx:  # the state of CuPy's generator is on the device
        found = ctx.xp.random.default_rng((number, ctx.device_id, again)[: 3 if again else 2])
    starts[ctx] = number, again
    return found


def seed(number: int, ctx: Context | None = None) -> None:
    """Restart the generator of `ctx` from `number`; without `ctx`, those of all devices, each with its own stream."""
    global seed_of_all
    if ctx is None:
        seed_of_all = number
        by_device.clear()
    else:
        by_device[ctx] = made(ctx, number)
