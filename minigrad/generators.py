"""One seeded random generator for each device: NumPy's on a CPU, CuPy's on a GPU."""

import os
import re
import threading
from typing import Any

import numpy

from minigrad.device import Context, cpu, current_context, gpu, num_gpus
from minigrad.errors import FileError

_generators: dict[Context, Any] = {}
_starts: dict[Context, tuple[int, int]] = {}  # the seed of each, and how often it was restarted since
_seed = int.from_bytes(os.urandom(7), "little")

own = threading.local()
"""A thread may have generators of its own, `own.generators`, for some devices."""


def generator(ctx: Context | None = None) -> Any:
    """The random generator of a device: NumPy's on a CPU, CuPy's on a GPU. Seeded by `minigrad.random.seed`."""
    ctx = ctx or current_context()
    found = getattr(own, "generators", _generators).get(ctx, _generators.get(ctx))
    return _generators.setdefault(ctx, _made(ctx, _seed)) if found is None else found  # of two threads, the first


def _made(ctx: Context, number: int, again: int = 0) -> Any:
    """A new generator from a seed, or the one that continues from it after being saved `again` times."""
    with ctx:  # the state of CuPy's generator is on the device
        made = ctx.xp.random.default_rng((number, ctx.device_id, again)[: 3 if again else 2])
    _starts[ctx] = number, again
    return made


def seed(number: int, ctx: Context | None = None) -> None:
    """Restart the generator of `ctx` from `number`; without `ctx`, those of all devices, each with its own stream."""
    global _seed
    if ctx is None:
        _seed = number
        _generators.clear()
    else:
        _generators[ctx] = _made(ctx, number)


def generator_states() -> dict[str, Any]:
    """The states of the generators, and the seed of those not made yet, as plain data.

    The state of CuPy's generators cannot be read. So each of them is restarted, and its new start is saved: the same
    numbers follow whether the program continues or loads the state.
    """
    states: dict[str, Any] = {"seed": _seed}
    for ctx, found in list(_generators.items()):
        if ctx.device_type == "cpu":
            states[str(ctx.device_id)] = found.bit_generator.state
        else:
            number, again = _starts[ctx]
            _generators[ctx] = _made(ctx, number, again + 1)
            states[f"gpu {ctx.device_id}"] = [number, again + 1]
    return states


def set_generator_states(states: dict[str, Any]) -> None:
    """Make the generators continue from saved states; those of GPUs that are missing here are skipped.

    FileError, before anything changes, if these are not states that `generator_states` could have returned.
    """
    global _seed
    if not isinstance(states, dict):
        raise FileError(f"The states of the random generators are {states!r:.60}; expected a dictionary by device.")
    for name, found in states.items():
        if not _is_state(name, found):
            raise FileError(f"The random generator of {name!r:.60} cannot continue from {found!r:.200}.")
    if "seed" in states:  # files of the first versions have none
        _seed = states["seed"]
        _generators.clear()
    for name, found in states.items():
        if name.startswith("gpu "):
            if int(name[4:]) < num_gpus():
                _generators[gpu(int(name[4:]))] = _made(gpu(int(name[4:])), *found)
        elif name != "seed":
            generator(cpu(int(name))).bit_generator.state = found


def _is_state(name: Any, found: Any) -> bool:
    """Whether this can be the state of the generator of that name: PCG64's numbers, or for a GPU a start."""
    if name == "seed":
        return _is_count(found)
    if re.fullmatch(r"gpu \d{1,4}", name):
        return isinstance(found, list) and len(found) == 2 and all(map(_is_count, found))
    made = numpy.random.PCG64(0)  # what default_rng uses
    try:
        made.state = found
    except Exception:  # NumPy raises many kinds of error for an invalid state
        return False
    return re.fullmatch(r"\d{1,4}", name) is not None and made.state == found and found["state"]["inc"] % 2 == 1


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0
