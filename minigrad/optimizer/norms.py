"""Norms of a whole parameter, for rules whose step depends on its length: LARS, LAMB, LANS, LBSGD.

They are sums over all elements, so they are computed before the rule runs and handed to it by name. On a GPU they
stay there: nothing here waits for the device.
"""

from collections.abc import Mapping
from typing import Any

from minigrad.device import Array, on_host, xp_of
from minigrad.dtypes import unhalved
from minigrad.ops.accumulate import LONG, long_product
from minigrad.optimizer.graph import active, prepared_gradient


def norm(x: Array) -> Any:
    """Euclidean norm over all elements.

    >>> import numpy
    >>> float(norm(numpy.array([[3.0], [4.0]])))
    5.0
    """
    xp, x = xp_of(x), unhalved(x).reshape(-1)
    if x.size > LONG and on_host(xp):
        return xp.sqrt(long_product(xp, x[None], x[:, None])[0, 0])
    return xp.sqrt(xp.vdot(x, x))


def ratio(a: Any, b: Any) -> Any:
    """`a / b`, or 1 unless both are positive.

    >>> import numpy
    >>> float(ratio(norm(numpy.ones(4)), norm(numpy.zeros(4))))
    1.0
    """
    xp = xp_of(a)
    both = (a > 0) & (b > 0)
    return xp.where(both, a, 1.0) / xp.where(both, b, 1.0)


def normalized(x: Array) -> Array:
    """`x` over its norm; zeros stay zeros."""
    length = norm(x)
    return unhalved(x) / xp_of(x).where(length > 0, length, 1.0)


def bounded(length: Any, lower: float | None, upper: float | None) -> Any:
    """A norm, limited to the bounds that are given."""
    return length if lower is None and upper is None else xp_of(length).clip(length, lower, upper)


def prepared(g: Array, scalars: Mapping[str, Any]) -> Array:
    """The gradient as a rule with a decay of its own gets it: rescaled, then clipped."""
    return prepared_gradient(None, unhalved(g), scalars, (*active(scalars)[:2], False))
