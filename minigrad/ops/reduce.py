"""Reductions: many values to one along some axes.

`axis` is None (all), a number or a tuple; `keepdims` keeps the reduced axes with length 1. The gradient of a
reduction is put back on its axes by `restore`; the backward pass repeats it along them.
"""

import builtins
import math

from minigrad.dtypes import as_dtype, wide, widened
from minigrad.engine.operation import op
from minigrad.ops import accumulate
from minigrad.ops.accumulate import axes_of, count, divisor, nonempty, total


def restore(F, g, x, axis):
    """Give a reduced value back the reduced axes of x, with length 1. (It works with and without `keepdims`.)"""
    axes = axes_of(len(x.shape), axis)
    return F.reshape(g, tuple(1 if i in axes else n for i, n in enumerate(x.shape)))


@op
def sum(xp, x, axis=None, dtype=None, keepdims=False, out=None):
    """The sum over `axis`, computed as `dtype` if that is given.

    Gradient: every value gets g, the gradient of its sum.

    >>> from minigrad import np
    >>> np.sum(np.array([[1, 2], [3, 4]]), axis=0)
    array([4., 6.])
    """
    return total(xp, x, axis, keepdims, dtype)


sum.vjp(x=lambda F, g, target, axis: restore(F, g, target, axis))


@op
def mean(xp, x, axis=None, dtype=None, keepdims=False):
    """The mean over `axis`; NaN if there are no values.

    Gradient: every one of n values gets g / n.

    >>> from minigrad import np
    >>> np.mean(np.array([[1, 2], [3, 4]]), axis=0)
    array([2., 3.])
    """
    y = accumulate.average(xp, x, axis, keepdims, dtype)
    return y if dtype is None else y.astype(dtype)


mean.vjp(x=lambda F, g, target, axis: restore(F, g, target, axis) * (1 / builtins.max(1, count(target, axis))))


@op
def var(xp, x, axis=None, ddof=0, keepdims=False, dtype=None):
    """The variance over `axis`: the sum of (x - mean)**2 divided by n - `ddof`; NaN if that is not positive.

    If `dtype` is given, x is converted to it first.

    Gradient: 2 g (x - mean) / (n - ddof).

    >>> from minigrad import np
    >>> np.var(np.array([1, 2, 3, 4]))
    array(1.25)
    """
    return _asked(accumulate.variance(xp, xp.asarray(x, dtype), axis, keepdims, ddof), dtype)


def _asked(y, dtype):
    """A deviation as the `dtype` that a caller asked for, if it is one of floats."""
    return y if dtype is None or as_dtype(dtype).kind != "f" else y.astype(dtype)


def _from_the_mean(F, g, x, axis, ddof):
    """The gradient for x, given that of half the variance."""
    x = widened(x)
    for _ in range(2):  # as in `variance`
        x = x - F.mean(x, axis, keepdims=True)
    return restore(F, g, x, axis) * x * (1 / divisor(count(x, axis) - ddof))


var.vjp(x=lambda F, g, x, axis, ddof: _from_the_mean(F, 2 * widened(g), x, axis, ddof))


@op
def std(xp, x, axis=None, ddof=0, keepdims=False, dtype=None):
    """The standard deviation over `axis`, the root of `var`.

    Gradient: g (x - mean) / (y (n - ddof)), and 0 where the deviation y is 0.

    >>> from minigrad import np
    >>> np.std(np.array([1, 3, 5, 7]), ddof=1).round(4)
    array(2.582)
    """
    return _asked(xp.sqrt(accumulate.variance(xp, xp.asarray(x, dtype), axis, keepdims, ddof)), dtype)


std.vjp(x=lambda F, g, y, x, axis, ddof: _from_the_mean(F, widened(g) / F.where(F.equal(y, 0), 1, y), x, axis, ddof))


@op
def max(xp, x, axis=None, keepdims=False):
    """The largest value over `axis`; NaN if any is.

    Gradient: the largest value gets g. Equal ones get equal parts of it, and so do several NaN.

    >>> from minigrad import np
    >>> np.max(np.array([[1, 5], [4, 2]]), axis=1)
    array([5., 4.])
    """
    return xp.max(nonempty(x, axis), axis=axis, keepdims=keepdims)


@op
def min(xp, x, axis=None, keepdims=False):
    """The smallest value over `axis`; NaN if any is.

    Gradient: the smallest value gets g. Equal ones get equal parts of it, and so do several NaN.

    >>> from minigrad import np
    >>> np.min(np.array([[1, 5], [4, 2]]), axis=1)
    array([1., 2.])
    """
    return xp.min(nonempty(x, axis), axis=axis, keepdims=keepdims)


def _shared_among_winners(F, g, y, x, axis):
    won = F.astype(F.logical_or(F.equal(x, restore(F, y, x, axis)), F.isnan(x)), wide(x.dtype))
    return restore(F, g, x, axis) * won / F.sum(won, axis, keepdims=True)


max.vjp(x=_shared_among_winners)
min.vjp(x=_shared_among_winners)


@op
def logsumexp(xp, x, axis=None, keepdims=False):
    """log(sum(exp(x))) over `axis`, computed from the largest value so that nothing overflows.

    Gradient: g softmax(x), and 0 where every x is minus infinity.

    >>> from minigrad import np, ops
    >>> ops.logsumexp(np.array([0, 1000]))
    array(1000.)
    """
    x = widened(x)
    top = xp.max(x, axis=axis, keepdims=True)
    top = xp.where(xp.isfinite(top), top, xp.zeros_like(top))
    y = xp.log(total(xp, xp.exp(x - top), axis, keepdims=True)) + top
    return y if keepdims else xp.squeeze(y, axis=axes_of(x.ndim, axis))


def _shares(F, g, y, x, axis):
    """g softmax(x), which has more digits than g exp(x - y). Nothing has a share in a sum of nothing."""
    some = restore(F, F.not_equal(y, -math.inf), x, axis)
    return restore(F, g, x, axis) * some * F.softmax(F.where(some, x, 0), axis)


logsumexp.vjp(x=_shares)


# Positions and truth: no gradient


@op
def argmax(xp, x, axis=None, keepdims=False):
    """The position of the largest value along `axis` (in the flattened array if None); the first of equal ones.

    No derivative: the result is a constant.

    >>> from minigrad import np
    >>> np.argmax(np.array([[1, 5], [4, 2]]), axis=1)
    array([1, 0])
    """
    return xp.argmax(nonempty(x, axis), axis=axis, keepdims=keepdims)


@op
def argmin(xp, x, axis=None, keepdims=False):
    """The position of the smallest value along `axis` (in the flattened array if None); the first of equal ones.

    No derivative: the result is a constant.

    >>> from minigrad import np
    >>> np.argmin(np.array([[1, 5], [4, 2]]), axis=1)
    array([0, 1])
    """
    return xp.argmin(nonempty(x, axis), axis=axis, keepdims=keepdims)


@op
def any(xp, x, axis=None, keepdims=False):
    """Whether any value over `axis` is true (not 0).

    No derivative: the result is a constant.

    >>> from minigrad import np
    >>> np.any(np.array([[0, 1], [0, 0]]), axis=1)
    array([ True, False])
    """
    return xp.any(x, axis=axis, keepdims=keepdims)


@op
def all(xp, x, axis=None, keepdims=False):
    """Whether all values over `axis` are true (not 0).

    No derivative: the result is a constant.

    >>> from minigrad import np
    >>> np.all(np.array([[1, 1], [0, 1]]), axis=1)
    array([ True, False])
    """
    return xp.all(x, axis=axis, keepdims=keepdims)
