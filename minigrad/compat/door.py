"""The door from `np` to `nd`, for `x.as_nd_ndarray()`: `nd` is imported when it is first used."""

from typing import Any

from minigrad.doors import DOORS


def as_nd_ndarray(x: Any) -> Any:
    """See the method of that name."""
    from minigrad.nd.ndarray import as_ndarrays

    return as_ndarrays(x)


DOORS["as_nd_ndarray"] = as_nd_ndarray
