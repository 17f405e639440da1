"""When two results count as equal: in shape, and in value up to rounding."""

from __future__ import annotations

from typing import Any

import numpy


def close(x: Any, y: Any, float64: float = 1e-8, float32: float = 2e-4, slack: float = 0.0) -> bool:
    """Whether y equals x to within that share of |x| + max|x| / 1000, plus `slack`, whatever the dtype of y.

    Infinities and NaN must be in the same places.

    >>> close(numpy.array([1.0, numpy.inf]), numpy.array([1.0 + 1e-10, numpy.inf]))
    True
    >>> close(1.0, 1.1)
    False
    """
    x, y = numpy.asarray(x), numpy.asarray(y)
    if x.shape != y.shape or y.dtype.kind not in "fiub":
        return False
    share = float32 if numpy.float32 in (x.dtype, y.dtype) else float64
    x, y = x.astype(float), y.astype(float)
    finite = numpy.isfinite(x) & numpy.isfinite(y)
    a, b = x[finite], y[finite]
    near = numpy.abs(a - b) <= share * (numpy.abs(a) + numpy.abs(a).max(initial=0) / 1000) + slack
    return bool(near.all() and numpy.array_equal(x[~finite], y[~finite], equal_nan=True))
