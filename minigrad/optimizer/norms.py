"""What is not elementwise and so is computed outside a rule: norms, their ratios, means of rows, noise.

These functions take arrays, when a step is run, and symbols, when an equation is printed or worked by hand: what an
optimizer states with them in `outside` or `measure` is both its code and its equation. On a GPU numbers stay there:
nothing here waits for the device.
"""

import math
from collections.abc import Mapping
from typing import Any

from minigrad import random
from minigrad.device import Array, context_of, on_host, xp_of
from minigrad.dtypes import single, unhalved
from minigrad.ops.accumulate import LONG, long_product
from minigrad.optimizer.graph import active, prepared_gradient
from minigrad.optimizer.rule import Symbol, maximum, minimum, where


def norm(x: Array) -> Any:
    """Euclidean norm over all elements.

    >>> import numpy
    >>> float(norm(numpy.array([[3.0], [4.0]])))
    5.0
    """
    if isinstance(x, Symbol):
        return x.trace.node("norm", x)
    xp, x = xp_of(x), unhalved(x).reshape(-1)
    if x.size > LONG and on_host(xp):
        return xp.sqrt(long_product(xp, x[None], x[:, None])[0, 0])
    return xp.sqrt(xp.vdot(x, x))


def quotient(x: Any, y: Any, condition: Any) -> Any:
    """`x / y` if the condition holds, else 1; then nothing is divided.

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
    """`factor * x` over its norm, which is x over its norm but for the sign; zeros stay zeros.

    >>> import numpy
    >>> normalized(numpy.array([3.0, -4.0]), -0.01)
    array([-0.6,  0.8])
    """
    if isinstance(x, Symbol):
        length = norm(factor * x)
        return where(length > 0, factor * x / length, 0.0)
    length = norm(x)
    return unhalved(x) * ((factor > 0) - (factor < 0)) / xp_of(x).where(length > 0, length, 1.0)


def bounded(length: Any, lower: Any, upper: Any) -> Any:
    """A norm, limited to the bounds that are given."""
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


def normal(variance: Any, like: Array) -> Array:
    """Normal noise of mean 0, drawn anew for each element of `like`."""
    if isinstance(like, Symbol):
        return like.trace.node("normal", 0.0, variance)
    with context_of(like):
        return random.normal(0.0, math.sqrt(variance), shape=like.shape, dtype=single(like.dtype)).data


def divides(divisor: Any, n: Any) -> Any:
    """Whether the divisor divides n."""
    return n.trace.node("divides", divisor, n) if isinstance(n, Symbol) else n % divisor == 0


def prepared(g: Array, scalars: Mapping[str, Any]) -> Array:
    """The gradient as a rule with a decay of its own gets it: rescaled, then clipped."""
    return prepared_gradient(None, unhalved(g), scalars, (*active(scalars)[:2], False))
