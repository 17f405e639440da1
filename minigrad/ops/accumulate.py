"""How a long sum is added up: in which dtype (`dtypes.py`) and order, so that small terms count and nothing overflows.

In float32 no more than a thousand values are added one after the other: 200,000 rows would lose 2e-3 of their sum that
way.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy

from minigrad.device import on_host, ones
from minigrad.dtypes import FLOAT32, FLOAT64, single, unhalved, wide, widened

BLOCK = 128
"""How many values are added one after the other, as in NumPy's own pairwise sums."""
FEW = 2 * BLOCK
"""How many values may be added one after the other where blocks would cost more than they gain."""
LONG = 1024
"""The most values that a product with a vector may add up: BLAS adds them one after the other, but fast."""


def axes_of(ndim: int, axis: Any) -> tuple[int, ...]:
    """A checked `axis` (None for all, a number, a tuple or a list) as numbers from 0 up."""
    if axis is None or not ndim:
        return tuple(range(ndim))
    return tuple(a % ndim for a in (axis if isinstance(axis, (tuple, list)) else (axis,)))


def count(x: Any, axis: Any) -> int:
    """How many values are combined over `axis`."""
    if type(axis) is int and x.shape:
        return x.shape[axis]  # type: ignore[no-any-return]
    return math.prod(x.shape if axis is None else [x.shape[a] for a in axes_of(len(x.shape), axis)])


def total(xp, x, axis=None, keepdims=False, dtype=None):
    """The sum of a raw array over `axis`, as `dtype`; without it, float16 gives float32, for the caller to round.

    Whole numbers are added as NumPy does, in its widest integers.
    """
    rows = dtype is None and x.ndim > 1 and axis in (-1, x.ndim - 1) and 0 < x.shape[-1] <= FEW and on_host(xp)
    if rows and type(keepdims) is bool and x.dtype.char in "fd" and x.flags.c_contiguous:
        return row_sums(xp, x.reshape(-1, x.shape[-1])).reshape(*x.shape[:-1], *[1] * keepdims)
    added = single(numpy.dtype(dtype)) if dtype is not None else FLOAT32 if x.dtype.char == "e" else None
    if x.size > FEW and x.ndim > 1 and count(x, axis) > FEW and on_host(xp):  # a GPU adds with many threads
        x = _shortened(xp, x, axis, x.dtype if added is None else added)
    y = x.sum(axis if x.ndim else None, added, None, keepdims)
    return y if dtype is None or y.dtype == dtype else y.astype(dtype)


def average(xp, x, axis=None, keepdims=False, dtype=None):
    """The mean of a raw array over `axis`, NaN if there are no values, in a dtype as wide as `total` adds in."""
    if dtype is not None or x.dtype.kind != "f":
        dtype = wide(x.dtype if dtype is None else numpy.dtype(dtype))
    return total(xp, x, axis, keepdims, dtype) / divisor(count(x, axis))


def variance(xp, x, axis=None, keepdims=False, ddof=0):
    """The sum of squared distances from the mean, divided by n - ddof, in a dtype as wide as `total` adds in."""
    apart = widened(x)
    for again in range(2):  # the first mean is rounded, and may lie as far from equal values as its last digit
        apart = xp.subtract(apart, average(xp, apart, axis, True), out=apart if again and x.ndim else None)
    apart = xp.abs(apart) if x.dtype.kind == "c" else apart
    squares = xp.multiply(apart, apart, out=apart if x.ndim else None)
    return total(xp, squares, axis, keepdims) / divisor(count(x, axis) - ddof)


def column_sums(xp, x):
    """The sums of the columns of a matrix (m, n), on a CPU as a product with ones: shape (n,).

    Gradient: every value gets the g of its column.

    >>> from minigrad import np, ops
    >>> ops.OPS["column_sums"](np.array([[1, 2], [3, 4]]))
    array([4., 6.])
    """
    if not on_host(xp):
        return total(xp, x, 0)
    if len(x) > LONG:
        return long_product(xp, ones(xp, (1, LONG), single(x.dtype)), x)[0]
    return xp.dot(ones(xp, x.shape[0], x.dtype), x)  # for small matrices faster than a reduction


