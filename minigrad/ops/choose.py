"""One value or another, element by element: the gradient goes to the one that was chosen.

NaN is chosen wherever it occurs, and then gets the gradient: it must stay visible.
"""

import math
from typing import Any

from minigrad.device import on_host
from minigrad.engine.operation import op
from minigrad.ops.elementwise import binary


def _chosen(F, g, wins, own, other):
    """All of the gradient where a value wins or is NaN, as the output then is; half of it at a tie."""
    return F.where(F.logical_or(wins, F.isnan(own)), g, F.where(F.equal(own, other), g / 2, 0))


# fmt: off
maximum = binary("maximum", "The larger of a and b; at a tie each gets half of the gradient", "[1, 5], 3 = [3., 5.]",
    "(a > b) + (a == b) / 2", lambda F, g, a, b: _chosen(F, g, F.greater(a, b), a, b),
    "(b > a) + (a == b) / 2", lambda F, g, a, b: _chosen(F, g, F.greater(b, a), b, a))
minimum = binary("minimum", "The smaller of a and b; at a tie each gets half of the gradient", "[1, 5], 3 = [1., 3.]",
    "(a < b) + (a == b) / 2", lambda F, g, a, b: _chosen(F, g, F.less(a, b), a, b),
    "(b < a) + (a == b) / 2", lambda F, g, a, b: _chosen(F, g, F.less(b, a), b, a))
# fmt: on


@op
def where(xp, condition, a, b):
    """a where `condition` holds, else b; the three are broadcast.

    Gradient: for a, g where the condition holds, else 0; for b the other way round.

    >>> from minigrad import np, ops
    >>> ops.where(np.array([True, False]), np.array([1, 2]), 0)
    array([1., 0.])
    """
    return xp.where(condition if hasattr(condition, "shape") else xp.asarray(condition), a, b)  # CuPy's takes no bool


where.vjp(a=lambda F, g, condition: F.where(condition, g, 0), b=lambda F, g, condition: F.where(condition, 0, g))


@op
def clip(xp, x, a_min=None, a_max=None):
    """x with values below `a_min` raised to it and values above `a_max` lowered to it; either may be None.

    Gradient: g goes to x where x is between the limits or at one, else to the limit taken. NaN passes it on.

    >>> from minigrad import np
    >>> np.clip(np.array([-1, 0.5, 3]), 0, 1)
    array([0. , 0.5, 1. ])
    """
    if on_host(xp):
        return xp.clip(x if hasattr(x, "shape") else xp.asarray(x), a_min, a_max)
    y = x if a_min is None else xp.maximum(x, a_min)  # CuPy's clip ignores NaN limits and refuses complex numbers
    return xp.array(y) if a_max is None else xp.minimum(y, a_max)


def _clip_x(F, g, x, a_min, a_max):
    low, high = _limits(a_min, a_max)
    inside = F.logical_and(F.greater_equal(x, low), F.less_equal(x, high))
    return F.where(F.logical_or(inside, F.isnan(x)), g, 0)


def _clip_min(F, g, x, a_min, a_max):
    low, high = _limits(a_min, a_max)
    chosen = F.logical_and(F.less(x, low), F.less_equal(low, high))
    return F.where(F.logical_or(chosen, F.isnan(low)), g, 0)


def _clip_max(F, g, x, a_min, a_max):
    low, high = _limits(a_min, a_max)
    chosen = F.logical_or(F.greater(x, high), F.greater(low, high))
    return F.where(F.logical_or(chosen, F.isnan(high)), g, 0)


def _limits(a_min: Any, a_max: Any) -> tuple[Any, Any]:
    return -math.inf if a_min is None else a_min, math.inf if a_max is None else a_max


clip.vjp(x=_clip_x, a_min=_clip_min, a_max=_clip_max)
