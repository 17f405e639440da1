"""What MXNet has on classes defined earlier: `x.as_nd_ndarray()`, which leads to `nd`, and `Context.default_ctx`."""

from typing import Any

from minigrad.device import Context, cpu
from minigrad.doors import DOORS


def as_nd_ndarray(x: Any) -> Any:
    """See the method of that name."""
    from minigrad.nd.ndarray import as_ndarrays

    return as_ndarrays(x)


DOORS["as_nd_ndarray"] = as_nd_ndarray
Context.default_ctx = cpu()  # type: ignore[attr-defined]  # the device of a new thread
