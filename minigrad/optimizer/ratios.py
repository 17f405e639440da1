"""Factors by which LARS, LAMB, LANS and GroupAdaGrad scale their steps: ratios of norms, means of rows.

Like those of `outside.py`, these functions take arrays and symbols.
"""

from typing import Any

from minigrad.arguments import number
from minigrad.device import Array, xp_of
from minigrad.dtypes import unhalved
from minigrad.errors import ArgumentError
from minigrad.optimizer.outside import norm
from minigrad.optimizer.rule import Symbol, maximum, minimum, where


def quotient(x: Any, y: Any, condition: Any) -> Any:
    """`x / y` if the condition holds, else 1, without dividing.

    >>> quotient(1.0, 0.0, False)
    1.0
    """
    if isinstance(condition, Symbol):
        return where(condition, x / y, 1.0)
    if isinstance(condition, bool):
        return x / y if condition else 1.0
    xp = xp_of(condition)
    return xp.where(condition, x, 1.0) / xp.where(condition, y, 1.0)


def ratio(a: Any, b: Any) -> Any:
    """`a / b`, or 1 unless both are positive.

    >>> import numpy
    >>> float(ratio(norm(numpy.ones(4)), norm(numpy.zeros(4))))
    1.0
    """
    return quotient(a, b, (a > 0) & (b > 0))


def normalized(x: Array, factor: Any) -> Array:
    """`factor * x` over its norm, which is x over its norm, up to the sign; zeros stay zeros.

    >>> import numpy
    >>> normalized(numpy.array([3.0, -4.0]), -0.01)
    array([-0.6,  0.8])
    """
    if isinstance(x, Symbol):
        length = norm(factor * x)
        return where(length > 0, factor * x / length, 0.0)
    length = norm(x)
    x = unhalved(x) / xp_of(x).where(length > 0, length, 1.0)
    return x if factor > 0 else x * ((factor > 0) - (factor < 0))


def limits(lower_bound: float | None, upper_bound: float | None) -> tuple[float | None, float | None]:
    """The bounds of a norm, checked. None and 0 are no limit."""
    lower = None if lower_bound is None else number("lower_bound", lower_bound, 0) or None
    upper = None if upper_bound is None else number("upper_bound", upper_bound, 0) or None
    if lower is not None and upper is not None and lower > upper:
        raise ArgumentError(f"{lower_bound=} is above {upper_bound=}, so no length fits; expected the lower one first")
    return lower, upper


def bounded(length: Any, lower: Any, upper: Any) -> Any:
    """A norm, limited to whichever bounds are given."""
    if lower is not None:
        length = maximum(length, lower)
    return length if upper is None else minimum(length, upper)


def row_mean(x: Array) -> Array:
    """The mean of each row of a matrix, as a column.

    >>> import numpy
    >>> row_mean(numpy.array([[1.0, 3.0], [5.0, 5.0]])).tolist()
    [[2.0], [5.0]]
    """
    if isinstance(x, Symbol):
        return x.trace.node("row_mean", x)
    return x.sum(axis=1, keepdims=True) / max(1, x.shape[1])
