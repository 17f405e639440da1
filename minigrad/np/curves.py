"""Curves, given by points or by coefficients: differences, areas, interpolation and polynomials."""

from typing import Any

from minigrad import ops
from minigrad.arguments import MANY, whole
from minigrad.axes import axis_in
from minigrad.composed import composed
from minigrad.create import arange, zeros_like
from minigrad.device import on_host, xp_of
from minigrad.dtypes import result_dtype
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ShapeError
from minigrad.np.search import searchsorted
from minigrad.np.statistics import between
from minigrad.ops.wide import computed_wide
from minigrad.values import asarray


@composed("a")
def diff(a: Any, n: int = 1, axis: int = -1) -> Tensor:
    """The difference of each value from the one before along `axis`, taken n times; of bools, whether they differ.

    Gradient: for n = 1, the g of the difference that ends at a value minus that of the one that begins there.

    >>> from minigrad import np
    >>> np.diff(np.array([1, 4, 9]))
    array([3., 5.])
    """
    lead = (slice(None),) * axis_in(a.shape, axis)
    apart = ops.not_equal if a.dtype.kind == "b" else ops.subtract
    for _ in range(whole("n", n, 0, MANY)):
        a = apart(a[(*lead, slice(1, None))], a[(*lead, slice(None, -1))])
    return asarray(a)


@composed("y", "x")
@computed_wide
def trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Tensor:
    """The area under straight lines from each y to the next: over `x`, or in steps of `dx`. Gradients reach both.

    >>> from minigrad import np
    >>> np.trapezoid(np.array([0, 1, 2]))
    array(2.)
    """
    lead = (slice(None),) * axis_in(y.shape, axis)
    heights = (y[(*lead, slice(1, None))] + y[(*lead, slice(None, -1))]) / 2
    if x is None:
        return ops.sum(heights * dx, axis)
    widths = diff(asarray(x), axis=axis if x.ndim > 1 else -1)
    if x.ndim == 1:
        widths = ops.reshape(widths, (-1, *(1,) * (y.ndim - 1 - len(lead))))
    return ops.sum(heights * widths, axis)


@composed("x", "xp", "fp")
def interp(x: Any, xp: Any, fp: Any) -> Tensor:
    """The linear interpolation at `x` between the points (xp, fp), with xp increasing; constant beyond the ends.

    Where two points have the same xp, the curve jumps, and the later point counts. On a CPU, ArgumentError if xp falls.

    Gradient: for x, g times the slope there; those for xp and fp follow from the two nearest points.

    >>> from minigrad import np
    >>> np.interp(np.array([0.5, 5]), np.array([0, 1]), np.array([10, 20]))
    array([15., 20.])
    """
    x, xp, fp = asarray(x), asarray(xp), asarray(fp)
    if xp.ndim != 1 or xp.shape != fp.shape or not len(xp):
        raise ShapeError(
            f"interp() got xp of shape {xp.shape} and fp of {fp.shape}; it needs equally many of each, at least one."
        )
    dtype = result_dtype(x.dtype, xp.dtype, fp.dtype)
    x, xp, fp = (ops.astype(v, "float64") for v in (x, xp, fp))
    if on_host(xp_of(xp.data)) and (xp.data[1:] < xp.data[:-1]).any():
        raise ArgumentError("interp() got an xp that falls; sort it, and fp with it: i = np.argsort(xp); xp[i], fp[i].")
    right = ops.clip(searchsorted(xp.detach(), x.detach(), "right"), 1, len(xp) - 1)
    x0, x1, y0, y1 = ops.take(xp, right - 1), ops.take(xp, right), ops.take(fp, right - 1), ops.take(fp, right)
    wide = x1 > x0  # else x is not between them
    share = ops.where(wide, (x - x0) / ops.where(wide, x1 - x0, 1.0), ops.where(ops.isnan(x), x, x >= x1))
    return ops.astype(between(y0, y1, ops.clip(share, 0, 1)), dtype)


@composed("p", "x")
def polyval(p: Any, x: Any) -> Tensor:
    """The polynomial with coefficients `p`, highest power first, at `x`, by Horner's rule. Gradients reach both.

    >>> from minigrad import np
    >>> np.polyval(np.array([1, 0, 1]), np.array([2, 3]))
    array([ 5., 10.])
    """
    p, y = asarray(p), zeros_like(x)
    for k in range(len(p)):
        y = y * x + p[k]
    return asarray(y)


@composed("x")
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Tensor:
    """A matrix with the powers of each value as a row, the highest first unless `increasing`. Gradients reach `x`.

    >>> from minigrad import np
    >>> np.vander(np.array([2, 3]), 3)
    array([[4., 2., 1.],
           [9., 3., 1.]])
    """
    if x.ndim != 1:
        raise ShapeError(f"vander() needs one axis of values, but got shape {x.shape}.")
    exponents = arange(len(x) if N is None else whole("N", N, 0), dtype="int64", ctx=x.ctx)
    return ops.power(ops.reshape(x, (-1, 1)), exponents if increasing else exponents[::-1])
