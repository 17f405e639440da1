"""The differentiable NumPy namespace: NumPy's names and arguments, on Tensors.

Numbers in lists become float32, as in Gluon; NumPy arrays keep their dtype.

>>> from minigrad import np
>>> np.array([1, 2, 3]) * 2
array([2., 4., 6.])
"""

from __future__ import annotations

import builtins
import itertools
from types import SimpleNamespace
from typing import Any

import numpy

# isort: off
# fmt: off
from minigrad.create import (
    arange, array, asarray, empty, empty_like, eye, full, full_like, genfromtxt, identity, linspace, logspace, ones,
    ones_like, zeros, zeros_like,
)
from minigrad.ops import (
    absolute, add, all, any, arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh, argmax, argmin, argsort,
    bitwise_and, bitwise_or, bitwise_xor, broadcast_to, cbrt, ceil, clip, concatenate, copy, cos, cosh, cumsum,
    degrees, divide, dot, einsum, equal, exp, exp2, expand_dims, expm1, flip, floor, floor_divide, fmod, greater,
    greater_equal, hypot, invert, isfinite, isinf, isnan, less, less_equal, log, log1p, log2, log10, logaddexp,
    logical_and, logical_not, logical_or, logical_xor, matmul, max, maximum, mean, min, minimum, mod, moveaxis,
    multiply, negative, norm, not_equal, outer, pad, positive, power, prod, put_back, radians, reciprocal, repeat,
    reshape, rint, roll, round, sign, sin, sinh, sort, sqrt, square, squeeze, stack, std, subtract, sum, swapaxes,
    take, take_along_axis, tan, tanh, tensordot, tile, transpose, trunc, var, where,
)
# fmt: on
# isort: on
from minigrad.device import xp_of
from minigrad.errors import ArgumentError
from minigrad.tensor import Tensor

ndarray = Tensor
pi, e, inf, nan, newaxis = numpy.pi, numpy.e, numpy.inf, numpy.nan, None
float16, float32, float64 = numpy.float16, numpy.float32, numpy.float64
int8, int32, int64, uint8, bool_, bool = numpy.int8, numpy.int32, numpy.int64, numpy.uint8, numpy.bool_, numpy.bool_
dtype, finfo = numpy.dtype, numpy.finfo

abs, true_divide, amax, amin, remainder, fix = absolute, divide, max, min, mod, trunc
deg2rad, rad2deg = radians, degrees
linalg = SimpleNamespace(norm=norm)

# Grids and diagonals


def meshgrid(*xi: Any, indexing: str = "xy") -> list[Tensor]:
    """Coordinate arrays of a grid from one array of coordinates for each axis."""
    xi = tuple(asarray(x) for x in xi)
    grids = []
    for i, x in enumerate(xi):
        place = {0: 1, 1: 0}.get(i, i) if indexing == "xy" and len(xi) > 1 else i
        grids.append(reshape(x, tuple(-1 if j == place else 1 for j in range(len(xi)))))
    shape = numpy.broadcast_shapes(*(g.shape for g in grids))
    return [broadcast_to(g, shape).copy() for g in grids]


def tril(m: Any, k: int = 0) -> Tensor:
    """The values on and below diagonal k, zeros above."""
    return _masked(m, k, lambda row, column: column <= row + k)


def triu(m: Any, k: int = 0) -> Tensor:
    """The values on and above diagonal k, zeros below."""
    return _masked(m, k, lambda row, column: column >= row + k)


def _masked(m: Any, k: int, keep: Any) -> Tensor:
    xp = xp_of(m.data)
    rows, columns = xp.arange(m.shape[-2])[:, None], xp.arange(m.shape[-1])[None, :]
    return where(Tensor(keep(rows, columns), m.ctx), m, 0.0)


def diag(v: Any, k: int = 0) -> Tensor:
    """The diagonal of a matrix, or the matrix with that diagonal."""
    index = arange(len(v) if v.ndim == 1 else _diagonal_length(v.shape, k), dtype="int64", ctx=v.ctx)
    row, column = index + builtins.max(0, -k), index + builtins.max(0, k)
    if v.ndim == 2:
        return v[row, column]
    n = len(v) + builtins.abs(k)
    return put_back(v, (row.data, column.data), (n, n))


def _diagonal_length(shape: tuple[int, ...], k: int) -> int:
    return builtins.max(0, builtins.min(shape[0] + builtins.min(0, k), shape[1] - builtins.max(0, k)))


# Joining and splitting


def vstack(arrays: Any) -> Tensor:
    """Rows on top of each other."""
    return concatenate([atleast_2d(a) for a in arrays], 0)


def hstack(arrays: Any) -> Tensor:
    """Columns side by side (vectors end to end)."""
    arrays = [asarray(a) for a in arrays]
    return concatenate(arrays, 0 if arrays[0].ndim <= 1 else 1)


