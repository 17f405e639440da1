"""Products of two arrays that are neither elementwise nor `matmul`: inner, outer by blocks (Kronecker), and cross."""

from typing import Any

from minigrad import ops
from minigrad.composed import composed
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError


@composed("a", "b")
def inner(a: Any, b: Any) -> Tensor:
    """The sum of products over the last axes of both arrays. Gradient: that of `tensordot`.

    >>> from minigrad import np
    >>> np.inner(np.array([1, 2]), np.array([3, 4]))
    array(11.)
    """
    if 0 in (a.ndim, b.ndim) or a.ndim == b.ndim == 1:
        return ops.dot(a, b)
    return ops.tensordot(a, b, axes=((a.ndim - 1,), (b.ndim - 1,)))


@composed("a", "b")
def vdot(a: Any, b: Any) -> Tensor:
    """The sum of products of all values, both arrays flattened, a conjugated. Gradient: g b for a, g a for b.

    >>> from minigrad import np
    >>> np.vdot(np.array([1, 2]), np.array([3, 4]))
    array(11.)
    """
    return ops.dot(ops.reshape(conjugated(a), (-1,)), ops.reshape(b, (-1,)))


def conjugated(x: Tensor) -> Tensor:
    """The conjugate of a complex array; a real one as it is, with nothing recorded."""
    return ops.conj(x) if x.dtype.kind == "c" else x


@composed("a", "b")
def kron(a: Any, b: Any) -> Tensor:
    """The Kronecker product: every value of `a` replaced by itself times the whole of `b`. Gradients reach both.

    >>> from minigrad import np
    >>> np.kron(np.array([1, 2]), np.array([1, 10]))
    array([ 1., 10.,  2., 20.])
    """
    n = max(a.ndim, b.ndim)
    a, b = ops.reshape(a, (*(1,) * (n - a.ndim), *a.shape)), ops.reshape(b, (*(1,) * (n - b.ndim), *b.shape))
    outside = ops.reshape(a, tuple(m for k in a.shape for m in (k, 1)))
    inside = ops.reshape(b, tuple(m for k in b.shape for m in (1, k)))
    return ops.reshape(outside * inside, tuple(i * j for i, j in zip(a.shape, b.shape)))


@composed("a", "b")
def cross(a: Any, b: Any) -> Tensor:
    """The cross product of vectors of length 3 along the last axis. Gradient: b × g for a, g × a for b.

    >>> from minigrad import np
    >>> np.cross(np.array([1, 0, 0]), np.array([0, 1, 0]))
    array([0., 0., 1.])
    """
    if a.shape[-1:] != (3,) or b.shape[-1:] != (3,):
        raise ShapeError(f"cross() got shapes {a.shape} and {b.shape}; the last axis of both must have length 3.")
    turn = [ops.getitem(v, (Ellipsis, i)) for v in (a, b) for i in ([1, 2, 0], [2, 0, 1])]
    return ops.multiply(turn[0], turn[3]) - ops.multiply(turn[1], turn[2])
