"""Updates of several parameters at once, given as lists: Gluon's way of saying that they may be done together."""

from collections.abc import Callable, Sequence
from typing import Any

from minigrad.errors import ShapeError


def one_by_one(update: Callable[..., None], *lists: Sequence[Any]) -> None:
    """Call `update` with the first of each list, then with the second, and so on."""
    lengths = [len(given) if isinstance(given, (list, tuple)) else None for given in lists]
    if len({*lengths}) > 1:
        raise ShapeError(
            f"An update of several parameters got lists of lengths {lengths} (None: not a list); give lists of "
            "indices, weights, gradients and states, all of the same length."
        )
    for each in zip(*lists):
        update(*each)
