"""Means, quantiles and correlations, and statistics of the values that are not NaN."""

import math
from collections.abc import Callable
from typing import Any

import numpy

from minigrad import ops
from minigrad.arguments import numbers, one_of
from minigrad.axes import axes_in, axis_in
from minigrad.composed import composed
from minigrad.create import full_like
from minigrad.dtypes import result_dtype
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError
from minigrad.np.products import conjugated
from minigrad.ops.accumulate import count, divisor
from minigrad.ops.wide import computed_wide
from minigrad.values import asarray


@composed("a", "weights")
@computed_wide
def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False) -> Any:
    """The mean over `axis`, weighted if `weights` are given: in the shape of `a`, or one for each place along `axis`.

    If `returned`, a list of the mean and the sum of the weights.

    Gradient: for a value, g times its share of the weights.

    >>> from minigrad import np
    >>> np.average(np.array([1, 4]), weights=np.array([2, 1]))
    array(2.)
    """
    if weights is None:
        y = ops.mean(a, axis)
        return [y, full_like(y, count(a, axis))] if returned else y
    weights = asarray(weights)
    if weights.shape != a.shape:
        along = axis_in(a.shape, axis)
        if weights.shape != a.shape[along : along + 1]:
            raise ShapeError(
                f"average() got weights of shape {weights.shape} for {a.shape}; give {a.shape}, or one weight for each "
                f"of the {a.shape[along]} places along axis {along}."
            )
        weights = ops.reshape(weights, tuple(-1 if i == along else 1 for i in range(a.ndim)))
    total = ops.sum(weights, axis)
    y = ops.sum(a * weights, axis) / total
    return [y, ops.broadcast_to(total, y.shape)] if returned else y


@composed("m", "y")
@computed_wide
def cov(m: Any, y: Any = None, rowvar: bool = True, bias: bool = False) -> Tensor:
    """The covariance matrix of the rows of `m` (and of `y` below them), or of the columns with `rowvar=False`.

    The sums of products are divided by n - 1, or by n with `bias`. Gradients reach `m` and `y`.

    >>> from minigrad import np
    >>> np.cov(np.array([[1, 2, 3], [2, 4, 6]]))
    array([[1., 2.],
           [2., 4.]])
    """
    centred = _centred(m, y, rowvar)
    return _of_pairs(centred) / divisor(centred.shape[1] - (not bias))


def _centred(m: Any, y: Any, rowvar: bool) -> Tensor:
    """Each variable as a row, minus its mean."""
    from minigrad.np.joining import atleast_2d, vstack

    if m.ndim > 2:
        raise ShapeError(f"cov() needs a matrix of observations, but got shape {m.shape}.")
    rows = [v.T if v.ndim == 2 and not rowvar else atleast_2d(v) for v in (m, y) if v is not None]
    m = vstack(rows) if len(rows) > 1 else rows[0]
    return ops.subtract(m, ops.mean(m, 1, keepdims=True))


def _of_pairs(rows: Tensor) -> Tensor:
    """The product of every two rows; for a single row, a number."""
    found = ops.matmul(rows, conjugated(rows.T))
    return ops.reshape(found, ()) if found.size == 1 else found


@composed("x", "y")
@computed_wide
def corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Tensor:
    """The correlations of every two rows of `x` (and of `y` below them), from -1 to 1. Gradients reach both.

    >>> from minigrad import np
    >>> np.corrcoef(np.array([[1, 2, 3], [2, 4, 6]])).round(4)
    array([[1., 1.],
           [1., 1.]])
    """
    centred = _centred(x, y, rowvar)
    found = _of_pairs(centred / ops.norm(centred, axis=1, keepdims=True))  # so no product overflows or vanishes
    found = found / divisor(min(centred.shape[1], 1))  # undefined without observations
    return found if found.dtype.kind == "c" else ops.clip(found, -1, 1)  # rounding may lead beyond


@composed("a")
def quantile(a: Any, q: Any, axis: Any = None, keepdims: bool = False, *, interpolation: str = "linear") -> Tensor:
    """The value below which a fraction `q` of the values lies, interpolated between neighbours; NaN if a value is.

    Instead of 'linear', `interpolation` may take the 'lower' or the 'higher' neighbour, their 'midpoint', or the
    'nearest' (half way, the one at an even place).

    Gradient: g, split between the two neighbours in the same proportion.

    >>> from minigrad import np
    >>> np.quantile(np.array([4, 1, 2, 3]), 0.5)
    array(2.5)
    """
    axes = tuple(range(a.ndim)) if axis is None else axes_in(a.shape, axis)
    rest = [n for i, n in enumerate(a.shape) if i not in axes]
    moved = ops.moveaxis(a, axes, tuple(range(-len(axes), 0))) if axes else a
    n = count(a, axes)
    moved = moved if n else ops.mean(moved, axes and tuple(range(-len(axes), 0)), keepdims=True)
    flat = ops.reshape(moved, (*rest, n or 1))
    numbers("q", q, 0, 1, "[]")
    q = asarray(q, "float64", a.ctx)
    place = q * (flat.shape[-1] - 1)
    below = ops.floor(place)
    one_of("interpolation", interpolation, *SHARES)
    share = ops.astype(SHARES[interpolation](place - below, below), "float64")
    ordered = ops.sort(flat, -1)
    low, high = ops.take(ordered, below, -1), ops.take(ordered, ops.minimum(below + 1, flat.shape[-1] - 1), -1)
    found = ops.astype(between(low, high, share), result_dtype(a.dtype))
    largest = ops.reshape(ordered[..., -1], (*rest, *(1,) * q.ndim))
    found = ops.where(ops.isnan(largest), largest, found)  # sorting has put a NaN last
    found = ops.moveaxis(found, tuple(range(len(rest), len(rest) + q.ndim)), tuple(range(q.ndim)))
    kept = (1 if i in axes else n for i, n in enumerate(a.shape))
    return ops.reshape(found, (*q.shape, *kept)) if keepdims else found


