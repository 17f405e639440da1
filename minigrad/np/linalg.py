"""Linear algebra: norms, inverses, solutions and determinants with their derivatives; decompositions of constants."""

import functools
import math
import numbers
from typing import Any

from minigrad import ops
from minigrad.absent import explain_absent
from minigrad.arguments import whole
from minigrad.axes import axes_in
from minigrad.composed import composed
from minigrad.create import eye
from minigrad.dtypes import result_dtype, widened
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ShapeError
from minigrad.np.search import constant
from minigrad.ops import det, inv
from minigrad.ops.wide import computed_wide

__all__ = [
    "cholesky", "cond", "det", "eig", "eigh", "eigvals", "eigvalsh", "inv", "lstsq", "matrix_power", "matrix_rank",
    "multi_dot", "norm", "pinv", "qr", "slogdet", "solve", "svd",
]  # fmt: skip

explain_absent(__name__)

svd, qr, cholesky = constant("linalg.svd"), constant("linalg.qr"), constant("linalg.cholesky")
eig, eigvals = constant("linalg.eig"), constant("linalg.eigvals")
eigh, eigvalsh = constant("linalg.eigh"), constant("linalg.eigvalsh")
pinv, lstsq = constant("linalg.pinv"), constant("linalg.lstsq")
matrix_rank, cond = constant("linalg.matrix_rank"), constant("linalg.cond")


@composed("a", "b")
def solve(a: Any, b: Any) -> Tensor:
    """The solution x of a x = b: a (..., n, n), b (n,) or (..., n, k). ArgumentError if a matrix is singular.

    Gradient: h = a⁻ᵀ g for b, -h xᵀ for a.

    >>> from minigrad import np
    >>> np.linalg.solve(np.array([[2, 0], [0, 4]]), np.array([2, 2]))
    array([1. , 0.5])
    """
    return ops.squeeze(ops.solve_columns(a, ops.reshape(b, (-1, 1))), -1) if b.ndim == 1 else ops.solve_columns(a, b)


@composed("x")
@computed_wide
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The Euclidean norm; or, for vectors along one `axis`, that of any order p: (Σ |x|ᵖ)^(1/p).

    Its limits are inf, the largest |x|, and -inf, the smallest; 0 counts the values that are not 0. For a matrix (two
    axes), 1 is the largest sum of |x| in a column and -1 the smallest, inf and -inf are those in a row, 'fro' is the
    Euclidean norm, 2 the largest singular value, -2 the smallest, and 'nuc' their sum; the last three are constants,
    as `svd` is.

    Gradient: g x / y for the Euclidean norm y, and 0 where y is 0; for p, g sign(x) (|x| / y)^(p - 1), and 0 where x
    is 0. ArgumentError for other orders.

    >>> from minigrad import np
    >>> np.linalg.norm(np.array([3, 4]))
    array(5.)
    """
    axes = tuple(range(x.ndim)) if axis is None else axes_in(x.shape, axis)
    if ord is None or len(axes) == 1:
        other = isinstance(ord, numbers.Real) and ord not in (1, 2, math.inf) and not math.isnan(ord)
        return _of_order(x, float(ord), axis, keepdims) if other else ops.norm(x, ord, axis, keepdims)
    if len(axes) != 2:
        raise ArgumentError(f"norm() got ord={ord!r} for {len(axes)} axes of {x.shape}; it takes one axis or two.")
    if ord == "fro":
        return ops.norm(x, ord, axis, keepdims)
    if ord in (1, -1, math.inf, -math.inf):
        along, over = axes if abs(ord) == 1 else axes[::-1]
        y = (ops.max if ord > 0 else ops.min)(ops.sum(ops.absolute(x), along, keepdims=True), over, keepdims=True)
        return y if keepdims else ops.squeeze(y, axes)
    if ord not in (2, -2, "nuc"):
        raise ArgumentError(
            f"norm() got ord={ord!r} for a matrix of shape {x.shape}; it knows None or 'fro', 1, -1, 2, -2, inf, -inf "
            "and 'nuc'."
        )
    values = svd(ops.moveaxis(x, axes, (-2, -1)), compute_uv=False)
    y = {2: ops.max, -2: ops.min, "nuc": ops.sum}[ord](values, -1)
    return ops.expand_dims(y, axes) if keepdims else y


def _of_order(x: Tensor, p: float, axis: Any, keepdims: bool) -> Tensor:
    """The norm of vectors of an order p that has no name of its own, without overflow: of x over its largest value."""
    size = ops.absolute(x)
    zero = ops.equal(size, 0)
    if p == -math.inf:
        return ops.min(size, axis, keepdims)
    if p == 0:
        return ops.sum(ops.astype(ops.logical_not(zero), size.dtype), axis, keepdims=keepdims)
    scale: Any = 1.0
    if x.size:
        scale = (ops.max if p > 0 else ops.min)(size.detach(), axis, True)
        scale = ops.where(ops.logical_and(scale > 0, scale < math.inf), scale, 1.0)
    powers = ops.where(zero, 0.0 if p > 0 else math.inf, ops.power(ops.where(zero, 1.0, size / scale), p))
    total = ops.sum(powers, axis, keepdims=True)
    none = ops.equal(total, 0)  # at 0, a root has no slope
    y = scale * ops.where(none, 0.0 if p > 0 else math.inf, ops.power(ops.where(none, 1.0, total), 1 / p))
    return y if keepdims else ops.squeeze(y, axis)


@composed("a")
def slogdet(a: Any) -> tuple[Tensor, Tensor]:
    """The sign of the determinant, and the logarithm of its absolute value.

    Gradient: g a⁻ᵀ through the logarithm; the sign is a constant.

    >>> from minigrad import np
    >>> np.linalg.slogdet(np.array([[1, 0], [0, -1]]))
    (array(-1.), array(0.))
    """
    sign: Tensor = constant("linalg.slogdet")(widened(a.detach()))[0]
    return sign.astype(result_dtype(a.dtype)), ops.logabsdet(a)


@composed("a")
def matrix_power(a: Any, n: int) -> Tensor:
    """The product of n factors a, or of -n inverses if n is negative.

    >>> from minigrad import np
    >>> np.linalg.matrix_power(np.array([[1, 1], [0, 1]]), 5)
    array([[1., 5.],
           [0., 1.]])
    """
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise ShapeError(f"matrix_power() needs square matrices, but got shape {a.shape}.")
    if whole("n", n) == 0:
        return ops.broadcast_to(eye(a.shape[-1], dtype=a.dtype, ctx=a.ctx), a.shape)
    if n < 0:
        return matrix_power(inv(a), -n)
    if n % 2:
        return ops.matmul(matrix_power(a, n - 1), a) if n > 1 else ops.positive(a)
    return matrix_power(ops.matmul(a, a), n // 2)


@composed()
def multi_dot(arrays: Any) -> Tensor:
    """The product of two or more matrices, from left to right. Gradient: that of `matmul`, from right to left.

    >>> from minigrad import np
    >>> np.linalg.multi_dot([np.eye(2), np.eye(2), np.array([[1, 2], [3, 4]])])
    array([[1., 2.],
           [3., 4.]])
    """
    if len(arrays) < 2:
        raise ArgumentError(f"multi_dot() multiplies two matrices or more, but got {len(arrays)}.")
    product: Tensor = functools.reduce(ops.matmul, arrays)
    return product
