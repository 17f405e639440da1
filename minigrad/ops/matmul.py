"""The product of matrices."""

from minigrad.device import on_host
from minigrad.engine.operation import op
from minigrad.ops.accumulate import LONG, has_long_vectors, long_product


@op
def matmul(xp, a, b, out=None):
    """The matrix product a @ b over the last two axes, repeated over the axes before; a vector is a row or a column.

    Gradient: g bᵀ for a, aᵀ g for b.

    >>> from minigrad import np
    >>> np.matmul(np.array([[1, 2], [3, 4]]), np.array([1, 1]))
    array([3., 7.])
    """
    if a.ndim == 2 == b.ndim and (len(b) <= LONG or 1 not in (len(a), b.shape[1])):
        return a.dot(b)  # the same product, with less overhead
    return long_product(xp, a, b) if on_host(xp) and has_long_vectors(a, b) else xp.matmul(a, b)


def _matmul_a(F, g, a, b):
    if a.ndim == 1 and b.ndim == 1:
        return g * b
    if b.ndim == 1:
        return g[..., None] * b
    return F.sum(g[..., None, :] * b, -1) if a.ndim == 1 else F.matmul(g, F.swapaxes(b, -1, -2))


def _matmul_b(F, g, a, b):
    if a.ndim == 1 and b.ndim == 1:
        return g * a
    if b.ndim == 1:
        return F.sum(g[..., None] * a, tuple(range(a.ndim - 1)))
    return a[:, None] * g[..., None, :] if a.ndim == 1 else F.matmul(F.swapaxes(a, -1, -2), g)


matmul.vjp(a=_matmul_a, b=_matmul_b)