@composed("a")
def percentile(a: Any, q: Any, axis: Any = None, keepdims: bool = False, *, interpolation: str = "linear") -> Tensor:
    """The `quantile` for q / 100: q goes from 0 to 100.

    >>> from minigrad import np
    >>> np.percentile(np.array([4, 1, 2, 3]), 50)
    array(2.5)
    """
    numbers("q", q, 0, 100, "[]")
    return quantile(a, asarray(q, "float64") / 100, axis, keepdims, interpolation=interpolation)


@composed("a")
def median(a: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The value in the middle; for an even number of values, the mean of the middle two. Gradient: that of `quantile`.

    >>> from minigrad import np
    >>> np.median(np.array([5, 1, 2]))
    array(2.)
    """
    return quantile(a, 0.5, axis, keepdims)


SHARES: dict[str, Callable[[Any, Any], Tensor]] = {
    "linear": lambda share, below: share,
    "lower": lambda share, below: 0 * share,
    "higher": lambda share, below: ops.ceil(share),
    "midpoint": lambda share, below: ops.ceil(share) / 2,
    "nearest": lambda share, below: ops.rint(below + share) - below,
}
"""How far each `interpolation` goes from the neighbour below to the one above, from its true share of the way."""


def between(low: Any, high: Any, share: Any) -> Tensor:
    """A share, from 0 to 1, of the way from `low` to `high`; either may be infinite if it plays no part.

    If both are finite, both count, whatever the share: the slope is their difference.
    """
    start, end = _counting(low, share < 1, high), _counting(high, share > 0, low)
    return ops.add(start * (1 - share), end * share)


def _counting(value: Any, needed: Any, other: Any) -> Tensor:
    """The value; where it is infinite and not needed, the other one, or 0 if that is infinite too."""
    finite = ops.where(ops.isfinite(other), other, 0.0)
    return ops.where(ops.logical_or(needed, ops.isfinite(value)), value, finite)


@composed("a")
def ptp(a: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The largest value minus the smallest ("peak to peak"). Gradient: g to the largest, -g to the smallest.

    For whole numbers it is an int64 (a uint64 for uint64): it may be larger than any of them.

    >>> from minigrad import np
    >>> np.ptp(np.array([5, 1, 2]))
    array(4.)
    """
    a = ops.astype(a, "int64") if a.dtype.kind in "iu" and a.dtype != "uint64" else a
    return ops.max(a, axis, keepdims) - ops.min(a, axis, keepdims)


@composed("x")
def nan_to_num(
    x: Any, copy: bool = True, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """NaN replaced by `nan`, the infinities by the largest and smallest finite numbers or as given.

    The result is a new array, or with `copy=False` the array itself, changed in place.

    Gradient: g, and 0 where a value was replaced.

    >>> from minigrad import np
    >>> np.nan_to_num(np.array([1, np.nan, np.inf]), posinf=9)
    array([1., 0., 9.])
    """
    old: Tensor = asarray(x)
    if old.dtype.kind not in "fc":
        return old.copy() if copy else old
    if old.dtype.kind == "c":
        real, imag = (nan_to_num(part, True, nan, posinf, neginf) for part in (ops.real(old), ops.imag(old)))
        y = (real + 1j * imag).astype(old.dtype)
    else:
        limits = numpy.finfo(old.dtype)
        y = ops.where(ops.isnan(old), nan, old)
        y = ops.where(old == numpy.inf, float(limits.max) if posinf is None else posinf, y)
        y = ops.where(old == -numpy.inf, float(limits.min) if neginf is None else neginf, y)
    if copy:
        return y
    old[...] = y
    return old


@composed("a")
def nansum(a: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The sum of all values that are not NaN. Gradient: each of these gets g.

    >>> from minigrad import np
    >>> np.nansum(np.array([1, np.nan, 2]))
    array(3.)
    """
    return ops.sum(_without_nan(a, 0.0), axis, keepdims=keepdims)


@composed("a")
@computed_wide
def nanmean(a: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The mean of all values that are not NaN. Gradient: each of these n gets g / n.

    >>> from minigrad import np
    >>> np.nanmean(np.array([1, np.nan, 2]))
    array(1.5)
    """
    return nansum(a, axis, keepdims) / ops.sum(ops.logical_not(ops.isnan(a)), axis, keepdims=keepdims)


@composed("a")
def nanmax(a: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The largest value that is not NaN; NaN if there is none. Gradient: that of `max`.

    >>> from minigrad import np
    >>> np.nanmax(np.array([1, np.nan, 2]))
    array(2.)
    """
    return _nan_if_all_are(a, ops.max(_without_nan(a, float("-inf")), axis, keepdims), axis, keepdims)


@composed("a")
def nanmin(a: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The smallest value that is not NaN; NaN if there is none. Gradient: that of `min`.

    >>> from minigrad import np
    >>> np.nanmin(np.array([1, np.nan, 2]))
    array(1.)
    """
    return _nan_if_all_are(a, ops.min(_without_nan(a, float("inf")), axis, keepdims), axis, keepdims)


def _nan_if_all_are(a: Any, y: Tensor, axis: Any, keepdims: bool) -> Tensor:
    return ops.where(ops.all(ops.isnan(a), axis, keepdims=keepdims), math.nan, y) if y.dtype.kind == "f" else y


def _without_nan(a: Any, value: float) -> Any:
    """`a` with NaN replaced by a value; whole numbers have none."""
    a = asarray(a)
    return ops.where(ops.isnan(a), value, a) if a.dtype.kind == "f" else a
