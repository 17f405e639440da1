"""Functions that are not elementwise and so run outside a rule: the norm of a parameter, noise, every n-th step.

They take arrays when a step is run, and symbols when an equation is printed or worked by hand, so whatever an optimizer
writes with them in `outside` or `measure` is both its code and its equation. On a GPU the norms stay there, and nothing
here waits for the device.
"""

import math
from typing import Any

from minigrad import random
from minigrad.arguments import number
from minigrad.device import Array, context_of, on_host, xp_of
from minigrad.dtypes import single, unhalved
from minigrad.ops.accumulate import LONG, long_product
from minigrad.optimizer.rule import Symbol


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


def normal(variance: Any, like: Array) -> Array:
    """Normal noise of mean 0, drawn anew for each element of `like`."""
    if isinstance(like, Symbol):
        return like.trace.node("normal", 0.0, variance)
    with context_of(like):
        deviation = math.sqrt(number("the rate, a variance,", variance, 0))
        return random.normal(0.0, deviation, shape=like.shape, dtype=single(like.dtype)).data


def divides(divisor: Any, n: Any) -> Any:
    """Whether the divisor divides n."""
    return n.trace.node("divides", divisor, n) if isinstance(n, Symbol) else n % divisor == 0