def row_sums(xp, x):
    """The sums of the rows of a matrix on a CPU, as a product with ones.

    That is 2 to 30 times as fast as a reduction, most for short rows. BLAS takes several rows at a time, and the last
    few in another way: sums of equal rows may differ in the last bit.
    """
    return total(xp, x, 1) if x.shape[1] > LONG else x.dot(ones(xp, x.shape[1], x.dtype))


def has_long_vectors(a: Any, b: Any) -> bool:
    """Whether `matmul` is a product with vectors of more than `LONG` terms: for matrices, BLAS uses blocks itself."""
    n = a.shape[-1]
    if n <= LONG or b.dtype.kind != "f" or n != b.shape[max(0, b.ndim - 2)]:
        return False
    return 1 in (a.ndim, b.ndim) or 1 in (a.shape[-2], b.shape[-1])


def long_product(xp, a, b):
    """`matmul` with vectors of more than `LONG` terms, in blocks. If `a` has `LONG` columns, they serve every block."""
    alone = (-2,) * (a.ndim == 1) + (-1,) * (b.ndim == 1)
    a, b = unhalved(a[None] if a.ndim == 1 else a), unhalved(b[:, None] if b.ndim == 1 else b)
    n = b.shape[-2]
    whole = n - n % LONG
    rows = a[..., :whole].reshape((*a.shape[:-1], -1, LONG)).swapaxes(-3, -2)
    y = total(xp, xp.matmul(rows, b[..., :whole, :].reshape((*b.shape[:-2], -1, LONG, b.shape[-1]))), -3)
    if whole < n:
        rest = a[..., whole:] if a.shape[-1] == n else a[..., : n - whole]
        y = y + xp.matmul(rest, b[..., whole:, :])
    return y.squeeze(alone)


def added_at(xp, g, key, shape):
    """Zeros of `shape` with `g` added at the positions `key`, one after the other: in float64 if there are many."""
    dtype = single(g.dtype)
    added = FLOAT64 if dtype.kind == "f" and g.size > math.prod(shape) else dtype
    out = xp.zeros(shape, added)
    xp.add.at(out, key, g.astype(added, copy=False))  # with one dtype it is five times as fast
    return out.astype(dtype, copy=False)


def nonempty(x: Any, axis: Any) -> Any:
    """`x` itself; ValueError if there is nothing to choose from over `axis`. (CuPy raises none for an empty result.)"""
    if not x.size and not count(x, axis):
        raise ValueError("zero-size array to reduction operation which has no identity")
    return x


def divisor(n: float) -> float:
    """A number of values to divide by; NaN if there are none, since the quotient is undefined then."""
    return n if n > 0 else math.nan


def _shortened(xp, x, axis, dtype):
    """An array with the same sum over `axis`, summed in blocks until only a few are left to be added one by one."""
    axes = axes_of(x.ndim, axis) if dtype == FLOAT32 else ()
    while (axis := _one_by_one(x, axes)) is not None:
        n, lead = x.shape[axis], (slice(None),) * axis
        block = min(BLOCK, n)
        whole = n - n % block
        blocks = x[(*lead, slice(whole))].reshape((*x.shape[:axis], whole // block, block, *x.shape[axis + 1 :]))
        rest, x = x[(*lead, slice(whole, None))], blocks.sum(axis + 1, dtype)
        if whole < n:
            x = xp.concatenate((x, rest.sum(axis, dtype, keepdims=True)), axis=axis)
    return x


def _one_by_one(x: Any, axes: Sequence[int]) -> int | None:
    """The longest of the axes along which NumPy adds one value after the other; None if these are short.

    It goes through memory in order, and adds in pairs only along the axes that lie innermost there.
    """
    left, step = [i for i in axes if x.shape[i] > 1], 0
    inwards = sorted((i for i, n in enumerate(x.shape) if n > 1), key=lambda i: abs(x.strides[i]) or math.inf)
    for i in inwards:
        if i not in left or step not in (0, abs(x.strides[i])):
            break
        left.remove(i)
        step = abs(x.strides[i]) * x.shape[i]
    return max(left, key=lambda i: x.shape[i]) if math.prod([x.shape[i] for i in left]) > FEW else None
