"""Arrays laid out by position: coordinate grids, diagonals, triangles."""

from typing import Any

import numpy

from minigrad.arguments import lengths, one_of, whole
from minigrad.composed import composed
from minigrad.create import arange, ones
from minigrad.device import current_context, xp_of
from minigrad.dtypes import as_dtype
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError
from minigrad.ops import broadcast_to, getitem, moveaxis, put_back, reshape, sum, where
from minigrad.values import asarray


@composed()
def meshgrid(*xi: Any, indexing: str = "xy") -> list[Tensor]:
    """Coordinate arrays of a grid from one array of coordinates for each axis.

    >>> from minigrad import np
    >>> x, y = np.meshgrid(np.array([1, 2, 3]), np.array([10, 20]))
    >>> x + y
    array([[11., 12., 13.],
           [21., 22., 23.]])
    """
    one_of("indexing", indexing, "xy", "ij")
    xi = tuple(asarray(x) for x in xi)
    grids = []
    for i, x in enumerate(xi):
        place = {0: 1, 1: 0}.get(i, i) if indexing == "xy" and len(xi) > 1 else i
        grids.append(reshape(x, tuple(-1 if j == place else 1 for j in range(len(xi)))))
    shape = numpy.broadcast_shapes(*(g.shape for g in grids))
    return [broadcast_to(g, shape).copy() for g in grids]


@composed()
def indices(dimensions: Any, dtype: Any = "int64") -> Tensor:
    """The indices of every place in a grid: shape (axes, *dimensions).

    >>> from minigrad import np
    >>> np.indices((2, 2))[0]
    array([[0, 0],
           [1, 1]])
    """
    return Tensor(current_context().xp.indices(lengths("dimensions", dimensions), as_dtype(dtype)), current_context())


@composed()
def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """A matrix (N, M) with ones on and below diagonal k, zeros above.

    >>> from minigrad import np
    >>> np.tri(2)
    array([[1., 0.],
           [1., 1.]])
    """
    return tril(ones((N, N if M is None else M), dtype), k)


@composed("m")
def tril(m: Any, k: int = 0) -> Tensor:
    """The values on and below diagonal k of the last two axes, zeros above. Gradient: g, and 0 above.

    >>> from minigrad import np
    >>> np.tril(np.array([[1, 2], [3, 4]]))
    array([[1., 0.],
           [3., 4.]])
    """
    whole("k", k)
    return _masked(m, k, lambda row, column: column <= row + k)


@composed("m")
def triu(m: Any, k: int = 0) -> Tensor:
    """The values on and above diagonal k of the last two axes, zeros below. Gradient: g, and 0 below.

    >>> from minigrad import np
    >>> np.triu(np.array([[1, 2], [3, 4]]))
    array([[1., 2.],
           [0., 4.]])
    """
    whole("k", k)
    return _masked(m, k, lambda row, column: column >= row + k)


def _masked(m: Any, k: int, inside: Any) -> Tensor:
    xp = xp_of(m.data)
    with m.ctx:
        rows, columns = xp.arange(m.shape[-2:][0])[:, None], xp.arange(m.shape[-1])[None, :]
        return where(Tensor(inside(rows, columns), m.ctx), m, False)


@composed("a")
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The values whose position along `axis2` is that along `axis1` plus `offset`, as a new last axis.

    Gradient: zeros in the shape of `a` with g on the diagonal.

    >>> from minigrad import np
    >>> np.diagonal(np.array([[1, 2], [3, 4]]))
    array([1., 4.])
    """
    a = moveaxis(a, (axis1, axis2), (-2, -1))
    whole("offset", offset)
    down, right = max(0, -offset), max(0, offset)
    n = max(0, min(a.shape[-2] - down, a.shape[-1] - right))
    with a.ctx:
        place = arange(n, dtype="int64", ctx=a.ctx).data
        return getitem(a, (Ellipsis, place + down, place + right))


@composed("v")
def diag(v: Any, k: int = 0) -> Tensor:
    """The diagonal k of a matrix; or, for a vector, the matrix with it on diagonal k and zeros elsewhere.

    Gradient: for a matrix, zeros with g on the diagonal; for a vector, the diagonal of g.

    >>> from minigrad import np
    >>> np.diag(np.array([1, 2]))
    array([[1., 0.],
           [0., 2.]])
    """
    if v.ndim == 2:
        return diagonal(v, k)
    if v.ndim != 1:
        raise ShapeError(f"diag() is for a matrix, or a vector to put on its diagonal, but got shape {v.shape}.")
    n = len(v) + abs(whole("k", k))
    with v.ctx:
        place = arange(len(v), dtype="int64", ctx=v.ctx).data
        return put_back(v, (place + max(0, -k), place + max(0, k)), (n, n))


@composed("v")
def diagflat(v: Any, k: int = 0) -> Tensor:
    """The matrix with the values of `v`, of any shape, on its diagonal k. Gradient: the diagonal of g.

    >>> from minigrad import np
    >>> np.diagflat(np.array([[1, 2]]))
    array([[1., 0.],
           [0., 2.]])
    """
    return diag(reshape(v, (-1,)), k)


@composed("a")
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The sum of the diagonal `offset`. Gradient: g on the diagonal, zeros elsewhere.

    >>> from minigrad import np
    >>> np.trace(np.array([[1, 2], [3, 4]]))
    array(5.)
    """
    return sum(diagonal(a, offset, axis1, axis2), -1)