def column_stack(arrays: Any) -> Tensor:
    """Vectors as the columns of a matrix."""
    return concatenate([reshape(a, (-1, 1)) if a.ndim < 2 else a for a in map(asarray, arrays)], 1)


def append(arr: Any, values: Any, axis: Any = None) -> Tensor:
    """`values` after `arr` (both flattened if `axis` is None)."""
    return concatenate((arr, asarray(values)), axis)


def atleast_1d(a: Any) -> Tensor:
    """With at least one axis."""
    a = asarray(a)
    return a if a.ndim else reshape(a, (1,))


def atleast_2d(a: Any) -> Tensor:
    """With at least two axes, the new ones in front."""
    a = asarray(a)
    return a if a.ndim >= 2 else reshape(a, (1, -1))


def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """Pieces along an axis: a number of equal pieces, or the places to cut at."""
    n = ary.shape[axis]
    if isinstance(indices_or_sections, int):
        if n % indices_or_sections:
            raise ArgumentError(
                f"split() cannot cut an axis of length {n} into {indices_or_sections} equal pieces; use array_split()."
            )
        cuts = list(range(0, n + 1, n // indices_or_sections or 1))[: indices_or_sections + 1]
    else:
        cuts = [0, *(int(i) for i in indices_or_sections), n]
    lead = (slice(None),) * (axis % ary.ndim)
    return [ary[(*lead, slice(a, b))] for a, b in itertools.pairwise(cuts)]


def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """`split`, with pieces that may differ by one."""
    if isinstance(indices_or_sections, int):
        n, k = ary.shape[axis], indices_or_sections
        sizes = [n // k + (i < n % k) for i in range(k)]
        indices_or_sections = numpy.cumsum(sizes)[:-1].tolist()
    return split(ary, indices_or_sections, axis)


# What needs a word of its own


def ravel(a: Any) -> Tensor:
    """On one axis."""
    return reshape(a, (-1,))


def average(a: Any, axis: Any = None, weights: Any = None) -> Tensor:
    """The mean, weighted if `weights` (of the shape of `a`) are given."""
    return mean(a, axis) if weights is None else divide(sum(a * weights, axis), sum(weights, axis))


def cov(m: Any) -> Tensor:
    """The covariance matrix of the rows of `m`."""
    centred = m - mean(m, 1, keepdims=True)
    return matmul(centred, centred.T) / (m.shape[1] - 1)


def diff(a: Any, n: int = 1, axis: int = -1) -> Tensor:
    """The n-th difference of neighbours."""
    for _ in range(n):
        lead = (slice(None),) * (axis % a.ndim)
        a = a[(*lead, slice(1, None))] - a[(*lead, slice(None, -1))]
    return asarray(a)


def trace(a: Any) -> Tensor:
    """The sum of the diagonal of a matrix."""
    return sum(diag(a))


def inner(a: Any, b: Any) -> Tensor:
    """The sum of products over the last axes."""
    return dot(a, b) if a.ndim < 2 and b.ndim < 2 else tensordot(a, b, axes=((a.ndim - 1,), (b.ndim - 1,)))


def may_share_memory(a: Tensor, b: Tensor) -> Any:
    """Whether two arrays may lie in the same memory."""
    return a.ctx is b.ctx and numpy.may_share_memory(a.data, b.data)


def shape(a: Any) -> tuple[int, ...]:
    """The lengths of the axes."""
    return asarray(a).shape


def ndim(a: Any) -> int:
    """The number of axes."""
    return asarray(a).ndim


def size(a: Any) -> int:
    """The number of values."""
    return asarray(a).size


def nonzero(a: Any) -> tuple[Tensor, ...]:
    """The positions of the values that are not 0, one array for each axis."""
    return tuple(Tensor(i, a.ctx) for i in xp_of(a.data).nonzero(a.data))


def unique(a: Any, return_counts: Any = False) -> Any:
    """The different values in increasing order, with how often each occurs if asked."""
    found = xp_of(a.data).unique(a.data, return_counts=return_counts)
    return tuple(Tensor(f, a.ctx) for f in found) if return_counts else Tensor(found, a.ctx)


def bincount(x: Any, minlength: int = 0) -> Tensor:
    """How often each whole number occurs."""
    return Tensor(xp_of(x.data).bincount(x.data.astype("int64"), minlength=minlength), x.ctx)


def array_equal(a: Any, b: Any) -> Any:
    """Whether shapes and values are equal."""
    a, b = asarray(a), asarray(b)
    return a.shape == b.shape and (a == b).all().item()


def allclose(a: Any, b: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: Any = False) -> Any:
    """Whether all values agree within atol + rtol |b|."""
    a, b = asarray(a), asarray(b)
    return xp_of(a.data).allclose(a.data, b.data, rtol, atol, equal_nan=equal_nan).item()
