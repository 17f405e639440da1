"""The states of the random generators as plain data: a program that loads them draws the numbers that came next."""

import re
from typing import Any

import numpy

from minigrad import generators
from minigrad.device import cpu, gpu, num_gpus
from minigrad.errors import FileError


def generator_states() -> dict[str, Any]:
    """The states of the generators, and the seed of those not made yet, as plain data.

    The state of CuPy's generators cannot be read. So each of them is restarted, and its new start is saved: the same
    numbers follow whether the program continues or loads the state.
    """
    states: dict[str, Any] = {"seed": generators.seed_of_all}
    for ctx, found in list(generators.by_device.items()):
        if ctx.device_type == "cpu":
            states[str(ctx.device_id)] = found.bit_generator.state
        else:
            number, again = generators.starts[ctx]
            generators.by_device[ctx] = generators.made(ctx, number, again + 1)
            states[f"gpu {ctx.device_id}"] = [number, again + 1]
    return states


def set_generator_states(states: dict[str, Any]) -> None:
    """Make the generators continue from saved states; those of GPUs that are missing here are skipped.

    FileError, before anything changes, if these are not states that `generator_states` could have returned.
    """
    if not isinstance(states, dict):
        raise FileError(f"The states of the random generators are {states!r:.60}; expected a dictionary by device.")
    for name, found in states.items():
        if not _is_state(name, found):
            raise FileError(f"The random generator of {name!r:.60} cannot continue from {found!r:.200}.")
    if "seed" in states:  # files of the first versions have none
        generators.seed(states["seed"])
    for name, found in states.items():
        if name.startswith("gpu "):
            if int(name[4:]) < num_gpus():
                generators.by_device[gpu(int(name[4:]))] = generators.made(gpu(int(name[4:])), *found)
        elif name != "seed":
            generators.generator(cpu(int(name))).bit_generator.state = found


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
